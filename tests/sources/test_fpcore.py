"""Cases from FPCore: what a core means, where it is tried, what is refused and what is wrong."""

import itertools
import math
import re
import sys

import numpy as np
import pytest

import diffcheck
from diffcheck.case.operators import Operator
from diffcheck.case.points import points
from diffcheck.errors import Unsupported
from diffcheck.formats import FORMATS
from diffcheck.sources import fpcore

FLOAT64 = FORMATS["float64"]


@pytest.fixture
def read(tmp_path):
    """What a text is, as a file."""

    def loaded(text):
        file = tmp_path / "cores.fpcore"
        file.write_text(text, encoding="utf-8")
        return fpcore.load(file)

    return loaded


@pytest.fixture
def value(read):
    """The value of an expression of x and y."""

    def of(text, x=1.25, y=-0.5):
        loaded = read(f"(FPCore (x y) {text})")
        assert loaded.problems == ()
        return float(loaded.cases[0](x=np.float64(x), y=np.float64(y)))

    return of


X, Y = 1.25, -0.5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(+ x (* y 2) (- x) (/ 4 2 1))", X + 2 * Y - X + 2),
        ("(- (pow x 3) (fma x y 1/4))", X**3 - (X * Y + 0.25)),
        ("(let ([x y] [y x]) (- x y))", Y - X),
        ("(let* ([x y] [y x]) (- x y))", 0.0),
        ("(+ (let ([x 10]) x) x)", 10 + X),
        ("(if (< -1 y x 2) 1 2)", 1.0),
        ("(if (< y x x) 1 2)", 2.0),
        ("(if (!= x y x) 1 2)", 2.0),
        ("(if (and (> x 0) (not (== x y))) x y)", X),
        ("(if (or) 1 (if (and) 2 3))", 2.0),
        ("(if (isnan x) 1 (if (isfinite y) 2 3))", 2.0),
        ("(* 0x1p-3 #x1.8p1)", 0.375),
        ("0.6931f0", float(np.float32(0.6931))),
        ("(digits 5 -1 10)", 0.5),
        ("(* (digits -3 4 2) (digits 1 -2 3))", -48 / 9),
        ("(digits 0 99999 10)", 0.0),
        ("0.0e-9999", 0.0),
        ("1.5f-3", float(np.float32(1.5e-3))),
        ("(+ .5 -2e-1 1.)", 1.3),
        ("(* 2/4 -1/3)", -1 / 6),
        ("(+ PI E LN2 PI_4)", math.pi + math.e + math.log(2) + math.pi / 4),
        ("(* M_2_SQRTPI SQRT1_2)", 2 / math.sqrt(math.pi) * math.sqrt(0.5)),
        ("(+ (round (* 2 x)) (* 10 (round (* -2 x))) (* 100 (nearbyint (* 2 x))))", 3.0 - 30.0 + 200.0),
        ("(+ (remainder 7.5 x) (fmod -7.4 x))", math.remainder(7.5, X) + math.fmod(-7.4, X)),
        ("(fdim (fmax x y) (fmin x y))", X - Y),
        ("(copysign (hypot x y) y)", -math.hypot(X, Y)),
        ("(+ (atan2 y x) (expm1 y) (log1p x))", math.atan2(Y, X) + math.expm1(Y) + math.log1p(X)),
        ("(* (cbrt y) (fabs (erf (- x))))", -(0.5 ** (1 / 3)) * math.erf(X)),
        ("(! :precision binary32 :round nearestEven (cast (+ x 1)))", X + 1),
        (":herbie-target 3 :pre TRUE (* x y)", X * Y),
    ],
)  # fmt: skip
def test_an_expression_has_its_value(value, text, expected):
    assert value(text) == pytest.approx(expected, rel=1e-15)


def test_a_core_is_called_by_a_later_one_with_variables_of_its_own(read):
    loaded = read("(FPCore square (t) (* t t)) (FPCore (t x) (- (square (+ x 1)) t))")
    assert float(loaded.cases[1](t=np.float64(1.0), x=np.float64(2.0))) == 8.0
    assert [case.name for case in loaded.cases] == ["square", "cores 2"]


def test_what_is_told_of_a_core_is_kept(read):
    text = '(FPCore (x) :name "a::b" :cite (k1 k2) :description "why" :precision binary32 :example ([x 0.5]) (sin x))'
    first, second = read(text + text).cases
    assert (first.name, second.name) == ("a:b", "a:b #2")
    assert (first.reference, first.doc, first.tags) == ("k1, k2", "why", ("fpcore", "binary32"))
    assert [float(p["x"]) for p in first.points] == [0.5]


def test_names_that_are_none_of_pythons_stand_in_the_results(read):
    names = ["x-scale", "dX.u", "lambda", "points", "a/b", "self", "named", "1+"]
    (case,) = read(f"(FPCore ({' '.join(names)}) :pre (<= 1 {' '.join(names)} 2) (* {' '.join(names)}))").cases
    check = diffcheck.check(case, samples=2)
    assert list(check.frame.verdict) == ["agree"] * 3
    assert case.parameters == case.components(Operator.GRADIENT, ()) == names


LARGEST, TINY = sys.float_info.max, 5e-324
DOMAINS = {
    "TRUE": (-LARGEST, LARGEST, "float"),
    "(<= 0 x 1)": (0, 1, "linear"),
    "(< 0 x 1)": (TINY, math.nextafter(1, 0), "linear"),
    "(> 2 x -1)": (math.nextafter(-1, 0), math.nextafter(2, 0), "linear"),
    "(< 0 x)": (TINY, LARGEST, "float"),
    "(<= 1e-150 x 1e150)": (1e-150, 1e150, "float"),
    "(<= -1e150 x 1e150)": (-1e150, 1e150, "float"),
    "(<= 1 x 999)": (1, 999, "linear"),
    "(and (<= 1/4 x) (>= 3/4 x) (<= x 5))": (0.25, 0.75, "linear"),
    "(<= (- (/ PI 2)) x (* 2 E))": (-math.pi / 2, 2 * math.e, "linear"),
    "(<= (fabs x) 3)": (-3, 3, "linear"),
    "(<= 1 (fabs x) 3)": (-3, 3, "linear"),
    "(< x INFINITY)": (-LARGEST, LARGEST, "float"),
    "(== x 2)": (2, 2, "linear"),
    "(and (not (< x 1)) (not (> x 2)))": (1, 2, "linear"),
    "(not (or (< x 1) (<= 2 x) (!= x x)))": (1, math.nextafter(2, 0), "linear"),
    "(or (<= 1 x 2) (<= 5 x 6))": (1, 6, "linear"),
    "(let ([least 1]) (<= least x 2))": (1, 2, "linear"),
    "(or (<= NAN x 1) (<= 2 x 3))": (2, 3, "linear"),
    "(and (not (< x NAN)) (!= x NAN) (<= 2 x 3))": (2, 3, "linear"),
    "(if (< x 3) (<= 1 x) (<= x 4))": (1, 4, "linear"),
}


@pytest.mark.parametrize("condition", DOMAINS)
def test_a_precondition_gives_the_domain(read, condition):
    (case,) = read(f"(FPCore (x) :pre {condition} (* x x))").cases
    domain = case.inputs["x"]
    assert (domain.lo, domain.hi, domain.scale) == DOMAINS[condition]


# For each condition the same in Python, and what part of the plane it is.
THIN = {
    "(and (<= 0 x 100) (<= 0 y 100) (< x y))": lambda x, y: 0 <= x < y <= 100,
    "(and (<= 1 (fabs x) 3) (or (<= 0 y 1) (<= 5 y 6)))": lambda x, y: abs(x) >= 1 and abs(abs(y - 3) - 2.5) <= 0.5,
    "(and (<= 0 x 10) (<= 0 y 10) (or (<= x 1) (<= 9 x)))": lambda x, y: x <= 1 or x >= 9,
    "(and (<= -1 x 1) (<= -1 y 1) (!= x 0) (not (== y 0)))": lambda x, y: x != 0 and y != 0,
    "(== x y)": lambda x, y: x == y,
    "(and (< 0 x 100) (< 0 y 100) (== (* 2 x) y))": lambda x, y: x > 0 and 2 * x == y,
    "(and (< 0 x 1e10) (< 0 y 1e10) (< (fabs (- x y)) 1e-5))": lambda x, y: abs(x - y) < 1e-5,
    "(and (< 0 x 100) (< 0 y 100) (<= 1 (- y x) 1.0001))": lambda x, y: 1 <= y - x <= 1.0001,
    "(and (<= -1e6 x 1e6) (<= -1e6 y 1e6) (<= 0.99 (+ (* x x) (* y y)) 1))": lambda x, y: 0.99 <= x * x + y * y <= 1,
    "(or (== x 0) (== y 0))": lambda x, y: x == 0 or y == 0,
    "(not (!= x y))": lambda x, y: x == y,
    "(and (<= 1 y 2) (< (fabs (- x 1)) 1e-5))": lambda x, y: abs(x - 1) < 1e-5 and 1 <= y <= 2,
    "(and (<= 0 x 10) (<= 0 y 10) (< (+ (fabs (- x 1)) (fabs y)) 1e-5))": lambda x, y: abs(x - 1) + abs(y) < 1e-5,
    "(let* ([a (* 2 x)] [b (- a y)]) (and (<= 1 a 1.001) (<= b 0)))": lambda x, y: 1 <= 2 * x <= 1.001 and 2 * x <= y,
    "(if (< x y) (<= 1 x 1.1) (<= 1 y 1.1))": lambda x, y: 1 <= min(x, y) <= 1.1,
    "(and (<= 0 x 2) (<= 0 y 2) (not (and (< x 1.999) (< y 1.999))))": lambda x, y: max(x, y) >= 1.999,
    "(and (<= 1 x 1e150) (<= 1 y 1e150) (not (<= x 1e149 y)) (!= x y))": lambda x, y: not x <= 1e149 <= y and x != y,
    "(and (< 1e-150 x 1e150) (< 1e-150 y 1e150) (< (* 2 x) y (* 3 x)))": lambda x, y: 2 * x < y < 3 * x,
}  # fmt: skip


@pytest.mark.parametrize("condition", THIN)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_points_are_found_where_a_precondition_is_thin(read, condition, dtype):
    (case,) = read(f"(FPCore (x y) :pre {condition} (* x y))").cases
    found = points(case, 8, 0, FORMATS[dtype])
    assert all(THIN[condition](float(p["x"]), float(p["y"])) for p in found)
    assert len({(float(p["x"]), float(p["y"])) for p in found}) >= {"float64": 8, "float32": 1}[dtype]


def test_variables_in_their_order_are_drawn_over_all_of_the_domain(read):
    names = [f"x{k}" for k in range(9)]
    (case,) = read(f"(FPCore ({' '.join(names)}) :pre (< 0 {' '.join(names)} 1) (+ {' '.join(names)}))").cases
    found = points(case, 8, 0, FLOAT64)
    assert len(found) >= 8
    assert all(float(p["x0"]) > 0 and float(p[a]) < float(p[b]) for p in found for a, b in itertools.pairwise(names))
    assert max(float(p["x8"]) for p in found) > 0.5  # fmt: skip


def test_an_input_may_have_the_name_that_python_gives_an_object(read):
    (case,) = read("(FPCore (self) (expm1 (- (fabs self))))").cases
    assert set(points(case, 8, 0, FLOAT64)[0]) == {"self"}


def test_the_seed_decides_under_a_precondition(read):
    (case,) = read("(FPCore (x y) :pre (== x y) (* x y))").cases
    assert points(case, 8, 3, FLOAT64) == points(case, 8, 3, FLOAT64)
    assert points(case, 8, 3, FLOAT64) != points(case, 8, 4, FLOAT64)


UNSUPPORTED = {
    "(FPCore (x) (while (< x 1) ([x x (+ x 1)]) x))": "line 1: while is a loop",
    "(FPCore (x n) (for ([i n]) ([y 0 (+ y x)]) y))": "for is a loop",
    "(FPCore (x) (tensor ([i 3]) x))": "tensor is an array",
    "(FPCore ((A 3) x) (* x x))": "an argument is an array",
    "(FPCore ((! :precision integer n)) (* n n))": "rounded to integer on purpose",
    "(FPCore (x) (! :precision (fixed -3 8) (* x x)))": "rounded to another format on purpose",
    "(FPCore (x) (* x (digits 1 999 10)))": "(digits 1 999 10) is larger than every number",
    f"(FPCore (x) (* x (digits 1 -{'9' * 99} 2)))": "is smaller than every number of its format but zero",
    "(FPCore (x) (* x 1e-400))": "1e-400 is smaller than every number of its format but zero",
    "(FPCore (x) (* x 1f-50))": "1f-50 is smaller than every number",
    "(FPCore (x) (* x 0x1p-2000))": "0x1p-2000 is smaller than every number",
    "(FPCore (x) (/ x 0))": "a division by zero is no number",
    "(FPCore (x) (if (< x 0) INFINITY x))": "INFINITY has no derivative",
    "(FPCore (x) (* x 1e400))": "1e400 is larger than every number",
    "(FPCore (x) (* x (/ 1 0)))": "div of 1, 0 is no number",
    "(FPCore (x) (pow x 9999999))": "the exponent 9999999 is larger",
    "(FPCore (x) (< x 1))": "its value is a condition, which has no derivative",
    "(FPCore () 3)": "no argument to differentiate by",
    "(FPCore (x) :pre (< 2 x 1) x)": "leaves no number for x",
    "(FPCore (x) :pre FALSE x)": "holds nowhere",
    "(FPCore (x) :pre (<= NAN x 1) x)": "holds nowhere",
    "(FPCore (x) :pre (and (<= 0 x 1) (let ([y NAN]) (< x y))) x)": "holds nowhere",
    "(FPCore (x) :pre (<= INFINITY x) x)": "leaves no number for x",
}


@pytest.mark.parametrize("text", UNSUPPORTED)
def test_what_has_no_derivative_here_is_a_row_with_its_reason(read, text):
    loaded = read(text)
    assert loaded.problems == ()
    (case,) = loaded.cases
    with pytest.raises(Unsupported, match=re.escape(UNSUPPORTED[text])):
        case()


def test_what_is_unsupported_fails_no_run(read, tmp_path):
    read('(FPCore (x) :name "loop" (while (< x 1) ([x x (+ x 1)]) x))'
         '(FPCore (x y) :name "empty" :pre (and (<= -1 x 1) (< (+ (* x x) (* y y)) -1)) (* x y))'
         '(FPCore (x) :name "sound" :pre (<= 0 x 1) (* x x))')  # fmt: skip
    results = diffcheck.run(str(tmp_path / "cores.fpcore"), engines="symbolic", timing=False).set_index("case")
    assert results.verdict.to_dict() == {"loop": "unsupported", "empty": "unsupported", "sound": "agree"}
    assert "no point of float64 was found where the precondition holds" in results.note["empty"]


def test_a_core_that_is_a_condition_serves_others(read):
    loaded = read("(FPCore small (x) (< x 1)) (FPCore (x) :pre (small x) (if (small x) (* 3 x) x))")
    assert loaded.problems == ()
    assert float(loaded.cases[1](x=np.float64(0.5))) == 1.5


def test_a_core_without_arguments_has_no_inputs(read):
    (case,) = read("(FPCore () (sqrt 2))").cases
    assert case.inputs == {}
    assert set(diffcheck.run(case, timing=False).verdict) == {"unsupported"}


WITHOUT = {
    "(* 2 x)": {"agree"},
    "(exp x)": {"agree", "lossy"},
    "(* x x)": {"agree", "lossy"},
    "(/ 1 x)": {"agree", "lossy"},
    "(/ 1 (+ 1 (exp (- x))))": {"nonfinite", "lossy"},
}


@pytest.mark.parametrize("body", WITHOUT)
def test_without_a_precondition_a_core_is_not_tried_where_its_value_is_beyond_all_numbers(read, body):
    (case,) = read(f"(FPCore (x) {body})").cases
    found = [float(p["x"]) for p in points(case, 8, 0, FLOAT64)]
    with np.errstate(all="ignore"):
        assert all(np.isfinite(case(x=np.float64(x))) or x == 0 for x in found)
    assert len(found) > 16
    assert set(diffcheck.run(case, timing=False).verdict) <= WITHOUT[body]


MISTAKES = {
    "(FPCore (x) (sinn x))": ("2: there is no operation 'sinn': did you mean 'sin'?", 12),
    "(FPCore (x) (sin x x))": ("2: sin wants 1 operand, not 2 of them", 12),
    "(FPCore (x) (+ x yy))": ("2: there is no variable 'yy'", 17),
    "(FPCore (x) :pre (< 0 z) x)": ("2: there is no variable 'z'", 22),
    "(FPCore (x) (let ([y 1) y))": (r"2: \) closes \[", 22),
    "(FPCore (x) (+ x 1)": (r"2: \( is not closed", 0),
    "(FPCore (x) (* x 1/0))": ("2: 1/0 is no number", 17),
    '(FPCore (x) "x)': ("2: the quotation mark has no partner", 12),
    "(FPCore (x) :name)": ("2: a core ends with its expression", 0),
    "(FPCore (x) (digits 1 2 1))": (r"2: digits wants three whole numbers, \(digits m e b\)", 12),
    "(FPCore (x) (digits x 2 3))": ("2: digits wants three whole numbers", 12),
    "(FPCore (x) (if x 1 2))": (r"2: if wants a condition, such as \(< x 1\), not a number", 16),
    "(FPCore (x) (and x 1))": ("2: and wants a condition", 17),
    "(FPCore (x) (not (+ x 1)))": ("2: not wants a condition", 17),
    "(FPCore (x) (+ (< x 1) 1))": (r"2: \+ wants a number, not a condition", 15),
    "(FPCore (x) (< x (if (> x 0) TRUE FALSE)))": ("2: < wants a number, not a condition", 17),
    "(FPCore (x) (if (< x 0) x (< x 1)))": ("2: beside its first value if wants a number", 26),
    "(FPCore (x) :pre 5 x)": ("2: :pre wants a condition", 17),
    "(FPCore (x x) x)": ("2: an argument is a name of its own", 11),
    "(FPCore (x) (let (y 1) y))": (r"2: a binding is \[name value\]", 18),
    "(+ x 1)": ("2: a file holds cores", 0),
    "(FPCore x)": ("2: a core begins with its arguments", 0),
    "(FPCore (x) ((sin) x))": ("2: an expression begins with the name of an operation", 12),
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_is_told_with_its_line_and_a_caret(read, text):
    loaded = read(f'(FPCore (x) :name "sound" x)\n{text}')
    assert [case.name for case in loaded.cases] == ["sound"]
    told, column = MISTAKES[text]
    (problem,) = loaded.problems
    assert re.search(f"cores.fpcore:{told}", problem)
    assert problem.endswith(f"\n  {text}\n  {' ' * column}^")


@pytest.mark.parametrize(
    "text", [*MISTAKES, '(FPCore (x) (sin "x)', "(FPCore (x) (|sin x)", "(FPCore (x) (+ (sin x 1)", ")"]
)
def test_the_cores_behind_a_mistake_are_there(read, text):
    loaded = read(
        f"(FPCore before (x) x)\n{text}\n(FPCore behind (x) (+ x 1))\n(FPCore (z)\n (sinn z))\n(FPCore last (y)\n  y)"
    )
    assert [case.name for case in loaded.cases] == ["before", "behind", "last"]
    assert [int(re.search(r"cores.fpcore:(\d+)", told)[1]) for told in loaded.problems] == [2, 5]


@pytest.mark.parametrize("sign", ['"', "|"])
def test_an_unclosed_sign_ends_with_its_core(read, sign):
    text = """(FPCore (x) :name ?one (sin x))
(FPCore (x) :name "a" (cos x))
(FPCore (|y|) :name "b ]" (+ y [1))
(FPCore (|y|) :name "c" y)"""
    loaded = read(text.replace("?", sign))
    assert [case.name for case in loaded.cases] == ["a", "c"]
    assert [int(re.search(r"cores.fpcore:(\d+)", told)[1]) for told in loaded.problems] == [1, 3]
    assert loaded.problems[0].endswith(f"\n  {' ' * 18}^")


def test_a_byte_order_mark_is_no_part_of_the_file(tmp_path):
    file = tmp_path / "cores.fpcore"
    file.write_bytes("(FPCore (x) (sin x))".encode("utf-8-sig"))
    assert fpcore.load(file).problems == ()


def test_a_name_between_bars_is_one_name(read):
    loaded = read("(FPCore (|weird name| |b|c) :pre (<= 1 |weird name| 2) (let ([|a b| 3]) (* |a b| |weird name| bc)))")
    assert loaded.problems == ()
    (case,) = loaded.cases
    assert {name: domain.hi for name, domain in case.inputs.items()}["weird name"] == 2
    assert case(np.float64(2), np.float64(5)) == 30
    rows = diffcheck.run(case, engines="symbolic", samples=2, timing=False)
    assert set(rows.verdict) <= {"agree", "lossy"}


@pytest.mark.parametrize("engine", ["symbolic", "finite"])
def test_another_form_is_tried_whatever_engines_are_asked_for(read, engine):
    loaded = read('(FPCore (x) :name "w" :pre (<= 1 x 3) :alt (* x x) (* x x x))')
    rows = diffcheck.run(loaded.cases, engines=engine, samples=2, timing=False).set_index(["case", "engine"])
    assert rows.verdict["w", engine] == "agree"
    assert rows.verdict["w (alt)", "autograd"] == "disagree"
    assert ("w", "autograd") not in rows.index


def test_another_form_is_on_trial_against_the_core(read):
    loaded = read(
        '(FPCore (x) :name "root" :pre (<= 1 x 100) :alt (! :herbie-platform default (/ 1 (+ (sqrt (+ x 1)) (sqrt x))))'
        " :alt (/ 1 (* 2 (sqrt x))) :alt (while TRUE ([x x x]) x) (- (sqrt (+ x 1)) (sqrt x)))"
    )
    rows = diffcheck.run(loaded.cases, engines="autograd", timing=False).set_index("case")
    assert rows.verdict["root (alt)"] == "agree"
    assert rows.verdict["root (alt 2)"] == "disagree"
    assert "value and slope are both off" in rows.note["root (alt 2)"]
    assert rows.verdict["root (alt 3)"] == "unsupported"


DEEP = 14_000


def _deep(kind):
    """A program of so many operations that is sin(x) y and their sum."""
    nested = {
        "lets": "".join(f"(let ([t{k} (+ t{k - 1} y)]) " for k in range(1, DEEP)) + f"t{DEEP - 1}" + ")" * (DEEP - 1),
        "sums": "(+ " * (DEEP - 1) + "t0" + " y)" * (DEEP - 1),
        "let*": "(let* (" + " ".join(f"[t{k} (+ t{k - 1} y)]" for k in range(1, DEEP)) + f") t{DEEP - 1})",
    }
    return f"(FPCore (x y) :pre (and (<= 1 x 2) (<= 0 y 1)) (let ([t0 (sin x)]) {nested[kind]}))"


@pytest.mark.parametrize("kind", ["lets", "sums", "let*"])
def test_programs_of_many_operations_are_read_without_calls_inside_calls(read, kind):
    (case,) = read(_deep(kind)).cases
    assert float(case(x=np.float64(1.0), y=np.float64(0.5))) == pytest.approx(math.sin(1) + (DEEP - 1) / 2, rel=1e-12)


def test_a_program_of_many_operations_is_judged(read):
    (case,) = read(_deep("let*")).cases
    check = diffcheck.check(case, engines="autograd", samples=1)
    assert list(check.frame.verdict) == ["agree"]


HOSTILE = {
    "open": "(" * 1_000_000,
    "nested calls": "".join(
        f"(FPCore f{k} (x) {f'(+ (f{k - 1} x) (f{k - 1} x))' if k else 'x'})" for k in range(60)
    ),
    "growing constant": "(FPCore (x) (* x (let* ([a 1.5] " + "[a (+ a a)] " * 900 + ") a)))",
    "tower": "(FPCore (x) (pow x (pow 9 (pow 9 (pow 9 9)))))",
    "digits": f"(FPCore (x) (* x {'9' * 100_000}))",
    "fraction": f"(FPCore (x) (* x 1/{'9' * 100_000}))",
    "code": "(FPCore (x) (__import__ os))",
    "bytes": "\udc80",
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_ends_in_words(tmp_path, kind):
    file = tmp_path / "hostile.fpcore"
    file.write_bytes(HOSTILE[kind].encode("utf-8", "surrogateescape"))
    loaded = fpcore.load(file)
    # Each core is a case or a problem, and so is a file that has none.
    assert len(loaded.problems) + len(loaded.cases) == max(1, HOSTILE[kind].count("(FPCore"))
    assert all(len(problem) < 500 for problem in loaded.problems)
    assert [f.name for f in tmp_path.iterdir()] == ["hostile.fpcore"]
