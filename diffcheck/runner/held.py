"""Rows held against the baseline: what differs from it fails, and what it knows does not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from diffcheck.errors import BaselineError
from diffcheck.regression import Asked, Effect, Group, difference, entry_of, gone, key_of, read, slower
from diffcheck.results import Row
from diffcheck.runner.audits import AuditUnit
from diffcheck.runner.plan import Unit
from diffcheck.runner.settings import Settings
from diffcheck.runner.told.about import definition

_UPDATE = "update the baseline"


Key = TypeVar("Key", bound=tuple[Any, ...])


class Held:
    """Holds rows against the baseline of a run, if it has one.

    Raises
    ------
    BaselineError
        If the file is not there, or is no baseline.
    """

    def __init__(self, settings: Settings) -> None:
        self._accepts = settings.update_baseline
        self._file = settings.baseline
        self._settings = settings
        self._factor = settings.fail_on_slower
        against = settings.baseline is not None and not settings.update_baseline
        self._baseline = read(settings.baseline or "") if against else None
        known = {} if self._baseline is None else self._baseline.entries
        if known and self._factor is not None and not any(entry.rounds for entry in known.values()):
            raise BaselineError(
                f"{self._file} has no times to hold others against: write them with --update-baseline --fail-on-slower"
            )

    def told(self, environment: Mapping[str, str]) -> str:
        """The file, and in what this environment differs from the one that it was written in."""
        if self._baseline is None:
            return f"{self._file}, written anew"
        differs = self._baseline.elsewhere(environment)
        return f"{self._file}, written with other versions or choices: {differs}" if differs else str(self._file)

    def held(self, row: Row, unit: Unit | AuditUnit) -> Row:
        """The row with how it departs from its entry; what is wrong with it, and was before, is accepted.

        While the baseline is written anew, all is accepted.
        """
        if self._baseline is None:
            return replace(row, accepted=self._accepts and row.wrong)
        defined = definition(unit) if isinstance(unit, Unit) else ""
        old = self._baseline.entries.get(key_of(row, unit.case.source, self._baseline.file.parent))
        if old is None:
            return replace(row, departure=f"{Group.NEW}: the baseline has no entry for it: {_UPDATE}")
        found = difference(old, entry_of(row, defined), row.operator)
        if found is None:
            return replace(row, accepted=row.wrong)
        group, was = found
        return replace(row, departure=f"{group}: {was}" + f": {_UPDATE}" * (not group.bad))

    def slower(self, rows: Mapping[Key, tuple[Row, Unit]]) -> dict[Key, Effect]:
        """Those of the rows that take longer than the baseline says, by the factor that was asked for."""
        assert self._baseline is not None
        assert self._factor is not None
        times = {}
        for key, (row, unit) in rows.items():
            old = self._baseline.entries.get(key_of(row, unit.case.source, self._baseline.file.parent))
            if old is not None and old.definition == definition(unit):
                times[key] = old.rounds, row.rounds
        return slower(times, self._factor)

    def missed(self, paths: Sequence[str], expected: Iterable[Row], only_files: bool = False) -> list[Row]:
        """A row for each entry of these files and folders that none of the expected rows answers to.

        Parameters
        ----------
        expected:
            The rows of a file that will come, whatever they will say.
        only_files:
            Whether only entries are missed whose file is not there any more.
        """
        if self._baseline is None:
            return []
        folder, wanted = self._baseline.file.parent, self._settings
        asked = Asked(paths=paths, engines=wanted.engines, devices=wanted.devices, dtypes=wanted.dtypes)
        met = ((key_of(row, f"{paths[0]}::{row.case}", folder), row) for row in expected)
        found = gone(self._baseline, asked, met)
        return [row for key, row in found if not only_files or not (folder / key.partition("::")[0]).exists()]
