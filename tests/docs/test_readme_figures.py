"""The figures in README.md are those of the pages that the benchmarks write."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
KERNELS = (ROOT / "docs" / "kernels.md").read_text(encoding="utf-8")
BENCHMARKS = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")


def cells(page: str, start: str) -> list[str]:
    """The cells of the one row of a table that begins so."""
    [row] = [line for line in page.splitlines() if line.startswith(f"| {start} |")]
    return [cell.strip() for cell in row.strip("|").split("|")]


def milliseconds(cell: str) -> str:
    """``agree, 34.8 ms`` as ``35 ms``."""
    found = re.search(r"([\d.]+) ms", cell)
    assert found is not None
    return f"{float(found[1]):.0f} ms"


def test_wrong_gradients_that_were_shipped() -> None:
    found = re.search(r"(\d+) reports of wrong gradients", KERNELS)
    assert found is not None
    _, by_gradcheck, accused_by_gradcheck = cells(KERNELS, "`gradcheck`, double")
    _, by_unit, _ = cells(KERNELS, "`assert_operation`, given the arguments of the unit test")
    _, by_sizes, _ = cells(KERNELS, "`assert_operation`, given named sizes")
    _, _, accused = cells(KERNELS, "`assert_operation`, either")
    told = " ".join(README.split())
    assert f"Of {found[1]} wrong gradients that public projects shipped" in told
    assert (
        f"finds {by_gradcheck}, `assert_operation` on the same arguments {by_unit}, given named sizes {by_sizes}."
        in told
    )
    assert f"It accuses {accused} of the {found[1]} corrections, `gradcheck` {accused_by_gradcheck} (" in told


def test_beside_gradcheck() -> None:
    _, _, theirs, _, ours, _ = cells(BENCHMARKS, "attention")
    assert f"judged | {milliseconds(ours)} | `gradcheck`: {milliseconds(theirs)} |" in README
    *_, theirs_accused, _, ours_accused = cells(BENCHMARKS, "right ones accused")
    right = len(re.findall(r"^\| [^|]+ \| right \|", BENCHMARKS, re.MULTILINE))
    assert f"in float32, of {right} | {ours_accused} | `gradcheck`: {theirs_accused} |" in README


def test_whole_arrays() -> None:
    _, took, *_, beside = cells(BENCHMARKS, "GPT-2 block, width 768, 64 tokens: certified gradient")
    found = re.search(r"([\d,]+) components.*peak ([\d.]+) GB", beside)
    assert found is not None
    assert f"of full width, {found[1]} components | {float(took):.0f} s, {found[2]} GB |" in README


def test_symbols() -> None:
    _, _, ready, sympy, _, casadi, *_ = cells(BENCHMARKS, "Helmholtz energy, n = 50 | gradient")
    assert f"| {ready} ms | SymPy: {sympy} times as long; CasADi, by numbers: {casadi} times |" in README


def test_differences() -> None:
    rows = [cells(BENCHMARKS, f"finite:adaptive on 1,000 points | {who}") for who in THEIRS]
    (ours, scipy), (_, numdifftools) = (re.findall(r"[\d.]+", row[-1]) for row in rows)
    parts = [f"{float(row[2].split()[0]):.2f}" for row in rows]
    assert (
        f"| {ours} digits | SciPy: {scipy} digits in {parts[0]} of the time; "
        f"numdifftools: {numdifftools} digits in {parts[1]} of it |"
    ) in README


THEIRS = ("scipy.differentiate", "numdifftools.Derivative")
