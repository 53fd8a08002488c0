"""A function along rays from a point: its expansions, the pieces that hold there, and what they say of the point."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from diffcheck.program.program import Program
from diffcheck.referee.beside.germs import POWERS
from diffcheck.referee.beside.jets import Jets, along
from diffcheck.referee.beside.sides import Course, Side, side
from diffcheck.referee.evaluate import Evaluation, evaluate
from diffcheck.referee.formulas.exactly import evaluate_exactly
from diffcheck.referee.paths import Decisions, live_decisions

# Along which columns to go: column, factor c and power p of a way ``c t^p``.
Steps = tuple[tuple[int, Fraction | int, int], ...]


class AlongRays:
    """The expansions of a program's outputs, each computed once, at the working precision of `flint.ctx`.

    Parameters
    ----------
    wrt:
        The inputs that the columns of steps are.
    evaluation:
        The function at the point itself.
    """

    def __init__(self, program: Program, point: Sequence[Fraction], wrt: Sequence[int], evaluation: Evaluation) -> None:
        self.outputs: list[int] = program.outputs.ravel().tolist()
        self._program = program
        self._point = point
        self._wrt = wrt
        self._at = [evaluation.values[output] for output in self.outputs]
        self._known: dict[tuple[Steps, bool], Evaluation] = {}
        self._exactly: set[tuple[int, Steps]] = set()
        self._known_sides: dict[tuple[int, Steps, int], Side] = {}

    def side(self, row: int, steps: Steps, order: int) -> Side:
        """One output along the sum of these steps."""
        known = self._known_sides.get((row, steps, order))
        if known is not None:
            return known
        output, at = self.outputs[row], self._at[row]
        found = side(self.ray(row, steps), output, at, order)
        if found.course is Course.UNKNOWN and (row, steps) not in self._exactly:
            self._exactly.add((row, steps))
            found = side(self.ray(row, steps), output, at, order)
        self._known_sides[row, steps, order] = found
        return found

    def ray(self, row: int, steps: Steps) -> Evaluation:
        """The function along a ray, with more effort where an output needed it."""
        exactly = (row, steps) in self._exactly
        if (steps, exactly) not in self._known:
            nodes, inputs = self._program.nodes, self.inputs(steps)
            self._known[steps, exactly] = (
                evaluate_exactly(
                    nodes,
                    self._point,
                    inputs,
                    Jets(),
                    self.direction(steps),
                    self.powers(steps),
                    outputs=self.outputs,
                )
                if exactly
                else evaluate(nodes, inputs, Jets())
            )
        return self._known[steps, exactly]

    def direction(self, steps: Steps) -> list[Fraction | int]:
        """The sum of the steps, among all inputs."""
        direction: list[Fraction | int] = [0] * len(self._point)
        for column, factor, _ in steps:
            direction[self._wrt[column]] = factor
        return direction

    def powers(self, steps: Steps) -> list[int]:
        """The powers of t that the inputs move with."""
        powers = [1] * len(self._point)
        for column, _, power in steps:
            powers[self._wrt[column]] = power
        return powers

    def inputs(self, steps: Steps) -> list[Any]:
        """The inputs along a ray."""
        return along(self._point, self.direction(steps), POWERS, self.powers(steps))

    def decisions(self, row: int, steps: Steps) -> Decisions:
        """The pieces that an output has along a ray."""
        one = Program(self._program.nodes, self._program.inputs, self._program.outputs.ravel()[row : row + 1])
        return live_decisions(one, self.ray(row, steps).decisions)


def times(factor: int, way: Steps) -> Steps:
    """So many times the way."""
    return tuple((column, factor * times, power) for column, times, power in way)
