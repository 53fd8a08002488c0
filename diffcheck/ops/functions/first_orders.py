"""Bessel functions of the orders 0 and 1, which torch and SciPy have functions of their own for."""

from typing import Any

from diffcheck.ops.composites import Composite, composite
from diffcheck.ops.functions.bessel import bessel_ie, bessel_j, bessel_k, bessel_ke, bessel_y, spherical_bessel_j
from diffcheck.ops.functions.special import bessel_i
from diffcheck.ops.table import Column, Operation


def _of_order(order: int, name: str, of: Operation, numpy: Column | None, aten: str = "") -> Composite:
    """The function of one order, called ``name`` in `torch.special`."""

    def function(x: Any) -> Any:
        return of(order, x)

    function.__name__ = name
    function.__doc__ = f"{of.doc.partition(', its order')[0]}, of order {order}."
    return composite(torch=f"torch.special.{name}", numpy=numpy, aten=aten or f"special_{name}")(function)


i0 = _of_order(0, "i0", bessel_i, "scipy.special.i0", aten="i0")
i1 = _of_order(1, "i1", bessel_i, "scipy.special.i1")
i0e = _of_order(0, "i0e", bessel_ie, "scipy.special.i0e")
i1e = _of_order(1, "i1e", bessel_ie, "scipy.special.i1e")
bessel_j0 = _of_order(0, "bessel_j0", bessel_j, "scipy.special.j0")
bessel_j1 = _of_order(1, "bessel_j1", bessel_j, "scipy.special.j1")
bessel_y0 = _of_order(0, "bessel_y0", bessel_y, "scipy.special.y0")
bessel_y1 = _of_order(1, "bessel_y1", bessel_y, "scipy.special.y1")
modified_bessel_i0 = _of_order(0, "modified_bessel_i0", bessel_i, "scipy.special.i0")
modified_bessel_i1 = _of_order(1, "modified_bessel_i1", bessel_i, "scipy.special.i1")
modified_bessel_k0 = _of_order(0, "modified_bessel_k0", bessel_k, "scipy.special.k0")
modified_bessel_k1 = _of_order(1, "modified_bessel_k1", bessel_k, "scipy.special.k1")
scaled_modified_bessel_k0 = _of_order(0, "scaled_modified_bessel_k0", bessel_ke, "scipy.special.k0e")
scaled_modified_bessel_k1 = _of_order(1, "scaled_modified_bessel_k1", bessel_ke, "scipy.special.k1e")
spherical_bessel_j0 = _of_order(0, "spherical_bessel_j0", spherical_bessel_j, None)
