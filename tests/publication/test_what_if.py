"""One threshold is changed, and the comparison names exactly the processes that cross it."""

import json
from pathlib import Path

import polars as pl
import pytest

from procrisk import cli
from procrisk.publication import store
from procrisk.publication.diff import Diff, diff
from procrisk.simulate import simulate

ID, PARAMETER, USUAL, TRIED = "PLA-03", "from_share", 0.95, 0.975


def run(*arguments: object) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main([str(a) for a in arguments])
    assert left.value.code == 0


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Diff]:
    """The folder of a publication of simulated records, and what one other threshold changes in it."""
    folder = tmp_path_factory.mktemp("what_if")
    simulate(folder, 1500, 11)
    asked = ("run", folder / "ocds", folder / "conosce", "--context", folder / "context", "--out", folder / "out")
    run(*asked)
    before = store.current(folder / "out")
    (folder / "my.toml").write_text(f"[indicators.{ID}]\n{PARAMETER} = {TRIED}\n", encoding="utf-8")
    run(*asked, "--settings", folder / "my.toml")
    assert before is not None
    return folder / "out", diff(folder / "out", before, "current")


def published(out: Path, version: str, name: str) -> pl.DataFrame:
    return pl.read_parquet(out / "versions" / version / f"{name}.parquet")


def test_the_setting_is_named_with_both_values(tried: tuple[Path, Diff]) -> None:
    out, found = tried
    assert found.settings.rows() == [(f"indicators.{ID}.{PARAMETER}", str(USUAL), str(TRIED))]
    assert set(found.manifest["item"]) == {"settings"}
    assert found.records.is_empty()
    manifest = json.loads((out / "current" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["changed_settings"] == {f"indicators.{ID}.{PARAMETER}": {"value": TRIED, "default": USUAL}}


def test_exactly_the_processes_that_cross_the_threshold_lose_the_flag(tried: tuple[Path, Diff]) -> None:
    out, found = tried
    shares = (
        published(out, found.before, "flags").filter(pl.col("indicator") == ID).select("process_id", "value").rows()
    )
    crossing = {p for p, share in shares if share < TRIED}
    assert 0 < len(crossing) < len(shares)
    assert set(found.flags["process_id"]) == crossing
    assert set(found.flags.select("indicator", "change").rows()) == {(ID, "vanished")}
    assert found.flags["cause"].to_list() == [["settings"]] * found.flags.height
    lost = found.processes.filter(pl.col("lost").list.contains(ID))
    assert set(lost["process_id"]) == crossing
    assert lost["cause"].to_list() == [["settings"]] * lost.height


def test_processes_that_move_without_a_flag_do_so_by_their_peers(tried: tuple[Path, Diff]) -> None:
    out, found = tried
    others = found.processes.filter(pl.col("lost").list.len() == 0)
    assert others["gained"].list.len().sum() == 0
    assert others["cause"].to_list() == [["base_rates"]] * others.height
    evaluated = published(out, found.before, "processes").filter(pl.col("n_raised") + pl.col("n_clear") > 0)
    assert set(others["process_id"]) <= set(evaluated["process_id"])


def test_every_region_with_a_process_that_crossed_is_told_and_why(tried: tuple[Path, Diff]) -> None:
    out, found = tried
    crossed = found.processes.filter(pl.col("lost").list.contains(ID)).select("process_id")
    home = published(out, found.after, "processes").join(crossed, on="process_id", how="semi")
    local = home.filter(pl.col("scope") == "local_government").drop_nulls("region_code")
    told = found.regions.filter((pl.col("scope") == "local_government") & pl.col("indicators").list.contains(ID))
    assert set(told["region_code"]) == set(local["region_code"])
    assert (told["n_moved"] > 0).all()


def test_the_command_says_it_in_words(tried: tuple[Path, Diff], capsys: pytest.CaptureFixture[str]) -> None:
    out, found = tried
    capsys.readouterr()
    run("diff", out, found.before, found.after)
    said = capsys.readouterr().out
    assert f"indicators.{ID}.{PARAMETER}: {USUAL} → {TRIED}" in said
    n = found.flags.height
    assert f"{ID}: 0 aparecen / appeared, {n} desaparecen / vanished" in said
    assert "ajuste del indicador / the indicator's setting" in said
