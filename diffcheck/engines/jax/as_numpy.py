"""A JAX array as NumPy sees it: what NumPy or SciPy would compute, JAX's function of that name does.

Rows of the table are written for NumPy. By its protocols (NEP 13 and NEP 18) their functions then serve JAX arrays
too, unless they write into an array or make one of their own.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from diffcheck.errors import Unsupported, UsageError
from diffcheck.ops.dotted import resolve


class AsNumpy(np.lib.mixins.NDArrayOperatorsMixin):
    """A JAX array, or a number, that meets NumPy."""

    def __init__(self, array: Any) -> None:
        self.array = array

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if method != "__call__" or options:
            return NotImplemented
        home = "numpy" if getattr(np, ufunc.__name__, None) is ufunc else "scipy.special"
        return on_arrays(counterpart(f"{home}.{ufunc.__name__}"), *inputs)

    def __array_function__(self, function: Any, types: Any, arguments: Any, options: Any) -> Any:
        return on_arrays(counterpart(f"{function.__module__}.{function.__name__}"), *arguments, **options)

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise TypeError("NumPy would compute with a JAX array itself")

    def __getitem__(self, index: Any) -> Any:
        return AsNumpy(self.array[index])

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = getattr(self.array, name)
        if callable(found):
            return lambda *arguments, **options: on_arrays(found, *arguments, **options)
        return AsNumpy(found) if isinstance(found, jax.Array) else found

    @property
    def flat(self) -> Any:
        """The elements one after another."""
        return AsNumpy(jnp.ravel(self.array))


def on_arrays(function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """A function of JAX arrays, of what stands for them."""
    return _wrapped(function(*map(bare, arguments), **{name: bare(value) for name, value in options.items()}))


def bare(value: Any) -> Any:
    """The JAX array; in lists and tuples too."""
    if isinstance(value, (list, tuple)):
        return type(value)(map(bare, value))
    return value.array if isinstance(value, AsNumpy) else value


def _wrapped(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_wrapped(item) for item in value]
    return AsNumpy(value) if isinstance(value, jax.Array) else value


def counterpart(path: str) -> Any:
    """JAX's function of the same name as one of NumPy or SciPy.

    Raises
    ------
    Unsupported
        If JAX has none.
    """
    own = f"jax.{path}"
    try:
        return resolve(own)
    except UsageError:
        raise Unsupported(f"there is no {own}") from None
