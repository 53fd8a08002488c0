"""GPT-2 as a book builds it, at the size of a toy: tokens to the loss of the tokens that follow.

It follows Raschka 2024, "Build a Large Language Model (From Scratch)", chapter 4: embeddings of tokens and places, a
block of causal attention with several heads and of a network with GELU, each behind a norm and beside what came in, a
last norm, logits. `n_layers` says how many blocks. All weights are inputs; those of the blocks stand behind each
other on a first axis. `docs/gpt2.md` is the page about it.
"""

import numpy as np

from diffcheck import case, interval
from diffcheck.ops import (
    concatenate,
    cross_entropy,
    dropout,
    embedding,
    gelu_tanh,
    layer_norm,
    matmul,
    softmax,
    transpose,
)

CONFIG = {
    "vocab_size": 3,
    "context_length": 2,
    "emb_dim": 4,
    "n_heads": 2,
    "n_layers": 1,
    "drop_rate": 0.1,
    "qkv_bias": False,
}
WIDTH, LAYERS, CONTEXT = CONFIG["emb_dim"], CONFIG["n_layers"], CONFIG["context_length"]
SHAPES = {
    "tokens": (CONFIG["vocab_size"], WIDTH),
    "places": (CONTEXT, WIDTH),
    "qkv": (LAYERS, 3, WIDTH, WIDTH),
    "out": (LAYERS, WIDTH, WIDTH),
    "out_shift": (LAYERS, WIDTH),
    "scales": (LAYERS, 2, WIDTH),
    "shifts": (LAYERS, 2, WIDTH),
    "up": (LAYERS, 4 * WIDTH, WIDTH),
    "up_shift": (LAYERS, 4 * WIDTH),
    "down": (LAYERS, WIDTH, 4 * WIDTH),
    "down_shift": (LAYERS, WIDTH),
    "last_scale": (WIDTH,),
    "last_shift": (WIDTH,),
    "head": (CONFIG["vocab_size"], WIDTH),
}
# The tokens, those that follow, and where attention may not look.
IDS, FOLLOWING = np.array([2, 0]), np.array([0, 1])
FUTURE = np.triu(np.full((CONTEXT, CONTEXT), -1e9), 1)


def numbers(*shape, step):
    """An array that anyone can write down again, between -1/2 and 1/2."""
    return (step * np.arange(float(np.prod(shape))).reshape(shape) % 13 - 6) / 13


# Norms begin with a scale of one.
START = {name: numbers(*shape, step=5 + k) + ("scale" in name) for k, (name, shape) in enumerate(SHAPES.items())}


def linear(x, weight):
    """X times a weight that has a row for each output, as torch keeps it."""
    return matmul(x, transpose(weight))


def attended(x, qkv, out, shift, drop):
    """Each head looks at what came before: softmax(q k^T / sqrt(d)) v on its part of the width."""
    q, k, v = (linear(x, qkv[i]) for i in range(3))
    each = WIDTH // CONFIG["n_heads"]
    heads = []
    for start in range(0, WIDTH, each):
        part = slice(start, start + each)
        weights = softmax(matmul(q[:, part], transpose(k[:, part])) / each**0.5 + FUTURE, -1)
        heads.append(matmul(drop(weights), v[:, part]))
    return linear(concatenate(heads, 1), out) + shift


def loss(weights, drop):
    """Cross-entropy of the tokens that follow; ``drop`` is what becomes of an array in training."""
    w = weights
    x = drop(embedding(w["tokens"], IDS) + w["places"])
    for k in range(LAYERS):
        (scale, other_scale), (shift, other_shift) = ((w[name][k][0], w[name][k][1]) for name in ("scales", "shifts"))
        x = x + drop(attended(layer_norm(x, scale, shift), w["qkv"][k], w["out"][k], w["out_shift"][k], drop))
        hidden = gelu_tanh(linear(layer_norm(x, other_scale, other_shift), w["up"][k]) + w["up_shift"][k])
        x = x + drop(linear(hidden, w["down"][k]) + w["down_shift"][k])
    logits = linear(layer_norm(x, w["last_scale"], w["last_shift"]), w["head"])
    return cross_entropy(logits, FOLLOWING)


def kept(shape, number):
    """A mask of dropout that anyone can write down again: about one place in nine is left out."""
    places = np.arange(np.prod(shape)).reshape(shape)
    return (7 * places + 2 * number) % 9 > 0


class Dropping:
    """Dropout with given masks, a further one at every call."""

    def __init__(self):
        self.calls = 0

    def __call__(self, x):
        self.calls += 1
        return dropout(x, kept(tuple(x.shape), self.calls), CONFIG["drop_rate"])


INPUTS = {name: interval(-2, 2, shape=shape) for name, shape in SHAPES.items()}
BOOK = {"points": [START], "samples": 0, "operators": ["gradient"], "reference": "Raschka 2024, 4; Radford et al. 2019"}


@case(**INPUTS, **BOOK)
def gpt2(
    tokens, places, qkv, out, out_shift, scales, shifts, up, up_shift, down, down_shift, last_scale, last_shift, head
):
    """GPT-2 with one layer of two heads, a width of four, a vocabulary of three, as it is evaluated."""
    return loss(locals(), lambda x: x)


@case(**INPUTS, **BOOK, wrt=["tokens", "qkv", "out", "head"])
def gpt2_in_training(
    tokens, places, qkv, out, out_shift, scales, shifts, up, up_shift, down, down_shift, last_scale, last_shift, head
):
    """The same as it is trained: a tenth is dropped, by given masks, behind embeddings, attention and every layer."""
    return loss(locals(), Dropping())
