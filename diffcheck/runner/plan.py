"""What is to be done: cases x operators x engines x devices x dtypes, as tasks; and what cannot even be asked."""

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from diffcheck.case.audited import Audited
from diffcheck.case.case import Case
from diffcheck.case.operators import Operator, demand_fit, natural_operator
from diffcheck.engines.base import Engine, Task
from diffcheck.errors import RAISED, CaseError, DiffcheckError, Unsupported, UsageError
from diffcheck.program.program import Program
from diffcheck.program.trace import trace
from diffcheck.runner.engines import absent_engines, by_default, fault, installed_engines, is_device, named, sound
from diffcheck.runner.processes.escort import Lost, told
from diffcheck.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Contestant:
    """An engine with one of its methods (empty: the one it prefers for a function), on a device, in a dtype."""

    engine: Engine
    method: str
    device: str
    dtype: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A case with an operator and all its tasks: what is judged together, against one truth for each dtype.

    ``problem`` says why there is nothing to compute: the case itself is broken, and its rows have this ``verdict``.
    """

    case: Case
    operator: Operator
    contestants: tuple[Contestant, ...]
    program: Program | None
    problem: str = ""
    verdict: Verdict = Verdict.ERROR

    @property
    def key(self) -> tuple[str, str]:
        """What names the unit."""
        return self.case.source, str(self.operator)

    def tasks(self) -> list[tuple[Engine, Task]]:
        """Each task with the engine that does it."""
        assert self.program is not None
        return [
            (c.engine, Task(self.case, self.program, self.operator, c.engine.name, method, c.device, c.dtype))
            for c in self.contestants
            for method in [c.method or self._preferred(c.engine)]
        ]

    def _preferred(self, engine: Engine) -> str:
        """The method that an engine takes for this function: the first one, unless it chooses by size."""
        choose = getattr(engine, "preferred", None)
        if choose is None:
            return engine.methods[0]
        assert self.program is not None
        chosen: str = choose(self.program, self.operator, len(self.case.wrt_positions))
        return chosen


def contestants(
    wanted: Sequence[str], devices: Sequence[str], dtypes: Sequence[str], engines: Mapping[str, Engine] | None = None
) -> tuple[Contestant, ...]:
    """The engines asked for, with their methods, on each device they can use.

    Parameters
    ----------
    wanted:
        ``engine`` or ``engine:method``; empty for the default method of every engine that needs no extra.

    Raises
    ------
    UsageError
        For an engine, method or device that does not exist, or that no chosen engine can use.
    """
    known = installed_engines() if engines is None else engines
    if not known:
        raise UsageError(
            "no engine is installed: reinstall diffcheck (pip install -e .), so that its entry points are registered"
        )
    chosen = [named(name, known) for name in (wanted or by_default(known))]
    found, excuses = [], {}
    for device in devices:
        reasons = {engine.name: engine.available(device) for engine, _ in chosen}
        usable = [(engine, method) for engine, method in chosen if reasons[engine.name] is None]
        if not usable:
            excuses[device] = "; ".join(f"{name}: {reason}" for name, reason in reasons.items())
        found += [Contestant(engine, method, device, dtype) for dtype in dtypes for engine, method in usable]
    for device, excuse in excuses.items():
        if not is_device(device):
            raise UsageError(f"unknown device {device!r}: choose cpu or cuda (cuda:1 for the second GPU)")
        raise UsageError(f"no engine can use device {device!r}: {excuse}")
    return tuple(dict.fromkeys(found))


def also_tried(
    wanted: Sequence[str], by: Sequence[Contestant], engines: Mapping[str, Engine] | None = None
) -> Callable[[Case], tuple[Contestant, ...]]:
    """For a case the engines that it puts an implementation on trial by, beside those that take part anyway.

    Parameters
    ----------
    wanted:
        The engines that were asked for: if any were, others take part for another form of a function alone.
    """
    known = installed_engines() if engines is None else engines
    there = {c.engine.name for c in by}
    kinds = dict.fromkeys((c.device, c.dtype) for c in by)

    def further(case: Case) -> tuple[Contestant, ...]:
        return tuple(
            Contestant(known[name], "", device, dtype)
            for name in ([] if wanted and not case.alternative else case.implementations)
            if name in known and name not in there and not fault(name, known)
            for device, dtype in kinds
            if known[name].available(device) is None
        )

    return further


def unknown_engines(case: Case | Audited, known: Mapping[str, Engine]) -> str:
    """What is wrong with the engines that a case names in ``implementations`` and ``expect``; empty if nothing is."""
    for name in case.implementations if isinstance(case, Case) else ():
        if name in known and (told := fault(name, known)):
            return f"implementations={{{name!r}: ...}}: {told}"
        tries = name in known and getattr(known[name], "tries_implementations", False)
        if not tries and name not in absent_engines():
            able = [n for n, engine in sound(known).items() if getattr(engine, "tries_implementations", False)]
            return f"implementations={{{name!r}: ...}} names no engine that calls one: {_suggestion(name, able)}"
    return unknown_expectations(case.expect, known)


def unknown_expectations(expect: Mapping[str, str], known: Mapping[str, Engine]) -> str:
    """What is wrong with the engines that ``expect`` names; empty if nothing is."""
    for name in expect:
        family, colon, method = name.partition(":")
        if family not in known:
            if family in absent_engines():
                continue
            return f"expect={{{name!r}: ...}} names no engine: {_suggestion(family, known)}"
        if told := fault(family, known):
            return f"expect={{{name!r}: ...}}: {told}"
        if colon and method not in known[family].methods:
            return f"expect={{{name!r}: ...}} names no method of {family}: {_suggestion(method, known[family].methods)}"
    return ""


def _suggestion(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, known, 1)
    return f"did you mean {close[0]!r}?" if close else f"choose from {', '.join(known)}"


def traced(case: Case) -> Program:
    """The program of a case's function."""
    return trace(case.function, case.shapes, case.constants)


def plan(
    cases: Iterable[Case],
    operators: Sequence[Operator],
    by: tuple[Contestant, ...],
    traced: Callable[[Case], Program] = traced,
    also: Callable[[Case], tuple[Contestant, ...]] = lambda _: (),
) -> list[Unit]:
    """The units of a run.

    Parameters
    ----------
    operators:
        Only these of the operators that the cases ask for; empty for all.
    traced:
        Gives the program of a case; whatever it raises is the case's fault.
    also:
        Gives further engines for a case.
    """
    return [unit for case in cases for unit in _units(case, operators, (*by, *also(case)), traced)]


def _units(
    case: Case, wanted: Sequence[Operator], by: tuple[Contestant, ...], traced: Callable[[Case], Program]
) -> list[Unit]:
    wrt_shapes = [case.inputs[name].shape for name in case.wrt]
    try:
        program = traced(case)
    except Unsupported as reason:
        return _broken(case, wanted, by, str(reason), Verdict.UNSUPPORTED)
    except DiffcheckError as mistake:
        return _broken(case, wanted, by, str(mistake))
    except Lost as lost:
        how = "the function raises" if lost.fate.verdict is Verdict.ERROR else "tracing the function:"
        return _broken(case, wanted, by, f"{how} {lost}", lost.fate.verdict)
    except RAISED as raised:  # whatever a user's function raises is a result, not a crash
        return _broken(case, wanted, by, f"the function raises {told(raised)}")
    outputs = program.shape
    units = []
    for operator in case.operators or (natural_operator(outputs, wrt_shapes),):
        if wanted and operator not in wanted:
            continue
        try:
            demand_fit(operator, outputs, wrt_shapes)
            units.append(Unit(case, case.aimed(operator, outputs), by, program))
        except CaseError as mistake:
            units.append(Unit(case, operator, by, None, str(mistake)))
    return units


def _broken(
    case: Case, wanted: Sequence[Operator], by: tuple[Contestant, ...], problem: str, verdict: Verdict = Verdict.ERROR
) -> list[Unit]:
    guess = natural_operator((), [case.inputs[name].shape for name in case.wrt])
    return [
        Unit(case, operator, by, None, problem, verdict)
        for operator in case.operators or (guess,)
        if not wanted or operator in wanted
    ]
