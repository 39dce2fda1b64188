"""The peer's case: ASEM, 51 units, every stage as COINr published it."""

import polars as pl

from procrisk.composite.build import Built, build
from procrisk.composite.files import read_data, read_framework
from procrisk.composite.method import Method

FOLDER = "composite_index"
METHOD = Method(impute="mean", impute_group="Group_EurAsia")


def stage(shared_data, name) -> pl.DataFrame:
    return pl.read_csv(shared_data / FOLDER / f"ASEM_COIN_{name}.csv", null_values=["NA"], infer_schema_length=None)


def built(shared_data, tmp_path) -> Built:
    folder = shared_data / FOLDER
    framework, _ = read_framework(folder / "ASEM_COIN_IndMeta.csv")
    sizes = stage(shared_data, "Denominators").select("UnitCode", "^Den_.*$")
    stage(shared_data, "Data_Raw").join(sizes, on="UnitCode").write_csv(tmp_path / "data.csv")
    return build(framework, read_data(tmp_path / "data.csv", framework), METHOD)
