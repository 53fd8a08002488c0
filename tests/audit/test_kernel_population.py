"""The rebuilt reports are what they say: each correction is right, and each fault shows where it was reported."""

from pathlib import Path

import pytest
import torch

with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(Path(__file__).parents[2] / "benchmarks")
    from kernels import REPORTS
    from kernels.contexts import leaves, results


def off(found, truth):
    """How far tensors are off, relative to the largest number among the true ones; infinite where a number is none."""
    largest = max(t.abs().max().item() for t in truth)
    errors = [(f.double() - t.double()).abs().nan_to_num(torch.inf) for f, t in zip(found, truth, strict=True)]
    return max(error.max().item() for error in errors) / largest


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name)
def test_the_correction_is_right_and_the_fault_shows_where_it_was_reported(report):
    truth = report.shown(report.asked.get("surrogate", report.plain), torch.float64)
    assert off(report.shown(report.right, report.precision), truth) <= report.tolerance
    assert off(report.shown(report.wrong, report.precision), truth) > report.tolerance


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name)
def test_the_correction_computes_its_definition(report):
    inputs = leaves(report.unit, torch.float64)
    assert off(results(report.right(*inputs)), results(report.plain(*inputs))) <= report.tolerance


def test_the_population_is_large_and_its_names_differ():
    assert len(REPORTS) >= 40
    assert len({report.name for report in REPORTS}) == len(REPORTS)
