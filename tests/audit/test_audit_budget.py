"""What takes too long is given up, and alarms that somebody else has set go on."""

import signal
import sys
import time

import pytest
import torch

from diffcheck import tensor
from diffcheck.audit import audit
from diffcheck.audit.budget import Overdue, seconds_of, within
from diffcheck.audit.trials import trial
from diffcheck.errors import UsageError


def forever():
    while True:
        pass


def test_what_takes_too_long_is_given_up():
    start = time.monotonic()
    with pytest.raises(Overdue), within(0.05):
        forever()
    assert time.monotonic() - start < 5
    with within(0.05):
        pass
    time.sleep(0.1)  # nobody is woken afterwards


SLOW = """
import time
for _ in range(30):
    time.sleep(0.01)
whole = True
"""


def test_an_import_is_not_broken_off(tmp_path, monkeypatch):
    (tmp_path / "slow_to_import.py").write_text(SLOW)
    monkeypatch.syspath_prepend(tmp_path)

    def importing():
        import slow_to_import

        assert slow_to_import.whole
        forever()

    with pytest.raises(Overdue), within(0.05):
        importing()
    assert sys.modules["slow_to_import"].whole


def test_what_is_cleared_away_is_not_broken_off():
    ended = []

    class Slow:
        def __del__(self):
            until = time.monotonic() + 0.3
            while time.monotonic() < until:
                pass
            ended.append(True)

    def clearing():
        Slow()
        forever()

    with pytest.raises(Overdue), within(0.05):
        clearing()
    assert ended == [True]


def test_an_alarm_of_somebody_else_goes_on():
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(True))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with pytest.raises(Overdue), within(0.05):
            forever()
        assert not rung
        time.sleep(0.3)
        assert rung == [True]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize(("budget", "seconds"), [("30s", 30), ("2m", 120), (1.5, 1.5), ("4", 4)])
def test_budgets_are_seconds_or_minutes(budget, seconds):
    assert seconds_of(budget) == seconds


def test_another_word_is_refused():
    with pytest.raises(UsageError, match="write seconds"):
        seconds_of("soon")


def test_a_context_that_takes_too_long_is_left_out(monkeypatch):
    monkeypatch.setattr(trial, "_PATIENT", 0.2)

    class Waiting(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            until = time.monotonic() + (30 if len(x) > 2 else 0)  # a loop over rows, say
            while time.monotonic() < until:
                x.sum()
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, g):
            return 2 * g * ctx.saved_tensors[0]

    named = {"x": tensor("rows width"), "sizes": {"rows": (2, 3), "width": 4}}
    found = audit(Waiting.apply, lambda x: x * x, budget=1, dtypes="float64", **named)
    assert found.passed
    assert any(seen.skipped.startswith("longer than") for seen in found.trials.seen.values())
