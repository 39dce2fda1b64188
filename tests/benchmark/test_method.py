"""The method note says what was used, value by value, and nothing else."""

from dataclasses import replace

import polars as pl
from tests.benchmark import made

from procrisk.benchmark import method
from procrisk.benchmark.dictionary import STABILITY
from procrisk.settings import Scores, Settings


def changed(m, **parts):
    return type(m)(**{f: getattr(m, f) for f in m.__slots__} | parts)


def test_settings_are_told_with_the_defaults_that_they_depart_from():
    m = made.material()
    assert "Ningún umbral se apartó" in method.note(m, [])
    other = changed(
        m,
        settings=replace(Settings(), scores=Scores(replicates=77, seed=5)),
        made_from={
            **m.made_from,
            "changed_settings": {
                "scores.replicates": {"value": 77, "default": 500},
                "indicators.PLA-03.from_share": {"value": 0.98, "default": 0.95},
            },
        },
    )
    text = method.note(other, [])
    assert "| `scores.replicates` | 77 | 500 |" in text
    assert "| `indicators.PLA-03.from_share` | 0.98 | 0.95 |" in text
    assert "(77 réplicas, semilla 5)" in text
    assert "Ningún umbral" not in text


def test_months_without_records_and_absent_registers_are_said():
    text = method.note(made.material(), [])
    assert "Meses con registros dentro del periodo: noviembre de 2021 a febrero de 2022." in text
    assert "Registros de contexto presentes: sanciones." in text


def test_forms_inputs_and_what_is_simulated_are_named():
    inputs = [
        {"name": "a.csv", "kind": "conosce:adjudicaciones", "sha256": "f" * 64}
        | {"counts": {"read": 1234, "accepted": 1200, "quarantined": 34, "duplicate": 0, "blank": 0}}
    ]
    m = made.material(simulated=True)
    text = method.note(
        changed(m, made_from={**m.made_from, "inputs": inputs}), [{"name": "rifi.xlsx", "sha256": "a" * 64, "bytes": 9}]
    )
    assert "| a.csv | conosce:adjudicaciones | 1,234 | 1,200 | 34 | `ffffffffffffffff` |" in text
    assert "| rifi.xlsx | formulario · form |" in text
    assert text.splitlines()[2].startswith("**SIMULADO:")
    assert "No se dieron formularios" in method.note(m, [])


def test_weights_of_the_indices_and_cuts_of_the_matrix_are_told_and_said_to_be_ours():
    text = method.note(made.material(), [])
    assert "los cortes son propuesta nuestra" in text
    assert "RIFI, marco DS148-2024" in text
    assert "B Nueve componentes del modelo, por etapas 40" in text
    assert "cortes en 33.3 y 66.7" in text
    assert "conjunto de las regiones, que aquí es 8.4" in text


def test_what_stands_beside_the_score_comes_with_its_warning():
    m = made.material()
    columns = {
        "scope": "subnational",
        "period": made.YEAR,
        "measured": "2022",
        "n": 7,
        "rho": -0.49,
        "low": -0.92,
        "high": 0.47,
    }
    notes = {"note_es": "7 regiones. Advertencia: mezcla.", "note_en": "7 regions. Warning: mixes."}
    row = {**columns, **notes, "what": "inco_regional_government_2022"}
    doubtful = {**row, "what": "inco_regional_government_2023", "measured": "2023", "n": 3, "rho": None}
    text = method.note(changed(m, tables={**m.tables, "external": pl.DataFrame([row, doubtful])}), [])
    part = text.split("## Al lado, con advertencia")[1]
    assert part.index("Advertencia: mezcla.") < part.index("-0.49 (-0.92 a 0.47)")
    assert "| INCO, gobiernos regionales 2022 | 2022 | 7 |" in part
    assert "| 2023 (sin verificar · not verified) | 3 | sin datos |" in part


def test_stability_is_told_the_least_stable_first():
    m = made.material()
    rows = [
        {"check": c, "scope": m.scope, "period": m.period, "top5_shared": t, "jaccard_top5": 1.0, "max_rank_move": 3.0}
        | {"largest_move_region": "08", "spearman": 0.91, "n": 26}
        for c, t in (("seed 1", 5), ("without indicator SEL-04", 2))
    ]
    text = method.note(changed(m, tables={**m.tables, "stability": pl.DataFrame(rows, STABILITY.schema)}), [])
    table = [line for line in text.splitlines() if line.startswith(("| semilla", "| sin "))]
    assert table == ["| sin el indicador SEL-04 | 2 | 3 (Cusco) | 0.91 |", "| semilla 1 | 5 | 3 (Cusco) | 0.91 |"]
    assert "No se calculó" in method.note(m, [])
