"""What to run and how; the command line's options, under the same names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from diffcheck.case.audited import AUDIT
from diffcheck.case.operators import operator_named
from diffcheck.errors import UsageError
from diffcheck.formats import format_named
from diffcheck.sources.select import matcher

DEFAULT_SAMPLES = 8
# Without an option a stage that does not come back within five minutes is given up: no stage of the shipped cases
# takes a second, and somebody who waits for an endless loop wants to know before the coffee is cold.
DEFAULT_TIMEOUT_S = 300.0
BASELINE = "diffcheck-baseline.json"
"""The baseline that is written where nobody names another file."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What to run and how; one name may stand for a list of it.

    Attributes
    ----------
    match:
        A ``-k`` expression over names, files and tags.
    engines:
        ``engine`` or ``engine:method``; empty for the default method of every engine that needs no extra.
    operators, devices:
        Restrict or widen what is computed; ``audit`` stands for operations on trial.
    dtypes:
        The formats; empty for double precision, in which operations on trial are tried in all of theirs.
    samples, seed:
        Random points for each case, beside the listed and the hard ones, and where they start from.
    timing:
        Whether to time the tasks after checking them.
    batch:
        Points at once for the throughput (``points_per_s``); 0 leaves it out.
    strict:
        Engines (``engine`` or ``engine:method``; the empty name for all) whose ``lossy`` rows fail.
    min_digits:
        For engines, named in the same way, the correct digits below which a row fails.
    baseline:
        The file with what every task came to last time: what differs from it fails, what is known does not.
    fail_on_slower:
        A task fails that takes so many times as long as the baseline says, by a test on interleaved rounds; ``None``
        leaves times alone.
    update_baseline:
        Write the file anew, in place of holding the run against it.
    fail_fast:
        Stop at the first case that fails.
    timeout:
        Seconds for each stage (reading a file, tracing, the truth at a point, a task), after which it is given up; for
        runs in a process of their own, as those of the command line. ``None`` waits for ever.
    output:
        The folder for the result files; ``None`` writes none.
    reports:
        How the results are written there; see `diffcheck.reporting.formats`.
    command:
        What the user wrote to name what is judged, for the command that shows a failing row again; empty for ``run``
        with the case's place.
    typed:
        The whole command line, for the reports; empty for a run of the library.
    """

    match: str = ""
    engines: Sequence[str] = ()
    operators: Sequence[str] = ()
    devices: Sequence[str] = ("cpu",)
    dtypes: Sequence[str] = ()
    samples: int = DEFAULT_SAMPLES
    seed: int = 0
    timing: bool = True
    batch: int = 0
    strict: Sequence[str] = ()
    min_digits: Mapping[str, float] = field(default_factory=dict)
    baseline: str | Path | None = None
    update_baseline: bool = False
    fail_on_slower: float | None = None
    fail_fast: bool = False
    timeout: float | None = None
    output: str | Path | None = None
    reports: Sequence[str] = ("csv", "md")
    command: str = ""
    typed: str = ""

    def __post_init__(self) -> None:
        for name in ("engines", "operators", "devices", "dtypes", "strict", "reports"):
            given = getattr(self, name)
            if isinstance(given, str) or not isinstance(given, Iterable):
                object.__setattr__(self, name, (given,))
        if self.update_baseline and self.baseline is None:
            object.__setattr__(self, "baseline", BASELINE)
        if self.fail_on_slower is not None:
            if not self.fail_on_slower > 1:
                raise UsageError(f"fail_on_slower is {self.fail_on_slower:g}: it must be above 1, such as 1.3")
            if self.baseline is None or not self.timing:
                raise UsageError("fail_on_slower needs a baseline, and times: slower than what?")
        if self.samples < 0:
            raise UsageError(f"samples is {self.samples}: it must be 0 or more")
        if self.batch < 0:
            raise UsageError(f"batch is {self.batch}: it must be 0 or more")
        if self.seed < 0:
            raise UsageError(f"seed is {self.seed}: it must be 0 or more")
        if self.timeout is not None and not self.timeout > 0:
            raise UsageError(f"timeout is {self.timeout:g} s: it must be above 0")
        for engine, digits in self.min_digits.items():
            if not digits >= 0:
                raise UsageError(f"min_digits{f' of {engine}' * bool(engine)} is {digits}: it must be 0 or more")
        for name in self.dtypes:
            format_named(name)
        for name in self.operators:
            if name != AUDIT:
                operator_named(name, AUDIT)
        if self.match:
            matcher(self.match)

    @property
    def number_formats(self) -> Sequence[str]:
        """The floating-point formats in which cases are computed."""
        return self.dtypes or ("float64",)

    @property
    def chosen(self) -> dict[str, Any]:
        """What was asked for, as values of JSON; without what was typed, and where it goes."""
        found = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("typed", "output", "reports")}
        listed = {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()}
        return {name: str(value) if isinstance(value, Path) else value for name, value in listed.items()}

    @property
    def engines_named(self) -> list[str]:
        """Every ``engine`` or ``engine:method`` that is named anywhere."""
        return [name for name in (*self.engines, *self.strict, *self.min_digits) if name]
