"""The process that stays: it watches the one in which cases run, and starts another where that one ends."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Pipe
from typing import TYPE_CHECKING, Any, Protocol, Self

from diffcheck.errors import DiffcheckError, UsageError
from diffcheck.runner.processes.messages import DONE, FAILED, REFUSED, Earlier, Observer, Order, unpacked
from diffcheck.runner.processes.stage import Fate, Stage
from diffcheck.runner.settings import Settings
from diffcheck.verdict import Verdict

if TYPE_CHECKING:
    from diffcheck.sources.asked import Source

# How long a worker may take to say where it is, and to end when it has nothing more to do.
_LAST_WORD_S = 3.0
# More than the hundred frames that `faulthandler` writes, and what a pipe holds.
_TRACE_BYTES = 65536
# No message is longer; what a case has written there itself may say that it is.
_LONGEST = 2**26
_FRAME = re.compile(r'File "(.+)", line (\d+) in (.+)')


class WorkerError(DiffcheckError):
    """The process in which cases run cannot do its work, whatever the cases are."""


class Keeper(Observer, Protocol):
    """An observer that keeps what it is told."""

    def left(self, condemned: Mapping[Stage, Fate]) -> Earlier:
        """What is done, for a process that goes on."""
        ...


class Supervisor:
    """Runs the cases of files in another process, which starts at once and ends at the end of the context."""

    def __init__(self, sources: "Sequence[Source]", settings: Settings) -> None:
        self._sources = tuple(sources)
        self._settings = settings
        self._condemned: dict[Stage, Fate] = {}
        self._stage: Stage | None = None
        self._done = False
        self._worker = _Worker(Order(self._sources, settings, Earlier()))

    def run(self, keeper: Keeper, waiting: Callable[[], object] = lambda: None) -> None:
        """Pass on what is told until all is done; what ends a worker becomes the fate of the stage that it was at.

        Parameters
        ----------
        waiting:
            Is called every second at least, also while nothing is heard.

        Raises
        ------
        UsageError
            For a mistake of the user that ends the run.
        WorkerError
            If workers end for no case's fault.
        """
        try:
            while not self._finished(keeper, waiting):
                self._worker.kill()
                self._worker = _Worker(Order(self._sources, self._settings, keeper.left(self._condemned)))
            self._done = True
        except KeyboardInterrupt:
            self._worker.stop()
            self._rest(keeper)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._done:
            self._worker.leave()
        self._worker.kill()

    def _finished(self, keeper: Keeper, waiting: Callable[[], object]) -> bool:
        """Whether the worker did all its work before it ended; what ended it is condemned."""
        self._stage = None
        heard = time.monotonic()
        while True:
            waiting()
            try:
                message = self._worker.heard(1.0)
            except EOFError:
                return self._condemn(self._worker.fate(self._stage))
            except ValueError:
                return self._condemn(Fate(Verdict.CRASH, "the process wrote to a file that it had not opened"))
            if message is not None:
                heard = time.monotonic()
                name, arguments = message
                if name == DONE:
                    return True
                if name == REFUSED:
                    raise UsageError(*arguments)
                if name == FAILED:
                    text = f"diffcheck itself failed: {arguments[0]}; please report it"
                    return self._condemn(Fate(Verdict.CRASH, text))
                self._pass_on(keeper, name, arguments)
            elif self._expired(time.monotonic() - heard):
                place = self._worker.stopped_at(self._stage)
                # It may have come back at the last moment.
                if self._rest(keeper):
                    return False
                return self._condemn(
                    Fate(Verdict.TIMEOUT, f"longer than --timeout {self._settings.timeout:g} s{place}")
                )

    def _pass_on(self, keeper: Keeper, name: str, arguments: Sequence[Any]) -> None:
        if name == Observer.at.__name__:
            (self._stage,) = arguments
        getattr(keeper, name)(*arguments)

    def _rest(self, keeper: Keeper) -> bool:
        """Pass on what a worker that was stopped had said; whether that was anything."""
        said = False
        with contextlib.suppress(EOFError, ValueError):
            while (message := self._worker.heard(0.0)) is not None:
                said = True
                if message[0] not in (DONE, REFUSED, FAILED):
                    self._pass_on(keeper, *message)
        return said

    def _condemn(self, fate: Fate) -> bool:
        if self._stage is None or self._stage in self._condemned:
            raise WorkerError(f"the process that runs the cases ended where no case is to blame: {fate.note}")
        self._condemned[self._stage] = fate
        return False

    def _expired(self, silent_s: float) -> bool:
        limit = self._settings.timeout
        # Before its first stage a worker imports, which takes what it takes.
        return limit is not None and self._stage is not None and silent_s > limit


class _Worker:
    """A process with a private way to it; what its cases print goes where ours goes."""

    def __init__(self, order: Order) -> None:
        self._way, theirs = Pipe()
        self._traces, their_traces = Pipe(duplex=False)
        descriptors = (theirs.fileno(), their_traces.fileno())
        code = (
            f"import sys; sys.path[:] = {sys.path!r}; "
            f"from diffcheck.runner.processes.worker import main; main{(*descriptors, os.getpid())}"
        )
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", code],
            pass_fds=descriptors,
            stdin=subprocess.DEVNULL,
            # A group of its own: Ctrl-C comes to us alone, and what it has started ends with it.
            process_group=0,
            # SymPy's results depend on the order of sets; two runs are to be one.
            env={"PYTHONHASHSEED": "0", **os.environ},
        )
        theirs.close()
        their_traces.close()
        with contextlib.suppress(BrokenPipeError):  # then it is dead, which will be noticed
            self._way.send(order)

    def heard(self, seconds: float) -> tuple[str, list[Any]] | None:
        """A message, ``None`` if there is none for so long.

        Raises
        ------
        EOFError
            If there will be none any more.
        ValueError
            If something else has been written to the way.
        """
        try:
            if self._way.poll(seconds):
                return unpacked(self._way.recv_bytes(_LONGEST))
        except ConnectionError:
            raise EOFError from None
        except OSError as garbled:
            raise ValueError from garbled
        # A child of the worker may hold its end of the way.
        if self._process.poll() is not None and not self._way.poll(0):
            raise EOFError
        return None

    def leave(self) -> None:
        """Let it end by itself, with what its cases have registered for that."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_LAST_WORD_S)

    def fate(self, stage: Stage | None) -> Fate:
        """How it ended by itself."""
        try:
            code = self._process.wait(_LAST_WORD_S)
        except subprocess.TimeoutExpired:
            return Fate(Verdict.CRASH, f"the process lost its connection{self._place(stage)}")
        if code >= 0:
            return Fate(Verdict.CRASH, f"the process ended itself with exit code {code}{self._place(stage)}")
        name = next((known.name for known in signal.Signals if known == -code), f"signal {-code}")
        hint = " (perhaps for want of memory)" if name == "SIGKILL" else ""
        return Fate(Verdict.CRASH, f"the process was killed by {name}{hint}{self._place(stage)}")

    def stopped_at(self, stage: Stage | None) -> str:
        """Where it was when it was stopped."""
        self._process.terminate()
        self.leave()
        return self._place(stage)

    def stop(self) -> None:
        """End it and all that it has started; what it said can still be heard."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def kill(self) -> None:
        """End it, and hear no more."""
        self.stop()
        self._way.close()
        self._traces.close()

    def _place(self, stage: Stage | None) -> str:
        """The innermost line of the case's own file, or else of any file, that was being executed."""
        written = os.read(self._traces.fileno(), _TRACE_BYTES) if self._traces.poll(0) else b""
        frames = _FRAME.findall(written.decode(errors="replace"))
        own = [frame for frame in frames if stage is not None and frame[0] == stage.source.partition("::")[0]]
        return f", at {':'.join(found[0][:2])} in {found[0][2]}" if (found := own or frames) else ""
