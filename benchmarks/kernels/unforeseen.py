"""What comes in and goes out otherwise than in a test: biases that are not zero, places from the end, complex parts."""

from collections.abc import Callable
from typing import Any

import torch
from torch.autograd import Function
from torch.nn.functional import cross_entropy, one_hot

from diffcheck import integers, tensor
from kernels.contexts import at, leaves, ordinary, sources
from kernels.memory import narrow, wide
from kernels.report import Code, Report, numbers

Tensor = torch.Tensor


def by_parts(multiply: Code) -> Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]:
    """A product of complex matrices whose parts come and go by themselves."""

    def product(a: Tensor, a_imag: Tensor, b: Tensor, b_imag: Tensor) -> Tensor:
        found = multiply(torch.complex(a, a_imag), torch.complex(b, b_imag))
        return torch.stack([found.real, found.imag])

    return product


class RightProduct(Function):
    """The gradient by each factor is a product with the conjugate of the other one."""

    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor) -> Tensor:
        ctx.save_for_backward(a, b)
        return a @ b

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        a, b = ctx.saved_tensors
        return g @ b.mH, a.mH @ g


class WrongProduct(RightProduct):
    """It is a product with the other one as it is."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        a, b = ctx.saved_tensors
        return g @ b.mT, a.mT @ g


def plain_gated(x: Tensor, weight: Tensor, bias: Tensor, gate: Tensor) -> Tensor:
    """A layer of [tokens, width], each token times its gate."""
    return (x @ weight + bias) * gate[:, None]


class RightGated(Function):
    """The gate gets the result before it."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, gate: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight, bias, gate)
        return plain_gated(x, weight, bias, gate)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, weight, bias, _ = ctx.saved_tensors
        return *RightGated.others(ctx, g), ((x @ weight + bias) * g).sum(-1)

    @staticmethod
    def others(ctx: Any, g: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The gradients by all but the gate."""
        x, weight, _, gate = ctx.saved_tensors
        inner = g * gate[:, None]
        return inner @ weight.T, x.T @ inner, inner.sum(0)


class WrongGated(RightGated):
    """What the gate gets is the inner product of the layer's input and its gradient: of a layer without a bias."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, weight, *_ = ctx.saved_tensors
        return *RightGated.others(ctx, g), (x * (g @ weight.T)).sum(-1)


def plain_taken(x: Tensor, places: Tensor) -> Tensor:
    """The rows at these places; those below zero are counted from the end."""
    return x[places]


class RightTaken(Function):
    """Every place gets its gradient."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, places: Tensor) -> Tensor:
        ctx.save_for_backward(x, places)
        return x[places]

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, places = ctx.saved_tensors
        return torch.zeros_like(wide(x)).index_add(0, places % len(x), wide(g)), None


class WrongTaken(RightTaken):
    """A place that is counted from the end is nowhere."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, places = ctx.saved_tensors
        known = places >= 0
        return torch.zeros_like(wide(x)).index_add(0, places[known], wide(g)[known]), None


def plain_both(x: Tensor) -> tuple[Tensor, Tensor]:
    """Two results of one input."""
    return x.exp(), x.sin()


class RightBoth(Function):
    """A result that nobody uses has no gradient."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> tuple[Tensor, Tensor]:
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(x)
        return plain_both(x)

    @staticmethod
    def backward(ctx: Any, of_exp: Tensor | None, of_sin: Tensor | None) -> Any:
        (x,) = ctx.saved_tensors
        found = torch.zeros_like(x)
        if of_exp is not None:
            found = found + of_exp * x.exp()
        return found if of_sin is None else found + of_sin * x.cos()


class WrongBoth(RightBoth):
    """It computes with the gradients of both, whoever is asked."""

    @staticmethod
    def backward(ctx: Any, of_exp: Tensor | None, of_sin: Tensor | None) -> Any:
        (x,) = ctx.saved_tensors
        return of_exp * x.exp() + of_sin * x.cos()


def first_only(x: Tensor) -> Callable[[Code, torch.dtype], list[Tensor]]:
    """The gradient of the first result, where the second is not used; NaN where that raises."""

    def asked(code: Code, dtype: torch.dtype) -> list[Tensor]:
        given = leaves([x], dtype)
        first, _ = code(*given)
        try:
            return list(torch.autograd.grad(first, sources(given), ordinary(first)))
        except TypeError:
            return [torch.full_like(x, torch.nan)]

    return asked


def plain_standardised(x: Tensor) -> Tensor:
    """The channels of [batch, channels, height, width] without their mean, and of variance one."""
    centred = x - x.mean((0, 2, 3), keepdim=True)
    return centred * torch.rsqrt((centred**2).mean((0, 2, 3), keepdim=True) + 1e-5)


class RightStandardised(Function):
    """The input is read by its own strides."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return narrow(plain_standardised(wide(x)), x)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        return RightStandardised.through(wide(ctx.saved_tensors[0]), wide(g))

    @staticmethod
    def through(x: Tensor, g: Tensor) -> Tensor:
        """The gradient by the input."""
        of = (0, 2, 3)
        y = plain_standardised(x)
        scale = torch.rsqrt(x.var(of, unbiased=False, keepdim=True) + 1e-5)
        return scale * (g - g.mean(of, keepdim=True) - y * (y * g).mean(of, keepdim=True))


class WrongStandardised(RightStandardised):
    """The input is read as if it lay in memory as the incoming gradient does."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x = wide(ctx.saved_tensors[0])
        if channels_last(g) and x.is_contiguous():
            n, c, h, w = x.shape
            x = x.reshape(n, h, w, c).permute(0, 3, 1, 2)
        return RightStandardised.through(x, wide(g))


def channels_last(t: Tensor) -> bool:
    """Whether channels, and nothing else, lie side by side."""
    return t.is_contiguous(memory_format=torch.channels_last) and not t.is_contiguous()


def plain_each(x: Tensor, labels: Tensor) -> Tensor:
    """The cross entropy of each row."""
    return cross_entropy(x, labels, reduction="none")


class RightEach(Function):
    """Each row has its own incoming gradient."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, labels: Tensor) -> Tensor:
        ctx.save_for_backward(x, labels)
        return narrow(plain_each(wide(x), labels), x)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        return RightEach.slopes(ctx) * wide(g)[:, None], None

    @staticmethod
    def slopes(ctx: Any) -> Tensor:
        """What each row is multiplied into."""
        x, labels = ctx.saved_tensors
        return torch.softmax(wide(x), -1) - one_hot(labels, x.shape[1])


class WrongEach(RightEach):
    """The incoming gradients are laid out along the classes."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        return RightEach.slopes(ctx) * wide(g), None


_PARTS = (numbers(2, 3), numbers(2, 3), numbers(3, 2), numbers(3, 2))
_LAYER, _GATE = (numbers(3, 4), numbers(4, 2)), numbers(3).sigmoid()
_IMAGE = numbers(2, 3, 2, 4)

REPORTS = [
    Report(
        name="complex product",
        source="tensorflow/tensorflow#4859",
        told="does not conjugate",
        condition="a factor is not real",
        plain=by_parts(torch.matmul),
        right=by_parts(RightProduct.apply),
        wrong=by_parts(WrongProduct.apply),
        unit=_PARTS,
        shown=at(*_PARTS),
        declared={
            "a": tensor("rows inner"),
            "a_imag": tensor("rows inner"),
            "b": tensor("inner columns"),
            "b_imag": tensor("inner columns"),
        },
    ),
    Report(
        name="gate of a layer",
        source="unslothai/unsloth-zoo#858",
        told="takes the inner product of a layer's input and its gradient for that of its result",
        condition="the bias is not zero, as it is at the start",
        plain=plain_gated,
        right=RightGated.apply,
        wrong=WrongGated.apply,
        unit=(*_LAYER, torch.zeros(2, dtype=torch.float64), _GATE),
        shown=at(*_LAYER, numbers(2), _GATE),
        declared={
            "x": tensor("tokens width"),
            "weight": tensor("width out"),
            "bias": tensor("out"),
            "gate": tensor("tokens", low=0, high=1),
        },
    ),
    Report(
        name="taken from the end",
        source="microsoft/onnxruntime#7752",
        told="knows no places that are counted from the end",
        condition="a place is below zero",
        plain=plain_taken,
        right=RightTaken.apply,
        wrong=WrongTaken.apply,
        unit=(numbers(5, 2), torch.tensor([0, 3, 3, 1])),
        shown=at(numbers(5, 2), torch.tensor([0, -1])),
        declared={"x": tensor("rows width"), "places": integers("taken", below="rows", low=-1)},
    ),
    Report(
        name="one result of two",
        source="pytorch/pytorch#173865",
        told="computes with a gradient that there is not",
        condition="one of the results is not used",
        plain=plain_both,
        right=RightBoth.apply,
        wrong=WrongBoth.apply,
        unit=(numbers(2, 3),),
        shown=first_only(numbers(2, 3)),
        declared={"x": tensor("rows width")},
    ),
    Report(
        name="batch norm, channels last",
        source="pytorch/pytorch#64100",
        told="reads the input by the strides of the incoming gradient",
        condition="the incoming gradient is channels-last, and the input is not",
        plain=plain_standardised,
        right=RightStandardised.apply,
        wrong=WrongStandardised.apply,
        unit=(_IMAGE,),
        shown=at(_IMAGE, incoming=lambda y: ordinary(y).contiguous(memory_format=torch.channels_last)),
        declared={"x": tensor("batch channels height width")},
    ),
    Report(
        name="loss of each row",
        source="HawkAaron/warp-transducer#23",
        told="lays the rows' incoming gradients out along the classes",
        condition="there are as many rows as classes (else it raises, but for one row)",
        plain=plain_each,
        right=RightEach.apply,
        wrong=WrongEach.apply,
        unit=(numbers(1, 5), torch.tensor([2])),
        shown=at(numbers(3, 3), torch.tensor([2, 0, 1])),
        declared={"x": tensor("rows classes"), "labels": integers("rows", below="classes")},
    ),
]
