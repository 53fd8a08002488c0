"""Which of torch's operations can be recorded, held against torch's own list of them; the table is a page of the docs.

Torch tests itself on `op_db`: for each operation the arguments that people give it. Every one that has a gradient in
double precision is recorded here on its sample inputs, which is a comparison with torch's own kernel at two points, and
torch's gradient is judged on the first samples that are recorded. What is not recorded is refused, by a reason.

Run: ``python benchmarks/survey_op_db.py [OPERATION ...]``; a quarter of an hour on one core. Without names the page
`docs/torch_operations.md` is written.
"""

import argparse
import itertools
import random
import re
import signal
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from measure import cells, headed
from torch.testing._internal.common_methods_invocations import op_db

from diffcheck import Case, check
from diffcheck.errors import DiffcheckError
from diffcheck.sources.torch_code.case_of import case_of
from diffcheck.sources.torch_code.definition import Definition
from diffcheck.sources.torch_code.rows import by_name

_PAGE = Path(__file__).parents[1] / "docs" / "torch_operations.md"
_SAMPLES = 25
_JUDGED = 3
_SECONDS = 20
# What a refusal says but for the place in the code.
_REFUSAL = re.compile(r"unsupported: (?:aten\.)?(?P<name>\S+) at \S+: (?P<why>.*)")

# What accusations come to when they are looked at by hand; of others the page says that nobody did.
_LOOKED_AT = {
    "as_strided_scatter": "the backward gives the incoming gradient to the elements that were overwritten, and none to "
    "the others; torch's own tests expect their gradient check to fail here",
    "max_unpool": "two elements are written to one place, and the backward gives the whole gradient to both; torch's "
    "own tests avoid such samples",
    "hardsigmoid": "the backward multiplies by 1/6 rounded to single precision",
    "polygamma": "trigamma keeps ten digits",
    "digamma": "its derivative is trigamma, which keeps ten digits",
}


class Late(BaseException):
    """The time for an operation is over; nothing that catches what torch raises catches it."""


@dataclass
class Entry:
    """What became of one operation.

    Attributes
    ----------
    verdicts:
        How often torch's gradient was found what.
    refused:
        How often samples were refused by which reason; if torch, or this program, raised, by what.
    accused:
        What is told of gradients that are found wrong.
    """

    name: str
    samples: int = 0
    recorded: int = 0
    seconds: float = 0.0
    verdicts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    accused: list[str] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """How many of the samples are recorded, in one word."""
        if not self.samples:
            return "none given"
        return {0: "none", self.samples: "all"}.get(self.recorded, "some")


@contextmanager
def limited(seconds: int) -> Iterator[None]:
    """Raise `Late` after some seconds."""

    def late(*_: Any) -> None:
        raise Late

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def surveyed(op: Any) -> Entry:
    """An operation of `op_db` on its samples."""
    entry = Entry(_name(op))
    start = time.perf_counter()
    for seed in (random.seed, np.random.seed, torch.manual_seed):
        seed(0)
    cases: list[Case] = []
    try:
        with limited(_SECONDS):
            for sample in itertools.islice(op.sample_inputs("cpu", torch.float64, requires_grad=True), _SAMPLES):
                cases += _recorded(entry, op, sample)
            for case in cases[:_JUDGED]:
                _judge(entry, case)
    except Late:
        entry.verdicts["not judged in time"] += min(len(cases), _JUDGED) - entry.verdicts.total()
    entry.seconds = time.perf_counter() - start
    return entry


def _name(op: Any) -> str:
    return f"{op.name}.{op.variant_test_name}" if op.variant_test_name else str(op.name)


def _recorded(entry: Entry, op: Any, sample: Any) -> list[Case]:
    """The case of a sample, if it is recorded and has a result to differentiate."""
    code, inputs = as_code(op, sample)
    if not inputs:
        return []
    entry.samples += 1
    try:
        case = case_of(code, *inputs, name=entry.name.replace("::", "_"))
        assert isinstance(case.function, Definition)
        graph = case.function.graph
    except DiffcheckError as refusal:
        entry.refused[_reason(str(refusal))] += 1
        return []
    except Exception as raised:
        entry.refused[f"{type(raised).__name__}: {str(raised).splitlines()[0][:80]}"] += 1
        return []
    entry.recorded += 1
    return [case] if 0 not in graph.nodes[graph.output].shape else []


def as_code(op: Any, sample: Any) -> tuple[Callable[..., Any], list[torch.Tensor]]:
    """A sample as a function of the tensors that a gradient may be asked of, and those."""
    inputs: list[torch.Tensor] = []

    def taken(given: Any) -> Any:
        if isinstance(given, torch.Tensor) and given.is_floating_point() and given.requires_grad and given.numel():
            inputs.append(given.detach())
            return _Place(len(inputs) - 1)
        return _each(taken, given)

    args, kwargs = taken([sample.input, *sample.args]), taken(dict(sample.kwargs))

    def code(*values: torch.Tensor) -> Any:
        def filled(given: Any) -> Any:
            return values[given.number] if isinstance(given, _Place) else _each(filled, given)

        found = sample.output_process_fn_grad(op.gradcheck_wrapper(op.op, *filled(args), **filled(kwargs)))
        return [_real(r) for r, asked in zip(_tensors(found), differentiable, strict=True) if asked]

    # What torch declares to be no function of its inputs, such as statistics for the backward pass, is left out.
    found = op.gradcheck_wrapper(op.op, sample.input, *sample.args, **sample.kwargs)
    differentiable = [r.requires_grad for r in _tensors(sample.output_process_fn_grad(found))]
    return code, inputs if any(differentiable) else []


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the input of this number stands."""

    number: int


def _each(function: Callable[[Any], Any], given: Any) -> Any:
    if type(given) in (list, tuple):
        return type(given)(map(function, given))
    if type(given) is dict:
        return {key: function(value) for key, value in given.items()}
    return given


def _real(found: torch.Tensor) -> torch.Tensor:
    """Complex numbers as pairs."""
    return torch.view_as_real(found.resolve_conj()) if found.is_complex() else found


def _tensors(found: Any) -> list[torch.Tensor]:
    if isinstance(found, torch.Tensor):
        return [found]
    return [tensor for f in found for tensor in _tensors(f)] if isinstance(found, (list, tuple)) else []


def _reason(refusal: str) -> str:
    """A refusal without the place in the code, and without numbers that differ from sample to sample."""
    named = _REFUSAL.search(refusal)
    told = f"{named['name']}: {named['why']}" if named else refusal.partition("': ")[2] or refusal
    return re.sub(r"the function says \S+, the recording \S+:", "the recording differs:", told)


def _judge(entry: Entry, case: Case) -> None:
    try:
        result = check(case, engines=["autograd"]).result
    except Exception as raised:
        entry.accused.append(f"the judge raised {type(raised).__name__}: {raised}")
        return
    if any(Late.__name__ in row.note for row in result.rows):  # a run tells of whatever is raised in it as an error
        raise Late
    for row in result.rows:
        entry.verdicts[str(row.verdict)] += 1
        if row.verdict.fails:
            entry.accused.append(f"{row.verdict} ({row.reason}) at {row.worst_component}: {row.note}")


def page(entries: Sequence[Entry]) -> Iterator[str]:
    """The lines of the page."""
    kinds = Counter(entry.kind for entry in entries)
    verdicts = sum((entry.verdicts for entry in entries), Counter[str]())
    yield "# torch's operations"
    yield ""
    yield "Made by `python benchmarks/survey_op_db.py`: the entries of torch's own list `op_db` that have a gradient in"
    yield f"float64, each on its first {_SAMPLES} sample inputs, with torch {torch.__version__}."
    yield ""
    yield f"* {len(entries)} entries: {kinds['all']} are recorded on all samples, {kinds['some']} on some,"
    yield f"  {kinds['none']} on none; {kinds['none given']} have no sample with an input to differentiate by."
    yield f"* {sum(e.samples for e in entries)} samples: {sum(e.recorded for e in entries)} are recorded, and each"
    yield "  recording gives what torch's kernel gives at two points."
    yield f"* {len(by_name.names())} operations have rows; the others are recorded by torch's decompositions."
    told = _counts(verdicts)
    yield f"* torch's own gradient in float64, judged on up to {_JUDGED} samples each: {told}."
    yield ""
    yield from _refusals(entries)
    yield "## Entry by entry"
    yield ""
    yield from headed(["operation", "samples", "recorded", "torch's gradient", "refused", "s"])
    for entry in sorted(entries, key=lambda entry: entry.name):
        yield cells(
            f"`{entry.name}`",
            str(entry.samples),
            str(entry.recorded),
            _counts(entry.verdicts),
            "; ".join(f"{n} {why}" for why, n in entry.refused.most_common()),
            f"{entry.seconds:.1f}",
        )
    accused = [(entry.name, found) for entry in entries for found in entry.accused]
    if accused:
        yield ""
        yield "## Gradients of torch that are found wrong"
        yield ""
        for name, found in accused:
            reason = next((why for known, why in _LOOKED_AT.items() if known in name), "nobody has looked at it")
            yield f"* `{name}`: {found}. Looked at: {reason}."


def _refusals(entries: Sequence[Entry]) -> Iterator[str]:
    samples: Counter[str] = Counter()
    operations: Counter[str] = Counter()
    for entry in entries:
        samples.update(entry.refused)
        operations.update(entry.refused.keys())
    yield "## What is refused"
    yield ""
    yield from headed(["reason", "entries", "samples"])
    for why in sorted(samples, key=lambda why: (-operations[why], -samples[why], why)):
        yield cells(why, str(operations[why]), str(samples[why]))
    yield ""


def _counts(verdicts: Counter[str]) -> str:
    return ", ".join(f"{n} {verdict}" for verdict, n in verdicts.most_common())


def main() -> None:
    """Survey the operations named, or all of them, and then write the page."""
    parser = argparse.ArgumentParser(description="Which of torch's operations can be recorded.")
    parser.add_argument("operations", nargs="*", metavar="OPERATION", help="names in op_db (default: all)")
    names = parser.parse_args().operations
    warnings.filterwarnings("ignore")
    entries = []
    for op in op_db:
        if not op.supports_autograd or torch.float64 not in op.dtypes or (names and op.name not in names):
            continue
        entry = surveyed(op)
        entries.append(entry)
        print(entry.name, f"{entry.recorded}/{entry.samples}", _counts(entry.verdicts), dict(entry.refused), flush=True)
        for told in entry.accused:
            print("   ", told, flush=True)
    if not names:
        _PAGE.write_text("\n".join(page(entries)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
