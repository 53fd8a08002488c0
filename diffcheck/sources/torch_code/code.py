"""Torch code as a function of tensors by position: the same draws, buffers and settings at every call."""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import torch

from diffcheck.errors import CaseError
from diffcheck.ops.arguments import default_dtype
from diffcheck.program.sourced import Sourced
from diffcheck.sources.torch_code.draws import draws
from diffcheck.sources.torch_code.modules import as_real, called, joined, module_of, placed
from diffcheck.sources.torch_code.numbers import Numbers
from diffcheck.sources.torch_code.recorder import Recorder

Tensor = torch.Tensor
# What is drawn at random is drawn alike at every call.
_SEED = 0


class TorchCode:
    """A function or module as a function of its inputs.

    Parameters
    ----------
    code:
        The function, or the module: its parameters are inputs, its buffers are copied for every call.
    arguments:
        All arguments by name, in their order; inputs among them stand for their places only.
    inputs:
        The names of the inputs: the module's parameters, and arguments.
    """

    def __init__(
        self, code: Callable[..., Any], arguments: Mapping[str, Any], inputs: Sequence[str], by_position: int = 0
    ) -> None:
        self.code = code
        self._arguments = dict(arguments)
        self._inputs = tuple(inputs)
        self._by_position = by_position
        self.__name__ = getattr(code, "__name__", type(code).__name__)

    def __call__(self, *values: Tensor) -> Tensor:
        """The result; several, one behind the other."""
        results = self.results(*values)
        return results[0] if len(results) == 1 else torch.cat([r.reshape(-1) for r in results])

    def results(self, *values: Tensor) -> list[Tensor]:
        """All results that are numbers with a fraction, complex ones by their parts."""
        like = values[0]
        given = dict(zip(self._inputs, values, strict=True))
        arguments = {
            name: joined(given[name], v) if name in given else placed(v, like) for name, v in self._arguments.items()
        }
        first = list(arguments.values())[: self._by_position]
        named = {name: v for k, (name, v) in enumerate(arguments.items()) if k >= self._by_position}
        with _as_always(like):
            if module_of(self.code) is not None:
                found = called(self.code, given, first, named, like)
            else:
                found = self.code(*first, **named)
        results = [as_real(r) for r in _tensors(found) if r.is_floating_point() or r.is_complex()]
        if not results:
            raise CaseError(f"{self.__name__} returns no tensor of numbers with a fraction")
        return results

    def spelled(self, written: Callable[[Any], str]) -> Iterator[str]:
        """The arguments as they stand in a call; each input by its name, anything else as it is written."""
        for k, (name, value) in enumerate(self._arguments.items()):
            text = name if name in self._inputs else written(value)
            yield text if k < self._by_position else f"{name}={text}"

    def recorded(self, derive: Callable[..., Tensor], inputs: Sequence[Tensor], spared: str = "") -> Sourced:
        """The operations that torch carries out for a derivative of this code, at one point, in double precision.

        Parameters
        ----------
        derive:
            Gives the derivative, by backward passes through this code, from inputs in the order of the code's.
        spared:
            The function, of `own_backwards`, whose backward has torch's own derivative of its forward in its place.

        Raises
        ------
        Unsupported
            If an operation, in the code or its backward, cannot be recorded.
        """
        instead = derived_by_torch(self.own_backwards(inputs)[spared]) if spared else nullcontext()
        recorder = Recorder(here=True)
        for tensor in inputs:
            recorder.input(tensor)
        # Torch's backward passes make constants of the default dtype, which are those of the inputs here as well.
        with instead, default_dtype(torch, inputs[0].dtype), recorder, Numbers(recorder.follows):
            found = derive(*inputs)
        return recorder.sourced(found)

    def own_backwards(self, inputs: Sequence[Tensor]) -> dict[str, Any]:
        """The functions whose backward, which is not torch's own, takes part in the derivative at these inputs.

        They are named by themselves and the place of their backward.
        """
        results = self.results(*(x.detach().clone().requires_grad_() for x in inputs))
        pending = [r.grad_fn for r in results]
        seen = set()
        found: dict[str, Any] = {}
        while pending:
            node = pending.pop()
            if node is None or node in seen:
                continue
            seen.add(node)
            if isinstance(node, torch.autograd.function.BackwardCFunction) and _is_own(type(node)):
                function = type(node)._forward_cls
                found[f"{function.__name__}{_location(function.backward)}"] = function
            pending += [following for following, _ in node.next_functions]
        return found


def _is_own(node: Any) -> bool:
    """Whether a class of backward passes is somebody's own, or what `torch.library` makes of somebody's own."""
    generated = str(node.__name__).startswith("GeneratedBackward")
    return generated or not node._forward_cls.__module__.startswith("torch.")


def _location(function: Any) -> str:
    code = getattr(function, "__code__", None)
    return "" if code is None else f" at {Path(code.co_filename).name}:{code.co_firstlineno}"


@contextmanager
def derived_by_torch(function: Any) -> Iterator[None]:
    """Inside, the backward of a `torch.autograd.Function` is what torch makes of its forward, run once more."""
    forward, setup = function.forward, function.setup_context
    has_context = setup is torch.autograd.Function.setup_context
    own = {name: vars(function)[name] for name in ("forward", "setup_context", "backward") if name in vars(function)}

    def kept(ctx: Any, *given: Any) -> Any:
        ctx.diffcheck_given = given
        return forward(ctx, *given)

    def set_up(ctx: Any, given: Any, output: Any) -> None:
        ctx.diffcheck_given = given
        setup(ctx, given, output)

    def derived(ctx: Any, *incoming: Any) -> tuple[Any, ...]:
        with torch.enable_grad():
            given = [_leaf(x) for x in ctx.diffcheck_given]
            found = forward(_NoContext(len(given)), *given) if has_context else forward(*given)
        outputs = found if isinstance(found, tuple) else (found,)
        moved = [(y, g) for y, g in zip(outputs, incoming, strict=True) if g is not None and y.requires_grad]
        leaves = [x for x in given if isinstance(x, Tensor) and x.requires_grad]
        values, gradients = zip(*moved, strict=True)
        slopes = iter(torch.autograd.grad(values, leaves, gradients, allow_unused=True))
        return tuple(next(slopes) if isinstance(x, Tensor) and x.requires_grad else None for x in given)

    try:
        function.backward = staticmethod(derived)
        if has_context:
            function.forward = staticmethod(kept)
        else:
            function.setup_context = staticmethod(set_up)
        yield
    finally:
        for name in ("forward", "setup_context", "backward"):
            if name in own:
                setattr(function, name, own[name])
            elif name in vars(function):
                delattr(function, name)


def _leaf(x: Any) -> Any:
    return x.detach().requires_grad_(x.is_floating_point()) if isinstance(x, Tensor) else x


class _NoContext:
    """What a forward notes for a backward that is not asked."""

    def __init__(self, inputs: int) -> None:
        self.needs_input_grad = (True,) * inputs

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_: None


@contextmanager
def _as_always(like: Tensor) -> Iterator[None]:
    """Random numbers begin anew, all on the processor, and what names no dtype has that of the inputs."""
    state = torch.get_rng_state()
    as_recorded = like.dtype is torch.float64 and like.device.type == "cpu"
    alike: AbstractContextManager[Any] = nullcontext() if as_recorded else draws()
    torch.default_generator.manual_seed(_SEED)
    try:
        with default_dtype(torch, like.dtype), alike:
            yield
    finally:
        torch.set_rng_state(state)


def _tensors(found: Any) -> Iterator[Tensor]:
    if isinstance(found, Tensor):
        yield found
    elif isinstance(found, Mapping):
        for value in found.values():
            yield from _tensors(value)
    elif isinstance(found, (list, tuple)):
        for value in found:
            yield from _tensors(value)


def written(code: Callable[..., Any]) -> Any:
    """What somebody wrote of a function: the ``forward`` of a module, and that behind the ``apply`` of a Function."""
    owner = function_of(code)
    return code.forward if isinstance(code, torch.nn.Module) else code if owner is None else owner.forward


def function_of(code: Any) -> Any:
    """The `torch.autograd.Function` whose ``apply`` it is; ``None`` of other code."""
    owner = getattr(code, "__self__", None)
    return owner if isinstance(owner, type) and issubclass(owner, torch.autograd.Function) else None


def applied(code: Any) -> Any:
    """The ``apply`` of a `torch.autograd.Function` that is given as a class; other code as it is."""
    return code.apply if isinstance(code, type) and issubclass(code, torch.autograd.Function) else code


def argument_names(code: Callable[..., Any], positional: int) -> list[str]:
    """The names of a function's arguments; those of arguments by position only are made up."""
    plain = [p.name for p in parameters_of(code) if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return [*plain[:positional], *(f"x{k}" for k in range(len(plain), positional))]


def names_none(code: Callable[..., Any]) -> bool:
    """Whether a function takes its arguments by position, as many as there are, and knows no names."""
    return [p.kind for p in parameters_of(code)] == [inspect.Parameter.VAR_POSITIONAL]


def parameters_of(code: Callable[..., Any]) -> list[inspect.Parameter]:
    """What a function says of its parameters: nothing if it is one of C."""
    try:
        found = list(inspect.signature(written(code)).parameters.values())
    except (TypeError, ValueError):
        return []
    owner = function_of(code)
    # Without a `setup_context` the first one is the context.
    has_context = owner is not None and owner.setup_context is torch.autograd.Function.setup_context
    return found[1:] if has_context else found
