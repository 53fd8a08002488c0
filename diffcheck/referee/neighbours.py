"""The slopes of the pieces beside the one at a point: what comes out if one comparison is mistaken."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from diffcheck.ops.table import Primitive
from diffcheck.program.program import INPUT, Program, live_nodes
from diffcheck.program.scalarise import Lowered
from diffcheck.program.text import formula
from diffcheck.referee.component import Component, Status
from diffcheck.referee.paths import live_decisions
from diffcheck.referee.truth import Referee

# So many comparisons are turned at most: each costs a truth.
_TURNED = 16


def neighbouring_slopes(referee: Referee, point: Sequence[float], component: int) -> Iterator[tuple[str, Component]]:
    """The certified values of a component if one comparison came out otherwise, each with the comparison's formula.

    None of a function on whole arrays, where each would take a truth number by number, and none where pieces meet: then
    what is taken there is the nearer cause.
    """
    if isinstance(referee.program, Lowered) and referee.program.is_large:
        return
    found = referee.primal.at([Fraction(v) for v in point])
    if isinstance(found, str):
        return
    evaluation, _ = found
    program = referee.primal.restricted(referee.primal.rows(evaluation))
    decisions = live_decisions(program, evaluation.decisions)
    if any(side == 0 for side, _ in decisions.values()):
        return
    decided = [(n, side) for n, (side, _) in decisions.items() if _depends(program, n)]
    for number, side in decided[:_TURNED]:
        other = referee.otherwise(point, {number: -side}).components[component]
        if other.status is Status.CERTIFIED:
            yield formula(referee.program.nodes, number, referee.label), other


def _depends(program: Program, number: int) -> bool:
    """Whether inputs decide what a node is."""
    deciding = program.nodes[number][1][: Primitive.rows[program.nodes[number][0]].deciding]
    return any(program.nodes[k][0] == INPUT for k in live_nodes(program.nodes, deciding))
