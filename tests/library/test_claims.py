"""The claims of the textbooks: what is measured is what is said, and each rule turns with the figures."""

import csv
import io
import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import mpmath
import numpy as np
import pytest
from command import typed

from diffcheck import case, interval
from diffcheck.claims import measure, report, tables
from diffcheck.claims.claim import Verdict
from diffcheck.claims.families import HELMHOLTZ, LOGISTIC, NESTED, PRODUCT, ROSENBROCK
from diffcheck.claims.library import METHODS, support
from diffcheck.claims.operations import counted
from diffcheck.claims.plain import CONSTRUCTS, WAYS, Construct, Tried, tried
from diffcheck.claims.report import TOPICS, findings
from diffcheck.claims.steps import DOUBLE, STEPS, Curve, best_step, curves, population
from diffcheck.claims.swell import lengths
from diffcheck.errors import Unsupported
from diffcheck.ops import abs as absolute
from diffcheck.ops import exp, si, sin
from diffcheck.program.compile import Compiled
from diffcheck.program.differentiate import tangent
from diffcheck.program.trace import trace
from diffcheck.reporting.chart import Line, svg

PAGE = (Path(__file__).parents[2] / "docs" / "claims.md").read_text(encoding="utf-8")
SMALL = measure.Extent(counted=100, timed=100, written=4, points=2)


@pytest.fixture(scope="module")
def small():
    return measure.measured(SMALL, ())


# What is counted.


@pytest.mark.parametrize("n", [2, 3, 10, 50])
def test_the_product_takes_what_pencil_and_paper_say(n):
    """Products from the left, products from the right, and one of both for each input between: 3 n - 5."""
    found = counted(PRODUCT, n)
    assert (found.inputs, found.function, found.gradient) == (n, n - 1, 3 * n - 5)
    # Forward, x y has the slope x dy + y dx: three operations beside the one of the value.
    assert found.slope == 4 * (n - 1)


def test_a_forward_pass_is_the_derivative_along_its_direction():
    program = trace(lambda x: x[0] * sin(x[1]), {"x": (2,)}, {})
    x, y, dx, dy = 0.7, 1.1, -0.5, 2.0
    found = Compiled(tangent(program, range(2))).at([x, y, dx, dy])
    assert float(found) == pytest.approx(math.sin(y) * dx + x * math.cos(y) * dy, rel=1e-14)


@pytest.mark.parametrize(
    ("family", "size", "formula", "program"),
    [
        (PRODUCT, 4, (3, 8, 12), (3, 6, 10)),  # n products of n - 1; n (n - 1) of n - 2
        (NESTED, 2, (2, 4, 12), (2, 4, 10)),  # cos(sin x) cos x
        (LOGISTIC, 2, (3, 2, 0), (3, 5, 0)),  # 4 x (1 - x), 4 - 8 x, -8
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_formulas_are_as_long_as_they_are_on_paper(family, size, formula, program):
    rows = lengths(family, size)
    assert tuple(row.formula for row in rows) == formula
    assert tuple(row.program for row in rows) == program


def test_the_formula_of_an_iterated_map_doubles_and_its_program_grows_by_the_same(small):
    """Of l(n) = 4 l(n - 1) (1 - l(n - 1)) two copies stand in the formula, and three operations more in the program."""
    rows = [row for row in small.lengths if row.family == LOGISTIC.name and row.order == 0]
    assert len(rows) == 3
    assert [b.formula - 2 * a.formula for a, b in pairwise(rows)] == [2, 2]
    assert [b.program - a.program for a, b in pairwise(rows)] == [3, 3]


@pytest.mark.parametrize("family", [ROSENBROCK, HELMHOLTZ], ids=lambda family: family.name)
def test_the_families_are_the_functions_of_the_literature(family):
    x = np.array([0.3, 0.6])
    found = float(Compiled(family.program(2)).at(x.tolist()))
    random = np.random.default_rng(0)
    pairs = random.uniform(0.1, 1.0, (2, 2))
    a, b = (pairs + pairs.T) / 2, random.uniform(0.1, 0.9, 2) / 2
    bx, root = b @ x, math.sqrt(2)
    logarithm = math.log((1 + (1 + root) * bx) / (1 + (1 - root) * bx))
    closed = {
        ROSENBROCK.name: 100 * (0.6 - 0.3**2) ** 2 + (1 - 0.3) ** 2,
        HELMHOLTZ.name: (x * np.log(x / (1 - bx))).sum() - x @ a @ x / (math.sqrt(8) * bx) * logarithm,
    }
    assert found == pytest.approx(closed[family.name], rel=1e-12)


# Difference quotients.


@pytest.mark.parametrize(("kind", "order"), [("forward", 2), ("central", 3)])
def test_the_step_of_the_theory_is_the_one_with_the_least_bound(kind, order):
    def bound(h):
        noise = 2**-53 * 3.0
        return {"forward": 2 * noise / h + h * 0.7 / 2, "central": noise / h + h**2 * 0.7 / 6}[kind]

    step, error = best_step(kind, 3.0, 0.7)
    assert error == pytest.approx(bound(step), rel=1e-12)
    assert min(bound(1.1 * step), bound(step / 1.1)) > error
    assert math.log(step, 2**-53) == pytest.approx(1 / order, abs=0.05)


def test_a_long_step_errs_as_the_series_says():
    subjects, points = population(3)
    forward, central = curves(subjects[:1], points)  # the sine
    ((h, one, two),) = [(h, a, b) for h, a, b in zip(STEPS, forward.errors, central.errors, strict=True) if h == 1e-2]
    assert one == pytest.approx(
        np.median(np.abs(-np.sin(points) * h / 2 - np.cos(points) * h**2 / 6) / np.cos(points)), rel=1e-2
    )
    assert two == pytest.approx(h**2 / 6, rel=1e-3)


# Plain code.


@pytest.mark.parametrize(
    "construct",
    [c for c in CONSTRUCTS if c.name not in ("a call that leaves the library", "a root by bisection to 1e-6")],
    ids=lambda construct: construct.name,
)
def test_what_pencil_and_paper_say_is_the_derivative(construct):
    with mpmath.workdps(40):
        found = mpmath.diff(lambda x: construct.function(x, mpmath), construct.at)
    assert float(found) == pytest.approx(construct.slope, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "words"),
    {
        "one formula": ("right", "right", "right"),
        "recursion": ("right", "right", "right"),
        "a branch on the value": ("refused", "right", "right"),
        "a branch on equality": ("right", "right", "wrong"),
        "a call that leaves the library": ("refused", "right", "wrong"),
        "a root by bisection to 1e-6": ("refused", "wrong", "wrong"),
    }.items(),
)
def test_each_way_takes_what_it_is_known_to_take(name, words):
    """Branches on equality are the "if problem" of Beck and Fischer 1994."""
    (construct,) = [c for c in CONSTRUCTS if c.name == name]
    assert tuple(tried(construct, way).word for _, way in WAYS) == words


def _raising(function, at):
    raise TypeError("no")


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        (lambda f, at: 2.002, Tried("wrong", "2.002 for 2")),
        (lambda f, at: math.nan, Tried("wrong", "nan for 2")),
        (lambda f, at: 2.0, Tried("right", "2")),
        (_raising, Tried("refused", "TypeError: no")),
    ],
    ids=["a thousandth", "nan", "right", "raises"],
)
def test_a_planted_way_is_judged(way, expected):
    assert tried(Construct("square", lambda x, _: x * x, 1.0, 2.0), way) == expected


# A library.


@case(x=interval(-1, 1), points=[{"x": 0.5}])
def smooth(x):
    return exp(x) * sin(x)


@case(x=interval(-1, 1), points=[{"x": 0.5}])
def bent(x):
    return absolute(x) * x


@case(x=interval(0, 1, shape=30))
def many(x):
    found = x[0]
    for k in range(1, 30):
        found = found * x[k]
    return found


def test_a_library_is_counted(monkeypatch):
    rows = {row.method: row for row in support([smooth, bent, many])}
    assert tuple(rows) == METHODS
    assert {method: (row.given, row.asked) for method, row in rows.items() if row.given < 3} == {
        "finite:complex": (2, 3)
    }
    assert rows["finite:complex"].reasons == (("abs is made of pieces", 1),)
    assert rows["symbolic"].closed == 2


def test_an_engine_that_refuses_is_counted(monkeypatch):
    from diffcheck.engines.autograd.engine import Autograd

    def refuse(self, task):
        raise Unsupported("torch: 3 kernels (of 4) are missing: none")

    monkeypatch.setattr(Autograd, "prepare", refuse)
    found = {row.method: row for row in support([smooth])}
    assert (found["autograd"].given, found["autograd"].reasons) == (0, (("N kernels  are missing", 1),))


# The rules.


def test_functions_that_a_library_does_not_have_are_not_asked_of_it(small):
    far = case(name="far", x=interval(1, 2))(lambda x: si(x))
    rows = tuple(support([smooth, far]))
    found = {row.method: (row.given, row.lacking, row.asked) for row in rows}
    assert found["autograd"] == (1, 1, 2)
    assert found["symbolic"] == (2, 0, 2)
    judged = findings(replace(small, support=rows))["automatic-library"]
    assert judged.verdict is Verdict.HOLDS
    assert "autograd 1 of 1, 1 more are of functions that it does not have" in judged.figures


def _grown(costs, method, factor):
    return tuple(replace(c, ratio=factor(c)) if c.method == method else c for c in costs)


V = tuple(h / 100 + 1e-16 / h for h in STEPS)
PLANTED = {
    "a gradient that costs six times": (
        "reverse-operations",
        lambda m: replace(m, counts=tuple(replace(c, gradient=6 * c.function) for c in m.counts)),
        Verdict.NOT,
    ),
    "one of them": (
        "reverse-operations",
        lambda m: replace(m, counts=(replace(m.counts[0], gradient=6 * m.counts[0].function), *m.counts[1:])),
        Verdict.WITHIN,
    ),
    "a slow torch": (
        "reverse-time-torch",
        lambda m: replace(m, costs=_grown(m.costs, "autograd:reverse", lambda c: 5.1)),
        Verdict.NOT,
    ),
    "a fast torch": (
        "reverse-time-torch",
        lambda m: replace(m, costs=_grown(m.costs, "autograd:reverse", lambda c: 4.9)),
        Verdict.HOLDS,
    ),
    "slow code": (
        "reverse-time-compiled",
        lambda m: replace(m, costs=_grown(m.costs, "symbolic:program", lambda c: 9.0)),
        Verdict.NOT,
    ),
    "reverse mode that grows": (
        "reverse-growth",
        lambda m: replace(m, costs=_grown(m.costs, "autograd:reverse", lambda c: float(c.inputs))),
        Verdict.WITHIN,
    ),
    "forward mode that does not": (
        "forward-growth",
        lambda m: replace(m, costs=_grown(m.costs, "autograd:forward", lambda c: 3.0)),
        Verdict.WITHIN,
    ),
    "differences that do": (
        "differences-growth",
        lambda m: replace(m, costs=_grown(m.costs, "finite:central", lambda c: 3.0 * c.inputs)),
        Verdict.HOLDS,
    ),
    "a dear pass": (
        "forward-pass",
        lambda m: replace(m, counts=tuple(replace(c, slope=3 * c.function) for c in m.counts)),
        Verdict.NOT,
    ),
    "a V elsewhere": (
        "step-forward",
        lambda m: replace(m, curves=(Curve("forward", V, 1e-3, 1e-3), m.curves[1])),
        Verdict.WITHIN,
    ),
    "a V too deep, elsewhere": (
        "step-central",
        lambda m: replace(m, curves=(m.curves[0], Curve("central", tuple(1e-6 * e for e in V), 1e-3, 1e-3))),
        Verdict.NOT,
    ),
    "no V": (
        "step-legs",
        lambda m: replace(m, curves=tuple(replace(c, errors=(1e-8,) * len(STEPS)) for c in m.curves)),
        Verdict.NOT,
    ),
    "extrapolation that keeps little": (
        "extrapolation",
        lambda m: replace(m, kept=tuple(replace(k, digits=(9.0,) * len(k.digits)) for k in m.kept)),
        Verdict.NOT,
    ),
    "an inexact point": (
        "automatic-exact",
        lambda m: replace(m, kept=tuple(replace(k, within=k.within - 1) for k in m.kept)),
        Verdict.NOT,
    ),
    "nothing that cancels": (
        "symbolic-exact",
        lambda m: replace(m, cancelling=tuple(replace(c, within=(True,) * 5) for c in m.cancelling)),
        Verdict.HOLDS,
    ),
    "a complex step that is off": (
        "complex-step",
        lambda m: replace(m, kept=tuple(replace(k, within=0) for k in m.kept)),
        Verdict.NOT,
    ),
    "all refused, automatic": ("automatic-programs", lambda m: _all_constructs(m, "refused"), Verdict.NOT),
    "all right, differences": ("differences-values", lambda m: _all_constructs(m, "right"), Verdict.HOLDS),
    "all right, symbols": ("symbols-formulas", lambda m: _all_constructs(m, "right"), Verdict.NOT),
    "all refused, symbols": ("symbols-formulas", lambda m: _all_constructs(m, "refused"), Verdict.HOLDS),
    "formulas that do not swell": (
        "swell",
        lambda m: replace(m, lengths=tuple(replace(r, formula=r.size) for r in m.lengths)),
        Verdict.NOT,
    ),
    "shared parts that swell": ("swell-shared", lambda m: _long(m, "shared"), Verdict.NOT),
    "a program that swells": ("swell-program", lambda m: _long(m, "program"), Verdict.NOT),
}


def _all_constructs(measured, word):
    return replace(measured, constructs=((Tried(word, ""),) * len(WAYS),) * len(CONSTRUCTS))


def _long(measured, length):
    rows = tuple(replace(r, **{length: getattr(r, length) * 6 ** (2 * r.order)}) for r in measured.lengths)
    return replace(measured, lengths=rows)


@pytest.mark.parametrize(("name", "plant", "expected"), PLANTED.values(), ids=PLANTED)
def test_planted_figures_turn_the_verdict(small, name, plant, expected):
    assert findings(plant(small))[name].verdict is expected


def test_every_rule_is_planted():
    names = {claim.name for claims in TOPICS.values() for claim in claims}
    assert names - {name for name, _, _ in PLANTED.values()} == {"automatic-library", "closed-library"}


def test_claims_on_a_library_need_one(small):
    assert {name for name, found in findings(small).items() if found.verdict is Verdict.UNKNOWN} == {
        "automatic-library",
        "closed-library",
    }
    rows = tuple(support([smooth, many]))
    found = findings(replace(small, support=rows))
    assert (found["automatic-library"].verdict, found["closed-library"].verdict) == (Verdict.HOLDS, Verdict.HOLDS)
    lost = tuple(replace(row, given=row.given - (row.method == "autograd:forward")) for row in rows)
    assert findings(replace(small, support=lost))["automatic-library"].verdict is Verdict.WITHIN
    closed = tuple(replace(row, closed=row.asked) for row in rows)
    assert findings(replace(small, support=closed))["closed-library"].verdict is Verdict.NOT


# What is printed and written.


def test_the_page_of_the_docs_has_the_figures_that_are_the_same_everywhere(small):
    """Rows of its tables that depend neither on times nor on the points that are drawn; each claim with its rule."""
    exact = [make(small) for make in (tables.operations, tables.cancelling, tables.constructs, tables.formulas)]
    lines = set(PAGE.splitlines())
    rows = ["| " + " | ".join(row) + " |" for table in exact for row in table.rows]
    assert len(rows) > 30
    assert [row for row in rows if row not in lines] == []
    claims = [claim for group in TOPICS.values() for claim in group]
    assert [claim.name for claim in claims if PAGE.count(f"| {claim.statement} | **") != 1] == []
    assert [claim.name for claim in claims if f"| {claim.counts} | {claim.source} |" not in PAGE] == []


@pytest.fixture
def ready(small, monkeypatch, folder):
    monkeypatch.setattr(measure, "measured", lambda extent, cases, told: small)


@pytest.mark.usefixtures("ready")
def test_the_command_prints_a_verdict_for_each_claim_and_writes_all_figures():
    done = typed("claims --quick")
    assert done.exit_code == 0
    claims = [claim for group in TOPICS.values() for claim in group]
    assert done.stdout.splitlines()[-1].startswith(f"{len(claims)} claims: ")
    assert max(map(len, done.stdout.splitlines())) <= 120
    with Path("reports/claims/claims.csv").open(newline="", encoding="utf-8") as file:
        assert [row["claim"] for row in csv.DictReader(file)] == [claim.name for claim in claims]
    figures = list(csv.DictReader(io.StringIO(Path("reports/claims/figures.csv").read_text(encoding="utf-8"))))
    (cell,) = [
        r for r in figures if (r["table"], r["row"], r["column"]) == ("operations", "product of n, 10", "reverse")
    ]
    assert cell["figure"] == "2.8"
    page = Path("reports/claims/claims.md").read_text(encoding="utf-8")
    assert report.COMMAND in page
    for picture in Path("reports/claims/pictures").iterdir():
        assert f"(pictures/{picture.name})" in page
        assert ElementTree.parse(picture).getroot().tag.endswith("svg")


@pytest.mark.usefixtures("ready")
def test_formats_and_folders_are_chosen_and_mistakes_told():
    assert typed("claims --format csv --output here").exit_code == 0
    assert sorted(file.name for file in Path("here").iterdir()) == ["claims.csv", "figures.csv"]
    wrong = typed("claims --format pdf")
    assert (wrong.exit_code, wrong.stderr) == (2, "diffcheck: unknown format 'pdf': choose from csv, md\n")
    Path("file").write_text("")
    blocked = typed("claims --output file --format csv")
    assert blocked.exit_code == 2
    assert "diffcheck: cannot write file/claims.csv: " in blocked.stderr
    broken = typed("claims broken.py")
    assert broken.exit_code == 2
    assert "diffcheck: broken: " in broken.stderr


def test_a_line_is_placed_by_its_logarithms():
    drawn = svg(
        "a & b", "x", "y", [Line("straight", ((1.0, 1.0), (10.0, 10.0), (100.0, 100.0), (5.0, 0.0), (5.0, math.inf)))]
    )
    root = ElementTree.fromstring(drawn)
    (line,) = [each for each in root.iter() if each.tag.endswith("polyline")]
    places = [tuple(map(float, pair.split(","))) for pair in line.attrib["points"].split()]
    assert len(places) == 3
    (left, low), middle, (right, high) = places
    assert middle == pytest.approx(((left + right) / 2, (low + high) / 2))
    assert left < right
    assert low > high


def test_the_digits_of_a_double_are_the_most_there_are(small):
    assert all(0 <= d <= DOUBLE.digits for kept in small.kept for d in kept.digits)
