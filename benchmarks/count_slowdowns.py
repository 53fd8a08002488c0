"""How often ``--fail-on-slower 1.3`` accuses what is as it was, and how often it finds what is slower by that.

Shipped cases are timed in a process of its own, twice, as for a baseline, and again in others: unchanged, and with
every derivative made slower by the factor (a short call is repeated every few times, behind a long one the processor is
kept busy). Each run is held against the first one as `diffcheck run` does it, in fresh rounds where it is suspicious.

Run: ``python benchmarks/count_slowdowns.py``, with ``--write`` to put the table into ``docs/slowdowns.md``.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from measure import cells, headed

from diffcheck.case.case import Point
from diffcheck.case.points import points
from diffcheck.engines.base import Clockwork, Prepared
from diffcheck.errors import DiffcheckError
from diffcheck.regression import slower, the_slower
from diffcheck.runner.clocks import timed
from diffcheck.runner.engines import installed_engines
from diffcheck.runner.plan import Unit, contestants, plan
from diffcheck.runner.told.rows import empty_row
from diffcheck.runner.trial import Trial
from diffcheck.sources.collect import collect
from diffcheck.timing import HELD_ROUNDS
from diffcheck.verdict import Verdict

HERE = Path(__file__).parent
PATHS = [str(HERE.parent / "cases" / f"{name}.py") for name in ("elementary", "activations")]
PAGE = HERE.parent / "docs" / "slowdowns.md"
FACTOR = 1.3
# Behind calls longer than this the processor is kept busy: a round has too few of them to repeat some.
_LONG_S = 5e-5
Times = dict[str, tuple[float, ...]]


class Slowed:
    """A task that is ready, with a derivative that takes a factor longer."""

    def __init__(self, prepared: Prepared) -> None:
        self._prepared = prepared

    def clockwork(self, point: Point) -> Clockwork:
        """The calls, the derivative slower."""
        found = self._prepared.clockwork(point)
        return replace(found, derivative=slowed(found.derivative))


def slowed(call: Callable[[], object]) -> Callable[[], object]:
    """The same, and more work: the factor less one of its own."""
    call()
    before = time.process_time()
    for _ in range(20):
        call()
    more_s = (FACTOR - 1) * (time.process_time() - before) / 20
    owed = 0.0

    def longer() -> object:
        nonlocal owed
        if more_s > _LONG_S:
            until = time.process_time() + more_s
            while time.process_time() < until:
                pass
        else:
            owed += FACTOR - 1
            if owed >= 1:
                owed -= 1
                call()
        return call()

    return longer


def times(units: Iterable[Unit], planted: bool) -> Times:
    """The rounds of all tasks of units, prepared anew."""
    found: Times = {}
    for unit in units:
        trials = []
        for engine, task in unit.tasks():
            trial = Trial(task, replace(empty_row(task), verdict=Verdict.AGREE))
            trial.points = points(unit.case, 1, 0, task.format)
            try:
                ready: Any = engine.prepare(task)
            except DiffcheckError:  # what is unsupported has no time
                continue
            planted_one: Any = Slowed(ready) if planted else ready
            trial.prepared = planted_one
            trials.append(trial)
        found |= {"|".join(row.key): row.rounds for row in timed(trials, 0, rounds=HELD_ROUNDS) if row.rounds}
    return found


def once(old: Times, planted: bool) -> Mapping[str, Any]:
    """The rounds of all tasks, and who is called slower: at first, and again in fresh rounds."""
    by = contestants((), ("cpu",), ("float64",), installed_engines())
    units = plan(collect(PATHS).cases, (), by)
    new = times(units, planted)
    if not old:  # a baseline
        again = times(units, planted)
        return {"rounds": {key: the_slower(new[key], again.get(key, ())) for key in new}}
    suspicious = slower({key: (old[key], rounds) for key, rounds in new.items() if key in old}, FACTOR)
    names = {tuple(key.split("|")[:2]) for key in suspicious}
    fresh = new | times([unit for unit in units if (unit.case.name, str(unit.operator)) in names], planted)
    both = slower({key: (old[key], rounds) for key, rounds in fresh.items() if key in old}, FACTOR)
    return {"rounds": new, "suspicious": len(suspicious), "called": sorted(both.keys() & suspicious.keys())}


def elsewhere(old: Times, planted: bool) -> Mapping[str, Any]:
    """`once` in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "old.json"
        place.write_text(json.dumps(old))
        words = [sys.executable, __file__, "--once", str(place), *["--planted"] * planted]
        done = subprocess.run(words, stdout=subprocess.PIPE, check=True, text=True)
    found: Mapping[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="runs of each kind")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--once", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--planted", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.once is not None:
        print(json.dumps(once(json.loads(given.once.read_text()), given.planted)))
        return
    old = elsewhere({}, planted=False)["rounds"]
    lines = headed(("tasks", "runs", "held", "suspicious at first", "called slower"))
    for name, planted in (("unchanged", False), (f"{FACTOR} times as slow", True)):
        found = [elsewhere(old, planted) for _ in range(given.runs)]
        suspicious, called = sum(f["suspicious"] for f in found), sum(len(f["called"]) for f in found)
        counts = (given.runs, sum(len(f["rounds"]) for f in found), suspicious, called)
        lines.append(cells(name, *(f"{n:,}" for n in counts)))
        print(lines[-1], flush=True)
    busy = os.getloadavg()[0] / (os.cpu_count() or 1)
    table = "\n".join(lines) + f"\n\nThe machine had {busy:.1f} times as much to do as it has processors.\n"
    print(table)
    if given.write:
        opening, closing = "<!-- counts -->\n", "<!-- end of counts -->\n"
        before, rest = PAGE.read_text(encoding="utf-8").split(opening)
        text = f"{before}{opening}{table}{closing}{rest.split(closing)[1]}"
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
