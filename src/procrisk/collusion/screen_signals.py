"""What the prices of a contest say: a share from 0 to 1, and the reasons in words against named peers.

Two signs, each from 0 to its weight: the classifier's score is rare among comparable contests (learnt), and the bids stand
close together while the lowest keeps its distance (cover; the pattern of cover bids in Imhof, 2017). A price that the law
itself dictates (floor, ceiling, fixed) is nobody's choice and is left out.
"""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import polars as pl

from procrisk import law
from procrisk.collusion import classifier, cover_signals, stored
from procrisk.collusion.classifier import APART, IDS, MIN_REFERENCE, Model
from procrisk.collusion.screens import Array
from procrisk.collusion.subgroups import FLOOR
from procrisk.indicators import features_bid
from procrisk.indicators.terms import CONTESTED

Tables = Mapping[str, pl.DataFrame]

LOT = features_bid.LOT
LEVELS: tuple[tuple[str, ...], ...] = (("object", "year"), ("object",), ())
"""What comparable contests have in common, finest first; the first with MIN_REFERENCE is taken."""
WEIGHTS = {"learnt": 0.4, "cover": 0.4}
"""How far each sign alone goes towards 1 (criterio propio: screens order tenders, AUC 0.70, and convict none)."""
FROM, TO = 5.0, 200.0
"""1 in FROM comparable contests is where a sign begins; 1 in TO is as strong as it gets (criterio propio)."""
TOP = 2
"""Features of the classifier named."""
OBJECTS = {
    "goods": ("bienes", "goods"),
    "services": ("servicios", "services"),
    "works": ("obras", "works"),
    "consultancy": ("consultoría", "consultancy"),
}
_SCREENS = {
    "cv": ("dispersión de las ofertas", "spread of the bids"),
    "spd": ("diferencia entre la oferta más alta y la más baja", "distance of the highest bid from the lowest"),
    "diffp": ("diferencia entre las dos ofertas más bajas", "distance of the two lowest bids"),
    "rd": (
        "diferencia entre las dos más bajas sobre la dispersión del resto",
        "distance of the two lowest over the others' spread",
    ),
    "rdnor": (
        "diferencia entre las dos más bajas sobre la diferencia media",
        "distance of the two lowest over the mean distance",
    ),
    "rdalt": (
        "diferencia entre las dos más bajas sobre la diferencia media del resto",
        "distance of the two lowest over the others' mean distance",
    ),
    "skew": ("asimetría de las ofertas", "skewness of the bids"),
    "kurt": ("curtosis de las ofertas", "kurtosis of the bids"),
    "ks": ("distancia a un reparto uniforme", "distance from an even spread"),
}
_STATISTICS = {
    "median": ("mediana de la {} entre grupos de {} ofertas", "median of the {} among groups of {} bids"),
    "mean": ("promedio de la {} entre grupos de {} ofertas", "mean of the {} among groups of {} bids"),
    "min": ("menor {} entre grupos de {} ofertas", "least {} among groups of {} bids"),
    "max": ("mayor {} entre grupos de {} ofertas", "largest {} among groups of {} bids"),
    "above": (
        "mayor {} entre grupos de {} ofertas, en veces la de la mitad de los grupos",
        "largest {} among groups of {} bids, in times that of the middle group",
    ),
    "below": (
        "{} del grupo de {} ofertas del medio, en veces la menor",
        "{} of the middle group of {} bids, in times the least",
    ),
    "sd": ("cuánto varía la {} entre grupos de {} ofertas", "how far the {} varies among groups of {} bids"),
}
"""A screen over all groups of three or four of a contest's bids: a few firms that agree do not show in the whole."""


class Records(Protocol):
    """Anything with the canonical tables."""

    @property
    def tables(self) -> Tables: ...


def contests(tables: Tables) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The bids that compete, and what is known of their contests.

    Returns:
        bids (contest, price in the contest's one currency; the lowest of each bidder that was not withdrawn, none that the law
        dictates or refuses) and contests (contest, process_id, object, year, floored: the lowest bid is one that was left out), one
        row a process and lot.
    """
    processes = law.attach(tables["processes"])
    offers = features_bid.offers(tables, processes)
    there = (pl.col("state") != "withdrawn").fill_null(value=True)
    free = ~pl.any_horizontal(pl.col(c).fill_null(value=False) for c in ("at_limit", "under_floor"))
    standing = offers.filter(there, pl.col("price") > 0).with_columns(
        floored=(~free & (pl.col("price") == pl.col("price").min().over(LOT))).any().over(LOT)
    )
    known = (
        standing.filter(free)
        .join(processes.filter(CONTESTED).select("process_id", "object", "year"), on="process_id", how="inner")
        .with_columns(contest=pl.concat_str(LOT, separator="\x1f"), who=pl.coalesce("bidder", "offer"))
    )
    bids = known.group_by("contest", "who").agg(pl.col("price").min()).select("contest", "price")
    return bids, known.select("contest", "process_id", "object", "year", "floored").unique("contest").sort("contest")


def signals(dataset: Records, model: Model | None = None, prices: pl.DataFrame | None = None) -> pl.DataFrame:
    """The screens' part of the collusion score.

    Args:
        dataset: assembled tables.
        model: the classifier; the one in use unless given.
        prices: from `cover_signals`: where the same rivals compete in their other contests, one contest says less.

    Returns:
        one row a process of dataset.tables["processes"], sorted by process_id: screens (0 to 1; null where no contest has four free
        bids, or fewer than MIN_REFERENCE others can be compared), learnt, cover (its parts), reasons_es, reasons_en (lists,
        strongest first; empty where nothing speaks, null where screens is). Of several lots the strongest speaks.
    """
    bids, about = contests(dataset.tables)
    fitted = stored.load(stored.current())[0] if model is None else model
    judged = _judged(classifier.features(bids).join(about, on="contest", how="left", maintain_order="left"), fitted)
    known = cover_signals.NONE if prices is None else prices.select(cover_signals.NONE.columns)
    judged = judged.join(known, on="process_id", how="left", maintain_order="left").with_columns(
        pl.col(s) * cover_signals.in_the_open() for s in WEIGHTS
    )
    left = (1 - pl.col("learnt")) * (1 - pl.col("cover"))
    best = (
        judged.with_columns(screens=1 - left)
        .sort("process_id", "screens", "contest", descending=[False, True, False])
        .unique("process_id", keep="first", maintain_order=True)
    )
    every = dataset.tables["processes"].select("process_id").unique().sort("process_id")
    columns = ("process_id", "screens", "learnt", "cover", "reasons_es", "reasons_en")
    return every.join(best, on="process_id", how="left", maintain_order="left").select(columns)


def _judged(frame: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Contests with enough peers: learnt, cover, reasons_es, reasons_en."""
    level = pl.lit(len(LEVELS) - 1)
    for at, keys in reversed(list(enumerate(LEVELS[:-1]))):
        level = pl.when(pl.len().over(keys) >= MIN_REFERENCE).then(at).otherwise(level)
    levelled = frame.with_columns(level=level)
    parts = [_of_level(frame, levelled.filter(pl.col("level") == at), keys, model) for at, keys in enumerate(LEVELS)]
    return pl.concat(parts)


def _of_level(frame: pl.DataFrame, own: pl.DataFrame, keys: tuple[str, ...], model: Model) -> pl.DataFrame:
    """The contests whose peers agree in `keys`; every contest that agrees is a peer, whatever its own level."""
    by = [*keys, "everyone"]
    compared = frame.with_columns(everyone=pl.lit(0)).with_columns(pl.len().over(by).cast(pl.Int64).alias("n_peers"))
    less = [(pl.col(i) - pl.col(i).median().over(by)).alias(i) for i in IDS]
    x = classifier.matrix(compared.with_columns(less))
    gives = model.contributions(x)
    scored = compared.with_columns(score=pl.Series(model.score(x), dtype=pl.Float64))
    near, apart = (pl.col(c).rank("max", descending=d).over(by) for c, d in (("cv", False), ("rdnor", True)))
    scored = scored.with_columns(both=pl.max_horizontal(near, apart))
    rare = {"learnt": pl.col("score").rank("max", descending=True), "cover": pl.col("both").rank("max")}
    rise = {k: (pl.col("n_peers") / r.over(by)).log(10) for k, r in rare.items()}
    span = float(np.log10(TO) - np.log10(FROM))
    strength = {k: WEIGHTS[k] * ((v - float(np.log10(FROM))) / span).clip(0.0, 1.0) for k, v in rise.items()}
    medians = [pl.col(i).median().over(by).alias(f"{i}:peers") for i in IDS]
    # of bids whose lowest is not among them nobody can say that the lowest keeps its distance
    strength["cover"] = pl.when("floored").then(0.0).otherwise(strength["cover"])
    told = scored.with_columns(**strength, **_peers(keys)).with_columns(medians)
    told = _reasons(told, gives).filter(pl.col("n_peers") >= MIN_REFERENCE)
    return told.join(own.select("contest"), on="contest", how="semi").select(
        "contest", "process_id", "learnt", "cover", "reasons_es", "reasons_en"
    )


def _peers(keys: tuple[str, ...]) -> dict[str, pl.Expr]:
    """peers_es and peers_en: how the contests compared are called."""
    made = {}
    for at, language in enumerate(("es", "en")):
        words = {k: v[at] for k, v in OBJECTS.items()}
        parts = {"object": pl.col("object").replace(words), "year": pl.col("year").cast(pl.String)}
        what = [parts[k].fill_null(("sin dato", "unknown")[at]) for k in keys] or [pl.lit(("todos", "all")[at])]
        made[f"peers_{language}"] = pl.concat_str(what, separator=", ")
    return made


def _reasons(frame: pl.DataFrame, gives: Array) -> pl.DataFrame:
    """Add reasons_es and reasons_en: the cover pattern, and the features that add most to the classifier's score."""
    frame = frame.with_row_index("row")
    row, column = np.nonzero(gives > 0)
    added = pl.DataFrame({"row": row.astype(np.uint32), "column": column, "adds": gives[row, column]})
    named = added.join(frame.filter(pl.col("learnt") > 0).select("row", "learnt"), on="row", how="semi")
    most = named.sort("row", "adds", "column", descending=[False, True, False]).group_by("row", maintain_order=True)
    top = most.head(TOP).with_columns(order=pl.int_range(pl.len()).over("row") + 1)
    cover = frame.filter(pl.col("cover") > 0).select("row", column=pl.lit(IDS.index("cv")), order=pl.lit(0))
    parts = [_said(frame, top.filter(pl.col("column") == j), i) for j, i in enumerate(IDS)]
    parts.append(_said(frame, cover, "cv", also="rdnor"))
    listed = pl.concat(parts).sort("row", "order").group_by("row", maintain_order=True).agg("es", "en")
    none = pl.lit([], dtype=pl.List(pl.String))
    return frame.join(listed, on="row", how="left", maintain_order="left").with_columns(
        reasons_es=pl.col("es").fill_null(none), reasons_en=pl.col("en").fill_null(none)
    )


def _said(frame: pl.DataFrame, rows: pl.DataFrame, feature: str, also: str = "") -> pl.DataFrame:
    """One phrase a row: the feature's value beside the median of its peers; with `also`, two in one phrase."""
    about = rows.select("row", pl.col("order").cast(pl.Int64)).join(frame, on="row", how="left", maintain_order="left")
    made = []
    for at, peers in enumerate(("concursos comparables", "comparable contests")):
        figures = [
            pl.format(
                "{}: {} ({}: {})",
                pl.lit(name(f, at)),
                shown(f, pl.col(f)),
                pl.lit(("lo usual", "usual")[at]),
                shown(f, pl.col(f"{f}:peers")),
            )
            for f in (feature, also)
            if f
        ]
        head = (
            (("ofertas juntas y la más baja aparte: ", "bids close together and the lowest apart: ")[at])
            if also
            else ""
        )
        told = pl.concat_str([pl.lit(head), pl.concat_str(figures, separator="; ")])
        group = pl.col(f"peers_{('es', 'en')[at]}")
        made.append(pl.format("{}; {} {}: {}", told, "n_peers", pl.lit(peers), group))
    return about.select("row", "order", es=made[0], en=made[1])


def name(feature: str, language: int) -> str:
    """How a feature is called in Spanish (0) or English (1)."""
    if feature in _SCREENS:
        return _SCREENS[feature][language]
    head, statistic = feature.split("_")
    return _STATISTICS[statistic][language].format(_SCREENS[head[:-1]][language], head[-1])


def shown(feature: str, value: pl.Expr) -> pl.Expr:
    """A value as people read it: shares in percent, ratios and other numbers with two decimals."""
    screen, _, statistic = feature.partition("_")
    if feature in APART or (screen[:-1] in APART and statistic == "median"):
        return pl.format("{} %", ((value.exp() - FLOOR) * 100).round(1))
    logged = screen.startswith((*APART, "rd")) and statistic != "sd"
    return (value.exp() if logged else value).round(2).cast(pl.String)
