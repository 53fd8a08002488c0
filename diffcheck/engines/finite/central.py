"""Central differences of the function itself, one call after another, inside the domain, with an error estimate.

A difference quotient has two errors, truncation that grows with the step h and rounding that grows with 1/h. Neither
is known beforehand, so the quotient is taken on a ladder of steps around the one that balances them for a function of
scale one, each twice the next. What two neighbouring steps disagree by estimates the truncation, the function's noise
over h the rounding (see `diffcheck.engines.finite.noise`), and the step with the smallest sum is chosen, for every
component of its own. Steps that straddle a kink are seen by the second difference, which does not shrink there.
"""

import itertools
from typing import Any

import numpy as np

from diffcheck.case.case import Array, Point
from diffcheck.case.operators import Operator
from diffcheck.engines.base import Clockwork, Estimate, Task, constants, typed
from diffcheck.engines.finite.noise import SAMPLES, SPACINGS, Noise, measured
from diffcheck.engines.finite.stencils import CENTRAL, Rung, Stencil, fitting, most_certain
from diffcheck.errors import CaseError, Unsupported

# Levels of the ladder above and below the balancing step, in powers of two.
_UP, _DOWN = 3, 5
# So many smaller steps without a better estimate end the ladder: rounding has taken over.
_ENOUGH = 3
# Where these leave an error above a half of the digits, smaller scales are tried: the coordinate itself, then these.
_SATISFIED = 1e-7
_SMALLER = (1e-4, 1e-8)


class Central:
    """Central differences, one-sided ones at domain ends."""

    operations: int | None = None

    def __init__(self, task: Task) -> None:
        self._task = task
        self._constants = constants(task)

    def derivative(self, point: Point) -> Estimate:
        """The derivative at a point, with its error estimate."""
        with np.errstate(all="ignore"):
            neighbourhood = _Neighbourhood(self._task, self._constants, typed(point, self._task))
            columns = range(len(neighbourhood.positions))
            if self._task.operator is Operator.HESSIAN:
                found = {(i, j): neighbourhood.best(i, j) for i in columns for j in columns if i <= j}
                pairs = [found[min(i, j), max(i, j)] for i, j in itertools.product(columns, repeat=2)]
            else:
                pairs = [neighbourhood.best(i) for i in columns]
        value = np.stack([v for v, _ in pairs], -1).reshape(self._task.shape)
        error = np.stack([e for _, e in pairs], -1).reshape(self._task.shape)
        return Estimate(value, error, neighbourhood.calls)

    def value(self, point: Point) -> Any:
        """The function itself."""
        with np.errstate(all="ignore"):
            return np.asarray(self._task.case.function(**typed(point, self._task), **self._constants), dtype=np.float64)

    def clockwork(self, point: Point) -> Clockwork:
        """All differences at a point, and one call of the function."""
        inputs = typed(point, self._task)
        function = self._task.case.function

        def primal() -> object:
            with np.errstate(all="ignore"):
                return function(**inputs, **self._constants)

        return Clockwork(lambda: self.derivative(point), primal)


class _Neighbourhood:
    """The function around a point; every value is computed once."""

    def __init__(self, task: Task, constants: dict[str, Any], inputs: dict[str, Any]) -> None:
        self._task = task
        self._constants = constants
        self._dtype = np.dtype(task.dtype)
        self._shapes = {name: np.shape(v) for name, v in inputs.items()}
        self._flat = np.concatenate([np.ravel(v) for v in inputs.values()])
        self._domains = [d for name, d in task.case.inputs.items() for _ in range(int(np.prod(d.shape, dtype=int)))]
        self._values: dict[bytes, Array] = {}
        self.positions = task.case.wrt_positions
        self.calls = 0
        self.noise = self._noise()

    def best(self, *columns: int) -> tuple[Array, Array]:
        """The derivative by these columns, one for each output, and the estimate of its error."""
        order = len(columns)
        directions = sorted({self.positions[c] for c in columns})
        unit = self._unit_scales(directions)
        first = self._ladder(directions, order, unit)
        if first is None:
            raise Unsupported("the domain is too narrow for two different steps")
        candidates = [first]
        for scales in (self._own_scales(directions), *([s * t for s in unit] for t in _SMALLER)):
            value, error = candidates[-1]
            if scales == unit or (error <= _SATISFIED * np.abs(value)).all():
                continue
            found = self._ladder(directions, order, scales)
            if found is not None:
                candidates.append(found)
        value, error = most_certain(candidates)
        # Jitter that is much larger than rounding may be a slope that no step has resolved.
        nearest = [self.noise.spacing * s for s in self._own_scales(directions)]
        unresolved = self.noise.level / np.prod([nearest[0], nearest[-1]] if order == 2 else nearest, axis=0)
        return value, np.maximum(error, unresolved)

    def _unit_scales(self, directions: list[int]) -> list[float]:
        """The lengths over which the function is supposed to change: one, or the coordinate if it is larger."""
        scales = []
        for k in directions:
            domain, x = self._domains[k], abs(float(self._flat[k]))
            scales.append(min(max(x, 1.0), domain.hi - domain.lo) if domain.scale == "linear" else (x or 1.0))
        return scales

    def _own_scales(self, directions: list[int]) -> list[float]:
        """The coordinates themselves, where they are not zero."""
        unit = self._unit_scales(directions)
        return [min(abs(float(self._flat[k])), s) or s for k, s in zip(directions, unit, strict=True)]

    def _ladder(self, directions: list[int], order: int, scales: list[float]) -> tuple[Array, Array] | None:
        """The best quotient with its error estimate; ``None`` if the domain or the dtype has no room for two steps."""
        balanced = [self._task.format.unit_roundoff ** (1 / (order + 2)) * s for s in scales]
        best = before = None
        worse = 0
        for level in range(_UP, -_DOWN, -1):
            rung = self._quotient(directions, order, [float(np.ldexp(h, level)) for h in balanced])
            if rung is None:
                continue
            if before is not None:
                rung = rung.compared(before)
                worse = worse + 1 if best is not None and (rung.error >= best.error).all() else 0
                best = rung if best is None else best.checked(rung).or_better(rung)
                if worse == _ENOUGH:
                    break
            before = rung
        return None if best is None else (best.quotient, best.error)

    def _quotient(self, directions: list[int], order: int, steps: list[float]) -> "Rung | None":
        """The quotient with these steps; ``None`` if no stencil fits the domain."""
        orders = {1: [order], 2: [1, 1]}[len(directions)]
        stencils = []
        for k, h, n in zip(directions, steps, orders, strict=True):
            stencil = fitting(float(self._flat[k]), h, n, self._domains[k])
            if stencil is None:
                return None
            stencils.append(stencil)
        exact = [self._exact_step(k, h, s) for k, h, s in zip(directions, steps, stencils, strict=True)]
        if not all(exact):
            return None
        # Divided by one step after the other: their product may underflow.
        divisors = [np.float64(h) for h, n in zip(exact, orders, strict=True) for _ in range(n)]
        total = magnitude = np.zeros(())
        weights = 0.0
        for nodes in itertools.product(*(zip(s.offsets, s.weights, strict=True) for s in stencils)):
            weight = float(np.prod([w for _, w in nodes]))
            f = self._at(directions, [offset * h for (offset, _), h in zip(nodes, exact, strict=True)])
            total, magnitude, weights = total + weight * f, magnitude + abs(weight * f), weights + abs(weight)
        # A function value is no better than its argument: rounding a coordinate moves it by u |x| times the slope.
        here = self._at([], [])
        slopes = [
            np.abs(self._at([k], [s.offsets[-1] * h]) - here) / h
            for k, h, s in zip(directions, exact, stencils, strict=True)
        ]
        moved = np.sum([abs(float(self._flat[k])) * slope for k, slope in zip(directions, slopes, strict=True)], axis=0)
        unit = self._task.format.unit_roundoff
        rounding = (self.noise.level + unit * moved) * weights + unit * magnitude
        for h in divisors:
            total, rounding = total / h, rounding / h
        bend = np.zeros_like(rounding)
        if order == 1 and stencils[0] is CENTRAL[1]:
            above, here, below = (self._at(directions, [s * exact[0]]) for s in (1, 0, -1))
            bend = np.abs(above - 2 * here + below) / exact[0]
        return Rung(total, rounding, bend)

    def _exact_step(self, k: int, h: float, stencil: Stencil) -> float:
        """The step nearest to ``h`` that moves the coordinate to a number of the dtype."""
        x = self._flat[k]
        farthest = self._dtype.type(stencil.offsets[-1])
        moved = self._dtype.type(x + farthest * self._dtype.type(h))
        return abs(float(moved) - float(x)) / abs(float(farthest))

    def _noise(self) -> Noise:
        """The function's noise at the point, one for each output, measured along a line through the point."""
        everywhere = list(range(self._flat.size))
        here = np.abs(self._at([], []))
        lines = []
        for spacing in SPACINGS:
            moves = []
            for x, scale, domain in zip(self._flat.tolist(), self._own_scales(everywhere), self._domains, strict=True):
                above, below = domain.hi - x, x - domain.lo
                moves.append((1 if above >= below else -1) * min(spacing * scale, max(above, below) / SAMPLES))
            lines.append(np.stack([self._at(everywhere, [j * m for m in moves]) for j in range(SAMPLES)]))
        return measured(lines, self._task.format.unit_roundoff, here)

    def _at(self, directions: list[int], moves: list[float]) -> Array:
        """The function, flattened, at the point moved along some coordinates."""
        flat = self._flat.copy()
        for k, move in zip(directions, moves, strict=True):
            domain = self._domains[k]
            flat[k] = self._dtype.type(min(max(float(flat[k]) + move, domain.lo), domain.hi))
        key = flat.tobytes()
        if key not in self._values:
            self._values[key] = self._call(flat)
        return self._values[key]

    def _call(self, flat: Array) -> Array:
        inputs, start = {}, 0
        for name, shape in self._shapes.items():
            size = int(np.prod(shape, dtype=int))
            inputs[name] = flat[start : start + size].reshape(shape)[()]
            start += size
        self.calls += 1
        result = np.asarray(self._task.case.function(**inputs, **self._constants), dtype=np.float64)
        if result.shape != self._task.program.outputs.shape:
            expected = self._task.program.outputs.shape
            raise CaseError(f"on arrays the function returns shape {result.shape}, traced it was {expected}")
        return result.reshape(-1)
