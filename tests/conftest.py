"""What several test files start from."""

from pathlib import Path

import pytest
from command import BROKEN, FAULTY, WAVES


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with case files."""
    # -k looks at paths as they are given, and pytest names its folders after the tests.
    monkeypatch.chdir(tmp_path)
    for name, text in {"waves.py": WAVES, "faulty.py": FAULTY, "broken.py": BROKEN}.items():
        Path(name).write_text(text)
    Path("empty").mkdir()
    return tmp_path
