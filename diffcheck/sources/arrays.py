"""Lists in a formula: arrays, where an operation takes an array; else axes, shapes and places, as they are written."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from diffcheck import ops
from diffcheck.errors import CaseError
from diffcheck.ops.arguments import plain
from diffcheck.ops.composites import Composite
from diffcheck.sources.formula import Operand, Slot, Steps, depends

# Whole numbers given under these names say where, and not how much; those of some as arrays, for a tuple would be one
# place along several axes.
_PLACES = {"index", "indices", "places", "repeats"}
_WHERE = {
    *_PLACES,
    *("axes", "input_lengths", "kept", "labels", "offsets", "s", "size", "target", "target_lengths", "targets"),
}


def applied(steps: Steps, function: Callable[..., Any], *operands: Operand, **named: Operand) -> Operand:
    """An operation on operands, of which lists are arrays where it takes those.

    Raises
    ------
    CaseError
        As `Steps.apply`; for lists of several lengths in one list, and for what repeats or joins lists in Python.
    """
    _demand_arithmetic(function, operands)
    taken = [_taken(steps, function, k, operand) for k, operand in enumerate(operands)]
    return steps.apply(function, *taken, **{name: _computed(steps, operand) for name, operand in named.items()})


def array(steps: Steps, operand: Operand) -> Operand:
    """A list as an array, one of lists as one of more axes; anything else as it is."""
    if not isinstance(operand, tuple):
        return operand
    _demand_even(operand)
    return _computed(steps, operand) if depends(operand) else steps.apply(_constants, Slot(0), operand)


def element(held: Any, place: Any) -> Any:
    """What stands at a place of an array, or of a list."""
    return held[place]


def _constants(first: Any, numbers: Any) -> Any:
    """Numbers as an array, exact ones as long as inputs are traced, of which this is the first."""
    return first.lift(numbers) if hasattr(first, "lift") else np.asarray(plain(numbers), float)


def _computed(steps: Steps, operand: Operand) -> Operand:
    """What holds inputs as an array; a list of plain numbers as it is."""
    if not isinstance(operand, tuple) or not depends(operand):
        return operand
    return steps.apply(ops.stack, tuple(_computed(steps, part) for part in operand))


def _taken(steps: Steps, function: Callable[..., Any], place: int, operand: Operand) -> Operand:
    """An operand as the operation takes it at this place."""
    if not isinstance(operand, tuple):
        return operand
    if function is element:
        return _computed(steps, operand)
    if not isinstance(function, Composite):
        return array(steps, operand)
    parameters = _parameters(function)
    name, several = parameters[min(place, len(parameters) - 1)]
    if several:
        return tuple(array(steps, part) for part in operand)
    if depends(operand) or not (several is None or (name in _WHERE and _whole(operand))):
        return array(steps, operand)
    return np.array(operand) if name in _PLACES else operand


@functools.cache
def _parameters(operation: Composite) -> list[tuple[str, bool | None]]:
    """The names of what it takes, and whether that is several arrays; ``None`` if it is said of what else it is."""
    several = {"typing.Any": False, "collections.abc.Sequence[typing.Any]": True}
    found = inspect.signature(operation.definition).parameters.values()
    return [(p.name, several.get(str(p.annotation))) for p in found]


def _whole(operand: Operand) -> bool:
    return all(map(_whole, operand)) if isinstance(operand, tuple) else type(operand) is int


def _lengths(operand: Operand) -> Any:
    """The shape of a list as far as it is written."""
    return (len(operand), *_lengths(operand[0])) if isinstance(operand, tuple) and operand else ()


def _demand_even(operand: tuple[Operand, ...]) -> None:
    if not operand:
        raise CaseError("an empty list is no array")
    parts = [part for part in operand if not isinstance(part, Slot)]
    if len({_lengths(part) for part in parts}) > 1:
        raise CaseError("the lists in a list are of several lengths, which makes no array")
    for part in parts:
        if isinstance(part, tuple):
            _demand_even(part)


def _demand_arithmetic(function: Callable[..., Any], operands: tuple[Operand, ...]) -> None:
    """Raise `CaseError` for a sum of lists, and a list some times: in Python they are longer lists."""
    lists = sum(isinstance(operand, tuple) for operand in operands)
    if (function is ops.add and lists == 2) or (
        function is ops.mul and lists == 1 and any(map(_whole_number, operands))
    ):
        what = "joins" if function is ops.add else "repeats"
        raise CaseError(f"in Python this {what} lists: write the list out, or stack([...]) for an array")


def _whole_number(operand: Operand) -> bool:
    return type(operand) is int
