"""Whoever calls the code of a case takes an escort: it says where the run is, and nothing escapes it."""

import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Self

from diffcheck.runner.processes.stage import Fate, Stage
from diffcheck.runner.processes.state import State, Values, write
from diffcheck.verdict import Verdict


class Lost(Exception):
    """A stage that did not come back, now or in an earlier process."""

    def __init__(self, fate: Fate) -> None:
        super().__init__(fate.note)
        self.fate = fate


class Escort:
    """Goes with the code of cases.

    The state that the process shares is given back after every stage; the cases of a file run in what the file has
    set. ``SystemExit`` and ``KeyboardInterrupt`` that this code raises itself end its stage, not the run; Ctrl-C does.

    Parameters
    ----------
    at:
        Is told every stage.
    condemned:
        The stages that must not be tried again.
    """

    def __init__(self, at: Callable[[Stage], object], condemned: Mapping[Stage, Fate]) -> None:
        self._at = at
        self._condemned = condemned
        self._files: dict[str, Values] = {}
        self._interrupted = False

    def __enter__(self) -> Self:
        # Elsewhere no handler can be set, or it is somebody's who knows what it does.
        handler = signal.getsignal(signal.SIGINT)
        self._handles = threading.current_thread() is threading.main_thread() and handler is signal.default_int_handler
        # As a shell starts what it leaves behind: Ctrl-C never comes.
        self._deaf = handler is signal.SIG_IGN
        if self._handles:
            signal.signal(signal.SIGINT, self._interrupt)
        self._ours = State()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._handles:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _interrupt(self, _: int, __: FrameType | None) -> None:
        self._interrupted = True
        raise KeyboardInterrupt

    def at(self, stage: Stage) -> None:
        """Say where the run is; `Lost` for a stage that must not be tried again."""
        if stage in self._condemned:
            raise Lost(self._condemned[stage])
        self._at(stage)

    @contextmanager
    def reading(self, stage: Stage) -> Iterator[None]:
        """Round a file that is read: what it sets is kept for its cases."""
        with self._guarded(stage):
            try:
                yield
            finally:
                self._files[_file(stage)] = State().beside(self._ours)

    @contextmanager
    def inside(self, stage: Stage) -> Iterator[None]:
        """Round the code of a case."""
        with self._guarded(stage):
            write(self._files.get(_file(stage), {}))
            yield

    @contextmanager
    def _guarded(self, stage: Stage) -> Iterator[None]:
        self.at(stage)
        try:
            yield
        except BaseException as raised:
            if isinstance(raised, Exception) or (isinstance(raised, KeyboardInterrupt) and self._came()):
                raise
            raise Lost(Fate(Verdict.ERROR, told(raised))) from raised
        finally:
            self._ours.restore()
        if self._interrupted:  # and swallowed there
            raise KeyboardInterrupt

    def _came(self) -> bool:
        """Whether Ctrl-C came; where nobody can tell, it is believed."""
        return self._interrupted or not (self._handles or self._deaf)


def told(raised: BaseException) -> str:
    """An exception in one line, by its class and its text."""
    return " ".join(f"{type(raised).__name__}: {raised}".split()).removesuffix(":")


def _file(stage: Stage) -> str:
    return stage.source.partition("::")[0]
