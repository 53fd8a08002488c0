"""The files of a run, each whole or not at all."""

from collections.abc import Sequence
from pathlib import Path

from diffcheck.errors import OutputError
from diffcheck.reporting.formats import FORMATS, files
from diffcheck.results import Run


def _half(name: str) -> str:
    """The name of a file that is not finished."""
    return f".{name}.part"


_NAMES = tuple(name for format in FORMATS.values() for name in format.names)
LEFT = (*_NAMES, *map(_half, _NAMES))
"""What an older run may have left in a folder."""


def write_reports(run: Run, folder: Path, formats: Sequence[str]) -> list[Path]:
    """Write the files of these formats, and say which; `OutputError` if one cannot be written."""
    written = []
    for name, content in files(run, formats).items():
        half = folder / _half(name)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            half.write_text(content, encoding="utf-8", newline="\n")
            half.replace(folder / name)
        except OSError as problem:
            raise OutputError(f"cannot write {folder / name}: {problem.strerror or problem}") from None
        written.append(folder / name)
    return written
