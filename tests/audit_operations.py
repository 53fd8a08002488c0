"""Operations on trial with a right backward, and with wrong ones: each takes what its definition takes.

Every wrong one says on its line how it is wrong; the tests name the condition under which that shows.
"""

import torch
from torch.nn import functional


def rms_norm(x, weight, eps):
    wide = x.float() if x.dtype in (torch.bfloat16, torch.float16) else x
    return (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + eps)).to(x.dtype) * weight


def fused_rms_norm(fault=""):
    class RMSNorm(torch.autograd.Function):
        kept = None

        @staticmethod
        def forward(ctx, x, weight, eps):
            wide = x.float() if x.dtype in (torch.bfloat16, torch.float16) else x
            scale = torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + eps)
            ctx.save_for_backward(x, weight, scale)
            RMSNorm.kept = scale
            return (wide * scale).to(x.dtype) * weight

        @staticmethod
        def backward(ctx, g):
            x, weight, scale = ctx.saved_tensors
            if fault == "state":
                scale = RMSNorm.kept  # of the last call, whichever that was
            if fault == "memory" and g.untyped_storage().nbytes() >= g.numel() * g.element_size():
                g = torch.as_strided(g, g.shape, torch.empty(g.shape).stride(), g.storage_offset())  # whatever strides
            if fault == "writes":
                g.mul_(2).div_(2).add_(1).sub_(1)  # in place on what others may use
            if fault == "ones":
                g = torch.ones_like(g)  # the upstream factor is lost
            hat, gw = x.to(scale.dtype) * scale, g * weight
            gx = scale * (gw - hat * (gw * hat).mean(-1, keepdim=True))
            if fault == "detached":
                gx = scale * gw  # as if the scale were a constant
            rows = (g * hat).reshape(-1, g.shape[-1])
            if fault == "block":
                rows = rows[: len(rows) // 4 * 4]  # the last rows, which fill no block
            gweight = rows.sum(0)
            if fault == "bits":
                gweight = torch.zeros_like(weight)
                for row in rows.to(weight.dtype):
                    gweight = gweight + row  # rounded at every step
            if fault == "frozen" and not ctx.needs_input_grad[0]:
                gweight = None
            return gx.to(x.dtype), gweight, None

    return RMSNorm.apply


def cross_entropy(logits, target):
    return functional.cross_entropy(logits, target, reduction="sum")


def fused_cross_entropy(fault=""):
    class CrossEntropy(torch.autograd.Function):
        @staticmethod
        def forward(ctx, logits, target):
            keep = target != -100
            ctx.save_for_backward(logits.softmax(-1), target, keep)
            chosen = logits.log_softmax(-1).gather(1, target.clamp(min=0)[:, None])[:, 0]
            return -(chosen * keep).sum()

        @staticmethod
        def backward(ctx, g):
            p, target, keep = ctx.saved_tensors
            slope = p - functional.one_hot(target.clamp(min=0), p.shape[1])
            if fault != "ignored":  # else ignored labels have a gradient
                slope = slope * keep[:, None]
            return g * slope, None

    return CrossEntropy.apply


def scan(x):
    return x.cumsum(-1)


def fused_scan(fault=""):
    class Scan(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.cumsum(-1)

        @staticmethod
        def backward(ctx, g):
            if fault == "view":
                g = g.view(-1).view(g.shape)  # not of every gradient
            pieces = g.split(16, -1) if fault == "pieces" else [g]  # nothing is carried from piece to piece
            return torch.cat([piece.flip(-1).cumsum(-1).flip(-1) for piece in pieces], -1)

    return Scan.apply


def attention(q, k, v, allowed):
    scores = (q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5).masked_fill(~allowed, float("-inf"))
    return torch.nan_to_num(scores.softmax(-1)) @ v


def fused_attention(fault=""):
    class Attention(torch.autograd.Function):
        @staticmethod
        def forward(ctx, q, k, v, allowed):
            scores = (q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5).masked_fill(~allowed, float("-inf"))
            p = scores.softmax(-1)
            ctx.save_for_backward(q, k, v, p if fault == "rows" else torch.nan_to_num(p))  # NaN in masked rows
            return torch.nan_to_num(p) @ v

        @staticmethod
        def backward(ctx, g):
            q, k, v, p = ctx.saved_tensors
            gp = g @ v.transpose(-1, -2)
            gs = p * (gp - (gp * p).sum(-1, keepdim=True)) / q.shape[-1] ** 0.5
            return gs @ k, gs.transpose(-1, -2) @ q, p.transpose(-1, -2) @ g, None

    return Attention.apply
