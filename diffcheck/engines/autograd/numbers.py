"""The constants of a case as tensors."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

from diffcheck.ops.arguments import as_scalar


def as_constant(value: Any, dtype: torch.dtype, device: torch.device) -> Any:
    """A constant as a function of tensors gets it: whole numbers of 64 bits, truths and what is no number stay."""
    if isinstance(value, np.ndarray) and value.dtype.kind != "f":
        return torch.tensor(value, device=device)
    if isinstance(value, (float, np.ndarray)):
        return torch.tensor(value, dtype=dtype, device=device)
    return as_scalar(value)


class Constants:
    """The constants of a case.

    Torch refuses to multiply whole numbers with others. Arrays of them may be meant as numbers, or as labels and
    places, which have to stay whole: that is found out where torch refuses.

    Attributes
    ----------
    values:
        The constants by name.
    """

    def __init__(self, given: Mapping[str, Any], dtype: torch.dtype, device: torch.device) -> None:
        self.values = {name: as_constant(value, dtype, device) for name, value in given.items()}
        self._dtype = dtype
        arrays = {name: value for name, value in given.items() if isinstance(value, np.ndarray)}
        self._whole = tuple(name for name, value in arrays.items() if value.dtype.kind in "iu")

    def copies(self) -> dict[str, Any]:
        """The same, for somebody's own code, which may spoil them."""
        return {name: v.clone() if isinstance(v, torch.Tensor) else v for name, v in self.values.items()}

    def called(self, function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
        """The function of these arguments, constants among them."""
        try:
            return function(**arguments)
        except RuntimeError:
            for names in (self._whole, *((name,) for name in self._whole)):
                meant = {name: arguments[name].to(self._dtype) for name in names}
                try:
                    found = function(**(arguments | meant))
                except (RuntimeError, TypeError, IndexError):
                    continue
                if meant:
                    self.values |= meant
                    self._whole = ()
                    return found
            raise
