"""Systems of equations whose matrix is given by its Cholesky factor."""

from typing import Any

import numpy as np

from diffcheck.ops.arguments import beside
from diffcheck.ops.composites import composite
from diffcheck.ops.matrices.linalg import demand_square, solve_triangular
from diffcheck.ops.on_arrays.common import transpose


def _solved(b: Any, factor: Any, upper: bool) -> Any:
    lower, above = (transpose(factor), factor) if upper else (factor, transpose(factor))
    return solve_triangular(above, solve_triangular(lower, b), upper=True)


@composite(torch=lambda torch, b, factor, upper=False: torch.cholesky_solve(b, factor, upper))
def cholesky_solve(b: Any, factor: Any, upper: bool = False) -> Any:
    """The solution X of A X = B, where A = L L^T or, with ``upper``, U^T U is given by this triangular factor."""
    return _solved(b, factor, upper)


@composite(torch=lambda torch, factor, upper=False: torch.cholesky_inverse(factor, upper))
def cholesky_inverse(factor: Any, upper: bool = False) -> Any:
    """The inverse of A = L L^T or, with ``upper``, U^T U, of which this triangular factor is given."""
    demand_square("cholesky_inverse", factor)
    return _solved(beside(factor, np.broadcast_to(np.eye(factor.shape[-1]), factor.shape)), factor, upper)
