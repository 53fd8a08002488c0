"""The reports of layer norms, group norms and batch norms."""

from typing import Any

import torch

from diffcheck import tensor
from kernels import layer_norms as norms
from kernels.contexts import at, expanded
from kernels.report import Report, numbers

_LAYER = (numbers(4, 6), numbers(6), numbers(6))
_ROWS = {"x": tensor("batch tokens width"), "weight": tensor("width"), "bias": tensor("width")}
_GROUPS = {
    "x": tensor("batch channels length"),
    "weight": tensor("channels"),
    "relations": ("channels is even",),
}
_COLUMNS = {"x": tensor("rows channels"), "weight": tensor("channels"), "bias": tensor("channels")}
_ACTIVATED = (numbers(5, 3), numbers(3), numbers(3))
_ONE_OF_ZERO = (numbers(5, 3), torch.tensor([1.0, 0.0, -2.0], dtype=torch.float64), numbers(3))


def _layer(name: str, source: str, told: str, condition: str, wrong: Any, shown: Any, **others: Any) -> Report:
    return Report(
        name=name,
        source=source,
        told=told,
        condition=condition,
        plain=norms.plain_layer_norm,
        right=norms.RightLayerNorm.apply,
        wrong=wrong.apply,
        unit=_LAYER,
        shown=shown,
        declared=_ROWS,
        **others,
    )


REPORTS = [
    _layer(
        "layer norm, mean twice",
        "tenstorrent/tt-metal#53204, first",
        "takes the mean off twice",
        "the incoming gradient times the weight has a mean",
        norms.WrongLayerNormTwice,
        at(*_LAYER),
    ),
    _layer(
        "layer norm, last block",
        "tenstorrent/tt-metal#53204, second",
        "keeps the last block of a sum over the row",
        "a row is longer than a block, of 32 here",
        norms.WrongLayerNormOfBlock,
        at(numbers(3, 40), numbers(40), numbers(40)),
    ),
    _layer(
        "layer norm of a matrix",
        "flagos-ai/FlagGems#5392",
        "takes the input for a matrix with the rows of its first axis",
        "the input has three axes or more, and the second more than one element",
        norms.WrongLayerNormOfMatrix,
        at(numbers(2, 3, 4), numbers(4), numbers(4)),
    ),
    _layer(
        "layer norm of atoms",
        "karpathy/llm.c#476",
        "adds row by row to the gradients of weight and bias in the precision of the input",
        "bfloat16 and float16, the more the more rows",
        norms.WrongLayerNormOfAtoms,
        at(
            numbers(512, 4),
            numbers(4),
            numbers(4),
        ),
        precision=torch.bfloat16,
        tolerance=0.01,
    ),
    Report(
        name="group norm of groups",
        source="tenstorrent/tt-metal#56202",
        told="standardises channel c by group c modulo their number, in the gradient of the weight",
        condition="there are more groups than one, of more channels than one",
        plain=norms.plain_group_norm,
        right=norms.RightGroupNorm.apply,
        wrong=norms.WrongGroupNormOfGroups.apply,
        unit=(numbers(2, 4, 3), numbers(4)),
        shown=at(numbers(2, 4, 3), numbers(4)),
        declared=_GROUPS,
    ),
    Report(
        name="group norm of lanes",
        source="flagos-ai/FlagGems#4985",
        told="counts channels of the next group in the statistics",
        condition="the number of channels of a group is no power of two; the value is wrong as well",
        plain=norms.plain_group_norm,
        right=norms.RightGroupNorm.apply,
        wrong=norms.WrongGroupNormOfLanes.apply,
        unit=(numbers(2, 8, 3), numbers(8)),
        shown=at(numbers(2, 6, 3), numbers(6)),
        declared=_GROUPS,
    ),
    Report(
        name="activated batch norm in place",
        source="mapillary/inplace_abn#155",
        told="multiplies slopes into the memory of the incoming gradient",
        condition="the incoming gradient is expanded, as `sum` makes it, or used by others",
        plain=norms.plain_activated_norm,
        right=norms.RightActivatedNorm.apply,
        wrong=norms.WrongActivatedNormInPlace.apply,
        unit=_ACTIVATED,
        shown=at(*_ACTIVATED, incoming=expanded),
        declared=_COLUMNS,
    ),
    Report(
        name="activated batch norm, inverted",
        source="mapillary/inplace_abn#4",
        told="divides by the weight to find the standardised input again",
        condition="a weight is zero",
        plain=norms.plain_activated_norm,
        right=norms.RightActivatedNorm.apply,
        wrong=norms.WrongActivatedNormInverted.apply,
        unit=_ACTIVATED,
        shown=at(*_ONE_OF_ZERO),
        declared=_COLUMNS,
    ),
]
