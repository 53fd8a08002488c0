"""What a report draws of a case: its program with values and derivatives, and an error against the step."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Drawing:
    """The straight-line program of a small case at one point: values forward, derivatives of an output backward."""

    case: str
    operator: str
    place: Mapping[str, Any]
    """The inputs by name, numbers or nested lists."""
    names: tuple[str, ...]
    """Of each node the operation, the input, or the constant as a number."""
    operands: tuple[str, ...]
    """Of each node the numbers of those that it is applied to, with spaces; empty of inputs and constants."""
    values: tuple[float, ...]
    slopes: tuple[float, ...]
    """The derivative of the output by each node; NaN where it does not depend on it, or has none."""
    output: int
    told: tuple[str, ...] = ()
    """Of each node what stands in place of its derivative: both sides of a kink, that there is none; else empty."""
    because: tuple[str, ...] = ()
    """With that the reason, in words."""

    def said(self, node: int) -> str:
        """What stands in place of a node's derivative; empty where nothing does."""
        return self.told[node] if self.told else ""

    @property
    def key(self) -> tuple[str, str]:
        """Case and operator."""
        return self.case, self.operator


@dataclass(frozen=True, slots=True)
class Curve:
    """The error of the difference quotient by one input against its step, at the point that decides a task.

    Long steps leave out curvature, short ones divide rounding errors by little: between them lies the least error.
    Errors are in units in the last place of the dtype at the truth.
    """

    case: str
    operator: str
    engine: str
    method: str
    device: str
    dtype: str
    place: Mapping[str, Any]
    component: str
    steps: tuple[float, ...]
    errors_ulp: tuple[float, ...]
    floors_ulp: tuple[float, ...]
    """What rounding of the two values alone may leave on the quotient."""
    step: float
    """The longest step that the method took its value from; NaN if it does not tell."""
    own_error_ulp: float
    """The error of the method's own value."""
    central: bool = True
    """Whether it is the central quotient; a one-sided one at the end of a domain."""

    @property
    def key(self) -> tuple[str, ...]:
        """What names the task."""
        return self.case, self.operator, self.engine, self.method, self.device, self.dtype
