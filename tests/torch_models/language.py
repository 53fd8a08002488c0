"""Small language models: one block with shared weights."""

import math

import torch
from torch import nn
from torch.nn import functional

from diffcheck import case_of


class Block(nn.Module):
    """A block of a transformer: masked attention of several heads, then a network, both beside what comes in."""

    def __init__(self, width=4, heads=2, drop=0.0):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))
        self.drop = nn.Dropout(drop)
        self.register_buffer("mask", torch.triu(torch.ones(8, 8), 1).bool())

    def forward(self, x):
        batch, tokens, width = x.shape
        q, k, v = self.qkv(self.norm1(x)).chunk(3, -1)
        q, k, v = (t.view(batch, tokens, self.heads, -1).transpose(1, 2) for t in (q, k, v))
        scores = q @ k.transpose(-2, -1) / math.sqrt(width // self.heads)
        weights = scores.masked_fill(self.mask[:tokens, :tokens], float("-inf")).softmax(-1)
        context = (self.drop(weights) @ v).transpose(1, 2).contiguous().view(batch, tokens, width)
        x = x + self.drop(self.out(context))
        return x + self.drop(self.mlp(self.norm2(x)))


class Language(nn.Module):
    """Embeddings, one block, and a head that shares its weights with the embedding."""

    def __init__(self, drop=0.0):
        super().__init__()
        self.tokens, self.places = nn.Embedding(5, 4), nn.Embedding(4, 4)
        self.block, self.norm = Block(drop=drop), nn.LayerNorm(4)
        self.head = nn.Linear(4, 5, bias=False)
        self.head.weight = self.tokens.weight

    def forward(self, ids, labels):
        x = self.tokens(ids) + self.places(torch.arange(ids.shape[1]))
        logits = self.head(self.norm(self.block(x)))
        return functional.cross_entropy(logits.view(-1, 5), labels.view(-1))


torch.manual_seed(0)
IDS, FOLLOWING = torch.tensor([[1, 2, 0, 3]]), torch.tensor([[2, 0, 3, 1]])
case_of(Block(), torch.randn(1, 3, 4, dtype=torch.float64), name="block")
case_of(Language(), IDS, FOLLOWING, name="language")
case_of(Language(0.3), IDS, FOLLOWING, name="dropout")
