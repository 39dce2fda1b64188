"""`risk_catalogue/cri_bins.csv`: which values of a component of the Corruption Risk Index go with single bids.

`procrisk.cri` fits the table, the indicators and the index read it: of its rows those on single bids in real records alone. Bins
fitted on simulated records and those of the proxy stand beside them to be compared, and decide nothing. A bin is known by a word (a kind of procedure, yes or no) or
by an interval (low, high]. Odds of single bidding are against those of the component's reference bin; a bin is risky where
the lower end of their 95 % interval is above 1. A missing value has a bin of its own in the fit and none here: what is not
known is never counted, neither as a risk nor as its absence.
"""

from dataclasses import dataclass
from functools import cache

import polars as pl

from procrisk.resources import Row, data_dir, read_rows

FILE = "cri_bins.csv"
COLUMNS = (
    "component",
    "outcome",
    "records",
    "objects",
    "word",
    "low",
    "high",
    "n",
    "n_outcome",
    "odds_ratio",
    "ci_low",
    "ci_high",
    "bin",
    "controls",
    "data",
    "data_date",
    "command",
)
SINGLE_BID, AT_REFERENCE = "single_bid", "at_reference"
OUTCOMES = (SINGLE_BID, AT_REFERENCE)
"""Single bid, and its proxy where bids are not published: awarded at 99.5 % of the reference value or more."""
REAL, SIMULATED = "real", "simulado"
KINDS = ("reference", "risky", "other", "missing")


@dataclass(frozen=True, slots=True)
class Component:
    """A component whose bins are fitted."""

    name: str
    figure: str
    """Column of the frame of processes."""
    reference: tuple[str, ...] = ()
    """Words taken together as the bin against which the others stand; empty for numbers: the bin of the median."""


COMPONENTS = {
    c.name: c
    for c in (
        Component("procedure_type", "method", ("LP", "CP")),
        Component("advertisement_period", "bid_days"),
        Component("decision_period", "decision_days"),
        Component("call_to_award", "award_days"),
        Component("criteria_length", "criteria_over_mean"),
        Component("document_price", "fee_share"),
        Component("relaunched", "relaunched", ("no",)),
        Component("non_price_criteria", "award_criteria", ("priceOnly",)),
        Component("contract_modified", "modified", ("no",)),
        Component("winner_share", "winner_share"),
    )
}
"""call_to_award is the advertisement and the decision period together, for records without the deadline of bids."""


@dataclass(frozen=True, slots=True)
class Bin:
    """A row of the table."""

    component: str
    outcome: str
    records: str
    objects: str
    """What was bought in the records, joined by `;`; the bin says nothing of other objects. Empty: anything."""
    word: str
    low: float | None
    high: float | None
    n: int
    odds_ratio: float
    ci_low: float
    ci_high: float
    kind: str


@cache
def table() -> tuple[Bin, ...]:
    """The bins, in file order.

    Raises:
        UsageError: the file is not as it should be; says line and column.
    """
    rows = read_rows(data_dir("risk_catalogue") / FILE, COLUMNS)
    return tuple(
        Bin(
            r.choose("component", tuple(COMPONENTS)),
            r.choose("outcome", OUTCOMES),
            r.choose("records", (REAL, SIMULATED)),
            r["objects"],
            r["word"],
            _number(r, "low"),
            _number(r, "high"),
            int(_number(r, "n") or 0),
            _number(r, "odds_ratio") or 0.0,
            _number(r, "ci_low") or 0.0,
            _number(r, "ci_high") or 0.0,
            r.choose("bin", KINDS),
        )
        for r in rows
    )


def _number(row: Row, column: str) -> float | None:
    if not row[column]:
        return None
    try:
        return float(row[column])
    except ValueError:
        raise row.refuse(column, "should be a number") from None


def bins_of(component: str) -> tuple[Bin, ...]:
    """The bins in force for a component: of single bids in real records; the one of missing values left out."""
    return tuple(
        b
        for b in table()
        if (b.component, b.outcome, b.records) == (component, SINGLE_BID, REAL) and b.kind != "missing"
    )


def columns(component: str) -> list[pl.Expr]:
    """<component>_odds, _odds_low and _odds_high of each row's bin, and peer_<component>_n, the records behind it.

    The odds are null where the figure is missing or in no bin. peer_<component>_n is null only where no bin was fitted.
    """
    c, bins = COMPONENTS[component], bins_of(component)
    figure = pl.col(c.figure)
    behind = pl.when(figure.is_null()).then(pl.lit(sum(b.n for b in bins) or None, pl.Int64))
    parts = (("_odds", "odds_ratio"), ("_odds_low", "ci_low"), ("_odds_high", "ci_high"))
    said = [_pick(figure, bins, name, pl.Float64).alias(component + suffix) for suffix, name in parts]
    return [*said, behind.otherwise(_pick(figure, bins, "n", pl.Int64)).alias(f"peer_{component}_n")]


def _pick(figure: pl.Expr, bins: tuple[Bin, ...], name: str, dtype: type[pl.DataType]) -> pl.Expr:
    found: pl.Expr = pl.lit(None, dtype)
    for b in bins:
        value = pl.lit(getattr(b, name), dtype)
        found = pl.when(_inside(figure, b)).then(value).otherwise(found)
    return found


def _inside(figure: pl.Expr, b: Bin) -> pl.Expr:
    of = pl.col("object").is_in(b.objects.split(";")) if b.objects else pl.lit(value=True)
    if b.word:
        return of & figure.is_in(b.word.split(";"))
    above = figure > b.low if b.low is not None else figure.is_not_null()
    return of & above & (figure <= b.high) if b.high is not None else of & above
