"""Which registers stood beside the records: said in the manifest, in the page and in the log of a run."""

from collections.abc import Mapping
from typing import Any

import polars as pl

NAMES = {
    "answers": ("respuestas a la evaluación estructurada", "answers to the structured assessment"),
    "certifications": ("compradores certificados", "certified buyers"),
    "challenges": ("impugnaciones y pronunciamientos", "challenges and pronouncements"),
    "consortia": ("consorcios", "consortia"),
    "control": ("situaciones adversas del control", "adverse situations told by the Contraloría"),
    "decisions": ("decisiones de revisión", "decisions of reviewers"),
    "declarations": ("declaraciones juradas de intereses", "declarations of interests"),
    "entities": ("entidades contratantes", "contracting entities"),
    "holidays": ("días no laborables", "days off"),
    "listed_items": ("catálogos, fichas técnicas y homologados", "catalogues, technical sheets and homologated items"),
    "offices": ("cargos públicos", "public offices"),
    "outcomes": ("resultados conocidos", "known outcomes"),
    "owners": ("socios, representantes y directores", "shareholders, representatives and directors"),
    "penalties": ("penalidades", "penalties"),
    "plan": ("planes anuales", "annual plans"),
    "purchase_orders": ("órdenes de compra y servicio", "purchase and service orders"),
    "sanctions": ("sanciones", "sanctions"),
    "subcontractors": ("subcontratistas", "subcontractors"),
    "suppliers": ("proveedores inscritos (RNP)", "registered suppliers"),
    "taxpayers": ("padrón de contribuyentes", "taxpayers"),
    "ties": ("parentescos, intereses y aportes", "kinship, interests and donations"),
    "works": ("obras", "public works"),
}
"""Tables that stand beside the records and may be missing, with their names for people: Spanish, English."""

PRESENT, ABSENT = "present", "absent"

Statement = dict[str, dict[str, Any]]
"""Register to its `state` (present or absent) and its `rows` after merging."""


def statement(tables: Mapping[str, pl.DataFrame]) -> Statement:
    """Whether each register was there; one without rows counts as absent, because nobody can tell it from a missing one.

    Args:
        tables: the assembled tables.
    """
    return {n: {"state": PRESENT if tables[n].height else ABSENT, "rows": tables[n].height} for n in sorted(NAMES)}


def lines(stated: Statement) -> tuple[str, str]:
    """The statement in a sentence or two, in Spanish and in English."""
    there = [n for n in sorted(stated) if stated[n]["state"] == PRESENT]
    lacking = [n for n in sorted(stated) if stated[n]["state"] == ABSENT]
    es, en = (
        [", ".join(NAMES[n][at] for n in group) or none for group in (there, lacking)]
        for at, none in ((0, "ninguno"), (1, "none"))
    )
    return (
        f"Registros de contexto presentes: {es[0]}. Ausentes: {es[1]}. "
        "Lo que necesita un registro ausente queda «no evaluable», nunca sin señal.",
        f"Context registers present: {en[0]}. Absent: {en[1]}. What needs an absent register is not evaluable, never clear.",
    )
