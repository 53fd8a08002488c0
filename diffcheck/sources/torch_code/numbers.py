"""Numbers that leave for Python by ``.item()``: they know the tensor that they are, and go on being followed.

What is logged, printed or kept is a number like any other. What is compared becomes a condition of the recording, as it
does for tensors; what is computed with Python's operators, or goes back into tensors, is computed on tensors. Torch
takes such a number for a constant, so its gradient is cut there: see `diffcheck.sources.torch_code.cuts`.
"""

import operator
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

Tensor = torch.Tensor
_Method = Callable[["Number", Any], Any]


def _computed(operation: Callable[[Any, Any], Any]) -> _Method:
    def method(self: "Number", other: Any) -> Any:
        return _joined(operation, self.tensor, other)

    return method


def _reflected(operation: Callable[[Any, Any], Any]) -> _Method:
    def method(self: "Number", other: Any) -> Any:
        return _joined(lambda x, y: operation(y, x), self.tensor, other)

    return method


def _joined(operation: Callable[[Any, Any], Any], tensor: Tensor, other: Any) -> Any:
    """A number of two numbers; with a tensor it is a tensor."""
    if not isinstance(other, (int, float, Tensor)):
        return NotImplemented
    found = operation(tensor, as_tensors(other))
    return found if isinstance(other, Tensor) else Number.of(found)


def _compared(operation: Callable[[Any, Any], Any]) -> _Method:
    def method(self: "Number", other: Any) -> Any:
        if not isinstance(other, (int, float, Tensor)):
            return NotImplemented
        found = operation(self.tensor, as_tensors(other))
        return found if isinstance(other, Tensor) else bool(found)

    return method


class Number(float):
    """A number with a fraction that was read off a tensor, or computed from such ones.

    Attributes
    ----------
    tensor:
        What it is, without a gradient.
    """

    tensor: Tensor

    @staticmethod
    def of(tensor: Tensor) -> "Number":
        """The number that a tensor of one element is."""
        kept = tensor.reshape(()).detach()
        with torch._C.DisableTorchFunction():
            value: Any = kept.tolist()
            found = Number(value)
        found.tensor = kept
        return found

    __add__, __radd__ = _computed(operator.add), _reflected(operator.add)
    __sub__, __rsub__ = _computed(operator.sub), _reflected(operator.sub)
    __mul__, __rmul__ = _computed(operator.mul), _reflected(operator.mul)
    __truediv__, __rtruediv__ = _computed(operator.truediv), _reflected(operator.truediv)
    __lt__, __le__ = _compared(operator.lt), _compared(operator.le)
    __gt__, __ge__ = _compared(operator.gt), _compared(operator.ge)
    __eq__, __ne__ = _compared(operator.eq), _compared(operator.ne)
    __hash__ = float.__hash__

    def __pow__(self, other: Any, modulus: None = None) -> Any:
        return _joined(operator.pow, self.tensor, other)

    def __rpow__(self, other: Any, modulus: None = None) -> Any:
        return _joined(lambda x, y: operator.pow(y, x), self.tensor, other)

    def __copy__(self) -> "Number":
        return self

    def __deepcopy__(self, memo: Any) -> "Number":
        return self

    def __reduce__(self) -> Any:
        return float, (float.__float__(self),)

    def __neg__(self) -> "Number":
        return Number.of(-self.tensor)

    def __abs__(self) -> "Number":
        return Number.of(abs(self.tensor))

    def __bool__(self) -> bool:
        return bool(self.tensor != 0)

    def __int__(self) -> int:
        return int(self.tensor.trunc().long())

    __trunc__ = __int__

    def __floor__(self) -> int:
        return int(self.tensor.floor().long())

    def __ceil__(self) -> int:
        return int(self.tensor.ceil().long())

    def __round__(self, digits: Any = None) -> Any:
        return int(self.tensor.round().long()) if digits is None else float(self).__round__(digits)


def as_tensors(given: Any) -> Any:
    """Arguments with the tensors that their numbers are in place of these."""
    if isinstance(given, Number):
        return given.tensor
    if type(given) in (list, tuple):
        return type(given)(map(as_tensors, given))
    return given


class Numbers(TorchFunctionMode):
    """While it is entered, ``.item()`` of a tensor that is followed gives a `Number`.

    Parameters
    ----------
    follows:
        Whether a tensor depends on an input.
    """

    def __init__(self, follows: Callable[[Tensor], bool]) -> None:
        super().__init__()
        self._follows = follows

    def __torch_function__(
        self, func: Any, types: Iterable[Any], args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        read = _READ.get(func)
        if read is not None and args[0].is_floating_point() and args[0].numel() == 1 and self._follows(args[0]):
            return read(Number.of(args[0]), *args[1:])
        with warnings.catch_warnings():
            # A number that becomes a tensor is one already, which nobody here asked for.
            warnings.filterwarnings("ignore", "To copy construct from a tensor")
            return func(*map(as_tensors, args), **{name: as_tensors(value) for name, value in (kwargs or {}).items()})


# How tensors are read as Python's numbers. By ``float()``, which gives nothing else than one, none can be followed.
_READ: dict[Any, Callable[..., Any]] = {
    Tensor.item: lambda number: number,
    Tensor.__bool__: Number.__bool__,
    Tensor.__int__: Number.__int__,
    Tensor.__format__: Number.__format__,
}
