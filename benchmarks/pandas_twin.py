"""The compared indicators written in pandas, as one would: nullable columns, group-bys, merges, rolling windows."""

import re
import unicodedata
from pathlib import Path

import numpy as np
import pandas as pd

from procrisk.indicators.features import SUBJECTS
from procrisk.indicators.registry import INDICATORS

COMPETITIVE = ["LP", "CP", "AS", "SIE", "CPRE", "SCI", "LPA", "CPA", "ADP", "ADS", "AMC"]
TENDER = ["LP", "CP", "AS", "SIE", "LPA", "CPA", "ADP", "ADS", "AMC"]
SIMPLIFIED = ["AS", "LPA", "CPA"]
OUT, CLEAR, UNKNOWN, RAISED = 0, 1, 3, 5


def pandas_states(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """True raised, false clear, missing not evaluable, a row a process; and the flags with their evidence."""
    p, lots, awards = (
        pd.read_parquet(folder / f"{n}.parquet", dtype_backend="numpy_nullable")
        for n in ("processes", "lots", "awards")
    )
    p["call_date"] = pd.to_datetime(p["call_date"])
    p = _peer_days(p)
    p["peer_days_typical"] = np.exp(p["peer_days_median"]) - 1
    p = _alike(p, _part(p), "split")
    p = _alike(p, (p["method"] == "CPRE") & _first(p), "quote")
    p = _yearly(p)
    p = p.merge(_hhi(_open(awards), ["buyer_id", "year"], "buyer"), on=["buyer_id", "year"], how="left")
    p = _markets(p, awards)
    frame = _price_peers(lots, p)
    decided = {**_process_rules(p), **_buyer_rules(p)}
    states = pd.DataFrame({"process_id": p["process_id"]})
    for name, outcome in decided.items():
        states[name] = _state(outcome)
    of_lots = _lot_rules(frame)
    codes = pd.DataFrame({"process_id": frame["process_id"], **of_lots})
    worst = states[["process_id"]].merge(codes.groupby("process_id").max(), on="process_id", how="left").fillna(OUT)
    for name in worst.columns[1:]:
        states[name] = _state(worst[name].to_numpy())
    flags = [_flags(p, code, name) for name, code in decided.items()]
    flags += [_flags(frame, code, name) for name, code in of_lots.items()]
    order = ["process_id", "indicator", "subject_id"]
    return states.sort_values("process_id"), pd.concat(flags, ignore_index=True).sort_values(order)


def _flags(frame: pd.DataFrame, code: np.ndarray, name: str) -> pd.DataFrame:
    """The raised rows with their evidence as JSON; without the sentences that procrisk writes in two languages."""
    i = INDICATORS[name]
    raised = frame[code == RAISED]
    shown = raised[list(i.evidence)].to_json(orient="records", lines=True, date_format="iso").split("\n")
    return pd.DataFrame(
        {
            "process_id": raised["process_id"],
            "subject_type": i.subject,
            "subject_id": raised[SUBJECTS[i.subject].id],
            "indicator": name,
            "evidence": shown[: len(raised)],
        }
    ).drop_duplicates(["process_id", "subject_id"])


def _truth(x: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    known = x.notna().to_numpy()
    return x.fillna(value=False).to_numpy(dtype=bool) & known, known


def _outcome(scope: pd.Series, test: pd.Series, enough: pd.Series | None = None) -> np.ndarray:
    """Code of each row: out of scope, unknown, clear or raised."""
    inside, scope_known = _truth(scope)
    yes, known = _truth(test)
    code = np.where(known, np.where(yes, RAISED, CLEAR), UNKNOWN)
    if enough is not None:
        code = np.where(_truth(enough)[0], code, UNKNOWN)
    return np.where(scope_known, np.where(inside, code, OUT), UNKNOWN)


def _state(code: np.ndarray) -> pd.arrays.BooleanArray:
    return pd.arrays.BooleanArray(code == RAISED, ~np.isin(code, (RAISED, CLEAR)))


def _isin(x: pd.Series, values: list[str]) -> pd.Series:
    return x.isin(values).astype("boolean").mask(x.isna())


def _first(p: pd.DataFrame) -> pd.Series:
    return p["call_number"].fillna(1) <= 1


def _part(p: pd.DataFrame) -> pd.Series:
    below = p["value_pen_cents"] < p["law_lp_threshold_cents"]
    kind = _isin(p["method"], SIMPLIFIED) | (p["method"] == "CPRE")
    return kind & _isin(p["object"], ["goods", "services"]) & _first(p) & p["special_regime"].isna() & below


def _robust(frame: pd.DataFrame, column: str, by: list[str], name: str, floor: float) -> pd.DataFrame:
    known = frame[frame[column].notna()]
    grouped = known.groupby(by, dropna=False)[column]
    away = (known[column] - grouped.transform("median")).abs()
    mad = away.groupby([known[b] for b in by], dropna=False).median()
    table = pd.DataFrame({f"peer_{name}_median": grouped.median(), f"peer_{name}_n": grouped.size(), "_mad": mad})
    out = frame.merge(table.reset_index(), on=by, how="left")
    scale = np.maximum(out["_mad"] * 1.4826, floor)
    out[f"peer_{name}_z"] = (out[column] - out[f"peer_{name}_median"]) / scale
    out[f"peer_{name}_n"] = out[f"peer_{name}_n"].fillna(0)
    return out.drop(columns="_mad")


def _peer_days(p: pd.DataFrame) -> pd.DataFrame:
    return _robust(p, "log_award_days", ["method", "object"], "days", 0.1)


def _alike(p: pd.DataFrame, which: pd.Series, name: str) -> pd.DataFrame:
    keys = ["buyer_id", "object", "item_class"]
    parts = p[which.fillna(value=False) & (p["value_pen_cents"] > 0).fillna(value=False)]
    parts = parts.dropna(subset=[*keys, "call_date"])[["process_id", *keys, "call_date", "value_pen_cents"]]
    parts = parts.sort_values([*keys, "call_date"])
    group = parts.groupby(keys, sort=False).ngroup().to_numpy()
    day = parts["call_date"].to_numpy().astype("datetime64[D]").astype(np.int64)
    # one axis for all groups, so far apart that no window reaches the next one
    axis = group * 1_000_000 + day
    low, high = np.searchsorted(axis, axis - 60, side="left"), np.searchsorted(axis, axis + 60, side="right")
    total = np.concatenate([[0], np.cumsum(parts["value_pen_cents"].to_numpy(dtype=np.int64))])
    found = pd.DataFrame(
        {"process_id": parts["process_id"], f"{name}_n": high - low, f"{name}_total_cents": total[high] - total[low]}
    )
    return p.merge(found.astype({f"{name}_n": "Int64", f"{name}_total_cents": "Int64"}), on="process_id", how="left")


def _limit(share: pd.Series, by: list[pd.Series]) -> pd.Series:
    ppm = (share * 1_000_000).round().astype("Int64")
    grouped, squares = ppm.groupby(by, dropna=False), (ppm * ppm).groupby(by, dropna=False)
    n, total = grouped.transform("count"), grouped.transform("sum")
    mean = total / n
    variance = (squares.transform("sum") - total * mean) / (n - 1)
    limit = (mean + 2.0 * np.sqrt(variance.clip(lower=0.0))) / 1_000_000
    return limit.where(n > 1)


def _yearly(p: pd.DataFrame) -> pd.DataFrame:
    line = p["value_over_line"]
    low = (_isin(p["method"], SIMPLIFIED) & (line >= 0.5) & (line < 1.0)).fillna(value=False)
    month = p["call_date"].dt.month
    parts = pd.DataFrame(
        {
            **{k: p[k] for k in ("buyer_id", "buyer_level", "year", "n_known_lots", "n_failed_lots")},
            "buyer_n": p["method"].notna(),
            "buyer_direct_n": (p["method"] == "CD").fillna(value=False),
            "buyer_low_n": low,
            "buyer_near_n": low & (line >= 0.95).fillna(value=False),
            "buyer_december_n": p["method"].notna() & (month == 12),
            "month": month,
        }
    )
    keys = ["buyer_id", "buyer_level", "year"]
    grouped = parts.groupby(keys, dropna=False)
    counted = [c for c in parts.columns if c.startswith("buyer_") and c.endswith("_n")] + [
        "n_known_lots",
        "n_failed_lots",
    ]
    ours = grouped[counted].sum().astype("Int64")
    ours["buyer_months"] = grouped["month"].nunique()
    ours = ours.rename(columns={"n_known_lots": "buyer_lots_n", "n_failed_lots": "buyer_failed_n"}).reset_index()
    for name, of in (("direct", "n"), ("near", "low_n"), ("failed", "lots_n"), ("december", "n")):
        whole = ours[f"buyer_{of}"]
        share = (ours[f"buyer_{name}_n"] / whole.where(whole > 0)).astype("Float64")
        ours[f"buyer_{name}_share"] = (share * 1_000_000).round() / 1_000_000
    for name, of, least in (("direct", "n", 10), ("near", "low_n", 5), ("failed", "lots_n", 10)):
        share = ours[f"buyer_{name}_share"].where(ours[f"buyer_{of}"] >= least)
        by = [ours["buyer_level"], ours["year"]]
        ours[f"peer_{name}_limit"] = _limit(share, by)
        ours[f"peer_{name}_n"] = share.groupby(by, dropna=False).transform("count")
    return p.merge(ours, on=keys, how="left")


def _open(awards: pd.DataFrame) -> pd.DataFrame:
    return awards[awards["method"].isin(COMPETITIVE)]


def _hhi(awards: pd.DataFrame, keys: list[str], name: str) -> pd.DataFrame:
    """Concentration, and who holds most: the evidence of a flag names it."""
    known = awards[(awards["amount_pen_cents"] > 0).fillna(value=False)].dropna(subset=[*keys, "holder"])
    held = known.groupby([*keys, "holder"])["amount_pen_cents"].agg(["sum", "size"]).reset_index()
    total = held.groupby(keys).agg(total=("sum", "sum"), n=("size", "sum"), holders=("size", "size")).reset_index()
    held = held.merge(total, on=keys)
    ppm = (held["sum"] * 1000 // np.maximum(held["total"] // 1000, 1)).clip(0, 1_000_000)
    squares = (ppm * ppm).groupby([held[k] for k in keys]).sum() / 100_000_000
    held["ppm"] = ppm
    top = held.sort_values([*keys, "sum", "holder"], ascending=[*[True] * len(keys), False, True]).drop_duplicates(keys)
    shown = awards[awards["holder"].isin(top["holder"])].groupby("holder")["holder_shown"].min()
    top = top[[*keys, "holder", "sum", "ppm"]].merge(shown.reset_index(), on="holder", how="left")
    top[f"{name}_top_share"] = top["ppm"] / 1_000_000
    top = top.rename(columns={"holder": f"{name}_top", "sum": f"{name}_top_cents", "holder_shown": f"{name}_top_shown"})
    out = total.rename(columns={"n": f"{name}_awards_n", "holders": f"{name}_holders_n"}).drop(columns="total")
    out = out.merge(squares.rename(f"{name}_hhi").reset_index(), on=keys)
    return out.merge(top.drop(columns="ppm"), on=keys)


def _markets(p: pd.DataFrame, awards: pd.DataFrame) -> pd.DataFrame:
    open_ = _open(awards).merge(p[["process_id", "market_id"]], on="process_id", how="left")
    buyers = open_.groupby("market_id")["buyer_id"].nunique().rename("market_buyers_n").reset_index()
    found = _hhi(open_, ["market_id"], "market").merge(buyers, on="market_id", how="left")
    return p.merge(found, on="market_id", how="left")


def _letters(text: str) -> str:
    plain = "".join(ch for ch in unicodedata.normalize("NFD", text[:160].upper()) if unicodedata.category(ch) != "Mn")
    return re.sub(" +", " ", re.sub("[^A-Z ]", " ", re.sub(r"\s+", " ", plain).strip())).strip()


def _price_peers(lots: pd.DataFrame, p: pd.DataFrame) -> pd.DataFrame:
    f = lots[lots["awarded_cents"].notna()].merge(p[["process_id", "method", "object"]], on="process_id")
    kind = [f["method"], f["object"]]
    equal = f["equals_reference"].astype("Int64").groupby(kind, dropna=False)
    f["peer_equal_n"] = equal.transform("count")
    f["peer_equal_share"] = equal.transform("sum") / f["peer_equal_n"]
    paid = (f["awarded_quantity"] > 0) & (f["awarded_cents"] > 0)
    price = (f["awarded_cents"] / f["awarded_quantity"] / 100).where(paid.fillna(value=False))
    texts = {t: _letters(t)[:60] for t in f["description"].dropna().unique()}
    name = f["description"].map(texts)
    f["item"] = f["classification"].fillna(name.where(name != ""))
    f["unit_key"] = f["unit"].str.upper().str.replace(r"\s+", " ", regex=True).str.strip()
    told = (f["object"] == "goods").fillna(value=False) & f["item"].notna() & f["unit_key"].notna()
    f["log_price"] = np.log(price.astype("Float64")).where(told)
    f = _robust(f, "log_price", ["item", "unit_key"], "price", 0.2)
    f["unit_price"], f["peer_price_typical"] = price, np.exp(f["peer_price_median"])
    f["price_over_typical"] = np.exp(f["log_price"] - f["peer_price_median"])
    return f


def _process_rules(p: pd.DataFrame) -> dict[str, np.ndarray]:
    method, value, line = p["method"], p["value_pen_cents"], p["law_lp_threshold_cents"]
    competitive, tender = _isin(method, COMPETITIVE), _isin(method, TENDER)
    simplified, direct, quotes = _isin(method, SIMPLIFIED), method == "CD", method == "CPRE"
    first, has, awarded = _first(p), value > 0, p["n_awards"] > 0
    goods, ordinary = _isin(p["object"], ["goods", "services"]), p["special_regime"].isna()
    least, days, ratio = p["law_min_bid_days"], p["award_days"], p["value_over_line"]
    doubtful = p["object_inferred"] & ((value >= line) | (p["object"] == "works"))
    fast = (tender & awarded & (days >= 0), competitive & awarded & (days >= 0))
    peers = p["peer_days_n"] >= 30
    integration = p["law_integration_days"]
    return {
        "PLA-01": _outcome(
            (simplified | quotes) & goods & first & ordinary & has & (value < line),
            (p["split_n"] >= 2) & (p["split_total_cents"] >= line),
        ),
        "PLA-02": _outcome(
            quotes & first & has, (p["quote_n"] >= 3) & (p["quote_total_cents"] > p["law_cprec_max_cents"])
        ),
        "PLA-03": _outcome(simplified & first & has & (ratio < 1.0), ratio >= 0.95),
        "PRE-01": _outcome(direct, ~p["has_cause"]),
        "PRE-02": _outcome(direct & p["has_cause"], p["weak_cause"]),
        "PRE-04": _outcome(
            (method == "AS") & first & ordinary & has, (value >= line).where(~doubtful.fillna(value=True))
        ),
        "PRE-05": _outcome(quotes & has, value > p["law_cprec_max_cents"]),
        "PRE-06": _outcome(tender & least.notna(), p["bid_days"] < least - 1),
        "PRE-08": _outcome(tender & (value >= 10_000_000), value % 10_000_000 == 0),
        "PRE-10": _outcome(tender & integration.notna(), p["integration_days"] < integration - 1),
        "SEL-01": _outcome(competitive & awarded, p["n_bidders"] <= 1),
        "SEL-02": _outcome((method == "SIE") & awarded, p["n_bidders"] < 2),
        "SEL-07": _outcome(tender & least.notna() & awarded, days < least - 1),
        "SEL-08": _outcome(fast[0], p["peer_days_z"] <= -2.5, peers),
        "SEL-09": _outcome(fast[1], p["peer_days_z"] >= 3.0, peers),
        "SEL-19": _outcome(tender, p["call_number"] >= 3),
        "CRO-01": _outcome(competitive | direct, p["registration_days"] > 90),
    }


def _buyer_rules(p: pd.DataFrame) -> dict[str, np.ndarray]:
    competitive, ratio = _isin(p["method"], COMPETITIVE), p["value_over_line"]
    near = _isin(p["method"], SIMPLIFIED) & (ratio >= 0.95) & (ratio < 1.0)
    return {
        "PLA-04": _outcome(
            near,
            p["buyer_near_share"] > p["peer_near_limit"],
            (p["buyer_low_n"] >= 5) & (p["peer_near_n"] >= 10),
        ),
        "PLA-05": _outcome(
            (p["call_date"].dt.month == 12).astype("boolean").mask(p["call_date"].isna()),
            p["buyer_december_share"] >= 0.25,
            (p["buyer_n"] >= 20) & (p["buyer_months"] >= 10),
        ),
        "PRE-03": _outcome(
            p["method"] == "CD",
            (p["buyer_direct_n"] >= 3) & (p["buyer_direct_share"] > p["peer_direct_limit"]),
            (p["buyer_n"] >= 10) & (p["peer_direct_n"] >= 10),
        ),
        "SEL-12": _outcome(competitive, p["buyer_hhi"] > 2500, p["buyer_awards_n"] >= 10),
        "SEL-20": _outcome(
            competitive,
            p["buyer_failed_share"] > p["peer_failed_limit"],
            (p["buyer_lots_n"] >= 10) & (p["peer_failed_n"] >= 10),
        ),
        "CRO-06": _outcome(
            competitive & p["market_id"].notna(),
            p["market_hhi"] > 2500,
            (p["market_awards_n"] >= 10) & (p["market_buyers_n"] >= 3),
        ),
    }


def _lot_rules(f: pd.DataFrame) -> dict[str, np.ndarray]:
    competitive, direct = _isin(f["method"], COMPETITIVE), f["method"] == "CD"
    valued, goods = f["lot_cents"] > 0, _isin(f["object"], ["goods", "services"])
    rare = (f["peer_equal_share"] <= 0.25) | (f["peer_equal_n"] < 30)
    priced = (f["object"] == "goods") & (f["awarded_quantity"] > 1)
    return {
        "SEL-03": _outcome(competitive & valued & rare, f["equals_reference"], f["peer_equal_n"] >= 30),
        "SEL-04": _outcome((competitive | direct) & valued, f["award_ratio"] > 1.1),
        "SEL-05": _outcome(competitive & goods & valued, f["award_ratio"] < 0.6),
        "CRO-08": _outcome(
            (competitive | direct) & priced,
            (f["peer_price_z"] > 3.5) & (f["price_over_typical"] >= 2.0),
            f["peer_price_n"] >= 8,
        ),
    }
