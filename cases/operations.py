"""Operations on trial in every context: sizes, layouts, uses, incoming gradients, values, precisions.

Three of torch are wrong in some context, which one derivative at a point does not show.
"""

from diffcheck import integers, operation, tensor


def layer_norm_as_written(x, weight, bias):
    """(x - mean) / sqrt(variance + eps), times a weight, plus a bias."""
    centred = x - x.mean(-1, keepdim=True)
    return centred * ((centred * centred).mean(-1, keepdim=True) + 1e-5).rsqrt() * weight + bias


@operation(
    layer_norm_as_written,
    x=tensor("rows width"),
    weight=tensor("width"),
    bias=tensor("width"),
    dtypes=("float64", "float32"),
    budget=5,
    reference="Ba, Kiros & Hinton 2016",
)
def layer_norm(x, weight, bias):
    """The fused norm of torch."""
    from torch.nn import functional

    return functional.layer_norm(x, weight.shape, weight, bias, 1e-5)


def cross_entropy_as_written(x, target):
    """log(sum of exp(x)) - x at the target, the mean over rows."""
    return (x.logsumexp(-1) - x.gather(-1, target[:, None]).squeeze(-1)).mean()


@operation(
    cross_entropy_as_written,
    x=tensor("rows classes"),
    target=integers("rows", below="classes"),
    dtypes=("float64", "float32"),
    budget=5,
)
def cross_entropy(x, target):
    """The fused loss of torch."""
    from torch.nn import functional

    return functional.cross_entropy(x, target)


def cosine_as_documented(x, y):
    """The quotient that is documented, each norm at least 0.5."""
    norms = [v.norm(dim=-1).clamp(min=0.5) for v in (x, y)]
    return (x * y).sum(-1) / (norms[0] * norms[1])


@operation(
    cosine_as_documented,
    x=tensor("batch width"),
    y=tensor("batch width"),
    budget=5,
    expect={"autograd": "disagree"},
    because="pytorch#29513: the norms are clamped where no gradient is recorded",
    tags="defect",
)
def cosine_of_short_vectors(x, y):
    """The cosine of vectors shorter than eps."""
    from torch.nn import functional

    return functional.cosine_similarity(x, y, dim=-1, eps=0.5)


def first_column_replaced(x, row):
    """The row, then all columns but the first."""
    from torch import cat

    return cat([row[:, None], x[:, 1:]], 1)


@operation(
    first_column_replaced,
    x=tensor("batch width"),
    row=tensor("batch"),
    budget=5,
    expect={"autograd": "disagree"},
    because="under vmap the gradient by what is inserted is multiplied by the length of the axis (torch 2.13)",
    tags="defect",
)
def select_scatter(x, row):
    """A column in the place of the first."""
    return x.select_scatter(row, 1, 0)


def products(a, b):
    """Each element of one times each of the other."""
    return (a[:, None] * b[None, :]).reshape(-1)


@operation(
    products,
    a=tensor("rows"),
    b=tensor("columns"),
    budget=5,
    expect={"autograd": "disagree"},
    because="an input that is overwritten before the backward pass is not noticed (torch 2.13)",
    tags="defect",
)
def kron(a, b):
    """The Kronecker product of two vectors."""
    return a.kron(b)
