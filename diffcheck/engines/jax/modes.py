"""Derivatives of a function of a vector by JAX: with a row for each element of the result."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from diffcheck.case.operators import Operator

Array = Any
Function = Callable[[Array], Array]


def reverse(function: Function, x: Array, operator: Operator) -> Array:
    """One pass back from each output; further derivatives forward over that, nested `jax.grad` of one number.

    A direction that is alone has no place in a pass back: it is multiplied by the rows of the Jacobian.
    """
    if operator.weighted:
        _, pull = jax.vjp(function, x)
        return pull(_like(x, operator.weights))[0]
    if operator.full == 0:
        return jax.jacrev(function)(x) @ _like(x, operator.direction)
    found = _gradient(function) if operator.one_output else jax.jacrev(function)
    for _ in range(operator.full - 1):
        found = jax.jacfwd(found)
    for _ in range(operator.along):
        found = _along(found, operator)
    return found(x)


def forward(function: Function, x: Array, operator: Operator) -> Array:
    """One pass with a tangent for each input element, or with the direction."""
    found = function
    for _ in range(operator.along):
        found = _along(found, operator)
    for _ in range(operator.full):
        found = jax.jacfwd(found)
    value = found(x)
    return _like(x, operator.weights) @ value if operator.weighted else value


METHODS: dict[str, Callable[[Function, Array, Operator], Array]] = {"reverse": reverse, "forward": forward}


def _gradient(function: Function) -> Function:
    found: Function = jax.grad(lambda x: function(x)[0])
    return found


def _along(function: Function, operator: Operator) -> Function:
    return lambda x: jax.jvp(function, (x,), (_like(x, operator.direction),))[1]


def _like(x: Array, values: tuple[float, ...]) -> Array:
    return jnp.asarray(values, x.dtype)
