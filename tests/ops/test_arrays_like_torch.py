"""Operations on arrays by torch's names: values and slopes are those of torch's own functions, whatever the options."""

import numpy as np
import pytest
import torch
from array_calls import CALLS, FLAT, GRID, MASK, PLACES, Torch, flat
from like_torch import NEAR, arrays, of_diffcheck, of_torch

from diffcheck import ops
from diffcheck.errors import CaseError
from diffcheck.ops.complex_numbers.pairs import AS_WRITTEN
from diffcheck.ops.composites import Composite

pytestmark = [
    pytest.mark.filterwarnings("ignore:A window was not provided"),
    pytest.mark.filterwarnings("ignore:torch.chain_matmul is deprecated"),
]
ROOMS = {"shapes", "sections", "places"}
each_call = pytest.mark.parametrize(("name", "call", "shapes"), FLAT.values(), ids=FLAT)


def test_the_names_are_torchs_and_ours():
    assert all(getattr(ops, name) is Composite.rows[name] for name in CALLS)
    assert all(callable(getattr(Torch(), name)) for name in CALLS)


@each_call
def test_a_call_is_torchs(name, call, shapes):
    given = arrays(shapes)
    expected, slopes = of_torch(lambda *x: flat(torch, call(Torch(), *x)), given)
    found, found_slopes = of_diffcheck(lambda *x: flat(ops, call(ops, *x)), given)
    np.testing.assert_allclose(found, expected, **NEAR)
    np.testing.assert_allclose(found_slopes, slopes, **NEAR)


@each_call
def test_results_have_torchs_shapes(name, call, shapes):
    given = arrays(shapes)
    expected, on_arrays, on_tensors = (
        found if isinstance(found, (tuple, list)) else (found,)
        for found in (
            call(Torch(), *map(torch.tensor, given)),
            call(ops, *given),
            call(ops, *map(torch.tensor, given)),
        )
    )
    assert len(on_arrays) == len(on_tensors) == len(expected)
    for array, tensor, theirs in zip(on_arrays, on_tensors, expected, strict=True):
        np.testing.assert_array_equal(tensor.numpy(), theirs.numpy())
        assert np.shape(array) == tuple(theirs.shape)
        np.testing.assert_allclose(array, theirs.numpy(), **NEAR)


@each_call
def test_single_precision_stays_single(name, call, shapes):
    given = [a.astype(np.float32) for a in arrays(shapes)]
    for library, of in ((np, given), (torch, [torch.tensor(a) for a in given])):
        assert flat(ops, call(ops, *of)).dtype is {np: np.dtype(np.float32), torch: torch.float32}[library]


TWICE = np.array([1, 1])
# A function of arrays, their shapes, what it is told.
MISTAKES = {
    "unflatten": (lambda x: ops.unflatten(x, 0, (2, -1)), [(3,)], "unflatten: cannot reshape array of size 3"),
    "t of many": (ops.t, [(2, 2, 2)], r"t: an array of shape \(2, 2, 2\) is no matrix: use transpose"),
    "broadcast_to": (lambda x: ops.broadcast_to(x, (2, 2)), [(3,)], "broadcast_to: .* could not be broadcast"),
    "narrow": (lambda x: ops.narrow(x, 0, 2, 2), [(3,)], "narrow: start=2 and length=2 do not fit into 3"),
    "select": (lambda x: ops.select(x, 0, 3), [(3,)], "select: index 3 is out of bounds"),
    "split": (lambda x: ops.split(x, (1, 1)), [(3,)], r"split: sections of \(1, 1\) do not make 3"),
    "chunk": (lambda x: ops.chunk(x, 0), [(3,)], "chunk: chunks=0: it must be one at least"),
    "split into nothing": (lambda x: ops.split(x, 0), [(3,)], "split: parts of 0: there must be one element at least"),
    "places of an input": (lambda x, y: ops.index_select(x, 0, y), [(3,), (2,)], "its index depends on an input"),
    "a mask of an input": (lambda x, y: ops.masked_select(x, y > 0), [(3,), (3,)], "its mask depends on an input"),
    "index_copy": (lambda x, y: ops.index_copy(x, 0, TWICE, y), [(3,), (2,)], "index_copy: several elements"),
    "scatter": (lambda x, y: ops.scatter(x, 0, TWICE, y), [(3,), (2,)], "scatter: several elements are for one place"),
    "index_put": (lambda x, y: ops.index_put(x, (TWICE,), y), [(3,), (2,)], "accumulate=True adds them up"),
    "scatter_reduce": (
        lambda x, y: ops.scatter_reduce(x, 0, PLACES, y, "max"),
        [(3,), (2,)],
        "reduce='max': it must be one of sum, mean, prod, amax, amin",
    ),
    "addmm": (ops.addmm, [(2, 2), (2,), (2, 2)], r"addmm: shapes \(2,\) and \(2, 2\): it takes \(2, 2\) axes"),
    "dist": (lambda x, y: ops.dist(x, y, -1), [(3,), (3,)], "dist: p=-1: it must be zero or a positive number"),
    "renorm": (lambda x: ops.renorm(x, np.inf, 0, 1), [(3, 2)], "renorm: p=inf: it must be a positive number"),
    "kthvalue": (lambda x: ops.kthvalue(x, 4), [(3,)], "kthvalue: the 4-th of 3 elements along axis -1"),
    "trapezoid": (lambda x: ops.trapezoid(x, PLACES, dx=2), [(2,)], "trapezoid: give x or dx, not both"),
    "gradient": (lambda x: ops.gradient(x, edge_order=2), [(2,)], "gradient: 2 elements along axis 0: edge_order=2"),
    "gradient of a third order": (lambda x: ops.gradient(x, edge_order=3), [(5,)], "edge_order=3: it must be 1 or 2"),
    "stft": (lambda x: ops.stft(x, 4, center=False), [(3,)], "stft: sections of 4, 1 apart, of 3 elements"),
    "stft of a long window": (lambda x: ops.stft(x, 4, win_length=5), [(8,)], "a window of 5 for sections of 4"),
    "istft": (
        lambda x, y: ops.istft(ops.complex(x, y), 4, 3, window=np.arange(4.0), center=False),
        [(3, 2), (3, 2)],
        "istft: some elements lie in no window",
    ),
    "istft of less": (
        lambda x, y: ops.istft(ops.complex(x, y), 4, length=9),
        [(3, 2), (3, 2)],
        "istft: length=9: the sections hold 3 elements",
    ),
    "convolve": (lambda x, y: ops.convolve(x, y, "all"), [(3,), (2,)], "mode='all': it must be one of full, same, va"),
    "conv_tbc": (ops.conv_tbc, [(3, 2), (2, 2, 2), (2,)], "conv_tbc: shapes .*: both need three axes"),
    "clamp": (ops.clamp, [(2,)], "clamp: give min or max, or both"),
}


@pytest.mark.parametrize(("use", "shapes", "told"), MISTAKES.values(), ids=MISTAKES)
def test_what_does_not_fit_is_told(use, shapes, told):
    with pytest.raises(CaseError, match=told):
        of_diffcheck(use, arrays(shapes))


def test_a_mask_may_depend_on_an_input_where_it_chooses_between_values():
    given = arrays([(2, 3), (2, 3)])
    found, slopes = of_diffcheck(lambda x, y: ops.masked_fill(x, y > 0, 0.5), given)
    expected, theirs = of_torch(lambda x, y: torch.masked_fill(x, y > 0, 0.5) + 0 * y, given)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(slopes, theirs)


def test_options_have_the_names_of_either_library():
    (x,) = arrays([(2, 3)])
    np.testing.assert_array_equal(ops.sum(x, dim=1, keepdim=True), ops.sum(x, axis=1, keepdims=True))
    np.testing.assert_array_equal(ops.trapezoid(x, axis=0), ops.trapezoid(x, dim=0))
    with pytest.raises(TypeError, match="multiple values for argument 'axis'|both"):
        ops.sum(x, 1, dim=1)
    with pytest.raises(TypeError, match="sum has no option dime: it takes x, axis, keepdim"):
        ops.sum(x, dime=1)


def test_numbers_of_times_may_be_one():
    (x,) = arrays([(2, 3)])
    for given in (x, torch.tensor(x)):
        np.testing.assert_array_equal(ops.tile(given, 2), np.tile(x, 2))


def test_lists_are_places_as_well():
    (x,) = arrays([(2, 3)])
    for given in (x, torch.tensor(x)):
        np.testing.assert_array_equal(ops.index_select(given, 1, index=[2, 0]), x[:, [2, 0]])
        np.testing.assert_array_equal(ops.take_along_dim(given, GRID.tolist(), 1), np.take_along_axis(x, GRID, 1))
        np.testing.assert_array_equal(ops.masked_select(given, mask=MASK), x[MASK])


# Those whose definitions hold for complex numbers. Torch has no slopes of two, and takes weights and places real.
_REAL = ("select_scatter-0", "slice_scatter-0", "slice_scatter-1", "trapezoid-2", "trapezoid-3")
COMPLEX = {
    key: (call, shapes)
    for key, (name, call, shapes) in FLAT.items()
    if name in AS_WRITTEN - {"istft"} and key not in _REAL
}


def test_what_moves_elements_moves_complex_ones():
    moved = {
        name for name in CALLS if getattr(Composite.rows[name].numpy, "__module__", "").rpartition(".")[2] in ROOMS
    }
    assert {"diag", "select", "scatter"} <= moved <= AS_WRITTEN


@pytest.mark.parametrize(("call", "shapes"), COMPLEX.values(), ids=COMPLEX)
def test_a_call_of_complex_numbers_is_torchs(call, shapes):
    given = arrays([shape for shape in shapes for _ in range(2)])

    def both(library, complex, *parts):
        found = flat(library, call(Torch() if library is torch else ops, *map(complex, parts[::2], parts[1::2])))
        return library.concatenate([library.real(found), library.imag(found)], 0)

    expected, slopes = of_torch(lambda *x: both(torch, torch.complex, *x), given)
    found, found_slopes = of_diffcheck(lambda *x: both(ops, ops.complex, *x), given)
    np.testing.assert_allclose(found, expected, **NEAR)
    np.testing.assert_allclose(found_slopes, slopes, **NEAR)
