"""The same hearing for torch's own operations, beside which there is nothing plainer that could excuse them."""

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import torch

from diffcheck.audit.conditions.uses import USES
from diffcheck.audit.trials.hearing import NOTHING_LEFT, Hearing, fails
from diffcheck.audit.trials.neighbours import of_a_neighbour
from diffcheck.judgement.numbers import Judgement
from diffcheck.referee.rounding.bound import FORMULA_FACTOR, INHERENT_FACTOR
from diffcheck.verdict import Reason, Verdict

Tensor = torch.Tensor


class HearingOfTorch(Hearing):
    """Torch's gradients in one context. What it computes in double precision is the value that it is held to."""

    _watched = True

    def _excused(self, k: int, judgement: Judgement, plain: Judgement | None) -> bool:
        if self._out_of_range:
            return True
        if judgement.reason is Reason.VALUE:
            return self._same_values or USES[self._here.context["use"]].views
        # Of several that tie a maximum takes one, in each window anew: which one is its convention.
        if judgement.reason is Reason.KINK_SIDE:
            return True
        # A number that the format does not hold has no right value in it; near the end products of two leave it.
        largest = torch.finfo(getattr(torch, self._court.format.name)).max
        if abs(self._components.middles[k]) > largest or (
            judgement.verdict is Verdict.NONFINITE and self._size > largest**0.5
        ):
            return True
        u, size = self._court.format.unit_roundoff, self._size
        share = abs(self._values[k] - self._components.middles[k]) / size if size else self._components.share(k)
        if not fails(judgement) and judgement.reason is not Reason.BRANCH:
            return share < NOTHING_LEFT and not self._grows(k)
        # Of what cancels altogether its own size says nothing.
        most = u**0.5 if not self._components.middles[k] else min(u**0.5, FORMULA_FACTOR * INHERENT_FACTOR * u)
        return share <= most or self._of_a_neighbour(k, most * size) or self._by_own_code(k)

    def _of_a_neighbour(self, k: int, slack: float) -> bool:
        name, value = self._components.input(k), float(self._values[k])
        place = k - self._components.slices[name].start
        if not math.isfinite(value):
            return False
        return of_a_neighbour(self._subject, self._here, self._screened, name, place, value, slack)

    @cached_property
    def _plain(self) -> tuple[Sequence[Tensor], Mapping[str, Tensor]] | None:
        return None

    @cached_property
    def _size(self) -> float:
        """The largest component by any input, by the truth where it is known; what comes in where all are zero."""
        others = [g for name, g in self._screened.reference.items() if name not in self._components.slices]
        known = [torch.from_numpy(self._components.middles), *others]
        return next(filter(None, map(_largest, (known, self._screened.incoming))), 0.0)

    def _value(self, values: Any) -> float | None:
        return None if self._subject.gradient is not None else self._weighted(values)


def _largest(tensors: Iterable[Tensor]) -> float:
    """The largest number of all that are finite, without its sign."""
    sizes = [x[x.isfinite()].abs() for x in tensors]
    return max((float(size.max()) for size in sizes if size.numel()), default=0.0)
