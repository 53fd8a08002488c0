"""What the results of a run depend on besides the cases: versions, processor, device, seed, threads."""

import functools
import os
import platform
import subprocess
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from diffcheck.engines.base import Engine

# A repository on a slow disk holds up no run.
_PATIENCE_S = 5.0
_PACKAGES = ("diffcheck", "numpy", "scipy", "sympy", "python-flint", "pandas")


def environment(engines: Iterable[Engine], settings: Mapping[str, object]) -> dict[str, str]:
    """The environment as names and texts.

    Parameters
    ----------
    settings:
        The choices of the run, such as the seed.
    """
    found = {
        "commit": _commit(os.getcwd()),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": platform.platform(),
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        **{name: version(name) for name in _PACKAGES},
    }
    for engine in engines:
        found |= engine.versions()
    return found | {name: str(value) for name, value in settings.items()}


@functools.cache
def _commit(folder: str) -> str:
    """The git commit of a folder, with a ``+`` if files differ from it; empty where there is none."""
    words = ("git", "-C", folder, "describe", "--always", "--exclude=*", "--abbrev=12", "--dirty=+")
    try:
        return subprocess.run(words, capture_output=True, text=True, timeout=_PATIENCE_S).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""


def _processor() -> str:
    """The model's name where the system tells it."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
