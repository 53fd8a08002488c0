"""What a case may change for everybody is given back; what its file sets is for its own cases."""

import decimal
import gc
import locale
import os
import random
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import flint
import mpmath
import numpy as np
import pytest
import sympy.core.parameters
import torch

from diffcheck.runner.processes import state
from diffcheck.runner.processes.state import State

KEPT = SimpleNamespace()
LEGACY: Any = np.random


def entered(context: Any) -> None:
    """Enter a context for good, as a case may."""
    KEPT.context = context
    context.__enter__()


# How a case changes something, and what tells whether it is as it was.
PYTHON: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
    "random": (lambda: random.seed(3), random.getstate),
    "recursion": (lambda: sys.setrecursionlimit(5000), sys.getrecursionlimit),
    "int digits": (lambda: sys.set_int_max_str_digits(700), sys.get_int_max_str_digits),
    "folder": (lambda: os.chdir("/"), os.getcwd),
    "variable set": (lambda: os.environ.update(DIFFCHECK_NEW="1"), lambda: dict(os.environ)),
    "variable deleted": (lambda: os.environ.pop("PATH"), lambda: dict(os.environ)),
    "path": (lambda: sys.path.insert(0, "/nowhere"), lambda: list(sys.path)),
    "output": (lambda: setattr(sys, "stdout", None), lambda: sys.stdout),
    "warnings": (lambda: warnings.simplefilter("ignore"), lambda: list(warnings.filters)),
    "locale": (lambda: locale.setlocale(locale.LC_ALL, "C.UTF-8"), lambda: locale.setlocale(locale.LC_ALL)),
    "decimal": (lambda: setattr(decimal.getcontext(), "prec", 3), lambda: decimal.getcontext().prec),
    "signal": (lambda: signal.signal(signal.SIGUSR1, signal.SIG_IGN), lambda: signal.getsignal(signal.SIGUSR1)),
    "alarm": (lambda: signal.alarm(100), lambda: signal.getitimer(signal.ITIMER_REAL)[0] > 0),
    "collection": (gc.disable, gc.isenabled),
}
NUMBERS = {
    "errors": (lambda: np.seterr(all="raise"), np.geterr),
    "error call": (lambda: np.seterrcall(lambda *_: None), np.geterrcall),
    "print": (lambda: np.set_printoptions(precision=2), np.get_printoptions),
    "legacy generator": (lambda: LEGACY.seed(3), lambda: LEGACY.get_state()[1].tolist()),
    "flint": (lambda: setattr(flint.ctx, "prec", 20), lambda: flint.ctx.prec),
    "mpmath": (lambda: setattr(mpmath.mp, "dps", 4), lambda: mpmath.mp.prec),
    "sympy": (
        lambda: setattr(sympy.core.parameters.global_parameters, "evaluate", False),
        lambda: sympy.core.parameters.global_parameters.evaluate,
    ),
}
TORCH = {
    "dtype": (lambda: torch.set_default_dtype(torch.float16), torch.get_default_dtype),
    "device": (lambda: torch.set_default_device("meta"), lambda: torch.ones(1).device),
    "gradients": (lambda: torch.set_grad_enabled(False), torch.is_grad_enabled),
    "inference": (lambda: entered(torch.inference_mode()), torch.is_inference_mode_enabled),
    "no gradients": (lambda: entered(torch.no_grad()), torch.is_grad_enabled),
    "anomaly": (lambda: torch.autograd.set_detect_anomaly(True), torch.is_anomaly_enabled),
    "deterministic": (lambda: torch.use_deterministic_algorithms(True), torch.get_deterministic_debug_mode),
    "threads": (lambda: torch.set_num_threads(torch.get_num_threads() + 1), torch.get_num_threads),
    "subnormal": (lambda: torch.set_flush_denormal(True), lambda: state._flushes()),
    "generator": (lambda: torch.manual_seed(3), lambda: torch.get_rng_state().tolist()),
    "autocast": (lambda: torch.set_autocast_enabled("cpu", True), lambda: torch.is_autocast_enabled("cpu")),
    "products": (lambda: torch.set_float32_matmul_precision("medium"), lambda: state._precisions()),
    "tf32": (
        lambda: setattr(torch.backends.cuda.matmul, "allow_tf32", True),
        lambda: torch.backends.cuda.matmul.allow_tf32,
    ),
    "products by two names": (
        lambda: (torch.set_float32_matmul_precision("medium"), TORCH["tf32"][0]()),
        lambda: state._precisions(),
    ),
    "benchmark": (lambda: setattr(torch.backends.cudnn, "benchmark", True), lambda: torch.backends.cudnn.benchmark),
}
ALL = PYTHON | NUMBERS | TORCH
# The comparison itself runs in these: they are nobody's but ours.
OURS = {
    *("int digits", "output", "warnings", "locale", "decimal", "signal", "alarm", "collection"),
    *(name for name in NUMBERS if name != "legacy generator"),
}


@pytest.fixture(autouse=True)
def undone() -> Iterator[None]:
    """Whatever a test does, the others do not see it."""
    before = State()
    yield
    before.restore()


@pytest.mark.parametrize("name", ALL)
def test_what_is_changed_is_given_back(name: str) -> None:
    change, told = ALL[name]
    before, kept = told(), State()
    change()
    assert told() != before
    kept.restore()
    assert told() == before


@pytest.mark.parametrize("name", sorted(ALL.keys() - OURS))
def test_what_a_file_sets_is_in_force_for_its_cases(name: str) -> None:
    change, told = ALL[name]
    ours = State()
    change()
    changed, theirs = told(), State().beside(ours)
    ours.restore()
    state.write(theirs)
    assert told() == changed


@pytest.mark.parametrize("name", sorted(OURS))
def test_what_comparisons_run_in_is_always_ours(name: str) -> None:
    change, told = ALL[name]
    before, ours = told(), State()
    change()
    theirs = State().beside(ours)
    ours.restore()
    state.write(theirs)
    assert told() == before


def test_a_folder_that_is_deleted_is_left(tmp_path: Path) -> None:
    kept, before = State(), os.getcwd()
    gone = tmp_path / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()
    theirs = State().beside(kept)
    kept.restore()
    assert os.getcwd() == before
    state.write(theirs)
    assert os.getcwd() == before


def test_a_file_that_changes_nothing_costs_its_cases_nothing() -> None:
    ours = State()
    assert [setting for setting in State().beside(ours) if setting.compared] == []
