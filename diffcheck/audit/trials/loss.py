"""The definition in one context as a case: L = sum of <g, what is made of its results>, and its court."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from diffcheck.audit.conditions.uses import USES
from diffcheck.audit.conditions.world import World
from diffcheck.audit.subjects.operation import Operation, Widened
from diffcheck.audit.subjects.subject import Subject
from diffcheck.audit.trials.frozen import Frozen
from diffcheck.audit.trials.screen import Screened
from diffcheck.case.case import Case
from diffcheck.engines.base import Clockwork, Estimate, Prepared, Task
from diffcheck.errors import Unsupported
from diffcheck.formats import FORMATS
from diffcheck.judgement.court import Court
from diffcheck.judgement.witness import Witness
from diffcheck.program.scalarise import Lowered
from diffcheck.program.trace import record
from diffcheck.sources.torch_code.case_of import case_of

Tensor = torch.Tensor
# Each number of a definition, and of an operation's own code, is a ball, which takes some microseconds.
MOST_NUMBERS = 40_000
Array = np.ndarray[Any, np.dtype[np.float64]]


def loss_of(code: Operation, here: World, screened: Screened) -> Callable[..., Tensor]:
    """L as torch code: a function of the inputs that require a gradient; the incoming gradient g is a constant."""
    use, (arguments, others) = USES[here.context["use"]], here.exact
    names = list(here.asked)
    frozen = Frozen()
    with torch.enable_grad(), Widened(), frozen:
        use.consume(code, arguments, others)

    def loss(*values: Tensor) -> Tensor:
        with torch.enable_grad(), Widened(), frozen:
            outputs = use.consume(code, {**arguments, **dict(zip(names, values, strict=True))}, others)
            terms = [(g * y).sum() for g, y in zip(screened.incoming, outputs, strict=True)]
            total = terms[0]
            for term in terms[1:]:
                total = total + term
            return total

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    loss.__signature__ = inspect.Signature([inspect.Parameter(n, kind) for n in names])  # type: ignore[attr-defined]
    return loss


class _OnArrays(Lowered):
    """A program that is judged on whole arrays, however small: number by number takes ten times as long."""

    @property
    def is_large(self) -> bool:
        """Whether it is evaluated on whole arrays."""
        return True


def court_of(subject: Subject, here: World, screened: Screened, format: str) -> tuple[Case, Court]:
    """The truths of one context and what a format may be off by, by the inputs whose gradients look suspicious.

    By all inputs where none does. By what looks right nobody is accused, and each component takes its time.

    Raises
    ------
    DiffcheckError
        If the definition cannot be recorded, or is too large.
    """
    code = subject.definition if subject.gradient is None else subject.gradient
    exact = here.exact[0]
    inputs = [exact[name].detach().requires_grad_() for name in here.asked]
    wrt = screened.suspects or None
    case = case_of(loss_of(code, here, screened), *inputs, name="audit", operators="gradient", wrt=wrt)
    graph = record(case.function, case.shapes, case.constants)
    numbers = sum(int(np.prod(node.shape, dtype=int)) for node in graph.nodes)
    if numbers > MOST_NUMBERS:
        raise Unsupported(f"{numbers:,} numbers are too many to certify here")
    program = _OnArrays(graph)
    return case, Court(case, case.operators[0], program, FORMATS[format], case.points)


def court_along(subject: Subject, here: World, screened: Screened, direction: Mapping[str, Tensor]) -> Court:
    """The truth of one number: the derivative of L along a direction, from both sides.

    Raises
    ------
    DiffcheckError
        If the definition cannot be recorded.
    """
    code = subject.definition if subject.gradient is None else subject.gradient
    loss = loss_of(code, here, screened)
    inputs = [here.exact[0][name].detach() for name in here.asked]
    ways = [direction[name] for name in here.asked]

    def along(t: Tensor) -> Tensor:
        return loss(*(x + t * d for x, d in zip(inputs, ways, strict=True)))

    start = torch.zeros((), dtype=torch.float64, requires_grad=True)
    case = case_of(along, start, name="audit", operators="gradient")
    program = _OnArrays(record(case.function, case.shapes, case.constants))
    return Court(case, case.operators[0], program, FORMATS[screened.format], case.points)


def witness_of(case: Case, court: Court, gradients: Array, value: float | None) -> Witness:
    """Numbers that are known already, as somebody who may be asked for them."""
    prepared = _Testimony(gradients, value)
    task = Task(case, court.program, court.operator, "autograd", "reverse", "cpu", court.format.name)
    return Witness(_Engine(prepared), task, prepared)


@dataclass(frozen=True)
class _Testimony:
    found: Array
    of_value: float | None

    @property
    def operations(self) -> int | None:
        return None

    def derivative(self, point: Any) -> Estimate:
        return Estimate(self.found)

    def value(self, point: Any) -> float:
        if self.of_value is None:
            raise ValueError("no value is told")
        return self.of_value

    def clockwork(self, point: Any) -> Clockwork:
        raise RuntimeError("an audit times nothing")


class _Engine:
    name = "autograd"
    methods = ("reverse",)

    def __init__(self, prepared: Prepared) -> None:
        self._prepared = prepared

    def available(self, device: str) -> str | None:
        return None

    def prepare(self, task: Task) -> Prepared:
        return self._prepared

    def versions(self) -> dict[str, str]:
        return {}
