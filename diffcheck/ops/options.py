"""What an option may be, as the annotation of its parameter says: the same for whoever computes the operation."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from diffcheck.errors import CallError, CaseError
from diffcheck.ops.arguments import Traceable

# Parameters that are axes, of which NumPy wants several in a tuple.
_AXES = frozenset(("axis", "axes", "dim", "dims"))
_NONE = "a number has no axis"
_NUMBERS = (int, float, Fraction, np.number)


def fitted(operation: str, name: str, annotation: Any, value: Any) -> Any:
    """A value as the operation takes it: 2.0 as a whole number, a list of axes as a tuple.

    Raises
    ------
    CallError
        If it is no value of that kind.
    """
    value = tuple(value) if isinstance(value, list) and name in _AXES else value
    rule = _RULES.get(annotation)
    return value if rule is None else rule(operation, name, value)


def no_such_place(mistake: Exception, named: Mapping[str, Any]) -> str:
    """What went wrong where a place was looked for that is not there: the axis, if one of the options names none."""
    axes = _axes_of(next(iter(named.values()), None))
    for name, value in named.items():
        for axis in np.atleast_1d(value) if name in _AXES and isinstance(value, (int, tuple)) else ():
            if not -axes <= axis < max(axes, 1):
                has = f"it has {axes} {'axis' if axes == 1 else 'axes'}" if axes else _NONE
                return f"{name}={axis}: there is no such axis: {has}"
    return str(mistake) if axes else _NONE


def _axes_of(operand: Any) -> int:
    """How many axes an operand has; of a list of them those of its first, and one more."""
    if isinstance(operand, (list, tuple)) and operand:
        return 1 + _axes_of(operand[0])
    return len(getattr(operand, "shape", ()))


def _refused(operation: str, name: str, value: Any, wanted: str) -> CallError:
    what = f"an array or an input in the place of {name}" if _is_array(value) else f"{name}={value!r}"
    return CallError(f"{operation}: {what}: it must be {wanted}")


def _is_array(value: Any) -> bool:
    """Whether it depends on an input, or holds several numbers."""
    of_input = isinstance(value, Traceable) and not getattr(value, "is_constant", False)
    return of_input or len(getattr(value, "shape", ())) > 0


def _whole(operation: str, name: str, value: Any) -> Any:
    if isinstance(value, (float, Fraction, np.floating)):
        if value != value // 1:
            raise CaseError(f"{operation}: {name}={value}: it must be a whole number")
        return int(value)
    of_axis = isinstance(value, (bool, np.bool_)) and name in _AXES
    if value is None or isinstance(value, (str, list, tuple)) or of_axis or _is_array(value):
        raise _refused(operation, name, value, "a whole number")
    return int(value) if isinstance(value, (bool, np.bool_, np.integer)) else value


def _axes(operation: str, name: str, value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return tuple(_whole(operation, name, axis) for axis in value)
    return _whole(operation, name, value)


def _truth(operation: str, name: str, value: Any) -> Any:
    if isinstance(value, (bool, np.bool_)) or (isinstance(value, int) and value in (0, 1)):
        return bool(value)
    raise _refused(operation, name, value, "True or False")


def _text(operation: str, name: str, value: Any) -> Any:
    if not isinstance(value, str):
        raise _refused(operation, name, value, "a text")
    return value


def _number(operation: str, name: str, value: Any) -> Any:
    if value is None or isinstance(value, (str, list, tuple)):
        raise _refused(operation, name, value, "a number")
    return value


def _or_none(rule: Callable[[str, str, Any], Any]) -> Callable[[str, str, Any], Any]:
    return lambda operation, name, value: None if value is None else rule(operation, name, value)


_RULES: dict[Any, Callable[[str, str, Any], Any]] = {
    bool: _truth,
    str: _text,
    int: _whole,
    int | None: _or_none(_whole),
    float: _number,
    float | None: _or_none(_number),
    int | Sequence[int]: _axes,
    int | Sequence[int] | None: _or_none(_axes),
}
