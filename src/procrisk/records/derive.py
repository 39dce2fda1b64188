"""What assembly adds to the published columns: soles, totals, buyer, region, method, object, counts.

Frames here carry `process` (UInt32, the process's number) in place of process_id; sums are of integer cents, per
process or award, and are taken before anything is joined, so that no amount is counted twice.
"""

import polars as pl

from procrisk.records import regions, registers, vocabulary
from procrisk.records.tables import PROCESSES

DERIVED_COLUMNS = {
    "buyer_id": "RUC of the entity, else CONSUCODE-<n>",
    "buyer_level": "regional, local or national",
    "region_code": "region in which the entity sits (regions.REGIONS)",
    "delivery_region_code": "region of delivery; null when not published or when lots go to several regions",
    "method": "code of the procedure (vocabulary.METHODS)",
    "object_inferred": "`object` was told from text and unit, nobody published it",
    "special_regime": "special rules that the nomenclature names (Ley 31125, DL 1355, homologación)",
    "call_number": "which call of the procedure it is, from the nomenclature",
    "reference_date": "day that places the process in a period: the call, else the first award, else the publication",
    "year": "year of the call, else of the first award, else of the record",
    "regime": "law in force on the day of the call: DL1017, L30225, L32069",
    "awarded_pen_cents": "sum of the awards in soles; null when one of them is not known in soles",
    "amount_pen_cents": "awarded, before an award the estimate; null when reserved",
    "award_date": "day of the last award",
    "consent_date": "last day on which an award was consented to",
    "n_lots": "lots of the call",
    "n_bidders": "distinct bidders; null when no bids are known",
    "n_awards": "awards that were not cancelled",
    "sources": "kinds of source that speak of the process, sorted",
}
"""Columns of `processes` beyond tables.PROCESSES, and what they mean."""

_SOLES = {
    "processes": (("value_cents", "value_pen_cents"),),
    "lots": (("value_cents", "value_pen_cents"),),
    "awards": (("amount_cents", "amount_pen_cents"),),
    "award_lines": (("amount_cents", "amount_pen_cents"),),
    "contracts": (("amount_cents", "amount_pen_cents"),),
}
VOID = r"(?i)cancel|unsuccessful|nulo|anulad|desiert"
_BY_PROCESS = "process"
_BY_AWARD = ["process", "award_id"]


def money(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Soles filled where the currency is PEN; awards without an amount get the sum of their lines."""
    out = dict(tables)
    for name, pairs in _SOLES.items():
        in_soles = pl.col("currency") == "PEN"
        out[name] = out[name].with_columns(
            pl.coalesce(pen, pl.when(in_soles).then(own)).alias(pen) for own, pen in pairs
        )
    out["awards"] = _awards_summed(out["awards"], out["award_lines"])
    return out


def _total(amount: str) -> pl.Expr:
    """Sum of a column within a group, null when a row lacks it: half a total is not a total."""
    return pl.when(pl.col(amount).is_not_null().all()).then(pl.col(amount).sum())


def _awards_summed(awards: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    lacking = pl.col("amount_cents").is_null() | pl.col("amount_pen_cents").is_null()
    if not awards.select(lacking.any()).item():
        return awards
    one_currency = pl.col("currency").n_unique() == 1
    sums = lines.group_by(_BY_AWARD).agg(
        _sum=pl.when(one_currency).then(_total("amount_cents")),
        _pen=_total("amount_pen_cents"),
        _currency=pl.when(one_currency).then(pl.col("currency").first()),
    )
    joined = awards.join(sums, on=_BY_AWARD, how="left", maintain_order="left")
    unsaid = pl.col("amount_cents").is_null()
    fits = pl.col("currency").is_null() | (pl.col("currency") == pl.col("_currency"))
    return joined.with_columns(
        amount_cents=pl.when(unsaid & fits).then("_sum").otherwise("amount_cents"),
        amount_pen_cents=pl.coalesce("amount_pen_cents", "_pen"),
        currency=pl.coalesce("currency", "_currency"),
    ).drop("_sum", "_pen", "_currency")


def contractors(contracts: pl.DataFrame, suppliers: pl.DataFrame) -> pl.DataFrame:
    """Contracts without a supplier get that of their award, where it has one alone (a consortium counts as one).

    contracts, suppliers: merged tables with `process`, consortia not yet replaced by their members.
    """
    unsaid = pl.col("supplier_id").is_null() & pl.col("award_id").is_not_null()
    if not contracts.select(unsaid.any()).item():
        return contracts
    named = suppliers.filter(pl.col("consortium_id").is_null())
    sole = named.group_by(_BY_AWARD).agg(_sole=pl.col("party_id").first(), _n=pl.len()).filter(pl.col("_n") == 1)
    joined = contracts.join(sole.drop("_n"), on=_BY_AWARD, how="left", maintain_order="left")
    return joined.with_columns(supplier_id=pl.coalesce("supplier_id", "_sole")).drop("_sole")


def processes(
    tables: dict[str, pl.DataFrame], entities: pl.DataFrame, live: pl.DataFrame, names: pl.Series
) -> pl.DataFrame:
    """The processes with every column of DERIVED_COLUMNS.

    tables: merged tables with `process`; entities: the register; live: the live records; names: process_id by number.
    A process of which only other tables speak (a bidder's row without its call) is there too, with what is known.
    """
    frame = _everyone(tables["processes"], live, names)
    frame = _from_children(frame, tables)
    frame = _values(frame)
    frame = _buyer(frame, entities)
    frame = _words(frame)
    return frame.sort(_BY_PROCESS).select(_BY_PROCESS, *PROCESSES.schema, *DERIVED_COLUMNS)


def _everyone(frame: pl.DataFrame, live: pl.DataFrame, names: pl.Series) -> pl.DataFrame:
    # a register that is handed over beside the records publishes nothing of a process but its own rows
    of = (
        live.filter(pl.col("process_id").is_not_null() & ~pl.col("kind").is_in(registers.ATTACHED))
        .group_by("process_id")
        .agg(sources=pl.col("kind").unique().sort(), _year=pl.col("year").filter(pl.col("year") > 0).min())
    )
    every = pl.DataFrame({"process_id": names}).with_row_index(_BY_PROCESS)
    every = every.join(of, on="process_id", how="left", maintain_order="left")
    return every.join(frame, on=_BY_PROCESS, how="left", maintain_order="left")


def _from_children(frame: pl.DataFrame, tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    lots = tables["lots"].with_columns(
        _region=regions.region_of(pl.col("department"), pl.col("province")),
    )
    several = pl.col("_region").drop_nulls().n_unique() != 1
    of_lots = lots.group_by(_BY_PROCESS).agg(
        n_lots=pl.len().cast(pl.Int32),
        delivery_region_code=pl.when(~several).then(pl.col("_region").drop_nulls().first()),
        _lots_cents=pl.when(pl.col("currency").n_unique() == 1).then(_total("value_cents")),
        _lots_pen=_total("value_pen_cents"),
        _lots_currency=pl.when(pl.col("currency").n_unique() == 1).then(pl.col("currency").first()),
    )
    first_lot = (
        tables["lots"]
        .unique(_BY_PROCESS, keep="first", maintain_order=True)
        .select(_BY_PROCESS, _lot_text="description", _lot_unit="unit")
    )
    standing = tables["awards"].filter(~pl.col("status").str.contains(VOID).fill_null(value=False))
    of_awards = standing.group_by(_BY_PROCESS).agg(
        n_awards=pl.len().cast(pl.Int32),
        awarded_pen_cents=_total("amount_pen_cents"),
        award_date=pl.col("date").max(),
        _first_award=pl.col("date").min(),
        consent_date=pl.col("consent_date").max(),
    )
    of_bids = tables["bids"].group_by(_BY_PROCESS).agg(n_bidders=pl.col("party_id").n_unique().cast(pl.Int32))
    for part in (of_lots, first_lot, of_awards, of_bids):
        frame = frame.join(part, on=_BY_PROCESS, how="left", maintain_order="left")
    return frame.with_columns(pl.col("n_lots", "n_awards").fill_null(0))


def _values(frame: pl.DataFrame) -> pl.DataFrame:
    """Value from the lots where the call states none; the amount that ranks a process."""
    unsaid = pl.col("value_cents").is_null()
    fits = pl.col("currency").is_null() | (pl.col("currency") == pl.col("_lots_currency"))
    frame = frame.with_columns(
        value_cents=pl.when(unsaid & fits).then("_lots_cents").otherwise("value_cents"),
        currency=pl.coalesce("currency", "_lots_currency"),
        value_pen_cents=pl.coalesce("value_pen_cents", "_lots_pen"),
    )
    soles = pl.when(pl.col("currency") == "PEN").then("value_cents")
    frame = frame.with_columns(value_pen_cents=pl.coalesce("value_pen_cents", soles))
    reserved = pl.col("value_reserved").fill_null(value=False)
    estimate = pl.when((pl.col("n_awards") == 0) & ~reserved).then("value_pen_cents")
    return frame.with_columns(amount_pen_cents=pl.coalesce("awarded_pen_cents", estimate))


def _buyer(frame: pl.DataFrame, entities: pl.DataFrame) -> pl.DataFrame:
    """RUC and CONSUCODE complete each other, from the register and from the other processes; then seat and level."""
    places = entities.with_columns(_seat=regions.region_of(pl.col("department"), pl.col("province")))
    by_code = places.filter(pl.col("consucode").is_not_null()).unique("consucode", keep="first", maintain_order=True)
    frame = frame.join(
        by_code.select("consucode", _code_ruc="ruc", _code_name="name", _code_seat="_seat"),
        left_on="buyer_consucode", right_on="consucode", how="left", maintain_order="left",
    )  # fmt: skip
    pairs = frame.filter(pl.col("buyer_consucode").is_not_null() & pl.col("buyer_ruc").is_not_null())
    met = pairs.group_by("buyer_consucode").agg(_met_ruc=pl.col("buyer_ruc").min())
    frame = frame.join(met, on="buyer_consucode", how="left", maintain_order="left")
    frame = frame.with_columns(buyer_ruc=pl.coalesce("buyer_ruc", "_code_ruc", "_met_ruc"))
    by_ruc = places.filter(pl.col("ruc").is_not_null()).unique("ruc", keep="first", maintain_order=True)
    frame = frame.join(
        by_ruc.select("ruc", _ruc_code="consucode", _ruc_name="name", _ruc_seat="_seat"),
        left_on="buyer_ruc", right_on="ruc", how="left", maintain_order="left",
    )  # fmt: skip
    published = regions.region_of(pl.col("buyer_department"), pl.col("buyer_province"))
    frame = frame.with_columns(
        buyer_consucode=pl.coalesce("buyer_consucode", "_ruc_code"),
        buyer_name=pl.coalesce("buyer_name", "_ruc_name", "_code_name"),
        region_code=pl.coalesce("_ruc_seat", "_code_seat", published),
    )
    by_code_alone = pl.lit("CONSUCODE-") + pl.col("buyer_consucode")
    frame = frame.with_columns(buyer_id=pl.coalesce("buyer_ruc", by_code_alone))
    return _level(frame)


def _level(frame: pl.DataFrame) -> pl.DataFrame:
    """Level of government: as published, else as published of the same entity elsewhere, else from its name."""
    frame = frame.with_columns(_level=regions.level_from_type(pl.col("buyer_type")))
    buyers = frame.filter(pl.col("buyer_id").is_not_null())
    counted = buyers.filter(pl.col("_level").is_not_null()).group_by("buyer_id", "_level").len()
    usual = counted.sort(["len", "_level"], descending=[True, False]).unique(
        "buyer_id", keep="first", maintain_order=True
    )
    names = buyers.filter(pl.col("buyer_name").is_not_null()).group_by("buyer_id").agg(_name=pl.col("buyer_name").min())
    named = names.select("buyer_id", _by_name=regions.level_from_name(pl.col("_name")))
    frame = frame.join(usual.select("buyer_id", _usual="_level"), on="buyer_id", how="left", maintain_order="left")
    frame = frame.join(named, on="buyer_id", how="left", maintain_order="left")
    level = pl.coalesce("_level", "_usual", "_by_name")
    metropolitan = pl.col("buyer_ruc") == regions.METROPOLITAN_RUC
    return frame.with_columns(buyer_level=pl.when(metropolitan).then(pl.lit(regions.REGIONAL)).otherwise(level))


def _words(frame: pl.DataFrame) -> pl.DataFrame:
    """Method, object, call number, regime and year, from the publisher's words."""
    title, details = pl.col("title"), pl.col("method_details")
    frame = frame.with_columns(
        method=vocabulary.method(details, title, pl.col("method_ocds")),
        call_number=vocabulary.call_number(title),
        special_regime=vocabulary.special_regime(title, details, pl.col("call_date")),
        regime=vocabulary.regime(pl.col("call_date")),
        # direct awards in OCDS have no call: they belong to a period all the same
        reference_date=pl.coalesce("call_date", "_first_award", "published_date"),
        year=pl.coalesce(
            pl.col("call_date").dt.year().cast(pl.Int16), pl.col("_first_award").dt.year().cast(pl.Int16), "_year"
        ),
    )
    frame = frame.with_columns(object_inferred=pl.col("object").is_null())
    asked = frame.filter(pl.col("object").is_null()).select(
        _BY_PROCESS,
        _object=vocabulary.infer_object(pl.coalesce("description", "_lot_text"), pl.col("_lot_unit"), pl.col("method")),
    )
    frame = frame.join(asked, on=_BY_PROCESS, how="left", maintain_order="left")
    frame = frame.with_columns(object=pl.coalesce("object", "_object"))
    return frame.with_columns(object_inferred=pl.col("object_inferred") & pl.col("object").is_not_null())
