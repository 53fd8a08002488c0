"""What a command line asks of torch code: an object that can be called, and the values it is called with."""

import difflib
import inspect
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from diffcheck.case.domain import Interval, given, interval
from diffcheck.errors import UsageError
from diffcheck.ops.arguments import is_complex
from diffcheck.sources.objects import made
from diffcheck.sources.specs import Spec
from diffcheck.sources.torch_code.code import parameters_of

Array = np.ndarray[Any, np.dtype[np.float64]]
_DRAWN: dict[str, Callable[..., torch.Tensor]] = {
    "randn": torch.randn,
    "rand": torch.rand,
    "zeros": torch.zeros,
    "ones": torch.ones,
}


def seed(number: int) -> None:
    """Let torch draw from here on what it draws after ``torch.manual_seed``."""
    torch.manual_seed(number)


def code_of(found: Any, label: str, file: Path) -> Callable[..., Any]:
    """What can be called of an object: itself, the ``apply`` of a Function, an object of a class."""
    if isinstance(found, type):
        found = found.apply if issubclass(found, torch.autograd.Function) else made(found, label, file)
    if not callable(found):
        raise UsageError(f"{label} is of type {type(found).__name__}: give a function, a module or a case")
    code: Callable[..., Any] = found
    return code


# How an argument is given a value on the command line.
FORM = "--input {name}=randn:SHAPE, or --at {name}=NUMBER"


def arguments(
    code: Callable[..., Any], label: str, inputs: Sequence[tuple[str, Spec]], seed: int, form: str = FORM
) -> tuple[list[Any], dict[str, Any]]:
    """The arguments by position and by name, in the order in which they are drawn.

    Parameters
    ----------
    form:
        What to give, with a place for the name of what is missing.

    Raises
    ------
    UsageError
        If one is missing, or has no place.
    """
    parameters = parameters_of(code)
    known = [p.name for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    open_ended = {p.kind for p in parameters} & {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
    by_name = [name for name, _ in inputs if name]
    takes = f"it takes {', '.join(known) or 'none'}"
    for name in by_name if parameters and not open_ended else ():
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            advice = f"did you mean {close[0]!r}?" if close else takes
            raise UsageError(f"{label} has no argument {name!r}: {advice}")
    first = known[: len(inputs) - len(by_name)]
    if parameters and not open_ended and len(first) < len(inputs) - len(by_name):
        raise UsageError(f"{label} is given {len(inputs)} arguments: {takes}")
    for name in first:
        if name in by_name:
            raise UsageError(f"argument {name!r} of {label} is given twice, once by position")
    needed = [p.name for p in parameters if p.default is p.empty and p.name in known]
    for name in needed:
        if name not in first and name not in by_name:
            raise UsageError(f"argument {name!r} of {label} has no value: give {form.format(name=name)}")
    torch.manual_seed(seed)
    drawn = [(name, _value(spec)) for name, spec in inputs]
    return [value for name, value in drawn if not name], {name: value for name, value in drawn if name}


def _value(spec: Spec) -> Any:
    """A tensor, an interval, or what is handed on as it is."""
    if spec.kind in _DRAWN:
        return _DRAWN[spec.kind](spec.shape)
    if spec.kind == "uniform":
        low, high = spec.numbers
        return low + (high - low) * torch.rand(spec.shape)
    if spec.kind == "interval":
        return interval(*spec.numbers, shape=spec.shape)
    if spec.kind == "randint":
        low, high = map(int, (0, *spec.numbers)[-2:])
        if low >= high:
            raise UsageError(f"{spec.text!r}: there is no whole number from {low} to below {high}")
        return torch.randint(low, high, spec.shape)
    return _read(spec.value) if spec.kind == "file" else _written(spec)


def _written(spec: Spec) -> Any:
    """A number with a fraction, a complex one, or a list of numbers, as a tensor; all else as it is."""
    if isinstance(spec.value, (float, complex)):
        return torch.tensor(spec.value, dtype=torch.float64 if isinstance(spec.value, float) else torch.complex128)
    if not isinstance(spec.value, (list, tuple)):
        return spec.value
    try:
        array = np.array(spec.value)
    except ValueError:
        array = np.array(None)
    if array.dtype.kind not in "bifc":
        raise UsageError(f"{spec.text!r}: a list must be of numbers, in rows of one length")
    return torch.tensor(array)


def _read(path: str) -> torch.Tensor:
    """The tensor in a file."""
    try:
        if path.endswith(".npy"):
            return torch.from_numpy(np.load(path, allow_pickle=False))
        found = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as problem:  # whatever is in the file
        raise UsageError(f"{path}: cannot be read: {' '.join(str(problem).split())[:200]}") from None
    if not isinstance(found, torch.Tensor):
        raise UsageError(f"{path} holds a {type(found).__name__}: save a single tensor there")
    return found.detach()


def as_arrays(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Array], bool]:
    """Arguments as the parameters of a case over `diffcheck.ops`.

    Then the point that they give, and whether some of them may lie anywhere in an interval.
    """
    plain = {name: v.numpy() if isinstance(v, torch.Tensor) else v for name, v in values.items()}
    wide = {"f": np.float64, "c": np.complex128}
    point: dict[str, Array] = {
        name: v.astype(wide[v.dtype.kind])
        for name, v in plain.items()
        if isinstance(v, np.ndarray) and v.dtype.kind in wide
    }
    parameters = {**plain, **{name: v if is_complex(v) else given(v) for name, v in point.items()}}
    return parameters, point, any(isinstance(value, Interval) for value in values.values())
