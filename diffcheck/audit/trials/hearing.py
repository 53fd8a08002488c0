"""The referee's word on one context: the operation's gradients against the certified truth of its definition there.

Nobody is accused of what plain torch does no better in the same precision, of what rounding in the operation's own code
explains, nor of an error in the lower half of the digits of the largest component.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import torch
from flint import ctx

from diffcheck.audit.conditions.precisions import leaves_range
from diffcheck.audit.conditions.values import leaves_no_digit
from diffcheck.audit.conditions.world import World
from diffcheck.audit.subjects.subject import Subject
from diffcheck.audit.trials.components import Components, apart, middle
from diffcheck.audit.trials.growth import growing
from diffcheck.audit.trials.loss import MOST_NUMBERS, Array, court_of, witness_of
from diffcheck.audit.trials.nearby import gradients_nearby
from diffcheck.audit.trials.neighbours import between_neighbours
from diffcheck.audit.trials.plainly import formats_seen, own_code, plain_gradients
from diffcheck.audit.trials.ruling import Heard, Ruling, placed
from diffcheck.audit.trials.screen import Screened
from diffcheck.case.case import Case
from diffcheck.formats import FORMATS
from diffcheck.judgement.court import Court
from diffcheck.judgement.dispute import Dispute
from diffcheck.judgement.hearing import judged
from diffcheck.judgement.judgements import Judgements
from diffcheck.judgement.numbers import PRECISION, Judgement
from diffcheck.ops.enclosures.decimals import decimal
from diffcheck.referee.arrays.own_graph import OwnGraph
from diffcheck.referee.component import Status
from diffcheck.referee.rounding.bound import FORMULA_FACTOR, Bound
from diffcheck.verdict import Reason, Verdict

Tensor = torch.Tensor
# So many components of one context are asked about.
_ASKED = 4
# An error of this part of the largest component leaves no digit of a gradient.
NOTHING_LEFT = 0.5


class Hearing:
    """An operation's gradients in one context before the referee of its definition there."""

    # Whether rounding in the operation's own code is known wherever it takes place.
    _watched = False

    def __init__(self, subject: Subject, here: World, screened: Screened, case: Case, court: Court) -> None:
        self._subject, self._here, self._screened = subject, here, screened
        self._case, self._court = case, court
        self._growing: dict[str, str] = {}
        self._components = Components(list(case.wrt), screened, court.questions[0].truth.components)
        self._values, self._truths = self._components.values, self._components.truths

    @property
    def bends_one_way(self) -> bool:
        """Whether L has a kink by some component, and by all such its slope grows there, or by all it falls."""
        kinks = [t for t in self._truths if t.status is Status.KINK]
        grows = {float(t.left.mid()) < float(t.right.mid()) for t in kinks}
        return len(grows) == 1

    def ruling(self) -> Heard:
        """What is thought of the operation's gradients, and of its value."""
        found = self._judged(self._court, self._values, self._value(self._screened.values))
        doubtful = [k for k, judgement in found.doubtful() if fails(judgement) or self._lost(k, judgement)]
        against = [k for k in range(len(self._truths)) if self._breaks_convention(k)]
        if against:
            return self._told(Ruling.WRONG, against, found, None)
        if not doubtful:
            if np.isnan(self._components.middles).all():
                reason = next((t.reason for t in self._truths if t.reason), "no derivative exists there")
                return Heard(Ruling.OPEN, reason)
            return Heard(Ruling.RIGHT, format=self._court.format.name)
        plain, beside = self._plain, None
        if plain is not None:
            beside = self._judged(self._court, self._components.flat(plain[1]), self._value(plain[0]))
        # The largest errors speak for the others: each asks the operation's own code anew.
        doubtful = sorted(doubtful, key=self._components.off, reverse=True)[:_ASKED]
        left = [k for k in doubtful if not self._excused(k, found[k], None if beside is None else beside[k])]
        ruling = Ruling.WRONG if left else Ruling.EXCUSED
        return self._told(ruling, left or doubtful, found, None if plain is None else self._components.flat(plain[1]))

    def _excused(self, k: int, judgement: Judgement, plain: Judgement | None) -> bool:
        """Whether nobody is to blame for what is wrong with a component."""
        if self._out_of_range:
            return True
        if judgement.reason is Reason.VALUE:
            return self._same_values
        if plain is None:  # what the format does to the definition is not known
            return not fails(judgement) or judgement.verdict is Verdict.NONFINITE or self._by_own_code(k)
        if self._components.share(k) <= self._court.format.unit_roundoff**0.5:
            return True
        if not self._components.off(k) > FORMULA_FACTOR * self._off_plainly[self._components.input(k)]:
            return True
        if self._truths[k].status is Status.KINK and self._is_nearby(k):
            return True
        if self._is_between_neighbours(k):
            return True
        # Rounding leaves none of the digits of which an exponential is taken, nor of a small constant.
        if leaves_no_digit(self._here.context["values"], float(self._court.format.largest)):
            return True
        if not fails(judgement):
            # What a formula loses is its own affair, as long as something is right of the whole gradient; not what it
            # loses by length.
            if plain.verdict not in (Verdict.AGREE, Verdict.KINK):
                return True
            return self._components.off(k) < NOTHING_LEFT and not self._grows(k)
        return self._by_own_code(k)

    def _is_nearby(self, k: int) -> bool:
        """Whether a component where no derivative exists is among the gradients nearby."""
        least, most = self._nearby[self._components.input(k)]
        place = k - self._components.slices[self._components.input(k)].start
        return bool(least[place] <= self._values[k] <= most[place])

    def _is_between_neighbours(self, k: int) -> bool:
        """Whether rounding the inputs moves the right gradient as far, which bounds of first order may not know.

        In double precision nothing does.
        """
        if self._court.format.name == "float64":
            return False
        name = self._components.input(k)
        place = k - self._components.slices[name].start
        return between_neighbours(self._subject, self._here, self._screened, name, place, float(self._values[k]))

    @cached_property
    def _nearby(self) -> Mapping[str, tuple[Tensor, Tensor]]:
        return gradients_nearby(self._subject, self._here, self._screened)

    def _breaks_convention(self, k: int) -> bool:
        """Whether a component where no derivative exists is not what was declared for such places."""
        wanted, truth = self._subject.at_kinks, self._truths[k]
        if wanted == "any" or truth.status is not Status.KINK:
            return False
        sides = float(truth.left.mid()), float(truth.right.mid())
        if wanted == "zero" and not min(sides) <= 0 <= max(sides):
            return False
        right = {"left": sides[0], "right": sides[1], "zero": 0.0}[wanted]
        root = self._court.format.unit_roundoff**0.5
        return not abs(float(self._values[k]) - right) <= root * max(map(abs, sides))

    def _lost(self, k: int, judgement: Judgement) -> bool:
        """Whether digits are lost that somebody may have to answer for."""
        if judgement.verdict is not Verdict.LOSSY:
            return False
        return judgement.no_digit or self._components.share(k) > self._court.format.unit_roundoff**0.5

    def _grows(self, k: int) -> str:
        """With which size the error grows; empty in formats in which everybody adds up."""
        if self._court.format.precision >= FORMATS["float32"].precision:
            return ""
        name = self._components.input(k)
        if name not in self._growing:
            self._growing[name] = growing(self._subject, self._screened, name, self._components.off(k))
        return self._growing[name]

    @cached_property
    def _out_of_range(self) -> bool:
        """Whether values are so large or small that squares leave the format's range, and nothing wider is computed in.

        It is the caller who chose the format then: right formulas differ in what they can still do there. What
        overflows elsewhere, or in double precision, as well is told there.
        """
        format = self._court.format.name
        if leaves_range(self._here.context["values"], format, lambda: self._formats):
            return True
        # Half precision ends at 65504: who computes in it alone overflows at numbers that are usual elsewhere.
        return format == "float16" and self._formats == {format} and format in self._overflowing

    @cached_property
    def _same_values(self) -> bool:
        """Whether the results are the definition's for half of their digits, in the size of the largest number.

        Or as far from it as those of plain torch; what the format does not hold is infinite.
        """
        root, expected = self._court.format.unit_roundoff**0.5, self._screened.expected
        largest = float(self._court.format.largest)
        gave = [
            torch.where((b.abs() > largest) & (a == b.sign() * torch.inf), b, a)
            for a, b in zip(self._screened.values, expected, strict=True)
        ]
        allowed = [root] * len(expected)
        if self._plain is not None:
            allowed = [max(root, FORMULA_FACTOR * apart(a, b)) for a, b in zip(self._plain[0], expected, strict=True)]
        errors = [apart(a, b) for a, b in zip(gave, expected, strict=True)]
        return all(error <= most for error, most in zip(errors, allowed, strict=True))

    @cached_property
    def _plain(self) -> tuple[Sequence[Tensor], Mapping[str, Tensor]] | None:
        return plain_gradients(self._subject, self._here, self._screened)

    @cached_property
    def _off_plainly(self) -> dict[str, float]:
        """The largest error of plain torch by each input, in parts of the largest component."""
        assert self._plain is not None
        found = {}
        for name, part in self._components.slices.items():
            gave = self._plain[1][name].reshape(-1)
            # At a kink plain torch is held to what is nearest to it, not to the operation.
            truth = torch.tensor(
                [middle(t, float(v)) for t, v in zip(self._truths[part], gave, strict=True)], dtype=torch.float64
            )
            known = ~truth.isnan()
            found[name] = apart(gave[known], truth[known])
        return found

    def _by_own_code(self, k: int) -> bool:
        """Whether rounding in the operation's own code, or a smaller format in it, explains an error."""
        numbers: list[float | None] = [None] * self._values.size
        witness = witness_of(self._case, self._court, self._values, None)
        dispute = Dispute(self._court, witness, self._court.questions[0], self._values, numbers, k)
        bound, graph = dispute.bound, self._own
        if bound is None:
            return True
        own = None if graph is None else graph.formula(k)
        if own is not None:
            with ctx.workprec(PRECISION):
                allowed = dispute.judged(Bound(bound.scale, bound.inherent, max(bound.formula, own)))
            if not fails(allowed):
                return True
        watched = graph is not None or self._watched
        if self._court.format.name != "float64" or (watched and "float32" not in self._formats):
            return False
        return not fails(self._in_single[k])

    @cached_property
    def _own(self) -> OwnGraph | None:
        """The operation's own code, if it can be watched."""
        code = own_code(self._subject, self._here, self._screened)
        question = self._court.questions[0]
        if code is None or sum(int(np.prod(node.shape, dtype=int)) for node in code.graph.nodes) > MOST_NUMBERS:
            return None
        return OwnGraph(code, question.x, self._court.format, question.truth.precision)

    @property
    def _formats(self) -> set[str]:
        return self._seen[0]

    @property
    def _overflowing(self) -> set[str]:
        return self._seen[1]

    @cached_property
    def _seen(self) -> tuple[set[str], set[str]]:
        return formats_seen(self._subject, self._here)

    @cached_property
    def _in_single(self) -> Judgements:
        """The judgements in single precision, in which somebody's code may compute whatever it is given."""
        _, court = court_of(self._subject, self._here, self._screened, "float32")
        return self._judged(court, self._values, None)

    def _judged(self, court: Court, values: Array, value: float | None) -> Judgements:
        witness = witness_of(self._case, court, values, value)
        return judged(court, witness, court.questions[0], values, [None] * values.size)

    def _value(self, values: Any) -> float | None:
        """L by these results; ``None`` where the result is no question."""
        if self._subject.gradient is not None or self._subject.defines:
            return None
        return self._weighted(values)

    def _weighted(self, values: Any) -> float:
        return float(sum((g * y).sum() for g, y in zip(self._screened.incoming, values, strict=True)))

    def _told(self, ruling: Ruling, among: list[int], found: Judgements, plain: Array | None) -> Heard:
        k = max(among, key=self._components.off)
        name, judgement, truth = self._components.input(k), found[k], self._truths[k]
        shape = tuple(self._screened.gradients[name].shape)
        grown = self._growing.get(name)
        return Heard(
            ruling,
            f"it grows with `{grown}`" if grown else str(judgement.reason or judgement.verdict),
            "" if judgement.reason is Reason.VALUE else name,
            placed(k - self._components.slices[name].start, shape),
            float(self._values[k]),
            decimal(truth.left, 12) if truth.has_value else "none",
            None if plain is None else float(plain[k]),
            self._court.format.name,
            self._components.off(k),
            tuple(dict.fromkeys(map(self._components.input, among))),
            judgement,
            judgement.verdict is Verdict.LOSSY and not grown,
        )


def fails(judgement: Judgement) -> bool:
    """Whether a component is wrong, not only less precise than it could be."""
    return judgement.verdict in (Verdict.DISAGREE, Verdict.NONFINITE)
