"""Results on disk as they arrive: what was computed before an interruption is not lost."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from diffcheck.errors import OutputError
from diffcheck.results import Row
from diffcheck.results.lines import DETAILS, ROWS, Detail, line, line_of


class Journal:
    """Writes ``results.jsonl``: a line for each row, and another when its timing is known; the last one counts.

    All that is no row goes into ``details.jsonl``: who reads the first file line by line finds rows and nothing else.

    The first file is locked as long as the run lasts, by the operating system, which forgets the lock with the process:
    a second run into the same folder is refused, and no run that was killed stands in anybody's way. A line that such a
    run was writing may be cut short; it is the last one of its file.

    Parameters
    ----------
    stale:
        The files that an older run may have left beside it.

    Raises
    ------
    OutputError
        If the folder cannot be written, or another run writes there.
    """

    def __init__(self, folder: Path, stale: Iterable[str] = ()) -> None:
        self._folder = folder
        self._stale = stale
        self._file: IO[str] | None = None
        self._details: IO[str] | None = None
        # Nothing is made yet: a run that finds nothing to do leaves no trace.
        if (folder / ROWS).exists():
            self._lock()

    def begin(self) -> None:
        """Remove the older run: first its reports, so that they never stand beside the journal of this one."""
        with _reported(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            if self._file is None:
                self._lock()
            for name in self._stale:
                (self._folder / name).unlink(missing_ok=True)
            assert self._file is not None
            # Without details rows are refused: those of the older run never pass for rows of this one.
            (self._folder / DETAILS).unlink(missing_ok=True)
            self._file.truncate(0)
            self._details = (self._folder / DETAILS).open("w", encoding="utf-8")

    def write(self, record: Row | Detail) -> None:
        """Append a record; the system has it when this returns."""
        _append(self._file if isinstance(record, Row) else self._details, line_of(record))

    def note(self, kind: str, **values: Any) -> None:
        """Append a line about the run as a whole."""
        _append(self._details, line({"kind": kind, **values}))

    def close(self) -> None:
        """Close the files and let others write to the folder."""
        for file in (self._details, self._file):
            if file is not None:
                file.close()

    def _lock(self) -> None:
        with _reported(self._folder):
            self._file = (self._folder / ROWS).open("a", encoding="utf-8")
            try:
                import fcntl
            except ImportError:  # Windows: there nobody keeps two runs apart
                return
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self.close()
                raise OutputError(
                    f"another run writes to {self._folder}: wait for it, or choose another folder with --output"
                ) from None


def _append(file: IO[str] | None, text: str) -> None:
    assert file is not None
    file.write(text + "\n")
    file.flush()


@contextmanager
def _reported(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise OutputError(f"cannot write to {folder}: {reason}; choose another folder with --output") from None
