"""Decoded releases to canonical tables, a column at a time.

Columns are taken out of the structs some hundred releases at a time (`ocds_extract`); codes, money, days and text are
put right once, whole columns together, in Polars. This is several times cheaper than building rows.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from procrisk.records import ocds_extensions as extensions
from procrisk.records import ocds_extract as extract
from procrisk.records import ocds_structs as o
from procrisk.records.ocds_columns import FAULTS, Builder, clean, party_code
from procrisk.records.ocds_flat import flatten, given
from procrisk.records.ocds_lots import by_lots
from procrisk.records.tables import PERU_PREFIX, RECORD


class Frames:
    """Collects decoded releases and makes their tables."""

    def __init__(self) -> None:
        self._build = Builder()

    def add(self, releases: Sequence[o.Release], record: Sequence[int]) -> None:
        """Some hundred releases at a time; `record[n]` is the position of the n-th in the chunk's keys."""
        build = self._build
        tenders = [r.tender or extract.TENDER for r in releases]
        everywhere = np.arange(build.n_releases, build.n_releases + len(releases), dtype=np.uint32)
        build.begin(record, [_process_id(t.id, r.ocid) for r, t in zip(releases, tenders, strict=True)])
        if given(tenders, "lots"):
            by_lots(releases)
        extract.records(build, everywhere, releases, tenders)
        extract.processes(build, everywhere, releases, tenders)
        extract.parties(build, everywhere, releases)
        extract.lots(build, flatten(tenders, "items", everywhere))
        extract.tenderers(build, flatten(tenders, "tenderers", everywhere))
        extract.bids(build, everywhere, releases)
        awards = flatten(releases, "awards", everywhere)
        extract.awards(build, awards)
        extract.contracts(build, flatten(releases, "contracts", everywhere))
        plannings = [r.planning or extract.PLANNING for r in releases]
        extract.documents(build, "planning", flatten(plannings, "documents", everywhere))
        extract.documents(build, "tender", flatten(tenders, "documents", everywhere))
        extensions.enquiries(build, everywhere, tenders)
        extensions.challenges(build, everywhere, releases, tenders, awards)

    def finish(self) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
        """The canonical tables that have rows, and the cells that hold no day (columns as FAULTS)."""
        build = self._build
        tables = {name: build.table(name, mend) for name, mend in _MEND.items() if build.has(name)}
        processes = build.table("processes", [*_RESERVED, clean("description")], ["_buyer"])
        tables["processes"] = _seated(
            processes, build.table("parties") if "parties" not in tables else tables["parties"]
        )
        lots = build.table("lots", [*_RESERVED, clean("description"), pl.col("status").str.to_uppercase()], ["_item"])
        tables["award_lines"] = _placed(build.table("award_lines", [_SOLES], ["_item"]), lots)
        tables["lots"] = lots.drop("_item")
        faults = pl.concat([pl.DataFrame(schema=FAULTS), *build.faults])
        return {name: frame for name, frame in tables.items() if frame.height}, faults


def _in_soles(amount: str, pen: str) -> pl.Expr:
    """The amount where it is in soles, else `amount_PEN` unless it is 0 (no rate was known)."""
    soles = pl.when(pl.col(pen) != 0).then(pl.col(pen))
    return pl.when(pl.col("currency") == "PEN").then(amount).otherwise(soles).alias(pen)


def _share(column: str) -> pl.Expr:
    """A share from 0 to 1; some publishers write percentages."""
    share = pl.col(column)
    return pl.when(share.is_between(0, 1)).then(share).when(share.is_between(1, 100)).then(share / 100).alias(column)


_SOLES = _in_soles("amount_cents", "amount_pen_cents")
_PARTY = party_code(pl.col("party_id"))
_SOME = pl.col("value_cents") != 0
_PEN = _in_soles("value_cents", "value_pen_cents")
_RESERVED = (
    # amounts of a call: 0 stands for "not published", so it is none
    pl.when(_SOME).then("value_cents").alias("value_cents"),
    pl.when(_PEN != 0).then(_PEN).alias("value_pen_cents"),
)
_MEND: dict[str, Sequence[pl.Expr]] = {
    "records": (),
    "parties": (_PARTY,),
    "tenderers": (_PARTY,),
    "bids": (_PARTY,),
    "awards": (_SOLES, _share("subcontract_share")),
    "award_suppliers": (_PARTY,),
    "contracts": (_SOLES, party_code(pl.col("supplier_id")).alias("supplier_id")),
    "modifications": (),
    "documents": (),
    "award_bids": (),
    "enquiries": (),
    "challenges": (party_code(pl.col("challenger_id")).alias("challenger_id"),),
    "milestones": (),
    "transactions": (party_code(pl.col("payee_id")).alias("payee_id"),),
    "subcontractors": (_PARTY, _share("share")),
    "owners": (
        party_code(pl.col("ruc")).alias("ruc"),
        party_code(pl.col("person_id")).alias("person_id"),
        _share("share"),
    ),
}
"""How the columns of each table are put right; those that need another table beside are done in `Frames.finish`."""


def _seated(processes: pl.DataFrame, parties: pl.DataFrame) -> pl.DataFrame:
    """Adds the buyer's codes and seat, from its id (column _buyer) and from the party of the same id."""
    seat = parties.lazy().select(RECORD, "party_id", seat_ruc="ruc", dep="department", prov="province")
    seat = seat.unique([RECORD, "party_id"], keep="first", maintain_order=True)
    joined = (
        processes.lazy()
        .with_columns(_code=party_code(pl.col("_buyer")))
        .join(seat, left_on=[RECORD, "_code"], right_on=[RECORD, "party_id"], how="left", maintain_order="left")
    )
    named = pl.when(pl.col("_buyer").str.starts_with("PE-RUC-")).then("_code")
    consucode = pl.when(pl.col("_code").str.starts_with("CONSUCODE-")).then(
        pl.col("_code").str.strip_prefix("CONSUCODE-")
    )
    return (
        joined.with_columns(
            buyer_ruc=pl.coalesce("seat_ruc", named),
            buyer_consucode=consucode,
            buyer_department="dep",
            buyer_province="prov",
            # an amount that is there is not withheld
            value_reserved=pl.col("value_reserved") & pl.col("value_cents").is_null(),
            # OECE repeats the date of the call as the end of tenderPeriod: that is no deadline
            bid_deadline=pl.when(pl.col("bid_deadline").ne_missing(pl.col("call_date"))).then("bid_deadline"),
        )
        .drop("_code", "_buyer", "seat_ruc", "dep", "prov")
        .collect()
    )


def _placed(lines: pl.DataFrame, lots: pl.DataFrame) -> pl.DataFrame:
    """An award's item without position (then _item holds its id) has that of the call's item of the same id."""
    if lines["_item"].null_count() == lines.height:
        return lines.drop("_item")
    known = lots.select(RECORD, "_item", position="lot_id").unique([RECORD, "_item"], keep="first", maintain_order=True)
    placed = lines.join(known, on=[RECORD, "_item"], how="left", maintain_order="left")
    return placed.with_columns(lot_id=pl.coalesce("position", "lot_id")).drop("position", "_item")


def _process_id(tender_id: str | int | None, ocid: str | None) -> str | int | None:
    """tender.id where it is Peru's code of the call; other publishers number their tenders from 1, each for itself."""
    ours = ocid is None or ocid.startswith(PERU_PREFIX)
    return (tender_id or ocid) if ours else ocid
