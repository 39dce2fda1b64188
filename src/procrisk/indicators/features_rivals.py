"""What bidders do together over many contests: who meets whom, who wins, who is missing, who shares a telephone.

Everything here adds columns to the frame of contests. Firms are told apart by their codes; a consortium's bid is a bid of each
of its members that the register names. Procedures count once, however many lots they have.
"""

from collections.abc import Mapping

import polars as pl

from procrisk.indicators import common
from procrisk.indicators.features_bid import LOT, MAX_RIVALS
from procrisk.indicators.features_text import family_en, family_es
from procrisk.indicators.sentences import supplier_shown
from procrisk.indicators.terms import CONTESTED
from procrisk.records.vocabulary import fold

Tables = Mapping[str, pl.DataFrame]

CLASS = ["buyer_id", "family"]
"""Purchases compared with each other: of one buyer, of one family of things."""


CONTACTS_ES = {"telephone": "teléfono", "e-mail": "correo electrónico", "address": "dirección"}
_ONE_DIGIT = "^(" + "|".join(f"{d}+" for d in range(10)) + ")$"


def firms(offers: pl.DataFrame, consortia: pl.DataFrame) -> pl.DataFrame:
    """One row an offer and firm behind it (members in place of a consortium where the register names them).

    Columns: process_id, lot_id, offer, firm, firm_shown, date, state, is_winner.
    """
    said = offers.select(*LOT, "offer", "parties", "bidder_shown", "date", "state", "is_winner")
    lone = pl.when(pl.col("parties").list.len() == 1).then("bidder_shown")
    each = said.with_columns(bidder_shown=lone).explode("parties", keep_nulls=False, empty_as_null=False)
    members = (
        consortia.select("consortium_id", "member_ruc", "member_name")
        .drop_nulls("member_ruc")
        .sort("consortium_id", "member_ruc", "member_name", nulls_last=True)
        .unique(["consortium_id", "member_ruc"], keep="first", maintain_order=True)
    )
    found = each.join(members, left_on="parties", right_on="consortium_id", how="left")
    member = pl.col("member_ruc")
    return found.select(
        *LOT,
        "offer",
        firm=pl.coalesce(member, "parties"),
        firm_shown=pl.when(member.is_null())
        .then(pl.coalesce("bidder_shown", supplier_shown(pl.col("parties"), pl.lit(None, pl.String))))
        .otherwise(supplier_shown(member, pl.col("member_name"))),
        date="date",
        state="state",
        is_winner="is_winner",
    )


def with_rivals(contests: pl.DataFrame, firms_: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """The contests with family_es and family_en (as shown), class_*, usual_*, pair_*, order_*, rota_*, lone_* and sharing_* columns; see the functions below."""
    family = pl.col("family")
    frame = _class_mean(
        contests.with_columns(
            family_es=family_es(family),
            family_en=family_en(family),
        )
    )
    frame = _usual(frame, firms_)
    frame = _pairs(frame, firms_)
    frame = _order(frame, firms_)
    frame = _rotation(frame)
    frame = _lone(frame)
    return _sharing(frame, firms_, tables["parties"])


def _class_mean(frame: pl.DataFrame) -> pl.DataFrame:
    """Add class_n, class_bidders (mean bidders of the buyer's contests of the family), peer_class_n and peer_class_median.

    Peers are the buyers with class_contests_min such contests in the same family.
    """
    known = frame.filter(CONTESTED).drop_nulls(CLASS)
    own = known.group_by(CLASS).agg(class_n=pl.len().cast(pl.Int64), class_bidders=pl.col("n_bidders").sum() / pl.len())
    peers = (
        own.filter(pl.col("class_n") >= common.whole("class_contests_min"))
        .group_by("family")
        .agg(peer_class_n=pl.len().cast(pl.Int64), peer_class_median=pl.col("class_bidders").median())
    )
    return frame.join(own, on=CLASS, how="left", maintain_order="left").join(
        peers, on="family", how="left", maintain_order="left"
    )


def _usual(frame: pl.DataFrame, firms_: pl.DataFrame) -> pl.DataFrame:
    """Add class_processes_n, usual_n (firms in usual_bidder_share of the buyer's procedures of the family), usual_missing_n, usual_shown.

    Missing are those that bid for no lot of this procedure.
    """
    processes = frame.filter(CONTESTED).select("process_id", *CLASS).drop_nulls().unique()
    n = processes.group_by(CLASS).agg(class_processes_n=pl.len().cast(pl.Int64))
    there = firms_.select("process_id", "firm").unique()
    often = there.join(processes, on="process_id", how="inner").group_by(*CLASS, "firm").agg(_n=pl.len())
    usual = often.join(n, on=CLASS).filter(
        pl.col("_n") >= common.share("usual_bidder_share") * pl.col("class_processes_n"), pl.col("_n") > 1
    )
    shown = firms_.group_by("firm").agg(pl.col("firm_shown").min())
    asked = processes.join(usual.select(*CLASS, "firm"), on=CLASS, how="inner")
    missing = (
        asked.join(there, on=["process_id", "firm"], how="anti")
        .join(shown, on="firm", how="left")
        .group_by("process_id")
        .agg(usual_missing_n=pl.len().cast(pl.Int64), usual_shown=pl.col("firm_shown").sort().str.join("; "))
    )
    expected = asked.group_by("process_id").agg(usual_n=pl.len().cast(pl.Int64))
    told = processes.join(n, on=CLASS).join(expected, on="process_id", how="left")
    told = told.join(missing, on="process_id", how="left").with_columns(
        pl.col("usual_n", "usual_missing_n").fill_null(0)
    )
    return frame.join(told.drop(CLASS), on="process_id", how="left", maintain_order="left")


def _pairs(frame: pl.DataFrame, firms_: pl.DataFrame) -> pl.DataFrame:
    """Add pair_wins, pair_n, pair_winner_shown, pair_loser_shown of the contest's most recurrent pair.

    Two firms meet in the procedures in which they make different offers for a lot; pair_wins is in how many one of them won, the
    other never did, with recurrent_winner_share of all. 0 where no pair is like that; null where no winner is known or there are more than
    MAX_RIVALS offers.
    """
    judged = frame.filter(CONTESTED, pl.col("n_winners") > 0, pl.col("n_offers") <= MAX_RIVALS).select(LOT)
    each = firms_.join(judged, on=LOT, how="semi").select(*LOT, "offer", "firm", "is_winner")
    both = each.join(each, on=LOT, how="inner", suffix="_b").filter(
        pl.col("firm") < pl.col("firm_b"), pl.col("offer") != pl.col("offer_b")
    )
    pair = ["firm", "firm_b"]
    met = both.group_by(*pair, "process_id").agg(pl.col("is_winner", "is_winner_b").any())
    counted = met.group_by(pair).agg(
        pair_n=pl.len().cast(pl.Int64),
        _a=pl.col("is_winner").sum().cast(pl.Int64),
        _b=pl.col("is_winner_b").sum().cast(pl.Int64),
    )
    a, b = pl.col("_a"), pl.col("_b")
    one_sided = (
        counted.filter(
            pl.min_horizontal(a, b) == 0,
            pl.max_horizontal(a, b) >= common.share("recurrent_winner_share") * pl.col("pair_n"),
        )
        .with_columns(
            pair_wins=pl.max_horizontal(a, b),
            _winner=pl.when(a > b).then("firm").otherwise("firm_b"),
            _loser=pl.when(a > b).then("firm_b").otherwise("firm"),
        )
        .drop("_a", "_b")
    )
    shown = firms_.group_by("firm").agg(pl.col("firm_shown").min())
    most = (
        both.select(*LOT, *pair)
        .unique()
        .join(one_sided, on=pair, how="inner")
        .sort(*LOT, "pair_wins", *pair, descending=[False, False, True, False, False])
        .unique(LOT, keep="first", maintain_order=True)
        .join(shown.rename({"firm": "_winner", "firm_shown": "pair_winner_shown"}), on="_winner", how="left")
        .join(shown.rename({"firm": "_loser", "firm_shown": "pair_loser_shown"}), on="_loser", how="left")
        .select(*LOT, "pair_wins", "pair_n", "pair_winner_shown", "pair_loser_shown")
    )
    none = judged.with_columns(_none=pl.lit(0, pl.Int64))
    return (
        frame.join(most, on=LOT, how="left", maintain_order="left")
        .join(none, on=LOT, how="left", maintain_order="left")
        .with_columns(pair_wins=pl.coalesce("pair_wins", "_none"))
        .drop("_none")
    )


def _order(frame: pl.DataFrame, firms_: pl.DataFrame) -> pl.DataFrame:
    """Add order_n (procedures with these very bidders, three or more, on as many days) and order_same_n (in this very order)."""
    days = firms_.group_by("process_id", "firm").agg(pl.col("date").min(), _told=pl.col("date").is_not_null().all())
    told = days.group_by("process_id").agg(
        _set=pl.col("firm").sort().str.join("+"),
        _order=pl.col("firm").sort_by("date", "firm").str.join(">"),
        _apart=(pl.col("date").n_unique() == pl.len()) & pl.col("_told").all(),
        _n=pl.len(),
    )
    told = told.filter("_apart", pl.col("_n") >= 3).with_columns(
        order_n=pl.len().over("_set").cast(pl.Int64), order_same_n=pl.len().over("_set", "_order").cast(pl.Int64)
    )
    return frame.join(
        told.select("process_id", "order_n", "order_same_n", order_shown="_n"),
        on="process_id",
        how="left",
        maintain_order="left",
    )


def _rotation(frame: pl.DataFrame) -> pl.DataFrame:
    """Add rota_n, rota_winners, rota_changes, rota_gap and rota_presence of the buyer's procedures of the family.

    Of those with one winner and two bidders at least, by date: how many; how many winners; share of the steps from one to the
    next in which the winner changes; most less fewest wins; the least share of them in which a winner bid at all.
    """
    told = frame.filter(CONTESTED).drop_nulls([*CLASS, "call_date", "winner"])
    one = told.group_by("process_id", *CLASS, "call_date").agg(
        pl.col("winner").unique(), _n=pl.col("n_bidders").max(), _parties=pl.col("bidders").explode().unique()
    )
    one = one.filter(pl.col("winner").list.len() == 1, pl.col("_n") >= 2).with_columns(pl.col("winner").list.first())
    line = one.sort(*CLASS, "call_date", "process_id").with_columns(
        _changed=(pl.col("winner") != pl.col("winner").shift(1)).over(CLASS)
    )
    wins = line.group_by(*CLASS, "winner").agg(_wins=pl.len().cast(pl.Int64))
    sat = (
        line.select(*CLASS, "process_id", bidder="_parties")
        .explode("bidder", keep_nulls=False, empty_as_null=False)
        .group_by(*CLASS, winner="bidder")
        .agg(_sat=pl.len().cast(pl.Int64))
    )
    held = wins.join(sat, on=[*CLASS, "winner"], how="left")
    found = line.group_by(CLASS).agg(rota_n=pl.len().cast(pl.Int64), rota_changes=pl.col("_changed").mean())
    spread = held.group_by(CLASS).agg(
        rota_winners=pl.len().cast(pl.Int64),
        rota_gap=pl.col("_wins").max() - pl.col("_wins").min(),
        _sat=pl.col("_sat").fill_null(0).min(),
    )
    found = found.join(spread, on=CLASS).with_columns(rota_presence=pl.col("_sat") / pl.col("rota_n")).drop("_sat")
    # a contest that is none of those compared takes no part in what they say
    found = line.select("process_id", *CLASS).join(found, on=CLASS).drop(CLASS)
    return frame.join(found, on="process_id", how="left", maintain_order="left")


def _lone(frame: pl.DataFrame) -> pl.DataFrame:
    """Add lone_n, where a bidder came alone: procedures of the buyer to which this bidder came alone."""
    alone = frame.filter(CONTESTED).group_by("process_id", "buyer_id").agg(pl.col("bidders").explode().unique())
    alone = alone.filter(pl.col("bidders").list.len() == 1).with_columns(pl.col("bidders").list.first())
    key = ["buyer_id", "bidders"]
    counted = alone.drop_nulls(key).with_columns(lone_n=pl.len().over(key).cast(pl.Int64))
    return frame.join(counted.select("process_id", "lone_n"), on="process_id", how="left", maintain_order="left")


def contacts(parties: pl.DataFrame) -> pl.DataFrame:
    """Telephones, e-mails and addresses: process_id, firm, kind, contact, each once; those of too many firms left out.

    Telephones by their digits (six at least, not all the same), e-mails in lower case, addresses folded to letters and digits,
    with the district (ten characters at least).
    """
    digits = pl.col("telephone").str.replace_all(r"[^0-9]", "")
    real = (digits.str.len_chars() >= 6) & ~digits.str.contains(_ONE_DIGIT)
    mail = pl.col("email").str.strip_chars().str.to_lowercase()
    street = fold(pl.col("address")).str.replace_all(r"[^A-Z0-9]+", " ").str.strip_chars()
    place = fold(pl.col("district").fill_null(""))
    kinds = {
        "telephone": pl.when(real).then(digits),
        "e-mail": pl.when(mail.str.contains("@", literal=True)).then(mail),
        "address": pl.when(street.str.len_chars() >= 10).then(pl.concat_str(street, pl.lit(", "), place)),
    }
    found = pl.concat(
        [
            parties.select("process_id", firm="party_id", kind=pl.lit(kind), contact=contact).drop_nulls()
            for kind, contact in kinds.items()
        ]
    ).unique()
    many = pl.col("firm").n_unique().over("kind", "contact") > common.whole("contact_firms_max")
    return found.with_columns(contact=pl.when(~many).then("contact"))


def _sharing(frame: pl.DataFrame, firms_: pl.DataFrame, parties: pl.DataFrame) -> pl.DataFrame:
    """Add sharing_n (most bidders with one contact in common), sharing_kind, sharing_kind_es and sharing_shown.

    0 where the contacts of all bidders are known and none is shared; null where those of a bidder are not.
    """
    known = firms_.select(*LOT, "offer", "firm", "firm_shown").join(
        contacts(parties), on=["process_id", "firm"], how="inner"
    )
    told = known.group_by(LOT).agg(_told=pl.col("offer").n_unique())
    shared = (
        known.drop_nulls("contact")
        .group_by(*LOT, "kind", "contact")
        .agg(
            sharing_n=pl.col("offer").n_unique().cast(pl.Int64),
            _firms=pl.col("firm").n_unique(),
            sharing_shown=pl.col("firm_shown").unique().sort().str.join("; "),
        )
        .filter(pl.col("sharing_n") >= 2, pl.col("_firms") >= 2)
        .sort(*LOT, "sharing_n", "kind", "contact", descending=[False, False, True, False, False])
        .unique(LOT, keep="first", maintain_order=True)
        .select(*LOT, "sharing_n", "sharing_shown", sharing_kind="kind")
    )
    joined = frame.join(told, on=LOT, how="left", maintain_order="left").join(
        shared, on=LOT, how="left", maintain_order="left"
    )
    none = pl.when(pl.col("_told") == pl.col("n_offers")).then(pl.lit(0, pl.Int64))
    spanish = pl.col("sharing_kind").replace_strict(CONTACTS_ES, default=None, return_dtype=pl.String)
    return joined.with_columns(sharing_n=pl.coalesce("sharing_n", none), sharing_kind_es=spanish).drop("_told")
