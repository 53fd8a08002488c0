"""Where a case is tried: its listed points, the hard ones, and seeded random ones.

Every coordinate is a number of the dtype under test, so that the referee and all engines speak of the same point.
"""

import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from diffcheck.case.case import Array, Case, Point
from diffcheck.case.domain import Interval
from diffcheck.errors import CaseError
from diffcheck.formats import Format

# Where derivatives go wrong: at zero and beside it (a removable point is lost there to cancellation), in the
# saturation tails of sigmoid, tanh and erf, and at the sizes at which exp and squares overflow.
_HARD = (1e-10, 1e-6, 1e-3, 0.5, 1.0, 10.0, 20.0, 40.0, 88.0, 710.0, 1e155, 1e200)


def points(case: Case, samples: int, seed: int, format: Format) -> list[Point]:
    """The points of a case, each once: listed, hard, then random ones.

    Parameters
    ----------
    samples:
        How many random points, unless the case itself says so.
    seed:
        The same seed gives the same points, whatever other cases there are.
    """
    wanted = samples if case.samples is None else case.samples
    chosen = [_rounded(case, p, format) for p in case.points]
    if wanted:
        generator = np.random.default_rng([seed, zlib.crc32(case.name.encode())])
        chosen += [_rounded(case, p, format) for p in _hard_points(case, generator)]
        chosen += [_rounded(case, _random_point(case, generator, format), format) for _ in range(wanted)]
    distinct = {tuple(v.tobytes() for v in p.values()): p for p in reversed(chosen)}
    if not distinct:
        raise CaseError(f"case {case.name!r} has no points: list some, or ask for samples")
    return list(distinct.values())[::-1]


def _hard_values(domain: Interval) -> list[float]:
    signed = [0.0, domain.lo, domain.hi, *_HARD, *(-x for x in _HARD)]
    return list(dict.fromkeys(x for x in signed if domain.lo <= x <= domain.hi))


def _hard_points(case: Case, generator: np.random.Generator) -> Iterator[Point]:
    """One element: every hard value. Several: all alike (ties), and one of them hard among random ones."""
    elements = sum(int(np.prod(d.shape, dtype=int)) for d in case.inputs.values())
    if elements == 1:
        (name, domain), *_ = case.inputs.items()
        for x in _hard_values(domain):
            yield {name: np.full(domain.shape, x)}
        return
    for pick in (lambda d: d.lo, lambda d: d.hi, lambda d: _nearest(d, 0.0), lambda d: _nearest(d, 1.0)):
        yield {name: np.full(d.shape, pick(d)) for name, d in case.inputs.items()}
    for name, domain in case.inputs.items():
        for x in (0.0, 1e-6, domain.lo, domain.hi):
            point = {n: _uniform(d, generator) for n, d in case.inputs.items()}
            value = point[name].reshape(-1)
            value[generator.integers(value.size)] = _nearest(domain, x)
            yield {**point, name: value.reshape(domain.shape)}


def _nearest(domain: Interval, x: float) -> float:
    return min(max(x, domain.lo), domain.hi)


def _random_point(case: Case, generator: np.random.Generator, format: Format) -> Point:
    return {name: _sample(domain, generator, format) for name, domain in case.inputs.items()}


def _sample(domain: Interval, generator: np.random.Generator, format: Format) -> Array:
    match domain.scale:
        case "linear":
            return _uniform(domain, generator)
        case "log":
            exponents = generator.uniform(np.log(domain.lo), np.log(domain.hi), domain.shape)
            return np.asarray(np.clip(np.exp(exponents), domain.lo, domain.hi))
        case "float":
            lo, hi = _ordinal(domain.lo), _ordinal(domain.hi)
            ordinals = generator.integers(lo, hi, domain.shape, endpoint=True)
            return np.asarray(np.vectorize(_from_ordinal, otypes=[np.float64])(ordinals))


def _uniform(domain: Interval, generator: np.random.Generator) -> Array:
    # The midpoint form: hi - lo overflows for the widest domains.
    t = generator.uniform(0.0, 1.0, domain.shape)
    return np.asarray(np.clip(domain.lo * (1 - t) + domain.hi * t, domain.lo, domain.hi))


def _ordinal(x: float) -> int:
    """The place of ``x`` among the double-precision numbers, counted from zero."""
    bits = int(np.float64(abs(x)).view(np.int64))
    return -bits if x < 0 else bits


def _from_ordinal(ordinal: Any) -> float:
    magnitude = float(np.int64(abs(int(ordinal))).view(np.float64))
    return -magnitude if ordinal < 0 else magnitude


def _rounded(case: Case, point: Point, format: Format) -> Point:
    return {
        name: np.array([_inside(case.inputs[name], float(x), format) for x in value.ravel()]).reshape(value.shape)
        for name, value in point.items()
    }


def _inside(domain: Interval, x: float, format: Format) -> float:
    """The number of the format nearest to ``x``, or the next one that lies in the domain."""
    rounded = format.round(x)
    if domain.lo <= rounded <= domain.hi:
        return rounded
    _, exponent = np.frexp(x)
    step = float(np.ldexp(1.0, format.ulp_exponent(int(exponent) - 1)))
    for neighbour in (format.round(rounded - step), format.round(rounded + step)):
        if domain.lo <= neighbour <= domain.hi:
            return neighbour
    raise CaseError(f"no {format.name} number lies near {x!r} in the domain {domain}")
