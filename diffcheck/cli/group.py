"""The command ``diffcheck``, with all its commands."""

import shlex
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from diffcheck.cli.about import env, list_cases, selftest
from diffcheck.cli.audit import audit
from diffcheck.cli.check import check
from diffcheck.cli.claims import claims
from diffcheck.cli.compare import compare
from diffcheck.cli.exits import FAILED, INTERRUPTED, USAGE
from diffcheck.cli.hunt import hunt
from diffcheck.cli.report import report
from diffcheck.cli.run import run
from diffcheck.cli.show import show
from diffcheck.errors import DiffcheckError


class _Main(click.Group):
    """Turns a user's mistake into one clear message and the right exit code."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """The context, with the command line as it was typed."""
        return super().make_context(info_name, args, parent, **{"obj": shlex.join(["diffcheck", *args]), **extra})

    def invoke(self, context: click.Context) -> object:
        try:
            with _ended_alike():
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


@contextmanager
def _ended_alike() -> Iterator[None]:
    """A system that ends the command is heard like somebody at the keyboard: what is known is written first."""
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return

    def ended(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, ended)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


@click.group(cls=_Main, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="diffcheck", message="diffcheck %(version)s")
def main() -> None:
    """Is this derivative right, and if not, who is wrong, by how much?

    Every case is differentiated by SymPy, by finite differences and by PyTorch, and each result is held against a
    certified truth.
    """


for command in (run, check, compare, show, report, hunt, audit, claims, list_cases, selftest, env):
    main.add_command(command)
