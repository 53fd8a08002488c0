"""``diffcheck compare``: what is better, worse, new and gone between two runs."""

import sys

import click

from diffcheck.cli.exits import FAILED, PASSED
from diffcheck.cli.options import listed


@click.command()
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "md", "json")),
    default="text",
    show_default=True,
    help="md is for a comment on a pull request.",
)
@click.option(
    "--ignore",
    "ignoring",
    multiple=True,
    callback=listed,
    metavar="PART",
    help="device, dtype or method: tasks that differ in it are the same, as of a GPU and a processor.",
)
def compare(old: str, new: str, form: str, ignoring: tuple[str, ...]) -> None:
    """Compare two runs, each a folder that a run wrote, or a baseline: across commits, torch versions, devices.

    Exit code: 0 nothing broke or is worse, 1 something did, 2 no run and no baseline.
    """
    from diffcheck.regression.compare import IGNORABLE, side
    from diffcheck.regression.compare import compare as compared
    from diffcheck.reporting import comparison

    for part in ignoring:
        if part not in IGNORABLE:
            raise click.BadParameter(f"{part!r}: choose from {', '.join(IGNORABLE)}", param_hint="'--ignore'")
    found = compared(side(old), side(new), ignoring)
    written = {"text": comparison.text, "md": comparison.markdown, "json": comparison.document}[form](found)
    click.echo(written.rstrip("\n"))
    sys.exit(PASSED if found.passed else FAILED)
