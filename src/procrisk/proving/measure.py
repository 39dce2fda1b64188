"""What the pipeline makes of a ground with planted schemes: who is flagged, by what, and how soon."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from procrisk.pipeline import Night, Request
from procrisk.proving.ground import settle
from procrisk.proving.plot import Instance
from procrisk.records import data_quality
from procrisk.records.assemble import Dataset, last_day
from procrisk.records.ingest import QUARANTINE, Ingested
from procrisk.records.tables import PROCESS_TABLES
from procrisk.scoring import layers
from procrisk.scoring.weights import INFORMATION
from procrisk.settings import Settings

BUDGETS = (0.01, 0.05)
"""Shares of the processes that analysts can look at."""
KINDS: Mapping[str, tuple[str, ...]] = {
    "ring": ("R76", "R77"),
    "splitting": ("R01", "R22"),
    "tailored": ("R02", "R07", "R08", "R20", "R65", "R66"),
    "shell": ("R53", "R79"),
    "ballooning": ("R32", "R33", "R34"),
    "gradual": ("R02",),
    "artefact": (),
}
"""First word of a scheme to the risks of the catalogue that it is; an artefact is none, and belongs into the findings on the data."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The pipeline's answer."""

    processes: pl.DataFrame
    """process_id, score, amount_pen, the layers' scores, and the share of the processes that stand at least as high: `top` by the
    score, `top:<layer>` by one layer alone, `without:<layer>` by the score that all the others give."""
    flags: pl.DataFrame
    mistaken: pl.Series
    """Ids of the processes on whose data there is a finding."""


def look(dataset: Dataset, settings: Settings | None = None) -> Seen:
    """Evaluate and score as the nightly job does.

    Args:
        dataset: settled tables.
        settings: of the run; the defaults when None.
    """
    request = Request(sources=(), out=Path(), settings=settings or Settings())
    night = Night(request, Ingested([], [], pl.DataFrame(schema=QUARANTINE), lambda: dataset), last_day(dataset))
    night.evaluate()
    night.score()
    assert night.processes is not None
    assert night.evaluated is not None
    scored = night.processes
    named = [n for n in layers.table() if scored[f"score_{n}"].null_count() < scored.height]
    parts = {n: scored[f"score_{n}"].fill_null(float("nan")).to_numpy() for n in named}
    weight = layers.weights(request.settings.layers)
    fewer = {f"without:{n}": pl.Series(layers.combine(parts, {**weight, n: 0.0})).fill_nan(None) for n in named}
    places = [_top("score", "top"), *(_top(f"score_{n}", f"top:{n}") for n in named), *(_top(c, c) for c in fewer)]
    framed = scored.with_columns(**fewer)
    return Seen(
        framed.select("process_id", "score", "amount_pen", *(f"score_{n}" for n in named), *places),
        night.evaluated.flags.filter(pl.col("role") != INFORMATION),
        data_quality.findings(dataset.tables)["process_id"].unique(),
    )


def _top(score: str, name: str) -> pl.Expr:
    """Position over number, best first; ties by id, which says nothing of risk."""
    order = pl.struct(pl.col(score).fill_null(-1.0).neg(), "process_id").rank("ordinal")
    # nothing seen is not seen, however few are
    return pl.when(pl.col(score).fill_null(0.0) > 0).then(order / pl.len()).otherwise(1.0).alias(name)


def cases(seen: Seen, instances: Sequence[Instance]) -> pl.DataFrame:
    """One row a telling process of a planted case.

    Returns:
        case, scheme, twin, strength, process_id, score, top, top:<layer>, without:<layer>, amount_pen, kind (a sign of the scheme's own
        risks is raised; of an artefact, there is a finding on the data), raised (indicators).
    """
    told = pl.DataFrame(
        [(k, i.scheme, i.twin, i.strength, p) for k, i in enumerate(instances) for p in i.telling],
        schema={
            "case": pl.Int64,
            "scheme": pl.String,
            "twin": pl.Boolean,
            "strength": pl.Float64,
            "process_id": pl.String,
        },
        orient="row",
    )
    risks = pl.DataFrame(
        [(i.scheme, KINDS[i.scheme.split()[0].strip(",:")]) for i in instances],
        schema={"scheme": pl.String, "own": pl.List(pl.String)},
        orient="row",
    ).unique("scheme")
    raised = seen.flags.join(told.select("process_id"), on="process_id", how="semi")
    by_process = raised.group_by("process_id").agg(
        raised=pl.col("indicator").unique().sort(), _risks=pl.col("risks").explode().unique()
    )
    joined = (
        told.join(seen.processes, on="process_id", how="left", maintain_order="left")
        .join(by_process, on="process_id", how="left", maintain_order="left")
        .join(risks, on="scheme", how="left", maintain_order="left")
    )
    own = pl.col("_risks").list.set_intersection("own").list.len() > 0
    mistake = pl.col("process_id").is_in(seen.mistaken.implode())
    kind = pl.when(pl.col("scheme").str.starts_with("artefact")).then(mistake).otherwise(own)
    return joined.with_columns(kind=kind.fill_null(value=False)).drop("_risks", "own")


def until(dataset: Dataset, day: date) -> Dataset:
    """The records as they stood on a day: later calls, awards and contracts are not there yet."""
    tables = dataset.tables
    processes = tables["processes"].filter(pl.col("call_date") <= day)
    made = {t.name: tables[t.name].join(processes, on="process_id", how="semi") for t in PROCESS_TABLES}
    for name, column in (("awards", "date"), ("contracts", "signed_date")):
        made[name] = made[name].filter(pl.col(column) <= day)
    for name, of, key in (
        ("award_lines", "awards", "award_id"),
        ("award_suppliers", "awards", "award_id"),
        ("modifications", "contracts", "contract_id"),
    ):
        made[name] = made[name].join(made[of], on=["process_id", key], how="semi")
    undecided = made["processes"].join(made["awards"], on="process_id", how="anti")
    made["bids"] = made["bids"].join(undecided, on="process_id", how="anti")
    return settle({**tables, **made})


def delays(dataset: Dataset, instances: Sequence[Instance], months: int = 3) -> pl.DataFrame:
    """How long after its first award each scheme is first seen, the records being read anew every few months.

    Returns:
        scheme, twin, case, days (null: never).
    """
    awarded = dict(dataset.tables["processes"].select("process_id", "award_date").iter_rows())
    end = last_day(dataset)
    start = {k: min((d for p in i.processes if (d := awarded[p])), default=end) for k, i in enumerate(instances)}
    found: dict[int, int] = {}
    day = min(start.values()) + timedelta(days=30 * months)
    while day < end + timedelta(days=30 * months):
        known = cases(look(until(dataset, day)), instances)
        hit = known.filter((pl.col("top") <= BUDGETS[1]) & pl.col("score").is_not_null())["case"].unique()
        for k in hit.to_list():
            found.setdefault(k, (day - start[k]).days)
        day += timedelta(days=30 * months)
    return pl.DataFrame(
        [(i.scheme, i.twin, k, found.get(k)) for k, i in enumerate(instances)],
        schema={"scheme": pl.String, "twin": pl.Boolean, "case": pl.Int64, "days": pl.Int64},
        orient="row",
    )
