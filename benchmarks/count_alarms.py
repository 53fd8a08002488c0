"""The two constants of the bounds, fixed by counting: false alarms on right derivatives, misses on wrong ones.

Every point of the trials (``cases/trials``, neighbours and defects) is judged for PyTorch's reverse mode once; the
verdicts are then drawn again for other constants k (of `inherent`) and c (of `formula`).

Run: ``python benchmarks/count_alarms.py``.
"""

import math
from collections.abc import Iterator
from pathlib import Path

from measure import cells, headed

from diffcheck.engines.autograd import Autograd
from diffcheck.judgement.numbers import Judgement
from diffcheck.referee.rounding.bound import FORMULA_FACTOR, INHERENT_FACTOR
from diffcheck.runner.examine import court_of, hear
from diffcheck.runner.plan import Contestant, plan
from diffcheck.sources.collect import collect

TRIALS = Path(__file__).parent.parent / "cases" / "trials"
GRID = [(k, c) for k in (8, 32, 128, 512, 2048) for c in (1, 4, 16, 64)]
SETS = ("neighbour", "defect")


def judgements(tag: str) -> Iterator[list[Judgement]]:
    """For each case with this tag and operator the judgements on all components at all points."""
    contestant = Contestant(Autograd(), "reverse", "cpu", "float64")
    tagged = [case for case in collect([str(TRIALS)]).cases if tag in case.tags]
    for unit in plan(tagged, [], (contestant,)):
        court = court_of(unit, "float64", samples=0, seed=0)
        trial = hear(court, *unit.tasks()[0])
        if trial.row.findings or trial.row.note.startswith("the derivative is right"):
            continue  # these constants are about derivatives
        yield [j for answer in trial.answers for j in answer.judgements.told.values() if not math.isnan(j.error_ulp)]


def outcome(found: list[Judgement], k: float, c: float) -> str:
    """``right``, ``lossy`` or ``wrong`` under these constants; NaN where a finite truth exists is always wrong."""
    worst = "right"
    for j in found:
        if j.verdict.fails and math.isinf(j.error_ulp):
            return "wrong"
        inherent = j.inherent_ulp * k / INHERENT_FACTOR
        formula = j.formula_ulp * c / FORMULA_FACTOR
        if j.error_ulp > max(inherent, formula):
            return "wrong"
        if j.error_ulp > inherent:
            worst = "lossy"
    return worst


def main() -> None:
    """Print the counts for every pair of constants."""
    healthy, defective = (list(judgements(tag)) for tag in SETS)
    print(f"{len(healthy)} right derivatives, {len(defective)} wrong ones\n")
    heads = ("k", "c", "right called lossy", "right called wrong", "wrong called lossy", "wrong missed")
    print("\n".join(headed(heads)))
    for k, c in GRID:
        good = [outcome(found, k, c) for found in healthy]
        bad = [outcome(found, k, c) for found in defective]
        mark = "  <- in use" if (k, c) == (INHERENT_FACTOR, FORMULA_FACTOR) else ""
        counts = (good.count("lossy"), good.count("wrong"), bad.count("lossy"), bad.count("right"))
        print(cells(*map(str, (k, c, *counts))) + mark)


if __name__ == "__main__":
    main()
