"""What is there: the cases of files, the versions of libraries, and how much a self-test catches."""

import sys
from typing import TYPE_CHECKING

import click

from diffcheck.case.audited import AUDIT, Audited
from diffcheck.cli.exits import FAILED, NOTHING, PASSED, USAGE

if TYPE_CHECKING:
    from diffcheck.case.case import Case


@click.command(name="list")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("-k", "match", default="", metavar="EXPR", help="Only cases whose name, file or tags match.")
def list_cases(paths: tuple[str, ...], match: str) -> None:
    """List the cases of files and folders, with their inputs and the operators that they name."""
    from diffcheck.sources.collect import collect
    from diffcheck.sources.select import matcher

    loaded = collect(paths)
    selected = matcher(match) if match else lambda case: True
    cases = [case for case in loaded.all if selected(case)]
    for case in cases:
        click.echo(_listed(case))
    for text in loaded.problems:
        click.echo(f"diffcheck: broken: {text}", err=True)
    click.echo(f"{len(cases)} case{'' if len(cases) == 1 else 's'}", err=True)
    sys.exit(USAGE if loaded.problems else PASSED if cases else NOTHING)


def _listed(case: "Case | Audited") -> str:
    """A case, or an operation on trial, in one line."""
    first = case.doc.splitlines()[0] if case.doc else ""
    if isinstance(case, Audited):
        axes = {name: " ".join(d.axes) for name, d in case.takes.items() if hasattr(d, "axes")}
        inputs = [f"{name}[{named}]" for name, named in axes.items()]
        return "  ".join(filter(None, [case.source, ", ".join(inputs), AUDIT, first]))
    inputs = [f"{name}{list(d.shape) if d.shape else ''} in {d}" for name, d in case.inputs.items() if d.value is None]
    given = len(case.inputs) - len(inputs)
    inputs += [f"{given} input{'s' * (given > 1)} at the given numbers"] * bool(given)
    operators = ", ".join(map(str, case.operators))
    return "  ".join(filter(None, [case.source, ", ".join(inputs), operators, first]))


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH...]")
@click.option("-k", "match", default="", metavar="EXPR", help="Only cases whose name, file or tags match.")
@click.option(
    "--samples", type=click.IntRange(min=1), default=4, show_default=True, help="Random points for each case."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Where they start from.")
def selftest(paths: tuple[str, ...], match: str, samples: int, seed: int) -> None:
    """Plant wrong derivatives and count how many are caught, and how many right engines are accused.

    Without a path a built-in sample of cases is used. Exit code: 0 if none is missed and none accused, else 1.
    """
    from diffcheck.reporting.terminal import selftest_text
    from diffcheck.runner.engines import by_default, installed_engines
    from diffcheck.selftest import sample
    from diffcheck.selftest import selftest as conducted
    from diffcheck.sources.collect import collect
    from diffcheck.sources.select import matcher

    cases = list(collect(paths).cases) if paths else sample()
    if match:
        cases = list(filter(matcher(match), cases))
    if not cases:
        click.echo("diffcheck: no case found", err=True)
        sys.exit(NOTHING)
    known = installed_engines()
    engines = sorted((known[name] for name in by_default(known)), key=lambda engine: engine.name != "autograd")
    outcome = conducted(cases, engines, samples, seed)
    rows = [(name, tally.planted, dict(tally.caught), len(tally.missed)) for name, tally in outcome.faults.items()]
    click.echo(selftest_text(rows, outcome.missed, outcome.healthy, outcome.accused))
    sys.exit(FAILED if outcome.missed or outcome.accused else PASSED)


@click.command()
def env() -> None:
    """Show what results depend on: versions, processor, devices."""
    from diffcheck.environment import environment
    from diffcheck.runner.engines import fault, from_elsewhere, installed_engines, sound

    known = installed_engines()
    whole = sound(known)
    for name, value in environment(whole.values(), {}).items():
        click.echo(f"{name}: {value}")
    for name, home in from_elsewhere().items():
        if name in whole:
            click.echo(f"engine {name}: {home}")
    for told in filter(None, (fault(name, known) for name in known)):
        click.echo(told)
