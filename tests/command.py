"""The command line as the tests type it, and the case files that they type it for."""

import csv
import shlex
from pathlib import Path

from click.testing import CliRunner, Result

from diffcheck.cli import main

WAVES = """
from diffcheck import case, interval
from diffcheck.ops import cos, sin, stack

@case(x=interval(-2, 2), tags=("smooth", "short"), points=[{"x": 0.25}, {"x": 0.5}], reference="Euler")
def sine_wave(x):
    '''x sin x.

    A second paragraph.
    '''
    return x * sin(x)

@case(x=interval(1, 2, shape=3), tags=("smooth",))
def product(x):
    '''Three factors.'''
    return x[0] * x[1] * x[2]

@case(x=interval(1, 2), operators=["derivative", "hessian"])
def cosine_wave(x):
    return cos(x)
"""

FAULTY = """
from diffcheck import case, interval

@case(x=interval(1, 2))
def before(x):
    return x * x

@case(x=interval(1, 2))
def faulty(x):
    raise RuntimeError("boom")

@case(x=interval(1, 2))
def after(x):
    return x * x * x
"""

BROKEN = WAVES + "\n1 / 0\n"


def typed(line: str) -> Result:
    """The outcome of a command line after ``diffcheck``, without a traceback.

    Cases run in this process, which has loaded PyTorch already; `test_survival` runs them as users do.
    """
    words = shlex.split(line)
    words[1:1] = ["--in-process"] * (words[:1] in (["run"], ["check"]))
    # As wide as nobody's terminal: what runs the tests may have one of its own.
    result = CliRunner().invoke(main, words, env={"COLUMNS": "120"})
    assert not isinstance(result.exception, Exception), result.exc_info
    return result


def quick(line: str) -> Result:
    """A run that takes little time: one engine, one sample, no timing."""
    return typed(f"run {line} --engine symbolic --samples 1 --no-timing --output out")


def table(path: str | Path) -> list[dict[str, str]]:
    """A CSV file as a list of rows."""
    with Path(path).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def ran() -> list[str]:
    """The cases that have rows, in order, each once."""
    return list(dict.fromkeys(row["case"] for row in table("out/results.csv")))
