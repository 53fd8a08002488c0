"""``pytest cases/``: every derivative of a case file, by every engine, is a test.

A case file is collected where somebody names it, or a folder above it, on the command line, or in the setting
``diffcheck_cases``. The rest of a test suite is left alone, and pays nothing: what computes is imported when the first
file is collected.
"""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from diffcheck.results import Row
    from diffcheck.runner.audits import AuditUnit
    from diffcheck.runner.held import Held
    from diffcheck.runner.plan import Unit
    from diffcheck.runner.settings import Settings

_OPTIONS = {
    "engine": "Only these engines, with commas: autograd, symbolic:closed ...",
    "dtype": "In these dtypes, with commas (default: float64; operations on trial in all of theirs).",
    "device": "On these devices, with commas (default: cpu).",
    "samples": "Random points for each case.",
    "seed": "Where what is random starts from.",
    "baseline": "Hold the cases against this file, which diffcheck run --update-baseline writes.",
}
_PREFIX = "--diffcheck-"
_HELD = pytest.StashKey[Any]()
# What a file of cases has that others of its kind have not: one of Python imports the package itself and calls what
# makes a case.
_CASES = {
    ".py": re.compile(
        r"^from diffcheck import (\([^)]*|[^\n(]*)\b(case|case_of|operation)\b"
        r"|^import diffcheck\b[\s\S]*\bdiffcheck\.(case|case_of|operation)\(",
        re.MULTILINE,
    ),
    ".toml": re.compile(r"^\s*\[\[\s*case\s*\]\][\s\S]*^\s*function\s*=", re.MULTILINE),
    ".fpcore": re.compile(r"\(FPCore\b"),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """The setting and the options."""
    group = parser.getgroup("diffcheck", "derivatives of case files")
    for name, told in _OPTIONS.items():
        group.addoption(_PREFIX + name, dest=f"diffcheck_{name}", default="", metavar=name[0].upper(), help=told)
    parser.addini("diffcheck_cases", "files and folders whose cases are tests", type="args", default=[])
    parser.addini("diffcheck_baseline", "the file that the cases are held against", default="")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "CaseFile | None":
    """The case files among those that pytest finds."""
    if file_path.suffix not in _CASES or file_path.name.startswith(("_", ".", "conftest")):
        return None
    return CaseFile.from_parent(parent, path=file_path) if _is_asked(file_path, parent.config) else None


def _is_asked(file: Path, config: pytest.Config) -> bool:
    """Whether somebody asks for the cases of a file: by name it is no test file, and it speaks of cases."""
    tests = config.getini("python_files")
    if any(file.match(pattern) for pattern in tests):
        return False
    named = [config.rootpath / name for name in config.getini("diffcheck_cases")]
    given = [config.invocation_params.dir / str(a).partition("::")[0] for a in config.invocation_params.args]
    asked = any(os.path.exists(path) and path.resolve() in (file, *file.parents) for path in (*named, *given))
    return asked and _CASES[file.suffix].search(file.read_text(encoding="utf-8", errors="replace")) is not None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test, which fails, for each entry of the baseline whose file is gone from a folder that somebody asks for."""
    given = [str(argument) for argument in config.invocation_params.args if not str(argument).startswith("-")]
    folders = [path for path in (Path(config.invocation_params.dir, text) for text in given) if os.path.isdir(path)]
    if _baseline(config) is not None and folders and any(isinstance(item, Derivative) for item in items):
        missed = _held(config).missed([str(folder) for folder in folders], (), only_files=True)
        items += [Gone.from_parent(session, name=_name(row.key), row=row) for row in missed]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """In what the environment is another one than the baseline's, in one line."""
    collected = _HELD in config.stash or config.pluginmanager.hasplugin("dsession")
    if _baseline(config) is None or not collected:
        return
    from diffcheck.runner.plan import contestants
    from diffcheck.runner.work import description

    settings = _settings(config)
    by = contestants(settings.engines, settings.devices, settings.number_formats)
    told = _held(config).told(description(by, settings))
    if ": " in told:
        terminalreporter.write_line(f"diffcheck: baseline {told}")


class CaseFile(pytest.File):
    """A case file."""

    def collect(self) -> Iterator["Derivative | Gone"]:
        """A test for each case, operator and engine, and for each entry of the baseline that none answers to."""
        from diffcheck.errors import DiffcheckError
        from diffcheck.runner.audits import audits
        from diffcheck.runner.plan import also_tried, contestants, plan
        from diffcheck.sources.collect import collect

        settings = _settings(self.config)
        try:
            loaded = collect([str(self.path)])
            by = contestants(settings.engines, settings.devices, settings.number_formats)
            also = also_tried(settings.engines, by)
            held = _held(self.config)
        except DiffcheckError as mistake:
            raise self.CollectError(str(mistake)) from None
        if loaded.problems:
            raise self.CollectError("\n".join(loaded.problems))
        units: list[Unit | AuditUnit] = [*plan(loaded.cases, (), by, also=also)]
        every = [_Together(unit, settings, held) for unit in [*units, *audits(loaded.operations, by, settings.dtypes)]]
        for together in every:
            yield from self._items(together)
        for row in held.missed([str(self.path)], (row for together in every for row in together.expected())):
            yield Gone.from_parent(self, name=_name(row.key), nodeid=f"{self.nodeid}::{_name(row.key)}", row=row)

    def _items(self, together: "_Together") -> Iterator["Derivative"]:
        for key in (row.key for row in together.expected()):
            name = _name(key)
            # Given whole, the id is taken apart as pytest does when it reads one, where it last failed for example.
            nodeid = f"{self.nodeid}::{name}"
            yield Derivative.from_parent(self, name=name, nodeid=nodeid, key=key, together=together)


def _settings(config: pytest.Config) -> "Settings":
    from diffcheck.runner.settings import DEFAULT_SAMPLES, Settings

    def listed(name: str, default: str) -> list[str]:
        return [part for part in (config.getoption(f"diffcheck_{name}") or default).split(",") if part]

    return Settings(
        engines=listed("engine", ""),
        dtypes=listed("dtype", ""),
        devices=listed("device", "cpu"),
        samples=int(config.getoption("diffcheck_samples") or DEFAULT_SAMPLES),
        seed=int(config.getoption("diffcheck_seed") or 0),
        baseline=_baseline(config),
    )


def _baseline(config: pytest.Config) -> Path | None:
    given, set_ = config.getoption("diffcheck_baseline"), config.getini("diffcheck_baseline")
    if given:
        return Path(config.invocation_params.dir, given)
    return config.rootpath / set_ if set_ else None


def _held(config: pytest.Config) -> "Held":
    """The baseline, read once."""
    from diffcheck.runner.held import Held

    if _HELD not in config.stash:
        config.stash[_HELD] = Held(_settings(config))
    found: Held = config.stash[_HELD]
    return found


def _name(key: tuple[str, ...]) -> str:
    """``softplus[derivative-autograd:reverse]``: it does not depend on seed, order or time."""
    case, operator, engine, method, device, dtype = key
    unusual = [device] * (device != "cpu") + [dtype] * (dtype != "float64")
    return f"{case}[{'-'.join([operator, f'{engine}:{method}', *unusual])}]"


class _Together:
    """The tests of one case and operator, which are judged together, when the first of them runs."""

    def __init__(self, unit: "Unit | AuditUnit", settings: "Settings", held: "Held") -> None:
        self.unit = unit
        self._settings = settings
        self._held = held
        self._rows: dict[tuple[str, ...], Row] | None = None

    def expected(self) -> Iterable["Row"]:
        """The rows that will come, without what they will say."""
        from diffcheck.runner.audits import AuditUnit, empty_audit
        from diffcheck.runner.told.rows import broken_rows, empty_row

        if isinstance(self.unit, AuditUnit):
            return [empty_audit(self.unit, contestant) for contestant in self.unit.contestants]
        if self.unit.program is None:
            return broken_rows(self.unit)
        return [empty_row(task) for _, task in self.unit.tasks()]

    def row(self, key: tuple[str, ...]) -> "Row":
        """The result of a task."""
        if self._rows is None:
            from diffcheck.runner.alone import examine

            self._rows = {row.key: row for row in examine(self.unit, self._settings, self._held)}
        return self._rows[key]


class Derivative(pytest.Item):
    """One case, operator and engine."""

    def __init__(self, key: tuple[str, ...], together: _Together, **rest: Any) -> None:
        super().__init__(**rest)
        self._key = key
        self._together = together
        for tag in together.unit.case.tags:
            mark = _mark(tag)
            if mark:
                self.config.addinivalue_line("markers", f"{mark}: cases with this tag")
                self.add_marker(mark)
        if self.config.pluginmanager.hasplugin("xdist"):
            # One process examines what is judged together.
            self.add_marker(pytest.mark.xdist_group(str(together.unit.key)))

    def runtest(self) -> None:
        """Nothing if the derivative is right."""
        row = self._together.row(self._key)
        self.user_properties += [("verdict", str(row.verdict)), ("digits", row.digits)]
        if row.fails:
            raise _Wrong(row)
        if row.accepted or (row.expected and row.verdict.fails):
            pytest.xfail(row.note)
        if not row.verdict.judged:
            pytest.skip(f"{row.verdict}: {row.note}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Five lines: who, point, value, truth, why."""
        if isinstance(excinfo.value, _Wrong):
            from diffcheck.reporting.failure import failure

            return "\n".join(failure(excinfo.value.row))
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the case stands."""
        case = self._together.unit.case
        code = getattr(getattr(case, "function", None), "__code__", None)
        return self.path, code.co_firstlineno - 1 if code is not None else None, self.name


class Gone(pytest.Item):
    """An entry of the baseline that no derivative answers to."""

    def __init__(self, row: "Row", **rest: Any) -> None:
        super().__init__(**rest)
        self._row = row

    def runtest(self) -> None:
        """Always fails."""
        raise _Wrong(self._row)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What is gone."""
        return f"{self._row.engine}:{self._row.method} {self._row.departure}"

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """What was there."""
        return self.path, None, self.name


class _Wrong(Exception):
    """A derivative that fails."""

    def __init__(self, row: "Row") -> None:
        super().__init__(row.case)
        self.row = row


def _mark(tag: str) -> str:
    """A tag as the name of a mark; empty if it cannot be one."""
    name = "".join(c if c.isalnum() else "_" for c in tag)
    return name if name.isidentifier() else ""
