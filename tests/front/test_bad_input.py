"""Each kind of bad input gets one clear message and the right exit code, and never stops the good cases beside it."""

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import diffcheck
from diffcheck import case, interval
from diffcheck.cli import main
from diffcheck.errors import CaseError, DiffcheckError, DomainError, OutputError, SourceError, UsageError

HEADER = """
import decimal, math
import sys
import numpy as np
from diffcheck import case, each, interval, ops

@case(x=interval(1, 2))
def first(x):
    return x * x
"""

FOOTER = """
@case(x=interval(1, 2))
def last(x):
    return x * x * x
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ran(*paths: str, engine: str = "symbolic", output: str = "out") -> Result:
    """The outcome of a quick run of these paths, without a traceback."""
    options = ["--engine", engine, "--samples", "1", "--no-timing", "--output", output]
    result = CliRunner().invoke(main, ["run", "--in-process", *paths, *options])
    assert not isinstance(result.exception, Exception), result.exc_info
    assert "Traceback" not in result.output
    return result


def verdicts() -> dict[str, str]:
    """The verdict of each case in the results."""
    with Path("out/results.csv").open(newline="", encoding="utf-8") as file:
        return {row["case"]: row["verdict"] for row in csv.DictReader(file)}


def body(text: str, domain: str = "interval(0.5, 2)", options: str = "") -> str:
    """A case called ``bad`` with this body."""
    return f"@case(x={domain}{options})\ndef bad(x):\n    {text}\n"


# What a case does wrong while it runs: its rows are errors, exit code 1.
RUNNING = {
    "raises": (body("raise RuntimeError('boom')"), "the function raises RuntimeError: boom"),
    "raises-without-text": (body("raise ValueError"), "the function raises ValueError"),
    "assertion": (body("assert x is None, 'no'"), "the function raises AssertionError: no"),
    "exits": (body("sys.exit(3)"), "the function raises SystemExit: 3"),
    "interrupts": (body("raise KeyboardInterrupt"), "the function raises KeyboardInterrupt"),
    "recursion": (body("return bad(x)"), "the function raises RecursionError"),
    "undefined-name": (body("return sine(x)"), "the function raises NameError: name 'sine' is not defined"),
    "returns-none": (body("x * x"), "the function returns None: it must return its value"),
    "returns-text": (body("return 'hello'"), "returns str|'hello' of type str"),
    "returns-dict": (body("return {'y': x}"), "returns dict|of type dict"),
    "returns-generator": (body("yield x"), "returns generator|of type generator"),
    "orders-complex": (body("return ops.where(1j * x > 0, x, 0)"), "gt has no rule for complex numbers"),
    "returns-empty": (body("return []"), "empty"),
    "returns-ragged": (body("return [x, [x, x]]"), r"shape|ragged"),
    "returns-nan": (body("return x * float('nan')"), "the constant nan"),
    "wrong-shape-for-derivative": (
        body("return ops.stack([x, x * x])", options=", operators='derivative'"),
        r"operator derivative needs a scalar result, the function returns shape \(2,\): use jacobian",
    ),
    "wrong-shape-for-hessian": (
        body("return x * x", "interval(0, 1, shape=2)", ", operators='hessian'"),
        r"operator hessian needs a scalar result, the function returns shape \(2,\)",
    ),
    "derivative-of-a-vector": (
        body("return x.sum()", "interval(0, 1, shape=2)", ", operators='derivative'"),
        "operator derivative needs one scalar input to differentiate by: use gradient",
    ),
    "branches": (body("return x if x > 0 else -x"), r"`if`.*depends on an input: write diffcheck\.ops\.where"),
    "python-max": (body("return max(x, 1)"), r"`max` depends on an input: write .*ops\.where.*maximum"),
    "loops-on-value": (body("while x < 3: x = x * 2\n    return x"), r"`while`.*ops\.where"),
    "range-of-value": (body("return sum(x for _ in range(x))"), "depends on an input"),
    "math-sin": (body("return math.sin(x)"), r"use the functions of diffcheck\.ops, not of math"),
    "float-of-value": (body("return float(x)"), r"float\(\) of a value that depends on an input"),
    "numpy-sin": (body("return np.sin(x)"), r"numpy\.sin cannot be traced: use diffcheck\.ops\.sin instead"),
    "numpy-dot": (body("return np.dot(x, x)", "interval(0, 1, shape=2)"), r"use .*diffcheck\.ops"),
    "numpy-array": (body("return np.array([x, x])"), r"use .*diffcheck\.ops"),
    "index-of-value": (body("return x[x[0]]", "interval(0, 1, shape=2)"), "an index depends on an input"),
    "shapes-do-not-fit": (body("return x + np.ones(3)", "interval(0, 1, shape=2)"), r"shapes \(2,\) and \(3,\)"),
    "index-outside": (
        body("return x[5]", "interval(0, 1, shape=2)"),
        r"an index into an array of shape \(2,\): index 5",
    ),
}

# What contradicts itself in the definition: the case file is broken, exit code 2.
DEFINING = {
    "no-domain": ("@case()\ndef bad(x):\n    return x\n", r"'bad': input 'x' has no domain: give x=interval\(lo, hi\)"),
    "no-parentheses": ("@case\ndef bad(x):\n    return x\n", r"@case\("),
    "no-input": (body("return x", "5.0"), "'bad': there is no input to differentiate by"),
    "unknown-option": (body("return x", options=", typo=3"), "'bad': 'typo' is neither an option of case"),
    "lo-above-hi": (
        body("return x", "interval(2, 1)"),
        r"the lower end is above the upper one; did you mean interval\(1, 2\)",
    ),
    "nan-end": (body("return x", "interval(float('nan'), 1)"), "the ends must be finite numbers"),
    "infinite-end": (body("return x", "interval(0, math.inf)"), "the ends must be finite numbers"),
    "text-end": (body("return x", "interval(0, 'one')"), "the ends must be numbers"),
    "shape-zero": (body("return x", "interval(0, 1, shape=0)"), "must be made of positive whole numbers"),
    "shape-of-text": (body("return x", "interval(0, 1, shape='2')"), "must be made of positive whole numbers"),
    "unknown-scale": (
        body("return x", "interval(0, 1, scale='cubic')"),
        "unknown scale 'cubic': choose from linear, log, float",
    ),
    "log-scale-from-zero": (body("return x", "interval(0, 1, scale='log')"), "scale='log' needs a lower end above 0"),
    "domain-is-a-tuple": (body("return x", "(0, 1)"), r"'bad': .*interval"),
    "samples-0-without-points": (body("return x", options=", samples=0"), r"'bad': samples=0 .* give points="),
    "samples-negative": (
        body("return x", options=", samples=-1"),
        "'bad': samples=-1: it must be a whole number, 0 or more",
    ),
    "samples-text": (body("return x", options=", samples='many'"), "'bad': samples='many'"),
    "point-outside": (
        body("return x", options=", points=[{'x': 3.0}]"),
        r"'bad': point 0 gives x = 3\.0, outside its domain \[0\.5, 2\]",
    ),
    "element-outside": (
        body("return x", "interval(0, 1, shape=(2, 2))", ", points=[{'x': [[0, 1], [1, 1.5]]}]"),
        r"'bad': point 0 gives x\[1,1\] = 1\.5, outside its domain \[0, 1\]",
    ),
    "element-nan": (
        body("return x", "interval(0, 1, shape=2)", ", points=[{'x': [1, math.nan]}]"),
        r"'bad': point 0 gives x\[1\] = nan: NaN and infinity are no points",
    ),
    "second-point-outside": (body("return x", options=", points=[{'x': 1}, {'x': 9}]"), "'bad': point 1 gives x = 9"),
    "point-of-wrong-shape": (
        body("return x", "interval(0, 1, shape=3)", ", points=[{'x': [0.1, 0.2]}]"),
        r"'bad': point 0 gives x shape \(2,\), the domain says \(3,\)",
    ),
    "point-nan": (
        body("return x", options=", points=[{'x': math.nan}]"),
        "'bad': point 0 gives x = nan: NaN and infinity are no points",
    ),
    "point-infinite": (
        body("return x", options=", points=[{'x': math.inf}]"),
        "'bad': point 0 .*NaN and infinity are no points",
    ),
    "point-text": (
        body("return x", options=", points=[{'x': 'one'}]"),
        "'bad': point 0 gives x = 'one': it must be a number",
    ),
    "point-bare-number": (body("return x", options=", points=[0.7]"), "'bad': point 0 is 0.7: it must be a mapping"),
    "point-without-input": (body("return x", options=", points=[{}]"), "'bad': point 0 gives no value for input 'x'"),
    "point-of-unknown-input": (
        body("return x", options=", points=[{'x': 1, 'z': 1}]"),
        "'bad': point 0 names 'z'; the inputs are x",
    ),
    "unknown-operator": (
        body("return x", options=", operators=['slope']"),
        "'bad': unknown operator 'slope': choose from derivative",
    ),
    "unknown-wrt": (body("return x", options=", wrt='z'"), "'bad': wrt='z' is not an input; the inputs are x"),
    "empty-wrt": (body("return x", options=", wrt=[]"), "'bad': wrt is empty"),
    "expect-without-because": (
        body("return x", options=", expect={'autograd': 'disagree'}"),
        r"'bad': expect=\.\.\. needs because=\.\.\.",
    ),
    "expect-unknown-verdict": (
        body("return x", options=", expect={'symbolic': 'disagre'}, because='?'"),
        "'bad': .*unknown verdict 'disagre': choose from agree",
    ),
    "expect-is-text": (body("return x", options=", expect='disagree', because='?'"), "'bad': expect"),
    "constant-nan": (
        body("return x * c", options=", c=math.nan").replace("bad(x)", "bad(x, c)"),
        "'bad': constant 'c' holds NaN",
    ),
    "constant-decimal": (
        body("return x * c", options=", c=decimal.Decimal(2)").replace("bad(x)", "bad(x, c)"),
        r"'bad': constant 'c' is Decimal\('2'\) of type decimal.Decimal: it must be a number",
    ),
    "name-of-two-lines": (
        body("return x", options=", name='a\\nb'"),
        r"'bad': name='a\\nb': it must be text on one line",
    ),
    "each-of-nothing": (body("return x", options=", n=each()"), r"each\(\) names no value"),
    "where-is-false": (
        body("return x", options=", where=lambda x: x < 1, points=[{'x': 1.5}]"),
        r"'bad': point 0 gives x = 1\.5, at which where= is false",
    ),
    "where-of-another": (
        body("return x", options=", where=lambda y: y < 1"),
        "'bad': where= names 'y', the case has x",
    ),
    "parameter-called-name": (
        body("return x").replace("bad(x)", "bad(x, name)"),
        r"'bad': parameter 'name' of the function is called like an option of case\(\): rename it",
    ),
    "implementation-none": (
        body("return x", options=", implementations={'autograd': None}"),
        "'bad': implementation for autograd is None: it must be a function or its dotted path",
    ),
    "two-of-one-name": (
        body("return x") + body("return -x"),
        r"2 cases are called 'bad' \(line 10, line 13\): give each its own name: case\(..., name=...\)",
    ),
    "star-arguments": (
        body("return x").replace("bad(x)", "bad(x, *rest)"),
        "'bad': parameter 'rest' must be an ordinary one",
    ),
}

# What stops the rest of a file from being read.
STOPPING = {
    "exception": ("1 / 0\n", r"file\.py:11: ZeroDivisionError: division by zero"),
    "exception-in-a-function": (
        "def helper():\n    raise KeyError('boom')\nhelper()\n",
        r"file\.py:12: KeyError: 'boom'",
    ),
    "exit": ("sys.exit(3)\n", r"file\.py:11: SystemExit: 3"),
    "missing-import": (
        "import there_is_no_such_module\n",
        r"file\.py:11: ModuleNotFoundError: .*there_is_no_such_module",
    ),
}

# What leaves nothing of a file to read.
UNREADABLE = {
    "syntax-error": (b"x = 1\ndef f(:\n", r"file\.py:2: syntax error"),
    "indentation": (b"def f():\nreturn 1\n", r"file\.py:2: syntax error: expected an indented block"),
    "null-byte": (b"x = 1\x00\n", "null bytes"),
    "not-utf8": (b"x = '\xff'\n", r"file\.py.*(utf-8|unicode)"),
}


@pytest.mark.parametrize("table", [RUNNING, DEFINING, STOPPING, UNREADABLE])
def test_tables_are_not_empty(table: dict[str, Any]) -> None:
    assert len(table) > 1


@pytest.mark.parametrize(("source", "message"), RUNNING.values(), ids=RUNNING)
def test_case_that_fails_when_it_runs(folder: Path, source: str, message: str) -> None:
    Path("file.py").write_text(HEADER + source + FOOTER)
    result = ran("file.py")
    assert re.search(rf"::bad: .*(?:{message})", " ".join(result.output.split()))
    assert result.exit_code == 1
    assert verdicts() == {"first": "agree", "bad": "error", "last": "agree"}


@pytest.mark.parametrize(("source", "message"), DEFINING.values(), ids=DEFINING)
def test_case_that_contradicts_itself(folder: Path, source: str, message: str) -> None:
    Path("file.py").write_text(HEADER + source + FOOTER)
    result = ran("file.py")
    assert re.search(rf"file\.py:1\d: .*{message}", result.output)
    assert result.exit_code == 2
    assert verdicts() == {"first": "agree", "last": "agree"}


@pytest.mark.parametrize(("source", "message"), STOPPING.values(), ids=STOPPING)
def test_file_that_stops(folder: Path, source: str, message: str) -> None:
    Path("file.py").write_text(HEADER + "\n" + source + FOOTER)
    Path("other.py").write_text(HEADER.replace("first", "elsewhere"))
    result = ran("file.py", "other.py")
    assert re.search(message + ".*the rest of the file was not read", result.output)
    assert result.exit_code == 2
    assert verdicts() == {"first": "agree", "elsewhere": "agree"}


@pytest.mark.parametrize(("content", "message"), UNREADABLE.values(), ids=UNREADABLE)
def test_file_that_cannot_be_read(folder: Path, content: bytes, message: str) -> None:
    Path("file.py").write_bytes(content)
    Path("other.py").write_text(HEADER)
    result = ran("file.py", "other.py")
    assert re.search(message, result.output, re.IGNORECASE)
    assert "file.py:None" not in result.output
    assert result.exit_code == 2
    assert verdicts() == {"first": "agree"}


@pytest.mark.parametrize(
    ("path", "message", "code"),
    [
        ("missing.py", "no such file or folder: missing.py", 2),
        ("missing.py::first", "no such file or folder: missing.py", 2),
        ("nowhere/at/all", "no such file or folder: nowhere/at/all", 2),
        ("empty", "no case found in empty", 5),
        ("empty.py", "no case found in empty.py", 5),
        ("notes.txt", r"notes\.txt: cases are read from .*\.py.* files, not from \.txt files", 2),
        ("Makefile", r"Makefile: cases are read from .*\.py.* files", 2),
        ("good.py::nobody", "good.py has no case 'nobody'; it has first", 2),
        ("empty.py::nobody", "empty.py has no case 'nobody'; it has none", 2),
    ],
)
def test_path_with_nothing_to_run(folder: Path, path: str, message: str, code: int) -> None:
    Path("empty").mkdir()
    for name, text in {"empty.py": "", "notes.txt": "hello", "Makefile": "all:", "good.py": HEADER}.items():
        Path(name).write_text(text)
    result = ran(path)
    assert result.exit_code == code
    assert re.search(message, result.output)


def test_folder_named_like_a_case_file_is_searched(folder: Path) -> None:
    Path("library/old.py").mkdir(parents=True)
    Path("library/good.py").write_text(HEADER)
    Path("library/old.py/inner.py").write_text(HEADER.replace("first", "inner"))
    result = ran("library")
    assert result.exit_code == 0
    assert verdicts() == {"first": "agree", "inner": "agree"}


def test_bad_cases_of_every_kind_leave_the_good_ones_alone(folder: Path) -> None:
    sources = [source for source, _ in (*RUNNING.values(), *DEFINING.values())]
    numbered = [source.replace("def bad", f"def bad{i}") for i, source in enumerate(sources)]
    Path("many.py").write_text(HEADER + "\n".join(numbered) + FOOTER)
    Path("stopped.py").write_text(HEADER.replace("first", "before") + "1 / 0\n")
    Path("unreadable.py").write_text("def f(:")
    Path("good.py").write_text(HEADER.replace("first", "good"))
    result = ran("many.py", "stopped.py", "unreadable.py", "good.py")
    assert result.exit_code == 2
    found = verdicts()
    assert [found.get(name) for name in ("first", "last", "before", "good")] == ["agree"] * 4
    assert list(found.values()).count("error") == len(RUNNING)


@pytest.mark.parametrize(
    ("engine", "condition"),
    [("autograd", "hasattr(x, 'requires_grad')"), ("finite:central", "isinstance(x, (float, np.ndarray))")],
)
def test_function_that_fails_in_one_arithmetic_only(folder: Path, engine: str, condition: str) -> None:
    Path("file.py").write_text(HEADER + body(f"assert not {condition}, 'boom'\n    return x * x"))
    assert ran("file.py", engine=engine).exit_code == 1
    assert verdicts() == {"first": "agree", "bad": "error"}
    assert ran("file.py", engine="symbolic").exit_code == 0


# Where results cannot be written.


@pytest.mark.parametrize("output", ["file", "file/out", "file/out/deeper"])
def test_output_below_a_regular_file(folder: Path, output: str) -> None:
    Path("good.py").write_text(HEADER)
    Path("file").write_text("mine")
    result = ran("good.py", output=output)
    assert result.exit_code == 2
    assert re.search(f"cannot write to {output}: .*choose another folder with --output", result.output)
    assert "[1/1]" not in result.output
    assert Path("file").read_text() == "mine"


@pytest.mark.parametrize("name", ["results.jsonl", "results.csv", "report.md"])
def test_result_file_that_is_a_folder(folder: Path, name: str) -> None:
    Path("good.py").write_text(HEADER)
    (Path("out") / name).mkdir(parents=True)
    result = ran("good.py")
    assert result.exit_code == 2
    assert "cannot write" in result.output


# The library: the same mistakes as exceptions.


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        pytest.param(lambda: interval(2, 1), DomainError, "did you mean", id="interval"),
        pytest.param(lambda: case()(lambda x: x), CaseError, "has no domain", id="case"),
        pytest.param(lambda: diffcheck.check(lambda x: x), CaseError, "'x' has no domain", id="check-without-domain"),
        pytest.param(lambda: square("symbolik"), UsageError, "unknown engine 'symbolik'", id="unknown-engine"),
        pytest.param(lambda: square(dtypes=["float65"]), UsageError, "unknown dtype 'float65'", id="unknown-dtype"),
        pytest.param(lambda: square(devices=["tpu"]), UsageError, "unknown device 'tpu'", id="unknown-device"),
        pytest.param(lambda: square(samples=-1), UsageError, "samples is -1", id="negative-samples"),
        pytest.param(lambda: square(seed=-1), UsageError, "seed is -1", id="negative-seed"),
        pytest.param(lambda: diffcheck.run("missing.py"), UsageError, "no such file", id="missing-file"),
        pytest.param(lambda: diffcheck.run("broken.py"), SourceError, "ZeroDivisionError", id="broken-file"),
        pytest.param(
            lambda: diffcheck.run("good.py", output="file", samples=1, timing=False),
            OutputError,
            "cannot write",
            id="output",
        ),
    ],
)
def test_mistake_raises(folder: Path, call: Callable[[], object], kind: type[DiffcheckError], message: str) -> None:
    for name, text in {"good.py": HEADER, "broken.py": "1 / 0", "file": "mine"}.items():
        Path(name).write_text(text)
    with pytest.raises(kind, match=message):
        call()


def square(*engines: str, **options: Any) -> object:
    """A check of x squared."""
    return diffcheck.check(lambda x: x * x, x=interval(1, 2), engines=engines, **options)


def test_check_of_a_broken_function_says_why() -> None:
    check = diffcheck.check(lambda x: x if x > 0 else -x, x=interval(-1, 1), engines=["symbolic"])
    assert not check.passed
    assert "ops.where" in repr(check)


def test_no_case_is_an_empty_table() -> None:
    table = diffcheck.run([])
    assert len(table) == 0
    assert list(table.columns)[:7] == ["case", "operator", "engine", "method", "device", "dtype", "verdict"]
