"""How the gradient of an operation is asked for: in one pass, after another call, in threads, by `torch.func` ..."""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

Tensor = torch.Tensor
Arguments = Mapping[str, Any]
Call = Callable[[Arguments], list[Tensor]]
Consume = Callable[[Call, Arguments, Arguments], list[Tensor]]
Incoming = Callable[[Sequence[Tensor]], list[Tensor | None]]
Gradients = list[Tensor | None]
Passes = tuple[list[Tensor], Gradients]


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


def plainly(call: Call, consume: Consume, here: Arguments, other: Arguments, incoming: Incoming) -> Passes:
    """One pass forward, one backward."""
    outputs = consume(call, here, other)
    return outputs, pulled(outputs, list(leaves(here).values()), incoming(outputs))


def two_calls(call: Call, consume: Consume, here: Arguments, other: Arguments, incoming: Incoming) -> Passes:
    """A backward pass after another call, with other numbers, and its backward."""
    outputs = consume(call, here, other)
    between = consume(call, other, here)
    pulled(between, list(leaves(other).values()), incoming(between))
    return outputs, pulled(outputs, list(leaves(here).values()), incoming(outputs))


def backward_twice(call: Call, consume: Consume, here: Arguments, other: Arguments, incoming: Incoming) -> Passes:
    """The second of two backward passes through one graph."""
    outputs = consume(call, here, other)
    by = list(leaves(here).values())
    pulled(outputs, by, incoming(outputs), retain_graph=True)
    return outputs, pulled(outputs, by, incoming(outputs))


def with_graph(call: Call, consume: Consume, here: Arguments, other: Arguments, incoming: Incoming) -> Passes:
    """A backward pass that can itself be differentiated."""
    outputs = consume(call, here, other)
    return outputs, pulled(outputs, list(leaves(here).values()), incoming(outputs), create_graph=True)


def through(call: Call, consume: Consume, here: Arguments, other: Arguments, incoming: Incoming) -> Passes:
    """One pass through all that there is on the way, and one for the inputs.

    Who is differentiable once only says so where a gradient goes through him, not where it goes past him.
    """
    outputs = consume(call, here, other)
    given = incoming(outputs)
    by = list(leaves(here).values())
    moved = [(y, g) for y, g in zip(outputs, given, strict=True) if g is not None and y.requires_grad]
    torch.autograd.backward([y for y, _ in moved], [g for _, g in moved], retain_graph=True)
    for x in by:
        x.grad = None
    return outputs, pulled(outputs, by, given)


def accumulated(call: Call, consume: Consume, here: Arguments, other: Arguments, incoming: Incoming) -> Passes:
    """What three backward passes add up in ``.grad``, of which the second takes back the first."""
    for sign in (1, -1, 1):  # nothing is rounded, and nothing grows beyond a format
        outputs = consume(call, here, other)
        moved = [(y, g) for y, g in zip(outputs, incoming(outputs), strict=True) if g is not None and y.requires_grad]
        torch.autograd.backward([y for y, _ in moved], [g if sign == 1 else -g for _, g in moved])
    found: Gradients = []
    for leaf in leaves(here).values():
        found.append(leaf.grad)
        leaf.grad = None
    return outputs, found


def repeated(call: Call, consume: Consume, here: Arguments, other: Arguments, incoming: Incoming) -> Passes:
    """A second call and pass, with the same numbers."""
    plainly(call, consume, here, other, incoming)
    return plainly(call, consume, here, other, incoming)


def in_fresh_memory(call: Call, consume: Consume, here: Arguments, other: Arguments, incoming: Incoming) -> Passes:
    """With deterministic algorithms torch fills the memory that it gives out."""
    before = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        return plainly(call, consume, here, other, incoming)
    finally:
        torch.use_deterministic_algorithms(before[0], warn_only=before[1])


def without_graph(call: Call, consume: Consume, here: Arguments, other: Arguments, incoming: Incoming) -> Passes:
    """The results under `torch.no_grad`, with the gradients of those that have a graph."""
    outputs = consume(call, here, other)
    gradients = pulled(outputs, list(leaves(here).values()), incoming(outputs))
    with torch.no_grad():
        return consume(call, here, other), gradients


def in_threads(call: Call, consume: Consume, here: Arguments, other: Arguments, incoming: Incoming) -> Passes:
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
    first: Passes = found[0]
    return first


def by_vjp(call: Call, consume: Consume, here: Arguments, other: Arguments, incoming: Incoming) -> Passes:
    """The gradients by `torch.func.vjp`."""
    names = list(leaves(here))
    # `torch.func` follows what it transforms itself.
    plain = {n: t.detach() if isinstance(t, Tensor) else t for n, t in here.items()}

    def function(*values: Tensor) -> tuple[Tensor, ...]:
        return tuple(consume(call, {**plain, **dict(zip(names, values, strict=True))}, other))

    outputs, pull, *_ = torch.func.vjp(function, *(plain[n] for n in names))
    given = [torch.zeros_like(y) if g is None else g for y, g in zip(outputs, incoming(outputs), strict=True)]
    return list(outputs), list(pull(tuple(given)))


def batch_of_gradients(call: Call, consume: Consume, here: Arguments, other: Arguments, incoming: Incoming) -> Passes:
    """The gradients as one of a batch."""
    outputs = [y for y in consume(call, here, other) if y.requires_grad]
    given = [torch.zeros_like(y) if g is None else g for y, g in zip(outputs, incoming(outputs), strict=True)]
    by = list(leaves(here).values())
    batch = [torch.stack([-0.5 * g, g]) for g in given]
    found = torch.autograd.grad(outputs, by, batch, allow_unused=True, is_grads_batched=True)
    return outputs, [None if g is None else g[1] for g in found]
