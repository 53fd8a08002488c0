"""Networks for sequences: recurrent ones and attention."""

import torch
from torch import nn
from torch.nn import functional

from diffcheck import case_of


class Recurrent(nn.Module):
    """A recurrent layer, of which the last state counts."""

    def __init__(self, kind):
        super().__init__()
        self.cells = kind(3, 2, batch_first=True)
        self.head = nn.Linear(2, 1)

    def forward(self, x):
        return self.head(self.cells(x)[0][:, -1]).square().sum()


class Masked(nn.Module):
    """Attention of torch's own layer under a causal mask of minus infinity."""

    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(4, 2, batch_first=True)

    def forward(self, x):
        mask = torch.triu(torch.full((3, 3), float("-inf")), 1)
        return self.attention(x, x, x, attn_mask=mask)[0]


def attention(q, k, v):
    """Scaled products of queries and keys, as torch fuses them."""
    return functional.scaled_dot_product_attention(q, k, v, is_causal=True)


torch.manual_seed(0)


def random(*shape):
    """Numbers that no two models share."""
    return torch.randn(*shape, dtype=torch.float64)


case_of(Recurrent(nn.LSTM), random(2, 3, 3), name="lstm")
case_of(Recurrent(nn.GRU), random(2, 3, 3), name="gru")
case_of(attention, random(1, 1, 3, 2), random(1, 1, 3, 2), random(1, 1, 3, 2), name="attention")
case_of(Masked(), random(1, 3, 4), name="multihead")
case_of(nn.TransformerEncoderLayer(4, 2, 8, batch_first=True), random(1, 3, 4), name="encoder")
