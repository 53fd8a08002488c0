"""The condition of a fault: the shortest rule that fewest contexts contradict."""

from dataclasses import dataclass, field

import pytest

from diffcheck.audit.answers.atoms import Atom
from diffcheck.audit.answers.rules import Rules


@dataclass
class Context:
    rows: int
    layout: str = "contiguous"
    values: str = "ordinary"
    masked: bool = False


@dataclass
class Seen:
    context: Context = field(default_factory=lambda: Context(1))


ABOVE = [Atom(f"rows > {n}", lambda c, n=n: c.rows > n) for n in (1, 2, 4, 8, 16)]
STRIDED = Atom("strided", lambda c: c.layout == "strided")
MASKED = Atom("a row is masked", lambda c: c.masked)
LISTED = Atom("values are a or values are b", lambda c: c.values in "ab")
CONTEXTS = [
    Context(rows, layout, values, values in "ab")
    for rows in (1, 2, 3, 5, 9, 12, 17, 30)
    for layout in ("contiguous", "strided", "expanded")
    for values in ("ordinary", "a", "b", "c")
]


def best(found, pool, wrong):
    rules = Rules([Seen(c) for c in CONTEXTS], [wrong(c) for c in CONTEXTS])
    rule = rules.best(found, pool)
    return [atom.words for atom in rule], rules.counts(rule)


@pytest.mark.parametrize(
    ("wrong", "found", "words"),
    [
        (lambda c: c.rows > 8, [], ["rows > 8"]),
        (lambda c: c.rows > 8 and c.layout == "strided", [STRIDED], ["strided", "rows > 8"]),
        (lambda c: c.rows > 4, [STRIDED], ["rows > 4"]),
        (lambda c: c.rows > 4, [ABOVE[2], STRIDED], ["rows > 4"]),  # what was found and does not matter is left out
        (lambda c: c.masked, [LISTED], ["a row is masked"]),  # one test before a list of choices
        (lambda c: True, [], []),
    ],
)
def test_the_rule_is_found_and_nothing_contradicts_it(wrong, found, words):
    rule, counts = best(found, [*ABOVE, MASKED], wrong)
    assert rule == words
    assert counts.errors == 0
    assert counts.agree == sum(map(wrong, CONTEXTS))


def test_what_merely_fits_a_little_better_is_not_added():
    # One context in a hundred disagrees: no test keeps half of the contradictions away.
    rule, counts = best([], ABOVE, lambda c: (c.rows > 8) != (c == CONTEXTS[0]))
    assert rule == ["rows > 8"]
    assert counts.errors == 1
