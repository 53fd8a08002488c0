"""Every operation on whole arrays: against NumPy, torch and the same by numbers, with first and second derivatives."""

import numpy as np
import pytest
import torch
from array_rows import LAYERS, PLACES, SHAPE, USES, function, point

import diffcheck.ops as o
from diffcheck.case.operators import Operator
from diffcheck.errors import CaseError
from diffcheck.formats import FORMATS
from diffcheck.ops.own import Own
from diffcheck.program.chain import gradient
from diffcheck.program.compile import Compiled
from diffcheck.program.differentiate import jacobian
from diffcheck.program.emit import Emitted
from diffcheck.program.scalarise import scalarise
from diffcheck.program.trace import record
from diffcheck.referee.arrays.bounds import bounds, bounds_of_values
from diffcheck.referee.arrays.certify import ArrayReferee
from diffcheck.referee.component import Status
from diffcheck.referee.ladder import LADDER
from diffcheck.referee.rounding.bounds import Bounds
from diffcheck.referee.truth import Referee

FLOAT64 = FORMATS["float64"]
NAMES = "abcd"
SEEDS = range(30)
ALL = {**USES, **LAYERS}
each_use = pytest.mark.parametrize(("use", "shapes"), ALL.values(), ids=ALL)
NEAR = {"rtol": 1e-8, "atol": 1e-9}


def recorded(use, shapes):
    names = NAMES[: len(shapes)]
    return record(lambda **x: use(*(x[n] for n in names)), dict(zip(names, shapes, strict=True)), {})


def mixed(use, shapes):
    """A number made of all the results, so that second derivatives move."""
    shape = recorded(use, shapes).shape
    weights = np.random.default_rng(5).normal(size=shape)
    return lambda *x: o.sum(o.mul(o.tanh(use(*x)), weights))


def flat(arrays):
    return np.concatenate([np.ravel(a) for a in arrays])


def test_every_row_is_used_here():
    used = {node.name for use, shapes in ALL.values() for node in recorded(use, shapes).nodes}
    assert used >= Own.rows.keys()


@each_use
def test_values_are_those_of_numpy_and_torch(use, shapes):
    arrays, graph = point(shapes), recorded(use, shapes)
    expected = use(*map(torch.tensor, arrays)).numpy()
    assert graph.shape == expected.shape
    np.testing.assert_allclose(use(*arrays), expected, **NEAR)
    np.testing.assert_allclose(Emitted(graph).at(flat(arrays)), expected, **NEAR)
    np.testing.assert_allclose(Compiled(scalarise(graph)).batch(flat(arrays)[None])[0], expected, **NEAR)


@each_use
def test_jacobians_are_torchs(use, shapes):
    arrays, graph = point(shapes), recorded(use, shapes)
    x, wrt = flat(arrays), range(sum(a.size for a in arrays))
    parts = torch.autograd.functional.jacobian(use, tuple(map(torch.tensor, arrays)))
    expected = np.concatenate([p.numpy().reshape(*graph.shape, -1) for p in parts], -1)
    np.testing.assert_allclose(Emitted(gradient(graph, wrt)).at(x), expected, **NEAR)
    np.testing.assert_allclose(Compiled(jacobian(scalarise(graph), wrt)).batch(x[None])[0], expected, **NEAR)


@each_use
def test_second_derivatives_are_torchs(use, shapes):
    arrays, whole = point(shapes), mixed(use, shapes)
    graph, x, wrt = recorded(whole, shapes), flat(arrays), range(sum(a.size for a in arrays))

    def of_vector(v):
        sections = torch.split(v, [a.size for a in arrays])
        return whole(*(s.reshape(a.shape) for s, a in zip(sections, arrays, strict=True)))

    expected = torch.autograd.functional.hessian(of_vector, torch.tensor(x)).numpy()
    found = Emitted(gradient(gradient(graph, wrt), wrt)).at(x)
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-7)


@each_use
def test_a_batch_is_its_points(use, shapes):
    many = np.stack([flat(point(shapes, seed)) for seed in range(3)])
    emitted = Emitted(gradient(recorded(use, shapes), range(many.shape[1])))
    np.testing.assert_allclose(emitted.batch(many), [emitted.at(x) for x in many], **NEAR)


def certified(graph, x, operator):
    """What arrays certify at a point, having held it against numbers."""
    wrt = range(len(x))
    found = ArrayReferee(graph, operator, wrt).at(x, LADDER)
    by_numbers = Referee(scalarise(graph), operator, wrt)
    truth = by_numbers.truth(x)
    assert all(found.confirmed)
    for ours, theirs in zip(found.components, truth.components, strict=True):
        assert ours.status is theirs.status is Status.CERTIFIED
        assert ours.left.overlaps(theirs.left)
    return found, by_numbers, truth


@each_use
@pytest.mark.parametrize("operator", [Operator.GRADIENT, Operator.HESSIAN], ids=lambda o: o.name)
def test_enclosures_are_those_of_the_numbers(use, shapes, operator):
    certified(recorded(mixed(use, shapes), shapes), flat(point(shapes)).tolist(), operator)


@pytest.mark.parametrize("seed", SEEDS)
def test_random_functions_are_certified_and_bounded_as_by_numbers(seed):
    """A constant that arrays hold twice counts twice there: a factor of four is allowed."""
    graph = record(function(seed), {"x": SHAPE}, {})
    x = point([SHAPE], seed)[0].ravel().tolist()
    found, by_numbers, truth = certified(graph, x, Operator.GRADIENT)
    exact = Bounds(by_numbers)
    pairs = [*zip(bounds(found, x, FLOAT64, not_told), exact.at(truth, x, FLOAT64), strict=True)]
    values = [bound for bound, _ in exact.of_values(truth, x, FLOAT64)]
    pairs += zip(bounds_of_values(found, FLOAT64), values, strict=True)
    for estimate, expected in pairs:
        left, right = float(estimate.scale.mid()), float(expected.scale.mid())
        assert right / 4 <= left <= 4 * right


@pytest.mark.parametrize("seed", SEEDS)
def test_random_functions_have_torchs_gradient(seed):
    (x,) = point([SHAPE], seed)
    tensor = torch.tensor(x, requires_grad=True)
    (expected,) = torch.autograd.grad(function(seed)(tensor), tensor)
    graph = record(function(seed), {"x": SHAPE}, {})
    np.testing.assert_allclose(Emitted(gradient(graph, range(x.size))).at(x.ravel()), expected.numpy().ravel(), **NEAR)


# A row, its parameters, the shapes of its operands; matrices are moved away from singular ones.
ROWS = {
    "logsumexp": ("logsumexp", (), [(2, 4)]),
    "softmax": ("softmax", (), [(2, 4)]),
    "log_softmax": ("log_softmax", (), [(2, 4)]),
    "prod": ("prod", (), [(2, 4)]),
    "solve": ("solve", (), [(2, 3, 3), (2, 3, 2)]),
    "inverse": ("inverse", (), [(2, 3, 3)]),
    "det": ("det", (), [(2, 3, 3)]),
    "logabsdet": ("logabsdet", (), [(2, 3, 3)]),
    "triangle below": ("solve_triangular", (True,), [(2, 3, 3), (2, 3, 2)]),
    "triangle above": ("solve_triangular", (False,), [(2, 3, 3), (2, 3, 2)]),
    "cholesky": ("cholesky", (), [(2, 3, 3)]),
    "eigenvalues": ("eigenvalues", (2, 0), [(2, 3, 3)]),
    "eigenprojections": ("eigenprojections", (0, 2), [(2, 3, 3)]),
    "general_eigenvalues": ("general_eigenvalues", (), [(2, 3, 3)]),
    "general_eigenprojections": ("general_eigenprojections", (), [(2, 3, 3)]),
    "matrix_exp": ("matrix_exp", (), [(2, 2, 2)]),
    "upper_factor": ("upper_factor", (), [(2, 4, 2)]),
}
each_row = pytest.mark.parametrize(("name", "parameters", "shapes"), ROWS.values(), ids=ROWS)


def operands_of(shapes, seed=0):
    """Arrays of normal numbers; to a matrix its transpose is added, and nine times the identity."""
    return [a + np.swapaxes(a, -1, -2) + 9 * np.eye(3) if a.shape[-1] == 3 else a for a in point(shapes, seed)]


def test_every_smooth_row_is_listed():
    assert {name for name, *_ in ROWS.values()} == {name for name, row in Own.rows.items() if row.chosen is None}


@each_row
def test_what_is_pushed_forward_is_what_is_pulled_back(name, parameters, shapes):
    """The slopes of both directions are one matrix; their sizes move a result no less."""
    row, operands = Own.rows[name], operands_of(shapes)
    graph = recorded(lambda x, *rest: x.own(row, *rest, parameters=parameters), shapes)
    slopes = Emitted(gradient(graph, range(sum(a.size for a in operands)))).at(flat(operands))
    moved = [m[None] for m in point(shapes, 1)]
    value = row.on_numpy(parameters, *operands)
    (pushed,) = row.pushed(parameters, np.asarray, value, *operands, *moved)
    np.testing.assert_allclose(pushed, slopes @ flat(moved), **NEAR)
    (most,) = row.pushed(parameters, np.abs, value, *operands, *map(np.abs, moved))
    assert (most >= np.abs(pushed) * (1 - 1e-9)).all()
    (adjoint,) = point([value.shape], 2)
    flat_slopes = slopes.reshape(value.size, -1)
    back = [row.back(parameters, np.asarray, k, adjoint, value, *operands) for k in range(len(operands))]
    np.testing.assert_allclose(flat(back), adjoint.ravel() @ flat_slopes, **NEAR)
    sizes = [row.back(parameters, np.abs, k, np.abs(adjoint), value, *operands) for k in range(len(operands))]
    assert (flat(sizes) >= np.abs(flat(back)) * (1 - 1e-9)).all()


@each_row
def test_implementations_lose_no_more_than_the_row_says(name, parameters, shapes):
    """In single precision, beside the rounding of the operands themselves, which are held by it."""
    row, unit = Own.rows[name], 2.0**-24
    lost = []
    for seed in range(20):
        single = [a.astype(np.float32) for a in operands_of(shapes, seed)]
        exact = [a.astype(float) for a in single]
        value = row.on_numpy(parameters, *exact)
        error = np.abs(row.on_numpy(parameters, *single) - value)[value != 0]
        lost.append(np.max(error / (unit * row.lost(parameters, value, *exact)[value != 0])))
    assert max(lost) <= 4
    assert max(lost) > 0.01


def test_a_singular_matrix_spoils_no_other():
    many = np.stack([np.eye(2), np.zeros((2, 2)), 2 * np.eye(2)])
    found = Own.rows["inverse"].on_numpy((), many)
    assert np.isnan(found[1]).all()
    assert found[[0, 2]].tolist() == [np.eye(2).tolist(), (np.eye(2) / 2).tolist()]


def not_told(_):
    raise AssertionError("arrays tell the bounds")


def truth_of(use, x):
    shape = np.shape(x)
    graph = record(lambda x: use(x), {"x": shape}, {})
    return graph, Referee(scalarise(graph), Operator.GRADIENT, range(np.size(x))).truth(np.ravel(x).tolist())


AT_ZERO = {
    "a product with a zero": (o.prod, [0.0, 2.0, 3.0], [6, 0, 0]),
    "a product with two": (o.prod, [0.0, 0.0, 3.0], [0, 0, 0]),
    "a singular determinant": (o.det, [[1.0, 2.0], [2.0, 4.0]], [4, -2, -2, 1]),
    "one of rank one": (o.det, [[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [3.0, 6.0, 9.0]], [0] * 9),
}


@pytest.mark.parametrize(("use", "x", "expected"), AT_ZERO.values(), ids=AT_ZERO)
def test_slopes_are_right_where_a_quotient_by_the_value_is_none(use, x, expected):
    _, truth = truth_of(use, x)
    assert [c.status for c in truth.components] == [Status.CERTIFIED] * len(expected)
    assert [float(c.left.mid()) for c in truth.components] == expected


def test_a_product_with_a_zero_is_certified_on_arrays():
    graph = record(o.prod, {"x": (3,)}, {})
    found = ArrayReferee(graph, Operator.GRADIENT, range(3)).at([0.0, 2.0, 3.0], LADDER)
    assert [float(c.left) for c in found.components] == [6, 0, 0]


@pytest.mark.parametrize(
    "use",
    [
        lambda x: o.sum(o.inverse(x)),
        lambda x: o.sum(o.solve(x, np.array([1.0, 2.0]))),
        lambda x: o.slogdet(x)[1],
    ],
    ids=["inverse", "solve", "slogdet"],
)
def test_a_singular_matrix_has_no_answer(use):
    graph, truth = truth_of(use, [[1.0, 2.0], [2.0, 4.0]])
    assert {c.status for c in truth.components} == {Status.UNDEFINED}
    assert ArrayReferee(graph, Operator.GRADIENT, range(4)).at([1.0, 2.0, 2.0, 4.0], LADDER) is None


def test_what_is_not_positive_has_no_cholesky_factor():
    _, truth = truth_of(lambda x: o.sum(o.cholesky(x)), [[1.0, 2.0], [2.0, 1.0]])
    assert {c.status for c in truth.components} == {Status.UNDEFINED}


def test_cholesky_reads_what_stands_below():
    graph = record(lambda x: o.cholesky(x), {"x": (2, 2)}, {})
    slopes = Emitted(gradient(graph, range(4))).at([4.0, 7.0, 2.0, 5.0])
    assert slopes[..., 1].tolist() == [[0, 0], [0, 0]]
    np.testing.assert_allclose(slopes[1, 0], [-0.125, 0, 0.5, 0])  # of a21 / sqrt(a11)


# Function, point, whether it is a kink.
SELECTIONS = {
    "the largest": (lambda x: o.amax(x), [1.0, 4.0, 2.0, 2.0], False),
    "two largest": (lambda x: o.amax(x), [1.0, 4.0, 2.0, 4.0], True),
    "sorted": (lambda x: o.sum(o.sort(x) * np.arange(4)), [1.0, 4.0, 2.0, 3.0], False),
    "sorted equals": (lambda x: o.sum(o.sort(x) * np.arange(4)), [1.0, 4.0, 2.0, 2.0], True),
    "the middle beside equals": (lambda x: o.median(x[:3]) * x[3], [4.0, 1.0, 2.0, 2.0], False),
    "the two largest": (lambda x: o.sum(o.topk(x, 2) ** 2), [1.0, 4.0, 1.0, 2.0], False),
    "one element twice": (lambda x: o.amax(x[np.array([1, 1, 0])]) ** 2, [1.0, 4.0, 2.0, 2.0], False),
    "windows over the edge": (
        lambda x: o.sum(o.max_pool1d(x.reshape(1, 4), 3, padding=1)),
        [1.0, 4.0, 2.0, 3.0],
        False,
    ),
    "windows of two lengths": (
        lambda x: o.sum(o.adaptive_max_pool1d(x.reshape(1, 4), (3,))),
        [1.0, 4.0, 2.0, 3.0],
        False,
    ),
    "windows that share equals": (
        lambda x: o.sum(o.adaptive_max_pool1d(x.reshape(1, 4), 3)),
        [1.0, 4.0, 4.0, 3.0],
        True,
    ),
    "labels ahead by one": (
        lambda x: o.multilabel_margin_loss(x, np.array([1, -1, 0, 0])),
        [0.5, 1.5, 1.0, 0.0],
        True,
    ),
    "a cosine at its margin": (
        lambda x: o.cosine_embedding_loss(x[:2], x[2:], -1, 0.0),
        [1.0, 2.0, -2.0, 1.0],
        True,
    ),
}


@pytest.mark.parametrize(("use", "x", "kink"), SELECTIONS.values(), ids=SELECTIONS)
def test_selections_are_told_as_by_numbers(use, x, kink):
    graph, truth = truth_of(use, x)
    found = ArrayReferee(graph, Operator.GRADIENT, range(4)).at(x, LADDER)
    for ours, theirs in zip(found.components, truth.components, strict=True):
        assert ours.status is theirs.status
        assert ours.left.overlaps(theirs.left)
    assert (Status.KINK in {c.status for c in truth.components}) is kink


def test_a_selection_differentiated_as_it_stands_shares_among_equals():
    graph = record(o.amax, {"x": (3,)}, {})
    assert Emitted(gradient(graph, range(3))).at([2.0, 1.0, 2.0]).tolist() == [0.5, 0, 0.5]


# A function, the shapes of its arguments, what it is told.
MISTAKES = {
    "matmul": (o.matmul, [(2, 3, 4), (3, 4, 2)], r"shapes \(2, 3, 4\) and \(3, 4, 2\): the axes before the last two"),
    "einsum of too few": (lambda x: o.einsum("ij,jk->ik", x), [(2, 2)], "1 arrays for 2 terms"),
    "einsum of other axes": (lambda x: o.einsum("ijk->i", x), [(2, 2)], "'ijk' does not name the axes"),
    "einsum of two lengths": (lambda x, y: o.einsum("ij,jk", x, y), [(2, 2), (3, 2)], "give 'j' the lengths 2 and 3"),
    "einsum of a new letter": (lambda x: o.einsum("ij->k", x), [(2, 2)], "letters of the result"),
    "tensordot": (
        lambda x, y: o.tensordot(x, y, 1),
        [(2, 3), (2, 3, 4)],
        r"tensordot over 1: shapes \(2, 3\) and \(2, 3, 4\)",
    ),
    "conv2d of channels": (o.conv2d, [(1, 3, 4, 4), (2, 2, 3, 3)], r"conv2d: x has shape \(1, 3, 4, 4\), w"),
    "conv1d of a long kernel": (o.conv1d, [(1, 3), (1, 1, 4)], r"reaches over \(4,\) does not fit into \(3,\)"),
    "conv1d of the same size": (
        lambda x, w: o.conv1d(x, w, padding="same", stride=2),
        [(1, 3), (1, 1, 3)],
        "padding 'same' with stride",
    ),
    "max_pool1d of nothing": (lambda x: o.max_pool1d(x, 1, padding=1), [(1, 3)], "some windows .* hold nothing"),
    "avg_pool2d": (lambda x: o.avg_pool2d(x, 2), [(4,)], r"avg_pool2d: x has shape \(4,\)"),
    "conv_transpose2d of channels": (
        o.conv_transpose2d,
        [(1, 3, 4, 4), (2, 2, 3, 3)],
        r"conv_transpose2d: x has shape \(1, 3, 4, 4\), w \(2, 2, 3, 3\), with 1 group",
    ),
    "conv_transpose1d of groups": (
        lambda x, w: o.conv_transpose1d(x, w, groups=2),
        [(3, 4), (3, 2, 2)],
        "a multiple of the groups",
    ),
    "conv_transpose1d that is padded more": (
        lambda x, w: o.conv_transpose1d(x, w, stride=2, output_padding=2),
        [(1, 3), (1, 1, 2)],
        r"output_padding \(2,\) with stride \(2,\)",
    ),
    "conv_transpose1d of nothing": (
        lambda x, w: o.conv_transpose1d(x, w, padding=1),
        [(1, 1), (1, 1, 2)],
        r"padding \(1,\) takes all of the lengths \(2,\) away: use less",
    ),
    "conv_transpose1d without a stride": (
        lambda x, w: o.conv_transpose1d(x, w, stride=0),
        [(1, 3), (1, 1, 2)],
        "conv_transpose1d: stride=0: it must be one whole number or 1, 1 at least",
    ),
    "conv_transpose2d of three strides": (
        lambda x, w: o.conv_transpose2d(x, w, stride=(1, 1, 1)),
        [(1, 3, 3), (1, 1, 2, 2)],
        r"stride=\(1, 1, 1\): it must be one whole number or 2",
    ),
    "unfold of a row": (lambda x: o.unfold(x, 2), [(3, 4)], r"unfold: x has shape \(3, 4\)"),
    "unfold with less than nothing": (lambda x: o.unfold(x, 2, padding=-1), [(1, 3, 4)], "padding=-1: .* 0 at least"),
    "unfold of a large kernel": (lambda x: o.unfold(x, 4), [(1, 3, 4)], r"reaches over \(4, 4\) does not fit"),
    "fold": (lambda x: o.fold(x, (3, 2), 2), [(4, 3)], r"fold: x has shape \(4, 3\): .* a multiple of 4, 2\)"),
    "fold of a large kernel": (lambda x: o.fold(x, 2, 3), [(9, 1)], "fold: x has shape"),
    "adaptive_avg_pool2d of a row": (lambda x: o.adaptive_avg_pool2d(x, 2), [(3, 4)], r"x has shape \(3, 4\): it must"),
    "adaptive_max_pool1d to nothing": (lambda x: o.adaptive_max_pool1d(x, 0), [(3, 4)], "output_size 0 must be"),
    "adaptive_avg_pool2d to one": (
        lambda x: o.adaptive_avg_pool2d(x, (2,)),
        [(1, 3, 4)],
        r"output_size \(2,\) must be",
    ),
    "lp_pool1d of infinity": (lambda x: o.lp_pool1d(x, np.inf, 2), [(1, 4)], "norm_type inf must be a positive number"),
    "lp_pool1d of two lengths": (lambda x: o.lp_pool1d(x, 2, (2, 2)), [(1, 4)], r"lp_pool1d: kernel_size=\(2, 2\)"),
    "pixel_shuffle": (lambda x: o.pixel_shuffle(x, 2), [(3, 2, 2)], "3 channels are no multiple of the square"),
    "pixel_shuffle by nothing": (lambda x: o.pixel_shuffle(x, 0), [(3, 2, 2)], "the factor is 0"),
    "pixel_unshuffle": (lambda x: o.pixel_unshuffle(x, 2), [(1, 3, 2)], "height 3 and width 2 must be multiples"),
    "linear": (o.linear, [(2, 3), (3, 4)], r"linear: x has shape \(2, 3\), weight \(3, 4\)"),
    "bilinear": (o.bilinear, [(2, 3), (3, 2), (1, 3, 2)], r"bilinear: shapes \(2, 3\) and \(3, 2\)"),
    "local_response_norm": (lambda x: o.local_response_norm(x, 2), [(2, 3)], "size a positive number of channels"),
    "pairwise_distance": (lambda x, y: o.pairwise_distance(x, y, 0), [(2, 3), (2, 3)], "p=0: it must be a positive"),
    "cosine_embedding_loss": (
        lambda x, y: o.cosine_embedding_loss(x, y, np.array([1, -1, 1])),
        [(2, 3), (2, 3)],
        r"with signs of shape \(3,\)",
    ),
    "cosine_embedding_loss of labels": (
        lambda x, y: o.cosine_embedding_loss(x, y, np.array([1, 0])),
        [(2, 3), (2, 3)],
        r"sign \[1, 0\] must hold 1 and -1 alone",
    ),
    "cosine_embedding_loss of an input": (
        o.cosine_embedding_loss,
        [(2, 3), (2, 3), (2,)],
        "cosine_embedding_loss: its labels depend on an input: give them as numbers",
    ),
    "multilabel_margin_loss of an input": (o.multilabel_margin_loss, [(3,), (3,)], "its labels depend on an input"),
    "multilabel_margin_loss": (
        lambda x: o.multilabel_margin_loss(x, np.array([0, 1])),
        [(2, 3)],
        r"target \(2,\): .* fill the rows of target up with -1",
    ),
    "multilabel_margin_loss of a fourth class": (
        lambda x: o.multilabel_margin_loss(x, np.array([3, -1, -1])),
        [(3,)],
        "must hold whole numbers from 0 to 2",
    ),
    "multilabel_margin_loss of marks": (
        lambda x: o.multilabel_margin_loss(x, np.array([0.0, 1.0, 1.0])),
        [(3,)],
        "must hold whole numbers",
    ),
    "solve of no square": (o.solve, [(2, 3), (2,)], r"solve: an array of shape \(2, 3\) holds no square matrices"),
    "solve of other rows": (o.solve, [(2, 2), (3,)], "the right side needs 2 rows"),
    "solve of many": (o.solve, [(2, 2, 2), (3, 2, 1)], r"solve: shapes .* do not fit together"),
    "inverse of a vector": (lambda x: o.inverse(x), [(3,)], r"inverse: an array of shape \(3,\)"),
    "solve_triangular": (o.solve_triangular, [(2, 2), (3, 1)], "B needs 2 rows$"),
    "solve_triangular of a vector": (o.solve_triangular, [(2, 2), (2,)], r"B needs 2 rows and columns: reshape\(b"),
    "cross of two": (o.cross, [(2, 2), (2, 2)], r"cross: shapes \(2, 2\) and \(2, 2\): both need three elements"),
    "multi_dot of one": (lambda x: o.multi_dot([x]), [(2, 2)], "multi_dot: 1 array: it takes two or more"),
    "vander of one power": (lambda x: o.vander(x, 1), [(3,)], "vander: n=1: it must be two or more"),
    "cdist of other rows": (o.cdist, [(2, 3), (2, 2)], r"cdist: shapes \(2, 3\) and \(2, 2\): both need rows of one"),
    "cdist below zero": (
        lambda x, y: o.cdist(x, y, -1),
        [(2, 3), (2, 3)],
        "cdist: p=-1: it must be zero or a positive",
    ),
    "logdet of no square": (o.logdet, [(2, 3)], r"logdet: an array of shape \(2, 3\) holds no square matrices"),
    "tensorsolve": (o.tensorsolve, [(2, 3), (2,)], r"tensorsolve: shapes \(2, 3\) and \(2,\) make no square matrix"),
    "tensorinv": (
        o.tensorinv,
        [(2, 2, 3)],
        r"tensorinv: an array of shape \(2, 2, 3\) and ind=2 make no square matrix",
    ),
    "householder_product": (
        o.householder_product,
        [(2, 3), (2,)],
        r"householder_product: shapes .* do not fit together",
    ),
    "cov of matrices": (o.cov, [(2, 2, 3)], r"cov: shape \(2, 2, 3\), correction=1: it takes rows of more elements"),
    "corrcoef of a vector": (o.corrcoef, [(3,)], r"corrcoef: an array of shape \(3,\) holds no rows"),
    "permute": (lambda x: o.permute(x, (0, 0)), [(2, 2)], r"permute: \(0, 0\) is no order of the axes"),
    "gather": (lambda x: o.gather(x, 1, np.array([[3]])), [(2, 3)], "gather: places of shape"),
    "scatter_add": (lambda x, y: o.scatter_add(x, 1, PLACES, y), [(2, 3), (1, 3)], "scatter_add: elements of shape"),
    "amax of nothing": (lambda x: o.amax(x, 1), [(2, 0)], "over an empty axis"),
}


@pytest.mark.parametrize(("use", "shapes", "told"), MISTAKES.values(), ids=MISTAKES)
def test_shapes_that_do_not_fit_are_told(use, shapes, told):
    with pytest.raises(CaseError, match=told):
        recorded(use, shapes)
