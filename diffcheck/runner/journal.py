"""Results on disk as they arrive: what was computed before an interruption is not lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from diffcheck.errors import OutputError
from diffcheck.results import Row, encode

NAME = "results.jsonl"


class Journal:
    """Writes ``results.jsonl``: a line for each row, and another when its timing is known; the last one counts."""

    def __init__(self, folder: Path) -> None:
        with _reported(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._file: IO[str] = (folder / NAME).open("w", encoding="utf-8")

    def write(self, row: Row) -> None:
        """Append a row; it is on disk when this returns."""
        self._file.write(encode(row) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


@contextmanager
def _reported(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise OutputError(f"cannot write to {folder}: {reason}; choose another folder with --output") from None
