"""Complex inputs of a case: each is two real ones, ``z`` the inputs ``z_re`` and ``z_im``; its function gets it joined.

So all that is computed of a derivative is real: of a real result by ``z`` it is dL/dRe z and dL/dIm z, which torch
calls the gradient dL/dRe z + i dL/dIm z.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from diffcheck import ops
from diffcheck.case.domain import Rectangle, given
from diffcheck.errors import CaseError
from diffcheck.ops.arguments import is_complex
from diffcheck.ops.dotted import resolve

Function = Callable[..., Any]


def parts_of(name: str) -> tuple[str, str]:
    """The names of both parts of an input."""
    return f"{name}_re", f"{name}_im"


@dataclass(frozen=True, slots=True)
class ComplexInputs:
    """The complex ones among the parameters of a function.

    Attributes
    ----------
    names:
        What they are called.
    order:
        All parameters, as the function has them.
    """

    names: tuple[str, ...]
    order: tuple[str, ...]

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The names of the parts of each."""
        return tuple(map(parts_of, self.names))

    def domains(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """What is given for the parameters, with an interval for each part; one number where a value is given."""
        found = dict(parameters)
        for name in self.names:
            value = found.pop(name)
            if not isinstance(value, Rectangle):
                array = np.asarray(value, np.complex128)
                value = Rectangle(given(array.real), given(array.imag))
            found |= dict(zip(parts_of(name), (value.re, value.im), strict=True))
        return found

    def split(self, option: str, values: Any) -> Any:
        """Numbers by input, a point or directions, with the parts of complex ones; what is no mapping as it is."""
        if not isinstance(values, Mapping):
            return values
        found = {}
        for name, value in values.items():
            if name not in self.names:
                found[name] = value
                continue
            try:
                array = np.array(value, np.complex128)
            except (TypeError, ValueError):
                raise CaseError(f"{option} gives {name} = {value!r}: it must be a complex number or an array") from None
            found |= dict(zip(parts_of(name), (array.real, array.imag), strict=True))
        return found

    def among(self, names: Iterable[str]) -> list[str]:
        """Inputs by their names, the complex ones by their parts."""
        return [part for name in names for part in (parts_of(name) if name in self.names else (name,))]

    def function(self, function: Any) -> Any:
        """A function that names complex inputs, as one that names their parts; anything else as it is."""
        known = _parameters(function)
        named = [name for name in self.names if name in known]
        if not named:
            return function
        parameters = [p for name, parameter in known.items() for p in _split(parameter, name in named)]
        order = [parameter.name for parameter in parameters]

        def called(*arguments: Any, **by_name: Any) -> Any:
            values = dict(zip(order, arguments, strict=False)) | by_name
            return function(**{name: _joined(name, values, named) for name in known if name in named or name in values})

        found: Any = called
        found.__signature__ = inspect.Signature(parameters)
        found.__wrapped__, found.__doc__, found.__name__ = function, function.__doc__, getattr(function, "__name__", "")
        return found

    def implementation(self, version: Function | str) -> Function:
        """What is on trial, called by position, as a function of the parts; a path is followed when it is called."""

        def called(*arguments: Any) -> Any:
            values = dict(zip(self.among(self.order), arguments, strict=True))
            code = resolve(version) if isinstance(version, str) else version
            return code(*(_joined(name, values, self.names) for name in self.order))

        return called

    def weights(self, values: Any) -> Any:
        """The weights of a result: complex ones, of a complex result, by their parts along a last axis."""
        array = None if values is None else np.asarray(values)
        return values if array is None or array.dtype.kind != "c" else np.stack([array.real, array.imag], -1)


def _parameters(function: Any) -> Mapping[str, inspect.Parameter]:
    """The parameters of a function, if all can be given by name; nothing of anything else."""
    try:
        found = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return {}
    ordinary = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return found if all(parameter.kind in ordinary for parameter in found.values()) else {}


def _split(parameter: inspect.Parameter, of_complex: bool) -> list[inspect.Parameter]:
    """A parameter, or those of its parts; by name only, so that one with a default may stand before them."""
    by_name = inspect.Parameter.KEYWORD_ONLY
    if not of_complex:
        return [parameter.replace(kind=by_name)]
    return [inspect.Parameter(part, by_name) for part in parts_of(parameter.name)]


def _joined(name: str, values: Mapping[str, Any], names: Iterable[str]) -> Any:
    return ops.complex(*(values[part] for part in parts_of(name))) if name in names else values[name]


def complex_inputs(function: Function, parameters: Mapping[str, Any]) -> ComplexInputs:
    """Which parameters are complex inputs: those that are given a rectangle, a complex number or an array of them.

    Raises
    ------
    CaseError
        If the function has a parameter of the name of a part.
    """
    order = tuple(_parameters(function))
    names = tuple(n for n in order if isinstance(v := parameters.get(n), Rectangle) or is_complex(v))
    for name in names:
        for part in parts_of(name):
            if part in order:
                raise CaseError(f"parameter {part!r} is called like a part of the complex input {name!r}: rename it")
    return ComplexInputs(names, order)


def spread(pairs: Iterable[tuple[str, str]], sizes: Mapping[str, int]) -> "np.ndarray[Any, np.dtype[np.intp]]":
    """For each element of all inputs a number; both parts of one complex number have the same."""
    starts: dict[str, int] = {}
    count = 0
    first = {im: re for re, im in pairs}
    for name, size in sizes.items():
        if name in first:
            starts[name] = starts[first[name]]
        else:
            starts[name], count = count, count + size
    return np.concatenate([starts[name] + np.arange(size) for name, size in sizes.items()])
