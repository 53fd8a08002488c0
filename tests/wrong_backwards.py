"""Custom functions with a right backward, and with wrong ones; a comment stands on the line that is wrong."""

import torch


class Scaled(torch.autograd.Function):
    """A product with a broadcast weight."""

    @staticmethod
    def forward(ctx, x, w):
        ctx.save_for_backward(x, w)
        return x * w

    @staticmethod
    def backward(ctx, g):
        x, w = ctx.saved_tensors
        return g * w, (g * x).sum(0)


class ScaledByMean(Scaled):
    @staticmethod
    def backward(ctx, g):
        x, w = ctx.saved_tensors
        return g * w, (g * x).mean(0)  # the wrong reduction


class Stale(torch.autograd.Function):
    """It saves what it changes afterwards."""

    @staticmethod
    def forward(ctx, x):
        y = torch.exp(x)
        ctx.kept = y.clone()
        ctx.kept.mul_(y)
        return y

    @staticmethod
    def backward(ctx, g):
        return g * ctx.kept  # stale
