"""Models as people write them, each with the arguments that it is tried with."""

import math

import torch
from torch import nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

D = torch.distributions


class Convolutional(nn.Module):
    def __init__(self, training):
        super().__init__()
        self.first = nn.Conv2d(1, 3, 3, padding=1)
        self.norm = nn.BatchNorm2d(3)
        self.second = nn.Conv2d(3, 2, 2, stride=2)
        self.head = nn.Linear(2, 3)
        self.norm.running_mean.normal_()
        self.norm.running_var.uniform_(0.5, 2)
        self.train(training)

    def forward(self, x, y):
        h = functional.max_pool2d(functional.relu(self.norm(self.first(x))), 2)
        h = functional.adaptive_avg_pool2d(functional.relu(self.second(h)), 1).flatten(1)
        return functional.cross_entropy(self.head(h), y)


class Block(nn.Module):
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


class Masked(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(4, 2, batch_first=True)

    def forward(self, x):
        mask = torch.triu(torch.full((3, 3), float("-inf")), 1)
        return self.attention(x, x, x, attn_mask=mask)[0]


class Recurrent(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.cells = kind(3, 2, batch_first=True)
        self.head = nn.Linear(2, 1)

    def forward(self, x):
        return self.head(self.cells(x)[0][:, -1]).square().sum()


class Variational(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = nn.Linear(5, 4), nn.Linear(2, 5)

    def forward(self, x):
        mean, log_variance = self.encoder(x).chunk(2, -1)
        z = mean + torch.randn_like(mean) * torch.exp(0.5 * log_variance)
        likelihood = functional.binary_cross_entropy_with_logits(self.decoder(z), torch.sigmoid(x), reduction="sum")
        return likelihood - 0.5 * torch.sum(1 + log_variance - mean**2 - log_variance.exp())


class Physics(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(1, 5), nn.Tanh(), nn.Linear(5, 1))

    def forward(self, x):
        u = self.net(x)
        (slope,) = torch.autograd.grad(u.sum(), x, create_graph=True)
        (bend,) = torch.autograd.grad(slope.sum(), x, create_graph=True)
        return ((bend + u) ** 2).mean()


class Recomputed(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner, self.outer = nn.Linear(3, 3), nn.Linear(3, 1)

    def forward(self, x):
        hidden = checkpoint(lambda h: torch.tanh(self.inner(h)), x, use_reentrant=False)
        penalty = sum(p.pow(2).sum() for p in self.parameters())
        return {"loss": self.outer(hidden).pow(2).sum() + 0.1 * penalty}


def densities(m, s, x):
    normal = D.Normal(m, s.exp()).log_prob(x).sum()
    gamma = D.Gamma(s.exp(), m.exp()).log_prob(x.exp()).sum()
    return normal + gamma + D.kl_divergence(D.Normal(m, s.exp()), D.Normal(0.0, 1.0)).sum()


def many_normals(m, factor, x):
    return D.MultivariateNormal(m, scale_tril=torch.tril(factor)).log_prob(x).sum()


def matrices(a):
    spd = a @ a.mT + torch.eye(3)
    parts = torch.linalg.solve(spd, a).sum() + torch.logdet(spd) + torch.linalg.inv(spd).sum()
    return parts + torch.linalg.cholesky(spd).sum() + torch.det(a) + torch.linalg.norm(a)


def in_place(x):
    y = x.clone()
    y[0] = y[1] * 2
    y[:, 1].mul_(x[:, 0])
    z = torch.zeros(3, 3)
    z[1:] = y[:2]
    flat = z.view(-1)
    flat[4] += x[0, 0] ** 2
    y += z
    y.t_()
    return (y @ z).sum()


def views(x):
    a = x.reshape(3, 4).t().reshape(2, 6)
    b = x.permute(1, 0, 2).contiguous().flatten()
    c = torch.as_strided(x, (2, 3), (1, 2))
    d = x[..., ::2].expand(3, 2, 2, 2).sum(0).flip(0).cumsum(1)
    return a.sum(0).prod() + (b[1:4] * b[::4]).sum() + (c**2).sum() + d.sin().sum()


def losses(x, y):
    found = (
        functional.huber_loss(x, y)
        + functional.smooth_l1_loss(x, y)
        + functional.mse_loss(x, y)
        + functional.softplus(x).sum()
    )
    found = found + functional.kl_div(x.log_softmax(-1), y.softmax(-1), reduction="batchmean")
    return found + functional.normalize(x).sum() + functional.cosine_similarity(x, y).sum() + x.std(0).sum()


def attention(q, k, v):
    return functional.scaled_dot_product_attention(q, k, v, is_causal=True)


def models():
    """A name, the code and its arguments for each."""
    torch.manual_seed(0)
    double = torch.float64

    def random(*shape):
        return torch.randn(*shape, dtype=double)

    labels = torch.tensor([0, 2])
    ids, following = torch.tensor([[1, 2, 0, 3]]), torch.tensor([[2, 0, 3, 1]])
    return {
        "mlp": (nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 2), nn.Sigmoid()), (random(3, 4),)),
        "cnn-eval": (Convolutional(False), (random(2, 1, 8, 8), labels)),
        "cnn-train": (Convolutional(True), (random(2, 1, 8, 8), labels)),
        "block": (Block(), (random(1, 3, 4),)),
        "language": (Language(), (ids, following)),
        "dropout": (Language(0.3), (ids, following)),
        "lstm": (Recurrent(nn.LSTM), (random(2, 3, 3),)),
        "gru": (Recurrent(nn.GRU), (random(2, 3, 3),)),
        "vae": (Variational(), (random(2, 5),)),
        "physics": (Physics(), (random(3, 1),)),
        "densities": (densities, (random(3), random(3), random(3))),
        "many-normals": (many_normals, (random(3), random(3, 3).abs() + torch.eye(3), random(2, 3))),
        "matrices": (matrices, (random(3, 3),)),
        "in-place": (in_place, (random(3, 3),)),
        "views": (views, (random(2, 2, 3),)),
        "losses": (losses, (random(2, 3), random(2, 3))),
        "attention": (attention, (random(1, 1, 3, 2), random(1, 1, 3, 2), random(1, 1, 3, 2))),
        "encoder": (nn.TransformerEncoderLayer(4, 2, 8, batch_first=True), (random(1, 3, 4),)),
        "multihead": (Masked(), (random(1, 3, 4),)),
        "transposed": (nn.ConvTranspose2d(2, 2, 3, stride=2, padding=1), (random(1, 2, 2, 2),)),
        "checkpointed": (Recomputed(), (random(2, 3),)),
        "groups": (nn.GroupNorm(2, 4), (random(2, 4, 3),)),
    }
