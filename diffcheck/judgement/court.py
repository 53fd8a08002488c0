"""The truths and bounds of a case and operator, in one dtype, computed once for all engines."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from flint import arb, ctx

from diffcheck.case.case import Array, Case, Point, flattened
from diffcheck.case.operators import Operator
from diffcheck.errors import Unsupported
from diffcheck.formats import FORMATS, Format
from diffcheck.ops.enclosures import balls
from diffcheck.program.program import Program
from diffcheck.referee.beside.shape import Shape, shape, shape_along
from diffcheck.referee.component import Status
from diffcheck.referee.found import Truth
from diffcheck.referee.rounding.bound import Bound, of_complex_numbers
from diffcheck.referee.rounding.bounds import Bounds
from diffcheck.referee.rounding.near_ties import NearTies
from diffcheck.referee.truth import Referee

# A truth below the first is told in units of two to the second power, so that its figures keep all of their bits.
_SMALL, _UNIT = 2.0**-900, -500
_UNITS = balls.power_of_two(-_UNIT)
_UNKNOWN = (*(float("nan"),) * 5, 0.0)
# How many components without a derivative are named at a point.
_NAMED = 4
_ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth")


@dataclass(frozen=True)
class Question:
    """A point with its truth and the bounds on what an answer may be off by."""

    point: Point
    truth: Truth
    bounds: list[Bound | None]
    size: Any
    """The absolute value of the largest component; where all are zero, a typical one of other points."""

    @cached_property
    def x(self) -> list[float]:
        """All input elements of the point."""
        found: list[float] = flattened(self.point).tolist()
        return found

    @cached_property
    def figures(self) -> Array:
        """For each component the truth, what rounding that leaves of it, the inherent bound and its scale, as floats.

        Then the size of the complex number that it is a part of, zero of a real one, and the exponent of the power of
        two in which these are counted: 0, or -500 for small truths. Of an enclosure around zero the largest absolute
        value stands for the truth. A scale is zero only if it is so exactly.
        Shape (6, components); NaN where no certified truth is known.
        """
        with ctx.workprec(self.truth.precision):
            rows = [
                _UNKNOWN if bound is None or truth.status is not Status.CERTIFIED else _figures(truth.left, bound)
                for truth, bound in zip(self.truth.components, self.bounds, strict=True)
            ]
        return np.array(rows).T


class Court:
    """The questions that every engine is asked, and what their answers are held against.

    Attributes
    ----------
    labels:
        A name for each component of the derivative.
    undecided:
        The points that were tried in vain: hard ones that the case does not list, of a large function, at which nothing
        is certified. Where all its elements are alike more pieces meet than can be told apart.
    """

    def __init__(
        self, case: Case, operator: Operator, program: Program, format: Format, points: Iterable[Point]
    ) -> None:
        self.case = case
        self.operator = operator
        self.program = program
        self.format = format
        numbers = case.numbers(operator, program.shape, program.in_parts)
        self._numbers = None if numbers is None else numbers.tolist()
        self.labels = case.components(operator, program.shape)
        self.referee = Referee(program, operator, case.wrt_positions, self.label)
        self.bounds = Bounds(self.referee)
        self.near_ties = NearTies(self.referee, self.bounds, format)
        # What was recorded in double precision has made its comparisons there.
        self.near_ties_in_double = NearTies(self.referee, self.bounds, FORMATS["float64"])
        questions, self.undecided = self._set_apart([self._question(p) for p in points])
        sizes = sorted(q.size for q in questions if not q.size.is_zero())
        typical = sizes[len(sizes) // 2] if sizes else None
        self.questions = [self._sized(q, typical) for q in questions]

    def question(self, point: Point) -> Question:
        """The question at a point of which the court has not been told, as if it were its only one."""
        return self._sized(self._question(point), None)

    def _sized(self, question: Question, typical: Any) -> Question:
        if not question.size.is_zero():
            return question
        return replace(question, size=self._steepness(question) if typical is None else typical)

    def _set_apart(self, questions: list[Question]) -> tuple[list[Question], list[Question]]:
        """The questions to ask, and those that nobody can be judged by."""
        may_be = self.program.is_large or self.referee.has_own_pieces
        vain = [
            may_be
            and not self._is_listed(question)
            and all(c.status is Status.UNCERTAIN for c in question.truth.components)
            for question in questions
        ]
        if all(vain):
            return questions, []
        asked, undecided = ([q for q, v in zip(questions, vain, strict=True) if v is kind] for kind in (False, True))
        return asked, undecided

    def _is_listed(self, question: Question) -> bool:
        return any(np.array_equal(self.format.round_all(flattened(p)), question.x) for p in self.case.points)

    def label(self, position: int) -> str:
        """The name of a flattened input, or of one of the data behind them."""
        return self.case.input_label(position)

    def spoken(self, component: int) -> str:
        """Which derivative a component is, in words: ``by x[0]``, ``of output 2 by x[0]``; results have its label."""
        output, between, rest = self.labels[component].rpartition("] ")
        if not between:
            return f"by {rest}"
        index = output.removeprefix("[")
        return f"of output {index if index.isdigit() else f'[{index}]'} {rest}"

    @property
    def width(self) -> int:
        """How many elements are differentiated by, in each row of what has an axis for them."""
        return len(self.case.wrt_positions)

    @property
    def derivative_operations(self) -> int:
        """The operations of the derivative, at the first point that has one; zero if none has."""
        for truth in (q.truth for q in self.questions):
            if truth.arrays is not None:
                return truth.arrays.piece.derivative().operations
            if truth.smooth is not None:
                return self.referee.derivatives.program(truth.smooth).operations
        return 0

    def columns(self, names: Iterable[str]) -> list[int]:
        """The columns of the derivative by these inputs."""
        columns, start = {}, 0
        for name in self.case.wrt:
            size = int(np.prod(self.case.inputs[name].shape, dtype=int))
            columns[name] = range(start, start + size)
            start += size
        return [column for name in names for column in columns[name]]

    def shape(self, question: Question, component: int) -> str:
        """What a point is, along the input that a component belongs to, or along the direction.

        It is told from values number by number; a function may be too large for that.
        """
        try:
            return self._shape(question, component)
        except Unsupported:
            return "no derivative"

    def _shape(self, question: Question, component: int) -> str:
        program, operator, positions = self.referee.program, self.operator, self.case.wrt_positions
        row, place = divmod(component, operator.width(len(positions)))
        if operator.full:
            found = shape(program, question.x, positions[place % len(positions)], row)
        else:
            way: list[Fraction | int] = [0] * len(question.x)
            for position, step in zip(positions, operator.direction, strict=True):
                way[position] = Fraction(step)
            found = shape_along(program, question.x, way, row)
        return (
            f"no {_ORDINALS[operator.order]} derivative" if operator.order > 1 and found is Shape.SMOOTH else str(found)
        )

    @cached_property
    def without_derivative(self) -> dict[int, str]:
        """The listed points at which something cannot be judged, by their number, and what each of them is."""
        found = {}
        for k, question in enumerate(self.questions):
            missing = [c for c, truth in enumerate(question.truth.components) if truth.status is Status.UNDEFINED]
            if not missing or not self._is_listed(question):
                continue
            shapes = {c: self.shape(question, c) for c in missing[:_NAMED]}
            if len(missing) == len(question.truth.components) and len(set(shapes.values())) == 1:
                found[k] = shapes[missing[0]]
            else:
                more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
                found[k] = ", ".join(f"{shape} {self.spoken(c)}" for c, shape in shapes.items()) + more
        return found

    def values(self, truth: Truth, question: Question) -> list[tuple[Bound, Any]]:
        """For each output that exists at the point the bound on the function's own value, and its enclosure.

        Of an operator with weights there is one output: the weighted sum.
        """
        found = self.bounds.of_values(truth, question.x, self.format)
        if not self.program.in_parts or len(found) != self.program.size:
            return found
        sizes, numbers = [abs(value) for _, value in found], [k // 2 for k in range(len(found))]
        bounds = of_complex_numbers([bound for bound, _ in found], sizes, numbers)
        return [(bound or old, value) for bound, (old, value) in zip(bounds, found, strict=True)]

    def _question(self, point: Point) -> Question:
        # Of a large function the numbers stay in their array: a list of them takes four times the memory.
        x: Any = flattened(point) if self.program.is_large else flattened(point).tolist()
        question = Question(point, self.referee.truth(x), [], balls.ZERO)
        bounds = self.bounds.at(question.truth, x, self.format)
        if self._numbers is not None:
            bounds = of_complex_numbers(bounds, [c.size for c in question.truth.components], self._numbers)
        size = max((c.size for c in question.truth.components), default=balls.ZERO)
        return replace(question, bounds=bounds, size=size)

    def _steepness(self, question: Question) -> Any:
        """The slope that the function's value makes over the length in which a function is supposed to change.

        Where the value is zero as well, as for a function of size one.
        """
        sizes = [abs(exact).mid() for _, exact in self.values(question.truth, question)]
        largest = max(sizes, default=balls.ZERO)
        return arb(1) if largest.is_zero() else largest / max(1.0, *map(abs, question.x))


def _figures(truth: Any, bound: Bound) -> tuple[float, ...]:
    middle, inherent, scale, number, exponent = truth.mid(), bound.inherent, bound.scale, bound.number, 0
    leading = float(middle)
    if abs(leading) < _SMALL:
        middle = (abs(truth).upper() if truth.contains(0) else middle) * _UNITS
        inherent, scale, number, exponent = inherent * _UNITS, scale * _UNITS, number * _UNITS, _UNIT
        leading = float(middle)
    moved = float(scale) or (0.0 if scale.is_zero() else math.ulp(0.0))
    return leading, float(middle - leading), float(inherent), moved, float(number), exponent
