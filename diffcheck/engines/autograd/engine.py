"""The engine ``autograd``.

``reverse`` is `torch.autograd.grad`, one backward pass for each output; ``forward`` is `torch.func.jvp`, one pass for
each input; ``func`` is `torch.func.grad` and what is built on it, which transforms the function instead of recording
it; ``compiled`` is what `torch.compile` makes of that. ``autocast`` is ``reverse`` under `torch.autocast`: parameters
and inputs in single precision, what torch chooses in the task's small format, by whose bounds it is judged. ``tf32``
is ``reverse`` with the products of GPUs that round the factors of single precision to that format.

PyTorch, which takes seconds to load, is loaded when it is needed: a method that does not exist is told at once.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diffcheck.engines.autograd.automatic import Automatic
    from diffcheck.engines.base import Task


class Autograd:
    """The engine ``autograd``."""

    name = "autograd"
    methods = ("reverse", "forward", "func", "compiled", "autocast", "tf32")
    tries_implementations = True
    audits_operations = True

    def available(self, device: str) -> str | None:
        """Whether torch sees the device."""
        if device == "cpu":
            return None
        if device == "cuda" or device.startswith("cuda:"):
            import torch

            count = torch.cuda.device_count() if torch.cuda.is_available() else 0
            index = device.partition(":")[2] or "0"
            if index.isdecimal() and int(index) < count:
                return None
            return f"torch {torch.__version__} sees {count or 'no'} CUDA device{'s' if count > 1 else ''} here"
        return f"unknown device {device!r}: choose cpu or cuda"

    def prepare(self, task: "Task") -> "Automatic":
        """Put the constants on the device."""
        from diffcheck.engines.autograd.automatic import Automatic

        return Automatic(task)

    def versions(self) -> dict[str, str]:
        """torch, and the GPU if there is one."""
        import torch

        found = {"torch": torch.__version__, "torch_threads": str(torch.get_num_threads())}
        if torch.cuda.is_available():
            found["gpu"] = torch.cuda.get_device_name()
            found["cuda"] = str(torch.version.cuda)
            found["tf32"] = str(torch.backends.cuda.matmul.allow_tf32)
        return found
