"""The clocks of a unit: all its tasks are timed in turns, latency at one point and throughput at many."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import cycle, islice

import numpy as np

from diffcheck.errors import RAISED
from diffcheck.results import Row
from diffcheck.runner.trial import Trial
from diffcheck.timing import ROUNDS, Call, Timing, measure, peak_bytes, yardstick
from diffcheck.verdict import UNANSWERED, Verdict

_UNIT = "yardstick"
# A clock has no more; the journal and the baseline keep a number for each round.
_FIGURES = 4


def _nobody(_: Trial) -> None:
    """Is told nothing."""


@np.errstate(all="ignore")
def timed(
    trials: Sequence[Trial], batch: int, told: Callable[[Trial], None] = _nobody, rounds: int = ROUNDS
) -> list[Row]:
    """The rows with their timings; a task that cannot be evaluated keeps none.

    Parameters
    ----------
    batch:
        Points for the throughput; 0 leaves it out.
    told:
        Is told, outside the clock, whose call comes next.
    rounds:
        In how many rounds the derivatives are timed, and the yardsticks beside them.
    """
    runnable = [t for t in trials if t.prepared and t.row.verdict not in (*UNANSWERED, Verdict.UNSUPPORTED)]
    calls: dict[tuple[int, str], Call] = {}
    yardsticks: dict[int, tuple[int, str]] = {}
    rows = {id(t): t.row for t in trials}
    by_id = {id(t): t for t in trials}
    for trial in runnable:
        told(trial)
        try:
            calls |= {(id(trial), name): call for name, call in _calls(trial, batch, rounds)}
            measure_of = _yardstick(trial, rounds)
            yardsticks[id(trial)] = next((k for k, c in calls.items() if c.run is measure_of.run), (id(trial), _UNIT))
            calls.setdefault(yardsticks[id(trial)], measure_of)
        except RAISED as raised:  # the verdict stands, whatever happens to the clock
            rows[id(trial)] = _untimed(trial.row, raised)
    whose = [by_id[key] for key, _ in calls]
    found = dict(zip(calls, measure(list(calls.values()), lambda k: told(whose[k])), strict=True))
    for trial in runnable:
        told(trial)
        own = {name: timing for (key, name), timing in found.items() if key == id(trial)}
        own |= {_UNIT: found[yardsticks[id(trial)]]} if id(trial) in yardsticks else {}
        try:
            rows[id(trial)] = _with_times(trial, own, batch) if own else rows[id(trial)]
        except RAISED as raised:
            rows[id(trial)] = _untimed(trial.row, raised)
    known = [rows[id(t)] for t in trials]
    return [replace(row, break_even=_break_even(row, known)) if row.engine == "symbolic" else row for row in known]


def _yardstick(trial: Trial, rounds: int) -> Call:
    """The call in units of which a trial's times are kept."""
    assert trial.prepared is not None
    assert trial.point is not None
    clockwork = trial.prepared.clockwork(trial.point)
    return Call(clockwork.yardstick or yardstick, clockwork.synchronize, rounds)


def _calls(trial: Trial, batch: int, rounds: int) -> list[tuple[str, Call]]:
    assert trial.prepared is not None
    assert trial.point is not None
    clockwork = trial.prepared.clockwork(trial.point)
    calls = [
        ("derivative", Call(clockwork.derivative, clockwork.synchronize, rounds)),
        ("primal", Call(clockwork.primal, clockwork.synchronize)),
    ]
    many = _many(trial, batch)
    if many is not None:
        calls.append(("batch", Call(many, clockwork.synchronize)))
    return calls


def _many(trial: Trial, batch: int) -> Callable[[], object] | None:
    """One call for many points, where the engine has such a call: the points of the check, again and again."""
    together = getattr(trial.prepared, "batch", None)
    if not batch or together is None:
        return None
    points = list(islice(cycle(trial.points), batch))
    call: Callable[[], object] | None = together(points)
    return call


def _with_times(trial: Trial, found: dict[str, Timing | BaseException], batch: int) -> Row:
    derivative, primal = found["derivative"], found["primal"]
    for timing in (derivative, primal):
        if isinstance(timing, BaseException):
            return _untimed(trial.row, timing)
    assert isinstance(derivative, Timing)
    assert isinstance(primal, Timing)
    many = found.get("batch")
    per_second = float("nan")
    if batch:
        per_second = batch / many.median_s if isinstance(many, Timing) else 1 / derivative.median_s
    assert trial.prepared is not None
    assert trial.point is not None
    return replace(
        trial.row,
        evaluate_s=derivative.median_s,
        evaluate_iqr_s=derivative.iqr_s,
        primal_s=primal.median_s,
        cost_ratio=derivative.median_s / primal.median_s,
        first_call_s=trial.first_call_s,
        points_per_s=per_second,
        peak_bytes=_peak(trial),
        rounds=_rounds(derivative, found[_UNIT]),
    )


def _rounds(derivative: Timing, unit: Timing | BaseException) -> tuple[float, ...]:
    """The times of a derivative over those of the yardstick in the same rounds, which the machine's speed is not in."""
    if not isinstance(unit, Timing):
        return ()
    ratios = (ours / theirs for ours, theirs in zip(derivative.work_s, unit.work_s, strict=True))
    return tuple(float(f"{ratio:.{_FIGURES}g}") for ratio in ratios)


def _peak(trial: Trial) -> int | None:
    """The memory of one evaluation, on the device where that is one with a memory of its own."""
    assert trial.prepared is not None
    assert trial.point is not None
    clockwork = trial.prepared.clockwork(trial.point)
    on_device = clockwork.peak_bytes
    return peak_bytes(clockwork.derivative) if on_device is None else on_device()


def _untimed(row: Row, raised: BaseException) -> Row:
    told = f"not timed: {type(raised).__name__}: {raised}"
    return replace(row, note="; ".join(filter(None, [row.note, told])))


def _break_even(symbolic: Row, rows: Sequence[Row]) -> float:
    """After how many evaluations the preparation of ``symbolic`` has paid for itself against ``autograd``.

    Infinite where each evaluation takes longer, NaN where one of the two was not timed.
    """
    for autograd in rows:
        if (autograd.engine, autograd.device, autograd.dtype) == ("autograd", symbolic.device, symbolic.dtype):
            saved = autograd.evaluate_s - symbolic.evaluate_s
            cost = symbolic.prepare_s + symbolic.first_call_s - autograd.prepare_s - autograd.first_call_s
            if saved != saved:
                return saved
            return max(0.0, cost / saved) if saved > 0 else float("inf")
    return float("nan")
