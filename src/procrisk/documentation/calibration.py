"""How often each indicator is raised on real records, and the role that follows from it: `risk_catalogue/calibration.csv`.

The rate is the share of processes on which an indicator is raised among those on which it was evaluated. Its interval is
Wilson's (1927) at 95 % on the effective number of processes of Korn and Graubard (1998): processes of one buyer are not
independent, so their number is divided by the design effect of the buyers (Kish 1965), never below 1. Where all or none
are raised the design effect cannot be seen, and each buyer counts once.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from procrisk.indicators import INDICATORS, roles
from procrisk.indicators.evaluate import WHY, Evaluated, evaluate
from procrisk.records.assemble import last_day
from procrisk.records.ingest import ingest
from procrisk.settings import Settings

MIN_EVALUATED = 100
"""Processes evaluated below which a rate says too little to give a role."""
MAX_RATE = 0.25
"""Above this share a flag says what is usual, not what stands out."""
MIN_RAISED = 5
"""Below this number of flags an indicator cannot be told from errors of the record."""
Z = 1.959964
"""Normal quantile of a 95 % interval."""
REASONS = {
    "measured": ("tasa medida, ni común ni casi nula", "rate measured, neither common nor next to none"),
    "common": (f"se levanta en más de {MAX_RATE:.0%} de lo que evalúa", f"raised on more than {MAX_RATE:.0%}"),
    "rare": (f"se levanta menos de {MIN_RAISED} veces", f"raised fewer than {MIN_RAISED} times"),
    "breach": ("la norma misma es lo que se incumple", "the law itself is what is broken"),
    "record": ("habla del registro y no de la compra", "speaks of the record and not of the purchase"),
    "few_evaluated": (f"menos de {MIN_EVALUATED} procesos evaluados", f"fewer than {MIN_EVALUATED} evaluated"),
}
"""Why an indicator has its role, in Spanish and in English."""
GROUPS = ("method", "object", "region_code")


@dataclass(frozen=True, slots=True)
class Measured:
    """Records with what the indicators, at their default settings, say of them."""

    processes: pl.DataFrame
    evaluated: Evaluated


def measure(sources: Sequence[Path], context: Sequence[Path]) -> Measured:
    """Read the sources and evaluate every indicator, as of the records' last day.

    Raises:
        InputMissingError: a source does not exist.
    """
    dataset = ingest(sources, context, None).dataset
    return Measured(dataset.tables["processes"], evaluate(dataset, last_day(dataset), Settings()))


def role(evaluated: int, raised: int, *, breach: bool, record: bool = False) -> tuple[str, str]:
    """The role of an indicator with these counts, and the key of REASONS that says why."""
    if record:
        return roles.INFORMATION, "record"
    if evaluated < MIN_EVALUATED:
        return roles.UNCALIBRATED, "few_evaluated"
    common, rare = raised > MAX_RATE * evaluated, raised < MIN_RAISED
    if breach and (common or rare):
        return roles.SCORE, "breach"
    if common or rare:
        return roles.INFORMATION, "common" if common else "rare"
    return roles.SCORE, "measured"


def rates(processes: pl.DataFrame, states: pl.DataFrame, by: str | None = None) -> pl.DataFrame:
    """Rate of each indicator, of all processes or of each value of a column.

    Args:
        processes: process_id, buyer_id and the column `by`.
        states: process_id and a Boolean per indicator; null is not evaluated.
        by: a column of the processes; those without a value are left out.

    Returns:
        [by,] indicator, evaluated, raised, buyers, rate, rate_low, rate_high; sorted; a row where any was evaluated.
    """
    ids = [c for c in states.columns if c != "process_id"]
    keys = [] if by is None else [by]
    buyer = pl.coalesce("buyer_id", "process_id").alias("buyer")
    joined = processes.select("process_id", *keys, buyer).drop_nulls(keys).join(states, on="process_id")
    raised = _per_buyer(joined, [*keys, "buyer"], pl.col(ids).sum(), "r")
    evaluated = _per_buyer(joined, [*keys, "buyer"], pl.col(ids).count(), "n")
    r, n = pl.col("r"), pl.col("n")
    counted = (
        raised.join(evaluated, on=[*keys, "buyer", "indicator"])
        .filter(n > 0)
        .group_by(*keys, "indicator")
        .agg(
            evaluated=n.sum(), raised=r.sum(), buyers=pl.len().cast(pl.Int64), rr=(r * r).sum(), rn=(r * n).sum(), nn=(n * n).sum()
        )
    )  # fmt: skip
    return (
        counted.with_columns(rate=pl.col("raised") / pl.col("evaluated"))
        .with_columns(effective=_effective())
        .with_columns(*_wilson())
        .select(*keys, "indicator", "evaluated", "raised", "buyers", "rate", "rate_low", "rate_high")
        .sort(*keys, "indicator")
    )


def _per_buyer(joined: pl.DataFrame, keys: list[str], count: pl.Expr, name: str) -> pl.DataFrame:
    counts = joined.group_by(keys).agg(count.cast(pl.Int64))
    return counts.unpivot(index=keys, variable_name="indicator", value_name=name)


def _effective() -> pl.Expr:
    """Processes over the design effect of the buyers, from integer sums (ratio estimator)."""
    m, total, p = pl.col("buyers"), pl.col("evaluated"), pl.col("rate")
    spread = pl.col("rr") - 2 * p * pl.col("rn") + p * p * pl.col("nn")
    design = m / (m - 1) * spread / (total * p * (1 - p))
    mixed = (pl.col("raised") > 0) & (pl.col("raised") < total) & (m > 1)
    return pl.when(mixed).then((total / design).clip(1, total)).otherwise(m)


def _wilson() -> list[pl.Expr]:
    p, n, z2 = pl.col("rate"), pl.col("effective"), Z * Z
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z / (1 + z2 / n) * (p * (1 - p) / n + z2 / (4 * n * n)).sqrt()
    low = pl.when(pl.col("raised") == 0).then(0.0).otherwise((middle - half).clip(0, 1))
    high = pl.when(pl.col("raised") == pl.col("evaluated")).then(1.0).otherwise((middle + half).clip(0, 1))
    return [low.alias("rate_low"), high.alias("rate_high")]


def table(measured: Measured) -> list[dict[str, str]]:
    """The rows of calibration.csv, one for each indicator, sorted by id; every cell is text."""
    found = {r["indicator"]: r for r in rates(measured.processes, measured.evaluated.states).iter_rows(named=True)}
    why = measured.evaluated.why
    made = []
    for id_ in sorted(INDICATORS):
        i, r = INDICATORS[id_], found.get(id_, {})
        counts = {name: int((why[id_] == code).sum()) for code, name in WHY.items()}
        evaluated, raised = r.get("evaluated", 0), r.get("raised", 0)
        given, reason = role(evaluated, raised, breach=bool(i.breach), record=i.record)
        cells = {
            "indicator": id_,
            "version": i.version,
            "role": given,
            "reason": reason,
            "applicable": why.height - counts["out_of_scope"],
            "evaluated": evaluated,
            "raised": raised,
            **{c: f"{r[c]:.4f}" if r else "" for c in ("rate", "rate_low", "rate_high")},
            "buyers": r.get("buyers", 0),
            **counts,
        }
        made.append({c: str(cells[c]) for c in roles.COLUMNS})
    return made


def text(rows: Sequence[dict[str, str]], columns: Sequence[str]) -> str:
    """Rows as CSV text."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def by_group(measured: Measured) -> list[dict[str, str]]:
    """Rates by method, object and region as text: group, value, indicator and the columns of `rates`."""
    made = []
    for by in GROUPS:
        for r in rates(measured.processes, measured.evaluated.states, by).iter_rows(named=True):
            shares = {c: f"{r[c]:.4f}" for c in ("rate", "rate_low", "rate_high")}
            counts = {c: str(r[c]) for c in ("evaluated", "raised", "buyers")}
            made.append({"group": by, "value": str(r[by]), "indicator": r["indicator"], **counts, **shares})
    return made
