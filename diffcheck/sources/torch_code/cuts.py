"""Where code keeps its gradient from torch: `detach`, `no_grad`, and what else takes a value for a constant.

They change no value, so the recording goes through them, and its derivative is that of the function. Torch's gradient
is another one there: on purpose, as in a straight-through estimator, or by mistake.
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from diffcheck.errors import DiffcheckError
from diffcheck.program.traced import Traced
from diffcheck.sources.torch_code.storages import Storages, tensors

Tensor = torch.Tensor
_OURS = Path(__file__).parents[2]
_TORCH = Path(torch.__file__).parent
_FUNCTION = str(_TORCH / "autograd" / "function.py")
_NUMBERS = str(Path(__file__).with_name("numbers.py"))


class Cuts(TorchDispatchMode):
    """While it is entered, it notes operations on tensors that depend on an input and have lost their gradient."""

    def __init__(self, storages: Storages) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._storages = storages
        # By their numbers, which no others get while they are kept. What has a gradient is known once it is used.
        self._lost: dict[int, tuple[Tensor, str]] = {}
        self._used: dict[int, str] = {}

    def reaching(self, nodes: Iterable[int], results: Iterable[Tensor]) -> list[str]:
        """What took the gradient of values that the results are made of, each with its place; these are their nodes."""
        live = set(nodes)
        return list(
            dict.fromkeys(
                [*filter(None, map(self._why, results)), *(why for number, why in self._used.items() if number in live)]
            )
        )

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        found = func(*args, **(kwargs or {}))
        given = [t for t in tensors((args, kwargs or {})) if t.is_floating_point() and self._storages.memory(t)]
        if given and not _inside_a_function():
            self._note(func._schema.name == "aten::detach", given, list(tensors(found)))
        return found

    def _why(self, tensor: Tensor) -> str:
        """What took a tensor's gradient; empty if nothing did."""
        return "" if tensor.requires_grad or id(tensor) not in self._lost else self._lost[id(tensor)][1]

    def _note(self, detaches: bool, given: list[Tensor], outputs: list[Tensor]) -> None:
        why = next(filter(None, map(self._why, given)), "")
        if not why and detaches:
            what = ".item()" if _is_running(_NUMBERS, "of") else "detach"
            why = f"{what} at {_place()}"
        if not why and not torch.is_grad_enabled():
            why = f"no_grad at {_place()}"
        if not why and not all(t.requires_grad for t in given):
            why = f"something before {_place()}"
        for output in outputs if why else ():
            self._lost[id(output)] = output, why
            number = None if detaches else self._node(output)
            if number is not None:
                self._used[number] = why

    def _node(self, tensor: Tensor) -> int | None:
        """The node that says what a tensor holds; ``None`` where none does."""
        try:
            value = self._storages.value(tensor)
        except DiffcheckError:
            return None
        return value.node if isinstance(value, Traced) else None


def _inside_a_function() -> bool:
    """Whether the ``forward`` of a `torch.autograd.Function` is at work, whose backward is its own affair."""
    return _is_running(_FUNCTION, "apply")


def _is_running(file: str, function: str) -> bool:
    """Whether a function of a file is at work."""
    frame: Any = sys._getframe()
    while frame is not None:
        if frame.f_code.co_filename == file and frame.f_code.co_name == function:
            return True
        frame = frame.f_back
    return False


def _place() -> str:
    """The innermost line of the user's code."""
    frame: Any = sys._getframe()
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if path.suffix == ".py" and _OURS not in path.parents and _TORCH not in path.parents:
            return f"{path.name}:{frame.f_lineno}"
        frame = frame.f_back
    return "an unknown place"
