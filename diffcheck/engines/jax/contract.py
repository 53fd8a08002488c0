"""What a `jax.custom_vjp` must do beside giving the right numbers for an incoming gradient of one.

It must depend on the incoming gradient, and linearly. The arrays of JAX cannot be changed, and its functions hold
nothing between calls: what else a backward may spoil elsewhere it cannot here.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from diffcheck.case.case import Array
from diffcheck.verdict import Breach, Finding

# Factors of the incoming gradient: one that stays near one, one far from it and of the other sign, nothing at all. No
# power of two, under which a gradient that is rounded on the way looks linear.
_FACTORS = (0.7390851332151607, -3.141592653589793, 0.0)


def findings(function: Callable[..., Any], inputs: Mapping[str, Any], slack: Mapping[str, Array]) -> Iterator[Finding]:
    """The first breach; none where the function has no backward, or raises: the task itself then does.

    Parameters
    ----------
    function:
        Of these inputs, in this order.
    slack:
        What rounding may leave on the gradient of each.
    """
    try:
        result, pull = jax.vjp(function, *inputs.values())
        incoming = _uneven(result)
        once = pull(incoming)
        scaled = [pull((factor * incoming).astype(incoming.dtype)) for factor in _FACTORS]
    except Exception:  # the task itself raises the same
        return
    for number, (name, gradient) in enumerate(zip(inputs, once, strict=True)):
        found = [np.asarray(gradients[number], np.float64) for gradients in scaled]
        here = np.asarray(gradient, np.float64)
        if here.any() and all((other == here).all() for other in found):
            yield Finding(Breach.IGNORES_GRADIENT, "the same whatever comes in", (name,))
            return
        for factor, other in zip(_FACTORS, found, strict=True):
            if not _same(other, factor * here, jnp.finfo(incoming.dtype).eps, abs(factor) + 1, slack[name]):
                yield Finding(Breach.NONLINEAR, f"{factor:.3g} times what comes in gives something else", (name,))
                return


def _uneven(result: Any) -> Any:
    """An incoming gradient whose elements all differ: sums, broadcasts and swapped axes do not hide behind it."""
    size = int(np.prod(result.shape, dtype=int))
    return jnp.asarray((1 + (np.arange(size) * 0.618 % 1)).reshape(result.shape), result.dtype)


def _same(found: Array, expected: Array, eps: float, times: float, slack: Array) -> bool:
    """Whether half of the digits are the same: how well is told by the numbers themselves."""
    size = np.nan_to_num(np.abs(expected), posinf=0.0).max(initial=0.0)
    allowed = eps**0.5 * size + times * np.abs(slack)
    return bool((~np.isfinite(expected) | (found == expected) | (np.abs(found - expected) <= allowed)).all())
