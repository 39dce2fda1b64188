"""Grounds of direct awards as the laws print them, and the words that tell each."""

import polars as pl
import pytest

from procrisk.indicators.direct_causes import grounds, weak_pattern
from procrisk.records.vocabulary import fold

PUBLISHED = {
    "Situación emergencia": "emergency",
    "Situación de desabastecimiento": "shortage",
    "Proveedor único de bienes y servicios que no admiten sustitutos": "sole_supplier",
    "PROVEEDOR ¿NICO DE BIENES Y SERVICIOS QUE NO ADMITEN SUSTITUTOS": "sole_supplier",
    "Contratos con otras Entidades Públicas": "entities",
    "Contratación entre entidades": "entities",
    "Adquisición y arrendamiento de bienes inmuebles": "property",
    "Servicios personalísimos": "personal",
    "Servicios de publicidad para el Estado": "media",
    "Carácter secreto, secreto militar o por razones de orden interno": "secret",
    "Servicios de capacitación de interés institucional": "training",
    "Continuidad de prestaciones de un contrato resuelto": "rest_of_contract",
    "Asesoría legal para la defensa de funcionarios": "defence",
    "Bienes y servicios con fines de investigación": "research",
}


def test_the_letters_of_both_laws():
    letters = {law: "".join(g.letter for g in grounds() if g.regime == law) for law in ("L30225", "L32069")}
    assert letters == {"L30225": "abcdefghijklm", "L32069": "abcdefghijklm"}


@pytest.mark.parametrize(("text", "cause"), PUBLISHED.items())
@pytest.mark.parametrize("law", ["L30225", "L32069"])
def test_words_tell_one_ground(text, cause, law):
    frame = pl.DataFrame({"t": [text]})
    told = {
        g.cause for g in grounds() if g.regime == law and frame.select(fold(pl.col("t")).str.contains(g.pattern)).item()
    }
    known = {g.cause for g in grounds() if g.regime == law}
    assert told == ({cause} & known)


def test_emergency_alone_may_be_approved_afterwards():
    assert {g.cause for g in grounds() if g.regularise} == {"emergency"}


def test_an_emergency_is_no_ground_of_the_buyers_own_making():
    weak = pl.DataFrame({"t": list(PUBLISHED)}).filter(fold(pl.col("t")).str.contains(weak_pattern()))
    assert {PUBLISHED[t] for t in weak["t"]} == {"shortage", "sole_supplier", "personal"}


def test_every_ground_cites_its_article():
    assert all(f"27.1 {g.letter})" in g.norm or f"55.1 {g.letter})" in g.norm for g in grounds())
