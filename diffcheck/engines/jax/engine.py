"""The engine ``jax``.

``reverse`` is `jax.grad` or `jax.jacrev`, and forward over reverse for further derivatives; ``forward`` is
`jax.jacfwd`, and `jax.jvp` along a direction. Both are compiled by `jax.jit`, and compute double precision where JAX
is told so for these calls only: the setting of the process stays as it is.

JAX, which takes a second to load, is loaded when it is needed: a method that does not exist is told at once.
"""

from importlib.metadata import version
from typing import TYPE_CHECKING

from diffcheck.errors import Unsupported

if TYPE_CHECKING:
    from diffcheck.engines.base import Task
    from diffcheck.engines.jax.compiled import Transformed

_DTYPES = ("float64", "float32", "bfloat16", "float16")


class Jax:
    """The engine ``jax``."""

    name = "jax"
    methods = ("reverse", "forward")
    tries_implementations = True

    def available(self, device: str) -> str | None:
        """Whether JAX sees the device."""
        family, _, index = device.partition(":")
        if device == "cpu":
            return None
        if family != "cuda":
            return f"unknown device {device!r}: choose cpu or cuda"
        import jax

        try:
            count = len(jax.devices("cuda"))
        except RuntimeError:  # JAX without a plugin for such devices
            count = 0
        if (index or "0").isdecimal() and int(index or 0) < count:
            return None
        return f"jax {jax.__version__} sees {count or 'no'} CUDA device{'s' if count > 1 else ''} here"

    def prepare(self, task: "Task") -> "Transformed":
        """Make a function of JAX arrays of the program, or of what the case puts on trial."""
        if task.dtype not in _DTYPES:
            raise Unsupported(f"JAX has no {task.dtype} arrays")
        from diffcheck.engines.jax.compiled import Transformed

        return Transformed(task)

    def versions(self) -> dict[str, str]:
        """JAX and its compiler, and the GPU if there is one."""
        import jax

        found = {name: version(name) for name in ("jax", "jaxlib")}
        if self.available("cuda") is None:
            found["jax_gpu"] = jax.devices("cuda")[0].device_kind
        return found
