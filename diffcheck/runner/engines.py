"""The engines by name: those that are installed are loaded when somebody asks for them.

An entry point may name extras, as in ``jax = "diffcheck.engines.jax:Jax [jax]"``: such an engine is there where they
are installed, and takes part where somebody asks for it. What a run says is then the same whatever else is installed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import EntryPoint, PackageNotFoundError, entry_points, version

from packaging.requirements import Requirement

from diffcheck.engines.base import Engine
from diffcheck.errors import RAISED, UsageError
from diffcheck.runner.guarded import Guarded

# Under this name a run's environment tells which engines take no part though they are installed, and why.
LEFT_OUT = "left out"
# The others follow in the order of the alphabet.
_FIRST = ["symbolic", "finite", "autograd"]


def _registered() -> dict[str, EntryPoint]:
    """The entry points by name; of several of one name diffcheck's own, then that of the first package."""
    every = sorted(entry_points(group="diffcheck.engines"), key=lambda point: (not _is_shipped(point), _home(point)))
    return {point.name: point for point in reversed(every)}


def left_out(known: Mapping[str, Engine]) -> list[str]:
    """What is registered and takes part in no run, and why: engines that cannot be loaded or used, or share a name."""
    points = _registered()
    every = entry_points(group="diffcheck.engines")
    doubles = [
        f"engine {p.name} of {_home(p)} is left out: {_home(points[p.name])} has that name"
        for p in every
        if p != points[p.name] and _home(p) != _home(points[p.name])
    ]
    faults = [told for name in known if (told := fault(name, known))]
    unusable = [f"engine {name} is left out: {told}" for name, told in _unusable(known)]
    return [*doubles, *(f"{told}; it is left out" for told in faults), *unusable]


def _unusable(known: Mapping[str, Engine]) -> Iterator[tuple[str, str]]:
    for name, engine in sound(known).items():
        told = engine.available("cpu") if isinstance(engine, Guarded) else None
        if told is not None and getattr(engine, "is_broken", False):
            yield name, told


class Installed(Mapping[str, Engine]):
    """What is registered as entry points ``diffcheck.engines``; names import nothing, PyTorch takes seconds."""

    def __init__(self) -> None:
        points = {name: point for name, point in _registered().items() if not _lacking(point)}
        order = [name for name in _FIRST if name in points]
        self._points: dict[str, EntryPoint] = {name: points[name] for name in [*order, *sorted(points.keys() - order)]}
        self._loaded: dict[str, Engine] = {}
        self._faults: dict[str, str] = {}

    def __getitem__(self, name: str) -> Engine:
        if name not in self._loaded and name not in self._faults:
            point = self._points[name]
            try:
                engine = point.load()()
                self._loaded[name] = engine if _is_shipped(point) else Guarded(engine)
            except RAISED as fault:
                what = f"{type(fault).__name__}: {' '.join(str(fault).split())}".removesuffix(": ")
                self._faults[name] = f"engine {name} cannot be loaded from {_home(point)}: {what}"
        if name in self._faults:
            raise UsageError(f"{self._faults[name]}: mend that package, or uninstall it")
        return self._loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in self._points

    def __iter__(self) -> Iterator[str]:
        return iter(self._points)

    def __len__(self) -> int:
        return len(self._points)


def _is_shipped(point: EntryPoint) -> bool:
    return point.module.partition(".")[0] == __name__.partition(".")[0]


def installed_engines() -> Mapping[str, Engine]:
    """The installed engines by name."""
    return Installed()


def sound(known: Mapping[str, Engine]) -> dict[str, Engine]:
    """The engines that can be loaded, which all are by then."""
    return {name: known[name] for name in known if not fault(name, known)}


def fault(name: str, known: Mapping[str, Engine]) -> str:
    """Why an engine cannot be loaded; empty if it can, and is."""
    try:
        known[name]
    except UsageError as told:
        return str(told)
    return ""


def absent_engines() -> dict[str, str]:
    """The engines that are registered and lack something: what that is, and how it is installed."""
    return {name: told for name, point in _registered().items() if (told := _lacking(point))}


def from_elsewhere() -> dict[str, str]:
    """The engines of other packages by name, and where each comes from, with the version of its package."""
    return {
        name: _home(point)
        for name, point in _registered().items()
        if point.dist is None or point.dist.name != "diffcheck"
    }


def _lacking(point: EntryPoint) -> str:
    """What an engine needs that is not installed; empty if it has all."""
    if not point.extras or point.dist is None:
        return ""
    lacking = [str(r) for extra in point.extras for r in _required(point.dist.requires or [], extra) if not _there(r)]
    if not lacking:
        return ""
    return f"engine {point.name} needs {' and '.join(lacking)}, not installed here: {_installing(point)}"


def _installing(point: EntryPoint) -> str:
    """The command that brings what an engine needs."""
    assert point.dist is not None
    return f"pip install '{point.dist.name}[{','.join(point.extras)}]'"


def _home(point: EntryPoint) -> str:
    """The package that registers an engine, and what it names there."""
    package = "" if point.dist is None else f" of {point.dist.name} {point.dist.version}"
    return f"{point.value.partition(' ')[0]}{package}"


def _required(written: Iterable[str], extra: str) -> Iterator[Requirement]:
    """What an extra brings, without its marker."""
    for requirement in map(Requirement, written):
        marker, requirement.marker = requirement.marker, None
        if marker is not None and marker.evaluate({"extra": extra}) and not marker.evaluate({"extra": ""}):
            yield requirement


def _there(requirement: Requirement) -> bool:
    try:
        return requirement.specifier.contains(version(requirement.name), prereleases=True)
    except PackageNotFoundError:
        return False


def by_default(known: Mapping[str, Engine]) -> list[str]:
    """The engines that take part where none is named: those that need no extra and can be loaded."""
    optional = {name for name, point in _registered().items() if point.extras}
    return [name for name in known if name not in optional and not fault(name, known)]


def demand_known(names: Iterable[str], known: Iterable[str]) -> None:
    """`UsageError` for ``engine`` or ``engine:method`` of an engine that does not exist; loads none."""
    for name in names:
        family = name.partition(":")[0]
        if family not in known:
            raise UsageError(absent_engines().get(family, f"unknown engine {family!r}: {_choice(known)}"))


def _choice(known: Iterable[str]) -> str:
    """The engines that there are, and what brings the others."""
    absent = [f"{name} ({_installing(point)})" for name, point in sorted(_registered().items()) if _lacking(point)]
    return f"choose from {', '.join(known)}{'; not installed here: ' * bool(absent)}{', '.join(absent)}"


def demand_devices(devices: Iterable[str], known: Mapping[str, Engine]) -> None:
    """`UsageError` for a device that no engine may know; only cuda is left open, for which PyTorch must be asked."""
    for device in devices:
        if is_device(device) or any(engine.available(device) is None for engine in sound(known).values()):
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
