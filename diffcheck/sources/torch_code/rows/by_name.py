"""Which row an operation of torch has, by its name under torch's dispatcher."""

from diffcheck.sources.torch_code.rows import accumulate as accumulate
from diffcheck.sources.torch_code.rows import backward as backward
from diffcheck.sources.torch_code.rows import complex_matrices as complex_matrices
from diffcheck.sources.torch_code.rows import ctc as ctc
from diffcheck.sources.torch_code.rows import elementwise as elementwise
from diffcheck.sources.torch_code.rows import linear as linear
from diffcheck.sources.torch_code.rows import lu as lu
from diffcheck.sources.torch_code.rows import neural as neural
from diffcheck.sources.torch_code.rows import pairs as pairs
from diffcheck.sources.torch_code.rows import pooling as pooling
from diffcheck.sources.torch_code.rows import qr as qr
from diffcheck.sources.torch_code.rows import reductions as reductions
from diffcheck.sources.torch_code.rows import resampling as resampling
from diffcheck.sources.torch_code.rows import running as running
from diffcheck.sources.torch_code.rows import special as special
from diffcheck.sources.torch_code.rows import spectral as spectral
from diffcheck.sources.torch_code.rows.moves import MOVED
from diffcheck.sources.torch_code.rows.registry import BACKWARD, OWN, TABLE, Row, named

# What depends on the shape of its argument only.
SHAPES_ONLY = named(
    "empty_like zeros_like ones_like full_like rand_like randn_like randint_like new_empty new_zeros new_ones "
    "new_full new_empty_strided _linalg_check_errors is_same_size sym_size sym_numel sym_stride"
)
# What fills its first argument with numbers that depend on nothing.
FILLS = named("bernoulli_ normal_ uniform_ exponential_ random_ geometric_ log_normal_ cauchy_ zero_")
# What gives its argument another shape in place: where the elements lie stays the same.
RESHAPES = named("transpose_ t_ squeeze_ unsqueeze_ swapaxes_ swapdims_ detach_ as_strided_")
# The positions of arguments that a row does not use, and of which nothing need be known.
UNREAD = {"_scaled_dot_product_flash_attention_for_cpu_backward": (5,)}
# Rows that are told what torch's outputs are where it is recorded: choices among values, which hold under a condition.
BY_OUTCOME = named(
    "linalg_lu linalg_lu_factor_ex max_pool2d_with_indices max_pool3d_with_indices adaptive_max_pool2d "
    "adaptive_max_pool3d linalg_qr _linalg_eigh _linalg_svd "
    "_linalg_eigvals linalg_eig"
)


# Rows that are told the same in a recording of one point, where a backward pass may ask for what no other needs.
BY_OUTCOME_HERE = named("_linalg_det _linalg_slogdet _linalg_solve_ex")


def row_of(base: str) -> Row | None:
    """The row of an operation, if it has one."""
    return OWN.get(base) or TABLE.get(base) or BACKWARD.get(base)


def names() -> list[str]:
    """The operations that are recorded by rows: as nodes, or as moves of elements."""
    return sorted({*OWN, *TABLE, *MOVED})
