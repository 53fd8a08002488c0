"""Rows of special functions by those of the table."""

from typing import Any

import numpy as np

from diffcheck import ops
from diffcheck.program.traced import Traced
from diffcheck.sources.torch_code.rows.registry import refuse, row


def _polynomial(operation: Any, shifted: bool = False) -> Any:
    """Torch's polynomial takes the argument first; a shifted one stretches [0, 1] to [-1, 1]."""

    def polynomial(x: Any, n: Any) -> Any:
        if isinstance(n, Traced) or np.size(n) != 1:
            return refuse("the degree is not one constant")
        return operation(int(np.asarray(n).item()), 2 * x - 1 if shifted else x)

    return polynomial


for _kind in "tuvw":
    _operation = getattr(ops, f"chebyshev_{_kind}")
    row(f"special_chebyshev_polynomial_{_kind}")(_polynomial(_operation))
    row(f"special_shifted_chebyshev_polynomial_{_kind}")(_polynomial(_operation, shifted=True))
for _name in ("hermite_h", "hermite_he", "laguerre_l", "legendre_p"):
    _family, _, _kind = _name.partition("_")
    row(f"special_{_family}_polynomial_{_kind}")(_polynomial(getattr(ops, _name)))


@row("mvlgamma")
def _mvlgamma(x: Any, p: int) -> Any:
    return ops.multigammaln(x, p)


@row("logit")
def _logit(x: Any, eps: float | None = None) -> Any:
    """Of numbers kept away from the ends, if torch is told how far."""
    return ops.logit(x if eps is None else ops.clip(x, eps, 1 - eps))
