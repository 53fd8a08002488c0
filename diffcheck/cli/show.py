"""``diffcheck show``: a case as a reader wants it: formula, derivative, program, the chain rule step by step."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from diffcheck.cli.check import numbers_at
from diffcheck.cli.exits import PASSED
from diffcheck.errors import UsageError

if TYPE_CHECKING:
    from diffcheck.case.case import Case
    from diffcheck.judgement.court import Court
    from diffcheck.program.steps import Step
    from diffcheck.results import Drawing
    from diffcheck.runner.plan import Unit

# The random points of a case that lists none.
_SAMPLES = 1


@click.command()
@click.argument("subject", metavar="FILE::CASE|FORMULA")
@click.option("--operator", default="", metavar="O", help="Which of the case's operators (default: the first).")
@click.option("--at", "points", multiple=True, metavar="NAME=X", help="Numbers of a formula: --at x=1.2,y=3.")
@click.option("--latex", is_flag=True, help="Only function and derivatives, in LaTeX.")
@click.option("--graph", type=click.Choice(("svg", "mermaid")), help="Only the program's graph, as such a text.")
def show(subject: str, operator: str, points: tuple[str, ...], latex: bool, graph: str | None) -> None:
    """Show a case: its formula and derivative, its program, and the chain rule step by step while it is short.

    \b
    diffcheck show cases/networks.py::neuron_loss
    diffcheck show "x*sin(x)" --at x=1.2
    diffcheck show cases/networks.py::neuron_loss --graph svg > neuron.svg
    """  # noqa: D301 (click reads this character, not its spelling)
    unit = _unit(_case(subject, points), operator)
    if latex:
        click.echo("\n".join(_latex(unit)))
        sys.exit(PASSED)
    from diffcheck.reporting.show import shown
    from diffcheck.runner.examine import court_of, together

    court = court_of(unit, "float64", 0 if unit.case.points else _SAMPLES, 0)
    drawn, steps = _picture(unit, court)
    if graph is not None:
        click.echo(_graph(drawn, graph, subject))
    else:
        click.echo(shown(together(unit, court, ()), drawn, steps))
    sys.exit(PASSED)


def _case(subject: str, points: tuple[str, ...]) -> "Case":
    from diffcheck.sources.asked import Asked, asked_for
    from diffcheck.sources.collect import READERS
    from diffcheck.sources.single import single
    from diffcheck.sources.specs import spec_of

    if Path(subject.partition("::")[0]).suffix not in READERS:
        given = tuple((name, spec_of(text)) for name, text in numbers_at(points))
        asked = Asked(subject, given, (), (), 0, None)
        asked.demand()
        return asked_for(asked)
    if points:
        raise UsageError("--at gives the numbers of a formula; a case has its own points")
    return single(subject)


def _unit(case: "Case", operator: str) -> "Unit":
    """The case with one operator, and nobody who is asked."""
    from diffcheck.case.operators import operator_named
    from diffcheck.runner.plan import plan

    units = plan([case], [operator_named(operator)] if operator else [], ())
    if not units:
        raise UsageError(
            f"case {case.name!r} does not ask for {operator}: it has {', '.join(map(str, case.operators))}"
        )
    if units[0].program is None:
        raise UsageError(f"{case.source}: {units[0].problem}")
    return units[0]


def _latex(unit: "Unit") -> list[str]:
    from diffcheck.program.scalarise import Lowered
    from diffcheck.runner.engines import installed_engines

    assert unit.program is not None
    if isinstance(unit.program, Lowered) and unit.program.is_large:
        raise UsageError(f"{unit.case.name} has {unit.program.operations:,} operations: too many to write down")
    symbolic: Any = installed_engines()["symbolic"]
    lines: list[str] = symbolic.latex(unit.program, unit.case.input_label, unit.case.wrt_positions, unit.operator.order)
    return lines


def _graph(drawn: "Drawing | None", kind: str, subject: str) -> str:
    from diffcheck.reporting import picture

    if drawn is None:
        raise UsageError(f"{subject}: no graph is drawn of a long program, of second derivatives, or without a value")
    return picture.svg(drawn) if kind == "svg" else picture.mermaid(drawn)


def _picture(unit: "Unit", court: "Court") -> "tuple[Drawing | None, list[Step]]":
    """The program with its values, and the chain rule along it, while it is short."""
    from diffcheck.program.steps import steps
    from diffcheck.runner.told.pictures import drawable, drawn, input_name

    for question in drawable(court):
        smooth, found = question.truth.smooth, drawn(unit.case.name, court, question)
        if found is not None and smooth is not None:
            name = partial(input_name, smooth, court=court)
            return found, steps(smooth.program, name, found.output)
    return None, []
