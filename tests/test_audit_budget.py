"""What takes too long is given up, and alarms that somebody else has set go on."""

import signal
import time

import pytest

from diffcheck.audit.budget import Overdue, seconds_of, within
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
