"""How long an audit may take, and one hearing in it."""

import re
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from diffcheck.errors import UsageError


class Overdue(BaseException):
    """What takes longer than it may; no handler of what may go wrong catches it."""


# What must not be broken off is over soon.
_AGAIN_S = 0.05
_DELICATE_NAMES = ("_remove", "remove", "__del__", "gc_callback")
_DELICATE_FILES = ("<frozen importlib", "weakref", "_dynamo", "_inductor", "_functorch")


def _is_delicate(frame: FrameType | None) -> bool:
    """Whether a module is being imported or code compiled, which would stay half done, or an object is cleared away.

    What is raised while an object is cleared away is lost.
    """
    while frame is not None:
        code = frame.f_code
        if code.co_name in _DELICATE_NAMES or any(part in code.co_filename for part in _DELICATE_FILES):
            return True
        frame = frame.f_back
    return False


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise `Overdue` inside once it has taken so long.

    Only the main thread of a system with alarms can be woken; elsewhere it takes what it takes. An alarm that somebody
    else has set goes on.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def wake(_: int, frame: FrameType | None) -> None:
        if _is_delicate(frame):
            signal.setitimer(signal.ITIMER_REAL, _AGAIN_S)
        else:
            raise Overdue

    start = time.monotonic()
    handler = signal.signal(signal.SIGALRM, wake)
    theirs, interval = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if theirs:
            signal.setitimer(signal.ITIMER_REAL, max(theirs - (time.monotonic() - start), 1e-3), interval)


def seconds_of(budget: str | float) -> float:
    """A budget in seconds: a number, or ``"30s"``, ``"2m"``.

    >>> seconds_of("2m")
    120.0
    """
    if isinstance(budget, (int, float)):
        return float(budget)
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?(s|m|min)?", budget.strip())
    if not found:
        raise UsageError(f"budget {budget!r}: write seconds, such as 30 or '30s', or '2m'")
    return float(found[1]) * (60.0 if found[2] in ("m", "min") else 1.0)
