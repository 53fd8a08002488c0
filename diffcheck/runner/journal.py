"""Results on disk as they arrive: what was computed before an interruption is not lost."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from diffcheck.errors import OutputError
from diffcheck.results import Row, encode

NAME = "results.jsonl"


class Journal:
    """Writes ``results.jsonl``: a line for each row, and another when its timing is known; the last one counts.

    The file is locked as long as the run lasts, by the operating system, which forgets the lock with the process: a
    second run into the same folder is refused, and no run that was killed stands in anybody's way. A line that such a
    run was writing may be cut short; it is the last one.

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
        # Nothing is made yet: a run that finds nothing to do leaves no trace.
        if (folder / NAME).exists():
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
            self._file.truncate(0)

    def write(self, row: Row) -> None:
        """Append a row; the system has it when this returns."""
        assert self._file is not None
        self._file.write(encode(row) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file and let others write to the folder."""
        if self._file is not None:
            self._file.close()

    def _lock(self) -> None:
        with _reported(self._folder):
            self._file = (self._folder / NAME).open("a", encoding="utf-8")
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


@contextmanager
def _reported(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise OutputError(f"cannot write to {folder}: {reason}; choose another folder with --output") from None
