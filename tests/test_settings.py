"""A typing error in a settings file never passes for a setting."""

from dataclasses import fields

import pytest

from procrisk import settings
from procrisk.errors import InputMissingError, UsageError
from procrisk.indicators import common
from procrisk.scoring import layers
from tests.conftest import ROOT


def written(tmp_path, text):
    path = tmp_path / "my.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults_without_a_file():
    assert settings.load(None) == settings.Settings()


def test_reads_what_changes(tmp_path):
    made = settings.load(
        written(
            tmp_path, "[indicators.SEL-01]\nmax_bidders = 2\n[gate]\nvolume_low = 0.5\n[scores]\nreplicates = 100\n"
        )
    )
    assert made.thresholds == {"SEL-01": {"max_bidders": 2}}
    assert made.gate.volume_low == 0.5
    assert made.gate.volume_high == settings.Gate().volume_high
    assert made.scores.replicates == 100


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[gates]\n", "gates"),
        ("[gate]\nvolume_lo = 1\n", "volume_lo"),
        ("[gate]\nvolume_low = 'much'\n", "volume_low"),
        ("[scores]\nreplicates = true\n", "replicates"),
        ("[gate\n", "not TOML"),
    ],
)
def test_refuses_what_it_does_not_know(tmp_path, text, said):
    with pytest.raises(UsageError, match=said):
        settings.load(written(tmp_path, text))


def test_missing_file(tmp_path):
    with pytest.raises(InputMissingError):
        settings.load(tmp_path / "none.toml")


def test_hash_follows_every_value(tmp_path):
    one = settings.load(written(tmp_path, "[scores]\nseed = 1\n"))
    assert one.sha256 != settings.Settings().sha256
    assert settings.load(written(tmp_path, "[scores]\nseed = 20260101\n")).sha256 == settings.Settings().sha256


def test_reads_figures_that_indicators_share(tmp_path):
    made = settings.load(written(tmp_path, "[common]\nsplit_days = 30\n"))
    assert made.common == {"split_days": 30}
    assert made.sha256 != settings.Settings().sha256


def test_the_guide_names_every_setting():
    """docs/settings.md: each field of each table with its default, and each shared figure."""
    guide = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for section in settings.TABLES:
        assert f"[{section}" in guide
    for cls in (settings.Gate, settings.Scores, settings.Anomaly):
        for f in fields(cls):
            assert f"`{f.name}`" in guide, f.name
    for name, layer in layers.table().items():
        assert f"| `{name}` | {layer.weight:g} |" in guide, name
    for name, figure in common.figures().items():
        assert f"| `{name}` | {figure.value:g} |" in guide, name
