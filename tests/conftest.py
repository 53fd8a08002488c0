"""What several test files start from."""

import signal
from pathlib import Path

import pytest
from command import BROKEN, FAULTY, WAVES


@pytest.fixture(autouse=True, scope="session")
def hears() -> None:
    """Ctrl-C is heard, by what the tests start as well, though a shell may have left them behind without it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with case files."""
    # -k looks at paths as they are given, and pytest names its folders after the tests.
    monkeypatch.chdir(tmp_path)
    for name, text in {"waves.py": WAVES, "faulty.py": FAULTY, "broken.py": BROKEN}.items():
        Path(name).write_text(text)
    Path("empty").mkdir()
    return tmp_path
