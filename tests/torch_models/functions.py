"""Networks with derivatives inside, and what people write over tensors."""

import torch
from torch import nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from diffcheck import case_of


class Physics(nn.Module):
    """A network that is to solve u'' = -u: its own second derivative is in the loss."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(1, 5), nn.Tanh(), nn.Linear(5, 1))

    def forward(self, x):
        u = self.net(x)
        (slope,) = torch.autograd.grad(u.sum(), x, create_graph=True)
        (bend,) = torch.autograd.grad(slope.sum(), x, create_graph=True)
        return ((bend + u) ** 2).mean()


class Recomputed(nn.Module):
    """A layer that is computed again in the backward pass, and a penalty on all weights."""

    def __init__(self):
        super().__init__()
        self.inner, self.outer = nn.Linear(3, 3), nn.Linear(3, 1)

    def forward(self, x):
        hidden = checkpoint(lambda h: torch.tanh(self.inner(h)), x, use_reentrant=False)
        penalty = sum(p.pow(2).sum() for p in self.parameters())
        return {"loss": self.outer(hidden).pow(2).sum() + 0.1 * penalty}


def matrices(a):
    """Systems of equations, determinants, inverses, factors."""
    spd = a @ a.mT + torch.eye(3)
    parts = torch.linalg.solve(spd, a).sum() + torch.logdet(spd) + torch.linalg.inv(spd).sum()
    return parts + torch.linalg.cholesky(spd).sum() + torch.det(a) + torch.linalg.norm(a)


def in_place(x):
    """Writes into parts of tensors, and into what other tensors see as well."""
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
    """Shapes and strides: what sees the same numbers, and what is a copy."""
    a = x.reshape(3, 4).t().reshape(2, 6)
    b = x.permute(1, 0, 2).contiguous().flatten()
    c = torch.as_strided(x, (2, 3), (1, 2))
    d = x[..., ::2].expand(3, 2, 2, 2).sum(0).flip(0).cumsum(1)
    return a.sum(0).prod() + (b[1:4] * b[::4]).sum() + (c**2).sum() + d.sin().sum()


def losses(x, y):
    """A sum of losses."""
    found = (
        functional.huber_loss(x, y)
        + functional.smooth_l1_loss(x, y)
        + functional.mse_loss(x, y)
        + functional.softplus(x).sum()
    )
    found = found + functional.kl_div(x.log_softmax(-1), y.softmax(-1), reduction="batchmean")
    return found + functional.normalize(x).sum() + functional.cosine_similarity(x, y).sum() + x.std(0).sum()


torch.manual_seed(0)


def random(*shape):
    """Numbers that no two models share."""
    return torch.randn(*shape, dtype=torch.float64)


case_of(nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 2), nn.Sigmoid()), random(3, 4), name="mlp")
case_of(Physics(), random(3, 1), name="physics")
case_of(Recomputed(), random(2, 3), name="checkpointed")
case_of(matrices, random(3, 3), name="matrices")
case_of(in_place, random(3, 3), name="in-place")
case_of(views, random(2, 2, 3), name="views")
case_of(losses, random(2, 3), random(2, 3), name="losses")
