"""How honest a difference quotient's own error estimate is: every answer held against the referee's truth.

    python benchmarks/honest_differences.py
    python benchmarks/honest_differences.py --method central --dtype float32 --seed 1 --worst 20
    python benchmarks/honest_differences.py --fpbench FOLDER     the functions of FPCore files besides

With u the unit roundoff, `inherent` the error that any algorithm may have and `scale` what it is counted against (see
`diffcheck.referee.bounds`), an answer is

- **overconfident** if its error is above its estimate by more than `inherent`,
- **pessimistic** if the error costs less than half of the digits (at most sqrt(u) scale), and the estimate is above
  1000 times the error and 1000 times `inherent`,
- **honest** otherwise.

Where the truth is zero and nothing that the question is made of has a size, the scale is the function's value over the
coordinates (over one below one), and an estimate is pessimistic if it denies a quarter of the digits of that.
"""

import argparse
import itertools
import math
import pickle
import time
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from honest_population import Subject, fpbench, population
from measure import cells, headed

from diffcheck.case.operators import Operator, natural_operator
from diffcheck.engines.base import Estimate, Task, flat
from diffcheck.engines.finite import Finite
from diffcheck.errors import Unsupported
from diffcheck.formats import Format
from diffcheck.ops import balls
from diffcheck.program.program import Program
from diffcheck.program.trace import trace
from diffcheck.referee.bounds import Bounds
from diffcheck.referee.component import Status
from diffcheck.referee.truth import Referee

# An estimate so many times above the error, and above what no algorithm avoids, is pessimistic.
_PESSIMISTIC = 1000.0
# Numbers below this power of two are zero in every format, and far from mattering to an error.
_NOTHING = -2000
OVERCONFIDENT, HONEST, PESSIMISTIC = "overconfident", "honest", "pessimistic"


class Known(NamedTuple):
    """The truth about one component: its value, the two bounds and what `inherent` is counted against."""

    truth: Fraction
    inherent: float
    formula: float
    scale: float


@dataclass(frozen=True, slots=True)
class Found:
    """One component of one answer beside its truth."""

    kind: str
    name: str
    point: str
    component: int
    value: float
    error: float
    estimate: float
    known: Known
    size: float
    unit: float
    calls: int

    @property
    def quality(self) -> str:
        """Whether the estimate says too little, the right thing or too much."""
        if self.error > self.estimate + self.known.inherent:
            return OVERCONFIDENT
        half, quarter = self.unit ** (1 / 2) * self.scale, self.unit ** (1 / 4) * self.scale
        too_much = quarter if self.known.scale == 0 else _PESSIMISTIC * max(self.error, self.known.inherent)
        return PESSIMISTIC if self.error <= half and self.estimate > too_much else HONEST

    @property
    def scale(self) -> float:
        """What digits are counted against."""
        return self.known.scale or self.size

    @property
    def accused(self) -> bool:
        """Whether the answer is wrong by its own estimate and by what the formula may lose."""
        return self.quality == OVERCONFIDENT and self.error > self.known.formula

    @property
    def digits(self) -> float:
        """The correct digits of the value against the scale."""
        return _digits(self.error, self.scale, self.unit)

    @property
    def own_digits(self) -> float:
        """The digits that the estimate claims."""
        return _digits(self.estimate, self.scale, self.unit)


def _digits(error: float, scale: float, unit: float) -> float:
    if error <= unit * scale:
        return -math.log10(unit)
    return max(0.0, math.log10(scale) - math.log10(error)) if scale > 0 else 0.0


def rounded(point: dict[str, Any], subject: Subject, dtype: str) -> dict[str, Any] | None:
    """The nearest numbers of the dtype; ``None`` outside the domain."""
    with np.errstate(over="ignore"):
        found = {name: np.asarray(x, np.dtype(dtype)).astype(np.float64) for name, x in point.items()}
    inside = all(np.all((d.lo <= found[n]) & (found[n] <= d.hi)) for n, d in subject.made.inputs.items())
    return found if inside else None


def places(subject: Subject, dtype: str) -> list[dict[str, Any]]:
    """The subject's points as numbers of the dtype, each once."""
    found = [rounded(dict(point), subject, dtype) for point in subject.points]
    distinct = {tuple(x.tobytes() for x in point.values()): point for point in found if point is not None}
    return list(distinct.values())


def operators(subject: Subject, program: Program, order: int) -> Iterator[Operator]:
    """The operator of this order, if the function has one."""
    shape = program.outputs.shape
    if order == 1:
        yield natural_operator(shape, [subject.made.inputs[name].shape for name in subject.made.wrt])
    elif shape == ():
        yield Operator.HESSIAN


def truths(referee: Referee, bounds: Bounds, point: dict[str, Any], task: Task, format: Format) -> list[Known | None]:
    """What is known of each component; ``None`` where no finite derivative of the format is certified."""
    x = flat(point, task)
    truth = referee.truth(x.tolist())
    found: list[Known | None] = []
    for component, bound in zip(truth.components, bounds.at(truth, x.tolist(), format), strict=True):
        if component.status is not Status.CERTIFIED or bound is None or component.size > float(format.largest):
            found.append(None)
            continue
        found.append(
            Known(
                _fraction(component.left.mid()),
                float(bound.inherent.mid()),
                float(bound.formula.mid()),
                float(bound.scale.mid()),
            )
        )
    return found


def _fraction(x: Any) -> Fraction:
    """The number that a ball without a radius is; zero for one that no format tells from it."""
    if abs(x) < balls.power_of_two(_NOTHING):
        return Fraction(0)
    mantissa, exponent = x.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


class Truths:
    """The referee's truths, kept in a file between runs if there is one."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._kept: dict[Any, list[tuple[Any, ...] | None]] = {}
        if file is not None and file.exists():
            self._kept = pickle.loads(file.read_bytes())

    def of(self, subject: Subject, task: Task, points: Sequence[dict[str, Any]]) -> list[list[Known | None]]:
        """For each point what is known of each component."""
        code = zlib.crc32(repr(task.program.nodes).encode())
        keys = [(code, str(task.operator), task.dtype, *(x.tobytes() for x in p.values())) for p in points]
        if not all(key in self._kept for key in keys):
            referee = Referee(task.program, task.operator, subject.made.wrt_positions)
            bounds = Bounds(referee)
            for key, point in zip(keys, points, strict=True):
                found = truths(referee, bounds, point, task, task.format)
                self._kept[key] = [None if known is None else tuple(known) for known in found]
        return [[None if known is None else Known(*known) for known in self._kept[key]] for key in keys]

    def keep(self) -> None:
        """Write what is known."""
        if self._file is not None:
            self._file.write_bytes(pickle.dumps(self._kept))


def distance(value: float, known: Known) -> float:
    """The error of a value."""
    return float(abs(Fraction(value) - known.truth)) if math.isfinite(value) else math.inf


def answers(subject: Subject, order: int, method: str, dtype: str, known: Truths) -> Iterator[Found]:
    """Every component that has a truth, at every point."""
    program = trace(subject.made.function, subject.made.shapes, subject.made.constants)
    points = places(subject, dtype)
    for operator in operators(subject, program, order):
        task = Task(subject.made, program, operator, "finite", method, dtype=dtype)
        try:
            prepared = Finite().prepare(task)
        except Unsupported:
            return
        for point, row in zip(points, known.of(subject, task, points), strict=True):
            try:
                estimate = prepared.derivative(point)
            except Unsupported:
                continue
            yield from _components(subject, point, estimate, row, task)


def _components(
    subject: Subject, point: dict[str, Any], estimate: Estimate, row: Sequence[Known | None], task: Task
) -> Iterator[Found]:
    values, errors = np.ravel(estimate.value).tolist(), np.ravel(estimate.error).tolist()
    sizes = _sizes(point, task)
    place = " ".join(f"{name}={np.ravel(x).tolist()}" for name, x in point.items())
    for k, (value, own, truth) in enumerate(zip(values, errors, row, strict=True)):
        if truth is not None:
            own = math.inf if math.isnan(own) else own
            error = distance(value, truth)
            calls, unit = estimate.function_calls or 0, task.format.unit_roundoff
            yield Found(subject.kind, subject.name, place, k, value, error, own, truth, sizes[k], unit, calls)


def _sizes(point: dict[str, Any], task: Task) -> list[float]:
    """For each component the function's value over the coordinates that it differentiates by, one at least."""
    lengths = np.maximum(np.abs(flat(point, task))[task.case.wrt_positions], 1.0)
    over = np.multiply.outer(lengths, lengths) if task.operator is Operator.HESSIAN else lengths
    with np.errstate(all="ignore"):
        here = np.ravel(np.abs(task.case.function(**point, **task.case.constants)))
    found: list[float] = (here[:, None] / over.ravel()).ravel().tolist()
    return found


def table(found: Iterable[Found]) -> Iterator[str]:
    """A line for each kind, and one for all."""
    columns = (
        "kind",
        "components",
        OVERCONFIDENT,
        "beyond `formula`",
        HONEST,
        PESSIMISTIC,
        "median digits",
        "own digits",
        "evaluations",
    )
    yield from headed(columns)
    by_kind: dict[str, list[Found]] = defaultdict(list)
    for one in found:
        by_kind[one.kind].append(one)
    everything = list(itertools.chain(*by_kind.values()))
    for kind, rows in [*by_kind.items(), ("all", everything)]:
        counts = [sum(row.quality == quality for row in rows) for quality in (OVERCONFIDENT, HONEST, PESSIMISTIC)]
        counts.insert(1, sum(row.accused for row in rows))
        middle = float(np.median([row.digits for row in rows]))
        own = float(np.median([row.own_digits for row in rows]))
        calls = float(np.mean([row.calls for row in rows]))
        yield cells(kind, str(len(rows)), *map(str, counts), f"{middle:.1f}", f"{own:.1f}", f"{calls:.0f}")


def worst(found: Iterable[Found], count: int) -> Iterator[str]:
    """The overconfident answers whose estimate is furthest below the error."""
    wrong = [row for row in found if row.quality == OVERCONFIDENT]
    wrong.sort(key=lambda row: -row.error / max(row.estimate, row.known.inherent, 5e-324))
    for row in wrong[:count]:
        truth = float(row.known.truth)
        yield (
            f"{row.kind}: {row.name} at {row.point} [{row.component}]: {row.value:.6g}, truth {truth:.6g}, "
            f"error {row.error:.2g}, estimate {row.estimate:.2g}{', beyond `formula`' if row.accused else ''}"
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
    parser.add_argument("--truths", type=Path, help="keep the referee's truths in this file")
    return parser.parse_args()


def main() -> None:
    """Print a table for each method, order and dtype."""
    asked = arguments()
    known = Truths(asked.truths)
    subjects = list(population(asked.seed))
    if asked.fpbench is not None and asked.fpbench.is_dir():
        subjects += fpbench(asked.fpbench, asked.seed)
    subjects = [subject for subject in subjects if subject.kind.startswith(asked.kind)]
    for method, order, dtype in itertools.product(
        asked.method or ["adaptive"], asked.order or [1, 2], asked.dtype or ["float64", "float32"]
    ):
        start = time.perf_counter()
        found = [one for subject in subjects for one in answers(subject, order, method, dtype, known)]
        took = time.perf_counter() - start
        print(f"\nfinite:{method}, order {order}, {dtype}: {len(subjects)} functions, {took:.0f} s\n", flush=True)
        print("\n".join([*table(found), "", *worst(found, asked.worst)]), flush=True)
        known.keep()


if __name__ == "__main__":
    main()
