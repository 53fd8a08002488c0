"""Derivatives of a function of tensors: recorded and run backward, run forward, or transformed.

Each gives the derivative by all elements of the inputs together, with a row for each element of the result.
"""

from collections.abc import Callable, Sequence

import torch

from diffcheck.case.operators import Operator
from diffcheck.engines.autograd.pull import pulled_back

Tensor = torch.Tensor
Function = Callable[[Sequence[Tensor]], Tensor]
Derive = Callable[[Function, Sequence[Tensor], Operator], Tensor]
_Flat = Callable[[Tensor], Tensor]


def reverse(function: Function, inputs: Sequence[Tensor], operator: Operator) -> Tensor:
    """One backward pass for each output, from the function's own result to its own inputs.

    Nothing of ours stands between: a backward that writes into what comes in, or gives a sparse gradient, is left to
    do so. Of a further derivative one pass goes through each component of the one before. Weights of the outputs, and
    a direction of which the gradient is differentiated along, are what comes in; a direction alone has no such place,
    and is multiplied by the rows of the Jacobian.
    """
    leaves = [x.detach().clone().requires_grad_() for x in inputs]
    result = function(leaves)
    direction = _like(result, operator.direction)
    incoming = [_like(result, operator.weights).reshape(result.shape)] if operator.weighted else _units(result)
    for further in range(operator.order - 1, 0, -1):
        rows = [_pulled_back(result, unit, leaves, differentiable=True) for unit in incoming]
        # One row goes on as it is.
        result = torch.stack(rows) if len(rows) > 1 else rows[0]
        incoming = [direction] if further <= operator.along else _units(result)
    found = torch.stack([_pulled_back(result, unit, leaves) for unit in incoming])
    return found if operator.full else (found * direction).sum(-1)


def _like(x: Tensor, values: Sequence[float]) -> Tensor:
    return torch.tensor(values, dtype=x.dtype, device=x.device)


def _units(result: Tensor) -> list[Tensor]:
    """An incoming gradient for each element: one there, zero elsewhere."""
    eye = torch.eye(result.numel(), dtype=result.dtype, device=result.device)
    return [row.reshape(result.shape).clone() for row in eye]


def _pulled_back(result: Tensor, unit: Tensor, leaves: Sequence[Tensor], differentiable: bool = False) -> Tensor:
    """The gradient of one element of a result, flattened; zeros where it does not depend on an input."""
    if not result.requires_grad:
        return torch.cat([torch.zeros_like(x).reshape(-1) for x in leaves])
    found = pulled_back([result], leaves, [unit], differentiable)
    dense = [torch.zeros_like(x) if g is None else _dense(g) for g, x in zip(found, leaves, strict=True)]
    return torch.cat([g.reshape(-1) for g in dense])


def _dense(x: Tensor) -> Tensor:
    return x if x.layout is torch.strided else x.to_dense()


def forward(function: Function, inputs: Sequence[Tensor], operator: Operator) -> Tensor:
    """One pass with a tangent for each input element, or with the direction; nested for each further derivative."""
    flat, x = _flattened(function, inputs)

    def columns(f: _Flat) -> _Flat:
        def derivative(v: Tensor) -> Tensor:
            units = torch.eye(len(v), dtype=v.dtype, device=v.device)
            return torch.stack([torch.func.jvp(f, (v,), (unit,))[1] for unit in units], dim=-1)

        return derivative

    found = flat
    for _ in range(operator.along):
        found = _along(found, operator)
    for k in range(operator.full):
        found = columns(found if k == 0 else _raveled(found))
    value = found(x)
    return _like(x, operator.weights) @ value if operator.weighted else value


def _along(function: _Flat, operator: Operator) -> _Flat:
    """The derivative along the direction, forward."""
    return lambda v: torch.func.jvp(function, (v,), (_like(v, operator.direction),))[1]


def _raveled(function: _Flat) -> _Flat:
    return lambda v: function(v).reshape(-1)


def transformed(function: Function, inputs: Sequence[Tensor], operator: Operator) -> Tensor:
    """`torch.func.grad`, `jacrev`, `hessian`, `jvp`, `vjp`; forward over reverse, and nested `grad` of one input."""
    flat, x = _flattened(function, inputs)
    if operator.weighted:
        # Built from the incoming gradient, which `torch.func.vjp` takes.
        pulled: Tensor = torch.func.vjp(flat, x)[1](_like(x, operator.weights))[0]
        return pulled
    found: _Flat = (lambda v: flat(v)[0]) if operator.one_output else flat
    for k in range(operator.full):
        found = _slope(found, operator, k)
    for _ in range(operator.along):
        found = _along(found, operator)
    return found(x)


def _slope(function: _Flat, operator: Operator, before: int) -> _Flat:
    """The derivative by all elements of what was differentiated so often before: of many numbers forward."""
    if operator.one_input and before:
        return torch.func.grad(lambda v: function(v)[0])
    if before:
        return torch.func.jacfwd(function)
    alone = operator.one_input or operator.full == 1
    return torch.func.grad(function) if operator.one_output and alone else torch.func.jacrev(function)


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
