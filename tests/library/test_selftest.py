"""The self-test finds the faults that it plants, and would say so if it did not."""

import re

import pytest
from click.testing import CliRunner

import diffcheck.judgement.dispute
from diffcheck.cli import main
from diffcheck.judgement.numbers import Judgement
from diffcheck.runner.engines import by_default, installed_engines
from diffcheck.selftest import FAULTS, sample, selftest
from diffcheck.verdict import Verdict

# The faults are planted in the first one.
KNOWN = installed_engines()
ENGINES = [KNOWN[name] for name in sorted(by_default(KNOWN))]


def test_every_fault_is_planted_and_caught() -> None:
    outcome = selftest(sample(), ENGINES, samples=2, seed=0)
    assert outcome.missed == []
    assert outcome.accused == []
    assert outcome.healthy == 3 * sum(max(1, len(case.operators)) for case in sample())
    assert {fault.name: outcome.faults[fault.name].planted > 0 for fault in FAULTS} == dict.fromkeys(
        outcome.faults, True
    )


def test_a_checker_that_agrees_with_everything_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diffcheck.judgement.dispute, "judge", lambda *_: Judgement(Verdict.AGREE))
    outcome = selftest(sample(), ENGINES, samples=1, seed=0)
    assert len(outcome.missed) >= len(FAULTS)
    assert sum(tally.caught.total() for tally in outcome.faults.values()) <= 1


def test_a_checker_that_accuses_everybody_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diffcheck.judgement.dispute, "judge", lambda *_: Judgement(Verdict.DISAGREE))
    outcome = selftest(sample(), ENGINES, samples=1, seed=0)
    assert len(outcome.accused) == outcome.healthy


def test_command() -> None:
    result = CliRunner().invoke(main, ["selftest", "--samples", "1"])
    assert result.exit_code == 0
    assert re.search(r"\d+ faults planted, 0 missed; 33 right engines heard, 0 accused", result.output)


def test_command_on_case_files() -> None:
    result = CliRunner().invoke(
        main, ["selftest", "cases/linear_algebra.py", "-k", "matrix_vector or bilinear", "--samples", "1"]
    )
    assert result.exit_code == 0
    assert "0 missed" in result.output
