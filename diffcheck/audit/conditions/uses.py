"""What is done with an operation: who consumes its results, what is called between, how its gradient is asked for.

A use says what is computed (``consume``, the same mathematics for the definition) and how that is done with the
operation (``really``, where it is done in another way) and its gradient (``derive``).
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass

from diffcheck.audit.conditions import consumers, passes
from diffcheck.audit.conditions.passes import Arguments, Call, Consume, Incoming, Passes
from diffcheck.audit.subjects.operation import Operation


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
    format:
        The format that it computes in, whatever it is given.
    lines:
        The same in torch, where it is short: what makes ``y`` of a ``{call}``, or of an ``{other_call}``.
    common:
        What several uses have in common, in words.
    made:
        What is made of the operation before it is called.
    late_s:
        The seconds that it takes, where these are many: it is tried once, alone, at the end.
    there:
        Whether what it needs is there.
    views:
        Whether what is a view, a result of an input or a ``.grad`` of the incoming gradient, is written into then.
    proven:
        Whether only an operation that is right in it in the ordinary context is held to it elsewhere.
    """

    name: str
    words: str
    consume: Consume
    really: Consume | None = None
    derive: Callable[[Call, Consume, Arguments, Arguments, Incoming], Passes] | None = None
    inputs: int = 1
    alike: bool = False
    mild: bool = False
    format: str = ""
    lines: str = ""
    common: str = ""
    made: Callable[[Operation], Operation] | None = None
    late_s: float = 0.0
    there: Callable[[], bool] = lambda: True
    views: bool = False
    proven: bool = False


def _has_compiler() -> bool:
    """Whether there is a compiler of C++, which `torch.compile` calls unless told otherwise."""
    return any(shutil.which(name) for name in (os.environ.get("CXX") or "g++", "clang++"))


AGAIN, STRIDED = "it is called again before its backward", "the incoming gradient is not contiguous"
ROWS = (
    Use("plain", "the operation is used once", consumers.plain, lines="y = {call}"),
    Use("two calls", AGAIN, consumers.plain, derive=passes.two_calls, lines="y = {call}\n{other_call}", common=AGAIN),
    Use(
        "sum",
        "its result is summed (an expanded gradient)",
        consumers.each_result(lambda y: y.sum()),
        lines="y = {call}.sum()",
        common=STRIDED,
    ),
    Use(
        "transpose",
        "its result is transposed",
        consumers.each_result(consumers.transposed),
        lines="y = {call}.transpose(0, -1)",
        common=STRIDED,
    ),
    Use(
        "cat",
        "its result is part of a `cat`",
        consumers.each_result(consumers.cat),
        lines="y = {call}\ny = torch.cat([0 * y.detach(), y, 0 * y.detach()], -1)",
        common=STRIDED,
    ),
    Use(
        "shared weight",
        "all inputs but the first are shared by two calls",
        consumers.shared_by_two,
        inputs=2,
        lines="y = {call} + {shared_call}",
        common=AGAIN,
    ),
    Use("output twice", "its result is used twice", consumers.used_twice),
    Use(
        "backward twice",
        "its backward runs twice (`retain_graph`)",
        consumers.plain,
        derive=passes.backward_twice,
        mild=True,
    ),
    Use(
        "accumulated",
        "its gradient is added to an existing `.grad`",
        consumers.plain,
        derive=passes.accumulated,
        views=True,
    ),
    Use(
        "called before",
        "it was called before with the same arguments",
        consumers.plain,
        derive=passes.repeated,
        lines="{call}\ny = {call}",
    ),
    Use("fresh memory", "what it allocates and does not fill is NaN", consumers.plain, derive=passes.in_fresh_memory),
    Use("same tensor", "one tensor stands for two inputs", consumers.one_for_two, inputs=2, alike=True),
    Use(
        "mean of rows",
        "its result is averaged over the last axis",
        consumers.each_result(lambda y: y.mean(-1) if y.dim() else y * 0.5),
    ),
    Use(
        "sum of first",
        "its result is summed over the first axis",
        consumers.each_result(lambda y: y.sum(0) if y.dim() else y * 2),
        lines="y = {call}.sum(0)",
        common=STRIDED,
    ),
    Use(
        "view",
        "its result is viewed as one axis",
        consumers.each_result(lambda y: y.reshape(-1)),
        lines="y = {call}.reshape(-1)",
    ),
    Use("slice", "only part of its result is used", consumers.each_result(lambda y: y[..., :1] if y.dim() else y * 1)),
    Use(
        "last row",
        "only the last part of its result is used",
        consumers.each_result(lambda y: y[-1:] if y.dim() else y * 1),
    ),
    Use("no leaf", "its inputs are results of other operations", consumers.of_copies(lambda x: None)),
    Use(
        "input overwritten",
        "its inputs are overwritten after the call",
        consumers.plain,
        really=consumers.of_copies(lambda x: x.detach().mul_(-3.0)),
        mild=True,
        views=True,
    ),
    Use(
        "in place",
        "its result is changed in place",
        consumers.each_result(lambda y: y * 2.0),
        really=consumers.changed_in_place,
        mild=True,
        lines="y = {call}.mul_(2.0)",
    ),
    Use("graph", "its gradient is taken with `create_graph`", consumers.plain, derive=passes.with_graph, mild=True),
    Use("checkpoint", "it is checkpointed", consumers.plain, really=consumers.checkpointed, mild=True),
    Use(
        "twice",
        "its gradient is differentiated",
        consumers.differentiated,
        derive=passes.through,
        mild=True,
        proven=True,
    ),
    Use("no_grad", "its result is taken under `no_grad`", consumers.plain, derive=passes.without_graph),
    Use(
        "autocast",
        "it runs under autocast to bfloat16",
        consumers.plain,
        really=consumers.under_autocast,
        mild=True,
        format="bfloat16",
    ),
    Use(
        "threads", "it is called by several threads", consumers.plain, derive=passes.in_threads, mild=True, common=AGAIN
    ),
    Use("torch.func", "its gradient is taken by `torch.func.vjp`", consumers.plain, derive=passes.by_vjp, mild=True),
    Use("vmap", "it is called under `vmap`", consumers.plain, really=consumers.under_vmap, mild=True),
    Use(
        "batched gradient",
        "its gradient is taken for a batch of incoming ones",
        consumers.plain,
        derive=passes.batch_of_gradients,
        mild=True,
    ),
    Use(
        "compile",
        "it is traced by `torch.compile` (backend `aot_eager`)",
        consumers.plain,
        mild=True,
        lines='y = torch.compile(lambda: {call}, backend="aot_eager")()',
        made=lambda operation: operation.compiled("aot_eager"),
        late_s=0.5,
    ),
    Use(
        "inductor",
        "it is compiled by `torch.compile`",
        consumers.plain,
        mild=True,
        lines="y = torch.compile(lambda: {call})()",
        made=lambda operation: operation.compiled("inductor", compile_threads=1),
        late_s=3.0,
        there=_has_compiler,
    ),
)
USES = {row.name: row for row in ROWS}
