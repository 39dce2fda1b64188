"""The simulated country against the public aggregates that it was made to resemble."""

from collections import Counter
from statistics import mean

import numpy as np
import polars as pl
import pytest
from stdnum.pe import ruc
from tests.simulate.conftest import table

from procrisk.simulate import bids, constants, market, processes, schemes, simulate

N = 60_000


@pytest.fixture(scope="module")
def drawn():
    rng = np.random.Generator(np.random.PCG64(2))
    country = market.build(rng, N, processes.day_number("2021-01-01"))
    made = processes.draw(rng, country, N, (2021, 2022))
    d, _ = processes.settle(rng, made, processes.FIRST_ID, processes.day_number("2023-03-31"))
    return country, d


def share(mask) -> float:
    return float(np.mean(mask))


def of(d, code):
    return d.method == constants.CODE[code]


@pytest.mark.parametrize(
    ("department", "expected", "tolerance"),
    [("LIMA", 0.28, 0.02), ("CUSCO", 0.11, 0.01), ("APURIMAC", 0.06, 0.008), ("TUMBES", 0.006, 0.002)],
)
def test_departments(drawn, department, expected, tolerance):
    _, d = drawn
    codes = [i for i, r in enumerate(constants.REGIONS) if r.department == department]
    assert share(np.isin(d.region, codes)) == pytest.approx(expected, abs=tolerance)


def test_there_are_26_regions_and_25_departments():
    assert len(constants.REGIONS) == 26
    assert len({r.department for r in constants.REGIONS}) == 25
    assert sum(r.weight for r in constants.REGIONS) == pytest.approx(102, abs=4)


@pytest.mark.parametrize(
    ("method", "expected", "tolerance"),
    [("AS", 0.50, 0.05), ("SIE", 0.22, 0.04), ("CPREC", 0.08, 0.025), ("CD", 0.10, 0.03), ("LP", 0.045, 0.02)],
)
def test_methods(drawn, method, expected, tolerance):
    _, d = drawn
    assert share(of(d, method)) == pytest.approx(expected, abs=tolerance)


@pytest.mark.parametrize(
    ("method", "expected"), [("AS", 0.28), ("LP", 0.24), ("CP", 0.19), ("SIE", 0.06), ("CD", 0.93), ("CPREC", 0.93)]
)
def test_awards_at_exactly_the_reference(drawn, method, expected):
    _, d = drawn
    assert share(d.ratio[of(d, method)] == 1) == pytest.approx(expected, abs=0.025)


@pytest.mark.parametrize(
    ("method", "median", "tolerance"), [("AS", 15, 2), ("SIE", 11, 2), ("LP", 36, 3), ("CP", 37, 3), ("CD", 1, 1)]
)
def test_days_from_call_to_award(drawn, method, median, tolerance):
    _, d = drawn
    days = (d.award - d.call)[of(d, method)]
    assert np.median(days) == pytest.approx(median, abs=tolerance)
    assert days.min() >= 0


def test_price_comparisons_stay_within_their_ceiling_and_above_the_floor(drawn):
    _, d = drawn
    year = processes.year_of(d.call)
    for y in (2021, 2022):
        soles = d.value[of(d, "CPREC") & (year == y)] / 100
        assert soles.max() <= 15 * constants.UIT[y]
        assert soles.min() > 8 * constants.UIT[y]


def test_simplified_awards_crowd_below_the_line(drawn):
    _, d = drawn
    soles = d.value[of(d, "AS")] / 100
    below, above = share((soles >= 380e3) & (soles < 400e3)), share((soles >= 400e3) & (soles < 420e3))
    assert below > 5 * above


def test_direct_awards_by_region(drawn):
    _, d = drawn
    direct = of(d, "CD")
    regions = np.array([r.name for r in constants.REGIONS])[d.region]
    by = {name: share(direct[regions == name]) for name in ("LIMA METROPOLITANA", "SAN MARTIN", "CUSCO")}
    assert by["LIMA METROPOLITANA"] == pytest.approx(0.27, abs=0.03)
    assert by["SAN MARTIN"] == pytest.approx(0.17, abs=0.03)
    assert by["CUSCO"] < 0.05


def test_single_bids_are_not_single_registrations(drawn):
    _, d = drawn
    competitive = processes.competitive(d.method)
    assert share(d.registered[competitive] == 1) == pytest.approx(0.011, abs=0.005)
    works = competitive & (d.object == constants.WORKS)
    assert share(d.bids[works] == 1) == pytest.approx(0.10, abs=0.02)


def test_works_bids_stand_on_the_floor(drawn):
    country, d = drawn
    rng = np.random.Generator(np.random.PCG64(3))
    made, _ = bids.draw_bids(rng, country, d, {})
    offered = d.object[made.process]
    floor = np.isclose(made.ratio, 0.9)
    assert share(floor[offered == constants.WORKS]) == pytest.approx(0.17, abs=0.05)
    assert share(floor[offered == constants.CONSULTANCY]) == pytest.approx(0.68, abs=0.09)
    assert made.ratio[np.isin(offered, (constants.WORKS, constants.CONSULTANCY))].min() >= 0.9


def test_buyers_and_suppliers_are_heavy_tailed(drawn):
    country, d = drawn
    counts = np.sort(np.bincount(d.buyer))[::-1]
    assert counts[: len(counts) // 10].sum() > 0.35 * N
    assert len(set(country.buyers.name)) > 0.9 * len(country.buyers.name)


def test_ruc_are_valid_and_out_of_the_range_in_use(drawn):
    country, _ = drawn
    legal = [r for r, f in zip(country.suppliers.ruc, country.suppliers.foreign, strict=True) if not f]
    for number in country.buyers.ruc + legal[:4000]:
        assert ruc.is_valid(number)
    assert {r[:4] for r in country.buyers.ruc} == {"2098"}
    assert {r[:4] for r in legal} == {"2099", "1099"}
    assert len(set(country.suppliers.ruc)) == len(country.suppliers.ruc)


def test_a_new_law_brings_new_names(tmp_path):
    rng = np.random.Generator(np.random.PCG64(4))
    country = market.build(rng, 8000, processes.day_number("2025-01-01"))
    d = processes.draw(rng, country, 8000, (2025,))
    new = d.call >= processes.day_number(constants.NEW_LAW)
    brief = np.isin(d.method, [constants.CODE[k] for k in ("LPA", "CPA")])
    assert not brief[~new].any()
    assert share(brief[new]) > 0.3
    assert 0 < share(of(d, "AS")[new]) < 0.06


def test_ocds_lines_are_of_the_expected_size_and_shape(country, releases):
    sizes = [len(line) for p in (country / "ocds").glob("compiled-*.jsonl") for line in p.read_bytes().splitlines()]
    assert 4000 < mean(sizes) < 6000
    for r in releases[:500]:
        t = r["tender"]
        assert r["tag"] == ["compiled"]
        assert r["buyer"]["id"].startswith("PE-CONSUCODE-")
        assert "bids" not in r
        assert "status" not in t
        if "tenderPeriod" in t:
            assert t["tenderPeriod"]["startDate"] == t["tenderPeriod"]["endDate"]
        assert (t["value"]["amount"] == 0) == t["hasTenderInformationProtectedByLaw"]
        for award in r.get("awards", []):
            assert award["id"].split("-")[0] == t["id"]
        assert {c["awardID"] for c in r.get("contracts", [])} <= {a["id"] for a in r.get("awards", [])}
    documents = [
        len(r["tender"]["documents"]) + sum(len(c["documents"]) for c in r.get("contracts", [])) for r in releases
    ]
    assert 2 < mean(documents) < 5


def test_the_flaws_of_the_real_files_are_there(country, releases, awards):
    texts = awards["DESCRIPCION_ITEM"]
    assert texts.str.contains("¿").mean() == pytest.approx(0.27, abs=0.05)
    assert texts.str.contains("  ").any()
    assert awards["MONEDA"].is_in(["Nuevos Soles"]).any()
    assert awards["MONEDA"].is_in(["Dólar Norteamericano"]).mean() == pytest.approx(0.013, abs=0.008)
    assert awards["FECHA_CONSENTIMIENTO_BP"].is_in(["01/01/1900"]).any()
    assert awards["FECHA_CONSENTIMIENTO_BP"].null_count() > 0
    assert awards["CODIGOENTIDAD"].str.len_chars().is_in([5]).any()
    assert awards["CODIGOENTIDAD"].str.starts_with("0").any()
    states = Counter(r["tender"]["items"][0]["statusDetails"] for r in releases)
    assert states["DESIERTO"] > 0.08 * len(releases)
    assert any(r["tender"]["title"].endswith("-2") for r in releases)
    assert awards.select(pl.struct("CODIGOCONVOCATORIA", "N_ITEM").is_duplicated().any()).item()
    assert (country / "conosce" / "CONOSCE_ADJUDICACIONES_SIMULADO.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_ocds_and_conosce_describe_the_same_processes_in_part(releases, awards, country):
    ocds = {r["tender"]["id"]: r for r in releases}
    conosce = set(awards["CODIGOCONVOCATORIA"])
    assert 0.9 < len(conosce & ocds.keys()) / len(conosce) < 1
    awarded = {i for i, r in ocds.items() if r.get("awards")}
    assert 0.9 < len(awarded & conosce) / len(awarded) < 1
    titles = dict(zip(awards["CODIGOCONVOCATORIA"], awards["PROCESO"], strict=True))
    assert all(titles[i] == ocds[i]["tender"]["title"] for i in titles.keys() & ocds.keys())
    consortia = pl.concat([pl.read_csv(p, infer_schema_length=0) for p in country.glob("conosce/*CONSORCIO*")])
    codes = awards.filter(pl.col("TIPO_PROVEEDOR") == "Consorcio")["RUC_PROVEEDOR"]
    assert codes.is_in(consortia["RUC_CONSORCIO"].to_list()).all()
    deadline = table(country, "CONVOCATORIAS").filter(pl.col("FECHAPRESENTACIONPROPUESTA") != "01/01/1900")
    assert (
        deadline["FECHAPRESENTACIONPROPUESTA"].str.to_date("%d/%m/%Y")
        >= deadline["FECHA_CONVOCATORIA"].str.to_date("%d/%m/%Y")
    ).all()


def test_nothing_is_planted_at_rate_zero(tmp_path):
    assert simulate(tmp_path, 300, 1, scheme_rate=0).instances == 0
    assert schemes.PLANS
