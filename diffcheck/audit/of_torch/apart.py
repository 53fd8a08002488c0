"""Work done piece by piece, each in a process of its own, which it may take down or never leave."""

import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

# Forking from a process that has loaded what all pieces need takes milliseconds, starting anew seconds.
_METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


class Lost(Exception):
    """A process ended, or was ended, before its work was done."""


def apart(
    work: Callable[..., Iterable[Any]], pieces: Iterable[tuple[Any, ...]], limit_s: float, loaded: Sequence[str]
) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """What ``work(*piece)`` gives, one by one with its piece; last a `Lost` where its process was lost.

    Parameters
    ----------
    work:
        A function of a module; what it gives is told as soon as it is there, and kept whatever comes then.
    limit_s:
        A process that says nothing for so long is ended.
    loaded:
        Modules that are loaded once, in the process from which all others start.
    """
    context: Any = multiprocessing.get_context(_METHOD)  # one of several classes
    if _METHOD == "forkserver":
        context.set_forkserver_preload(list(loaded))
    for piece in pieces:
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_carried_out, args=(sender, work, piece), daemon=True)
        process.start()
        sender.close()
        try:
            yield from ((piece, found) for found in _heard(receiver, process, limit_s))
        finally:  # also where nobody waits for the rest
            process.kill()
            process.join()
            receiver.close()


def _heard(receiver: "Connection[Any, Any]", process: Any, limit_s: float) -> Iterator[Any]:
    while receiver.poll(limit_s):
        try:
            message = receiver.recv()
        except EOFError:
            process.join()
            name = signal.Signals(-process.exitcode).name if process.exitcode < 0 else f"exit code {process.exitcode}"
            yield Lost(f"it took its process down ({name})")
            return
        if message is None:
            return
        yield message
    yield Lost(f"it did not come back within {limit_s:.0f} s")


def _carried_out(sender: "Connection[Any, Any]", work: Callable[..., Iterable[Any]], piece: tuple[Any, ...]) -> None:
    """In the process: everything that is found is sent, then nothing as the last word."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it ends it
    with suppress(OSError):
        os.dup2(2, 1)  # what a library prints is no result
    try:
        for found in work(*piece):
            sender.send(found)
    except Exception as raised:
        traceback.print_exc()
        sender.send(Lost(f"it raised {type(raised).__name__}: {raised}"))
    sender.send(None)
