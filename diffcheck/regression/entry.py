"""What a baseline keeps of one task."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from diffcheck.results import NAN, Row
from diffcheck.results.lines import plain, whole
from diffcheck.verdict import Verdict

# Digits are kept to so many decimals: the second is two percent of an error.
_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class Entry:
    """The outcome of a task, as far as it should stay.

    ``lost`` and ``may_lose`` are those of `diffcheck.results.Row`, rounded up; ``digits`` is rounded down.
    """

    verdict: Verdict
    reason: str = ""
    findings: str = ""
    """The names of the findings, joined by commas."""
    fails: bool = False
    """Whether it fails a run that knows of no baseline: a known failure."""
    digits: float = NAN
    lost: float = NAN
    may_lose: float = NAN
    definition: str = ""
    """See `diffcheck.results.CaseRow`; empty where nobody knows."""
    rounds: tuple[float, ...] = ()
    """See `diffcheck.results.Row`; empty where nobody asked how long it takes."""

    def __str__(self) -> str:
        words = f"{self.verdict} ({self.reason})" if self.reason else str(self.verdict)
        return f"{words} with {self.findings}" if self.findings else words


def entry_of(row: Row, definition: str) -> Entry:
    """What a baseline keeps of a row, whose case has this definition."""
    return Entry(
        row.verdict,
        row.reason,
        ", ".join(row.breaches),
        row.wrong,
        _rounded(row.digits, math.floor),
        _rounded(row.lost, math.ceil),
        _rounded(row.may_lose, math.ceil),
        definition,
        row.rounds,
    )


def values_of(entry: Entry) -> dict[str, Any]:
    """An entry as values of JSON, without what says nothing."""
    record: Any = entry
    usual = plain(_USUAL)
    return {
        name: value
        for name, value in plain(record).items()
        if name == "verdict" or (value != usual[name] and value not in (None, []))
    }


def entry_from(values: Mapping[str, Any]) -> Entry:
    """The entry of values of JSON; `KeyError`, `TypeError` or `ValueError` if they are none."""
    kind: Any = Entry
    known = {f.name for f in fields(Entry)}
    if not known >= values.keys():
        raise ValueError(f"unknown: {', '.join(sorted(values.keys() - known))}")
    found: Entry = whole(kind, values)
    return found


def _rounded(x: float, towards: Any) -> float:
    return float(towards(x * 10**_DECIMALS) / 10**_DECIMALS) if math.isfinite(x) else x


_USUAL: Any = Entry(Verdict.AGREE)
