"""What a backward must do beside giving the right numbers for an incoming gradient of one.

It must depend on the incoming gradient, and linearly; leave its inputs and the incoming gradient as they are; say the
same when called twice, whatever is called between; have a graph; take an undefined incoming gradient for zero; and
give for a batch of incoming gradients what it gives for one after the other.
"""

import contextlib
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from diffcheck.engines.autograd.passes import Arguments, Gradients, Passes, bits, unrecorded
from diffcheck.verdict import Breach, Finding

Tensor = torch.Tensor
Call = Callable[[dict[str, Any]], Sequence[Tensor]]
# Factors of the incoming gradient: one that stays near one, one far from it and of the other sign, nothing at all. No
# power of two, under which a gradient that is rounded on the way looks linear.
_FACTORS = (0.7390851332151607, -3.141592653589793, 0.0)
# Factors under which every number is rounded as it was.
_POWERS_OF_TWO = (0.5, -4.0)


@dataclass(frozen=True, slots=True)
class Contract:
    """A function on tensors, held to the contract of its backward at one point.

    Parameters
    ----------
    call:
        The function, from arguments by name to its results.
    here, elsewhere:
        The arguments at the point, and at another one (or the same), which is called in between.
    slack:
        Gives for an input what rounding may leave on its gradient; asked where that may matter, for it takes long.
    """

    call: Call
    here: Arguments
    elsewhere: Arguments
    slack: Callable[[str], Tensor]

    def findings(self) -> Iterator[Finding]:
        """Every breach; none where the function itself, or its backward for an incoming gradient of one, raises."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                passes = Passes(self.call, self.here)
                graphs = passes.graphs()
                if graphs:
                    Passes(self.call, self.here).pulled_back([torch.ones_like(o) for o in graphs])
            except Exception:  # the task itself raises the same
                return
            yield from self._changes(passes, "the forward pass")
            yield from self._without_gradients(passes)
            if not graphs:
                yield Finding(Breach.NO_GRADIENT, "the output has no graph")
                return
            incoming = passes.incoming()
            before = list(map(bits, incoming))
            try:
                gradients = passes.pulled_back(incoming)
            except Exception as raised:
                yield Finding(Breach.NONLINEAR, f"an incoming gradient that is not one raises {_told(raised)}")
                return
            yield from self._changes(passes, "the backward pass")
            spoiling = Passes(self.call, self.here).spoiling(passes.incoming())
            if list(map(bits, incoming)) != before:
                yield Finding(Breach.CHANGES_GRADIENT, "the backward pass writes into it")
            elif spoiling:
                yield Finding(Breach.CHANGES_GRADIENT, f"the backward of {', '.join(spoiling)} writes into it")
            missing = tuple(n for n, gradient in zip(self.here.inputs, gradients, strict=True) if gradient is None)
            if missing:
                yield Finding(Breach.NO_GRADIENT, f"none by {', '.join(missing)}", missing)
            yield from self._repeated(passes, gradients)
            # Each further check has a graph of its own: what one pass spoils is told once.
            nonlinear = list(self._linear(gradients))
            yield from nonlinear
            if not nonlinear:
                yield from self._undefined(Passes(self.call, self.here))
                yield from self._batched(Passes(self.call, self.here))

    def _changes(self, passes: Passes, when: str) -> Iterator[Finding]:
        changed = passes.changed()
        if changed:
            yield Finding(Breach.CHANGES_INPUT, f"{when} changes {', '.join(changed)} in place")

    def _without_gradients(self, passes: Passes) -> Iterator[Finding]:
        try:
            plain = unrecorded(self.call, self.here)
        except Exception:  # a function for training only makes no claim
            return
        if not all(map(self._same_values, plain, passes.outputs)):
            yield Finding(Breach.UNREPEATABLE, "a call without gradients has another value")

    def _same_values(self, plain: Tensor, recorded: Tensor) -> bool:
        """Whether two values are the same for half of their digits: other kernels may run without a graph."""
        return self._close(plain, recorded.detach(), recorded.detach())

    def _repeated(self, passes: Passes, gradients: Gradients) -> Iterator[Finding]:
        incoming = passes.incoming()
        again = Passes(self.call, self.here)
        if again.value != passes.value:
            yield Finding(Breach.UNREPEATABLE, "a second call has another value")
            return
        told = {
            "a second call": lambda: again.pulled_back(again.incoming()),
            "a second backward pass through the same graph": lambda: again.pulled_back(incoming),
            "a backward pass after a call with other inputs": self._interrupted,
        }
        for what, pull in told.items():
            try:
                found = pull()
            except Exception as raised:
                yield Finding(Breach.UNREPEATABLE, f"{what} raises {_told(raised)}")
                return
            if [g if g is None else bits(g) for g in found] != [g if g is None else bits(g) for g in gradients]:
                yield Finding(Breach.UNREPEATABLE, f"{what} has another gradient")
                return

    def _interrupted(self) -> Gradients:
        passes = Passes(self.call, self.here)
        with contextlib.suppress(Exception):  # that point has a story of its own
            Passes(self.call, self.elsewhere)
        return passes.pulled_back(passes.incoming())

    def _linear(self, gradients: Gradients) -> Iterator[Finding]:
        found = []
        for factor in _FACTORS:
            passes = Passes(self.call, self.here)
            try:
                found.append(passes.pulled_back([factor * g for g in passes.incoming()]))
            except Exception as raised:
                yield Finding(Breach.NONLINEAR, f"{factor:.3g} times the incoming gradient raises {_told(raised)}")
                return
        for k, (name, once) in enumerate(zip(self.here.inputs, gradients, strict=True)):
            scaled = [f[k] for f in found]
            wanted = [None if once is None else factor * once for factor in _FACTORS]
            # What overflows for a larger incoming gradient is told by the numbers.
            wanted = [
                w if w is None or f is None else torch.where(f.isfinite() | (abs(factor) <= 1), w, f)
                for w, f, factor in zip(wanted, scaled, _FACTORS, strict=True)
            ]
            wrong = [
                i for i, f in enumerate(_FACTORS) if not self._same(name, scaled[i], wanted[i], once, max(1.0, abs(f)))
            ]
            if not wrong or self._is_rounding(k, once):
                continue
            if all(self._same(name, s, once, once) for s in scaled):
                yield Finding(
                    Breach.IGNORES_GRADIENT, f"whatever comes in, the gradient by {name} is the same", (name,)
                )
            else:
                times = f"{_FACTORS[wrong[0]]:.3g} times"
                told = f"{times} as much does not give {times} the gradient by {name}"
                yield Finding(Breach.NONLINEAR, told, (name,))

    def _is_rounding(self, position: int, once: Tensor | None) -> bool:
        """Whether it is torch's own backward, which is linear, and rounding what parts its gradients by an input.

        Where parts of a gradient cancel no bound on the definition's rounding tells what that is.
        """
        if once is None or Passes(self.call, self.here).has_functions():
            return False
        for factor in _POWERS_OF_TWO:
            passes = Passes(self.call, self.here)
            scaled = passes.pulled_back([factor * g for g in passes.incoming()])[position]
            if scaled is None or bits(scaled) != bits(factor * once):
                return False
        return True

    def _undefined(self, passes: Passes) -> Iterator[Finding]:
        try:
            nothing = passes.undefined()
        except Exception as raised:
            yield Finding(Breach.UNDEFINED_GRADIENT, f"raises {_told(raised)}")
            return
        # Zero times an infinite slope is no number, whoever multiplies.
        if any(g is not None and bool(((g != 0) & g.isfinite()).any()) for g in nothing):
            yield Finding(Breach.UNDEFINED_GRADIENT, "gives something else than zero")
            return
        outputs, incoming = passes.graphs(), passes.incoming()
        for k in range(len(outputs) if len(outputs) > 1 else 0):
            others = [g.clone() if i == k else torch.zeros_like(g) for i, g in enumerate(incoming)]
            expected = passes.pulled_back(others)
            try:
                alone = passes.pulled_back_from([outputs[k]], [incoming[k]])
            except Exception as raised:
                yield Finding(Breach.UNDEFINED_GRADIENT, f"output {k} alone raises {_told(raised)}")
                return
            if not self._all_same(alone, expected):
                told = f"output {k} alone has another gradient than with zeros beside it"
                yield Finding(Breach.UNDEFINED_GRADIENT, told)
                return

    def _batched(self, passes: Passes) -> Iterator[Finding]:
        # Each pass gets gradients of its own: a backward that writes into them is told of that, not of this.
        batch = [torch.stack([g, -g.flip(0) if g.dim() else -g / 3]) for g in passes.incoming()]
        for one_by_one, at_once in (
            (passes.pulled_back, passes.batch_pulled_back),
            (passes.transformed, passes.batch_transformed),
        ):
            try:
                together = at_once([g.clone() for g in batch])
                alone = [one_by_one([g[i].clone() for g in batch]) for i in range(2)]
            except Exception:  # a backward without a rule for batches makes no claim
                continue
            for i, expected in enumerate(alone):
                if not self._all_same([None if g is None else g[i] for g in together], expected):
                    whose = "" if passes.has_functions() else ": torch's own backward does, none of yours takes part"
                    told = f"a batch gives something else than one after the other{whose}"
                    yield Finding(Breach.BATCHED_GRADIENT, told)
                    return

    def _all_same(self, found: Gradients, expected: Gradients) -> bool:
        return all(map(self._same, self.here.inputs, found, expected, expected))

    def _same(
        self, name: str, found: Tensor | None, expected: Tensor | None, scale: Tensor | None, times: float = 1.0
    ) -> bool:
        """Whether half of the digits of two gradients are the same, in the size of ``scale``; none is zero.

        The contract is about what is computed: how well is told by the numbers themselves. ``times`` says how large
        the incoming gradient is, for what rounding leaves.
        """
        if found is None or expected is None:
            return all(t is None or bool((t == 0).all()) for t in (found, expected))
        scale = expected if scale is None else scale
        return self._close(found, expected, scale) or self._close(found, expected, scale, times * self.slack(name))

    def _close(self, found: Tensor, expected: Tensor, scale: Tensor, slack: Tensor | float = 0.0) -> bool:
        sizes = [t.abs().nan_to_num(0.0, 0.0).max() for t in (scale, expected) if t.numel()]
        limits = torch.finfo(found.dtype)
        allowed = limits.eps**0.5 * max(sizes, default=found.new_zeros(())) + slack + limits.tiny
        same = (found == expected) | ((found - expected).abs() <= allowed) | ~expected.isfinite()
        return bool(same.all())


def _told(raised: Exception) -> str:
    return f"{type(raised).__name__}: {' '.join(str(raised).split())[:120]}"
