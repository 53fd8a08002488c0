"""Rows as tables with the columns of the CSV files. Commands that make none do not wait for pandas."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from typing import TYPE_CHECKING

from diffcheck.results.rows import CaseRow, Row, TensorRow

if TYPE_CHECKING:
    import pandas as pd

TIMINGS = (
    *("case", "operator", "engine", "method", "device", "dtype", "prepare_s", "first_call_s", "evaluate_s"),
    *("evaluate_iqr_s", "primal_s", "cost_ratio", "points_per_s", "peak_bytes", "break_even"),
)


def timings(rows: Iterable[Row]) -> "pd.DataFrame":
    """The clocks of the rows that were timed; the columns of ``timings.csv``."""
    import pandas as pd

    table = pd.DataFrame([asdict(row) for row in rows if row.evaluate_s == row.evaluate_s], columns=list(TIMINGS))
    table["peak_bytes"] = table["peak_bytes"].astype("Int64")
    return table


def columns(kind: type[Row] | type[CaseRow] | type[TensorRow]) -> list[str]:
    """The columns of the CSV file of this kind of row."""
    return [f.name for f in fields(kind) if f.metadata.get("csv", True)]


def frame(
    rows: Sequence[Row] | Sequence[CaseRow] | Sequence[TensorRow], kind: type[Row] | type[CaseRow] | type[TensorRow]
) -> "pd.DataFrame":
    """Rows as a data frame; counts that are unknown are ``<NA>``."""
    import pandas as pd

    table = pd.DataFrame([asdict(row) for row in rows], columns=columns(kind))
    for name in ("function_calls", "operations"):
        if name in table:
            table[name] = table[name].astype("Int64")
    if "verdict" in table:
        table["verdict"] = table["verdict"].astype(str)
    return table


def csv_of(table: "pd.DataFrame") -> str:
    """A table as the text of a CSV file."""
    texts = table.select_dtypes(exclude="number")
    safe = table.assign(**{name: texts[name].map(harmless, na_action="ignore") for name in texts})
    written: str = safe.to_csv(index=False)
    return written


def harmless(cell: object) -> object:
    """A text that no spreadsheet takes for a formula; numbers as they are.

    >>> harmless("=cmd()"), harmless("-1.5e-3"), harmless("-x")
    ("'=cmd()", '-1.5e-3', "'-x")
    """
    if not isinstance(cell, str) or not cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell
