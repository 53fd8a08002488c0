"""What is done with an operation: who consumes its results, what is called between, how its gradient is asked for.

A use says what is computed (``consume``, the same mathematics for the definition) and how that is done with the
operation (``really``, where it is done in another way) and its gradient (``derive``).
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.utils.checkpoint import checkpoint

Tensor = torch.Tensor
Arguments = Mapping[str, Any]
Call = Callable[[Arguments], list[Tensor]]
Consume = Callable[[Call, Arguments, Arguments], list[Tensor]]
Incoming = Callable[[Sequence[Tensor]], list[Tensor | None]]
Gradients = list[Tensor | None]


@dataclass(frozen=True, slots=True)
class Use:
    """A use.

    Attributes
    ----------
    consume:
        From the call, the arguments, and other arguments of the same shapes, to what a gradient comes into.
    derive:
        From the call, how it is consumed, the arguments, the other ones and the incoming gradients, to the results and
        the gradients by all arguments that require one.
    inputs:
        How many inputs with a gradient it needs.
    alike:
        Whether it needs two inputs of the same shape and range.
    mild:
        Whether an operation that raises has only said that it does not support this.
    lines:
        The same in torch, where it is short: what makes ``y`` of a ``{call}``, or of an ``{other_call}``.
    common:
        What several uses have in common, in words.
    """

    name: str
    words: str
    consume: Consume
    really: Consume | None = None
    derive: Callable[[Call, Consume, Arguments, Arguments, Incoming], tuple[list[Tensor], Gradients]] | None = None
    inputs: int = 1
    alike: bool = False
    mild: bool = False
    lines: str = ""
    common: str = ""


def leaves(arguments: Arguments) -> dict[str, Tensor]:
    """The arguments that require a gradient."""
    return {n: t for n, t in arguments.items() if isinstance(t, Tensor) and t.requires_grad}


def pulled(
    outputs: Sequence[Tensor], by: Sequence[Tensor], incoming: Sequence[Tensor | None], **more: Any
) -> Gradients:
    """The gradients of the outputs into which something comes."""
    moved = [(y, g) for y, g in zip(outputs, incoming, strict=True) if g is not None and y.requires_grad]
    if not moved:
        return [None] * len(by)
    ys, gs = zip(*moved, strict=True)
    return list(torch.autograd.grad(ys, by, gs, allow_unused=True, **more))


def plainly(
    call: Call, consume: Consume, here: Arguments, other: Arguments, incoming: Incoming
) -> tuple[list[Tensor], Gradients]:
    """One pass forward, one backward."""
    outputs = consume(call, here, other)
    return outputs, pulled(outputs, list(leaves(here).values()), incoming(outputs))


def _plain(call: Call, here: Arguments, other: Arguments) -> list[Tensor]:
    return call(here)


def _each(change: Callable[[Tensor], Tensor]) -> Consume:
    return lambda call, here, other: [change(y) for y in call(here)]


def _cat(y: Tensor) -> Tensor:
    beside = torch.zeros_like(y)
    return torch.cat([beside, y, beside], -1) if y.dim() else torch.stack([y, beside])


def _transposed(y: Tensor) -> Tensor:
    return y.transpose(0, -1) if y.dim() > 1 else y.unsqueeze(0).expand(2, *y.shape)


def _twice(call: Call, here: Arguments, other: Arguments) -> list[Tensor]:
    found = call(here)
    return [*found, *(y * 0.5 for y in found)]


def _shared(call: Call, here: Arguments, other: Arguments) -> list[Tensor]:
    first = next(iter(leaves(here)))
    return [*call(here), *call({**here, first: other[first]})]


def _copied(change: Callable[[Tensor], Any]) -> Consume:
    """The inputs are results of something else, which are overwritten after the call."""

    def consume(call: Call, here: Arguments, other: Arguments) -> list[Tensor]:
        copies = {n: t.clone() for n, t in leaves(here).items()}
        found = call({**here, **copies})
        for copy in copies.values():
            change(copy)
        return found

    return consume


def _overwritten(call: Call, here: Arguments, other: Arguments) -> list[Tensor]:
    found = call(here)
    for y in found:
        y.mul_(2.0)
    return found


def _same(call: Call, here: Arguments, other: Arguments) -> list[Tensor]:
    first, second = alike(here)
    return call({**here, second: here[first]})


def alike(arguments: Arguments) -> tuple[str, str]:
    """Two inputs that one tensor may stand for; empty names if there are none."""
    known: dict[Any, str] = {}
    for name, tensor in leaves(arguments).items():
        kind = (tensor.shape, tensor.dtype)
        if kind in known:
            return known[kind], name
        known[kind] = name
    return "", ""


def _two_calls(
    call: Call, consume: Consume, here: Arguments, other: Arguments, incoming: Incoming
) -> tuple[list[Tensor], Gradients]:
    outputs = consume(call, here, other)
    between = consume(call, other, here)
    pulled(between, list(leaves(other).values()), incoming(between))
    return outputs, pulled(outputs, list(leaves(here).values()), incoming(outputs))


def _again(
    call: Call, consume: Consume, here: Arguments, other: Arguments, incoming: Incoming
) -> tuple[list[Tensor], Gradients]:
    outputs = consume(call, here, other)
    by = list(leaves(here).values())
    pulled(outputs, by, incoming(outputs), retain_graph=True)
    return outputs, pulled(outputs, by, incoming(outputs))


def _graph(
    call: Call, consume: Consume, here: Arguments, other: Arguments, incoming: Incoming
) -> tuple[list[Tensor], Gradients]:
    outputs = consume(call, here, other)
    return outputs, pulled(outputs, list(leaves(here).values()), incoming(outputs), create_graph=True)


def _accumulated(
    call: Call, consume: Consume, here: Arguments, other: Arguments, incoming: Incoming
) -> tuple[list[Tensor], Gradients]:
    # Twice the same number is rounded to nothing else.
    for _ in range(2):
        outputs = consume(call, here, other)
        moved = [(y, g) for y, g in zip(outputs, incoming(outputs), strict=True) if g is not None and y.requires_grad]
        torch.autograd.backward([y for y, _ in moved], [g for _, g in moved])
    found: Gradients = []
    for leaf in leaves(here).values():
        found.append(None if leaf.grad is None else leaf.grad / 2)
        leaf.grad = None
    return outputs, found


def _repeated(
    call: Call, consume: Consume, here: Arguments, other: Arguments, incoming: Incoming
) -> tuple[list[Tensor], Gradients]:
    plainly(call, consume, here, other, incoming)
    return plainly(call, consume, here, other, incoming)


def _fresh(
    call: Call, consume: Consume, here: Arguments, other: Arguments, incoming: Incoming
) -> tuple[list[Tensor], Gradients]:
    """With deterministic algorithms torch fills the memory that it gives out."""
    before = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        return plainly(call, consume, here, other, incoming)
    finally:
        torch.use_deterministic_algorithms(before[0], warn_only=before[1])


def _threads(
    call: Call, consume: Consume, here: Arguments, other: Arguments, incoming: Incoming
) -> tuple[list[Tensor], Gradients]:
    """Several threads at once, which wait for one another between forward and backward."""
    found: dict[int, Any] = {}
    barrier = threading.Barrier(3, timeout=20)

    def work(number: int) -> None:
        mine, theirs = (here, other) if number == 0 else (other, here)
        try:
            outputs = consume(call, mine, theirs)
            barrier.wait()
            found[number] = outputs, pulled(outputs, list(leaves(mine).values()), incoming(outputs))
        except Exception as raised:  # handed on to the thread that waits
            barrier.abort()
            found[number] = raised

    threads = [threading.Thread(target=work, args=(k,)) for k in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if isinstance(found[0], Exception):
        raise found[0]
    return found[0]  # type: ignore[no-any-return]


def _checkpoint(call: Call, here: Arguments, other: Arguments) -> list[Tensor]:
    names = list(leaves(here))

    def run(*values: Tensor) -> tuple[Tensor, ...]:
        return tuple(call({**here, **dict(zip(names, values, strict=True))}))

    return list(checkpoint(run, *leaves(here).values(), use_reentrant=False))


def _vjp(
    call: Call, consume: Consume, here: Arguments, other: Arguments, incoming: Incoming
) -> tuple[list[Tensor], Gradients]:
    names = list(leaves(here))
    # `torch.func` follows what it transforms itself.
    plain = {n: t.detach() if isinstance(t, Tensor) else t for n, t in here.items()}

    def function(*values: Tensor) -> tuple[Tensor, ...]:
        return tuple(consume(call, {**plain, **dict(zip(names, values, strict=True))}, other))

    outputs, pull, *_ = torch.func.vjp(function, *(plain[n] for n in names))
    given = [torch.zeros_like(y) if g is None else g for y, g in zip(outputs, incoming(outputs), strict=True)]
    return list(outputs), list(pull(tuple(given)))


def _vmap(call: Call, here: Arguments, other: Arguments) -> list[Tensor]:
    names = list(leaves(here))

    def function(*values: Tensor) -> tuple[Tensor, ...]:
        return tuple(call({**here, **dict(zip(names, values, strict=True))}))

    together = [torch.stack([other[n].detach(), t]) for n, t in leaves(here).items()]
    return [y[1] for y in torch.func.vmap(function)(*together)]


def _batched(
    call: Call, consume: Consume, here: Arguments, other: Arguments, incoming: Incoming
) -> tuple[list[Tensor], Gradients]:
    outputs = [y for y in consume(call, here, other) if y.requires_grad]
    given = [torch.zeros_like(y) if g is None else g for y, g in zip(outputs, incoming(outputs), strict=True)]
    by = list(leaves(here).values())
    batch = [torch.stack([-0.5 * g, g]) for g in given]
    found = torch.autograd.grad(outputs, by, batch, allow_unused=True, is_grads_batched=True)
    return outputs, [None if g is None else g[1] for g in found]


AGAIN, STRIDED = "it is called again before its backward", "the incoming gradient is not contiguous"
ROWS = (
    Use("plain", "the operation is used once", _plain, lines="y = {call}"),
    Use("two calls", AGAIN, _plain, derive=_two_calls, lines="y = {call}\n{other_call}", common=AGAIN),
    Use(
        "sum",
        "its result is summed (an expanded gradient)",
        _each(lambda y: y.sum()),
        lines="y = {call}.sum()",
        common=STRIDED,
    ),
    Use(
        "transpose",
        "its result is transposed",
        _each(_transposed),
        lines="y = {call}.transpose(0, -1)",
        common=STRIDED,
    ),
    Use(
        "cat",
        "its result is part of a `cat`",
        _each(_cat),
        lines="y = {call}\ny = torch.cat([0 * y.detach(), y, 0 * y.detach()], -1)",
        common=STRIDED,
    ),
    Use(
        "shared weight",
        "all inputs but the first are shared by two calls",
        _shared,
        inputs=2,
        lines="y = {call} + {shared_call}",
        common=AGAIN,
    ),
    Use("output twice", "its result is used twice", _twice),
    Use("backward twice", "its backward runs twice (`retain_graph`)", _plain, derive=_again, mild=True),
    Use("accumulated", "its gradient is added to an existing `.grad`", _plain, derive=_accumulated),
    Use(
        "called before",
        "it was called before with the same arguments",
        _plain,
        derive=_repeated,
        lines="{call}\ny = {call}",
    ),
    Use("fresh memory", "what it allocates and does not fill is NaN", _plain, derive=_fresh),
    Use("same tensor", "one tensor stands for two inputs", _same, inputs=2, alike=True),
    Use(
        "mean of rows", "its result is averaged over the last axis", _each(lambda y: y.mean(-1) if y.dim() else y * 0.5)
    ),
    Use(
        "sum of first",
        "its result is summed over the first axis",
        _each(lambda y: y.sum(0) if y.dim() else y * 2),
        lines="y = {call}.sum(0)",
        common=STRIDED,
    ),
    Use("view", "its result is viewed as one axis", _each(lambda y: y.reshape(-1)), lines="y = {call}.reshape(-1)"),
    Use("slice", "only part of its result is used", _each(lambda y: y[..., :1] if y.dim() else y * 1)),
    Use("last row", "only the last part of its result is used", _each(lambda y: y[-1:] if y.dim() else y * 1)),
    Use("no leaf", "its inputs are results of other operations", _copied(lambda x: None)),
    Use(
        "input overwritten",
        "its inputs are overwritten after the call",
        _plain,
        really=_copied(lambda x: x.detach().mul_(-3.0)),
        mild=True,
    ),
    Use(
        "in place",
        "its result is changed in place",
        _each(lambda y: y * 2.0),
        really=_overwritten,
        mild=True,
        lines="y = {call}.mul_(2.0)",
    ),
    Use("graph", "its gradient is taken with `create_graph`", _plain, derive=_graph, mild=True),
    Use("checkpoint", "it is checkpointed", _plain, really=_checkpoint, mild=True),
    Use("threads", "it is called by several threads", _plain, derive=_threads, mild=True, common=AGAIN),
    Use("torch.func", "its gradient is taken by `torch.func.vjp`", _plain, derive=_vjp, mild=True),
    Use("vmap", "it is called under `vmap`", _plain, really=_vmap, mild=True),
    Use("batched gradient", "its gradient is taken for a batch of incoming ones", _plain, derive=_batched, mild=True),
)
USES = {row.name: row for row in ROWS}
