import hashlib
import json

import numpy as np
import pytest

from procrisk.anomaly import forest
from procrisk.errors import InputMissingError, UsageError

FEATURES = ("a", "b", "c")


@pytest.fixture(scope="module")
def matrix():
    rng = np.random.default_rng(1)
    x = np.log1p(np.maximum(0, rng.standard_normal((600, 3)))).round(2).astype(np.float32)
    x[0] = 6.0
    return x


@pytest.fixture(scope="module")
def fitted(matrix):
    return forest.fit(matrix, trees=40, max_samples=128, seed=7)


@pytest.fixture
def stored(fitted, tmp_path):
    forest.store(fitted, tmp_path / "m", {"features": list(FEATURES), "name": "m"})
    return tmp_path / "m"


def test_scores_are_those_of_scikit_learn(matrix, fitted):
    from sklearn.ensemble import IsolationForest

    model = IsolationForest(n_estimators=40, max_samples=128, random_state=7, n_jobs=1).fit(matrix)
    assert fitted.score(matrix) == pytest.approx(-model.score_samples(matrix), abs=1e-12)


def test_an_outlier_is_the_most_isolated(matrix, fitted):
    assert fitted.score(matrix).argmax() == 0


def test_what_was_stored_scores_the_same_to_the_last_bit(matrix, fitted, stored):
    loaded, card = forest.load(stored, FEATURES)
    assert np.array_equal(loaded.score(matrix), fitted.score(matrix))
    assert card["name"] == "m"


def test_scores_do_not_depend_on_the_other_rows(matrix, fitted, monkeypatch):
    whole = fitted.score(matrix)
    monkeypatch.setattr(forest, "CHUNK", 17)
    assert np.array_equal(fitted.score(matrix), whole)
    assert np.array_equal(fitted.score(matrix[::-1])[::-1], whole)
    assert np.array_equal(fitted.score(matrix[:5]), whole[:5])
    assert fitted.score(matrix[:0]).shape == (0,)


def test_same_seed_same_bytes(matrix, fitted):
    again = forest.fit(matrix, trees=40, max_samples=128, seed=7)
    assert again.to_bytes() == fitted.to_bytes()
    assert forest.fit(matrix, trees=40, max_samples=128, seed=8).to_bytes() != fitted.to_bytes()


def test_mean_path_length():
    # c(n) = 2 H(n-1) - 2 (n-1)/n, with H(k) taken as ln k + Euler's constant, as the paper and scikit-learn do
    assert forest.mean_path(np.array([0, 1, 2])).tolist() == [0, 0, 1]
    assert forest.mean_path(np.array([256]))[0] == pytest.approx(10.244770920)


def test_no_pickle_is_ever_read(stored):
    np.savez(stored / forest.ARRAYS, start=np.array([{"a": 1}], dtype=object))
    refit_card(stored)
    with pytest.raises((ValueError, UsageError)):
        forest.load(stored, FEATURES)


def refit_card(folder, **changes):
    """Make the card agree with the bytes in the folder again, but for `changes`."""
    card = json.loads((folder / forest.CARD).read_text())
    body = (folder / forest.ARRAYS).read_bytes()
    card["arrays"] |= {"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest(), **changes}
    (folder / forest.CARD).write_text(json.dumps(card))


def test_a_changed_byte_is_refused(stored):
    path = stored / forest.ARRAYS
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(bytes(body))
    with pytest.raises(UsageError, match="sha256"):
        forest.load(stored, FEATURES)


def test_a_longer_file_is_refused(stored):
    with (stored / forest.ARRAYS).open("ab") as f:
        f.write(b"x")
    with pytest.raises(UsageError, match="bytes"):
        forest.load(stored, FEATURES)


def test_other_features_or_another_format_are_refused(stored):
    with pytest.raises(UsageError, match="features"):
        forest.load(stored, ("b", "a", "c"))
    refit_card(stored, format=99)
    with pytest.raises(UsageError, match="format 99"):
        forest.load(stored, FEATURES)


def test_missing_files_are_named(stored):
    (stored / forest.ARRAYS).unlink()
    with pytest.raises(InputMissingError, match=r"forest\.npz"):
        forest.load(stored, FEATURES)
    with pytest.raises(InputMissingError, match=r"card\.json"):
        forest.load(stored.parent / "absent", FEATURES)


@pytest.mark.parametrize("broken", ["left", "feature", "start", "path"])
def test_trees_that_lead_out_of_the_arrays_are_refused(stored, broken):
    with np.load(stored / forest.ARRAYS) as f:
        arrays = {k: f[k] for k in f.files}
    if broken == "path":
        arrays["path"] = arrays["path"][:-1]
    else:
        arrays[broken][0] = 10**4 if broken != "start" else 1
    np.savez_compressed(stored / forest.ARRAYS, **arrays)
    refit_card(stored)
    with pytest.raises(UsageError, match="not well formed"):
        forest.load(stored, FEATURES)
