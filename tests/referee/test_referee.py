"""The referee against closed forms and published constants, computed with mpmath at 60 digits and written out here."""

import pytest
from flint import arb, ctx

import diffcheck.ops as o
from diffcheck import case, interval
from diffcheck.case.operators import Operator
from diffcheck.ops import (
    abs as magnitude,
)
from diffcheck.ops import (
    atan2,
    cbrt,
    clip,
    cos,
    digamma,
    e,
    eq,
    exp,
    floor,
    hypot,
    lgamma,
    log,
    maximum,
    minimum,
    pi,
    polygamma,
    rational,
    relu,
    sign,
    sin,
    softplus,
    sqrt,
    stack,
    tanh,
    trunc,
    where,
    xlogy,
)
from diffcheck.ops.table import Primitive
from diffcheck.program.trace import trace
from diffcheck.referee import ladder
from diffcheck.referee.component import Status
from diffcheck.referee.truth import Referee

WIDE = interval(-1e308, 1e308)
DERIVATIVE, GRADIENT = Operator.DERIVATIVE, Operator.GRADIENT
JACOBIAN, HESSIAN = Operator.JACOBIAN, Operator.HESSIAN
# A certified enclosure is tight at 104 bits, which are 31 digits.
DIGITS = 30


def versine(x):
    return (1 - cos(x)) / x**2


def log1pexp(x):
    return log(1 + exp(x))


def truth(function, *point, operator=DERIVATIVE):
    """The truth about a function of scalars, by all of them."""
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    made = case(**dict.fromkeys(names, WIDE))(function)
    program = trace(made.function, made.shapes, made.constants)
    return Referee(program, operator, made.wrt_positions).truth(list(point))


def the(truth):
    """The only component."""
    (component,) = truth.components
    return component


def assert_is(ball, expected, digits=DIGITS):
    """The ball holds the expected number (a literal, or an exact int) and is as tight as the digits say."""
    with ctx.workprec(512):
        value = arb(expected)
        slack = abs(value) * arb(10) ** -digits
        assert abs(ball - value).upper() <= slack, f"{ball} is not {expected}"


# Correct to 45 significant digits. The points are the doubles next to the decimals.
VALUES = {
    "tanh at 20": (lambda x: tanh(x), 20.0, "1.69934170211663558369288281038014192066657624753e-17"),
    "tanh at 1000": (lambda x: tanh(x), 1000.0, "1.03061434918445986087606019980294116508885223e-868"),
    "versine at 1e-4": (versine, 1e-4, "-0.00000833333332777777817861367241578442380422887546"),
    "versine at 1e-10": (versine, 1e-10, "-0.00000000000833333333333333363692942207359229093688346819"),
    "log1pexp at -400": (log1pexp, -400.0, "1.91516959671400569501983977865426435074209278e-174"),
    # 1 - 3.67e-348, more digits than the enclosure has.
    "log1pexp at 800": (log1pexp, 800.0, "1"),
    "softplus at -400": (lambda x: softplus(x), -400.0, "1.91516959671400569501983977865426435074209278e-174"),
    "exp at 800": (lambda x: exp(x), 800.0, "2.72637457211256656736477954636726975796659227e+347"),
    "cube at 1e200": (lambda x: x**3, 1e200, "2.99999999999999981839873327506217270509869266e+400"),
    "product with zero": (lambda x: 0 * x, 3.0, "0"),
    "log far out": (lambda x: log(x), 2.0**1000, arb((1, -1000))),
    # DLMF 5.4.12 and 5.15: psi(1) = -gamma, psi'(1) = pi^2/6, psi'(1/2) = pi^2/2.
    "lgamma at 1": (lambda x: lgamma(x), 1.0, "-0.577215664901532860606512090082402431042159335940"),
    "digamma at 1": (lambda x: digamma(x), 1.0, "1.64493406684822643647241516664602518921894990121"),
    "digamma at 1/2": (lambda x: digamma(x), 0.5, "4.93480220054467930941724549993807556765684970362"),
    # psi''(1) = -2 zeta(3).
    "trigamma at 1": (lambda x: polygamma(1, x), 1.0, "-2.40411380631918857079947632302289998152997258468"),
}


@pytest.mark.parametrize(("function", "x", "expected"), VALUES.values(), ids=VALUES)
def test_certified_value(function, x, expected):
    component = the(truth(function, x))
    assert component.status is Status.CERTIFIED
    assert component.left is component.right
    assert component.digits >= DIGITS
    assert_is(component.left, expected)


def test_the_derivative_beyond_the_largest_double_is_finite():
    component = the(truth(lambda x: x**3, 1e200))
    assert component.left.is_finite()
    assert component.left > arb(1.7976931348623157e308)


UNDEFINED = {
    "log at 0": (lambda x: log(x), 0.0),
    "log at -1": (lambda x: log(x), -1.0),
    "reciprocal at 0": (lambda x: 1 / x, 0.0),
    "sqrt at 0": (lambda x: sqrt(x), 0.0),
    "sqrt at -1": (lambda x: sqrt(x), -1.0),
    "cube root at 0": (lambda x: x ** (1 / 3), 0.0),
    "lgamma at -2": (lambda x: lgamma(x), -2.0),
    "lgamma at 0": (lambda x: lgamma(x), 0.0),
    "digamma at -1": (lambda x: digamma(x), -1.0),
    "versine at 0": (versine, 0.0),
    "xlogy at negative y": (lambda x: xlogy(x + 2, x), -1.0),
    "floor at 2": (lambda x: floor(x), 2.0),
    "sign at 0": (lambda x: sign(x), 0.0),
    "step at 0": (lambda x: where(x > 0, 1, 0) * 1.0, 0.0),
    "pole hidden by a product": (lambda x: 0 * (1 / x), 0.0),
    "inside a sum": (lambda x: x + log(x), -1.0),
}


@pytest.mark.parametrize(("function", "x"), UNDEFINED.values(), ids=UNDEFINED)
def test_undefined(function, x):
    component = the(truth(function, x))
    assert component.status is Status.UNDEFINED
    assert not component.has_value
    assert component.size.is_zero()
    assert component.reason != ""


def test_floor_at_an_integer_says_that_the_function_jumps():
    assert "jumps" in the(truth(lambda x: floor(x), 2.0)).reason


KINKS = {
    "abs": (lambda x: magnitude(x), 0.0, -1, 1),
    "relu": (lambda x: relu(x), 0.0, 0, 1),
    "clip at its lower end": (lambda x: clip(x, -1, 2), -1.0, 0, 1),
    "clip at its upper end": (lambda x: clip(x, -1, 2), 2.0, 1, 0),
    "maximum": (lambda x: maximum(x**2, x), 1.0, 1, 2),
    "minimum": (lambda x: minimum(x**2, x), 1.0, 2, 1),
    "where": (lambda x: where(x > 1, 5 * x, x + 4), 1.0, 1, 5),
    "sqrt of a square": (lambda x: sqrt(magnitude(x) ** 2), 0.0, -1, 1),
    "abs of a product": (lambda x: magnitude(3 * x - 6), 2.0, -3, 3),
    "nested": (lambda x: relu(relu(x) - relu(-x)), 0.0, 0, 1),
}


@pytest.mark.parametrize(("function", "x", "left", "right"), KINKS.values(), ids=KINKS)
def test_kink(function, x, left, right):
    component = the(truth(function, x))
    assert component.status is Status.KINK
    assert_is(component.left, left)
    assert_is(component.right, right)
    assert "left" in component.reason
    assert "right" in component.reason


def test_maximum_of_two_inputs_is_a_kink_by_both():
    by_x, by_y = truth(lambda x, y: maximum(x, y) * y, 1.0, 1.0, operator=GRADIENT).components
    # For x -> 1 from the left y y, from the right x y; for y -> 1 from the left x y, from the right y y.
    assert (by_x.status, by_y.status) == (Status.KINK, Status.KINK)
    for ball, expected in ((by_x.left, 0), (by_x.right, 1), (by_y.left, 1), (by_y.right, 2)):
        assert_is(ball, expected)


JOINS = {
    "relu(x) - relu(-x) is x": (lambda x: relu(x) - relu(-x), 0.0, 1),
    "sqrt not taken": (lambda x: where(x > 0, sqrt(x), x), -1.0, 1),
    "log not taken": (lambda x: where(x > 0, x, log(x)), 2.0, 1),
    "x^2 and 2x - 1 at 1": (lambda x: where(x > 1, x**2, 2 * x - 1), 1.0, 2),
    "abs of a cube": (lambda x: magnitude(x**3), 0.0, 0),
    "x |x|": (lambda x: x * magnitude(x), 0.0, 0),
    "maximum of equals": (lambda x: maximum(x, x), 5.0, 1),
    "relu away from 0": (lambda x: relu(x), 3.0, 1),
    "relu left of 0": (lambda x: relu(x), -3.0, 0),
    "floor between integers": (lambda x: floor(x) * x, 2.5, 2),
    "clip inside": (lambda x: clip(x, -1, 2), 0.0, 1),
}


@pytest.mark.parametrize(("function", "x", "expected"), JOINS.values(), ids=JOINS)
def test_pieces_that_have_a_derivative_at_the_point(function, x, expected):
    component = the(truth(function, x))
    assert component.status is Status.CERTIFIED
    assert_is(component.left, expected)


SECOND = {
    "sin at 1": (lambda x: sin(x), 1.0, "-0.841470984807896506652502321630298999622563060798"),
    "relu cubed at 0": (lambda x: relu(x) ** 3, 0.0, 0),
    "relu cubed at 2": (lambda x: relu(x) ** 3, 2.0, 12),
    "x^2 |x| at 0": (lambda x: x**2 * magnitude(x), 0.0, 0),
    "relu(x) - relu(-x) at 0": (lambda x: relu(x) - relu(-x), 0.0, 0),
}


@pytest.mark.parametrize(("function", "x", "expected"), SECOND.values(), ids=SECOND)
def test_second_derivative(function, x, expected):
    component = the(truth(function, x, operator=HESSIAN))
    assert component.status is Status.CERTIFIED
    assert_is(component.left, expected)


def test_second_derivative_of_relu_squared_is_a_kink():
    component = the(truth(lambda x: relu(x) ** 2, 0.0, operator=HESSIAN))
    assert component.status is Status.KINK
    assert_is(component.left, 0)
    assert_is(component.right, 2)


def test_second_derivative_where_the_first_has_a_kink_is_undefined():
    assert the(truth(lambda x: relu(x), 0.0, operator=HESSIAN)).status is Status.UNDEFINED


BENT_BY_ITSELF = {
    "a length of one number": lambda x, y: hypot(y, y) + x * x,
    "a cube root": lambda x, y: cbrt(y) + x * x,
    "a root of a square": lambda x, y: sqrt(y * y) + x * x,
    "a size": lambda x, y: magnitude(y) + x * x,
}


@pytest.mark.parametrize("function", BENT_BY_ITSELF.values(), ids=BENT_BY_ITSELF)
def test_mixed_second_derivatives_are_undefined_where_a_first_one_does_not_exist(function):
    """Although no term holds both inputs, so that the chain rule gives zero."""
    components = truth(function, 1.0, 0.0, operator=HESSIAN).components
    assert [c.status for c in components] == [Status.CERTIFIED, *[Status.UNDEFINED] * 3]
    assert_is(components[0].left, 2)


def test_mixed_second_derivatives():
    # f = x^2 y^3: f_xx = 2 y^3, f_xy = 6 x y^2, f_yy = 6 x^2 y, at (2, 3).
    components = truth(lambda x, y: x**2 * y**3, 2.0, 3.0, operator=HESSIAN).components
    for component, expected in zip(components, (54, 108, 108, 72), strict=True):
        assert component.status is Status.CERTIFIED
        assert_is(component.left, expected)


def unrecognised_zero(x):
    """Nothing, by an addition theorem."""
    return sin(2 * x) - 2 * sin(x) * cos(x)


@pytest.mark.parametrize(
    ("function", "operator"),
    [
        pytest.param(lambda x: sqrt(unrecognised_zero(x)), DERIVATIVE, id="sqrt of an unrecognised zero"),
        pytest.param(lambda x: log(unrecognised_zero(x)), DERIVATIVE, id="log of an unrecognised zero"),
        pytest.param(lambda x: magnitude(unrecognised_zero(x)), DERIVATIVE, id="abs of an unrecognised zero"),
        pytest.param(
            lambda x: floor(sin(2 * x) / (sin(x) * cos(x))), DERIVATIVE, id="floor of an unrecognised integer"
        ),
        pytest.param(lambda x: 1 / (unrecognised_zero(x)), DERIVATIVE, id="reciprocal of an unrecognised zero"),
        pytest.param(lambda x: sqrt(unrecognised_zero(x)), HESSIAN, id="second derivative"),
    ],
)
def test_uncertain_rather_than_wrong(function, operator, monkeypatch):
    monkeypatch.setattr(ladder, "LADDER", (128, 256, 512))
    component = the(truth(function, 0.7, operator=operator))
    assert component.status is Status.UNCERTAIN
    assert "512 bits" in component.reason


# polygamma(2, 3 sin(x/3)) cos(x/3) at 1e50, by mpmath with 400 digits.
POLYGAMMA_FAR_OUT = "-38.1243534187517750598822664750477307281083225"


def test_what_is_cut_off_is_not_taken_from_a_ball_around_zero_that_holds_other_integers():
    """At 128 bits the sine of 1e50/3 may be any; it is -0.77 by 200 digits of mpmath."""
    component = the(truth(lambda x: trunc(3 * sin(x / 3)) * x, 1e50))
    assert component.status is Status.CERTIFIED
    assert_is(component.left, -2)


def test_a_ball_on_both_sides_of_the_reflection_of_polygamma_asks_for_more_bits():
    """At 128 bits 3 sin(1e50/3) may be any number from -3 to 3."""
    component = the(truth(lambda x: polygamma(1, 3 * sin(x / 3)), 1e50))
    assert component.status is Status.CERTIFIED
    assert_is(component.left, POLYGAMMA_FAR_OUT)


def test_a_longer_ladder_certifies_what_a_shorter_one_leaves_uncertain(monkeypatch):
    def cancelling(x):
        return log(1 + exp(-x)) / exp(-x)

    monkeypatch.setattr(ladder, "LADDER", (128, 256))
    assert the(truth(cancelling, 700.0)).status is Status.UNCERTAIN
    monkeypatch.setattr(ladder, "LADDER", (128, 256, 512, 1024, 2048, 4096))
    component = the(truth(cancelling, 700.0))
    assert component.status is Status.CERTIFIED
    # ln(1 + t)/t - 1/(1 + t) = t/2 - 2 t^2/3 + ... with t = exp(-700) = 9.86e-305, which 1 drowns.
    assert_is(component.left, "4.92983827187988542835268647392473255255780009070e-305")


def test_outputs_partly_undefined():
    found = truth(lambda x: stack([log(x), x**2]), -1.0, operator=JACOBIAN)
    first, second = found.components
    assert first.status is Status.UNDEFINED
    assert second.status is Status.CERTIFIED
    assert_is(second.left, -2)
    assert found.rows == (1,)


def test_outputs_partly_undefined_with_two_inputs_keep_their_places():
    found = truth(lambda x, y: stack([x * y, log(x), y / x]), -2.0, 3.0, operator=JACOBIAN)
    statuses = [c.status for c in found.components]
    certified, undefined = Status.CERTIFIED, Status.UNDEFINED
    assert statuses == [certified, certified, undefined, undefined, certified, certified]
    for k, expected in ((0, 3), (1, -2), (4, "-0.75"), (5, "-0.5")):
        assert_is(found.components[k].left, expected)


def test_partly_undefined_where_pieces_meet():
    first, second = truth(lambda x: stack([sqrt(x - 1), magnitude(x)]), 0.0, operator=JACOBIAN).components
    assert first.status is Status.UNDEFINED
    assert second.status is Status.KINK
    assert_is(second.left, -1)
    assert_is(second.right, 1)


def test_one_output_smooth_where_another_has_a_kink():
    smooth, kinked = truth(lambda x: stack([tanh(x), relu(x)]), 0.0, operator=JACOBIAN).components
    assert (smooth.status, kinked.status) == (Status.CERTIFIED, Status.KINK)
    assert_is(smooth.left, 1)


def test_only_wrt_is_differentiated_by():
    made = case(x=WIDE, y=WIDE, wrt="y")(lambda x, y: x**2 * y)
    program = trace(made.function, made.shapes, made.constants)
    component = the(Referee(program, GRADIENT, made.wrt_positions).truth([3.0, 5.0]))
    assert_is(component.left, 9)


def test_an_input_that_nothing_depends_on_has_a_zero_derivative():
    by_x, by_y = truth(lambda x, y: x * 1, 3.0, 5.0, operator=GRADIENT).components
    assert_is(by_x.left, 1)
    assert by_y.left.is_zero()
    assert by_y.status is Status.CERTIFIED


def test_one_referee_serves_points_on_different_pieces():
    made = case(x=WIDE)(lambda x: relu(x) ** 2)
    program = trace(made.function, made.shapes, made.constants)
    referee = Referee(program, DERIVATIVE, [0])
    found = [the(referee.truth([x])) for x in (3.0, -3.0, 0.0, 3.0)]
    for component, expected in zip(found, (6, 0, 0, 6), strict=True):
        assert component.status is Status.CERTIFIED
        assert_is(component.left, expected)


def test_the_cut_of_atan2_is_a_jump_across_it_and_none_along_it():
    by_y, by_x = truth(lambda y, x: atan2(y, x), 0.0, -2.0, operator=GRADIENT).components
    # From above the angle falls from pi by y / x; from below it begins at -pi.
    assert by_y.status is Status.UNDEFINED
    assert by_y.left is None
    assert_is(by_y.right, "-0.5")
    assert by_y.reason == "the function jumps here; the slope from the right is -0.5"
    assert by_x.status is Status.CERTIFIED
    assert by_x.left.is_zero()


def test_a_sum_of_powers_at_zero():
    # 3 + 5 x + 7 x^2, written as everybody writes it: x^0 is 1, everywhere.
    component = the(truth(lambda x: sum(c * x**i for i, c in enumerate((3, 5, 7))), 0.0))
    assert component.status is Status.CERTIFIED
    assert_is(component.left, 5)


@pytest.mark.parametrize(("power", "expected"), [(2, 0), (3, 0)])
def test_a_power_of_a_zero_that_rounding_hides(power, expected):
    component = the(truth(lambda x: (exp(x) - exp(x)) ** power, 0.5))
    assert component.status is Status.CERTIFIED
    assert component.left.contains(expected)


def test_a_rule_that_divides_by_zero_does_not_mean_that_there_is_no_derivative():
    # sqrt(x^4) = x^2: the chain rule says 0/0, the derivative is 0.
    assert the(truth(lambda x: sqrt(x**4), 0.0)).status is not Status.UNDEFINED


@pytest.mark.parametrize("function", [lambda x: sqrt(x**2), lambda x: hypot(x, 0)], ids=["sqrt", "hypot"])
def test_a_kink_without_pieces_is_never_certified(function):
    assert the(truth(function, 0.0)).status is not Status.CERTIFIED


def test_peano_s_mixed_second_derivatives_at_zero_are_not_certified_to_be_equal():
    # f_x(0, y) = -y and f_y(x, 0) = x, so that the mixed second derivatives at 0 are -1 and 1.
    def peano(x, y):
        square = x**2 + y**2
        return where(eq(square, 0), 0, x * y * (x**2 - y**2) / square)

    _, by_xy, by_yx, _ = truth(peano, 0.0, 0.0, operator=HESSIAN).components
    assert by_xy.status is not Status.CERTIFIED
    assert by_yx.status is not Status.CERTIFIED


@pytest.mark.parametrize("number", [pi, e, 2 * pi, sqrt(pi), rational(1, 3)], ids=str)
def test_exact_numbers_at_a_kink(number):
    component = the(truth(lambda x: relu(number * x), 0.0))
    assert component.status is Status.KINK
    assert component.left.is_zero()
    with ctx.workprec(256):
        assert component.right.overlaps(number.enclosure())


MIXED = {
    "|x y|": lambda x, y: abs(x * y),
    "x times a length": lambda x, y: hypot(x * y, x * x),
    "a length of products": lambda x, y: exp(hypot(x * y, 0 * x)),
}


@pytest.mark.parametrize("function", MIXED.values(), ids=MIXED)
def test_a_mixed_derivative_that_depends_on_the_direction_is_not_certified(function):
    found = truth(function, 0.0, 0.0, operator=HESSIAN)
    assert found.components[1].status in (Status.UNDEFINED, Status.UNCERTAIN)
    assert found.components[2].status in (Status.UNDEFINED, Status.UNCERTAIN)


def test_a_mixed_derivative_beside_a_root_that_the_chain_rule_cannot_pass():
    """The slope of sqrt(x^4) is 0/0 by the chain rule at 0, but it is x^2."""
    found = truth(lambda x, y: sqrt(x**4) * y + x * y, 0.0, 0.0, operator=HESSIAN)
    assert [float(c.left.mid()) for c in found.components] == [0.0, 1.0, 1.0, 0.0]


HALF_WAY = [("floor", 1.5, 1), ("ceil", 1.5, 2), ("trunc", 1.5, 1), ("round", 2.0, 2), ("trunc", 0.5, 0)]


@pytest.mark.parametrize(
    ("name", "x", "expected"), [*HALF_WAY, ("floor", -1.5, -2), ("ceil", -1.5, -1), ("trunc", -1.5, -1)]
)
def test_half_way_between_integers_a_step_has_one_value(name, x, expected):
    """The switch may have counted from the one integer and the value from the other."""
    for side in (-1, 1):
        assert Primitive.rows[name].piece(side, [x], [arb(x)]) == expected


def test_a_quotient_that_is_known_exactly_only_later_is_no_jump():
    """Of the quotient 3 / 2 the switch has seen a ball, the value the exact number."""

    def bent(x):
        inner = o.interp(x, [-1, 0, 0.5, 2], [1, 0, -1, 3])
        return o.sum(o.interp(o.fmod(o.fmod(inner, o.relu(x)), inner), [-1, 0, 0.5, 2], [1, 0, -1, 3]))

    program = trace(bent, {"x": (2,)}, {})
    component = Referee(program, Operator.GRADIENT, [0, 1]).truth([1.0, 2.0]).components[1]
    assert component.status is Status.KINK
    assert component.left.overlaps(arb(40) / 9)
    assert component.right.overlaps(arb(-8) / 3)
