"""Derivatives of a function of tensors: recorded and run backward, run forward, or transformed.

Each gives the derivative by all elements of the inputs together, with a row for each element of the result.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch

from diffcheck.case.operators import Operator

Tensor = torch.Tensor
Function = Callable[[Sequence[Tensor]], Tensor]
Derive = Callable[[Function, Sequence[Tensor], Operator], Tensor]
_Flat = Callable[[Tensor], Tensor]


def reverse(function: Function, inputs: Sequence[Tensor], operator: Operator) -> Tensor:
    """One backward pass for each output, from the function's own result to its own inputs.

    Nothing of ours stands between: a backward that writes into what comes in, or gives a sparse gradient, is left to
    do so. For the Hessian one pass goes through each component of the gradient.
    """
    leaves = [x.detach().clone().requires_grad_() for x in inputs]
    result = function(leaves)
    if operator is Operator.HESSIAN:
        result = _pulled_back(result, torch.ones_like(result), leaves, differentiable=True)
    return torch.stack([_pulled_back(result, unit, leaves) for unit in _units(result)])


def _units(result: Tensor) -> list[Tensor]:
    """An incoming gradient for each element: one there, zero elsewhere."""
    eye = torch.eye(result.numel(), dtype=result.dtype, device=result.device)
    return [row.reshape(result.shape).clone() for row in eye]


def _pulled_back(result: Tensor, unit: Tensor, leaves: Sequence[Tensor], differentiable: bool = False) -> Tensor:
    """The gradient of one element of a result, flattened; zeros where it does not depend on an input."""
    if not result.requires_grad:
        return torch.cat([torch.zeros_like(x).reshape(-1) for x in leaves])
    found: Any = torch.autograd.grad(
        result, leaves, unit, retain_graph=True, create_graph=differentiable, materialize_grads=True
    )
    return torch.cat([(g if g.layout is torch.strided else g.to_dense()).reshape(-1) for g in found])


def forward(function: Function, inputs: Sequence[Tensor], operator: Operator) -> Tensor:
    """One pass with a tangent for each input element; nested for the Hessian."""
    flat, x = _flattened(function, inputs)

    def columns(f: _Flat) -> _Flat:
        def derivative(v: Tensor) -> Tensor:
            units = torch.eye(len(v), dtype=v.dtype, device=v.device)
            return torch.stack([torch.func.jvp(f, (v,), (unit,))[1] for unit in units], dim=-1)

        return derivative

    slope = columns(flat)
    return columns(lambda v: slope(v).reshape(-1))(x) if operator is Operator.HESSIAN else slope(x)


def transformed(function: Function, inputs: Sequence[Tensor], operator: Operator) -> Tensor:
    """`torch.func.grad`, `jacrev`, `hessian`."""
    flat, x = _flattened(function, inputs)
    match operator:
        case Operator.DERIVATIVE | Operator.GRADIENT:
            gradient: Tensor = torch.func.grad(lambda v: flat(v)[0])(x)
            return gradient
        case Operator.JACOBIAN:
            jacobian: Tensor = torch.func.jacrev(flat)(x)
            return jacobian
        case Operator.HESSIAN:
            hessian: Tensor = torch.func.hessian(lambda v: flat(v)[0])(x)
            return hessian


def _flattened(function: Function, inputs: Sequence[Tensor]) -> tuple[_Flat, Tensor]:
    """The function from the vector of all input elements to that of all results, and the vector."""
    sizes, shapes = [x.numel() for x in inputs], [x.shape for x in inputs]

    def flat(v: Tensor) -> Tensor:
        parts = [part.reshape(shape) for part, shape in zip(torch.split(v, sizes), shapes, strict=True)]
        return function(parts).reshape(-1)

    return flat, torch.cat([x.reshape(-1) for x in inputs])


METHODS: dict[str, Derive] = {
    "reverse": reverse,
    "forward": forward,
    "func": transformed,
    "compiled": transformed,
}
