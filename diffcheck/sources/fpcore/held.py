"""Where the value of a core is no larger than all numbers: only there is one without a precondition tried."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from diffcheck.sources.formula import Formula

# Differences are taken of points that are at most so many times as large.
_BESIDE = 2.0


@dataclass(frozen=True, slots=True)
class Held:
    """Says of a point whether the value there does not overflow, nor at points beside it.

    A pole is tried, and so is what overflows on the way to a value that does not.
    """

    function: Formula

    def __call__(self, /, **values: Any) -> bool:
        """Whether the value at a point, and at twice its coordinates, is not infinite for its size."""
        return not any(self._overflows({name: scale * x for name, x in values.items()}) for scale in (1.0, _BESIDE))

    def _overflows(self, values: dict[str, Any]) -> bool:
        try:
            with np.errstate(all="ignore"):
                if not np.isinf(self.function(**values)):
                    return False
            with np.errstate(all="ignore", over="raise"):
                self.function(**values)
        except FloatingPointError:
            return True
        except (ArithmeticError, TypeError, ValueError):  # told where the core is tried
            return False
        return any(map(np.isinf, values.values()))
