"""What a referee finds at a point."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from diffcheck.referee import ladder
from diffcheck.referee.arrays.certify import Certified
from diffcheck.referee.component import Component, Status
from diffcheck.referee.smooth import Smooth


@dataclass(frozen=True, slots=True)
class Truth:
    """The truth at one point.

    Attributes
    ----------
    components:
        One for each component of the derivative, in row-major order.
    smooth:
        What the function is here, with the outputs that exist; ``None`` if that was not found.
    rows:
        The outputs that exist, as positions among all outputs.
    precision:
        The working precision in bits at which the components were certified.
    confirmed:
        For each component whether a second, independent route gave the same; `False` where it could not be asked.
    """

    components: tuple[Component, ...]
    smooth: Smooth | None
    rows: tuple[int, ...]
    precision: int
    confirmed: tuple[bool, ...]
    contradiction: str = ""
    """The operations whose derivative rules contradict the second route; the components then come from that route."""
    arrays: Certified | None = None
    """What was found on whole arrays, where the function is large; there is then no ``smooth`` of numbers."""

    def among(self, outputs: Sequence[int], lacking: Callable[[int], str]) -> "Truth":
        """The truth about all outputs, from that about those that exist.

        Parameters
        ----------
        outputs:
            The nodes of all.
        lacking:
            Tells of the node of one that does not exist what does not.
        """
        if len(self.rows) == len(outputs):
            return self
        width = len(self.components) // len(self.rows)
        components: list[Component] = []
        confirmed: list[bool] = []
        for row, output in enumerate(outputs):
            if row in self.rows:
                start = self.rows.index(row) * width
                components += self.components[start : start + width]
                confirmed += self.confirmed[start : start + width]
            else:
                components += [Component(Status.UNDEFINED, reason=f"{lacking(output)} does not exist here")] * width
                confirmed += [False] * width
        return replace(self, components=tuple(components), confirmed=tuple(confirmed))


def nothing(count: int, status: Status, reason: str) -> Truth:
    """So many components of which nothing is known, or that do not exist."""
    text = f"{reason} does not exist here" if status is Status.UNDEFINED else reason
    return Truth((Component(status, reason=text),) * count, None, (), ladder.LADDER[-1], (False,) * count)
