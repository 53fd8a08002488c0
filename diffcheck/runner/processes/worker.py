"""The process in which cases run: it gets an order, tells what it finds, and ends with the process that started it."""

import faulthandler
import functools
import gc
import os
import signal
import sys
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, cast

from diffcheck.errors import DiffcheckError
from diffcheck.runner.processes.escort import told
from diffcheck.runner.processes.messages import DONE, FAILED, REFUSED, Observer, Order, packed


def main(way: int, traces: int, parent: int) -> None:
    """Carry out the order that comes first.

    Parameters
    ----------
    way, traces:
        File descriptors: of the way to the supervisor, and of the file for what `faulthandler` has to say.
    parent:
        The supervisor's process.
    """
    _end_with(parent)
    # Programs, truths and bounds are millions of small objects without circles. To search them for circles after every
    # 700 new ones, as the interpreter does, is a fifth of the time of a run.
    gc.set_threshold(50_000)
    faulthandler.enable(traces, all_threads=False)
    # The supervisor sends this to a worker that takes too long, to read where it is.
    faulthandler.register(signal.SIGTERM, traces, all_threads=False, chain=True)
    connection = Connection(way)
    order: Order = connection.recv()
    from diffcheck.runner.work import work  # takes a second; the order is small and waits in the way until it is read

    wire = _Wire(connection)
    try:
        work(order.sources, order.settings, cast("Observer", wire), earlier=order.earlier)
        wire.send(DONE)
    except DiffcheckError as mistake:
        wire.send(REFUSED, str(mistake))
    except Exception as raised:
        traceback.print_exc()
        wire.send(FAILED, told(raised))
    # What the process leaves goes with it: searching it for circles once more at the end takes two seconds where there
    # are two hundred thousand truths.
    gc.freeze()


class _Wire:
    """An observer in another process: every call is sent there."""

    def __init__(self, connection: "Connection[Any, Any]") -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Callable[..., None]:
        return functools.partial(self.send, name)

    def send(self, name: str, *arguments: Any) -> None:
        """Send what the supervisor passes on as this call."""
        try:
            self._connection.send_bytes(packed(name, *arguments))
        except OSError:  # the supervisor is gone, or a case has closed what it did not open
            os._exit(1)


def _end_with(parent: int) -> None:
    """Let this process be killed when the parent is gone, whatever it does then; elsewhere it ends at its next word."""
    if sys.platform == "linux":
        import ctypes

        set_parent_death_signal = 1  # see prctl(2)
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)
    if os.getppid() != parent:  # gone before this was said
        os._exit(1)
