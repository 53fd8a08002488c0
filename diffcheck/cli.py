"""The command line. Importing this module imports neither torch nor SymPy, so that ``--help`` answers at once."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from diffcheck.errors import DiffcheckError
from diffcheck.runner.settings import DEFAULT_SAMPLES, DEFAULT_TIMEOUT_S, Settings

if TYPE_CHECKING:
    from diffcheck.results import Run

PASSED, FAILED, USAGE, NOTHING, INTERRUPTED = 0, 1, 2, 5, 130


class _Main(click.Group):
    """Turns a user's mistake into one clear message and the right exit code."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except DiffcheckError as mistake:
            click.echo(f"diffcheck: {mistake}", err=True)
            context.exit(USAGE)
        except KeyboardInterrupt:
            click.echo("diffcheck: interrupted", err=True)
            context.exit(INTERRUPTED)
        except BrokenPipeError:
            sys.stderr.close()
            context.exit(FAILED)


def _listed(_: click.Context, __: click.Parameter, values: Iterable[str]) -> tuple[str, ...]:
    """Options that may be given several times, or once with commas."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


class _Run(click.Command):
    """Lets ``--strict`` stand alone before a path: what follows is its value only if that is the name of an engine."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        from diffcheck.runner.engines import installed_engines

        known = installed_engines()
        following = [*args[1:], ""]
        told = [
            "--strict=" if word == "--strict" and following[k].partition(":")[0] not in known else word
            for k, word in enumerate(args)
        ]
        return super().parse_args(context, told)


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


@click.group(cls=_Main, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="diffcheck", message="diffcheck %(version)s")
def main() -> None:
    """Is this derivative right, and if not, who is wrong, by how much?

    Every case is differentiated by SymPy, by finite differences and by PyTorch, and each result is held against a
    certified truth.
    """


@main.command(cls=_Run)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "-k",
    "match",
    default="",
    metavar="EXPR",
    help="Only cases whose name, file or tags match: parts joined by and, or, not.",
)
@click.option(
    "--engine",
    "engines",
    multiple=True,
    callback=_listed,
    metavar="E[:METHOD]",
    help="Only these engines (default: all).",
)
@click.option(
    "--operator",
    "operators",
    multiple=True,
    callback=_listed,
    metavar="O",
    help="Only these operators, such as gradient.",
)
@click.option(
    "--device", "devices", multiple=True, callback=_listed, metavar="D", help="cpu, cuda or cpu,cuda (default: cpu)."
)
@click.option(
    "--dtype",
    "dtypes",
    multiple=True,
    callback=_listed,
    metavar="T",
    help="float64, float32, bfloat16, float16 (default: float64).",
)
@click.option(
    "--samples",
    type=click.IntRange(min=0),
    default=DEFAULT_SAMPLES,
    show_default=True,
    help="Random points for each case.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Where the random points start from."
)
@click.option("--timing/--no-timing", default=True, help="Time every task after checking it (default: yes).")
@click.option(
    "--batch",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Time N points at once as well: points per second (default: no).",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=Path("reports/latest"),
    show_default=True,
    help="Folder for the result files.",
)
@click.option(
    "--strict",
    multiple=True,
    metavar="[E[:METHOD]]",
    help="Lost digits (lossy) fail the run as well, of every engine or of this one.",
)
@click.option(
    "--min-digits",
    multiple=True,
    callback=_least,
    metavar="[E=]N",
    help="Fewer correct digits than N fail the run, of any engine or of this one.",
)
@click.option("-x", "fail_fast", is_flag=True, help="Stop at the first case that fails.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0),
    metavar="S",
    help="Give up what takes longer than so many seconds in one stage: reading a file, tracing, the truth at a point, "
    f"an engine's preparation, its answers (default: {DEFAULT_TIMEOUT_S:g}; 0 for never).",
)
@click.option(
    "--in-process",
    is_flag=True,
    help="Run the cases in this process, for a debugger: what ends a case ends the run.",
)
def run(
    paths: tuple[str, ...],
    match: str,
    engines: tuple[str, ...],
    operators: tuple[str, ...],
    devices: tuple[str, ...],
    dtypes: tuple[str, ...],
    samples: int,
    seed: int,
    timing: bool,
    batch: int,
    output: Path,
    strict: tuple[str, ...],
    min_digits: dict[str, float],
    fail_fast: bool,
    timeout: float | None,
    in_process: bool,
) -> None:
    """Check and time the cases of files and folders (file.py::name for one case).

    Exit code: 0 all passed, 1 something failed, 2 usage error or a broken case file, 5 no case found, 130 interrupted.
    """
    if timeout is None and not in_process:
        timeout = DEFAULT_TIMEOUT_S
    settings = Settings(
        match=match,
        engines=engines,
        operators=operators,
        devices=devices or ("cpu",),
        dtypes=dtypes or ("float64",),
        samples=samples,
        seed=seed,
        timing=timing,
        batch=batch,
        strict=strict,
        min_digits=min_digits,
        output=output,
        fail_fast=fail_fast,
        timeout=timeout or None,
    )
    result = _here(paths, settings) if in_process else _supervised(paths, settings)
    _summarised(result, output)
    if result.interrupted:
        click.echo(f"diffcheck: interrupted at {result.interrupted}; what was known by then is written", err=True)
        sys.exit(INTERRUPTED)
    if result.broken:
        sys.exit(USAGE)
    if not result.rows:
        wanted = [f"that matches -k {match!r}"] * bool(match) + [f"with operator {', '.join(operators)}"] * bool(
            operators
        )
        click.echo(" ".join([f"diffcheck: no case found in {', '.join(paths)}", *wanted]), err=True)
        sys.exit(NOTHING)
    sys.exit(FAILED if result.failing else PASSED)


def _supervised(paths: tuple[str, ...], settings: Settings) -> "Run":
    """The results of case files, run in another process."""
    from diffcheck.runner.engines import demand_devices, installed_engines, named
    from diffcheck.runner.supervisor import Supervisor, WorkerError
    from diffcheck.sources.paths import demand_there

    # What is mistyped is told before anything is loaded.
    known = installed_engines()
    for name in settings.engines_named:
        named(name, known)
    demand_devices(settings.devices, known)
    for path in paths:
        demand_there(Path(path.partition("::")[0]))
    with Supervisor(paths, settings) as supervisor:
        # These take as long to load as the other process needs until it has something to say.
        from rich.console import Console

        from diffcheck.reporting.terminal import Reporter
        from diffcheck.session import Record

        reporter = Reporter(Console(stderr=True, markup=False))
        with Record(settings.output, reporter) as record:
            try:
                supervisor.run(record, reporter.waiting)
            except KeyboardInterrupt:
                return record.run(interrupted=True)
            except WorkerError:
                record.run(interrupted=True)
                raise
            finally:
                reporter.stop()
            return record.run()


def _here(paths: tuple[str, ...], settings: Settings) -> "Run":
    """The results of case files, run in this process."""
    from rich.console import Console

    from diffcheck.api import conduct
    from diffcheck.reporting.terminal import Reporter

    reporter = Reporter(Console(stderr=True, markup=False))
    try:
        return conduct(paths, settings, reporter)
    finally:
        reporter.stop()


def _summarised(result: "Run", output: Path) -> None:
    from rich.console import Console

    from diffcheck.reporting.terminal import summary

    if result.rows or result.broken:
        summary(result, Console(width=None if sys.stdout.isatty() else 160, markup=False))
        click.echo(f"report: {output / 'report.md'}", err=True)


@main.command(name="list")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("-k", "match", default="", metavar="EXPR", help="Only cases whose name, file or tags match.")
def list_cases(paths: tuple[str, ...], match: str) -> None:
    """List the cases of files and folders, with their inputs and the operators that they name."""
    from diffcheck.sources.collect import collect
    from diffcheck.sources.select import matcher

    loaded = collect(paths)
    selected = matcher(match) if match else lambda case: True
    cases = [case for case in loaded.cases if selected(case)]
    for case in cases:
        inputs = ", ".join(f"{name}{list(d.shape) if d.shape else ''} in {d}" for name, d in case.inputs.items())
        operators = ", ".join(map(str, case.operators))
        first = case.doc.splitlines()[0] if case.doc else ""
        click.echo("  ".join(filter(None, [case.source, inputs, operators, first])))
    for text in loaded.problems:
        click.echo(f"diffcheck: broken: {text}", err=True)
    click.echo(f"{len(cases)} case{'' if len(cases) == 1 else 's'}", err=True)
    sys.exit(USAGE if loaded.problems else PASSED if cases else NOTHING)


@main.command()
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
    from diffcheck.runner.engines import installed_engines
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
    engines = sorted(installed_engines().values(), key=lambda engine: engine.name != "autograd")
    outcome = conducted(cases, engines, samples, seed)
    rows = [(name, tally.planted, dict(tally.caught), len(tally.missed)) for name, tally in outcome.faults.items()]
    click.echo(selftest_text(rows, outcome.missed, outcome.healthy, outcome.accused))
    sys.exit(FAILED if outcome.missed or outcome.accused else PASSED)


@main.command()
def env() -> None:
    """Show what results depend on: versions, processor, devices."""
    from diffcheck.environment import environment
    from diffcheck.runner.engines import installed_engines

    for name, value in environment(installed_engines().values(), {}).items():
        click.echo(f"{name}: {value}")


if __name__ == "__main__":
    main()
