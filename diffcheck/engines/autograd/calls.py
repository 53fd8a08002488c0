"""The calls of torch that a function makes, as lines of Python without anything of ours."""

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch.overrides import TorchFunctionMode, resolve_name

from diffcheck.errors import Unsupported

Tensor = torch.Tensor
# More numbers than this are not written down.
_LITERAL = 48
_INFIX = {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "div": "/",
    "truediv": "/",
    "pow": "**",
    "matmul": "@",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
}


class Calls(TorchFunctionMode):
    """Notes the calls that are made inside, each with its result.

    Parameters
    ----------
    named:
        Names of the tensors that are there before.
    """

    def __init__(self, named: Mapping[str, Tensor]) -> None:
        super().__init__()
        self._names = {id(tensor): name for name, tensor in named.items()}
        # Whoever is let go gives his number to another.
        self._kept: list[Any] = list(named.values())
        self._lines: list[tuple[str, str, set[str]]] = []
        self._untracked: dict[str, Tensor] = {}

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """The call as it is, noted if it gives a tensor, or several."""
        kwargs = kwargs or {}
        used: set[str] = set()
        try:
            text = self._called(function, args, kwargs, used)
        except Unsupported:
            text = ""
        result = function(*args, **kwargs)
        parts = list(result) if isinstance(result, (tuple, list)) else [result]
        if text and all(isinstance(part, Tensor) for part in parts):
            names = [f"t{len(self._lines) + k + 1}" for k in range(len(parts))]
            self._kept += parts
            self._names |= {id(part): name for part, name in zip(parts, names, strict=True)}
            self._untracked |= {n: part for part, n in zip(parts, names, strict=True) if not part.requires_grad}
            target = ", ".join(names) + "," * isinstance(result, (tuple, list))
            self._lines.append((target, text, used))
            self._lines += [("", "", set())] * (len(parts) - 1)
        return result

    def leading_to(self, result: Tensor) -> tuple[list[str], str]:
        """The lines that make a result, without those that it does not need, and its name.

        Raises
        ------
        Unsupported
            If it is made by something else than calls of torch, or with a backward of its own.
        """
        needed = {self._name(result, set())}
        lines = []
        for target, text, used in reversed(self._lines):
            if target and needed & {name.strip() for name in target.split(",")}:
                needed |= used
                lines.append(f"{target} = {text}")
        # What a `torch.autograd.Function` computes inside, untracked, is tracked when it comes out.
        if any(tensor.requires_grad for name, tensor in self._untracked.items() if name in needed):
            raise Unsupported("a backward of its own")
        return lines[::-1], self._names[id(result)]

    def _called(self, function: Any, args: Iterable[Any], kwargs: Mapping[str, Any], used: set[str]) -> str:
        name = resolve_name(function)
        if name is None:
            raise Unsupported("a function without a name")
        given = list(args)
        owner, _, method = name.rpartition(".")
        if method == "__get__":  # of an attribute
            return f"{self._written(given[0], used)}.{owner.rpartition('.')[2]}"
        if method == "__getitem__":
            return f"{self._written(given[0], used)}[{self._index(given[1], used)}]"
        texts = [self._written(a, used) for a in given]
        options = [f"{key}={self._written(value, used)}" for key, value in kwargs.items()]
        if owner != "torch.Tensor":
            return f"{name}({', '.join([*texts, *options])})"
        # ``add_`` works in place, and is no sum.
        bare = method[2:-2] if method.startswith("__") else method
        sign, backward = _INFIX.get(bare, ""), _INFIX.get(bare.removeprefix("r"), "")
        if (sign or backward) and len(texts) == 2 and not options:
            first, second = (f"({text})" if text.startswith("-") else text for text in texts)
            return f"{first} {sign} {second}" if sign else f"{second} {backward} {first}"
        if method == "neg":
            return f"-{texts[0]}"
        return f"{texts[0]}.{method}({', '.join([*texts[1:], *options])})"

    def _index(self, value: Any, used: set[str]) -> str:
        """What stands between the brackets."""
        if isinstance(value, tuple) and value:
            return ", ".join(self._index(part, used) for part in value) + "," * (len(value) == 1)
        if isinstance(value, slice):
            ends = ["" if end is None else self._written(end, used) for end in (value.start, value.stop)]
            return ":".join(ends if value.step is None else [*ends, self._written(value.step, used)])
        return self._written(value, used)

    def _written(self, value: Any, used: set[str]) -> str:
        if isinstance(value, Tensor):
            return self._name(value, used)
        if isinstance(value, (tuple, list)):
            inside = ", ".join(self._written(part, used) for part in value)
            opening, closing = "[]" if isinstance(value, list) else "()"
            return f"{opening}{inside}{',' * (isinstance(value, tuple) and len(value) == 1)}{closing}"
        return "..." if value is Ellipsis else written(value)

    def _name(self, tensor: Tensor, used: set[str]) -> str:
        """The name of a tensor; of one that is made elsewhere and depends on nothing its numbers."""
        name = self._names.get(id(tensor))
        if name is not None:
            used.add(name)
            return name
        if tensor.requires_grad:
            raise Unsupported("a tensor that something else has made")
        return literal(tensor)


def literal(x: Tensor) -> str:
    """A tensor as Python code.

    Raises
    ------
    Unsupported
        If it has too many numbers.
    """
    if x.numel() > _LITERAL:
        raise Unsupported(f"{x.numel()} numbers")
    device = f", device={x.device.type!r}" if x.device.type != "cpu" else ""
    return f"torch.tensor({_numbers(x.detach().cpu().tolist())}, dtype={x.dtype}{device})"


def _numbers(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_numbers, value))}]"
    return literal_number(value) if isinstance(value, float) else repr(value)


def written(value: Any) -> str:
    """A tensor, a number or a text as Python code.

    Raises
    ------
    Unsupported
        If it has too many numbers, or is of another type.
    """
    if isinstance(value, Tensor):
        return literal(value)
    if isinstance(value, float):
        return literal_number(value)
    if value is None or isinstance(value, (int, str, torch.dtype)):
        return repr(value)
    raise Unsupported(f"an argument of type {type(value).__name__}")


def literal_number(x: float) -> str:
    """A number as Python code, also one that is none."""
    return repr(x) if x - x == 0 else f'float("{x}")'
