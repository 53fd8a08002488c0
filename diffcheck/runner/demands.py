"""What a user demands beyond the verdicts: no lost digits, or so many right ones, of some engines."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from diffcheck.results import Row
from diffcheck.verdict import Verdict

# No derivative, or a question that leaves no digits: nobody can have more.
_EXCUSED = (Verdict.ILL_CONDITIONED, Verdict.KINK, Verdict.UNDEFINED)


def demanded(row: Row, strict: Sequence[str], min_digits: Mapping[str, float]) -> Row:
    """The row with the demand that it does not meet, if there is one and its case does not expect this outcome.

    Parameters
    ----------
    strict, min_digits:
        See `diffcheck.runner.settings.Settings`.
    """
    if row.verdict in row.declared:
        return row
    for engine in strict:
        if row.verdict is Verdict.LOSSY and _names(engine, row):
            return replace(row, demanded=f"--strict {engine}".strip())
    if row.verdict not in _EXCUSED:
        for engine, digits in min_digits.items():
            if row.min_digits < digits and _names(engine, row):
                return replace(row, demanded=f"--min-digits {f'{engine}=' * bool(engine)}{digits:g}")
    return row


def _names(engine: str, row: Row) -> bool:
    return engine in ("", row.engine, f"{row.engine}:{row.method}")
