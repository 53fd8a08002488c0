"""The engines by name: those that are installed are loaded when somebody asks for them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import EntryPoint, entry_points

from diffcheck.engines.base import Engine
from diffcheck.errors import UsageError

# The others follow in the order of the alphabet.
_FIRST = ["symbolic", "finite", "autograd"]


class Installed(Mapping[str, Engine]):
    """What is registered as entry points ``diffcheck.engines``; names import nothing, PyTorch takes seconds."""

    def __init__(self) -> None:
        points = {point.name: point for point in entry_points(group="diffcheck.engines")}
        order = [name for name in _FIRST if name in points]
        self._points: dict[str, EntryPoint] = {name: points[name] for name in [*order, *sorted(points.keys() - order)]}
        self._loaded: dict[str, Engine] = {}

    def __getitem__(self, name: str) -> Engine:
        if name not in self._loaded:
            self._loaded[name] = self._points[name].load()()
        return self._loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in self._points

    def __iter__(self) -> Iterator[str]:
        return iter(self._points)

    def __len__(self) -> int:
        return len(self._points)


def installed_engines() -> Mapping[str, Engine]:
    """The installed engines by name."""
    return Installed()


def demand_known(names: Iterable[str], known: Iterable[str]) -> None:
    """`UsageError` for ``engine`` or ``engine:method`` of an engine that does not exist; loads none."""
    for name in names:
        family = name.partition(":")[0]
        if family not in known:
            raise UsageError(f"unknown engine {family!r}: choose from {', '.join(known)}")


def demand_devices(devices: Iterable[str], known: Mapping[str, Engine]) -> None:
    """`UsageError` for a device that no engine may know; only cuda is left open, for which PyTorch must be asked."""
    for device in devices:
        if is_device(device) or any(engine.available(device) is None for engine in known.values()):
            continue
        raise UsageError(f"unknown device {device!r}: choose cpu or cuda (cuda:1 for the second GPU)")


def is_device(name: str) -> bool:
    """Whether a device is called so, be it there or not."""
    return re.fullmatch(r"cpu|cuda(:\d+)?", name) is not None


def named(name: str, known: Mapping[str, Engine]) -> tuple[Engine, str]:
    """The engine and the method (empty if none is named) of ``engine`` or ``engine:method``.

    Raises
    ------
    UsageError
        If there is no such engine or method.
    """
    demand_known([name], known)
    family, colon, method = name.partition(":")
    engine = known[family]
    if colon and not method:
        raise UsageError(f"engine {name!r} names no method after the colon: choose from {', '.join(engine.methods)}")
    if colon and method not in engine.methods:
        raise UsageError(f"engine {family} has no method {method!r}: choose from {', '.join(engine.methods)}")
    return engine, method
