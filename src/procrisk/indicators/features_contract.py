"""The frame of contracts: terms from consent on, amounts against the award, changes against the original."""

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from procrisk.indicators import features_changes, features_delivery, features_signature
from procrisk.workdays import business_days

Tables = Mapping[str, pl.DataFrame]

OF_PROCESS = (
    "process_id",
    "row",
    "source_code",
    "buyer_id",
    "region_code",
    "method",
    "object",
    "regime",
    "call_date",
    "award_date",
    "consent_date",
    "awarded_pen_cents",
    "n_awards",
    "law_sign_days",
    "law_additional_max",
    "law_additional_without_cgr_max",
    "law_reduction_max",
    "law_complementary_max",
    "law_lp_threshold_cents",
    "law_cprec_max_cents",
    "law_penalty_max",
    "law_penalty_f_60",
    "law_penalty_f_120",
    "law_penalty_f_over",
    "law_subcontract_max",
)


def contracts(
    tables: Tables, processes: pl.DataFrame, awards: pl.DataFrame, days: Sequence[date], as_of: date
) -> pl.DataFrame:
    """The contracts, with what follows from their dates, amounts, changes and payments.

    One row a contract: as assembled, what is known of its process, and consented (of its award, else the process's last), sign_days, publish_days (business days); award_amount_cents (its award's, or
    the process's where it is the only contract and award); contract_over_award, final_over_contract, extension_ratio; the figures of
    `features_changes`, `features_delivery` and `features_signature`; penalties_cents, penalty_ratio; paid_to_another, n_contract_documents.
    """
    frame = tables["contracts"].join(
        processes.select(OF_PROCESS), on="process_id", how="inner", maintain_order="left", validate="m:1"
    )
    own = awards.select("process_id", "award_id", _date="date", _consent="consent_date", _amount="amount_pen_cents")
    frame = frame.join(own, on=["process_id", "award_id"], how="left", maintain_order="left")
    only = (pl.len().over("process_id") == 1) & (pl.col("n_awards") == 1)
    frame = frame.with_columns(
        consented=pl.coalesce("_consent", pl.when(only).then("consent_date")),
        awarded=pl.coalesce("_date", pl.when(only).then("award_date")),
        award_amount_cents=pl.coalesce("_amount", pl.when(only).then("awarded_pen_cents")),
    )
    frame = features_changes.measured(features_changes.changed(frame, tables["modifications"]), as_of)
    frame = _penalised(frame, tables["penalties"])
    frame = _paid(frame, tables["award_suppliers"], tables["consortia"])
    frame = _documented(frame, tables["documents"])
    planned = (pl.col("end_date") - pl.col("start_date")).dt.total_days()
    positive = pl.col("amount_cents") > 0
    frame = frame.with_columns(
        sign_days=business_days(pl.col("consented"), pl.col("signed_date"), days),
        publish_days=business_days(pl.col("signed_date"), pl.col("published_date"), days),
        signed_before=(pl.col("consented") - pl.col("signed_date")).dt.total_days(),
        contract_over_award=pl.when(pl.col("award_amount_cents") > 0).then(
            pl.col("amount_pen_cents") / pl.col("award_amount_cents")
        ),
        final_over_contract=pl.when(positive).then(pl.col("final_cents") / pl.col("amount_cents")),
        extension_ratio=pl.when(planned > 0).then(
            (pl.coalesce("end_date_actual", "end_date_updated") - pl.col("end_date")).dt.total_days() / planned
        ),
        penalty_ratio=pl.when(pl.col("amount_pen_cents") > 0).then(
            pl.col("penalties_cents") / pl.col("amount_pen_cents")
        ),
    ).drop("_date", "_consent", "_amount")
    return features_signature.signed(features_delivery.delivered(frame, tables, as_of), tables)


def _penalised(frame: pl.DataFrame, penalties: pl.DataFrame) -> pl.DataFrame:
    """Add penalties_cents; zero where the register of penalties covers the contract's days, null without a register."""
    sums = penalties.group_by("contract_id").agg(penalties_cents=pl.col("amount_cents").sum())
    first, last = penalties["date"].min(), penalties["date"].max()
    covered = pl.col("signed_date").is_between(pl.lit(first, pl.Date), pl.lit(last, pl.Date))
    joined = frame.join(sums, on="contract_id", how="left", maintain_order="left")
    return joined.with_columns(
        penalties_cents=pl.coalesce("penalties_cents", pl.when(covered).then(pl.lit(0, pl.Int64)))
    )


def _paid(frame: pl.DataFrame, suppliers: pl.DataFrame, consortia: pl.DataFrame) -> pl.DataFrame:
    """Add paid_to_another: payment goes to one who is neither the contractor nor a member of the consortium that is."""
    of_awards = suppliers.select("process_id", payee_id="party_id")
    of_register = consortia.select(supplier_id="consortium_id", payee_id="member_ruc").drop_nulls().unique()
    member = (
        frame.select("process_id", "contract_id", "payee_id", "supplier_id")
        .join(of_awards.unique(), on=["process_id", "payee_id"], how="semi")
        .select("process_id", "contract_id")
    )
    registered = frame.join(of_register, on=["supplier_id", "payee_id"], how="semi").select("process_id", "contract_id")
    members = pl.concat([member, registered]).unique().with_columns(_member=pl.lit(value=True))
    joined = frame.join(members, on=["process_id", "contract_id"], how="left", maintain_order="left")
    same = (pl.col("payee_id") == pl.col("supplier_id")) | pl.col("_member").fill_null(value=False)
    return joined.with_columns(paid_to_another=~same).drop("_member")


def _documented(frame: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """Add n_contract_documents; null where no document of the process is published at all."""
    counted = documents.group_by("process_id").agg(
        n_contract_documents=pl.col("document_type").is_in(["contractSigned", "contractText"]).sum().cast(pl.Int64)
    )
    return frame.join(counted, on="process_id", how="left", maintain_order="left")


def with_contracts(processes: pl.DataFrame, frame: pl.DataFrame, silent: list[int], as_of: date) -> pl.DataFrame:
    """The frame of processes with n_contracts (null where no source publishes contracts) and consented_since_days."""
    counted = frame.group_by("process_id").agg(n_contracts=pl.len().cast(pl.Int64))
    told = ~pl.col("source_code").is_in(silent)
    return processes.join(counted, on="process_id", how="left", maintain_order="left").with_columns(
        n_contracts=pl.when(told).then(pl.col("n_contracts").fill_null(0)),
        consented_since_days=(pl.lit(as_of) - pl.col("consent_date")).dt.total_days(),
    )
