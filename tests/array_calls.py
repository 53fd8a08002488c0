"""Calls of operations on arrays by torch's names: a function of a library and of arrays, and the shapes of these."""

import numpy as np
import torch

PLACES = np.array([2, 0])
GRID = np.array([[2, 0, 1], [1, 1, 0]])
MASK = np.array([[True, False, True], [False, True, True]])
HANN = np.array([0.25, 1.0, 0.75, 0.5])


class Torch:
    """Torch's functions, wherever they are, which take arrays where they want tensors, and give values alone."""

    rooms = (torch, torch.linalg, torch.nn.functional, torch.Tensor)

    def __getattr__(self, name):
        function = next(getattr(room, name) for room in self.rooms if hasattr(room, name))

        def call(*given, **options):
            found = function(*map(_tensor, given), **{k: _tensor(v) for k, v in options.items()})
            return found.values if isinstance(found, tuple) and hasattr(found, "indices") else found

        return call


def _tensor(value):
    if isinstance(value, (list, tuple)) and any(isinstance(v, np.ndarray) for v in value):
        return tuple(map(_tensor, value))
    return torch.tensor(value) if isinstance(value, np.ndarray) else value


# By the operation; `o` is the library. The first of each stands for the operation in `uses`.
CALLS = {
    "ravel": [(lambda o, x: o.ravel(x), [(2, 3)])],
    "flatten": [
        (lambda o, x: o.flatten(x, 1, -1), [(2, 1, 3)]),
        (lambda o, x: o.flatten(x), [()]),
        (lambda o, x: o.flatten(x, start_dim=-2), [(2, 3, 2)]),
    ],
    "unflatten": [(lambda o, x: o.unflatten(x, -1, (2, -1)), [(2, 4)])],
    "squeeze": [
        (lambda o, x: o.squeeze(x), [(1, 2, 1)]),
        (lambda o, x: o.squeeze(x, -1), [(1, 2, 1)]),
        (lambda o, x: o.squeeze(x, 1), [(1, 2, 1)]),
        (lambda o, x: o.squeeze(x, dim=(0, 1)), [(1, 2, 1)]),
    ],
    "unsqueeze": [(lambda o, x: o.unsqueeze(x, -1), [(2, 3)]), (lambda o, x: o.unsqueeze(x, 0), [(3,)])],
    "movedim": [
        (lambda o, x: o.movedim(x, 0, -1), [(2, 3, 1)]),
        (lambda o, x: o.movedim(x, (0, 2), (1, 0)), [(2, 3, 4)]),
    ],
    "swapaxes": [(lambda o, x: o.swapaxes(x, 0, -1), [(2, 3, 2)])],
    "t": [(lambda o, x: o.t(x), [(2, 3)]), (lambda o, x: o.t(x), [(3,)])],
    "adjoint": [(lambda o, x: o.adjoint(x), [(2, 3)]), (lambda o, x: o.adjoint(x), [(2, 1, 3)])],
    "broadcast_to": [(lambda o, x: o.broadcast_to(x, (2, 3)), [(3,)])],
    "expand": [(lambda o, x: o.expand(x, (2, -1, 3)), [(2, 1)]), (lambda o, x: o.expand(x, 2, 3), [(3,)])],
    "tile": [(lambda o, x: o.tile(x, (2, 1)), [(2, 3)]), (lambda o, x: o.tile(x, (2, 2, 1)), [(2, 2)])],
    "repeat_interleave": [
        (lambda o, x: o.repeat_interleave(x, 2, dim=0), [(2, 2)]),
        (lambda o, x: o.repeat_interleave(x, 3), [(2, 2)]),
        (lambda o, x: o.repeat_interleave(x, np.array([1, 0, 2]), 1), [(2, 3)]),
    ],
    "rot90": [(lambda o, x: o.rot90(x), [(2, 3)]), (lambda o, x: o.rot90(x, 3, (1, 2)), [(2, 2, 3)])],
    "fliplr": [(lambda o, x: o.fliplr(x), [(2, 3)])],
    "flipud": [(lambda o, x: o.flipud(x), [(2, 3)])],
    "diag": [
        (lambda o, x: o.diag(x, 1), [(2,)]),
        (lambda o, x: o.diag(x), [(3,)]),
        (lambda o, x: o.diag(x, diagonal=-1), [(3, 2)]),
    ],
    "diagflat": [(lambda o, x: o.diagflat(x, -1), [(2, 2)])],
    "diag_embed": [
        (lambda o, x: o.diag_embed(x), [(2, 2)]),
        (lambda o, x: o.diag_embed(x, offset=-1, dim1=0, dim2=2), [(2, 2)]),
        (lambda o, x: o.diag_embed(x, 1, -1, 0), [(2, 2)]),
    ],
    "hstack": [(lambda o, x, y: o.hstack([x, y]), [(2, 3), (2, 1)]), (lambda o, x, y: o.hstack((x, y)), [(3,), (2,)])],
    "vstack": [(lambda o, x, y: o.vstack([x, y]), [(2, 3), (3,)])],
    "dstack": [(lambda o, x, y: o.dstack([x, y]), [(2, 3), (2, 3)])],
    "column_stack": [(lambda o, x, y: o.column_stack([x, y]), [(2,), (2, 3)])],
    "block_diag": [(lambda o, x, y: o.block_diag(x, y), [(2, 3), (1, 2)])],
    "select": [(lambda o, x: o.select(x, 1, -1), [(2, 3)])],
    "narrow": [
        (lambda o, x: o.narrow(x, 1, 1, 2), [(2, 3)]),
        (lambda o, x: o.narrow(x, 0, -2, 1), [(3, 2)]),
    ],
    "index_select": [(lambda o, x: o.index_select(x, 1, PLACES), [(2, 3)])],
    "take_along_dim": [
        (lambda o, x: o.take_along_dim(x, GRID, 1), [(2, 3)]),
        (lambda o, x: o.take_along_dim(x, GRID), [(2, 3)]),
        (lambda o, x: o.take_along_dim(x, GRID[:1, :2], dim=-1), [(2, 3)]),
        (lambda o, x: o.take_along_dim(x, GRID[:, None], dim=2), [(2, 1, 3)]),
    ],
    "masked_select": [
        (lambda o, x: o.masked_select(x, MASK), [(2, 3)]),
        (lambda o, x: o.masked_select(x, MASK), [(3,)]),
    ],
    "chunk": [(lambda o, x: o.chunk(x, 2, 1), [(2, 3)]), (lambda o, x: o.chunk(x, 3), [(4,)])],
    "split": [
        (lambda o, x: o.split(x, 2, dim=1), [(2, 3)]),
        (lambda o, x: o.split(x, [1, 3]), [(4, 2)]),
    ],
    "tensor_split": [
        (lambda o, x: o.tensor_split(x, 2, 1), [(2, 3)]),
        (lambda o, x: o.tensor_split(x, (1, 3)), [(4,)]),
    ],
    "unbind": [(lambda o, x: o.unbind(x, 1), [(2, 3)]), (lambda o, x: o.unbind(x), [(2, 3)])],
    "select_scatter": [(lambda o, x, y: o.select_scatter(x, y, 1, 0), [(2, 3), (2,)])],
    "slice_scatter": [
        (lambda o, x, y: o.slice_scatter(x, y, 1, 1), [(2, 3), (2, 2)]),
        (lambda o, x, y: o.slice_scatter(x, y, end=-1, step=2), [(4, 2), (2, 2)]),
    ],
    "diagonal_scatter": [
        (lambda o, x, y: o.diagonal_scatter(x, y, 1), [(2, 3), (2,)]),
        (lambda o, x, y: o.diagonal_scatter(x, y, dim1=2, dim2=0), [(2, 3, 2), (3, 2)]),
    ],
    "index_copy": [(lambda o, x, y: o.index_copy(x, 1, PLACES, y), [(2, 3), (2, 2)])],
    "index_fill": [
        (lambda o, x: o.index_fill(x, 1, PLACES, 0.5), [(2, 3)]),
        (lambda o, x, y: o.index_fill(x, 0, PLACES[1:], y), [(2, 3), ()]),
    ],
    "masked_scatter": [(lambda o, x, y: o.masked_scatter(x, MASK, y), [(2, 3), (5,)])],
    "scatter": [
        (lambda o, x, y: o.scatter(x, 1, GRID[:, :1], y), [(2, 3), (2, 1)]),
        (lambda o, x: o.scatter(x, 1, GRID[:, :2], 0.5), [(2, 3)]),
    ],
    "masked_fill": [(lambda o, x: o.masked_fill(x, MASK, 0.5), [(2, 3)])],
    "scatter_reduce": [
        (lambda o, x, y: o.scatter_reduce(x, 1, GRID, y, "prod"), [(2, 3), (2, 3)]),
        *(
            (
                lambda o, x, y, how=how, keep=keep: o.scatter_reduce(x, 0, GRID[1:], y, how, include_self=keep),
                [(2, 3), (1, 3)],
            )
            for how in ("sum", "mean", "prod", "amax", "amin")
            for keep in (True, False)
        ),
        (lambda o, x, y: o.scatter_reduce(x, 1, GRID, y, "sum", include_self=False), [(2, 4), (2, 3)]),
    ],
    "index_add": [
        (lambda o, x, y: o.index_add(x, 1, PLACES, y), [(2, 3), (2, 2)]),
        (lambda o, x, y: o.index_add(x, 0, GRID[1], y, alpha=-0.5), [(3, 2), (3, 2)]),
    ],
    "index_put": [
        (lambda o, x, y: o.index_put(x, (PLACES, PLACES), y), [(3, 3), (2,)]),
        (lambda o, x, y: o.index_put(x, (PLACES,), y), [(3, 2), ()]),
        (lambda o, x, y: o.index_put(x, (MASK,), y), [(2, 3), (4,)]),
        (lambda o, x, y: o.index_put(x, (GRID[1],), y, True), [(3, 2), (3, 2)]),
    ],
    "addmm": [
        (lambda o, x, y, z: o.addmm(x, y, z), [(2, 2), (2, 3), (3, 2)]),
        (lambda o, x, y, z: o.addmm(x, y, z, beta=0.5, alpha=2), [(2,), (2, 3), (3, 2)]),
    ],
    "addmv": [(lambda o, x, y, z: o.addmv(x, y, z, alpha=2), [(2,), (2, 3), (3,)])],
    "addr": [(lambda o, x, y, z: o.addr(x, y, z, beta=0.5), [(2, 3), (2,), (3,)])],
    "baddbmm": [(lambda o, x, y, z: o.baddbmm(x, y, z, beta=2), [(2, 1, 2), (2, 1, 3), (2, 3, 2)])],
    "addbmm": [(lambda o, x, y, z: o.addbmm(x, y, z, beta=2, alpha=-1), [(2, 2), (2, 2, 3), (2, 3, 2)])],
    "addcmul": [
        (lambda o, x, y, z: o.addcmul(x, y, z), [(2, 3), (3,), (2, 1)]),
        (lambda o, x, y, z: o.addcmul(x, y, z, value=0.5), [(2, 3), (3,), (2, 1)]),
    ],
    "addcdiv": [(lambda o, x, y: o.addcdiv(x, y, 2 + y * y, value=0.5), [(2, 3), (3,)])],
    "lerp": [
        (lambda o, x, y: o.lerp(x, y, 0.25), [(2, 3), (3,)]),
        (lambda o, x, y, z: o.lerp(x, y, z), [(2, 3), (2, 3), (2, 3)]),
    ],
    "inner": [
        (lambda o, x, y: o.inner(x, y), [(2, 3), (3,)]),
        (lambda o, x, y: o.inner(x, y), [(2, 1, 3), (2, 3)]),
        (lambda o, x, y: o.inner(x, y), [(), (2, 3)]),
    ],
    "vdot": [(lambda o, x, y: o.vdot(x, y), [(3,), (3,)])],
    "dist": [
        (lambda o, x, y: o.dist(x, y), [(2, 3), (3,)]),
        *((lambda o, x, y, p=p: o.dist(x, y, p), [(2, 3), (2, 3)]) for p in (1, 3.5, np.inf)),
    ],
    "renorm": [
        (lambda o, x: o.renorm(x, 2, 0, 1.5), [(3, 2)]),
        (lambda o, x: o.renorm(x, 1.5, -1, 1.0), [(2, 2, 3)]),
    ],
    "ldexp": [(lambda o, x: o.ldexp(x, GRID), [(2, 3)]), (lambda o, x, y: o.ldexp(x, y), [(2,), (2,)])],
    "cummax": [(lambda o, x: o.cummax(x, 1), [(2, 4)]), (lambda o, x: o.cummax(x, 0), [(3, 2)])],
    "cummin": [(lambda o, x: o.cummin(x, -1), [(2, 4)])],
    "nansum": [(lambda o, x: o.nansum(x), [(2, 3)]), (lambda o, x: o.nansum(x, 1, True), [(2, 3)])],
    "nanmean": [
        (lambda o, x: o.nanmean(x, dim=0), [(2, 3)]),
        (lambda o, x: o.nanmean(x, (0, 2), keepdim=True), [(2, 1, 3)]),
    ],
    "nanmedian": [
        (lambda o, x: o.nanmedian(x, 1), [(2, 4)]),
        (lambda o, x: o.nanmedian(x), [(2, 3)]),
        (lambda o, x: o.nanmedian(x, 0, True), [(3, 2)]),
    ],
    "nanquantile": [
        (lambda o, x: o.nanquantile(x, 0.3, dim=1), [(2, 4)]),
        (lambda o, x: o.nanquantile(x, 0.7), [(2, 2)]),
        (lambda o, x: o.nanquantile(x, 0.5, 0, True), [(3, 2)]),
    ],
    "nan_to_num": [(lambda o, x: o.nan_to_num(x, nan=1.0), [(2, 3)])],
    "aminmax": [
        (lambda o, x: o.aminmax(x), [(2, 3)]),
        (lambda o, x: o.aminmax(x, dim=1, keepdim=True), [(2, 3)]),
    ],
    "kthvalue": [
        (lambda o, x: o.kthvalue(x, 2), [(2, 4)]),
        (lambda o, x: o.kthvalue(x, 3, 0, True), [(3, 2)]),
    ],
    "msort": [(lambda o, x: o.msort(x), [(3, 2)])],
    "trapezoid": [
        (lambda o, x: o.trapezoid(x), [(2, 3)]),
        (lambda o, x: o.trapezoid(x, dx=0.5, dim=0), [(3, 2)]),
        (lambda o, x, y: o.trapezoid(x, y), [(2, 3), (3,)]),
        (lambda o, x, y: o.trapezoid(x, y, dim=0), [(3, 2), (3, 2)]),
    ],
    "cumulative_trapezoid": [
        (lambda o, x: o.cumulative_trapezoid(x, dx=2), [(2, 4)]),
        (lambda o, x: o.cumulative_trapezoid(x, dim=0), [(3, 2)]),
        (lambda o, x, y: o.cumulative_trapezoid(x, y), [(2, 3), (3,)]),
    ],
    "gradient": [
        (lambda o, x: o.gradient(x), [(2, 4)]),
        (lambda o, x: o.gradient(x, spacing=0.5, dim=1, edge_order=2), [(2, 4)]),
        (lambda o, x: o.gradient(x, spacing=(0.5, 2.0), dim=(0, -1)), [(3, 2)]),
    ],
    "hsplit": [(lambda o, x: o.hsplit(x, 3), [(2, 3)]), (lambda o, x: o.hsplit(x, (1,)), [(3,)])],
    "vsplit": [(lambda o, x: o.vsplit(x, (1, 2)), [(3, 2)])],
    "dsplit": [(lambda o, x: o.dsplit(x, 2), [(1, 2, 4)])],
    "meshgrid": [
        (lambda o, x, y: o.meshgrid(x, y, indexing="ij"), [(2,), (3,)]),
        (lambda o, x, y, z: o.meshgrid(x, y, z, indexing="xy"), [(2,), (3,), (2,)]),
    ],
    "conv_tbc": [(lambda o, x, y, z: o.conv_tbc(x, y, z, 1), [(3, 1, 2), (2, 2, 2), (2,)])],
    "istft": [
        (lambda o, x, y: o.istft(o.complex(x, y), 4, center=False, window=HANN + 0.5), [(3, 4), (3, 4)]),
        (lambda o, x, y: o.istft(o.complex(x, y), 4, 2, window=HANN), [(2, 3, 3), (2, 3, 3)]),
        (lambda o, x, y: o.istft(o.complex(x, y), 4, 1, 3, window=HANN[1:], length=4), [(3, 5), (3, 5)]),
        (lambda o, x, y: o.istft(o.complex(x, y), 4, 2, normalized=True, onesided=False), [(4, 3), (4, 3)]),
        (lambda o, x, y: o.istft(o.complex(x, y), 3, 2, length=3), [(2, 3), (2, 3)]),
    ],
    "stft": [
        (lambda o, x: parts(o, o.stft(x, 4, window=HANN, **told(o))), [(5,)]),
        (lambda o, x: parts(o, o.stft(x, 3, 2, center=False, **told(o))), [(2, 6)]),
        (lambda o, x: parts(o, o.stft(x, 4, 2, 2, window=HANN[:2], normalized=True, **told(o))), [(2, 7)]),
        (lambda o, x: parts(o, o.stft(x, 5, 2, pad_mode="constant", onesided=False, **told(o))), [(6,)]),
    ],
    "atleast_1d": [(lambda o, x: o.atleast_1d(x), [()])],
    "atleast_2d": [(lambda o, x: o.atleast_2d(x), [(3,)])],
    "atleast_3d": [(lambda o, x: o.atleast_3d(x), [(2, 3)]), (lambda o, x: o.atleast_3d(x), [(3,)])],
    **{
        name: [
            (lambda o, x, name=name: getattr(o, name)(x), [(2, 3)]),
            (lambda o, x, name=name: getattr(o, name)(x, 1), [(2, 3)]),
            (lambda o, x, name=name: getattr(o, name)(x, dim=0, keepdim=True), [(2, 3)]),
            (lambda o, x, name=name: getattr(o, name)(x, -1, True), [(2, 3)]),
            (lambda o, x, y, name=name: getattr(o, name)(x, y), [(2, 3), (3,)]),
            (lambda o, x, y, name=name: getattr(o, name)(x, other=y), [(2, 3), (2, 3)]),
        ]
        for name in ("max", "min")
    },
    "rsub": [
        (lambda o, x, y: o.rsub(x, y), [(2, 3), (2, 3)]),
        (lambda o, x, y: o.rsub(x, y, alpha=0.5), [(2, 3), (3,)]),
        (lambda o, x: o.rsub(x, 2.0), [(2, 3)]),
    ],
    "chain_matmul": [(lambda o, x, y, z: o.chain_matmul(x, y, z), [(2, 3), (3, 1), (1, 2)])],
    "combinations": [
        (lambda o, x: o.combinations(x), [(4,)]),
        (lambda o, x: o.combinations(x, 3), [(4,)]),
        (lambda o, x: o.combinations(x, r=2, with_replacement=True), [(3,)]),
    ],
    "cartesian_prod": [
        (lambda o, x, y: o.cartesian_prod(x, y), [(2,), (3,)]),
        (lambda o, x: o.cartesian_prod(x), [(2,)]),
    ],
    "std_mean": [
        (lambda o, x: o.std_mean(x, 1, correction=0), [(2, 3)]),
        (lambda o, x: o.std_mean(x, dim=0, keepdim=True), [(3, 2)]),
    ],
    "var_mean": [(lambda o, x: o.var_mean(x), [(2, 3)]), (lambda o, x: o.var_mean(x, -1, keepdim=True), [(2, 3)])],
    "polar": [(lambda o, x, y: parts(o, o.polar(1 + x * x, y)), [(2, 3), (2, 3)])],
    "all": [
        (lambda o, x: o.where(o.all(x > -1), x, 2 * x), [(2, 3)]),
        (lambda o, x: o.where(o.all(x > -1, dim=1, keepdim=True), x, 2 * x), [(2, 3)]),
    ],
    "any": [
        (lambda o, x: o.where(o.any(x > 1), x, 2 * x), [(2, 3)]),
        (lambda o, x: o.where(o.any(x > 0, 0), x, 2 * x), [(2, 3)]),
    ],
    "cholesky_solve": [
        (lambda o, x, y: o.cholesky_solve(x, lower(o, y)), [(2, 1), (2, 2)]),
        (lambda o, x, y: o.cholesky_solve(x, upper(o, y), upper=True), [(2, 3), (2, 2)]),
    ],
    "cholesky_inverse": [
        (lambda o, x: o.cholesky_inverse(lower(o, x)), [(2, 2)]),
        (lambda o, x: o.cholesky_inverse(upper(o, x), True), [(3, 3)]),
    ],
}


def parts(o, x):
    """The real and the imaginary parts."""
    return o.stack([o.real(x), o.imag(x)])


def told(o):
    """What torch wants to be told."""
    return {"return_complex": True} if isinstance(o, Torch) else {}


def lower(o, x):
    """A lower triangle whose diagonal outweighs the rest."""
    return o.tril(x) + o.diag(4 + 0 * x[..., 0])


def upper(o, x):
    """An upper one."""
    return o.triu(x) + o.diag(4 + 0 * x[..., 0])


# Operations that have uses of their own: the options that torch has for them, by its names.
OPTIONS = {
    **{
        name: [
            (lambda o, x, name=name: getattr(o, name)(x, dim=1, keepdim=True), [(2, 3, 2)]),
            (lambda o, x, name=name: getattr(o, name)(x, -1, keepdim=False), [(2, 3)]),
        ]
        for name in ("sum", "mean", "prod", "amax", "amin", "median", "logsumexp")
    },
    **{
        name: [(lambda o, x, name=name: getattr(o, name)(x, dim=0, correction=0, keepdim=True), [(4, 2)])]
        for name in ("var", "std")
    },
    "transpose": [
        (lambda o, x: o.transpose(x, 0, 2), [(2, 3, 2)]),
        (lambda o, x: o.transpose(x, dim0=-1, dim1=0), [(2, 3)]),
    ],
    "flip": [(lambda o, x: o.flip(x, (0, 2)), [(2, 3, 2)]), (lambda o, x: o.flip(x, dims=(1,)), [(2, 3)])],
    "roll": [
        (lambda o, x: o.roll(x, (1, -1), (0, 1)), [(2, 3)]),
        (lambda o, x: o.roll(x, shifts=1, dims=1), [(2, 3)]),
    ],
    "diagonal": [
        (lambda o, x: o.diagonal(x, 1), [(2, 3)]),
        (lambda o, x: o.diagonal(x, 1), [(2, 3, 4)]),
        (lambda o, x: o.diagonal(x, offset=-1, dim1=0, dim2=2), [(2, 3, 2)]),
    ],
    "softmax": [(lambda o, x: o.softmax(x, dim=0), [(2, 3)])],
    "permute": [(lambda o, x: o.permute(x, dims=(1, 0)), [(2, 3)])],
    **{
        f"{name} over axes": [
            (lambda o, x, name=name: getattr(o, name)(x, dim=(0, 2), keepdim=True), [(2, 3, 2)]),
            (lambda o, x, name=name: getattr(o, name)(x, (0, -1)), [(2, 3, 2)]),
        ]
        for name in ("sum", "mean", "amax", "amin")
    },
}

FLAT = {f"{name}-{k}": (name, *call) for name, calls in (CALLS | OPTIONS).items() for k, call in enumerate(calls)}


def flat(library, found):
    """The results as one vector, be they one array or several."""
    parts = found if isinstance(found, (tuple, list)) else [found]
    return library.concatenate([library.reshape(part, (-1,)) for part in parts], 0)
