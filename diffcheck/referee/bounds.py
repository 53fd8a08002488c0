"""How large an error may be: the two bounds, both first order in the unit roundoff u of the dtype.

``inherent`` = min(k u, sqrt(u)) (|D| + sum over inputs and constants of |x dD/dx|)
    What any good algorithm reaches, however it computes: it depends on the question alone. Half of the digits are
    never given away: in bfloat16 k u alone would allow an error of a half.
``formula`` = c u sum over all intermediate values v of the derivative program of ulps(v) |dD/dv| |v|
    What this formula allows in this format: the adjoint rounding analysis of Linnainmaa (1976) and Iri (1984). Where
    an operation has several derivative forms in common use, the largest of theirs. A value below the normal range
    loses up to half a subnormal unit instead, and one beyond the largest number allows any error.

Which constants count as inputs: see `diffcheck.referee.paths.lift_data`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flint import arb, ctx

from diffcheck.formats import FORMATS, Format
from diffcheck.ops import balls
from diffcheck.ops.table import Primitive
from diffcheck.program.differentiate import sweep
from diffcheck.program.program import CONST, INPUT, Builder, Node, Program
from diffcheck.program.rules import STABLE, partial
from diffcheck.referee.culprit import Culprit, culprit
from diffcheck.referee.evaluate import Ball, Balls, Evaluation, evaluate
from diffcheck.referee.truth import Referee, Smooth, Truth

# Fixed once by counting false alarms and misses: `benchmarks/count_alarms.py` counts again.
INHERENT_FACTOR = 128
FORMULA_FACTOR = 16

_INFINITE = arb.pos_inf()
# A form is called the one that keeps the digits when it loses so many times less.
_AVOIDABLE = 100


@dataclass(frozen=True, slots=True)
class Bound:
    """The error that one component may have in one format.

    Attributes
    ----------
    scale:
        |D| + sum of |x dD/dx|: the inherent error in units of the unit roundoff, without the factor k.
    inherent, formula:
        Absolute errors (balls whose midpoint counts); ``formula`` is infinite where an intermediate value overflows.
    """

    scale: Ball
    inherent: Ball
    formula: Ball


class _Tape:
    """A derivative program, extended by the local partial derivatives of all its operations."""

    def __init__(self, program: Program) -> None:
        builder = Builder(program.nodes)
        self.size = len(program.nodes)
        self.outputs: list[int] = program.outputs.ravel().tolist()
        self._rounded = {i for i in range(self.size) if not _is_exact(program.nodes[i])}
        self.partials = {
            (number, position): partial(builder, number, position)
            for number in range(self.size)
            if program.nodes[number][0] not in (INPUT, CONST)
            for position, operand in enumerate(program.nodes[number][1])
            if operand in self._rounded
        }
        self.nodes = builder.nodes

    def adjoints(self, output: int, evaluation: Evaluation) -> list[tuple[int, Ball]]:
        """For every node that matters to an output the derivative of the output by it."""
        values, faults = evaluation.values, evaluation.faults

        def slope(number: int, position: int) -> Ball:
            # Where a second derivative does not exist the first order says nothing; the other terms still hold.
            node = self.partials[number, position]
            return balls.ZERO if node in faults else values[node]

        return list(
            sweep(
                self.nodes,
                output,
                seed=arb(1),
                matters=self._rounded.__contains__,
                partial=slope,
                multiply=lambda adjoint, by: adjoint * by,
                add=lambda x, y: x + y,
            )
        )


def _is_exact(node: Node) -> bool:
    """Whether a node is a constant that every format holds."""
    name, operands = node
    return name == CONST and FORMATS["bfloat16"].holds(operands[0])


class Bounds:
    """The bounds of a referee's truths."""

    def __init__(self, referee: Referee) -> None:
        self._referee = referee
        self._tapes: dict[tuple[int, int], _Tape] = {}
        self._values: dict[int, _Tape] = {}

    def at(self, truth: Truth, point: Sequence[float], format: Format) -> list[Bound | None]:
        """For each component the bound; ``None`` for one of an output that does not exist here."""
        if truth.smooth is None:
            return [None] * len(truth.components)
        width = len(truth.components) // self._referee.program.outputs.size
        kept = [row * width + column for row in truth.rows for column in range(width)]
        with ctx.workprec(truth.precision):
            sizes = [truth.components[k].size for k in kept]
            found = dict(zip(kept, self._measured(truth.smooth, point, sizes, format), strict=True))
        return [found.get(k) for k in range(len(truth.components))]

    def of_values(self, truth: Truth, point: Sequence[float], format: Format) -> list[tuple[Bound, Ball]]:
        """For each output that exists here the bound on the function's own value, and its enclosure."""
        if truth.smooth is None:
            return []
        tape = self._values.get(id(truth.smooth))
        if tape is None:
            tape = self._values[id(truth.smooth)] = _Tape(truth.smooth.program)
        with ctx.workprec(truth.precision):
            evaluation = evaluate(tape.nodes, truth.smooth.inputs(point), Balls())
            exact = [evaluation.values[output] for output in tape.outputs]
            scales = [abs(v).mid() for v in exact]
            formulas: list[Ball] = [balls.ZERO] * len(exact)
            self._add(tape, evaluation, scales, formulas, format, leaves=True)
            return [(_bound(s, f, format), v) for s, f, v in zip(scales, formulas, exact, strict=True)]

    def culprit(
        self, truth: Truth, point: Sequence[float], component: int, format: Format, label: Callable[[int], str]
    ) -> Culprit | None:
        """Where a component loses digits, by the form that loses most; ``None`` where it has no program."""
        if truth.smooth is None:
            return None
        width = len(truth.components) // self._referee.program.outputs.size
        row, column = divmod(component, width)
        if row not in truth.rows:
            return None
        place = truth.rows.index(row) * width + column
        losses: list[tuple[Ball, int]] = []
        with ctx.workprec(truth.precision):
            inputs = truth.smooth.inputs(point)
            for form in range(self._forms(truth.smooth)):
                tape = self._tape(truth.smooth, form)
                evaluation = evaluate(tape.nodes, inputs, Balls())
                if tape.outputs[place] in evaluation.faults:
                    return None
                adjoints = tape.adjoints(tape.outputs[place], evaluation)
                rounding = (abs(a) * _loss(tape.nodes[i], evaluation.values[i], format) for i, a in adjoints)
                losses.append((_total(rounding), form))
            worst, form = max(losses)
            tape = self._tape(truth.smooth, form)
            evaluation = evaluate(tape.nodes, inputs, Balls())
            adjoints = tape.adjoints(tape.outputs[place], evaluation)
            found = culprit(tape.nodes, evaluation.values, adjoints, format, label)
            return replace(found, avoidable=form != STABLE and losses[0][0] * _AVOIDABLE < worst)

    def _measured(
        self, smooth: Smooth, point: Sequence[float], sizes: Sequence[Ball], format: Format
    ) -> Iterator[Bound]:
        """The bounds of all components; ``sizes`` are their absolute values."""
        inputs = smooth.inputs(point)
        scales = list(sizes)
        formulas: list[Ball] = [balls.ZERO] * len(scales)
        for form in range(self._forms(smooth)):
            tape = self._tape(smooth, form)
            evaluation = evaluate(tape.nodes, inputs, Balls())
            self._add(tape, evaluation, scales, formulas, format, leaves=form == STABLE)
        return (_bound(scale, formula, format) for scale, formula in zip(scales, formulas, strict=True))

    @staticmethod
    def _add(
        tape: _Tape, evaluation: Evaluation, scales: list[Ball], formulas: list[Ball], format: Format, *, leaves: bool
    ) -> None:
        """Raise ``formulas`` to what this tape loses and, for the leaves, add the sensitivities to ``scales``."""
        values = evaluation.values
        losses = [_loss(tape.nodes[i], values[i], format) for i in range(tape.size)]
        for k, output in enumerate(tape.outputs):
            if output in evaluation.faults:
                continue
            adjoints = tape.adjoints(output, evaluation)
            formulas[k] = max(formulas[k], _total(abs(adjoint) * losses[i] for i, adjoint in adjoints))
            if leaves:
                terms = (abs(adjoint * values[i]) for i, adjoint in adjoints if tape.nodes[i][0] == INPUT)
                scales[k] = scales[k] + _total(terms)

    def _forms(self, smooth: Smooth) -> int:
        """How many derivative forms have to be tried: the most that an operation of the derivative has."""
        names = smooth.program.operation_names() | self._referee.derivative(smooth).operation_names()
        return max((_alternatives(name) for name in names), default=1)

    def _tape(self, smooth: Smooth, form: int) -> _Tape:
        key = (id(smooth), form)
        if key not in self._tapes:
            self._tapes[key] = _Tape(self._referee.derivative(smooth, form))
        return self._tapes[key]


def _alternatives(name: str) -> int:
    """How many derivative forms an operation has, SymPy's rule counting as one."""
    row = Primitive.rows[name]
    if callable(row.forms):
        return len(row.forms(0))
    return max(map(len, row.forms), default=1)


def _loss(node: Node, value: Ball, format: Format) -> Ball:
    """The absolute error that rounding leaves on one intermediate value."""
    name, operands = node
    if value is None or name == INPUT or (name == CONST and format.holds(operands[0])):
        return balls.ZERO
    ulps = 1.0 if name == CONST else Primitive.rows[name].ulps
    if ulps == 0 or not value.is_finite() or value.is_zero():
        return balls.ZERO
    magnitude = abs(value).mid()
    if magnitude > balls.ball(format.largest):
        return _INFINITE
    half_subnormal = balls.power_of_two(format.smallest_subnormal_exponent - 1)
    return max(ulps * magnitude * balls.power_of_two(-format.precision), half_subnormal)


def _total(terms: Any) -> Ball:
    """The sum of magnitudes; an unknown one (infinity times a zero that is not exact) is infinite."""
    total = balls.ZERO
    for term in terms:
        total = total + (term.mid() if term.is_finite() else _INFINITE)
    return total


def _bound(scale: Ball, formula: Ball, format: Format) -> Bound:
    subnormal = balls.power_of_two(format.smallest_subnormal_exponent)
    unit = balls.power_of_two(-format.precision)
    inherent = min(INHERENT_FACTOR * unit, unit.sqrt()) * scale + subnormal
    return Bound(scale, inherent, FORMULA_FACTOR * formula)
