"""The settings of a run: thresholds of indicators, bounds of the gate, scoring, model. One TOML file; unknown keys are errors."""

import hashlib
import json
import tomllib
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from procrisk.errors import InputMissingError, UsageError

TABLES = ("indicators", "common", "gate", "scores", "anomaly", "layers")
"""What a settings file may hold."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Bounds of the library's quality checks. Shares are between 0 and 1."""

    volume_low: float = 0.8
    """Processes of a region against the last publication: below this the run is held (OpenSanctions' bounds)."""
    volume_high: float = 1.5
    volume_min: int = 30
    """Regions with fewer processes than this in both publications are not compared: chance alone moves them more."""
    max_quarantined: float = 0.05
    """Share of the records read that may end in quarantine."""
    quarantined_min: int = 1000
    """Fewer records than this are a handful, and a handful may be bad: they are quarantined and the rest is published."""
    shares_min: int = 100
    """Fewer processes or awards than this are a handful: the shares below say nothing about them."""
    max_foreign_currency: float = 0.10
    """Share of awards that are not in soles; 1.7 % in the first quarter of 2022."""
    max_null: dict[str, float] = field(
        default_factory=lambda: {
            "buyer_id": 0.01,
            "method": 0.05,
            "reference_date": 0.02,
            "call_date": 0.35,
            "region_code": 0.05,
            "amount_pen": 0.5,
        },
    )
    """Null rate allowed in columns of the processes."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Parameters of the scores of regions."""

    replicates: int = 500
    """Bootstrap replicates behind the intervals of regions."""
    seed: int = 20260101


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Which anomaly model to use."""

    model: str = ""
    """Folder of `models/`; empty takes the one that `models/CURRENT` names; `none` switches the layer off."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything about a run that is neither a record nor code."""

    thresholds: dict[str, dict[str, float]] = field(default_factory=dict)
    """Indicator id to parameter to value: what departs from risk_catalogue/indicators.toml."""
    common: dict[str, float] = field(default_factory=dict)
    """Figure that indicators share to value: what departs from `[common]` of risk_catalogue/indicators.toml."""
    gate: Gate = field(default_factory=Gate)
    scores: Scores = field(default_factory=Scores)
    anomaly: Anomaly = field(default_factory=Anomaly)
    layers: dict[str, float] = field(default_factory=dict)
    """Layer of the process score to weight, 0 to 1: what departs from risk_catalogue/layers.csv."""

    @property
    def sha256(self) -> str:
        """Hash of every value, defaults included: two runs with one hash used the same settings."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


def load(path: Path | None) -> Settings:
    """Read a settings file; without one, the defaults.

    The file has a table `[indicators.<ID>]` for each indicator whose thresholds change and optional tables `[common]`, with
    figures that indicators share, `[gate]`, `[scores]` and `[anomaly]`, with the fields of the classes above, and `[layers]`, with
    a weight for each layer that changes.

    Raises:
        InputMissingError: the file is not there.
        UsageError: it is not TOML, or a key is unknown. Indicators, their parameters and common figures are checked where they
            are evaluated, layers where they are joined.
    """
    if path is None:
        return Settings()
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as e:
        raise InputMissingError(f"settings file {path} does not exist") from e
    except tomllib.TOMLDecodeError as e:
        raise UsageError(f"settings file {path} is not TOML: {e}") from e
    if unknown := set(document) - set(TABLES):
        raise UsageError(f"{path}: unknown table {sorted(unknown)}; known: {', '.join(TABLES)}")
    return Settings(
        thresholds=document.get("indicators", {}),
        common=document.get("common", {}),
        gate=_section(path, "gate", Gate, document),
        scores=_section(path, "scores", Scores, document),
        anomaly=_section(path, "anomaly", Anomaly, document),
        layers=document.get("layers", {}),
    )


def _section(path: Path, name: str, cls: type[Any], document: dict[str, Any]) -> Any:
    given = document.get(name, {})
    known = {f.name: f for f in fields(cls)}
    if unknown := set(given) - set(known):
        raise UsageError(f"{path}: [{name}] has no setting {sorted(unknown)}; known: {sorted(known)}")
    made = cls(**given)
    for key, value in given.items():
        default = getattr(cls(), key)
        numbers = type(default) in (int, float) and type(value) in (int, float)
        if not (numbers or type(value) is type(default)):
            raise UsageError(f"{path}: [{name}] {key} = {value!r} should be a {type(default).__name__}")
    return made
