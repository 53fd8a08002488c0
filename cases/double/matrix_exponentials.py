"""Exponentials of matrices: in half precision torch's own has no numbers, be the matrix as small as it may."""

import numpy as np

from diffcheck import case, interval
from diffcheck.ops import matmul, matrix_exp, stack, trace


@case(
    A=interval(-1, 1, shape=(3, 3)),
    points=[{"A": [[0.0, 1.0, 0.5], [0.0, 0.0, -1.0], [0.0, 0.0, 0.0]]}],
    samples=3,
    reference="Higham 2008, 3.2 and 10.2; Estrada 2000",
)
def trace_of_exponential(A):
    """tr(e^A), with gradient e^A transposed: 1 + A^T + (A^T)^2 / 2 where A^3 is zero."""
    return trace(matrix_exp(A))


@case(
    rates=interval(0.1, 2, shape=2),
    t=interval(0.1, 3),
    operators=["jacobian"],
    reference="Kolmogorov 1931; Norris 1997, 2.1",
)
def markov_chain(rates, t):
    """e^(t Q) of two states that are left at these rates: the probabilities after a time t."""
    a, b = rates[0], rates[1]
    return matrix_exp(t * stack([stack([-a, a]), stack([b, -b])]))


@case(
    t=interval(0, 3),
    damping=interval(0, 2),
    points=[{"t": 2.0, "damping": 1.0}, {"t": 1.5, "damping": 1.0000000001}],
    operators=["jacobian"],
    reference="Moler & Van Loan 2003, 2; Feynman 1963, I-24",
)
def damped_oscillator(t, damping):
    """x'' + 2 d x' + x = 0 from (1, 0): for d = 1 the matrix has one eigenvector only."""
    zero, one = 0 * t, 0 * t + 1
    return matmul(matrix_exp(t * stack([stack([zero, one]), stack([-one, -2 * damping])])), np.array([1.0, 0.0]))
