"""What a run is asked for: which cases, engines, operators, points, and what fails it."""

import json
import re
import shlex
from pathlib import Path

import pandas as pd
import pytest
import torch
from command import WAVES, quick, ran, table, typed

ENGINES = ["symbolic", "finite", "autograd"]


@pytest.mark.parametrize(
    ("match", "names"),
    [
        ("sine_wave", ["sine_wave", "cosine_wave"]),
        ("SINE_WAVE", ["sine_wave", "cosine_wave"]),
        ("product", ["product"]),
        ("smooth", ["sine_wave", "product"]),
        ("waves.py", ["sine_wave", "product", "cosine_wave"]),
        ("not smooth", ["cosine_wave"]),
        ("not not smooth", ["sine_wave", "product"]),
        ("smooth and sine", ["sine_wave"]),
        ("short or cosine", ["sine_wave", "cosine_wave"]),
        ("not short and not cosine", ["product"]),
        ("product or smooth and short", ["sine_wave", "product"]),
        ("(product or smooth) and short", ["sine_wave"]),
        ("not (short or cosine)", ["product"]),
        ("((product))", ["product"]),
    ],
)
def test_k_chooses_cases(folder: Path, match: str, names: list[str]) -> None:
    listed = typed(f"list waves.py -k {shlex.quote(match)}")
    assert [line.split()[0] for line in listed.output.splitlines() if "::" in line] == [
        f"waves.py::{name}" for name in names
    ]


def test_k_chooses_cases_of_a_run(folder: Path) -> None:
    assert quick("waves.py -k 'smooth and not product'").exit_code == 0
    assert ran() == ["sine_wave"]


@pytest.mark.parametrize("match", ["sine and", "and sine", "(sine", "sine)", "not", "()", "sine wave", "or", "   "])
@pytest.mark.parametrize("command", ["list", "run"])
def test_malformed_k_is_a_usage_error(folder: Path, command: str, match: str) -> None:
    result = typed(f"{command} waves.py -k {shlex.quote(match)}")
    assert result.exit_code == 2
    assert f"-k {match!r}: " in result.output
    assert "join parts of names with and, or, not and parentheses" in result.output


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        ("waves.py::product", ["product"]),
        ("waves.py::product waves.py::sine_wave", ["product", "sine_wave"]),
        ("waves.py waves.py::product waves.py", ["sine_wave", "product", "cosine_wave"]),
        ("faulty.py::after waves.py::product", ["after", "product"]),
    ],
)
def test_single_cases_of_a_file(folder: Path, paths: str, names: list[str]) -> None:
    assert quick(paths).exit_code == 0
    assert ran() == names


def test_unknown_case_of_a_file_names_the_known_ones(folder: Path) -> None:
    result = quick("waves.py::sinus")
    assert result.exit_code == 2
    assert "waves.py has no case 'sinus'; it has sine_wave, product, cosine_wave" in result.output


def test_cases_of_one_name_in_two_files_both_run(folder: Path) -> None:
    Path("other.py").write_text(WAVES)
    quick("waves.py other.py -k product")
    assert ran() == ["waves.product", "other.product"]


def test_folder_is_searched_below_and_without_private_files(folder: Path) -> None:
    cases = Path("library/deep")
    cases.mkdir(parents=True)
    (cases / "waves.py").write_text(WAVES)
    for name in ("_private.py", ".hidden.py", "__init__.py", "notes.txt"):
        (cases / name).write_text("1 / 0")
    assert quick("library").exit_code == 0
    assert ran() == ["sine_wave", "product", "cosine_wave"]


# By whom, what, where.


@pytest.mark.parametrize(
    ("option", "tasks"),
    [
        ("--engine symbolic", ["symbolic"]),
        ("--engine autograd:reverse", ["autograd"]),
        ("--engine finite --engine symbolic", ["finite", "symbolic"]),
        ("--engine finite,symbolic", ["finite", "symbolic"]),
        ("--engine finite,finite", ["finite"]),
        ("", ENGINES),
    ],
)
def test_engines_of_a_run(folder: Path, option: str, tasks: list[str]) -> None:
    assert typed(f"run waves.py::product {option} --samples 1 --no-timing --output out").exit_code == 0
    assert [row["engine"] for row in table("out/results.csv")] == tasks


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--engine tensorflow", "unknown engine 'tensorflow': choose from symbolic, finite, autograd"),
        ("--engine symbolic,numeric", "unknown engine 'numeric'"),
        ("--engine symbolic:open", "engine symbolic has no method 'open': choose from closed"),
        ("--engine autograd:", "engine 'autograd:' names no method"),
        ("--operator slope", "unknown operator 'slope': choose from derivative, derivative2, "),
        ("--device tpu", "unknown device 'tpu': choose cpu or cuda"),
        ("--device cpu,tpu", "unknown device 'tpu': choose cpu or cuda"),
        ("--device cuda:first", "unknown device 'cuda:first'"),
        ("--device cuda --engine finite", "NumPy computes on the cpu only"),
        ("--samples -1", "--samples"),
        ("--samples many", "--samples"),
    ],
)
def test_unknown_choice_is_a_usage_error(folder: Path, option: str, said: str) -> None:
    result = typed(f"run waves.py {option} --no-timing --output out")
    assert result.exit_code == 2
    assert said in result.output
    assert not Path("out").exists()


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device: asking for it is no mistake")
@pytest.mark.parametrize("device", ["cuda", "cuda:0", "cpu,cuda"])
def test_absent_cuda_is_a_usage_error(folder: Path, device: str) -> None:
    result = typed(f"run waves.py --device {device} --output out")
    assert result.exit_code == 2
    assert re.search(r"device 'cuda(:0)?': .*torch \S+ sees no CUDA device here", result.output)


@pytest.mark.parametrize(
    ("option", "operators"),
    [
        ("--operator gradient", ["gradient"]),
        ("--operator hessian", ["hessian"]),
        ("--operator hessian,gradient", ["gradient", "hessian"]),
        ("--operator derivative", ["derivative", "derivative"]),
    ],
)
def test_operators_of_a_run(folder: Path, option: str, operators: list[str]) -> None:
    assert quick(f"waves.py {option}").exit_code == 0
    assert [row["operator"] for row in table("out/results.csv")] == operators


# Points.


def test_samples_0_means_the_listed_points(folder: Path) -> None:
    assert typed("run waves.py::sine_wave --engine symbolic --samples 0 --no-timing --output out").exit_code == 0
    (row,) = table("out/results.csv")
    assert row["points"] == "2"
    assert json.loads(row["worst_point"])["x"] in (0.25, 0.5)


def test_samples_0_says_which_case_has_no_points_and_runs_the_others(folder: Path) -> None:
    result = typed("run waves.py --engine symbolic --samples 0 --no-timing --output out")
    rows = {row["case"]: row for row in table("out/results.csv")}
    assert {name: row["verdict"] for name, row in rows.items()} == {
        "sine_wave": "agree",
        "product": "error",
        "cosine_wave": "error",
    }
    assert "has no points" in rows["product"]["note"]
    assert result.exit_code == 1


def points_of(option: str) -> int:
    """How many points a run judges."""
    typed(f"run waves.py::product --engine symbolic {option} --no-timing --output out")
    (row,) = table("out/results.csv")
    return int(row["points"])


def test_samples_are_added_to_the_hard_points(folder: Path) -> None:
    assert points_of("--samples 5") - points_of("--samples 1") == 4
    assert points_of("") - points_of("--samples 1") == 7


def test_x_stops_at_the_first_failing_case(folder: Path) -> None:
    assert quick("faulty.py -x").exit_code == 1
    assert ran() == ["before", "faulty"]


def test_without_x_the_others_run(folder: Path) -> None:
    assert quick("faulty.py").exit_code == 1
    assert ran() == ["before", "faulty", "after"]


def test_strict_fails_where_digits_are_lost(folder: Path) -> None:
    Path("lossy.py").write_text(
        "from diffcheck import case, interval\nfrom diffcheck.ops import tanh\n\n\n"
        "@case(x=interval(0, 30), points=[{'x': 20.0}], samples=0)\ndef tail(x):\n    return tanh(x)\n"
    )
    assert typed("run lossy.py --no-timing --output out").exit_code == 0
    failed = typed("run lossy.py --no-timing --output out --strict --min-digits 99")
    assert failed.exit_code == 1
    again = re.search(r"again +diffcheck (.*)", failed.output)
    assert again is not None
    assert again[1].endswith("--strict")
    assert typed(f"{again[1]} --output again").exit_code == 1


def test_methods_and_dtypes_are_rows_of_their_own(folder: Path) -> None:
    engines = "autograd:reverse,autograd:forward,autograd:func"
    result = typed(f"run waves.py --no-timing --output out --engine {engines} --dtype float64,float32")
    table = pd.read_csv("out/results.csv")
    assert result.exit_code == 0
    assert set(table.method) == {"reverse", "forward", "func"}
    assert set(table.dtype) == {"float64", "float32"}
    assert not table.duplicated(["case", "operator", "engine", "method", "dtype"]).any()
