"""The lines of a journal, as JSON; see ``docs/journal.md``.

``results.jsonl`` has a line for each row, and nothing else, so that it is a table to whoever reads it line by line.
``details.jsonl`` has all else, each line with its ``kind``.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, TypeVar, get_args, get_origin

from diffcheck.results.pictures import Curve, Drawing
from diffcheck.results.rows import NAN, CaseRow, PointRow, Points, Row, TensorRow
from diffcheck.verdict import Verdict

SCHEMA = 1
"""Raised when an older diffcheck could misread what a newer one writes; a further field is no reason."""
ROWS, DETAILS = "results.jsonl", "details.jsonl"
RUN, BROKEN, END = "run", "broken", "end"
Detail = CaseRow | TensorRow | Points | Drawing | Curve
KINDS: Mapping[str, type[Detail]] = {
    "case": CaseRow,
    "tensor": TensorRow,
    "points": Points,
    "drawing": Drawing,
    "curve": Curve,
}
"""The kinds of line that hold a record; the others are `RUN`, `BROKEN` and `END`."""

Record = TypeVar("Record", Row, CaseRow, TensorRow, Points, PointRow, Drawing, Curve)


def plain(record: Row | Detail) -> dict[str, Any]:
    """A record as values of JSON: NaN as null, infinity as a string, the points as a table by columns."""
    found = {f.name: getattr(record, f.name) for f in fields(record)}
    if isinstance(record, Points):
        names = [f.name for f in fields(PointRow)]
        found["rows"] = {name: [_plain(getattr(row, name)) for row in record.rows] for name in names}
    return {name: _plain(value) for name, value in found.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return [_plain(x) for x in value] if isinstance(value, tuple) else value


def whole(kind: type[Record], values: Mapping[str, Any]) -> Record:
    """The record of values of JSON; fields that this diffcheck does not know are left out.

    Raises
    ------
    KeyError, TypeError, ValueError
        If a field is missing that has no default, or a value is none of its field.
    """
    if kind is Points:
        table: Mapping[str, Sequence[Any]] = values["rows"]
        rows = zip(*table.values(), strict=True)
        values = {**values, "rows": [whole(PointRow, dict(zip(table, row, strict=True))) for row in rows]}
    known = {f.name: f.type for f in fields(kind)}
    return kind(**{name: _whole(known[name], value) for name, value in values.items() if name in known})


def _whole(kind: Any, value: Any) -> Any:
    if kind is float:
        return NAN if value is None else float(value)
    if kind is Verdict:
        return Verdict(value)
    if get_origin(kind) is tuple:
        (each, *_) = get_args(kind)
        return tuple(_whole(each, part) for part in value)
    return value


def line(values: Mapping[str, Any]) -> str:
    """One line of JSON; floats by their shortest round-trip decimals."""
    return json.dumps(values, ensure_ascii=False)


def line_of(record: Row | Detail) -> str:
    """The line of a record; of one that is no row with its kind."""
    if isinstance(record, Row):
        return line(plain(record))
    (kind,) = (name for name, known in KINDS.items() if known is type(record))
    return line({"kind": kind, **plain(record)})
