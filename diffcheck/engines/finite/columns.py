"""Which inputs each column of differences is taken by, and where the columns belong in the result."""

import numpy as np

from diffcheck.case.case import Array
from diffcheck.case.operators import Operator
from diffcheck.engines.base import Task


def columns_of(task: Task) -> list[tuple[int, ...]]:
    """The flattened inputs of each column; for a Hessian each pair of them once."""
    wrt = task.case.wrt_positions
    if task.operator is Operator.HESSIAN:
        return [(i, j) for n, i in enumerate(wrt) for j in wrt[n:]]
    return [(i,) for i in wrt]


def shaped(columns: Array, task: Task) -> Array:
    """Columns of outputs in the shape of the task; of a Hessian the upper triangle, row by row."""
    if task.operator is not Operator.HESSIAN:
        return columns.T.reshape(task.shape)
    full = np.empty(task.shape)
    rows, cols = np.triu_indices(len(full))
    full[rows, cols] = full[cols, rows] = columns[:, 0]
    return full
