"""Why a region's score moved between two versions: parts that add up to the difference, to the thousandth.

The score is followed from the version before to the one after, one thing changed at a time, in the order of `ORDER`; each part is the
difference that its step makes, so the parts add up exactly, and another order would cut them a little otherwise. Own processes first: those
that came, those that went, those whose records were revised, those whose score changed for another cause. Then what was expected of them;
then the mean of the scope; then the centre towards which the region is drawn, and how far. The rolling twelve months of one version are
compared with those of the other.
"""

import polars as pl

from procrisk.publication.causes import Causes
from procrisk.scoring.strata import MILLI, SUBNATIONAL, milli

ORDER = (
    *("new", "entered", "removed", "left", "revised"),
    # of own processes, by what `causes` puts them down to: a list, joined by +
    "causes",
    *("reference", "others", "centre", "shrinkage"),
)
SCHEMA: dict[str, type[pl.DataType]] = {
    "region_code": pl.String,
    "scope": pl.String,
    "period": pl.String,
    "score_before": pl.Float64,
    "score_after": pl.Float64,
    "part": pl.String,
    "points": pl.Float64,
    "n": pl.Int64,
}
_NEEDED = ("score", "visibility", "score_expected")
_OF_REGION = ("score", "standardised", "shrinkage")
_KEY = ("region_code", "scope", "span")
_ROLLING = ".."
_Sums = tuple[int, int, int]


def parts(
    processes: tuple[pl.DataFrame, pl.DataFrame],
    regions: tuple[pl.DataFrame, pl.DataFrame],
    moved: pl.DataFrame,
    causes: Causes,
) -> pl.DataFrame:
    """Cut the difference of each region's score into parts.

    Args:
        processes: processes.parquet of the version before and the one after.
        regions: their regions.parquet.
        moved: processes that changed, with `cause` (causes.of_processes).
        causes: what changed; its `records` say which processes are new, removed or revised.

    Returns:
        columns of SCHEMA, a row per region, scope, period with a score in both versions and part that is not nothing: `points` of the
        difference, by `n` of its own processes. Empty where a version was made before processes had the columns that this needs.
    """
    if any(c not in f.columns for f in processes for c in _NEEDED) or any(
        c not in f.columns for f in regions for c in _OF_REGION
    ):
        return pl.DataFrame(schema=SCHEMA)
    ends = _ends(*regions)
    spans = ends.select("span", "period_before", "period_after").unique().sort("span")
    before, after = (
        _placed(f, dict(spans.select(f"period_{side}", "span").iter_rows()))
        for f, side in zip(processes, ("before", "after"), strict=True)
    )
    steps = _steps(before, after, moved, causes)
    changes: dict[tuple[str, str, str], list[tuple[str, _Sums, int]]] = {}
    for region, scope, span, part, s, e, v, n in steps.iter_rows():
        changes.setdefault((region, scope, span), []).append((part, (s, e, v), n))
    start = before.group_by(_KEY).agg(pl.col("s", "e", "v").sum())
    sums = {(r, c, p): (s, e, v) for r, c, p, s, e, v in start.select(*_KEY, "s", "e", "v").iter_rows()}
    made = []
    for row in ends.iter_rows(named=True):
        key = (row["region_code"], row["scope"], row["span"])
        for part, points, n in _walk(row, sums.get(key, (0, 0, 0)), changes.get(key, [])):
            made.append(
                (
                    row["region_code"],
                    row["scope"],
                    row["period_after"],
                    row["score_before"] / MILLI,
                    row["score_after"] / MILLI,
                    part,
                    points / MILLI,
                    n,
                )
            )
    return pl.DataFrame(made, SCHEMA, orient="row")


def _ends(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Regions with a score in both versions: score and standardised in thousandths, shrinkage, period, each before and after."""

    def side(frame: pl.DataFrame, name: str) -> pl.DataFrame:
        rolling = pl.col("period").str.contains(_ROLLING, literal=True)
        return frame.drop_nulls(["region_code", "score", "standardised"]).select(
            "region_code",
            "scope",
            pl.when(rolling).then(pl.lit(_ROLLING)).otherwise("period").alias("span"),
            pl.col("period").alias(f"period_{name}"),
            milli("score").alias(f"score_{name}"),
            milli("standardised").alias(f"standardised_{name}"),
            pl.col("shrinkage").alias(f"shrinkage_{name}"),
        )

    return (
        side(old, "before").join(side(new, "after"), on=_KEY, how="inner").sort("scope", "period_after", "region_code")
    )


def _placed(processes: pl.DataFrame, spans: dict[str, str]) -> pl.DataFrame:
    """A row for each region, scope and span of months in which a process counts: process_id, s, e, v (thousandths; 0 without a score)."""
    there = pl.col("score").is_not_null()
    given = processes.select(
        "process_id",
        "region_code",
        "delivery_region_code",
        "scope",
        "reference_date",
        scored=there,
        s=pl.when(there).then(milli("score")).otherwise(0),
        e=pl.when(there).then(milli("score_expected")).otherwise(0),
        v=pl.when(there).then(milli("visibility")).otherwise(0),
    )
    home = given.filter(pl.col("scope").is_in(SUBNATIONAL)).with_columns(scope=pl.lit("subnational"))
    delivered = given.with_columns(region_code=pl.col("delivery_region_code"), scope=pl.lit("delivered_in_region"))
    scoped = pl.concat([given, home, delivered]).drop_nulls(["region_code", "scope", "reference_date"])
    day = pl.col("reference_date")
    month, year = day.dt.strftime("%Y-%m"), day.dt.strftime("%Y")
    rolling = [p.split(_ROLLING) for p in spans if _ROLLING in p]
    names = [month, pl.concat_str(year, pl.lit("-Q"), day.dt.quarter()), year]
    names += [pl.when(month.is_between(pl.lit(a), pl.lit(b))).then(pl.lit(f"{a}{_ROLLING}{b}")) for a, b in rolling]
    within = scoped.with_columns(period=pl.concat_list(names)).explode("period").drop_nulls("period")
    return (
        within.filter(pl.col("period").is_in(list(spans)))
        .with_columns(span=pl.col("period").replace_strict(spans, return_dtype=pl.String))
        .select("process_id", *_KEY, "scored", "s", "e", "v")
    )


def _steps(old: pl.DataFrame, new: pl.DataFrame, moved: pl.DataFrame, causes: Causes) -> pl.DataFrame:
    """Sums of what each step adds to s, e and v of a region, and by how many of its processes, in the order of ORDER."""
    both = old.join(new, on=["process_id", *_KEY], how="full", coalesce=True, suffix="1")
    known = both.join(causes.records, on="process_id", how="left").join(
        moved.select("process_id", cause=pl.col("cause").list.join("+")), on="process_id", how="left"
    )
    came, went, record = pl.col("s").is_null(), pl.col("s1").is_null(), pl.col("record")
    part = (
        pl.when(came)
        .then(pl.when(record == "new").then(pl.lit("new")).otherwise(pl.lit("entered")))
        .when(went)
        .then(pl.when(record == "removed").then(pl.lit("removed")).otherwise(pl.lit("left")))
        .when(record == "revised")
        .then(pl.lit("revised"))
        .otherwise(pl.col("cause").fill_null("unknown"))
    )
    filled = known.with_columns(part=part).with_columns(pl.col("s", "e", "v", "s1", "e1", "v1").fill_null(0))
    # of a process that keeps its records the score moves first, what is expected of it later; one that gains or loses its score moves whole
    whole = pl.col("part").is_in(["new", "entered", "removed", "left", "revised"]) | (
        pl.col("scored") != pl.col("scored1")
    )
    ds, de, dv = (pl.col(f"{c}1") - pl.col(c) for c in "sev")
    first = filled.select(
        *_KEY, "part", s=ds, e=pl.when(whole).then(de).otherwise(0), v=pl.when(whole).then(dv).otherwise(0)
    )
    later = (
        filled.filter(~whole)
        .select(*_KEY, s=pl.lit(0, pl.Int64), e=de, v=dv, part=pl.lit("reference"))
        .select(first.columns)
    )
    steps = pl.concat([first, later]).filter(
        pl.any_horizontal(pl.col("s", "e", "v") != 0) | pl.col("part").is_in(["new", "entered", "removed", "left"])
    )
    places = {name: at for at, name in enumerate(ORDER)}
    place = pl.col("part").replace_strict(places, default=places["causes"], return_dtype=pl.Int64)
    return (
        steps.group_by(*_KEY, "part")
        .agg(pl.col("s", "e", "v").sum(), n=pl.len().cast(pl.Int64))
        .sort(*_KEY, place, "part")
        .select(*_KEY, "part", "s", "e", "v", "n")
    )


def _walk(
    row: dict[str, int | float], start: _Sums, changes: list[tuple[str, _Sums, int]]
) -> list[tuple[str, int, int]]:
    """Part, thousandths of a point and own processes of each step that moves the score.

    With B the shrinkage and C = B times the centre, score = (1 - B) standardised + C.
    """
    b0, b1 = float(row["shrinkage_before"]), float(row["shrinkage_after"])
    y0, y1 = row["standardised_before"], row["standardised_after"]
    c0, c1 = row["score_before"] - (1 - b0) * y0, row["score_after"] - (1 - b1) * y1
    found, at = [], int(row["score_before"])
    s, e, v = start
    own = first = MILLI * (s - e) / v if v else 0.0

    def step(part: str, value: float, n: int) -> None:
        nonlocal at
        reached = round(value)
        if reached != at or n:
            found.append((part, reached - at, n))
        at = reached

    for part, (ds, de, dv), n in changes:
        s, e, v = s + ds, e + de, v + dv
        own = MILLI * (s - e) / v if v else own  # with nothing seen in between, the next step takes it all
        step(part, (1 - b0) * (y0 + own - first) + c0, n)
    step("others", (1 - b0) * y1 + c0, 0)
    if b0 > 0 and b1 > 0:
        step("centre", (1 - b0) * y1 + b0 * c1 / b1, 0)
    step("shrinkage", float(row["score_after"]), 0)
    return found
