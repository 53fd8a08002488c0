"""Losses with all their options against torch.nn.functional, by its own names: values, slopes, and the referee's."""

import numpy as np
import pytest
import torch
from like_torch import NEAR, arrays, checked, of_diffcheck, of_torch

import diffcheck.ops as o
from diffcheck.errors import CaseError
from diffcheck.program.trace import record
from diffcheck.verdict import Verdict

REDUCTIONS = ("mean", "sum", "none")
SIGNS = np.array([[1.0, -1.0, 1.0], [-1.0, 1.0, -1.0]])
MARKS = [[3, 0, -1, 1], [-1, 2, 2, 2], [1, 1, -1, -1]]
TORCHS = {"bce_with_logits": "binary_cross_entropy_with_logits"}

NORMAL = arrays([(2, 3), (2, 3), (2, 3)])
PART = [1 / (1 + np.exp(-x)) for x in NORMAL]
SIZE = [np.exp(x) for x in NORMAL]
ROWS = arrays([(4, 3)])
IMAGES = arrays([(2, 3, 2, 2)])
LABELS = np.array([2, 0, 1, 0])
PIXELS = np.array([[[2, 0], [1, 1]], [[0, 2], [2, 0]]])
SHARES = np.array([[0.5, 0.25, 0.25], [0.0, 1.0, 0.0], [0.1, 0.2, 0.7], [0.3, 0.3, 0.4]])
OF_CLASSES = np.array([0.5, 2.0, 1.25])


def distance(x, y):
    """By the city's blocks."""
    return o.sum(o.abs(x - y), -1)


# The loss, the arrays that it is a function of, what follows them, its options: each with all three reductions.
CALLS = {
    "mse": ("mse_loss", NORMAL[:2], (), {}),
    "mse weighted": ("mse_loss", NORMAL[:2], (), {"weight": SIZE[2]}),
    "l1": ("l1_loss", NORMAL[:2], (), {}),
    "l1 weighted": ("l1_loss", NORMAL[:2], (), {"weight": SIZE[2]}),
    "smooth l1": ("smooth_l1_loss", NORMAL[:2], (), {"beta": 0.5}),
    "smooth l1 without a bend": ("smooth_l1_loss", NORMAL[:2], (), {"beta": 0.0}),
    "huber": ("huber_loss", NORMAL[:2], (), {"delta": 0.75}),
    "huber weighted": ("huber_loss", NORMAL[:2], (), {"weight": SIZE[2], "delta": 1.5}),
    "bce": ("binary_cross_entropy", PART[:2], (), {}),
    "bce weighted": ("binary_cross_entropy", PART[:2], (), {"weight": SIZE[2]}),
    "bce of logits": ("bce_with_logits", [NORMAL[0], PART[1]], (), {"weight": SIZE[2]}),
    "bce of logits of what is there": ("bce_with_logits", [NORMAL[0], PART[1]], (), {"pos_weight": OF_CLASSES}),
    "bce of logits with both": (
        "bce_with_logits",
        [NORMAL[0], PART[1]],
        (),
        {"pos_weight": OF_CLASSES, "weight": SIZE[2]},
    ),
    "kl": ("kl_div", [NORMAL[0], PART[1]], (), {}),
    "kl of logarithms": ("kl_div", NORMAL[:2], (), {"log_target": True}),
    "poisson": ("poisson_nll_loss", [NORMAL[0], SIZE[1]], (), {"full": True}),
    "poisson of means": ("poisson_nll_loss", SIZE[:2], (), {"log_input": False}),
    "poisson of means, full": ("poisson_nll_loss", SIZE[:2], (), {"log_input": False, "full": True, "eps": 0.25}),
    "gaussian": ("gaussian_nll_loss", [*NORMAL[:2], SIZE[2]], (), {"full": True}),
    "gaussian of a number": ("gaussian_nll_loss", NORMAL[:2], (0.75,), {}),
    "gaussian of rows": ("gaussian_nll_loss", [*NORMAL[:2], SIZE[2][:, 0]], (), {"full": True}),
    "gaussian of a column": ("gaussian_nll_loss", [*NORMAL[:2], SIZE[2][:, :1]], (), {}),
    "soft margin": ("soft_margin_loss", NORMAL[:1], (SIGNS,), {}),
    "hinge": ("hinge_embedding_loss", NORMAL[:1], (SIGNS,), {"margin": 0.5}),
    "ranking": ("margin_ranking_loss", NORMAL[:2], (SIGNS,), {"margin": 0.5}),
    "triplet": ("triplet_margin_loss", NORMAL, (), {"margin": 1.5}),
    "triplet of blocks": ("triplet_margin_loss", NORMAL, (), {"p": 1.0, "eps": 0.25, "swap": True}),
    "triplet of cubes": ("triplet_margin_loss", NORMAL, (2.5,), {"p": 3.0}),
    "triplet of rows": ("triplet_margin_loss", [x[0] for x in NORMAL], (), {"swap": True}),
    "triplet by a distance": (
        "triplet_margin_with_distance_loss",
        NORMAL,
        (),
        {"distance_function": distance, "swap": True, "margin": 3.0},
    ),
    "triplet by no distance": ("triplet_margin_with_distance_loss", NORMAL, (), {"margin": 2.0}),
    "cosine": ("cosine_embedding_loss", arrays([(4, 3), (4, 3)]), (np.array([1, -1, 1, -1]),), {"margin": 0.25}),
    "cross entropy": ("cross_entropy", ROWS, (LABELS,), {}),
    "cross entropy of a row": ("cross_entropy", [ROWS[0][0]], (2,), {"weight": OF_CLASSES, "label_smoothing": 0.25}),
    "cross entropy of classes": ("cross_entropy", ROWS, (LABELS,), {"weight": OF_CLASSES}),
    "cross entropy ignoring": ("cross_entropy", ROWS, (LABELS,), {"weight": OF_CLASSES, "ignore_index": 0}),
    "cross entropy ignoring what is no class": (
        "cross_entropy",
        ROWS,
        (np.array([2, -100, -100, 0]),),
        {"label_smoothing": 0.1},
    ),
    "cross entropy smoothed": ("cross_entropy", ROWS, (LABELS,), {"label_smoothing": 0.1}),
    "cross entropy with all": (
        "cross_entropy",
        ROWS,
        (LABELS,),
        {"label_smoothing": 0.3, "weight": OF_CLASSES, "ignore_index": 1},
    ),
    "cross entropy of images": ("cross_entropy", IMAGES, (PIXELS,), {"weight": OF_CLASSES, "label_smoothing": 0.2}),
    "cross entropy of shares": ("cross_entropy", [*ROWS, SHARES], (), {}),
    "cross entropy of shares smoothed": (
        "cross_entropy",
        [*ROWS, SHARES],
        (),
        {"label_smoothing": 0.1, "weight": OF_CLASSES},
    ),
    "cross entropy of shares of a row": ("cross_entropy", [ROWS[0][0], SHARES[2]], (), {}),
    "cross entropy of shares of images": ("cross_entropy", [*IMAGES, np.exp(IMAGES[0][::-1])], (), {}),
    "nll": ("nll_loss", ROWS, (LABELS,), {"weight": OF_CLASSES, "ignore_index": 1}),
    "nll of images": ("nll_loss", IMAGES, (PIXELS,), {"ignore_index": 2}),
    "nll of a row": ("nll_loss", [ROWS[0][0]], (1,), {"weight": OF_CLASSES}),
    "multi margin": ("multi_margin_loss", ROWS, (LABELS,), {"p": 2, "weight": OF_CLASSES, "margin": 0.75}),
    "multi margin of a row": ("multi_margin_loss", [ROWS[0][0]], (1,), {"p": 2}),
    "multilabel margin": ("multilabel_margin_loss", arrays([(3, 4)]), (np.array(MARKS),), {}),
    "multilabel soft margin": ("multilabel_soft_margin_loss", [NORMAL[0], PART[1]], (), {"weight": OF_CLASSES}),
    "linear cross entropy of pixels": (
        "linear_cross_entropy",
        arrays([(2, 4), (3, 2, 2, 4)]),
        (PIXELS,),
        {"linear_bias": IMAGES[0][0], "weight": OF_CLASSES},
    ),
    "linear cross entropy": (
        "linear_cross_entropy",
        arrays([(4, 2), (3, 2)]),
        (LABELS,),
        {"linear_bias": OF_CLASSES, "weight": OF_CLASSES, "label_smoothing": 0.1},
    ),
}
EACH = {
    f"{name}, {reduction}": (*call[:3], {**call[3], "reduction": reduction})
    for name, call in CALLS.items()
    for reduction in (*REDUCTIONS, *(("batchmean",) if call[0] == "kl_div" else ()))
}
# Torch says at each such mean that it divides by all elements.
pytestmark = pytest.mark.filterwarnings("ignore:reduction. 'mean' divides the total loss")
each_call = pytest.mark.parametrize(("name", "given", "rest", "options"), EACH.values(), ids=EACH)


def tensors(given):
    return tuple(torch.tensor(a) if isinstance(a, (np.ndarray, int)) else a for a in given)


def theirs(name, rest, options):
    """Torch's own function, with tensors for arrays."""
    function = getattr(torch.nn.functional, TORCHS.get(name, name))
    named = {k: torch.tensor(v) if isinstance(v, np.ndarray) else v for k, v in options.items()}
    return lambda *x: function(*x, *(rest if name == "triplet_margin_loss" else tensors(rest)), **named)


@each_call
def test_a_loss_is_torchs(name, given, rest, options):
    ours = getattr(o, name)
    expected, slopes = of_torch(theirs(name, rest, options), given)
    found, found_slopes = of_diffcheck(lambda *x: ours(*x, *rest, **options), given)
    by_numpy = ours(*given, *rest, **options)
    by_torch = ours(*map(torch.tensor, given), *rest, **options)
    assert expected.shape == found.shape == np.shape(by_numpy) == tuple(by_torch.shape)
    np.testing.assert_allclose(found, expected, **NEAR)
    np.testing.assert_allclose(by_numpy, expected, **NEAR)
    np.testing.assert_array_equal(by_torch.numpy(), expected)
    np.testing.assert_allclose(found_slopes, slopes, **NEAR)


@each_call
def test_single_precision_stays_single(name, given, rest, options):
    given = [a.astype(np.float32) for a in given]
    assert getattr(o, name)(*given, *rest, **options).dtype == np.float32
    assert getattr(o, name)(*map(torch.tensor, given), *rest, **options).dtype == torch.float32


@pytest.mark.parametrize(("name", "given", "rest", "options"), CALLS.values(), ids=CALLS)
def test_every_engine_has_the_gradient(name, given, rest, options):
    rows = checked(lambda *x: getattr(o, name)(*x, *rest, **options), given)
    assert {row.engine for row in rows} == {"symbolic", "finite", "autograd"}
    assert {row.verdict for row in rows} <= {Verdict.AGREE, Verdict.LOSSY}


# Weights that are inputs.
WEIGHED = {
    "mse": (lambda x, w: o.mse_loss(x, NORMAL[1], weight=w), SIZE[2]),
    "l1": (lambda x, w: o.l1_loss(x, NORMAL[1], weight=w, reduction="sum"), SIZE[2]),
    "cross entropy of shares": (lambda x, w: o.cross_entropy(x, PART[1], weight=w, label_smoothing=0.1), OF_CLASSES),
    "multilabel soft margin": (lambda x, w: o.multilabel_soft_margin_loss(x, PART[1], weight=w), OF_CLASSES),
}


@pytest.mark.parametrize(("function", "weight"), WEIGHED.values(), ids=WEIGHED)
def test_weights_may_be_inputs(function, weight):
    rows = checked(function, [NORMAL[0], weight])
    assert {row.engine for row in rows} == {"symbolic", "finite", "autograd"}
    assert {row.verdict for row in rows} <= {Verdict.AGREE, Verdict.LOSSY}


REFUSED = {
    "cross entropy at labels": (lambda x, w: o.cross_entropy(x, np.array([2, 0]), weight=w), OF_CLASSES),
    "bce of logits of what is there": (lambda x, w: o.bce_with_logits(x, PART[1], pos_weight=w), OF_CLASSES),
}


@pytest.mark.parametrize(("function", "weight"), REFUSED.values(), ids=REFUSED)
def test_weights_by_which_torch_has_no_slopes_have_them_all_the_same(function, weight):
    rows = checked(function, [NORMAL[0], weight])
    assert {row.engine: row.verdict for row in rows} == {
        "symbolic": Verdict.AGREE,
        "finite": Verdict.AGREE,
        "autograd": Verdict.UNSUPPORTED,
    }


# Where pieces meet: a function of one array, a point, the truth.
KINKS = {
    "smooth l1 without a bend": (
        lambda x: o.smooth_l1_loss(x, np.array([1.0, 0.0]), 0.0, reduction="sum"),
        [1.0, 3.0],
        "[-1, 1]",
    ),
    "a weighted difference of nothing": (
        lambda x: o.l1_loss(x, np.array([2.0, 0.0]), weight=np.array([3.0, 1.0]), reduction="sum"),
        [2.0, 1.0],
        "[-3, 3]",
    ),
    "a margin that is just kept": (
        lambda x: o.hinge_embedding_loss(x, np.array([-1.0, 1.0]), 0.5, reduction="sum"),
        [0.5, 2.0],
        "[-1, 0]",
    ),
    "a label ahead by the margin": (
        lambda x: o.multi_margin_loss(x, 0, margin=0.5, reduction="sum"),
        [1.0, 0.5],
        "[-0.5, 0]",
    ),
}


@pytest.mark.parametrize(("function", "x", "truth"), KINKS.values(), ids=KINKS)
def test_pieces_meet_in_a_kink(function, x, truth):
    rows = checked(function, [np.array(x)])
    assert {row.truth for row in rows} == {truth}
    assert {row.verdict for row in rows} == {Verdict.KINK}


SMOOTH = {
    "smooth l1 at its bend": (lambda x: o.smooth_l1_loss(x, np.zeros(2), 0.5, reduction="sum"), [0.5, -0.5]),
    "huber at its bend": (lambda x: o.huber_loss(x, np.zeros(2), 0.75, reduction="sum"), [0.75, -0.75]),
    "a squared margin that is just kept": (lambda x: o.multi_margin_loss(x, 0, 2, 0.5), [1.0, 0.5]),
    "a class that has no share": (lambda x: o.cross_entropy(x, np.array([0.0, 1.0])), [300.0, -300.0]),
    "a class that is sure": (lambda x: o.cross_entropy(x, 0, label_smoothing=0.5), [300.0, -300.0]),
    "a large logit against what is there": (
        lambda x: o.bce_with_logits(x, np.ones(1), pos_weight=np.array([3.0])),
        [-700.0],
    ),
}


@pytest.mark.parametrize(("function", "x"), SMOOTH.values(), ids=SMOOTH)
def test_hard_points_without_a_kink(function, x):
    rows = checked(function, [np.array(x)], domain=(-1e3, 1e3))
    assert {row.verdict for row in rows} <= {Verdict.AGREE, Verdict.LOSSY}


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_the_mean_at_labels_is_over_their_weights(reduction):
    """Of two rows of equal classes, ln 3 each: (1/2 + 5/4) ln 3, over 7/4 in the mean."""
    x = np.zeros((3, 3))
    found = o.cross_entropy(x, np.array([0, 2, 1]), weight=OF_CLASSES, ignore_index=1, reduction=reduction)
    np.testing.assert_allclose(found, np.log(3) * {"mean": 1, "sum": 7 / 4}[reduction], rtol=1e-15)


MISTAKES = {
    "an unknown reduction": (lambda x: o.mse_loss(x, x, reduction="max"), "mse_loss: unknown reduction 'max': choose"),
    "a weight of another shape": (
        lambda x: o.huber_loss(x, x, weight=np.ones(3)),
        r"weight has shape \(3,\), the losses \(2, 3\)",
    ),
    "a label that is no class": (lambda x: o.nll_loss(x, np.array([0, 3])), r"labels \[0, 3\] .* from 0 to 2, or -100"),
    "labels of other rows": (lambda x: o.cross_entropy(x, np.array([0])), r"labels \[0\] .* of shape \(2,\)"),
    "labels of an input": (lambda x: o.nll_loss(x, x[:, 0]), "nll_loss: its labels depend on an input"),
    "no label left": (lambda x: o.nll_loss(x, np.array([1, 1]), ignore_index=1), "nothing is left to take the mean of"),
    "an ignored share": (lambda x: o.cross_entropy(x, x, ignore_index=1), "ignore_index=1 beside probabilities"),
    "variances of other means": (
        lambda x: o.gaussian_nll_loss(x, 0.0, np.ones((2, 2))),
        r"variances have shape \(2, 2",
    ),
    "a third power": (lambda x: o.multi_margin_loss(x, np.array([0, 1]), p=3), "p is 3"),
}


@pytest.mark.parametrize(("function", "told"), MISTAKES.values(), ids=MISTAKES)
def test_what_does_not_fit_is_refused(function, told):
    with pytest.raises(CaseError, match=told):
        record(function, {"x": (2, 3)}, {})
