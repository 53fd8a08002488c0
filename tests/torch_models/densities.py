"""Distributions and what is drawn from them."""

import torch
from torch import nn
from torch.nn import functional

from diffcheck import case_of

D = torch.distributions


class Variational(nn.Module):
    """An autoencoder that draws its hidden numbers, with the bound on the likelihood as its loss."""

    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = nn.Linear(5, 4), nn.Linear(2, 5)

    def forward(self, x):
        mean, log_variance = self.encoder(x).chunk(2, -1)
        z = mean + torch.randn_like(mean) * torch.exp(0.5 * log_variance)
        likelihood = functional.binary_cross_entropy_with_logits(self.decoder(z), torch.sigmoid(x), reduction="sum")
        return likelihood - 0.5 * torch.sum(1 + log_variance - mean**2 - log_variance.exp())


def densities(m, s, x):
    """Logarithms of densities, and a divergence."""
    normal = D.Normal(m, s.exp()).log_prob(x).sum()
    gamma = D.Gamma(s.exp(), m.exp()).log_prob(x.exp()).sum()
    return normal + gamma + D.kl_divergence(D.Normal(m, s.exp()), D.Normal(0.0, 1.0)).sum()


def many_normals(m, factor, x):
    """The density of a normal distribution of several numbers, by the factor of its covariance."""
    return D.MultivariateNormal(m, scale_tril=torch.tril(factor)).log_prob(x).sum()


torch.manual_seed(0)


def random(*shape):
    """Numbers that no two models share."""
    return torch.randn(*shape, dtype=torch.float64)


case_of(Variational(), random(2, 5), name="vae")
case_of(densities, random(3), random(3), random(3), name="densities")
case_of(many_normals, random(3), random(3, 3).abs() + torch.eye(3), random(2, 3), name="many-normals")
