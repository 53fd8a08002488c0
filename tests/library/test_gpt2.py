"""The GPT-2 of the library is the one that people write in torch: the same loss, the same gradient."""

import math
import runpy
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from diffcheck import gradient

ROOT = Path(__file__).parents[2]
TOY = runpy.run_path(str(ROOT / "cases" / "gpt2.py"))
WRITTEN = runpy.run_path(str(ROOT / "tests" / "torch_models" / "gpt.py"))
PAGE = (ROOT / "docs" / "gpt2.md").read_text(encoding="utf-8")


class Given(nn.Module):
    """Dropout by the masks of the case, one after the other; of attention one for each head."""

    def __init__(self, counter):
        super().__init__()
        self.counter = counter

    def forward(self, x):
        heads = x.shape[1] if x.ndim == 4 else 1
        masks = [TOY["kept"](tuple(x.shape[-2:]), next(self.counter)) for _ in range(heads)]
        return x * torch.tensor(np.stack(masks)) / (1 - TOY["CONFIG"]["drop_rate"])


def in_torch(first_mask=None):
    """The model of tests/torch_models with the weights of the case: the loss, and the gradient by the case's names."""
    model = WRITTEN["GPT"](TOY["CONFIG"]).double().eval()
    start = {name: torch.tensor(value) for name, value in TOY["START"].items()}
    (block,) = model.blocks
    attention, network = block.attention, block.network.layers
    places = {
        "tokens": [model.tokens.weight],
        "places": [model.places.weight],
        "qkv": [layer.weight for layer in (attention.queries, attention.keys, attention.values)],
        "out": [attention.projection.weight],
        "out_shift": [attention.projection.bias],
        "scales": [block.norm1.scale, block.norm2.scale],
        "shifts": [block.norm1.shift, block.norm2.shift],
        "up": [network[0].weight],
        "up_shift": [network[0].bias],
        "down": [network[2].weight],
        "down_shift": [network[2].bias],
        "last_scale": [model.norm.scale],
        "last_shift": [model.norm.shift],
        "head": [model.head.weight],
    }
    with torch.no_grad():
        for name, parameters in places.items():
            for parameter, value in zip(
                parameters, start[name].reshape(len(parameters), *parameters[0].shape), strict=True
            ):
                parameter.copy_(value)
    assert sum(p.numel() for group in places.values() for p in group) == sum(p.numel() for p in model.parameters())
    if first_mask is not None:
        numbers = iter(range(first_mask, first_mask + 100))
        model.dropout, attention.dropout, block.dropout = (Given(numbers) for _ in range(3))
    loss = model(torch.tensor(TOY["IDS"])[None], torch.tensor(TOY["FOLLOWING"])[None])
    loss.backward()
    slopes = {
        name: torch.stack([p.grad for p in group]).reshape(start[name].shape).numpy() for name, group in places.items()
    }
    return loss.item(), slopes


def apart(made, first_mask=None):
    """How far the case is from torch's model, in its loss and in the largest of its slopes."""
    loss, slopes = in_torch(first_mask)
    found = gradient(made, "symbolic:program")(**TOY["START"])
    return max(abs(float(made(**TOY["START"])) - loss), *(np.abs(found[name] - slopes[name]).max() for name in found))


@pytest.mark.parametrize(("name", "mask"), [("gpt2", None), ("gpt2_in_training", 1)])
def test_the_case_is_the_model_of_the_textbooks(name, mask):
    assert apart(TOY[name], mask) < 1e-13


@pytest.mark.parametrize(("name", "mask"), [("gpt2", 1), ("gpt2_in_training", None), ("gpt2_in_training", 2)])
def test_other_masks_are_another_model(name, mask):
    assert apart(TOY[name], mask) > 1e-3


def test_the_page_counts_what_the_book_configures():
    """Of vocabulary, context, width and layers: embeddings, a block, the last norm, a head of its own."""
    width, layers = 768, 12
    block = 3 * width**2 + (width + 1) * width + (width + 1) * 4 * width + (4 * width + 1) * width + 4 * width
    whole = 50257 * width + 1024 * width + layers * block + 2 * width + width * 50257
    assert f"{block:,} weights" in PAGE
    assert f"{block + 64 * width:,} components" in PAGE
    assert f"has {whole:,} numbers" in PAGE
    assert math.isclose(whole, 163e6, rel_tol=1e-3)
