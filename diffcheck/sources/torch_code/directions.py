"""Models of more numbers than can be told one by one: derivatives along seeded directions of their large tensors.

A large tensor ``P`` becomes ``P + t[0] v[0] + t[1] v[1]`` with fixed directions ``v``, and the derivative is taken by
``t`` at zero: that is the derivative by ``P``, contracted with each of them. It is a derivative like any other,
certified like any other, and torch's own backward computes it by way of its whole gradient. The signs of a direction
are drawn: what is wrong with a gradient, of whatever kind, moves its product with random signs by about the root of the
sum of its squares (the products' mean square is just that). A single element that is wrong by less than rounding
leaves on all of them together is not seen; the small tensors therefore stay whole.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from diffcheck.sources.torch_code.code import TorchCode

Array = np.ndarray[Any, np.dtype[np.float64]]
Tensor = torch.Tensor
# A gradient of so many components takes half a minute and two gigabytes; above it, directions are taken.
MOST = 1_000_000
# The smallest tensors stay whole, up to so many components together.
WHOLE = 100_000
# An error that is a hundred times what rounding leaves hides from one random direction once in a hundred times.
EACH = 2
# Directions are as large as the numbers that they move, as far as every format holds that.
_EXPONENTS = -12, 12


@dataclass(frozen=True)
class Directions:
    """The large tensors with their directions: the signs of all steps, and the size of one."""

    signs: Mapping[str, np.ndarray[Any, np.dtype[np.int8]]]
    sizes: Mapping[str, float]

    @staticmethod
    def of(values: Mapping[str, Array], each: int) -> "Directions":
        """So many directions of each of these tensors but the smallest ones."""
        whole, together = set(), 0
        for name, value in sorted(values.items(), key=lambda item: item[1].size):
            together += value.size
            if together > WHOLE and value.size > each:
                break
            whole.add(name)
        signs, sizes = {}, {}
        for name, value in values.items():
            if name not in whole:
                drawn = np.random.default_rng(zlib.crc32(name.encode())).integers(0, 2, (each, *value.shape), np.int8)
                signs[name] = 2 * drawn - 1
                typical = float(np.sqrt(np.mean(value**2))) or 1.0
                sizes[name] = 2.0 ** int(np.clip(np.rint(np.log2(typical)), *_EXPONENTS))
        return Directions(signs, sizes)

    def told(self, numbers: int) -> str:
        """What is done, in words, of so many numbers altogether."""
        count = len(next(iter(self.signs.values())))
        tensors = f"{len(self.signs)} tensors" if len(self.signs) > 1 else "a tensor"
        inside = sum(int(np.prod(s.shape[1:], dtype=int)) for s in self.signs.values())
        return (
            f"along {count} seeded direction{'s' * (count > 1)} of {'each of ' * (len(self.signs) > 1)}{tensors} "
            f"({inside:,} of {numbers:,} numbers), the others one by one"
        )


def along(name: str) -> str:
    """What the steps along the directions of a tensor are called."""
    return f"along {name}"


class Directed(TorchCode):
    """Torch code as a function of its inputs and of the steps along directions of the large ones, in this order."""

    def __init__(self, code: TorchCode, inputs: Sequence[str], directions: Directions) -> None:
        super().__init__(code.code, {}, [*inputs, *map(along, directions.signs)])
        self._directed = code
        self._names = tuple(inputs)
        self._directions = directions
        self.__name__ = code.__name__

    def results(self, *values: Tensor) -> list[Tensor]:
        """See `TorchCode.results`."""
        given = dict(zip(self._names, values, strict=False))
        for (name, signs), steps in zip(self._directions.signs.items(), values[len(self._names) :], strict=True):
            value = given[name]
            for k, sign in enumerate(signs):
                direction = torch.from_numpy(sign).to(value.device, value.dtype) * self._directions.sizes[name]
                value = value + steps[k] * direction
            given[name] = value
        return self._directed.results(*given.values())
