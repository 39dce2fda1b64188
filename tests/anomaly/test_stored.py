"""The models that are committed: they load, and are what their names and cards say."""

import hashlib
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from tests.conftest import ROOT

from procrisk.anomaly import forest, layer
from procrisk.anomaly.features import IDS

MODELS = ROOT / "models"
STORED = sorted(p.parent for p in MODELS.glob(f"*/{forest.ARRAYS}"))


def test_current_names_a_stored_model():
    assert (MODELS / layer.CURRENT).read_text().strip() in {p.name for p in STORED}
    assert layer.locate("") == MODELS / (MODELS / layer.CURRENT).read_text().strip()


@pytest.mark.parametrize("folder", STORED, ids=lambda p: p.name)
def test_stored_models_are_what_they_say(folder):
    fitted, card = forest.load(folder, IDS)
    identity = {k: card[k] for k in ("parameters", "features", "training_sha256")}
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
    assert folder.name == card["name"] == f"isolation-forest-{digest[:12]}"
    assert sorted(p.name for p in folder.iterdir()) == ["card.json", "card.md", "forest.npz"]
    assert (folder / forest.ARRAYS).stat().st_size < 2_000_000
    assert len(fitted.start) - 1 == card["parameters"]["trees"]
    quiet, loud = np.zeros((1, len(IDS)), np.float32), np.full((1, len(IDS)), 4, np.float32)
    assert fitted.score(quiet)[0] < 0.45 < 0.65 < fitted.score(loud)[0]


SCRIPT = """
import hashlib, io
from procrisk.anomaly import layer
from tests.anomaly import made
out = io.BytesIO()
layer.score(made.records(5000)).write_parquet(out)
print(hashlib.sha256(out.getvalue()).hexdigest())
"""


def test_same_bytes_with_one_and_with_two_threads():
    def run(threads):
        names = ("POLARS_MAX_THREADS", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
        env = {**os.environ, **dict.fromkeys(names, threads), "PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run([sys.executable, "-c", SCRIPT], env=env, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert run("1") == run("2")
