"""Runs as users start them, in processes of their own."""

import csv
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HEADER = """
import contextlib, ctypes, os, signal, sys, time
import numpy as np
from diffcheck import case, interval

def numbers(x):
    return isinstance(x, (float, np.ndarray))
"""
GOOD = HEADER + "@case(x=interval(1, 2))\ndef good(x):\n    return x * x * x\n"
# Shells start background jobs with SIGINT ignored, and Python then leaves it so.
INTERRUPTIBLE = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from diffcheck.cli import main; main()"
)
OPTIONS = ("--samples", "1", "--no-timing", "--output", "out")
# Engines that need no PyTorch start soon; the second one calls the function with numbers.
LIGHT = ("--engine", "symbolic", "--engine", "finite:central")


def started(*arguments: str) -> subprocess.Popen[str]:
    """A run in the current folder."""
    command = [sys.executable, "-c", INTERRUPTIBLE, "run", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def until(true: Callable[[], bool]) -> None:
    """Wait for something that happens soon."""
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


@dataclass(frozen=True)
class Outcome:
    """What a run left and said."""

    code: int
    out: str
    err: str
    rows: dict[tuple[str, str], dict[str, str]]


def outcome(*arguments: str) -> Outcome:
    """A run in the current folder, to its end."""
    with started(*arguments) as process:
        out, err = process.communicate(timeout=300)
    with Path("out/results.csv").open(newline="", encoding="utf-8") as file:
        rows = {(row["case"], row["engine"]): row for row in csv.DictReader(file)}
    return Outcome(process.returncode, out, err, rows)


def alive(process: int) -> bool:
    """Whether a process runs; what has ended and waits for nobody does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
