"""The frame of contests: one row a process and lot for which bids are known, with what the bids say together.

A bid is one offer of one bidder: rows that share a bid id are one consortium's, and a bidder named for several lots is one
bidder in each. A lot that the source does not name is the only lot of the process or, where there are several, the whole
process (lot_id empty). Where bids are not published there is no contest, and nothing is said.
"""

from collections.abc import Mapping

import polars as pl

from procrisk.indicators import common
from procrisk.indicators.features_award import OF_PROCESS
from procrisk.indicators.peers import fences
from procrisk.indicators.sentences import money, supplier_shown

Tables = Mapping[str, pl.DataFrame]

LOT = ["process_id", "lot_id"]
OFFER = [*LOT, "offer"]
MAX_RIVALS = 40
"""Bidders of a contest beyond which they are not compared in pairs: pairs grow with the square."""
DISQUALIFIED = r"(?i)disqualif|descalif|no (?:admitid|calific|v.lid)|inv[aá]lid|rechazad|rejected|excluid|excluded"
WITHDRAWN = r"(?i)withdraw|retirad|desisti"
VALID = r"(?i)^(valid|admitid[ao]|calificad[ao]|v.lid[ao]|aceptad[ao]|accepted|active|ganador|adjudicad[ao])"
INVITED = r"(?i)^invited"


def offers(tables: Tables, processes: pl.DataFrame) -> pl.DataFrame:
    """Every offer of every lot.

    One row a process, lot and offer: bidder (its parties joined by +), parties (list), bidder_shown, date, state (valid,
    disqualified, withdrawn; null where it is not published), price (in cents of the contest's one currency, else in soles at
    the rate published with the process, else null), price_currency, ref_cents (reference of the lot in that currency),
    at_limit (the price is what the law itself dictates: floor, ceiling or fixed), under_floor (the law refuses it), is_winner, is_award_bid (its price is the award's).
    """
    bids = tables["bids"].filter(~pl.col("status").str.contains(INVITED).fill_null(value=False))
    bids = _lotted(bids, tables["lots"]).join(processes.select("process_id"), on="process_id", how="semi")
    party = pl.when(pl.col("party_id") != "").then("party_id")
    named = bids.with_columns(
        offer=pl.when(pl.col("bid_id") != "").then("bid_id").otherwise(party.fill_null("")),
        party_id=party,
        shown=supplier_shown(party, pl.col("name")),
    )
    state = pl.col("status")
    one = (
        named.sort(*OFFER, "party_id", nulls_last=True)
        .group_by(OFFER, maintain_order=True)
        .agg(
            parties=pl.col("party_id").drop_nulls().unique(maintain_order=True),
            bidder_shown=pl.col("shown").drop_nulls().unique(maintain_order=True).str.join(" + "),
            date=pl.col("date").min(),
            amount_cents=pl.col("amount_cents").drop_nulls().first(),
            currency=pl.col("currency").drop_nulls().first(),
            status=state.drop_nulls().first(),
        )
    )
    one = one.with_columns(
        bidder=pl.when(pl.col("parties").list.len() > 0).then(pl.col("parties").list.join("+")),
        state=pl.when(state.str.contains(DISQUALIFIED))
        .then(pl.lit("disqualified"))
        .when(state.str.contains(WITHDRAWN))
        .then(pl.lit("withdrawn"))
        .when(state.str.contains(VALID))
        .then(pl.lit("valid")),
    )
    return _winning(_priced(one, tables["lots"], processes), tables)


def _lotted(bids: pl.DataFrame, lots: pl.DataFrame) -> pl.DataFrame:
    """A bid for an unnamed lot is for the only one there is."""
    only = lots.group_by("process_id").agg(_only=pl.when(pl.len() == 1).then(pl.col("lot_id").first()))
    unsaid = pl.when(pl.col("lot_id") != "").then("lot_id")
    return (
        bids.join(only, on="process_id", how="left", maintain_order="left")
        .with_columns(lot_id=pl.coalesce(unsaid, "_only", pl.lit("")))
        .drop("_only")
    )


def _priced(offers_: pl.DataFrame, lots: pl.DataFrame, processes: pl.DataFrame) -> pl.DataFrame:
    """Add price, price_currency, ref_cents and at_limit."""
    value = pl.struct("value_cents", "value_pen_cents", "currency")
    of_lot = lots.select(*LOT, _lot=value)
    of_process = processes.select(
        "process_id", _whole=value, _low="law_price_floor", _high="law_price_ceiling", _fixed=_fixed_price()
    )
    frame = offers_.join(of_lot, on=LOT, how="left", maintain_order="left").join(
        of_process, on="process_id", how="left", maintain_order="left"
    )
    whole, own = pl.col("_whole").struct, pl.coalesce("_lot", pl.when(pl.col("lot_id") == "").then("_whole")).struct
    currency, amount = pl.col("currency"), pl.col("amount_cents")
    rate = whole.field("value_pen_cents") / pl.when(whole.field("value_cents") > 0).then(whole.field("value_cents"))
    soles = (
        pl.when(currency == "PEN")
        .then(amount)
        .when(currency == whole.field("currency"))
        .then((amount * rate).round(0).cast(pl.Int64))
    )
    alone = currency.drop_nulls().n_unique().over(LOT) <= 1
    frame = frame.with_columns(
        price=pl.when(amount > 0).then(pl.when(alone & currency.is_not_null()).then(amount).otherwise(soles)),
        price_currency=pl.when(alone).then(currency.drop_nulls().first().over(LOT)).otherwise(pl.lit("PEN")),
    )
    unit = pl.col("price_currency")
    frame = frame.with_columns(
        ref_cents=pl.when(own.field("currency") == unit)
        .then(own.field("value_cents"))
        .when(unit == "PEN")
        .then(own.field("value_pen_cents"))
    )
    reference = pl.when(pl.col("ref_cents") > 0).then("ref_cents")
    dictated = [pl.col(c) for c in ("_low", "_high", "_fixed")]
    stands = [
        pl.when(d.is_null())
        .then(False)
        .otherwise((pl.col("price") - reference * d).abs() <= common.share("same_price_share") * reference)
        for d in dictated
    ]
    low = pl.col("_low")
    under = (
        pl.when(low.is_null())
        .then(False)
        .otherwise(pl.col("price") < reference * (low - common.share("same_price_share")))
    )
    return frame.with_columns(at_limit=pl.any_horizontal(stands), under_floor=under).drop(
        "_lot", "_whole", "_low", "_high", "_fixed"
    )


def _fixed_price() -> pl.Expr:
    """Works under Ley 32069 may be called at a fixed price (Reglamento, art. 165 b): all bids are the reference by rule."""
    return pl.when((pl.col("regime") == "L32069") & (pl.col("object") == "works")).then(1.0)


def _winning(offers_: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Add is_winner: the offer's bidder holds an award of its lot; is_award_bid: its price is the one that won.

    Of several offers of a winner the award's own (award_bids) is the one, else its lowest that was not refused. Both are
    null where no award of the lot is known.
    """
    held = awarded(tables, offers_.select(LOT).unique())
    party = offers_.select(*OFFER, holder="parties").explode("holder", keep_nulls=False, empty_as_null=False)
    exact = party.join(held, on=[*LOT, "holder"], how="inner")
    # an award that names a consortium's members is its bid's, unless one of them bid by itself
    register = tables["consortia"].select(holder="consortium_id", member="member_ruc").drop_nulls().unique()
    unmatched = held.join(exact, on=[*LOT, "award_id"], how="anti")
    through = (
        party.join(register, on="holder", how="inner")
        .select(*OFFER, holder="member")
        .join(unmatched, on=[*LOT, "holder"], how="inner")
    )
    theirs = pl.concat([exact.select(*OFFER, "award_id"), through.select(*OFFER, "award_id")]).unique()
    said = held.join(tables["award_bids"].rename({"bid_id": "offer"}), on=["process_id", "award_id"], how="inner")
    told = said.join(offers_.select(OFFER), on=OFFER, how="semi").select(*OFFER, "award_id").unique()
    winners = pl.concat([theirs, told]).unique()
    refused = pl.col("state").is_in(["disqualified", "withdrawn"]).fill_null(value=False)
    lowest = (
        theirs.join(told, on=[*LOT, "award_id"], how="anti")
        .join(offers_.filter(~refused).select(*OFFER, "price"), on=OFFER, how="inner")
        .sort(*LOT, "award_id", "price", "offer", nulls_last=True)
        .unique([*LOT, "award_id"], keep="first", maintain_order=True)
    )
    priced = pl.concat([told.select(OFFER), lowest.select(OFFER)]).unique()
    yes = pl.lit(value=True)
    return (
        offers_.join(held.select(LOT).unique().with_columns(_known=yes), on=LOT, how="left", maintain_order="left")
        .join(winners.select(OFFER).unique().with_columns(_won=yes), on=OFFER, how="left", maintain_order="left")
        .join(priced.with_columns(_best=yes), on=OFFER, how="left", maintain_order="left")
        .with_columns(
            is_winner=pl.when("_known").then(pl.col("_won").fill_null(value=False)),
            is_award_bid=pl.when("_known").then(pl.col("_best").fill_null(value=False)),
        )
        .drop("_known", "_won", "_best")
    )


def awarded(tables: Tables, contests_: pl.DataFrame) -> pl.DataFrame:
    """Who holds which award of which contest: process_id, lot_id, award_id, holder (a consortium by its code), each once.

    An award without lines is of the process's only contest; all awards are of a contest that is the whole process.
    """
    keys = ["process_id", "award_id"]
    holders = tables["award_suppliers"].select(*keys, holder=pl.coalesce("consortium_id", "party_id")).unique()
    holders = holders.join(tables["awards"].select(keys), on=keys, how="semi")
    lines = tables["award_lines"].select(*keys, "lot_id").unique()
    several = pl.len().over("process_id") > 1
    alone = contests_.filter(~several | (pl.col("lot_id") == ""))
    whole = alone.filter(pl.col("lot_id") == "")
    unlined = holders.join(lines.select(keys).unique(), on=keys, how="anti")
    return pl.concat(
        [
            holders.join(lines, on=keys, how="inner")
            .join(contests_, on=LOT, how="semi")
            .select(*LOT, "award_id", "holder"),
            unlined.join(alone, on="process_id", how="inner").select(*LOT, "award_id", "holder"),
            holders.join(whole, on="process_id", how="inner").select(*LOT, "award_id", "holder"),
        ]
    ).unique()


def contests(processes: pl.DataFrame, offers_: pl.DataFrame) -> pl.DataFrame:
    """The contests. One row a process and lot with bids: what is known of the process, contest_id, and those below.

    n_offers, n_bidders, bidders (their codes), bidder_alone; n_valid, n_disqualified, n_withdrawn (bids; null where the state
    of one is unknown), n_valid_bidders, n_other_disqualified (bidders refused other than winners); n_winners, winner,
    winner_shown, winner_valid, win_cents, win_date; next_cents (lowest valid bid of somebody else); price_currency, ref_cents,
    win_over_ref, margin, by_rule (either price is dictated by law); low_cents, high_cents (of all valid bids), spread; n_same
    and same_cents (most bidders at one price that the law does not dictate); step_spread; late_days; refused_* and withdrawn_*
    (the lowest bid, if that is what became of it); <name>_price (prices with their currency, as shown).
    """
    frame = offers_.group_by(LOT).agg(_counts() + _winner() + _prices())
    frame = frame.join(_next(offers_), on=LOT, how="left").join(_same(offers_), on=LOT, how="left")
    frame = frame.join(_steps(offers_), on=LOT, how="left").join(_refused(offers_), on=LOT, how="left")
    more = processes.select(*(c for c in OF_PROCESS if c != "n_bidders"), "bid_deadline", "award_criteria", "n_awards")
    frame = frame.join(more, on="process_id", how="inner").sort(LOT)
    win, nxt, ref = pl.col("win_cents"), pl.col("next_cents"), pl.col("ref_cents")
    low, high = pl.col("low_cents"), pl.col("high_cents")
    over_win = {f"{w}_over_win": pl.col(f"{w}_cents") / pl.when(win > 0).then(win) for w in ("refused", "withdrawn")}
    shown = {
        f"{w}_price": _money(pl.col(f"{w}_cents"))
        for w in ("win", "next", "same", "low", "high", "refused", "withdrawn")
    }
    frame = frame.with_columns(
        **over_win,
        **shown,
        contest_id=pl.when(pl.col("lot_id") == "").then("process_id").otherwise("lot_id"),
        margin=(nxt - win) / pl.when(win > 0).then(win),
        by_rule=pl.col("win_at_limit") | pl.col("next_at_limit"),
        win_over_ref=win / pl.when(ref > 0).then(ref),
        spread=(high - low) / low,
        late_days=(pl.col("win_date") - pl.col("bid_deadline")).dt.total_days(),
    )
    near = pl.when(pl.col("margin") >= 0, ~pl.col("by_rule"), pl.col("n_winners") == 1).then("margin")
    return fences(frame.with_columns(_near=near), "_near", ["method", "object"], "margin").drop("_near")


def _money(cents: pl.Expr) -> pl.Expr:
    """A price with its currency, for people."""
    currency = pl.col("price_currency")
    return (
        pl.when(currency == "PEN").then(money(cents)).otherwise(money(cents).str.replace("S/", currency, literal=True))
    )


def _counts() -> list[pl.Expr]:
    told = pl.col("state").is_not_null().all()
    who = pl.coalesce("bidder", "offer")

    def of(state: str) -> pl.Expr:
        return (pl.col("state") == state).sum().cast(pl.Int64)

    valid, refused = pl.col("state") == "valid", pl.col("state") == "disqualified"
    return [
        pl.len().cast(pl.Int64).alias("n_offers"),
        who.unique().sort().alias("bidders"),
        pl.when(who.n_unique() == 1).then(pl.col("bidder_shown").sort().first()).alias("bidder_alone"),
        who.n_unique().cast(pl.Int64).alias("n_bidders"),
        *(pl.when(told).then(of(s)).alias(f"n_{s}") for s in ("valid", "disqualified", "withdrawn")),
        pl.when(told).then(who.filter(valid).n_unique().cast(pl.Int64)).alias("n_valid_bidders"),
        pl.when(told, pl.col("is_winner").is_not_null().all())
        .then(who.filter(refused & ~pl.col("is_winner")).n_unique().cast(pl.Int64))
        .alias("n_other_disqualified"),
    ]


def _winner() -> list[pl.Expr]:
    won, best = pl.col("is_winner"), pl.col("is_award_bid")
    n = pl.coalesce("bidder", "offer").filter(won).n_unique().cast(pl.Int64)
    one = n == 1

    def of(column: str, alias: str) -> pl.Expr:
        return pl.when(one).then(pl.col(column).filter(best).sort_by(pl.col("offer").filter(best)).first()).alias(alias)

    return [
        pl.when(won.is_not_null().any()).then(n).alias("n_winners"),
        of("bidder", "winner"),
        of("bidder_shown", "winner_shown"),
        of("price", "win_cents"),
        of("at_limit", "win_at_limit"),
        of("date", "win_date"),
        pl.when(one).then((pl.col("state").filter(won) == "valid").any(ignore_nulls=False)).alias("winner_valid"),
    ]


def _prices() -> list[pl.Expr]:
    valid = pl.col("state") == "valid"
    told = pl.col("state").is_not_null().all() & (pl.col("price").is_not_null() | ~valid).all()
    price = pl.col("price").filter(valid)
    return [
        pl.when(told).then(price.min()).alias("low_cents"),
        pl.when(told).then(price.max()).alias("high_cents"),
        pl.col("price_currency").first(),
        pl.col("ref_cents").first(),
    ]


def _next(offers_: pl.DataFrame) -> pl.DataFrame:
    """next_cents, next_shown, next_at_limit: the lowest valid bid of a bidder that did not win; null if a price is unknown."""
    rest = offers_.filter(~pl.col("is_winner"))
    told = pl.col("state").is_not_null().all() & (pl.col("price").is_not_null() | (pl.col("state") != "valid")).all()
    found = rest.sort(*LOT, "price", "offer", nulls_last=True).group_by(LOT, maintain_order=True)
    valid = pl.col("state") == "valid"
    return found.agg(
        pl.when(told).then(pl.col(c).filter(valid).first()).alias(a)
        for c, a in (("price", "next_cents"), ("bidder_shown", "next_shown"), ("at_limit", "next_at_limit"))
    )


def _same(offers_: pl.DataFrame) -> pl.DataFrame:
    """n_same (most bidders at one price not dictated by law), same_cents, same_shown; null where a price or the law's is unknown."""
    who = pl.coalesce("bidder", "offer")
    there = offers_.filter((pl.col("state") != "withdrawn").fill_null(value=True))
    known = there.group_by(LOT).agg(_told=pl.col("at_limit").is_not_null().all() & pl.col("price").is_not_null().all())
    level = (
        there.filter(~pl.col("at_limit"), pl.col("price").is_not_null())
        .group_by(*LOT, "price")
        .agg(n_same=who.n_unique().cast(pl.Int64), same_shown=pl.col("bidder_shown").unique().sort().str.join("; "))
        .sort(*LOT, "n_same", "price", descending=[False, False, True, False])
        .unique(LOT, keep="first", maintain_order=True)
    )
    alike = pl.col("n_same") >= 2
    return known.join(level, on=LOT, how="left").select(
        *LOT,
        n_same=pl.when("_told").then(pl.col("n_same").fill_null(0)).when(alike).then("n_same"),
        same_cents=pl.when(alike).then("price"),
        same_shown=pl.when(alike).then("same_shown"),
    )


def _steps(offers_: pl.DataFrame) -> pl.DataFrame:
    """n_steps and step_spread: whether prices go up by one ratio or one amount.

    Of the bidders' lowest valid prices that the law does not dictate, sorted: the spread (largest less smallest) of the ratios
    of neighbours, or of their differences over the lowest price, whichever is less. Null with fewer than three different prices.
    """
    each = (
        offers_.filter(pl.col("state") == "valid", ~pl.col("at_limit"))
        .drop_nulls(["price", "bidder"])
        .group_by(*LOT, "bidder")
        .agg(pl.col("price").min())
        .select(*LOT, "price")
        .unique()
        .sort(*LOT, "price")
    )
    before = pl.col("price").shift(1).over(LOT)
    steps = each.with_columns(_ratio=pl.col("price") / before, _gap=pl.col("price") - before)
    gap, ratio = pl.col("_gap"), pl.col("_ratio")
    return steps.group_by(LOT).agg(
        n_steps=pl.len().cast(pl.Int64),
        step_ratio=ratio.min(),
        step_spread=pl.when(pl.len() >= 3).then(
            pl.min_horizontal(ratio.max() - ratio.min(), (gap.max() - gap.min()) / pl.col("price").min())
        ),
    )


def _refused(offers_: pl.DataFrame) -> pl.DataFrame:
    """refused_cents and refused_shown (lowest bid, if it was refused), withdrawn_cents, withdrawn_shown (likewise withdrawn).

    Null where the price or the state of a bid is unknown; 0 where the lowest bid was not refused or withdrawn. Of several bids at
    the lowest price all have to have been. Bids under the floor of the law are refused by rule and left out.
    """
    told = pl.all_horizontal(pl.col(c).is_not_null().all() for c in ("price", "state", "under_floor"))

    def lowest(state: str, name: str, others: pl.Expr) -> list[pl.Expr]:
        gone, rest = pl.col("state") == state, pl.col("price").filter(others)
        price = pl.col("price").filter(gone).min()
        under = (price < rest.min()).fill_null(value=False)
        shown = pl.col("bidder_shown").filter(gone & (pl.col("price") == price)).sort().first()
        return [
            pl.when(told).then(pl.when(under).then(price).otherwise(0)).alias(f"{name}_cents"),
            pl.when(told & under).then(shown).alias(f"{name}_shown"),
        ]

    refused = pl.col("state") == "disqualified"
    gone = pl.col("state") == "withdrawn"
    return (
        offers_.filter(pl.col("under_floor").ne_missing(other=True))
        .group_by(LOT)
        .agg(*lowest("disqualified", "refused", ~refused & ~gone), *lowest("withdrawn", "withdrawn", ~gone & ~refused))
    )
