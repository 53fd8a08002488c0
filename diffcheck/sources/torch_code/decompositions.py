"""Operations by others: torch's own decompositions, somebody's own code of an operation of his, results and a copy."""

from typing import Any

import torch
from torch._library.custom_ops import OPDEFS


def into(name: str, args: Any, kwargs: Any) -> Any:
    """What writes its result into a tensor that was given: the result, and a copy."""
    given = {key: value for key, value in kwargs.items() if key != "out"}
    return kwargs["out"].copy_(getattr(torch.ops.aten, name)(*args, **given))


def decomposed(func: Any, name: str, args: Any, kwargs: Any) -> Any:
    """What others give; of an operation in place the one that is not, and a copy. `NotImplemented` where none does."""
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
