"""Public facts say what their source says; the worked example follows from them; made-up answers are marked."""

import polars as pl
import pytest

from procrisk.errors import PublicationIOError, UsageError
from procrisk.indices import answers, example, facts, simulate
from procrisk.indices.scores import score
from procrisk.records.regions import REGIONS


def test_the_icp_of_2022_is_a_mean_and_a_range_of_five():
    assert facts.of("icp_stage1_mean")["value"].to_list() == [0.25]
    top = facts.of("icp_stage1")
    assert [REGIONS[c] for c in top["region_code"]] == ["Piura", "Cusco", "Cajamarca", "Lambayeque", "Huánuco"]
    assert set(top.select("value", "low", "high").rows()) == {(None, 0.54, 0.83)}


def test_the_commissions_of_2019():
    counts = {
        m: facts.of(m)["value"].item() for m in ("cra_total", "cra_plan_in_force", "cra_no_session", "cra_by_laws")
    }
    assert counts == {"cra_total": 25, "cra_plan_in_force": 7, "cra_no_session": 10, "cra_by_laws": 17}
    assert [REGIONS[c] for c in facts.of("cra_inactive")["region_code"]] == ["Callao", "Loreto", "Madre de Dios", "San Martín", "Ucayali"]  # fmt: skip


def test_every_fact_has_a_source_and_an_unverified_year_is_marked():
    assert facts.public_facts()["source"].null_count() == 0
    assert set(facts.of("inco_regional_government").filter(pl.col("period") == "2023")["certainty"]) == {"C"}


def test_an_unknown_measure_names_those_known():
    with pytest.raises(UsageError, match="icp_stage1"):
        facts.of("happiness")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("m,99,2022,1,,,x,,s,B,n,n", "region_code"),
        ("m,08,2022,,,,x,,s,B,n,n", "value"),
        ("m,08,2022,1,0,1,x,,s,B,n,n", "value"),
        ("m,08,2022,,2,1,x,,s,B,n,n", "low: is above high"),
        ("m,08,2022,one,,,x,,s,B,n,n", "is no number"),
        ("m,08,2022,1,,,x,,,B,n,n", "source"),
        ("m,08,2022,1,,,x,,s,Z,n,n", "certainty"),
    ],
)
def test_a_fact_that_is_none_is_refused(tmp_path, line, told):
    path = tmp_path / "facts.csv"
    path.write_text(",".join(facts.SCHEMA) + "\n" + line + "\n", encoding="utf-8")
    with pytest.raises(UsageError, match=told):
        facts.read(path)


def test_the_five_inactive_commissions_have_bounds_and_no_score():
    """Formal base 1..3 of 4; activity 0..2 of 3; the rest 0..100: ((25.75^.15) - 1)/.99 and (75.25^.15 67^.25 100^.6 - 1)/.99."""
    table = example.table()
    whole = table.filter(pl.col("pillar") == "all")
    assert whole.height == 5
    assert table["score"].null_count() == table.height
    low = (25.75**0.15 - 1) / 0.99
    high = (75.25**0.15 * 67**0.25 * 100**0.6 - 1) / 0.99
    assert (low, high) == (pytest.approx(0.63, abs=0.01), pytest.approx(86.56, abs=0.01))
    for r in whole.iter_rows(named=True):
        assert (r["score_low"], r["score_high"]) == (pytest.approx(low, abs=1e-6), pytest.approx(high, abs=1e-6))
        assert (r["n_yes"], r["n_no"], r["n_number"], r["n_unanswered"]) == (1, 1, 1, 13)
    assert example.text().count("sin datos") == 5


# --- made-up answers -------------------------------------------------------------------------------------------------


def test_made_up_forms_are_read_without_a_fault_and_marked_in_every_row(tmp_path):
    paths = simulate.write(tmp_path, "DS148-2024", ["2025", "2026"], 7)
    assert all(p.name.startswith("SIMULADO_") for p in paths)
    read = answers.read(paths)
    assert read.quarantine.is_empty()
    assert read.items["simulated"].all()
    assert read.items["source"].str.starts_with("SIMULADO").all()
    assert read.items["note"].str.starts_with("SIMULADO").all()
    scores = score(read.items).filter(pl.col("pillar") == "all")
    assert scores.height == 26 * 2 * 2
    assert scores["simulated"].all()
    assert 0 < scores["score"].null_count() < scores.height  # some regions lack data, as in life


def test_one_seed_one_form_and_no_region_or_period_changes_another(tmp_path):
    one = simulate.write(tmp_path / "a", "2018", ["2024", "2025"], 7)
    again = simulate.write(tmp_path / "b", "2018", ["2024", "2025"], 7)
    fewer = simulate.write(tmp_path / "c", "2018", ["2024"], 7)
    other = simulate.write(tmp_path / "d", "2018", ["2024"], 8)
    read = {p.parent.name + p.name: p.read_bytes() for p in [*one, *again, *fewer, *other]}
    for p in one:
        assert read["a" + p.name] == read["b" + p.name]
    for p in fewer:
        assert read["a" + p.name] == read["c" + p.name] != read["d" + p.name]


@pytest.mark.parametrize(("years", "seed"), [([], 1), (["2025", "2025"], 1), (["2025"], -1), (["25"], 1)])
def test_what_cannot_be_simulated_is_refused(tmp_path, years, seed):
    with pytest.raises(UsageError):
        simulate.write(tmp_path, "2018", years, seed)


def test_a_made_up_form_is_never_written_over(tmp_path):
    simulate.write(tmp_path, "2018", ["2025"], 1)
    with pytest.raises(PublicationIOError):
        simulate.write(tmp_path, "2018", ["2025"], 1)
