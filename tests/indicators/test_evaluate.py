"""From records to flags: reasons, what a process has of its subjects, settings, sentences, and the same result whatever the order."""

import json
import os
import subprocess
import sys
from datetime import date

import polars as pl
import pytest
from tests.conftest import ROOT
from tests.indicators.made import AS_OF, process, records

from procrisk.errors import UsageError
from procrisk.indicators import INDICATORS
from procrisk.indicators.evaluate import FLAGS, WHY, evaluate
from procrisk.settings import Settings

JULIA, FIRM, OTHER = "10123456789", "20100070970", "20100130204"
OCDS, CONOSCE = ["ocds"], ["conosce:adjudicaciones"]


def run(made, thresholds=None):
    return evaluate(made, AS_OF, Settings(thresholds=thresholds or {}))


def state(found, process_id, id_):
    return found.states.filter(pl.col("process_id") == process_id)[id_].item()


def why(found, process_id, id_):
    code = found.why.filter(pl.col("process_id") == process_id)[id_].item()
    return "evaluated" if code == 0 else WHY[code]


def award(process_id, party, lot="1", cents=5_000_000, value=5_000_000, day=date(2022, 2, 20), **more):
    """Rows of one award of one lot to one party, by table."""
    a = f"{process_id}-{party}"
    ruc = party if len(party) == 11 else None
    return {
        "lots": {"process_id": process_id, "lot_id": lot, "description": "CEMENTO PORTLAND", "unit": "Bolsa"}
        | {"value_pen_cents": value, "status": "CONSENTIDO"},
        "awards": {"process_id": process_id, "award_id": a, "date": day, "amount_pen_cents": cents, **more},
        "award_lines": {"process_id": process_id, "award_id": a, "lot_id": lot, "amount_pen_cents": cents},
        "award_suppliers": {"process_id": process_id, "award_id": a, "party_id": party, "ruc": ruc, "name": "NAME"},
    }


def together(*parts, **tables):
    """Rows of several awards put together, with more rows of other tables."""
    out = {name: list(rows) for name, rows in tables.items()}
    for part in parts:
        for name, row in part.items():
            out.setdefault(name, []).append(row)
    return records(**out)


def test_no_records():
    found = run(records())
    assert found.flags.height == found.states.height == found.why.height == 0
    assert found.flags.schema == pl.Schema(FLAGS)
    assert set(found.states.columns) == {"process_id", *INDICATORS} == set(found.why.columns)


def test_types_and_order_of_the_frames():
    found = run(together(award("B", FIRM), award("A", FIRM), processes=[process("B"), process("A")]))
    assert found.states["process_id"].to_list() == ["A", "B"] == found.why["process_id"].to_list()
    assert set(found.states.drop("process_id").dtypes) == {pl.Boolean}
    assert set(found.why.drop("process_id").dtypes) == {pl.UInt8}


def test_not_evaluable_is_never_clear_and_always_has_a_reason():
    found = run(
        together(award("A", FIRM), processes=[process("A"), process("B", method="CD"), process("C", method=None)])
    )
    for id_ in INDICATORS:
        joined = pl.DataFrame({"state": found.states[id_], "why": found.why[id_]})
        assert (joined["state"].is_null() == (joined["why"] > 0)).all(), id_
        assert joined["why"].is_in([0, *WHY]).all()


def test_column_that_no_source_of_the_process_publishes_is_absent():
    # OCDS tells the bidders of one process; CONOSCE's awards never do
    rows = [process("O1", sources=OCDS, n_bidders=1), process("O2", sources=OCDS), process("C1", sources=CONOSCE)]
    found = run(records(processes=rows))
    assert state(found, "O1", "SEL-01") is True
    assert why(found, "O2", "SEL-01") == "value_missing"
    assert why(found, "C1", "SEL-01") == "column_absent"


def test_a_source_beside_another_does_not_lend_it_its_columns():
    rows = [
        process("C1", sources=CONOSCE),
        process("B1", sources=sorted([*OCDS, *CONOSCE]), n_bidders=2),
        process("B2", sources=sorted([*OCDS, *CONOSCE])),
    ]
    found = run(records(processes=rows))
    assert why(found, "C1", "SEL-01") == "column_absent"
    assert why(found, "B2", "SEL-01") == "value_missing"


def test_process_without_subjects():
    """No contract: out of scope where the source publishes contracts, column absent where it does not."""
    contract = {"process_id": "O1", "contract_id": "9", "signed_date": date(2022, 3, 1), "has_resolution": True}
    rows = [process("O1", sources=OCDS), process("O2", sources=OCDS), process("C1", sources=CONOSCE)]
    found = run(records(processes=rows, contracts=[contract]))
    assert state(found, "O1", "EXE-08") is True
    assert why(found, "O2", "EXE-08") == "out_of_scope"
    assert why(found, "C1", "EXE-08") == "column_absent"


def lots_of(*pairs):
    parts = [award("A", FIRM, lot=str(n), cents=c, value=v) for n, (c, v) in enumerate(pairs)]
    awards = parts[0]["awards"]
    made = together(*parts, processes=[process("A")])
    made.tables["awards"] = made.tables["awards"].filter(pl.col("award_id") == awards["award_id"]).head(1)
    made.tables["award_suppliers"] = made.tables["award_suppliers"].head(1)
    return run(made)


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(100, 100), (100, 100)], False),
        ([(100, 100), (150, 100)], True),
        ([(150, 100), (150, None)], True),
        ([(100, 100), (150, None)], None),
        ([(100, 100), (150, 0)], False),
        ([(150, 0)], None),
    ],
    ids=["clear", "one raised", "raised beside unknown", "clear beside unknown", "clear beside out of scope", "out"],
)
def test_process_of_several_lots(pairs, expected):
    assert state(lots_of(*pairs), "A", "SEL-04") is expected


def test_flag_of_a_lot_tells_which():
    flags = lots_of((100, 100), (150, 100)).flags.filter(pl.col("indicator") == "SEL-04")
    assert flags.select("process_id", "subject_type", "subject_id", "value", "threshold").rows() == [
        ("A", "lot", "1", 1.5, 1.1)
    ]
    assert json.loads(flags["evidence"].item()) == {"lot": 1.0, "awarded": 1.5, "method": "AS"}
    assert flags["sentence_es"].item() == (
        "El ítem se adjudicó por S/ 1.50, 150.0 % de su valor de referencia (S/ 1.00); la señal se da por encima de 110.0 % "
        "(criterio tomado del límite de las ofertas de obras, Ley 30225, art. 28.2)."
    )
    assert flags["risks"].to_list() == [["R15"]]


def direct(id_, day, party=FIRM):
    return process(id_, method="CD", call_date=day, cause="Situación emergencia"), award(id_, party, day=day)


def test_flag_on_a_pair_reaches_every_process_of_the_pair():
    made = [direct(f"D{n}", date(2022, 3, n)) for n in (1, 2, 3)] + [direct("X", date(2022, 3, 4), OTHER)]
    found = run(together(*[a for _, a in made], processes=[p for p, _ in made]))
    flags = found.flags.filter(pl.col("indicator") == "SEL-22")
    assert flags["process_id"].to_list() == ["D1", "D2", "D3"]
    assert set(flags["subject_id"]) == {f"20100000001+{FIRM}"}
    assert set(flags["subject_type"]) == {"pair"}
    assert state(found, "X", "SEL-22") is False


def debarred(party, **dates):
    interval = {"start_date": date(2022, 1, 1), "end_date": None, "cut_date": date(2022, 4, 30), **dates}
    barred = {"ruc": party, "kind": "debarment", "resolution": "1-2022", **interval}
    return run(together(award("A", party), processes=[process("A")], sanctions=[barred]))


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ({}, True),
        ({"start_date": date(2022, 2, 20)}, True),
        ({"start_date": date(2022, 2, 21)}, False),
        ({"end_date": date(2022, 2, 20)}, True),
        ({"end_date": date(2022, 2, 19)}, False),
        ({"start_date": date(2000, 1, 1), "end_date": date(2001, 1, 1), "cut_date": date(2022, 2, 20)}, False),
        ({"start_date": date(2000, 1, 1), "end_date": date(2001, 1, 1), "cut_date": date(2022, 2, 19)}, None),
    ],
)
def test_debarment_has_to_hold_on_the_day_of_the_award(dates, expected):
    assert state(debarred(FIRM, **dates), "A", "CRO-03") is expected


def test_fines_are_no_debarments():
    fined = {"ruc": FIRM, "kind": "fine", "start_date": date(2022, 1, 1), "cut_date": date(2022, 4, 30)}
    found = run(together(award("A", FIRM), processes=[process("A")], sanctions=[fined]))
    assert state(found, "A", "CRO-03") is None


def test_natural_persons_are_masked_in_sentences_and_evidence():
    flag = debarred(JULIA).flags.filter(pl.col("indicator") == "CRO-03").to_dicts()[0]
    for told in (flag["sentence_es"], flag["sentence_en"], flag["evidence"]):
        assert "10*******89" in told
        assert JULIA not in told
        assert "NAME" not in told
    named = debarred(FIRM).flags.filter(pl.col("indicator") == "CRO-03").to_dicts()[0]
    assert f"NAME ({FIRM})" in named["sentence_es"]


def test_void_awards_count_for_nothing():
    lost = award("A", FIRM, cents=900, value=100, status="cancelled")
    found = run(together(lost, processes=[process("A", n_awards=0)]))
    assert state(found, "A", "SEL-04") is None
    assert why(found, "A", "SEL-04") != "evaluated"


def test_thresholds_replace_those_of_the_table():
    made = records(processes=[process("A", n_bidders=2)])
    assert state(run(made), "A", "SEL-01") is False
    changed = run(made, {"SEL-01": {"max_bidders": 2}})
    assert state(changed, "A", "SEL-01") is True
    assert changed.flags.filter(pl.col("indicator") == "SEL-01")["threshold"].item() == 2.0


@pytest.mark.parametrize("thresholds", [{"SEL-99": {"x": 1}}, {"SEL-01": {"x": 1}}])
def test_unknown_thresholds_are_refused(thresholds):
    with pytest.raises(UsageError):
        run(records(), thresholds)


def test_reserved_value_is_missing_and_not_zero():
    found = run(records(processes=[process("A", value_pen_cents=None, value_reserved=True)]))
    assert state(found, "A", "PLA-03") is None
    assert why(found, "A", "PLA-03") in ("value_missing", "column_absent")


def test_consortium_amounts_are_counted_once():
    """Three members hold one award: the buyer's concentration sees one holder of one amount."""
    members = [
        {"process_id": "A", "award_id": "A-900001", "party_id": r, "ruc": r, "consortium_id": "900001"}
        for r in (FIRM, OTHER, JULIA)
    ]
    made = together(award("A", "900001"), processes=[process("A")])
    made.tables["award_suppliers"] = records(award_suppliers=members).tables["award_suppliers"]
    from procrisk.indicators.features import build

    row = build(made, AS_OF)["processes"].to_dicts()[0]
    assert (row["buyer_awards_n"], row["buyer_holders_n"], row["buyer_hhi"]) == (1, 1, 10_000.0)
    assert row["buyer_top_cents"] == 5_000_000


@pytest.fixture(scope="module")
def real(shared_data):
    from procrisk.records.ingest import ingest

    got = ingest(
        [shared_data / "conosce", shared_data / "emergency_2020"],
        [shared_data / "entities", shared_data / "sanctions"],
        None,
    )
    return got.dataset


def test_flags_are_sorted_and_unique(real):
    flags = run(real).flags
    key = flags.select("process_id", "indicator", "subject_id")
    assert key.equals(key.sort("process_id", "indicator", "subject_id"))
    assert not key.is_duplicated().any()
    assert flags["sentence_es"].null_count() == flags["sentence_en"].null_count() == flags["evidence"].null_count() == 0
    assert not flags["sentence_es"].str.contains(r"\b10\d{9}\b").any()
    assert not flags["evidence"].str.contains(r"\b10\d{9}\b").any()


def test_flags_and_states_tell_the_same(real):
    found = run(real)
    for id_ in INDICATORS:
        raised = found.states.filter(pl.col(id_))["process_id"]
        flagged = found.flags.filter(pl.col("indicator") == id_)["process_id"].unique().sort()
        assert raised.equals(flagged), id_


def test_order_of_rows_changes_nothing(real):
    from tests.indicators.made import Records

    turned = {n: (t if n in ("provenance", "sources") else t.reverse()) for n, t in real.tables.items()}
    a, b = run(real), run(Records(turned))
    assert a.states.equals(b.states)
    assert a.why.equals(b.why)
    assert a.flags.equals(b.flags)


THREADS = """
import hashlib, sys
from datetime import date
from pathlib import Path
from procrisk.records.ingest import ingest
from procrisk.indicators.evaluate import evaluate
from procrisk.settings import Settings
s = Path(sys.argv[1])
d = ingest([s / "conosce"], [s / "entities", s / "sanctions"], None).dataset
e = evaluate(d, date(2022, 6, 30), Settings())
print(hashlib.sha256("".join(f.write_json() for f in (e.flags, e.states, e.why)).encode()).hexdigest())
"""


def test_threads_time_zone_and_locale_change_nothing(shared_data):
    told = set()
    for threads, zone, lang in (("1", "UTC", "C"), ("2", "Asia/Tokyo", "es_PE.UTF-8")):
        env = {**os.environ, "POLARS_MAX_THREADS": threads, "TZ": zone, "LC_ALL": lang}
        made = subprocess.run(
            [sys.executable, "-c", THREADS, str(shared_data)], env=env, cwd=ROOT, capture_output=True, text=True
        )
        assert made.returncode == 0, made.stderr
        told.add(made.stdout)
    assert len(told) == 1
