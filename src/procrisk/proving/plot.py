"""What the schemes are planted with: real processes of one item and one winner, taken from the ground and laid anew."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from procrisk.proving.background import UNCONTESTED
from procrisk.proving.ground import Generator, Tables, settle
from procrisk.records.assemble import Dataset
from procrisk.records.tables import PROCESS_TABLES

QUIET = timedelta(days=130)
"""Nothing is planted so late that its contract could not be known."""
PLACE = ("buyer_ruc", "buyer_consucode", "buyer_name", "buyer_type", "buyer_department", "buyer_province", "buyer_id")
SEAT = (*PLACE, "buyer_level", "region_code")
PREFIX = {"AS": "AS-SM", "CPRE": "COMPRE-SM", "LP": "LP-SM", "CP": "CP-SM", "CD": "DIRECTA-PROC"}
Row = dict[str, Any]


class TooFewError(Exception):
    """No process or firm is left to plant a scheme with: the ground is small."""


@dataclass(slots=True)
class Instance:
    """One planted scheme, or a clean look-alike of it (`twin`)."""

    scheme: str
    twin: bool
    strength: float
    processes: list[str]
    telling: list[str]
    """Those in which the scheme has something to show: of a capture, what the captor wins in its second half."""
    supplier: str = ""


@dataclass(slots=True)
class Purchase:
    """How a process is laid: what differs from the process that was taken. Money in soles."""

    base: Row
    bids: list[tuple[str, float]]
    """Firm and price over the value, the winner first."""
    value: float | None = None
    method: str | None = None
    call: date | None = None
    buyer: Row | None = None
    text: str | None = None
    bid_days: int | None = None
    """Days from the call to the bids; otherwise as drawn for the process."""
    registered: int | None = None
    criteria: int | None = None
    currency: str = "PEN"
    added: float = 0.0
    """Additions over the contracted amount."""
    longer: float = 0.0
    """Extension over the contracted term."""
    swapped: bool = False
    """The days of the call and of the award change places."""
    ocid: str | None = None
    title: str | None = None


@dataclass(slots=True)
class Plot:
    """The ground, what was taken from it and what was laid."""

    tables: Tables
    rng: Generator
    strength: float
    pool: pl.DataFrame
    """Processes that can be taken, sorted; one row a process, with winner and item."""
    firms: pl.DataFrame
    """region_code, object, party_id, name, from which day on it is registered (null: not in the register)."""
    free: npt.NDArray[np.bool_]
    rows: dict[str, list[Row]] = field(default_factory=lambda: {t.name: [] for t in PROCESS_TABLES})
    gone: set[str] = field(default_factory=set)
    members: set[str] = field(default_factory=set)
    """Firms that a scheme or look-alike is made of; no other is made of them, else one would show in the other."""
    registered: dict[str, date] = field(default_factory=dict)
    """Firms whose registration is moved, and to which day."""
    span: tuple[date, date] = (date.min, date.max)
    """First and last day of the calls of the pool."""
    instances: list[Instance] = field(default_factory=list)

    def mark(self) -> tuple[npt.NDArray[np.bool_], set[str], dict[str, int], int, dict[str, date]]:
        """Where the plot stands, for `undo`."""
        sizes = {t: len(r) for t, r in self.rows.items()}
        return self.free.copy(), set(self.gone), sizes, len(self.instances), dict(self.registered)

    def undo(self, to: tuple[npt.NDArray[np.bool_], set[str], dict[str, int], int, dict[str, date]]) -> None:
        """Give back what a scheme took that could not be finished."""
        self.free, self.gone, sizes, instances, self.registered = to
        self.rows = {t: r[: sizes[t]] for t, r in self.rows.items()}
        del self.instances[instances:]

    def u(self, low: float, high: float) -> float:
        """A number between two."""
        return float(self.rng.uniform(low, high))

    def mask(self, condition: pl.Expr) -> npt.NDArray[np.bool_]:
        """Free processes of the pool that meet a condition."""
        found: npt.NDArray[np.bool_] = (
            self.pool.select(condition.fill_null(value=False)).to_series().to_numpy() & self.free
        )
        return found

    def some(self, mask: npt.NDArray[np.bool_]) -> Row:
        """One process of a mask; it stays free."""
        at = np.flatnonzero(mask)
        if not len(at):
            raise TooFewError
        return self.pool.row(int(self.rng.choice(at)), named=True)

    def choose(self, mask: npt.NDArray[np.bool_], k: int) -> list[Row]:
        """`k` processes of a mask, or as many as there are, by day of call; they are taken."""
        at = np.flatnonzero(mask)
        if len(at) < min(k, 2):
            raise TooFewError
        chosen = self.rng.choice(at, min(k, len(at)), replace=False)
        self.free[chosen] = False
        rows = self.pool[np.sort(chosen)].sort("call_date", "process_id").rows(named=True)
        self.gone |= {r["process_id"] for r in rows}
        return rows

    def gather(self, condition: pl.Expr, k: int) -> tuple[Row, list[Row]]:
        """`k` processes of one buyer and object: its own, then others of its region that it is made to call."""
        seed = self.some(self.mask(condition))
        same = condition & (pl.col("object") == seed["object"]) & (pl.col("region_code") == seed["region_code"])
        own = np.flatnonzero(self.mask(same & (pl.col("buyer_id") == seed["buyer_id"])))
        near = np.flatnonzero(self.mask(same & (pl.col("buyer_id") != seed["buyer_id"])))
        wanted = np.concatenate([self.rng.permutation(own), self.rng.permutation(near)])[:k]
        mask = np.zeros(len(self.free), np.bool_)
        mask[wanted] = True
        return seed, self.choose(mask, k)

    def market(self, base: Row, k: int, before: date | None = None) -> list[str]:
        """`k` firms that win in the region and object of a process, all alike, registered long before."""
        day = (before or base["call_date"]) - timedelta(days=200)
        known = self.firms.filter(
            (pl.col("object") == base["object"])
            & (pl.col("since").is_null() | (pl.col("since") < day))
            & ~pl.col("party_id").is_in([*self.registered, *sorted(self.members)])
        )
        here = pl.col("region_code") == base["region_code"]
        drawn = known[self.rng.permutation(known.height)]
        # a small market takes firms from elsewhere
        names = list(dict.fromkeys([*drawn.filter(here)["party_id"], *drawn.filter(~here)["party_id"][: 4 * k]]))
        if len(names) < k:
            raise TooFewError
        return names[:k]

    def honest(self, base: Row, firms: list[str]) -> list[tuple[str, float]]:
        """Bids of firms that compete: each its own price, the cheapest wins."""
        price = np.maximum(
            0.97 - self.rng.gamma(1.2, 0.04, len(firms)), 0.9 if base["object"] in {"works", "consultancy"} else 0.5
        )
        return [(firms[i], float(price[i])) for i in np.argsort(price, kind="stable").tolist()]

    def done(
        self, scheme: str, rows: list[Row], supplier: str, *, twin: bool, telling: list[str] | None = None
    ) -> None:
        """Write an instance into the truth."""
        ids = [r["process_id"] for r in rows]
        self.instances.append(Instance(scheme, twin, 0.0 if twin else self.strength, ids, telling or ids, supplier))

    def lay(self, p: Purchase) -> None:
        """Lay a process with all that belongs to it."""
        b = p.base
        pid, shift = b["process_id"], (p.call or b["call_date"]) - b["call_date"]
        value = b["value_pen_cents"] if p.value is None else round(p.value * 100)
        amount = max(round(value * p.bids[0][1]), 1)
        call, award, consent = b["call_date"] + shift, b["award_date"] + shift, b["consent_date"] + shift
        deadline = None if b["bid_deadline"] is None else b["bid_deadline"] + shift
        if p.bid_days is not None:
            waited = award - deadline if deadline else timedelta(days=3)
            deadline = call + timedelta(days=p.bid_days)
            award, consent = deadline + waited, deadline + waited + (consent - award)
        # with rivals the award stands only after the days in which they may appeal (Reglamento, art. 64)
        appeal = 1 if len(p.bids) == 1 else 15 if (p.method or b["method"]) in {"LP", "CP"} else 10
        if len(p.bids) == 1 or (consent - award).days < appeal:
            consent = award + timedelta(days=appeal)
        signed = consent + timedelta(days=int(self.rng.integers(4, 13)))
        if p.swapped:
            call, award = award, call
        title = p.title or (b["title"] if p.method is None else _titled(b["title"], p.method))
        pen = None if p.currency != "PEN" else value
        said = {c: (p.buyer or b)[c] for c in SEAT}
        self._add("processes", b, **said, process_id=pid, title=title, call_date=call, bid_deadline=deadline, currency=p.currency,
                  value_cents=value, value_pen_cents=pen, ocid=p.ocid or b["ocid"], method_details=None if p.method else b["method_details"],
                  object_inferred=b["object_inferred"], criteria_length=p.criteria or b["criteria_length"],
                  description=p.text if p.text and b["description"] else b["description"],
                  n_registered=p.registered or max(b["n_registered"] or 0, len(p.bids)))  # fmt: skip
        money = {
            "currency": p.currency,
            "amount_cents": amount,
            "amount_pen_cents": None if p.currency != "PEN" else amount,
        }
        winner, award_id = p.bids[0][0], f"{pid}-{p.bids[0][0]}"
        key = {"process_id": pid, "award_id": award_id}
        self._add(
            "lots",
            b["lot"],
            process_id=pid,
            description=p.text or b["lot"]["description"],
            value_cents=value,
            value_pen_cents=pen,
            currency=p.currency,
        )
        self._add("awards", {}, **key, **money, date=award, consent_date=consent)
        self._add("award_lines", {}, **key, **money, lot_id=b["lot"]["lot_id"], quantity=b["lot"]["quantity"])
        natural = winner.startswith("10")
        self._add("award_suppliers", {}, **key, party_id=winner, ruc=winner, natural=natural, kind="natural" if natural else "legal",
                  name=self.name(winner))  # fmt: skip
        if (p.method or b["method"]) not in UNCONTESTED:
            for firm, ratio in p.bids:
                self._add("bids", {}, process_id=pid, lot_id=b["lot"]["lot_id"], party_id=firm, bid_id="", status="valid",
                          currency=p.currency, amount_cents=max(round(value * ratio), 1), name=self.name(firm) if firm == winner else None)  # fmt: skip
        term = max(int({"goods": 30, "works": 150}.get(b["object"], 180) * np.exp(0.5 * self.rng.standard_normal())), 5)
        end = signed + timedelta(days=1 + term)
        contract = {"process_id": pid, "contract_id": f"C{award_id}"}
        self._add("contracts", {}, **contract, **money, award_id=award_id, supplier_id=winner, signed_date=signed,
                  published_date=signed + timedelta(days=int(self.rng.integers(1, 9))), start_date=signed + timedelta(days=1),
                  end_date=end, end_date_updated=end + timedelta(days=round(term * p.longer)))  # fmt: skip
        if p.added:
            self._add(
                "modifications",
                {},
                **contract,
                modification_id="additional",
                kind="additional",
                amount_cents=round(amount * p.added),
            )

    def name(self, firm: str) -> str | None:
        """The name of a firm as published."""
        found = self.firms.filter(pl.col("party_id") == firm)["name"]
        return found[0] if len(found) else None

    def _add(self, table: str, base: Row, **columns: Any) -> None:
        self.rows[table].append({**base, **columns})

    def grown(self) -> Dataset:
        """The ground with everything that was laid."""
        made = dict(self.tables)
        keep = ~pl.col("process_id").is_in(sorted(self.gone))
        for t in PROCESS_TABLES:
            was = self.tables[t.name]
            rows = [{c: r.get(c) for c in was.columns} for r in self.rows[t.name]]
            made[t.name] = pl.concat([was.filter(keep), pl.DataFrame(rows, schema=was.schema, orient="row")])
        moved = pl.DataFrame(
            {"ruc": list(self.registered), "_day": list(self.registered.values())},
            schema={"ruc": pl.String, "_day": pl.Date},
        )
        register = made["suppliers"].join(moved, on="ruc", how="left", maintain_order="left")
        made["suppliers"] = register.with_columns(valid_from=pl.coalesce("_day", "valid_from")).drop("_day")
        return settle(made)


def _titled(title: str | None, method: str) -> str:
    """The nomenclature with the prefix of another kind of procedure: AS-SM-7-2022-MPA-CS-1."""
    number = pl.select(pl.lit(title or "-1-2022-X-CS-1").str.extract(r"(-\d+-20\d\d-.*)$")).item()
    return PREFIX[method] + (number or "-1-2022-X-CS-1")


def begin(tables: Tables, market: Tables, rng: Generator, strength: float) -> Plot:
    """A plot on settled and dressed tables; its firms are the winners of `market`."""
    lots = tables["lots"].filter(~pl.col("process_id").is_duplicated())
    items = lots.select("process_id", lot=pl.struct(pl.all()))
    awards = tables["awards"].filter(~pl.col("process_id").is_duplicated()).select("process_id", "award_id")
    about = market["processes"].select("process_id", "region_code", "object")
    named = market["award_suppliers"].join(about, on="process_id")
    since = tables["suppliers"].group_by("ruc").agg(since=pl.col("valid_from").min())
    firms = (
        named.filter(pl.col("consortium_id").is_null() & pl.col("ruc").is_not_null())
        .sort("process_id", "award_id", "party_id")
        .select("region_code", "object", "party_id", "name", "ruc")
        .unique(["region_code", "object", "party_id"], keep="first", maintain_order=True)
        .join(since, on="ruc", how="left", maintain_order="left")
    )
    latest = tables["processes"]["call_date"].max()
    assert isinstance(latest, date), "records without a day of call cannot be planted in"
    pool = (
        tables["processes"]
        .filter(
            ~pl.col("method").is_in(UNCONTESTED).fill_null(value=True),
            pl.col("call_number") == 1,
            pl.col("currency") == "PEN",
        )
        .filter(
            pl.col("value_pen_cents") > 0,
            pl.col("award_date") > pl.col("call_date"),
            pl.col("consent_date") >= pl.col("award_date"),
        )
        .filter(
            pl.col("call_date") < latest - QUIET,
            pl.col("region_code").is_not_null(),
            pl.col("special_regime").is_null(),
        )
        .join(items, on="process_id")
        .join(awards, on="process_id")
        .sort("process_id")
    )
    first, last = pool["call_date"].min(), pool["call_date"].max()
    assert isinstance(first, date), "no process with one item and one award to plant in"
    assert isinstance(last, date)
    return Plot(tables, rng, strength, pool, firms, np.ones(pool.height, np.bool_), span=(first, last))
