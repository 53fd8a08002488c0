"""The slopes of the pieces beside the one at a point: what comes out if one comparison is mistaken."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from diffcheck.program.scalarise import Lowered
from diffcheck.program.text import formula
from diffcheck.referee.component import Component, Status
from diffcheck.referee.paths import live_decisions
from diffcheck.referee.truth import Referee

# So many comparisons are turned at most: each costs a truth.
_TURNED = 16


def neighbouring_slopes(referee: Referee, point: Sequence[float], component: int) -> Iterator[tuple[str, Component]]:
    """The certified values of a component if one comparison came out otherwise, each with the comparison's formula.

    None of a function on whole arrays, where each would take a truth number by number.
    """
    if isinstance(referee.program, Lowered) and referee.program.is_large:
        return
    found = referee.primal.at([Fraction(v) for v in point])
    if isinstance(found, str):
        return
    evaluation, _ = found
    program = referee.primal.restricted(referee.primal.rows(evaluation))
    decided = [(n, side) for n, (side, _) in live_decisions(program, evaluation.decisions).items() if side != 0]
    for number, side in decided[:_TURNED]:
        other = referee.otherwise(point, {number: -side}).components[component]
        if other.status is Status.CERTIFIED:
            yield formula(referee.program.nodes, number, referee.label), other
