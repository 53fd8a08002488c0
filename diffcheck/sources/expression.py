"""A formula such as ``x*sin(x)`` as a function: read by a grammar of its own, never executed as code."""

import inspect
from collections.abc import Collection, Iterable

from diffcheck.sources.formula import Formula
from diffcheck.sources.grammar import JOINING_WORDS, Word, refusal, words
from diffcheck.sources.reader import read
from diffcheck.sources.spellings import CONSTANTS


class Expression(Formula):
    """The function of the names in a formula that are not operations or constants of `diffcheck.ops`.

    Parameters
    ----------
    names:
        The inputs, in their order; left out, the names as they stand in the formula.
    given:
        Where these are left out: what is an input also if it is the name of a constant.

    Raises
    ------
    UsageError
        For what is no formula over `diffcheck.ops`; a caret stands under the place.
    """

    def __init__(self, text: str, names: Iterable[str] | None = None, given: Collection[str] = ()) -> None:
        found = words(text)
        inputs = _inputs(found, given) if names is None else list(names)
        super().__init__(text, inputs, *read(text, found, inputs))
        if not inputs:
            raise refusal(text, None, "it names no input: write a formula of x, and give --at x=NUMBER")
        parameters = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in inputs]
        self.__signature__ = inspect.Signature(parameters)


def _inputs(found: list[Word], given: Collection[str]) -> list[str]:
    """The names that are neither called nor those of options, nor constants."""
    start = Word("start", "", 0)
    free = [
        word.text
        for before, word, after in zip([start, *found], found, found[1:], strict=False)
        if word.kind == "name" and after.text != "(" and not (after.text == "=" and before.text in ("(", ","))
    ]
    taken = {*JOINING_WORDS, *CONSTANTS} - {*given}
    return [name for name in dict.fromkeys(free) if name not in taken]
