"""Wrong gradients that projects shipped or caught in review, by what finds them; the table is a page of the docs.

Each report in `kernels` is held against `torch.autograd.gradcheck` on the arguments that the author's unit test gives,
in double and, with the tolerances that people loosen for it, in single precision; against "at most twice the error of a
plain run", the test of many kernels, in bfloat16; and against `assert_operation`, given these arguments and given named
sizes. The corrected version takes the same trial, and is not to be accused.

    python benchmarks/kernel_population.py [WORD ...]     reports whose names hold one of the words; all without words
    python benchmarks/kernel_population.py --write        and it becomes docs/kernels.md
    python benchmarks/kernel_population.py --budget 30    seconds for each trial, instead of 10
    python benchmarks/kernel_population.py --jobs 2       in so many processes, of a core each
"""

import argparse
import re
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
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
from diffcheck.errors import RAISED

Tensor = torch.Tensor
_PAGE = Path(__file__).parents[1] / "docs" / "kernels.md"
# For each precision the step and the tolerance: the defaults, and what people write where these do not pass.
_DOUBLE, _LOOSENED = (torch.float64, 1e-6, 1e-5), (torch.float32, 1e-3, 1e-2)


def by_gradcheck(report: Report, code: Code, dtype: torch.dtype, eps: float, atol: float) -> bool:
    """Whether `gradcheck` finds something on the author's arguments."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of single precision it says that it needs double
        try:
            return not gradcheck(code, leaves(report.unit, dtype), eps=eps, atol=atol, raise_exception=False)
        except RAISED:  # a backward that raises fails the test
            return True


def by_twice_plain(report: Report, code: Code) -> bool:
    """Whether a value or a gradient is off by more than twice what plain torch is off by, in bfloat16.

    It finds nothing where torch has no such arithmetic, as of complex numbers.
    """
    exact = [t.bfloat16().double() if isinstance(t, Tensor) and t.is_floating_point() else t for t in report.unit]

    def ran(code: Code, dtype: torch.dtype) -> list[Tensor]:
        given = leaves(exact, dtype)
        values = results(code(*given))
        return [t.detach().double() for t in (*values, *gradients(values, sources(given), ordinary))]

    def off(found: Sequence[Tensor], truth: Sequence[Tensor]) -> list[float]:
        return [(f - t).abs().max().item() for f, t in zip(found, truth, strict=True)]

    truth = ran(report.plain, torch.float64)
    try:
        plain = off(ran(report.plain, torch.bfloat16), truth)
    except RuntimeError:
        return False
    theirs = off(ran(code, torch.bfloat16), truth)
    return not all(a <= 2 * b for a, b in zip(theirs, plain, strict=True))


# What people test with, each asked about a report and one of its versions.
_TOOLS: dict[str, Callable[[Report, Code], bool]] = {
    "`gradcheck`, double": lambda report, code: by_gradcheck(report, code, *_DOUBLE),
    "`gradcheck`, single": lambda report, code: by_gradcheck(report, code, *_LOOSENED),
    "twice plain, bfloat16": by_twice_plain,
}


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
    try:
        found = audit(code, report.plain, budget=budget, **inputs, **report.asked)
    except RAISED as refused:
        return Said("", f"no trial: {refused}", time.perf_counter() - start)
    took = time.perf_counter() - start
    if found.fault is not None:
        return Said(found.fault.condition.words, "", took)
    return Said("", "" if found.passed else "nothing certified", took)


@dataclass(frozen=True)
class Entry:
    """What became of the wrong and of the right version of a report.

    Attributes
    ----------
    tools:
        For each tool whether it finds something, in the wrong and in the right version.
    unit, sizes:
        What a trial says of both, given the arguments of the unit test, and given named sizes.
    """

    report: Report
    tools: Mapping[str, tuple[bool, bool]]
    unit: tuple[Said, Said]
    sizes: tuple[Said, Said]


def entry(report: Report, budget: float) -> Entry:
    """All questions about one report."""
    both = (report.wrong, report.right)

    def said(**inputs: Any) -> tuple[Said, Said]:
        wrong, right = (by_trial(report, code, budget, **inputs) for code in both)
        return wrong, right

    found = {name: (ask(report, report.wrong), ask(report, report.right)) for name, ask in _TOOLS.items()}
    return Entry(report, found, said(inputs=tuple(leaves(report.unit, torch.float64))), said(**report.declared))


def linked(source: str) -> str:
    """The source with a link to its thread."""
    return re.sub(r"([\w.-]+/[\w.-]+)#(\d+)", r"[\1#\2](https://github.com/\1/issues/\2)", source)


def trials(reports: Sequence[Report], budget: float, jobs: int) -> Iterator[Entry]:
    """The entries in order; ``jobs`` processes work on them side by side."""
    names = [report.name for report in reports]
    if jobs == 1:
        yield from (entry(report, budget) for report in reports)
        return
    with ProcessPoolExecutor(jobs) as pool:
        for report, parts in zip(reports, pool.map(_parts, names, [budget] * len(names)), strict=True):
            yield Entry(report, *parts)


def _parts(name: str, budget: float) -> tuple[Any, ...]:
    """What can be sent from process to process of the entry of a report."""
    (report,) = (report for report in REPORTS if report.name == name)
    made = entry(report, budget)
    return made.tools, made.unit, made.sizes


def table(entries: list[Entry], reports: Sequence[Report], budget: float, jobs: int) -> Iterator[str]:
    """The lines of the table, each as soon as it is known; the entries are put into the list."""
    yield from headed(("report", "source", *_TOOLS, "as a unit test", "by sizes", "correction"))
    for report, made in zip(reports, trials(reports, budget, jobs), strict=True):
        entries.append(made)
        right = [said.accused or said.trouble for _, said in (made.unit, made.sizes)]
        yield cells(
            report.name,
            linked(report.source),
            *("found" if wrong else "-" for wrong, _ in made.tools.values()),
            made.unit[0].text,
            made.sizes[0].text,
            "; ".join(f"**{text}**" for text in right if text) or "passes",
        )


def counts(entries: Sequence[Entry]) -> Iterator[str]:
    """What the table comes to."""
    found = {name: [e.tools[name] for e in entries] for name in _TOOLS}
    trials = [[[bool(said.accused) for said in how] for how in (e.unit, e.sizes)] for e in entries]
    found |= {
        "`assert_operation`, given the arguments of the unit test": [(unit[0], unit[1]) for unit, _ in trials],
        "`assert_operation`, given named sizes": [(sizes[0], sizes[1]) for _, sizes in trials],
        "`assert_operation`, either": [(unit[0] or sizes[0], unit[1] or sizes[1]) for unit, sizes in trials],
    }
    yield from headed(("what", f"of {len(entries)} wrong gradients it finds", "of as many corrections it accuses"))
    for name, both in found.items():
        yield cells(name, *(str(sum(which)) for which in zip(*both, strict=True)))
    seconds = sorted(said.seconds for e in entries for said, _ in (e.unit, e.sizes) if said.accused)
    if seconds:
        yield ""
        middle = seconds[len(seconds) // 2]
        yield f"A trial that finds something takes {middle:.1f} seconds in the middle, {seconds[-1]:.1f} at most."


def told(entries: Sequence[Entry]) -> Iterator[str]:
    """For each report what is wrong and when, as it was reported, beside the condition that is named."""
    for made in entries:
        said = made.unit[0].accused or made.sizes[0].accused or "nothing is found"
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

`found` and `-` say what a test finds on the author's arguments. In bold stands the condition that a trial names. A test
that knows nothing of a surrogate finds fault with every straight-through estimator, the right ones among them.

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
    parser.add_argument("--jobs", type=int, default=1)
    chosen = parser.parse_args()
    reports = [r for r in REPORTS if not chosen.words or any(word in r.name for word in chosen.words)]
    entries: list[Entry] = []
    rows = printed(table(entries, reports, chosen.budget, chosen.jobs))
    print()
    printed(counts(entries))
    if chosen.write and not chosen.words:
        _PAGE.write_text(page(rows, entries, chosen.budget), encoding="utf-8")


if __name__ == "__main__":
    main()
