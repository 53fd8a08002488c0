"""Which inputs each column of differences is taken by, and where the columns belong in the result.

Differences are taken of the whole tensor, each of its equal entries once; what an operator contracts with a direction
is then added up, errors and all.
"""

import itertools
import math

import numpy as np

from diffcheck.case.case import Array
from diffcheck.engines.base import Task
from diffcheck.errors import Unsupported

# Of a product with the Hessian all of its entries are differenced: of more than so many none is, for that takes minutes
# and more memory than there is.
_MOST = 50_000


def columns_of(task: Task) -> list[tuple[int, ...]]:
    """The flattened inputs of each column; of those that only differ in their order one."""
    wrt, operator = task.case.wrt_positions, task.operator
    count = math.comb(len(wrt) + operator.order - 1, operator.order)
    if operator.full and operator.along and count > _MOST:
        raise Unsupported(f"{operator} of {len(wrt)} inputs is made of {count:,} second differences: too many")
    return list(itertools.combinations_with_replacement(wrt, operator.order))


def shaped(columns: Array, task: Task) -> Array:
    """Values, columns of outputs, in the shape of the task; one column is that along the direction."""
    return _contracted(columns, task, np.array(task.operator.direction))


def shaped_errors(columns: Array, task: Task) -> Array:
    """The largest errors of these values, from those of columns of outputs."""
    return _contracted(columns, task, np.abs(task.operator.direction))


def shaped_steps(columns: Array, task: Task) -> Array | None:
    """The steps of first differences in the shape of the task; of others each value has several."""
    if task.operator.order > 1 or task.operator.along:
        return None
    found: Array = columns.T.reshape(task.shape)
    return found


def _contracted(columns: Array, task: Task, direction: Array) -> Array:
    size, order = len(task.case.wrt_positions), task.operator.order
    found = columns.T
    if not task.operator.full and order == 1:
        return found.reshape(task.shape)
    if order > 1:
        places = np.array(list(itertools.combinations_with_replacement(range(size), order)), np.intp)
        column_at = np.empty((size,) * order, np.intp)
        column_at[tuple(places.T)] = np.arange(len(places))
        found = found[:, column_at[tuple(np.sort(np.indices(column_at.shape), axis=0))]]
    for _ in range(task.operator.along):
        # A zero is no step, also where nothing is known along it.
        found = np.where(direction != 0, found, 0.0) @ direction
    return found.reshape(task.shape)
