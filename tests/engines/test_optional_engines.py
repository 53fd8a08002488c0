"""An engine behind an extra: another package's, of which the entry point names what it needs."""

import os
import re
import subprocess
import sys

import pytest
from command import table, typed

import diffcheck
from diffcheck import case, interval
from diffcheck.errors import UsageError
from diffcheck.runner.engines import absent_engines, by_default, demand_known, installed_engines

ENGINE = """
import numpy as np
from diffcheck.engines.base import Clockwork, Estimate

class Odd:
    name, methods, tries_implementations = "odd", ("only", "other"), True

    def available(self, device):
        return None if device == "cpu" else "cpu only"

    def prepare(self, task):
        return Answer(task.case.implementations.get("odd", lambda x: 2 * x))

    def versions(self):
        return {"odd": "1"}

class Answer:
    operations = None

    def __init__(self, slope):
        self.slope = slope

    def derivative(self, point):
        return Estimate(np.reshape(self.slope(point["x"]), 1))

    def value(self, point):
        return np.asarray(point["x"]) ** 2

    def clockwork(self, point):
        return Clockwork(lambda: 0, lambda: 0)
"""
FILE = """
from diffcheck import case, interval

@case(x=interval(1, 2), expect={"odd:other": "disagree"}, because="two slopes")
def square(x):
    return x * x

@case(x=interval(1, 2), implementations={"odd": lambda x: 3 * x})
def tried(x):
    return x * x
"""
THERE = 'numpy; extra == "plain"'
NOT_THERE = 'surely-not-there>=2; extra == "plain"'


@pytest.fixture
def plugged(tmp_path, monkeypatch):
    """Leave what `pip install` leaves of a package with an engine behind the extra ``plain``, which needs this."""

    def install(*requirements):
        site = tmp_path / "site"
        metadata = site / "odd_engines-1.0.dist-info"
        metadata.mkdir(parents=True)
        (site / "odd_engines.py").write_text(ENGINE)
        needs = "".join(f"Requires-Dist: {requirement}\n" for requirement in requirements)
        head = "Metadata-Version: 2.1\nName: odd-engines\nVersion: 1.0\nProvides-Extra: plain\n"
        (metadata / "METADATA").write_text(head + needs)
        (metadata / "entry_points.txt").write_text("[diffcheck.engines]\nodd = odd_engines:Odd [plain]\n")
        monkeypatch.syspath_prepend(str(site))
        (tmp_path / "cases.py").write_text(FILE)
        monkeypatch.chdir(tmp_path)

    return install


@pytest.fixture(params=["odd_engines:Odf", "nowhere:Odd", "leaves:Odd"])
def unsound(request, tmp_path, monkeypatch):
    """What another package leaves whose engine cannot be loaded."""
    metadata = tmp_path / "site" / "odd_engines-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: odd-engines\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[diffcheck.engines]\nodd = {request.param}\n")
    (metadata.parent / "odd_engines.py").write_text(ENGINE)
    (metadata.parent / "leaves.py").write_text("raise SystemExit('no licence')")
    (tmp_path / "cases.py").write_text(FILE)
    monkeypatch.syspath_prepend(str(metadata.parent))
    monkeypatch.chdir(tmp_path)


def test_env_lists_the_engines_of_others_with_their_versions(plugged):
    plugged("numpy")
    listed = typed("env").output
    assert "engine odd: odd_engines:Odd of odd-engines 1.0\n" in listed
    assert listed.count("engine ") == 1


@pytest.mark.usefixtures("unsound")
def test_an_engine_that_cannot_be_loaded_is_left_out_and_told_where_engines_are_listed():
    assert "odd" not in by_default(installed_engines())
    assert typed("check x*x --at x=1 --device cuda:x").exit_code == 2
    assert "agree" in typed("check x*x --at x=1").output
    told = typed("env").output.splitlines()[-1]
    assert re.fullmatch("engine odd cannot be loaded from .*Od[df] of odd-engines 1.0: .*Error.*|.*no licence.*", told)


@pytest.mark.usefixtures("unsound")
@pytest.mark.parametrize("line", ["check x*x --at x=1 --engine odd", "run cases.py::tried", "run cases.py::square"])
def test_an_engine_that_cannot_be_loaded_is_an_error_where_it_is_asked_for(line):
    result = typed(f"{line} --no-timing")
    assert result.exit_code == 2
    assert "engine odd cannot be loaded from" in result.output
    assert "mend that package, or uninstall it" in result.output


def test_an_unknown_engine_is_told_which_there_are_and_which_can_be_installed(plugged):
    plugged(NOT_THERE)
    found = typed("check x*x --at x=1 --engine sympy").output
    assert "unknown engine 'sympy': choose from symbolic, finite, autograd" in found
    assert "odd (pip install 'odd-engines[plain]')" in found.partition("not installed here: ")[2]


def column(name):
    return [row[name] for row in table("out/results.csv")]


def test_what_is_not_installed_is_no_engine_and_says_by_name_what_to_install(plugged):
    plugged(NOT_THERE, 'nor-this; extra == "another"', "numpy")
    told = "engine odd needs surely-not-there>=2, not installed here: pip install 'odd-engines[plain]'"
    assert absent_engines()["odd"] == told
    assert "odd" not in installed_engines()
    for asked in ("odd", "odd:only"):
        result = typed(f"check x*x --at x=1 --engine {asked}")
        assert (result.exit_code, told in result.output) == (2, True)
    with pytest.raises(UsageError, match="not installed here: pip install"):
        diffcheck.check(lambda x: x * x, x=interval(1, 2), engines="odd")


@pytest.mark.parametrize(
    ("requirement", "lacks"),
    {
        "there": (THERE, ""),
        "an older version": ('numpy>=999; extra == "plain"', "numpy>=999"),
        "for another Python": ('surely-not-there; extra == "plain" and python_version < "3"', ""),
        "for this Python": ('surely-not-there; extra == "plain" and python_version > "3"', "surely-not-there"),
        "of another extra": ('surely-not-there; extra == "another"', ""),
    }.values(),
)
def test_an_extra_is_read_with_its_versions_and_markers(plugged, requirement, lacks):
    plugged(requirement)
    assert ("odd" in installed_engines()) == (not lacks)
    assert lacks in absent_engines().get("odd", "")


def test_it_takes_part_where_it_is_asked_for_and_nowhere_else(plugged):
    plugged(THERE)
    known = installed_engines()
    assert "odd" in list(known)
    assert "odd" not in by_default(known)
    demand_known(["odd:only"], known)
    assert typed("run cases.py::square --no-timing --samples 2 --output out").exit_code == 0
    assert "odd" not in column("engine")
    assert typed("run cases.py::square --no-timing --samples 2 --output out --engine odd,symbolic").exit_code == 0
    assert sorted(column("engine")) == ["odd", "symbolic"]


@pytest.mark.parametrize(("requirement", "engines"), [(THERE, ["odd"]), (NOT_THERE, [])], ids=["there", "not there"])
def test_a_case_that_puts_something_on_trial_by_it_asks_for_it(plugged, requirement, engines):
    plugged(requirement)
    result = typed("run cases.py --no-timing --samples 2 --output out")
    assert "names no engine" not in result.output
    rows = list(zip(column("case"), column("engine"), column("verdict"), strict=True))
    assert [engine for name, engine, _ in rows if name == "square"] == ["symbolic", "finite", "autograd"]
    assert [engine for name, engine, _ in rows if name == "tried"] == ["symbolic", "finite", "autograd", *engines]
    assert [verdict for _, engine, verdict in rows if engine == "odd"] == ["disagree"] * len(engines)


def test_pytest_has_a_test_for_it_too(plugged, tmp_path, monkeypatch):
    plugged(THERE)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path / "site"), *sys.path]))
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases.py").rename(tmp_path / "cases" / "odd_cases.py")
    command = [sys.executable, "-m", "pytest", "cases", "--collect-only", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    asked = [line for line in done.stdout.splitlines() if "odd:only" in line]
    assert len(asked) == 1
    assert "tried" in asked[0]


def test_a_run_that_names_other_engines_is_left_as_it_is(plugged):
    plugged(THERE)
    made = case(x=interval(1, 2), implementations={"odd": lambda x: 2 * x})(lambda x: x * x)
    assert diffcheck.run(made, engines="symbolic", timing=False, samples=2)["engine"].tolist() == ["symbolic"]


def test_operations_on_trial_stay_with_the_engine_that_they_are_made_for(plugged):
    """`diffcheck.audit` runs torch; another engine that calls implementations gets no row of it."""
    torch = pytest.importorskip("torch")
    plugged(THERE)

    class Twice(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return 2 * x

        @staticmethod
        def backward(ctx, g):
            return 2 * g

    @diffcheck.operation(definition=lambda x: 2 * x, x=diffcheck.tensor("n"), budget="1s")
    def twice(x):
        return Twice.apply(x)

    found = diffcheck.run(twice, engines=["autograd", "odd"], timing=False)
    assert found["engine"].tolist() == ["autograd"]
