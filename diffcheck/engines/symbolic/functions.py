"""SymPy's functions that NumPy and SciPy have by another name, as the rows of the table compute them."""

import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy
import scipy.special
import sympy
from sympy.printing.numpy import SciPyPrinter

from diffcheck.errors import Unsupported
from diffcheck.ops.table import Primitive, Without

Function = Callable[..., Any]
# Hypergeometric functions by how many parameters stand above and below.
_HYPERGEOMETRIC = {(0, 1): "hyp0f1", (1, 1): "hyp1f1", (2, 1): "hyp2f1"}


@functools.cache
def functions() -> Mapping[str, Function]:
    """By SymPy's name what its own printer for SciPy cannot write."""
    found: dict[str, dict[int, Function]] = {}
    for row in Primitive.rows.values():
        name, _, arity = row.sympy_name.partition(" of ")
        kind = getattr(sympy, name, None) if isinstance(row.sympy, str) else None
        if isinstance(kind, type) and not _is_written(kind) and not isinstance(row.numpy, Without):
            found.setdefault(name, {})[int(arity or 0)] = row.on_numpy
    return {"hyper": _hyper} | {name: _by_arity(known) for name, known in found.items()}


def without_negative_orders(expression: Any) -> Any:
    """An expression with spherical Bessel functions of orders that SciPy has: DLMF 10.47.14 and 10.47.15 for others."""
    for kind, other, first in ((sympy.jn, sympy.yn, 0), (sympy.yn, sympy.jn, 1)):
        expression = expression.replace(
            lambda e, kind=kind: isinstance(e, kind) and e.args[0].is_Integer and e.args[0].is_negative,
            lambda e, other=other, first=first: (-1) ** (first - e.args[0]) * other(-1 - e.args[0], e.args[1]),
        )
    return expression


def _is_written(kind: type) -> bool:
    """Whether SymPy's code for SciPy has a function for these, be it one of its names that means another there."""
    names = {cls.__name__ for cls in kind.__mro__ if issubclass(cls, sympy.Basic)}
    names -= {cls.__name__ for cls in sympy.Function.__mro__}
    if hasattr(numpy, kind.__name__) or hasattr(scipy.special, kind.__name__):
        return True
    return any(name in SciPyPrinter().known_functions or hasattr(SciPyPrinter, f"_print_{name}") for name in names)


def _by_arity(known: Mapping[int, Function]) -> Function:
    """The row of so many arguments, or that of any other number of them."""
    return lambda *x: known.get(len(x), known.get(0, next(iter(known.values()))))(*x)


def _hyper(above: tuple[Any, ...], below: tuple[Any, ...], x: Any) -> Any:
    kind = len(above), len(below)
    if kind not in _HYPERGEOMETRIC:
        raise Unsupported(f"SciPy has no hypergeometric function {kind[0]}F{kind[1]}")
    return Primitive.rows[_HYPERGEOMETRIC[kind]].on_numpy(*above, *below, x)
