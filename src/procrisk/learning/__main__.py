"""`python -m procrisk.learning evidence|fit SOURCE... --context DIR...`: what scores are worth against known outcomes."""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from procrisk.errors import ProcriskError, UsageError
from procrisk.learning import evidence, labels, stored
from procrisk.learning.trials import Case, Material, Trial, material
from procrisk.learning.weights import PENALTIES, SEED, Learnt
from procrisk.records.assemble import Dataset, last_day
from procrisk.records.ingest import ingest

TITLES = {
    "firms": ("Sanciones, cinco grupos de firmas", "Sanctions, five folds of firms"),
    "regions": ("Sanciones, cada región aparte", "Sanctions, each region left out"),
    "within": ("Sanciones, convocatorias posteriores del mismo periodo", "Sanctions, later calls of the same period"),
    "out_of_time": ("Sanciones, fuera de tiempo", "Sanctions, out of time"),
    "works_firms": ("Obras calificadas, cinco grupos de firmas", "Graded works, five folds of firms"),
    "works_regions": ("Obras calificadas, cada región aparte", "Graded works, each region left out"),
}
OUTCOMES = {
    "sanction": ("una inhabilitación posterior", "a later debarment"),
    "works_risk": ("una obra calificada de alto riesgo", "a work graded as highly risky"),
}


def main(arguments: Sequence[str]) -> int:
    """Run one command; a failure is told on stderr and by the exit code."""
    parser = argparse.ArgumentParser(prog="python -m procrisk.learning", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    told = commands.add_parser("evidence", help="Markdown page of labels, trials, weights and p-values")
    fit = commands.add_parser("fit", help="fit a weighting on every labelled process and store it with its trials")
    fit.add_argument("--outcome", choices=sorted(OUTCOMES), required=True)
    fit.add_argument("--into", type=Path, default=Path("models"))
    for p in (told, fit):
        p.add_argument("sources", type=Path, nargs="+")
        p.add_argument("--context", type=Path, nargs="+", default=[])
        p.add_argument("--split", type=date.fromisoformat, default=date(2022, 1, 1), help="from here out of time")
        p.add_argument("--inner", type=date.fromisoformat, default=date(2020, 6, 1), help="parts the calls before it")
    args = parser.parse_args(arguments)
    try:
        dataset = ingest(args.sources, args.context, None).dataset
        made = material(dataset, last_day(dataset))
        known = dataset.tables["sanctions"]["cut_date"].max() or last_day(dataset)
        assert isinstance(known, date)
        if args.command == "evidence":
            for line in page(dataset, made, args.split, args.inner, known):
                sys.stdout.write(line + "\n")
        else:
            sys.stdout.write(f"{_fit(dataset, made, args.outcome, (args.split, args.inner, known), args.into)}\n")
    except ProcriskError as e:
        sys.stderr.write(f"{e}\n")
        return e.exit_code
    return 0


def page(dataset: Dataset, made: Material, split: date, inner: date, known: date) -> Iterator[str]:
    """The tables of docs/evidence/learning.md."""
    tables = dataset.tables
    yield "## Etiquetas · Labels\n"
    yield from _counted(tables, made, split, known)
    trials = evidence.sanction_trials(tables, made, split, inner, known) + evidence.works_trials(tables, made)
    yield "\n## En resumen · In short\n"
    yield f"T1: precisión al 5 % ≥ {evidence.T1[0]:.0%} y ≥ {evidence.T1[1]} veces el azar. · *Precision in the top 5 %, and lift.*\n"
    yield "| prueba · trial | positivos | fijos: precisión 5 % | veces el azar | aprendidos: precisión 5 % | veces el azar | T1, pesos fijos |"
    yield "|---|---|---|---|---|---|---|"
    yield from evidence.verdict(trials)
    for trial in trials:
        yield "\n### {} · {} (`{}`)\n".format(*TITLES[trial.name], trial.name)
        yield from evidence.of_trial(trial)
    yield "\n## Pesos aprendidos junto a los fijos · Learnt weights beside the fixed ones\n"
    for outcome, names in OUTCOMES.items():
        case = _case(tables, made, outcome, known)
        learnt = evidence.fitted(case)
        yield "### {} · {}\n".format(*names)
        yield f"Penalización · penalty C = {learnt.penalty}; {int((learnt.weight != 0).sum())} de {len(learnt.ids)} pesos distintos de cero · *not zero*.\n"
        yield from evidence.signs(learnt, case, evidence.fixed_weights(tables["processes"], case.states))
        yield ""
    yield "## Más allá del azar · Beyond chance\n"
    yield from evidence.chance(tables["processes"], made.states)


def _case(tables: dict[str, pl.DataFrame], made: Material, outcome: str, known: date) -> Case:
    found = labels.sanctioned(tables, known) if outcome == "sanction" else labels.works_risk(tables)
    return Case.of(made, found)


def _counted(tables: dict[str, pl.DataFrame], made: Material, split: date, known: date) -> Iterator[str]:
    """How many labels there are, of how many firms and buyers."""
    yield "| etiqueta · label | procedimientos | positivos | firmas sancionadas o ganadoras de los positivos · firms of positives | entidades o proyectos · buyers |"
    yield "|---|---|---|---|---|"
    sanctions, works = labels.sanctioned(tables, known), labels.works_risk(tables)
    day = pl.col("day")
    marked = labels.debarred_after(tables, known)
    for name, found, firms, which in (
        (f"sanción posterior, antes de {split} · before", sanctions, marked, day < split),
        (f"sanción posterior, desde {split} · from", sanctions, marked, day >= split),
        ("obra calificada (niveles 3 y 4) · graded work", works, made.firms, pl.lit(value=True)),
    ):
        frame = found.join(made.about, on="process_id").filter(which)
        positive = frame.filter("positive")
        whose = firms.join(positive, on="process_id", how="semi")["ruc"].n_unique()
        yield f"| {name} | {frame.height} | {positive.height} | {whose} | {positive['buyer'].n_unique()} |"
    yield f"\nSanciones conocidas hasta · sanctions known until: {known}."


def _fit(dataset: Dataset, made: Material, outcome: str, days: tuple[date, date, date], into: Path) -> Path:
    """Store weights learnt from every label, with what the trials say of them."""
    case = _case(dataset.tables, made, outcome, days[2])
    if not len(case.positive):
        raise UsageError(f"no process of these sources has a label of kind {outcome}; give its register with --context")
    learnt = evidence.fitted(case)
    sanction = outcome == "sanction"
    trials = (
        evidence.sanction_trials(dataset.tables, made, *days)
        if sanction
        else evidence.works_trials(dataset.tables, made)
    )
    data = case.states.with_columns(positive=pl.Series(case.positive)).select(
        sorted([*case.states.columns, "positive"])
    )
    identity = {
        "outcome": outcome,
        "penalties": list(PENALTIES),
        "seed": SEED,
        "training_sha256": hashlib.sha256(data.write_csv().encode()).hexdigest(),
    }
    name = f"learnt-{outcome}-{hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:12]}"
    out_of_time = [t for t in trials if t.name == "out_of_time"]
    card = {
        **identity,
        "name": name,
        "earned": any(t.earned() for t in out_of_time),
        "outcome_es": OUTCOMES[outcome][0],
        "outcome_en": OUTCOMES[outcome][1],
        "training_rows": len(case.positive),
        "training_positives": int(case.positive.sum()),
        "features": list(learnt.ids),
        "penalty": learnt.penalty,
        "trials": {t.name: _figures(t) for t in trials},
        "fitted_with": {"scikit-learn": version("scikit-learn")},
    }
    scale = stored.reference(learnt.score(case.states))
    stored.store(learnt, scale, into / name, card, _page(card, learnt, case, dataset))
    return into / name


def _figures(trial: Trial) -> dict[str, Any]:
    shown = ("n", "positives", "base", "precision_1", "precision_5", "lift_5", "recall_5", "auc")
    rows = trial.table().select("score", *shown, "precision_5_low", "precision_5_high").iter_rows(named=True)
    return {r.pop("score"): {k: None if np.isnan(v) else round(v, 6) for k, v in r.items()} for r in rows}


def _page(card: dict[str, Any], learnt: Learnt, case: Case, dataset: Dataset) -> str:
    fixed = evidence.fixed_weights(dataset.tables["processes"], case.states)
    used = (
        "en uso: superó a los pesos fijos fuera de tiempo"
        if card["earned"]
        else "no se usa: no superó a los pesos fijos fuera de tiempo"
    )
    used_en = (
        "in use: it beat the fixed weights out of time"
        if card["earned"]
        else "not in use: it did not beat the fixed weights out of time"
    )
    return f"""# {card["name"]}

Pesos de indicadores aprendidos de resultados: {card["outcome_es"]}. **Estado: {used}.**
Sirve para comparar con los pesos fijos y para ordenar revisiones si se gana su uso; no para acusar, sancionar ni excluir a nadie, y no estima la probabilidad de un delito.
Límites: {card["training_positives"]} positivos de {card["training_rows"]} procedimientos; quien no tiene resultado conocido no está por eso libre de riesgo; una inhabilitación castiga sobre todo
documentos falsos y contratos resueltos. Los indicadores se evaluaron sin los registros que cuentan resultados y sin la fase de ejecución. Tablas: docs/evidence/learning.md.

*Weights of indicators learnt from outcomes: {card["outcome_en"]}. **State: {used_en}.** Meant for comparison with the fixed weights, and for ordering reviews once earned; never to accuse, punish or exclude
anyone; no probability of an offence. Limits: {card["training_positives"]} positives of {card["training_rows"]} procedures; no known outcome does not mean no risk; debarments punish false documents and terminated contracts
for the most part. Indicators were evaluated without the registers that tell outcomes and without the phase of execution.*

- Regresión logística con penalización L1 / logistic regression, L1 penalty: C = {card["penalty"]} de {card["penalties"]}, semilla / seed {card["seed"]}, scikit-learn {card["fitted_with"]["scikit-learn"]}
- Datos / data (sha256): {card["training_sha256"]}

{chr(10).join(evidence.signs(learnt, case, fixed))}
"""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
