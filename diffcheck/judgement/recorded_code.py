"""The code of an engine that was recorded while it ran, checked before it excuses or accuses anybody.

A recording is believed where its numbers are those of the engine in double precision, at the point and at another one
beside it: what leaves the recording shows there. Then it says two things of a component: what its rounding errors may
leave, and what it gives in exact arithmetic. Where that is not the derivative the code is wrong, for certain and in
every format, however few digits of the difference the format holds.
"""

import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from flint import arb, ctx

from diffcheck.case.case import Array, Point, flattened
from diffcheck.engines.base import Task
from diffcheck.errors import Unsupported, UnsupportedBackward
from diffcheck.formats import FORMATS
from diffcheck.ops.enclosures.decimals import brief
from diffcheck.program.emit import Emitted
from diffcheck.program.sourced import Sourced
from diffcheck.referee.arrays.own_graph import OwnGraph
from diffcheck.referee.component import Component, Status
from diffcheck.referee.evaluate import Ball
from diffcheck.referee.rounding.bound import Bound, inherent
from diffcheck.referee.rounding.culprit import Culprit

# Code of more numbers than this is not looked at, nor one of more operations: each number is a ball, of which there are
# a million in a second or two, and a product of matrices takes less.
MOST_NUMBERS, MOST_OPERATIONS = 1_000_000, 500_000_000
# Numbers of one code in two orders of evaluation differ by far less than the root of the unit roundoff.
_SAME = 2.0**-26
# The other point comes nearer while it lies where the code takes other branches.
_NEARER = (1.0, 0.1, 0.01, 0.001)
# What is noted of a component that is certainly another one.
ANOTHER = "another formula"
# A code that is off by less than any algorithm in single precision may hold a constant that was rounded; what is off
# by more is another formula.
_COARSE = FORMATS["float32"]


class Absent(NamedTuple):
    """Why there is no recording: in words, and whether somebody's own backward is what cannot be seen."""

    why: str
    hides: bool = True


class Recordable(Protocol):
    """An engine that may be recorded (see `diffcheck.engines.base.Prepared`)."""

    def recorded(self, point: Point, spared: str = "") -> Sourced:
        """The operations at a point."""
        ...

    def own_backwards(self, point: Point) -> Sequence[str]:
        """The functions whose own backward takes part."""
        ...


class RecordedCode:
    """What an engine evaluates, recorded at one point after another.

    Parameters
    ----------
    in_double:
        The engine's derivative at a point in double precision, flattened; ``None`` if it gives none.
    """

    def __init__(self, engine: Recordable, in_double: Callable[[Point], Array | None], task: Task) -> None:
        self._engine = engine
        self._in_double = in_double
        self._format = task.format
        self._shapes = {name: domain.shape for name, domain in task.case.inputs.items()}
        # A point is known again by its identity: to compare all its numbers for every component would take long.
        self._last: tuple[Point | None, OwnGraph | Absent] = (None, Absent(""))
        self._own: tuple[Point | None, Sequence[str]] = (None, ())

    def is_own(self, point: Point) -> bool:
        """Whether somebody's own backward takes part at a point."""
        return bool(self._own_backwards(point))

    def _own_backwards(self, point: Point) -> Sequence[str]:
        if self._own[0] is not point:
            try:
                self._own = point, self._engine.own_backwards(point)
            except Exception:  # code that does not run in double precision
                self._own = point, ()
        return self._own[1]

    def absent(self, point: Point, precision: int) -> "Absent | None":
        """Why there is no recording of a point; ``None`` if there is one."""
        found = self._at(point, precision)
        return found if isinstance(found, Absent) else None

    def formula(self, point: Point, component: int, precision: int) -> Ball | None:
        """The error that rounding may leave on a component; ``None`` where nobody can tell."""
        found = self._at(point, precision)
        return None if isinstance(found, Absent) else found.formula(component)

    def culprit(self, point: Point, component: int, precision: int, label: Callable[[int], str]) -> Culprit | None:
        """Which of its operations loses the digits of a component; ``None`` if none is seen to."""
        found = self._at(point, precision)
        return None if isinstance(found, Absent) else found.culprit(component, label)

    def is_another_formula(
        self, point: Point, component: int, truth: Component, bound: Bound | None, precision: int
    ) -> bool:
        """Whether the code gives another component than the derivative's in exact arithmetic, for certain."""
        found = self._at(point, precision)
        if isinstance(found, Absent) or bound is None or truth.status is not Status.CERTIFIED:
            return False
        exact = found.exact[component]
        with ctx.workprec(precision):
            return exact is not None and bool(abs(exact - truth.left) > inherent(truth.size, bound.scale, _COARSE))

    def another_formula(self, point: Point, component: int, truth: Component, precision: int) -> str:
        """How such a component differs, and where the code stands."""
        found = self._at(point, precision)
        assert isinstance(found, OwnGraph)
        lines = found.lines(component)
        # One that no input moves has no line among those that were recorded.
        names = " and ".join(self._own_backwards(point))
        whose = f"your backward ({_joined(lines)})" if lines else f"the backward{names and f' of {names}'}"
        said, right = (brief(v, 8) for v in (found.exact[component], truth.left))
        return f"{whose} is another formula: in exact arithmetic it gives {said}, the derivative is {right}"

    def to_blame(self, point: Point, component: int, truth: Component, bound: Bound | None, precision: int) -> str:
        """Which of several backward passes of somebody's own is the one that is wrong; empty where none is alone.

        With the derivative of its function in its place all is right.
        """
        names = self._own_backwards(point)
        if len(names) < 2 or bound is None:
            return ""
        for name in names:
            try:
                code = self._engine.recorded(point, name)
            except Exception:  # what the engine cannot derive, or nobody can record
                continue
            exact = OwnGraph(code, flattened(point).tolist(), self._format, precision).exact[component]
            with ctx.workprec(precision):
                if exact is not None and abs(exact - truth.left) <= inherent(truth.size, bound.scale, _COARSE):
                    return f"that of {name} is to blame: with the derivative of its forward in its place all is right"
        return ""

    def _at(self, point: Point, precision: int) -> "OwnGraph | Absent":
        """The code at a point, or why there is none."""
        if self._last[0] is not point:
            self._last = point, self._recorded(point, precision)
        return self._last[1]

    def _recorded(self, point: Point, precision: int) -> "OwnGraph | Absent":
        try:
            code = self._engine.recorded(point)
        except Unsupported as reason:
            return Absent(str(reason).removeprefix("unsupported: "), isinstance(reason, UnsupportedBackward))
        except Exception as raised:  # code that does not run while it is watched, or not in double precision
            return Absent(f"watched, it raises {type(raised).__name__}")
        numbers = sum(int(np.prod(node.shape, dtype=int)) for node in code.graph.nodes)
        if numbers > MOST_NUMBERS or code.graph.operations > MOST_OPERATIONS:
            return Absent(f"{numbers:,} numbers are too many", hides=False)
        for format, told in code.rounded.items():
            if FORMATS[format].precision < self._format.precision:
                return Absent(told)
        x = flattened(point)
        if not self._is_evaluated(code, x, precision):
            return Absent("the operations that were seen do not give its numbers")
        if not any(self._is_evaluated(code, other, precision) for other in _beside(x)):
            return Absent("beside the point the operations that were seen do not give its numbers")
        return OwnGraph(code, x.tolist(), self._format, precision)

    def _is_evaluated(self, code: Sourced, x: Array, precision: int) -> bool:
        """Whether the engine gives the recording's numbers at a point, but for rounding."""
        says = self._in_double(self._point(x))
        expected = np.ravel(Emitted(code.graph).at(x))
        if says is None or says.shape != expected.shape:
            return False
        finite = np.isfinite(says)
        if not np.array_equal(finite, np.isfinite(expected)):
            return False
        error = np.abs(np.where(finite, says, 0) - np.where(finite, expected, 0))
        size = np.abs(np.where(finite, says, 0))
        off = np.flatnonzero(error > _SAME * (size + _SAME * np.max(size, initial=0.0)))
        if not len(off):
            return True
        coarsest = min((FORMATS[name] for name in ("float64", *code.rounded)), key=lambda f: f.precision)
        here = OwnGraph(code, x.tolist(), coarsest, precision)
        return all(_within(error[k], here.formula(k)) for k in off.tolist())

    def _point(self, x: Array) -> Point:
        found: dict[str, Any] = {}
        start = 0
        for name, shape in self._shapes.items():
            stop = start + int(np.prod(shape, dtype=int))
            found[name] = x[start:stop].reshape(shape)
            start = stop
        return found


def recorded_code(engine: Any, in_double: Callable[[Point], Array | None], task: Task) -> RecordedCode | None:
    """The recorded code of an engine that may be watched; ``None`` of any other."""
    return RecordedCode(engine, in_double, task) if getattr(engine, "is_recordable", False) else None


def _within(error: float, formula: Ball | None) -> bool:
    return formula is not None and bool(arb(error) <= formula)


def _beside(x: Array) -> Iterator[Array]:
    """Points beside one, all numbers moved by some percent, and nearer ones."""
    generator = np.random.default_rng(zlib.crc32(x.tobytes()))
    steps = np.where(generator.random(x.shape) < 0.5, -1, 1) * generator.uniform(0.02, 0.05, x.shape)
    for nearer in _NEARER:
        yield x + nearer * steps * np.where(x == 0, 1, x)


def _joined(lines: Sequence[str]) -> str:
    """Lines of files, those of one file together: ``a.py:3, 5``."""
    files: dict[str, list[int]] = {}
    for line in lines:
        file, _, number = line.rpartition(":")
        files.setdefault(file, []).append(int(number))
    return "; ".join(f"{file}:{', '.join(map(str, sorted(numbers)))}" for file, numbers in files.items())
