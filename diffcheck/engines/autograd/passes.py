"""A function's forward pass, kept with its graph, and the backward passes through it."""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from diffcheck.engines.autograd.pull import pulled_back

Tensor = torch.Tensor
Call = Callable[[dict[str, Any]], Sequence[Tensor]]
Gradients = list[Tensor | None]
_SEED = 20


@dataclass(frozen=True, slots=True)
class Arguments:
    """What is differentiated by, and the other arguments, by name."""

    inputs: Mapping[str, Tensor]
    constants: Mapping[str, Any]


class Passes:
    """One forward pass on copies of its arguments, and backward passes by all inputs.

    Attributes
    ----------
    outputs, value:
        The results that are numbers with a fraction, and their bits when they were returned.
    """

    def __init__(self, call: Call, arguments: Arguments) -> None:
        self._call = call
        self._inputs = {name: value.detach().clone().requires_grad_() for name, value in arguments.inputs.items()}
        self._leaves = list(self._inputs.values())
        self._constants = {name: _copied(value) for name, value in arguments.constants.items()}
        self._before = self._state()
        self.outputs = _fractions(call({**self._inputs, **self._constants}))
        self.value = list(map(bits, self.outputs))

    def graphs(self) -> list[Tensor]:
        """The outputs that have a graph."""
        return [o for o in self.outputs if o.requires_grad]

    def incoming(self) -> list[Tensor]:
        """An incoming gradient for each output that has a graph: numbers with all their digits, always the same."""
        generator = torch.Generator().manual_seed(_SEED)
        return [
            ((1 + torch.rand(o.shape, generator=generator, dtype=torch.float64)) * (1 - 2 * (i % 2)) / 2).to(o)
            for i, o in enumerate(self.graphs())
        ]

    def pulled_back(self, incoming: Sequence[Tensor]) -> Gradients:
        """The gradients by all inputs."""
        return self.pulled_back_from(self.graphs(), incoming)

    def pulled_back_from(self, outputs: Sequence[Tensor], incoming: Sequence[Tensor]) -> Gradients:
        """The gradients by all inputs of some outputs."""
        return _dense(pulled_back(outputs, self._leaves, incoming))

    def has_functions(self) -> bool:
        """Whether a backward that is a function of Python takes part."""
        return bool(_functions(self.graphs()))

    def spoiling(self, incoming: Sequence[Tensor]) -> list[str]:
        """The functions of somebody's own whose backward writes into what comes in, wherever in the graph they are.

        To nobody else does that belong: where paths part, the others are given it, too.
        """
        found: dict[str, None] = {}
        hooks = [hook for node in _functions(self.graphs()) for hook in _watched(node, found)]
        try:
            self.pulled_back(incoming)
        finally:
            for hook in hooks:
                hook.remove()
        return list(found)

    def batch_pulled_back(self, incoming: Sequence[Tensor]) -> Gradients:
        """The gradients for incoming ones that have a leading axis, all at once."""
        return _dense(
            torch.autograd.grad(
                self.graphs(), self._leaves, incoming, retain_graph=True, allow_unused=True, is_grads_batched=True
            )
        )

    def transformed(self, incoming: Sequence[Tensor]) -> Gradients:
        """The gradients by `torch.func.vjp`, which may take other formulas."""
        return list(self._pull(tuple(incoming)))

    def batch_transformed(self, incoming: Sequence[Tensor]) -> Gradients:
        """The same at once by `torch.func.vmap`, which asks for the rules of custom functions."""
        return list(torch.func.vmap(self._pull)(tuple(incoming)))

    @functools.cached_property
    def _pull(self) -> Callable[[tuple[Tensor, ...]], tuple[Tensor, ...]]:
        def function(*leaves: Tensor) -> tuple[Tensor, ...]:
            inputs = dict(zip(self._inputs, leaves, strict=True))
            return tuple(_fractions(self._call({**inputs, **self._constants})))

        pull: Callable[..., tuple[Tensor, ...]] = torch.func.vjp(function, *(leaf.detach() for leaf in self._leaves))[1]
        return pull

    def undefined(self) -> Gradients:
        """The gradients when what comes in is undefined."""
        undefined: Any = torch._C._functions.UndefinedGrad()
        outputs = [undefined(o) for o in self.graphs()]
        return self.pulled_back_from(outputs, [torch.zeros_like(o) for o in outputs])

    def changed(self) -> list[str]:
        """The arguments that have been changed in place since the call began, and the result since it was returned."""
        changed = [name for name, found in self._state().items() if found != self._before[name]]
        return changed if list(map(bits, self.outputs)) == self.value else [*changed, "the result"]

    def _state(self) -> dict[str, bytes]:
        arguments = {**self._inputs, **self._constants}
        return {name: bits(value) for name, value in arguments.items() if isinstance(value, Tensor)}


def _functions(outputs: Sequence[Tensor]) -> list[Any]:
    """The nodes of a graph whose backward is a function of Python."""
    pending, seen = [o.grad_fn for o in outputs], set()
    while pending:
        node = pending.pop()
        if node is not None and node not in seen:
            seen.add(node)
            pending += [following for following, _ in node.next_functions]
    return [node for node in seen if isinstance(node, torch.autograd.function.BackwardCFunction)]


def _watched(node: Any, spoiling: dict[str, None]) -> list[Any]:
    """Hooks that note the name of a node's function if what came in is another afterwards."""
    came: list[tuple[Tensor, bytes]] = []

    def before(incoming: Sequence[Tensor | None]) -> None:
        came[:] = [(g, bits(g)) for g in incoming if g is not None]

    def after(*_: Any) -> None:
        if any(bits(g) != was for g, was in came):
            spoiling[type(node)._forward_cls.__name__] = None

    return [node.register_prehook(before), node.register_hook(after)]


def unrecorded(call: Call, arguments: Arguments) -> list[Tensor]:
    """The outputs of a call in which nothing is recorded."""
    with torch.no_grad():
        return _fractions(call({n: _copied(v) for n, v in {**arguments.inputs, **arguments.constants}.items()}))


def _fractions(outputs: Sequence[Tensor]) -> list[Tensor]:
    return [o for o in outputs if o.is_floating_point()]


def _copied(value: Any) -> Any:
    return value.detach().clone() if isinstance(value, Tensor) else value


def _dense(gradients: Sequence[Tensor | None]) -> Gradients:
    return [g if g is None or g.layout is torch.strided else g.to_dense() for g in gradients]


def bits(tensor: Tensor) -> bytes:
    """The bytes of a tensor's elements."""
    # A copy, because torch takes a single element for contiguous whatever its stride, and views no bytes of it then.
    dense = tensor.detach().cpu().clone(memory_format=torch.contiguous_format)
    found: bytes = dense.reshape(-1).view(torch.uint8).numpy().tobytes()
    return found
