"""What is told of a run, one thing after another, becomes a `Run`: while it goes on, and from its journal."""

from collections.abc import Mapping
from typing import Any

from diffcheck.results.lines import KINDS, Detail
from diffcheck.results.pictures import Curve, Drawing
from diffcheck.results.rows import CaseRow, Points, Row, TensorRow
from diffcheck.results.run import Run


class Gathered:
    """All that is known of a run; of what is told twice the last counts, in the place of the first."""

    def __init__(self, command: str = "", settings: Mapping[str, Any] | None = None) -> None:
        self.command = command
        self.settings = settings or {}
        self.environment: Mapping[str, str] = {}
        self.broken: list[str] = []
        self.interrupted = ""
        self._rows: dict[tuple[str, str], dict[tuple[str, ...], Row]] = {}
        self._others: dict[type, dict[tuple[str, ...], Any]] = {kind: {} for kind in KINDS.values()}

    def add(self, record: Row | Detail) -> None:
        """A task, or what is told of one, or of a case and operator."""
        if isinstance(record, Row):
            self._rows.setdefault((record.case, record.operator), {})[record.key] = record
        else:
            self._others[type(record)][record.key] = record

    def rows_of(self, case: str, operator: str) -> list[Row]:
        """The rows of a case and operator."""
        return list(self._rows.get((case, operator), {}).values())

    @property
    def rows(self) -> list[Row]:
        """All rows, those of a case and operator together."""
        return [row for rows in self._rows.values() for row in rows.values()]

    def run(self) -> Run:
        """The results."""
        kinds = CaseRow, TensorRow, Points, Drawing, Curve
        cases, tensors, points, drawings, curves = (tuple(self._others[kind].values()) for kind in kinds)
        return Run(
            tuple(self.rows),
            cases,
            self.environment,
            tuple(self.broken),
            self.interrupted,
            tensors,
            points,
            drawings,
            curves,
            self.command,
            self.settings,
        )
