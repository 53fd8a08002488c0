"""Networks for images."""

import torch
from torch import nn
from torch.nn import functional

from diffcheck import case_of


class Convolutional(nn.Module):
    """Convolutions, batch normalisation, pooling and a linear head under cross-entropy."""

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


torch.manual_seed(0)


def random(*shape):
    """Numbers that no two models share."""
    return torch.randn(*shape, dtype=torch.float64)


LABELS = torch.tensor([0, 2])
case_of(Convolutional(False), random(2, 1, 8, 8), LABELS, name="cnn-eval")
case_of(Convolutional(True), random(2, 1, 8, 8), LABELS, name="cnn-train")
case_of(nn.ConvTranspose2d(2, 2, 3, stride=2, padding=1), random(1, 2, 2, 2), name="transposed")
case_of(nn.GroupNorm(2, 4), random(2, 4, 3), name="groups")
