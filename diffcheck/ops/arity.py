"""What an operation on numbers may be called with."""

import functools
import inspect
from collections.abc import Collection

import numpy as np

from diffcheck.errors import RAISED, CaseError
from diffcheck.ops.composites import Composite
from diffcheck.ops.declared import Declared
from diffcheck.ops.table import Operation, Primitive


def demand_arguments(operation: Operation, count: int, options: Collection[str]) -> None:
    """Raise `CaseError` if an operation does not take so many arguments without a name and these options.

    The options of a composite one are what its definition names; few others have any.
    """
    if isinstance(operation, Primitive) and operation.with_options and (options or count != operation.operands):
        known = [*inspect.signature(operation.with_options).parameters]
        unknown = [option for option in options if option not in known]
        fits = (operation.operands or 0) <= count and count + len(options) <= len(known)
    elif isinstance(operation, Composite):
        unknown, fits = operation.unknown(options), _binds(operation, count, options)
    else:
        unknown, fits = [*options], not options and _takes(operation, count)
    if unknown:
        raise CaseError(f"{operation.name} has no option {', '.join(unknown)}")
    if not fits:
        raise CaseError(f"{operation.name} does not take {count} argument{'s' * (count != 1)}")
    if isinstance(operation, Declared):
        operation.demand_slopes(count)


def _binds(operation: Composite, count: int, options: Collection[str]) -> bool:
    """Whether the definition can be called so."""
    try:
        operation.parameters.bind(*[None] * count, **operation.named(dict.fromkeys(options)))
    except TypeError:
        return False
    return True


@functools.cache
def _takes(operation: Operation, count: int) -> bool:
    """Whether NumPy's function takes so many numbers: no row says how many it has."""
    try:
        with np.errstate(all="ignore"):
            operation.on_numpy(*[np.float64(0.5)] * count)
    except (TypeError, ValueError):
        return False
    except RAISED:
        return True  # nobody knows, such as where a user's own function does not run, or there is none
    return True
