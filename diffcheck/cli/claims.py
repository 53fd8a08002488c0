"""``diffcheck claims``: what textbooks say of the three methods, put to the test on this machine."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from diffcheck.cli.exits import PASSED, USAGE
from diffcheck.cli.options import listed
from diffcheck.errors import OutputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from diffcheck.claims.claim import Finding, Measured

_FORMATS = ("csv", "md")
# What figures depend on, of all that an environment says.
_MACHINE = ("processor", "cores", "python", "torch", "sympy", "numpy")


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH...]")
@click.option("--quick", is_flag=True, help="Up to 100 inputs, 8 steps and 4 points for each function.")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=Path("reports/claims"),
    show_default=True,
    help="Folder for the files.",
)
@click.option(
    "--format",
    "formats",
    multiple=True,
    default=_FORMATS,
    callback=listed,
    metavar="F",
    help=f"{', '.join(_FORMATS)} (default: both): claims.csv and figures.csv; claims.md with its pictures.",
)
def claims(paths: tuple[str, ...], quick: bool, output: Path, formats: tuple[str, ...]) -> None:
    """Put the usual claims on differentiation to the test: efficiency, accuracy, ease, the length of formulas.

    Each claim has a verdict, holds, holds within or does not hold here, from figures that are measured: operations,
    times, digits against the certified truth. Of the cases in files it is counted how many derivatives each method
    gives.

    Exit code: 0 measured, 2 usage error or a broken case file.
    """
    from diffcheck.claims.measure import FULL, QUICK, measured
    from diffcheck.claims.report import findings, screen
    from diffcheck.cli.width import terminal_width
    from diffcheck.sources.collect import collect

    unknown = [name for name in formats if name not in _FORMATS]
    if unknown:
        raise UsageError(f"unknown format {unknown[0]!r}: choose from {', '.join(_FORMATS)}")
    loaded = collect(paths) if paths else None
    for text in loaded.problems if loaded else ():
        click.echo(f"diffcheck: broken: {text}", err=True)
    figures = measured(
        QUICK if quick else FULL, loaded.cases if loaded else (), lambda what: click.echo(f"measuring {what}", err=True)
    )
    found = findings(figures)
    click.echo(screen(found, terminal_width()))
    for file in _written(output, formats, found, figures):
        click.echo(f"report: {file}", err=True)
    sys.exit(USAGE if loaded and loaded.problems else PASSED)


def _written(
    folder: Path, formats: "Sequence[str]", found: "Mapping[str, Finding]", figures: "Measured"
) -> "Iterator[Path]":
    """The files, each as it is written."""
    from diffcheck.claims.report import FORMATS
    from diffcheck.environment import environment
    from diffcheck.runner.engines import installed_engines, sound

    known = environment(sound(installed_engines()).values(), {})
    machine = {name: known[name] for name in _MACHINE if name in known}
    for name in formats:
        for file, text in FORMATS[name](found, figures, machine).items():
            try:
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                (folder / file).write_text(text, encoding="utf-8", newline="\n")
            except OSError as problem:
                raise OutputError(f"cannot write {folder / file}: {problem.strerror or problem}") from None
            yield folder / file
