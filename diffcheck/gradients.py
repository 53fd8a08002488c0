"""The gradient of a case as one engine computes it: to be called, point after point."""

from collections.abc import Callable, Mapping

import numpy as np

from diffcheck.case.case import Array, Case
from diffcheck.case.operators import Operator, demand_fit
from diffcheck.errors import CaseError, UsageError
from diffcheck.formats import format_named
from diffcheck.runner.plan import Unit, contestants, traced

Gradient = Callable[..., Mapping[str, Array]]


def gradient(case: Case, engine: str = "autograd", *, dtype: str = "float64", device: str = "cpu") -> Gradient:
    """The gradient by an engine, a function of the inputs by name: an array for each, of the input's shape.

    What can be done once is done here; a call is what the engine does at each point.

    Parameters
    ----------
    case:
        A case with a scalar result.
    engine:
        ``autograd``, ``finite:adaptive``, ``symbolic:program`` ...
    dtype, device:
        In what it computes, and where; the results are in double precision.

    Raises
    ------
    UsageError
        For what is no case, and for an engine, dtype or device that there is not.
    Unsupported
        If the engine cannot do it, with the reason.
    CaseError
        If the case is broken, has a result of several numbers, or a call gives other inputs than it has.

    >>> from diffcheck import case, gradient, interval
    >>> from diffcheck.ops import sin
    >>> slope = gradient(case(x=interval(0, 9), y=interval(0, 9))(lambda x, y: x * y + sin(x)))
    >>> {name: float(value) for name, value in slope(x=0.0, y=2.0).items()}
    {'x': 3.0, 'y': 0.0}
    """
    if not isinstance(case, Case):
        named = getattr(case, "__name__", "function").strip("<>")
        example = f"gradient(case(x=interval(0, 1))({named})), with the domain of each input"
        raise UsageError(f"gradient takes a case, not an object of type {type(case).__name__}: write {example}")
    by = contestants((engine,), (device,), (format_named(dtype).name,))
    program = traced(case)
    demand_fit(Operator.GRADIENT, program.shape, [case.inputs[name].shape for name in case.wrt])
    ((chosen, task),) = Unit(case, Operator.GRADIENT, by, program).tasks()
    prepared = chosen.prepare(task)

    def at(**point: float | Array) -> Mapping[str, Array]:
        if point.keys() != case.inputs.keys():
            raise CaseError(f"the inputs are {', '.join(case.inputs)}; given are {', '.join(point) or 'none'}")
        flat = np.asarray(prepared.derivative(_shaped(case, point)).value, dtype=np.float64).reshape(-1)
        ends = np.cumsum([int(np.prod(case.inputs[name].shape, dtype=int)) for name in case.wrt])
        parts = np.split(flat, ends[:-1])
        return {name: part.reshape(case.inputs[name].shape) for name, part in zip(case.wrt, parts, strict=True)}

    return at


def _shaped(case: Case, point: Mapping[str, float | Array]) -> dict[str, Array]:
    """The point as arrays of the inputs' shapes."""
    found = {}
    for name, domain in case.inputs.items():
        value = np.asarray(point[name], dtype=np.float64)
        if value.shape != domain.shape:
            raise CaseError(f"{name} has shape {value.shape}, the case says {domain.shape}")
        found[name] = value
    return found
