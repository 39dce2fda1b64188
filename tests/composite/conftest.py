"""The peer's case, built once."""

import pytest
from tests.composite import asem


@pytest.fixture(scope="session")
def peer(shared_data, tmp_path_factory):
    return asem.built(shared_data, tmp_path_factory.mktemp("asem"))
