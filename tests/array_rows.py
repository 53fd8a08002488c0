"""Uses of the operations on whole arrays, of several shapes each, and random functions that are made of them."""

import random

import numpy as np
import torch

import diffcheck.ops as o
from diffcheck.ops.matrices.eigenvalues import eigenprojections
from diffcheck.ops.matrices.general_eigenvalues import general_eigenprojections

PLACES = np.array([[0, 2], [1, 1]])


def positive(x):
    """A symmetric matrix with positive eigenvalues."""
    return o.add(o.matmul(x, o.transpose(x)), np.eye(x.shape[-2]))


def symmetric(x):
    """A symmetric matrix."""
    return o.add(x, o.transpose(x))


def projections(x):
    """v v^T for the unit eigenvectors of the smallest and the largest eigenvalue of a symmetric matrix."""
    if hasattr(x, "own"):
        return symmetric(x).own(eigenprojections, parameters=(0, 2))
    vectors = (torch if isinstance(x, torch.Tensor) else np).linalg.eigh(symmetric(x))[1].T[[0, 2]]
    return vectors[:, :, None] * vectors[:, None]


def general_projections(x):
    """The real parts of x y^T for the right and left eigenvectors of all eigenvalues, and twice the imaginary ones."""
    if hasattr(x, "own"):
        parts = x.own(general_eigenprojections)
        return parts[0] + 2 * parts[1]
    library = torch if isinstance(x, torch.Tensor) else np
    values, vectors = library.linalg.eig(x)
    vectors = vectors[:, np.lexsort((as_numpy(values.imag), as_numpy(values.real)))]
    found = library.einsum("ik,kj->kij", vectors, library.linalg.inv(vectors))
    return found.real + 2 * found.imag


def as_numpy(x):
    return x.detach().numpy() if isinstance(x, torch.Tensor) else x


# A function, and the shapes of its arguments.
USES = {
    "matmul of many": (o.matmul, [(2, 3, 4), (2, 4, 2)]),
    "matmul that broadcasts": (o.matmul, [(2, 1, 3, 2), (3, 2, 2)]),
    "matmul of many and one": (o.matmul, [(2, 3, 4), (4, 2)]),
    "matmul of one and many": (o.matmul, [(3, 4), (2, 4, 2)]),
    "matmul of a vector and many": (o.matmul, [(4,), (2, 4, 3)]),
    "matmul of many and a vector": (o.matmul, [(2, 3, 4), (4,)]),
    "einsum of heads": (lambda x, y: o.einsum("bhij,bhkj->bhik", x, y), [(2, 1, 3, 2), (2, 1, 2, 2)]),
    "einsum of a diagonal": (lambda x, y: o.einsum("iij,j->i", x, y), [(2, 2, 3), (3,)]),
    "einsum of three": (lambda x, y, z: o.einsum("ij,jk,lk->il", x, y, z), [(2, 3), (3, 2), (2, 2)]),
    "einsum with an ellipsis": (lambda x, y: o.einsum("...ij,...jk->...ik", x, y), [(2, 1, 2, 3), (2, 3, 2)]),
    "einsum without a result": (lambda x, y: o.einsum("ijk,k", x, y), [(2, 3, 2), (2,)]),
    "tensordot": (lambda x, y: o.tensordot(x, y, ([0, 1], [1, 0])), [(2, 3, 2), (3, 2, 2)]),
    "conv1d": (
        lambda x, w, b: o.conv1d(x, w, b, stride=2, padding=1, dilation=2),
        [(2, 7), (3, 2, 2), (3,)],
    ),
    "conv2d": (
        lambda x, w: o.conv2d(x, w, stride=(2, 1), padding=(1, 0), groups=2),
        [(2, 2, 3, 2), (4, 1, 2, 2)],
    ),
    "conv2d of the same size": (lambda x, w: o.conv2d(x, w, padding="same"), [(1, 2, 3, 3), (1, 2, 3, 1)]),
    "conv3d": (lambda x, w: o.conv3d(x, w, padding=(1, 0, 0)), [(1, 1, 2, 2, 3), (1, 1, 2, 2, 2)]),
    "softmax": (lambda x: o.softmax(x, 1), [(2, 3, 2)]),
    "log_softmax": (o.log_softmax, [(2, 4)]),
    "logsumexp": (lambda x: o.logsumexp(x, 0), [(3, 2)]),
    "prod": (lambda x: o.prod(x, 1), [(2, 4)]),
    "solve": (o.solve, [(3, 3), (3, 2)]),
    "solve for a vector": (o.solve, [(3, 3), (3,)]),
    "solve many": (o.solve, [(2, 2, 2), (2, 2, 2)]),
    "solve one for many": (o.solve, [(2, 2), (3, 2, 1)]),
    "inverse": (o.inverse, [(3, 3)]),
    "inverse of a number": (o.inverse, [(2, 1, 1)]),
    "det": (o.det, [(2, 3, 3)]),
    "det of four": (o.det, [(4, 4)]),
    "slogdet": (lambda x: o.slogdet(x)[1], [(3, 3)]),
    "cholesky": (lambda x: o.cholesky(positive(x)), [(3, 3)]),
    "cholesky of many": (lambda x: o.cholesky(positive(x)), [(2, 2, 2)]),
    "solve_triangular": (o.solve_triangular, [(3, 3), (3, 2)]),
    "solve_triangular from above": (lambda x, y: o.solve_triangular(x, y, upper=True), [(2, 2, 2), (2, 2)]),
    "eigvalsh": (lambda x: o.eigvalsh(symmetric(x)), [(3, 3)]),
    "eigenprojections": (projections, [(3, 3)]),
    "eigvalsh of two rows": (lambda x: o.eigvalsh(symmetric(x)), [(2, 2, 2)]),
    "svdvals": (o.svdvals, [(3, 2)]),
    "svdvals of a row": (o.svdvals, [(2, 1, 3)]),
    "matrix_norm": (lambda x: o.matrix_norm(x, "nuc"), [(2, 2)]),
    "cond": (o.cond, [(2, 3)]),
    "matrix_exp": (o.matrix_exp, [(2, 2)]),
    "matrix_exp of a number": (o.matrix_exp, [(2, 1, 1)]),
    "qr": (lambda x: o.concatenate(o.qr(x), -2), [(2, 3, 2)]),
    "lstsq": (o.lstsq, [(3, 2), (3, 2)]),
    "lstsq for a vector": (o.lstsq, [(4, 3), (4,)]),
    "pinv": (o.pinv, [(2, 3, 2)]),
    "pinv of a wide matrix": (o.pinv, [(2, 3)]),
    "sort": (lambda x: o.sort(x, 0), [(5, 2)]),
    "median": (o.median, [(2, 4)]),
    "topk": (lambda x: o.topk(x, 2), [(2, 4)]),
    "amax over axes": (lambda x: o.amax(x, (0, 2)), [(2, 3, 2)]),
    "amin": (lambda x: o.amin(x, 1), [(2, 3)]),
    "max_pool1d": (lambda x: o.max_pool1d(x, 2), [(2, 6)]),
    "max_pool2d": (lambda x: o.max_pool2d(x, 3, stride=2, padding=1), [(1, 2, 4, 3)]),
    "max_pool3d": (lambda x: o.max_pool3d(x, 2), [(1, 2, 4, 2)]),
    "avg_pool2d": (lambda x: o.avg_pool2d(x, 2, stride=1, padding=1), [(1, 2, 3)]),
    "cumsum": (lambda x: o.cumsum(x, 1), [(2, 4)]),
    "take": (lambda x: o.take(x, PLACES, 1), [(2, 3)]),
    "gather": (lambda x: o.gather(x, 1, PLACES), [(2, 3)]),
    "scatter_add": (lambda x, y: o.scatter_add(x, 0, PLACES, y), [(3, 2), (2, 2)]),
    "pad": (lambda x: o.pad(x, [(1, 0), (0, 2)]), [(2, 3)]),
    "permute": (lambda x: o.permute(x, (2, 0, 1)), [(2, 3, 2)]),
    "tril": (lambda x: o.tril(x, -1), [(3, 3)]),
    "triu": (o.triu, [(2, 2, 3)]),
    "trace": (o.trace, [(2, 3, 3)]),
    "layer_norm": (o.layer_norm, [(2, 3), (3,), (3,)]),
    "rms_norm": (o.rms_norm, [(2, 3), (3,)]),
}
# Layers that are made of such rows alone. Random functions do not draw from them: a seed stays the function it was.
LAYERS = {
    "conv_transpose1d": (
        lambda x, w, b: o.conv_transpose1d(x, w, b, stride=2, padding=1, output_padding=1, dilation=2),
        [(2, 3), (2, 3, 2), (3,)],
    ),
    "conv_transpose2d": (
        lambda x, w: o.conv_transpose2d(x, w, stride=(2, 1), padding=(1, 0), groups=2),
        [(2, 2, 2, 2), (2, 1, 3, 2)],
    ),
    "unfold": (lambda x: o.unfold(x, 2, stride=(1, 2), padding=1), [(1, 2, 2, 2)]),
    "fold": (lambda x: o.fold(x, (3, 2), (2, 1), dilation=(2, 1), padding=(1, 0)), [(2, 6)]),
    "linear": (o.linear, [(2, 3), (4, 3), (4,)]),
    "bilinear": (o.bilinear, [(2, 3), (2, 2), (2, 3, 2), (2,)]),
    "adaptive_avg_pool2d": (lambda x: o.adaptive_avg_pool2d(x, (3, 2)), [(1, 4, 3)]),
    "adaptive_max_pool2d": (lambda x: o.adaptive_max_pool2d(x, (3, 2)), [(1, 4, 3)]),
    "lp_pool2d": (lambda x: o.lp_pool2d(x, 2, (2, 1), stride=1), [(1, 3, 2)]),
    "pixel_shuffle": (lambda x: o.pixel_shuffle(x, 2), [(4, 1, 2)]),
    "local_response_norm": (lambda x: o.local_response_norm(x, 2, alpha=0.5), [(1, 3, 2)]),
    "pairwise_distance": (o.pairwise_distance, [(2, 3), (3,)]),
    "attention with a mask": (lambda q, k, v: o.attention(q, k, v, np.tri(2, 3) > 0), [(2, 2), (3, 2), (3, 1)]),
    "attention with numbers added": (o.attention, [(2, 2), (3, 2), (3, 1), (2, 3)]),
    "cross_entropy": (
        lambda x: o.cross_entropy(x, np.array([2, 0]), weight=np.array([0.5, 2.0, 1.0]), label_smoothing=0.25),
        [(2, 3)],
    ),
    "cross_entropy of shares": (lambda x, y: o.cross_entropy(x, y, reduction="none"), [(2, 3), (2, 3)]),
    "triplet_margin_loss": (
        lambda x, y, z: o.triplet_margin_loss(x, y, z, 3.0, p=3.0, reduction="none"),
        [(2, 3), (2, 3), (2, 3)],
    ),
    "interpolate by cubics": (lambda x: o.interpolate(x, (3, 2), mode="bicubic"), [(1, 1, 2, 3)]),
    "interpolate without aliases": (
        lambda x: o.interpolate(x, (2, 2), mode="bilinear", antialias=True),
        [(1, 1, 3, 4)],
    ),
    "affine_grid": (lambda x: o.affine_grid(x, (1, 1, 2, 3)), [(1, 2, 3)]),
    "pad by mirrors": (lambda x: o.pad(x, [(0, 0), (2, 1)], mode="reflect"), [(2, 3)]),
    "avg_pool2d that is rounded up": (
        lambda x: o.avg_pool2d(x, 2, padding=1, ceil_mode=True, count_include_pad=False),
        [(1, 3, 2)],
    ),
    "max_unpool1d": (lambda x: o.max_unpool1d(x, np.array([[1, 2]]), 2), [(1, 2)]),
    "fractional_max_pool2d": (
        lambda x: o.fractional_max_pool2d(x, 2, np.array([[[0.3, 0.7]]]), (2, 1)),
        [(1, 4, 3)],
    ),
    "eigvals": (lambda x: o.real(o.eigvals(x)) + 2 * o.imag(o.eigvals(x)), [(3, 3)]),
    "eigvals of two rows": (lambda x: o.abs(o.eigvals(x)) + o.imag(o.eigvals(x)), [(2, 2, 2)]),
    "projections of any matrix": (general_projections, [(3, 3)]),
    "lu": (lambda x: o.concatenate(o.lu(x)[1:], -1), [(2, 3, 3)]),
    "lu of a tall matrix": (lambda x: o.matmul(o.lu(x)[0], o.lu(x)[1]), [(4, 2)]),
    "lu of a wide matrix": (lambda x: o.lu(x)[2], [(2, 4)]),
    "cross": (lambda x, y: o.cross(x, y, 0), [(3, 2), (3, 1)]),
    "vecdot": (o.vecdot, [(2, 3), (3,)]),
    "multi_dot": (lambda x, y, z: o.multi_dot([x, y, z]), [(3,), (3, 2), (2, 2)]),
    "vander": (o.vander, [(2, 3)]),
    "logdet": (lambda x: o.logdet(positive(x)), [(2, 3, 3)]),
    "tensorsolve": (lambda x, y: o.tensorsolve(x, y, (0,)), [(2, 4, 2), (4,)]),
    "tensorinv": (o.tensorinv, [(2, 2, 1, 4)]),
    "householder_product": (o.householder_product, [(2, 4, 3), (2, 2)]),
    "cov": (o.cov, [(2, 4)]),
    "corrcoef": (o.corrcoef, [(3, 4)]),
    "eigh": (lambda x: o.eigh(symmetric(x))[1], [(3, 3)]),
    "svd": (lambda x: o.svd(x)[0], [(3, 2)]),
    "svd of wide matrices": (lambda x: o.svd(x)[2], [(2, 2, 3)]),
}

SHAPE = (2, 3)
# What keeps elements apart that are one number otherwise.
SCALES = np.array([[1.0, 1.25, -0.75], [0.5, -1.5, 1.75]])


def function(seed):
    """A function of one small matrix: three of the uses, one after another, each fed with what the last one gave."""

    def made(x):
        dice = random.Random(seed)
        for _ in range(3):
            use, shapes = dice.choice(list(USES.values()))
            found = use(*(_shaped(x, shape, 1 + k) for k, shape in enumerate(shapes)))
            x = o.tanh(o.mul(_shaped(found, SHAPE, 1), SCALES))
        return o.sum(o.mul(x, SCALES))

    return made


def _shaped(x, shape, turn):
    """The elements again and again, moved apart so that no two are equal and matrices have their inverses."""
    size = int(np.prod(shape, dtype=int))
    places = (turn * np.arange(size)) % int(np.prod(x.shape, dtype=int))
    apart = np.cos(2.4 * turn * np.arange(size)).reshape(shape)
    return o.add(o.reshape(o.take(x, places), shape), apart)


def point(shapes, seed=0):
    """Arrays of normal numbers."""
    generator = np.random.default_rng(seed)
    return [generator.normal(size=shape) for shape in shapes]
