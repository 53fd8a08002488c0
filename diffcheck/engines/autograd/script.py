"""A derivative by autograd, as a script of plain torch."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch

from diffcheck.case.operators import Operator
from diffcheck.engines.autograd.calls import Calls, literal, literal_number
from diffcheck.errors import Unsupported

Tensor = torch.Tensor
# A longer script is not read.
_LINES = 16


@dataclass(frozen=True, slots=True)
class _Asked:
    """A component of a derivative of what some lines make."""

    lines: Sequence[str]
    name: str
    """Of the result, behind the lines."""
    result: Tensor
    row: int
    """The element of the result."""
    columns: Sequence[tuple[str, int]]
    """For each derivative, the first one first, the input and its element."""
    operator: Operator
    inputs: Mapping[str, Tensor]
    """Those differentiated by, of which the result is made."""

    @property
    def function(self) -> list[str]:
        """The lines as a function of the inputs."""
        return [f"def f({', '.join(self.inputs)}):", *(f"    {line}" for line in self.lines), f"    return {self.name}"]

    @property
    def given(self) -> str:
        """The inputs, as arguments."""
        return ", ".join(self.inputs)


def script(
    method: str,
    function: Callable[[dict[str, Tensor]], Tensor],
    inputs: Mapping[str, Tensor],
    wrt: tuple[str, ...],
    operator: Operator,
    component: int,
    own: Callable[[], tuple[str, str]],
) -> str:
    """The script that prints one component of a derivative; a name stands for each input.

    Parameters
    ----------
    method:
        By which torch is asked: "reverse", "forward" or "func".
    function:
        Gives the result, a tensor, of all inputs by name.
    component:
        The number of the component in row-major order.
    own:
        Gives the line that imports the function and its call, for a function that is more than calls of torch.

    Raises
    ------
    Unsupported
        If the method or the operator is another, the function is neither made of calls of torch nor to be imported,
        or the script would be long.
    """
    if operator.along or method not in _WRITERS:
        raise Unsupported("not a derivative that a few lines ask for")
    if not all(name.isidentifier() for name in inputs):
        raise Unsupported("an input without a name of Python")
    made = {name: value.clone().requires_grad_(name in wrt) for name, value in inputs.items()}
    with Calls(made) as calls:
        result = function(made)
    imports = ["import torch", ""]
    try:
        lines, name = calls.leading_to(result)
    except Unsupported:
        line, call = own()
        imports, lines, name = ["import torch", line, ""], [f"y = {call}"], "y"
    sizes = {key: inputs[key].numel() for key in wrt}
    width = sum(sizes.values())
    row, columns = divmod(component, width**operator.full)
    places = [columns // width**k % width for k in reversed(range(operator.full))]
    leaf = ".requires_grad_()" if method == "reverse" else ""
    start = [f"{key} = {literal(value.detach())}{leaf * (key in wrt)}" for key, value in made.items()]
    asked = _Asked(lines, name, result, row, [_input(sizes, place) for place in places], operator, _only(made, wrt))
    text = [*imports, *start, *_WRITERS[method](asked)]
    if len(text) > _LINES:
        raise Unsupported(f"{len(text)} lines")
    return "\n".join(text)


def _reverse(asked: _Asked) -> list[str]:
    """One backward pass for each derivative."""
    lines, what, incoming, found = list(asked.lines), asked.name, _incoming(asked), asked.result
    for number, (by, at) in enumerate(asked.columns):
        gradients = torch.autograd.grad(found.sum(), asked.inputs[by], create_graph=True, allow_unused=True)
        further = number + 1 < len(asked.columns)
        options = ", create_graph=True" * further + ", materialize_grads=True" * (gradients[0] is None)
        lines.append(f"(g,) = torch.autograd.grad({what}, {by}{incoming}{options})")
        what, incoming = f"g.reshape(-1)[{at}]" if asked.inputs[by].dim() else "g", ""
        if gradients[0] is None:
            return [*lines, f"print({what}.item())"]
        found = gradients[0].reshape(-1)[at]
    return [*lines, f"print({what}.item())"]


def _incoming(asked: _Asked) -> str:
    """What comes into the first backward pass; empty for a result that is one number."""
    result = asked.result
    if not asked.operator.weighted and not result.dim():
        return ""
    values = _weights(asked)
    return f", {values}.reshape({tuple(result.shape)})" if result.dim() != 1 else f", {values}"


def _weights(asked: _Asked) -> str:
    """The weights of the outputs, or a one at the output that the component belongs to, as a vector."""
    if asked.operator.weighted:
        weights = ", ".join(map(literal_number, asked.operator.weights))
        return f"torch.tensor([{weights}], dtype={asked.result.dtype})"
    return literal(_unit(asked.result.reshape(-1), asked.row))


def _forward(asked: _Asked) -> list[str]:
    """A tangent for each derivative, one inside the other."""
    if asked.operator.weighted:
        raise Unsupported("weights of the outputs have no place in a forward pass")
    lines, name = asked.function, "f"
    for number, (by, at) in enumerate(asked.columns):
        units = [_unit(x, at) if key == by else torch.zeros_like(x) for key, x in asked.inputs.items()]
        tangents = ", ".join(map(literal, units))
        lines += [f"def d{number + 1}({asked.given}):"]
        lines += [f"    return torch.func.jvp({name}, ({asked.given},), ({tangents},))[1]"]
        name = f"d{number + 1}"
    element = f".reshape(-1)[{asked.row}]" if asked.result.dim() else ""
    return [*lines, f"print({name}({asked.given}){element}.item())"]


def _transformed(asked: _Asked) -> list[str]:
    """The transformations of `torch.func`, forward over reverse, as `diffcheck.engines.autograd.modes` chooses them."""
    names, inputs, shape = list(asked.inputs), asked.inputs, asked.result.shape
    if asked.operator.weighted:
        by, at = asked.columns[0]
        pulled = f"torch.func.vjp(f, {asked.given})[1]({_weights(asked)}.reshape({tuple(shape)}))"
        return [*asked.function, f"g = {pulled}[{names.index(by)}]", f"print(g{_element(inputs[by], at)}.item())"]
    scalar = asked.result.numel() == 1 and not asked.result.dim()
    place, name, lines = asked.row, "f", asked.function
    for number, (by, at) in enumerate(asked.columns):
        numbers = inputs[by].dim()
        forward = "grad" if asked.operator.one_input and not numbers else "jacfwd"
        transform = forward if number else "grad" if scalar else "jacrev"
        which = f", argnums={names.index(by)}" if len(names) > 1 else ""
        lines.append(f"d{number + 1} = torch.func.{transform}({name}{which})")
        name, place = f"d{number + 1}", place * inputs[by].numel() + at
    flat = asked.result.dim() or any(inputs[by].dim() for by, _ in asked.columns)
    return [*lines, f"print({name}({asked.given}){f'.reshape(-1)[{place}]' if flat else ''}.item())"]


_WRITERS: dict[str, Callable[[_Asked], list[str]]] = {
    "reverse": _reverse,
    "forward": _forward,
    "func": _transformed,
}


def _only(inputs: Mapping[str, Tensor], wrt: tuple[str, ...]) -> dict[str, Tensor]:
    return {key: inputs[key] for key in wrt}


def _unit(x: Tensor, at: int) -> Tensor:
    """A one at an element, zero elsewhere, in the shape of a tensor."""
    unit = torch.zeros(x.numel(), dtype=x.dtype, device=x.device)
    unit[at] = 1
    return unit.reshape(x.shape)


def _element(x: Tensor, at: int) -> str:
    return f".reshape(-1)[{at}]" if x.dim() else ""


def _input(sizes: Mapping[str, int], place: int) -> tuple[str, int]:
    """The input that a column belongs to, and the number of its element."""
    for name, size in sizes.items():
        if place < size:
            return name, place
        place -= size
    raise IndexError(place)
