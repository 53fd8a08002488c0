"""Sums of products over any axes of arrays, reduced to products of matrices."""

import string
from collections.abc import Sequence
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.composites import composite
from diffcheck.ops.on_arrays.common import matmul, permute, reshape, sum

# An array and a letter for each of its axes.
Lettered = tuple[Any, str]


def _one_by_one(operands: Sequence[Any]) -> Sequence[Any]:
    """Operands that stand in one list, each by itself."""
    return operands[0] if len(operands) == 1 and isinstance(operands[0], (list, tuple)) else operands


@composite(
    torch=lambda torch, subscripts, *x: torch.einsum(subscripts, *_one_by_one(x)),
    numpy=lambda subscripts, *x: np.einsum(subscripts, *_one_by_one(x)),
)
def einsum(subscripts: str, *operands: Any) -> Any:
    """Einstein's sum: ``"bij,bjk->bik"`` multiplies, and adds up over the letters that the result lacks."""
    arrays = [x if hasattr(x, "shape") else np.asarray(x) for x in _one_by_one(operands)]
    letters, result = _letters(subscripts, [x.shape for x in arrays])
    terms = [_diagonal(x, own) for x, own in zip(arrays, letters, strict=True)]
    while len(terms) > 1:
        x, y, *rest = terms
        kept = result + "".join(own for _, own in rest)
        terms = [_product(x, y, kept), *rest]
    return _arranged(*_summed(terms[0], result), result)


def _letters(subscripts: str, shapes: Sequence[tuple[int, ...]]) -> tuple[list[str], str]:
    """The letters of each operand and of the result; those of an ellipsis are capitals from the end of the alphabet."""
    given, arrow, result = subscripts.replace(" ", "").partition("->")
    own = given.split(",")
    if len(own) != len(shapes):
        raise CaseError(f"einsum {subscripts!r}: {len(shapes)} arrays for {len(own)} terms")
    spare = [c for c in reversed(string.ascii_uppercase) if c not in subscripts]
    hidden = [len(s) - len(t.replace("...", "")) if "..." in t else 0 for t, s in zip(own, shapes, strict=True)]
    more = "".join(spare[: max(0, *hidden)])
    terms = [t.replace("...", more[len(more) - n :]) for t, n in zip(own, hidden, strict=True)]
    if not arrow:
        seen = given.replace("...", "").replace(",", "")
        result = "..." + "".join(sorted(c for c in set(seen) if seen.count(c) == 1))
    result = result.replace("...", more)
    lengths: dict[str, int] = {}
    for term, shape in zip(terms, shapes, strict=True):
        if len(term) != len(shape) or not all(c in string.ascii_letters for c in term):
            raise CaseError(f"einsum {subscripts!r}: {term!r} does not name the axes of an array of shape {shape}")
        for letter, length in zip(term, shape, strict=True):
            known = lengths.setdefault(letter, length)
            if known != length and not (letter in more and 1 in (known, length)):
                raise CaseError(f"einsum {subscripts!r}: the shapes give {letter!r} the lengths {known} and {length}")
            lengths[letter] = max(known, length)
    if len(set(result)) != len(result) or not set(result) <= lengths.keys():
        raise CaseError(f"einsum {subscripts!r}: the letters of the result must be among the others, each once")
    return terms, result


def _diagonal(x: Any, letters: str) -> Lettered:
    """The elements whose places along axes of one letter are equal."""
    distinct = "".join(dict.fromkeys(letters))
    if distinct == letters:
        return x, letters
    places = np.einsum(f"{letters}->{distinct}", np.arange(int(np.prod(x.shape, dtype=int))).reshape(x.shape))
    return reshape(x, -1)[places], distinct


def _summed(term: Lettered, kept: str) -> Lettered:
    """Added up over the letters that nobody needs."""
    x, letters = term
    axes = tuple(a for a, letter in enumerate(letters) if letter not in kept)
    return (sum(x, axis=axes) if axes else x), "".join(c for c in letters if c in kept)


def _arranged(x: Any, letters: str, order: str) -> Any:
    return x if letters == order else permute(x, [letters.index(c) for c in order])


def _product(x: Lettered, y: Lettered, kept: str) -> Lettered:
    """The product of two arrays, added up over the letters that neither the result nor a later operand has."""
    (left, a), (right, b) = _summed(x, kept + y[1]), _summed(y, kept + x[1])
    both = [c for c in a if c in b]
    beside = "".join(c for c in both if c in kept)
    inner = "".join(c for c in both if c not in kept)
    rows, columns = "".join(c for c in a if c not in b), "".join(c for c in b if c not in a)
    left, right = _arranged(left, a, beside + rows + inner), _arranged(right, b, beside + inner + columns)
    n, m, k = len(beside), len(beside) + len(rows), len(beside) + len(inner)
    product = matmul(
        reshape(left, (*left.shape[:n], _size(left.shape[n:m]), _size(left.shape[m:]))),
        reshape(right, (*right.shape[:n], _size(right.shape[n:k]), _size(right.shape[k:]))),
    )
    shape = (*product.shape[:n], *left.shape[n:m], *right.shape[k:])
    return reshape(product, shape), beside + rows + columns


def _size(shape: Sequence[int]) -> int:
    return int(np.prod(shape, dtype=int))


@composite(torch=lambda torch, x, y, axes=2: torch.tensordot(x, y, dims=axes), numpy="numpy.tensordot")
def tensordot(x: Any, y: Any, axes: Any = 2) -> Any:
    """Products added up over the last axes of x and the first ones of y, or over these axes of both."""
    n, m = len(x.shape), len(y.shape)
    ends = range(n - axes, n) if isinstance(axes, int) else np.atleast_1d(axes[0]).tolist()
    starts = range(axes) if isinstance(axes, int) else np.atleast_1d(axes[1]).tolist()
    if [x.shape[i] for i in ends] != [y.shape[j] for j in starts]:
        raise CaseError(f"tensordot over {axes}: shapes {tuple(x.shape)} and {tuple(y.shape)} do not fit together")
    a, b = list(string.ascii_lowercase[:n]), list(string.ascii_uppercase[:m])
    for i, j in zip(ends, starts, strict=True):
        b[j] = a[i]
    result = "".join(c for c in a + b if (c in a) != (c in b))
    return einsum(f"{''.join(a)},{''.join(b)}->{result}", x, y)
