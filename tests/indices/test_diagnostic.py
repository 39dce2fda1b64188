"""What the diagnostic says, and that it says nothing the data do not."""

import polars as pl
import pytest

from procrisk.indicators import INDICATORS
from procrisk.indices.diagnostic import KINDS, SCHEMA, Evidence, diagnostic
from procrisk.indices.scores import ITEMS, score
from tests.indices.made import items

NO_ITEMS = pl.DataFrame(schema=ITEMS)


def risk(value=10.0, low=9.0, high=11.0, period="2022", share=0.2, region="08"):
    names = ["region_code", "period", "score", "score_low", "score_high", "share_evaluable"]
    return pl.DataFrame([(region, period, value, low, high, share)], schema=names, orient="row")


def lines(region="08", answered=NO_ITEMS, risk_=None, **more):
    evidence = Evidence(score(answered), answered, risk().head(0) if risk_ is None else risk_, **more)
    found = diagnostic(evidence).filter(pl.col("region_code") == region)
    return [(r["kind"], r["text_es"], r["source"]) for r in found.iter_rows(named=True)]


def has(found, kind, text):
    return any(k == kind and text in t for k, t, _ in found)


def test_without_data_every_line_says_so_and_each_kind_has_one():
    found = lines(region="1501")
    assert {kind for kind, _, _ in found} == set(KINDS)
    assert all(text.startswith("Sin datos") for _, text, _ in found)
    assert all(source for _, _, source in found)


def test_the_frame_has_the_agreed_columns_and_its_lines_are_told_apart():
    frame = diagnostic(Evidence(score(NO_ITEMS), NO_ITEMS, risk()))
    assert frame.columns == list(SCHEMA)
    assert frame["region_code"].n_unique() == 26
    assert not frame.select("region_code", "kind", "text_es").is_duplicated().any()


def test_a_good_pillar_is_a_strength_a_bad_one_a_weakness_a_middling_one_neither():
    found = lines(answered=items(A1=1, A2=1, A3=1, A4=1, B1=0.1, B2=0.1, B3=0.1, E1=0.5, E2=0.5, E3=1))
    assert has(found, "strength", "CRAPI, Base formal: 100.0 de 100")
    assert has(found, "weakness", "CRAPI, Actividad: 10.0 de 100")
    assert not any("Apertura: " in t for _, t, _ in found)
    assert has(found, "weakness", "Sin datos suficientes en CRAPI, Planificación: se conoce el 0 %")


def test_answers_are_named_with_their_evidence():
    found = lines(answered=items(A1=1, A2=0, A3="no evidence"))
    assert ("strength", "¿La comisión está constituida? Sí (CRAPI-A1).", "https://www.gob.pe/acta") in found
    assert has(found, "weakness", "¿Tiene reglamento interno aprobado? No (CRAPI-A2).")
    assert has(found, "weakness", "CRAPI: 1 pregunta sin evidencia, que no es lo mismo que «no»")


def test_only_the_last_real_period_speaks_and_made_up_ones_are_marked():
    both = pl.concat(
        [items(period="2024", A1=1), items(period="2025", A1=0), items(period="2026", A2=1, simulated=True)]
    )
    found = lines(answered=both)
    assert has(found, "weakness", "constituida? No")
    assert not has(found, "strength", "constituida")
    assert not any("SIMULADO" in t for _, t, _ in found)
    assert has(lines(answered=items(A1=1, simulated=True)), "strength", "[SIMULADO] ¿La comisión")


def test_the_published_icp_is_said_as_the_range_it_is():
    assert has(lines(region="08"), "strength", "etapa 1 del ICP 2022 (54-83 %)")
    assert not any("ICP" in t for _, t, _ in lines(region="01"))


@pytest.mark.parametrize(("share", "kind"), [(0.49, "weakness"), (0.5, "strength")])
def test_how_much_could_be_evaluated(share, kind):
    assert has(lines(risk_=risk(share=share)), kind, f"el {100 * share:.0f} % de lo que aplica")


def test_drivers_above_what_was_expected_threaten_those_below_are_a_chance():
    drivers = pl.DataFrame(
        {
            "region_code": ["08", "08", "08"],
            "indicator": ["SEL-01", "SEL-02", "EXE-01"],
            "raised": [30, 2, 5],
            "evaluated": [100, 50, 0],
            "expected": [20.0, 6.0, 1.0],
            "excess": [10.0, -4.0, 4.0],
        }
    )
    found = lines(drivers=drivers)
    assert has(
        found,
        "threat",
        "en 30 de 100 procesos, más de lo que se espera por lo que compra (20.0). Es una señal, no una acusación.",
    )
    assert has(found, "opportunity", "SEL-02")
    assert not any("EXE-01" in t for _, t, _ in found)  # evaluated nowhere


@pytest.mark.parametrize(
    ("low", "high", "kind", "text"),
    [
        (11.1, 14.0, "threat", "El riesgo sube (10.0 → 12.0)"),
        (11.0, 14.0, "threat", "Sin datos: no se distingue un cambio"),
        (5.0, 8.9, "opportunity", "El riesgo baja (10.0 → 7.0)"),
    ],
)
def test_a_trend_is_told_only_where_the_intervals_part(low, high, kind, text):
    now = risk(12.0 if low > 10 else 7.0, low, high, period="2023")
    assert has(lines(risk_=now, earlier=risk()), kind, text)


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (2.5, "threat", "Mercado delgado: 2.5 procesos adjudicados por proveedor (mediana de las regiones: 2.0)"),
        (1.6, "opportunity", "Mercado con muchos ganadores: 1.6"),
    ],
)
def test_a_market_is_held_against_the_median_of_the_regions(value, kind, text):
    market = pl.DataFrame({"region_code": ["08", "07", "06"], "thinness": [value, 2.0, 2.0]})
    assert has(lines(market=market), kind, text)


@pytest.mark.parametrize("value", [2.4, 1.7])
def test_a_usual_market_is_neither(value):
    market = pl.DataFrame({"region_code": ["08", "07", "06"], "thinness": [value, 2.0, 2.0]})
    assert not any("Mercado" in t or "proveedores ganan" in t for _, t, _ in lines(market=market))


def test_a_driver_of_less_than_one_process_or_one_that_only_informs_is_not_named():
    only = next(i.id for i in INDICATORS.values() if i.role == "information")
    drivers = pl.DataFrame(
        {
            "region_code": ["08", "08"],
            "indicator": ["SEL-01", only],
            "raised": [3, 30],
            "evaluated": [10, 50],
            "expected": [2.5, 6.0],
            "excess": [0.5, 24.0],
        }
    )
    assert not any("de lo que se espera" in t for _, t, _ in lines(drivers=drivers))


def test_control_reports_carry_their_warning():
    audits = pl.DataFrame({"region_code": ["08"], "n_reports": [173], "n_penal": [113]})
    assert has(lines(audits=audits), "threat", "113 de 173 informes de control")
    assert has(lines(audits=audits), "threat", "depende también de cuánto se audita")
    assert has(lines(region="15", audits=audits), "threat", "Sin datos: no hay informes de control")
