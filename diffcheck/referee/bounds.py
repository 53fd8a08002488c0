"""How large an error may be: the two bounds, both first order in the unit roundoff u of the dtype.

``inherent`` = k u s, with s = |D| + sum over inputs and constants of |x dD/dx|
    What any good algorithm reaches, however it computes: it depends on the question alone. Of the digits that u s
    leaves half are never given away: where sqrt(u s |D|) is less it is taken instead, u s at least. In bfloat16 k u s
    would often allow an error as large as the truth.
``formula`` = c u sum over all intermediate values v of the derivative program of ulps(v) |dD/dv| |v|
    What this formula allows in this format: the adjoint rounding analysis of Linnainmaa (1976) and Iri (1984). Where
    an operation has several derivative forms in common use, the largest of theirs. A value below the normal range
    loses up to half a subnormal unit instead, and one beyond the largest number allows any error.

Which constants count as inputs: see `diffcheck.referee.paths.lift_data`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from flint import ctx

from diffcheck.formats import Format
from diffcheck.ops import balls
from diffcheck.ops.table import Primitive
from diffcheck.program.program import INPUT
from diffcheck.program.rules import STABLE
from diffcheck.referee.culprit import Culprit, culprit
from diffcheck.referee.evaluate import Ball, Evaluation
from diffcheck.referee.rounding import rounding
from diffcheck.referee.smooth import Smooth
from diffcheck.referee.tape import Tape, total
from diffcheck.referee.truth import Referee, Truth

# Fixed once by counting false alarms and misses: `benchmarks/count_alarms.py` counts again.
INHERENT_FACTOR = 128
FORMULA_FACTOR = 16

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


class Bounds:
    """The bounds of a referee's truths."""

    def __init__(self, referee: Referee) -> None:
        self._referee = referee
        self._tapes: dict[tuple[Smooth, int], Tape] = {}
        self._values: dict[Smooth, Tape] = {}

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
        return [] if truth.smooth is None else self.of_program(truth.smooth, point, format, truth.precision)

    def of_program(
        self, smooth: Smooth, point: Sequence[float], format: Format, precision: int
    ) -> list[tuple[Bound, Ball]]:
        """For each output of a program without pieces the bound on its value, and its enclosure."""
        tape = self._values.get(smooth)
        if tape is None:
            tape = self._values[smooth] = Tape(smooth.program)
        with ctx.workprec(precision):
            evaluation = tape.evaluation(smooth.inputs(point))
            exact = [evaluation.values[output] for output in tape.outputs]
            formulas, moved = tape.absolute_sums(evaluation, tape.losses(evaluation, format), _leaves(tape, evaluation))
            return [(_bound(abs(v).mid(), s, f, format), v) for s, f, v in zip(moved, formulas, exact, strict=True)]

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
        lost: list[tuple[Ball, int]] = []
        with ctx.workprec(truth.precision):
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

    def _measured(
        self, smooth: Smooth, point: Sequence[float], sizes: Sequence[Ball], format: Format
    ) -> Iterator[Bound]:
        """The bounds of all components; ``sizes`` are their absolute values."""
        moved: Sequence[Ball] = []
        formulas: Sequence[Ball] = [balls.ZERO] * len(sizes)
        for form in range(self._forms(smooth)):
            tape, evaluation = self._tape(smooth, form), self._evaluation(smooth, point, form)
            weights = [tape.losses(evaluation, format)]
            if form == STABLE:
                weights.append(_leaves(tape, evaluation))
            lost, *rest = tape.absolute_sums(evaluation, *weights)
            formulas = [max(f, g) for f, g in zip(formulas, lost, strict=True)]
            moved = moved or rest[0]
        return (_bound(d, s, f, format) for d, s, f in zip(sizes, moved, formulas, strict=True))

    def _forms(self, smooth: Smooth) -> int:
        """How many derivative forms have to be tried: the most that an operation of the derivative has."""
        names = smooth.program.operation_names() | self._referee.derivative(smooth).operation_names()
        return max((_alternatives(name) for name in names), default=1)

    def _tape(self, smooth: Smooth, form: int) -> Tape:
        key = smooth, form
        if key not in self._tapes:
            self._tapes[key] = Tape(self._referee.derivative(smooth, form), self._referee.enclosures(smooth, form))
        return self._tapes[key]

    def _evaluation(self, smooth: Smooth, point: Sequence[float], form: int) -> Evaluation:
        known = self._referee.evaluation(smooth, point, form)
        return self._tape(smooth, form).evaluation(smooth.inputs(point), known)


def _alternatives(name: str) -> int:
    """How many derivative forms an operation has, SymPy's rule counting as one."""
    row = Primitive.rows[name]
    if callable(row.forms):
        return len(row.forms(0))
    return max(map(len, row.forms), default=1)


def _leaves(tape: Tape, evaluation: Evaluation) -> list[Ball]:
    """The absolute values of the inputs; zero for every other node."""
    return [abs(evaluation.values[i]) if tape.nodes[i][0] == INPUT else balls.ZERO for i in range(tape.size)]


def _bound(size: Ball, moved: Ball, formula: Ball, format: Format) -> Bound:
    """The bound on a truth of this size, which rounding of its inputs moves by ``moved`` in unit roundoffs."""
    errors = rounding(format)
    scale = size + moved
    unavoidable = errors.unit * scale
    allowed = min(INHERENT_FACTOR * errors.unit, errors.root) * scale
    if not size.is_zero():
        allowed = max(min(INHERENT_FACTOR * unavoidable, (unavoidable * size).sqrt()), unavoidable)
    return Bound(scale, allowed.mid() + errors.subnormal, FORMULA_FACTOR * formula)
