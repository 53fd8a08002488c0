"""The reports of gathers, embeddings and pools."""

import torch

from diffcheck import integers, tensor
from kernels import gathers
from kernels.contexts import at, sliced, transposed
from kernels.report import Report, numbers

_TABLE = numbers(5, 3)
_IDS = {"table": tensor("rows width"), "ids": integers("tokens", below="rows")}
_ROWS = {"x": tensor("batch length"), "relations": ("3 <= length",)}
_PEAK = torch.tensor([[0.0, 1.0, 5.0, 2.0, 3.0]], dtype=torch.float64)
_DILATED = (numbers(2, 6), numbers(3))

REPORTS = [
    Report(
        name="embedding, repeated",
        source="tenstorrent/tt-metal#6232",
        told="keeps the last of several gradients of a row",
        condition="a row is taken more than once",
        plain=gathers.plain_embedding,
        right=gathers.RightEmbedding.apply,
        wrong=gathers.WrongEmbeddingOfLast.apply,
        unit=(_TABLE, torch.tensor([2, 4, 1])),
        shown=at(_TABLE, torch.tensor([2, 4, 2])),
        declared=_IDS,
    ),
    Report(
        name="embedding, padding",
        source="pytorch/pytorch#27731",
        told="gives the row of the padding a gradient",
        condition="there is padding",
        plain=gathers.plain_embedding,
        right=gathers.RightEmbedding.apply,
        wrong=gathers.WrongEmbeddingOfPadding.apply,
        unit=(_TABLE, torch.tensor([2, 4, 1])),
        shown=at(_TABLE, torch.tensor([2, 0, 1])),
        declared=_IDS,
    ),
    Report(
        name="gather, repeated",
        source="pytorch/pytorch#1631",
        told="keeps one of several gradients of an element",
        condition="an element is taken more than once",
        plain=gathers.plain_gather,
        right=gathers.RightGather.apply,
        wrong=gathers.WrongGather.apply,
        unit=(numbers(2, 4), torch.tensor([[0, 2, 1], [3, 0, 2]])),
        shown=at(numbers(2, 4), torch.tensor([[0, 2, 0], [3, 3, 3]])),
        declared={"x": tensor("batch length"), "index": integers("batch taken", below="length")},
    ),
    Report(
        name="max pool, overlapping",
        source="FluxML/NNlib.jl#205",
        told="keeps one of several gradients of an element",
        condition="an element is the largest of two windows",
        plain=gathers.plain_pool,
        right=gathers.RightPool.apply,
        wrong=gathers.WrongPoolOfLast.apply,
        unit=(torch.tensor([[0.0, 3.0, 1.0, 5.0, 2.0]], dtype=torch.float64),),
        shown=at(_PEAK),
        declared=_ROWS,
    ),
    Report(
        name="max pool of addresses",
        source="open-mmlab/mmcv#737",
        told="reads the incoming gradient as if its elements lay side by side",
        condition="the incoming gradient is not contiguous",
        plain=gathers.plain_pool,
        right=gathers.RightPool.apply,
        wrong=gathers.WrongPoolOfAddresses.apply,
        unit=(numbers(3, 7),),
        shown=at(numbers(3, 7), incoming=transposed),
        declared=_ROWS,
    ),
    Report(
        name="mean of addresses",
        source="torch/nn#345",
        told="reads the incoming gradient as if its elements lay side by side",
        condition="the incoming gradient is not contiguous",
        plain=gathers.plain_mean,
        right=gathers.RightMean.apply,
        wrong=gathers.WrongMean.apply,
        unit=(numbers(3, 2, 4),),
        shown=at(numbers(3, 2, 4), incoming=sliced),
        declared={"x": tensor("batch rows length"), "relations": ("1 <= length",)},
    ),
    Report(
        name="every fourth element",
        source="ml-explore/mlx#4444",
        told="forgets the stride, and gives the whole span a gradient",
        condition="one element is taken out of a span of more",
        plain=gathers.plain_every_fourth,
        right=gathers.RightEveryFourth.apply,
        wrong=gathers.WrongEveryFourth.apply,
        unit=(numbers(2, 10),),
        shown=at(numbers(2, 3)),
        declared={"x": tensor("batch length")},
    ),
    Report(
        name="dilated convolution",
        source="jmschrei/cherimoya#25",
        told="loads, adds and stores in all lanes at once, so that the last store stays",
        condition="the row is longer than the dilation",
        plain=gathers.plain_dilated,
        right=gathers.RightDilated.apply,
        wrong=gathers.WrongDilated.apply,
        unit=_DILATED,
        shown=at(*_DILATED),
        declared={"x": tensor("channels length"), "weight": tensor("taps"), "sizes": {"taps": 3}},
    ),
]
