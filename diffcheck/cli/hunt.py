"""``diffcheck hunt``: the point of a case at which an engine is worst."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from diffcheck.cli.exits import FAILED, INTERRUPTED, NOTHING, PASSED
from diffcheck.cli.options import asking
from diffcheck.errors import OutputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diffcheck.hunt.found import Found
    from diffcheck.hunt.limit import Limit
    from diffcheck.hunt.search import Field

_BUDGET = "30s"


@click.command()
@click.argument("subject", metavar="FILE::CASE|FORMULA")
@click.option(
    "--input",
    "inputs",
    multiple=True,
    metavar="NAME=SPEC",
    help="Of a formula or torch code: interval:-1,1 or interval:-1,1:4,8 (anywhere in it), or what check takes.",
)
@asking
@click.option(
    "--budget", default=_BUDGET, show_default=True, metavar="TIME", help="How long to look: seconds, or 30s, or 2m."
)
@click.option(
    "--evaluations",
    type=click.IntRange(min=1),
    default=None,
    metavar="N",
    help="How many answers to ask for, of all engines together, in place of a time: the same on every machine.",
)
@click.option("--save", type=click.Path(path_type=Path), metavar="FILE.py", help="Write what was found as a case file.")
def hunt(
    subject: str,
    inputs: tuple[str, ...],
    budget: str,
    evaluations: int | None,
    save: Path | None,
    **chosen: Any,
) -> None:
    """Search the numbers of a case's domains for the point at which an engine is worst.

    \b
    diffcheck hunt cases/hard.py::versine_quotient --engine autograd
    diffcheck hunt "log(1 + x)" --input x=interval:0,1 --save worst.py

    It looks at random points, evenly over the floating-point numbers and over the interval, and climbs from the bad
    ones to worse ones. What is found is told in short decimals that say the same.

    Exit code: 0 nothing that fails was found, 1 something was, 2 usage error, 5 no such operator, 130 interrupted.
    """  # noqa: D301 (click reads this character, not its spelling)
    from diffcheck.audit.budget import seconds_of
    from diffcheck.hunt.found import found_of
    from diffcheck.hunt.limit import Limit
    from diffcheck.hunt.report import progress, report
    from diffcheck.hunt.search import search

    if save is not None:
        _demand_free(save)
    limit = Limit(seconds=seconds_of(budget)) if evaluations is None else Limit(most=evaluations)
    fields = _fields(subject, inputs, limit, **chosen)
    interrupted = search(fields, limit, lambda answers, fields: click.echo(progress(answers, fields), err=True))
    found = [each for field in fields for each in found_of(field, limit)]
    for line in report(found, fields, limit.answers, interrupted):
        click.echo(line)
    again = _again(subject, inputs, max(1, limit.answers), **chosen)
    click.echo(f"  again  {again}")
    if save is not None and found:
        _save(save, found, subject, inputs, chosen["seed"], again)
    sys.exit(INTERRUPTED if interrupted else FAILED if any(each.row.wrong for each in found) else PASSED)


def _fields(
    subject: str,
    inputs: tuple[str, ...],
    limit: "Limit",
    *,
    engines: tuple[str, ...],
    operators: tuple[str, ...],
    devices: tuple[str, ...],
    dtypes: tuple[str, ...],
    samples: int,
    seed: int,
) -> "list[Field]":
    from diffcheck.case.operators import operator_named
    from diffcheck.formats import format_named
    from diffcheck.hunt.search import field_of
    from diffcheck.hunt.subject import subject_of
    from diffcheck.runner.plan import contestants, plan

    formats = [format_named(dtype).name for dtype in dtypes or ("float64",)]
    wanted = list(map(operator_named, operators))
    by = contestants(engines, devices or ("cpu",), formats)
    case = subject_of(subject, inputs, seed)
    units = plan([case], wanted, by)
    if not units:
        click.echo(f"diffcheck: {subject} has no operator {', '.join(operators)}", err=True)
        sys.exit(NOTHING)
    for unit in units:
        if unit.program is None:
            raise UsageError(f"{case.source}: {unit.problem}")
    return [field_of(unit, dtype, samples, seed, limit) for unit in units for dtype in formats]


def _again(subject: str, inputs: tuple[str, ...], answers: int, *, samples: int, seed: int, **listed: Any) -> str:
    """The command that does the same again, on any machine."""
    from diffcheck.runner.settings import DEFAULT_SAMPLES

    words = ["diffcheck", "hunt", subject, *(word for text in inputs for word in ("--input", text))]
    for option in ("engine", "operator", "device", "dtype"):
        given = listed[f"{option}s"]
        words += [f"--{option}", ",".join(given)] if given else []
    words += [] if samples == DEFAULT_SAMPLES else ["--samples", str(samples)]
    return shlex.join([*words, "--seed", str(seed), "--evaluations", str(answers)])


def _demand_free(file: Path) -> None:
    """`UsageError` unless a file can be written that nobody misses."""
    if file.suffix != ".py":
        raise UsageError(f"--save {file}: a file of Python is written: give FILE.py")
    if file.exists():
        raise UsageError(f"--save {file}: there is such a file: choose another name, or remove it")
    if not file.parent.is_dir():
        raise UsageError(f"--save {file}: there is no folder {file.parent}")


def _save(file: Path, found: "Sequence[Found]", subject: str, inputs: tuple[str, ...], seed: int, command: str) -> None:
    from diffcheck.hunt.report import headline
    from diffcheck.hunt.saved import Saved, text_of

    distinct = {(each.row.operator, repr(each.at)): each for each in reversed(found)}
    saved = [
        Saved(
            subject,
            inputs,
            seed,
            each.row.operator,
            f"{each.row.case}_worst{f'_{number}' * (len(distinct) > 1)}",
            each.at,
            f"{headline(each.row)}: {each.row.case} {each.row.operator}.",
        )
        for number, each in enumerate(reversed(distinct.values()), 1)
    ]
    engines = dict.fromkeys(f"{each.row.engine}:{each.row.method}" for each in found)
    dtypes = dict.fromkeys(each.row.dtype for each in found)
    words = ["diffcheck", "run", str(file), "--engine", ",".join(engines)]
    words += ["--dtype", ",".join(dtypes)] if list(dtypes) != ["float64"] else []
    try:
        file.write_text(text_of(saved, file, command, shlex.join(words)), encoding="utf-8")
    except OSError as problem:
        raise OutputError(f"--save {file}: cannot be written: {problem}") from None
    click.echo(f"saved: {file}", err=True)
