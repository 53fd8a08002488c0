"""Functions with a backward of their own, on trial against a sum of sines."""

import torch

from diffcheck import case, interval
from diffcheck.api import Settings, conduct
from diffcheck.ops import sin
from diffcheck.ops import sum as total


def row(implementation, *, definition=lambda x: total(sin(x)), shape=3, **options):
    subject = case(x=interval(-2, 2, shape=shape), samples=2, implementations={"autograd": implementation}, **options)(
        definition
    )
    (found,) = conduct(subject, Settings(engines=["autograd"], timing=False)).rows
    return found


def custom(forward, backward, *, materialize=True):
    """A custom function: ``forward(ctx, x)``, ``backward(ctx, g)``."""

    class Custom(torch.autograd.Function):
        @staticmethod
        def forward(ctx, *x):
            ctx.set_materialize_grads(materialize)
            ctx.save_for_backward(*x)
            return forward(ctx, *x)

        @staticmethod
        def backward(ctx, *g):
            return backward(ctx, *g)

    return Custom.apply


def saved(ctx):
    (x,) = ctx.saved_tensors
    return x


def right(ctx, x):
    return torch.sin(x).sum()
