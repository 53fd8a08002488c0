"""The screen: an operation in one context beside what torch makes of its definition in double precision.

It ranks contexts and accuses nobody but who breaks a contract by bytes, or raises where the definition does not.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import torch

from diffcheck.audit.conditions.consumers import alike
from diffcheck.audit.conditions.context import Context
from diffcheck.audit.conditions.passes import plainly
from diffcheck.audit.conditions.uses import USES
from diffcheck.audit.conditions.values import FAR
from diffcheck.audit.conditions.world import World, bytes_of, row_of, smallest_format, world
from diffcheck.audit.examples.inferred import anyhow, undeclared
from diffcheck.audit.examples.probe import alike as same_results
from diffcheck.audit.examples.probe import values_of
from diffcheck.audit.subjects.declared import Floats
from diffcheck.audit.subjects.subject import Subject
from diffcheck.audit.trials.distance import distance
from diffcheck.audit.trials.reference import changed_by_definition, dense, raises_as_well, reference_of
from diffcheck.errors import CaseError
from diffcheck.verdict import Breach, Finding

Tensor = torch.Tensor
# What says in words that it does not take such arguments makes no claim about them.
REFUSALS = (
    ValueError,
    AssertionError,
    NotImplementedError,
    TypeError,
    IndexError,
    CaseError,
    torch.linalg.LinAlgError,  # type: ignore[attr-defined]  # of a matrix that is singular but for rounding
)
# Formats that everybody takes; raising in another one is no wrong gradient.
USUAL = ("float64", "float32")
_UNDECLARED = "at a size or number that nobody declared its result is not the definition's"
# Why a context is none: nothing in it requires a gradient, or its use needs other inputs.
UNFIT = "the context does not fit"


@dataclass(frozen=True)
class Screened:
    """What the screen saw of one context.

    Attributes
    ----------
    refused:
        Why the operation does not run, empty if it does; ``skipped`` why the definition does not.
    raised:
        What its backward raises.
    breaches:
        How it breaks its contract; ``misshapen`` of what shape its result is where the definition's is another.
    values, expected:
        The results, and the definition's, in double precision.
    gradients, reference:
        Likewise by input; ``incoming`` for each result.
    score:
        The largest error, in units of what is suspicious.
    """

    context: Context
    refused: str = ""
    skipped: str = ""
    raised: str = ""
    breaches: tuple[Finding, ...] = ()
    misshapen: str = ""
    values: Sequence[Tensor] = ()
    expected: Sequence[Tensor] = ()
    gradients: Mapping[str, Tensor] = field(default_factory=dict)
    reference: Mapping[str, Tensor] = field(default_factory=dict)
    incoming: Sequence[Tensor] = ()
    format: str = "float64"
    score: float = 0.0
    suspects: tuple[str, ...] = ()
    """The inputs whose gradients look suspicious."""

    @property
    def counts(self) -> bool:
        """Whether anything was compared."""
        return not (self.refused or self.skipped)

    @property
    def broken(self) -> tuple[str, ...]:
        """What is wrong whatever the numbers say."""
        return (*(b.detail for b in self.breaches), *filter(None, [self.misshapen]))

    @property
    def suspicious(self) -> bool:
        """Whether the referee should look at it before others."""
        return self.counts and (bool(self.raised or self.broken) or self.score > 1)


def screened(subject: Subject, context: Context) -> Screened:
    """The operation in a context."""
    try:
        here = world(subject, context)
    except Exception as raised:  # of somebody's function that makes the inputs
        return Screened(context, skipped=f"no inputs: {type(raised).__name__}: {' '.join(str(raised).split())[:120]}")
    use = USES[context["use"]]
    # Of numbers whose squares leave a format right formulas keep no second derivative.
    far = use.proven and context["values"] in FAR
    if far or len(here.asked) < use.inputs or (use.alike and not alike(here.arguments)[0]):
        return Screened(context, skipped=UNFIT)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = _screened(subject, here)
        if not undeclared(subject, context):
            return found
        made = anyhow(subject, context)
        found = _granted(found, made)
        if found.suspicious and not made and not _same_values(subject, here):
            return replace(found, refused=_UNDECLARED)
    return found


def _granted(seen: Screened, made: bool) -> Screened:
    """What was seen at sizes that nobody declared: an operation that is not made for them is not accused of it."""
    if seen.raised:
        return replace(seen, raised="", refused=seen.raised)
    if made:
        return seen
    apart = [distance(a, b, seen.format) for a, b in zip(seen.values, seen.expected, strict=True)]
    if seen.counts and (not apart or max(apart) > 1):
        return replace(seen, refused=_UNDECLARED)
    return seen


def _same_values(subject: Subject, here: World) -> bool:
    """Whether the operation's whole result is the definition's, of which a use may show a part."""
    found, expected = (values_of(code, here.exact[0]) for code in (subject.operation, subject.definition))
    return found is None or expected is None or same_results(found, expected)


def _screened(subject: Subject, here: World) -> Screened:
    context, use = here.context, USES[here.context["use"]]
    before, given = here.bytes(), []

    def incoming(outputs: Sequence[Tensor]) -> list[Tensor | None]:
        found = here.incoming(outputs)
        given.append([None if g is None else (g, bytes_of(g)) for g in found])
        return found

    stage = "forward"
    operation = subject.operation if use.made is None else use.made(subject.operation)

    def call(arguments: Mapping[str, object]) -> list[Tensor]:
        nonlocal stage
        stage = "forward"
        found = operation(arguments)
        stage = "backward"
        return found

    try:
        derive = use.derive or plainly
        outputs, gradients = derive(call, use.really or use.consume, here.arguments, here.others, incoming)
    except Exception as raised:
        told = f"{type(raised).__name__}: {' '.join(str(raised).split())[:200]}"
        # What does not take a format, or nothing at all, says so by raising. Who asks for no zeros in place of what
        # does not come in, and then computes with nothing, declines nothing.
        stumbles = isinstance(raised, TypeError) and bool(given) and None in given[-1]
        declines = (isinstance(raised, REFUSALS) and not stumbles) or context["precision"] not in USUAL
        if stage == "forward" or use.mild or declines or _empty(here):
            return Screened(context, refused=told)
        problem = reference_of(subject, here, [torch.ones(())], False) if not raises_as_well(subject, here) else told
        if isinstance(problem, str):
            return Screened(context, skipped=problem)
        came = [_number(p[1], p[0]) for p in (given[-1] if given else []) if p is not None]
        return Screened(context, raised=told, incoming=came, format=row_of(context).format)
    changed = [n for n, b in before.items() if not torch.equal(b, bytes_of(here.arguments[n]))]
    meant = changed_by_definition(subject, context) if changed else set()
    breaches = [Finding(Breach.CHANGES_INPUT, f"it changes `{n}` in memory", (n,)) for n in changed if n not in meant]
    written = any(p is not None and not torch.equal(p[1], bytes_of(p[0])) for pairs in given for p in pairs)
    if written and not use.views:
        breaches.append(Finding(Breach.CHANGES_GRADIENT, "its backward writes into the incoming gradient"))
    first = given[-1]
    exact = [torch.zeros(y.shape, dtype=torch.float64) for y in outputs]
    exact = [e if p is None else _number(p[1], p[0]) for e, p in zip(exact, first, strict=True)]
    found = reference_of(subject, here, exact, True)
    if isinstance(found, str):
        return Screened(context, skipped=found)
    values, reference = found
    gave = {n: dense(g, t) for (n, t), g in zip(here.asked.items(), gradients, strict=True)}
    seen = tuple(y.detach().cpu().double() for y in outputs)
    if [y.shape for y in seen] != [y.shape for y in values]:
        if _empty(here):
            return Screened(context, refused="it takes nothing that is empty")
        if _other_whole_numbers(subject, here):
            return Screened(context, refused="for whole numbers that nobody declared its result has another shape")
        shapes = [str([tuple(y.shape) for y in ys])[1:-1] for ys in (seen, values)]
        told = f"its result has shape {shapes[0]}, the definition's {shapes[1]}"
        return Screened(
            context, breaches=tuple(breaches), misshapen=told, format=smallest_format(here, outputs), score=float("inf")
        )
    format = use.format or smallest_format(here, outputs)
    scores = {n: distance(gave[n], reference[n], format, exact) for n in reference}
    of_values = [distance(a, b, format) for a, b in zip(seen, values, strict=True)]
    if use.proven and max(of_values, default=0.0) > 1:
        # That is told of the gradient itself, which at a kink is a choice.
        return Screened(context, refused="what is differentiated, its gradient, is another there")
    suspects = tuple(n for n, score in scores.items() if score > 1)
    score = max([*scores.values(), *of_values], default=0.0)
    broken = tuple(breaches)
    return Screened(context, "", "", "", broken, "", seen, values, gave, reference, exact, format, score, suspects)


def _number(kept: Tensor, like: Tensor) -> Tensor:
    """A tensor as it was before the backward, from the bytes that were kept."""
    flat = kept.view(like.dtype)
    return torch.as_strided(flat, like.shape, like.stride(), like.storage_offset()).cpu().double()


def _other_whole_numbers(subject: Subject, here: World) -> bool:
    """Whether whole numbers or masks are others than in an example, of which a shape may depend."""
    examples = {n: getattr(d, "example", None) for n, d in subject.declared.items() if not isinstance(d, Floats)}
    given = {n: here.arguments[n] for n, e in examples.items() if e is not None}
    return any(not isinstance(value, Tensor) or value.tolist() != examples[n] for n, value in given.items())


def _empty(here: World) -> bool:
    return any(isinstance(t, Tensor) and t.numel() == 0 for t in here.arguments.values())
