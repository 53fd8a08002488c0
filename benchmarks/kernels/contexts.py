"""The circumstances in which a gradient is asked for."""

from collections.abc import Callable, Sequence
from typing import Any

import torch

from kernels.report import Code, Context

Tensor = torch.Tensor
# Makes an incoming gradient for a result.
Incoming = Callable[[Tensor], Tensor]


def leaves(inputs: Sequence[Any], dtype: torch.dtype) -> list[Any]:
    """Fresh inputs; those with fractions in this precision and to be differentiated by."""
    return [
        given.detach().clone().to(dtype).requires_grad_()
        if isinstance(given, Tensor) and given.is_floating_point()
        else given
        for given in inputs
    ]


def sources(inputs: Sequence[Any]) -> list[Tensor]:
    """The inputs to differentiate by."""
    return [given for given in inputs if isinstance(given, Tensor) and given.requires_grad]


def results(value: Any) -> list[Tensor]:
    """The results of an operation that has one or several."""
    return list(value) if isinstance(value, tuple) else [value]


def ordinary(result: Tensor) -> Tensor:
    """Normal numbers that every precision holds, side by side."""
    draws = torch.Generator().manual_seed(1)
    return torch.randn(result.shape, generator=draws).bfloat16().to(result.dtype)


def expanded(result: Tensor) -> Tensor:
    """One number for all, as `sum` hands it back."""
    return torch.full((), 1.5, dtype=result.dtype).expand(result.shape)


def transposed(result: Tensor) -> Tensor:
    """Normal numbers whose last two axes lie the other way round."""
    return ordinary(result.mT).mT


def sliced(result: Tensor) -> Tensor:
    """A part of something wider, as `cat` along the last axis hands it back."""
    return ordinary(torch.cat([result, result], -1))[..., : result.shape[-1]]


def gradients(values: Sequence[Tensor], by: Sequence[Tensor], incoming: Incoming, **options: bool) -> list[Tensor]:
    """The gradients of all results together; zeros where there is none."""
    found = torch.autograd.grad(values, by, [incoming(value) for value in values], allow_unused=True, **options)
    return [torch.zeros_like(x) if g is None else g for g, x in zip(found, by, strict=True)]


def at(*inputs: Any, incoming: Incoming = ordinary) -> Context:
    """Gradients at these inputs."""

    def asked(code: Code, dtype: torch.dtype) -> list[Tensor]:
        given = leaves(inputs, dtype)
        return gradients(results(code(*given)), sources(given), incoming)

    return asked


def laid(layout: Callable[[Tensor], Tensor], *inputs: Any) -> Context:
    """Gradients where the first input is laid out in memory by ``layout``, which makes a view of what is drawn."""

    def asked(code: Code, dtype: torch.dtype) -> list[Tensor]:
        given = leaves(inputs, dtype)
        return gradients(results(code(layout(given[0]), *given[1:])), sources(given), ordinary)

    return asked


def again(*inputs: Any) -> Context:
    """Gradients when the graph is gone through a second time."""

    def asked(code: Code, dtype: torch.dtype) -> list[Tensor]:
        given = leaves(inputs, dtype)
        values = results(code(*given))
        gradients(values, sources(given), ordinary, retain_graph=True)
        return gradients(values, sources(given), ordinary)

    return asked


def kept_by_another(*inputs: Any) -> Context:
    """Gradients when the first input has been saved by another operation, whose gradient is asked for later."""

    def asked(code: Code, dtype: torch.dtype) -> list[Tensor]:
        given = leaves(inputs, dtype)
        x = given[0] * 1
        square = x * x
        return gradients([square, *results(code(x, *given[1:]))], sources(given), ordinary)

    return asked


def added(*inputs: Any) -> Context:
    """Gradients when something is added to the result: both are handed the same incoming tensor."""

    def asked(code: Code, dtype: torch.dtype) -> list[Tensor]:
        given = leaves(inputs, dtype)
        other = torch.zeros_like(code(*given)).requires_grad_()
        double = 2 * other
        return gradients([3 * (double + code(*given))], [other, *sources(given)], ordinary)

    return asked


def second_only(*inputs: Any) -> Context:
    """The gradient of the second input where the first is not differentiated by."""

    def asked(code: Code, dtype: torch.dtype) -> list[Tensor]:
        first, *given = leaves(inputs, dtype)
        return gradients(results(code(first.detach(), *given)), sources(given), ordinary)

    return asked


def second_order(*inputs: Any) -> Context:
    """The gradient of a gradient; zero where it cannot be had."""

    def asked(code: Code, dtype: torch.dtype) -> list[Tensor]:
        given = leaves(inputs, dtype)
        first = gradients(results(code(*given)), sources(given), ordinary, create_graph=True)
        return gradients([g + 0 * x for g, x in zip(first, sources(given), strict=True)], sources(given), ordinary)

    return asked
