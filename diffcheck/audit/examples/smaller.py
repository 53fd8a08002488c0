"""Examples as small as the referee likes them: a unit test may have rows of thousands, of which he hears nothing."""

from collections.abc import Sequence
from dataclasses import replace

from diffcheck.audit.conditions.context import ORDINARY, Context
from diffcheck.audit.subjects.declared import FREE
from diffcheck.audit.subjects.subject import Subject
from diffcheck.audit.trials.screen import screened

# Inputs of no more numbers are left as they are.
ENOUGH = 600
# What a length may be instead, the first that fits: many are to be even, or a multiple of a power of two.
_LENGTHS = (5, 3, 7, 4, 6, 8, 12, 16, 32, 64)


def smaller(subject: Subject, formats: Sequence[str], seed: int) -> Subject:
    """The subject with shorter lengths for the ordinary ones, the largest first, as long as its inputs are large.

    Only lengths that nobody declared, and with which the operation is still right in an ordinary context: what is wrong
    there is told of the examples as they are.
    """
    names = [n for n in subject.space.values if n in subject.inferred - subject.anyhow and n not in FREE]
    for name in sorted(names, key=lambda n: subject.space.values[n][0], reverse=True):
        if numbers(subject) <= ENOUGH:
            break
        taken = {values[0] for values in subject.space.values.values()}
        shorter = [v for v in _LENGTHS if v < subject.space.values[name][0]]
        for value in sorted(shorter, key=taken.__contains__):
            found = _with_first(subject, name, value)
            if _is_right(found, formats, seed):
                subject = found
                break
    return subject


def numbers(subject: Subject) -> int:
    """How many numbers the ordinary inputs hold."""
    sizes, total = subject.space.ordinary(), 0
    for declared in subject.declared.values():
        count = 1
        for n in subject.shape(declared, sizes):
            count *= n
        total += count
    return total


def _with_first(subject: Subject, name: str, value: int) -> Subject:
    values = {**subject.space.values, name: tuple(dict.fromkeys((value, *subject.space.values[name])))}
    return replace(subject, space=replace(subject.space, values=values))


def _is_right(subject: Subject, formats: Sequence[str], seed: int) -> bool:
    """Whether it looks right in an ordinary context, in the first format in which it runs."""
    for format in formats:
        choices = {**ORDINARY, "precision": format}
        seen = screened(subject, Context(subject.space.ordinary(), choices, seed))
        if seen.counts:
            return not seen.suspicious
    return False
