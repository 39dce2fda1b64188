"""Who bids against whom: meetings of firms, how far beyond chance they go, and the groups that they form.

Chance is a shuffle: inside a stratum (family of goods x region x year, coarser where there are few contests) the firms change
places, so that each contest keeps its number of bids and each firm its number of contests. Pairs that meet more often than
firms do in the shuffles are the ties of the network. Groups are its connected parts, with cohesion and exclusivity after
Wachs and Kertesz (2019), "A network approach to cartel detection in public auction markets", Scientific Reports 9, 10818.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from procrisk.indicators.features_bid import INVITED, MAX_RIVALS
from procrisk.indicators.features_text import family
from procrisk.indicators.sentences import supplier_shown
from procrisk.indicators.terms import CONTESTED
from procrisk.records.derive import VOID

Tables = Mapping[str, pl.DataFrame]
Ints = np.ndarray[tuple[int], np.dtype[np.int64]]
Floats = np.ndarray[tuple[int], np.dtype[np.float64]]

PAIR = ["firm", "firm_b"]
MIN_MEETINGS = 3
"""Contests in which two firms meet before their meetings say anything (criterio propio: two are met by chance in any market)."""
MIN_STRATUM = 10
"""Contests that a stratum holds at least; with fewer, the next coarser one is taken."""
FALSE_SHARE = 0.05
"""Share of the ties that may be chance (false discovery rate, measured on the shuffles)."""
SHUFFLES = 20
SEED = 20261123
USUAL_MEETINGS, USUAL_OVERLAP = 4, 0.4
"""Contests, and share of the contests of either, in which two firms meet that make them usual rivals: in a market that a few
firms fill no shuffle can tell them apart, and what is left is to look at how they win (criterio propio)."""
MAX_GROUP = 10
"""Firms of a group at most: a larger part of the network is a market, and is cut at its weaker ties."""
STRATA: tuple[list[str], ...] = (
    ["family", "region_code", "year"],
    ["family", "region_code"],
    ["object", "region_code"],
    ["object"],
    [],
)
"""From the finest to the coarsest."""


@dataclass(frozen=True, slots=True)
class Network:
    """The frames of a network of bidders; see the functions that make them."""

    entries: pl.DataFrame
    pairs: pl.DataFrame
    members: pl.DataFrame
    groups: pl.DataFrame


def build(tables: Tables, shuffles: int = SHUFFLES, seed: int = SEED) -> Network:
    """The network of all bids.

    Args:
        tables: assembled tables: processes, bids, awards, award_suppliers, consortia.
        shuffles: how many times chance is drawn.
        seed: of the draws.
    """
    entered = entries(tables)
    tied = pairs(entered, shuffles, seed)
    members_ = members(tied)
    return Network(entered, tied, members_, groups(tied, members_))


def entries(tables: Tables) -> pl.DataFrame:
    """Who bid where. One row a contested process and firm (members in place of a consortium), sorted by them.

    Columns: process_id, firm, firm_shown, bidder (firms of one bid share it), won (null where no award is known), stratum,
    call_date, n_bidders. Processes with one bidder are there; those with more than MAX_RIVALS are not.
    """
    processes = tables["processes"].filter(CONTESTED).unique("process_id", keep="first", maintain_order=True)
    text = processes.select("process_id", "object", "region_code", "year", "call_date", "description")
    strata = text.with_columns(family=pl.coalesce(family(pl.col("description")), "object"))
    each = _firms(tables).join(strata.drop("description"), on="process_id", how="inner")
    each = each.with_columns(n_bidders=pl.col("bidder").n_unique().over("process_id"))
    each = each.filter(pl.col("n_bidders") <= MAX_RIVALS)
    return (
        _strata(_winners(each, tables))
        .select("process_id", "firm", "firm_shown", "bidder", "won", "stratum", "call_date", "n_bidders")
        .sort("process_id", "firm")
    )


def _firms(tables: Tables) -> pl.DataFrame:
    """Each process's firms, once: firm, firm_shown and bidder."""
    bids = tables["bids"].filter(
        ~pl.col("status").str.contains(INVITED).fill_null(value=False), pl.col("party_id") != ""
    )
    code = pl.col("party_id")
    together = pl.when((pl.col("bid_id") != "") & (code.n_unique().over("process_id", "lot_id", "bid_id") > 1))
    said = bids.with_columns(bidder=together.then("bid_id").otherwise(code))
    register = (
        tables["consortia"]
        .select(party_id="consortium_id", member="member_ruc", member_name="member_name")
        .drop_nulls(["party_id", "member"])
        .sort("party_id", "member", "member_name", nulls_last=True)
        .unique(["party_id", "member"], keep="first", maintain_order=True)
    )
    found = said.join(register, on="party_id", how="left")
    # a row of a consortium's member carries the consortium's name, which is not the firm's
    own = pl.when(pl.col("bidder") == code).then("name")
    shown = supplier_shown(
        pl.coalesce("member", code), pl.when(pl.col("member").is_null()).then(own).otherwise("member_name")
    )
    return (
        found.select("process_id", "bidder", firm=pl.coalesce("member", code), firm_shown=shown)
        .sort("process_id", "firm", "bidder", "firm_shown", nulls_last=True)
        .unique(["process_id", "firm"], keep="first", maintain_order=True)
        .with_columns(_length=pl.col("firm_shown").str.len_chars())
        .with_columns(firm_shown=pl.col("firm_shown").sort_by("_length", "firm_shown").last().over("firm"))
        .drop("_length")
    )


def _winners(each: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    standing = tables["awards"].filter(~pl.col("status").str.contains(VOID).fill_null(value=False))
    held = tables["award_suppliers"].join(standing, on=["process_id", "award_id"], how="semi")
    holders = pl.concat(
        [held.select("process_id", firm="party_id"), held.select("process_id", firm="consortium_id").drop_nulls()]
    ).unique()
    yes = pl.lit(value=True)
    joined = each.join(held.select("process_id").unique().with_columns(_known=yes), on="process_id", how="left")
    joined = joined.join(holders.with_columns(_won=yes), on=["process_id", "firm"], how="left")
    by_code = holders.select("process_id", bidder="firm", _code=yes)
    joined = joined.join(by_code, on=["process_id", "bidder"], how="left")
    won = pl.coalesce("_won", "_code", pl.lit(value=False)).any().over("process_id", "bidder")
    return joined.with_columns(won=pl.when("_known").then(won)).drop("_known", "_won", "_code")


def _strata(each: pl.DataFrame) -> pl.DataFrame:
    """Add stratum: number of the finest of STRATA that holds MIN_STRATUM contests."""
    frame = each.with_columns(_nothing=pl.lit(0))
    sizes = [pl.col("process_id").n_unique().over(keys or ["_nothing"]) for keys in STRATA]
    labels = [
        pl.concat_str(pl.lit(str(i)), *(pl.col(k).cast(pl.String).fill_null("?") for k in keys), separator="|")
        for i, keys in enumerate(STRATA)
    ]
    fits = [pl.when(size >= MIN_STRATUM).then(label) for size, label in zip(sizes, labels, strict=True)]
    named = frame.with_columns(_label=pl.coalesce(*fits, labels[-1])).drop("_nothing")
    return named.with_columns(stratum=pl.col("_label").rank("dense").cast(pl.Int64) - 1).drop("_label")


def pairs(entered: pl.DataFrame, shuffles: int = SHUFFLES, seed: int = SEED) -> pl.DataFrame:
    """Firms that meet MIN_MEETINGS times or more, and how far that is from chance; sorted by firm, firm_b (firm < firm_b).

    Columns: firm, firm_b, n (contests in which both made different bids), n_a, n_b (contests of each), expected (meetings by
    chance), lift (n / expected), p (Poisson tail of n at that mean), q (share of chance among the pairs with such a p or less: the
    mean number of pairs of a shuffle that reach it, over those of the records), tied (q at most FALSE_SHARE), overlap (n over the
    contests of either), usual (USUAL_MEETINGS and USUAL_OVERLAP).
    """
    slots = _Slots.of(entered)
    a, b, n = slots.met(MIN_MEETINGS)
    p = slots.tail(a, b, n)
    rng = np.random.default_rng(seed)
    null = [slots.shuffled_tail(rng) for _ in range(shuffles)] if len(n) else []
    q = _false_share(p, np.sort(np.concatenate(null)) if null else np.zeros(0), max(shuffles, 1))
    told = slots.told(a, b, n)
    return told.with_columns(
        lift=pl.col("n") / pl.col("expected").clip(lower_bound=1e-12), p=pl.Series(p), q=pl.Series(q), tied=pl.Series(q <= FALSE_SHARE)
    ).select("firm", "firm_b", "n", "n_a", "n_b", "expected", "lift", "p", "q", "tied", "overlap", "usual").sort(PAIR)  # fmt: skip


def meetings(entered: pl.DataFrame, least: int) -> pl.DataFrame:
    """Pairs that meet `least` times or more: firm, firm_b, n, n_a, n_b, expected, overlap, usual as in `pairs`; sorted likewise."""
    slots = _Slots.of(entered)
    return slots.told(*slots.met(least)).sort(PAIR)


def _false_share(p: Any, null: Any, shuffles: int) -> Any:
    """Share of chance among what is as extreme as each p: monotone in p, at most 1."""
    if len(p) == 0:
        return np.zeros(0)
    order = np.argsort(p, kind="stable")
    reached = np.searchsorted(np.sort(p), p[order], side="right")
    by_chance = np.searchsorted(null, p[order], side="right") / shuffles
    share = np.minimum.accumulate((by_chance / reached)[::-1])[::-1]
    out = np.empty(len(p))
    out[order] = np.minimum(share, 1.0)
    return out


@dataclass(frozen=True, slots=True)
class _Slots:
    """Places in contests and the firms that hold them, as numbers; sorted by stratum, contest, firm."""

    names: pl.Series
    firm: Ints
    contest: Ints
    bidder: Ints
    stratum: Ints
    count: Ints
    """Contests of each firm."""
    rate: Floats
    """Of each stratum: chance that two of its places are in one contest and in different bids."""
    key: Ints
    """Firm and stratum of each distinct combination, firm * strata + stratum, sorted."""
    held: Ints
    """Places that the firm holds there."""

    @classmethod
    def of(cls, entered: pl.DataFrame) -> "_Slots":
        crowd = entered.filter(pl.col("n_bidders") >= 2).sort("stratum", "process_id", "firm")
        names = crowd["firm"].unique().sort()
        firm = crowd.select(pl.col("firm").rank("dense").cast(pl.Int64) - 1)["firm"].to_numpy()
        contest = crowd["process_id"].rle_id().cast(pl.Int64).to_numpy()
        bidder = crowd.select((pl.struct("process_id", "bidder").rank("dense").cast(pl.Int64) - 1).alias("b"))
        stratum = crowd.select((pl.col("stratum").rank("dense").cast(pl.Int64) - 1).alias("s"))["s"].to_numpy()
        strata = int(stratum.max()) + 1 if len(stratum) else 1
        sizes = crowd.with_columns(_s=stratum).group_by("_s", "process_id").agg(n=pl.len())
        inside = crowd.with_columns(_s=stratum).group_by("_s", "process_id", "bidder").agg(k=pl.len())
        same = inside.group_by("_s", "process_id").agg(same=(pl.col("k") * (pl.col("k") - 1)).sum())
        n = pl.col("n").cast(pl.Int64)
        met = sizes.join(same, on=["_s", "process_id"]).group_by("_s").agg(
            ordered=(n * (n - 1)).sum() - pl.col("same").sum().cast(pl.Int64), slots=n.sum()
        ).sort("_s")  # fmt: skip
        slots = met["slots"].to_numpy().astype(np.float64)
        rate = met["ordered"].to_numpy() / np.maximum(slots * (slots - 1), 1)
        key, held = np.unique(firm * strata + stratum, return_counts=True)
        count = np.bincount(firm, minlength=names.len())
        return cls(names, firm, contest, bidder["b"].to_numpy(), stratum, count, rate, key, held)

    def meetings(self, firm: Ints) -> tuple[Ints, Ints, Ints]:
        """Pairs of firms (a < b) in one contest with different bids, and in how many contests.

        firm: who holds each place. A firm that a shuffle gives two places of a contest is there once.
        """
        m = max(len(self.names), 1)
        first = np.sort(np.unique(self.contest * m + firm, return_index=True)[1])
        firm, contest, bidder = firm[first], self.contest[first], self.bidder[first]
        size = np.bincount(contest).max(initial=1)
        left, right = [firm[:0]], [firm[:0]]
        for step in range(1, int(size)):  # the places that are `step` apart in a contest
            i = np.flatnonzero(contest[step:] == contest[:-step])
            i = i[bidder[i] != bidder[i + step]]
            left.append(firm[i])
            right.append(firm[i + step])
        x, y = np.concatenate(left), np.concatenate(right)
        found, n = np.unique(np.minimum(x, y) * m + np.maximum(x, y), return_counts=True)
        return found // m, found % m, n

    def met(self, least: int) -> tuple[Ints, Ints, Ints]:
        """`meetings` as they are, of those that meet `least` times or more."""
        a, b, n = self.meetings(self.firm)
        keep = n >= least
        return a[keep], b[keep], n[keep]

    def told(self, a: Ints, b: Ints, n: Ints) -> pl.DataFrame:
        """What is known of pairs without any shuffle; see `meetings`, the function."""
        overlap = n / np.maximum(self.count[a] + self.count[b] - n, 1)
        return pl.DataFrame(
            {
                "firm": self.names.gather(a),
                "firm_b": self.names.gather(b),
                "n": n,
                "n_a": self.count[a],
                "n_b": self.count[b],
                "expected": self.expected(a, b),
                "overlap": overlap,
                "usual": (n >= USUAL_MEETINGS) & (overlap >= USUAL_OVERLAP),
            },
            schema_overrides={"firm": pl.String, "firm_b": pl.String},
        )

    def expected(self, a: Ints, b: Ints) -> Floats:
        """Meetings of each pair under the shuffle: of every stratum, places of a x places of b x chance of one contest."""
        strata = len(self.rate)
        first = np.searchsorted(self.key, a * strata)
        n = np.searchsorted(self.key, (a + 1) * strata) - first
        at = np.repeat(np.arange(len(a)), n)
        own = np.arange(len(at)) - np.repeat(np.cumsum(n) - n, n) + first[at]
        stratum = self.key[own] % strata
        wanted = b[at] * strata + stratum
        there = np.minimum(np.searchsorted(self.key, wanted), len(self.key) - 1)
        both = self.key[there] == wanted
        part = np.where(both, self.held[own] * self.held[there] * self.rate[stratum], 0.0)
        summed: Floats = np.bincount(at, weights=part, minlength=len(a)).astype(np.float64)
        return summed

    def tail(self, a: Ints, b: Ints, n: Ints) -> Floats:
        """Chance of n meetings or more where so many are expected (Poisson)."""
        mean, k = np.maximum(self.expected(a, b), 1e-12), n.astype(np.float64)
        log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, int(n.max(initial=0)) + 1)))])
        term = np.exp(n * np.log(mean) - mean - log_factorial[n])
        total = term.copy()
        while (term > 1e-9 * total).any():
            k += 1
            term *= mean / k
            total += term
        chance: Floats = np.minimum(total, 1.0)
        return chance

    def shuffled_tail(self, rng: np.random.Generator) -> Floats:
        """`tail` of the pairs of one shuffle that meet MIN_MEETINGS times."""
        order = np.lexsort((rng.random(len(self.firm)), self.stratum))
        a, b, n = self.meetings(self.firm[order])
        keep = n >= MIN_MEETINGS
        return self.tail(a[keep], b[keep], n[keep])


def members(tied: pl.DataFrame) -> pl.DataFrame:
    """Groups: connected parts of the pairs that are tied or usual rivals. Columns group (number) and firm, sorted.

    A part with more than MAX_GROUP firms is cut at its weakest ties (fewest meetings) until what is left is small enough.
    """
    import rustworkx as rx  # noqa: PLC0415 - costs more to import than a run without ties needs

    ties = tied.filter(pl.col("tied") | pl.col("usual")).sort("n", *PAIR)
    schema = {"group": pl.Int64, "firm": pl.String}
    if ties.is_empty():
        return pl.DataFrame(schema=schema)
    names = pl.concat([ties["firm"], ties["firm_b"]]).unique().sort()
    number = pl.DataFrame({"firm": names, "i": np.arange(names.len())})
    ends = ties.join(number, on="firm", how="left", maintain_order="left").join(
        number.rename({"firm": "firm_b", "i": "j"}), on="firm_b", how="left", maintain_order="left"
    )
    found: list[list[int]] = []
    left = ends.select("i", "j", "n")
    while not left.is_empty():
        graph = rx.PyGraph()
        graph.add_nodes_from(range(names.len()))
        graph.add_edges_from_no_data(left.select("i", "j").rows())
        parts = [sorted(part) for part in rx.connected_components(graph) if len(part) > 1]
        found += [part for part in parts if len(part) <= MAX_GROUP]
        large = [i for part in parts if len(part) > MAX_GROUP for i in part]
        inside = left.filter(pl.col("i").is_in(large))
        left = inside.filter(pl.col("n") > inside["n"].min()) if large else left.clear()
    rows = [(g, names[i]) for g, part in enumerate(sorted(found)) for i in part]
    return pl.DataFrame(rows, schema=schema, orient="row").sort("group", "firm")


def groups(tied: pl.DataFrame, members_: pl.DataFrame) -> pl.DataFrame:
    """What groups are like, sorted by group: size, meetings, cohesion, exclusivity, density.

    Over pairs that meet MIN_MEETINGS times. meetings: of its pairs, summed. cohesion: geometric over arithmetic mean of the
    meetings of all its pairs, those that do not meet counting half a meeting (1: all meet equally often). exclusivity: share of the
    meetings of its firms that are with each other. density: pairs that meet over all pairs.
    """
    each = pl.concat([tied.select("n", *PAIR), tied.select("n", firm="firm_b", firm_b="firm")])
    own = members_.join(each, on="firm", how="left")
    other = members_.select(firm_b="firm", other="group")
    met = own.join(other, on="firm_b", how="left")
    inside = pl.col("other") == pl.col("group")
    n = pl.col("n").cast(pl.Int64)
    found = met.group_by("group").agg(
        size=pl.col("firm").n_unique().cast(pl.Int64),
        _in=n.filter(inside).sum(),
        _all=n.sum(),
        _met=inside.sum().cast(pl.Int64),
        _log=n.filter(inside).cast(pl.Float64).log().sort().sum(),
    )
    pairs_ = (pl.col("size") * (pl.col("size") - 1)).cast(pl.Float64)
    missing = pairs_ - pl.col("_met")
    geometric = ((pl.col("_log") + missing * np.log(0.5)) / pairs_).exp()
    return (
        found.with_columns(
            meetings=pl.col("_in") // 2,
            cohesion=geometric / ((pl.col("_in") + 0.5 * missing) / pairs_),
            exclusivity=pl.col("_in") / pl.col("_all"),
            density=pl.col("_met") / pairs_,
        )
        .drop("_in", "_all", "_met", "_log")
        .sort("group")
    )
