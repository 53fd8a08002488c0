"""An engine with its task, as it may be asked again."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

import numpy as np

from diffcheck.case.case import Array, Point
from diffcheck.engines.base import Engine, Prepared, Task
from diffcheck.judgement.recorded_code import RecordedCode, recorded_code
from diffcheck.ops.declared import Declared
from diffcheck.ops.table import Primitive
from diffcheck.referee.rounding.own_code import OwnCode
from diffcheck.verdict import Finding


class Witness:
    """What an engine can be asked besides the derivative."""

    def __init__(self, engine: Engine, task: Task, prepared: Prepared) -> None:
        self.engine = engine
        self.task = task
        self.prepared = prepared

    @property
    def on_trial(self) -> bool:
        """Whether somebody's own implementation is asked, not the case's function."""
        return self.task.engine in self.task.case.implementations

    @cached_property
    def tells_own_values(self) -> bool:
        """Whether values come from somebody's code: an implementation, or an operation that he has declared."""
        kinds = self.task.program.kinds()
        return self.on_trial or any(isinstance(Primitive.rows.get(name), Declared) for name, _ in kinds)

    @property
    def defines(self) -> bool:
        """Whether the code that is asked is what the definition was recorded from: it is no other function."""
        own = self.task.case.implementations.get(self.task.engine)
        return own is not None and getattr(self.task.case.function, "code", None) is own

    @cached_property
    def code(self) -> OwnCode | RecordedCode | None:
        """The program that the engine evaluates, if it says which or may be watched."""
        program = getattr(self.prepared, "program", None)
        if program is not None:
            return OwnCode(program, self.task.format)
        return recorded_code(self.prepared, partial(self.again, "float64"), self.task)

    def value(self, point: Point) -> list[float] | None:
        """The function itself at a point, flattened; ``None`` if the engine does not tell."""
        try:
            found: list[float] = np.ravel(self.prepared.value(point)).tolist()
        except Exception:  # an engine that has no value of the function tells nothing
            return None
        return found

    def unused(self, point: Point) -> list[str]:
        """The inputs that the library takes the result not to depend on."""
        ask = getattr(self.prepared, "unused", None)
        try:
            return [] if ask is None else ask(point)
        except Exception:  # it has answered before; what it does now tells nothing of that
            return []

    def findings(self, point: Point, elsewhere: Point, slack: Mapping[str, Array]) -> list[Finding]:
        """How an implementation breaks the contract of a backward at a point; see `diffcheck.engines.base.Prepared`."""
        ask = getattr(self.prepared, "findings", None)
        found: list[Finding] = [] if ask is None else ask(point, elsewhere, slack)
        return found

    def asked_again(self, point: Point) -> Array | None:
        """The derivative at a point, flattened, when the same is asked once more; ``None`` if it then raises."""
        try:
            return np.ravel(self.prepared.derivative(point).value)
        except Exception:  # it has answered before: `diffcheck.judgement.contract` tells
            return None

    def again(self, dtype: str, point: Point) -> Array | None:
        """The derivative at a point, flattened, by the task prepared anew in another dtype; ``None`` if it cannot."""
        try:
            value: Any = self.engine.prepare(replace(self.task, dtype=dtype)).derivative(point).value
        except Exception:  # an engine that has no such precision tells nothing
            return None
        return np.ravel(value)
