"""`docs/coverage.md`: how each of the 81 is evaluated, from which record, and why some are not; and which indicator speaks of which risk."""

import polars as pl

from procrisk import assessment, catalogue
from procrisk.documentation.indicator_pages import MADE
from procrisk.indicators import INDICATORS

GAPS = {
    "unpublished": ("Se vería con datos que hoy no se publican", "Would be seen in data not published today"),
    "register": ("Se ve con un registro que se agrega aparte", "Seen with a register added beside"),
    "none": ("Ningún registro lo muestra", "No record shows it"),
}
"""Headings of what the records published today do not show."""


def render() -> str:
    """The page as Markdown, Spanish first."""
    listed = catalogue.risks()
    asked = dict(assessment.questions().group_by("risk").len().iter_rows())
    parts = (_head(listed, asked), _table(listed, asked), _gaps(listed), _pairs(listed), _matrix())
    return "\n".join(
        ["# Cobertura del catálogo · Coverage of the catalogue", "", MADE, "", *(x for p in parts for x in p), ""]
    )


def signs(risk: str) -> list[str]:
    """Ids of the indicators that are a sign of a risk, in the order of their declaration."""
    return [i.id for i in INDICATORS.values() if risk in i.risks]


def _head(listed: pl.DataFrame, asked: dict[str, int]) -> list[str]:
    decided = sum(bool(signs(r)) for r in listed["id"])
    lines = [
        f"**{listed.height} de 81 riesgos tienen una forma de evaluarse o una razón escrita por la que no: {decided} con indicadores, {len(asked)} con preguntas ({sum(asked.values())} en total), "
        f"{len(INDICATORS)} indicadores.** · *All 81 are accounted for: {decided} have indicators, {len(asked)} have questions.*",
        "",
        "Que un riesgo tenga indicador no significa que en una región y un periodo se haya podido evaluar: eso lo dice, proceso por proceso, `coverage.csv` de cada publicación. · *That a risk has an indicator "
        "does not mean that it could be evaluated in a region and period: `coverage.csv` of each publication says that.*",
        "",
        "| se ve desde · seen from | riesgos · risks |",
        "|---|---|",
    ]
    counts = dict(listed.group_by("records").len().iter_rows())
    lines += [f"| {es} · *{en}* | {counts.get(code, 0)} |" for code, (es, en) in catalogue.RECORDS.items()]
    return [*lines, ""]


def _table(listed: pl.DataFrame, asked: dict[str, int]) -> list[str]:
    lines = [
        "## Los 81 · The 81",
        "| id | riesgo · risk | severidad | cómo se evalúa · how | indicadores · indicators | preguntas |",
        "|---|---|---|---|---|---|",
    ]
    for r in listed.iter_rows(named=True):
        how = ", ".join(catalogue.EVALUATIONS[e][0] for e in r["evaluation"])
        links = ", ".join(f"[{i}](indicators/{i}.md)" for i in signs(r["id"])) or "–"
        lines.append(
            f"| {r['id']} | {r['label_es']} · *{r['label_en']}* | {r['severity']} | {how} | {links} | {asked.get(r['id'], '–')} |"
        )
    return [*lines, ""]


def _gaps(listed: pl.DataFrame) -> list[str]:
    """Each risk that the records published today do not show: why, and which record would."""
    lines = [
        "## Lo que los registros publicados hoy no muestran · What the records published today do not show",
        "De cada uno se dice por qué, y qué registro lo haría observable. · *For each: why, and which record would make it observable.*",
        "",
    ]
    for code in ("unpublished", "register", "none"):
        es, en = GAPS[code]
        lines += [f"### {es} · {en}"]
        for r in listed.filter(pl.col("records") == code).iter_rows(named=True):
            lines.append(f"- **{r['id']} {r['label_es']}.** {r['gap_es']} · *{r['gap_en']}*")
        lines.append("")
    return lines


def _pairs(listed: pl.DataFrame) -> list[str]:
    labels = dict(listed.select("id", "label_es").iter_rows())
    pairs = sorted(
        {tuple(sorted((r, o))) for r, others in listed.select("id", "related_to").iter_rows() for o in others}
    )
    lines = ["## Riesgos que se tocan · Risks that overlap", "Se enlazan, no se ocultan. · *Linked, not hidden.*", ""]
    return [*lines, *(f"- {a} {labels[a]} ↔ {b} {labels[b]}" for a, b in pairs), ""]


def _matrix() -> list[str]:
    """Indicator to its risks, the chief one first, with the published indicator that it is."""
    lines = [
        "## Indicador × riesgo · Indicator × risk",
        "| indicador · indicator | riesgo principal · chief risk | también · also | OCP | OSCE-BID | CRI |",
        "|---|---|---|---|---|---|",
    ]
    for i in sorted(INDICATORS.values(), key=lambda x: x.id):
        rest = ", ".join(i.risks[1:]) or "–"
        lines.append(
            f"| [{i.id}](indicators/{i.id}.md) {i.name_es} | {i.risks[0]} | {rest} | {i.ocp or '–'} | {i.osce_bid or '–'} | {i.cri or '–'} |"
        )
    return lines
