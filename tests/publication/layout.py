"""Hold a publication against the fixed layout, with the checker that users of the layout have, where it is at hand."""

import subprocess
import sys
from pathlib import Path

import pytest

CHECKER = Path(__file__).resolve().parents[3] / "shared" / "tools" / "check_publication.py"


def check_layout(out: Path, *, real: bool = False) -> str:
    """Run the checker on DIR; returns its line of figures. Skips, with the reason, where it is absent.

    Args:
        out: folder with `current`.
        real: also expect what the real records must give.
    """
    if not CHECKER.is_file():
        pytest.skip("the layout checker (../shared/tools/check_publication.py) is absent")
    command = [sys.executable, str(CHECKER), str(out), *(["--real"] if real else [])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()
