"""The formats of a report: a module for each, and an entry here."""

import importlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from diffcheck.errors import UsageError

if TYPE_CHECKING:
    from diffcheck.results import Run  # a mistyped format is told before pandas is loaded


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write a run.

    Attributes
    ----------
    module:
        Its ``files(run)`` gives the text of each file by its name, its ``told(run)`` what is printed; see ``tells``.
    names:
        The files.
    tells:
        Whether something is printed on standard output.
    """

    module: str
    names: tuple[str, ...] = ()
    tells: bool = False


FORMATS: Mapping[str, Format] = {
    "csv": Format("comma", ("results.csv", "timings.csv", "tensors.csv", "cases.csv", "environment.json")),
    "md": Format("markdown", ("report.md", "details.md")),
    "html": Format("html", ("report.html",)),
    "json": Format("document", ("run.json",)),
    "junit": Format("junit", ("junit.xml",)),
    "github": Format("github", tells=True),
}
DEFAULT = ("csv", "md")


def demand(names: Iterable[str]) -> None:
    """Raise `UsageError` for a format that there is not."""
    for name in names:
        if name not in FORMATS:
            raise UsageError(f"unknown format {name!r}: choose from {', '.join(FORMATS)}")


def files(run: "Run", names: Sequence[str]) -> dict[str, str]:
    """The text of each file of these formats, by its name."""
    texts: dict[str, str] = {}
    for name in names:
        if FORMATS[name].names:
            texts |= _module(name).files(run)
    return texts


def told(run: "Run", names: Sequence[str]) -> str:
    """What these formats print."""
    return "".join(_module(name).told(run) for name in names if FORMATS[name].tells)


def _module(name: str) -> Any:
    return importlib.import_module(f"diffcheck.reporting.{FORMATS[name].module}")
