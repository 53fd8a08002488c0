"""The engine ``casadi``.

``sx`` builds a graph of CasADi's ``SX``, number by number, and differentiates that: `casadi.jacobian`, which chooses
between forward and reverse by itself, and `casadi.jtimes` along a direction and for weights. CasADi computes in double
precision. Its graphs of matrices, ``MX``, would hold the same numbers one by one: what is recorded here is elements.
"""

from importlib.metadata import version
from typing import TYPE_CHECKING

from diffcheck.errors import Unsupported

if TYPE_CHECKING:
    from diffcheck.engines.base import Task
    from diffcheck.engines.casadi.derivatives import Differentiated


class Casadi:
    """The engine ``casadi``."""

    name = "casadi"
    methods = ("sx",)
    tries_implementations = True

    def available(self, device: str) -> str | None:
        """CasADi computes on the processor only."""
        return None if device == "cpu" else "CasADi computes on the cpu only"

    def prepare(self, task: "Task") -> "Differentiated":
        """Build the graph and differentiate it."""
        if task.dtype != "float64":
            raise Unsupported(f"CasADi has no {task.dtype} arithmetic")
        from diffcheck.engines.casadi.derivatives import Differentiated

        return Differentiated(task)

    def versions(self) -> dict[str, str]:
        """CasADi does all."""
        return {"casadi": version("casadi")}
