"""``diffcheck run``: the cases of files and folders."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from diffcheck.cli.conduct import here, supervised
from diffcheck.cli.defaults import WithDefaults
from diffcheck.cli.exits import FAILED, INTERRUPTED, NOTHING, PASSED, USAGE
from diffcheck.cli.options import LATEST, judging, reporting, settings
from diffcheck.cli.regress import demand, front, last, regressing
from diffcheck.cli.report import announced, left_out

if TYPE_CHECKING:
    from diffcheck.results import Run


# The reports that a person opens.
_PAGES = ("report.md", "report.html")


@click.command(cls=WithDefaults)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "-k",
    "match",
    default="",
    metavar="EXPR",
    help="Only cases whose name, file or tags match: parts joined by and, or, not.",
)
@judging
@click.option("--timing/--no-timing", default=True, help="Time every task after checking it (default: yes).")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=LATEST,
    show_default=True,
    help="Folder for the result files.",
)
@regressing
@reporting
@click.option("-v", "--verbose", is_flag=True, help="Say more: verdicts by engine, lost digits, the points that fail.")
@click.option("-q", "--quiet", is_flag=True, help="Say less: one line, and while it runs only what fails.")
@click.option("-x", "fail_fast", is_flag=True, help="Stop at the first case that fails.")
def run(
    paths: tuple[str, ...], match: str, output: Path, in_process: bool, verbose: bool, quiet: bool, **chosen: Any
) -> None:
    """Check and time the cases of files and folders (file.py::name for one case).

    Exit code: 0 all passed, 1 something failed, 2 usage error or a broken case file, 5 no case found, 130 interrupted.
    """
    wanted = settings(in_process, match=match, output=output, **chosen)
    demand(wanted)
    result = (here if in_process else supervised)(paths, wanted, quiet)
    _summarised(result, output, verbose - quiet, front(result))
    announced(result, wanted.reports)
    left_out(result)
    told = last(result, wanted, paths)
    if told:
        click.echo(f"diffcheck: {told}", err=True)
    if result.interrupted:
        click.echo(f"diffcheck: interrupted at {result.interrupted}; what was known by then is written", err=True)
        sys.exit(INTERRUPTED)
    if result.broken:
        sys.exit(USAGE)
    if not result.rows:
        sought = [f"that matches -k {match!r}"] * bool(match)
        sought += [f"with operator {', '.join(wanted.operators)}"] * bool(wanted.operators)
        click.echo(" ".join([f"diffcheck: no case found in {', '.join(paths)}", *sought]), err=True)
        sys.exit(NOTHING)
    sys.exit(FAILED if result.failing else PASSED)


def _summarised(result: "Run", output: Path, level: int, front: str) -> None:
    from rich.console import Console

    from diffcheck.cli.width import terminal_width
    from diffcheck.reporting.terminal import summary

    if result.rows or result.broken:
        if front:
            click.echo(front)
        summary(result, Console(width=terminal_width(), markup=False, emoji=False), level)
        for name in _PAGES:
            if (output / name).exists():
                click.echo(f"report: {output / name}", err=True)
