"""Engines of other packages that do what none should: nobody else is blamed for it, and a run goes on."""

import sys

import pytest
from command import typed

from diffcheck import case, check, interval
from diffcheck.errors import UsageError
from diffcheck.ops import exp, sin
from diffcheck.runner.engines import by_default, installed_engines, left_out

ENGINES = """
import numpy as np
from diffcheck.engines.base import Clockwork, Estimate

class Base:
    methods = ("only",)

    def available(self, device):
        return None if device == "cpu" else "cpu only"

    def prepare(self, task):
        return Answers(task, self.answer)

    def versions(self):
        return {}

class Answers:
    operations = None

    def __init__(self, task, answer):
        self.task, self.answer = task, answer

    def derivative(self, point):
        return self.answer(point, self.task.shape)

    def value(self, point):
        raise NotImplementedError

    def clockwork(self, point):
        return Clockwork(lambda: 0, lambda: 0)

class Moves(Base):
    name = "moves"

    def answer(self, point, shape):
        point["x"][...] = 0
        return Estimate(np.zeros(shape))

class Replaces(Base):
    name = "replaces"

    def answer(self, point, shape):
        point["x"] = point["x"] + 1
        return Estimate(np.zeros(shape))

class Empty(Base):
    name = "empty"

    def answer(self, point, shape):
        return None

class Negative(Base):
    name = "negative"

    def answer(self, point, shape):
        return Estimate(np.zeros(shape), error=np.full(shape, -1.0))

class Full(Base):
    name = "full"

    def answer(self, point, shape):
        raise MemoryError

class Asking(Base):
    name = "asking"

    def available(self, device):
        raise ValueError("no idea")

class Made(Base):
    name = "made"

    def __init__(self):
        raise ValueError("no wheels")

class Bare:
    name = "bare"

class Finite(Base):
    name = "finite"
"""
NAMES = ("moves", "replaces", "empty", "negative", "full", "asking", "made", "bare", "finite")


@pytest.fixture(autouse=True)
def plugged(tmp_path, monkeypatch):
    """Leave what `pip install` leaves of a package with these engines."""
    metadata = tmp_path / "engines_of_others-1.0.dist-info"
    metadata.mkdir()
    (tmp_path / "engines_of_others.py").write_text(ENGINES)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: engines-of-others\nVersion: 1.0\n")
    points = "".join(f"{name} = engines_of_others:{name.title()}\n" for name in NAMES)
    (metadata / "entry_points.txt").write_text(f"[diffcheck.engines]\n{points}")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    sys.modules.pop("engines_of_others", None)


@case(x=interval(-1, 1, shape=2), samples=1, operators=["jacobian"])
def waves(x):
    return exp(sin(x))


TOLD = {
    "moves": "the engine changes the point that it is given: it has to work on a copy",
    "replaces": "the engine changes the point that it is given",
    "empty": "an engine must return an Estimate, not NoneType",
    "negative": "an engine's own estimate of an error is no negative number: -1",
    "full": "MemoryError",
}


@pytest.mark.parametrize("name", TOLD)
def test_its_mistake_is_its_own(name):
    wrong, right = check(waves, engines=[name, "autograd"]).result.rows
    assert (wrong.verdict, right.verdict) == ("error", "agree")
    assert TOLD[name] in wrong.note
    assert not wrong.note.endswith(":")


def test_those_that_cannot_be_loaded_or_used_are_left_out_and_told():
    known = installed_engines()
    assert {"made", "bare"}.isdisjoint(by_default(known))
    told = "; ".join(left_out(known))
    assert "engine finite of engines_of_others:Finite of engines-of-others 1.0 is left out" in told
    assert "engine made cannot be loaded from engines_of_others:Made of engines-of-others 1.0: ValueError: no" in told
    assert "it has no methods and no available and no prepare" in told
    assert "engine asking is left out: it raises ValueError: no idea when it is asked whether it can use cpu" in told
    assert type(known["finite"]).__module__.startswith("diffcheck.")


def test_one_that_cannot_say_where_it_runs_is_refused_where_it_is_asked_for():
    with pytest.raises(UsageError, match="asking: it raises ValueError: no idea"):
        check(waves, engines=["asking"])


def test_a_run_tells_who_is_left_out(tmp_path, monkeypatch):
    (tmp_path / "waves.py").write_text(
        "from diffcheck import case, interval\n\n@case(x=interval(1, 2), samples=1)\ndef square(x):\n    return x * x\n"
    )
    monkeypatch.chdir(tmp_path)
    found = typed("run waves.py --no-timing")
    assert "diffcheck: engine finite of engines_of_others:Finite" in found.stderr
    assert "engine asking is left out" in found.stderr
