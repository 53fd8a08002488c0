"""What ``diffcheck run`` has for a regression suite: its options, and what is said of the baseline."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from diffcheck.runner.settings import BASELINE, Settings

if TYPE_CHECKING:
    from diffcheck.results import Run

Function = TypeVar("Function", bound=Callable[..., Any])
_OPTIONS = (
    click.option(
        "--baseline",
        type=click.Path(path_type=Path, dir_okay=False),
        default=None,
        metavar="FILE",
        help="Hold the run against what this file says of every task: what differs fails, what is known does not.",
    ),
    click.option(
        "--fail-on-slower",
        type=click.FloatRange(min=1, min_open=True),
        default=None,
        metavar="F",
        help="What takes F times as long as the baseline says, such as 1.3, fails, by a test on interleaved rounds; "
        "with --update-baseline times are written.",
    ),
    click.option(
        "--update-baseline",
        is_flag=True,
        help=f"Write what the run comes to into the baseline (default: {BASELINE}).",
    ),
)


def regressing(command: Function) -> Function:
    """The command with the options of a regression suite."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def demand(settings: Settings) -> None:
    """Raise `BaselineError` for a file that is no baseline, before anything is run."""
    if settings.baseline is not None:
        from diffcheck.regression import read
        from diffcheck.regression.update import demand_writable

        (demand_writable if settings.update_baseline else read)(settings.baseline)


def front(run: "Run") -> str:
    """What stands in front of a summary: in what the environment is not the baseline's; empty if in nothing."""
    told = run.environment.get("baseline", "")
    return f"baseline {told}" if ": " in told else ""


def last(run: "Run", settings: Settings, paths: Sequence[Any]) -> str:
    """What stands last: what became of the baseline, or the command that mends it; empty if nothing is to be said."""
    from diffcheck.runner.kept import keep

    if settings.update_baseline:
        return keep(run, settings, paths)
    departed = sum(bool(row.departure) for row in run.rows)
    if not departed:
        return ""
    rows = "1 row departs" if departed == 1 else f"{departed} rows depart"
    return f"{rows} from {settings.baseline}; if they are to stay so: {run.command} --update-baseline"
