"""Laws of calculus that the certified truths must obey, for functions composed at random."""

from fractions import Fraction

import numpy as np
import pytest
from flint import arb, ctx
from hypothesis import given, settings
from hypothesis import strategies as st

from diffcheck import case, interval
from diffcheck.case.operators import Operator
from diffcheck.ops import exp, sin, stack, tanh
from diffcheck.ops import sum as total
from diffcheck.ops.enclosures import balls
from diffcheck.program.differentiate import jacobian
from diffcheck.program.trace import trace
from diffcheck.referee.component import Status
from diffcheck.referee.evaluate import Balls, evaluate
from diffcheck.referee.truth import Referee

WIDE = interval(-1e3, 1e3)
BITS = 256
# Truths are certified to 104 bits; a sum of some of them may lose a few.
TIGHT = 80

UNARY = {
    "exp": lambda u: exp(sin(u)),
    "sin": sin,
    "tanh": tanh,
    "square": lambda u: u * u,
    "negative": lambda u: -u,
}
BINARY = {
    "+": lambda u, v: u + v,
    "-": lambda u, v: u - v,
    "*": lambda u, v: u * v,
    "/": lambda u, v: u / (2 + v * v),
}


def grammar(*leaves, unary=UNARY):
    """Trees: a leaf, (unary, tree) or (binary, tree, tree)."""
    constants = st.sampled_from([Fraction(1, 2), Fraction(3), Fraction(-5, 4)])
    return st.recursive(
        st.sampled_from(leaves) | constants,
        lambda trees: (
            st.tuples(st.sampled_from(sorted(unary)), trees) | st.tuples(st.sampled_from(sorted(BINARY)), trees, trees)
        ),
        max_leaves=6,
    )


def value(tree, inputs, unary=UNARY):
    """The value of a tree, for traced inputs by name."""
    match tree:
        case str(name):
            return inputs[name]
        case (name, one):
            return unary[name](value(one, inputs, unary))
        case (name, one, other):
            return BINARY[name](value(one, inputs, unary), value(other, inputs, unary))
        case constant:
            # A bare constant is no array; zero times an input makes it one.
            return constant + 0 * inputs["x"]


def of_two(tree):
    return lambda x, y: value(tree, {"x": x, "y": y})


def of_one(tree):
    return lambda x: value(tree, {"x": x})


def truths(function, point, operator=Operator.GRADIENT):
    """The certified components, an array of balls in the shape of the derivative."""
    names = "xyz"[: len(point)]
    made = case(**dict.fromkeys(names, WIDE))(function)
    program = trace(made.function, made.shapes, {})
    components = Referee(program, operator, made.wrt_positions).truth(list(point)).components
    assert {c.status for c in components} == {Status.CERTIFIED}
    shape = operator.shape(program.outputs.shape, len(point))
    return np.array([c.left for c in components], dtype=object).reshape(shape)


def values(function, arguments):
    """The function at balls."""
    return _evaluated(trace(function, dict.fromkeys("xyz"[: len(arguments)], ()), {}), arguments)


def slopes(function, arguments):
    """Its first derivatives at balls, which the referee takes at floats only."""
    program = trace(function, dict.fromkeys("xyz"[: len(arguments)], ()), {})
    return _evaluated(jacobian(program, range(len(arguments))), arguments)


def _evaluated(program, arguments):
    result = evaluate(program.nodes, list(arguments), Balls())
    assert result.faults == {}
    found = [result.values[i] for i in program.outputs.ravel().tolist()]
    return np.array(found, dtype=object).reshape(program.outputs.shape)


def assert_equal(left, right):
    """Two arrays of balls enclose the same numbers, tightly for the size of what they are made of."""
    left, right = np.asarray(left, dtype=object), np.asarray(right, dtype=object)
    assert left.shape == right.shape
    for one, other in zip(left.ravel().tolist(), right.ravel().tolist(), strict=True):
        assert one.overlaps(other), f"{one} and {other} are different numbers"
        assert max(one.rad(), other.rad()) <= arb((1, -TIGHT)) * (1 + 1000 * abs(one).upper())


lawful = settings(max_examples=25, deadline=None, derandomize=True)
trees = grammar("x", "y")
trees_of_one = grammar("x")
coordinates = st.integers(-64, 64).map(lambda n: n / 32)
two = st.tuples(coordinates, coordinates)
factors = st.integers(-8, 8).map(lambda n: n / 4)


@lawful
@given(trees, trees, factors, factors, two)
def test_linearity(f, g, a, b, point):
    f, g = of_two(f), of_two(g)
    with ctx.workprec(BITS):
        combined = truths(lambda x, y: a * f(x, y) + b * g(x, y), point)
        assert_equal(combined, arb(a) * truths(f, point) + arb(b) * truths(g, point))


@lawful
@given(trees, trees, two)
def test_product_rule(f, g, point):
    f, g = of_two(f), of_two(g)
    with ctx.workprec(BITS):
        at = [arb(v) for v in point]
        by_rule = truths(f, point) * values(g, at) + values(f, at) * truths(g, point)
        assert_equal(truths(lambda x, y: f(x, y) * g(x, y), point), by_rule)


@lawful
@given(trees, trees, two)
def test_quotient_rule(f, g, point):
    f, g = of_two(f), of_two(g)
    with ctx.workprec(BITS):
        at = [arb(v) for v in point]
        below = 1 + values(g, at) ** 2
        slope_below = 2 * values(g, at) * truths(g, point)
        by_rule = (truths(f, point) * below - values(f, at) * slope_below) / below**2
        assert_equal(truths(lambda x, y: f(x, y) / (1 + g(x, y) ** 2), point), by_rule)


@lawful
@given(trees, trees, trees, two)
def test_chain_rule(outer, first, second, point):
    outer, first, second = of_two(outer), of_two(first), of_two(second)
    with ctx.workprec(BITS):
        at = [arb(v) for v in point]
        inner = [values(first, at)[()], values(second, at)[()]]
        by_rule = slopes(outer, inner) @ np.stack([truths(first, point), truths(second, point)])
        assert_equal(truths(lambda x, y: outer(first(x, y), second(x, y)), point), by_rule)


@lawful
@given(trees_of_one, trees_of_one, coordinates)
def test_chain_rule_in_one_variable(outer, inner, x):
    outer, inner = of_one(outer), of_one(inner)
    with ctx.workprec(BITS):
        by_rule = slopes(outer, [values(inner, [arb(x)])[()]]) * truths(inner, [x])
        assert_equal(truths(lambda x: outer(inner(x)), [x]), by_rule)


@lawful
@given(trees, two)
def test_hessians_are_symmetric(f, point):
    hessian = truths(of_two(f), point, Operator.HESSIAN)
    assert hessian.shape == (2, 2)
    assert_equal(hessian, hessian.T)


@lawful
@given(trees, two, st.sampled_from([(1, 0), (0, 1), (1, 1), (1, -1), (2, 3)]))
def test_hessians_are_second_derivatives_along_lines(f, point, direction):
    # With t for the way along a line through the point, f(p + t d)'' = d H d.
    f, (x0, y0), d = of_two(f), point, np.array([arb(v) for v in direction], dtype=object)
    with ctx.workprec(BITS):
        along = truths(lambda x: f(x0 + direction[0] * x, y0 + direction[1] * x), [0.0], Operator.HESSIAN)
        assert_equal(along[0, 0], d @ truths(f, point, Operator.HESSIAN) @ d)


@lawful
@given(trees, two)
def test_hessians_are_jacobians_of_gradients(f, point):
    # Squares have gradients that can be written down: (f^2)' = 2 f f'.
    f = of_two(f)
    with ctx.workprec(BITS):
        gradient, hessian = truths(f, point), truths(f, point, Operator.HESSIAN)
        by_rule = 2 * np.outer(gradient, gradient) + 2 * values(f, [arb(v) for v in point]) * hessian
        assert_equal(truths(lambda x, y: f(x, y) ** 2, point, Operator.HESSIAN), by_rule)


@lawful
@given(st.lists(trees, min_size=1, max_size=4), two)
def test_jacobians_have_a_row_for_each_result(functions, point):
    functions = [of_two(f) for f in functions]
    found = truths(lambda x, y: stack([f(x, y) for f in functions]), point, Operator.JACOBIAN)
    assert found.shape == (len(functions), 2)
    assert_equal(found, np.stack([truths(f, point) for f in functions]))


@lawful
@given(st.lists(trees, min_size=1, max_size=4), two)
def test_the_gradient_of_a_sum_is_the_sum_of_the_gradients(functions, point):
    functions = [of_two(f) for f in functions]

    def summed(x, y):
        return total(stack([f(x, y) for f in functions]))

    with ctx.workprec(BITS):
        assert_equal(truths(summed, point), sum(truths(f, point) for f in functions))


@lawful
@given(st.lists(st.integers(-4, 4), min_size=2, max_size=5), trees_of_one, two)
def test_euler_s_theorem_on_homogeneous_functions(coefficients, shape, point):
    # A form of degree k times a function of x/y alone: x f_x + y f_y = k f.
    degree = len(coefficients) - 1
    shape = of_one(shape)
    x0, y0 = point[0], abs(point[1]) + 0.5

    def homogeneous(x, y):
        form = sum(c * x**i * y ** (degree - i) for i, c in enumerate(coefficients))
        return form * shape(x / y)

    with ctx.workprec(BITS):
        by_x, by_y = truths(homogeneous, (x0, y0))
        assert_equal(arb(x0) * by_x + arb(y0) * by_y, degree * values(homogeneous, [arb(x0), arb(y0)])[()])


@lawful
@given(trees, two)
def test_exchanged_inputs_exchange_the_components(f, point):
    f = of_two(f)
    assert_equal(truths(lambda x, y: f(y, x), point[::-1]), truths(f, point)[::-1])


@lawful
@given(trees, trees, two)
def test_the_truth_does_not_depend_on_how_the_function_is_written(f, g, point):
    f, g = of_two(f), of_two(g)
    factored = truths(lambda x, y: (f(x, y) - g(x, y)) * (f(x, y) + g(x, y)), point)
    expanded = truths(lambda x, y: f(x, y) ** 2 - g(x, y) ** 2, point)
    assert_equal(factored, expanded)


@pytest.mark.parametrize("outputs", [1, 2, 5])
@pytest.mark.parametrize("inputs", [1, 3, 4])
def test_jacobians_need_not_be_square(outputs, inputs):
    # Row i of the result is the sum of (i + 1) (k + 2) x_k^2, by x_k twice that times x_k.
    weights = np.outer(np.arange(1, outputs + 1), np.arange(2, inputs + 2))
    made = case(x=interval(-9, 9, shape=inputs))(lambda x: stack([total(row * x * x) for row in weights]))
    program = trace(made.function, made.shapes, {})
    point = [0.5 * k - 1 for k in range(inputs)]
    components = Referee(program, Operator.JACOBIAN, made.wrt_positions).truth(point).components
    found = np.array([float(c.left) for c in components]).reshape(outputs, inputs)
    assert program.outputs.shape == (outputs,)
    assert found.tolist() == (2 * weights * point).tolist()


def test_the_grammar_makes_functions_that_differ():
    # The laws would hold for constants, too; a planted error must not.
    with ctx.workprec(BITS):
        left = truths(lambda x, y: sin(x) * tanh(y), (0.5, 0.25))
        assert_equal(left, left)
        with pytest.raises(AssertionError, match="different numbers"):
            assert_equal(left, left * balls.ball(Fraction(10**25 + 1, 10**25)))
        with pytest.raises(AssertionError, match="different numbers"):
            assert_equal(left, left[::-1])
