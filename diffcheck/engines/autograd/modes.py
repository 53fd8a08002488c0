"""Derivatives of a function from a vector to a vector: recorded and run backward, run forward, or transformed."""

from collections.abc import Callable

import torch

from diffcheck.case.operators import Operator

Tensor = torch.Tensor
Flat = Callable[[Tensor], Tensor]
Derive = Callable[[Flat, Tensor, Operator], Tensor]


def reverse(function: Flat, x: Tensor, operator: Operator) -> Tensor:
    """One backward pass for each output; for the Hessian one through each component of the gradient."""
    x = x.clone().requires_grad_()
    result = function(x)
    if operator is Operator.HESSIAN:
        result = _pulled_back(result[0], x, differentiable=True)
    return torch.stack([_pulled_back(r, x) for r in result])


def _pulled_back(output: Tensor, x: Tensor, differentiable: bool = False) -> Tensor:
    """The gradient of one number; zeros where it does not depend on ``x``."""
    if not output.requires_grad:
        return torch.zeros_like(x)
    return torch.autograd.grad(output, x, retain_graph=True, create_graph=differentiable, materialize_grads=True)[0]


def forward(function: Flat, x: Tensor, operator: Operator) -> Tensor:
    """One pass with a tangent for each input; nested for the Hessian."""

    def columns(f: Flat) -> Flat:
        def derivative(v: Tensor) -> Tensor:
            units = torch.eye(len(v), dtype=v.dtype, device=v.device)
            return torch.stack([torch.func.jvp(f, (v,), (unit,))[1] for unit in units], dim=-1)

        return derivative

    slope = columns(function)
    return columns(lambda v: slope(v).reshape(-1))(x) if operator is Operator.HESSIAN else slope(x)


def transformed(function: Flat, x: Tensor, operator: Operator) -> Tensor:
    """`torch.func.grad`, `jacrev`, `hessian`."""
    match operator:
        case Operator.DERIVATIVE | Operator.GRADIENT:
            gradient: Tensor = torch.func.grad(lambda v: function(v)[0])(x)
            return gradient
        case Operator.JACOBIAN:
            jacobian: Tensor = torch.func.jacrev(function)(x)
            return jacobian
        case Operator.HESSIAN:
            hessian: Tensor = torch.func.hessian(lambda v: function(v)[0])(x)
            return hessian


METHODS: dict[str, Derive] = {
    "reverse": reverse,
    "forward": forward,
    "func": transformed,
    "compiled": transformed,
}
