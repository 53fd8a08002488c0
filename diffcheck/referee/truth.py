"""The truth: a certified enclosure of each component of a derivative at a point, or the statement that none exists.

The function is traced once. At a point its pieces are chosen by certain comparisons, the smooth program that remains
is differentiated by the chain rule, and the result is evaluated in balls from exactly the given floats, with the
precision raised until every enclosure is tight.
"""

import functools
import itertools
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from flint import ctx

from diffcheck.case.operators import Operator
from diffcheck.errors import Lacking, Unsupported
from diffcheck.ops.enclosures import balls
from diffcheck.program.products import weighted
from diffcheck.program.program import Program, uncollected
from diffcheck.program.scalarise import Lowered
from diffcheck.referee import ladder
from diffcheck.referee.arrays.certify import ArrayReferee, Certified, Outside
from diffcheck.referee.beside.contracted import contracted, met
from diffcheck.referee.beside.declared import Misdeclared, is_by_series
from diffcheck.referee.beside.kinks import Evidence, Rays
from diffcheck.referee.beside.neighbourhood import Neighbourhood
from diffcheck.referee.beside.own_pieces import Unsettled, has_own_pieces, settled
from diffcheck.referee.beside.quotients import approach
from diffcheck.referee.beside.second_route import Word, words
from diffcheck.referee.component import Component, Status
from diffcheck.referee.derivatives import Derivatives
from diffcheck.referee.evaluate import Ball, Evaluation
from diffcheck.referee.found import Truth, nothing
from diffcheck.referee.paths import Decisions, lift_data, live_decisions, reaching_ties, specialise
from diffcheck.referee.primal import Primal
from diffcheck.referee.smooth import Smooth
from diffcheck.referee.tangents import Tangents

# Looking along both sides of an input costs some microseconds an operation: this many take twenty seconds.
_MOST_ALONG_RAYS = 2**23


class Referee:
    """Finds the truth about one operator of one function, point by point.

    Parameters
    ----------
    program:
        The traced function. What is found of an operator with weights is that of the weighted sum of its outputs.
    wrt:
        Positions of the flattened inputs to differentiate by.
    label:
        Names an input by its position, for what is told to people.
    """

    def __init__(
        self, program: Program, operator: Operator, wrt: Sequence[int], label: Callable[[int], str] = "x{}".format
    ) -> None:
        # Weights times the derivative are the gradient of the weighted sum.
        self.program = program = weighted(program, operator.weights) if operator.weighted else program
        self.label = label
        self.operator = operator = operator.of_one_output
        self.wrt = tuple(wrt)
        self.primal = Primal(program, label)
        self.derivatives = Derivatives(operator, self.wrt, label)
        self._smooth: dict[Any, Smooth] = {}
        self._width = operator.width(len(self.wrt))
        """How many components the derivative of one output has."""
        self._all_rows = tuple(range(program.size))
        self._on_arrays: ArrayReferee | None = None
        self.has_own_pieces = has_own_pieces(program)
        """Whether users' own operations have slopes of pieces, of which nobody knows how they meet."""
        if isinstance(program, Lowered) and not self.has_own_pieces:
            self._on_arrays = ArrayReferee(program.graph, operator, self.wrt)

    def truth(self, point: Sequence[float]) -> Truth:
        """The truth at a point, given as all flattened inputs."""
        if self.program.is_large:
            try:
                found = self._certified_on_arrays(point)
            except Outside as missing:
                return self._nothing(Status.UNDEFINED, str(missing))
            except (Lacking, Misdeclared) as reason:
                return self._nothing(Status.UNCERTAIN, str(reason))
            if found is not None:
                return self._of_arrays(found)
        return self.of_numbers(point)

    def _certified_on_arrays(self, point: Sequence[float]) -> Certified | None:
        return None if self._on_arrays is None else self._on_arrays.at(point, ladder.ON_ARRAYS)

    def of_numbers(self, point: Sequence[float]) -> Truth:
        """The truth found number by number, whatever the size of the function."""
        try:
            _ = self.program.inputs  # what is too large is refused before its numbers are looked at
            return self._of_numbers(list(map(float, point)))
        except (Lacking, Misdeclared, Unsettled) as reason:
            return self._nothing(Status.UNCERTAIN, str(reason))
        except Unsupported as reason:
            return self._nothing(Status.UNCERTAIN, f"the function is not one smooth piece here, and {reason}")

    @uncollected()
    def _of_arrays(self, found: Certified, smooth: Smooth | None = None) -> Truth:
        confirmed = tuple([word for word in found.confirmed for _ in range(self._width)])
        arrays = found if smooth is None else None
        return Truth(tuple(found.components), smooth, self._all_rows, found.precision, confirmed, arrays=arrays)

    def _of_numbers(self, point: Sequence[float]) -> Truth:
        x = [Fraction(v) for v in point]
        primal = self.primal.at(x)
        if isinstance(primal, str):
            return self._nothing(Status.UNCERTAIN, primal)
        evaluation, precision = primal
        if self.has_own_pieces:
            with ctx.workprec(precision):
                program = settled(self.program, evaluation.values, self.operator.order)
            return Referee(program, self.operator, self.wrt, self.label)._of_numbers(point)
        rows = self.primal.rows(evaluation)
        if not rows:
            output = int(self.program.outputs.flat[0])
            return self._nothing(Status.UNDEFINED, self.primal.origin(evaluation.faults[output][1]))
        defined = self.primal.restricted(rows)
        decisions = live_decisions(defined, evaluation.decisions)
        smooth = self.smooth_piece(rows, defined, decisions)
        wrong, unexpanded = "", False
        tied = [False] * (len(rows) * self._width)
        if any(side == 0 for side, _ in decisions.values()):
            sided = self._certified_on_arrays(point) if rows == self._all_rows else None
            if sided is not None:
                return self._of_arrays(sided, smooth)
            tied = self._moved_by(reaching_ties(defined, decisions)) * len(rows)
        if all(tied):
            found, said = [Component(Status.UNCERTAIN)] * len(tied), [Word.SILENT] * len(tied)
        else:
            found, precision = self.derivatives.certified(smooth, point)
            found = [Component(Status.UNCERTAIN) if t else c for c, t in zip(found, tied, strict=True)]
            with ctx.workprec(precision):
                said = words(smooth.program, [*x, *smooth.data], self.operator, self.wrt, found)
            if Word.CONTRADICTED in said:
                wrong = self.derivatives.wrong_rules(smooth, point, precision)
            elif Word.SILENT in said or is_by_series(smooth.program.nodes):
                unexpanded = self.derivatives.demand_declared(smooth, point, precision)
        at_edge = self.primal.at_edge(evaluation)
        doubtful = [k for k, word in enumerate(said) if word is not Word.CONFIRMED or wrong or at_edge]
        if unexpanded and not at_edge:  # nor is there more to be seen beside the point
            doubtful = [k for k in doubtful if found[k].status is not Status.CERTIFIED]
        if doubtful and self.operator.full and self.operator.along:
            return self._contracted(rows, defined, point, evaluation, precision)
        if len(doubtful) * self.program.operations > _MOST_ALONG_RAYS:
            told = f"{len(doubtful):,} components of {self.program.operations:,} operations are too many to be seen"
            for k in doubtful:
                found[k], said[k] = Component(Status.UNCERTAIN, reason=f"{told} from both sides"), Word.SILENT
        elif doubtful:
            around = self._neighbourhood(rows, defined, point, evaluation, precision)
            for k in doubtful:
                seen, said[k] = around.component(k, found[k])
                contradicted = said[k] is Word.CONTRADICTED
                if wrong or at_edge or contradicted or found[k].status is not Status.CERTIFIED:
                    found[k] = seen
                if contradicted and not wrong:
                    pieces = (self._piece(rows, evidence) for evidence in around.contradicted)
                    wrong = self.derivatives.wrong_rules(next(pieces, smooth), point, precision)
        confirmed = tuple([word is Word.CONFIRMED for word in said])
        return self._placed(Truth(tuple(found), smooth, rows, precision, confirmed, wrong), evaluation)

    def _moved_by(self, positions: Container[int]) -> list[bool]:
        """For each component of an output whether one of these inputs is among those that it is taken by."""
        moved = [position in positions for position in self.wrt]
        along = any(m and step for m, step in zip(moved, self.operator.direction, strict=False))
        return [along or any(columns) for columns in itertools.product(moved, repeat=self.operator.full)]

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
                    return self._tangents.along(partials(), inputs, self._moved(evidence), output, evidence.decisions)
                smooth = self._piece(rows, evidence)
                found = self.derivatives.evaluation(smooth, point)
            output = int(self.derivatives.program(smooth).outputs.flat[evidence.place])
            return None if output in found.faults else found.values[output]

        def approached(evidence: Evidence) -> bool:
            output = int(defined.outputs.flat[evidence.row])
            return approach(defined, output, x, evidence.stencil(), self.operator.order, evidence.value)

        return Neighbourhood(
            lambda bits: Rays(defined, x, self.operator, self.wrt, evaluation, bits),
            [bits for bits in ladder.LADDER if bits >= precision],
            chain_rule,
            approached,
        )

    def _contracted(
        self, rows: tuple[int, ...], defined: Program, point: Sequence[float], evaluation: Evaluation, precision: int
    ) -> Truth:
        """The truth where it takes a look at the sides of the point: that of the whole tensor, contracted.

        Where that does not tell, the pieces to both sides along the direction may.
        """
        whole, slope = (referee.of_numbers(point) for referee in self._without_direction)
        found = list(contracted(whole.components, whole.confirmed, slope.components, self.operator.direction))
        if any(component.status is Status.UNCERTAIN for component, _ in found):
            x = [Fraction(v) for v in point]
            rays = Rays(defined, x, self.operator, self.wrt, evaluation, precision)
            sides = [self._beside(rows, rays.pieces(0, sign), point, slope) for sign in (-1, 1)]
            found = [
                (met(left, right), True)
                if component.status is Status.UNCERTAIN and left is not None and right is not None
                else (component, confirmed)
                for (component, confirmed), left, right in zip(found, *sides, strict=True)
            ]
        components, confirmed = zip(*found, strict=True)
        return replace(whole, components=components, confirmed=confirmed)

    def _beside(
        self, rows: tuple[int, ...], pieces: Decisions | None, point: Sequence[float], slope: Truth
    ) -> list[Ball | None]:
        """The components on the pieces to one side, confirmed; ``None`` where what is differentiated is another there.

        Near the ray the function is one smooth piece, whose derivatives are those of the function, so that the slope
        changes along the direction as that piece's does, if it begins from the same.
        """
        if pieces is None:
            return [None] * len(slope.components)
        piece = self.smooth_piece(rows, self.primal.restricted(rows), pieces)
        begins, _ = self._without_direction[1].derivatives.certified(piece, point)
        found, precision = self.derivatives.certified(piece, point)
        with ctx.workprec(precision):
            x = [*map(Fraction, point), *piece.data]
            said = words(piece.program, x, self.operator, self.wrt, found)
        return [
            c.left if word is Word.CONFIRMED and b.has_value and s.has_value and b.left.overlaps(s.left) else None
            for c, word, b, s in zip(found, said, begins, slope.components, strict=True)
        ]

    @functools.cached_property
    def _without_direction(self) -> tuple["Referee", "Referee"]:
        """The referees of the tensor that is contracted, and of what is differentiated along the direction."""
        whole, slope = (
            Referee(self.program, o, self.wrt, self.label) for o in (self.operator.whole, self.operator.slope)
        )
        return whole, slope

    @functools.cached_property
    def _tangents(self) -> Tangents:
        return Tangents(self.program)

    def _moved(self, evidence: Evidence) -> dict[int, Ball]:
        """How far each input moves along the way that a first derivative is taken along."""
        if not self.operator.along:
            return {self.wrt[evidence.place]: balls.ball(1)}
        steps = zip(self.wrt, self.operator.direction, strict=True)
        return {position: balls.ball_of_float(d) for position, d in steps if d}

    def _piece(self, rows: tuple[int, ...], evidence: Evidence) -> Smooth:
        """The piece of one output that holds along a ray."""
        row = (rows[evidence.row],)
        return self.smooth_piece(row, self.primal.restricted(row), evidence.decisions)

    def otherwise(self, point: Sequence[float], forced: Mapping[int, int]) -> Truth:
        """The derivative of the piece in which these switches have the signs that are given, at a point outside it."""
        found = self.primal.at([Fraction(v) for v in point], forced)
        if isinstance(found, str):
            return self._nothing(Status.UNCERTAIN, found)
        evaluation, precision = found
        rows = self.primal.rows(evaluation)
        if not rows:
            return self._nothing(Status.UNDEFINED, "the other piece")
        defined = self.primal.restricted(rows)
        smooth = self.smooth_piece(rows, defined, live_decisions(defined, evaluation.decisions))
        components, precision = self.derivatives.certified(smooth, point)
        truth = Truth(tuple(components), smooth, rows, precision, (False,) * len(components))
        return self._placed(truth, evaluation)

    def smooth_piece(self, rows: tuple[int, ...], defined: Program, decisions: Decisions) -> Smooth:
        """The piece of these outputs, which ``defined`` has alone, that holds with these decisions."""
        key = (rows, tuple(decisions.items()))
        smooth = self._smooth.get(key)
        if smooth is None:
            smooth = self._smooth[key] = Smooth(*lift_data(specialise(defined, decisions)))
        return smooth

    def _placed(self, truth: Truth, evaluation: Evaluation) -> Truth:
        """The truth about all outputs, from that about those that exist."""
        outputs = self.program.outputs.ravel().tolist()
        return truth.among(outputs, lambda output: self.primal.origin(evaluation.faults[output][1]))

    def _nothing(self, status: Status, reason: str) -> Truth:
        return nothing(self.program.size * self._width, status, reason)
