"""Claims on what code each method takes."""

from collections.abc import Callable, Sequence

from diffcheck.claims.claim import Claim, Finding, Measured, Verdict, by_parts
from diffcheck.claims.library import Support
from diffcheck.claims.plain import CONSTRUCTS, WAYS

_GIVE_CASES = "give files of cases: diffcheck claims cases/"


def outcomes(measured: Measured, way: str) -> dict[str, list[str]]:
    """For each word, the constructs that it is said of."""
    column = [name for name, _ in WAYS].index(way)
    found: dict[str, list[str]] = {"right": [], "wrong": [], "refused": []}
    for construct, row in zip(CONSTRUCTS, measured.constructs, strict=True):
        found[row[column].word].append(construct.name)
    return found


def _takes(way: str) -> Callable[[Measured], Finding]:
    def judged(measured: Measured) -> Finding:
        found = outcomes(measured, way)
        told = [f"right {len(found['right'])} of {len(CONSTRUCTS)}"]
        told += [f"{word}: {', '.join(found[word])}" for word in ("wrong", "refused") if found[word]]
        return Finding(by_parts(len(found["right"]), len(CONSTRUCTS)), "; ".join(told))

    return judged


def _formulas_only(measured: Measured) -> Finding:
    refused = set(outcomes(measured, "symbols")["refused"])
    programs = [c for c in CONSTRUCTS if not c.formula]
    taken = [c.name for c in programs if c.name not in refused]
    return Finding(
        by_parts(len(programs) - len(taken), len(programs)),
        f"refused {len(programs) - len(taken)} of {len(programs)} that are no formula"
        + f"; taken, as what they come to: {', '.join(taken)}" * bool(taken),
    )


def _of_library(judged: Callable[[Sequence[Support]], Finding]) -> Callable[[Measured], Finding]:
    """The judge of a library, where one was given."""
    return lambda measured: judged(measured.support) if measured.support else Finding(Verdict.UNKNOWN, _GIVE_CASES)


def _whole_library(support: Sequence[Support]) -> Finding:
    found = [row for row in support if row.method.startswith("autograd")]
    told = "; ".join(
        f"{row.method} {row.given} of {row.asked - row.lacking}"
        + f", {row.lacking} more are of functions that it does not have" * (row.lacking > 0)
        for row in found
    )
    return Finding(by_parts(sum(row.given + row.lacking == row.asked for row in found), len(found)), told)


def _no_closed_form(support: Sequence[Support]) -> Finding:
    row = next(row for row in support if row.method == "symbolic")
    program = next(row for row in support if row.method == "symbolic:program")
    return Finding(
        Verdict.HOLDS if row.closed < row.asked else Verdict.NOT,
        f"closed form for {row.closed} of {row.asked}; as a program, by the same rules, {program.given}",
    )


CLAIMS = (
    Claim(
        "automatic-programs",
        "Automatic differentiation takes a program as it is: branches, loops, recursion.",
        "Baydin et al. 2018, 2",
        "the right derivative of every construct",
        _takes("automatic"),
    ),
    Claim(
        "differences-values",
        "Finite differences need nothing but values.",
        "Nocedal and Wright 2006, 8.1",
        "the right derivative of every construct",
        _takes("differences"),
    ),
    Claim(
        "symbols-formulas",
        "Symbolic differentiation takes formulas, no programs.",
        "Baydin et al. 2018, 2.2",
        "every construct that is no formula is refused",
        _formulas_only,
    ),
    Claim(
        "automatic-library",
        "Automatic differentiation gives every derivative of a library of functions, by either mode.",
        "Baydin et al. 2018, 2",
        "a value for every derivative of the cases given, as far as the library has their functions",
        _of_library(_whole_library),
    ),
    Claim(
        "closed-library",
        "A closed form is out of reach for many functions that are short as programs.",
        "Griewank and Walther 2008",
        "there are some among the cases given for which the symbolic engine writes none",
        _of_library(_no_closed_form),
    ),
)
