"""The language model of the textbooks, GPT-2 by its configuration, at the size of a toy."""

import math

import torch
from torch import nn
from torch.nn import functional

from diffcheck import case_of

CONFIG = {
    "vocab_size": 11,
    "context_length": 4,
    "emb_dim": 8,
    "n_heads": 2,
    "n_layers": 2,
    "drop_rate": 0.1,
    "qkv_bias": False,
}


class LayerNorm(nn.Module):
    """Every token with mean 0 and variance 1, then scaled and shifted."""

    def __init__(self, width):
        super().__init__()
        self.eps = 1e-5
        self.scale = nn.Parameter(torch.ones(width))
        self.shift = nn.Parameter(torch.zeros(width))

    def forward(self, x):
        mean = x.mean(dim=-1, keepdim=True)
        variance = x.var(dim=-1, keepdim=True, unbiased=False)
        return self.scale * (x - mean) / torch.sqrt(variance + self.eps) + self.shift


class GELU(nn.Module):
    """The approximation by a hyperbolic tangent that GPT-2 was trained with."""

    def forward(self, x):
        return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


class FeedForward(nn.Module):
    """Two layers, four times as wide between them."""

    def __init__(self, config):
        super().__init__()
        width = config["emb_dim"]
        self.layers = nn.Sequential(nn.Linear(width, 4 * width), GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        return self.layers(x)


class CausalAttention(nn.Module):
    """Attention of several heads to what came before."""

    def __init__(self, config):
        super().__init__()
        width, self.heads = config["emb_dim"], config["n_heads"]
        self.queries = nn.Linear(width, width, bias=config["qkv_bias"])
        self.keys = nn.Linear(width, width, bias=config["qkv_bias"])
        self.values = nn.Linear(width, width, bias=config["qkv_bias"])
        self.projection = nn.Linear(width, width)
        self.dropout = nn.Dropout(config["drop_rate"])
        future = torch.triu(torch.ones(config["context_length"], config["context_length"]), diagonal=1)
        self.register_buffer("future", future.bool())

    def forward(self, x):
        batch, tokens, width = x.shape
        shape = batch, tokens, self.heads, width // self.heads
        queries, keys, values = (
            layer(x).view(shape).transpose(1, 2) for layer in (self.queries, self.keys, self.values)
        )
        scores = queries @ keys.transpose(2, 3)
        scores.masked_fill_(self.future[:tokens, :tokens], -torch.inf)
        weights = self.dropout(torch.softmax(scores / shape[-1] ** 0.5, dim=-1))
        return self.projection((weights @ values).transpose(1, 2).contiguous().view(batch, tokens, width))


class TransformerBlock(nn.Module):
    """Attention and a network, each beside what comes in."""

    def __init__(self, config):
        super().__init__()
        self.attention, self.network = CausalAttention(config), FeedForward(config)
        self.norm1, self.norm2 = LayerNorm(config["emb_dim"]), LayerNorm(config["emb_dim"])
        self.dropout = nn.Dropout(config["drop_rate"])

    def forward(self, x):
        x = x + self.dropout(self.attention(self.norm1(x)))
        return x + self.dropout(self.network(self.norm2(x)))


class GPT(nn.Module):
    """Tokens to the loss of the tokens that follow."""

    def __init__(self, config):
        super().__init__()
        self.tokens = nn.Embedding(config["vocab_size"], config["emb_dim"])
        self.places = nn.Embedding(config["context_length"], config["emb_dim"])
        self.dropout = nn.Dropout(config["drop_rate"])
        self.blocks = nn.Sequential(*(TransformerBlock(config) for _ in range(config["n_layers"])))
        self.norm = LayerNorm(config["emb_dim"])
        self.head = nn.Linear(config["emb_dim"], config["vocab_size"], bias=False)

    def forward(self, ids, following):
        places = torch.arange(ids.shape[1], device=ids.device)
        x = self.dropout(self.tokens(ids) + self.places(places))
        logits = self.head(self.norm(self.blocks(x)))
        return functional.cross_entropy(logits.flatten(0, 1), following.flatten())


torch.manual_seed(123)
IDS, FOLLOWING = torch.tensor([[6, 1, 9, 3]]), torch.tensor([[1, 9, 3, 10]])
case_of(GPT(CONFIG).eval(), IDS, FOLLOWING, name="gpt2-toy")
