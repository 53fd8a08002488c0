"""The state that a whole process shares, and that a case may change: kept, and given back.

``torch.set_default_dtype`` in one case file must not reach the cases of another. A `State` holds what a table of
settings read at one moment; restoring it writes back what has changed since. Some settings belong to the file that
makes them: its own cases run in them, and nobody else's. The others (how NumPy and ``warnings`` treat errors, the
precision of other libraries) are always ours, because the comparison itself runs in them.
"""

import decimal
import gc
import locale
import operator
import os
import random
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Setting:
    """Something global: how it is read and written, once its library is loaded.

    Attributes
    ----------
    follows:
        Whether the cases of a file run in what the file has set.
    compared:
        Whether it is written only if it differs; a generator of random numbers costs less to write than to compare.
    """

    read: Callable[[], Any]
    write: Callable[[Any], object]
    library: str = ""
    follows: bool = False
    compared: bool = True


Values = Mapping[Setting, Any]
_ABSENT = object()


class State:
    """The values of all settings at the moment it is made; of PyTorch's, if it is loaded by then."""

    def __init__(self) -> None:
        self._values = {s: s.read() for s in SETTINGS if not s.library or s.library in sys.modules}

    def restore(self) -> None:
        """Set everything as it was."""
        write(self._values)

    def beside(self, ours: "State") -> Values:
        """What the cases of a file run in, if this is the state after reading it and ``ours`` the one before."""
        return {
            setting: value
            for setting, value in self._values.items()
            if setting.follows and not (setting.compared and ours._values.get(setting, _ABSENT) == value)
        }


def write(values: Values) -> None:
    """Set what differs."""
    for setting, value in values.items():
        if not setting.compared or setting.read() != value:
            setting.write(value)


def _found(library: str, path: str) -> Any:
    return operator.attrgetter(path)(sys.modules[library])


def _attribute(library: str, owner: str, name: str, *, follows: bool = False) -> Setting:
    """A setting that is an attribute of something in a library."""
    return Setting(
        lambda: getattr(_found(library, owner), name),
        lambda value: setattr(_found(library, owner), name, value),
        library,
        follows,
    )


def _torch(read: str, write: str, *, compared: bool = True) -> Setting:
    """A setting of PyTorch that has two functions; nobody but the engine may import it."""
    return Setting(
        lambda: _found("torch", read)(), lambda value: _found("torch", write)(value), "torch", True, compared
    )


def _written(values: Sequence[Any]) -> None:
    for name, value in zip(_STREAMS, values, strict=True):
        setattr(sys, name, value)


def _folder() -> str | None:
    """The current folder; none if a case has deleted it."""
    try:
        return os.getcwd()
    except FileNotFoundError:
        return None


def _enter_folder(path: str | None) -> None:
    if path is not None:
        os.chdir(path)


def _variables(saved: Mapping[str, str]) -> None:
    for name in os.environ.keys() - saved.keys():
        del os.environ[name]
    os.environ.update(saved)


def _filters(saved: list[Any]) -> None:
    warnings.resetwarnings()  # tells Python that its memory of what was shown is stale
    filters: Any = warnings.filters
    filters[:] = saved


def _handlers() -> list[Any]:
    return [signal.getsignal(number) for number in _SIGNALS]


def _handle(saved: Sequence[Any]) -> None:
    # Only the main thread may, and what was not installed from Python cannot be put back.
    for number, handler in zip(_SIGNALS, saved, strict=True):
        if handler is not None and threading.current_thread() is threading.main_thread():
            signal.signal(number, handler)


def _alarm() -> bool:
    return signal.getitimer(signal.ITIMER_REAL)[0] > 0


def _flushes(smallest: float = sys.float_info.min) -> bool:
    """Whether the processor takes subnormal numbers for zero, which torch can set but does not tell."""
    return smallest / 2 == 0.0


def _infer(mode: bool) -> None:
    # The mode ends when the object is deleted: it is kept.
    _ENTERED.append(_found("torch", "inference_mode")(mode))
    _ENTERED[-1].__enter__()


def _anomaly() -> tuple[bool, bool]:
    return _found("torch", "is_anomaly_enabled")(), _found("torch", "is_anomaly_check_nan_enabled")()


def _place(device: Any) -> None:
    # Without a default device tensors are made on the cpu, and faster than with that one.
    _found("torch", "set_default_device")(None if device.type == "cpu" else device)


def _cuda_generators() -> Any:
    cuda = _found("torch", "cuda")
    return cuda.get_rng_state_all() if cuda.is_initialized() else []


def _precisions() -> list[Any]:
    return [_told(name) for name in _PRECISIONS]


def _told(name: str) -> Any:
    """An attribute; none where this version has none, or refuses to tell because old and new names were mixed."""
    try:
        return _found("torch", name)
    except (AttributeError, RuntimeError):
        return None


def _product(saved: Sequence[Any]) -> None:
    for name, value in zip(_PRECISIONS, saved, strict=True):
        if value is not None:
            owner, _, last = name.rpartition(".")
            setattr(_found("torch", owner), last, value)


def _autocast(device: str) -> Setting:
    def read() -> tuple[bool, Any]:
        return _found("torch", "is_autocast_enabled")(device), _found("torch", "get_autocast_dtype")(device)

    def write(value: tuple[bool, Any]) -> None:
        _found("torch", "set_autocast_enabled")(device, value[0])
        _found("torch", "set_autocast_dtype")(device, value[1])

    return Setting(read, write, "torch", follows=True)


_ENTERED: list[Any] = []
_STREAMS = ("stdin", "stdout", "stderr")
# What programs handle; asking for all signals would take as long as everything else together.
_SIGNALS = [
    getattr(signal, f"SIG{name}")
    for name in ("INT", "TERM", "HUP", "ALRM", "USR1", "USR2", "PIPE", "CHLD", "FPE")
    if hasattr(signal, f"SIG{name}")
]

# How PyTorch multiplies float32 numbers, by the old names and then by the new ones: the later ones prevail.
_PRECISIONS = (
    *("backends.cuda.matmul.allow_tf32", "backends.cudnn.allow_tf32"),
    *(
        f"backends.{owner}fp32_precision"
        for owner in (
            "",
            "cudnn.",
            "cudnn.conv.",
            "cudnn.rnn.",
            "cuda.matmul.",
            "mkldnn.",
            "mkldnn.matmul.",
            "mkldnn.conv.",
        )
    ),
)

_PYTHON = (
    Setting(random.getstate, random.setstate, follows=True, compared=False),
    Setting(sys.getrecursionlimit, sys.setrecursionlimit, follows=True),
    Setting(sys.get_int_max_str_digits, sys.set_int_max_str_digits),
    Setting(_folder, _enter_folder, follows=True),
    Setting(lambda: dict(os.environ), _variables, follows=True),
    Setting(lambda: list(sys.path), lambda saved: sys.path.__setitem__(slice(None), saved), follows=True),
    Setting(lambda: [getattr(sys, name) for name in _STREAMS], _written),
    Setting(lambda: list(warnings.filters), _filters),
    Setting(lambda: locale.setlocale(locale.LC_ALL), lambda name: locale.setlocale(locale.LC_ALL, name)),
    Setting(lambda: decimal.getcontext().copy(), lambda saved: decimal.setcontext(saved.copy()), compared=False),
    Setting(_handlers, _handle),
    *([Setting(_alarm, lambda _: signal.setitimer(signal.ITIMER_REAL, 0))] if hasattr(signal, "setitimer") else []),
    Setting(gc.isenabled, lambda enabled: gc.enable() if enabled else gc.disable()),
)
_NUMBERS = (
    Setting(np.geterr, lambda saved: np.seterr(**saved)),
    Setting(np.geterrcall, np.seterrcall),
    Setting(np.get_printoptions, lambda saved: np.set_printoptions(**saved)),
    Setting(np.random.get_state, np.random.set_state, follows=True, compared=False),
    _attribute("flint", "ctx", "prec"),
    _attribute("mpmath", "mp", "prec"),
    *(
        _attribute("sympy.core.parameters", "global_parameters", name)
        for name in ("evaluate", "distribute", "exp_is_pow")
    ),
)
_TORCH = (
    _torch("get_default_dtype", "set_default_dtype"),
    Setting(lambda: _found("torch", "get_default_device")(), _place, "torch", follows=True),
    _torch("is_grad_enabled", "set_grad_enabled"),
    Setting(lambda: _found("torch", "is_inference_mode_enabled")(), _infer, "torch", follows=True),
    Setting(_anomaly, lambda modes: _found("torch", "autograd.set_detect_anomaly")(*modes), "torch", follows=True),
    _torch("get_deterministic_debug_mode", "set_deterministic_debug_mode"),
    Setting(_precisions, _product, "torch", follows=True),
    _torch("get_num_threads", "set_num_threads"),
    Setting(_flushes, lambda mode: _found("torch", "set_flush_denormal")(mode), "torch", follows=True),
    _torch("get_rng_state", "set_rng_state", compared=False),
    Setting(
        _cuda_generators,
        lambda states: _found("torch", "cuda.set_rng_state_all")(states),
        "torch",
        follows=True,
        compared=False,
    ),
    _autocast("cpu"),
    _autocast("cuda"),
    *(
        _attribute("torch", f"backends.{owner}", name, follows=True)
        for owner, name in (
            ("cudnn", "benchmark"),
            ("cudnn", "deterministic"),
            ("cudnn", "enabled"),
        )
    ),
)
SETTINGS: tuple[Setting, ...] = (*_PYTHON, *_NUMBERS, *_TORCH)
