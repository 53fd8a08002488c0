"""Operations with a fault that shows at nothing like the examples of their unit test, each beside its correction.

A row is a definition, the operation of a fault (right without one), the examples, and what is told of the fault.
"""

import torch
from torch.nn import functional


def drawn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


# In place of an argument that is a tensor.
SAVED = object()


def made(forward, backward):
    """The ``apply`` of a function that saves its inputs."""

    class Made(torch.autograd.Function):
        @staticmethod
        def forward(ctx, *x):
            ctx.save_for_backward(*(t for t in x if isinstance(t, torch.Tensor)))
            ctx.others = [SAVED if isinstance(t, torch.Tensor) else t for t in x]
            ctx.set_materialize_grads(False)
            return forward(*x)

        @staticmethod
        def backward(ctx, *g):
            saved = iter(ctx.saved_tensors)
            return backward(*(next(saved) if t is SAVED else t for t in ctx.others), *g)

    return Made.apply


def scaled(x, by):
    return x * by


def fused_scaled(wrong):
    def backward(x, by, g):
        return (g if wrong else g * by), None  # the number is left out

    return made(scaled, backward)


def product(a, b):
    return a @ b


def fused_product(wrong):
    def backward(a, b, g):
        return (g @ b.mT, a.mT @ g) if wrong else (g @ b.mH, a.mH @ g)  # not conjugated

    return made(product, backward)


def largest(x):
    return x.amax(0)


def fused_largest(wrong):
    def backward(x, g):
        equal = (x == x.amax(0)).to(x.dtype)
        return g * equal / (1 if wrong else equal.sum(0))  # each of equal ones gets all

    return made(largest, backward)


def distance(a, b):
    return torch.linalg.vector_norm(a - b, dim=-1)


def fused_distance(wrong):
    def backward(a, b, g):
        length = distance(a, b)
        share = g / (length if wrong else torch.where(length > 0, length, 1.0))  # 0 / 0
        step = share[:, None] * (a - b)
        return step, -step

    return made(distance, backward)


def both(x):
    return x.exp(), x.sin()


def fused_both(wrong):
    def backward(x, of_exp, of_sin):
        if wrong:
            return of_exp * x.exp() + of_sin * x.cos()  # one of them may be None
        return (0 if of_exp is None else of_exp * x.exp()) + (0 if of_sin is None else of_sin * x.cos())

    return made(both, backward)


def attention(q, k, v):
    return torch.softmax(q @ k.mT, -1) @ v


def fused_attention(wrong):
    def backward(q, k, v, g):
        p = torch.softmax(q @ k.mT, -1)
        of_p = g @ v.mT
        if wrong and v.shape[1] != q.shape[1]:
            of_p = g[:, : q.shape[1]] @ v[:, : q.shape[1]].mT  # as wide as the keys
        of_s = p * (of_p - (of_p * p).sum(-1, keepdim=True))
        return of_s @ k, of_s.mT @ q, p.mT @ g

    return made(attention, backward)


def summed(x):
    return torch.logsumexp(x, -1)


def fused_summed(wrong):
    def lanes(x):
        n = x.shape[-1]
        whole = 1 << (n - 1).bit_length()
        return functional.pad(x, (0, whole - n if wrong else 0))  # zeros in the lanes that are left over

    def backward(x, g):
        return g[..., None] * torch.softmax(lanes(x), -1)[..., : x.shape[-1]]

    return made(lambda x: torch.logsumexp(lanes(x), -1), backward)


def centred(x):
    return x - x.mean(-1, keepdim=True)


def fused_centred(wrong):
    def backward(x, g):
        # As if the first axis were the rows and all others one.
        rows = g.flatten(1).mean(-1).reshape(-1, *[1] * (g.dim() - 1)) if wrong else g.mean(-1, keepdim=True)
        return g - rows

    return made(centred, backward)


def rounded(x, step):
    ratio = x / step
    return (ratio + (ratio.round() - ratio).detach()) * step


def fused_rounded(wrong):
    def backward(x, step, g):
        ratio = x / step
        return g, (g * (ratio.round() - (0 if wrong else ratio))).sum()  # what is rounded off

    return made(rounded, backward)


def taken(x, places):
    return x[places]


def fused_taken(wrong):
    def backward(x, places, g):
        kept = places >= 0 if wrong else torch.ones_like(places, dtype=torch.bool)  # counted from the end: left out
        return torch.zeros_like(x).index_add(0, places[kept] % len(x), g[kept]), None

    return made(taken, backward)


def masked(x, kept):
    return x.exp() * kept


def fused_masked(wrong):
    def backward(x, kept, g):
        return g * x.exp() * (1 if wrong else kept), None  # the mask

    return made(masked, backward)


def hinge(x):
    return (x - 2.125).clamp(min=0)


def fused_hinge(wrong):
    def backward(x, g):
        slope = (x > 2.125).to(x.dtype)
        return g * torch.where(x == 2.125, -1.0, slope) if wrong else g * slope  # neither side's

    return made(hinge, backward)


def factored(a):
    """The squares of the triangle of a complex matrix, which no row takes."""
    triangle = torch.linalg.qr(torch.complex(a, a.mT))[1]
    return (triangle.real**2 + triangle.imag**2).sum((-1, -2))


def fused_factored(wrong):
    def backward(a, g):
        return g[..., None, None] * 4 * (a.mT if wrong else a)

    return made(factored, backward)


def grouped(x, scales):
    return (x.reshape(len(scales), -1) * scales[:, None]).reshape(-1)


def fused_grouped(wrong):
    def backward(x, scales, g):
        groups, members = len(scales), len(x) // len(scales)
        group = torch.arange(len(x)) // (groups if wrong else members)  # divided by the wrong count
        there = group < groups
        # In more bits than those of the small formats, in which a long group would be lost.
        of_scales = torch.zeros_like(scales, dtype=torch.float64).index_add(0, group[there], (g * x)[there].double())
        return g * scales.repeat_interleave(members), of_scales.to(scales.dtype)

    return made(grouped, backward)


def filtered(x, gains):
    return torch.fft.irfft(torch.fft.rfft(x) * gains, n=x.shape[-1])


def fused_filtered(wrong):
    def backward(x, gains, g):
        n = x.shape[-1]
        weights = torch.full_like(gains, 2.0)
        weights[0] = 1
        if wrong or n % 2 == 0:
            weights[-1] = 1  # the last frequency stands alone only where the length is even
        products = (torch.fft.rfft(x).conj() * torch.fft.rfft(g)).real
        return filtered(g, gains), (weights * products / n).sum(0)

    return made(filtered, backward)


def mass(values, edges):
    return values * (edges[1:] - edges[:-1])


def fused_mass(wrong):
    def backward(values, edges, g):
        shares = g * values
        of_edges = functional.pad(shares, (1, 0)) - functional.pad(shares, (0, 1))
        if wrong:
            of_edges[8:] = 0  # of the first block only
        return g * (edges[1:] - edges[:-1]), of_edges

    return made(mass, backward)


def by_channel(x, slopes):
    return torch.where(x > 0, x, x * slopes.reshape(-1, *[1] * (x.dim() - 2)))


def fused_by_channel(wrong):
    def backward(x, slopes, g):
        slope = slopes if wrong else slopes.reshape(-1, *[1] * (x.dim() - 2))  # along the last axis
        own = torch.where(x > 0, 0, x * g).transpose(0, 1).reshape(len(slopes), -1).sum(1)
        return g * torch.where(x > 0, 1, slope), own

    return made(by_channel, backward)


def normed(x, weight):
    shape = (1, -1, *[1] * (x.dim() - 2))
    y = x - x.mean(tuple(range(1, x.dim())), keepdim=True)
    return y * weight.reshape(shape)


def fused_normed(wrong):
    def backward(x, weight, g):
        shape = (1, -1, *[1] * (x.dim() - 2))
        shares = (g * weight.reshape(shape)).flatten(1)
        count = x.shape[1] * x.shape[-1] if wrong else shares.shape[1]  # as if there were three axes
        y = x - x.mean(tuple(range(1, x.dim())), keepdim=True)
        of_x = shares - shares.sum(1, keepdim=True) / count
        return of_x.reshape(x.shape), (g * y).transpose(0, 1).flatten(1).sum(1)

    return made(normed, backward)


def pooled(scores, values):
    return (torch.softmax(scores, -1)[..., None] * values).sum(1)


def fused_pooled(wrong):
    def backward(scores, values, g):
        p = torch.softmax(scores, -1)
        products = values @ g[..., None]
        of_p = products.squeeze() if wrong else products.squeeze(-1)  # the axis of tokens goes as well
        return p * (of_p - (p * of_p).sum(-1, keepdim=True)), p[..., None] * g[:, None]

    return made(pooled, backward)


def cubes(x):
    return x.abs().pow(3).sum(-1)


def fused_cubes(wrong):
    def backward(x, g):
        return 3 * g[..., None] * x * (x if wrong else x.abs())  # the sign is that of x

    return made(cubes, backward)


def huber(x, y):
    return functional.huber_loss(x, y, reduction="none")


def fused_huber(wrong):
    def backward(x, y, g):
        slope = g * (x - y if wrong else (x - y).clamp(-1, 1))  # of what is near alone
        return slope, -slope

    return made(huber, backward)


def smooth(x):
    return torch.sigmoid(x)


def fused_smooth(wrong):
    def backward(x, g):
        y = torch.sigmoid(x)
        far = (g * (y * (1 - y)).detach()) if wrong else g * y * (1 - y)  # a constant where it is far away
        return torch.where(x.abs() > 4, far, g * y * (1 - y))

    return made(smooth, backward)


def multiplied(x):
    return x.prod(-1)


def fused_multiplied(wrong):
    def backward(x, g):
        others = [torch.cat([x[..., :k], x[..., k + 1 :]], -1).prod(-1) for k in range(x.shape[-1])]
        found = g[..., None] * torch.stack(others, -1)
        several = ((x == 0).sum(-1, keepdim=True) > 1) & wrong  # zero, and so is what is made of it
        return torch.where(several, 0.0, found)

    return made(multiplied, backward)


PAIR = torch.complex(drawn(2, 3), drawn(2, 3, seed=1)), torch.complex(drawn(3, 2, seed=2), drawn(3, 2, seed=3))
ROWS = {
    "a number beside": (scaled, fused_scaled, (drawn(3, 4), 2.5), "the gradient by `x` is wrong"),
    "complex": (product, fused_product, PAIR, "the gradient by `(a|b)` is wrong"),
    "equals": (largest, fused_largest, (drawn(4, 3),), "no choice at a kink"),
    "no distance": (distance, fused_distance, (drawn(3, 2), drawn(3, 2, seed=1)), "not finite"),
    "one result": (both, fused_both, (drawn(2, 3),), "reaches only the (first|last) of several results"),
    "two widths": (
        attention,
        fused_attention,
        (drawn(3, 4), drawn(5, 4, seed=1), drawn(5, 4, seed=2)),
        r"`q.shape\[1\]` (!=|<) `v.shape\[1\]`",
    ),
    "lanes": (summed, fused_summed, (drawn(3, 8),), r"no power of two"),
    "three axes": (centred, fused_centred, (drawn(3, 4),), "there are leading axes"),
    "detached": (rounded, fused_rounded, (drawn(3, 4), torch.tensor(0.37)), "the gradient by `step` is wrong"),
    "from the end": (taken, fused_taken, (drawn(5, 2), torch.tensor([0, 3, 3, 1])), "some of `places` are -1"),
    "all kept": (masked, fused_masked, (drawn(3, 4), torch.ones(3, 4, dtype=torch.int64)), "some of `kept` are 0"),
    "border": (hinge, fused_hinge, (drawn(6),), "borders of the definition"),
    "groups": (grouped, fused_grouped, (drawn(9), drawn(3, seed=1)), "the gradient by `scales` is wrong"),
    "odd length": (
        filtered,
        fused_filtered,
        (drawn(2, 8), drawn(5, seed=1)),
        "no multiple of|odd",
    ),
    "edges": (mass, fused_mass, (drawn(6), drawn(7, seed=1)), r"`values.shape\[0\]` > "),
    "an axis behind": (by_channel, fused_by_channel, (drawn(3, 4), drawn(4, seed=1)), "axes behind"),
    "three axes of four": (normed, fused_normed, (drawn(2, 3, 4), drawn(3, seed=1)), "axes behind"),
    "a single token": (pooled, fused_pooled, (drawn(3, 7), drawn(3, 7, 5, seed=1)), r"`scores.shape\[1\]`.* 1"),
    "never negative": (cubes, fused_cubes, (drawn(3, 4).abs(),), "some values are negative, unlike the examples"),
    "near one another": (
        huber,
        fused_huber,
        (drawn(3, 4).sigmoid(), drawn(3, 4, seed=1).sigmoid()),
        "the gradient by `x` is wrong",
    ),
    "no row": (factored, fused_factored, (drawn(3, 3),), "by torch and by differences"),
}
