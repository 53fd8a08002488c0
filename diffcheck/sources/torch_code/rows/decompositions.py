"""Operations by others: torch's own decompositions, somebody's own code of an operation of his, results and a copy."""

from collections.abc import Callable
from typing import Any

import torch
from torch._library.custom_ops import OPDEFS

# What may be done in the place of operations that have no row.
_INSTEAD = {
    "_to_sparse": " for sparse tensors: keep it dense",
    "nonzero": " for shapes that values decide: index with the condition itself, x[x > 0]",
}

# What Python writes with a sign and `=`, by the operation that gives a new tensor.
_IN_PLACE = {"__iand__": "bitwise_and", "__ior__": "bitwise_or", "__ixor__": "bitwise_xor"}


def _are_close(x: Any, y: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> bool:
    return bool(((x - y).abs() <= atol + rtol * y.abs()).all())


# What answers with yes or no: the same, by a condition that Python branches on.
_ANSWERS: dict[str, Callable[..., bool]] = {
    "equal": lambda x, y: x.shape == y.shape and bool((x == y).all()),
    "allclose": _are_close,
}


def no_row(name: str, of_complex: bool) -> str:
    """That an operation has none, and what may be done instead."""
    return "no row" + " for complex numbers" * of_complex + _INSTEAD.get(name, "")


def into(name: str, args: Any, kwargs: Any) -> Any:
    """What writes its result into a tensor that was given: the result, and a copy."""
    given = {key: value for key, value in kwargs.items() if key != "out"}
    return kwargs["out"].copy_(getattr(torch.ops.aten, name)(*args, **given))


def decomposed(func: Any, name: str, args: Any, kwargs: Any) -> Any:
    """What others give; of an operation in place the one that is not, and a copy. `NotImplemented` where none does."""
    if name in _IN_PLACE:
        return args[0].copy_(getattr(torch.ops.aten, _IN_PLACE[name])(*args, **kwargs))
    if name in _ANSWERS:
        return _ANSWERS[name](*args, **kwargs)
    if func._schema.is_mutable and name.endswith("_"):
        packet = getattr(torch.ops.aten, name.removesuffix("_"), None)
        plain = getattr(packet, func._overloadname, None)
        if plain is not None:
            return args[0].copy_(plain(*args, **kwargs))
    own = OPDEFS.get(func._schema.name)
    # Torch's own are made of what they are the parts of.
    if own is not None and func.namespace != "prims":
        return own._init_fn(*args, **kwargs)
    if func._schema.is_mutable:
        return NotImplemented
    decomposition = torch._decomp.decomposition_table.get(func)
    found = NotImplemented if decomposition is None else decomposition(*args, **kwargs)
    return func.decompose(*args, **kwargs) if found is NotImplemented else found
