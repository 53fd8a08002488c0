"""The truth: a certified enclosure of each component of a derivative at a point, or the statement that none exists.

The function is traced once. At a point its pieces are chosen by certain comparisons, the smooth program that remains
is differentiated by the chain rule, and the result is evaluated in balls from exactly the given floats, with the
precision raised until every enclosure is tight.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from flint import ctx

from diffcheck.case.operators import Operator
from diffcheck.ops import balls
from diffcheck.program.differentiate import jacobian
from diffcheck.program.program import Builder, Program
from diffcheck.program.rules import STABLE
from diffcheck.program.text import formula
from diffcheck.referee.component import Component, Status, is_tight
from diffcheck.referee.enclosures import Enclosures
from diffcheck.referee.evaluate import NOTHING, Ball, Balls, Evaluation, Fault, evaluate
from diffcheck.referee.kinks import one_sided
from diffcheck.referee.paths import Decisions, lift_data, live_decisions, specialise
from diffcheck.referee.second_route import contradicts, wrong_rules

# Working precisions in bits. Most points end at the first; 1 - tanh(x)^2 at x = 1000 needs 2900 bits.
LADDER = (128, 256, 512, 1024, 2048, 4096, 8192)


@dataclass(frozen=True, slots=True)
class Truth:
    """The truth at one point.

    Attributes
    ----------
    components:
        One for each component of the derivative, in row-major order.
    smooth:
        What the function is here, with the outputs that exist; ``None`` if that was not found.
    rows:
        The outputs that exist, as positions among all outputs.
    precision:
        The working precision in bits at which the components were certified.
    """

    components: tuple[Component, ...]
    smooth: "Smooth | None"
    rows: tuple[int, ...]
    precision: int
    contradiction: str = ""
    """The operations whose derivative rules contradict the second route; the components then come from that route."""


@dataclass(frozen=True, slots=True, eq=False)
class Smooth:
    """The function near a point: a program without pieces.

    ``data`` are the values of its inputs behind the function's own: the constants that count as inputs.
    """

    program: Program
    data: tuple[Fraction, ...]
    _enclosed: dict[int, list[Ball]] = field(default_factory=dict, init=False, repr=False)
    """The data as balls, by working precision."""

    def inputs(self, point: Sequence[float]) -> list[Ball]:
        """All inputs as balls at the working precision."""
        if ctx.prec not in self._enclosed:
            self._enclosed[ctx.prec] = list(map(balls.ball, self.data))
        return list(map(balls.ball_of_float, point)) + self._enclosed[ctx.prec]


class Referee:
    """Finds the truth about one operator of one function, point by point.

    Parameters
    ----------
    program:
        The traced function.
    wrt:
        Positions of the flattened inputs to differentiate by.
    label:
        Names an input by its position, for what is told to people.
    """

    def __init__(
        self, program: Program, operator: Operator, wrt: Sequence[int], label: Callable[[int], str] = "x{}".format
    ) -> None:
        self.program = program
        self.label = label
        self.operator = operator
        self.wrt = tuple(wrt)
        self._smooth: dict[Any, Smooth] = {}
        self._derivatives: dict[tuple[Smooth, int], Program] = {}
        self._enclosures: dict[tuple[Smooth, int], Enclosures] = {}
        self._latest: tuple[object, Evaluation] | None = None

    def truth(self, point: Sequence[float]) -> Truth:
        """The truth at a point, given as all flattened inputs."""
        x = [Fraction(v) for v in point]
        found = self.primal(x)
        if isinstance(found, str):
            return self._nothing(Status.UNCERTAIN, found)
        evaluation, precision = found
        rows = self.rows(evaluation)
        if not rows:
            output = int(self.program.outputs.flat[0])
            return self._nothing(Status.UNDEFINED, self._origin(self.program, evaluation.faults[output][1]))
        defined = self.restricted(rows)
        decisions = live_decisions(defined, evaluation.decisions)
        smooth = self._smooth_piece(rows, defined, decisions)
        wrong = ""
        if any(side == 0 for side, _ in decisions.values()):
            found_rows = one_sided(defined, x, self.operator, self.wrt, evaluation, precision)
        else:
            found_rows, precision = self.certified(smooth, point)
            wrong = self._contradiction(smooth, point, found_rows, precision)
            if wrong:
                found_rows = one_sided(defined, x, self.operator, self.wrt, evaluation, precision)
            elif any(c.status is Status.UNDEFINED for c in found_rows):
                # The chain rule divides by zero at the tip of sqrt(x^2); the sides may still have slopes.
                sides = one_sided(defined, x, self.operator, self.wrt, evaluation, precision)
                found_rows = [
                    side if c.status is Status.UNDEFINED and side.status in (Status.KINK, Status.CERTIFIED) else c
                    for c, side in zip(found_rows, sides, strict=True)
                ]
        return Truth(self._placed(rows, found_rows, evaluation), smooth, rows, precision, wrong)

    def otherwise(self, point: Sequence[float], forced: Mapping[int, int]) -> Truth:
        """The derivative of the piece in which these switches have the signs that are given, at a point outside it."""
        found = self.primal([Fraction(v) for v in point], forced)
        if isinstance(found, str):
            return self._nothing(Status.UNCERTAIN, found)
        evaluation, precision = found
        rows = self.rows(evaluation)
        if not rows:
            return self._nothing(Status.UNDEFINED, "the other piece")
        defined = self.restricted(rows)
        smooth = self._smooth_piece(rows, defined, live_decisions(defined, evaluation.decisions))
        components, precision = self.certified(smooth, point)
        return Truth(self._placed(rows, components, evaluation), smooth, rows, precision)

    def _smooth_piece(self, rows: tuple[int, ...], defined: Program, decisions: Decisions) -> Smooth:
        key = (rows, tuple(decisions.items()))
        smooth = self._smooth.get(key)
        if smooth is None:
            smooth = self._smooth[key] = Smooth(*lift_data(specialise(defined, decisions)))
        return smooth

    def derivative(self, smooth: Smooth, form: int = STABLE) -> Program:
        """The derivative program, by one of the forms in common use."""
        key = smooth, form
        if key not in self._derivatives:
            program = smooth.program
            for _ in range(self.operator.order):
                program = jacobian(program, self.wrt, form)
            self._derivatives[key] = program
        return self._derivatives[key]

    def evaluation(self, smooth: Smooth, point: Sequence[float], form: int = STABLE) -> Evaluation:
        """The derivative program's values at the working precision; the latest ones are kept."""
        question = smooth, form, tuple(point), ctx.prec
        if self._latest is None or self._latest[0] != question:
            self._latest = question, self.enclosures(smooth, form).at(smooth.inputs(point))
        return self._latest[1]

    def enclosures(self, smooth: Smooth, form: int = STABLE) -> Enclosures:
        """What evaluates the derivative program."""
        key = smooth, form
        if key not in self._enclosures:
            self._enclosures[key] = Enclosures(self.derivative(smooth, form).nodes)
        return self._enclosures[key]

    def primal(self, x: Sequence[Fraction], forced: Mapping[int, int] = NOTHING) -> tuple[Evaluation, int] | str:
        """The function's own evaluation in which every output and every decision is certain; else what is not."""
        outputs = set(self.program.outputs.ravel().tolist())
        blocking = None
        for precision in LADDER:
            with ctx.workprec(precision):
                evaluation = evaluate(self.program.nodes, [balls.ball(v) for v in x], Balls(), forced)
            undecided = [f for o in outputs if (f := evaluation.faults.get(o)) and f[0] is Fault.UNDECIDED]
            if not undecided:
                return evaluation, precision
            blocking = undecided[0][1]
        assert blocking is not None
        return f"{self._origin(self.program, blocking)} is not decided at {LADDER[-1]} bits"

    def certified(self, smooth: Smooth, point: Sequence[float]) -> tuple[list[Component], int]:
        """The components at this point, in balls of rising precision."""
        program = self.derivative(smooth)
        outputs: list[int] = program.outputs.ravel().tolist()
        with ctx.workprec(LADDER[0]):
            evaluation = self.evaluation(smooth, point)
        found = {output: self._component(program, output, evaluation, LADDER[0]) for output in outputs}
        used = LADDER[0]
        for precision in LADDER[1:]:
            undecided = [output for output, c in found.items() if c.status is Status.UNCERTAIN]
            if not undecided:
                break
            used = precision
            part = Builder(program.nodes).program(len(program.inputs), np.array(undecided))
            with ctx.workprec(precision):
                evaluation = evaluate(part.nodes, smooth.inputs(point), Balls())
            for output, number in zip(undecided, part.outputs.tolist(), strict=True):
                found[output] = self._component(part, number, evaluation, precision)
        return [found[output] for output in outputs], used

    def _contradiction(self, smooth: Smooth, point: Sequence[float], found: Sequence[Component], precision: int) -> str:
        """The operations whose rules the second route contradicts, in words."""
        everything = [Fraction(v) for v in point] + list(smooth.data)
        with ctx.workprec(precision):
            if not contradicts(smooth.program, everything, self.operator, self.wrt, found):
                return ""
            names = wrong_rules(smooth.program, smooth.inputs(point))
        whose = ", ".join(names) or "some operation"
        return f"SymPy's derivative rule of {whose} contradicts its power series, from which the truth is taken instead"

    def _component(self, program: Program, output: int, evaluation: Evaluation, precision: int) -> Component:
        fault = evaluation.faults.get(output)
        if fault is not None:
            where = self._origin(program, fault[1])
            if fault[0] is Fault.UNDEFINED:
                return Component(Status.UNDEFINED, reason=f"the derivative needs {where}, which does not exist here")
            return Component(Status.UNCERTAIN, reason=f"{where} is not decided at {precision} bits")
        value = evaluation.values[output]
        if is_tight(value):
            return Component(Status.CERTIFIED, value, value)
        return Component(Status.UNCERTAIN, value, value, f"the enclosure is still wide at {precision} bits")

    def rows(self, evaluation: Evaluation) -> tuple[int, ...]:
        """The outputs that exist."""
        outputs = self.program.outputs.ravel().tolist()
        return tuple(k for k, output in enumerate(outputs) if output not in evaluation.faults)

    def restricted(self, rows: tuple[int, ...]) -> Program:
        """The program with only these outputs."""
        if len(rows) == self.program.outputs.size:
            return self.program
        return Program(self.program.nodes, self.program.inputs, self.program.outputs.ravel()[list(rows)])

    def _placed(
        self, rows: tuple[int, ...], found: Sequence[Component], evaluation: Evaluation
    ) -> tuple[Component, ...]:
        """The components of the outputs that exist, and `UNDEFINED` for those of the others."""
        outputs = self.program.outputs.ravel().tolist()
        if len(rows) == len(outputs):
            return tuple(found)
        width = len(self.wrt)
        placed: list[Component] = []
        for k, output in enumerate(outputs):
            if k in rows:
                start = rows.index(k) * width
                placed += found[start : start + width]
            else:
                reason = self._origin(self.program, evaluation.faults[output][1])
                placed += [Component(Status.UNDEFINED, reason=f"{reason} does not exist here")] * width
        return tuple(placed)

    def _nothing(self, status: Status, reason: str) -> Truth:
        shape = self.operator.shape(self.program.outputs.shape, len(self.wrt))
        text = f"{reason} does not exist here" if status is Status.UNDEFINED else reason
        return Truth((Component(status, reason=text),) * int(np.prod(shape, dtype=int)), None, (), LADDER[-1])

    def _origin(self, program: Program, number: int) -> str:
        return formula(program.nodes, number, self.label)
