"""The frames that the indicators read: one row per subject, every figure a column.

Frames, all with `process_id` and `source_code` (which set of sources the process came from):

    processes  one row a process                     process, buyer, market
    lots       one row a lot that was awarded        lot
    awards     one row an award                      award
    suppliers  one row a process and winning firm    supplier, pair (buyer and supplier)
    contracts  one row a contract                    contract
    contests   one row a process and lot with bids   contest
    bidders    one row a process and firm that bid   bidder
    works      one row a work of the works register  work

Tables are joined one to one or summed first: items times suppliers times documents would multiply amounts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

import polars as pl

from procrisk import law
from procrisk.indicators import (
    features_award,
    features_bid,
    features_bidder,
    features_buyer,
    features_call,
    features_contract,
    features_course,
    features_cri,
    features_growth,
    features_lot,
    features_newcomers,
    features_orders,
    features_osce_bid,
    features_people,
    features_plan,
    features_process,
    features_rivals,
    features_sanctions,
    features_signature,
    features_supplier,
    features_swelling,
    features_tailored,
    features_terms,
    features_ties,
    features_works,
)
from procrisk.records import data_quality
from procrisk.records.derive import VOID
from procrisk.records.tables import PROCESS_TABLES

Tables = Mapping[str, pl.DataFrame]


class Records(Protocol):
    """Anything with the assembled tables."""

    @property
    def tables(self) -> Tables: ...


@dataclass(frozen=True, slots=True)
class Subject:
    """Where the rows of a subject stand and which column names one of them."""

    frame: str
    id: str


SUBJECTS = {
    "process": Subject("processes", "process_id"),
    "buyer": Subject("processes", "buyer_id"),
    "market": Subject("processes", "market_id"),
    "lot": Subject("lots", "lot_id"),
    "award": Subject("awards", "award_id"),
    "supplier": Subject("suppliers", "party_id"),
    "pair": Subject("suppliers", "pair_id"),
    "contract": Subject("contracts", "contract_id"),
    "contest": Subject("contests", "contest_id"),
    "bidder": Subject("bidders", "firm"),
    "work": Subject("works", "work_id"),
}


@dataclass(slots=True)
class Frames:
    """The frames of a run, and what the sources behind them publish."""

    frames: dict[str, pl.DataFrame]
    kinds: list[tuple[str, ...]] = field(default_factory=list)
    """source_code to the kinds of source behind it."""
    copies: tuple[str, ...] = ()
    """Processes that repeat another one and are judged nowhere, sorted."""

    def __getitem__(self, name: str) -> pl.DataFrame:
        """A frame by its name."""
        return self.frames[name]

    def lacking(self, name: str, columns: Iterable[str]) -> dict[str, list[int]]:
        """For each column, the codes of the sets of sources in which no source publishes it.

        A source publishes a column if it is filled in any row of a process known from that source alone, or, where there
        is no such process, from that source among others.
        """
        names = list(columns)
        filled = self.frames[name].group_by("source_code").agg(pl.col(names).count() > 0)
        by_code = {row["source_code"]: row for row in filled.iter_rows(named=True)}
        publishes = {k: self._of_kind(k, by_code) for k in {k for kinds in self.kinds for k in kinds}}
        return {
            c: [
                code
                for code, kinds in enumerate(self.kinds)
                if not any(row[c] for k in kinds for row in publishes[k]) and code in by_code
            ]
            for c in names
        }

    def _of_kind(self, kind: str, by_code: Mapping[int, dict[str, bool]]) -> list[dict[str, bool]]:
        alone = [by_code[i] for i, kinds in enumerate(self.kinds) if kinds == (kind,) and i in by_code]
        return alone or [by_code[i] for i, kinds in enumerate(self.kinds) if kind in kinds and i in by_code]

    def without(self, name: str) -> list[int]:
        """Codes of the sets of sources none of which publishes any row of this frame."""
        there = set(self.frames[name]["source_code"].unique().to_list())
        every = {code: {"": code in there} for code in range(len(self.kinds))}
        publishes = {k: any(r[""] for r in self._of_kind(k, every)) for k in {k for kinds in self.kinds for k in kinds}}
        return [code for code, kinds in enumerate(self.kinds) if not any(publishes[k] for k in kinds)]


def build(dataset: Records, as_of: date) -> Frames:
    """Make every frame.

    Args:
        dataset: the assembled records.
        as_of: the day as of which they are read.
    """
    tables, copies = _once(_standing(dataset.tables))
    days = law.holiday_list(tables.get("holidays"))
    # for terms that may be too long, never too short
    lenient = law.holiday_list(tables.get("holidays"), lenient=True)
    coded, kinds = _source_codes(tables["processes"])
    known = {**tables, "processes": law.attach(coded)}
    lots = _telling_failures(features_lot.lots(known), coded, kinds)
    processes = features_process.processes(known, lots, days, _publishes(coded, kinds, "cause"))
    awards = features_growth.with_market_share(features_award.awards(known, processes, days))
    suppliers = features_supplier.suppliers(known, processes, awards)
    suppliers = features_sanctions.with_sanctions(suppliers, known)
    suppliers = features_ties.with_ties(suppliers, known, processes)
    suppliers = features_people.with_age(suppliers, known["taxpayers"])
    suppliers = features_growth.with_growth(suppliers, known)
    references = features_lot.references(known)
    suppliers = features_newcomers.with_newcomers(suppliers, known, references)
    suppliers = features_course.with_course(suppliers, processes, known["bids"])
    processes = features_growth.with_days(features_people.with_people(processes, known))
    processes = features_process.with_one_winner(processes, awards)
    processes = features_buyer.with_buyers(known, processes, awards)
    processes = features_orders.with_orders(processes, known["purchase_orders"])
    processes = features_plan.with_plan(processes, known["plan"])
    processes = features_call.with_call(features_terms.with_terms(processes, known, lenient), days)
    contracts = features_contract.contracts(known, processes, awards, lenient, as_of)
    contracts = features_swelling.with_swelling(contracts, references)
    silent = Frames({"processes": coded, "contracts": contracts}, kinds).without("contracts")
    processes = features_contract.with_contracts(processes, contracts, silent, as_of)
    processes = features_signature.with_contract_sums(processes, contracts)
    processes = features_signature.with_subcontracting(processes, awards)
    processes = features_works.with_control(processes, known["control"], as_of)
    suppliers = features_signature.with_additions(suppliers, contracts)
    suppliers = features_tailored.with_tailoring(suppliers, processes)
    processes = features_cri.with_cri(processes, awards, contracts, days)
    offers = features_bid.offers(known, processes)
    firms = features_rivals.firms(offers, known["consortia"])
    contests = features_rivals.with_rivals(features_bid.contests(processes, offers), firms, known)
    bidders = features_bidder.bidders(processes, firms)
    processes = features_bidder.with_bids(processes, offers, known)
    frames = {
        "processes": processes,
        "lots": features_lot.with_peers(lots, processes),
        "awards": awards,
        "suppliers": suppliers,
        "contracts": contracts,
        "contests": contests,
        "bidders": bidders,
        "works": features_works.works(known, processes, as_of),
    }
    frames = features_osce_bid.with_flags(frames, known)
    return Frames(frames, kinds, copies)


def _once(tables: Tables) -> tuple[Tables, tuple[str, ...]]:
    """The tables without processes that repeat another one, and the ids of those; days in the wrong order set no term.

    Adds days_in_order to the processes and same_title_n (see `features_growth.with_titles`), the copies counted.
    """
    titled = features_growth.with_titles(tables["processes"])
    wrong = data_quality.out_of_order()
    terms = ("bid_deadline", "bid_opening")
    processes = titled.with_columns(*(pl.when(~wrong).then(c).alias(c) for c in terms), days_in_order=~wrong)
    again = data_quality.repeated(processes)
    left = {**tables, "processes": processes}
    if not again.is_empty():
        of = [t.name for t in PROCESS_TABLES]
        left |= {n: left[n].filter(~pl.col("process_id").is_in(again.implode())) for n in of if n in left}
    return left, tuple(again.sort())


def _standing(tables: Tables) -> Tables:
    """The tables without awards that were cancelled or void, nor their lines and suppliers."""
    void = tables["awards"].filter(pl.col("status").str.contains(VOID)).select("process_id", "award_id")
    if void.is_empty():
        return tables
    left = {
        name: tables[name].join(void, on=["process_id", "award_id"], how="anti", maintain_order="left")
        for name in ("awards", "award_lines", "award_suppliers")
    }
    return {**tables, **left}


def _source_codes(processes: pl.DataFrame) -> tuple[pl.DataFrame, list[tuple[str, ...]]]:
    """Add `row`, the number of the process, and `source_code`, the place of its set of sources in the list returned."""
    keyed = processes.with_row_index("row").with_columns(_sources=pl.col("sources").list.join("\n").fill_null(""))
    sets = sorted(keyed["_sources"].unique().to_list())
    codes = pl.DataFrame(
        {"_sources": sets, "source_code": range(len(sets))}, schema={"_sources": pl.String, "source_code": pl.UInt16}
    )
    coded = keyed.join(codes, on="_sources", how="left", maintain_order="left").drop("_sources")
    return coded, [tuple(sorted(set(s.split("\n")))) if s else () for s in sets]


def _telling_failures(lots: pl.DataFrame, processes: pl.DataFrame, kinds: list[tuple[str, ...]]) -> pl.DataFrame:
    """The lots, `failed` null where no source of the process is seen to publish lots that failed: a file of awards holds none."""
    of = lots.filter("failed").select("process_id").unique().with_columns(_failed=pl.lit(value=True))
    seen = processes.join(of, on="process_id", how="left", maintain_order="left")
    return lots.with_columns(failed=pl.when(_publishes(seen, kinds, "_failed")).then("failed"))


def _publishes(processes: pl.DataFrame, kinds: list[tuple[str, ...]], column: str) -> pl.Expr:
    """Whether any of the process's sources publishes a column."""
    lacking = Frames({"processes": processes}, kinds).lacking("processes", [column])[column]
    return pl.col("source_code").is_in(lacking).not_()
