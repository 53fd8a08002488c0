"""The definition that torch code gives: its recording, behind the gate."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import torch

from diffcheck.errors import CaseError, Unsupported
from diffcheck.program.displaced import displaced
from diffcheck.program.emit import Emitted
from diffcheck.program.graph import Graph
from diffcheck.program.replay import replayed
from diffcheck.program.traced import Traced
from diffcheck.sources.torch_code.code import TorchCode
from diffcheck.sources.torch_code.cuts import Cuts
from diffcheck.sources.torch_code.numbers import Numbers
from diffcheck.sources.torch_code.recorder import Recorder

Array = np.ndarray[Any, np.dtype[np.float64]]
Values = Mapping[str, Array]
# Two orders of evaluation in double precision differ by far less than the root of its unit roundoff; what bypasses
# the recording moves by about as much as the inputs do, a hundredth or more.
_SAME = 2.0**-26
# The second point comes nearer while it lies where the function does not exist or Python takes another branch.
_NEARER = (1.0, 0.1, 0.01, 0.001)
_BYPASSED = "something bypasses torch, or is chosen at will, as the sign of an eigenvector is"


class Definition:
    """A function of the inputs by name: on traced values and arrays by the recording, on tensors the code itself.

    Attributes
    ----------
    argument_names:
        The inputs in their order.
    code:
        What was recorded.
    cuts:
        Where it keeps gradients from torch, once it is recorded: see `diffcheck.sources.torch_code.cuts`.
    told:
        What people must know of the derivative that is taken of it.

    Parameters
    ----------
    steps:
        The inputs that are steps along directions.
    """

    def __init__(
        self,
        code: TorchCode,
        first: Values,
        second: Callable[[float], Values],
        told: str = "",
        steps: Collection[str] = (),
    ) -> None:
        self.code = code
        self._first = first
        self._second = second
        self.told = told
        self._steps = steps
        self.argument_names = list(first)
        self.cuts: list[str] = []
        self.__name__ = code.__name__
        self.__doc__ = getattr(code.code, "__doc__", None)

    def __call__(self, /, **arguments: Any) -> Any:
        """The function."""
        values = [arguments[name] for name in self.argument_names]
        if all(isinstance(v, Traced) for v in values):
            return replayed(self.graph, values)
        if any(isinstance(v, torch.Tensor) for v in values):
            return self.code(*values)
        return Emitted(self.graph).at(np.concatenate([np.ravel(v) for v in values]))

    @cached_property
    def graph(self) -> Graph:
        """What the code does at the first point, if it does that elsewhere, too.

        Raises
        ------
        Unsupported
            If an operation cannot be recorded, or the recording is not the function.
        """
        graph, told, self.cuts = recorded(self.code, self._first)
        starts = np.cumsum([0, *(v.size for v in self._first.values())]).tolist()
        steps = [start for name, start in zip(self._first, starts, strict=False) if name in self._steps]
        graph = displaced(graph, steps) if steps else graph
        replay = Emitted(graph)
        _compare(told, _at(replay, self._first), "at the first point", "a row of torch's operations differs from torch")
        for nearer in _NEARER:
            second = self._second(nearer)
            expected = _at(replay, second)
            try:
                says = _evaluated(self.code, second)
            except (RuntimeError, ValueError, ArithmeticError):  # outside the domain
                continue
            if np.isfinite(expected).all() and np.isfinite(says).all():
                _compare(says, expected, "at a second point", _BYPASSED)
                return graph
        raise Unsupported(
            "not captured: no second point near the first one has the same branches and a finite value; "
            "give interval(...) or another point"
        )


def _at(replay: Emitted, point: Values) -> Array:
    return np.asarray(replay.at(np.concatenate([np.ravel(v) for v in point.values()])))


def _compare(says: Array, recording: Array, where: str, why: str) -> None:
    """Raise `Unsupported` if two results differ by more than rounding."""
    finite = bool(np.isfinite(says).all())
    scale = np.abs(says) + np.max(np.abs(says), initial=0.0) * _SAME
    if says.shape == recording.shape and finite and (np.abs(says - recording) <= _SAME * scale).all():
        return
    if not finite:
        raise Unsupported(f"not captured: {where} the function has no finite value")
    worst = int(np.argmax(np.nan_to_num(np.abs(says - recording) / np.maximum(scale, 1e-300), nan=np.inf)))
    a, b = says.ravel()[worst], recording.ravel()[worst]
    raise Unsupported(f"not captured: {where} the function says {a:.7g}, the recording {b:.7g}: {why}")


def recorded(code: TorchCode, point: Values) -> tuple[Graph, Array, list[str]]:
    """The graph of one evaluation in double precision, what it gave, and where gradients are kept from torch."""
    tensors = _leaves(point)
    recorder = Recorder()
    for tensor in tensors:
        recorder.input(tensor)
    cuts = Cuts(recorder.storages)
    with recorder, cuts, Numbers(recorder.follows):
        results = code.results(*tensors)
    graph = recorder.graph(results)
    return graph, _joined(results), cuts.reaching(recorder.live(results), results)


def _evaluated(code: TorchCode, point: Values) -> Array:
    return _joined(code.results(*_leaves(point)))


def _leaves(point: Values) -> list[torch.Tensor]:
    """Tensors that a derivative may be asked of, as the function may do itself."""
    return [torch.tensor(v, dtype=torch.float64).requires_grad_() for v in point.values()]


def _joined(results: Sequence[torch.Tensor]) -> Array:
    plain = [r.detach().cpu().double().numpy() for r in results]
    return np.array(plain[0]) if len(plain) == 1 else np.concatenate([r.ravel() for r in plain])


def moved(point: Values, fixed: Sequence[str], other: Values, seed: int) -> Callable[[float], Values]:
    """Points beside one: inputs of an interval towards another point of theirs, given numbers by some percent."""

    def at(nearer: float) -> Values:
        generator = np.random.default_rng(seed)
        return {
            name: value + nearer * (_step(value, generator) if name in fixed else other[name] - value)
            for name, value in point.items()
        }

    return at


def _step(value: Array, generator: np.random.Generator) -> Array:
    size = np.abs(value) + (np.sqrt(np.mean(value**2)) if value.size else 0) * 0.1
    sign = np.where(generator.random(value.shape) < 0.5, -1, 1)
    # Nothing says how large zeros are.
    return np.asarray(generator.uniform(0.02, 0.05, value.shape) * sign * np.where(size == 0, 1, size))


def demand_inputs(names: Sequence[str]) -> None:
    """Raise `CaseError` if nothing can be differentiated by."""
    if not names:
        raise CaseError(
            "there is no input to differentiate by: give a floating-point tensor with elements, or an interval, as an "
            "argument"
        )
