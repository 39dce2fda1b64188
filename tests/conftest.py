"""What every test may use: the real records beside the checkout, where they are."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real records; the test is skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the folder of real records (../shared/data) is absent")
    return SHARED
