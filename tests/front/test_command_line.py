"""The command line as a user types it: what starts at once, what it says, and with which exit code it ends."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from command import quick, typed

from diffcheck.cli import main

# What starts at once.


def python(code: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


@pytest.mark.parametrize(
    "line",
    ["--version", "--help", "run --help", "check --help", "list --help", "list waves.py", "list waves.py -k wave"],
)
def test_quick_commands_import_neither_torch_nor_sympy(folder: Path, line: str) -> None:
    code = f"""
import sys
from diffcheck.cli import main
try:
    main({shlex.split(line)!r})
except SystemExit as end:
    print("ended", end.code, [name for name in ("torch", "sympy", "pandas") if name in sys.modules])
"""
    assert python(code).splitlines()[-1] == "ended 0 []"


def test_importing_diffcheck_imports_neither_torch_nor_sympy() -> None:
    assert python("import sys, diffcheck, diffcheck.cli; print({'torch', 'sympy'} & set(sys.modules))") == "set()\n"


def test_installed_command(folder: Path) -> None:
    command = str(Path(sys.executable).with_name("diffcheck"))
    arguments = ["run", "waves.py", "--engine", "symbolic", "--samples", "1", "--no-timing"]
    done = subprocess.run([command, *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0
    assert "4 tasks: 4 agree; none fails the run" in done.stdout
    assert "[1/4] sine_wave derivative: symbolic agree" in done.stderr
    assert "report: reports/latest/report.md" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert Path("reports/latest/report.md").exists()


@pytest.mark.parametrize(("line", "code"), [("faulty.py", 1), ("missing.py", 2)])
def test_exit_code_of_a_real_process(folder: Path, line: str, code: int) -> None:
    command = [
        sys.executable,
        "-m",
        "diffcheck.cli",
        "run",
        line,
        "--engine",
        "autograd",
        "--samples",
        "1",
        "--no-timing",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == code
    assert "Traceback" not in done.stdout + done.stderr


# Exit codes.


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        pytest.param("waves.py", 0, "none fails the run", id="all-pass"),
        pytest.param("faulty.py", 1, "1 case is broken", id="one-fails"),
        pytest.param("broken.py", 2, r"broken: broken\.py:22: ZeroDivisionError", id="broken-file"),
        pytest.param("waves.py broken.py faulty.py", 2, "broken: broken", id="broken-file-and-failure"),
        pytest.param("missing.py", 2, "no such file or folder: missing.py", id="missing-file"),
        pytest.param("waves.py missing.py", 2, "no such file or folder: missing.py", id="one-missing-file"),
        pytest.param("empty", 5, "no case found in empty", id="empty-folder"),
        pytest.param("waves.py -k nowhere", 5, "no case found in waves.py that matches -k 'nowhere'", id="no-match"),
        pytest.param("waves.py --operator jacobian", 5, "no case.*jacobian", id="no-such-operator-asked-for"),
        pytest.param("", 2, "Missing argument 'PATH...'", id="no-path"),
        pytest.param("waves.py --bogus", 2, "No such option '?--bogus", id="unknown-option"),
        pytest.param("waves.py --seed x", 2, "--seed", id="seed-no-number"),
        pytest.param(
            "waves.py --timeout 5", 2, "a timeout needs a process for the cases alone", id="timeout-in-process"
        ),
        pytest.param("waves.py --timeout -1", 2, "--timeout", id="timeout-negative"),
        pytest.param("waves.py --seed -1", 2, "--seed", id="seed-negative"),
    ],
)
def test_exit_code(folder: Path, line: str, code: int, said: str) -> None:
    result = quick(line)
    assert result.exit_code == code
    assert re.search(said, result.output)


def test_run_of_nothing_keeps_the_results_that_are_there(folder: Path) -> None:
    quick("waves.py")
    before = Path("out/results.csv").read_text()
    assert quick("waves.py -k misspelt").exit_code == 5
    assert Path("out/results.csv").read_text() == before


# list, env.


def test_list_names_cases_inputs_and_first_lines(folder: Path) -> None:
    result = typed("list waves.py")
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "waves.py::sine_wave  x in [-2, 2]  x sin x.",
        "waves.py::product  x[3] in [1, 2]  Three factors.",
        "waves.py::cosine_wave  x in [1, 2]  derivative, hessian",
        "3 cases",
    ]


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("faulty.py", 0, "3 cases"),
        ("waves.py -k product", 0, "1 case\n"),
        ("broken.py", 2, "ZeroDivisionError"),
        ("missing.py", 2, "no such file or folder: missing.py"),
        ("empty", 5, "0 cases"),
        ("waves.py -k nowhere", 5, "0 cases"),
    ],
)
def test_exit_code_of_list(folder: Path, line: str, code: int, said: str) -> None:
    result = typed(f"list {line}")
    assert result.exit_code == code
    assert said in result.output


@pytest.mark.parametrize("name", ["python", "diffcheck", "numpy", "sympy", "torch", "python-flint", "processor"])
def test_env_names_what_results_depend_on(name: str) -> None:
    result = typed("env")
    assert result.exit_code == 0
    assert re.search(rf"^{name}: \S", result.output, re.MULTILINE)


def test_version_is_the_installed_one() -> None:
    assert re.fullmatch(r"diffcheck \d+\.\d+\.\d+\n", typed("--version").output)


@pytest.mark.parametrize("command", ["run", "check", "list", "env"])
def test_help_names_every_command(command: str) -> None:
    assert re.search(rf"^  {command} ", typed("--help").output, re.MULTILINE)


def test_unknown_command_is_a_usage_error() -> None:
    result = typed("frobnicate")
    assert result.exit_code == 2
    assert "No such command 'frobnicate'" in result.output


# Streams.


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {}])
def test_no_escape_codes_outside_a_terminal(folder: Path, variables: dict[str, str]) -> None:
    result = CliRunner(env=variables).invoke(
        main, ["run", "faulty.py", "--samples", "1", "--no-timing", "--output", "out"]
    )
    assert result.exit_code == 1
    assert "\x1b" not in result.output


def test_machine_output_and_talk_are_apart(folder: Path) -> None:
    command = [sys.executable, "-m", "diffcheck.cli", "list", "waves.py"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert [line.partition("  ")[0] for line in done.stdout.splitlines()] == [
        "waves.py::sine_wave",
        "waves.py::product",
        "waves.py::cosine_wave",
    ]
    assert done.stderr == "3 cases\n"


def test_closed_pipe_is_no_traceback(folder: Path) -> None:
    line = f"{sys.executable} -m diffcheck.cli list waves.py | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
