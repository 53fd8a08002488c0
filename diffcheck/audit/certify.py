"""The referee's word on one context: the operation's gradients against the certified truth of its definition there.

The truth is the gradient of L = sum of <g, what is made of the definition's results>, with the incoming gradient g as
a constant: the definition is recorded as torch code, and judged by the machinery that judges any second version of it.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
import torch
from flint import ctx

from diffcheck.audit.operation import Operation, Widened
from diffcheck.audit.plainly import formats_seen, own_code, plain_gradients
from diffcheck.audit.screen import Screened
from diffcheck.audit.subject import Subject
from diffcheck.audit.uses import USES
from diffcheck.audit.world import World, world
from diffcheck.case.case import Case
from diffcheck.engines.base import Estimate, Task
from diffcheck.errors import RAISED
from diffcheck.formats import FORMATS
from diffcheck.judgement.court import Court
from diffcheck.judgement.dispute import Dispute
from diffcheck.judgement.hearing import judged
from diffcheck.judgement.judgements import Judgements
from diffcheck.judgement.numbers import PRECISION, Judgement
from diffcheck.judgement.witness import Witness
from diffcheck.ops.decimals import decimal
from diffcheck.program.trace import trace
from diffcheck.referee.arrays.own_graph import OwnGraph
from diffcheck.referee.bound import FORMULA_FACTOR, Bound
from diffcheck.sources.torch_code.case_of import case_of
from diffcheck.verdict import Reason, Verdict

Tensor = torch.Tensor
Array = np.ndarray[Any, np.dtype[np.float64]]
# Own code of more numbers than this is not looked at.
MOST_NUMBERS = 200_000
# A larger context is not heard: each number is a ball.
MOST = 6_000


class Ruling(StrEnum):
    """What the referee says of a context."""

    RIGHT = "right"
    WRONG = "wrong"
    """Off by more than any formula in use explains, and worse than plain torch in the same place."""
    EXCUSED = "excused"
    """Off, and so is plain torch, or what the format or the operation's own formula leaves explains it."""
    OPEN = "open"
    """Nothing is certified there."""


@dataclass(frozen=True)
class Heard:
    """The ruling on one context.

    Attributes
    ----------
    input, place, value, truth:
        The component that speaks: of the gradient by an input, where in it, what the operation gives, what is right.
    plain:
        What plain torch gives there, in the same precision; ``None`` if it gives nothing.
    reason:
        ``wrong``, ``value`` (the result itself), ``cancellation`` ..., or why nothing is certified.
    format:
        The format it is judged in.
    """

    ruling: Ruling
    reason: str = ""
    input: str = ""
    place: tuple[int, ...] = ()
    value: float = float("nan")
    truth: str = ""
    plain: float | None = None
    format: str = ""
    error: float = float("nan")
    """The largest error by that input in parts of the largest component."""
    wrong: tuple[str, ...] = ()
    """The inputs whose gradients are wrong."""


@dataclass(frozen=True)
class _Testimony:
    """Numbers that are known already, as an engine's answer."""

    found: Array
    of_value: float | None
    operations: int | None = None

    def derivative(self, point: Any) -> Estimate:
        return Estimate(self.found)

    def value(self, point: Any) -> float:
        if self.of_value is None:
            raise ValueError("no value is told")
        return self.of_value


class _Engine:
    name = "autograd"
    methods = ("reverse",)

    def __init__(self, prepared: _Testimony) -> None:
        self._prepared = prepared

    def available(self, device: str) -> str | None:
        return None

    def prepare(self, task: Task) -> _Testimony:
        return self._prepared

    def versions(self) -> dict[str, str]:
        return {}


def loss_of(code: Operation, here: World, screened: Screened) -> Callable[..., Tensor]:
    """L as torch code: a function of the inputs that require a gradient."""
    use, (arguments, others) = USES[here.context["use"]], here.exact
    names = list(here.asked)

    def loss(*values: Tensor) -> Tensor:
        with Widened():
            outputs = use.consume(code, {**arguments, **dict(zip(names, values, strict=True))}, others)
            terms = [(g * y).sum() for g, y in zip(screened.incoming, outputs, strict=True)]
            total = terms[0]
            for term in terms[1:]:
                total = total + term
            return total

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    loss.__signature__ = inspect.Signature([inspect.Parameter(n, kind) for n in names])  # type: ignore[attr-defined]
    return loss


def heard(subject: Subject, screened: Screened) -> Heard:
    """The referee's ruling on a context that was screened."""
    here = world(subject, screened.context)
    if here.numbers > MOST:
        return Heard(Ruling.OPEN, f"{here.numbers:,} numbers are too many to certify here")
    code = subject.definition if subject.gradient is None else subject.gradient
    try:
        case, court = _court(code, here, screened, screened.format)
    except RAISED as reason:
        return Heard(Ruling.OPEN, " ".join(str(reason).split())[:300])
    return _Hearing(subject, here, screened, case, court).ruling()


def _court(code: Operation, here: World, screened: Screened, format: str) -> tuple[Case, Court]:
    exact = here.exact[0]
    inputs = [exact[name].detach().requires_grad_() for name in here.asked]
    # By what looks right nobody is accused, and each component takes its time.
    wrt = screened.suspects or None
    case = case_of(loss_of(code, here, screened), *inputs, name="audit", operators="gradient", wrt=wrt)
    program = trace(case.function, case.shapes, case.constants)
    return case, Court(case, case.operators[0], program, FORMATS[format], case.points)


class _Hearing:
    def __init__(self, subject: Subject, here: World, screened: Screened, case: Case, court: Court) -> None:
        self._subject, self._here, self._screened = subject, here, screened
        self._case, self._court = case, court
        self._names = list(screened.suspects or here.asked)

    def ruling(self) -> Heard:
        """What is thought of the operation's gradients, and of its value."""
        question = self._court.questions[0]
        found = self._judged(self._gradients(self._screened.gradients), self._value(self._screened.values))
        failing = [k for k in range(len(found)) if _fails(found[k])]
        lost = [k for k in range(len(found)) if found[k].no_digit and found[k].verdict is Verdict.LOSSY]
        if not failing and not lost:
            known = sum(t.has_value for t in question.truth.components)
            if not known:
                reason = next((t.reason for t in question.truth.components if t.reason), "no derivative exists there")
                return Heard(Ruling.OPEN, reason)
            return Heard(Ruling.RIGHT, format=self._court.format.name)
        plain = plain_gradients(self._subject, self._here, self._screened)
        beside = None
        if plain is not None:
            values, gradients = plain
            beside = self._judged(self._gradients(gradients), self._value(values))
        left = [k for k in [*failing, *lost] if not self._excused(k, found[k], beside)]
        if not left:
            return self._told(Ruling.EXCUSED, [*failing, *lost], found, plain)
        return self._told(Ruling.WRONG, left, found, plain)

    def _excused(self, k: int, judgement: Judgement, beside: Judgements | None) -> bool:
        """Whether plain torch is no better at a component, or the operation's own formula explains the error."""
        if beside is None:
            return judgement.verdict is Verdict.LOSSY or judgement.verdict is Verdict.NONFINITE
        other = beside[k]
        if (_fails(other) or other.no_digit) and not judgement.error_ulp > FORMULA_FACTOR * other.error_ulp:
            return True
        if judgement.verdict is Verdict.LOSSY:
            return self._explained(k, other)
        return judgement.reason is not Reason.VALUE and self._by_own_code(k)

    def _explained(self, k: int, other: Judgement) -> bool:
        """Whether lost digits are what a formula may lose: not where nothing is right of a whole gradient.

        And plain torch in the same precision has it right.
        """
        return other.verdict not in (Verdict.AGREE, Verdict.KINK) or self._off(k) < 0.5

    def _off(self, k: int) -> float:
        """The error of a component in parts of the largest component by its input."""
        start = 0
        for name in self._names:
            size = self._screened.gradients[name].numel()
            if k < start + size:
                break
            start += size
        truths = self._court.questions[0].truth.components
        largest = max((abs(float(t.left.mid())) for t in truths[start : start + size] if t.has_value), default=0.0)
        truth = truths[k]
        if not truth.has_value:
            return 0.0
        error = abs(self._gradients(self._screened.gradients)[k] - float(truth.left.mid()))
        return float(error / largest) if largest and error == error else float("inf")

    def _by_own_code(self, k: int) -> bool:
        """Whether rounding in the operation's own code, or a smaller format in it, explains an error."""
        dispute = self._dispute(k)
        bound = dispute.bound
        if bound is None:
            return True
        graph = self._own
        if graph is not None:
            own = graph.formula(k)
            if own is not None:
                with ctx.workprec(PRECISION):
                    allowed = dispute.judged(Bound(bound.scale, bound.inherent, max(bound.formula, own)))
                if not _fails(allowed):
                    return True
        if self._court.format.name != "float64":
            return False
        if graph is not None and "float32" not in self._formats:
            return False
        return not _fails(self._in_single[k])

    @cached_property
    def _own(self) -> OwnGraph | None:
        """The operation's own code, if it can be watched."""
        code = own_code(self._subject, self._here, self._screened)
        question = self._court.questions[0]
        if code is None or sum(int(np.prod(node.shape, dtype=int)) for node in code.graph.nodes) > MOST_NUMBERS:
            return None
        return OwnGraph(code, question.x, self._court.format, question.truth.precision)

    @cached_property
    def _formats(self) -> set[str]:
        return formats_seen(self._subject, self._here)

    @cached_property
    def _in_single(self) -> Judgements:
        """The judgements in single precision, in which somebody's code may compute whatever it is given."""
        code = self._subject.definition if self._subject.gradient is None else self._subject.gradient
        _, court = _court(code, self._here, self._screened, "float32")
        return self._judged(self._gradients(self._screened.gradients), None, court)

    def _judged(self, values: Array, value: float | None, court: Court | None = None) -> Judgements:
        court = court or self._court
        return judged(court, self._witness(values, value, court), court.questions[0], values, [None] * values.size)

    def _witness(self, values: Array, value: float | None, court: Court) -> Witness:
        testimony = _Testimony(values, value)
        task = Task(self._case, court.program, court.operator, "autograd", "reverse", "cpu", court.format.name)
        return Witness(_Engine(testimony), task, testimony)

    def _dispute(self, k: int) -> Dispute:
        values = self._gradients(self._screened.gradients)
        witness = self._witness(values, None, self._court)
        return Dispute(self._court, witness, self._court.questions[0], values, [None] * values.size, k)

    def _gradients(self, gradients: Mapping[str, Tensor]) -> Array:
        parts = [gradients[name].reshape(-1).numpy() for name in self._names]
        return np.concatenate(parts).astype(np.float64)

    def _value(self, values: Any) -> float | None:
        if self._subject.gradient is not None or self._subject.defines:
            return None
        return float(sum((g * y).sum() for g, y in zip(self._screened.incoming, values, strict=True)))

    def _told(self, ruling: Ruling, among: list[int], found: Judgements, plain: Any) -> Heard:
        names, starts, start = self._names, {}, 0
        for name in names:
            starts[name] = start
            start += self._screened.gradients[name].numel()

        def of(k: int) -> str:
            return max((n for n in names if starts[n] <= k), key=lambda n: starts[n])

        question, values = self._court.questions[0], self._gradients(self._screened.gradients)
        k = max(among, key=self._off)
        name = of(k)
        tensor = self._screened.gradients[name]
        place = tuple(int(p) for p in np.unravel_index(k - starts[name], tuple(tensor.shape))) if tensor.dim() else ()
        truth = question.truth.components[k]
        judgement = found[k]
        is_value = judgement.reason is Reason.VALUE
        return Heard(
            ruling,
            f"{judgement.reason}" if judgement.reason else f"{judgement.verdict}",
            "" if is_value else name,
            place,
            float(values[k]),
            decimal(truth.left, 12) if truth.has_value else "none",
            None if plain is None else float(self._gradients(plain[1])[k]),
            self._court.format.name,
            self._off(k),
            tuple(dict.fromkeys(of(c) for c in among)),
        )


def _fails(judgement: Judgement) -> bool:
    return judgement.verdict in (Verdict.DISAGREE, Verdict.NONFINITE)
