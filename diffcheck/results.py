"""What a run leaves: one row for each task, one for each case and operator, and the environment."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import pandas as pd

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
    first_call_s: float = field(default=NAN, metadata=_MORE)
    points_per_s: float = field(default=NAN, metadata=_MORE)
    """Throughput at the batch that was asked for."""
    peak_bytes: int | None = field(default=None, metadata=_MORE)
    """The memory of one evaluation, beyond what was held before it."""
    break_even: float = field(default=NAN, metadata=_MORE)
    """Of ``symbolic``: evaluations after which its preparation has paid for itself against ``autograd``."""
    script: str = field(default="", metadata=_MORE)
    """A few lines without diffcheck that show what fails; empty if there are none."""

    @property
    def no_digit(self) -> bool:
        """Whether the answer that decides has no right digit where the format has digits to give."""
        return no_digit_right(self.digits, self.digits_possible, self.reason)

    @property
    def fails(self) -> bool:
        """Whether this row fails a run.

        A failing verdict does, another one than the case declares, and what does not meet a demand; of somebody's own
        implementation also an answer without a right digit, and every finding that the case does not declare. Cases
        declare what happens in double precision; in another dtype a declared outcome is allowed, not demanded.
        """
        if self.demanded:
            return True
        wanting = self.verdict.fails or (self.verdict is Verdict.LOSSY and self.no_digit and self.on_trial)
        verdicts, breaches = self.declared - set(Breach), self.declared & set(Breach)
        undeclared = set(self.breaches) - breaches
        if self.dtype == "float64" and (breaches - set(self.breaches) or (verdicts and self.verdict not in verdicts)):
            return True
        return (wanting and self.verdict not in verdicts) or bool(undeclared and self.on_trial)

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
    """What the engines say together of one case and operator; the columns of ``cases.csv``."""

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
class Run:
    """All results of one run, with the environment they were made in."""

    rows: tuple[Row, ...]
    cases: tuple[CaseRow, ...]
    environment: Mapping[str, str]
    broken: tuple[str, ...] = ()
    """What is wrong with case files or cases that could not be loaded."""
    interrupted: str = ""
    """Where it was when Ctrl-C ended it; empty if nothing did."""
    tensors: tuple[TensorRow, ...] = ()
    """For each task with derivatives by many elements what it came to for each input tensor."""

    @property
    def failing(self) -> list[Row]:
        """The rows that fail the run."""
        return [row for row in self.rows if row.fails]

    @property
    def passed(self) -> bool:
        """Whether no row fails, and at least one was judged, or came out as its case declares.

        Where all are ``unsupported``, ``uncertain`` or ``undefined`` nobody knows whether the derivative is right.
        """
        return not self.failing and any(row.verdict.judged or row.expected for row in self.rows)

    def frame(self) -> pd.DataFrame:
        """The rows as a table with the columns of ``results.csv``."""
        return frame(self.rows, Row)


TIMINGS = (
    *("case", "operator", "engine", "method", "device", "dtype", "prepare_s", "first_call_s", "evaluate_s"),
    *("evaluate_iqr_s", "primal_s", "cost_ratio", "points_per_s", "peak_bytes", "break_even"),
)


def timings(rows: Iterable[Row]) -> pd.DataFrame:
    """The clocks of the rows that were timed; the columns of ``timings.csv``."""
    table = pd.DataFrame([asdict(row) for row in rows if row.evaluate_s == row.evaluate_s], columns=list(TIMINGS))
    table["peak_bytes"] = table["peak_bytes"].astype("Int64")
    return table


def columns(kind: type[Row] | type[CaseRow] | type[TensorRow]) -> list[str]:
    """The columns of the CSV file of this kind of row."""
    return [f.name for f in fields(kind) if f.metadata.get("csv", True)]


def frame(
    rows: Sequence[Row] | Sequence[CaseRow] | Sequence[TensorRow], kind: type[Row] | type[CaseRow] | type[TensorRow]
) -> pd.DataFrame:
    """Rows as a data frame; counts that are unknown are ``<NA>``."""
    table = pd.DataFrame([asdict(row) for row in rows], columns=columns(kind))
    for name in ("function_calls", "operations"):
        if name in table:
            table[name] = table[name].astype("Int64")
    if "verdict" in table:
        table["verdict"] = table["verdict"].astype(str)
    return table


def encode(row: Row | CaseRow) -> str:
    """One line of JSON; floats by their shortest round-trip decimals, NaN as null, infinity as a string."""
    return json.dumps({key: _plain(value) for key, value in asdict(row).items()}, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return value


# Arrays are written up to so many characters, and so many longer ones named: the weights of a network say nothing. Of
# so many inputs no array does.
_WRITTEN = 40
_ARRAYS = 2
_MANY = 6


def place(point: Mapping[str, Any]) -> str:
    """A point in words, short for large arrays.

    >>> place({"x": 0.1, "w": [1.0, 2.0]})
    'x = 0.1, w = [1, 2]'
    """
    given = {name: math.prod(value["given"]) for name, value in point.items() if isinstance(value, dict)}
    texts = {name: _written(value) for name, value in point.items()}
    few = len(point) < _MANY
    said_nothing = [name for name, text in texts.items() if len(text) > _WRITTEN or not (few or text[0] != "[")]
    sizes = {name: texts[name].count(",") + 1 for name in said_nothing if name not in given} | given
    if len(sizes) > _ARRAYS:
        shown = [f"{name} = {text}" for name, text in texts.items() if name not in sizes]
        return ", ".join([*shown, f"{len(sizes)} arrays ({sum(sizes.values())} numbers)"])
    short = {name: f"array ({size} numbers)" for name, size in sizes.items()}
    return ", ".join(f"{name} = {text}" for name, text in (texts | short).items())


def _written(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def counts(rows: Iterable[Row]) -> dict[str, int]:
    """How many rows have each verdict, the verdicts that occur, from best to worst."""
    found = [row.verdict for row in rows]
    return {str(verdict): found.count(verdict) for verdict in Verdict if verdict in found}
