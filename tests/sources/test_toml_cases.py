"""Case files in TOML: what they mean, what is wrong with them and where, and that they do no harm."""

import math
import re

import numpy as np
import pytest

import diffcheck
from diffcheck.case.domain import interval
from diffcheck.case.points import points
from diffcheck.formats import FORMATS
from diffcheck.sources import toml

SOFTPLUS = """
[[case]]
name = "softplus"
function = "log(1 + exp(x))"
reference = "DLMF 4.2"
tags = ["smooth"]
points = [{x = 0.5}]
[case.inputs]
x = [-30, 30]
"""


@pytest.fixture
def read(tmp_path):
    """What a text is, as a file."""

    def loaded(text):
        file = tmp_path / "cases.toml"
        file.write_text(text, encoding="utf-8")
        return toml.load(file)

    return loaded


def test_a_case_is_what_python_would_make_of_it(read):
    (found,) = read(SOFTPLUS).cases
    assert (found.name, found.reference, found.tags) == ("softplus", "DLMF 4.2", ("smooth",))
    assert found.inputs == {"x": interval(-30, 30)}
    assert [float(p["x"]) for p in found.points] == [0.5]
    assert float(found(np.float64(0.5))) == pytest.approx(math.log1p(math.exp(0.5)), rel=1e-15)


def test_inputs_constants_arrays_and_families(read):
    loaded = read("""
[[case]]
name = "power"
function = "sum(w * x**n) / scale"
wrt = "x"
operators = ["gradient", "hvp"]
directions = {x = [1, 0, -0.5]}
where = "sum(x) > scale"
[case.inputs]
x = {lo = 1e-3, hi = 10, shape = 3, scale = "log"}
w = {value = [1, 2, 3]}
scale = 2.0
n = {each = [2, 3]}
""")
    assert loaded.problems == ()
    square, cube = loaded.cases
    assert (square.name, cube.name) == ("power[2]", "power[3]")
    assert square.inputs == {"x": interval(1e-3, 10, shape=3, scale="log")}
    assert [str(operator) for operator in cube.operators] == ["gradient", "hvp"]
    x = np.array([1.0, 2.0, 3.0])
    assert float(cube.function(x=x, **cube.constants)) == (1 + 2 * 8 + 3 * 27) / 2
    assert all(p["x"].sum() > 2 for p in points(cube, 20, 0, FORMATS["float64"]))


def test_a_true_other_form_agrees_and_a_false_one_is_found(read):
    loaded = read(
        SOFTPLUS.replace("tags", 'alt = ["ln(1 + exp(-Abs(x))) + Max(x, 0)", "ln(1 + exp(x)) + x/1000"]\ntags')
    )
    rows = diffcheck.run(loaded.cases, engines="autograd", timing=False).set_index("case")
    assert rows.verdict.to_dict() == {
        "softplus": "agree",
        "softplus (alt)": "agree",
        "softplus (alt 2)": "disagree",
    }


WRONG = {
    'nmae = "x"': (4, "a case has no 'nmae': did you mean 'name'"),
    'samples = "many"': (4, "samples must be a whole number, not text"),
    "samples = 1000000000": (4, "more than 10,000 points"),
    "tags = 3": (4, "tags must be text or a list, not a whole number"),
    'where = "x < z"': (1, "where= names 'z', the case has x"),
    'where = "x <"': (4, "'x <' is no formula: something is missing at the end"),
    'where = "x + 1"': (4, "where = 'x . 1' is a number: write a condition, such as x < 1"),
    'where = "3 if x < 1 else x"': (4, "is a number: write a condition"),
    'alt = "y + 1"': (4, r"'y' is none of the inputs: they are x\n  y \+ 1\n  \^"),
    "alt = [3]": (4, "alt holds 3"),
    "points = [{x = 50}]": (1, "point 0 gives x = 50.0, outside its domain"),
    'expect = {autograd = "wrong"}': (1, "unknown verdict 'wrong'"),
    'implementations = {autograd = "os.system"}': (4, "a case has no 'implementations'"),
}


@pytest.mark.parametrize("line", WRONG)
def test_a_mistake_is_told_with_its_line(read, line):
    number, told = WRONG[line]
    loaded = read(f'[[case]]\nname = "f"\nfunction = "x*x"\n{line}\n[case.inputs]\nx = [0, 1]\n' + SOFTPLUS)
    assert [case.name for case in loaded.cases] == ["softplus"]
    (problem,) = loaded.problems
    assert f"cases.toml:{number}: " in problem
    assert re.search(told, problem)


INPUTS = {
    "x = [1, 0]": "the lower end is above the upper one",
    "x = [0, 1, 2]": "a list is",
    'x = "0..1"': "must be .lo, hi., a number, or a table",
    "x = {lo = 0}": "has no hi",
    "x = {lo = 0, hi = 1, shpae = 3}": "has no 'shpae': did you mean 'shape'",
    "x = {lo = 0, hi = 1, shape = [100000, 100000]}": "more than 1,048,576 elements",
    "x = {lo = 0, hi = 1, shape = -1}": "positive whole numbers",
    "x = {value = 1, lo = 0}": "value stands alone",
    "x = nan": "holds NaN",
    "class = [0, 1]": "input 'class': no formula can name it: write letters, digits and _, as in class_",
    '"x-scale" = [0, 1]': "input 'x-scale': no formula can name it: .* as in x_scale",
    '"" = [0, 1]': "input '': no formula can name it: .* as in x$",
    "1 = [0, 1]": "input '1': .* as in x1",
    "True = 3": "input 'True': .* as in True_",
    "tags = [0, 1]": "input 'tags' is called like an option of diffcheck.case: give it another name",
    "name = [0, 1]": "input 'name' is called like an option",
    "y = [0, 1]": "'x' is none of the inputs: they are y",
}


@pytest.mark.parametrize("line", INPUTS)
def test_an_input_that_is_none_is_told(read, line):
    loaded = read(f'# one\n[[case]]\nname = "f"\nfunction = "x*x"\n[case.inputs]\n{line}\n')
    assert loaded.cases == ()
    (problem,) = loaded.problems
    assert re.search(INPUTS[line], problem)


def test_a_formula_has_a_caret_under_the_place(read):
    (problem,) = read(SOFTPLUS.replace("exp(x)", "epx(x)")).problems
    assert problem.endswith("cases.toml:4: 'log(1 + epx(x))': there is no operation 'epx': did you mean 'exp'?\n"
                            "  log(1 + epx(x))\n"
                            "          ^")  # fmt: skip


def test_a_byte_order_mark_is_no_part_of_the_file(tmp_path):
    file = tmp_path / "cases.toml"
    file.write_bytes(SOFTPLUS.lstrip().encode("utf-8-sig"))
    loaded = toml.load(file)
    assert loaded.problems == ()
    assert [case.name for case in loaded.cases] == ["softplus"]


def test_a_whole_constant_beyond_64_bits_accuses_nobody(read):
    (found,) = read(
        SOFTPLUS.replace("log(1 + exp(x))", "n*x").replace("[case.inputs]", f"[case.inputs]\nn = {10**30}")
    ).cases
    assert set(diffcheck.run([found], samples=2, timing=False).verdict) == {"agree"}


def test_two_of_one_name_and_what_is_no_case(read):
    loaded = read(SOFTPLUS + SOFTPLUS)
    assert len(loaded.cases) == 1
    assert "cases.toml:11: a case called 'softplus' stands in line 2" in loaded.problems[0]
    assert "a case begins with [[case]]" in read("case = 3").problems[0]
    assert read('[project]\nname = "another file"').problems == ()


@pytest.mark.parametrize("name", ["cases", "Case", "'cases'"])
def test_a_table_that_is_nearly_called_so_is_told(read, name):
    loaded = read(SOFTPLUS + SOFTPLUS.replace("[[case]]", f"[[{name}]]").replace("[case.", f"[{name}."))
    assert len(loaded.cases) == 1
    plain = name.strip("'")
    assert loaded.problems[0].endswith(f"cases.toml:11: there is no table '{plain}': a case begins with [[case]]")


def test_headers_inside_texts_count_for_nothing(read):
    text = SOFTPLUS.replace('reference = "DLMF 4.2"', 'description = """\n[[case]]\n"""')
    loaded = read(text + "[[case]]\nname = 3\n")
    assert loaded.cases[0].doc == "[[case]]\n"
    assert "cases.toml:13: name must be text" in loaded.problems[0]


HOSTILE = {
    "code": SOFTPLUS.replace("log(1 + exp(x))", "__import__('os').system('touch harm')"),
    "class": SOFTPLUS.replace("log(1 + exp(x))", "x.__class__.__mro__"),
    "tower": SOFTPLUS.replace("log(1 + exp(x))", "x + 9**9**9**9"),
    "deep": SOFTPLUS.replace("log(1 + exp(x))", "(" * 50_000 + "x" + ")" * 50_000),
    "deep functions": SOFTPLUS.replace("log(1 + exp(x))", "sin(" * 1000 + "x" + ")" * 1000),
    "powers": SOFTPLUS.replace("log(1 + exp(x))", "x" + "**x" * 5000),
    "long": SOFTPLUS.replace("log(1 + exp(x))", "x" + " + x" * 1_000_000),
    "digits": SOFTPLUS.replace("log(1 + exp(x))", "x + " + "9" * 90_000),
    "lists": "x = " + "[" * 100_000,
    "large number": SOFTPLUS.replace("[-30, 30]", "[0, " + "9" * 10_000 + "]"),
    "no text": "\udc80",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_in_words(tmp_path, monkeypatch, kind):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "hostile.toml"
    file.write_bytes(HOSTILE[kind].encode("utf-8", "surrogateescape"))
    loaded = toml.load(file)
    assert loaded.cases == ()
    assert len(loaded.problems[0]) < 500
    assert [f.name for f in tmp_path.iterdir()] == ["hostile.toml"]


def test_a_file_of_many_megabytes_is_not_read(tmp_path):
    file = tmp_path / "large.toml"
    with file.open("wb") as stream:
        stream.truncate(2**26)
    assert "bytes are more than a case file has" in toml.load(file).problems[0]


PHASOR = """
[[case]]
name = "phasor"
function = "real(exp(1j*w)*z) + abs(z - (1 + I)/3)**2"
points = [{z = {re = 1, im = 2}, w = 0.5}]
where = "abs(z) < 1 or real(z) == 1"
[case.inputs]
z = {re = [-1, 1], im = [-2, 2]}
w = [0, 1]
"""


def test_complex_inputs_are_tables_of_both_parts(read):
    (found,) = read(PHASOR).cases
    assert found.inputs == {"z_re": interval(-1, 1), "z_im": interval(-2, 2), "w": interval(0, 1)}
    assert {name: float(value) for name, value in found.points[0].items()} == {"z_re": 1, "z_im": 2, "w": 0.5}
    rows = diffcheck.run([found], timing=False)
    assert set(rows.verdict) == {"agree"}


def test_complex_directions_weights_and_values(read):
    loaded = read("""
[[case]]
name = "spectrum"
function = "fft(z * v)"
operators = ["vjp", "jvp"]
output_weights = {re = [1, 2], im = [0, 1]}
directions = {z = {re = [1, 0], im = [0, -1]}}
[case.inputs]
z = {re = [-1, 1], im = [-2, 2], shape = 2}
v = {value = {re = [1, 2], im = [0, 3]}}
""")
    (found,) = loaded.cases
    assert np.array_equal(found.directions["z_im"], [0, -1])
    assert np.array_equal(found.inputs["v_im"].value, [0, 3])
    assert np.array_equal(found.weights, [[1, 0], [2, 1]])
    assert set(diffcheck.run([found], timing=False).verdict) == {"agree"}


def test_inputs_may_be_called_like_parts(read):
    (found,) = read("""
[[case]]
name = "area"
function = "re*im"
points = [{re = 1, im = 2}]
[case.inputs]
re = [-1, 1]
im = [-3, 3]
""").cases
    assert {name: float(value) for name, value in found.points[0].items()} == {"re": 1, "im": 2}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (", im = [-2, 2]", "", "a complex one is"),
        ("im = [-2, 2]", "im = 2", "a complex one is"),
        ("im = [-2, 2]}", 'im = [-2, 2], scale = "log"}', "a complex one is"),
        ("im = 2", "im = [2, 3]", "in one shape"),
        ("im = 2", 'im = "2j"', "in one shape"),
        ("abs(z - (1 + I)/3)", "(z < I)", "lt has no rule for complex numbers"),
    ],
)
def test_mistakes_in_complex_inputs_are_told(read, before, after, told):
    loaded = read(PHASOR.replace(before, after))
    text = " ".join(loaded.problems) or diffcheck.run(loaded.cases, timing=False).note[0]
    assert told in text
