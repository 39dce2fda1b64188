"""The flow publishes what the library publishes, holds what the gate holds, and is scheduled for real."""

import os
import socket
import subprocess
import sys
import time

import httpx
import pytest
from flows.nightly import nightly
from tests.conftest import ROOT

from procrisk import pipeline
from procrisk.errors import GateFailedError
from procrisk.publication import store
from procrisk.publication.verify import verify
from procrisk.simulate import simulate

pytestmark = [pytest.mark.xdist_group("flows"), pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    folder = tmp_path_factory.mktemp("records")
    simulate(folder, 300, 11)
    return folder


def test_flow_and_command_publish_the_same_id(records, tmp_path):
    sources = [records / "ocds", records / "conosce"]
    here, _ = pipeline.run(pipeline.Request(sources=sources, context=[records / "context"], out=tmp_path / "command"))
    there = nightly([str(s) for s in sources], str(tmp_path / "flow"), [str(records / "context")])
    assert here == there
    assert verify(tmp_path / "flow") == []
    assert (tmp_path / "flow" / "data_docs" / there / "index.html").exists()
    # a second night finds nothing new
    assert nightly([str(s) for s in sources], str(tmp_path / "flow"), [str(records / "context")]) == there


def test_a_held_version_is_not_published(records, tmp_path, monkeypatch):
    from flows import quality

    def refuse(*_):
        raise GateFailedError("held")

    monkeypatch.setattr(quality, "gate", refuse)
    with pytest.raises(GateFailedError, match="held"):
        nightly([str(records / "ocds")], str(tmp_path / "out"))
    assert store.current(tmp_path / "out") is None
    assert not list((tmp_path / "out").glob("versions/.tmp-*"))


@pytest.mark.server
@pytest.mark.timeout(420)
def test_a_schedule_is_kept(records, tmp_path):
    """Start the server, serve a schedule of every minute, wait for a completed run."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    api = f"http://127.0.0.1:{port}/api"
    environment = {
        k: v for k, v in os.environ.items() if k not in ("PREFECT_API_URL", "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE")
    }
    environment |= {
        "PREFECT_HOME": str(tmp_path / "home"),
        "PREFECT_API_URL": api,
        "PREFECT_API_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{tmp_path}/prefect.db",
    }
    command = [
        sys.executable,
        "-m",
        "flows.schedule",
        str(records / "ocds"),
        "--context",
        str(records / "context"),
        "--out",
        str(tmp_path / "out"),
        "--cron",
        "* * * * *",
        "--api",
        api,
    ]
    served = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        until = time.monotonic() + 360
        states = []
        while time.monotonic() < until and "COMPLETED" not in states:
            time.sleep(3)
            assert served.poll() is None, "the scheduler stopped"
            try:
                runs = httpx.post(f"{api}/flow_runs/filter", json={}, timeout=5).json()
            except httpx.HTTPError:
                continue
            states = [r["state_type"] for r in runs]
        assert "COMPLETED" in states
        assert verify(tmp_path / "out") == []
    finally:
        os.killpg(served.pid, 15)
        served.wait(30)
