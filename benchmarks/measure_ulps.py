"""What the implementations of each row really lose, which is where the table's column `ulps` comes from.

Each row is computed by NumPy or SciPy, by Python's `math` and by torch on the CPU, in float64 and float32, at points of
every binade (`questions.py`) where the value is a normal number of the format, and held against balls. What counts is

    lost = |error| / (u max(|v|, |x1 dv/dx1| + |x2 dv/dx2| + ...)),

u being the unit roundoff and v the value: a good implementation rounds its result, or its arguments, some few times.
The table's `ulps` is not below what the best implementation loses in float64, and not above twice what the worst one
does, or one. `diffcheck.referee.rounding.bounds` allows a row ``FORMULA_FACTOR ulps u |v|``, or, if that is more,
``INHERENT_FACTOR u (|v| + |x1 dv/dx1| + ...)``: the last column is the largest error in parts of what is allowed. Above
1 an implementation is called wrong, and has to be listed in `INACCURATE` with the reason; what is listed there has no
say in `ulps`.

Run: ``python benchmarks/measure_ulps.py [--step BINADES] [ROW ...]``.
"""

import argparse
import contextlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from flint import arb, ctx
from measure import cells, headed
from questions import Point, Question, Use, is_known, points, uses

from diffcheck.errors import Unsupported
from diffcheck.formats import FORMATS, Format
from diffcheck.ops.table import Primitive
from diffcheck.referee.rounding.bound import FORMULA_FACTOR, INHERENT_FACTOR

# What loses more than the bounds allow somewhere, by row and implementation.
INACCURATE = {
    ("sinh", "torch"): "half of exp(x) overflows before the half does",
    ("cosh", "torch"): "half of exp(x) overflows before the half does",
    (
        "lgamma",
        "numpy",
    ): "SciPy's gammaln is infinite at the smallest subnormal numbers, where the logarithm of 1/x is not",
    ("logsumexp_of", "torch"): "the largest argument being 0, what the others add is lost in ln(1 + ...)",
    ("bessel_i", "torch"): "its exponential overflows before the function does",
    ("bessel_j", "torch"): "it keeps nine digits beyond 5, or less",
    ("bessel_y", "torch"): "it keeps nine digits beyond 5, or less",
    ("airy_ai", "torch"): "it keeps eight digits left of -2",
    ("pbdv", "numpy"): "of a negative order SciPy's is no number in float32",
    ("polygamma", "torch"): "trigamma keeps ten digits, and none of large arguments",
}


@dataclass(frozen=True)
class Sample:
    """A point, the value there as a ball, and the sum of ``|x dv/dx|`` over the arguments."""

    point: Point
    value: Any
    moved: Any


@dataclass(frozen=True)
class Loss:
    """The worst that an implementation of a row does: its largest loss, and its largest error in parts of the bound."""

    lost: float = 0.0
    lost_at: Point = ()
    of_bound: float = 0.0
    of_bound_at: Point = ()


def samples(use: Use, step: int, format: Format) -> list[Sample]:
    """The points of a format at which the value is one of its normal numbers."""
    dtype = np.dtype(format.name)
    smallest, largest = float(np.finfo(dtype).smallest_normal), float(np.finfo(dtype).max)
    rounded = [
        tuple(float(dtype.type(x)) for x in point)
        for point in points(use.arity, step)
        if all(abs(x) <= largest for x in point) and use.in_floats(*point) and use.in_balls(*point)
    ]
    question = Question(use, ("exact",) * use.arity)
    found = []
    for point in dict.fromkeys(rounded):
        answers = question.at(point).found
        value = answers["value"]
        if is_known(value) and smallest <= abs(value) and abs(value) <= largest:
            slopes = [answers[f"slope {place}"] for place in range(use.arity)]
            moved = sum((abs(arb(x) * s) for x, s in zip(point, slopes, strict=True) if is_known(s)), arb(0))
            found.append(Sample(point, value, moved))
    return found


def implementations(use: Use, format: Format) -> dict[str, Callable[[Sequence[Point]], list[float]]]:
    """What computes a row in a format, by name: functions of many points."""

    def on_numpy(many: Sequence[Point]) -> list[float]:
        with np.errstate(all="ignore"):
            found: list[float] = np.asarray(use.function(*np.array(many, format.name).T)).tolist()
        return found

    def on_torch(many: Sequence[Point]) -> list[float]:
        dtype = getattr(torch, format.name)
        found: list[float] = use.function(*torch.tensor(many, dtype=dtype).T).tolist()
        return found

    by_name: dict[str, Callable[[Sequence[Point]], list[float]]] = {}
    for name, function in (("numpy", on_numpy), ("torch", on_torch)):
        with contextlib.suppress(Unsupported):
            function([(0.5,) * use.arity])
            by_name[name] = function
    plain = getattr(math, {"power": "pow"}.get(use.row, use.row), None)
    if plain is not None and use.function is Primitive.rows[use.row] and format.name == "float64":
        by_name["math"] = lambda many: [_in_python(plain, point) for point in many]
    return by_name


def _in_python(function: Callable[..., float], point: Point) -> float:
    try:
        return function(*point)
    except (ArithmeticError, ValueError):
        return math.nan  # `diffcheck.program.compile` takes NumPy's value then


def measured(use: Use, step: int, format: Format) -> dict[str, Loss]:
    """The worst of every implementation of a use, by name."""
    known = samples(use, step, format)
    if not known:
        return {}
    ulps, unit = Primitive.rows[use.row].ulps, arb(format.unit_roundoff)
    found = {}
    for name, function in implementations(use, format).items():
        losses = [
            _loss(value, sample, ulps, unit)
            for value, sample in zip(function([s.point for s in known]), known, strict=True)
            if not (name == "math" and math.isnan(value))
        ]
        found[name] = _worse(losses)
    return found


def _loss(value: float, sample: Sample, ulps: float, unit: Any) -> Loss:
    if not math.isfinite(value):
        return Loss(math.inf, sample.point, math.inf, sample.point)
    with ctx.workprec(256):
        error, size = abs(arb(value) - sample.value), abs(sample.value)
        allowed = max(FORMULA_FACTOR * ulps * size, INHERENT_FACTOR * (size + sample.moved))
        lost, of_bound = error / (unit * max(size, sample.moved)), error / (unit * allowed)
    return Loss(float(lost.mid()), sample.point, float(of_bound.mid()), sample.point)


def worst(row: str, step: int) -> dict[tuple[str, str], Loss]:
    """The worst of every implementation of a row over all its uses, by name and format."""
    found: dict[tuple[str, str], Loss] = {}
    for use in uses():
        if use.row != row:
            continue
        for format in (FORMATS["float64"], FORMATS["float32"]):
            for name, loss in measured(use, step, format).items():
                one = found.get((name, format.name), Loss())
                found[name, format.name] = _worse([one, loss])
    return found


def _worse(losses: Sequence[Loss]) -> Loss:
    lost, bound = max(losses, key=lambda loss: loss.lost), max(losses, key=lambda loss: loss.of_bound)
    return Loss(lost.lost, lost.lost_at, bound.of_bound, bound.of_bound_at)


_COLUMNS = (
    ("numpy", "float64"),
    ("math", "float64"),
    ("torch", "float64"),
    ("numpy", "float32"),
    ("torch", "float32"),
)


def smooth_rows() -> list[str]:
    """The rows that round: those without pieces, and whose losses are counted in their own size."""
    rows = (Primitive.rows[name] for name in dict.fromkeys(use.row for use in uses()))
    return [row.name for row in rows if row.switch is None and row.beside is None]


def main() -> None:
    """Print the losses of every row, and where the largest are."""
    parser = argparse.ArgumentParser(description="What the implementations of each row lose.")
    parser.add_argument("--step", type=int, default=1, metavar="BINADES", help="every which binade (default: 1)")
    parser.add_argument("rows", nargs="*", metavar="ROW", help="rows of the table (default: all)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    print("\n".join(headed(["row", "ulps", *(f"{name} {format}" for name, format in _COLUMNS), "most of bound"])))
    remarks = []
    for row in options.rows or smooth_rows():
        found = worst(row, options.step)
        texts = [f"{found[column].lost:.3g}" if column in found else "" for column in _COLUMNS]
        most = max(found.values(), key=lambda loss: loss.of_bound)
        print(cells(row, f"{Primitive.rows[row].ulps:g}", *texts, f"{most.of_bound:.2g}"), flush=True)
        for (name, format), loss in found.items():
            if loss.of_bound > 1:
                reason = INACCURATE.get((row, name), "not listed")
                remarks.append(f"{row} by {name} in {format}: {loss.of_bound:.3g} at {loss.of_bound_at}: {reason}")
        if not is_sound(row, found):
            remarks.append(f"{row}: the table says {Primitive.rows[row].ulps:g}, which is not what was measured")
    print("\n" + "\n".join(remarks))


def is_sound(row: str, found: Mapping[tuple[str, str], Loss]) -> bool:
    """Whether the table's `ulps` lies between the best loss and twice the worst."""
    lost = [
        loss.lost for (name, format), loss in found.items() if format == "float64" and (row, name) not in INACCURATE
    ]
    return min(lost) <= Primitive.rows[row].ulps <= max(1.0, 2 * max(lost))


if __name__ == "__main__":
    main()
