"""What a run leaves on the terminal: the region scores in a table, and the report to open."""

from pathlib import Path

import polars as pl

from procrisk.scoring.told_apart import sentences

SCOPES_ES = {
    "regional_government": "gobierno regional",
    "local_government": "gobiernos locales",
    "subnational": "regional y locales",
    "delivered_in_region": "entregado en la región",
    "national": "entidades nacionales (por sede)",
}
"""The scopes of a regional score, in Spanish, in the order in which they are shown."""


def show(out: Path, version: str, outcome: str) -> None:
    """Print the subnational scores of the longest period and where the report is."""
    from rich.console import Console  # noqa: PLC0415 - only where a table is shown
    from rich.table import Table  # noqa: PLC0415

    regions = pl.read_parquet(out / "current" / "regions.parquet")
    scope, period = headline(regions)
    rows = regions.filter((pl.col("scope") == scope) & (pl.col("period") == period)).sort(
        "rank_low", "rank_high", "region_code", nulls_last=True
    )
    table = Table(
        title=f"Puntaje de riesgo por región · {SCOPES_ES[scope]} · {period}",
        caption="más es más riesgo; una señal no es una acusación",
    )
    for name, right in (
        ("región", False),
        ("puntaje", True),
        ("intervalo 95 %", True),
        ("puesto", True),
        ("procesos", True),
        ("evaluable", True),
    ):
        table.add_column(name, justify="right" if right else "left")
    for r in rows.iter_rows(named=True):
        table.add_row(
            r["region"],
            *_cells(r),
            f"{r['n_processes']:,}",
            "–" if r["share_evaluable"] is None else f"{r['share_evaluable']:.0%}",
        )
    console = Console()
    console.print(table)
    for told in (
        sentences(rows) if "rank_low_all" in rows.columns else []
    ):  # versions made before it have no such column
        console.print(f"{told.es} / {told.en}", soft_wrap=True)
    console.print(
        f"{'nada nuevo / nothing new' if outcome == 'nothing new' else 'publicado / published'}: {version}",
        soft_wrap=True,
    )
    console.print(f"informe / report: {out / 'current' / 'report.html'}", soft_wrap=True)


def _cells(row: dict[str, float | None]) -> tuple[str, str, str]:
    if row["score"] is None:
        return "sin datos", "–", "–"
    return (
        f"{row['score']:.1f}",
        f"{row['score_low']:.1f} – {row['score_high']:.1f}",
        f"{row['rank_low']}–{row['rank_high']}",
    )


def headline(regions: pl.DataFrame) -> tuple[str, str]:
    """Scope and period that speak for the publication: regional and local together, over the last twelve months."""
    scope = "subnational"
    named = regions.filter((pl.col("scope") == scope) & (pl.col("n_processes") > 0))["period"].unique().sort()
    rolling = named.filter(named.str.contains("..", literal=True))
    years = named.filter(named.str.len_chars() == 4)
    return scope, next((list_[-1] for list_ in (rolling, years, named) if len(list_)), "")


def catalogue_table() -> str:
    """The 81 documented risks, each with how it is evaluated, from what, and by which indicators or questions."""
    from procrisk import assessment, catalogue  # noqa: PLC0415 - polars and the indicators are not needed to show a run
    from procrisk.indicators import INDICATORS  # noqa: PLC0415

    asked = dict(assessment.questions().group_by("risk").len().iter_rows())
    listed = catalogue.risks()
    lines = []
    for r in listed.iter_rows(named=True):
        signs = [i.id for i in INDICATORS.values() if r["id"] in i.risks]
        by = [*signs, *([f"{asked[r['id']]} preguntas/questions"] if r["id"] in asked else [])]
        manner = "+".join(catalogue.EVALUATIONS[e][0] for e in r["evaluation"])
        lines.append(
            f"{r['id']}  {r['label_es']}\n     {manner}; {catalogue.RECORDS[r['records']][0]}; {', '.join(by) or '–'}"
        )
        if r["gap_es"]:
            lines.append(f"     {r['gap_es']}")
    first = listed["evaluation"].list.first()
    counts = ", ".join(
        f"{names[0]} {(first == e).sum()}" for e, names in catalogue.EVALUATIONS.items() if (first == e).any()
    )
    head = (
        f"{listed.height} riesgos documentados (no es la lista oficial de OSCE: véase risk_catalogue/README.md), {len(INDICATORS)} indicadores, "
        f"{sum(asked.values())} preguntas. Evaluación principal: {counts}."
    )
    return "\n".join([head, "", *lines])
