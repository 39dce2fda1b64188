"""One temporary Prefect server for all tests of flows; they stay in one worker."""

import pytest

import flows  # noqa: F401 - its settings come before Prefect's import


@pytest.fixture(scope="session", autouse=True)
def prefect_server():
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=180):
        yield
