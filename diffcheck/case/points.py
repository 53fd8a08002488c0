"""Where a case is tried: its listed points, the hard ones, and seeded random ones.

Every coordinate is a number of the dtype under test, so that the referee and all engines speak of the same point.
"""

import itertools
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from diffcheck.case.case import Array, Case, Point
from diffcheck.case.domain import Interval
from diffcheck.errors import CaseError, Unsupported
from diffcheck.formats import FORMATS, Format

# Where derivatives go wrong: at zero and beside it (a removable point is lost there to cancellation), in the
# saturation tails of sigmoid, tanh and erf, and at the sizes at which exp and squares overflow.
_HARD = (1e-10, 1e-6, 1e-3, 0.5, 1.0, 10.0, 20.0, 40.0, 88.0, 710.0, 1e155, 1e200)

# After so many points in a row that a precondition refuses, its region counts as not found: one that fills a thousandth
# of the domain is missed with probability 0.999^10000 = e^-10.
_TRIES = 10_000
# Of them so many are moved to where it may hold, which takes some hundred times as long as to draw one.
_MOVED = 100
# Where a precondition is not known to be thin, points are moved after so many that it refuses: those of others stay.
_PATIENCE = 5_000

Domains = Mapping[str, Interval]


def points(
    case: Case, samples: int, seed: int, format: Format, most: int | None = None, alike: bool = True
) -> list[Point]:
    """The points of a case, each once: listed, hard, then random ones; only those where its precondition holds.

    Parameters
    ----------
    samples:
        How many random points, unless the case itself says so.
    seed:
        The same seed gives the same points, whatever other cases there are.
    most:
        No more hard points than this, and no more random ones.
    alike:
        Whether points at which all elements are alike are among the hard ones.

    Raises
    ------
    CaseError
        If there are no points, or the precondition holds hardly anywhere.
    Unsupported
        If there are none among the numbers of the format.
    """
    wanted = samples if case.samples is None else case.samples
    wanted = wanted if most is None else min(wanted, most)
    domains = {name: _held(domain, format) for name, domain in case.inputs.items()}
    if not wanted and not case.points:
        raise CaseError(f"case {case.name!r} has no points: list some, or ask for samples")
    generator = np.random.default_rng([seed, zlib.crc32(case.own_name.encode())])
    listed = [p for p in case.points if _fits(domains, p)]
    hard = itertools.islice(_hard_points(domains, generator, alike), most) if wanted else ()
    still = {name: domain.value for name, domain in domains.items() if domain.value is not None}
    known = ({name: still.get(name, p.get(name)) for name in domains} for p in (*listed, *hard))
    chosen = [p for p in (_rounded(domains, p, format) for p in known) if _valid(case, p)]
    chosen += itertools.islice(_random_points(case, domains, generator, format), wanted)
    distinct = {tuple(v.tobytes() for v in p.values()): p for p in reversed(chosen)}
    if not distinct:
        if case.where is not None and case.where.thin:
            raise Unsupported(f"no point of {format.name} was found where the precondition holds")
        condition = "" if case.where is None else ", where= being true"
        raise Unsupported(f"no listed point lies in the range of {format.name}{condition}")
    return list(distinct.values())[::-1]


def _held(domain: Interval, format: Format) -> Interval:
    """The part of a domain that lies in the range of a format."""
    largest = float(format.largest)
    if domain.lo > largest or domain.hi < -largest:
        raise Unsupported(f"the domain {domain} lies beyond the largest number of {format.name}")
    return replace(domain, lo=max(domain.lo, -largest), hi=min(domain.hi, largest))


def _fits(domains: Domains, point: Point) -> bool:
    return all(bool(((domains[name].lo <= v) & (v <= domains[name].hi)).all()) for name, v in point.items())


def _hard_values(domain: Interval) -> list[float]:
    signed = [0.0, domain.lo, domain.hi, *_HARD, *(-x for x in _HARD)]
    return list(dict.fromkeys(x for x in signed if domain.lo <= x <= domain.hi))


def _hard_points(domains: Domains, generator: np.random.Generator, alike: bool) -> Iterator[Point]:
    """One element: every hard value. Several: all alike (ties), and one of them hard among random ones."""
    domains = {name: domain for name, domain in domains.items() if domain.value is None}
    elements = sum(int(np.prod(d.shape, dtype=int)) for d in domains.values())
    if elements == 1:
        (name, domain), *_ = domains.items()
        for x in _hard_values(domain):
            yield {name: np.full(domain.shape, x)}
        return
    picks = (lambda d: d.lo, lambda d: d.hi, lambda d: _nearest(d, 0.0), lambda d: _nearest(d, 1.0))
    for pick in picks if alike else ():
        yield {name: np.full(d.shape, pick(d)) for name, d in domains.items()}
    for name, domain in domains.items():
        for x in (0.0, 1e-6, domain.lo, domain.hi):
            point = {n: _uniform(d, generator) for n, d in domains.items()}
            value = point[name].reshape(-1)
            value[generator.integers(value.size)] = _nearest(domain, x)
            yield {**point, name: value.reshape(domain.shape)}


def _nearest(domain: Interval, x: float) -> float:
    return min(max(x, domain.lo), domain.hi)


def _valid(case: Case, point: Point) -> bool:
    return case.where is None or case.where(point)


def _random_points(case: Case, domains: Domains, generator: np.random.Generator, format: Format) -> Iterator[Point]:
    """One after the other, without end; those that the precondition refuses are drawn again."""
    refused = 0
    toward = None if case.where is None else case.where.toward
    first = 0 if case.where is None or case.where.thin else _PATIENCE
    while refused < _TRIES:
        drawn = {name: _sample(domain, generator, format) for name, domain in domains.items()}
        moved = first <= refused < first + _MOVED and not _valid(case, drawn)
        if toward is not None and moved:
            drawn = dict(toward(drawn, domains, generator))
        # Rounding takes longer than most conditions, and is for those only that have a chance.
        if _valid(case, drawn) and _valid(case, point := _rounded(domains, drawn, format)):
            refused = 0
            first = 0 if moved else first  # it is known to be thin
            yield point
        else:
            refused += 1
    if case.where is not None and case.where.thin:
        return
    found = f"where= is false at {_TRIES} random points in a row"
    if format is not FORMATS["float64"]:
        raise Unsupported(f"{found} of {format.name}")
    raise CaseError(f"{found}: narrow the domains, or list points where it holds and give samples=0")


def _sample(domain: Interval, generator: np.random.Generator, format: Format) -> Array:
    if domain.value is not None:
        return domain.value
    match domain.scale:
        case "linear":
            return _uniform(domain, generator)
        case "log":
            exponents = generator.uniform(np.log(domain.lo), np.log(domain.hi), domain.shape)
            return np.asarray(np.clip(np.exp(exponents), domain.lo, domain.hi))
        case "float":
            lo, hi = format.ordinal(domain.lo), format.ordinal(domain.hi)
            ordinals = generator.integers(lo, hi, domain.shape, endpoint=True)
            values = [format.number(int(k)) for k in np.ravel(ordinals)]
            return np.asarray(np.clip(np.reshape(values, domain.shape), domain.lo, domain.hi))


def _uniform(domain: Interval, generator: np.random.Generator) -> Array:
    # The midpoint form: hi - lo overflows for the widest domains.
    t = generator.uniform(0.0, 1.0, domain.shape)
    return np.asarray(np.clip(domain.lo * (1 - t) + domain.hi * t, domain.lo, domain.hi))


def _rounded(domains: Domains, point: Point, format: Format) -> Point:
    return {name: _all_inside(domains[name], value, format) for name, value in point.items()}


def _all_inside(domain: Interval, values: Array, format: Format) -> Array:
    """As `_inside`, for an array: what rounds to a number inside the domain takes no more than that."""
    flat = np.ravel(values).astype(float)
    rounded = np.array(flat)
    if format.name != "float64":
        _, exponent = np.frexp(flat)
        last = np.maximum(exponent - 1, format.minimum_exponent) - format.precision + 1
        # Beyond the largest number it is infinite, which lies in no domain of the format.
        rounded = np.ldexp(np.rint(np.ldexp(flat, -last)), last)
    rounded += 0.0  # the referee's numbers have one zero
    for k in np.flatnonzero(~((domain.lo <= rounded) & (rounded <= domain.hi))):
        rounded[k] = _inside(domain, float(flat[k]), format)
    return rounded.reshape(values.shape)


def _inside(domain: Interval, x: float, format: Format) -> float:
    """The number of the format nearest to ``x``, or the next one that lies in the domain; zero without a sign."""
    rounded = format.round(x) + 0.0  # the referee's numbers have one zero
    if domain.lo <= rounded <= domain.hi:
        return rounded
    _, exponent = np.frexp(x)
    step = float(np.ldexp(1.0, format.ulp_exponent(int(exponent) - 1)))
    for neighbour in (format.round(rounded - step), format.round(rounded + step)):
        if domain.lo <= neighbour <= domain.hi:
            return neighbour
    raise Unsupported(f"no {format.name} number lies near {x!r} in the domain {domain}")
