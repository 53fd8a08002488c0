"""Rows of special functions by those of the table."""

import functools
from typing import Any

from diffcheck import ops
from diffcheck.sources.torch_code.registry import row

# Modified Bessel functions of the first kind, and what is left of them without the exponential.
for _name, _order in (("i0", 0), ("special_i1", 1)):
    row(_name)(functools.partial(ops.bessel_i, _order))
for _name, _order in (("special_i0e", 0), ("special_i1e", 1)):
    row(_name)(lambda x, order=_order: ops.exp(-ops.abs(x)) * ops.bessel_i(order, x))


@row("special_ndtri")
def _ndtri(x: Any) -> Any:
    """The inverse of the normal distribution function."""
    return ops.sqrt(2) * ops.erfinv(2 * x - 1)


@row("special_erfcx")
def _erfcx(x: Any) -> Any:
    """The formula that neither overflows nor underflows where the value does not."""
    return 2 * ops.exp(x * x + ops.log_ndtr(-ops.sqrt(2) * x))
