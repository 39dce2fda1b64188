"""What the anomaly model looks at: numbers of a process, each known at a stated moment and risky in a stated direction.

Figures of buyers and suppliers are those of the two years up to the award (`history`), so that a score up to the award rests on nothing that came later.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from procrisk.anomaly import history

Tables = Mapping[str, pl.DataFrame]
AWARD, LATER = "award", "later"
"""Moments at which a feature is known: on the day of the award, or only afterwards."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One number of a process, of a buyer, of a supplier or of the two together."""

    id: str
    direction: int
    """+1 when more than the peers means risk, -1 when less does."""
    log: bool
    """Compared as log(1 + value): amounts, days and counts are skewed."""
    floor: float
    """Least scale of the z, in the unit compared: where all peers are equal, small differences stay small."""
    unit: str
    """soles, percent, days, count, times or number: how it is shown."""
    name_es: str
    name_en: str
    moment: str = AWARD


FEATURES: tuple[Feature, ...] = (
    Feature("amount", 1, True, 0.5, "soles", "monto", "amount"),
    Feature(
        "award_ratio",
        1,
        False,
        0.05,
        "percent",
        "adjudicado sobre el valor referencial",
        "awarded over reference value",
    ),
    Feature("bid_days", -1, True, 0.25, "days", "días de la convocatoria a las ofertas", "days from call to bids"),
    Feature(
        "decision_days", -1, True, 0.25, "days", "días de la convocatoria a la buena pro", "days from call to award"
    ),
    Feature("n_lots", 1, True, 0.5, "count", "ítems en un mismo procedimiento", "lots in one procedure"),
    Feature("n_registered", -1, True, 0.5, "count", "participantes registrados", "registered participants"),
    Feature("n_bidders", -1, True, 0.25, "count", "postores", "bidders"),
    Feature(
        "supplier_share",
        1,
        False,
        0.1,
        "percent",
        "parte del gasto de la entidad que fue al proveedor en dos años",
        "supplier's share of the buyer's spending over two years",
    ),
    Feature(
        "pair_awards",
        1,
        True,
        0.5,
        "count",
        "adjudicaciones de la entidad al mismo proveedor en dos años",
        "awards from this buyer to the same supplier over two years",
    ),
    Feature(
        "supplier_dependence",
        1,
        False,
        0.1,
        "percent",
        "parte de las ventas del proveedor que vino de la entidad en dos años",
        "buyer's share of the supplier's sales over two years",
    ),
    Feature(
        "supplier_days",
        -1,
        True,
        0.5,
        "days",
        "días del proveedor en el registro hasta la convocatoria",
        "supplier's days in the register until the call",
    ),
    Feature(
        "supplier_jump",
        1,
        True,
        0.5,
        "times",
        "monto sobre la mayor adjudicación anterior del proveedor",
        "amount over the supplier's largest earlier award",
    ),
    Feature(
        "month_burst",
        1,
        True,
        0.5,
        "count",
        "procedimientos de la entidad por el mismo objeto en los 30 días hasta la convocatoria",
        "the buyer's procedures for the same object in the 30 days up to the call",
    ),
    Feature(
        "consent_days",
        -1,
        True,
        0.25,
        "days",
        "días de la buena pro al consentimiento",
        "days from award to consent",
        LATER,
    ),
    Feature(
        "added_share", 1, False, 0.05, "percent", "adicionales sobre el contrato", "additions over the contract", LATER
    ),
    Feature(
        "extended_share",
        1,
        False,
        0.1,
        "percent",
        "ampliación sobre el plazo del contrato",
        "extension over the contract's term",
        LATER,
    ),
)
IDS = tuple(f.id for f in FEATURES)
EX_ANTE = tuple(f.moment == AWARD for f in FEATURES)
MIN_PAIR_BASE = 3
"""A share of a buyer's spending (a supplier's sales) is looked at from this many of its processes on."""
BURST = 30
"""Days up to the call in which a buyer's procedures are counted."""
ADDED = ("additional", "complementary")


def values(tables: Tables, won: pl.DataFrame | None = None) -> pl.DataFrame:
    """The raw value of every feature.

    Args:
        tables: the canonical tables after assembly: processes, awards and award_suppliers; suppliers, contracts and
            modifications where there are any.
        won: history.lines of them, where it is at hand.

    Returns:
        process_id and a Float64 column per feature in natural units (soles, ratios, days, counts), sorted by process_id;
        null where unknown. Features of the moment AWARD read nothing dated later than the award.
    """
    days = pl.col("award_date").sub(pl.col("call_date")).dt.total_days()
    bid = pl.col("bid_deadline").sub(pl.col("call_date")).dt.total_days()
    consent = pl.col("consent_date").sub(pl.col("award_date")).dt.total_days()
    ratio = pl.col("awarded_pen_cents") / pl.col("value_pen_cents")
    processes = tables["processes"]
    made = processes.select(
        "process_id",
        amount=pl.col("amount_pen_cents") / 100,
        award_ratio=pl.when(pl.col("value_pen_cents") > 0).then(ratio),
        bid_days=pl.when(bid >= 0).then(bid),
        decision_days=pl.when(days >= 0).then(days),
        consent_days=pl.when(consent >= 0).then(consent),
        n_lots="n_lots",
        n_registered="n_registered",
        n_bidders="n_bidders",
    )
    won = history.lines(tables) if won is None else won
    for more in (_pairs(won), _register(tables, won), _burst(processes), _execution(tables)):
        made = made.join(more, on="process_id", how="left")
    return made.select("process_id", *(pl.col(i).cast(pl.Float64) for i in IDS)).sort("process_id")


def _pairs(won: pl.DataFrame) -> pl.DataFrame:
    """Largest buyer-supplier figures of each process, as of its award."""
    full = (
        won.join(history.pairs(won), on=[*history.PAIR, "day"])
        .join(history.buyers(won), on=["buyer_id", "day"])
        .join(history.suppliers(won), on=["supplier", "day"])
    )

    def share(base: str, n: str) -> pl.Expr:
        return pl.when((pl.col(n) >= MIN_PAIR_BASE) & (pl.col(base) > 0)).then(pl.col("both") / pl.col(base))

    jump = pl.when((pl.col("largest") > 0) & (pl.col("cents") > 0)).then(pl.col("cents") / pl.col("largest"))
    return full.group_by("process_id").agg(
        pair_awards=pl.col("times").max(),
        supplier_share=share("spent", "bought").max(),
        supplier_dependence=share("sold", "won").max(),
        supplier_jump=jump.max(),
    )


def _register(tables: Tables, won: pl.DataFrame) -> pl.DataFrame:
    """Days from a supplier's first registration to the call, the fewest of the suppliers of a process."""
    empty = pl.DataFrame(schema={"process_id": pl.String, "supplier_days": pl.Int64})
    if "suppliers" not in tables:
        return empty
    since = tables["suppliers"].group_by(supplier="ruc").agg(since=pl.col("valid_from").min())
    calls = tables["processes"].select("process_id", "call_date")
    found = won.select("process_id", "supplier").join(since, on="supplier").join(calls, on="process_id")
    age = pl.col("call_date").sub(pl.col("since")).dt.total_days()
    return found.filter(age >= 0).group_by("process_id").agg(supplier_days=age.min())


def _burst(processes: pl.DataFrame) -> pl.DataFrame:
    called = history.once(processes).select("process_id", "buyer_id", pl.col("object").fill_null("?"), day="call_date")
    called = called.drop_nulls(["buyer_id", "day"])
    counted = history.trailing(called, history.MARKET, {"month_burst": pl.len()}, {"": BURST})
    return called.join(counted, on=[*history.MARKET, "day"]).select("process_id", "month_burst")


def _execution(tables: Tables) -> pl.DataFrame:
    """Additions over the contract and extension over its term, the largest of a process's contracts."""
    schema = {"process_id": pl.String, "added_share": pl.Float64, "extended_share": pl.Float64}
    if not {"contracts", "modifications"} <= set(tables) or tables["contracts"].is_empty():
        return pl.DataFrame(schema=schema)
    key = ["process_id", "contract_id"]
    changed = tables["modifications"].filter(pl.col("kind").is_in(ADDED))
    added = changed.group_by(key).agg(added=pl.col("amount_cents").fill_null(0).sum())
    known = not tables["modifications"].is_empty()
    joined = tables["contracts"].join(added, on=key, how="left")
    amount = pl.when(pl.lit(known) & (pl.col("amount_cents") > 0)).then(pl.col("amount_cents"))
    ends = pl.max_horizontal("end_date", "end_date_updated", "end_date_actual")
    term = pl.col("end_date").sub(pl.col("start_date")).dt.total_days()
    longer = pl.when(term > 0).then(ends.sub(pl.col("end_date")).dt.total_days() / term)
    return joined.group_by("process_id").agg(
        added_share=(pl.col("added").fill_null(0) / amount).max(), extended_share=longer.max()
    )
