"""How honest a difference quotient's own error estimate is: every answer held against the referee's truth.

    python benchmarks/honest_differences.py
    python benchmarks/honest_differences.py --method central --dtype float32 --seed 1 --worst 20
    python benchmarks/honest_differences.py --fpbench FOLDER     the functions of FPCore files besides

Overconfident, honest and pessimistic are what `diffcheck.judgement` calls an estimate: too small for the error by more
than what no algorithm avoids; claiming less than a quarter of the format's digits where half of them are right; and
else. An overconfident answer that fails a run, because it keeps less than a quarter of the digits, is **accused**.
Beside that it is counted how often an estimate is more than a thousand times the error (and the inherent one) where
that costs less than half of the digits: too careful. Infinite answers and those that are no number have no quality.
"""

import argparse
import itertools
import math
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from flint import arb
from honest_population import Subject, fpbench, population
from measure import cells, headed

from diffcheck.case.operators import Operator, natural_operator
from diffcheck.engines.base import Estimate, Task, flat
from diffcheck.engines.finite import Finite
from diffcheck.errors import Unsupported
from diffcheck.judgement.numbers import Judgement, Quality, judge
from diffcheck.program.program import Program
from diffcheck.program.trace import trace
from diffcheck.referee.component import Component, Status
from diffcheck.referee.rounding.bound import Bound
from diffcheck.referee.rounding.bounds import Bounds
from diffcheck.referee.truth import Referee

_TOO_CAREFUL = 1000.0


@dataclass(frozen=True, slots=True)
class Found:
    """One component of one answer beside its truth; ``scale`` is what digits are counted against."""

    where: str
    value: float
    truth: float
    error: float
    inherent: float
    estimate: float
    scale: float
    unit: float
    calls: int
    judgement: Judgement

    @property
    def accused(self) -> bool:
        """Whether a run fails because the estimate is too small."""
        return self.judgement.verdict.fails and self.judgement.estimate is Quality.OVERCONFIDENT

    @property
    def too_careful(self) -> bool:
        """Whether the estimate is far above an error that costs little."""
        large = self.estimate > _TOO_CAREFUL * max(self.error, self.inherent)
        return large and self.error <= math.sqrt(self.unit) * self.scale

    def digits(self, error: float) -> float:
        """The digits that an error leaves."""
        if error <= self.unit * self.scale:
            return -math.log10(self.unit)
        return max(0.0, math.log10(self.scale) - math.log10(error)) if self.scale > 0 else 0.0


def places(subject: Subject, dtype: str) -> list[dict[str, Any]]:
    """The subject's points as numbers of the dtype in the domain, each once."""
    distinct = {}
    for point in subject.points:
        with np.errstate(over="ignore"):
            found = {name: np.asarray(x, np.dtype(dtype)).astype(np.float64) for name, x in point.items()}
        if all(np.all((d.lo <= found[n]) & (found[n] <= d.hi)) for n, d in subject.made.inputs.items()):
            distinct[tuple(x.tobytes() for x in found.values())] = found
    return list(distinct.values())


def operators(subject: Subject, program: Program, order: int) -> Iterator[Operator]:
    """The operator of this order, if the function has one."""
    shape = program.outputs.shape
    if order == 1:
        yield natural_operator(shape, [subject.made.inputs[name].shape for name in subject.made.wrt])
    elif shape == ():
        yield Operator.HESSIAN


def answers(subject: Subject, order: int, method: str, dtype: str) -> Iterator[Found]:
    """Every component that has a certified truth in the format's range, at every point."""
    program = trace(subject.made.function, subject.made.shapes, subject.made.constants)
    for operator in operators(subject, program, order):
        task = Task(subject.made, program, operator, "finite", method, dtype=dtype)
        referee = Referee(program, operator, subject.made.wrt_positions)
        bounds = Bounds(referee)
        try:
            prepared = Finite().prepare(task)
        except Unsupported:
            return
        for point in places(subject, dtype):
            x = flat(point, task).tolist()
            truth = referee.truth(x)
            try:
                estimate = prepared.derivative(point)
            except Unsupported:
                continue
            known = zip(truth.components, bounds.at(truth, x, task.format), strict=True)
            yield from _components(subject, point, estimate, list(known), task)


def _components(
    subject: Subject,
    point: dict[str, Any],
    estimate: Estimate,
    known: Sequence[tuple[Component, Bound | None]],
    task: Task,
) -> Iterator[Found]:
    values, errors = np.ravel(estimate.value).tolist(), np.ravel(estimate.error).tolist()
    place = " ".join(f"{name}={np.ravel(x).tolist()}" for name, x in point.items())
    for k, (size, (truth, bound)) in enumerate(zip(_sizes(point, task), known, strict=True)):
        if truth.status is not Status.CERTIFIED or bound is None or truth.size > float(task.format.largest):
            continue
        value, own = values[k], math.inf if math.isnan(errors[k]) else errors[k]
        judgement = judge(value, own, truth, bound, task.format, arb(size))
        error = float(abs(truth.left - arb(value)).upper()) if math.isfinite(value) else math.inf
        scale = float(bound.scale.mid()) or size
        yield Found(
            f"{subject.kind}: {subject.name} at {place} [{k}]",
            value,
            float(truth.left),
            error,
            float(bound.inherent.mid()),
            own,
            scale,
            task.format.unit_roundoff,
            estimate.function_calls or 0,
            judgement,
        )


def _sizes(point: dict[str, Any], task: Task) -> list[float]:
    """For each component the function's value over the coordinates that it differentiates by, one at least."""
    lengths = np.maximum(np.abs(flat(point, task))[task.case.wrt_positions], 1.0)
    over = np.multiply.outer(lengths, lengths) if task.operator is Operator.HESSIAN else lengths
    with np.errstate(all="ignore"):
        here = np.nan_to_num(np.ravel(np.abs(task.case.function(**point, **task.case.constants))))
    found: list[float] = (here[:, None] / over.ravel()).ravel().tolist()
    return found


def table(found: Iterable[Found]) -> Iterator[str]:
    """A line for each kind, and one for all."""
    qualities = (Quality.OVERCONFIDENT, Quality.HONEST, Quality.PESSIMISTIC)
    columns = ("kind", "components", *qualities, "accused", "too careful", "median digits", "own digits", "evaluations")
    yield from headed(columns)
    by_kind: dict[str, list[Found]] = defaultdict(list)
    for one in found:
        by_kind[one.where.split(":")[0]].append(one)
    everything = list(itertools.chain(*by_kind.values()))
    for kind, rows in [*by_kind.items(), ("all", everything)]:
        counts = [sum(row.judgement.estimate is quality for row in rows) for quality in qualities]
        counts += [sum(row.accused for row in rows), sum(row.too_careful for row in rows)]
        middle = float(np.median([row.digits(row.error) for row in rows]))
        own = float(np.median([row.digits(row.estimate) for row in rows]))
        calls = float(np.mean([row.calls for row in rows]))
        yield cells(kind, str(len(rows)), *map(str, counts), f"{middle:.1f}", f"{own:.1f}", f"{calls:.0f}")


def worst(found: Iterable[Found], count: int) -> Iterator[str]:
    """The overconfident answers whose estimate is furthest below the error."""
    wrong = [row for row in found if row.judgement.estimate is Quality.OVERCONFIDENT]
    wrong.sort(key=lambda row: -row.error / max(row.estimate, row.inherent, 5e-324))
    for row in wrong[:count]:
        yield (
            f"{row.where}: {row.value:.6g}, truth {row.truth:.6g}, error {row.error:.2g}, "
            f"estimate {row.estimate:.2g}{', accused' if row.accused else ''}"
        )


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--method", action="append", choices=Finite.methods)
    parser.add_argument("--dtype", action="append", choices=("float64", "float32"))
    parser.add_argument("--order", action="append", type=int, choices=(1, 2))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", default="", help="only the kinds whose name begins so")
    parser.add_argument("--fpbench", type=Path, help="a folder of .fpcore files")
    parser.add_argument("--worst", type=int, default=10, help="how many overconfident answers are shown")
    return parser.parse_args()


def main() -> None:
    """Print a table for each method, order and dtype."""
    asked = arguments()
    subjects = list(population(asked.seed))
    if asked.fpbench is not None and asked.fpbench.is_dir():
        subjects += fpbench(asked.fpbench, asked.seed)
    subjects = [subject for subject in subjects if subject.kind.startswith(asked.kind)]
    for method, order, dtype in itertools.product(
        asked.method or ["adaptive"], asked.order or [1, 2], asked.dtype or ["float64", "float32"]
    ):
        start = time.perf_counter()
        found = [one for subject in subjects for one in answers(subject, order, method, dtype)]
        took = time.perf_counter() - start
        print(f"\nfinite:{method}, order {order}, {dtype}: {len(subjects)} functions, {took:.0f} s\n")
        print("\n".join([*table(found), "", *worst(found, asked.worst)]), flush=True)


if __name__ == "__main__":
    main()
