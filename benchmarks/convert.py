"""The yardstick: compiled releases to seven slim Parquet tables with msgspec and Arrow, and nothing else.

No checks, no hashes, no state, no merging, no register: what any reader of these files must do at the very least.
"""

from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

BATCH = 5_000


class Value(msgspec.Struct):
    amount: float | None = None
    currency: str | None = None


class Ref(msgspec.Struct):
    id: str
    name: str | None = None


class Identifier(msgspec.Struct):
    id: str | None = None
    scheme: str | None = None


class Address(msgspec.Struct):
    department: str | None = None
    region: str | None = None


class Party(msgspec.Struct):
    id: str
    name: str | None = None
    additionalIdentifiers: list[Identifier] = []  # noqa: N815 (the field's name in OCDS)
    address: Address | None = None
    roles: list[str] = []


class Classification(msgspec.Struct):
    id: str | None = None


class Item(msgspec.Struct):
    id: str
    description: str | None = None
    classification: Classification | None = None
    quantity: float | None = None
    totalValue: Value | None = None  # noqa: N815
    statusDetails: str | None = None  # noqa: N815


class Document(msgspec.Struct):
    id: str
    documentType: str | None = None  # noqa: N815
    datePublished: str | None = None  # noqa: N815


class Period(msgspec.Struct):
    startDate: str | None = None  # noqa: N815
    endDate: str | None = None  # noqa: N815


class Tender(msgspec.Struct):
    id: str
    title: str | None = None
    description: str | None = None
    procurementMethodDetails: str | None = None  # noqa: N815
    mainProcurementCategory: str | None = None  # noqa: N815
    value: Value | None = None
    tenderPeriod: Period | None = None  # noqa: N815
    numberOfTenderers: int | None = None  # noqa: N815
    tenderers: list[Ref] = []
    items: list[Item] = []
    documents: list[Document] = []


class Award(msgspec.Struct):
    id: str
    date: str | None = None
    value: Value | None = None
    suppliers: list[Ref] = []


class Contract(msgspec.Struct):
    id: str
    awardID: str | None = None  # noqa: N815
    dateSigned: str | None = None  # noqa: N815
    period: Period | None = None
    value: Value | None = None


class Release(msgspec.Struct):
    ocid: str
    date: str
    tender: Tender
    buyer: Ref
    parties: list[Party] = []
    awards: list[Award] = []
    contracts: list[Contract] = []


S, F, N = pa.string(), pa.float64(), pa.int64()
SCHEMAS = {
    "processes": pa.schema(
        list(
            zip(
                [
                    "id",
                    "ocid",
                    "date",
                    "title",
                    "description",
                    "method",
                    "category",
                    "amount",
                    "currency",
                    "call",
                    "n",
                    "buyer",
                ],
                [S, S, S, S, S, S, S, F, S, S, N, S],
                strict=True,
            )
        )
    ),
    "lots": pa.schema(
        list(
            zip(
                ["id", "item", "description", "class", "quantity", "amount", "status"],
                [S, S, S, S, F, F, S],
                strict=True,
            )
        )
    ),
    "tenderers": pa.schema([("id", S), ("party", S), ("name", S)]),
    "awards": pa.schema(
        list(zip(["id", "award", "date", "amount", "currency", "supplier"], [S, S, S, F, S, S], strict=True))
    ),
    "contracts": pa.schema(
        list(zip(["id", "contract", "award", "signed", "start", "end", "amount"], [S, S, S, S, S, S, F], strict=True))
    ),
    "documents": pa.schema([("id", S), ("document", S), ("type", S), ("date", S)]),
    "parties": pa.schema(
        list(zip(["id", "party", "name", "ruc", "department", "province", "roles"], [S, S, S, S, S, S, S], strict=True))
    ),
}


def convert(files: list[Path], out: Path) -> None:
    """Write `out/<table>.parquet` (zstd) from JSON Lines files."""
    out.mkdir(parents=True, exist_ok=True)
    decode = msgspec.json.Decoder(Release).decode
    writers = {name: pq.ParquetWriter(out / f"{name}.parquet", s, compression="zstd") for name, s in SCHEMAS.items()}
    rows: dict[str, list[tuple]] = {name: [] for name in SCHEMAS}
    count = 0
    for file in files:
        with file.open("rb") as stream:
            for line in stream:
                _add(rows, decode(line))
                count += 1
                if count % BATCH == 0:
                    _flush(rows, writers)
    _flush(rows, writers)
    for writer in writers.values():
        writer.close()


def _add(rows: dict[str, list[tuple]], r: Release) -> None:
    t = r.tender
    key, v = t.id, t.value or Value()
    call = t.tenderPeriod.startDate if t.tenderPeriod else None
    rows["processes"].append(
        (
            key,
            r.ocid,
            r.date,
            t.title,
            t.description,
            t.procurementMethodDetails,
            t.mainProcurementCategory,
            v.amount,
            v.currency,
            call,
            t.numberOfTenderers,
            r.buyer.id,
        )
    )
    for i in t.items:
        code = i.classification.id if i.classification else None
        amount = i.totalValue.amount if i.totalValue else None
        rows["lots"].append((key, i.id, i.description, code, i.quantity, amount, i.statusDetails))
    rows["tenderers"] += [(key, p.id, p.name) for p in t.tenderers]
    rows["documents"] += [(key, d.id, d.documentType, d.datePublished) for d in t.documents]
    for a in r.awards:
        w = a.value or Value()
        rows["awards"] += [(key, a.id, a.date, w.amount, w.currency, s.id) for s in a.suppliers]
    for c in r.contracts:
        p, w = c.period or Period(), c.value or Value()
        rows["contracts"].append((key, c.id, c.awardID, c.dateSigned, p.startDate, p.endDate, w.amount))
    for p in r.parties:
        ruc = p.additionalIdentifiers[0].id if p.additionalIdentifiers else None
        a = p.address or Address()
        rows["parties"].append((key, p.id, p.name, ruc, a.department, a.region, ";".join(p.roles)))


def _flush(rows: dict[str, list[tuple]], writers: dict[str, pq.ParquetWriter]) -> None:
    for name, schema in SCHEMAS.items():
        if rows[name]:
            columns = zip(*rows[name], strict=True)
            arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
            writers[name].write_table(pa.table(arrays, schema=schema))
            rows[name].clear()
