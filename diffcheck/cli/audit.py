"""``diffcheck audit``: an operation of a Python file on trial in every context in which it may live."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from diffcheck.case.audited import Audited
from diffcheck.cli.exits import FAILED, PASSED
from diffcheck.cli.options import listed
from diffcheck.cli.torch_itself import conducted, is_module
from diffcheck.errors import UsageError

if TYPE_CHECKING:
    from diffcheck.audit.subjects.declared import Declared

# Loading, and telling a fault, come on top of the budget; a process that is silent for so much longer hangs.
_GRACE_S = 120.0
# Options that say what an operation takes.
_DECLARING = {"definition", "inputs", "make", "sizes", "relations", "surrogate", "at_kinks"}
_KINDS = "tensor:AXES[:LOW:HIGH], integers:AXES:BELOW[:IGNORED], mask:AXES, lengths:AXES:UP_TO"


def _declared(text: str) -> "tuple[str, Declared | Any]":
    """``x=tensor:batch,tokens,width``, or a value that is handed on, such as ``eps=1e-6``."""
    from diffcheck.audit.subjects import declared

    name, equals, spec = text.partition("=")
    kind, *parts = spec.split(":")
    axes = " ".join(parts[0].split(",")) if parts else ""
    try:
        if not equals:
            raise ValueError("no name")
        if kind == "tensor":
            low, high = (float(p) if p else None for p in (*parts[1:3], "", "")[:2])
            return name, declared.tensor(axes, low, high)
        if kind == "integers":
            ignored = int(parts[2]) if len(parts) > 2 else None
            return name, declared.integers(axes, int(parts[1]) if parts[1].isdecimal() else parts[1], ignored=ignored)
        if kind == "mask":
            return name, declared.mask(axes)
        if kind == "lengths":
            return name, declared.lengths(axes, int(parts[1]) if parts[1].isdecimal() else parts[1])
        return name, _value(spec)
    except (ValueError, IndexError):
        raise click.BadParameter(
            f"{text!r}: write NAME=KIND with {_KINDS}, or NAME=VALUE", param_hint="'--input'"
        ) from None


def _value(text: str) -> Any:
    import ast

    try:
        return ast.literal_eval(text)
    except SyntaxError:
        raise ValueError(text) from None


def _sizes(values: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    """``heads=1,2,4``."""
    found = {}
    for text in values:
        name, _, numbers = text.partition("=")
        try:
            found[name] = tuple(int(n) for n in numbers.split(","))
        except ValueError:
            raise click.BadParameter(f"{text!r}: write NAME=1,2,4", param_hint="'--size'") from None
    return found


@click.command()
@click.argument("operation", metavar="FILE.py::NAME|torch.MODULE[.NAME]")
@click.option("--definition", metavar="FILE.py::NAME", help="Its definition (default: its own forward pass).")
@click.option("--input", "inputs", multiple=True, metavar="NAME=KIND", help=f"An argument: {_KINDS}, or a value.")
@click.option("--make", metavar="FILE.py::NAME", help="A function make(sizes, dtype, seed) that gives the arguments.")
@click.option("--size", "sizes", multiple=True, metavar="NAME=1,2,4", help="What a size may be.")
@click.option("--relation", "relations", multiple=True, metavar="WORDS", help="Such as 'width is a multiple of 8'.")
@click.option("--surrogate", metavar="FILE.py::NAME", help="Code whose derivative the operation's is meant to be.")
@click.option(
    "--at-kinks",
    type=click.Choice(("any", "left", "right", "zero")),
    default="any",
    show_default=True,
    help="What is right where no derivative exists.",
)
@click.option(
    "--budget",
    default="30s",
    show_default=True,
    metavar="TIME",
    help="Seconds, or 30s, or 2m; for each operation of torch.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of all that is drawn.")
@click.option(
    "--dtype", "dtypes", multiple=True, callback=listed, metavar="D", help="Only these formats (default: all)."
)
@click.option("--device", "devices", multiple=True, callback=listed, metavar="D", help="Devices (default: cpu).")
@click.option(
    "--output", type=click.Path(path_type=Path), help="Folder for audit.md and audit.csv, of operations of torch."
)
@click.option("--in-process", is_flag=True, help="Run in this process, for a debugger.")
def audit(
    operation: str,
    definition: str | None,
    inputs: tuple[str, ...],
    make: str | None,
    sizes: tuple[str, ...],
    relations: tuple[str, ...],
    surrogate: str | None,
    at_kinks: str,
    budget: str,
    seed: int,
    dtypes: tuple[str, ...],
    devices: tuple[str, ...],
    output: Path | None,
    in_process: bool,
) -> None:
    """Put an operation on trial over shapes, layouts, uses, incoming gradients, values and precisions.

    \b
    diffcheck audit kernels.py::fused --definition kernels.py::plain --input x=tensor:batch,width --input eps=1e-6
    diffcheck audit cases/kernels.py::fused      (an @operation says itself what it takes)
    diffcheck audit torch.nn.functional --budget 8s --output reports/functional

    What lives in torch is tried on torch's own samples, an operation in a process: its forward is the definition.

    Exit code: 0 nothing wrong was found, 1 something is wrong or nothing could be certified, 2 usage error.
    """  # noqa: D301 (click reads this character, not its spelling)
    if is_module(operation):
        sys.exit(_of_torch(operation, budget, seed, output, in_process))
    if output is not None:
        raise UsageError("--output is for operations of torch, such as torch.nn.functional: one of a file is printed")
    arguments: dict[str, Any] = dict(map(_declared, inputs))
    options: dict[str, Any] = {"sizes": _sizes(sizes), "relations": relations, "at_kinks": at_kinks}
    if not in_process:
        _isolated(budget)
    from diffcheck.audit import audit as conducted
    from diffcheck.audit.audited import audit_of
    from diffcheck.audit.conditions.precisions import DTYPES

    code = _operation(operation)
    asked: dict[str, Any] = {"devices": devices or ("cpu",), "seed": seed, "budget": budget}
    if isinstance(code, Audited):
        _demand_no_declaration(operation)
        found = audit_of(code, dtypes=dtypes, **asked)
    else:
        found = conducted(
            code,
            None if definition is None else _named(definition),
            inputs=None if make is None else _named(make),
            surrogate=None if surrogate is None else _named(surrogate),
            dtypes=dtypes or DTYPES,
            **{**asked, **options, **arguments},
        )
    click.echo(repr(found))
    sys.exit(PASSED if found.passed else FAILED)


# What torch's samples say themselves.
_OWN = ("definition", "inputs", "make", "sizes", "relations", "surrogate", "at_kinks", "dtypes", "devices")


def _of_torch(path: str, budget: str, seed: int, output: Path | None, in_process: bool) -> int:
    from diffcheck.audit.budget import seconds_of

    context = click.get_current_context()
    for name in _OWN:
        if context.get_parameter_source(name) is not ParameterSource.DEFAULT:
            option = next(p.opts[0] for p in context.command.params if p.name == name)
            raise UsageError(f"{option} is for operations of a file: {path} is tried on torch's own samples")
    return conducted(path, seconds_of(budget), seed, output, in_process)


def _isolated(budget: str) -> None:
    """Run the same command in a process of its own, which an operation may take down; end with its exit code."""
    from diffcheck.audit.budget import seconds_of
    from diffcheck.audit.place import PLACE

    words = [sys.executable, "-m", "diffcheck", "audit", *_typed(click.get_current_context()), "--in-process"]
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as place:
        try:
            code = subprocess.run(
                words, env={**os.environ, PLACE: place.name}, timeout=2 * seconds_of(budget) + _GRACE_S
            ).returncode
            told = f"took its process down ({signal.Signals(-code).name})" if code < 0 else ""
        except subprocess.TimeoutExpired:
            told = "did not come back"
        if told:
            where = place.read()
            click.echo(f"diffcheck: the operation {told}{where and f', in the context: {where}'}", err=True)
            sys.exit(FAILED)
    sys.exit(code)


def _typed(context: click.Context) -> Iterator[str]:
    """The words of the command line again, of what was given."""
    for parameter in context.command.params:
        if context.get_parameter_source(parameter.name or "") is click.core.ParameterSource.DEFAULT:
            continue
        value = context.params[parameter.name or ""]
        if isinstance(parameter, click.Argument):
            yield value
        elif isinstance(value, tuple):
            yield from (word for one in value for word in (parameter.opts[0], str(one)))
        elif value is not None and not isinstance(value, bool):
            yield from (parameter.opts[0], str(value))


def _operation(text: str) -> Any:
    """What a file puts on trial under this name, whatever the name is bound to there; else its object."""
    from diffcheck.sources.collect import collect

    try:
        made = collect([text]).operations if "::" in text else ()
    except UsageError:
        made = ()
    return made[0] if len(made) == 1 else _named(text)


def _demand_no_declaration(text: str) -> None:
    """Raise `UsageError` for options that say again what an ``@operation`` says."""
    given = click.get_current_context()
    again = [
        parameter.opts[0]
        for parameter in given.command.params
        if parameter.name in _DECLARING
        and given.get_parameter_source(parameter.name) is not click.core.ParameterSource.DEFAULT
    ]
    if again:
        raise UsageError(f"{text} says itself what it takes: leave out {', '.join(again)}")


def _named(text: str) -> Any:
    """The object of a file."""
    from diffcheck.sources.objects import named
    from diffcheck.sources.paths import demand_there
    from diffcheck.sources.torch_code import subject

    file, colons, name = text.partition("::")
    path = Path(file)
    demand_there(path)
    if path.suffix != ".py" or not colons:
        raise UsageError(f"{text}: give file.py::name")
    return subject.code_of(named(path, name), text, path)
