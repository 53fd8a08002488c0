"""What a run leaves: a row for each task, each case and operator, each input tensor, each point."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from diffcheck.verdict import Breach, Verdict, no_digit_right

NAN = float("nan")
# Fields that the journal and ``timings.csv`` hold, not ``results.csv``.
_MORE = {"csv": False}


@dataclass(frozen=True, slots=True)
class Row:
    """The results of one task; the fields, in this order, are the columns of ``results.csv``.

    Errors are in units in the last place of the dtype at the truth, times in seconds per evaluation at one point.
    Verdict, reason, bounds, digits, point, component, value, truth, note and ``error_ulp`` speak of the one point and
    component that decides; ``max_error_ulp``, ``median_error_ulp`` and ``min_digits`` are over all of them.
    """

    case: str
    operator: str
    engine: str
    method: str
    device: str
    dtype: str
    verdict: Verdict
    reason: str = ""
    points: int = 0
    components: int = 0
    failed_points: int = 0
    lossy_points: int = 0
    max_error_ulp: float = NAN
    median_error_ulp: float = NAN
    inherent_ulp: float = NAN
    formula_ulp: float = NAN
    digits: float = NAN
    digits_possible: float = NAN
    min_digits: float = NAN
    worst_point: str = ""
    worst_component: str = ""
    value: float = NAN
    truth: str = ""
    prepare_s: float = NAN
    evaluate_s: float = NAN
    evaluate_iqr_s: float = NAN
    primal_s: float = NAN
    cost_ratio: float = NAN
    function_calls: int | None = None
    operations: int | None = None
    note: str = ""
    error_ulp: float = NAN
    estimate: str = ""
    """What the method's estimates of its own errors are worth, at worst; see `diffcheck.judgement.numbers.Quality`."""
    findings: str = ""
    """How a backward breaks its contract, beside what its numbers say; names with details, joined by semicolons."""
    on_trial: bool = field(default=False, metadata=_MORE)
    """Whether somebody's own implementation was asked, not the case's function."""
    expected: str = field(default="", metadata=_MORE)
    """The verdict that the case declares as known; empty if it declares none."""
    demanded: str = field(default="", metadata=_MORE)
    """The option that this row does not satisfy, such as ``--min-digits autograd=10``."""
    departure: str = field(default="", metadata=_MORE)
    """How this row differs from what the baseline says, such as ``broke: was agree``; empty if it does not."""
    accepted: bool = field(default=False, metadata=_MORE)
    """Whether the baseline knows what is wrong with this row."""
    may_lose: float = field(default=NAN, metadata=_MORE)
    """Digits that the formula, or the method by its own estimate, may lose at any point; beside what `inherent` is."""
    rounds: tuple[float, ...] = field(default=(), metadata=_MORE)
    """The times of an evaluation in rounds, each in units of the yardstick that was timed in the same round."""
    first_call_s: float = field(default=NAN, metadata=_MORE)
    points_per_s: float = field(default=NAN, metadata=_MORE)
    """Throughput at the batch that was asked for."""
    peak_bytes: int | None = field(default=None, metadata=_MORE)
    """The memory of one evaluation, beyond what was held before it."""
    break_even: float = field(default=NAN, metadata=_MORE)
    """Of ``symbolic``: evaluations after which its preparation has paid for itself against ``autograd``."""
    script: str = field(default="", metadata=_MORE)
    """A few lines without diffcheck that show a failing row at its worst point; empty where none does."""

    @property
    def no_digit(self) -> bool:
        """Whether the answer that decides has no right digit where the format has digits to give."""
        return no_digit_right(self.digits, self.digits_possible, self.reason)

    @property
    def fails(self) -> bool:
        """Whether this row fails a run.

        What does not meet a demand or departs from the baseline does, and what is wrong, unless the baseline knows it.
        """
        return bool(self.demanded or self.departure) or (self.wrong and not self.accepted)

    @property
    def wrong(self) -> bool:
        """Whether this row fails by what was found.

        A failing verdict does, and another one than the case declares; of somebody's own implementation also an answer
        without a right digit, and every finding that the case does not declare. Cases declare what happens in double
        precision; in another dtype a declared outcome is allowed, not demanded.
        """
        wanting = self.verdict.fails or (self.verdict is Verdict.LOSSY and self.no_digit and self.on_trial)
        verdicts, breaches = self.declared - set(Breach), self.declared & set(Breach)
        undeclared = set(self.breaches) - breaches
        if self.dtype == "float64" and (breaches - set(self.breaches) or (verdicts and self.verdict not in verdicts)):
            return True
        return (wanting and self.verdict not in verdicts) or bool(undeclared and self.on_trial)

    @property
    def lost(self) -> float:
        """The digits by which the error that decides exceeds what any algorithm may be off by; 0 within that.

        NaN where there is no error to count.
        """
        if self.error_ulp != self.error_ulp or self.inherent_ulp != self.inherent_ulp:
            return NAN
        if self.error_ulp <= self.inherent_ulp:
            return 0.0
        return math.log10(self.error_ulp / self.inherent_ulp) if self.inherent_ulp else math.inf

    @property
    def known(self) -> bool:
        """Whether its case declares its outcome, or the baseline knows what is wrong with it, and it does not fail."""
        return (self.as_declared or self.accepted) and not self.fails

    @property
    def as_declared(self) -> bool:
        """Whether it came out as its case declares, by its verdict or by a finding."""
        return self.verdict in self.declared or bool(self.declared & set(self.breaches))

    @property
    def group(self) -> str:
        """The way in which it differs from the baseline: see `diffcheck.regression.Group`; empty if it does not."""
        return self.departure.partition(":")[0]

    @property
    def declared(self) -> set[str]:
        """The verdicts and the names of findings that the case expects."""
        return set(filter(None, self.expected.split(", ")))

    @property
    def breaches(self) -> list[str]:
        """The names of the findings."""
        return [finding.partition(":")[0] for finding in self.findings.split("; ") if finding]

    @property
    def key(self) -> tuple[str, ...]:
        """What names the task."""
        return self.case, self.operator, self.engine, self.method, self.device, self.dtype


@dataclass(frozen=True, slots=True)
class CaseRow:
    """What the engines say together of one case and operator; the columns of ``cases.csv``.

    Where nobody was heard, because the case is broken or has no truth, there is no ``consensus``.
    """

    case: str
    operator: str
    consensus: str
    blamed: str
    truth_digits: float
    operations: int
    derivative_operations: int
    reference: str
    not_judged: str = ""
    """The listed points at which no derivative exists, and what each of them is."""
    confirmed: int = 0
    """Of how many components, at all points, the truth was confirmed by the second route."""
    unconfirmed: int = 0
    """Of how many it was certified, but the second route said nothing."""
    source: str = field(default="", metadata=_MORE)
    """``file.py::name``; empty for a case that stands in no file."""
    line: int = field(default=0, metadata=_MORE)
    """The line of its function in that file; 0 where nobody knows."""
    doc: str = field(default="", metadata=_MORE)
    function: str = field(default="", metadata=_MORE)
    """The function as a formula in its inputs, with names and precedence of Python; empty where it is long."""
    derivative: str = field(default="", metadata=_MORE)
    """The derivative that the referee evaluates, in the same way; components in brackets."""
    because: str = field(default="", metadata=_MORE)
    """Why the case expects the outcome that it declares."""
    tags: tuple[str, ...] = field(default=(), metadata=_MORE)
    inputs: Mapping[str, str] = field(default_factory=dict, metadata=_MORE)
    """For each input its shape and domain in words."""
    definition: str = field(default="", metadata=_MORE)
    """A digest of the traced function, its inputs and the operator: results are comparable while it stays the same."""
    contradiction: str = field(default="", metadata=_MORE)
    """The operations whose derivative rules, or slopes that are given for them, contradict their power series."""

    @property
    def key(self) -> tuple[str, str]:
        """Case and operator."""
        return self.case, self.operator


@dataclass(frozen=True, slots=True)
class TensorRow:
    """What one task came to for one input tensor; the columns of ``tensors.csv``.

    Verdict, digits, point, component, value and truth are those of the worst component of the derivative by this
    tensor, over all points; ``failed_components`` fail at one point at least.
    """

    case: str
    operator: str
    engine: str
    method: str
    device: str
    dtype: str
    tensor: str
    shape: str
    components: int
    verdict: Verdict
    reason: str
    failed_components: int
    error_ulp: float
    digits: float
    digits_possible: float
    worst_component: str
    value: float
    truth: str

    @property
    def key(self) -> tuple[str, ...]:
        """What names the task and the tensor."""
        return self.case, self.operator, self.engine, self.method, self.device, self.dtype, self.tensor

    @property
    def badness(self) -> tuple[int, float]:
        """The larger, the worse."""
        lacking = self.digits_possible - self.digits
        return self.verdict.severity, lacking if lacking == lacking else 0.0


@dataclass(frozen=True, slots=True)
class PointRow:
    """One component of an engine's answer at one point.

    Errors and bounds are in units in the last place at the truth, as in `Row`, and with the digits to four significant
    figures. Of a large function ``formula_ulp`` is NaN where the component agrees.
    """

    place: int
    """The number of the point among the `Points.places`."""
    component: str
    value: float
    truth: str
    """To 20 digits; of a kink both sides, in brackets; empty where no certified truth is known."""
    error_ulp: float
    inherent_ulp: float
    formula_ulp: float
    digits: float
    digits_possible: float
    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True)
class Points:
    """What one task came to at its points.

    The component that speaks for a point is always there, and of those that do not agree the worst; see
    `diffcheck.runner.told.points`.
    """

    case: str
    operator: str
    engine: str
    method: str
    device: str
    dtype: str
    components: int
    """How many there were, at all points together."""
    places: tuple[Mapping[str, Any], ...]
    """For each point the inputs by name, numbers or nested lists; ``{"given": shape}`` for a large array."""
    rows: tuple[PointRow, ...]
    """By points, and there the worst first."""

    @property
    def key(self) -> tuple[str, ...]:
        """What names the task."""
        return self.case, self.operator, self.engine, self.method, self.device, self.dtype


def counts(rows: Iterable[Row]) -> dict[str, int]:
    """How many rows have each verdict, the verdicts that occur, from best to worst."""
    found = [row.verdict for row in rows]
    return {str(verdict): found.count(verdict) for verdict in Verdict if verdict in found}
