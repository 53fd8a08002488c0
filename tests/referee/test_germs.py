"""Sums of c t^a ln(t)^b: their arithmetic, and the table's operations on them, against expansions written by hand."""

import math
from fractions import Fraction

import pytest
from flint import arb, arb_series, ctx

from diffcheck.ops.table import Primitive
from diffcheck.referee.beside.expansions import applied
from diffcheck.referee.beside.germs import ORDER, Germ, NoExpansion, germ
from diffcheck.referee.beside.jets import Jets, along, coefficient

F = Fraction
WAY = germ(arb_series([0, 1], 8))


def exactly(terms):
    """The sum of these terms and no others."""
    return Germ.of({(F(a), b): arb(c) for (a, b), c in terms.items()})


def on(name, *operands):
    return applied(Primitive.rows[name], operands)


def numbers(x, below):
    """The coefficients of a germ, as floats, of the terms below a power of t."""
    assert x.order >= below
    return {e: float(c) for e, c in x.terms.items() if e[0] < below}


T = exactly({(1, 0): 1})
# A germ, up to which power, and its terms below that.
EXPANSIONS = {
    "sqrt(t)": (lambda: on("sqrt", T), 3, {(F(1, 2), 0): 1}),
    "sqrt(t + t^2)": (
        lambda: on("sqrt", T + T * T),
        3,
        {(F(1, 2), 0): 1, (F(3, 2), 0): 1 / 2, (F(5, 2), 0): -1 / 8},
    ),
    "t^1.5 of a double": (lambda: on("power", T, 1.5), 3, {(F(3, 2), 0): 1}),
    "t^0.1 of a double": (lambda: on("power", T, 0.1), 1, {(F(0.1), 0): 1}),
    "1/t^2": (lambda: on("power", T, -2), 1, {(F(-2), 0): 1}),
    "1/(t - t^2)": (lambda: 1 / (T - T * T), 2, {(F(-1), 0): 1, (F(0), 0): 1, (F(1), 0): 1}),
    "ln(2t + t^2)": (
        lambda: on("log", 2 * T + T * T),
        2,
        {(F(0), 1): 1, (F(0), 0): math.log(2), (F(1), 0): 1 / 2},
    ),
    "t ln(t)": (lambda: on("xlogy", T, T), 3, {(F(1), 1): 1}),
    "t^t": (lambda: on("power", T, T), 3, {(F(0), 0): 1, (F(1), 1): 1, (F(2), 2): 1 / 2}),
    "exp(3 ln(t) + t)": (lambda: on("exp", 3 * on("log", T) + T), 5, {(F(3), 0): 1, (F(4), 0): 1}),
    "exp(-1/t)": (lambda: on("exp", -1 / T), 4, {}),
    "tanh(1/t)": (lambda: on("tanh", 1 / T), 4, {(F(0), 0): 1}),
    "atan(-1/t)": (lambda: on("atan", -1 / T), 3, {(F(0), 0): -math.pi / 2, (F(1), 0): 1}),
    "softplus(-1/t)": (lambda: on("softplus", -1 / T), 4, {}),
    "sigmoid(1/t)": (lambda: on("sigmoid", 1 / T), 4, {(F(0), 0): 1}),
    "acos(1 - t^2)": (
        lambda: on("acos", 1 - T * T),
        4,
        {(F(1), 0): math.sqrt(2), (F(3), 0): math.sqrt(2) / 12},
    ),
    "asin(t - 1)": (
        lambda: on("asin", T - 1),
        2,
        {(F(0), 0): -math.pi / 2, (F(1, 2), 0): math.sqrt(2), (F(3, 2), 0): math.sqrt(2) / 12},
    ),
    "acosh(1 + t)": (lambda: on("acosh", 1 + T), 1, {(F(1, 2), 0): math.sqrt(2)}),
    "atanh(1 - t)": (lambda: on("atanh", 1 - T), 1, {(F(0), 0): math.log(2) / 2, (F(0), 1): -1 / 2}),
    "log1p(t - 1)": (lambda: on("log1p", T - 1), 2, {(F(0), 1): 1}),
    "log2(4t)": (lambda: on("log2", 4 * T), 2, {(F(0), 0): 2, (F(0), 1): 1 / math.log(2)}),
    "log10(100t)": (lambda: on("log10", 100 * T), 2, {(F(0), 0): 2, (F(0), 1): 1 / math.log(10)}),
    "tan(pi/2 - t)": (
        lambda: on("div", on("sin", 1 + T) * 0 + 1, on("tan", T)),
        3,
        {(F(-1), 0): 1, (F(1), 0): -1 / 3},
    ),
    "hypot(3t, 4t)": (lambda: on("hypot", 3 * T, 4 * T), 3, {(F(1), 0): 5}),
    "hypot(-t ln(t), 0)": (lambda: on("hypot", on("xlogy", T, T), 0), 3, {(F(1), 1): -1}),
    "below the cut": (lambda: on("atan2", -T, -1), 3, {(F(0), 0): -math.pi, (F(1), 0): 1}),
    "above the cut": (lambda: on("atan2", T, -1), 3, {(F(0), 0): math.pi, (F(1), 0): -1}),
    "on the cut": (lambda: on("atan2", 0, T - 1), 3, {(F(0), 0): math.pi}),
    "an angle from the origin": (lambda: on("atan2", T, T), 3, {(F(0), 0): math.pi / 4}),
    "the second axis": (lambda: on("atan2", -T, T * T), 1, {(F(0), 0): -math.pi / 2}),
    "erf of a root": (lambda: on("erf", on("sqrt", T)), 1, {(F(1, 2), 0): 2 / math.sqrt(math.pi)}),
    "logsumexp": (lambda: on("logsumexp_of", T, -1 / T), 3, {(F(1), 0): 1}),
    "sin of t^1.5": (lambda: on("sin", on("power", T, 1.5)), 4, {(F(3, 2), 0): 1}),
    "sin of a negative root": (lambda: on("sin", -on("sqrt", T)), 1, {(F(1, 2), 0): -1}),
}


@pytest.mark.parametrize(("expansion", "below", "terms"), EXPANSIONS.values(), ids=EXPANSIONS)
def test_expansions(expansion, below, terms):
    with ctx.workprec(128):
        assert numbers(expansion(), below) == pytest.approx(terms)


WITHOUT = {
    "sin(1/t)": lambda: on("sin", 1 / T),
    "exp(1/t)": lambda: on("exp", 1 / T),
    "sqrt(-t)": lambda: on("sqrt", -T),
    "log(-t)": lambda: on("log", -T),
    "1/0": lambda: 1 / germ(0),
    "log(0)": lambda: on("log", germ(0)),
    "the root of what may be negative": lambda: on("sqrt", Germ.of({(F(1), 0): arb(0, 1e-9)})),
    "1/(1 + 1/ln(t))": lambda: 1 / (1 + 1 / on("log", T)),
    "gamma's pole": lambda: on("lgamma", T),
    "an unknown sum": lambda: on("log", Germ({}, F(3))),
}


@pytest.mark.parametrize("operation", WITHOUT.values(), ids=WITHOUT)
def test_what_has_no_expansion_says_so(operation):
    with pytest.raises((NoExpansion, ZeroDivisionError)):
        operation()


SIGNS = {
    "t": (T, 1),
    "-t + 1000 t^2": (-T + 1000 * T * T, -1),
    "t ln(t)": (exactly({(1, 1): 1}), -1),
    "t ln(t)^2": (exactly({(1, 2): 1}), 1),
    "t ln(t) outweighs t": (exactly({(1, 1): 1, (1, 0): 99}), -1),
    "zero": (germ(0), 0),
    "unknown from t^3 on": (Germ({}, F(3)), None),
    "perhaps zero": (Germ.of({(F(1), 0): arb(0, 1)}), None),
}


@pytest.mark.parametrize(("x", "sign"), SIGNS.values(), ids=SIGNS)
def test_signs_for_small_t(x, sign):
    assert x.sign() == sign
    assert (x < 0, x > 0) == (sign == -1, sign == 1)
    assert (x <= 0, x >= 0, x.is_zero()) == (sign in (-1, 0), sign in (0, 1), sign == 0)


def test_what_is_left_out_stays_unknown():
    """A sum known below t^2 times t is known below t^3, and its product with 1/t below t."""
    known = Germ({(F(0), 0): arb(1)}, F(2))
    assert (known * T).order == 3
    assert (known / T).order == 1
    assert (known * known).order == 2
    assert (known + T * T).order == 2
    assert on("sqrt", known * T).order == F(5, 2)


def test_infinite_sums_end():
    assert on("exp", T).order == ORDER
    assert on("exp", on("power", T, 1e-3)).order < 1


def test_a_fixed_point_is_known_as_far_as_its_step_tells():
    """The w of ``w exp(w) = t`` is Lambert's function, of ``w^2 (1 + w) = t`` the root of t less half of t."""
    with ctx.workprec(128):
        lambert = T.fixed_point(lambda w: on("div", T, on("exp", w)))
        root = on("sqrt", T).fixed_point(lambda w: on("sqrt", on("div", T, 1 + w)))
    assert numbers(lambert, 3) == {(F(1), 0): 1, (F(2), 0): -1}
    assert numbers(root, F(3, 2)) == {(F(1, 2), 0): 1, (F(1), 0): -0.5}


@pytest.mark.parametrize("step", [lambda w: 2 * T + w * w, lambda w: 1 + w], ids=["another term", "no term"])
def test_a_fixed_point_begins_as_it_is_said_to(step):
    with pytest.raises(NoExpansion):
        T.fixed_point(step)


def test_several_that_move_have_a_series_together():
    with ctx.workprec(128):
        found = on("atan2", 1 + T, 2 - T)
    assert numbers(found, 3) == pytest.approx({(F(0), 0): math.atan2(1, 2), (F(1), 0): 3 / 5, (F(2), 0): 3 / 25})


def test_many_terms_are_cut_off_at_the_end():
    terms = {(F(k, 100), 0): arb(1) for k in range(1, 200)}
    found = Germ.of(terms)
    assert found.order <= F(1)
    assert {e for e in terms if e[0] < found.order} == set(found.terms)


# Values along rays.


def test_what_does_not_move_stays_a_ball():
    moving, still = along([F(1), F(2)], [1, 0], 3)
    assert isinstance(moving, arb_series)
    assert isinstance(still, arb)
    apply = Jets().function
    assert isinstance(apply(Primitive.rows["exp"])(still), arb)
    assert isinstance(apply(Primitive.rows["mul"])(moving, still), arb_series)


def test_a_zero_that_moves_may_not_be_one():
    (x,) = along([F(0)], [1], 6)
    power = Jets().function(Primitive.rows["power"])(x, arb(12))
    assert Jets().sign(power) is None
    assert Jets().sign(arb(0)) == 0


def test_series_are_left_where_they_end_and_taken_up_again():
    (x,) = along([F(0)], [1], 6)
    apply = Jets().function
    root = apply(Primitive.rows["sqrt"])(x)
    assert isinstance(root, Germ)
    assert isinstance(apply(Primitive.rows["mul"])(root, root), arb_series)


def test_a_coefficient_beyond_what_is_known_is_not_zero():
    (x,) = along([F(0)], [1], 3)
    assert coefficient(x, 1) == 1
    assert coefficient(x, 3).is_zero()
    for unknown in (x, Germ({}, F(4))):
        with pytest.raises(NoExpansion):
            coefficient(unknown, 4)
    assert coefficient(arb(5), 4).is_zero()


def test_an_exponent_that_no_ball_holds_is_exact():
    with ctx.workprec(128):
        third = Jets().const(F(1, 3))
        root = Jets().function(Primitive.rows["power"])(*along([F(0)], [1], 6), third)
        cube = Jets().function(Primitive.rows["power"])(root, arb(3))
        assert numbers(germ(root), 1) == {(F(1, 3), 0): 1}
        assert coefficient(cube, 1) == 1


@pytest.mark.parametrize("name", ["asin", "acos", "acosh", "hypot", "log1p", "tanh", "sigmoid", "atan", "softplus"])
def test_the_formula_elsewhere_is_the_operation(name):
    """Where both exist, the formula of the row gives what its power series gives."""
    row, inner = Primitive.rows[name], germ(arb_series([1.5 if name == "acosh" else 0.5, -1, 2], 6))
    operands = [inner, 1 + T][: 2 if name == "hypot" else 1]
    with ctx.workprec(128):
        by_formula = germ(row.elsewhere(*operands))
        by_series = germ(row.on_series()(*[arb_series([x[k] for k in range(5)], 5) for x in operands]))
        difference = by_formula - by_series
    assert difference.order >= 4
    assert all(c.contains(0) for c in difference.terms.values())
