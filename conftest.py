"""What pytest leaves alone: the doctests of engines whose library is not installed. And what it starts first."""

from importlib.util import find_spec
from typing import Any

from xdist.scheduler import LoadFileScheduling

collect_ignore_glob = [f"diffcheck/engines/{name}/*" for name in ("casadi", "jax") if find_spec(name) is None]
# The file that takes longest of all: begun last, one process would work and the others wait.
LONGEST = "tests/library/test_whole_library.py"


class LongestFirst(LoadFileScheduling):
    """Each file stays in one process; those of most tests begin early, and the longest before them."""

    def _assign_work_unit(self, node: Any) -> None:
        if LONGEST in self.workqueue:
            self.workqueue.move_to_end(LONGEST, last=False)
        super()._assign_work_unit(node)


def pytest_xdist_make_scheduler(config: Any, log: Any) -> LongestFirst | None:
    """The order of files; without a choice of one each test goes its own way."""
    return LongestFirst(config, log) if config.getvalue("dist") == "loadfile" else None
