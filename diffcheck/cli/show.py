"""``diffcheck show``: a case as a reader wants it: formula, derivative, program, the chain rule step by step."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from diffcheck.cli.check import numbers_at
from diffcheck.cli.exits import PASSED
from diffcheck.errors import UsageError

if TYPE_CHECKING:
    from diffcheck.case.case import Case
    from diffcheck.judgement.court import Court
    from diffcheck.results import Drawing
    from diffcheck.runner.plan import Unit
    from diffcheck.runner.told.pictures import Picture

# The random points of a case that lists none.
_SAMPLES = 1
# An input of a formula whose numbers nobody asks for.
_ANYWHERE = "interval:-1,1"


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
    unit = _unit(_case(subject, points, _ANYWHERE if latex else ""), operator)
    if latex:
        click.echo("\n".join(_latex(unit)))
        sys.exit(PASSED)
    from diffcheck.reporting.show import shown
    from diffcheck.runner.examine import court_of, together

    court = court_of(unit, "float64", 0 if unit.case.points else _SAMPLES, 0)
    picture = _picture(unit, court)
    drawing, steps = (None, []) if picture is None else (picture.drawing, picture.steps())
    if graph is not None:
        click.echo(_graph(drawing, graph, subject))
    else:
        click.echo(shown(together(unit, court, ()), drawing, steps))
    sys.exit(PASSED)


def _case(subject: str, points: tuple[str, ...], otherwise: str) -> "Case":
    """The case that is asked for; ``otherwise`` is what an input of a formula is that is not given, if anything."""
    from diffcheck.sources.asked import Asked, asked_for
    from diffcheck.sources.collect import READERS
    from diffcheck.sources.single import single
    from diffcheck.sources.specs import spec_of

    if Path(subject.partition("::")[0]).suffix not in READERS:
        given = tuple((name, spec_of(text)) for name, text in numbers_at(points))
        asked = Asked(subject, given, (), (), 0, None)
        asked.demand()
        if asked.file is None and otherwise:
            names = [name for name in asked.expression().__signature__.parameters if name not in dict(given)]
            asked = replace(asked, inputs=(*given, *((name, spec_of(otherwise)) for name in names)))
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


def _picture(unit: "Unit", court: "Court") -> "Picture | None":
    """The program with its values and derivatives, while it is short."""
    from diffcheck.runner.told.pictures import drawable, drawn

    return next(filter(None, (drawn(unit.case.name, court, question) for question in drawable(court))), None)
