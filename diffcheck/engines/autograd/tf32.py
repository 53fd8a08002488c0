"""TF32: on GPUs products of matrices and convolutions of single precision, whose factors keep 11 bits.

There are no tensors of that format: it is float32, of which a product rounds its factors to TF32 and adds up in
float32. It is judged by the bounds of a format of 11 bits with the exponents of float32 throughout.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

# The first GPUs that have it.
_AMPERE = (8, 0)


def absent(device: torch.device) -> str:
    """Why a device has no such products; empty if it has."""
    if device.type != "cuda":
        return f"TF32 is how GPUs multiply in float32; on the device {device.type} products are those of float32"
    capability = torch.cuda.get_device_capability(device)
    if capability < _AMPERE:
        return f"TF32 takes a GPU of compute capability 8.0 or more; this one has {'.'.join(map(str, capability))}"
    return ""


@contextmanager
def products() -> Iterator[None]:
    """Inside, products of float32 on GPUs are computed in TF32."""
    backends: Any = torch.backends
    before = backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32
    backends.cuda.matmul.allow_tf32 = backends.cudnn.allow_tf32 = True
    try:
        yield
    finally:
        backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32 = before
