"""The whole job under kill -9: whatever moment it dies at, readers see a whole version, and the next run converges."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time

import pytest

from procrisk import pipeline
from procrisk.publication import store
from procrisk.publication.verify import verify
from procrisk.simulate import simulate


def command(records, out):
    return [
        sys.executable,
        "-m",
        "procrisk",
        "run",
        str(records),
        "--context",
        str(records / "context"),
        "--out",
        str(out),
    ]


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """Two states of the records, and the id that each publishes undisturbed."""
    made = {}
    for seed in (1, 2):
        records = tmp_path_factory.mktemp(f"records{seed}")
        simulate(records, 250, seed)
        out = tmp_path_factory.mktemp(f"calm{seed}") / "out"
        made[seed] = (
            records,
            pipeline.run(pipeline.Request(sources=[records], context=[records / "context"], out=out))[0],
        )
    return made


def killed(two, tmp_path, moments):
    """Kill runs at random moments, changing between the two states, then let one finish."""
    out, chance = tmp_path / "out", random.Random(5)
    first, _ = two[1]
    began = time.monotonic()
    subprocess.run(command(first, out), check=True, capture_output=True)
    whole = time.monotonic() - began
    for n in range(moments):
        records, _ = two[1 + n % 2]
        run = subprocess.Popen(
            [*command(records, out), "--accept-drift", "prueba"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(chance.uniform(0, whole))
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        assert verify(out) == [], f"kill {n}"
        assert store.current(out) in {version for _, version in two.values()}
        if n % 5 == 0:  # also from a cold lake
            shutil.rmtree(out / "lake", ignore_errors=True)
    records, expected = two[2]
    subprocess.run([*command(records, out), "--accept-drift", "prueba"], check=True, capture_output=True)
    assert store.current(out) == expected
    assert verify(out) == []
    assert not list(out.glob("**/.tmp-*"))


def test_kill_at_a_few_moments(two, tmp_path):
    killed(two, tmp_path, 6)


@pytest.mark.campaign
@pytest.mark.timeout(5400)
def test_kill_at_two_hundred_moments(two, tmp_path):
    killed(two, tmp_path, 200)
