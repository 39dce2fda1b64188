"""Two versions that break Prefect 3.8 without a word in its requirements. If these fail, look at the pins in pyproject.toml."""

from importlib.metadata import version

import pytest

pytestmark = pytest.mark.xdist_group("flows")


def parts(name):
    return tuple(int(x) for x in version(name).split(".")[:2])


def test_fastapi_is_below_the_version_that_stops_every_flow():
    assert parts("fastapi") < (0, 155), "from fastapi 0.155 on no flow of prefect 3.8 starts: keep fastapi<0.155"


def test_sqlalchemy_is_below_the_version_that_schedules_nothing():
    assert parts("sqlalchemy") < (2, 1), (
        "with sqlalchemy 2.1 the scheduler of prefect 3.8 schedules nothing, in silence: keep sqlalchemy<2.1"
    )


def test_the_server_can_be_imported():
    import prefect.server.api.server  # noqa: F401
