"""Slower or not: a test on made-up rounds, and runs whose clocks are made up. No test asserts a real time."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command import typed

from diffcheck.errors import UsageError
from diffcheck.regression.slower import LEVEL, effect, slower
from diffcheck.results import load
from diffcheck.runner import clocks
from diffcheck.runner.settings import Settings
from diffcheck.timing import HELD_ROUNDS, ROUNDS, Call, Timing, measure

FACTOR = 1.3


def rounds(generator: Any, middle: float = 1.0, spread: float = 0.05, count: int = HELD_ROUNDS) -> list[float]:
    """Times with a spread as on a busy machine."""
    return list(middle * np.exp(spread * generator.normal(size=count)))


def test_the_interval_holds_the_ratio_as_often_as_it_says() -> None:
    generator = np.random.default_rng(1)
    found = [effect(rounds(generator), rounds(generator, 1.2), FACTOR) for _ in range(2000)]
    missed = sum(not e.low <= 1.2 <= e.high for e in found if e is not None)
    # Binomial: 20 on average, and hardly ever more than twice that.
    assert 5 <= missed <= 40


def test_p_is_that_of_scipy() -> None:
    from scipy import stats

    generator = np.random.default_rng(2)
    old, new = rounds(generator), rounds(generator, 1.25, 0.1)
    found = effect(old, new, FACTOR)
    assert found is not None
    shifted = np.log(new) - math.log(FACTOR) / 2
    other = stats.ttest_ind(shifted, np.log(old), equal_var=False, alternative="greater")
    assert found.p == pytest.approx(other.pvalue)
    assert found.ratio == pytest.approx(np.exp(np.mean(np.log(new)) - np.mean(np.log(old))))


def called(middle: float, tasks: int = 400, seed: int = 3) -> int:
    """How many of many tasks are called slower when all take so many times as long."""
    generator = np.random.default_rng(seed)
    times = {k: (rounds(generator), rounds(generator, middle)) for k in range(tasks)}
    return len(slower(times, FACTOR))


def test_of_many_tasks_none_is_accused_and_most_are_found() -> None:
    assert called(1.0) == 0
    assert called(1.1) == 0
    # At the square root of the factor itself the level holds for all of them together.
    assert sum(called(math.sqrt(FACTOR), seed=seed) > 0 for seed in range(20)) <= 2
    assert called(FACTOR) > 0.9 * 400


def test_the_level_is_shared_among_the_tasks() -> None:
    alone = {0: ([1.0, 1.1, 1.05, 1.0, 1.1], [1.3, 1.45, 1.36, 1.3, 1.4])}
    found = effect(*alone[0], FACTOR)
    assert found is not None
    assert LEVEL / 400 < found.p < LEVEL
    assert set(slower(alone, FACTOR)) == {0}
    beside = {k: ([1.0, 1.1, 1.05], [1.0, 1.1, 1.05]) for k in range(1, 400)}
    assert slower({**alone, **beside}, FACTOR) == {}


@pytest.mark.parametrize(
    ("old", "new"), [((), (1.0, 1.0, 1.0)), ((1.0, 2.0), (1.0, 2.0)), ((0.0, 1.0, 1.0), (1.0,) * 3)]
)
def test_of_too_few_rounds_nothing_is_said(old: tuple[float, ...], new: tuple[float, ...]) -> None:
    assert effect(old, new, FACTOR) is None


def test_rounds_without_spread_are_what_they_are() -> None:
    assert set(slower({"slow": ((1.0,) * 3, (1.2,) * 3), "not": ((1.0,) * 3, (1.1,) * 3)}, FACTOR)) == {"slow"}


# Rounds in runs.


def test_a_call_has_the_rounds_that_it_asks_for() -> None:
    many, few = measure([Call(lambda: None, rounds=7), Call(lambda: None)])
    assert isinstance(many, Timing)
    assert isinstance(few, Timing)
    assert (len(many.work_s), len(few.work_s)) == (7, ROUNDS)


CASES = """
from diffcheck import case, interval
from diffcheck.ops import exp, sin

@case(x=interval(1, 2), samples=1)
def first(x):
    return sin(x) * x

@case(x=interval(1, 2), samples=1)
def second(x):
    return exp(x)
"""
RUN = "run suite.py --samples 1 --output out --baseline base.json --fail-on-slower 1.3"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("suite.py").write_text(CASES)
    return tmp_path


def clock(monkeypatch: pytest.MonkeyPatch, factors: Any) -> list[int]:
    """Clocks by which a yardstick takes one microsecond and a derivative two, by the next of these factors each."""
    asked: list[int] = []

    def made_up(calls: Any, before: Any) -> list[Timing]:
        asked.append(max(call.rounds for call in calls))
        factor = factors[min(len(asked), len(factors)) - 1]
        found = []
        for k, call in enumerate(calls):
            before(k)
            call.run()
            # Of each trial the first call is the derivative.
            work = 1e-6 if call.rounds == asked[-1] and "yardstick" in call.run.__qualname__ else 2e-6 * factor
            found.append(Timing(2e-6, 0.0, tuple(work * (1 + 0.01 * (j % 3)) for j in range(call.rounds))))
        return found

    monkeypatch.setattr(clocks, "measure", made_up)
    return asked


def departures() -> dict[tuple[str, str], str]:
    return {(row.case, row.engine): row.departure.partition(":")[0] for row in load("out").rows if row.departure}


def test_what_is_slower_in_fresh_rounds_too_fails(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Each case twice, of which the slower one is kept.
    asked = clock(monkeypatch, [0.6, 1.0, 1.0, 0.6])
    typed(f"{RUN} --update-baseline")
    assert asked == [HELD_ROUNDS] * 4
    kept = json.loads(Path("base.json").read_text())["entries"]
    assert {len(entry["rounds"]) for entry in kept.values()} == {HELD_ROUNDS}
    assert typed(RUN).exit_code == 0
    # The first case in the run, the second one, and the first one again.
    asked = clock(monkeypatch, [1.5, 1.0, 1.5])
    result = typed(RUN)
    assert result.exit_code == 1
    assert departures() == {("first", engine): "slower" for engine in ("symbolic", "finite", "autograd")}
    assert len(asked) == 3
    assert "slower: 1.50 times as long, between 1." in Path("out/report.md").read_text()


def test_what_is_as_fast_in_fresh_rounds_passes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock(monkeypatch, [1.0])
    typed(f"{RUN} --update-baseline")
    asked = clock(monkeypatch, [1.5, 1.0, 1.0])
    assert typed(RUN).exit_code == 0
    assert (len(asked), departures()) == (3, {})


def test_times_are_written_only_where_they_are_asked_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock(monkeypatch, [1.0])
    plain = RUN.replace(" --fail-on-slower 1.3", "")
    typed(f"{plain} --update-baseline")
    assert "rounds" not in Path("base.json").read_text()
    result = typed(RUN)
    assert result.exit_code == 2
    assert "base.json has no times to hold others against" in result.output
    typed(f"{RUN} --update-baseline")
    before = Path("base.json").read_text()
    typed(f"{plain} --update-baseline")
    assert Path("base.json").read_text() == before


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"fail_on_slower": 1.3}, "needs a baseline"),
        ({"fail_on_slower": 1.3, "baseline": "b", "timing": False}, "and times"),
        ({"fail_on_slower": 0.9, "baseline": "b"}, "must be above 1"),
    ],
)
def test_slower_than_what(settings: Any, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        Settings(**settings)
