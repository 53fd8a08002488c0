"""Losses, penalties and steps with kinks, as statistics, signal processing and optimisation use them.

At a kink there is no derivative but a slope on either side; an engine whose number lies between the two is right, and
the report tells which one it takes (`kink`). The points list the kinks themselves. Where several meet at one point an
engine may lie outside all of them, and is called wrong for it.
"""

import numpy as np

from diffcheck import case, interval, ops
from diffcheck.ops import (
    amax,
    clip,
    dot,
    log1p,
    matmul,
    maximum,
    mean,
    median,
    minimum,
    norm,
    sign,
    sort,
    sqrt,
    stack,
    sum,
    topk,
    where,
)

# Losses of a residual or a margin.


@case(r=interval(-3, 3), points=[{"r": 0.0}, {"r": 1.0}], reference="Koenker & Bassett 1978")
def pinball_loss(r):
    """max(0.9 r, -0.1 r): its least mean is the ninth decile."""
    return maximum(0.9 * r, -0.1 * r)


@case(r=interval(-3, 3), points=[{"r": 0.5}, {"r": -0.5}, {"r": 0.0}], reference="Vapnik 1995")
def epsilon_insensitive(r):
    """max(|r| - 1/2, 0): small residuals cost nothing."""
    return maximum(ops.abs(r) - 0.5, 0)


@case(m=interval(-3, 3), points=[{"m": 1.0}], reference="Cortes & Vapnik 1995")
def hinge_of_margin(m):
    """max(1 - m, 0)."""
    return maximum(1 - m, 0)


@case(
    m=interval(-3, 3), points=[{"m": 1.0}], operators=["derivative", "hessian"], reference="Mangasarian & Musicant 2001"
)
def squared_hinge(m):
    """max(1 - m, 0)^2: the slope has no jump at 1, the curvature has."""
    return maximum(1 - m, 0) ** 2


@case(m=interval(-3, 3), points=[{"m": 0.0}, {"m": 1.0}], reference="Rennie & Srebro 2005")
def smoothed_hinge(m):
    """1/2 - m below 0, (1 - m)^2 / 2 up to 1, 0 beyond: once continuously differentiable."""
    return where(m <= 0, 0.5 - m, where(m < 1, (1 - m) ** 2 / 2, 0.0))


@case(m=interval(-3, 3), points=[{"m": 1.0}, {"m": -1.0}], reference="Collobert, Sinz, Weston & Bottou 2006")
def ramp_loss(m):
    """max(1 - m, 0) - max(-1 - m, 0): far outliers cost no more than two."""
    return maximum(1 - m, 0) - maximum(-1 - m, 0)


@case(r=interval(-3, 3), c=1.5, points=[{"r": 1.5}], reference="Beaton & Tukey 1974")
def tukey_biweight(r, c):
    """(c^2/6) (1 - (1 - (r/c)^2)^3) up to c, constant beyond: the slope joins smoothly."""
    inside = 1 - (1 - minimum((r / c) ** 2, 1)) ** 3
    return c**2 / 6 * inside


@case(
    logits=interval(-3, 3, shape=3),
    points=[{"logits": [1.0, 0.0, 0.0]}, {"logits": [0.5, 0.5, 2.0]}],
    reference="Crammer & Singer 2001",
)
def multiclass_hinge(logits):
    """max of 0 and 1 + the best wrong class - class 0."""
    return maximum(1 + maximum(logits[1], logits[2]) - logits[0], 0)


@case(
    anchor=interval(-2, 2, shape=2),
    near=np.array([0.5, 0.25]),
    far=np.array([-1.0, 1.0]),
    reference="Schroff, Kalenichenko & Philbin 2015",
)
def triplet_loss(anchor, near, far):
    """max(|a - n|^2 - |a - f|^2 + 0.2, 0)."""
    return maximum(sum((anchor - near) ** 2) - sum((anchor - far) ** 2) + 0.2, 0)


@case(
    x=interval(-3, 3, shape=3),
    target=np.array([0.5, -1.0, 0.5]),
    points=[{"x": [0.5, 0.0, 1.0]}],
    reference="Laplace 1774",
)
def mean_absolute_error(x, target):
    """The mean of |x - y|; one residual is zero at the listed point."""
    return mean(ops.abs(x - target))


@case(
    p=interval(-2, 2, shape=2),
    q=interval(-2, 2, shape=2),
    points=[{"p": [0.5, 1.0], "q": [0.5, -1.0]}],
    reference="Minkowski 1910",
)
def city_block_distance(p, q):
    """|p0 - q0| + |p1 - q1|."""
    return sum(ops.abs(p - q))


# Penalties.


@case(x=interval(-2, 2, shape=4), points=[{"x": [1.0, 1.0, -0.5, -0.5]}], reference="Rudin, Osher & Fatemi 1992")
def total_variation(x):
    """The sum of what neighbours differ by."""
    return sum(ops.abs(x[1:] - x[:-1]))


@case(
    u=interval(-1, 1, shape=(3, 3)),
    operators=["gradient"],
    reference="Acar & Vogel 1994",
)
def smoothed_total_variation(u):
    """The sum of sqrt(du^2 + dv^2 + 1/100) over an image: total variation without its kinks."""
    across, down = u[:-1, 1:] - u[:-1, :-1], u[1:, :-1] - u[:-1, :-1]
    return sum(sqrt(across**2 + down**2 + 0.01))


@case(
    p=interval(-2, 2, shape=(2, 2)),
    points=[{"p": [[1.0, 0.0], [0.0, 1.0]]}],
    expect={"symbolic": "nonfinite", "autograd": "nonfinite"},
    because="at the origin the branch not taken divides by the length zero, and 0 times infinity is NaN",
    reference="Chambolle & Pock 2011",
)
def chambolle_projection(p):
    """p / max(1, |p|) for each of two vectors: onto the unit disc; a kink on its edge."""
    length = sqrt(p[:, 0] ** 2 + p[:, 1] ** 2)
    return p / maximum(length, 1).reshape((2, 1))


@case(x=interval(-3, 3, shape=3), points=[{"x": [1.0, 1.0, -2.0]}], reference="Zou & Hastie 2005")
def elastic_net(x):
    """|x|_1 / 2 + |x|_2^2 / 4."""
    return sum(ops.abs(x)) / 2 + sum(x**2) / 4


@case(x=interval(0.5, 3, shape=4), reference="Yuan & Lin 2006")
def group_lasso(x):
    """The lengths of two groups, added up."""
    return norm(x[:2]) + norm(x[2:])


@case(x=interval(-5, 5), points=[{"x": 1.0}, {"x": 3.0}, {"x": 0.0}], reference="Fan & Li 2001")
def scad_penalty(x):
    """|x| near zero, a parabola between 1 and 3, constant beyond: a = 3 and lambda = 1, kinked at 0 alone."""
    size = ops.abs(x)
    return where(size <= 1, size, where(size <= 3, (6 * size - size**2 - 1) / 4, 2.0))


@case(x=interval(-3, 3, shape=3), points=[{"x": [1.0, -1.0, 1.0]}], reference="Boyd & Vandenberghe 2004, A.1.2")
def maximum_norm(x):
    """max |x_i|: a tie between all three at the listed point."""
    return amax(ops.abs(x))


# Steps of algorithms.


@case(
    x=interval(-3, 3, shape=3),
    points=[{"x": [0.5, -0.5, 1.0]}],
    reference="Donoho 1995; Daubechies, Defrise & De Mol 2004",
)
def soft_threshold(x):
    """sign(x) max(|x| - 1/2, 0), written as a difference of two rectifiers."""
    return maximum(x - 0.5, 0) - maximum(-x - 0.5, 0)


@case(x=interval(-3, 3, shape=2), points=[{"x": [1.0, -1.0]}], reference="Bertsekas 1999, 2.3")
def projected_gradient_step(x):
    """clip(x - f'(x)/4, -1, 1) for f = x^4/4 + x0 x1: a step that stays in a box."""
    slope = stack([x[0] ** 3 + x[1], x[1] ** 3 + x[0]])
    return clip(x - slope / 4, -1, 1)


@case(
    x=interval(-2, 2, shape=2),
    A=np.array([[2.0, 0.5], [0.5, 1.0]]),
    b=np.array([1.0, -0.5]),
    reference="Beck & Teboulle 2009",
)
def shrinkage_iterations(x, A, b):
    """Three steps of iterative shrinkage towards a sparse solution."""
    for _ in range(3):
        y = x - matmul(A, matmul(A, x) - b) / 8
        x = maximum(y - 0.05, 0) - maximum(-y - 0.05, 0)
    return x


@case(
    x=interval(-2, 2, shape=3),
    points=[{"x": [0.5, 0.5, -1.0]}],
    reference="Duchi, Shalev-Shwartz, Singer & Chandra 2008",
)
def projection_onto_simplex(x):
    """max(x - t, 0) with t such that the three add up to one."""
    falling = -sort(-x)
    t = maximum(maximum(falling[0] - 1, (falling[0] + falling[1] - 1) / 2), (sum(falling) - 1) / 3)
    return maximum(x - t, 0)


# Order.


# Where three or more tie, none of them alone moves the number in the middle, and all together do: each partial
# derivative is zero, and no vector of slopes is a gradient.


@case(
    x=interval(-3, 3, shape=5),
    points=[{"x": [1.0, 2.0, 3.0, -1.0, -2.0]}],
    reference="Laplace 1774",
)
def median_of_five(x):
    """The number in the middle: one component of the gradient is one."""
    return median(x)


@case(
    x=interval(-3, 3, shape=4),
    points=[{"x": [2.0, -1.0, 0.5, 1.5]}],
    reference="Tukey 1962",
)
def trimmed_mean(x):
    """The mean of four without the smallest and the largest."""
    return mean(sort(x)[1:3])


@case(x=interval(-3, 3, shape=4), points=[{"x": [2.0, 2.0, 0.5, -1.0]}], reference="Rockafellar & Uryasev 2000")
def mean_of_worst_two(x):
    """The mean of the two largest, a conditional value at risk."""
    return mean(topk(x, 2))


@case(
    x=interval(-3, 3, shape=3),
    w=np.array([0.5, 1.0, -0.5]),
    points=[{"x": [1.0, 1.0, 1.0]}],
    reference="Rosenblatt 1958",
)
def perceptron_loss(x, w):
    """max(-y w^T x, 0) for y = 1."""
    return maximum(-dot(w, x), 0)


@case(
    x=interval(-2, 2, shape=2),
    points=[{"x": [1.0, 0.0]}, {"x": [0.25, 0.25]}],
    reference="Rockafellar 1970; Lemarechal 1978",
)
def largest_of_three_planes(x):
    """max(x0 + x1, x0 - x1, -2 x0 + 1): a bundle of planes."""
    return maximum(maximum(x[0] + x[1], x[0] - x[1]), -2 * x[0] + 1)


@case(x=interval(-2, 2, shape=2), reference="Kiwiel 1985; Luksan & Vlcek 2000, 2")
def crescent(x):
    """max of two parabolas x0^2 + (x1 - 1)^2 + x1 - 1 and -x0^2 - (x1 - 1)^2 + x1 + 1."""
    bowl = x[0] ** 2 + (x[1] - 1) ** 2
    return maximum(bowl + x[1] - 1, -bowl + x[1] + 1)


@case(x=interval(-3, 3), points=[{"x": 0.0}], reference="Filippov 1988")
def coulomb_friction(x):
    """sign(x) + x/2: a force that jumps where the motion turns."""
    return sign(x) + x / 2


@case(x=interval(-2, 2), points=[{"x": 0.0}], reference="Perronnin, Sanchez & Mensink 2010")
def signed_root(x):
    """sign(x) sqrt(|x|): its slope is infinite at 0."""
    return sign(x) * sqrt(ops.abs(x))


@case(x=interval(-2, 2), points=[{"x": 0.0}], reference="Candes, Wakin & Boyd 2008")
def log_one_plus_size(x):
    """ln(1 + |x|), a penalty that flattens."""
    return log1p(ops.abs(x))
