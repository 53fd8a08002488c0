"""Which differences an operator takes of a function."""

from typing import Any

import numpy as np

from diffcheck.case.case import Array
from diffcheck.engines.base import Task
from diffcheck.engines.finite.adaptive import Differences
from diffcheck.engines.finite.columns import columns_of
from diffcheck.engines.finite.higher import HigherDifferences, differences
from diffcheck.engines.finite.line import LineDifferences
from diffcheck.engines.finite.random_rounding import Batched
from diffcheck.engines.finite.rounded_arrays import rounded
from diffcheck.errors import Unsupported
from diffcheck.program.products import weighted

# Differences take twenty evaluations or so a column, at ten points and more. So many columns times operations, of
# elementary functions, take a quarter of a minute a point.
_MOST = 10**8


class Weighted:
    """The weighted sum of a function's outputs."""

    def __init__(self, function: Batched, weights: Any) -> None:
        self._function = function
        self._weights = np.array(weights)

    def batch(self, points: Array) -> Array:
        """The sums at points of shape (points, flattened inputs), shape (points, 1)."""
        values = self._function.batch(points).reshape(len(points), -1).astype(np.float64)
        found: Array = (values * self._weights).sum(-1, keepdims=True)
        return found


def taken(function: Batched, task: Task) -> Differences | HigherDifferences | LineDifferences:
    """The differences of a function of a task: of its weighted sum, along the direction, or by its inputs."""
    operator, program, outputs = task.operator, task.program, task.program.size
    if operator.weighted:
        function, program, outputs = Weighted(function, operator.weights), weighted(program, operator.weights), 1
    columns = columns_of(task)
    if len(columns) * program.operations > _MOST and not operator.along:
        raise Unsupported(
            f"differences by {len(columns):,} inputs of {program.operations:,} operations take too long: "
            "name fewer with wrt=..., or ask for the product with a direction, jvp"
        )
    found = differences(function, rounded(program, task.dtype), outputs, columns, task)
    if operator.along == operator.order == 1:
        assert isinstance(found, Differences)
        return LineDifferences(found, task)
    return found
