"""A run: every unit is checked, then, with nothing beside it, every task is timed."""

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from diffcheck.case.case import Point
from diffcheck.case.points import points
from diffcheck.engines.base import Engine, Prepared, Task
from diffcheck.errors import CaseError, Unsupported
from diffcheck.program.scalarise import Lowered
from diffcheck.regression import Group, the_slower
from diffcheck.results import NAN, Row
from diffcheck.runner.audits import AuditUnit, audited_row, budget_s, empty_audit, said
from diffcheck.runner.clocks import timed
from diffcheck.runner.demands import demanded
from diffcheck.runner.examine import court_of, hear, together, unheard
from diffcheck.runner.held import Held
from diffcheck.runner.plan import Unit
from diffcheck.runner.processes.escort import Escort, Lost
from diffcheck.runner.processes.messages import Earlier, Observer
from diffcheck.runner.processes.stage import Fate, Stage, Step
from diffcheck.runner.settings import Settings
from diffcheck.runner.told.notes import answered, excused, reproduced, untimed
from diffcheck.runner.told.pictures import drawing
from diffcheck.runner.told.rows import broken_rows, empty_row, refused
from diffcheck.runner.trial import Trial
from diffcheck.timing import HELD_ROUNDS, ROUNDS

# Checking costs about so long for each operation, component and point: `network_10_5_1`, the largest of the shipped
# cases (118 operations, 61 components, 28 points), took 1.3 microseconds by all three engines together; dense Hessians
# of 20 inputs took 3.5, Jacobians of one layer 0.1. It is a guess for what takes long, not for what is short.
OPERATION_S = 1e-6
# On whole arrays all components come together, and each is judged for each engine: a network of three matrices of 128 x
# 128 (8.4 million operations, 49,152 components, one engine) took 2.5 s for truth and bounds and 2.6 s to judge.
ARRAY_OPERATION_S, JUDGED_S = 3e-7, 5e-5
# What takes longer is announced.
LONG_S = 20.0


def _expected_s(unit: Unit, points: int) -> float:
    """How long checking a unit will take, by its size."""
    assert unit.program is not None
    components = len(unit.case.components(unit.operator, unit.program.shape))
    if isinstance(unit.program, Lowered) and unit.program.is_large:
        judged = JUDGED_S * components * len(unit.contestants)
        return points * (ARRAY_OPERATION_S * unit.program.operations + judged)
    return points * OPERATION_S * unit.program.operations * components


class Execution:
    """The units of a run, with what is known of them."""

    def __init__(self, settings: Settings, observer: Observer, escort: Escort, earlier: Earlier, held: Held) -> None:
        self._settings = settings
        self._observer = observer
        self._escort = escort
        self._earlier = earlier
        self._held = held
        self._rows: dict[tuple[str, str], dict[tuple[str, ...], Row]] = {}
        for row in earlier.rows.values():
            self._rows.setdefault((row.case, row.operator), {})[row.key] = row
        # Ready to be timed, by the unit's number: what another process has prepared is not among them.
        self._trials: dict[int, list[Trial]] = {}

    def run(self, units: Sequence[Unit | AuditUnit]) -> None:
        """Check the units, then time those of cases."""
        checked: list[tuple[int, Unit | AuditUnit]] = []
        for number, unit in enumerate(units):
            if unit.key not in self._earlier.checked:
                if isinstance(unit, AuditUnit):
                    self._audit(unit)
                else:
                    self._check(number, unit)
            checked.append((number, unit))
            if self._settings.fail_fast and any(row.fails for row in self._rows_of(unit).values()):
                break
        for number, unit in checked if self._settings.timing else ():
            if isinstance(unit, Unit) and unit.program is not None and unit.key not in self._earlier.clocked:
                self._time(number, unit)
                self._observer.clocked(*unit.key, unit.case.name)
        if self._settings.fail_on_slower is not None:
            hold = self._time_twice if self._settings.update_baseline else self._hold_times
            hold([unit for _, unit in checked if isinstance(unit, Unit) and unit.program is not None])

    def _rows_of(self, unit: Unit | AuditUnit) -> dict[tuple[str, ...], Row]:
        """What is known of a unit's tasks."""
        return self._rows.setdefault((unit.case.name, str(unit.operator)), {})

    def _known(self, row: Row, unit: Unit | AuditUnit) -> None:
        self._rows_of(unit)[row.key] = row
        self._observer.known(row)

    def _told(self, row: Row, unit: Unit | AuditUnit) -> Row:
        """The row as it is reported; known from now on."""
        row = self._held.held(demanded(row, self._settings.strict, self._settings.min_digits), unit)
        row = reproduced(excused(row, unit), unit, self._settings)
        self._known(row, unit)
        return row

    def _audit(self, unit: AuditUnit) -> None:
        """Try an operation in every context; each device has its own row."""
        seconds = budget_s(unit, self._settings.timeout)
        for contestant in unit.contestants:
            row = empty_audit(unit, contestant)
            stage = Stage(Step.AUDIT, *unit.key, row.engine, row.method, row.device)
            if seconds > LONG_S:
                self._observer.foreseen(stage, seconds)
            try:
                with self._escort.inside(stage):
                    row = audited_row(unit, contestant, self._settings.seed, seconds)
            except Lost as lost:
                row = replace(row, verdict=lost.fate.verdict, note=lost.fate.note)
            self._observer.agreed(said(unit, self._told(row, unit)))
        self._observer.checked(*unit.key, unit.case.name)

    def _check(self, number: int, unit: Unit) -> None:
        try:
            self._trials[number] = self._heard(unit)
        except CaseError as mistake:
            unit = replace(unit, program=None, problem=str(mistake))
        if unit.program is None:
            self._observer.agreed(unheard(unit))
            for row in broken_rows(unit):
                self._told(row, unit)
        self._observer.checked(*unit.key, unit.case.name)

    def _heard(self, unit: Unit) -> list[Trial]:
        """The trials of a unit, each told as soon as it is over; and what the engines say together (of one dtype)."""
        if unit.program is None:
            return []
        trials: list[Trial] = []
        agreed = False
        for dtype in dict.fromkeys(c.dtype for c in unit.contestants):
            stage = Stage(Step.TRUTH, unit.case.source, str(unit.operator), dtype=dtype)
            try:
                with self._escort.inside(stage):
                    court = court_of(unit, dtype, self._settings.samples, self._settings.seed, self._each(unit, stage))
            except Unsupported as reason:
                trials += self._kept(refused(unit, dtype, str(reason)), unit)
                continue
            except Lost as lost:
                self._lost(unit, dtype, lost.fate)
                continue
            heard = []
            for engine, task in unit.tasks():
                if task.dtype == dtype:
                    heard += self._kept([self._trial(court, engine, task)], unit)
            if not agreed:
                self._observer.agreed(together(unit, court, heard))
                drawn = drawing(unit.case.name, court, heard)
                if drawn is not None:
                    self._observer.detailed(drawn)
                agreed = True
            trials += heard
        if not agreed:
            self._observer.agreed(unheard(unit))
        return trials

    def _kept(self, trials: list[Trial], unit: Unit) -> list[Trial]:
        """The trials with their rows as they are reported."""
        for trial in trials:
            # A process that times what another one has checked needs the first call as well.
            timed = replace(trial.row, first_call_s=trial.first_call_s)
            for tensor in trial.tensors:
                self._observer.weighed(tensor)
            for detail in trial.told:
                self._observer.detailed(detail)
            trial.row = self._told(timed if self._settings.timing else replace(trial.row, prepare_s=NAN), unit)
        return trials

    def _lost(self, unit: Unit, dtype: str, fate: Fate) -> None:
        """Tell that there is no truth in this dtype."""
        none = tuple(c for c in unit.contestants if c.dtype == dtype)
        broken = replace(unit, contestants=none, problem=f"computing the truth: {fate.note}", verdict=fate.verdict)
        for row in broken_rows(broken):
            self._told(row, unit)

    def _each(self, unit: Unit, stage: Stage) -> Callable[[Sequence[Point]], Iterable[Point]]:
        """Hands the points on and says which one it is; before the first one, whether they will take long."""

        def each(given: Sequence[Point]) -> Iterator[Point]:
            assert unit.program is not None
            seconds = _expected_s(unit, len(given))
            if seconds > LONG_S:
                self._observer.foreseen(stage, seconds)
            for number, point in enumerate(given, 1):
                self._escort.at(replace(stage, detail=f"at point {number} of {len(given)}"))
                yield point

        return each

    def _trial(self, court: Any, engine: Engine, task: Task) -> Trial:
        stage = _stage(Step.TASK, task)
        try:
            with self._escort.inside(stage):
                return hear(court, _Announced(engine, stage, self._escort), task)
        except Lost as lost:
            return Trial(task, replace(empty_row(task), verdict=lost.fate.verdict, note=lost.fate.note))

    def _time(self, number: int, unit: Unit) -> None:
        """Time a unit's tasks in turns."""
        known = dict(self._rows_of(unit))
        for row in self._timed(unit, lambda: self._trials.pop(number, None) or self._again(unit)):
            if row != known[row.key]:
                self._known(reproduced(row, unit, self._settings), unit)

    def _timed(self, unit: Unit, trials: Callable[[], list[Trial]]) -> list[Row]:
        """The rows of a unit with their times; without, of those that are lost in it."""
        rounds = ROUNDS if self._settings.fail_on_slower is None else HELD_ROUNDS
        try:
            with self._escort.inside(Stage(Step.CLOCK, unit.case.source, str(unit.operator))):
                return timed(trials(), self._settings.batch, self._clocked, rounds)
        except Lost as lost:
            return [untimed(row, lost.fate) for row in self._rows_of(unit).values() if answered(row)]

    def _time_twice(self, units: Sequence[Unit]) -> None:
        """Of two times, the second one prepared anew, the slower is kept: by it later ones are judged."""
        for unit in units:
            known = dict(self._rows_of(unit))
            for row in self._timed(unit, functools.partial(self._again, unit)):
                self._known(replace(known[row.key], rounds=the_slower(known[row.key].rounds, row.rounds)), unit)

    def _hold_times(self, units: Sequence[Unit]) -> None:
        """What is slower than the baseline says fails, if it is so again, prepared anew and in fresh rounds."""
        rows = {(unit.key, row.key): (row, unit) for unit in units for row in self._rows_of(unit).values()}
        suspicious = self._held.slower(rows)
        again = {unit.key: unit for _, unit in (rows[key] for key in suspicious)}
        for unit in again.values():
            fresh = self._timed(unit, functools.partial(self._again, unit))
            rows |= {(unit.key, row.key): (row, unit) for row in fresh}
        for key, found in self._held.slower(rows).items():
            row, unit = rows[key]
            if key in suspicious and not row.departure:
                departs = replace(row, departure=f"{Group.SLOWER}: {found}", accepted=False)
                note = "; ".join(filter(None, [departs.departure, row.note]))
                self._known(reproduced(replace(departs, note=note), unit, self._settings), unit)

    def _clocked(self, trial: Trial) -> None:
        self._escort.at(_stage(Step.CLOCK, trial.task))

    def _again(self, unit: Unit) -> list[Trial]:
        """The trials of a unit that an earlier process has checked, prepared again."""
        trials = []
        for engine, task in unit.tasks():
            row = self._rows_of(unit)[empty_row(task).key]
            if not answered(row):
                continue
            trial = Trial(task, row, first_call_s=row.first_call_s)
            try:
                self._clocked(trial)
                trial.prepared = engine.prepare(task)
            except Lost as lost:
                trial.row = untimed(row, lost.fate)
            trial.points = points(unit.case, self._settings.samples, self._settings.seed, task.format)
            trials.append(trial)
        return trials


class _Announced:
    """An engine that says when it prepares and when it answers."""

    def __init__(self, engine: Engine, stage: Stage, escort: Escort) -> None:
        self._engine = engine
        self._stage = stage
        self._escort = escort

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def prepare(self, task: Task) -> Prepared:
        """As the engine."""
        self._escort.at(replace(self._stage, detail="preparing"))
        prepared = self._engine.prepare(task)
        self._escort.at(replace(self._stage, detail="answering"))
        return prepared


def _stage(step: Step, task: Task) -> Stage:
    return Stage(step, task.case.source, str(task.operator), task.engine, task.method, task.device, task.dtype)
