"""The library's own gate: is what was read and computed fit to publish, and how far is it from the last publication?

Bounds on the staged version go into quality.json, which is part of the version. What compares it with the version before
goes into the log, because a version depends on its inputs alone.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from procrisk.records.tables import PERU_PREFIX
from procrisk.settings import Gate


@dataclass(frozen=True, slots=True)
class Check:
    """The outcome of one check."""

    name: str
    status: str
    """passed, failed or errored (the check itself broke: nobody knows)."""
    value: float | None
    bound: float | None
    detail: str
    """In a sentence: what was measured and, where it failed, what to look at."""
    acceptable: bool = False
    """An operator may publish in spite of it with --accept-drift REASON: the data moved, nothing is broken."""


@dataclass(frozen=True, slots=True)
class Staged:
    """What the checks look at: the frames as they will be published and the counts of the inputs."""

    processes: pl.DataFrame
    regions: pl.DataFrame
    flags: pl.DataFrame
    coverage: pl.DataFrame
    inputs: list[dict[str, Any]]
    awards: pl.DataFrame
    """process_id and the ISO currency of each award."""


def check(staged: Staged, gate: Gate) -> list[Check]:
    """Run every check; one that raises is `errored`, never skipped."""
    checks: list[tuple[str, Callable[[Staged, Gate], list[Check]]]] = [
        ("conservation", _conservation),
        ("quarantine", _quarantine),
        ("currency_mix", _currency),
        ("null_rates", _nulls),
        ("keys", _keys),
        ("ranges", _ranges),
        ("flags", _flags),
    ]
    found: list[Check] = []
    for name, run in checks:
        try:
            found += run(staged, gate)
        except (pl.exceptions.PolarsError, KeyError, TypeError, ZeroDivisionError) as e:
            found.append(
                Check(name, "errored", None, None, f"the check could not be carried out: {type(e).__name__}: {e}")
            )
    return found


def document(checks: list[Check]) -> dict[str, Any]:
    """quality.json: the overall status (errored before failed before passed) and each check."""
    return {"status": status(checks), "checks": [asdict(c) for c in checks]}


def status(checks: list[Check]) -> str:
    """Errored where a check broke, else failed where one failed, else passed."""
    states = {c.status for c in checks}
    return next((s for s in ("errored", "failed") if s in states), "passed")


def _result(name: str, bad: float, bound: float, detail: str, *, acceptable: bool = False) -> Check:
    return Check(name, "failed" if bad > bound else "passed", bad, bound, detail, acceptable)


def _conservation(staged: Staged, _: Gate) -> list[Check]:
    wrong = [
        i["name"]
        for i in staged.inputs
        if i["counts"]["read"] != sum(i["counts"][k] for k in ("accepted", "quarantined", "duplicate", "blank"))
    ]
    return [_result("conservation", len(wrong), 0, f"inputs whose counts do not add up: {', '.join(wrong) or 'none'}")]


def _quarantine(staged: Staged, gate: Gate) -> list[Check]:
    read = sum(i["counts"]["read"] for i in staged.inputs)
    refused = sum(i["counts"]["quarantined"] for i in staged.inputs)
    share = refused / read if read else 0.0
    bound = gate.max_quarantined if read >= gate.quarantined_min else 1.0
    detail = f"{refused} of {read} records were refused; see quarantine.parquet"
    return [_result("quarantined_share", share, bound, detail, acceptable=True)]


def _peruvian(processes: pl.DataFrame) -> pl.DataFrame:
    """Processes that Peru's register speaks of: other publishers' OCDS has neither our regions nor our currency."""
    return processes.filter(pl.col("ocid").is_null() | pl.col("ocid").str.starts_with(PERU_PREFIX))


def _currency(staged: Staged, gate: Gate) -> list[Check]:
    known = staged.awards.join(_peruvian(staged.processes), on="process_id", how="semi")["currency"].drop_nulls()
    share = int((known != "PEN").sum()) / len(known) if len(known) else 0.0
    bound = gate.max_foreign_currency if len(known) >= gate.shares_min else 1.0
    detail = f"{share:.2%} of the awards are not in soles"
    return [_result("foreign_currency_share", share, bound, detail, acceptable=True)]


def _nulls(staged: Staged, gate: Gate) -> list[Check]:
    looked_at = _peruvian(staged.processes)
    n, few = max(looked_at.height, 1), looked_at.height < gate.shares_min
    return [
        _result(
            f"null_rate:{c}",
            looked_at[c].null_count() / n,
            1.0 if few else bound,
            f"share of processes without {c}",
            acceptable=True,
        )
        for c, bound in sorted(gate.max_null.items())
    ]


def _keys(staged: Staged, _: Gate) -> list[Check]:
    regions, processes = staged.regions, staged.processes
    twice = processes.height - processes["process_id"].n_unique()
    again = regions.height - regions.select("region_code", "scope", "period").n_unique()
    stray = staged.flags.join(processes, on="process_id", how="anti").height
    return [
        _result("process_id_unique", twice, 0, "rows of processes that repeat a process_id"),
        _result("region_key_unique", again, 0, "rows of regions that repeat region, scope and period"),
        _result("flags_on_listed_processes", stray, 0, "flags on a process that is not listed"),
        _result(
            "something_to_publish",
            float(processes.height == 0),
            0,
            "no process was read" if not processes.height else "processes were read",
        ),
    ]


def _ranges(staged: Staged, _: Gate) -> list[Check]:
    def outside(frame: pl.DataFrame) -> int:
        return frame.filter(pl.col("score").is_nan() | ~pl.col("score").is_between(0, 100)).height

    r, c = staged.regions, staged.coverage
    loose = r.filter((pl.col("score") < pl.col("score_low")) | (pl.col("score") > pl.col("score_high"))).height
    milli = {n: (pl.col(n) * 1000).round().cast(pl.Int64) for n in ("crude", "standardised", "mix")}
    split = r.filter(milli["crude"] != milli["standardised"] + milli["mix"]).height
    uneven = c.filter(pl.col("evaluated") + pl.col("not_evaluable") != pl.col("applicable")).height
    return [
        _result("process_scores_in_range", outside(staged.processes), 0, "process scores outside 0-100"),
        _result("region_scores_in_range", outside(r), 0, "region scores outside 0-100"),
        _result("region_scores_in_interval", loose, 0, "region scores outside their own interval"),
        _result("region_scores_add_up", split, 0, "region rows where standardised + mix is not crude"),
        _result("coverage_adds_up", uneven, 0, "rows of coverage where evaluated + not_evaluable is not applicable"),
    ]


def _flags(staged: Staged, _: Gate) -> list[Check]:
    mute = staged.flags.filter(
        pl.any_horizontal(pl.col("sentence_es", "sentence_en").fill_null("").str.len_chars() < 20)
    ).height
    return [_result("flags_have_sentences", mute, 0, "flags without a sentence in both languages")]


def drift(new: pl.DataFrame, old: pl.DataFrame, gate: Gate) -> tuple[dict[str, Any], list[Check]]:
    """Compare the volume by region with the last publication.

    Args:
        new: processes as staged, with `region_code`.
        old: processes of the version that is current.
        gate: the bounds.

    Returns:
        what goes into the log (processes before and now by region), and one check a region that is out of bounds.
    """
    counts = (
        old.group_by("region_code")
        .len("before")
        .join(new.group_by("region_code").len("now"), on="region_code", how="full", coalesce=True, nulls_equal=True)
        .with_columns(
            pl.col("before", "now").fill_null(0).cast(pl.Int64), region_code=pl.col("region_code").fill_null("unknown")
        )
        .sort("region_code")
    )
    measured = {row["region_code"]: [row["before"], row["now"]] for row in counts.iter_rows(named=True)}
    checks = []
    for region, (before, now) in measured.items():
        if max(before, now) < gate.volume_min:
            continue
        ratio = now / before if before else float("inf")
        if not gate.volume_low <= ratio <= gate.volume_high:
            bound = gate.volume_low if ratio < 1 else gate.volume_high
            detail = f"region {region}: {now} processes, {before} in the last publication; publish with --accept-drift REASON if that is right"
            checks.append(
                Check(f"volume:{region}", "failed", None if before == 0 else ratio, bound, detail, acceptable=True)
            )
    return {"processes_by_region": measured}, checks
