"""Where a reader of a formula stands among its words, and what it has made of those before."""

from collections.abc import Callable, Iterable
from typing import Any

from diffcheck.errors import CaseError, UsageError
from diffcheck.sources.arrays import applied
from diffcheck.sources.formula import Operand, Steps
from diffcheck.sources.grammar import Word, no_formula, refusal


class Cursor:
    """A place among words, and the steps of a formula in the making."""

    def __init__(self, text: str, found: list[Word], inputs: Iterable[str]) -> None:
        self.steps = Steps(inputs)
        self._text = text
        self._words = found
        self._next = 0
        self._depth = 0

    @property
    def _word(self) -> Word:
        return self._words[self._next]

    def _take(self, *texts: str) -> Word | None:
        """The next word, if it is one of these signs or joining names; it is used up."""
        word = self._word
        if word.kind in ("sign", "name") and word.text in texts:
            self._next += 1
            return word
        return None

    def _demand(self, text: str) -> None:
        if self._take(text) is None:
            raise self._astray(f"{text} is missing")

    def _astray(self, why: str = "") -> UsageError:
        word = self._word
        if not why:
            why = f"{word.text} is not expected" if word.text else "something is missing at the end"
        if word.text == "=":
            why = "an equation is no formula: write one side less the other, or == for a comparison"
        return no_formula(self._text, word.place, why)

    def _apply(self, place: int, function: Callable[..., Any], *operands: Operand, **named: Operand) -> Operand:
        return self._at(place, applied, self.steps, function, *operands, **named)

    def _at(self, place: int, made: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """What is made; what cannot be made is told with its place."""
        try:
            return made(*given, **named)
        except CaseError as mistake:
            raise refusal(self._text, place, str(mistake)) from None
