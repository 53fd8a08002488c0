"""The truth: a certified enclosure of each component of a derivative at a point, or the statement that none exists.

The function is traced once. At a point its pieces are chosen by certain comparisons, the smooth program that remains
is differentiated by the chain rule, and the result is evaluated in balls from exactly the given floats, with the
precision raised until every enclosure is tight.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from flint import ctx

from diffcheck.case.operators import Operator
from diffcheck.errors import Unsupported
from diffcheck.ops import balls
from diffcheck.ops.decimals import brief
from diffcheck.program.differentiate import jacobian
from diffcheck.program.program import Builder, Program
from diffcheck.program.rules import STABLE
from diffcheck.program.scalarise import Lowered
from diffcheck.program.text import formula
from diffcheck.referee.arrays.certify import ArrayReferee, Certified
from diffcheck.referee.component import Component, Status, is_tight
from diffcheck.referee.enclosures import Enclosures
from diffcheck.referee.evaluate import NOTHING, Ball, Balls, Evaluation, Fault, evaluate
from diffcheck.referee.exactly import evaluate_exactly
from diffcheck.referee.kinks import Evidence, Rays
from diffcheck.referee.neighbourhood import Neighbourhood
from diffcheck.referee.paths import Decisions, edges, lift_data, live_decisions, specialise
from diffcheck.referee.quotients import approach
from diffcheck.referee.second_route import Word, words, wrong_rules
from diffcheck.referee.smooth import Smooth
from diffcheck.referee.tangents import Tangents

# Those on whole arrays. What needs more is not smooth or a few numbers, which are looked at one by one; balls grow with
# the lengths of the sums, so that the first one has a word more than for numbers.
_ON_ARRAYS = (192, 384, 768)
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
    confirmed:
        For each component whether a second, independent route gave the same; `False` where it could not be asked.
    """

    components: tuple[Component, ...]
    smooth: Smooth | None
    rows: tuple[int, ...]
    precision: int
    confirmed: tuple[bool, ...]
    contradiction: str = ""
    """The operations whose derivative rules contradict the second route; the components then come from that route."""
    arrays: Certified | None = None
    """What was found on whole arrays, where the function is large; there is then no ``smooth`` of numbers."""


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
        self._width = len(self.wrt) ** operator.order
        """How many components the derivative of one output has."""
        self._all_rows = tuple(range(program.size))
        self._on_arrays: ArrayReferee | None = None
        if isinstance(program, Lowered) and program.is_large:
            self._on_arrays = ArrayReferee(program.graph, operator, self.wrt)

    @functools.cached_property
    def _edges(self) -> list[tuple[tuple[int, ...], Callable[..., bool]]]:
        return list(edges(self.program))

    def truth(self, point: Sequence[float]) -> Truth:
        """The truth at a point, given as all flattened inputs."""
        if self._on_arrays is not None:
            found = self._on_arrays.at(point, _ON_ARRAYS)
            if found is not None:
                return self._of_arrays(found)
        return self.of_numbers(point)

    def of_numbers(self, point: Sequence[float]) -> Truth:
        """The truth found number by number, whatever the size of the function."""
        try:
            return self._of_numbers(point)
        except Unsupported as reason:
            return self._nothing(Status.UNCERTAIN, f"the function is not one smooth piece here, and {reason}")

    def _of_arrays(self, found: Certified) -> Truth:
        components = [Component(Status.CERTIFIED, c, c) for c in found.components.ravel().tolist()]
        for k, size in found.vanished.items():
            ball = components[k].left
            told = f"zero to within {brief(ball.rad())}: terms of the size {size:.2g} cancel in it"
            components[k] = Component(Status.CERTIFIED, balls.ZERO, balls.ZERO, told)
        confirmed = tuple([word for word in found.confirmed for _ in range(self._width)])
        return Truth(tuple(components), None, self._all_rows, found.precision, confirmed, arrays=found)

    def _of_numbers(self, point: Sequence[float]) -> Truth:
        x = [Fraction(v) for v in point]
        primal = self.primal(x)
        if isinstance(primal, str):
            return self._nothing(Status.UNCERTAIN, primal)
        evaluation, precision = primal
        rows = self.rows(evaluation)
        if not rows:
            output = int(self.program.outputs.flat[0])
            return self._nothing(Status.UNDEFINED, self._origin(self.program, evaluation.faults[output][1]))
        defined = self.restricted(rows)
        decisions = live_decisions(defined, evaluation.decisions)
        smooth = self._smooth_piece(rows, defined, decisions)
        wrong = ""
        if any(side == 0 for side, _ in decisions.values()):
            count = len(rows) * self._width
            found, said = [Component(Status.UNCERTAIN)] * count, [Word.SILENT] * count
        else:
            found, precision = self.certified(smooth, point)
            with ctx.workprec(precision):
                said = words(smooth.program, [*x, *smooth.data], self.operator, self.wrt, found)
            if Word.CONTRADICTED in said:
                wrong = self._wrong_rules(smooth, point, precision)
        at_edge = bool(self._edges) and self._at_edge(evaluation)
        doubtful = [k for k, word in enumerate(said) if word is not Word.CONFIRMED or wrong or at_edge]
        if doubtful:
            around = self._neighbourhood(rows, defined, point, evaluation, precision)
            for k in doubtful:
                seen, said[k] = around.component(k, found[k])
                contradicted = said[k] is Word.CONTRADICTED
                if wrong or at_edge or contradicted or found[k].status is not Status.CERTIFIED:
                    found[k] = seen
                if contradicted and not wrong:
                    pieces = (self._piece(rows, evidence) for evidence in around.contradicted)
                    wrong = self._wrong_rules(next(pieces, smooth), point, precision)
        confirmed = tuple([word is Word.CONFIRMED for word in said])
        return self._placed(Truth(tuple(found), smooth, rows, precision, confirmed, wrong), evaluation)

    def _neighbourhood(
        self, rows: tuple[int, ...], defined: Program, point: Sequence[float], evaluation: Evaluation, precision: int
    ) -> Neighbourhood:
        """The sides of the outputs that exist."""
        x = [Fraction(v) for v in point]
        inputs = [balls.ball(v) for v in x]
        partials = functools.cache(lambda: self._tangents.at(evaluation, inputs))

        def chain_rule(evidence: Evidence, precision: int) -> Ball | None:
            with ctx.workprec(precision):
                if self.operator.order == 1:
                    output = int(defined.outputs.flat[evidence.row])
                    position = self.wrt[evidence.place]
                    return self._tangents.along(partials(), inputs, position, output, evidence.decisions)
                smooth = self._piece(rows, evidence)
                found = self.evaluation(smooth, point)
            output = int(self.derivative(smooth).outputs.flat[evidence.place])
            return None if output in found.faults else found.values[output]

        def approached(evidence: Evidence) -> bool:
            output = int(defined.outputs.flat[evidence.row])
            return approach(defined, output, x, evidence.stencil(), self.operator.order, evidence.value)

        return Neighbourhood(
            lambda bits: Rays(defined, x, self.operator, self.wrt, evaluation, bits),
            [bits for bits in LADDER if bits >= precision],
            chain_rule,
            approached,
        )

    @functools.cached_property
    def _tangents(self) -> Tangents:
        return Tangents(self.program)

    def _piece(self, rows: tuple[int, ...], evidence: Evidence) -> Smooth:
        """The piece of one output that holds along a ray."""
        row = (rows[evidence.row],)
        return self._smooth_piece(row, self.restricted(row), evidence.decisions)

    def _at_edge(self, evaluation: Evaluation) -> bool:
        """Whether an operation may end or jump at this point."""
        return any(
            at_edge(*(evaluation.values[i] for i in operands))
            for operands, at_edge in self._edges
            if evaluation.faults.keys().isdisjoint(operands)
        )

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
        truth = Truth(tuple(components), smooth, rows, precision, (False,) * len(components))
        return self._placed(truth, evaluation)

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
            found = self.enclosures(smooth, form).at(smooth.inputs(point))
            if any(fault is Fault.UNDECIDED for fault, _ in found.faults.values()):
                # Formulas take longer than balls and are only tried where these do not decide.
                found = smooth.exactly(self.derivative(smooth, form).nodes, point)
            self._latest = question, found
        return self._latest[1]

    def enclosures(self, smooth: Smooth, form: int = STABLE) -> Enclosures:
        """What evaluates the derivative program."""
        key = smooth, form
        if key not in self._enclosures:
            self._enclosures[key] = Enclosures(self.derivative(smooth, form).nodes)
        return self._enclosures[key]

    def primal(self, x: Sequence[Fraction], forced: Mapping[int, int] = NOTHING) -> tuple[Evaluation, int] | str:
        """The function's own evaluation in which every output and every decision is certain; else what is not."""
        with ctx.workprec(LADDER[0]):
            evaluation = evaluate(self.program.nodes, [balls.ball(v) for v in x], Balls(), forced)
        if self._undecided(evaluation) is None:
            return evaluation, LADDER[0]
        for precision in LADDER:
            with ctx.workprec(precision):
                inputs = [balls.ball(v) for v in x]
                evaluation = evaluate_exactly(self.program.nodes, x, inputs, Balls(), forced=forced)
            blocking = self._undecided(evaluation)
            if blocking is None:
                return evaluation, precision
        assert blocking is not None
        return f"{self._origin(self.program, blocking)} is not decided at {LADDER[-1]} bits"

    def _undecided(self, evaluation: Evaluation) -> int | None:
        """What keeps an output from being certain."""
        if not evaluation.faults:
            return None
        found = [evaluation.faults[o] for o in self.program.outputs.ravel().tolist() if o in evaluation.faults]
        return next((origin for fault, origin in found if fault is Fault.UNDECIDED), None)

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
            doubts = evaluation.faults.values()
            with ctx.workprec(precision):
                if any(fault is Fault.UNDECIDED for fault, _ in doubts):
                    evaluation = smooth.exactly(part.nodes, point)
                else:
                    evaluation = evaluate(part.nodes, smooth.inputs(point), Balls())
            for output, number in zip(undecided, part.outputs.tolist(), strict=True):
                found[output] = self._component(part, number, evaluation, precision)
        return [found[output] for output in outputs], used

    def _wrong_rules(self, smooth: Smooth, point: Sequence[float], precision: int) -> str:
        """The operations whose rules the second route contradicts, in words."""
        with ctx.workprec(precision):
            names = wrong_rules(smooth.program, smooth.inputs(point))
        if not names:
            return ""  # on a cut the two routes run along different branches, and no rule is wrong
        whose = ", ".join(names)
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
        if not evaluation.faults:
            return self._all_rows
        outputs = self.program.outputs.ravel().tolist()
        return tuple(k for k, output in enumerate(outputs) if output not in evaluation.faults)

    def restricted(self, rows: tuple[int, ...]) -> Program:
        """The program with only these outputs."""
        if len(rows) == self.program.outputs.size:
            return self.program
        return Program(self.program.nodes, self.program.inputs, self.program.outputs.ravel()[list(rows)])

    def _placed(self, truth: Truth, evaluation: Evaluation) -> Truth:
        """The truth about all outputs, from that about those that exist."""
        outputs = self.program.outputs.ravel().tolist()
        if len(truth.rows) == len(outputs):
            return truth
        components: list[Component] = []
        confirmed: list[bool] = []
        for row, output in enumerate(outputs):
            if row in truth.rows:
                start = truth.rows.index(row) * self._width
                components += truth.components[start : start + self._width]
                confirmed += truth.confirmed[start : start + self._width]
            else:
                reason = f"{self._origin(self.program, evaluation.faults[output][1])} does not exist here"
                components += [Component(Status.UNDEFINED, reason=reason)] * self._width
                confirmed += [False] * self._width
        return replace(truth, components=tuple(components), confirmed=tuple(confirmed))

    def _nothing(self, status: Status, reason: str) -> Truth:
        text = f"{reason} does not exist here" if status is Status.UNDEFINED else reason
        count = self.program.size * self._width
        return Truth((Component(status, reason=text),) * count, None, (), LADDER[-1], (False,) * count)

    def _origin(self, program: Program, number: int) -> str:
        return formula(program.nodes, number, self.label)
