"""Case files under pytest: ids, failures in five lines, known defects, options, and what is left alone."""

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from diffcheck.cli import main

CASES = """
import torch
from diffcheck import case, interval, operation, tensor
from diffcheck.ops import exp, log, sin

class Off(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.sin(x)

    @staticmethod
    def backward(ctx, g):
        return 1.001 * g * torch.cos(ctx.saved_tensors[0])

OFF = {"autograd": Off.apply}

@case(x=interval(-3, 3), samples=1, tags=("smooth", "two-words"), implementations=OFF)
def sine(x):
    return sin(x)

@case(x=interval(-3, 3), samples=1, tags=("smooth",))
def softplus(x):
    return log(1 + exp(x))

@operation(torch.sin, x=tensor("n", low=-3, high=3), dtypes="float64", budget=2)
class Fused(Off):
    pass

@case(x=interval(-3, 3), samples=1, expect={"autograd": "disagree"}, because="known", implementations=OFF)
def known(x):
    return sin(x)
"""
LIGHT = """
from diffcheck import case, interval
from diffcheck.ops import exp, log, sin

@case(x=interval(-3, 3), tags=("two-words",))
def sine(x):
    return sin(x)

@case(x=interval(-3, 3))
def softplus(x):
    return log(1 + exp(x))
"""
# Two processes, which need not load torch.
TWO = ("-n", "2", "--dist", "loadgroup", "--diffcheck-engine", "finite,symbolic")
TEST = """
from diffcheck import case
def case_of(*_): raise AssertionError("a test file is no case file")
def test_nothing(): pass
"""


@pytest.fixture(scope="module", autouse=True)
def written(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The baseline of the cases, as `diffcheck run` writes it.

    It is run in this process, once for all, and has loaded everything then: what a run of pytest in this process loads
    is forgotten at its end, and torch cannot be loaded twice.
    """
    folder = tmp_path_factory.mktemp("written")
    (folder / "cases").mkdir()
    (folder / "cases" / "waves.py").write_text(CASES)
    words = (
        "run cases/waves.py --no-timing --samples 1 --baseline base.json --update-baseline --output out --in-process"
    )
    here = Path.cwd()
    os.chdir(folder)
    try:
        done = CliRunner().invoke(main, words.split())
    finally:
        os.chdir(here)
    assert done.exit_code == 0, done.output
    return (folder / "base.json").read_text()


@pytest.fixture
def folder(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.mkdir("cases")
    (pytester.path / "cases" / "waves.py").write_text(CASES)
    (pytester.path / "cases" / "helper.py").write_text("raise SystemExit('this is no case file')\n")
    pytester.makepyfile(test_own=TEST)
    return pytester


def test_every_derivative_by_every_engine_is_a_test(folder: pytest.Pytester) -> None:
    done = folder.runpytest_subprocess("cases", "-q", "-rA", "--strict-markers", "--junitxml=out.xml")
    done.assert_outcomes(passed=7, failed=2, xfailed=1)
    done.stdout.fnmatch_lines(
        [
            "autograd:reverse disagree (wrong), 3.0 right: sine derivative",
            "  point  x = *",
            "  value  *",
            "  truth  *",
            "  why    *reproduce: diffcheck run *",
            "PASSED cases/waves.py::softplus?derivative-autograd:reverse?",
            "XFAIL cases/waves.py::known?derivative-autograd:reverse?*",
            "FAILED cases/waves.py::sine?derivative-autograd:reverse? - autograd:reverse*",
            "FAILED cases/waves.py::Fused?audit-autograd:reverse? - the operation*",
        ]
    )
    suite = ElementTree.parse(folder.path / "out.xml").getroot()[0]
    assert suite.attrib["tests"] == "10"
    assert suite.attrib["failures"] == "2"
    assert "disagree" in {p.attrib["value"] for p in suite.iter("property") if p.attrib["name"] == "verdict"}


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (("cases/waves.py", "-k", "softplus and autograd"), 1),
        (("cases", "-m", "two_words", "--diffcheck-engine", "finite"), 1),
        (("cases", "-k", "softplus and autograd" + " or nothing" * 30), 1),  # longer than names of files
        (("cases/waves.py::softplus[derivative-symbolic:closed]",), 1),
        (("cases", "-k", "softplus", "--diffcheck-dtype", "float64,float32"), 6),
        ((), 1),  # nobody asks for the cases
        (("-o", "diffcheck_cases=cases", "-k", "softplus or nothing"), 4),
        ((".", "-k", "softplus or nothing"), 4),
    ],
)
def test_what_is_asked_for_is_collected(folder: pytest.Pytester, arguments: tuple[str, ...], found: int) -> None:
    (folder.path / "cases" / "waves.py").write_text(LIGHT)
    done = folder.runpytest_inprocess("-q", "--collect-only", *arguments)
    assert sum("::" in line for line in done.outlines) == found
    assert done.ret == 0


def test_files_of_data_are_tests_too(folder: pytest.Pytester) -> None:
    (folder.path / "cases" / "waves.py").unlink()
    (folder.path / "cases" / "settings.toml").write_text("[[case]]\nname = 'of another tool'\n")
    case = "[[case]]\nname = 'square'\nfunction = 'x*x'\n[case.inputs]\nx = [0, 1]\n"
    (folder.path / "cases" / "powers.toml").write_text(case)
    cores = '(FPCore (x) :precision binary64 :name "a cube" :pre (<= 0 x 1) (* x x x)) (FPCore (A) (ref A 0))'
    (folder.path / "cases" / "powers.fpcore").write_text(cores)
    done = folder.runpytest_inprocess("cases", "-q", "-rA", "--strict-markers", "--diffcheck-engine", "symbolic")
    done.assert_outcomes(passed=2, skipped=1)
    done.stdout.fnmatch_lines_random(["PASSED cases/powers.fpcore::a cube*", "PASSED cases/powers.toml::square*"])


def test_what_failed_is_run_again_alone(folder: pytest.Pytester) -> None:
    folder.runpytest_inprocess("cases", "-q").assert_outcomes(passed=7, failed=2, xfailed=1)
    folder.runpytest_inprocess("cases", "-q", "--lf").assert_outcomes(failed=2)


def test_several_processes_collect_the_same(folder: pytest.Pytester) -> None:
    (folder.path / "cases" / "waves.py").write_text(LIGHT)
    done = folder.runpytest_subprocess("cases", "-q", "-k", "softplus", *TWO)
    done.assert_outcomes(passed=2)


def test_a_broken_file_is_an_error_of_its_own(folder: pytest.Pytester) -> None:
    (folder.path / "cases" / "broken.py").write_text("from diffcheck import case\ncase(x=1)\n1 / 0\n")
    done = folder.runpytest_inprocess("cases", "-q")
    assert done.ret == pytest.ExitCode.INTERRUPTED
    done.stdout.fnmatch_lines(["*broken.py*", "*ZeroDivisionError*"])
    done = folder.runpytest_inprocess("cases/waves.py", "-q", "--diffcheck-engine", "autogrd")
    done.stdout.fnmatch_lines(["unknown engine 'autogrd': choose from *"])


def test_whoever_has_no_cases_loads_nothing(folder: pytest.Pytester) -> None:
    code = "import sys, pytest; pytest.main(['-q', 'test_plain.py']); print({'torch', 'sympy'} & set(sys.modules))"
    folder.makepyfile(test_plain="def test_nothing(): pass\n")
    done = subprocess.run([sys.executable, "-c", code], cwd=folder.path, capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("set()")


# Against a baseline.


@pytest.fixture
def baseline(folder: pytest.Pytester, written: str) -> pytest.Pytester:
    """A folder of cases with a baseline that `diffcheck run` has written, one derivative wrong."""
    (folder.path / "base.json").write_text(written)
    return folder


def held(folder: pytest.Pytester, *more: str) -> pytest.RunResult:
    return folder.runpytest_inprocess("cases", "--diffcheck-baseline", "base.json", "--diffcheck-samples", "1", *more)


def test_what_the_baseline_knows_does_not_fail(baseline: pytest.Pytester) -> None:
    done = held(baseline, "-q")
    done.assert_outcomes(passed=7, xfailed=3)
    assert done.ret == 0
    assert not any("diffcheck: baseline" in line for line in done.outlines)
    text = (baseline.path / "base.json").read_text()
    (baseline.path / "base.json").write_text(text.replace('"sympy": "', '"sympy": "0.'))
    held(baseline, "-q").stdout.fnmatch_lines(["diffcheck: baseline *base.json, written with other *: sympy 0.*"])


def test_what_differs_from_the_baseline_fails(baseline: pytest.Pytester) -> None:
    text = CASES.replace("return log(1 + exp(x))", "return log(2 + exp(x))").replace("def known", "def unheard_of")
    (baseline.path / "cases" / "waves.py").write_text(text.replace("1.001 * g", "g"))
    done = held(baseline, "-q", "-k", "not Fused")
    done.stdout.fnmatch_lines(
        [
            "*fixed: was disagree (wrong): update the baseline*",
            "*derivative-autograd:reverse*",
            "autograd:reverse gone: the baseline has an entry cases/waves.py::known|derivative|autograd:reverse|*",
            "FAILED cases/waves.py::sine?derivative-autograd:reverse?*",
            "FAILED cases/waves.py::softplus?derivative-symbolic:closed?*",
            "FAILED cases/waves.py::unheard_of?derivative-autograd:reverse?*",
            "FAILED cases/waves.py::known?derivative-autograd:reverse? - *",
        ]
    )
    done.assert_outcomes(passed=2, failed=10, deselected=1)


def test_what_is_gone_fails_unless_something_else_was_asked_for(baseline: pytest.Pytester) -> None:
    (baseline.path / "cases" / "more.py").write_text(LIGHT)
    (baseline.path / "cases" / "waves.py").unlink()
    done = held(baseline, "-q", "--diffcheck-engine", "symbolic")
    # Two cases that the baseline does not know, and three that are gone with their file.
    done.assert_outcomes(failed=5)
    assert sum("gone: the baseline has an entry cases/waves.py::" in line for line in done.outlines) >= 3
    done = held(baseline, "-q", "--diffcheck-engine", "symbolic", "-k", "more.py")
    done.assert_outcomes(failed=2, deselected=3)
    alone = baseline.runpytest_inprocess("cases/more.py", "--diffcheck-baseline", "base.json", "-q", "--collect-only")
    assert "waves" not in alone.stdout.str()


def test_a_baseline_in_the_settings_under_several_processes(baseline: pytest.Pytester) -> None:
    options = ("-o", "diffcheck_baseline=base.json", "--diffcheck-samples", "1")
    (baseline.path / "cases" / "waves.py").write_text(LIGHT.replace("def softplus", "def another"))
    done = baseline.runpytest_subprocess("cases", "-q", "-k", "softplus or another", *options, *TWO)
    # A case that the baseline does not know, and one that is gone, by two engines each.
    done.assert_outcomes(failed=4)


def test_a_baseline_that_is_not_there_is_named(folder: pytest.Pytester) -> None:
    done = held(folder, "-q")
    done.stdout.fnmatch_lines(["*base.json: there is no such baseline; --update-baseline makes it"])
    assert done.ret == pytest.ExitCode.INTERRUPTED
