"""What the layers say of a process, in words: scored, silent and not evaluable are three different sentences."""

import pytest

from procrisk.publication import layers_said
from procrisk.scoring import layers

ROW = {
    "score_rules": 12.5,
    "score_anomaly": 60.0,
    "anomaly_one_in": 136.3,
    "anomaly_n_peers": 1409,
    "anomaly_es": ["monto: S/ 9"],
    "anomaly_en": ["amount: S/ 9"],
    "score_collusion": None,
    "score_learnt": None,
}


def test_every_layer_of_the_table_is_said_in_its_order():
    assert [s.id for s in layers_said.said(ROW)] == list(layers.table())
    assert set(layers_said.SILENT) == set(layers.table())


def test_not_evaluable_is_said_and_never_zero():
    told = {s.id: s for s in layers_said.said(ROW)}
    assert told["collusion"].line_es.startswith("no evaluable")
    assert not told["collusion"].speaks
    zero = {s.id: s for s in layers_said.said({**ROW, "score_collusion": 0.0, "collusion_screens": 0.0})}
    assert zero["collusion"].line_es.startswith("0.0 de 100")
    assert "precios de este concurso 0.0" in zero["collusion"].line_es
    assert "red de postores" not in zero["collusion"].line_es, "that part could not be evaluated"


def test_an_anomaly_is_one_in_comparable_processes_and_no_probability():
    said = {s.id: s for s in layers_said.said(ROW)}["anomaly"]
    assert "1 de cada 136 de 1,409 comparables" in said.line_es
    assert f"llega a {100 * layers.table()['anomaly'].weight:.0f} puntos" in said.line_es
    assert "probab" not in said.line_es + said.line_en
    assert "    - monto: S/ 9" in layers_said.lines(ROW)


@pytest.mark.parametrize("gone", ["anomaly_one_in", "anomaly_es", "score_anomaly"])
def test_a_column_of_an_older_version_that_is_not_there_breaks_nothing(gone):
    assert layers_said.lines({k: v for k, v in ROW.items() if k != gone})
