"""A whole run: what every report is made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from diffcheck.results.frames import frame
from diffcheck.results.pictures import Curve, Drawing
from diffcheck.results.rows import CaseRow, Points, Row, TensorRow

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Run:
    """All results of one run, with the environment they were made in."""

    rows: tuple[Row, ...]
    cases: tuple[CaseRow, ...]
    environment: Mapping[str, str]
    broken: tuple[str, ...] = ()
    """What is wrong with case files or cases that could not be loaded."""
    interrupted: str = ""
    """Where it was when Ctrl-C or a signal ended it; empty if nothing did."""
    tensors: tuple[TensorRow, ...] = ()
    """For each task with derivatives by many elements what it came to for each input tensor."""
    points: tuple[Points, ...] = ()
    """For each task that was answered what it came to at its points."""
    drawings: tuple[Drawing, ...] = ()
    """For each small case its program with values and derivatives."""
    curves: tuple[Curve, ...] = ()
    """For first derivatives by finite differences the error against the step."""
    command: str = ""
    """The command line that was typed, quoted for a shell; empty for a run of the library."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What was asked for, by the names of `diffcheck.runner.settings.Settings`."""

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

    @property
    def commit(self) -> str:
        """The git commit of the folder in which the run was started, with a ``+`` if files differ from it."""
        return self.environment.get("commit", "")

    def points_of(self, row: Row) -> Points | None:
        """What the task of a row came to at its points; ``None`` where it was not answered."""
        return self._points.get(row.key)

    def case_of(self, row: Row) -> CaseRow | None:
        """The case and operator of a row; ``None`` where nothing could be said of it."""
        return self._cases.get((row.case, row.operator))

    @cached_property
    def _points(self) -> dict[tuple[str, ...], Points]:
        return {points.key: points for points in self.points}

    @cached_property
    def _cases(self) -> dict[tuple[str, str], CaseRow]:
        return {case.key: case for case in self.cases}

    def frame(self) -> "pd.DataFrame":
        """The rows as a table with the columns of ``results.csv``."""
        return frame(self.rows, Row)
