"""Where the referee's enclosures end wide, undecided or wrong: every row of the table, over every binade of float64.

Each row of the table of operations is asked for its value, its slopes (by every form of the table and by SymPy's rule)
and the first coefficients of its power series: at zero and at both signs of every binade, at powers of two and between
them, at whole and half numbers, beside the ends of domains and beside zeros and poles. An argument is exact, or the
result of operations whose error is relative (x / 3 * 3) or absolute (x + 1/3 - 1/3), as it is inside of a function.
Precision rises as in `diffcheck.referee.truth`. An enclosure counts as tight if it is as narrow, relatively, as the
referee wants it: that it is small is not enough, because the next operation may be a logarithm. Every few binades the
numbers are compared with those of `references.py` (mpmath, by other formulas).

What is left over is explained by one of these, and counted as such:

- edge: domains end or pieces meet here, and an argument that is not exact leaves open on which side it lies;
- argument: the argument's error at the highest precision moves the number by more than it is: a zero of the function,
  or what 2^-8192 adds to ln(1 + exp(-1e300));
- formula: SymPy's rule, or another form in use, subtracts what agrees to 8192 bits (1 - tanh(x)^2 at 10000), while the
  row's stable form is tight. The referee uses that one; engines that use the other lose all digits.

Run: ``python benchmarks/audit_balls.py [--step BINADES] [ROW ...]``; four minutes on one core.
"""

import argparse
import itertools
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import references
from flint import ctx
from measure import cells, headed
from questions import Answer, Answers, Outcome, Point, Question, Use, is_known, is_open, mixtures, points, uses

from diffcheck.referee.ladder import LADDER

# Binades between two comparisons with mpmath, whose numbers take long.
_COMPARED = 16
# How near, relatively, an argument's neighbours lie that tell whether it is an edge: beside whole numbers, of which the
# largest doubles have 1024 bits, there are others.
_NEAR = Fraction(1, 2**1100)
# The error of an argument at the highest precision, so that a neighbour has not many more bits.
_LEAST = Fraction(1, 2 ** (LADDER[-1] - 128))
_FINDINGS = (Outcome.WIDE, Outcome.UNDECIDED, Outcome.CONTRADICTED)


@dataclass
class Tally:
    """The outcomes of one row, and the points of its findings by what was asked."""

    counts: Counter[Outcome] = field(default_factory=Counter)
    findings: dict[str, list[Point]] = field(default_factory=dict)

    def add(self, outcome: Outcome, asked: str, point: Point) -> None:
        """Count an outcome."""
        self.counts[outcome] += 1
        if outcome in _FINDINGS:
            self.findings.setdefault(f"{outcome}: {asked}", []).append(point)

    def told(self) -> Iterator[str]:
        """The findings, each with some of its points."""
        for asked, found in self.findings.items():
            some = ", ".join(map(repr, found[:: max(1, len(found) // 4)][:5]))
            yield f"{asked}: {len(found)} points, {some}"


def audit(use: Use, step: int, tally: Tally) -> None:
    """Add what becomes of one use of a row."""
    exact = Question(use, ("exact",) * use.arity)
    right = {point: exact.at(point) for point in points(use.arity, step) if use.in_balls(*point)}
    anything = ("absolute",) * use.arity
    expected = {point: _expected(use, point) for point in points(use.arity, max(step, _COMPARED)) if point in right}
    for kinds in mixtures(use.arity):
        question = exact if set(kinds) == {"exact"} else Question(use, kinds)
        for point in filter(right.__contains__, points(use.arity, step, question is exact)):
            answers = right[point]
            asked, edge = _asked(question, exact, point, answers)
            for label, answer in asked.items():
                outcome = _judged(label, answer, asked, answers, expected.get(point, {}))
                if edge and outcome in (Outcome.UNDEFINED, Outcome.UNDECIDED, Outcome.WIDE):
                    outcome = Outcome.EDGE
                elif outcome is Outcome.WIDE and _is_moved(exact, kinds, point, _same(label)):
                    outcome = Outcome.ARGUMENT
                elif outcome in _FINDINGS and label.startswith("series") and _is_edge(exact, anything, point):
                    outcome = Outcome.EDGE
                tally.add(outcome, f"{label} at {', '.join(kinds)} arguments", point)


def _asked(question: Question, exact: Question, point: Point, right: Answers) -> tuple[dict[str, Answer], bool]:
    """All answers at a point, and whether it is an edge for arguments of these kinds."""
    undefined = right.found["value"] is Outcome.UNDEFINED
    if question is exact:
        edge, answers = False, right
    else:
        edge = (undefined or 0 in right.sides) and _is_edge(exact, question.kinds, point)
        # Up to the highest precision nothing would come of an argument that may be a pole.
        answers = right if edge else question.at(point)
        edge = edge or (bool(answers.unsettled()) and _is_edge(exact, question.kinds, point))
    asked: dict[str, Answer] = dict(answers.found)
    if undefined:
        # What has no value has no slope: that a formula for it is zero there, which no ball tells, does not matter.
        asked = {label: Outcome.UNDEFINED if is_open(answer) else answer for label, answer in asked.items()}
    if not undefined and not edge and question.has_pieces:
        asked |= question.slopes_of_pieces(point)
    if not undefined and not edge and not question.has_pieces and "absolute" not in question.kinds:
        asked |= question.series(point, answers)
    return asked, edge


def _is_edge(exact: Question, kinds: Sequence[str], point: Point) -> bool:
    """Whether numbers as near as one likes have values and have none, jump, or lie in different pieces."""
    seen = set()
    around = list(_neighbours(kinds, point, _NEAR))
    if len(around) > 1 and any(map(exact.may_jump, around)):
        return True
    for neighbour in around:
        answers = exact.at(neighbour)
        missing = tuple(label for label, answer in answers.found.items() if answer is Outcome.UNDEFINED)
        seen.add((missing, tuple(answers.sides)))
    return len(seen) > 1


def _neighbours(kinds: Sequence[str], point: Point, distance: Fraction) -> Iterator[tuple[Fraction, ...]]:
    """The point, and those that arguments of these kinds with errors of this size may be."""
    around = []
    for kind, x in zip(kinds, map(Fraction, point), strict=True):
        step = distance * {"exact": Fraction(0), "relative": abs(x), "absolute": max(abs(x), Fraction(1))}[kind]
        around.append(dict.fromkeys((x, x - step, x + step)))
    yield from itertools.product(*around)


def _is_moved(exact: Question, kinds: Sequence[str], point: Point, label: str) -> bool:
    """Whether the argument's least error moves a number by half of what it is, or more."""
    found = [exact.at(neighbour).found.get(label) for neighbour in _neighbours(kinds, point, _LEAST)]
    known = [answer for answer in found if is_known(answer)]
    with ctx.workprec(LADDER[-1]):
        return any(abs(answer - known[0]) > abs(known[0]) / 2 for answer in known[1:])


def _expected(use: Use, point: Point) -> dict[str, Answer]:
    """What mpmath gives, where it gives a number."""
    found: dict[str, Answer] = {}
    for place, reference in enumerate(use.expected):
        label = f"slope {place - 1}" if place else "value"
        try:
            found[label] = references.number(reference, point)
        except references.Missing:
            continue
    return found


def _judged(
    label: str, answer: Answer, asked: dict[str, Answer], right: Answers, expected: dict[str, Answer]
) -> Outcome:
    """What one answer counts as; ``right`` are the answers at the exact argument."""
    stable = label.partition(" by ")[0]
    if is_known(answer):
        known = [v for v in (asked.get(stable), right.found.get(_same(label)), expected.get(stable)) if is_known(v)]
        return Outcome.TIGHT if all(answer.overlaps(v) for v in known) else Outcome.CONTRADICTED
    if is_open(answer) and is_known(asked.get(stable)):
        return Outcome.FORMULA
    return answer


def _same(label: str) -> str:
    """The number that a first coefficient of a series is."""
    series, _, place = label.partition(" by ")
    return {"series 0": "value", "series 1": f"slope {place}"}.get(series, label)


def main() -> None:
    """Print what became of every row, and what was found."""
    parser = argparse.ArgumentParser(description="Where the referee's enclosures end wide, undecided or wrong.")
    parser.add_argument("--step", type=int, default=1, metavar="BINADES", help="every which binade (default: 1)")
    parser.add_argument("rows", nargs="*", metavar="ROW", help="rows of the table (default: all)")
    options = parser.parse_args()
    tallies: dict[str, Tally] = {}
    grouped = itertools.groupby(sorted(uses(), key=lambda use: use.row), key=lambda use: use.row)
    print("\n".join(headed(["row", "asked", *Outcome, "s"])))
    for row, its_uses in grouped:
        if options.rows and row not in options.rows:
            continue
        tally = tallies[row] = Tally()
        start = time.perf_counter()
        for use in its_uses:
            audit(use, options.step, tally)
        counts = [f"{tally.counts[outcome] or ''}" for outcome in Outcome]
        print(cells(row, str(tally.counts.total()), *counts, f"{time.perf_counter() - start:.1f}"), flush=True)
    found = [f"{row}: {line}" for row, tally in tallies.items() for line in tally.told()]
    asked = sum(tally.counts.total() for tally in tallies.values())
    print(f"\n{asked} numbers asked; wide, undecided or contradicted:", *(found or ["none"]), sep="\n")


if __name__ == "__main__":
    main()
