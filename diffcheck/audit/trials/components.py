"""The components of an operation's gradient beside their truths: by which input each is, and how far off."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import torch

from diffcheck.audit.trials.screen import Screened
from diffcheck.referee.component import Component, Status

Tensor = torch.Tensor
Array = np.ndarray[Any, np.dtype[np.float64]]


class Components:
    """The components by some inputs, one input after another.

    Attributes
    ----------
    values, middles:
        What the operation gives, and the truths as numbers: see `middle`.
    """

    def __init__(self, names: Sequence[str], screened: Screened, truths: Sequence[Component]) -> None:
        self._names, self._screened = names, screened
        self.truths = truths
        self.values = self.flat(screened.gradients)
        self.middles = np.array([middle(t, float(v)) for t, v in zip(truths, self.values, strict=True)])

    def flat(self, gradients: Mapping[str, Tensor]) -> Array:
        """Gradients by all inputs in the order of the components."""
        found: Array = np.concatenate([gradients[name].reshape(-1).numpy() for name in self._names]).astype(np.float64)
        return found

    @cached_property
    def slices(self) -> dict[str, slice]:
        """Where the components by each input are."""
        found, start = {}, 0
        for name in self._names:
            found[name] = slice(start, start + self._screened.gradients[name].numel())
            start = found[name].stop
        return found

    def input(self, k: int) -> str:
        """The input by which a component is."""
        return next(name for name, part in self.slices.items() if part.start <= k < part.stop)

    def off(self, k: int) -> float:
        """The error of a component in parts of the largest one by its input."""
        error = abs(self.values[k] - self.middles[k])
        if error != error or error == np.inf:
            return 0.0 if np.isnan(self.middles[k]) else float("inf")
        largest = np.nanmax(np.abs(self.middles[self.slices[self.input(k)]]))
        return float(error / largest) if largest else float("inf") if error else 0.0

    def share(self, k: int) -> float:
        """The error of a component in parts of the largest one by any input.

        Where a whole gradient cancels, as that of a normalised row of two numbers, its own size says nothing.
        """
        error = abs(self.values[k] - self.middles[k])
        if error != error or error == np.inf:
            return self.off(k)
        return float(error / self._largest) if self._largest else self.off(k)

    @cached_property
    def _largest(self) -> float:
        sizes = [g[g.isfinite()].abs() for g in self._screened.reference.values()]
        return max((float(size.max()) for size in sizes if size.numel()), default=0.0)


def middle(truth: Component, value: float) -> float:
    """The truth as a number; at a kink what is nearest between both sides, NaN where there is none."""
    if truth.status is Status.KINK:
        sides = float(truth.left.mid()), float(truth.right.mid())
        return min(max(value, min(sides)), max(sides))
    return float(truth.left.mid()) if truth.has_value else float("nan")


def apart(a: Tensor, b: Tensor) -> float:
    """The largest difference, in parts of the largest number of the second; infinite where the first has none."""
    if not a.numel():
        return 0.0
    error, largest = (a - b).abs().nan_to_num(float("inf"), float("inf")).max(), b.abs().max()
    return float(error / largest) if largest > 0 else float("inf") if error > 0 else 0.0
