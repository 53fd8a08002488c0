"""The components at a point seen from its sides, where the chain rule at the point itself does not say all.

Each is held against a second route: the chain rule on the pieces at the sides, or else difference quotients.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from diffcheck.referee.beside.kinks import Evidence, Rays
from diffcheck.referee.beside.second_route import Word, compared
from diffcheck.referee.component import Component, Status
from diffcheck.referee.evaluate import Ball


class Neighbourhood:
    """What the expansions along rays say, and whether the second route says the same.

    Parameters
    ----------
    rays:
        Makes the expansions at a working precision.
    precisions:
        Which to try, in this order.
    chain_rule:
        The same derivative by the chain rule on the pieces that hold along a ray, ``None`` where that has none.
    approached:
        Whether difference quotients tend to the same derivative, where the chain rule says nothing.
    """

    def __init__(
        self,
        rays: Callable[[int], Rays],
        precisions: Sequence[int],
        chain_rule: Callable[[Evidence, int], Ball | None],
        approached: Callable[[Evidence], bool],
    ) -> None:
        self._rays = rays
        self._precisions = precisions
        self._chain_rule = chain_rule
        self._approached = approached
        self._known: dict[int, Rays] = {}
        self.contradicted: list[Evidence] = []
        """What the chain rule contradicts."""

    def component(self, number: int, chain: Component) -> tuple[Component, Word]:
        """A component, by its place in row-major order; ``chain`` is what the chain rule at the point says."""
        found = chain
        for precision in self._precisions:
            if precision not in self._known:
                self._known[precision] = self._rays(precision)
            found = self._known[precision].component(number)
            if found.status is not Status.UNCERTAIN:
                return found, self._word(number, precision, chain, found)
        if chain.status is Status.UNDEFINED:
            found = replace(found, reason=f"{chain.reason}, and {found.reason}")
        return found, Word.SILENT

    def _word(self, number: int, precision: int, chain: Component, found: Component) -> Word:
        """What the second route says of a component."""
        if found.has_value and chain.status is Status.CERTIFIED:
            return compared(found, chain.left)
        if not found.has_value and found.status is not Status.KINK:
            return Word.SILENT
        said = set()
        for evidence in self._known[precision].evidence(number):
            slope = self._chain_rule(evidence, precision)
            side = Component(Status.CERTIFIED, evidence.value, evidence.value)
            word = Word.SILENT if slope is None else compared(side, slope)
            if word is Word.CONTRADICTED:
                self.contradicted.append(evidence)
            if word is Word.SILENT and self._approached(evidence):
                word = Word.CONFIRMED
            said.add(word)
        return said.pop() if len(said) == 1 else Word.CONTRADICTED if Word.CONTRADICTED in said else Word.SILENT
