"""Mathieu and spheroidal functions against tables, and against mpmath by their differential equations."""

import importlib
from pathlib import Path

import mpmath as mp
import pytest
from flint import acb, arb, ctx
from uses import fractions, in_balls

from diffcheck import ops
from diffcheck.case.operators import Operator
from diffcheck.ops.enclosures import recurrences
from diffcheck.ops.functions.mathieu import Mathieu
from diffcheck.ops.functions.mathieu_modified import _summed
from diffcheck.ops.functions.spheroidal import Spheroidal
from diffcheck.ops.table import Primitive
from diffcheck.program.trace import trace
from diffcheck.referee.component import Status
from diffcheck.referee.truth import Referee

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
BITS, NEAR = 400, "1e-40"

# Abramowitz and Stegun, tables 20.1, 21.1 and 21.2.
PUBLISHED = [
    (ops.mathieu_a, (0, 5), "-5.80004602"),
    (ops.mathieu_a, (0, 10), "-13.93697996"),
    (ops.mathieu_a, (0, 25), "-40.25677955"),
    (ops.mathieu_a, (2, 5), "7.44910974"),
    (ops.mathieu_a, (10, 5), "100.12636922"),
    (ops.mathieu_a, (1, 5), "1.85818754"),
    (ops.mathieu_b, (1, 5), "-5.79008060"),
    (ops.mathieu_b, (2, 5), "2.09946045"),
    (ops.mathieu_ce, (0, 0, 0), "0.70710678"),
    (ops.mathieu_ce, (0, 5, 0), "0.04480018"),
    (ops.mathieu_ce, (0, 10, 0), "0.00762652"),
    (ops.mathieu_ce, (2, 5, 0), "0.73529431"),
    (ops.mathieu_ce, (1, 5, 0), "0.25654288"),
    (ops.mathieu_se_prime, (1, 5, 0), "0.17467540"),
    (ops.pro_cv, (0, 0, 1), "0.319000"),
    (ops.pro_cv, (0, 0, 2), "1.127734"),
    (ops.obl_cv, (0, 0, 1), "-0.348602"),
    (ops.obl_cv, (0, 0, 2), "-1.594493"),
]


@pytest.mark.parametrize(
    ("row", "arguments", "printed"), PUBLISHED, ids=[f"{row.name}{arguments}" for row, arguments, _ in PUBLISHED]
)
def test_tables_have_the_value_rounded(row, arguments, printed):
    half_a_digit = arb(5) * arb(10) ** -(len(printed.partition(".")[2]) + 1)
    with ctx.workprec(128):
        assert abs(row.on_balls()(*map(arb, arguments)) - arb(printed)) <= half_a_digit


@pytest.fixture(scope="module")
def waves():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS)
        yield importlib.import_module("wave_references")


ANGLES = [(3.0, 20.0), (-2.5, -130.0), (30.0, 89.0), (2.0**-30, 45.0), (0.0, 300.0)]
HEIGHTS = [(3.0, 0.5), (0.25, -1.0)]
PLACES = [(2.0, 0.25), (-1.5, -0.75), (20.0, 0.125), (2.0**-30, 0.5)]
# The function of all arguments but the orders, the same by mpmath, and points.
FUNCTIONS = {
    **{
        f"mathieu_{kind} {m}": (
            lambda q, kind=kind, m=m: getattr(ops, f"mathieu_{kind}")(m, q),
            lambda waves, q, sine=sine, m=m: waves.mathieu_value(sine, m, q),
            [(3.0,), (-2.5,), (30.0,), (2.0**-30,), (0.0,), (1e4,), (-1e4,)],
        )
        for kind, sine in (("a", False), ("b", True))
        for m in (1, 2, 7, 30)
    },
    **{
        f"{name} {m}": (
            lambda q, x, name=name, m=m: getattr(ops, name)(m, q, x),
            lambda waves, q, x, sine=sine, slope=slope, m=m: waves.mathieu(sine, slope, m, q, x),
            ANGLES,
        )
        for name, sine, slope in (
            ("mathieu_ce", False, False),
            ("mathieu_ce_prime", False, True),
            ("mathieu_se", True, False),
            ("mathieu_se_prime", True, True),
        )
        for m in (1, 2)
    },
    "mathieu_ce 0": (lambda q, x: ops.mathieu_ce(0, q, x), lambda waves, q, x: waves.mathieu(0, 0, 0, q, x), ANGLES),
    **{
        f"{kind}_cv {m} {n}": (
            lambda c, kind=kind, m=m, n=n: getattr(ops, f"{kind}_cv")(m, n, c),
            lambda waves, c, sign=sign, m=m, n=n: waves.spheroidal_value(sign, m, n, c),
            [(2.0,), (-1.5,), (20.0,), (2.0**-30,), (0.0,)],
        )
        for kind, sign in (("pro", 1), ("obl", -1))
        for m, n in ((0, 0), (1, 2), (3, 7))
    },
    **{
        f"{name} {m}": (
            lambda q, x, name=name, m=m: getattr(ops, name)(m, q, x),
            lambda waves, q, x, sine=sine, slope=slope, m=m: waves.modified(sine, slope, m, q, x),
            HEIGHTS,
        )
        for name, sine, slope in (
            ("mathieu_modce1", False, False),
            ("mathieu_modce1_prime", False, True),
            ("mathieu_modse1", True, False),
            ("mathieu_modse1_prime", True, True),
        )
        for m in (1, 2)
    },
    **{
        f"{kind}_ang1_{of} {m} {n}": (
            lambda c, x, name=f"{kind}_ang1_{of}", m=m, n=n: getattr(ops, name)(m, n, c, x),
            lambda waves, c, x, sign=sign, slope=slope, m=m, n=n: waves.spheroidal(sign, slope, m, n, c, x),
            PLACES,
        )
        for kind, sign in (("pro", 1), ("obl", -1))
        for of, slope in (("s", False), ("sp", True))
        for m, n in ((0, 1), (1, 1), (2, 4))
    },
}
# The first point of each function; the others take minutes together.
POINTS = [
    pytest.param(
        *(function, reference, point),
        id=f"{name} at {', '.join(map(str, point))}",
        marks=[pytest.mark.long] * (point is not points[0]),
    )
    for name, (function, reference, points) in FUNCTIONS.items()
    for point in points
]


def _number(x):
    return arb(mp.nstr(mp.re(x), 60))


@pytest.mark.parametrize(("function", "reference", "point"), POINTS)
def test_value_and_slopes_are_those_of_mpmath(waves, function, reference, point):
    names = "ab"[: len(point)]
    program = trace(lambda **x: function(*(x[n] for n in names)), dict.fromkeys(names, ()), {})
    truth = Referee(program, Operator.GRADIENT, range(len(point))).truth(list(point)).components
    exact = tuple(map(mp.mpf, point))
    with ctx.workprec(BITS), mp.workprec(BITS):
        (value,) = in_balls(program, fractions(point))
        expected = _number(reference(waves, *exact))
        assert abs(value - expected) <= arb(NEAR) * (abs(expected) + arb(NEAR))
        for place, component in enumerate(truth):
            step = mp.mpf(2) ** -100
            beside = [tuple(x + sign * step * (k == place) for k, x in enumerate(exact)) for sign in (1, -1)]
            right, left = (reference(waves, *x) for x in beside)
            slope = _number((right - left) / (2 * step))
            assert component.status is Status.CERTIFIED
            assert abs(component.left - slope) <= arb("1e-20") * (abs(slope) + abs(expected) + arb(NEAR))


@pytest.mark.parametrize(("m", "q"), [(0, 0.5 + 0.5j), (1, 2 - 0.25j), (4, -3 + 1j)])
def test_characteristic_values_are_analytic(waves, m, q):
    with ctx.workprec(BITS), mp.workprec(BITS):
        found = recurrences.characteristic(Mathieu(False, m % 2 == 1), m // 2, acb(q))
        centre, radius, count = mp.mpf(q.real), mp.mpf("0.125"), 128
        # Of the values at real numbers the polynomial that has them, in its points (Chebyshev's).
        nodes = [centre + radius * mp.cos(mp.pi * (k + 0.5) / count) for k in range(count)]
        values = [waves.mathieu_value(False, m, x) for x in nodes]
        at = mp.mpc(q.real, q.imag * 0.0625)
        near = recurrences.characteristic(Mathieu(False, m % 2 == 1), m // 2, acb(q.real, q.imag * 0.0625))
        weights = [(-1) ** k * mp.sin(mp.pi * (k + 0.5) / count) for k in range(count)]
        terms = [w / (at - x) for w, x in zip(weights, nodes, strict=True)]
        expected = mp.fdot(terms, values) / mp.fsum(terms)
        assert found.is_finite()
        assert abs(near.real - arb(mp.nstr(expected.real, 60))) <= arb("1e-25")
        assert abs(near.imag - arb(mp.nstr(expected.imag, 60))) <= arb("1e-25")


@pytest.mark.parametrize(("radius", "known"), [(0.015625, False), (0.5, False), (0.0, True)])
def test_two_values_that_meet_have_no_bound(radius, known):
    # Those of index 0 and 2 meet at 1.4687686 i: DLMF 28.7.
    q = acb(arb(0, radius), arb(1.4687686 if radius else 0.75, radius))
    assert recurrences.characteristic(Mathieu(False, False), 0, q).is_finite() is known


@pytest.mark.parametrize("recurrence", [Mathieu(False, False), Mathieu(True, True), Spheroidal(1, True)])
def test_a_value_with_another_index_is_not_taken(monkeypatch, recurrence):
    right = recurrences._in_doubles(recurrence, 2, 3.25)
    taken = recurrences._place.__wrapped__
    assert taken(recurrence, 2, 3.25).value == right[0][1]
    for shift in (-1, 1):
        wrong = recurrences._in_doubles(recurrence, 2 + shift, 3.25)
        monkeypatch.setattr(recurrences, "_in_doubles", lambda *_, wrong=wrong: wrong)
        assert taken(recurrence, 2, 3.25) is None
        monkeypatch.undo()


def test_a_value_that_is_a_bit_off_is_not_taken(monkeypatch):
    values, peak = recurrences._in_doubles(Mathieu(False, False), 2, 3.25)
    monkeypatch.setattr(recurrences, "_in_doubles", lambda *_: (values + 1e-6, peak))
    assert recurrences._place.__wrapped__(Mathieu(False, False), 2, 3.25) is None


@pytest.mark.parametrize(
    ("row", "arguments"),
    [
        (ops.mathieu_a, (2, 2.0**18)),
        (ops.mathieu_ce, (2, -(2.0**18), 30)),
        (ops.mathieu_b, (2**12, 1)),
        (ops.pro_cv, (0, 1, 1e3)),
        (ops.obl_ang1_s, (0, 1, 1e3, 0.5)),
        (ops.mathieu_modse2, (1, 2.0**18, 1)),
        (ops.pro_rad1_s, (0, 1, 2, 1e4)),
        (ops.pro_rad2_s, (0, 1, 2, 1.001)),
        (ops.obl_rad2_sp, (0, 1, 2, 0.5)),
    ],
    ids=lambda x: getattr(x, "name", None),
)
def test_far_out_nothing_is_known(row, arguments):
    assert not row.on_balls()(*map(arb, arguments)).is_finite()


ZEROS = [
    (ops.mathieu_ce, (1, 5, 90)),
    (ops.mathieu_ce_prime, (2, 5, -90)),
    (ops.mathieu_se, (2, 5, 90)),
    (ops.mathieu_se, (1, 5, 180)),
    (ops.pro_ang1_s, (0, 1, 2, 0)),
    (ops.obl_ang1_sp, (1, 1, 2, 0)),
    (Primitive.rows["mathieu_a_slope"], (0, 1, 2, 0)),
    (Primitive.rows["obl_cv_slope"], (0, 0, 1, 0, 1, 0)),
    (Primitive.rows["pro_rad1_s_slope"], (0, 0, 1, 0, 0, 2, 0, 1.5)),
]


@pytest.mark.parametrize(("row", "arguments"), ZEROS, ids=[row.name for row, _ in ZEROS])
def test_zeros_by_symmetry_are_zero(row, arguments):
    assert row.on_balls()(*map(arb, arguments)).is_zero()


def test_a_slope_that_is_only_known_to_be_small_rounds_to_zero():
    # At 0 the function has a value that does not depend on c.
    assert Primitive.rows["pro_ang1_s_slope"](0, 0, 1, 0, 0, 0, 0.5, 0.0) == 0.0
    assert Primitive.rows["pro_ang1_s_slope"](0, 0, 1, 0, 0, 0, 0.5, 0.25) != 0.0


@pytest.mark.parametrize("name", ["mathieu_ce", "mathieu_se_prime", "pro_ang1_s", "obl_ang1_sp"])
def test_wide_balls_hold_what_narrow_ones_do(name):
    row = Primitive.rows[name].on_balls()
    orders = (2,) if name.startswith("mathieu") else (1, 2)
    wide = row(*map(acb, orders), acb(arb(1.5, 0.01), arb(0, 0.01)), acb(arb(0.25, 0.01), arb(0, 0.01)))
    assert wide.is_finite()
    for turn in range(8):
        moved = acb(0.01) * acb.exp_pi_i(acb(turn) / 4)
        narrow = row(*map(acb, orders), acb(1.5) + moved, acb(0.25) - moved * acb(0, 1))
        assert wide.overlaps(narrow)
        assert narrow.rel_accuracy_bits() > 30


@pytest.mark.parametrize("sine", [False, True])
@pytest.mark.parametrize(("m", "q", "x"), [(1, 2.0, 0.5), (2, 0.25, -1.0), (3, 30.0, 1.5), (4, 400.0, 0.0)])
def test_modified_functions_have_their_wronskian(sine, m, q, x):
    """DLMF 28.20.21."""
    with ctx.workprec(BITS):
        first, first_by, second, second_by = (
            Primitive.rows[f"mathieu_mod{'cs'[sine]}e{k}{prime}"].on_balls()(arb(m), arb(q), arb(x))
            for k in (1, 2)
            for prime in ("", "_prime")
        )
        assert abs(first * second_by - first_by * second - 2 / arb.pi()) <= arb(NEAR)


@pytest.mark.parametrize("name", ["mathieu_modce1", "mathieu_modce2", "mathieu_modse1", "mathieu_modse2"])
@pytest.mark.parametrize("m", [1, 2, 5])
def test_modified_functions_are_bessels_far_out(name, m):
    """DLMF 28.20.11: but for a part ``exp(-x)``, those of the order m of ``2 sqrt(q) cosh(x)``."""
    with ctx.workprec(BITS):
        x, q = arb(14), arb(0.25)
        found, argument = Primitive.rows[name].on_balls()(arb(m), q, x), 2 * q.sqrt() * x.cosh()
        expected = argument.bessel_j(arb(m)) if name.endswith("1") else argument.bessel_y(arb(m))
        assert abs(found - expected) * argument.sqrt() <= 99 * (-x).exp()


@pytest.mark.parametrize("second", [False, True])
@pytest.mark.parametrize("recurrence", [Mathieu(False, False), Mathieu(False, True), Mathieu(True, False)])
def test_all_sums_of_products_are_one_function(recurrence, second):
    """DLMF 28.24: whichever coefficient they are divided by."""
    with ctx.workprec(BITS):
        q, x = acb(3), acb(0.5)
        lam = recurrences.characteristic(recurrence, 1, q)
        found = [_summed(recurrence, q, lam, s, x, second, slope=False) for s in (1, 2, 3)]
        assert all(f.rel_accuracy_bits() > 200 for f in found)
        assert all(f.overlaps(found[0]) for f in found)


KINDS = [("pro", 1), ("obl", -1)]
ORDERS = [(0, 0, 4.0, 1.125), (1, 1, 0.5, 1.5), (2, 4, 10.0, 1.25), (0, 1, 2.0, 3.0), (3, 3, 1.5, 1.75)]


@pytest.mark.parametrize(("kind", "sign"), KINDS)
@pytest.mark.parametrize(("m", "n", "c", "x"), ORDERS)
def test_radial_functions_have_their_wronskian(kind, sign, m, n, c, x):
    """DLMF 30.11.7."""
    with ctx.workprec(BITS):
        first, first_by, second, second_by = (
            Primitive.rows[f"{kind}_rad{k}_{of}"].on_balls()(*map(arb, (m, n, c, x)))
            for k in (1, 2)
            for of in ("s", "sp")
        )
        wronskian = first * second_by - first_by * second
        assert abs(wronskian * c * (arb(x) ** 2 - sign) - 1) <= arb(NEAR)


@pytest.mark.parametrize("kind", ["pro", "obl"])
@pytest.mark.parametrize(("m", "n"), [(0, 0), (1, 1), (2, 4), (1, 2)])
def test_radial_functions_are_waves_far_out(kind, m, n):
    """DLMF 30.11.6."""
    with ctx.workprec(128):
        c, x = arb(0.5), arb(3000)
        turned = c * x - (n + 1) * arb.pi() / 2
        for k, wave in ((1, turned.cos()), (2, turned.sin())):
            found = Primitive.rows[f"{kind}_rad{k}_s"].on_balls()(arb(m), arb(n), c, x)
            assert abs(found * c * x - wave) <= 40 / (c * x)


@pytest.mark.parametrize(("kind", "sign"), KINDS)
@pytest.mark.parametrize(("n", "c", "x"), [(0, 2.0, 1.5), (1, 0.5, 3.0), (3, 6.0, 1.25)])
@pytest.mark.parametrize(("of", "slope"), [("s", False), ("sp", True)])
def test_radial_functions_of_the_first_kind_are_integrals(waves, kind, sign, n, c, x, of, slope):
    with ctx.workprec(BITS), mp.workprec(150):
        found = Primitive.rows[f"{kind}_rad1_{of}"].on_balls()(*map(arb, (0, n, c, x)))
        expected = arb(mp.nstr(waves.radial(sign, slope, n, mp.mpf(c), mp.mpf(x)), 40))
        assert abs(found - expected) <= arb("1e-30") * abs(expected)


@pytest.mark.parametrize(("m", "n"), [(1, 1), (1, 2), (3, 5)])
def test_radial_functions_of_the_first_kind_are_angular_ones_gone_on(waves, m, n):
    """Up to a factor they are one function (DLMF 30.11.8): for a prolate spheroid beyond 1."""
    with ctx.workprec(BITS), mp.workprec(BITS):
        lam = waves.spheroidal_value(1, m, n, 2.0)
        quotients = [
            Primitive.rows["pro_rad1_s"].on_balls()(arb(m), arb(n), arb(2), arb(x))
            / (_number(waves._about_an_end(m, lam, mp.mpf(4), mp.mpf(x))[0]) * (arb(x) ** 2 - 1).sqrt() ** m)
            for x in (1.25, 1.5, 2)
        ]
        assert all(abs(f - quotients[0]) <= arb(NEAR) * abs(f) for f in quotients)
