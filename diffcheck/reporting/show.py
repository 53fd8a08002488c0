"""A case on a terminal: what it is, and the chain rule along its program."""

from collections.abc import Sequence
from typing import Protocol

from rich.console import Console
from rich.table import Table

from diffcheck.reporting.numbers import number
from diffcheck.reporting.words import counted
from diffcheck.results import CaseRow, Drawing, place

_FIGURES = 6


class Step(Protocol):
    """A node of the program, as `diffcheck.program.steps.Step`."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def forward(self) -> str:
        """What it is made of."""
        ...

    @property
    def backward(self) -> str:
        """The derivative of the result by it, made of those by what uses it."""
        ...

    @property
    def node(self) -> int:
        """Its number."""
        ...


def shown(case: CaseRow, drawing: Drawing | None, steps: Sequence[Step], width: int | None = None) -> str:
    """The text: name, formulas, size, and while the program is short the chain rule step by step."""
    console = Console(width=width, markup=False, emoji=False, highlight=False)
    with console.capture() as capture:
        console.print(f"{case.case} {case.operator}", case.source, sep="   ")
        if case.doc:
            console.print(case.doc)
        console.print()
        console.print(_facts(case))
        if drawing is not None and any(step.forward for step in steps):
            console.print(f"\nThe chain rule at {place(drawing.place)}:")
            console.print(_chain(drawing, steps))
            for reason, names in _missing(drawing, steps).items():
                console.print(f"{', '.join(names)}: {reason}")
    return "\n".join(line.rstrip() for line in capture.get().splitlines())


def _facts(case: CaseRow) -> Table:
    # Where no point has a derivative, there is none to count the operations of.
    derivative = f", {case.derivative_operations} in the derivative" * bool(case.derivative_operations)
    truth = f", truth to {case.truth_digits:.0f} digits" * (case.truth_digits > 0)
    facts = (
        ("function", case.function),
        ("derivative", case.derivative or _unwritten(case)),
        (
            "inputs",
            ", ".join(
                f"{name} {domain}" if domain == "as given" else f"{name} in {domain}"
                for name, domain in case.inputs.items()
            ),
        ),
        ("program", f"{counted(case.operations, 'operation')}{derivative}{truth}"),
        ("reference", case.reference),
        ("expected", case.because),
        ("tags", ", ".join(case.tags)),
        ("not judged", case.not_judged),
    )
    table = Table.grid(padding=(0, 2))
    for name, fact in facts:
        if fact:
            table.add_row(name, fact)
    return table


def _unwritten(case: CaseRow) -> str:
    """Why no formula of the derivative stands there; empty of a case that is broken."""
    if not case.operations:
        return ""
    return "not written as one formula: the function has pieces, or it would be too long to read"


def _chain(drawing: Drawing, steps: Sequence[Step]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2))
    for header, justify in (("forward", "left"), ("value", "right"), ("backward", "left"), ("derivative", "right")):
        table.add_column(header, justify=justify, overflow="fold")  # type: ignore[arg-type]
    for step in steps:
        if not (step.forward or step.name[0].isalpha()):
            continue  # a rounded constant
        made = f"{step.name} = {step.forward}" if step.forward else step.name
        slope = drawing.slopes[step.node]
        by = f"df/d{step.name}" + f" = {step.backward}" * bool(step.backward)
        instead = drawing.said(step.node)
        told = ("", "") if slope != slope and not instead else (by, instead or number(slope, _FIGURES))
        table.add_row(made, number(drawing.values[step.node], _FIGURES), *told)
    return table


def _missing(drawing: Drawing, steps: Sequence[Step]) -> dict[str, list[str]]:
    """Why some derivatives are no numbers, each reason with those that it is told of."""
    found: dict[str, list[str]] = {}
    for step in steps:
        if drawing.said(step.node):
            found.setdefault(drawing.because[step.node], []).append(f"df/d{step.name}")
    return found
