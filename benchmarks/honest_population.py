"""Functions of many kinds on which a difference quotient's own error estimate is tried, each with its points.

Places and scales that mean nothing are drawn: another seed gives another population of the same kinds.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from fpbench import cores

from diffcheck import Case, case, interval, ops
from diffcheck.case.domain import Interval
from diffcheck.case.points import points
from diffcheck.formats import FORMATS

Generator = np.random.Generator
Function = Callable[..., Any]
# Distances from a seam, a pole or an end.
DISTANCES = tuple(10.0**-k for k in range(1, 13))


@dataclass(frozen=True)
class Subject:
    """A function of some kind on its domain, and where it is differentiated."""

    kind: str
    name: str
    made: Case
    points: Sequence[Mapping[str, Any]]


def one(kind: str, name: str, function: Function, domain: Interval, xs: Iterable[float]) -> Subject:
    """A function of one number at some places, those outside the domain left out."""
    inside = [{"x": x} for x in dict.fromkeys(map(float, xs)) if domain.lo <= x <= domain.hi]
    return Subject(kind, name, case(x=domain, points=inside, samples=0)(function), inside)


def many(kind: str, name: str, function: Function, domain: Interval, xs: Iterable[Any]) -> Subject:
    """A function of a vector at some places."""
    places = [{"x": np.asarray(x, float)} for x in xs]
    return Subject(kind, name, case(x=domain, points=places, samples=0)(function), places)


def _single(x: float) -> float:
    """The number of float32 nearest to ``x``: a place that means the same in both formats."""
    return float(np.float32(x))


def sides(a: float, distances: Sequence[float] = DISTANCES) -> list[float]:
    """A place and its neighbours at these distances on both sides."""
    return [a, *(a + s * d for d in distances for s in (1, -1))]


_SMOOTH: dict[str, tuple[Function, float, float]] = {
    "x^2": (lambda x: x**2, -3, 3),
    "x^5": (lambda x: x**5, -3, 3),
    "1/x": (lambda x: 1 / x, 0.1, 9),
    "1/(1+x^2)": (lambda x: 1 / (1 + x**2), -3, 3),
    "runge": (lambda x: 1 / (1 + 25 * x**2), -1, 1),
    "sqrt": (lambda x: ops.sqrt(x), 0.01, 10),
    "x^1.5": (lambda x: x**1.5, 0.01, 10),
    "exp": (lambda x: ops.exp(x), -20, 20),
    "bell": (lambda x: ops.exp(-(x**2)), -4, 4),
    "exp(sin)": (lambda x: ops.exp(ops.sin(x)), -9, 9),
    "expm1": (lambda x: ops.expm1(x), -2, 2),
    "log": (lambda x: ops.log(x), 0.01, 1000),
    "log1p": (lambda x: ops.log1p(x), -0.9, 10),
    "x log x": (lambda x: x * ops.log(x), 0.01, 10),
    "x^x": (lambda x: x**x, 0.1, 4),
    "sin": (lambda x: ops.sin(x), -9, 9),
    "sin 10x": (lambda x: ops.sin(10 * x), -3, 3),
    "cos": (lambda x: ops.cos(x), -9, 9),
    "tan": (lambda x: ops.tan(x), -1.4, 1.4),
    "x sin x": (lambda x: x * ops.sin(x), -9, 9),
    "sin(x)/x": (lambda x: ops.sin(x) / x, 0.1, 9),
    "asin": (lambda x: ops.asin(x), -0.95, 0.95),
    "acos": (lambda x: ops.acos(x), -0.95, 0.95),
    "atan": (lambda x: ops.atan(x), -9, 9),
    "sinh": (lambda x: ops.sinh(x), -5, 5),
    "cosh": (lambda x: ops.cosh(x), -5, 5),
    "tanh": (lambda x: ops.tanh(x), -9, 9),
    "asinh": (lambda x: ops.asinh(x), -50, 50),
    "atanh": (lambda x: ops.atanh(x), -0.95, 0.95),
    "sigmoid": (lambda x: ops.sigmoid(x), -20, 20),
    "softplus": (lambda x: ops.softplus(x), -20, 20),
    "erf": (lambda x: ops.erf(x), -4, 4),
    "erfc": (lambda x: ops.erfc(x), -2, 6),
    "lgamma": (lambda x: ops.lgamma(x), 0.2, 30),
    "digamma": (lambda x: ops.digamma(x), 0.2, 30),
    "erfinv": (lambda x: ops.erfinv(x), -0.95, 0.95),
    "log_ndtr": (lambda x: ops.log_ndtr(x), -20, 4),
    "gelu": (lambda x: ops.gelu(x), -4, 4),
    "silu": (lambda x: ops.silu(x), -9, 9),
    "offset": (lambda x: 1e6 + ops.sin(x), -3, 3),
    "far": (lambda x: ops.sin(x), 1000, 1010),
    "logistic map": (lambda x: 3.7 * x * (1 - x), 0.05, 0.95),
    "planck": (lambda x: x**3 / ops.expm1(x), 0.1, 20),
    "morse": (lambda x: (1 - ops.exp(-1.3 * (x - 1.1))) ** 2, 0.3, 6),
    "lennard-jones": (lambda x: 4 * (x**-12 - x**-6), 0.8, 4),
    "x^2 exp(-x) sin 3x": (lambda x: x**2 * ops.exp(-x) * ops.sin(3 * x), 0.1, 8),
    "log cosh": (lambda x: ops.log(ops.cosh(x)), -5, 5),
    "sqrt(1+x^2)": (lambda x: ops.sqrt(1 + x**2), -30, 30),
    "1/(1+exp(-x)) by hand": (lambda x: 1 / (1 + ops.exp(-x)), -9, 9),
}


def smooth(draw: Generator) -> Iterator[Subject]:
    """Smooth functions of one number at random places."""
    for name, (function, lo, hi) in _SMOOTH.items():
        yield one("smooth", name, function, interval(lo, hi), draw.uniform(lo, hi, 8).tolist())


def several(draw: Generator) -> Iterator[Subject]:
    """Smooth functions of several numbers."""
    weights = draw.normal(size=(4, 3))
    symmetric = weights[:3] @ weights[:3].T
    found: dict[str, tuple[Function, int, float, float]] = {
        "rosenbrock": (lambda x: 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2, 2, -2, 2),
        "himmelblau": (lambda x: (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2, 2, -5, 5),
        "quadratic": (lambda x: ops.sum(x * ops.matmul(symmetric, x)), 3, -2, 2),
        "network": (lambda x: ops.sum(ops.tanh(ops.matmul(weights, x))), 3, -2, 2),
        "logsumexp": (lambda x: ops.logsumexp(x), 4, -5, 5),
        "softmax": (lambda x: ops.softmax(x)[0], 3, -3, 3),
        "norm": (lambda x: ops.sqrt(ops.sum(x * x)), 3, 0.2, 3),
        "product": (lambda x: x[0] * x[1] * x[2], 3, -2, 2),
        "sum of exp sin": (lambda x: ops.sum(ops.exp(ops.sin(x))), 5, -3, 3),
        "quotient": (lambda x: (x[0] - x[1]) / (x[0] + x[1]), 2, 0.5, 3),
        "power": (lambda x: x[0] ** x[1], 2, 0.5, 3),
        "atan2": (lambda x: ops.atan2(x[0], x[1]), 2, 0.3, 3),
        "hypot": (lambda x: ops.hypot(x[0], x[1]), 2, 0.3, 3),
        "distances": (lambda x: 1 / ops.sqrt((x[0] - x[1]) ** 2 + 1) + x[2] ** 2, 3, -2, 2),
        "beale": (
            lambda x: (1.5 - x[0] + x[0] * x[1]) ** 2 + (2.25 - x[0] + x[0] * x[1] ** 2) ** 2,
            2,
            -3,
            3,
        ),
        "wave": (lambda x: ops.sin(x[0] * x[1]) + ops.cos(x[0] - 2 * x[1]), 2, -3, 3),
        "entropy": (lambda x: -ops.sum(x * ops.log(x)), 4, 0.05, 1),
        "gas": (lambda x: 8 * x[0] / (3 * x[1] - 1) - 3 / x[1] ** 2, 2, 0.6, 4),
    }
    for name, (function, n, lo, hi) in found.items():
        yield many("several", name, function, interval(lo, hi, shape=n), list(draw.uniform(lo, hi, (5, n))))


def seams(draw: Generator) -> Iterator[Subject]:
    """Functions made of pieces, beside where they meet and on it, at drawn and at special places."""
    box = interval(-4, 4)
    for kind, places in (("seam, drawn", draw.uniform(-2, 2, 3)), ("seam, special", (0.0, 1.0))):
        for number, a in enumerate(map(_single, places)):
            found: dict[str, Function] = {
                "abs": lambda x, a=a: ops.abs(x - a),
                "abs + sin": lambda x, a=a: ops.abs(x - a) + ops.sin(3 * x),
                "abs times exp": lambda x, a=a: ops.abs(x - a) * ops.exp(x),
                "relu": lambda x, a=a: ops.relu(x - a),
                "relu^2": lambda x, a=a: ops.relu(x - a) ** 2 + x,
                "relu^3": lambda x, a=a: ops.relu(x - a) ** 3 + ops.cos(x),
                "where": lambda x, a=a: ops.where(x > a, ops.exp(x), x * x),
                "where, same slope": lambda x, a=a: ops.where(x > a, ops.sin(x - a), x - a),
                "where, small step": lambda x, a=a: ops.where(x > a, ops.sin(x) + 1e-9, ops.sin(x)),
                "maximum": lambda x, a=a: ops.maximum(ops.exp(x), math.exp(a) + (x - a) ** 2),
                "minimum": lambda x, a=a: ops.minimum(2 * x, x + a),
                "clip": lambda x, a=a: ops.clip(x, a, a + 1) ** 2,
                "floor": lambda x, a=a: ops.floor(x - a) * 0.1 + x * x,
                "sign": lambda x, a=a: ops.sign(x - a) * ops.cos(x),
                "small abs": lambda x, a=a: ops.sin(x) + 1e-6 * ops.abs(x - a),
                "huber": lambda x, a=a: ops.where(
                    ops.abs(x - a) < 1e-3, 0.5 * (x - a) ** 2, 1e-3 * (ops.abs(x - a) - 5e-4)
                ),
                "x|x|": lambda x, a=a: (x - a) * ops.abs(x - a),
                "|x|^1.5": lambda x, a=a: ops.abs(x - a) ** 1.5,
                "sqrt(|x|)": lambda x, a=a: ops.sqrt(ops.abs(x - a)) + x,
                "sawtooth": lambda x, a=a: 47 * (x - a) - ops.floor(47 * (x - a)),
            }
            distances = DISTANCES if number == 0 else DISTANCES[::3]
            for name, function in found.items():
                yield one(kind, f"{name} at {a:.4g}", function, box, sides(a, distances))


def seams_of_several(draw: Generator) -> Iterator[Subject]:
    """Pieces of functions of several numbers that meet along lines, beside them."""
    found: dict[str, Function] = {
        "max": lambda x: ops.maximum(x[0], x[1]) ** 2 + x[0] * x[1],
        "relu network": lambda x: ops.relu(x[0] - 2 * x[1]) * x[1] + ops.relu(x[1]) * x[0],
        "abs difference": lambda x: ops.abs(x[0] - x[1]) * ops.exp(x[0]),
        "where": lambda x: ops.where(x[0] > x[1], x[0] ** 2 * x[1], x[1] ** 3),
        "min of planes": lambda x: ops.minimum(x[0] + x[1], ops.minimum(2 * x[0] - x[1], x[1] + 0.3)),
        "hinge": lambda x: ops.relu(1 - x[0] * x[1]) ** 2,
    }
    for name, function in found.items():
        base = draw.uniform(-2, 2, (3, 1)) * np.ones(2)
        moved = [b + s * d * np.array([0.6, -0.8]) for b in base for d in DISTANCES[::2] for s in (1, -1)]
        yield many("seam of several", name, function, interval(-4, 4, shape=2), [*base, *moved])


def poles(draw: Generator) -> Iterator[Subject]:
    """Functions that grow without bounds towards a place, or whose slope does."""
    for number, a in enumerate([_single(draw.uniform(0.3, 2)), 0.0, 1.0]):
        found: dict[str, Function] = {
            "1/x": lambda x, a=a: 1 / (x - a),
            "1/x^2": lambda x, a=a: 1 / (x - a) ** 2,
            "1/x^3 + exp": lambda x, a=a: 1 / (x - a) ** 3 + ops.exp(x),
            "x^-0.5": lambda x, a=a: 1 / ops.sqrt(x - a),
            "log": lambda x, a=a: ops.log(x - a),
            "log|x|": lambda x, a=a: ops.log(ops.abs(x - a)),
            "sqrt": lambda x, a=a: ops.sqrt(x - a) + x,
            "x^0.3": lambda x, a=a: (x - a) ** 0.3,
            "x^1.3": lambda x, a=a: (x - a) ** 1.3,
            "x log x": lambda x, a=a: (x - a) * ops.log(x - a),
            "sin(1/x)": lambda x, a=a: ops.sin(1 / (x - a)),
            "exp(1/x)": lambda x, a=a: ops.exp(1e-3 / (x - a)),
            "tan": lambda x, a=a: ops.tan(math.pi / 2 + x - a),
            "1/sin": lambda x, a=a: 1 / ops.sin(x - a),
            "small residue": lambda x, a=a: ops.sin(x) + 1e-8 / (x - a),
        }
        distances = DISTANCES if number == 0 else DISTANCES[::2]
        for name, function in found.items():
            yield one("pole", f"{name} at {a:.4g}", function, interval(-3, 3), sides(a, distances)[1:])
    special: dict[str, tuple[Function, float]] = {
        "lgamma at 0": (lambda x: ops.lgamma(x), 0.0),
        "digamma at 0": (lambda x: ops.digamma(x), 0.0),
        "tan at pi/2": (lambda x: ops.tan(x), math.pi / 2),
        "atanh at 1": (lambda x: ops.atanh(x), 1.0),
        "acos at 1": (lambda x: ops.acos(x), 1.0),
        "log1p at -1": (lambda x: ops.log1p(x), -1.0),
        "1/log at 1": (lambda x: 1 / ops.log(x), 1.0),
        "1/(exp - 1) at 0": (lambda x: 1 / (ops.exp(x) - 1), 0.0),
    }
    for name, (function, a) in special.items():
        yield one("pole", name, function, interval(-3, 3), sides(a)[1:])


def scales(draw: Generator) -> Iterator[Subject]:
    """Numbers of very different sizes within one function."""
    wide = interval(-1e160, 1e160, scale="float")
    positive = interval(1e-160, 1e160, scale="log")
    places = [s * float(10.0**k) for k in draw.uniform(-150, 150, 14) for s in (1, -1)]
    places += [s * float(10.0**k) for k in draw.uniform(-20, 20, 6) for s in (1, -1)]
    found: dict[str, Function] = {
        "x^2": lambda x: x * x,
        "1/x": lambda x: 1 / x,
        "x/(1+x)": lambda x: x / (1 + x),
        "1/(1+x^2)": lambda x: 1 / (1 + x * x),
        "sqrt(1+x^2)": lambda x: ops.sqrt(1 + x * x),
        "sqrt(x^2+1e-200)": lambda x: ops.sqrt(x * x + 1e-200),
        "x/(x+1e-100)": lambda x: x / (x + 1e-100),
        "x + 1e-50/x": lambda x: x + 1e-50 / x,
        "1e100 x + x^3": lambda x: 1e100 * x + x**3,
        "1e-150 + x": lambda x: 1e-150 + x,
        "1e150 atan": lambda x: 1e150 * ops.atan(x),
        "asinh": lambda x: ops.asinh(x),
        "x - sin(x)": lambda x: x - ops.sin(x),
        "sqrt(x+1)-sqrt(x)": lambda x: ops.sqrt(ops.abs(x) + 1) - ops.sqrt(ops.abs(x)),
        "1/(x+1)-1/x": lambda x: 1 / (x + 1) - 1 / x,
        "atan(x+1)-atan(x)": lambda x: ops.atan(x + 1) - ops.atan(x),
        "cbrt-like": lambda x: (x * x) ** (1 / 6),
        "log(1+x^2)": lambda x: ops.log(1 + x * x),
    }
    for name, function in found.items():
        yield one("scales", name, function, wide, places)
    logs: dict[str, Function] = {
        "log": lambda x: ops.log(x),
        "x log x": lambda x: x * ops.log(x),
        "x^0.7": lambda x: x**0.7,
        "1/(1e-80+x)": lambda x: 1 / (1e-80 + x),
        "exp(-1e-30 x)": lambda x: ops.exp(-1e-30 * x),
        "log1p": lambda x: ops.log1p(x),
        "tanh(1e90 x)": lambda x: ops.tanh(1e90 * x),
    }
    for name, function in logs.items():
        yield one("scales", f"{name}, x > 0", function, positive, [abs(x) for x in places])
    several_scales: dict[str, Function] = {
        "sum of squares": lambda x: ops.sum(x * x),
        "product": lambda x: x[0] * x[1] * x[2],
        "quadratic formula": lambda x: (-x[1] + ops.sqrt(ops.abs(x[1] ** 2 - 4 * x[0] * x[2]))) / (2 * x[0]),
        "quotient": lambda x: (x[0] + x[1]) / x[2],
        "hypot": lambda x: ops.sqrt(x[0] ** 2 + x[1] ** 2) + x[2],
        "weighted": lambda x: 1e120 * x[0] + x[1] + 1e-120 * x[2],
        "difference of powers": lambda x: (x[0] + x[1]) ** 0.2 - x[0] ** 0.2 + 0 * x[2],
    }
    for name, function in several_scales.items():
        sizes = 10.0 ** draw.uniform(-60, 60, (8, 3)) * draw.choice([-1, 1], (8, 3))
        mild = 10.0 ** draw.uniform(-8, 8, (8, 3))
        yield many(
            "scales of several", name, function, interval(-1e100, 1e100, shape=3, scale="float"), [*sizes, *mild]
        )


def waves(draw: Generator) -> Iterator[Subject]:
    """Oscillations that are fast against the coordinate, and chirps."""
    found: dict[str, Function] = {}
    for k in (2, 3, 4, 5, 6, 8):
        w = float(10.0**k * draw.uniform(1, 3))
        found[f"sin {w:.3g}x"] = lambda x, w=w: ops.sin(w * x)
        found[f"small sin {w:.3g}x"] = lambda x, w=w: x * x + 1e-4 * ops.sin(w * x)
        found[f"fading sin {w:.3g}x"] = lambda x, w=w: ops.exp(-x) + ops.sin(w * x) / w
    found |= {
        "x^2 chirp": lambda x: ops.cos(300 * x * x),
        "exp chirp": lambda x: ops.sin(ops.exp(6 * x)),
        "x^3 chirp": lambda x: ops.sin(1e3 * x**3) / (1 + x * x),
        "product of waves": lambda x: ops.sin(97 * x) * ops.sin(1013 * x),
        "sin(1/x)": lambda x: ops.sin(1 / (x * x + 1e-4)),
        "wave packet": lambda x: ops.exp(-(x**2)) * ops.cos(400 * x),
        "nested": lambda x: ops.sin(50 * ops.sin(20 * x)),
    }
    for name, function in found.items():
        yield one(
            "waves", name, function, interval(-3, 3), [0.0, 1.0, *draw.uniform(-2, 2, 6), *draw.uniform(-0.01, 0.01, 2)]
        )


def plateaus(draw: Generator) -> Iterator[Subject]:
    """Flat, then steep: steps, spikes and bumps of some width, beside and in them."""
    for a in (0.0, _single(draw.uniform(-1, 1))):
        for k in (2, 4, 6, 8):
            w = float(10.0**k * draw.uniform(1, 3))
            found: dict[str, Function] = {
                "tanh": lambda x, a=a, w=w: ops.tanh(w * (x - a)),
                "sigmoid": lambda x, a=a, w=w: ops.sigmoid(w * (x - a)) + 0.1 * x,
                "spike": lambda x, a=a, w=w: ops.exp(-((w * (x - a)) ** 2)),
                "lorentz": lambda x, a=a, w=w: 1 / (1 + (w * (x - a)) ** 2),
                "erf": lambda x, a=a, w=w: ops.erf(w * (x - a)) * x,
                "softplus": lambda x, a=a, w=w: ops.softplus(w * (x - a)) / w,
                "sqrt": lambda x, a=a, w=w: ops.sqrt((x - a) ** 2 + w**-2),
                "small spike": lambda x, a=a, w=w: ops.cos(x) + 1e-3 * ops.exp(-((w * (x - a)) ** 2)),
                "step on a slope": lambda x, a=a, w=w: x * x + 1e-6 * ops.tanh(w * (x - a)),
            }
            for name, function in found.items():
                near = [a + s * t / w for t in (0.1, 0.7, 2.3, 9.0, 60.0) for s in (1, -1)]
                yield one("plateau", f"{name} {w:.2g} at {a:.3g}", function, interval(-3, 3), [a, *near])
    flat: dict[str, Function] = {
        "exp(-1/x^2)": lambda x: ops.exp(-1 / (x * x)),
        "exp(-1/x)": lambda x: ops.where(x > 0, ops.exp(-1 / ops.where(x > 0, x, 1.0)), 0.0),
        "bump": lambda x: ops.where(ops.abs(x) < 1, ops.exp(-1 / ops.where(ops.abs(x) < 1, 1 - x * x, 1.0)), 0.0),
        "erfc": lambda x: ops.erfc(8 * x),
        "x^30": lambda x: x**30,
        "1 - x^40": lambda x: 1 - x**40,
    }
    xs = [0.0, *(s * t for t in (0.02, 0.05, 0.1, 0.3, 0.7, 0.9, 0.99, 0.999, 1.0, 1.1) for s in (1, -1))]
    for name, function in flat.items():
        yield one("plateau", name, function, interval(-2, 2), xs)


def cancellations(draw: Generator) -> Iterator[Subject]:
    """Expressions whose value loses digits."""
    found: dict[str, Function] = {
        "(1-cos x)/x^2": lambda x: (1 - ops.cos(x)) / x**2,
        "(exp x-1)/x": lambda x: (ops.exp(x) - 1) / x,
        "(x - sin x)/x^3": lambda x: (x - ops.sin(x)) / x**3,
        "log(1+x)": lambda x: ops.log(1 + x),
        "log(1+x)/x": lambda x: ops.log(1 + x) / x,
        "sqrt(1+x)-1": lambda x: ops.sqrt(1 + x) - 1,
        "sqrt(1+x)-sqrt(1-x)": lambda x: ops.sqrt(1 + x) - ops.sqrt(1 - x),
        "1/x - 1/tan": lambda x: 1 / x - 1 / ops.tan(x),
        "tan - sin": lambda x: ops.tan(x) - ops.sin(x),
        "exp(x)-exp(-x)": lambda x: ops.exp(x) - ops.exp(-x),
        "(1+x)^3-1-3x": lambda x: (1 + x) ** 3 - 1 - 3 * x,
        "cosh^2-sinh^2": lambda x: ops.cosh(9 * x) ** 2 - ops.sinh(9 * x) ** 2,
    }
    near = [s * d for d in DISTANCES[:10] for s in (1, -1)]
    for name, function in found.items():
        yield one("cancellation", name, function, interval(-0.9, 0.9), [*near, *draw.uniform(0.1, 0.9, 3)])
    tails: dict[str, Function] = {
        "log(1+exp)": lambda x: ops.log(1 + ops.exp(x)),
        "1-tanh": lambda x: 1 - ops.tanh(x),
        "1-sigmoid": lambda x: 1 - ops.sigmoid(x),
        "log(sigmoid)": lambda x: ops.log(ops.sigmoid(x)),
        "1-erf": lambda x: 1 - ops.erf(x),
        "exp(x)/(1+exp(x))": lambda x: ops.exp(x) / (1 + ops.exp(x)),
        "x exp(-x)/(1-exp(-x))": lambda x: x * ops.exp(-x) / (1 - ops.exp(-x)),
    }
    for name, function in tails.items():
        yield one("cancellation", name, function, interval(-60, 60), draw.uniform(-45, 45, 14))


def noise(draw: Generator) -> Iterator[Subject]:
    """Functions whose rounding errors are much larger than the last place of their value."""
    shift = float(draw.uniform(1, 3))
    found: dict[str, Function] = {
        "(x + 1e10) - 1e10": lambda x: ((x + 1e10) - 1e10) ** 2,
        "(sin x + 1e5) - 1e5": lambda x: (ops.sin(x) + 1e5) - 1e5,
        "(exp x + 1e13) - 1e13": lambda x: (ops.exp(x) + 1e13) - 1e13,
        "(1e-3 cos + 1e3) - 1e3": lambda x: (1e-3 * ops.cos(x) + 1e3) - 1e3,
        "expanded (x-1)^7": lambda x: x**7 - 7 * x**6 + 21 * x**5 - 35 * x**4 + 35 * x**3 - 21 * x**2 + 7 * x - 1,
        "expanded (x-s)^4": lambda x: x**4 - 4 * shift * x**3 + 6 * shift**2 * x**2 - 4 * shift**3 * x + shift**4,
        "wilkinson": lambda x: _wilkinson(x),
        "sin far": lambda x: ops.sin(1e8 + x),
        "exp(log)": lambda x: ops.exp(30 * ops.log(x + 4)),
        "roots and squares": lambda x: _roots_and_squares(x + 4),
        "cos series": lambda x: _cos_series(10 * x),
        "difference of large": lambda x: ops.cosh(15 + x) - ops.exp(15 + x) / 2,
        "(x^2 + 1e7) - x^2": lambda x: (x**2 + 1e7) - x**2 + ops.sin(x),
    }
    for name, function in found.items():
        yield one(
            "noise", name, function, interval(-3, 3), [0.0, 1.0, *draw.uniform(-3, 3, 8), *draw.uniform(0.95, 1.05, 3)]
        )


def _wilkinson(x: Any) -> Any:
    coefficients = np.poly(np.arange(1, 11) / 4)
    result: Any = 0.0
    for c in coefficients.tolist():
        result = result * x + c
    return result


def _roots_and_squares(x: Any) -> Any:
    for _ in range(25):
        x = ops.sqrt(x)
    for _ in range(25):
        x = x * x
    return x


def _cos_series(x: Any) -> Any:
    result: Any = 1.0
    term: Any = 1.0
    for k in range(1, 40):
        term = -term * x * x / ((2 * k - 1) * (2 * k))
        result = result + term
    return result


def ends(draw: Generator) -> Iterator[Subject]:
    """The ends of a domain and their neighbours; the function may not exist beyond."""
    a = _single(draw.uniform(0.5, 2))
    found: dict[str, tuple[Function, float, float]] = {
        "x^2": (lambda x: x * x, a, a + 1),
        "log": (lambda x: ops.log(x), 0.1, 0.3),
        "x sqrt(x)": (lambda x: x * ops.sqrt(x), 0, 1),
        "sqrt": (lambda x: ops.sqrt(x), 0, 1),
        "x^2.5": (lambda x: x**2.5, 0, 1),
        "asin": (lambda x: ops.asin(x), -1, 1),
        "sqrt(1-x^2)": (lambda x: ops.sqrt(1 - x * x), -1, 1),
        "x log x": (lambda x: x * ops.log(x), 1e-3, 1),
        "exp": (lambda x: ops.exp(5 * x), a, a + 1e-3),
        "far": (lambda x: ops.sqrt(x - 1e6), 1e6, 1e6 + 3),
        "small": (lambda x: ops.log(x), 1e-8, 1e-6),
        "wide": (lambda x: ops.log(x), 1e-5, 1e5),
        "sin": (lambda x: ops.sin(40 * x), 0, 1),
        "entropy": (lambda x: -x * ops.log(x) - (1 - x) * ops.log(1 - x), 0, 1),
        "narrow": (lambda x: ops.tan(x), a / 4, a / 4 + 1e-6),
    }
    for name, (function, lo, hi) in found.items():
        width = hi - lo
        xs = [lo, hi, *(lo + d * width for d in DISTANCES[::2]), *(hi - d * width for d in DISTANCES[::2])]
        yield one("domain end", name, function, interval(lo, hi), xs)


def polynomials(draw: Generator) -> Iterator[Subject]:
    """Polynomials of high degree, in and beyond the interval where they stay small."""
    for n in (8, 15, 25):
        inner = draw.uniform(-1, 1, 5)
        yield one(
            "polynomial", f"chebyshev {n}", lambda x, n=n: _chebyshev(n, x), interval(-2, 2), [*inner, 1.0, 1.3, -1.7]
        )
        yield one("polynomial", f"x^{n}", lambda x, n=n: x**n, interval(-9, 9), [*inner, 0.0, 1.0, 3.3, -7.1])
        c = draw.normal(size=n).tolist()
        yield one("polynomial", f"drawn {n}", lambda x, c=c: _horner(c, x), interval(-3, 3), [*inner, 0.0, 1.9, -2.7])
        yield one("polynomial", f"legendre {n}", lambda x, n=n: _legendre(n, x), interval(-2, 2), [*inner, 1.0])
        roots = np.sort(draw.uniform(-1, 1, n)).tolist()
        at = [*roots[:3], *inner]
        yield one("polynomial", f"roots {n}", lambda x, r=roots: _from_roots(r, x), interval(-2, 2), at)


def _chebyshev(n: int, x: Any) -> Any:
    before, now = 1.0, x
    for _ in range(n - 1):
        before, now = now, 2 * x * now - before
    return now


def _legendre(n: int, x: Any) -> Any:
    before, now = 1.0, x
    for k in range(1, n):
        before, now = now, ((2 * k + 1) * x * now - k * before) / (k + 1)
    return now


def _horner(c: Sequence[float], x: Any) -> Any:
    result: Any = 0.0
    for k in c:
        result = result * x + k
    return result


def _from_roots(roots: Sequence[float], x: Any) -> Any:
    result: Any = 1.0
    for r in roots:
        result = result * (x - r)
    return result


def powers(draw: Generator) -> Iterator[Subject]:
    """Powers beside whole numbers, at large places, at small ones and at zero."""
    xs = [*(10.0**k for k in (-12, -8, -5, -3, -2, -1, 0, 1, 2, 4)), *draw.uniform(0.1, 3, 4), 0.0]
    for n in (1, 2, 3):
        for d in (1e-8, -1e-8, 1e-3, -1e-3, 0.1):
            p = n + d
            yield one("power", f"x^{p:.9g}", lambda x, p=p: x**p, interval(0, 1e5), xs)
            yield one(
                "power",
                f"|x|^{p:.9g}",
                lambda x, p=p: ops.abs(x) ** p,
                interval(-1e5, 1e5),
                [*xs, *(-x for x in xs[:8])],
            )


def constants(draw: Generator) -> Iterator[Subject]:
    """Functions that do not change, some only as far as their formula knows."""
    found: dict[str, Function] = {
        "5": lambda x: 0 * x + 5.0,
        "1e-200": lambda x: 0 * x + 1e-200,
        "0": lambda x: 0 * x,
        "cos^2 + sin^2": lambda x: ops.cos(x) ** 2 + ops.sin(x) ** 2,
        "floor": lambda x: ops.floor(x) + 0.3,
        "sign": lambda x: ops.sign(x + 0.0123) * 7.1,
        "x - x": lambda x: (x + 1) - x,
        "x / x": lambda x: (3 * x) / (x + x * 1e-3),
        "cosh^2 - sinh^2": lambda x: ops.cosh(x) ** 2 - ops.sinh(x) ** 2,
        "exp exp": lambda x: ops.exp(x) * ops.exp(-x),
        "clip": lambda x: ops.clip(x, -1e-3, 1e-3),
        "atan + atan": lambda x: ops.atan(x) + ops.atan(1 / x),
        "log of exp": lambda x: ops.log(ops.exp(x)) - x,
        "sqrt of square": lambda x: ops.sqrt(x * x) - ops.abs(x),
        "far tanh": lambda x: ops.tanh(x + 400),
        "sigmoid pair": lambda x: ops.sigmoid(x) + ops.sigmoid(-x),
    }
    for name, function in found.items():
        yield one(
            "constant",
            name,
            function,
            interval(-9, 9),
            [0.0, 1.0, *draw.uniform(-9, 9, 8), *(10.0**-k for k in (2, 5, 9))],
        )
    yield many(
        "constant", "unused", lambda x: x[0] ** 2 + 0 * x[1], interval(-9, 9, shape=2), draw.uniform(-9, 9, (6, 2))
    )
    yield many(
        "constant",
        "softmax sum",
        lambda x: ops.sum(ops.softmax(x)),
        interval(-9, 9, shape=3),
        draw.uniform(-9, 9, (6, 3)),
    )
    yield many(
        "constant",
        "shift",
        lambda x: ops.logsumexp(x - x[0]) - ops.logsumexp(x) + x[0],
        interval(-9, 9, shape=3),
        draw.uniform(-9, 9, (6, 3)),
    )


def zeros(draw: Generator) -> Iterator[Subject]:
    """Places where the derivative is exactly zero, or the second one is."""
    a = _single(draw.uniform(0.5, 3))
    found: dict[str, Function] = {
        "cos": lambda x: ops.cos(x),
        "cosh": lambda x: ops.cosh(x),
        "x^2": lambda x: x * x,
        "x^4": lambda x: x**4,
        "x^3": lambda x: x**3,
        "bell": lambda x: ops.exp(-x * x),
        "1/(1+x^2)": lambda x: 1 / (1 + x * x),
        "sin": lambda x: ops.sin(x),
        "x sin x": lambda x: x * ops.sin(x),
        "sin^3": lambda x: ops.sin(x) ** 3,
        "x^2 + 1e8": lambda x: x * x + 1e8,
        "log cosh": lambda x: ops.log(ops.cosh(x)),
        "tanh": lambda x: ops.tanh(x),
        "x - sin": lambda x: x - ops.sin(x),
        "steep cos": lambda x: ops.cos(1e4 * x),
        "1e-9 x^2 + 1": lambda x: 1e-9 * x * x + 1,
    }
    for name, function in found.items():
        yield one("zero", name, function, interval(-3, 3), [0.0])
        yield one("zero", f"{name} at {a}", lambda x, f=function: f(x - a), interval(-4, 4), [a])
    vectors: dict[str, tuple[Function, Sequence[Any]]] = {
        "rosenbrock": (lambda x: 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2, [[1.0, 1.0], [0.0, 0.0], [1.0, 2.0]]),
        "product": (lambda x: x[0] * x[1] * x[2], [[0, 0, 1.5], [0, 0, 0], [0, 2.0, 3.0]]),
        "saddle": (lambda x: x[0] ** 2 - x[1] ** 2, [[0, 0], [1, 0], [0, a]]),
        "booth": (lambda x: (x[0] + 2 * x[1] - 7) ** 2 + (2 * x[0] + x[1] - 5) ** 2, [[1, 3]]),
        "cos cos": (lambda x: ops.cos(x[0]) * ops.cos(x[1]), [[0, 0], [0, 1], [a, 0]]),
        "separate": (lambda x: ops.exp(x[0]) + ops.sin(x[1]), [[0.3, a], [a, 0.3]]),
    }
    for name, (function, places) in vectors.items():
        yield many("zero", name, function, interval(-4, 4, shape=len(places[0])), places)


def compositions(draw: Generator) -> Iterator[Subject]:
    """Drawn expressions of elementary functions."""
    unary: list[Function] = [
        ops.sin,
        ops.cos,
        ops.tanh,
        ops.atan,
        lambda x: ops.exp(ops.minimum(x, 20.0)),
        lambda x: ops.log(1 + x * x),
    ]
    unary += [
        lambda x: ops.sqrt(1 + x * x),
        lambda x: x * x,
        lambda x: 1 / (1 + x * x),
        ops.sigmoid,
        ops.abs,
        lambda x: ops.relu(x),
    ]
    binary: list[Function] = [
        lambda x, y: x + y,
        lambda x, y: x - y,
        lambda x, y: x * y,
        lambda x, y: x / (1 + y * y),
        lambda x, y: ops.maximum(x, y),
    ]

    def tree(depth: int) -> Function:
        if depth == 0:
            k, factor, shift = int(draw.integers(3)), float(10 ** draw.uniform(-1.5, 1.5)), float(draw.normal())
            return lambda x: factor * x[k] + shift
        if draw.uniform() < 0.5:
            outer, inner = unary[draw.integers(len(unary))], tree(depth - 1)
            return lambda x: outer(inner(x))
        joined, left, right = binary[draw.integers(len(binary))], tree(depth - 1), tree(depth - 1)
        return lambda x: joined(left(x), right(x))

    for number in range(60):
        grown = tree(4)
        domain = interval(-3, 3, shape=3)
        yield many("composition", f"expression {number}", lambda x, f=grown: f(x), domain, draw.uniform(-3, 3, (4, 3)))


def vectors(draw: Generator) -> Iterator[Subject]:
    """Functions with several results of different sizes."""
    found: dict[str, Function] = {
        "sizes": lambda x: ops.stack([1e-100 * ops.sin(x[0]), 1e100 * ops.exp(x[1]), x[0] * x[1]]),
        "seam in one": lambda x: ops.stack([ops.abs(x[0] - 0.5), x[0] * x[1], ops.sin(30 * x[1])]),
        "softmax": lambda x: ops.softmax(ops.stack([x[0], 5 * x[1], 0 * x[0]])),
    }
    for name, function in found.items():
        yield many("several results", name, function, interval(-3, 3, shape=2), draw.uniform(-2, 2, (6, 2)))


KINDS: tuple[Callable[[Generator], Iterator[Subject]], ...] = (
    smooth,
    several,
    vectors,
    compositions,
    polynomials,
    powers,
    zeros,
    constants,
    cancellations,
    noise,
    waves,
    plateaus,
    seams,
    seams_of_several,
    poles,
    ends,
    scales,
)


def fpbench(folder: Path, seed: int) -> Iterator[Subject]:
    """The straight-line functions of an FPBench folder, at the points that a run would take."""
    for number, core in enumerate(cores(folder)):
        renamed = {f"v{k}": domain for k, domain in enumerate(core.domains.values())}
        source = f"lambda {', '.join(renamed)}: function(dict(zip(names, [{', '.join(renamed)}])))"
        parameters: dict[str, Any] = dict(renamed)
        made = case(**parameters)(eval(source, {"function": core.function, "names": list(core.domains), "zip": zip}))
        yield Subject("fpbench", f"{core.name} ({number})", made, points(made, 4, seed, FORMATS["float32"]))


def population(seed: int) -> Iterator[Subject]:
    """Everything that is drawn."""
    for k, kind in enumerate(KINDS):
        yield from kind(np.random.default_rng([seed, k]))
