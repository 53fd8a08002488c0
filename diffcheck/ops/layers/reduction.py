"""How losses come together, as they are, as their sum or as their mean, and how torch's own ones are called."""

from typing import Any

from diffcheck.errors import CaseError
from diffcheck.ops.arguments import as_tensors, beside
from diffcheck.ops.table import Function

# Options of torch's losses that are tensors.
_WEIGHTS = ("weight", "pos_weight", "linear_bias")


def reduced(name: str, each: Any, reduction: str, count: Any = None) -> Any:
    """Losses as they are, their sum, or that over their number, or over another one."""
    if reduction == "none":
        return each
    if reduction == "sum":
        return each.sum()
    if reduction != "mean":
        raise CaseError(f"{name}: unknown reduction {reduction!r}: choose from mean, sum, none")
    return each.sum() / (each.size if count is None else count)


def weighted(name: str, each: Any, weight: Any, reduction: str) -> Any:
    """Losses times a weight for each, whose mean is over the sum of the weights."""
    if weight is None:
        return reduced(name, each, reduction)
    found = for_each(name, each, weight)
    return reduced(name, each * found, reduction, found.sum())


def for_each(name: str, each: Any, weight: Any) -> Any:
    """A weight for each loss."""
    found = beside(each, weight)
    if found.shape != each.shape:
        raise CaseError(f"{name}: weight has shape {tuple(found.shape)}, the losses {tuple(each.shape)}")
    return found


def of_torch(name: str, tensors: int, *others: str) -> Function:
    """Torch's loss of this name.

    Parameters
    ----------
    tensors:
        How many of its arguments, the first ones, are tensors.
    others:
        The names of those that may follow without one.
    """

    def side(torch: Any, *arguments: Any, **options: Any) -> Any:
        given = as_tensors(torch, arguments[:tensors])
        options = weights(torch, given[0], options) | dict(zip(others, arguments[tensors:], strict=False))
        return getattr(torch.nn.functional, name)(*given, **options)

    return side


def weights(torch: Any, like: Any, options: dict[str, Any]) -> dict[str, Any]:
    """Options, those that are weights as tensors that compute with another one."""
    given = {name: options[name] for name in _WEIGHTS if options.get(name) is not None}
    return options | {name: torch.as_tensor(w, dtype=like.dtype, device=like.device) for name, w in given.items()}


def labels_of_torch(name: str, *others: str) -> Function:
    """Torch's loss of this name, whose second argument are labels, or probabilities."""

    def side(torch: Any, x: Any, target: Any, *arguments: Any, **options: Any) -> Any:
        if len(arguments) > len(others):
            raise TypeError(f"{name}: {', '.join(others) or 'nothing'} may stand without a name behind the labels")
        options = weights(torch, x, options) | dict(zip(others, arguments, strict=False))
        return getattr(torch.nn.functional, name)(x, target_of_torch(torch, x, target), **options)

    return side


def target_of_torch(torch: Any, x: Any, target: Any) -> Any:
    """Whole numbers as labels, all others as what computes with x."""
    given = torch.as_tensor(target, device=x.device)
    return given.to(x.dtype if given.is_floating_point() else torch.int64)
