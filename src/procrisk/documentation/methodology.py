"""The worked example of docs/methodology.md: one region's score from the published files, with nothing but sums.

Nothing here calls the code that made the figures: it is the arithmetic of the page, which a reader can redo in a spreadsheet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

import polars as pl

from procrisk.errors import UsageError

BEGIN, END = "<!-- ejemplo: principio -->", "<!-- ejemplo: fin -->"
"""Between these lines of the page stands the example."""
REGION, SCOPE = "24", "subnational"
"""Tumbes, whose processes fit on a page, in the scope of regional and local governments together."""
HOME = ("regional_government", "local_government")
Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Example:
    """The steps of one region, in points unless said otherwise."""

    period: str
    region: str
    own: pl.DataFrame
    """Its scored processes: process_id, score, visibility, score_expected, stratum."""
    peers: tuple[str, int, float, float]
    """Of the stratum of the first process: name, scored subnational processes in the file, sum of scores, sum of visibilities."""
    n: int
    score: float
    expected: float
    visibility: float
    all_n: int
    all_score: float
    all_expected: float
    all_visibility: float
    crude: float
    mean: float
    standardised: float
    mix: float
    rate: float
    others: pl.DataFrame
    """standardised and standardised_se of every region of the scope and period."""
    tau2: float
    centre: float
    shrinkage: float
    final: float
    low: float
    high: float
    published: Row
    """The region's row of regions.parquet."""


def example(folder: Path, period: str, region: str = REGION) -> Example:
    """Follow the page.

    Args:
        folder: a version: processes.parquet and regions.parquet.
        period: a year.
        region: region code.

    Raises:
        UsageError: the region has no scored process in the period.
    """
    processes = pl.read_parquet(folder / "processes.parquet").drop_nulls("score")
    regions = pl.read_parquet(folder / "regions.parquet").filter(scope=SCOPE, period=period)
    home = processes.filter(pl.col("scope").is_in(HOME))
    within = home.filter(pl.col("reference_date").dt.strftime("%Y") == period, pl.col("region_code").is_not_null())
    own = within.filter(region_code=region).sort("process_id")
    if own.is_empty():
        raise UsageError(f"{folder}: region {region} has no scored process in {period}; name another year")
    n, s, e, v = _sums(own)
    all_n, all_s, all_e, all_v = _sums(within)
    crude, mean = round(s / n, 3), round(all_s / all_n, 3)
    standardised = round(mean + (s - e) / v - (all_s - all_e) / all_v, 3)
    others = (
        regions.drop_nulls("standardised").sort("region_code").select("region_code", "standardised", "standardised_se")
    )
    y, se = (others[c].to_list() for c in ("standardised", "standardised_se"))
    tau2 = between(y, se)
    w = [1 / (a * a + tau2) for a in se]
    centre = sum(a * b for a, b in zip(w, y, strict=True)) / sum(w)
    own_se = se[others["region_code"].to_list().index(region)]
    k = len(y)
    weight = 1 / (own_se**2 + tau2)
    factor = max(0.0, (k - 3) / (k - 1)) if k > 1 else 0.0
    b = factor * own_se**2 * weight
    final = standardised + b * (centre - standardised)
    error = (1 - b) * own_se**2 + b**2 / sum(w) + 4 * k * factor**2 * own_se**4 * weight**3 / sum(w) ** 2
    reach = (1.96 * sqrt(error), 1.96 * own_se)
    low = min(final - reach[0], standardised - reach[1]) if standardised < final else final - reach[0]
    high = max(final + reach[0], standardised + reach[1]) if standardised > final else final + reach[0]
    return Example(
        period=period,
        region=str(regions.filter(region_code=region)["region"].item()),
        own=own.select("process_id", "score", "visibility", "score_expected", "stratum"),
        peers=_peers(home, own["stratum"][0]),
        n=n,
        score=s,
        expected=e,
        visibility=v,
        all_n=all_n,
        all_score=all_s,
        all_expected=all_e,
        all_visibility=all_v,
        crude=crude,
        mean=mean,
        standardised=standardised,
        mix=round(crude - standardised, 3),
        rate=round(standardised - mean, 3),
        others=others,
        tau2=tau2,
        centre=centre,
        shrinkage=b,
        final=min(max(final, 0.0), 100.0),
        low=min(max(low, 0.0), 100.0),
        high=min(max(high, 0.0), 100.0),
        published=regions.filter(region_code=region).row(0, named=True),
    )


def between(y: Sequence[float], se: Sequence[float]) -> float:
    """The variance between regions at which the weighted sum of squares is the number of regions less one; 0 where it is below."""

    def squares(tau2: float) -> float:
        w = [1 / (a * a + tau2) for a in se]
        centre = sum(a * b for a, b in zip(w, y, strict=True)) / sum(w)
        return sum(a * (b - centre) ** 2 for a, b in zip(w, y, strict=True))

    low, high = 0.0, 10_000.0
    if squares(0.0) <= len(y) - 1:
        return 0.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if squares(middle) > len(y) - 1 else (low, middle)
    return high


def _sums(rows: pl.DataFrame) -> tuple[int, float, float, float]:
    """Number of processes, and sums of their scores, expected scores and visibilities (of thousandths, so without rounding errors)."""
    s, e, v = (
        int((rows[c] * 1000).round().cast(pl.Int64).sum()) / 1000 for c in ("score", "score_expected", "visibility")
    )
    return rows.height, s, e, v


def _peers(home: pl.DataFrame, stratum: str) -> tuple[str, int, float, float]:
    """Processes that share the dimensions which the stratum names."""
    wanted = dict(zip(("object", "method", "band", "year"), stratum.split("|"), strict=True))
    chosen = home.filter(
        *(pl.col(d).fill_null("-") == wanted[d] for d in ("object", "method") if wanted[d] != "*"),
        *(
            [pl.col("reference_date").dt.strftime("%Y").fill_null("-") == wanted["year"]]
            if wanted["year"] != "*"
            else []
        ),
    )
    if wanted["band"] != "*":
        from procrisk.scoring.strata import band  # noqa: PLC0415 - the bands are those of risk_catalogue/value_bands.csv

        chosen = chosen.filter(band(pl.col("amount_pen_cents")) == wanted["band"])
    n, s, _, v = _sums(chosen)
    return stratum, n, s, v


def text(found: Example) -> str:
    """The example as the page shows it."""
    p, first = found.published, found.own.row(0, named=True)
    name, peers, peer_s, peer_v = found.peers
    table = [
        "| process_id | score | visibility | score_expected | stratum |",
        "|---|---|---|---|---|",
        *(
            f"| {r['process_id']} | {r['score']:.3f} | {r['visibility']:.3f} | {r['score_expected']:.3f} | `{r['stratum'].replace('|', ' · ')}` |"
            for r in found.own.iter_rows(named=True)
        ),
        f"| **{found.n}** | **{found.score:.3f}** | **{found.visibility:.3f}** | **{found.expected:.3f}** | |",
    ]
    lines = [
        f"**{found.region}, {found.period}, gobierno regional y locales · regional and local governments.**",
        "",
        *table,
        "",
        f"1. Promedio simple · plain mean: {found.score:.3f} / {found.n} = **{found.crude:.3f}** (`crude`).",
        f"2. Lo esperado de {first['process_id']} · what is expected of it: en `{name.replace('|', ' · ')}` hay {peers} procesos subnacionales con puntaje; suman {peer_s:.3f} "
        f"puntos y {peer_v:.3f} de visibilidad: {peer_s:.3f} / {peer_v:.3f} × {first['visibility']:.3f} = **{peer_s / peer_v * first['visibility']:.3f}**.",
        f"3. Ámbito completo · the whole scope: {found.all_n} procesos, {found.all_score:.3f} puntos, {found.all_expected:.3f} esperados, {found.all_visibility:.3f} de visibilidad; "
        f"promedio · mean {found.all_score:.3f} / {found.all_n} = **{found.mean:.3f}**.",
        f"4. Comparable · comparable: {found.mean:.3f} + ({found.score:.3f} − {found.expected:.3f}) / {found.visibility:.3f} − ({found.all_score:.3f} − {found.all_expected:.3f}) / "
        f"{found.all_visibility:.3f} = **{found.standardised:.3f}** (`standardised`).",
        f"5. En qué se separa · the split: {found.crude:.3f} − {found.mean:.3f} = {found.mix:.3f} (`mix`) + {found.rate:.3f} (`rate`).",
        f"6. Las {found.others.height} regiones difieren de verdad en · regions truly differ by τ = {sqrt(found.tau2):.2f}; su centro · their centre μ = {found.centre:.2f}; "
        f"error de {found.region} · its error s = {p['standardised_se']:.3f}; B = {found.shrinkage:.3f}.",
        f"7. Puntaje · score: {found.standardised:.3f} + {found.shrinkage:.3f} × ({found.centre:.2f} − {found.standardised:.3f}) = **{found.final:.2f}**; "
        f"de {found.low:.2f} a {found.high:.2f}. Publicado · published: {p['score']:.3f}, {p['score_low']:.3f} a {p['score_high']:.3f}, "
        f"puesto · rank {p['rank_low']} a {p['rank_high']}.",
    ]
    return "\n".join(lines)


def written(page: str, made: str) -> str:
    """The page with the example in its place.

    Raises:
        UsageError: the page lacks the lines between which it stands.
    """
    if page.count(BEGIN) != 1 or page.count(END) != 1:
        raise UsageError(f"the page has to hold the lines {BEGIN} and {END} once each")
    head, rest = page.split(BEGIN)
    return f"{head}{BEGIN}\n{made}\n{END}{rest.split(END)[1]}"
