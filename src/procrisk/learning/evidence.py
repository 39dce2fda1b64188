"""Everything that is claimed of learning from outcomes, as one Markdown page made from records."""

from collections.abc import Iterator
from datetime import date

import numpy as np
import polars as pl

from procrisk.indicators.registry import INDICATORS
from procrisk.learning import labels, multiplicity, weights
from procrisk.learning.trials import EARNED_POSITIVES, LEARNT, SCORES, Case, Material, Trial, crossed, later
from procrisk.learning.weights import Learnt
from procrisk.scoring.weights import STRATA, weigh

T1 = (0.20, 2.3)
"""Precision in the top 5 % and lift to meet (Medina-Hernández, Kertész and Fazekas, Scientific Reports 2026, arXiv 2512.19491)."""
HEAD = (
    "| puntaje · score | evaluable | precisión 1 % | precisión 5 % | veces el azar 5 % · lift | recuperados 5 % · recall | AUC |\n"
    "|---|---|---|---|---|---|---|"
)
Tables = dict[str, pl.DataFrame]


def sanction_trials(tables: Tables, material: Material, split: date, inner: date, known_until: date) -> list[Trial]:
    """Four trials on sanctions that begin after the award.

    Args:
        tables: of the records.
        material: of the records.
        split: calls before it teach with the outcomes known the day before; later ones are the trial out of time.
        inner: parts the calls before `split` in earlier and later ones.
        known_until: day up to which sanctions are known.
    """
    early = material.about.filter(pl.col("day") < split).select("process_id")
    full = labels.sanctioned(tables, known_until)
    before = Case.of(material, full.join(early, on="process_id", how="semi"))
    then = labels.sanctioned(tables, date.fromordinal(split.toordinal() - 1))
    known = Case.of(material, then.join(early, on="process_id", how="semi"))
    return [
        crossed("firms", material, before, "firm"),
        crossed("regions", material, before, "region"),
        later("within", material, before.where(pl.col("day") < inner), before, lambda f: f["day"] >= inner),
        later("out_of_time", material, known, Case.of(material, full), lambda f: f["day"] >= split),
    ]


def works_trials(tables: Tables, material: Material) -> list[Trial]:
    """Two trials on works graded by the Contraloría; they carry no day, so none is out of time."""
    case = Case.of(material, labels.works_risk(tables))
    return [crossed("works_firms", material, case, "firm"), crossed("works_regions", material, case, "region")]


def of_trial(trial: Trial) -> Iterator[str]:
    """The table of a trial, every score in it, and what it comes to."""
    told = trial.table()
    yield f"{told['n'][0]} procedimientos, {told['positives'][0]} positivos ({told['base'][0]:.2%}). · *{told['n'][0]} procedures, {told['positives'][0]} positives.*\n"
    yield HEAD
    for row in told.iter_rows(named=True):
        es, en = SCORES[row["score"]]
        cells = [_interval(row, c, kind) for c, kind in (("precision_1", "%"), ("precision_5", "%"), ("lift_5", ""))]
        cells += [_interval(row, "recall_5", "%"), _interval(row, "auc", "")]
        shown = cells if row["evaluable"] > 0 or row["score"] == LEARNT else ["—"] * len(cells)
        yield f"| {es} · {en} | {row['evaluable']:.0%} | " + " | ".join(shown) + " |"
    value, low, high = trial.gain()
    yield (
        f"\nAprendidos menos fijos, precisión al 5 %: {_points(value)} [{_points(low)}; {_points(high)}] puntos. "
        f"· *Learnt less fixed, precision at 5 %, percentage points.* {'**Ganado · earned**' if trial.earned() else 'No ganado · not earned'}."
    )


def signs(learnt: Learnt, case: Case, fixed: dict[str, float]) -> Iterator[str]:
    """Every indicator that could have a weight: the learnt one, zero included, beside the fixed one."""
    yield "| indicador · indicator | señales · raised | evaluable | peso aprendido (log-chances por señal) · learnt | peso fijo medio · fixed |"
    yield "|---|---|---|---|---|"
    adds = learnt.weight / learnt.spread if len(learnt.ids) else learnt.weight
    for i, a in sorted(zip(learnt.ids, adds, strict=True), key=lambda x: (-abs(x[1]), x[0])):
        raised, known = int(case.states[i].sum()), case.states[i].count()
        yield f"| {i} {INDICATORS[i].name_es} · *{INDICATORS[i].name_en}* | {raised} | {known} | {a:+.2f} | {fixed[i]:.1f} |"


def fixed_weights(processes: pl.DataFrame, states: pl.DataFrame) -> dict[str, float]:
    """Mean fixed weight (severity times surprise) of each indicator over these processes."""
    ordered = states.select("process_id").join(processes, on="process_id", how="left", maintain_order="left")
    made = weigh(ordered.select(STRATA[0]), states, INDICATORS)
    ids = sorted(c for c in states.columns if c != "process_id")
    return dict(zip(ids, np.round(made.weight[made.row].mean(axis=0), 3).tolist(), strict=True))


def chance(processes: pl.DataFrame, states: pl.DataFrame) -> Iterator[str]:
    """Processes beyond chance, and the same test where there is nothing to find."""
    strata = states.select("process_id").join(processes, on="process_id", how="left", maintain_order="left")
    families = multiplicity.by_family(states, INDICATORS)
    told = multiplicity.p_values(strata, families)
    p = told["p"].fill_null(float("nan")).to_numpy()
    found = multiplicity.calibration(strata, families)
    tested, small = int((~np.isnan(p)).sum()), int((p < 0.05).sum())
    yield "| | registros · records | barajados · shuffled |"
    yield "|---|---|---|"
    yield f"| procedimientos con valor p · with a p-value | {tested} de {len(p)} | {found['tested'][0]} |"
    yield f"| p < 0.05 | {small} ({small / max(1, tested):.1%}) | |"
    yield (
        f"| rechazados, Benjamini-Hochberg q = {multiplicity.Q:.2f} · rejected | {int(multiplicity.rejected(p).sum())} | "
        f"en {(found['rejected'] > 0).sum()} de {found.height} barajadas hay alguno; media {_mean(found, 'rejected'):.2f} |"
    )
    yield (
        f"| distancia de Kolmogórov-Smirnov a la uniforme · KS | | media {_mean(found, 'ks'):.4f}; bajo el límite de 5 % "
        f"({_mean(found, 'ks_limit'):.4f}) en {(found['ks'] <= found['ks_limit']).sum()} de {found.height} |"
    )


def fitted(case: Case) -> Learnt:
    """Weights from all labelled processes of a case, as stored."""
    return weights.fit(case.states, case.positive, case.firm)


def verdict(trials: list[Trial]) -> Iterator[str]:
    """T1 and the use of the learnt weights, in words."""
    for trial in trials:
        told = {r["score"]: r for r in trial.table().iter_rows(named=True)}
        best = told["expert"]
        met = best["precision_5"] >= T1[0] and best["lift_5"] >= T1[1]
        few = trial.positive.sum() < EARNED_POSITIVES
        yield (
            f"| {trial.name} | {int(trial.positive.sum())} | {best['precision_5']:.1%} | {best['lift_5']:.2f} | "
            f"{told[LEARNT]['precision_5']:.1%} | {told[LEARNT]['lift_5']:.2f} | "
            f"{'pocos positivos · too few' if few else 'sí · yes' if met else 'no'} |"
        )


def _interval(row: dict[str, float], name: str, kind: str) -> str:
    values = [row[name], row[f"{name}_low"], row[f"{name}_high"]]
    value, low, high = ("—" if np.isnan(v) else f"{v:.1%}" if kind else f"{v:.2f}" for v in values)
    return f"{value} [{low}; {high}]"


def _points(x: float) -> str:
    return "—" if np.isnan(x) else f"{100 * x:+.1f}"


def _mean(frame: pl.DataFrame, column: str) -> float:
    return float(np.mean(frame[column].to_numpy()))
