"""Sphinx builds the pages of docs/ without a warning: no dead link, no page left out, no broken docstring."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MISSING = [name for name in ("sphinx", "myst_parser", "furo") if importlib.util.find_spec(name) is None]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"{', '.join(MISSING)} not installed: pip install -e '.[docs]'")


def built(docs: Path, to: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going", "--quiet", str(docs), str(to)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_pages_are_built_without_a_warning(tmp_path: Path) -> None:
    done = built(ROOT / "docs", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    page = (tmp_path / "python.html").read_text(encoding="utf-8")
    assert 'id="diffcheck.assert_gradients"' in page
    assert "derivative" in (tmp_path / "mathematics.html").read_text(encoding="utf-8")


def test_a_dead_link_is_an_error(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    shutil.copytree(ROOT / "docs", docs)
    (docs / "limitations.md").write_text("# Limitations\n\nSee [the rest](nowhere.md#at-all).\n")
    done = built(docs, tmp_path / "html")
    assert done.returncode != 0
    assert "nowhere" in done.stderr
