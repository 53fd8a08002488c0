"""Torch's own kernels, called from below its dispatcher."""

from typing import Any

import torch

_READ_SO = torch._C.DispatchKey.Conjugate, torch._C.DispatchKey.Negative


def carried_out(func: Any, args: Any, kwargs: Any) -> Any:
    """What an operation gives, whose dispatch has come to a mode of Python's.

    Below it torch takes views with another sign for what lies in memory: kernels of complex matrices that are made of
    others, as `pinv` is, are wrong there (torch 2.13).
    """
    if not any(isinstance(x, torch.Tensor) and x.is_complex() for x in args):
        return func(*args, **kwargs)
    excluded = torch._C._dispatch_tls_local_exclude_set()
    for key in _READ_SO:
        excluded = excluded.remove(key)
    with torch._C._ForceDispatchKeyGuard(torch._C._dispatch_tls_local_include_set(), excluded):
        return func(*args, **kwargs)
