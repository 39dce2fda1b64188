"""How far the order of the regions can be relied on, measured on given records: the page docs/evidence/regions.md.

    python -m procrisk.robustness SOURCE... --period PERIOD [--context PATH]... [--write FILE]

Who can be told apart, what other choices would change, whether the score goes with missing data or thin markets, what stands out
of the funnel. Without `--write` the page is printed.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from procrisk import pipeline
from procrisk.indicators.evaluate import evaluate
from procrisk.records.assemble import last_day
from procrisk.records.ingest import ingest
from procrisk.records.regions import REGIONS
from procrisk.scoring import regional
from procrisk.scoring.process import score_processes
from procrisk.scoring.region import score_regions
from procrisk.scoring.stability import Run
from procrisk.scoring.standard import standardise
from procrisk.settings import Settings

SCOPES = {
    "regional_government": "gobierno regional · regional government",
    "local_government": "gobiernos locales · local governments",
    "subnational": "ambos · both",
    "delivered_in_region": "entregado en la región · delivered in the region",
}
GROUPS = {
    "plain mean": "promedio simple · plain mean",
    "not drawn to the centre": "sin acercar al centro · not drawn to the centre",
    "method not excused": "sin descontar el procedimiento · method not excused",
    "by soles": "por soles · by soles",
    "seed": "otra semilla · another seed",
    "prior": "otro peso de las varianzas previas · another weight of the prior variances",
    "thresholds -10 %": "umbrales −10 % · thresholds −10 %",
    "thresholds +10 %": "umbrales +10 % · thresholds +10 %",
    "without indicator": "sin un indicador · without one indicator",
    "without buyer": "sin una de las mayores entidades · without one of the largest buyers",
}
"""Kinds of checks, by how their names begin."""


def page(
    sources: Sequence[Path],
    context: Sequence[Path],
    period: str,
    settings: Settings,
    checks: Sequence[str] | None = None,
) -> str:
    """The page as Markdown.

    Args:
        sources: records.
        context: registers.
        period: of the table of regions.
        settings: of the run.
        checks: kinds of checks of stability (scoring/stability.py); every one when None.
    """
    dataset = ingest(list(sources), list(context), None).dataset
    as_of = last_day(dataset)
    evaluated = evaluate(dataset, as_of, settings)
    listed, others = dataset.tables["processes"], pipeline.others(dataset, evaluated, settings)
    scored = score_processes(listed, evaluated.states, evaluated.why, others, changed=settings.layers)
    processes = standardise(listed, scored, evaluated.states, evaluated.why, changed=settings.layers)
    regions = score_regions(processes, settings.scores, as_of).filter(period=period)
    pairs = regional.separable(processes, settings.scores, as_of, [period])
    funnel = regional.funnel(processes, settings.scores, as_of, [period])
    ties = regional.association(regions, processes, dataset.tables["award_suppliers"])
    found = regional.stability(Run(dataset, as_of, settings, others), [period], checks)
    given = " ".join(str(s) for s in sources) + "".join(f" --context {c}" for c in context)
    return "\n".join(
        [
            "# Cuánto se puede confiar en el orden de las regiones · How far the order of the regions can be relied on",
            "",
            f"`python -m procrisk.robustness {given} --period {period} --write docs/evidence/regions.md`",
            "",
            f"{processes.height:,} procesos, {processes['score'].count():,} con puntaje; periodo {period}. Las mismas entradas dan las mismas cifras. *Processes, of them with a score; the same inputs give the same figures.*",
            "",
            "## Quién se distingue de quién · Who can be told apart",
            "",
            *_apart(regions, pairs, funnel),
            "",
            "## Si se hubiera elegido otra cosa · Had something else been chosen",
            "",
            "Coincidencia de las cinco primeras, mayor cambio de puesto y correlación de Spearman, en `ambos`. Donde hay varias comprobaciones de una clase, la peor de cada cifra. "
            "*Agreement of the first five, largest move in ranks and Spearman's correlation, for both levels of government; the worst of each figure where a kind has several checks.*",
            "",
            *_checks(found.filter(scope="subnational")),
            "",
            "## ¿Va el puntaje con lo que no debe? · Does the score go with what it should not?",
            "",
            *_ties(ties),
            "",
        ]
    )


def _apart(regions: pl.DataFrame, pairs: pl.DataFrame, funnel: pl.DataFrame) -> list[str]:
    lines = [
        "| ámbito · scope | regiones · regions | pares que se distinguen · pairs told apart | fuera del embudo (99.8 %) · outside the funnel | τ del embudo · of the funnel |",
        "|---|---|---|---|---|",
    ]
    told = []
    for scope, name in SCOPES.items():
        own, beyond = pairs.filter(scope=scope), funnel.filter(scope=scope)
        if beyond.is_empty():
            continue
        outside = ", ".join(REGIONS[c] for c in beyond.filter("outside")["region_code"]) or "ninguna · none"
        tau = beyond["tau2"].max()
        spread = "–" if tau is None else f"{float(tau) ** 0.5:.2f}"  # type: ignore[arg-type]
        lines.append(f"| {name} | {beyond.height} | {own['apart'].sum()} / {own.height} | {outside} | {spread} |")
        told += [f"- {name}: {t.es} *{t.en}*" for t in regional.sentences(regions.filter(scope=scope))]
    return [*lines, "", *told]


def _checks(checks: pl.DataFrame) -> list[str]:
    lines = [
        "| comprobación · check | cuántas · how many | de las 5 primeras quedan · of the first 5 remain | mayor cambio · largest move | Spearman |",
        "|---|---|---|---|---|",
    ]
    for begins, name in GROUPS.items():
        own = checks.filter(pl.col("check").str.starts_with(begins))
        if own.is_empty():
            continue
        shared: list[int] = own["top5_shared"].to_list()
        moves: list[float] = own["max_rank_move"].to_list()
        rho: list[float] = own["spearman"].drop_nulls().to_list()
        kept = f"{min(shared)}" + (f" (promedio · mean {sum(shared) / len(shared):.1f})" if len(shared) > 1 else "")
        lines.append(f"| {name} | {len(shared)} | {kept} | {max(moves):g} | {min(rho, default=1.0):.2f} |")
    worst = checks.filter(pl.col("check").str.starts_with("without indicator")).sort("spearman", "check").head(5)
    told = ", ".join(f"{r['check'].split()[-1]} ({r['spearman']:.2f})" for r in worst.iter_rows(named=True))
    if not told:
        return lines
    return [
        *lines,
        "",
        f"Los indicadores que más mueven el orden al quitarlos · indicators that move the order most when left out: {told}.",
    ]


def _ties(ties: pl.DataFrame) -> list[str]:
    kept = ties.filter(pl.col("scope").is_in(list(SCOPES)))
    return [f"- {SCOPES[r['scope']]}: {r['note_es']} *{r['note_en']}*" for r in kept.iter_rows(named=True)]


def main(argv: Sequence[str]) -> None:
    """Read the arguments and write or print the page."""
    parser = argparse.ArgumentParser(prog="python -m procrisk.robustness")
    parser.add_argument("sources", nargs="+", type=Path, metavar="SOURCE")
    parser.add_argument("--period", required=True)
    parser.add_argument("--context", action="append", default=[], type=Path, metavar="PATH")
    parser.add_argument("--write", type=Path, metavar="FILE")
    args = parser.parse_args(argv)
    text = page(args.sources, args.context, args.period, Settings())
    if args.write is None:
        sys.stdout.write(text)
    else:
        args.write.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
