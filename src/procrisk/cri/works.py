"""The Comptroller General's sample of works (2022): every bidder of 316 contracts, as a frame to fit on.

Two tables are read: the works with their procedure (…Obra_1A.csv) and the bidders (…Obra_3C.csv), joined by the call, the
third part of IDENTIFICADOR_OBRA. Each firm of a winning consortium is a row there; together they are one bidder.
"""

from pathlib import Path

import polars as pl

from procrisk.errors import InputMissingError
from procrisk.indicators.terms import CONTESTED
from procrisk.records import regions
from procrisk.records.vocabulary import fold, method

WORKS, BIDDERS = "DS_DASH_Obra_1A.csv", "DS_DASH_Obra_3C.csv"
_CALL = pl.col("work").str.split("-").list.get(2, null_on_oob=True)


def sample(folder: Path) -> pl.DataFrame:
    """A row a call open to competition.

    Returns:
        process_id, n_bidders, single_bid, method, object, buyer_level, region_code, log_value (of the winner's price) and
        market_holders_n (firms that ever bid for the object in the department), sorted by process_id.

    Raises:
        InputMissingError: a table is not there.
    """
    for name in (WORKS, BIDDERS):
        if not (folder / name).exists():
            raise InputMissingError(f"{folder / name} is missing: name the folder of the sample of works")
    works = pl.read_csv(folder / WORKS, infer_schema=False).rename({"IDENTIFICADOR_OBRA": "work"})
    nothing = pl.lit(None, pl.String)
    calls = works.with_columns(process_id=_CALL).unique("process_id", keep="first", maintain_order=True)
    calls = calls.select(
        "process_id",
        method=method(fold(pl.col("METODO_CONTRATACION")), nothing, nothing),
        object=pl.when(fold(pl.col("OBJETO_PROCESO")) == "OBRA").then(pl.lit("works")).otherwise(pl.lit("consultancy")),
        buyer_level=regions.level_from_type(pl.col("NIVEL_GOBIERNO")),
        region_code=regions.region_of(pl.col("DEPARTAMENTO"), nothing),
    )
    rows = pl.read_csv(folder / BIDDERS, infer_schema=False).rename({"Identificador_Obra": "work"})
    bids = rows.with_columns(process_id=_CALL).join(calls, on="process_id", how="inner", maintain_order="left")
    won = pl.col("RUC_PARTICIPANTE").is_in(pl.col("RUC_GANADOR").unique().implode())
    price = pl.col("MONTO_OFERTADO").cast(pl.Float64, strict=False)
    counted = bids.group_by("process_id").agg(
        n_bidders=pl.col("RUC_PARTICIPANTE").filter(~won).n_unique().cast(pl.Int32) + won.any().cast(pl.Int32),
        log_value=pl.when(price.filter(won).max() > 0).then(price.filter(won).max().log()),
    )
    market = ["object", "region_code"]
    firms = bids.group_by(market).agg(market_holders_n=pl.col("RUC_PARTICIPANTE").n_unique().cast(pl.Int64))
    return (
        calls.join(counted, on="process_id", how="inner")
        .join(firms, on=market, how="left", nulls_equal=True)
        .filter(CONTESTED)
        .with_columns(single_bid=pl.col("n_bidders") == 1)
        .sort("process_id")
    )
