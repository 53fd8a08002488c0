"""Wrong gradients that projects shipped or caught in review, by what finds them; the table is a page of the docs.

Each report in `kernels` is held against `torch.autograd.gradcheck` on the arguments that the author's unit test gives,
in double and, with the tolerances that people loosen for it, in single precision; against "at most twice the error of a
plain run", the test of many kernels, in bfloat16; and against `assert_operation`, given these arguments and given named
sizes. The corrected version takes the same trial, and is not to be accused.

    python benchmarks/kernel_population.py [WORD ...]     reports whose names hold one of the words; all without words
    python benchmarks/kernel_population.py --write        and it becomes docs/kernels.md
    python benchmarks/kernel_population.py --budget 30    seconds for each trial, instead of 10
"""

import argparse
import re
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from kernels import REPORTS
from kernels.contexts import gradients, leaves, ordinary, results, sources
from kernels.report import Code, Report
from measure import cells, headed, printed
from torch.autograd import gradcheck

from diffcheck.audit import audit

Tensor = torch.Tensor
_PAGE = Path(__file__).parents[1] / "docs" / "kernels.md"
# For each precision the step and the tolerance: the defaults, and what people write where these do not pass.
_DOUBLE, _LOOSENED = (torch.float64, 1e-6, 1e-5), (torch.float32, 1e-3, 1e-2)


def by_gradcheck(report: Report, dtype: torch.dtype, eps: float, atol: float) -> bool:
    """Whether `gradcheck` finds something on the author's arguments."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of single precision it says that it needs double
        return not gradcheck(report.wrong, leaves(report.unit, dtype), eps=eps, atol=atol, raise_exception=False)


def by_twice_plain(report: Report) -> bool:
    """Whether a value or a gradient is off by more than twice what plain torch is off by, in bfloat16."""
    exact = [t.bfloat16().double() if isinstance(t, Tensor) and t.is_floating_point() else t for t in report.unit]

    def ran(code: Code, dtype: torch.dtype) -> list[Tensor]:
        given = leaves(exact, dtype)
        values = results(code(*given))
        return [t.detach().double() for t in (*values, *gradients(values, sources(given), ordinary))]

    def off(found: Sequence[Tensor], truth: Sequence[Tensor]) -> list[float]:
        return [(f - t).abs().max().item() for f, t in zip(found, truth, strict=True)]

    truth = ran(report.plain, torch.float64)
    theirs, plain = off(ran(report.wrong, torch.bfloat16), truth), off(ran(report.plain, torch.bfloat16), truth)
    return not all(a <= 2 * b for a, b in zip(theirs, plain, strict=True))


@dataclass(frozen=True)
class Said:
    """What a trial says.

    Attributes
    ----------
    accused:
        The condition under which the operation is wrong; empty if nothing was found.
    trouble:
        Why there was no trial, if there was none.
    """

    accused: str
    trouble: str
    seconds: float

    @property
    def text(self) -> str:
        """For a cell of the table."""
        return f"{'**' + self.accused + '**' if self.accused else self.trouble or '-'} ({self.seconds:.1f} s)"


def by_trial(report: Report, code: Code, budget: float, **inputs: Any) -> Said:
    """What `audit` says of the wrong or the right version."""
    start = time.perf_counter()
    found = audit(code, report.plain, budget=budget, **inputs, **report.asked)
    took = time.perf_counter() - start
    if found.fault is not None:
        return Said(found.fault.condition.words, "", took)
    return Said("", "" if found.passed else "nothing certified", took)


@dataclass(frozen=True)
class Entry:
    """What became of one report: found or not by gradcheck in double and single, by twice plain; and the trials."""

    report: Report
    double: bool
    single: bool
    twice: bool
    unit: Said
    sizes: Said
    right_unit: Said
    right_sizes: Said

    @property
    def rights_accused(self) -> int:
        """In how many of its two trials the corrected version is accused."""
        return sum(bool(said.accused) for said in (self.right_unit, self.right_sizes))


def entry(report: Report, budget: float) -> Entry:
    """All questions about one report."""
    declared = dict(report.declared)
    return Entry(
        report,
        double=by_gradcheck(report, *_DOUBLE),
        single=by_gradcheck(report, *_LOOSENED),
        twice=by_twice_plain(report),
        unit=by_trial(report, report.wrong, budget, inputs=tuple(leaves(report.unit, torch.float64))),
        sizes=by_trial(report, report.wrong, budget, **declared),
        right_unit=by_trial(report, report.right, budget, inputs=tuple(leaves(report.unit, torch.float64))),
        right_sizes=by_trial(report, report.right, budget, **declared),
    )


def linked(source: str) -> str:
    """The source with a link to its thread."""
    return re.sub(r"([\w.-]+/[\w.-]+)#(\d+)", r"[\1#\2](https://github.com/\1/issues/\2)", source)


def table(entries: list[Entry], reports: Sequence[Report], budget: float) -> Iterator[str]:
    """The lines of the table, each as soon as it is known; the entries are put into the list."""
    tools = ("gradcheck, double", "gradcheck, single", "twice plain, bfloat16")
    yield from headed(("report", "source", *tools, "as a unit test", "by sizes", "correction accused"))
    for report in reports:
        made = entry(report, budget)
        entries.append(made)
        yield cells(
            report.name,
            linked(report.source),
            *("found" if found else "-" for found in (made.double, made.single, made.twice)),
            made.unit.text,
            made.sizes.text,
            "**yes**" if made.rights_accused else "no",
        )


def counts(entries: Sequence[Entry]) -> Iterator[str]:
    """What the table comes to."""
    everything = len(entries)
    found = {
        "`gradcheck` in double precision": sum(e.double for e in entries),
        "`gradcheck` in single precision, loosened": sum(e.single for e in entries),
        "at most twice the error of a plain run, in bfloat16": sum(e.twice for e in entries),
        "`assert_operation`, given the arguments of the unit test": sum(bool(e.unit.accused) for e in entries),
        "`assert_operation`, given named sizes": sum(bool(e.sizes.accused) for e in entries),
        "`assert_operation`, either": sum(bool(e.unit.accused or e.sizes.accused) for e in entries),
    }
    yield from headed(("found by", f"of {everything} wrong gradients"))
    for name, count in found.items():
        yield cells(name, str(count))
    accused = sum(e.rights_accused for e in entries)
    yield ""
    yield f"Of the {everything} corrected versions, in {2 * everything} trials, {accused} are accused."
    seconds = [s.seconds for e in entries for s in (e.unit, e.sizes) if s.accused]
    if seconds:
        middle = sorted(seconds)[len(seconds) // 2]
        yield f"A trial that finds something takes {middle:.1f} seconds in the middle, {max(seconds):.1f} at most."


def told(entries: Sequence[Entry]) -> Iterator[str]:
    """For each report what is wrong and when, as it was reported, beside the condition that is named."""
    for made in entries:
        said = made.unit.accused or made.sizes.accused or "nothing is found"
        yield f"* **{made.report.name}** {made.report.told}. Reported: {made.report.condition}. Named: {said}."


def page(rows: str, entries: Sequence[Entry], budget: float) -> str:
    """The page of the docs."""
    total = "\n".join(counts(entries))
    return f"""\
# Wrong gradients that were shipped

Made by `python benchmarks/kernel_population.py --write`: {len(entries)} reports of wrong gradients in backwards that
were written by hand, from the trackers of public projects, each rebuilt from its description in plain torch beside its
correction (`benchmarks/kernels`). The unit tests are as their authors would write them, mostly on arguments at which
the fault stays hidden. Each trial has {budget:g} seconds, on one core, with torch {torch.__version__}.

{total}

## What finds which

`found` and `-` say what a test finds on the author's arguments. In bold stands the condition that a trial names.

{rows}
## What was reported, and what is named

{chr(10).join(told(entries))}
"""


def main() -> None:
    """Print the table, and write the page if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--budget", type=float, default=10.0)
    chosen = parser.parse_args()
    reports = [r for r in REPORTS if not chosen.words or any(word in r.name for word in chosen.words)]
    entries: list[Entry] = []
    rows = printed(table(entries, reports, chosen.budget))
    print()
    printed(counts(entries))
    if chosen.write and not chosen.words:
        _PAGE.write_text(page(rows, entries, chosen.budget), encoding="utf-8")


if __name__ == "__main__":
    main()
