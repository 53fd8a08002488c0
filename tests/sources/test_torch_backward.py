"""The backward passes of torch code, recorded as they run: what excuses and accuses them, and the line it names."""

import functools
import linecache
import math
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from library import models
from torch import nn
from torch.nn import functional
from wrong_backwards import Scaled, ScaledByMean, Stale

from diffcheck import case_of
from diffcheck.api import Settings, conduct
from diffcheck.case.operators import Operator
from diffcheck.engines.autograd.modes import reverse
from diffcheck.errors import Unsupported
from diffcheck.judgement import recorded_code
from diffcheck.program.emit import Emitted
from diffcheck.verdict import Reason, Verdict

HEALTHY = {Verdict.AGREE, Verdict.ILL_CONDITIONED}
DTYPES = ["float64", "float32", "bfloat16"]
GENERATOR = torch.Generator().manual_seed(1)


def random(*shape):
    return torch.randn(*shape, dtype=torch.float64, generator=GENERATOR)


def judged(code, *arguments, dtype="float64"):
    return heard(case_of(code, *arguments, name="own"), dtype)


def heard(subject, dtype="float64"):
    settings = Settings(engines=("autograd",), samples=2, timing=False, dtypes=(dtype,))
    (row,) = conduct(subject, settings).rows
    return row


def named_line(note):
    """The line that a note names."""
    file, number = re.search(r"(\w+\.py):(\d+)", note).groups()
    (path,) = Path(__file__).parents[1].rglob(file)
    return linecache.getline(str(path), int(number))


# What is recorded is what torch evaluates, elsewhere too.

MODELS = models()
IMAGE, VOLUME, SEQUENCE = random(2, 2, 5, 6), random(1, 2, 4, 4, 4), random(2, 4, 6)
IDS = torch.tensor([[0, 2, 1], [1, 1, 0]])
LABELS = torch.tensor([1, 0])
QUERY, KEY, VALUE = random(1, 1, 3, 2), random(1, 1, 3, 2), random(1, 1, 3, 2)
SAMPLED = functools.partial(functional.grid_sample, align_corners=False)
FUNCTIONS = {
    "conv1d": (lambda x, w: functional.conv1d(x, w, stride=2, padding=1), (SEQUENCE, random(3, 4, 2))),
    "conv2d-groups": (lambda x, w, b: functional.conv2d(x, w, b, groups=2), (IMAGE, random(4, 1, 2, 3), random(4))),
    "conv2d-dilation": (lambda x, w: functional.conv2d(x, w, dilation=2).sum(1), (IMAGE, random(1, 2, 2, 2))),
    "conv-transpose": (lambda x, w: functional.conv_transpose2d(x, w, stride=2), (IMAGE[:1], random(2, 1, 2, 2))),
    "conv3d": (functional.conv3d, (VOLUME, random(1, 2, 3, 3, 3))),
    "fixed weight": (lambda x: functional.conv2d(x, torch.ones(1, 2, 2, 2, dtype=x.dtype)), (IMAGE,)),
    "avg_pool2d": (lambda x: functional.avg_pool2d(x, 2, padding=1), (IMAGE,)),
    "max_pool2d": (lambda x: functional.max_pool2d(x, 2), (IMAGE,)),
    "max_pool3d": (lambda x: functional.max_pool3d(x, 2), (VOLUME,)),
    "cdist": (torch.cdist, (random(3, 2), random(2, 2))),
    "attention": (
        functional.scaled_dot_product_attention,
        (QUERY, KEY, VALUE),
    ),
    "causal": (
        lambda q, k, v: functional.scaled_dot_product_attention(q, k, v, is_causal=True),
        (QUERY, KEY, VALUE),
    ),
    "layer_norm": (lambda x, w: functional.layer_norm(x, (6,), w), (SEQUENCE, random(6))),
    "group_norm": (lambda x: functional.group_norm(x, 2), (SEQUENCE,)),
    "batch_norm": (lambda x: functional.batch_norm(x, None, None, training=True), (SEQUENCE,)),
    "embedding": (lambda w: functional.embedding(IDS, w) ** 2, (random(3, 2),)),
    "cross_entropy": (lambda x: functional.cross_entropy(x, LABELS), (random(2, 3),)),
    "softmax": (lambda x: x.softmax(-1), (random(2, 3),)),
    "log_softmax": (lambda x: x.log_softmax(0), (random(2, 3),)),
    "gelu": (functional.gelu, (random(4),)),
    "gelu-tanh": (lambda x: functional.gelu(x, approximate="tanh"), (random(4),)),
    "activations": (
        lambda x: torch.tanh(x) + torch.sigmoid(x) + functional.relu(x) + functional.silu(x) + functional.elu(x),
        (random(5),),
    ),
    "losses": (lambda x, y: functional.huber_loss(x, y) + functional.mse_loss(x, y), (random(4), random(4))),
    "order": (lambda x: x.sort(-1)[0] * x.topk(3, -1)[0].sum(), (random(2, 4),)),
    "largest": (lambda x: x.max(-1)[0] + x.amin(-1) + x.median(-1)[0], (random(2, 4),)),
    "products": (lambda x: x.prod(-1) + x.cumsum(-1).sin().sum(-1), (random(2, 4),)),
    "places": (lambda x: x.clone().index_put_((LABELS,), x[:2] ** 2, accumulate=True), (random(3, 2),)),
    **{
        f"{mode}-{'x'.join(map(str, size))}{'-aligned' if aligned else ''}": (
            functools.partial(functional.interpolate, size=size, mode=mode, align_corners=aligned),
            ({1: SEQUENCE, 2: IMAGE, 3: VOLUME}[len(size)],),
        )
        for mode, size, aligned in (
            *(("nearest", size, None) for size in ((4,), (7, 4), (3, 5, 6))),
            *(("nearest-exact", size, None) for size in ((4,), (7, 4), (3, 5, 6))),
            *(("linear", (9,), aligned) for aligned in (False, True)),
            *(("bilinear", (7, 4), aligned) for aligned in (False, True)),
            *(("bicubic", (7, 4), aligned) for aligned in (False, True)),
            ("trilinear", (3, 5, 6), False),
        )
    },
    "enlarged by a factor": (
        lambda x: functional.interpolate(x, scale_factor=1.7, mode="bilinear") ** 2,
        (IMAGE[:1],),
    ),
    "determinant": (torch.linalg.det, (random(2, 3, 3),)),
    "logarithm of a determinant": (lambda x: torch.linalg.slogdet(x)[1], (random(3, 3),)),
    "of a turned matrix": (lambda x: torch.linalg.det(x.mT @ x) * torch.det(x.mT), (random(3, 3),)),
    "a system": (torch.linalg.solve, (random(3, 3), random(3, 2))),
    "a system from the right": (lambda a, b: torch.linalg.solve(a, b, left=False), (random(3, 3), random(2, 3))),
    "an inverse": (torch.linalg.inv, (random(3, 3),)),
    "log-sigmoid": (functional.logsigmoid, (random(5),)),
    "distances of pairs": (torch.pdist, (random(4, 2),)),
    "weight norm": (lambda v, g: torch._weight_norm(v, g, 0), (random(3, 2), random(3, 1))),
    "samples": (SAMPLED, (IMAGE[:1], random(1, 2, 3, 2))),
    "samples by the border": (
        functools.partial(SAMPLED, padding_mode="border", align_corners=True),
        (IMAGE[:1], random(1, 2, 3, 2)),
    ),
    "samples mirrored": (functools.partial(SAMPLED, padding_mode="reflection"), (IMAGE[:1], 2 * random(1, 2, 3, 2))),
    "samples mirrored at elements": (
        functools.partial(SAMPLED, padding_mode="reflection", align_corners=True),
        (IMAGE[:1], 2 * random(1, 2, 3, 2)),
    ),
    "samples of a volume": (SAMPLED, (VOLUME, random(1, 2, 1, 3, 3))),
    "margins of labels": (
        lambda x: functional.multilabel_margin_loss(x, torch.tensor([[2, -1, 1], [1, 0, -1]])),
        (random(2, 3),),
    ),
    "grouped attention": (
        lambda q, k: functional.scaled_dot_product_attention(q, k, 2 * k, enable_gqa=True),
        (random(1, 4, 2, 2), random(1, 2, 2, 2)),
    ),
    "norms": (lambda x: torch.linalg.vector_norm(x, dim=-1) + x.var(-1) + x.std(-1), (random(2, 4),)),
}


def recorded(subject):
    """The recorded derivative of some code, and torch's own as a function of the point."""
    given = subject.implementations["autograd"]
    tensors = [torch.tensor(v, dtype=torch.float64) for v in subject.points[0].values()]

    def derive(*inputs):
        return reverse(lambda parts: given(*parts), inputs, Operator.JACOBIAN)

    return given.recorded(derive, tensors), derive, tensors


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_recorded_backward_is_torchs_elsewhere_too(name):
    code, arguments = FUNCTIONS[name]
    found, derive, tensors = recorded(case_of(code, *arguments, name="own"))
    # So near that the largest ones stay the largest.
    moved = [t * (1 + 1e-4 * torch.arange(1, t.numel() + 1).reshape(t.shape) / t.numel()) for t in tensors]
    expected = derive(*moved).numpy()
    says = Emitted(found.graph).at(torch.cat([t.ravel() for t in moved]).numpy())
    np.testing.assert_allclose(says.reshape(expected.shape), expected, rtol=1e-10, atol=1e-12)
    assert len(found.places) == len(found.graph.nodes)


def test_a_recorded_operation_knows_where_it_stands():
    def function(x):
        return (x.tanh() * 3).sum()

    places = {p for p in recorded(case_of(function, random(2), name="own"))[0].places if p is not None}
    own = next(p for p in places if p.text == "x.tanh()")
    assert linecache.getline(__file__, int(own.where.partition(":")[2])).strip() == "return (x.tanh() * 3).sum()"
    assert "in torch's backward of `x.tanh()`" in {p.whose for p in places}


def test_what_a_checkpoint_runs_again_is_nobodys_backward():
    places = {p for p in recorded(MODELS["checkpointed"])[0].places if p is not None}
    assert "torch.tanh(self.inner(h))" in {p.text for p in places}
    assert not any(p.is_backward for p in places)


# Backward passes of somebody's own.


def function(forward, backward):
    """A function whose backward is given what comes in, the argument and the value."""

    class Own(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            y = forward(x)
            ctx.save_for_backward(x, y)
            return y

        @staticmethod
        def backward(ctx, g):
            return backward(g, *ctx.saved_tensors)

    return Own.apply


def sigmoid_cancels(g, x, y):
    return g * y * (1 - y)  # cancels


def sigmoid_keeps(g, x, y):
    return g * y * torch.sigmoid(-x)


def softplus_overflows(g, x, y):
    grown = torch.exp(x)  # overflows
    return g * grown / (1 + grown)


def softplus_keeps(g, x, y):
    return g * torch.sigmoid(x)


def swish(g, x, y):
    s = torch.sigmoid(x)
    return g * (s + x * s * (1 - s))


def swish_without_a_term(g, x, y):
    return g * torch.sigmoid(x)  # a term is missing


def tanh(g, x, y):
    return g * (1 - y * y)


def tanh_negated(g, x, y):
    return -g * (1 - y * y)  # negated


def tanh_nearly(g, x, y):
    return g * (1 - y * y) * 1.0001  # off by a ten thousandth


def tanh_in_single(g, x, y):
    return (g.float() * (1 - y.float() ** 2)).to(g.dtype)  # in single precision


class Normed(torch.autograd.Function):
    """Divided by the root of the mean square, times a weight."""

    @staticmethod
    def forward(ctx, x, w):
        r = torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6)
        ctx.save_for_backward(x, w, r)
        return x * r * w

    @staticmethod
    def backward(ctx, g):
        x, w, r = ctx.saved_tensors
        scaled = g * w
        return r * (scaled - x * r * r * (scaled * x).mean(-1, keepdim=True)), (g * x * r).sum(0)


class NormedWithoutCentre(Normed):
    @staticmethod
    def backward(ctx, g):
        x, w, r = ctx.saved_tensors
        return r * (g * w), (g * x * r).sum(0)  # what moves the norm is forgotten


X = torch.tensor([0.3, -1.2, 0.7, 2.5], dtype=torch.float64)
FAR = torch.tensor([20.0, 33.0, -3.0, 0.5], dtype=torch.float64)
HUGE = torch.tensor([800.0, -3.0, 0.5], dtype=torch.float64)
ROWS = torch.tensor([[0.5, -0.2, 1.0, 0.1], [2.0, 0.1, -0.7, 0.3]], dtype=torch.float64)

WRONG = {
    "sign": (function(torch.tanh, tanh_negated), (X,)),
    "a ten thousandth": (function(torch.tanh, tanh_nearly), (X,)),
    "a missing term": (function(functional.silu, swish_without_a_term), (X,)),
    "the wrong reduction": (ScaledByMean.apply, (ROWS, X)),
    "a stale tensor": (Stale.apply, (X,)),
    "a forgotten norm": (NormedWithoutCentre.apply, (ROWS, X)),
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("fault", WRONG)
def test_another_formula_is_wrong_for_certain_in_every_format(fault, dtype):
    """Also where the format has too few digits to show it."""
    code, arguments = WRONG[fault]
    row = judged(code, *arguments, dtype=dtype)
    assert (row.verdict, row.reason) == (Verdict.DISAGREE, Reason.WRONG)
    assert re.match(r"your backward \(\w+\.py:", row.note)
    assert "is another formula: in exact arithmetic it gives" in row.note
    assert "#" in named_line(row.note)


class Recomputed(torch.autograd.Function):
    """A backward that asks torch for the derivative, and then spoils it."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.tanh(x)

    @staticmethod
    def backward(ctx, g):
        with torch.enable_grad():
            x = ctx.saved_tensors[0].detach().requires_grad_()
            y = torch.tanh(2 * x)  # another function
        return torch.autograd.grad(y, x, g)[0]


def test_a_backward_that_asks_torch_for_a_derivative_is_followed():
    row = judged(Recomputed.apply, X, dtype="bfloat16")
    assert (row.verdict, row.reason) == (Verdict.DISAGREE, Reason.WRONG)
    assert "# another function" in named_line(row.note)


class Modern(torch.autograd.Function):
    """With a context of its own, and an argument that is no tensor."""

    @staticmethod
    def forward(x, times):
        return x.sin() * times

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(inputs[0])
        ctx.times = inputs[1]

    @staticmethod
    def backward(ctx, g):
        return g * ctx.times * ctx.saved_tensors[0].cos(), None


class ModernButWrong(Modern):
    @staticmethod
    def backward(ctx, g):
        return g * ctx.saved_tensors[0].cos(), None  # without the factor


def test_of_several_backward_passes_the_one_to_blame_is_named():
    def model(x, w):
        return Scaled.apply(ModernButWrong.apply(Normed.apply(x, w), 3).tanh(), w)

    row = judged(model, ROWS, X, dtype="bfloat16")
    assert (row.verdict, row.reason) == (Verdict.DISAGREE, Reason.WRONG)
    assert "that of ModernButWrong at test_torch_backward.py:" in row.note
    right = judged(lambda x, w: Scaled.apply(Modern.apply(Normed.apply(x, w), 3).tanh(), w), ROWS, X)
    assert right.verdict in HEALTHY


class Remembered(torch.autograd.Function):
    """It gives the slope of the first call for ever."""

    slope = None

    @staticmethod
    def forward(ctx, x):
        y = torch.exp(x)
        if Remembered.slope is None:
            Remembered.slope = y.detach().clone()
        return y

    @staticmethod
    def backward(ctx, g):
        return g * Remembered.slope.to(g.dtype)


def test_what_is_left_of_another_call_is_another_formula():
    assert judged(Remembered.apply, X).verdict is Verdict.AGREE
    for dtype in DTYPES:
        row = judged(Remembered.apply, 1.001 * X, dtype=dtype)
        assert (row.verdict, row.reason) == (Verdict.DISAGREE, Reason.WRONG)
        assert row.note.startswith("the backward of Remembered at test_torch_backward.py:")


def test_of_two_wrong_ones_none_is_to_blame_alone():
    row = judged(lambda x: function(torch.tanh, tanh_negated)(Stale.apply(x)), X, dtype="float32")
    assert "is another formula" in row.note
    assert "to blame" not in row.note


def test_a_function_is_left_as_it_was():
    before = dict(vars(ModernButWrong)), dict(vars(Stale))
    judged(lambda x: Stale.apply(ModernButWrong.apply(x, 3)), X)
    assert before == (dict(vars(ModernButWrong)), dict(vars(Stale)))


def test_what_a_wrong_backward_gives_and_what_is_right_are_told():
    """At 0.5 the tanh has the slope 0.786447732965927."""
    row = judged(function(torch.tanh, tanh_nearly), torch.tensor([0.5], dtype=torch.float64), dtype="bfloat16")
    assert "in exact arithmetic it gives 0.78652638, the derivative is 0.78644773" in row.note


LOSING = {
    "sigmoid": (function(torch.sigmoid, sigmoid_cancels), FAR, Verdict.LOSSY, Reason.CANCELLATION, "`1 - y` cancels"),
    "tanh": (function(torch.tanh, tanh), FAR, Verdict.LOSSY, Reason.CANCELLATION, "`1 - y * y` cancels"),
    "softplus": (
        function(functional.softplus, softplus_overflows),
        HUGE,
        Verdict.NONFINITE,
        Reason.OVERFLOW,
        "`torch.exp(x)` overflows",
    ),
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", LOSING)
def test_a_right_formula_that_loses_digits_is_lossy_and_its_line_is_named(name, dtype):
    code, point, verdict, reason, told = LOSING[name]
    row = judged(code, point, dtype=dtype)
    assert (row.verdict, row.reason) == (verdict, reason)
    assert f"in your backward: {told}" in row.note
    assert told.split("`")[1] in named_line(row.note)


def test_the_form_that_keeps_the_digits_is_told():
    row = judged(function(torch.sigmoid, sigmoid_cancels), FAR)
    assert "sigmoid(x) * sigmoid(-x) keeps them" in row.note


def test_single_precision_inside_is_named_in_double_and_right_below():
    code = function(torch.tanh, tanh_in_single)
    row = judged(code, X)
    assert row.fails
    assert "its backward is not recorded: aten._to_copy at test_torch_backward.py:" in row.note
    assert "# in single precision" in named_line(row.note)
    assert judged(code, X, dtype="float32").verdict in HEALTHY
    assert not judged(code, X, dtype="bfloat16").fails


RIGHT = {
    "tanh": (function(torch.tanh, tanh), (X,)),
    "sigmoid": (function(torch.sigmoid, sigmoid_keeps), (FAR,)),
    "softplus": (function(functional.softplus, softplus_keeps), (HUGE,)),
    "swish": (function(functional.silu, swish), (X,)),
    "scaled": (Scaled.apply, (ROWS, X)),
    "normed": (Normed.apply, (ROWS, X)),
}


class Deep(nn.Module):
    """Many layers with an activation of one's own between them."""

    def __init__(self, activation):
        super().__init__()
        torch.manual_seed(0)
        self.layers = nn.ModuleList(nn.Linear(4, 4) for _ in range(6))
        self.activation = activation

    def forward(self, x):
        for layer in self.layers:
            x = x + self.activation(layer(x))
        return x.pow(2).mean()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", RIGHT)
def test_a_right_backward_is_not_accused(name, dtype):
    code, arguments = RIGHT[name]
    row = judged(code, *arguments, dtype=dtype)
    assert row.verdict in HEALTHY
    assert not row.findings


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_right_backward_deep_in_a_model_is_not_accused(dtype):
    assert judged(Deep(function(functional.silu, swish)), ROWS, dtype=dtype).verdict in HEALTHY


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_wrong_backward_deep_in_a_model_is_named(dtype):
    row = judged(Deep(function(functional.silu, swish_without_a_term)), ROWS, dtype=dtype)
    assert (row.verdict, row.reason) == (Verdict.DISAGREE, Reason.WRONG)
    assert "# a term is missing" in named_line(row.note)


def test_torchs_own_backward_is_named_by_what_it_belongs_to():
    row = judged(lambda x: torch.sigmoid(x).sum(), FAR)
    assert row.verdict is Verdict.LOSSY
    assert row.note.startswith("in torch's backward of `torch.sigmoid(x)`: a difference cancels 14 digits, test_torch")


# Without a recording nothing excuses somebody's own backward but what any algorithm may lose.


def beyond_torch(g, x, y):
    """It loses digits as `sigmoid_cancels` does, outside of torch."""
    lost = y.detach().numpy() * (1 - y.detach().numpy())
    return g * torch.from_numpy(lost)


def without_a_row(g, x, y):
    fraction, exponent = torch.frexp(y)
    return g * y * (1 - y) * (torch.ldexp(fraction, exponent) / y)  # that is one


def by_python(g, x, y):
    return g * (y * (1 - y)) * float(y.sum() / y.sum().item())


@pytest.mark.parametrize(
    ("backward", "why"),
    [
        (beyond_torch, "the operations that were seen do not give its numbers"),
        (without_a_row, "aten.frexp at test_torch_backward.py:"),
        (by_python, "aten._local_scalar_dense at test_torch_backward.py:"),
    ],
    ids=["numpy", "no row", "a number for Python"],
)
def test_a_backward_that_nobody_sees_is_judged_by_what_any_algorithm_reaches(backward, why):
    """The formula of the definition loses as many digits, and is another one."""
    row = judged(function(torch.sigmoid, backward), FAR)
    assert row.fails
    assert f"its backward is not recorded: {why}" in row.note.replace("beside the point ", "")


def large_determinant(x):
    return torch.linalg.det(torch.diag(torch.cat([x, torch.ones(30, dtype=x.dtype)])))


def test_torchs_own_kernels_are_excused_by_the_definition_where_nobody_sees_them():
    """A determinant's backward takes factors, which are recorded up to a size."""
    row = judged(lambda x: large_determinant(torch.sigmoid(x)), FAR)
    assert row.verdict is Verdict.LOSSY
    assert "in the definition" in row.note


def test_a_backward_of_ones_own_beside_a_hidden_one_of_torch_is_not_accused_of_hiding():
    own = function(torch.sigmoid, sigmoid_cancels)
    row = judged(lambda x: large_determinant(own(x)), FAR)
    assert row.verdict is Verdict.LOSSY
    assert "in the definition" in row.note


def test_a_backward_of_ones_own_beside_a_determinant_is_seen():
    """What torch's own backward makes of Python's numbers has the dtype of the inputs, whatever the process has."""
    own = function(torch.sigmoid, sigmoid_cancels)
    row = judged(lambda x: torch.linalg.det(torch.diag(own(x))), FAR)
    assert row.verdict is Verdict.LOSSY
    assert "in your backward: `1 - y` cancels" in row.note


NAMES = [name for name in MODELS if not name.startswith("cnn") and name not in ("matrices", "many-normals")]


@pytest.mark.parametrize("name", NAMES)
def test_no_model_is_accused_in_half_precision(name):
    """Torch has no triangular solve in bfloat16, and networks with pooling take long in it."""
    assert heard(MODELS[name], "bfloat16").verdict in HEALTHY


def test_a_backward_that_is_too_large_is_judged_as_before(monkeypatch):
    monkeypatch.setattr(recorded_code, "MOST_NUMBERS", 10)
    row = judged(function(torch.sigmoid, sigmoid_cancels), FAR)
    assert row.verdict is Verdict.LOSSY
    assert "in the definition" in row.note


def test_a_backward_of_its_own_is_seen_wherever_it_is():
    own = Deep(function(torch.tanh, tanh))
    for module, is_own in ((own, True), (Deep(torch.tanh), False)):
        given = case_of(module, ROWS, name="deep").implementations["autograd"]
        inputs = [*(p.detach().double() for p in module.parameters()), ROWS]
        assert bool(given.own_backwards(inputs)) is is_own


def test_numbers_that_leave_for_python_are_refused():
    def backward(g, x, y):
        return g * float(y.sum())

    with pytest.raises(Unsupported, match="a number leaves for Python"):
        recorded(case_of(function(torch.exp, backward), X, name="own"))


def test_an_error_bar_covers_what_is_lost():
    """In double precision 1 - y keeps one unit of the last place of y: y(1 - y) is off by a part of eps / (1 - y)."""
    row = judged(function(torch.sigmoid, sigmoid_cancels), torch.tensor([20.0], dtype=torch.float64))
    assert row.verdict is Verdict.LOSSY
    possible = -math.log10(2.0**-53 / (1 / (1 + math.exp(20.0))))
    assert row.digits == pytest.approx(possible, abs=1)
