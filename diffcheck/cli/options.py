"""Options that several commands have; each is called like the setting that it gives."""

import re
import shlex
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from diffcheck.runner.settings import DEFAULT_SAMPLES, DEFAULT_TIMEOUT_S, Settings

Function = TypeVar("Function", bound=Callable[..., Any])


def listed(_: click.Context, __: click.Parameter, values: Iterable[str]) -> tuple[str, ...]:
    """Options that may be given several times, or once with commas."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def _least(_: click.Context, __: click.Parameter, values: Iterable[str]) -> dict[str, float]:
    """``[ENGINE=]N`` as numbers by engine, the empty name for all."""
    found = {}
    for value in values:
        engine, digits = value.rpartition("=")[::2]
        try:
            found[engine] = float(digits)
        except ValueError:
            raise click.BadParameter(f"{value!r} is neither N nor ENGINE=N, with a number of digits N") from None
    return found


class Judging(click.Command):
    """Lets ``--strict`` stand alone before a path: what follows is its value only if that is the name of an engine."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """The rest of the words, once the options are taken."""
        from diffcheck.runner.engines import installed_engines

        known = installed_engines()
        following = [*args[1:], ""]
        told = [
            "--strict=" if word == "--strict" and following[k].partition(":")[0] not in known else word
            for k, word in enumerate(args)
        ]
        try:
            return super().parse_args(context, told)
        except click.NoSuchOption as mistake:
            formula = next((word for word in args if word.startswith(mistake.option_name)), "")
            if mistake.option_name.startswith("--") or not re.search(r"[*/+(^]|\d", formula):
                raise
            found = (
                f"{mistake.format_message().rstrip('.')}: a formula that begins with a minus stands last, behind two"
            )
            raise click.UsageError(f"{found}, as in -- {shlex.quote(formula)}", context) from None


_ASKING = (
    click.option(
        "--engine",
        "engines",
        multiple=True,
        callback=listed,
        metavar="E[:METHOD]",
        help="Only these engines (default: all without an extra).",
    ),
    click.option(
        "--operator",
        "operators",
        multiple=True,
        callback=listed,
        metavar="O",
        help="Only these operators, such as gradient; audit for operations on trial.",
    ),
    click.option(
        "--device",
        "devices",
        multiple=True,
        callback=listed,
        metavar="D",
        help="cpu, cuda or cpu,cuda (default: cpu).",
    ),
    click.option(
        "--dtype",
        "dtypes",
        multiple=True,
        callback=listed,
        metavar="T",
        help="float64, float32, bfloat16, float16, tf32 (default: float64; operations on trial in all of theirs).",
    ),
    click.option(
        "--samples",
        type=click.IntRange(min=0),
        default=DEFAULT_SAMPLES,
        show_default=True,
        help="Random points for each case.",
    ),
    click.option(
        "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Where what is random starts from."
    ),
)
_JUDGING = (
    *_ASKING,
    click.option(
        "--batch",
        type=click.IntRange(min=0),
        default=0,
        metavar="N",
        help="Time N points at once as well: points per second (default: no).",
    ),
    click.option(
        "--strict",
        multiple=True,
        metavar="[E[:METHOD]]",
        help="Lost digits (lossy) fail as well, of every engine or of this one.",
    ),
    click.option(
        "--min-digits",
        multiple=True,
        callback=_least,
        metavar="[E=]N",
        help="Fewer correct digits than N fail, of any engine or of this one.",
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(min=0),
        metavar="S",
        help="Give up what takes longer than so many seconds in one stage: reading a file, tracing, the truth at a "
        f"point, an engine's preparation, its answers (default: {DEFAULT_TIMEOUT_S:g}; 0 for never).",
    ),
    click.option(
        "--in-process",
        is_flag=True,
        help="Work in this process, for a debugger: what ends a case ends everything.",
    ),
)


LATEST = Path("reports/latest")
"""Where a run writes, and a report looks, if nothing else is said."""


def _reports(_: click.Context, __: click.Parameter, values: Iterable[str]) -> tuple[str, ...]:
    """Formats that there are."""
    from diffcheck.reporting.formats import DEFAULT, demand

    names = listed(_, __, values)
    demand(names)
    return names or DEFAULT


def reporting(command: Function) -> Function:
    """The command with the option that says how a run is written."""
    from diffcheck.reporting.formats import DEFAULT, FORMATS

    return click.option(
        "--format",
        "reports",
        multiple=True,
        callback=_reports,
        metavar="F",
        help=f"{', '.join(FORMATS)} (default: {','.join(DEFAULT)}).",
    )(command)


def asking(command: Function) -> Function:
    """The command with the options that say who is asked what."""
    for option in reversed(_ASKING):
        command = option(command)
    return command


def judging(command: Function) -> Function:
    """The command with the options that say how derivatives are judged."""
    for option in reversed(_JUDGING):
        command = option(command)
    return command


def settings(in_process: bool, timeout: float | None, **chosen: Any) -> Settings:
    """The settings that options give; what was left out has its default."""
    if timeout is None and not in_process:
        timeout = DEFAULT_TIMEOUT_S
    given = {name: value for name, value in chosen.items() if value != ()}
    return Settings(timeout=timeout or None, typed=click.get_current_context().find_root().obj or "", **given)
