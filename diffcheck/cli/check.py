"""``diffcheck check``: one function or module of a Python file, or a formula."""

import cmath
import shlex
import sys
from pathlib import Path
from typing import Any

import click

from diffcheck.cli.conduct import here, supervised
from diffcheck.cli.exits import FAILED, INTERRUPTED, PASSED, USAGE
from diffcheck.cli.options import Judging, judging, listed, settings
from diffcheck.cli.report import left_out


def _by_name(values: tuple[str, ...]) -> list[tuple[str, str]]:
    """``NAME=SPEC``, or ``SPEC`` alone for an argument by position."""
    parts = [value.partition("=") for value in values]
    return [(name.strip(), spec.strip()) if equals else ("", name.strip()) for name, equals, spec in parts]


def numbers_at(values: tuple[str, ...]) -> list[tuple[str, str]]:
    """``NAME=NUMBER,NAME=NUMBER``, complex ones too."""
    found: dict[str, str] = {}
    for part in ",".join(values).split(",") if values else ():
        name, _, number = part.partition("=")
        try:
            value = complex(number.replace(" ", ""))
        except ValueError:
            advice = "write an array as --input 'x=[1.0, 2.0]'" if "[" in number else "write NAME=NUMBER"
            raise click.BadParameter(f"{part!r}: {advice}", param_hint="'--at'") from None
        if not cmath.isfinite(value):
            raise click.BadParameter(f"{part!r}: a point is made of finite numbers", param_hint="'--at'")
        if name.strip() in found:
            raise click.BadParameter(f"{part!r}: {name.strip()} has a number already", param_hint="'--at'")
        found[name.strip()] = str(value if "j" in number.lower() else value.real)
    return [*found.items()]


@click.command(cls=Judging)
@click.argument("subject", metavar="FILE.py::NAME|FORMULA")
@click.option(
    "--input",
    "inputs",
    multiple=True,
    metavar="[NAME=]SPEC",
    help="An argument: randn:4,8, rand:4,8, zeros:3, ones:3, uniform:-1,1:4,8, interval:-1,1:4,8 (anywhere in it), "
    "randint:10:4 (labels), a number, a list such as [0, 2], or a .pt or .npy file. Without a name by position.",
)
@click.option("--at", "points", multiple=True, metavar="NAME=X", help="Numbers: --at x=1.2,y=3 or z=1+2j.")
@click.option(
    "--wrt", multiple=True, callback=listed, metavar="NAME", help="Differentiate by these only (default: all)."
)
@click.option(
    "--directions",
    type=click.IntRange(min=0),
    default=None,
    metavar="N",
    help="Of each large tensor N seeded directions in place of its elements (default: 2 above a million components, "
    "if no operator is given).",
)
@judging
@click.option("--timing/--no-timing", default=False, help="Time every task after checking it (default: no).")
@click.option(
    "--output", type=click.Path(path_type=Path), default=None, help="Folder for the result files (default: none)."
)
def check(
    subject: str,
    inputs: tuple[str, ...],
    points: tuple[str, ...],
    wrt: tuple[str, ...],
    directions: int | None,
    operators: tuple[str, ...],
    seed: int,
    in_process: bool,
    **chosen: Any,
) -> None:
    """Check one function or nn.Module of a Python file, or a formula, as diffcheck.check does.

    \b
    diffcheck check model.py::net --input x=randn:4,8 --dtype float32
    diffcheck check losses.py::fused --input logits=randn:4,10 --input target=randint:10:4
    diffcheck check "x*sin(x)" --at x=1.2

    NAME is a function, a module, a torch.autograd.Function, a case, a class that needs no arguments, or what one of
    them holds (net.loss). Its weights and the inputs are drawn from --seed.

    Exit code: 0 right, 1 something failed or nothing could be judged, 2 usage error or a broken file, 130 interrupted.
    """  # noqa: D301 (click reads this character, not its spelling)
    from diffcheck.sources.asked import Asked
    from diffcheck.sources.specs import spec_of

    given = tuple((name, spec_of(text)) for name, text in [*_by_name(inputs), *numbers_at(points)])
    names = [name for name, _ in given if name]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            raise click.UsageError(
                f"input {name!r} is given {names.count(name)} times: give one --input or --at for it"
            )
    asked = Asked(subject, given, operators, wrt, seed, directions)
    asked.demand()
    words = ["check", subject, *(word for text in inputs for word in ("--input", text))]
    words += [word for option, texts in (("--at", points), ("--wrt", wrt)) for text in texts for word in (option, text)]
    words += [] if directions is None else ["--directions", str(directions)]
    wanted = settings(in_process, seed=seed, command=shlex.join(words), **chosen)
    result = (here if in_process else supervised)([asked], wanted)
    _told(result, wanted.timing)
    left_out(result)
    if wanted.output is not None and (result.rows or result.broken):
        click.echo(f"report: {Path(wanted.output) / 'report.md'}", err=True)
    if result.interrupted:
        click.echo(f"diffcheck: interrupted at {result.interrupted}", err=True)
        sys.exit(INTERRUPTED)
    for text in result.broken:
        click.echo(f"diffcheck: {text}", err=True)
    sys.exit(USAGE if result.broken else PASSED if result.passed else FAILED)


def _told(result: Any, timing: bool) -> None:
    from diffcheck.cli.width import terminal_width
    from diffcheck.reporting.terminal import check_text, timing_text

    if result.rows:
        click.echo(check_text(result, terminal_width()))
        if timing:
            click.echo(timing_text(result))
