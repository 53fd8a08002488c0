"""Claims on how many digits a derivative has."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from diffcheck.claims.claim import Claim, Finding, Measured, Verdict, by_parts
from diffcheck.claims.steps import DOUBLE, METHODS, STEPS, Curve
from diffcheck.reporting.numbers import digits_of

# "About" is a factor of ten in a step, and a digit in what is kept.
_ABOUT, _A_DIGIT = 10.0, 1.0


def _best_step(name: str, share: float, root: str) -> Callable[[Measured], Finding]:
    """The judge of where a quotient errs least, and of what it keeps there."""

    def judged(measured: Measured) -> Finding:
        curve = _named(measured.curves, name)
        expected = share * DOUBLE.digits
        kept = -math.log10(curve.error)
        near = max(curve.step / curve.theory_step, curve.theory_step / curve.step) <= _ABOUT
        enough = abs(kept - expected) <= _A_DIGIT
        return Finding(
            by_parts(near + enough, 2),
            f"least error at h = {curve.step:.0e}, theory {curve.theory_step:.0e} ({root} = "
            f"{DOUBLE.unit_roundoff ** (1 - share):.0e}); {digits_of(kept)} of {digits_of(DOUBLE.digits)} digits, "
            f"expected {digits_of(expected)}",
        )

    return judged


def _named(curves: Sequence[Curve], name: str) -> Curve:
    return next(curve for curve in curves if curve.name == name)


def slopes(curve: Curve) -> tuple[float, float]:
    """The power of the step that the error grows with, below the best step and above it, a decade away from it.

    The longest steps of all are left out, where a function has more than one bend.
    """
    steps, errors = np.array(STEPS), np.array(curve.errors)
    short = steps < curve.theory_step / 10
    long = (steps > 10 * curve.theory_step) & (steps < STEPS[0])
    found = [float(np.polyfit(np.log(steps[part]), np.log(errors[part]), 1)[0]) for part in (short, long)]
    return found[0], found[1]


def _legs(measured: Measured) -> Finding:
    expected = {"forward": (-1, 1), "central": (-1, 2)}
    found = {name: slopes(_named(measured.curves, name)) for name in expected}
    right = [
        round(got) == wanted for name, both in expected.items() for got, wanted in zip(found[name], both, strict=True)
    ]
    told = "; ".join(f"{name}: h^{low:.2f} and h^{high:.2f}" for name, (low, high) in found.items())
    return Finding(by_parts(sum(right), len(right)), f"{told}, below and above the best step")


def _extrapolated(measured: Measured) -> Finding:
    single = -math.log10(_named(measured.curves, "central").error)
    kept = _of(measured, "finite:adaptive")
    better = sum(d > single for d in kept)
    return Finding(
        by_parts(better, len(kept)),
        f"finite:adaptive {digits_of(np.median(kept))} digits, {digits_of(min(kept))} at least; "
        f"the best single step {digits_of(single)}; more at {better} of {len(kept)} points",
    )


def _of(measured: Measured, method: str) -> tuple[float, ...]:
    return next(kept.digits for kept in measured.kept if kept.method == method)


def _exact(*methods: str) -> Callable[[Measured], Finding]:
    """The judge of methods that are said to err by rounding only."""

    def judged(measured: Measured) -> Finding:
        smooth = [kept for kept in measured.kept if kept.method in methods]
        points = sum(len(kept.digits) for kept in smooth)
        within = sum(kept.within for kept in smooth)
        columns = [METHODS.index(method) for method in methods]
        hard = [(row.within[k], row.digits[k]) for row in measured.cancelling for k in columns]
        held = sum(within for within, _ in hard)
        lost = ", ".join(
            f"{row.formula} at {row.at:g}: {digits_of(row.digits[columns[0]])} digits"
            for row in measured.cancelling
            if not row.within[columns[0]]
        )
        verdict = by_parts(held, len(hard)) if within == points else Verdict.NOT
        verdict = Verdict.WITHIN if within == points and verdict is Verdict.NOT else verdict
        return Finding(
            verdict,
            f"rounding at {within} of {points} points of smooth functions; at {held} of {len(hard)} where the formula "
            f"cancels" + f" ({lost})" * bool(lost),
        )

    return judged


CLAIMS = (
    Claim(
        "step-forward",
        "A one-sided difference errs least at a step of about the root of the unit roundoff, and keeps half of the "
        "digits.",
        "Press et al. 2007, 5.7; Nocedal and Wright 2006, 8.1",
        "the step to a factor of 10, the digits to 1",
        _best_step("forward", 1 / 2, "u^(1/2)"),
    ),
    Claim(
        "step-central",
        "A central difference errs least at about its third root, and keeps two thirds of them.",
        "Press et al. 2007, 5.7; Nocedal and Wright 2006, 8.1",
        "the step to a factor of 10, the digits to 1",
        _best_step("central", 2 / 3, "u^(1/3)"),
    ),
    Claim(
        "step-legs",
        "The error falls like h, central like h squared, and grows like 1/h from the best step down.",
        "Baydin et al. 2018, figure 3",
        "the power that fits best is nearest to this whole number, on all four legs",
        _legs,
    ),
    Claim(
        "extrapolation",
        "Extrapolation over several steps keeps more digits than any single step.",
        "Richardson 1911; Ridders 1982",
        "more at every point than the best single step keeps in the middle",
        _extrapolated,
    ),
    Claim(
        "automatic-exact",
        "Automatic differentiation is exact to working precision.",
        "Baydin et al. 2018, 2",
        "an error that rounding explains, at every point of smooth functions and where formulas cancel",
        _exact("autograd:reverse", "autograd:forward"),
    ),
    Claim(
        "symbolic-exact",
        "So is a symbolic derivative.",
        "Baydin et al. 2018, 2.2",
        "an error that rounding explains, at every point of smooth functions and where formulas cancel",
        _exact("symbolic:closed"),
    ),
    Claim(
        "complex-step",
        "A step into the complex plane loses no digits, for nothing is subtracted.",
        "Squire and Trapp 1998",
        "an error that rounding explains, at every point of smooth functions and where formulas cancel",
        _exact("finite:complex"),
    ),
)
