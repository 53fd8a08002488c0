"""A derivative by backward passes, as a script of plain torch."""

from collections.abc import Callable, Mapping

import torch

from diffcheck.case.operators import Operator
from diffcheck.engines.autograd.calls import Calls, literal, literal_number
from diffcheck.errors import Unsupported

Tensor = torch.Tensor
# A longer script is not read.
_LINES = 16


def script(
    function: Callable[[dict[str, Tensor]], Tensor],
    inputs: Mapping[str, Tensor],
    wrt: tuple[str, ...],
    operator: Operator,
    component: int,
) -> str:
    """The script that prints one component of a derivative; a name stands for each input.

    Parameters
    ----------
    function:
        Gives the result, a tensor, of all inputs by name.
    component:
        The number of the component in row-major order.

    Raises
    ------
    Unsupported
        If the function is made by something else than calls of torch, or the script would be long.
    """
    if operator.along:
        raise Unsupported("not a derivative by plain backward passes")
    if not all(name.isidentifier() for name in inputs):
        raise Unsupported("an input without a name of Python")
    made = {name: value.clone().requires_grad_(name in wrt) for name, value in inputs.items()}
    with Calls(made) as calls:
        result = function(made)
    lines, name = calls.leading_to(result)
    sizes = {key: inputs[key].numel() for key in wrt}
    width = sum(sizes.values())
    row, columns = divmod(component, width**operator.full)
    places = [columns // width**k % width for k in reversed(range(operator.full))]
    start = [f"{key} = {literal(value.detach())}{'.requires_grad_()' * (key in wrt)}" for key, value in made.items()]
    what = name
    incoming = _incoming(result, operator, row)
    for number, place in enumerate(places):
        by, at = _input(sizes, place)
        kept = ", create_graph=True" * (number + 1 < len(places))
        lines.append(f"(g,) = torch.autograd.grad({what}, {by}{incoming}{kept})")
        what, incoming = f"g.reshape(-1)[{at}]" if inputs[by].dim() else "g", ""
    text = ["import torch", "", *start, *lines, f"print({what}.item())"]
    if len(text) > _LINES:
        raise Unsupported(f"{len(text)} lines")
    return "\n".join(text)


def _incoming(result: Tensor, operator: Operator, row: int) -> str:
    """What comes into the first backward pass: weights, or a one at the output that the component belongs to."""
    if operator.weighted:
        weights = ", ".join(map(literal_number, operator.weights))
        values = f"torch.tensor([{weights}], dtype={result.dtype})"
    elif result.numel() == 1 and not result.dim():
        return ""
    else:
        unit = torch.zeros(result.numel(), dtype=result.dtype)
        unit[row] = 1
        values = literal(unit)
    return f", {values}.reshape({tuple(result.shape)})" if result.dim() != 1 else f", {values}"


def _input(sizes: Mapping[str, int], place: int) -> tuple[str, int]:
    """The input that a column belongs to, and the number of its element."""
    for name, size in sizes.items():
        if place < size:
            return name, place
        place -= size
    raise IndexError(place)
