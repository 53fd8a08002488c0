"""Rows of torch's own backward operations that it has no decomposition of: the transpose of what the forward row does.

Those that it decomposes, and they are most, need none.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from diffcheck import ops
from diffcheck.program.chain import backward
from diffcheck.program.graph import Graph, GraphBuilder
from diffcheck.program.replay import replayed
from diffcheck.program.traced import Traced
from diffcheck.sources.torch_code.rows.neural import attention, convolution, multilabel_margin_loss
from diffcheck.sources.torch_code.rows.pooling import avg_pool
from diffcheck.sources.torch_code.rows.reductions import distances, distances_of_pairs
from diffcheck.sources.torch_code.rows.registry import backward_row, lifted, refuse, total


def pulled_back(forward: Callable[..., Traced], incoming: Any, *at: Any) -> list[Traced]:
    """What an incoming gradient of a row's value gives for each of its arguments, at these."""
    incoming, *arguments = lifted(incoming, *at)
    local = GraphBuilder()
    places = np.cumsum([0, *(x.size for x in arguments)]).tolist()
    inputs = [Traced(local, local.input(k, x.shape)) for k, x in zip(places, arguments, strict=False)]
    value = forward(*inputs)
    whole = places[-1] + incoming.size
    graph = Graph(tuple(local.nodes), whole, value.node, tuple(range(len(local.nodes))))
    seed = local.input(places[-1], incoming.shape)
    adjoints = backward(local, graph, seed, ())
    return [replayed(local.graph(whole, adjoints[x.node]), [*arguments, incoming]) for x in inputs]


@backward_row("convolution_backward")
def _convolution_backward(
    incoming: Any,
    x: Any,
    w: Any,
    biases: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    transposed: bool,
    more: Any,
    groups: int,
    wanted: Sequence[bool],
) -> Any:
    """Only what is wanted is given."""

    def forward(x: Any, w: Any) -> Any:
        return convolution(x, w, None, stride, padding, dilation, transposed, more, groups)

    bias = total(lifted(incoming, x, w)[0], [a for a in range(len(incoming.shape)) if a != 1])
    found = [*pulled_back(forward, *lifted(incoming, x, w)), bias]
    return tuple(g for g, asked in zip(found, wanted, strict=True) if asked)


@backward_row("avg_pool2d_backward")
def _avg_pool2d_backward(incoming: Any, x: Any, *options: Any) -> Any:
    return pulled_back(lambda x: avg_pool(2, x, *options), *lifted(incoming, x))[0]


@backward_row("avg_pool3d_backward")
def _avg_pool3d_backward(incoming: Any, x: Any, *options: Any) -> Any:
    return pulled_back(lambda x: avg_pool(3, x, *options), *lifted(incoming, x))[0]


@backward_row("max_pool3d_with_indices_backward")
def _max_pool3d_backward(
    incoming: Any, x: Any, kernel: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool, places: Any
) -> Any:
    if not isinstance(places, np.ndarray):
        return refuse("where elements go depends on an input")
    incoming, x = lifted(incoming, x)
    volume = int(np.prod(x.shape[-3:]))
    before = np.arange(int(np.prod(x.shape[:-3]))).reshape((*x.shape[:-3], 1, 1, 1))
    return incoming.scattered(places + before * volume, x.shape)


@backward_row("_cdist_backward")
def _distances_backward(incoming: Any, x: Any, y: Any, p: float, found: Any) -> Any:
    """By the first argument."""
    return pulled_back(lambda x, y: distances(x, y, p), *lifted(incoming, x, y))[0]


@backward_row("_pdist_backward")
def _distances_of_pairs_backward(incoming: Any, x: Any, p: float, found: Any) -> Any:
    return pulled_back(lambda x: distances_of_pairs(x, p), *lifted(incoming, x))[0]


@backward_row("_weight_norm_interface_backward")
def _weight_norm_backward(incoming: Any, v: Any, g: Any, norms: Any, dim: int) -> Any:
    """Of a direction times a length, for each element along an axis."""

    def forward(v: Any, g: Any) -> Any:
        beside = [a for a in range(v.ndim) if a != dim % v.ndim]
        return v * (g / ops.sqrt(total(v * v, beside, keepdim=True)))

    return tuple(pulled_back(forward, *lifted(incoming, v, g)))


@backward_row("multilabel_margin_loss_backward")
def _multilabel_margin_loss_backward(incoming: Any, x: Any, target: Any, reduction: int, marks: Any) -> Any:
    return pulled_back(lambda x: multilabel_margin_loss(x, target, reduction)[0], *lifted(incoming, x))[0]


@backward_row("_scaled_dot_product_flash_attention_for_cpu_backward")
def _attention_backward(
    incoming: Any,
    q: Any,
    k: Any,
    v: Any,
    out: Any,
    logs: Any,
    dropout: float,
    causal: bool,
    attn_mask: Any = None,
    scale: Any = None,
) -> Any:
    def forward(q: Any, k: Any, v: Any) -> Any:
        return attention(q, k, v, dropout, causal, attn_mask, scale)[0]

    return tuple(pulled_back(forward, *lifted(incoming, q, k, v)))
