"""``diffcheck report``: the reports of a run that is over, made again from its journal."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from diffcheck.cli.options import LATEST, reporting

if TYPE_CHECKING:
    from diffcheck.results import Run


@click.command()
@click.argument("run", type=click.Path(path_type=Path), default=LATEST, metavar="[RUN]")
@reporting
@click.option("--output", type=click.Path(path_type=Path), help="Folder for the files (default: that of the run).")
def report(run: Path, reports: tuple[str, ...], output: Path | None) -> None:
    """Make the reports of a run again, from the folder that it wrote (default: reports/latest).

    The folder may come from another machine, and the run may have been killed: what its journal holds is reported.

    Exit code: 0 made, 2 no journal, or one that this diffcheck cannot read.
    """
    from diffcheck.reporting.write import write_reports
    from diffcheck.results import load

    found = load(run)
    folder = output or (run if run.is_dir() else run.parent)
    for file in write_reports(found, folder, reports):
        click.echo(f"report: {file}", err=True)
    announced(found, reports)


def announced(run: "Run", formats: Sequence[str]) -> None:
    """Print what formats have to tell, and hand the summary to the workflow that asks for it."""
    from diffcheck.reporting.formats import told

    click.echo(told(run, formats), nl=False)
    place = os.environ.get("GITHUB_STEP_SUMMARY")
    if "github" in formats and place:
        from diffcheck.reporting.brief import brief

        with Path(place).open("a", encoding="utf-8") as file:
            file.write(brief(run))


def left_out(run: "Run") -> None:
    """Print which engines took no part though they are installed, and why."""
    from diffcheck.runner.engines import LEFT_OUT

    if LEFT_OUT in run.environment:
        click.echo(f"diffcheck: {run.environment[LEFT_OUT]}", err=True)
