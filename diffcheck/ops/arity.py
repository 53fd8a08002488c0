"""What an operation on numbers may be called with."""

import functools
from collections.abc import Collection

import numpy as np

from diffcheck.errors import RAISED, CaseError
from diffcheck.ops.declared import Declared
from diffcheck.ops.table import Operation


def demand_arguments(operation: Operation, count: int, options: Collection[str]) -> None:
    """Raise `CaseError` if an operation does not take so many numbers, or is told anything else."""
    if options:
        raise CaseError(f"{operation.name} has no option {', '.join(options)}")
    if not _takes(operation, count):
        raise CaseError(f"{operation.name} does not take {count} argument{'s' * (count != 1)}")
    if isinstance(operation, Declared):
        operation.demand_slopes(count)


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
