"""The bounds of a referee's truths: what one is made of says `diffcheck.referee.rounding.bound`."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache, partial
from typing import Any

from flint import arb, ctx

from diffcheck.formats import Format
from diffcheck.ops.enclosures import balls
from diffcheck.program.program import INPUT
from diffcheck.program.rules import STABLE
from diffcheck.referee.arrays.bounds import bounds as bounds_on_arrays
from diffcheck.referee.arrays.bounds import bounds_of_values
from diffcheck.referee.evaluate import Ball, Evaluation
from diffcheck.referee.found import Truth
from diffcheck.referee.rounding.bound import FORMULA_FACTOR, Bound, alternatives, bound
from diffcheck.referee.rounding.culprit import Culprit, culprit
from diffcheck.referee.rounding.of_value import rounding
from diffcheck.referee.rounding.tape import Tape, total
from diffcheck.referee.smooth import Smooth
from diffcheck.referee.truth import Referee

# A form is called the one that keeps the digits when it loses so many times less.
_AVOIDABLE = 100
# Midpoints count as values: those of enclosures that hold numbers of both signs say nothing.
_THREE_DIGITS = 1000
# The squares of the largest doubles have a sixteenth of these before the point.
_MOST_BITS = 2**15
# Of larger functions what is handed on is not looked at: each component takes a pass there and back.
_HANDED = 2000


class Bounds:
    """The bounds of a referee's truths."""

    def __init__(self, referee: Referee) -> None:
        self._referee = referee
        self._tapes: dict[tuple[Smooth, int], Tape] = {}
        self._values: dict[Smooth, Tape] = {}
        self._last: dict[int, tuple[Any, Evaluation]] = {}
        """For each form what was evaluated last: all that is asked of one point asks for the same."""

    def at(self, truth: Truth, point: Sequence[float], format: Format) -> list[Bound | None]:
        """For each component the bound; ``None`` for one of an output that does not exist here."""
        if truth.arrays is not None:
            together = bounds_on_arrays(truth.arrays, point, format, self._by_numbers(point, format))
            if together is not None:
                return list(together)
            truth = self._referee.of_numbers(point)
        if truth.smooth is None:
            return [None] * len(truth.components)
        kept = self._kept(truth)
        sizes = [truth.components[k].size for k in kept]
        precision = self._enough(truth, point)
        with ctx.workprec(precision):
            measured = self._measured(truth.smooth, point, sizes, format, precision)
            found = dict(zip(kept, measured, strict=True))
        return [found.get(k) for k in range(len(truth.components))]

    def _kept(self, truth: Truth) -> list[int]:
        """Which components those of the smooth program are."""
        width = len(truth.components) // self._referee.program.size
        return [row * width + column for row in truth.rows for column in range(width)]

    def _enough(self, truth: Truth, point: Sequence[float]) -> int:
        """The precision at which the balls tell what the truth says, which may be known without them."""
        assert truth.smooth is not None
        precision, sizes = truth.precision, [truth.components[k].size for k in self._kept(truth)]
        while precision < _MOST_BITS:
            with ctx.workprec(precision):
                tape, evaluation = self._tape(truth.smooth, STABLE), self._evaluation(truth.smooth, point, STABLE)
            values = [evaluation.values[output] for output in tape.outputs]
            if not any(v is not None and _is_wide(v, size) for v, size in zip(values, sizes, strict=True)):
                break
            precision *= 2
        return precision

    def _by_numbers(self, point: Sequence[float], format: Format) -> Callable[[int], Ball]:
        """What rounding leaves on a component, found number by number; NaN if that is not tried."""
        found = cache(lambda: self.at(self._referee.of_numbers(point), point, format))

        def lost(place: int) -> Ball:
            bound = found()[place]
            return arb.nan() if bound is None else bound.formula / FORMULA_FACTOR

        return lost

    def of_values(self, truth: Truth, point: Sequence[float], format: Format) -> list[tuple[Bound, Ball]]:
        """For each output that exists here the bound on the function's own value, and its enclosure."""
        if truth.arrays is not None:
            found = bounds_of_values(truth.arrays, format)
            if found is not None:
                return list(zip(found, truth.arrays.value.ravel().tolist(), strict=True))
            truth = self._referee.of_numbers(point)
        return [] if truth.smooth is None else self.of_program(truth.smooth, point, format, truth.precision)

    def of_program(
        self, smooth: Smooth, point: Sequence[float], format: Format, precision: int
    ) -> list[tuple[Bound, Ball]]:
        """For each output of a program without pieces that has one the bound on its value, and its enclosure."""
        with ctx.workprec(precision):
            tape, evaluation = self._of_function(smooth, point)
            exact = [evaluation.values[output] for output in tape.outputs]
            formulas, moved = tape.absolute_sums(evaluation, tape.losses(evaluation, format), _leaves(tape, evaluation))
            return [
                (bound(abs(v).mid(), s, f, format), v)
                for s, f, v in zip(moved, formulas, exact, strict=True)
                if v is not None
            ]

    def culprit(
        self, truth: Truth, point: Sequence[float], component: int, format: Format, label: Callable[[int], str]
    ) -> Culprit | None:
        """Where a component loses digits, by the form that loses most; ``None`` where it has no program.

        In a function on whole arrays it is looked for number by number, if it is small enough to be lowered.
        """
        if truth.arrays is not None:
            truth = self._referee.of_numbers(point)
        if truth.smooth is None:
            return None
        place = self._place(truth, component)
        if place is None:
            return None
        lost: list[tuple[Ball, int]] = []
        with ctx.workprec(self._enough(truth, point)):
            for form in range(self._forms(truth.smooth)):
                tape = self._tape(truth.smooth, form)
                evaluation = self._evaluation(truth.smooth, point, form)
                if tape.outputs[place] in evaluation.faults:
                    return None
                adjoints = tape.adjoints(tape.outputs[place], evaluation)
                losses = tape.losses(evaluation, format)
                lost.append((total(abs(a) * losses[i] for i, a in adjoints), form))
            worst, form = max(lost)
            tape, evaluation = self._tape(truth.smooth, form), self._evaluation(truth.smooth, point, form)
            adjoints = tape.adjoints(tape.outputs[place], evaluation)
            found = culprit(tape.nodes, evaluation.values, adjoints, format, label)
            return replace(found, avoidable=lost[STABLE][0] * _AVOIDABLE < worst)

    def most_moving(self, truth: Truth, point: Sequence[float], component: int) -> tuple[int | None, Fraction] | None:
        """The input whose roundoff moves a component most: its position and its value, no position for a constant.

        `None` where the component has no program of numbers, or nothing moves it.
        """
        place = self._place(truth, component)
        if truth.smooth is None or place is None:
            return None
        with ctx.workprec(self._enough(truth, point)):
            tape, evaluation = self._tape(truth.smooth, STABLE), self._evaluation(truth.smooth, point, STABLE)
            if tape.outputs[place] in evaluation.faults:
                return None
            leaves = [(i, a) for i, a in tape.adjoints(tape.outputs[place], evaluation) if tape.nodes[i][0] == INPUT]
            moved = {tape.nodes[i][1][0]: (abs(a * evaluation.values[i]).mid()) for i, a in leaves}
        most = max(moved, key=moved.__getitem__, default=None)
        if most is None or moved[most].is_zero():
            return None
        if most < len(point):
            return most, Fraction(point[most])
        return None, truth.smooth.data[most - len(point)]

    def _place(self, truth: Truth, component: int) -> int | None:
        """Where a component stands among those of the smooth program."""
        width = len(truth.components) // self._referee.program.size
        row, column = divmod(component, width)
        return truth.rows.index(row) * width + column if row in truth.rows else None

    def _measured(
        self, smooth: Smooth, point: Sequence[float], sizes: Sequence[Ball], format: Format, precision: int
    ) -> Iterator[Bound]:
        """The bounds of all components; ``sizes`` are their absolute values."""
        tape, evaluation = self._tape(smooth, STABLE), self._evaluation(smooth, point, STABLE)
        (moved,) = tape.absolute_sums(evaluation, _leaves(tape, evaluation))
        handed = partial(self._handed, smooth, point, format, precision)
        formulas = _Formulas(partial(self._formulas, smooth, point, format, precision), handed)
        for k, (size, by) in enumerate(zip(sizes, moved, strict=True)):
            yield bound(size, by, formulas, format, k)

    def _formulas(
        self, smooth: Smooth, point: Sequence[float], format: Format, precision: int, in_any_order: bool
    ) -> list[Ball]:
        """What rounding leaves on all components, by the form that loses most."""
        lost: list[list[Ball]] = []
        with ctx.workprec(precision):
            for form in range(self._forms(smooth)):
                tape, evaluation = self._tape(smooth, form), self._evaluation(smooth, point, form)
                losses = (tape.losses_in_any_order if in_any_order else tape.losses)(evaluation, format)
                lost += tape.absolute_sums(evaluation, losses)
        return [max(by_form) for by_form in zip(*lost, strict=True)]

    def _handed(self, smooth: Smooth, point: Sequence[float], format: Format, precision: int, place: int) -> Ball:
        """What rounding leaves on what operations hand on of a first derivative; of higher ones nothing is told.

        Constants among it our program has added up already, and engines have not.
        """
        operator, wrt = self._referee.operator, self._referee.wrt
        if operator.order != 1 or smooth.program.operations > _HANDED:
            return balls.ZERO
        row, column = divmod(place, operator.width(len(wrt)))
        steps = zip(wrt, map(balls.ball_of_float, operator.direction), strict=True) if operator.along else ()
        moving = dict(steps) if operator.along else {wrt[column]: balls.ball(1)}
        with ctx.workprec(precision):
            tape, evaluation = self._of_function(smooth, point)
            output = tape.outputs[row]
            if output in evaluation.faults:
                return balls.ZERO
            return rounding(format).unit * tape.flow(output, moving, evaluation).mid()

    def _of_function(self, smooth: Smooth, point: Sequence[float]) -> tuple[Tape, Evaluation]:
        """The function itself, at a point."""
        tape = self._values.get(smooth)
        if tape is None:
            tape = self._values[smooth] = Tape(smooth.program)
        return tape, tape.evaluation(smooth.inputs(point))

    def _forms(self, smooth: Smooth) -> int:
        """How many derivative forms have to be tried: the most that an operation of the derivative has."""
        names = smooth.program.operation_names() | self._referee.derivatives.program(smooth).operation_names()
        return max((alternatives(name) for name in names), default=1)

    def _tape(self, smooth: Smooth, form: int) -> Tape:
        key = smooth, form
        if key not in self._tapes:
            self._tapes[key] = Tape(
                self._referee.derivatives.program(smooth, form), self._referee.derivatives.enclosures(smooth, form)
            )
        return self._tapes[key]

    def _evaluation(self, smooth: Smooth, point: Sequence[float], form: int) -> Evaluation:
        asked = smooth, tuple(point), ctx.prec
        if form not in self._last or self._last[form][0] != asked:
            known = self._referee.derivatives.evaluation(smooth, point, form)
            self._last[form] = asked, self._tape(smooth, form).evaluation(smooth.inputs(point), known)
        return self._last[form][1]


def _is_wide(value: Ball, size: Ball) -> bool:
    """Whether an enclosure of a number of this size lacks one digit of three; of zero, whether it is wider than one."""
    return not value.rad() < (1 if size.is_zero() else size / _THREE_DIGITS)


class _Formulas:
    """What rounding leaves on all components, each kind found for all of them when the first is asked for."""

    def __init__(self, found: Callable[[bool], Sequence[Ball]], handed: Callable[[int], Ball]) -> None:
        self._found = cache(found)
        self._handed = cache(handed)

    def of(self, place: int) -> Ball:
        """By the orders in use."""
        return max(self._found(False)[place], self._handed(place))

    def in_any_order(self, place: int) -> Ball:
        """By the order that loses most."""
        return max(self._found(True)[place], self._handed(place))


def _leaves(tape: Tape, evaluation: Evaluation) -> list[Ball]:
    """The absolute values of the inputs; zero for every other node."""
    return [abs(evaluation.values[i]) if tape.nodes[i][0] == INPUT else balls.ZERO for i in range(tape.size)]
