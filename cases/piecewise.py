"""Functions made of pieces: kinks, jumps, ties, and joins that are smooth."""

from diffcheck import case, interval, ops
from diffcheck.ops import amax, floor, maximum, minimum, sin, where


@case(x=interval(-10, 10), reference="Clarke 1983, 2.1")
def absolute_value(x):
    """|x|, a kink at 0."""
    return ops.abs(x)


@case(x=interval(-3, 3), y=interval(-3, 3), points=[{"x": 1.5, "y": 1.5}], reference="Clarke 1983, 2.3")
def larger_of_two(x, y):
    """max(x, y), a kink along the diagonal."""
    return maximum(x, y)


@case(x=interval(-3, 3), points=[{"x": -1.0}, {"x": 1.0}], reference="array API standard 2023.12, clip")
def clipped(x):
    """x between -1 and 1."""
    return ops.clip(x, -1, 1)


@case(x=interval(-2, 2), reference="array API standard 2023.12, sign")
def signum(x):
    """-1, 0 or 1; a jump at 0."""
    return ops.sign(x)


@case(x=interval(-2.5, 2.5), points=[{"x": 1.0}, {"x": 1.75}], reference="Graham, Knuth & Patashnik 1994, 3.1")
def sawtooth(x):
    """x - floor(x), with jumps at the whole numbers."""
    return x - floor(x)


@case(x=interval(-1, 3), points=[{"x": 1.0}], reference="de Boor 2001, VIII")
def smooth_join(x):
    """x^2 up to 1 and its tangent 2 x - 1 beyond: no kink."""
    return where(x < 1, x**2, 2 * x - 1)


@case(x=interval(-1, 3), points=[{"x": 1.0}], reference="de Boor 2001, VIII")
def broken_join(x):
    """x^2 up to 1 and 3 x - 2 beyond: slopes 2 and 3."""
    return where(x < 1, x**2, 3 * x - 2)


@case(
    x=interval(-5, 5),
    points=[{"x": 0.0}],
    expect={"autograd": "disagree"},
    because="torch takes relu'(0) = 0 in both parts, so the slopes at 0 add up to 0, not 1; only 1/2 would do",
    reference="Kakade & Lee 2018",
)
def relu_difference(x):
    """relu(x) - relu(-x) = x: smooth, though its parts are not."""
    return ops.relu(x) - ops.relu(-x)


@case(x=interval(-5, 5, shape=4), points=[{"x": [1.0, 3.0, 3.0, -2.0]}], reference="Clarke 1983, 2.3")
def largest_element(x):
    """The largest of four."""
    return amax(x)


@case(x=interval(-5, 5, shape=(2, 3)), reference="Boyd & Vandenberghe 2004, 3.2.3")
def largest_minus_smallest(x):
    """For each row, the range."""
    return amax(x, axis=1) - ops.amin(x, axis=1)


@case(x=interval(-10, 10), reference="Clarke 1983, 2.1")
def rectified_sine(x):
    """|sin x|."""
    return ops.abs(sin(x))


@case(x=interval(-2, 2, shape=3), reference="Tibshirani 1996")
def lasso_penalty(x):
    """The sum of absolute values."""
    return ops.sum(ops.abs(x))


@case(x=interval(-3, 3), points=[{"x": 1.0}, {"x": -1.0}], reference="Clarke 1983, 2.3")
def lower_envelope(x):
    """min(x^2, 2 - x^2): three pieces that meet at -1 and 1."""
    return minimum(x**2, 2 - x**2)


@case(x=interval(-2, 2), operators=["derivative", "hessian"], reference="de Boor 2001, VIII")
def truncated_cube(x):
    """max(x, 0)^3, twice continuously differentiable."""
    return maximum(x, 0) ** 3
