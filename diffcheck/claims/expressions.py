"""Claims on how long a derivative is when it is written down."""

from collections.abc import Callable, Sequence

from diffcheck.claims.claim import Claim, Finding, Measured, by_parts
from diffcheck.claims.swell import Lengths

# The factor of the cheap gradient, and what "at least doubles" is.
_SMALL, _DOUBLES = 5.0, 2.0
Length = Callable[[Lengths], int]


def of_order(lengths: Sequence[Lengths], order: int) -> dict[str, list[Lengths]]:
    """The lengths of one order by family, each by growing sizes."""
    found: dict[str, list[Lengths]] = {}
    for row in lengths:
        if row.order == order:
            found.setdefault(row.family, []).append(row)
    return found


def step(rows: Sequence[Lengths]) -> float:
    """The factor by which the formula grows with one further step of the program, at the largest sizes.

    >>> step([Lengths("", 4, 1, 10, 0, 0), Lengths("", 6, 1, 90, 0, 0)])
    3.0
    """
    before, last = rows[-2:]
    return float((last.formula / before.formula) ** (1 / (last.size - before.size)))


def _swells(measured: Measured) -> Finding:
    slopes = of_order(measured.lengths, 1)
    factors = {family: step(rows) for family, rows in slopes.items()}
    worst = max(slopes.values(), key=lambda rows: rows[-1].formula / rows[-1].program)[-1]
    own = next(r for r in measured.lengths if (r.family, r.size, r.order) == (worst.family, worst.size, 0))
    told = ", ".join(f"{family} {factor:.2f}" for family, factor in factors.items())
    return Finding(
        by_parts(sum(factor >= _DOUBLES for factor in factors.values()), len(factors)),
        f"with each step times {told}; {worst.family} of {worst.size}: function {own.formula:,} operations written "
        f"out, derivative {worst.formula:,}; as programs {own.program} and {worst.program}",
    )


def _small(length: Length) -> Callable[[Measured], Finding]:
    """The judge of a derivative that is said to be a small multiple of the function."""

    def judged(measured: Measured) -> Finding:
        functions, slopes = (of_order(measured.lengths, order) for order in (0, 1))
        factors = {family: length(slopes[family][-1]) / length(functions[family][-1]) for family in slopes}
        sizes = {family: rows[-1].size for family, rows in slopes.items()}
        told = ", ".join(f"{family} of {sizes[family]} {factor:.1f}" for family, factor in factors.items())
        return Finding(by_parts(sum(factor <= _SMALL for factor in factors.values()), len(factors)), f"times {told}")

    return judged


CLAIMS = (
    Claim(
        "swell",
        "Expressions swell: with each step of a program the formula of its derivative at least doubles.",
        "Corliss 1988; Baydin et al. 2018, table 1",
        "twice as many operations, written out, with one step more, in every family",
        _swells,
    ),
    Claim(
        "swell-shared",
        "Where equal parts are kept once nothing swells: the derivative is a small multiple of the function.",
        "Laue 2019",
        "at most 5 times the operations, by SymPy's cse on both, at the largest size of every family",
        _small(lambda row: row.shared),
    ),
    Claim(
        "swell-program",
        "Differentiated as a program it is a small multiple at every size.",
        "Griewank 1989",
        "at most 5 times the operations, at the largest size of every family",
        _small(lambda row: row.program),
    ),
)
