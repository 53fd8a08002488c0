"""What a backward must do beside giving the right numbers for an incoming gradient of one.

It must depend on the incoming gradient, and linearly; leave its inputs and the incoming gradient as they are; say the
same when called twice; have a graph; take an undefined incoming gradient for zero; and give for a batch of incoming
gradients what it gives for one after the other.
"""

import functools
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch

from diffcheck.verdict import Breach, Finding

Tensor = torch.Tensor
Call = Callable[[dict[str, Any]], Sequence[Tensor]]
Gradients = list[Tensor | None]
# Factors of the incoming gradient; one alone would miss what is even.
_FACTORS = (2.0, -4.0, 0.0)
_SEED = 20


class Contract:
    """A function on tensors, held to the contract of its backward at one point.

    Parameters
    ----------
    call:
        The function, from arguments by name to its results.
    inputs:
        What is differentiated by; the other arguments are ``constants``.
    """

    def __init__(self, call: Call, inputs: Mapping[str, Tensor], constants: Mapping[str, Any]) -> None:
        self._call = call
        self._inputs = inputs
        self._constants = constants

    def findings(self) -> list[Finding]:
        """Every breach once; none where the function itself raises, which is told elsewhere."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = list(self._found())
        except Exception:  # what the function raises is the result of its task
            return []
        return list({finding.breach: finding for finding in reversed(found)}.values())[::-1]

    def _found(self) -> Iterator[Finding]:
        run = _Run(self._call, self._inputs, self._constants)
        yield from run.changes("the forward pass")
        if not any(output.requires_grad for output in run.outputs):
            yield Finding(Breach.NO_GRADIENT, "the output has no graph")
            return
        incoming = run.incoming()
        before = [_bits(g) for g in incoming]
        gradients = run.pulled_back(incoming)
        yield from run.changes("the backward pass")
        if [_bits(g) for g in incoming] != before:
            yield Finding(Breach.CHANGES_GRADIENT, "the backward pass writes into it")
        missing = [name for name, gradient in zip(self._inputs, gradients, strict=True) if gradient is None]
        if missing:
            yield Finding(Breach.NO_GRADIENT, f"none by {', '.join(missing)}")
        yield from self._repeated(run, gradients)
        yield from _linear(run, gradients, list(self._inputs))
        yield from _undefined(run)
        yield from _batched(run)

    def _repeated(self, run: "_Run", gradients: Gradients) -> Iterator[Finding]:
        again = _Run(self._call, self._inputs, self._constants)
        if [_bits(o) for o in again.outputs] != [_bits(o) for o in run.outputs]:
            yield Finding(Breach.UNREPEATABLE, "a second call has another value")
        elif not _same_bits(again.pulled_back(again.incoming()), gradients):
            yield Finding(Breach.UNREPEATABLE, "a second call has another gradient")
        elif not _same_bits(run.pulled_back(run.incoming()), gradients):
            yield Finding(Breach.UNREPEATABLE, "a second backward pass through the same graph has another gradient")


class _Run:
    """One call of the function, with its graph."""

    def __init__(self, call: Call, inputs: Mapping[str, Tensor], constants: Mapping[str, Any]) -> None:
        self._inputs = {name: value.detach().clone().requires_grad_() for name, value in inputs.items()}
        self._constants = {n: v.detach().clone() if isinstance(v, Tensor) else v for n, v in constants.items()}
        self._leaves = list(self._inputs.values())
        self._call = call
        self._before = self._state()
        self.outputs = [o for o in call(self._inputs | self._constants) if o.is_floating_point()]

    def incoming(self) -> list[Tensor]:
        """An incoming gradient for each output that has a graph: small whole numbers, the same for every call."""
        generator = torch.Generator().manual_seed(_SEED)
        return [
            (torch.randint(1, 5, o.shape, generator=generator) * (1 - 2 * (i % 2))).to(o)
            for i, o in enumerate(self.graphs())
        ]

    def pulled_back(self, incoming: Sequence[Tensor]) -> Gradients:
        """The gradients by all inputs."""
        return self.pulled_back_from(self.graphs(), incoming)

    def pulled_back_from(self, outputs: Sequence[Tensor], incoming: Sequence[Tensor]) -> Gradients:
        """The gradients by all inputs of some outputs."""
        return list(torch.autograd.grad(outputs, self._leaves, incoming, retain_graph=True, allow_unused=True))

    def batch_pulled_back(self, incoming: Sequence[Tensor]) -> Gradients:
        """The gradients for incoming ones that have a leading axis, all at once."""
        found = torch.autograd.grad(
            self.graphs(), self._leaves, incoming, retain_graph=True, allow_unused=True, is_grads_batched=True
        )
        return list(found)

    def transformed(self, incoming: Sequence[Tensor]) -> Gradients:
        """The gradients by `torch.func.vjp`, which may take other formulas."""
        return list(self._pull(tuple(incoming)))

    def batch_transformed(self, incoming: Sequence[Tensor]) -> Gradients:
        """The same at once by `torch.func.vmap`, which asks for the rules of custom functions."""
        return list(torch.func.vmap(self._pull)(tuple(incoming)))

    @functools.cached_property
    def _pull(self) -> Callable[[tuple[Tensor, ...]], tuple[Tensor, ...]]:
        def function(*leaves: Tensor) -> tuple[Tensor, ...]:
            return tuple(self._call(dict(zip(self._inputs, leaves, strict=True)) | self._constants))

        pull: Callable[..., tuple[Tensor, ...]] = torch.func.vjp(function, *(leaf.detach() for leaf in self._leaves))[1]
        return pull

    def without_gradient(self) -> Gradients:
        """The gradients when what comes in is undefined."""
        undefined: Any = torch._C._functions.UndefinedGrad()
        outputs = [undefined(o) for o in self.graphs()]
        return self.pulled_back_from(outputs, [torch.zeros_like(o) for o in outputs])

    def changes(self, when: str) -> Iterator[Finding]:
        """What has been changed in place since the call began."""
        changed = [name for name, bits in self._state().items() if bits != self._before[name]]
        if changed:
            yield Finding(Breach.CHANGES_INPUT, f"{when} changes {', '.join(changed)} in place")

    def graphs(self) -> list[Tensor]:
        """The outputs that have a graph."""
        return [o for o in self.outputs if o.requires_grad]

    def _state(self) -> dict[str, bytes]:
        arguments = self._inputs | self._constants
        return {name: _bits(value) for name, value in arguments.items() if isinstance(value, Tensor)}


def _linear(run: _Run, gradients: Gradients, names: Sequence[str]) -> Iterator[Finding]:
    incoming = run.incoming()
    for factor in _FACTORS:
        scaled = run.pulled_back([factor * g for g in incoming])
        for name, found, once in zip(names, scaled, gradients, strict=True):
            if _same(found, None if once is None else factor * once, once):
                continue
            if _same(found, once, once):
                yield Finding(Breach.IGNORES_GRADIENT, f"{factor:g} times as much gives the same by {name}")
            else:
                told = f"{factor:g} times as much does not give {factor:g} times the result by {name}"
                yield Finding(Breach.NONLINEAR, told)


def _undefined(run: _Run) -> Iterator[Finding]:
    try:
        nothing = run.without_gradient()
    except Exception as raised:
        yield Finding(Breach.UNDEFINED_GRADIENT, f"raises {type(raised).__name__}: {raised}")
        return
    # Zero times an infinite slope is no number, whoever multiplies.
    if any(g is not None and bool(((g != 0) & g.isfinite()).any()) for g in nothing):
        yield Finding(Breach.UNDEFINED_GRADIENT, "gives something else than zero")
        return
    outputs, incoming = run.graphs(), run.incoming()
    for k in range(len(outputs) if len(outputs) > 1 else 0):
        others = [g if i == k else torch.zeros_like(g) for i, g in enumerate(incoming)]
        expected = run.pulled_back(others)
        try:
            alone = run.pulled_back_from([outputs[k]], [incoming[k]])
        except Exception as raised:
            yield Finding(Breach.UNDEFINED_GRADIENT, f"output {k} alone raises {type(raised).__name__}: {raised}")
            return
        if not all(map(_same, alone, expected, expected)):
            yield Finding(Breach.UNDEFINED_GRADIENT, f"output {k} alone has another gradient than with zeros beside it")
            return


def _batched(run: _Run) -> Iterator[Finding]:
    incoming = run.incoming()
    batch = [torch.stack([g, -2 * g]) for g in incoming]
    for one_by_one, at_once in ((run.pulled_back, run.batch_pulled_back), (run.transformed, run.batch_transformed)):
        try:
            together = at_once(batch)
            alone = [one_by_one([g[i] for g in batch]) for i in range(2)]
        except Exception:  # a backward without a rule for batches makes no claim
            continue
        for i, expected in enumerate(alone):
            if not all(map(_same, [None if g is None else g[i] for g in together], expected, expected)):
                yield Finding(Breach.BATCHED_GRADIENT, "a batch gives something else than one after the other")
                return


def _same(found: Tensor | None, expected: Tensor | None, scale: Tensor | None) -> bool:
    """Whether half of the digits of two gradients are the same, in the size of ``scale``; none is zero.

    The contract is about what is computed: how well is told by the numbers themselves.
    """
    if found is None or expected is None:
        return all(t is None or bool((t == 0).all()) for t in (found, expected))
    sizes = [t.abs().nan_to_num(0.0, 0.0).max() for t in (scale, expected) if t is not None and t.numel()]
    limits = torch.finfo(found.dtype)
    allowed = limits.eps**0.5 * max(sizes, default=found.new_zeros(())) + limits.tiny
    same = (found == expected) | ((found - expected).abs() <= allowed) | ~expected.isfinite()
    return bool(same.all())


def _same_bits(first: Gradients, second: Gradients) -> bool:
    return [None if g is None else _bits(g) for g in first] == [None if g is None else _bits(g) for g in second]


def _bits(tensor: Tensor) -> bytes:
    found: bytes = tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
    return found
