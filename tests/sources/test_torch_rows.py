"""Every row of torch's operations beside torch's own kernel, at two points: a recording that differs is refused."""

import functools
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional

from diffcheck import case_of
from diffcheck.sources.torch_code import recorder
from diffcheck.sources.torch_code.rows import by_name

aten = torch.ops.aten
GENERATOR = torch.Generator().manual_seed(1)


def numbers(*shape):
    return torch.randn(*shape, dtype=torch.float64, generator=GENERATOR)


M, N, V, W = numbers(3, 4), numbers(3, 4), numbers(4), numbers(4)
POSITIVE, SQUARE, CUBE = M.abs() + 0.5, numbers(3, 3) + 3 * torch.eye(3, dtype=torch.float64), numbers(2, 4, 6)
PAIR = CUBE[:, :2, :2]
IMAGE, SPD = numbers(2, 2, 6, 6), SQUARE @ SQUARE.mT
PIVOTS = torch.tensor([3, 2, 3], dtype=torch.int32)
PLACES, MASK = torch.tensor([2, 0, 1]), N > 0
COLUMNS, LABELS = torch.tensor([0, 2, 2, 0]), torch.tensor([1, 0, 3])
TURNS = torch.polar(torch.ones(2, dtype=torch.float64), V[:2])
# Which classes are labels; of what stands behind the first -1 none is.
MARKS = torch.tensor([[0, -1, 1, 2], [3, 1, 0, 2], [2, 2, -1, -1]])
INFINITE = torch.tensor([0.0, -torch.inf, 0.0, 0.0], dtype=torch.float64)

SPOKEN = numbers(4, 2, 3)
IMAGES = numbers(1, 2, 4, 3)
SPACE = numbers(1, 1, 3, 2, 4)
MANY_SAMPLES = functools.partial(functional.grid_sample, IMAGES, mode="bicubic", align_corners=False)
ALIGNED = functools.partial(functional.ctc_loss, reduction="none")

# The operation that must be recorded by its own row, the code, and its inputs.


def positive(x, y):
    """A positive definite matrix that is its own conjugate transposed."""
    rows = torch.complex(x, y)
    return rows @ rows.mH


TABLE = [
    ("add", lambda x, y: torch.add(x, y, alpha=3) + (x > 0), (M, N)),
    ("sub", lambda x, y: torch.sub(x, y, alpha=2) - 1, (M, N)),
    ("rsub", lambda x: torch.rsub(x, 3, alpha=2), (M,)),
    ("mul", lambda x, y: x * y * (y > 0), (M, N)),
    ("div", lambda x, y: x / y + torch.div(x, y, rounding_mode="floor"), (M, N)),
    ("div", lambda x, y: torch.div(x, y, rounding_mode="trunc") + x / 3, (M, N)),
    ("pow", lambda x: x**2 + x.abs() ** 1.5 + 2**x, (M,)),
    ("addcmul", lambda x, y, z: torch.addcmul(x, y, z, value=0.5), (M, N, POSITIVE)),
    ("addcdiv", lambda x, y, z: torch.addcdiv(x, y, z, value=0.5), (M, N, POSITIVE)),
    ("lerp", lambda x, y: torch.lerp(x, y, 0.3), (M, N)),
    ("clamp", lambda x: x.clamp(-0.5, 0.5) + x.clamp(max=0.1), (M,)),
    ("clamp_min", lambda x: x.clamp_min(0.2), (M,)),
    ("clamp_max", lambda x: x.clamp_max(0.2), (M,)),
    ("hardtanh", lambda x: functional.hardtanh(x, -0.3, 0.4), (M,)),
    ("threshold", lambda x: functional.threshold(x, 0.1, -7.0), (M,)),
    ("angle", lambda x: x.angle() * x, (M,)),
    *(
        (f"special_{name}", lambda x, name=name: getattr(torch.special, name)(x, 3) * x, (M,))
        for name in (
            *(f"chebyshev_polynomial_{kind}" for kind in "tuvw"),
            *(f"shifted_chebyshev_polynomial_{kind}" for kind in "tuvw"),
            *("hermite_polynomial_h", "hermite_polynomial_he", "laguerre_polynomial_l", "legendre_polynomial_p"),
        )
    ),
    ("mvlgamma", lambda x: torch.special.multigammaln(x + 1, 2), (POSITIVE,)),
    ("logit", lambda x: x.sigmoid().logit() + torch.logit(x, eps=0.1), (M,)),
    ("gelu", lambda x: functional.gelu(x) + functional.gelu(x, approximate="tanh"), (M,)),
    ("leaky_relu", lambda x: functional.leaky_relu(x, 0.2), (M,)),
    ("_prelu_kernel", lambda x, w: functional.prelu(x, w), (M, V.abs())),
    ("elu", lambda x: functional.elu(x, 1.5) + functional.selu(x) + functional.celu(x, 2.0), (M,)),
    ("softplus", lambda x: functional.softplus(20 * x) + functional.softplus(x, beta=2), (M,)),
    ("log_sigmoid_forward", functional.logsigmoid, (M,)),
    ("gt", lambda x, y: torch.where(x > y, x, y), (M, N)),
    ("ge", lambda x, y: torch.where(x >= y, x, 2 * y), (M, N)),
    ("lt", lambda x: torch.where(x < 0.5, x, x * x), (M,)),
    ("le", lambda x: torch.where(x <= 0.5, x, x * x), (M,)),
    ("eq", lambda x: torch.where(x == x, x, 0.0) * x, (M,)),
    ("ne", lambda x: torch.where(x != 0, x, 1.0), (M,)),
    ("logical_and", lambda x, y: torch.where((x > 0).logical_and(y > 0), x, y), (M, N)),
    ("bitwise_and", lambda x, y: torch.where((x > 0) & (y > 0), x, y), (M, N)),
    ("logical_or", lambda x, y: torch.where((x > 0).logical_or(y > 0), x, y), (M, N)),
    ("bitwise_or", lambda x, y: torch.where((x > 0) | (y > 0), x, y), (M, N)),
    ("logical_not", lambda x: torch.where((x > 0).logical_not(), x, 2 * x), (M,)),
    ("bitwise_not", lambda x: torch.where(~(x > 0), x, 2 * x), (M,)),
    ("isnan", lambda x: torch.where(x.isnan(), 0.0, x) * x, (M,)),
    ("isinf", lambda x: torch.where(aten.isinf(x), 0.0, x) * x, (M,)),
    ("ne", lambda x: torch.where(aten.isfinite(x), x, 0.0) * x, (M,)),
    ("where", lambda x: torch.where(x > 0, x, -0.1 * x), (M,)),
    ("masked_fill", lambda x: x.masked_fill(x > 0.3, 2.0), (M,)),
    ("all", lambda x: torch.where((x > 0).all(-1, keepdim=True), x, 2 * x), (M,)),
    ("any", lambda x: torch.where((x > 0).any(0), x, 2 * x), (M,)),
    ("round", lambda x: x * torch.round(x), (M,)),
    ("round", lambda x: x * torch.round(100 * x, decimals=-1) + torch.round(x, decimals=2), (M,)),
    ("polygamma", lambda x: torch.polygamma(1, x), (POSITIVE,)),
    ("fmax", torch.fmax, (M, N)),
    ("fmin", torch.fmin, (M, N)),
    ("sum", lambda x: x.sum() + x.sum(0, keepdim=True) + x.sum((-1,), keepdim=True), (M,)),
    ("sum", lambda x: x[:0].sum() + x[:0].sum(0) * x, (M,)),
    ("mean", lambda x: x.mean() + x.mean(0) + x.mean(-1, keepdim=True), (M,)),
    ("var", lambda x: x.var() + x.var(0, correction=0), (M,)),
    ("std", lambda x: x.std() + x.std(0, unbiased=False), (M,)),
    ("var_mean", lambda x: torch.cat(torch.var_mean(x, 0)), (M,)),
    ("var_mean", torch.var_mean, (M,)),
    ("prod", lambda x: x.prod() + x.prod(0), (M,)),
    ("cumsum", lambda x: x.cumsum(1), (M,)),
    ("amax", lambda x: x.amax() + x.amax((0,), keepdim=True), (M,)),
    ("amax", lambda x: (x + INFINITE).amax((0, 1), keepdim=True) + x.masked_fill(MASK, -torch.inf).amax(0), (M,)),
    ("max", lambda x: (x + INFINITE).max(1).values + (x + INFINITE).max(), (M,)),
    ("logsumexp", lambda x: (x + INFINITE).logsumexp(1) + (x + INFINITE).logsumexp((0, 1)), (M,)),
    ("logsumexp", lambda x: (x + INFINITE).logsumexp(0).softmax(0), (M,)),
    ("amin", lambda x: x.masked_fill(MASK, torch.inf).amin(0) + torch.where(MASK, x, torch.inf).min(), (M,)),
    ("neg", lambda x: -x - x.masked_fill(MASK, torch.inf).neg().softmax(1), (M,)),
    ("amin", lambda x: x.amin() + x.amin((0,), keepdim=True), (M,)),
    ("max", lambda x: x.max() + x.max(1).values, (M,)),
    ("min", lambda x: x.min() + x.min(1, keepdim=True).values, (M,)),
    ("sort", lambda x: x.sort(1, descending=True).values * V + x.sort(1).values, (M,)),
    ("topk", lambda x: x.topk(2, 1).values - x.topk(2, 1, largest=False).values, (M,)),
    ("median", lambda x: x.median() + x.median(1).values, (M,)),
    ("nanmedian", lambda x: x.nanmedian() + x.nanmedian(1).values, (M,)),
    ("kthvalue", lambda x: x.kthvalue(2, 0).values + x.kthvalue(3, 1, keepdim=True).values, (M,)),
    ("cummax", lambda x: x.cummax(1).values + x[0, 0].cummax(0).values, (M,)),
    ("cummin", lambda x: x.cummin(0).values, (M,)),
    ("logcumsumexp", lambda x: x.logcumsumexp(1), (M,)),
    ("_cdist_forward", torch.cdist, (M, N)),
    ("_pdist_forward", lambda x: functional.pdist(x) + functional.pdist(x, 1.5), (M,)),
    ("linalg_vector_norm", lambda x: x.norm() + x.norm(1) + x.norm(3, dim=0) + x.norm(torch.inf, dim=0), (M,)),
    ("linalg_vector_norm", lambda x: torch.linalg.vector_norm(x * MASK, 0, dim=0) * x, (M,)),
    ("_softmax", lambda x: (x + INFINITE).softmax(-1) + x.softmax(0), (M,)),
    ("_safe_softmax", lambda x: aten._safe_softmax(x.masked_fill(MASK, -torch.inf), -1), (M,)),
    ("_log_softmax", lambda x: functional.nll_loss((x + INFINITE).log_softmax(-1), torch.tensor([0, 2, 3])), (M,)),
    ("logsumexp", lambda x: x.logsumexp(0) + x.logsumexp((0, 1), keepdim=True), (M,)),
    ("convolution", lambda x, w: functional.conv2d(x, w, stride=2, padding=1), (IMAGE, numbers(3, 2, 3, 2))),
    ("convolution", lambda x, w: functional.conv1d(x, w, groups=2, dilation=2), (CUBE, numbers(4, 2, 2))),
    ("convolution", nn.ConvTranspose2d(2, 3, 3, stride=2, padding=1, output_padding=1), (IMAGE[..., :3],)),
    (
        "convolution",
        lambda x, w: functional.conv_transpose1d(x, w, stride=2, padding=1, groups=2, dilation=2),
        (CUBE, numbers(4, 3, 2)),
    ),
    ("max_pool2d_with_indices", lambda x: functional.max_pool2d(x, 2, padding=1), (IMAGE,)),
    ("max_pool2d_with_indices", lambda x: functional.max_pool2d(x, 3, (2, 1), 1, 2, ceil_mode=True), (IMAGE,)),
    ("max_pool3d_with_indices", lambda x: functional.max_pool3d(x, 2), (IMAGE,)),
    (
        "max_pool2d_with_indices",
        lambda x: functional.max_unpool2d(*functional.max_pool2d(x, 2, return_indices=True), 2),
        (IMAGE,),
    ),
    ("avg_pool2d", lambda x: functional.avg_pool2d(x, 3, 2, padding=1), (IMAGE,)),
    ("avg_pool2d", lambda x: functional.avg_pool2d(x, 5, 3, 2, True, False), (IMAGE,)),
    ("avg_pool2d", lambda x: functional.avg_pool2d(x, (4, 3), 3, 1, ceil_mode=True), (IMAGE,)),
    ("avg_pool3d", lambda x: functional.avg_pool3d(x[None], (2, 3, 4), 1, 1, divisor_override=7), (IMAGE,)),
    ("_adaptive_avg_pool2d", lambda x: functional.adaptive_avg_pool2d(x, (4, 5)), (IMAGE,)),
    ("_adaptive_avg_pool3d", lambda x: functional.adaptive_avg_pool3d(x, (3, 4, 1)), (IMAGE,)),
    ("adaptive_max_pool2d", lambda x: functional.adaptive_max_pool2d(x, (4, 5)), (IMAGE,)),
    ("adaptive_max_pool3d", lambda x: functional.adaptive_max_pool3d(x, (3, 4, 1)), (IMAGE,)),
    ("native_layer_norm", lambda x, w: functional.layer_norm(x, (4,), w, eps=1e-3), (M, V)),
    ("mean", lambda x, w: functional.rms_norm(x, (4,), w), (M, V)),
    ("native_group_norm", nn.GroupNorm(2, 4), (CUBE,)),
    ("native_batch_norm", nn.BatchNorm1d(4), (CUBE,)),
    (
        "_native_batch_norm_legit",
        lambda x: aten._native_batch_norm_legit(x, None, None, V, V, True, 0.1, 1e-5),
        (CUBE,),
    ),
    ("_native_batch_norm_legit", lambda x: aten._native_batch_norm_legit(x, V, V, True, 0.1, 1e-5), (CUBE,)),
    (
        "_batch_norm_with_update",
        lambda x: aten._batch_norm_with_update(x, V, W, V.clone(), V.abs(), 0.1, 1e-5)[0],
        (CUBE,),
    ),
    (
        "_scaled_dot_product_flash_attention_for_cpu",
        lambda q, k: functional.scaled_dot_product_attention(q, k, k, attn_mask=torch.tril(torch.ones(6, 6)).bool()),
        (IMAGE, IMAGE + 1),
    ),
    (
        "_scaled_dot_product_flash_attention_for_cpu",
        lambda q, k: functional.scaled_dot_product_attention(q, k, 2 * k, enable_gqa=True),
        (IMAGE.repeat(1, 2, 1, 1), IMAGE + 1),
    ),
    ("rrelu_with_noise", lambda x: functional.rrelu(x) + functional.rrelu(x, 0.1, 0.3), (M,)),
    ("multilabel_margin_loss_forward", lambda x: functional.multilabel_margin_loss(x, MARKS), (M,)),
    ("multilabel_margin_loss_forward", lambda x: functional.multilabel_margin_loss(x, MARKS, reduction="none"), (M,)),
    ("multilabel_margin_loss_forward", lambda x: functional.multilabel_margin_loss(x[0], MARKS[0]), (M,)),
    ("nll_loss_forward", lambda x: functional.cross_entropy(x, LABELS, weight=V.abs(), ignore_index=0), (M,)),
    ("nll_loss_forward", lambda x: functional.nll_loss(x, LABELS, reduction="none"), (M,)),
    ("nll_loss2d_forward", lambda x: functional.nll_loss(x, PLACES[:2, None, None].expand(2, 6, 6) % 2), (IMAGE,)),
    ("binary_cross_entropy", lambda x: functional.binary_cross_entropy(x.sigmoid(), MASK.double(), POSITIVE), (M,)),
    (
        "binary_cross_entropy_with_logits",
        lambda x: functional.binary_cross_entropy_with_logits(x, MASK.double(), POSITIVE, pos_weight=V.abs()),
        (M,),
    ),
    ("mse_loss", lambda x, y: functional.mse_loss(x, y, reduction="sum"), (M, N)),
    ("huber_loss", lambda x, y: functional.huber_loss(x, y, delta=0.5), (M, N)),
    ("smooth_l1_loss", lambda x, y: functional.smooth_l1_loss(x, y, beta=0.5), (M, N)),
    ("mm", lambda x, y: x @ y.T, (M, N)),
    ("bmm", lambda x: x @ x.mT, (CUBE,)),
    ("mm", lambda x: MASK.double().to_sparse() @ x, (M.T,)),
    ("_sparse_addmm", lambda x: torch.sparse.mm(N.to_sparse_csr(), x), (M.T,)),
    ("mv", lambda x, v: x @ v, (M, V)),
    ("dot", torch.dot, (V, W)),
    ("addmm", lambda x, y: torch.addmm(x[:, :3], x, y.T, beta=2, alpha=0.5), (M, N)),
    ("baddbmm", lambda x: torch.baddbmm(x[..., :4], x, x.mT), (CUBE,)),
    ("addmm", lambda x, y: torch.addmm(x[:, :3], x[:, :0], y[:, :0].T), (M, N)),
    ("addbmm", lambda x: torch.addbmm(x[0, :, :4], x, x.mT, beta=2, alpha=0.5), (CUBE,)),
    ("_trilinear", lambda x, y, w: functional.bilinear(x, y, w), (M, N[:, :2], numbers(5, 4, 2))),
    ("addmv", lambda x, v: torch.addmv(x[:, 0], x, v), (M, V)),
    ("addr", lambda x, v: torch.addr(x, x[:, 0], v, alpha=2), (M, V)),
    ("_linalg_solve_ex", lambda a, b: torch.linalg.solve(a, b), (SQUARE, M)),
    ("_linalg_solve_ex", lambda a, b: torch.linalg.solve(a, b, left=False), (SQUARE, M.T)),
    ("_linalg_solve_ex", lambda a, b: torch.linalg.solve(a, b), (SQUARE, M[:, 0])),
    ("linalg_inv_ex", torch.linalg.inv, (SQUARE,)),
    ("_linalg_det", torch.linalg.det, (SQUARE,)),
    ("_linalg_slogdet", lambda a: torch.logdet(a @ a.mT) + torch.slogdet(a)[1], (SQUARE,)),
    ("linalg_cholesky_ex", lambda a: torch.linalg.cholesky(a @ a.mT, upper=True), (SQUARE,)),
    ("cholesky", lambda a: torch.cholesky(a @ a.mT), (SQUARE,)),
    ("linalg_solve_triangular", lambda a, b: torch.linalg.solve_triangular(a, b, upper=True), (SQUARE, M)),
    (
        "linalg_solve_triangular",
        lambda a, b: torch.linalg.solve_triangular(a, b, upper=False, left=False),
        (SQUARE, M.T),
    ),
    ("cholesky_solve", lambda b, a: torch.cholesky_solve(b, a), (M, SPD)),
    ("cholesky_solve", lambda b, a: torch.cholesky_solve(b, a, upper=True), (M, SPD)),
    (
        "linalg_solve_triangular",
        lambda a, b: torch.linalg.solve_triangular(a, b, upper=True, unitriangular=True),
        (SQUARE, M),
    ),
    ("triangular_solve", lambda b, a: torch.triangular_solve(b, a, transpose=True)[0], (M, SQUARE)),
    ("triangular_solve", lambda b, a: torch.triangular_solve(b, a, upper=False, unitriangular=True)[0], (M, SQUARE)),
    ("cholesky_inverse", lambda a: torch.cholesky_inverse(a) + torch.cholesky_inverse(a, upper=True), (SPD,)),
    ("linalg_lu_solve", lambda a, b: torch.linalg.lu_solve(a, PIVOTS, b), (SPD, M)),
    ("linalg_lu_solve", lambda a, b: torch.linalg.lu_solve(a, PIVOTS, b.T, left=False, adjoint=True), (SPD, M)),
    ("linalg_lu_solve", lambda a, b: torch.linalg.lu_solve(a, PIVOTS, b, adjoint=True), (SPD, M)),
    ("linalg_lu_factor_ex", lambda a: torch.linalg.lu_factor(a)[0], (M,)),
    ("linalg_lu_factor_ex", lambda a: torch.linalg.lu_factor(a.T)[0], (M,)),
    ("linalg_lu_factor_ex", lambda a, b: torch.lu_solve(b, *torch.linalg.lu_factor(a)), (SPD[[2, 0, 1]], M)),
    ("linalg_lu", lambda a: a + sum(p.sum() for p in torch.linalg.lu(a)[1:]) * torch.linalg.lu(a)[1][0, 0], (M,)),
    ("linalg_lu", lambda a: torch.linalg.lu(a)[0] @ a[:, :3], (M,)),
    ("lu_unpack", lambda a: torch.lu_unpack(a, PIVOTS)[1] + 2 * torch.lu_unpack(a, PIVOTS)[2].sum(), (M,)),
    ("linalg_householder_product", torch.linalg.householder_product, (M.T, V[:3])),
    ("ormqr", lambda a, v, x: torch.ormqr(a, v, x, transpose=True), (M.T, V[:3], N.T)),
    ("ormqr", lambda a, v, x: torch.ormqr(a, v, x, left=False), (M.T, V[:3], N)),
    ("linalg_pinv", lambda x: torch.linalg.pinv(x) + torch.linalg.pinv(x.T).T, (M,)),
    ("linalg_lstsq", lambda a, b: torch.linalg.lstsq(a, b).solution, (M.T, N.T)),
    ("linalg_lstsq", lambda a, b: torch.linalg.lstsq(a, b, driver="gelsd").residuals, (M.T, N.T)),
    ("linalg_lstsq", lambda a, b: torch.linalg.lstsq(a, b).solution, (M, N)),
    ("linalg_cross", torch.linalg.cross, (M.T, N.T)),
    ("scatter_add", lambda x, y: x.scatter_add(0, PLACES[:, None].expand(3, 4) % 2, y), (M, N)),
    ("scatter_reduce", lambda x, y: x.scatter_reduce(0, PLACES[:, None].expand(3, 4), y, "sum"), (M, N)),
    *(
        (
            "scatter_reduce",
            lambda x, y, how=how, own=own: x.scatter_reduce(
                0, PLACES[:, None].expand(3, 4) % 2, y, how, include_self=own
            ),
            (M, N),
        )
        for how in ("sum", "prod", "mean", "amax", "amin")
        for own in (True, False)
    ),
    *(
        (
            "index_reduce",
            lambda x, y, how=how, own=own: x.index_reduce(1, COLUMNS, y, how, include_self=own),
            (M, N),
        )
        for how in ("prod", "mean", "amax", "amin")
        for own in (True, False)
    ),
    *(
        (
            "_embedding_bag",
            lambda w, mode=mode: functional.embedding_bag(
                torch.tensor([2, 0, 1, 2, 1]), w, torch.tensor([0, 3, 3]), mode=mode, padding_idx=1
            ),
            (M,),
        )
        for mode in ("sum", "mean", "max")
    ),
    (
        "_embedding_bag",
        lambda w, v: functional.embedding_bag(torch.tensor([[2, 0], [1, 2]]), w, per_sample_weights=v, mode="sum"),
        (M, V.reshape(2, 2)),
    ),
    *(
        (
            "segment_reduce",
            lambda x, how=how: torch.segment_reduce(x, how, lengths=torch.tensor([2, 3, 1]), axis=0),
            (numbers(6, 2),),
        )
        for how in ("sum", "mean", "prod", "max", "min")
    ),
    (
        "segment_reduce",
        lambda x: torch.segment_reduce(x, "prod", offsets=torch.tensor([[0, 1, 4]] * 3), axis=1, initial=2.0),
        (M,),
    ),
    ("put", lambda x, y: x.put(PLACES % 2, y[0, :3], accumulate=True), (M, N)),
    ("index_add", lambda x, y: x.index_add(0, PLACES % 2, y, alpha=2), (M, N)),
    ("linalg_qr", lambda x: torch.cat(torch.linalg.qr(x.mT), 0), (M,)),
    ("linalg_qr", lambda x: torch.cat(torch.linalg.qr(x), 1), (M,)),
    ("linalg_qr", lambda x: torch.cat(torch.linalg.qr(x.mT, "complete"), 1), (M,)),
    ("linalg_qr", lambda x: torch.linalg.qr(x[:, :3], "r")[1], (M,)),
    ("linalg_qr", lambda x: torch.cat(torch.linalg.qr(x), -1), (CUBE,)),
    ("_linalg_eigh", lambda x: torch.linalg.eigh(x @ x.mT)[1], (M,)),
    ("_linalg_eigh", lambda x: torch.linalg.eigvalsh(x @ x.mT, UPLO="U"), (CUBE,)),
    ("_linalg_svd", lambda x: torch.linalg.svd(x, full_matrices=False)[0], (M,)),
    ("_linalg_svd", lambda x: torch.linalg.svd(x.mT, full_matrices=False)[2], (CUBE,)),
    ("_linalg_svd", torch.linalg.svdvals, (M,)),
    ("complex _linalg_eigvals", lambda x: torch.view_as_real(aten._linalg_eigvals(x[:, :3])), (M,)),
    ("complex linalg_eig", lambda x: torch.linalg.eig(x[:, :3])[1].abs(), (M,)),
    ("complex linalg_eig", lambda x: torch.view_as_real(torch.linalg.eigvals(x @ x.mT)), (CUBE,)),
    ("linalg_matrix_exp", lambda x: torch.linalg.matrix_exp(x @ x.mT), (M,)),
    ("_ctc_loss", lambda x: ALIGNED(x.log_softmax(-1), torch.tensor([[1, 2], [2, 2]]), [4, 3], [2, 2]), (SPOKEN,)),
    ("_ctc_loss", lambda x: ALIGNED(x.log_softmax(-1), torch.tensor([1, 1, 2]), [4, 2], [2, 1], blank=0), (SPOKEN,)),
    ("_ctc_loss", lambda x: ALIGNED(x.log_softmax(-1), torch.tensor([[0], [1]]), [4, 3], [1, 0], blank=2), (SPOKEN,)),
    (
        "grid_sampler_2d",
        lambda x, y: functional.grid_sample(IMAGES, (x * y).reshape(1, 2, 3, 2), align_corners=False),
        (M, N),
    ),
    ("grid_sampler_2d", lambda x, y: MANY_SAMPLES((x * y).reshape(1, 2, 3, 2)), (M, N)),
    (
        "grid_sampler_3d",
        lambda v, w: functional.grid_sample(
            SPACE, torch.stack([v, w, v * w], -1)[None, None, None], align_corners=True
        ),
        (V, W),
    ),
    ("complex complex", lambda x, y: 2 * torch.view_as_real(torch.complex(x, y)).flip(-1), (M, N)),
    ("complex polar", lambda x, y: torch.view_as_real(torch.polar(x, y)), (POSITIVE, N)),
    ("complex abs", lambda x, y: torch.complex(x, y).abs(), (M, N)),
    ("complex angle", lambda x, y: torch.complex(x, y).angle(), (M, N)),
    ("complex neg", lambda x, y: torch.view_as_real(-torch.complex(x, y)), (M, N)),
    ("complex conj_physical", lambda x, y: torch.complex(x, y).conj_physical_().imag, (M, N)),
    ("complex _conj_physical", lambda x, y: aten._conj_physical(torch.complex(x, y)).imag, (M, N)),
    ("complex add", lambda x, y: torch.view_as_real(torch.add(torch.complex(x, y), x, alpha=2) + 3j), (M, N)),
    ("complex sub", lambda x, y: torch.view_as_real(x - torch.complex(x * y, y)), (M, N)),
    ("complex mul", lambda x, y: torch.view_as_real(torch.complex(x, y) * torch.complex(y, x) * x * (2 - 1j)), (M, N)),
    ("complex mul", lambda x: torch.view_as_real(torch.view_as_complex(x.reshape(3, 2, 2)) * TURNS), (M,)),
    ("complex div", lambda x, y: torch.view_as_real(torch.complex(x, y) / torch.complex(y, x * x) / y), (M, N)),
    ("complex reciprocal", lambda x, y: torch.view_as_real(torch.complex(x, y).reciprocal()), (M, N)),
    ("complex exp", lambda x, y: torch.view_as_real(torch.complex(x, y).exp()), (M, N)),
    ("complex log", lambda x, y: torch.view_as_real(torch.complex(x, y).log()), (M, N)),
    ("complex sqrt", lambda x, y: torch.view_as_real(torch.complex(x, y).sqrt()), (M, N)),
    ("complex sinc", lambda x, y: torch.view_as_real(torch.complex(x, y).sinc()), (M, N)),
    ("complex sin", lambda x, y: torch.view_as_real(torch.complex(x, y).sin()), (M, N)),
    ("complex cos", lambda x, y: torch.view_as_real(torch.complex(x, y).cos()), (M, N)),
    ("complex tan", lambda x, y: torch.view_as_real(torch.complex(x, y).tan()), (M, N)),
    ("complex sinh", lambda x, y: torch.view_as_real(torch.complex(x, y).sinh()), (M, N)),
    ("complex cosh", lambda x, y: torch.view_as_real(torch.complex(x, y).cosh()), (M, N)),
    ("complex tanh", lambda x, y: torch.view_as_real(torch.complex(x, y).tanh()), (M, N)),
    ("complex asin", lambda x, y: torch.view_as_real(torch.complex(x, y).asin()), (M, N)),
    ("complex acos", lambda x, y: torch.view_as_real(torch.complex(x, y).acos()), (M, N)),
    ("complex atan", lambda x, y: torch.view_as_real(torch.complex(x, y).atan()), (M, N)),
    ("complex asinh", lambda x, y: torch.view_as_real(torch.complex(x, y).asinh()), (M, N)),
    ("complex acosh", lambda x, y: torch.view_as_real(torch.complex(x, y).acosh()), (M, N)),
    ("complex atanh", lambda x, y: torch.view_as_real(torch.complex(x, y).atanh()), (M, N)),
    ("complex log1p", lambda x, y: torch.view_as_real(torch.complex(x, y).log1p()), (M, N)),
    ("complex expm1", lambda x, y: torch.view_as_real(torch.complex(x, y).expm1()), (M, N)),
    ("complex exp2", lambda x, y: torch.view_as_real(torch.complex(x, y).exp2()), (M, N)),
    ("complex log2", lambda x, y: torch.view_as_real(torch.complex(x, y).log2()), (M, N)),
    ("complex log10", lambda x, y: torch.view_as_real(torch.complex(x, y).log10()), (M, N)),
    ("complex sigmoid", lambda x, y: torch.view_as_real(torch.complex(x, y).sigmoid()), (M, N)),
    ("complex rsqrt", lambda x, y: torch.view_as_real(torch.complex(x, y).rsqrt()), (M, N)),
    ("complex linalg_inv_ex", lambda x: torch.view_as_real(torch.linalg.inv(torch.complex(x, x * x)[:, :3])), (M,)),
    ("complex _linalg_solve_ex", lambda x, v: torch.linalg.solve(torch.complex(x, x * x), v * 1j).abs(), (M.mT @ N, W)),
    (
        "complex _linalg_solve_ex",
        lambda x: torch.linalg.solve(torch.complex(x, x * x), x * 1j, left=False).abs(),
        (PAIR,),
    ),
    (
        "complex _linalg_solve_ex",
        lambda x: torch.linalg.solve(torch.complex(x, x * x), x[..., 0] * 1j).abs(),
        (PAIR,),
    ),
    (
        "complex _linalg_solve_ex",
        lambda x: torch.linalg.solve(torch.complex(x, x * x), torch.complex(x, x).mT, left=False).imag.resolve_neg(),
        (PAIR,),
    ),
    (
        "complex linalg_solve_triangular",
        lambda x, y: torch.view_as_real(
            torch.linalg.solve_triangular(torch.complex(x, x * x), torch.complex(y, x), upper=True)
        ),
        (PAIR, PAIR),
    ),
    (
        "complex linalg_solve_triangular",
        lambda x: torch.view_as_real(
            torch.linalg.solve_triangular(
                torch.complex(x, x * x), TURNS[None], upper=False, left=False, unitriangular=True
            )
        ),
        (PAIR,),
    ),
    ("complex linalg_cholesky_ex", lambda x, y: torch.view_as_real(torch.linalg.cholesky(positive(x, y))), (M, N)),
    (
        "complex linalg_cholesky_ex",
        lambda x, y: torch.view_as_real(torch.linalg.cholesky(positive(x, y), upper=True)),
        (M, N),
    ),
    ("complex cholesky", lambda x, y: torch.view_as_real(torch.cholesky(positive(x, y))), (M, N)),
    (
        "complex linalg_matrix_exp",
        lambda x: torch.view_as_real(torch.linalg.matrix_exp(torch.complex(x, x * x))),
        (PAIR,),
    ),
    ("complex linalg_pinv", lambda x, y: torch.view_as_real(torch.linalg.pinv(torch.complex(x, y))), (M, N)),
    (
        "complex linalg_lstsq",
        lambda x, y: torch.view_as_real(torch.linalg.lstsq(torch.complex(x, y).mH, torch.complex(y, x * y).mT)[0]),
        (M, N),
    ),
    (
        "complex linalg_lstsq",
        lambda x, y: torch.linalg.lstsq(torch.complex(x, y).mH, torch.complex(y, x * y).mT, driver="gels")[1],
        (M, N),
    ),
    (
        "complex linalg_cross",
        lambda x, y: torch.view_as_real(torch.linalg.cross(torch.complex(x, y), torch.complex(y, y * x), dim=0)),
        (M, N),
    ),
    ("complex _linalg_eigh", lambda x, y: torch.linalg.eigh(positive(x, y))[1].abs(), (M, N)),
    ("complex _linalg_eigh", lambda x, y: torch.linalg.eigvalsh(positive(x, y), UPLO="U"), (M, N)),
    ("complex _linalg_svd", lambda x, y: torch.linalg.svdvals(torch.complex(x, y)), (M, N)),
    (
        "complex _linalg_svd",
        lambda x: torch.cat([v.abs().ravel() for v in torch.linalg.svd(torch.complex(x, x * x))]),
        (PAIR,),
    ),
    (
        "complex linalg_eig",
        lambda x: torch.linalg.eig(torch.complex(x, x * x))[1].abs(),
        (PAIR,),
    ),
    (
        "complex _linalg_det",
        lambda x: torch.view_as_real(torch.linalg.det(torch.complex(x, x * x))),
        (PAIR,),
    ),
    (
        "complex _linalg_slogdet",
        lambda x: torch.view_as_real(torch.linalg.slogdet(torch.complex(x, x * x))[0]),
        (PAIR,),
    ),
    ("complex _linalg_slogdet", lambda x: torch.linalg.slogdet(torch.complex(x, x * x))[1], (PAIR,)),
    ("complex prod", lambda x, y: torch.view_as_real(torch.complex(x, y).prod(0, keepdim=True)), (M, N)),
    ("complex prod", lambda x, y: torch.view_as_real(torch.complex(x, y).prod()), (M, N)),
    ("complex cumsum", lambda x, y: torch.view_as_real(torch.complex(x, y).cumsum(-1)), (M, N)),
    ("complex cumprod", lambda x, y: torch.view_as_real(torch.complex(x, y).cumprod(0)), (M, N)),
    ("complex pow", lambda x, y: torch.view_as_real(torch.complex(x, y) ** 3 + torch.complex(x, y) ** -0.3), (M, N)),
    ("complex pow", lambda x, y: torch.view_as_real(torch.complex(x, y)[:, :3] ** (PLACES - 1)), (M, N)),
    ("complex pow", lambda x, y: torch.view_as_real(torch.complex(x, y) ** torch.complex(y, x)), (M, N)),
    ("complex sgn", lambda x, y: torch.view_as_real(torch.complex(x, y).sgn()), (M, N)),
    ("complex where", lambda x, y: torch.where(x > y, torch.complex(x, y), torch.complex(y, y)).abs(), (M, N)),
    ("complex sum", lambda x, y: torch.view_as_real(torch.complex(x, y).sum(0)), (M, N)),
    ("complex mean", lambda x, y: torch.view_as_real(torch.complex(x, y).mean(-1, keepdim=True)), (M, N)),
    ("complex var", lambda x, y: torch.complex(x, y).var(0, correction=0), (M, N)),
    ("complex std", lambda x, y: torch.complex(x, y).std(), (M, N)),
    ("complex eq", lambda x, y: torch.where(torch.complex(x, y) == torch.complex(x, x), x, y), (M, N)),
    ("complex ne", lambda x, y: torch.where(torch.complex(x, y) != torch.complex(x, x), x, y), (M, N)),
    ("complex mm", lambda x, y: torch.view_as_real(torch.complex(x, y) @ torch.complex(x, x * y).mH), (M, N)),
    ("complex bmm", lambda x: torch.view_as_real(torch.complex(x, x * x) @ torch.complex(x, x).mT), (CUBE,)),
    ("complex mv", lambda x, v: torch.view_as_real(torch.complex(x, x * x) @ torch.complex(v, -v)), (M, V)),
    ("complex dot", lambda v, w: torch.view_as_real(torch.complex(v, w).dot(torch.complex(w, w))), (V, W)),
    ("complex _fft_r2c", lambda x: torch.view_as_real(torch.fft.rfft(x)) + torch.fft.fft(x, 5).real.sum(), (CUBE,)),
    ("complex _fft_c2c", lambda x, y: torch.view_as_real(torch.fft.ifft2(torch.complex(x, y), norm="ortho")), (M, N)),
    ("complex _fft_c2r", lambda x, y: torch.fft.irfft(torch.complex(x, y)), (M, N)),
    ("complex _fft_c2r", lambda x, y: torch.fft.irfft2(torch.complex(x, y), (4, 5), norm="forward"), (M, N)),
    ("index_put", lambda x, y: x.index_put((PLACES % 2,), y, accumulate=True), (M, N)),
]
# These refuse whatever they are given, or give whole numbers that nothing may use.
WITHOUT_VALUE = {
    *("native_dropout", "bernoulli", "normal", "multinomial", "poisson", "rrelu_with_noise"),
    *("argmax", "argmin", "argsort", "bucketize", "searchsorted"),
}
# Other names of rows above, which torch gives to the same operation elsewhere.
SAME = {"matmul", "__and__", "__or__", "_is_all_true", "_is_any_true", "_unsafe_index_put"}


@pytest.mark.parametrize(("name", "code", "inputs"), TABLE, ids=[row[0] for row in TABLE])
def test_a_row_gives_what_torch_gives(monkeypatch, name, code, inputs):
    asked = []
    monkeypatch.setattr(recorder, "row_of", lambda base: asked.append(base) or by_name.row_of(base))
    assert case_of(code, *inputs, name="row").function.graph.operations > 0
    assert name in asked


def test_no_row_is_left_out():
    assert {name for name, *_ in TABLE} | WITHOUT_VALUE | SAME == set(by_name.OWN)


def test_the_page_says_how_many_there_are():
    page = (Path(__file__).parents[2] / "docs" / "torch_code.md").read_text(encoding="utf-8")
    assert f"* {len(by_name.names())} of torch's operations have rows" in page


@pytest.mark.parametrize("name", sorted(by_name.TABLE))
def test_an_operation_of_the_table_gives_what_torch_gives(name):
    operation = getattr(aten, name)
    within = {"acosh": POSITIVE + 1, "log": POSITIVE, "xlogy": POSITIVE}.get(name, M / (1 + M.abs()).max() * 0.9)
    domain = (
        POSITIVE
        if name
        in (
            "special_entr",
            "igamma",
            "igammac",
            "special_zeta",
            "log",
            "log2",
            "log10",
            "sqrt",
            "lgamma",
            "digamma",
            "xlogy",
            "rsqrt",
        )
        or "_bessel_" in name
        else within
    )
    domain = {"special_ndtri": M.sigmoid(), "special_zeta": POSITIVE + 1}.get(name, domain)
    binary = {
        "igamma",
        "igammac",
        "special_zeta",
        "special_xlog1py",
        "logaddexp",
        "logaddexp2",
        "atan2",
        "copysign",
        "fmod",
        "hypot",
        "maximum",
        "minimum",
        "remainder",
        "xlogy",
        "heaviside",
        "logical_xor",
    }
    inputs = (domain, POSITIVE + 0.3) if name in binary else (domain,)
    assert case_of(lambda *x: operation(*x) * x[0], *inputs, name="row").function.graph.operations > 0


def written(z, x):
    z.real.mul_(x)
    z.imag[0] = x[1]
    return torch.view_as_real(z)


MOVES = {
    "cat": lambda x, y: torch.cat([x, y], 1),
    "stack": lambda x, y: torch.stack([x, y], 1),
    "repeat": lambda x, y: x.repeat(2, 1),
    "flip and roll": lambda x, y: x.flip(0) + y.roll(1, 1),
    "index": lambda x, y: x[PLACES] + y[:, [3, 0, 1, 1]],
    "gather": lambda x, y: x.gather(1, PLACES[:, None].expand(3, 4)),
    "embedding": lambda x, y: functional.embedding(PLACES, x) + y,
    "tril": lambda x, y: x.tril() + y.triu(1),
    "pad": lambda x, y: functional.pad(x, (1, 2)) + functional.pad(y, (2, 1), value=3.0),
    "reflect": lambda x, y: functional.pad(x[None], (2, 1), mode="reflect"),
    "scatter": lambda x, y: x.scatter(1, PLACES[:, None], y).scatter(0, PLACES[None, :], 2.5),
    "put": lambda x, y: x.index_put((PLACES,), y) + x.put(PLACES + 4, y[0, :3]),
    "masks": lambda x, y: torch.where(MASK, x, y).masked_fill(~MASK, 4.0) + x.masked_fill(MASK, 0.0),
    "select": lambda x, y: x[MASK].sum() + y.masked_scatter(MASK, x).sum(),
    "complex": lambda x, y: torch.cat([torch.complex(x, y).conj().T, x.to(torch.complex128).T * 1j]).imag,
    "parts written": lambda x, y: written(torch.complex(x, y), x * y),
    "copies": lambda x, y: x.clone().copy_(y) + x.T.contiguous().T,
    "unfold": lambda x, y: functional.unfold(x[None, None], 2) + y.unfold(1, 2, 2).sum(),
    "diagonals": lambda x, y: torch.diag_embed(x[0]) + torch.diagonal_scatter(y[:, :3], x[0, :3]).sum(),
}


@pytest.mark.parametrize("name", MOVES)
def test_what_moves_elements_moves_them_as_torch_does(name):
    assert case_of(MOVES[name], M, N, name="move").function.graph.nodes
