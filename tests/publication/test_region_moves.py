"""Why a region's score moved: parts that add up to the thousandth, on two publications of the same records and of more."""

from pathlib import Path

import polars as pl
import pytest

from procrisk import pipeline
from procrisk.publication import diff_text, exports, store
from procrisk.publication.causes import WORDS
from procrisk.publication.diff import Diff, diff
from procrisk.publication.region_moves import SCHEMA
from procrisk.settings import Settings

FILE = "CONOSCE_ADJUDICACIONES2022_ene_feb.csv"


def published(out: Path, sources: list[Path], context: list[Path], settings: Settings | None = None) -> str:
    request = pipeline.Request(
        sources=sources, context=context, out=out, settings=settings or Settings(), accept_drift="más meses"
    )
    return pipeline.run(request)[0]


@pytest.fixture(scope="module")
def records(shared_data, tmp_path_factory):
    """Real records: the first two thirds of two months of CONOSCE, one of them with another amount, and then all of them."""
    folder = tmp_path_factory.mktemp("moves")
    lines = (shared_data / "conosce" / FILE).read_text(encoding="utf-8-sig").splitlines(keepends=True)
    (folder / "part").mkdir()
    (folder / "part" / FILE).write_text("".join(lines[: 2 * len(lines) // 3]), encoding="utf-8")
    (folder / "all").mkdir()
    (folder / "all" / FILE).write_text("".join(lines), encoding="utf-8")
    return folder, [shared_data / "entities"]


@pytest.fixture(scope="module")
def more(records):
    folder, context = records
    a = published(folder / "out", [folder / "part"], context)
    b = published(folder / "out", [folder / "all"], context)
    return folder / "out", diff(folder / "out", a, b)


@pytest.fixture(scope="module")
def stricter(records):
    folder, context = records
    a = published(folder / "tried", [folder / "all"], context)
    settings = Settings(thresholds={"PLA-03": {"from_share": 0.999}, "SEL-01": {"max_bidders": 3}})
    b = published(folder / "tried", [folder / "all"], context, settings)
    return folder / "tried", diff(folder / "tried", a, b)


def rows(out: Path, found: Diff) -> pl.DataFrame:
    sides = [pl.read_parquet(out / "versions" / v / "regions.parquet") for v in (found.before, found.after)]
    old, new = (
        f.drop_nulls("score").with_columns(
            span=pl.when(pl.col("period").str.contains("..", literal=True)).then(pl.lit("..")).otherwise("period")
        )
        for f in sides
    )
    return old.join(new, on=["region_code", "scope", "span"], suffix="_after")


@pytest.mark.parametrize("which", ["more", "stricter"])
def test_the_parts_add_up_to_the_thousandth(which, request):
    out, found = request.getfixturevalue(which)
    assert dict(found.parts.schema) == SCHEMA
    whole = rows(out, found)
    told = found.parts.group_by("region_code", "scope", pl.col("period").alias("period_after")).agg(
        points=(pl.col("points") * 1000).round().cast(pl.Int64).sum(), n=pl.len()
    )
    joined = whole.join(told, on=["region_code", "scope", "period_after"], how="left").with_columns(
        pl.col("points").fill_null(0)
    )
    assert joined.height > 100
    moved = ((pl.col("score_after") - pl.col("score")) * 1000).round().cast(pl.Int64)
    assert joined.filter(pl.col("points") != moved).is_empty()
    assert joined.filter(moved != 0).height > 50
    assert {c for p in found.parts["part"].unique() for c in p.split("+")} <= set(WORDS)


def test_new_records_are_named_as_what_moves_a_region(more):
    out, found = more
    assert {"new", "others"} <= set(found.parts["part"])
    cusco = found.parts.filter(region_code="08", scope="subnational", period="2022")
    new = cusco.filter(part="new").row(0, named=True)
    old, now = (pl.read_parquet(out / "versions" / v / "processes.parquet") for v in (found.before, found.after))
    came = now.join(old, on="process_id", how="anti").filter(
        pl.col("region_code") == "08", pl.col("scope") != "national"
    )
    assert new["n"] == came.height > 0


def test_the_part_of_new_records_is_what_they_do_to_the_regions_excess(more):
    """By hand: the region as it was, with the new processes as they are now; only the excess moves, by what is not drawn in."""
    out, found = more
    sides = [pl.read_parquet(out / "versions" / v / "processes.parquet") for v in (found.before, found.after)]
    old, now = (
        f.filter(
            pl.col("region_code") == "08", pl.col("scope").is_in(["regional_government", "local_government"])
        ).drop_nulls("score")
        for f in sides
    )
    came = now.join(sides[0], on="process_id", how="anti")

    def excess(*frames: pl.DataFrame) -> float:
        s, e, v = (sum(f[c].sum() for f in frames) for c in ("score", "score_expected", "visibility"))
        return (s - e) / v

    before = pl.read_parquet(out / "versions" / found.before / "regions.parquet")
    region = before.row(
        by_predicate=(pl.col("region_code") == "08")
        & (pl.col("scope") == "subnational")
        & (pl.col("period") == "2022"),
        named=True,
    )
    want = (1 - region["shrinkage"]) * (excess(old, came) - excess(old))
    part = found.parts.filter(region_code="08", scope="subnational", period="2022", part="new")["points"].item()
    assert part == pytest.approx(want, abs=0.0011)
    assert abs(want) > 0.01


def test_a_threshold_is_named_as_what_moves_a_region(stricter):
    _, found = stricter
    assert "settings" in set(found.parts["part"])
    assert not {"new", "removed", "revised", "entered", "left"} & set(found.parts["part"])
    told = diff_text.text(found)
    assert "Por qué se mueven las regiones / why regions move" in told
    assert "ajuste del indicador / the indicator's setting" in told


def test_a_version_without_the_columns_has_no_parts(more, tmp_path):
    out, _ = more
    bare = pl.read_parquet(out / "current" / "processes.parquet").drop("visibility")
    made = []
    for score in (1.0, 2.0):
        with store.lock(tmp_path):
            staged = store.stage(tmp_path)
            for name, keys in (
                ("regions", ["region_code", "scope", "period"]),
                ("flags", ["process_id", "indicator", "subject_id"]),
                ("sources", ["process_id", "kind", "key"]),
            ):
                exports.write_parquet(
                    pl.read_parquet(out / "current" / f"{name}.parquet"), staged / f"{name}.parquet", keys
                )
            exports.write_parquet(bare.with_columns(score=pl.lit(score)), staged / "processes.parquet", ["process_id"])
            version = store.seal(staged, {"inputs": []})
            store.commit(tmp_path, staged, version, command="run")
        made.append(version)
    assert diff(tmp_path, *made).parts.is_empty()
