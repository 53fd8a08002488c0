"""What a report of a wrong gradient says, rebuilt so that it runs on a processor."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

Tensor = torch.Tensor
Code = Callable[..., Any]
# Called with an operation and a precision: the gradients in the circumstances that were reported.
Context = Callable[[Code, torch.dtype], list[Tensor]]

_DRAWS = torch.Generator().manual_seed(0)


def numbers(*shape: int) -> Tensor:
    """Normal numbers that every precision holds, as doubles; others at each call and the same in each process."""
    return torch.randn(shape, generator=_DRAWS).bfloat16().double()


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """A backward that was shipped, or caught in review, and the corrected one.

    Attributes
    ----------
    name, source:
        What the operation is called here; the repository and the number of the report.
    told, condition:
        What the backward does, and in which contexts that is wrong.
    plain, right, wrong:
        The definition in plain torch; the operation with its backward corrected, and as it was.
    unit:
        The arguments that the author's unit test gives, in double precision.
    shown:
        The reported circumstances.
    declared:
        The arguments by named sizes, as `assert_operation` takes them.
    asked:
        What else `assert_operation` is told, in both ways of asking: a surrogate, a convention at kinks.
    precision, tolerance:
        The precision that was reported, and how far the right version may be off in the reported circumstances,
        relative to the largest gradient; the wrong one is off by more.
    """

    name: str
    source: str
    told: str
    condition: str
    plain: Code
    right: Code
    wrong: Code
    unit: tuple[Any, ...]
    shown: Context
    declared: Mapping[str, Any]
    asked: Mapping[str, Any] = field(default_factory=dict)
    precision: torch.dtype = torch.float64
    tolerance: float = 1e-9
