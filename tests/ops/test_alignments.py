"""The loss of alignments: against torch, and against the sum over all paths, written out one by one."""

import itertools

import numpy as np
import pytest
import torch
from like_torch import NEAR, arrays, checked, of_diffcheck, of_torch

import diffcheck.ops as o
from diffcheck.errors import CaseError
from diffcheck.program.trace import record
from diffcheck.verdict import Verdict

ROWS = np.array([[1, 2, 0], [2, 2, 1]])

# The shape of the logits, targets, lengths of inputs and of targets, options.
CALLS = {
    "one": ((4, 3), np.array([1, 2]), 4, 2, {}),
    "a label twice": ((5, 3), np.array([2, 2]), 5, 2, {}),
    "a label twice in the shortest time": ((3, 3), np.array([2, 2]), 3, 2, {}),
    "no label": ((3, 2), np.array([], int), 3, 0, {}),
    "no time to spare": ((2, 4), np.array([3, 1]), 2, 2, {}),
    "rows": ((6, 2, 3), ROWS, np.array([6, 5]), np.array([2, 3]), {}),
    "one behind the other": ((6, 2, 3), np.array([1, 2, 2, 1]), np.array([4, 6]), np.array([2, 2]), {}),
    "another blank": ((5, 2, 4), np.array([[0, 1], [2, 0]]), np.array([5, 4]), np.array([2, 1]), {"blank": 3}),
    "one without a path": (
        (3, 2, 3),
        np.array([[1, 2], [2, 2]]),
        np.array([3, 2]),
        np.array([2, 2]),
        {"zero_infinity": True},
    ),
}
EACH = {
    f"{name}, {reduction}": (shape, rest, {**options, "reduction": reduction})
    for name, (shape, *rest, options) in CALLS.items()
    for reduction in ("mean", "sum", "none")
}
each_call = pytest.mark.parametrize(("shape", "rest", "options"), EACH.values(), ids=EACH)


def ours(rest, options):
    return lambda x: o.ctc_loss(o.log_softmax(x), *rest, **options)


@each_call
def test_it_is_torchs(shape, rest, options):
    (x,) = arrays([shape])

    def theirs(x):
        return torch.nn.functional.ctc_loss(torch.log_softmax(x, -1), *map(torch.as_tensor, rest), **options)

    expected, slopes = of_torch(theirs, [x])
    found, found_slopes = of_diffcheck(ours(rest, options), [x])
    assert expected.shape == found.shape
    np.testing.assert_allclose(found, expected, **NEAR)
    np.testing.assert_allclose(ours(rest, options)(x), expected, **NEAR)
    np.testing.assert_array_equal(ours(rest, options)(torch.tensor(x)).numpy(), expected)
    np.testing.assert_allclose(found_slopes, slopes, **NEAR)
    assert ours(rest, options)(x.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize(("shape", "rest", "options"), [EACH[f"{name}, mean"] for name in CALLS], ids=CALLS)
def test_every_engine_has_the_gradient(shape, rest, options):
    rows = checked(ours(rest, options), arrays([shape]))
    assert {row.engine for row in rows} == {"symbolic", "finite", "autograd"}
    assert {row.verdict for row in rows} <= {Verdict.AGREE, Verdict.LOSSY}


def collapsed(path, blank):
    """What a path reads: each of its runs once, without blanks."""
    return [label for label, _ in itertools.groupby(path) if label != blank]


@pytest.mark.parametrize("labels", [[], [1], [1, 1], [2, 1, 2], [1, 1, 2]], ids=str)
@pytest.mark.parametrize("size", [1.0, 200.0])
def test_it_is_the_sum_over_all_paths(labels, size):
    """By each of the 3^5 paths, whose probabilities are products; also where they are far below all numbers."""
    (x,) = arrays([(5, 3)])
    logs = o.log_softmax(size * x)
    paths = [p for p in itertools.product(range(3), repeat=5) if collapsed(p, 0) == labels]
    sums = np.array([sum(logs[t, label] for t, label in enumerate(path)) for path in paths])
    found = o.ctc_loss(logs, np.array(labels, int), 5, len(labels), reduction="none")
    np.testing.assert_allclose(found, -np.logaddexp.reduce(sums), rtol=1e-14)


def test_torchs_slopes_need_a_log_softmax_before_them():
    """By logs that are free numbers the loss has the slopes -(the part of the paths that pass); torch adds e^log."""
    (x,) = arrays([(4, 3)])
    logs, rest = o.log_softmax(x), (np.array([1, 2]), 4, 2)
    _, found = of_diffcheck(lambda x: o.ctc_loss(x, *rest, reduction="none"), [logs])
    _, told = of_torch(lambda x: torch.nn.functional.ctc_loss(x, *map(torch.as_tensor, rest), reduction="none"), [logs])
    np.testing.assert_allclose(found.reshape(4, 3).sum(1), -1, rtol=1e-14)
    np.testing.assert_allclose(told - found, np.exp(logs).ravel(), rtol=1e-13)


MISTAKES = {
    "too short": (lambda x: o.ctc_loss(x, np.array([1, 1]), 2, 2), r"2 times are too few for the labels \[1, 1\]"),
    "lengths of others": (lambda x: o.ctc_loss(x, np.array([1]), np.array([2]), 1), r"input_lengths \(1,\)"),
    "too long": (lambda x: o.ctc_loss(x, np.array([1]), 4, 1), "input_lengths 4 must lie between 1 and 3"),
    "of an input": (lambda x: o.ctc_loss(x, x[0], 3, 3), "ctc_loss: its labels depend on an input"),
    "reduction": (lambda x: o.ctc_loss(x, np.array([1]), 3, 1, reduction="all"), "unknown reduction 'all'"),
}


@pytest.mark.parametrize(("function", "told"), MISTAKES.values(), ids=MISTAKES)
def test_what_does_not_fit_is_refused(function, told):
    with pytest.raises(CaseError, match=told):
        record(function, {"x": (3, 3)}, {})
