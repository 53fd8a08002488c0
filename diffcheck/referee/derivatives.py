"""The derivatives of smooth pieces: as programs by each form, evaluated, and certified with rising precision."""

from collections.abc import Callable, Sequence

import numpy as np
from flint import ctx

from diffcheck.case.operators import Operator
from diffcheck.ops.declared import Declared
from diffcheck.ops.table import Primitive
from diffcheck.program.differentiate import directional, jacobian
from diffcheck.program.program import Builder, Program
from diffcheck.program.rules import STABLE
from diffcheck.program.text import formula
from diffcheck.referee import ladder
from diffcheck.referee.beside.declared import demand_series, demand_slopes, has_series, slopes_of
from diffcheck.referee.beside.second_route import wrong_rules
from diffcheck.referee.component import Component, Status, is_tight
from diffcheck.referee.enclosures import Enclosures
from diffcheck.referee.evaluate import Ball, Balls, Evaluation, Fault, evaluate
from diffcheck.referee.smooth import Smooth


class Derivatives:
    """One operator applied to smooth pieces of one function; each is built once.

    Parameters
    ----------
    wrt:
        Positions of the flattened inputs to differentiate by.
    label:
        Names an input by its position, for what is told to people.
    """

    def __init__(self, operator: Operator, wrt: Sequence[int], label: Callable[[int], str]) -> None:
        self._operator = operator
        self._wrt = wrt
        self._label = label
        self._programs: dict[tuple[Smooth, int], Program] = {}
        self._enclosures: dict[tuple[Smooth, int], Enclosures] = {}
        self._latest: tuple[object, Evaluation] | None = None

    def program(self, smooth: Smooth, form: int = STABLE) -> Program:
        """The derivative program, by one of the forms in common use."""
        key = smooth, form
        if key not in self._programs:
            program = smooth.program
            for _ in range(self._operator.full):
                program = jacobian(program, self._wrt, form)
            for _ in range(self._operator.along):
                program = directional(program, self._wrt, self._operator.direction, form)
            self._programs[key] = program
        return self._programs[key]

    def evaluation(self, smooth: Smooth, point: Sequence[float], form: int = STABLE) -> Evaluation:
        """The derivative program's values at the working precision; the latest ones are kept."""
        question = smooth, form, tuple(point), ctx.prec
        if self._latest is None or self._latest[0] != question:
            found = self.enclosures(smooth, form).at(smooth.inputs(point))
            if any(fault is Fault.UNDECIDED for fault, _ in found.faults.values()):
                # Formulas take longer than balls and are only tried where these do not decide.
                found = smooth.exactly(self.program(smooth, form).nodes, point)
            self._latest = question, found
        return self._latest[1]

    def enclosures(self, smooth: Smooth, form: int = STABLE) -> Enclosures:
        """What evaluates the derivative program."""
        key = smooth, form
        if key not in self._enclosures:
            self._enclosures[key] = Enclosures(self.program(smooth, form).nodes)
        return self._enclosures[key]

    def certified(self, smooth: Smooth, point: Sequence[float]) -> tuple[list[Component], int]:
        """The components at this point, in balls of rising precision."""
        program = self.program(smooth)
        outputs: list[int] = program.outputs.ravel().tolist()
        with ctx.workprec(ladder.LADDER[0]):
            evaluation = self.evaluation(smooth, point)
        found = {output: self._component(program, output, evaluation, ladder.LADDER[0]) for output in outputs}
        used = ladder.LADDER[0]
        for bits in ladder.LADDER[1:]:
            undecided = [output for output, c in found.items() if c.status is Status.UNCERTAIN]
            if not undecided:
                break
            used = bits
            part = Builder(program.nodes).program(len(program.inputs), np.array(undecided))
            doubts = evaluation.faults.values()
            with ctx.workprec(bits):
                if any(fault is Fault.UNDECIDED for fault, _ in doubts):
                    evaluation = smooth.exactly(part.nodes, point)
                else:
                    evaluation = evaluate(part.nodes, smooth.inputs(point), Balls())
            for output, number in zip(undecided, part.outputs.tolist(), strict=True):
                found[output] = self._component(part, number, evaluation, bits)
        return [found[output] for output in outputs], used

    def wrong_rules(self, smooth: Smooth, point: Sequence[float], bits: int) -> str:
        """The operations whose rules the second route contradicts, in words.

        Raises
        ------
        Misdeclared
            Where it is a user's own operation whose power series is wrong.
        """
        with ctx.workprec(bits):
            names = wrong_rules(smooth.program, smooth.inputs(point))
            # In higher orders a series may be wrong that begins as the rule says.
            higher = not names and self._operator.order > 1
            demand_series(use for use in self._declared(smooth, point) if higher or use[0] in names)
        if not names:
            return ""  # on a cut the two routes run along different branches, and no rule is wrong
        given = [name for name in names if Primitive.rows[name].forms_of(0)]
        rule = "the slope that is given for" if names == given else "SymPy's derivative rule of"
        return f"{rule} {', '.join(names)} contradicts its power series, from which the truth is taken instead"

    def demand_declared(self, smooth: Smooth, point: Sequence[float], bits: int) -> bool:
        """Hold users' own operations in the piece against their balls; whether some have no power series.

        Raises
        ------
        Misdeclared
            Where the slope of one is far from what its balls tell.
        """
        with ctx.workprec(bits):
            uses = self._declared(smooth, point)
            demand_slopes(uses)
            return not all(has_series(name, x) for name, x in uses)

    def _declared(self, smooth: Smooth, point: Sequence[float]) -> list[tuple[str, list[Ball]]]:
        """Users' own operations in the piece with their operands, where they have values."""
        nodes = smooth.program.nodes
        declared = [(name, of) for name, of in nodes if isinstance(Primitive.rows.get(name), Declared)]
        if not declared:
            return []
        values = evaluate(nodes, smooth.inputs(point), Balls()).values
        uses = [(name, [values[i] for i in of]) for name, of in declared]
        known = [(name, x) for name, x in uses if None not in x]
        return known + [use for name, x in known for use in slopes_of(name, x, self._operator.order)]

    def _component(self, program: Program, output: int, evaluation: Evaluation, bits: int) -> Component:
        fault = evaluation.faults.get(output)
        if fault is not None:
            where = formula(program.nodes, fault[1], self._label)
            if fault[0] is Fault.UNDEFINED:
                return Component(Status.UNDEFINED, reason=f"the derivative needs {where}, which does not exist here")
            return Component(Status.UNCERTAIN, reason=f"{where} is not decided at {bits} bits")
        value = evaluation.values[output]
        if is_tight(value):
            return Component(Status.CERTIFIED, value, value)
        return Component(Status.UNCERTAIN, value, value, f"the enclosure is still wide at {bits} bits")
