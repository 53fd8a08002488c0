"""What torch makes of an operation's definition, in double precision."""

from collections.abc import Sequence

import torch

from diffcheck.audit.conditions.context import Context
from diffcheck.audit.conditions.passes import plainly, pulled
from diffcheck.audit.conditions.uses import USES
from diffcheck.audit.conditions.world import World, bytes_of, world
from diffcheck.audit.subjects.operation import Operation, Widened
from diffcheck.audit.subjects.subject import Subject

Tensor = torch.Tensor


def reference_of(
    subject: Subject, here: World, incoming: Sequence[Tensor], both: bool
) -> tuple[list[Tensor], dict[str, Tensor]] | str:
    """The definition's values and gradients by torch in double precision; a string says why there are none."""
    use, (arguments, others) = USES[here.context["use"]], here.exact
    code: Operation = subject.definition if subject.gradient is None else subject.gradient
    try:
        with subject.torch_instead(), Widened():
            outputs = use.consume(code, arguments, others)
            if not both:
                incoming = [torch.ones_like(y) for y in outputs]
            if [y.shape for y in outputs] != [g.shape for g in incoming]:
                return [y.detach() for y in outputs], {}
            by = [t for t in arguments.values() if isinstance(t, Tensor) and t.requires_grad]
            gradients = pulled(outputs, by, list(incoming))
            if subject.gradient is not None:
                outputs = use.consume(subject.definition, arguments, others)
    except Exception as raised:
        return f"the definition raises {type(raised).__name__}: {' '.join(str(raised).split())[:160]}"
    found = {n: dense(g, t) for (n, t), g in zip(here.asked.items(), gradients, strict=True)}
    return [y.detach().double() for y in outputs], found


def changed_by_definition(subject: Subject, context: Context) -> set[str]:
    """The arguments that the definition changes as well, such as running statistics."""
    arguments, others = world(subject, context).exact
    before = {n: bytes_of(t) for n, t in arguments.items() if isinstance(t, Tensor)}
    with torch.no_grad(), Widened():
        USES[context["use"]].consume(subject.definition, arguments, others)
    return {n for n, b in before.items() if not torch.equal(b, bytes_of(arguments[n]))}


def raises_as_well(subject: Subject, here: World) -> bool:
    """Whether torch raises as well, in its own backward of the definition on the very same tensors."""
    use = USES[here.context["use"]]
    try:
        with subject.torch_instead():
            (use.derive or plainly)(
                subject.definition, use.really or use.consume, here.arguments, here.others, here.incoming
            )
    except Exception:
        return True
    return False


def dense(g: Tensor | None, like: Tensor) -> Tensor:
    """A gradient in double precision; zeros for none."""
    if g is None:
        return torch.zeros(like.shape, dtype=torch.float64)
    plain = g.detach()
    return (plain if plain.layout is torch.strided else plain.to_dense()).cpu().double()
