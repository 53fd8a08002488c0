"""What a user demands beyond the verdicts, and names of engines that nobody has."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from command import quick, table, typed

import diffcheck
from diffcheck import case, check, interval
from diffcheck.errors import CaseError, SourceError
from diffcheck.results import Row
from diffcheck.runner.demands import demanded
from diffcheck.verdict import Verdict


def row(verdict: Verdict = Verdict.LOSSY, min_digits: float = 5.0, **more: str) -> Row:
    """A row of autograd:reverse."""
    names = ("c", "gradient", "autograd", "reverse", "cpu", more.pop("dtype", "float64"))
    return Row(*names, verdict, min_digits=min_digits, **more)


@pytest.mark.parametrize(
    ("found", "strict", "min_digits", "told"),
    [
        (row(), (), {}, ""),
        (row(), ("",), {}, "--strict"),
        (row(), ("autograd",), {}, "--strict autograd"),
        (row(), ("autograd:reverse",), {}, "--strict autograd:reverse"),
        (row(), ("autograd:forward", "finite"), {}, ""),
        (row(Verdict.AGREE), ("",), {}, ""),
        (row(expected="lossy"), ("",), {"": 10}, ""),
        (row(expected="disagree, lossy"), ("",), {"": 10}, ""),
        (row(Verdict.AGREE), (), {"": 5}, ""),
        (row(Verdict.AGREE), (), {"": 6}, "--min-digits 6"),
        (row(Verdict.AGREE), (), {"finite": 9, "autograd": 5.5}, "--min-digits autograd=5.5"),
        (row(Verdict.AGREE), (), {"autograd:reverse": 6}, "--min-digits autograd:reverse=6"),
        (row(Verdict.AGREE), (), {"autograd:func": 6}, ""),
        (row(Verdict.AGREE, min_digits=float("nan")), (), {"": 6}, ""),
        (row(Verdict.KINK), (), {"": 6}, ""),
        (row(Verdict.ILL_CONDITIONED), (), {"": 6}, ""),
        (row(Verdict.UNDEFINED), (), {"": 6}, ""),
        (row(dtype="float32"), ("",), {}, "--strict"),
    ],
)
def test_what_is_demanded(found: Row, strict: tuple[str, ...], min_digits: dict[str, float], told: str) -> None:
    after = demanded(found, strict, min_digits)
    assert after.demanded == told
    assert after.fails is bool(told)


LOSSY = """
from diffcheck import case, interval
from diffcheck.ops import tanh

@case(x=interval(0, 30), points=[{"x": 20.0}], samples=0)
def tail(x):
    return tanh(x)

@case(x=interval(1, 2), samples=0, points=[{"x": 1.5}])
def plain(x):
    return x * x
"""


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ("", 0),
        ("--strict lossy.py", 1),
        ("lossy.py --strict", 1),
        ("--strict autograd lossy.py", 1),
        ("--strict=autograd lossy.py", 1),
        ("--strict autograd:reverse lossy.py", 1),
        ("--strict --engine autograd lossy.py", 1),
        ("--strict finite lossy.py", 0),
        ("--strict finite --strict autograd lossy.py", 1),
        ("--min-digits 6 lossy.py", 1),
        ("--min-digits autograd=6 lossy.py", 1),
        ("--min-digits finite=6 lossy.py", 0),
        ("--min-digits 0 lossy.py", 0),
        ("--strict autogard lossy.py", 2),
        ("--strict=autogard lossy.py", 2),
        ("--strict=autograd:sideways lossy.py", 2),
        ("--min-digits autogard=6 lossy.py", 2),
        ("--min-digits six lossy.py", 2),
        ("--min-digits autograd= lossy.py", 2),
        ("--min-digits -1 lossy.py", 2),
    ],
)
def test_demands_on_the_command_line(folder: Path, options: str, code: int) -> None:
    Path("lossy.py").write_text(LOSSY)
    path = "" if "lossy.py" in options else "lossy.py"
    assert typed(f"run --no-timing --output out --engine symbolic,autograd {options} {path}").exit_code == code


def test_a_row_that_fails_a_demand_says_which_and_stops_the_run(folder: Path) -> None:
    Path("lossy.py").write_text(LOSSY)
    result = typed("run --no-timing --output out --engine autograd lossy.py --min-digits autograd=6 -x")
    (only,) = table("out/results.csv")
    assert re.search("lossy.*: tail derivative .*fails --min-digits autograd=6", " ".join(result.output.split()))
    assert only["case"] == "tail"
    assert "fails --min-digits autograd=6" in Path("out/report.md").read_text()


NAMES = """
from diffcheck import case, interval

@case(x=interval(1, 2){})
def named(x):
    return x * x

@case(x=interval(1, 2))
def other(x):
    return x * x
"""


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("implementations={'symbolik': abs}", "'symbolik': ...} names no engine that calls one: choose from autograd"),
        (
            "implementations={'autogard': abs}",
            "names no engine that calls one: did you mean 'autograd'?",
        ),
        ("implementations={'symbolic': abs}", "'symbolic': ...} names no engine that calls one: choose from autograd"),
        ("implementations={'autograd:reverse': abs}", "that calls one: did you mean 'autograd'?"),
        ("expect={'autogard': 'agree'}, because='?'", "'autogard': ...} names no engine: did you mean 'autograd'?"),
        ("expect={'keras': 'agree'}, because='?'", "names no engine: choose from symbolic, finite, autograd"),
        ("expect={'finite:centre': 'agree'}, because='?'", "names no method of finite: did you mean 'central'?"),
    ],
)
def test_names_that_no_engine_has_break_the_case(folder: Path, option: str, message: str) -> None:
    Path("named.py").write_text(NAMES.format(f", {option}"))
    result = quick("named.py")
    assert result.exit_code == 2
    assert "broken: named.py::named: " in result.output
    assert message in result.output
    assert [r["case"] for r in table("out/results.csv")] == ["other"]


@pytest.mark.parametrize(
    "option", ["expect={'finite': 'agree'}, because='?'", "implementations={'autograd': 'torch.square'}"]
)
def test_names_of_engines_that_do_not_run_are_known(folder: Path, option: str) -> None:
    Path("named.py").write_text(NAMES.format(f", {option}"))
    assert quick("named.py").exit_code == 0


def test_unknown_names_are_refused_in_python() -> None:
    made = case(x=interval(1, 2), implementations={"torch": abs})(lambda x: x * x)
    with pytest.raises(CaseError, match="names no engine that calls one"):
        check(made)
    with pytest.raises(SourceError, match="names no engine that calls one"):
        diffcheck.run(made, timing=False)


class Guest:
    """An engine of one's own, which calls other implementations than the definition."""

    name, methods, tries_implementations = "guest", ("only",), True

    def available(self, device: str) -> None:
        """Everywhere."""

    def prepare(self, task: object) -> object:
        """Nothing that works: only its name counts here."""
        raise diffcheck.errors.Unsupported("a guest")

    def versions(self) -> dict[str, str]:
        """None."""
        return {}


def test_an_engine_of_ones_own_is_known_by_name() -> None:
    made = case(x=interval(1, 2), implementations={"guest": abs}, expect={"guest:only": "unsupported"}, because="?")(
        lambda x: x * x
    )
    assert check(made, engines=[Guest(), "symbolic"])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["waves.py", "--engine", "tensorflow"], 2),
        (["waves.py", "--strict=autogard"], 2),
        (["waves.py", "--operator", "slope"], 2),
        (["waves.py", "-k", "(a"], 2),
        (["waves.py", "--bogus"], 2),
        (["waves.py", "--samples", "1", "--no-timing", "--output", "out"], 0),
    ],
)
def test_who_watches_a_run_loads_neither_torch_nor_sympy(folder: Path, arguments: list[str], code: int) -> None:
    program = f"""
import sys
from diffcheck.cli import main
try:
    main({["run", *arguments]!r})
except SystemExit as end:
    print("ended", end.code, [name for name in ("torch", "sympy") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == f"ended {code} []"
