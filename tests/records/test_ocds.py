"""OCDS read in all its shapes: the same rows whatever the packing, every record counted, real files of many publishers."""

import gzip
import io
import json
import random
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.records.ocds_cases import line, release

from procrisk.records import ocds, ocds_lines
from procrisk.records.archives import units
from procrisk.records.batch import Chunk, Reason
from procrisk.records.tables import RECORD, TABLES

LINES = [line(release(n)) for n in range(1, 8)]


def chunks(data: bytes, known=frozenset()) -> list[Chunk]:
    return list(ocds.read(io.BytesIO(data), known))


def refusals(data: bytes) -> list:
    return [r for c in chunks(data) for r in c.refusals]


def rows(found: list[Chunk]) -> dict[str, list[tuple]]:
    """Rows of each table without `record`, which is a place and not content; sorted."""
    out: dict[str, list[tuple]] = {}
    for chunk in found:
        for name, frame in chunk.tables.items():
            out.setdefault(name, []).extend(frame.drop(RECORD).rows())
    return {name: sorted(r, key=repr) for name, r in out.items()}


def table(data: bytes, name: str) -> list[dict]:
    assert not refusals(data)
    return [row for c in chunks(data) if name in c.tables for row in c.tables[name].to_dicts()]


def only(data: bytes, of: str, /, **wanted) -> None:
    (row,) = table(data, of)
    assert {k: row[k] for k in wanted} == wanted


# --- what becomes of each field ----------------------------------------------------------------------------------


def test_a_record_says_what_it_is():
    only(LINES[0], "records", record=0, kind="ocds", process_id="1000001", ocid="ocds-dgv273-seacev3-1",
         version_date="2024-12-07T10:14:17.756604-05:00", year=2024)  # fmt: skip


def test_a_process():
    (row,) = table(LINES[0], "processes")
    assert {k: v for k, v in row.items() if v is not None and k != RECORD} == {
        "process_id": "1000001",
        "ocid": "ocds-dgv273-seacev3-1",
        "title": "AS-SM-1-2024-MDE-1",
        "description": 'SERVICIO DE "CREACION DE AGUA" Y OTROS',
        "buyer_ruc": "20311886879",
        "buyer_consucode": "424",
        "buyer_name": "MUNICIPALIDAD DISTRITAL DE EJEMPLO",
        "buyer_department": "AREQUIPA",
        "buyer_province": "AREQUIPA",
        "method_details": "Adjudicación Simplificada",
        "method_ocds": "open",
        "object": "services",
        "value_cents": 10000110,
        "value_pen_cents": 10000110,
        "currency": "PEN",
        "value_reserved": False,
        "planned_cents": 12000050,
        "project_id": "2607165",
        "call_date": date(2024, 11, 6),
        "published_date": date(2024, 11, 6),
        "enquiry_start": date(2024, 11, 7),
        "enquiry_end": date(2024, 11, 8),
        "n_registered": 2,
    }


def test_lots():
    first, second = table(LINES[0], "lots")
    assert {k: v for k, v in first.items() if v is not None and k != RECORD} == {
        "process_id": "1000001",
        "lot_id": "1",
        "description": "ITEM 1",
        "classification": "8010160100254983",
        "classification_scheme": "CUBSO",
        "unspsc": "80101601",
        "quantity": 2.0,
        "unit": "Servicio",
        "value_cents": 6000110,
        "value_pen_cents": 6000110,
        "currency": "PEN",
        "status": "CONVOCADO",
    }
    assert (second["lot_id"], second["value_cents"]) == ("2", 4000000)


def test_the_other_tables():
    data, key = LINES[0], {"process_id": "1000001"}
    assert [r["party_id"] for r in table(data, "tenderers")] == ["20123456786", "10123456781"]
    only(data, "bids", **key, lot_id="1", party_id="20123456786", bid_id="b1", date=date(2024, 11, 6),
         amount_cents=9999, currency="PEN", status="valid")  # fmt: skip
    only(data, "awards", **key, award_id="1000001-20123456786", date=date(2024, 11, 20), consent_date=None,
         amount_cents=9900000, amount_pen_cents=9900000, currency="PEN")  # fmt: skip
    lines = [(r["award_id"], r["lot_id"], r["quantity"], r["amount_cents"]) for r in table(data, "award_lines")]
    assert lines == [("1000001-20123456786", "1", 2.0, 6000110), ("1000001-20123456786", "2", 2.0, 4000000)]
    only(data, "award_suppliers", **key, party_id="20123456786", name="EMPRESA DE EJEMPLO S.A.C.", consortium_id=None)
    only(data, "contracts", **key, contract_id="2000001", award_id="1000001-20123456786", number="CONTRATO 1",
         signed_date=date(2024, 12, 1), start_date=date(2024, 12, 2), end_date=date(2025, 3, 2),
         end_date_actual=date(2025, 4, 1), amount_cents=9900000, final_cents=10100000)  # fmt: skip
    only(data, "modifications", **key, contract_id="2000001", modification_id="m1", kind="amendment",
         description="más plazo")  # fmt: skip
    documents = {(r["section"], r["document_id"], r["document_type"]) for r in table(data, "documents")}
    assert documents == {
        ("planning", "p1", "procurementPlan"),
        ("tender", "d1", "biddingDocuments"),
        ("award", "a1", "awardNotice"),
        ("contract", "c1", "contractSigned"),
    }
    only(data, "parties", **key, party_id="CONSUCODE-424", ruc="20311886879", roles="buyer;procuringEntity",
         department="AREQUIPA", province="AREQUIPA", district="ALTO SELVA ALEGRE", address="JR. EJEMPLO 1",
         telephone="054", email=None)  # fmt: skip


def test_every_frame_is_canonical():
    for name, frame in chunks(b"\n".join(LINES))[0].tables.items():
        assert frame.schema == {RECORD: pl.UInt32, **TABLES[name].schema}, name


TENDER_CASES = [
    ({"value": {"amount": 0.0, "currency": "PEN", "amount_PEN": 0.0}, "hasTenderInformationProtectedByLaw": True},
     {"value_cents": None, "value_pen_cents": None, "value_reserved": True}),
    ({"value": {"amount": 0, "currency": "PEN"}}, {"value_cents": None, "value_reserved": False}),
    ({"value": {"amount": 5, "currency": "PEN"}, "hasTenderInformationProtectedByLaw": True},
     {"value_cents": 500, "value_pen_cents": 500, "value_reserved": False}),
    ({"value": {"amount": 10.5, "currency": "USD", "amount_PEN": 39.9}},
     {"value_cents": 1050, "value_pen_cents": 3990, "currency": "USD", "planned_cents": None}),
    ({"value": {"amount": 10.5, "currency": "USD", "amount_PEN": 0}}, {"value_pen_cents": None}),
    ({"value": {"amount": 437375.99999999994, "currency": "PEN"}}, {"value_cents": 43737600}),
    ({"tenderPeriod": {"startDate": "2024-01-05", "endDate": "2024-02-05"}},
     {"call_date": date(2024, 1, 5), "bid_deadline": date(2024, 2, 5)}),
    ({"tenderPeriod": {"startDate": None, "endDate": "2024-02-05"}},
     {"call_date": None, "bid_deadline": date(2024, 2, 5)}),
    ({"tenderPeriod": {"startDate": "2024-01-05T00:00:00-05:00", "endDate": "2024-01-05T23:59:59-05:00"}},
     {"bid_deadline": None}),
    ({"datePublished": "05/01/2024"}, {"published_date": date(2024, 1, 5)}),
    ({"datePublished": "1900-01-01T00:00:00-05:00"}, {"published_date": None}),
    ({"datePublished": "0001-01-01T00:00:00Z"}, {"published_date": None}),
    ({"datePublished": ""}, {"published_date": None}),
    ({"id": 77}, {"process_id": "77"}),
    ({"id": None}, {"process_id": "ocds-dgv273-seacev3-1"}),
    ({"id": ""}, {"process_id": "ocds-dgv273-seacev3-1"}),
]  # fmt: skip


@pytest.mark.parametrize(("given_fields", "wanted"), TENDER_CASES)
def test_values_dates_and_ids_of_a_call(given_fields, wanted):
    record = release()
    record["tender"].update(given_fields)
    only(line(record), "processes", **wanted)


@pytest.mark.parametrize(
    ("tender", "date_", "year"),
    [
        ({"tenderPeriod": {"startDate": "2021-01-05"}, "datePublished": "2022-01-01"}, "2023-01-01", 2021),
        ({"datePublished": "2022-01-01"}, "2023-01-01", 2022),
        ({}, "2023-01-01T00:00:00Z", 2023),
        ({}, None, 0),
    ],
)
def test_the_year_is_that_of_the_call_else_of_the_record(tender, date_, year):
    only(line({"ocid": "x", "tag": ["compiled"], "date": date_, "tender": tender}), "records", year=year)


@pytest.mark.parametrize(
    ("published", "code"),
    [
        ("PE-RUC-20123456786", "20123456786"),
        ("PE-CONSUCODE-000850", "CONSUCODE-850"),
        ("1234567", "1234567"),
        (1234567, "1234567"),
        ("GB-COH-09506232", "09506232"),
        ("HN-RTN-0801-1990", "0801-1990"),
        ("EXTRANJERO-1", "EXTRANJERO-1"),
    ],
)
def test_parties_are_known_by_their_code_without_scheme(published, code):
    record = release()
    record["awards"][0]["suppliers"] = [{"id": published, "name": "X"}]
    only(line(record), "award_suppliers", party_id=code)


def test_organisations_without_id_are_known_by_their_identifier():
    record = release()
    record["awards"][0]["suppliers"] = [{"name": "X", "identifier": {"scheme": "PY-RUC", "id": "80026564-5"}}]
    only(line(record), "award_suppliers", party_id="80026564-5")


def test_an_award_without_id_keeps_its_lines_and_suppliers_apart_from_the_others():
    record = release()
    bare = {**record["awards"][0], "suppliers": [{"id": "9", "name": "Z"}]}
    del bare["id"]
    record["awards"].append(bare)
    assert [r["award_id"] for r in table(line(record), "awards")] == ["1000001-20123456786", "#2"]
    assert [r["award_id"] for r in table(line(record), "award_suppliers")] == ["1000001-20123456786", "#2"]


# --- packing -----------------------------------------------------------------------------------------------------


def as_record(raw: bytes) -> dict:
    compiled = json.loads(raw)
    linked = {"url": "https://x", "date": compiled["date"], "details": {"tender": {"id": compiled["tender"]["id"]}}}
    return {"ocid": compiled["ocid"], "releases": [linked], "compiledRelease": compiled}


DOCUMENTS = [json.loads(raw) for raw in LINES]
RECORDS = [as_record(raw) for raw in LINES]
PACKINGS = {
    "lines": b"\n".join(LINES),
    "lines, CRLF": b"\r\n".join(LINES) + b"\r\n",
    "BOM": b"\xef\xbb\xbf" + b"\n".join(LINES),
    "release package": line({"uri": "x", "releases": DOCUMENTS}),
    "release package, indented": json.dumps({"uri": "x", "releases": DOCUMENTS}, indent=4).encode(),
    "release package, a release a line": b'{"releases":[\n' + b",\n".join(LINES) + b"\n]}",
    "array": line(DOCUMENTS),
    "array, indented": json.dumps(DOCUMENTS, indent=1).encode(),
    "array, a release a line": b"[\n" + b",\n".join(LINES) + b"\n]\n",
    "record package": line({"version": "1.1", "records": RECORDS}),
    "record package, indented": json.dumps({"version": "1.1", "records": RECORDS}, indent=2).encode(),
    "lines of records": b"\n".join(line(r) for r in RECORDS),
    "lines of packages": b"\n".join(line({"releases": DOCUMENTS[n : n + 2]}) for n in range(0, 7, 2)),
    "array of packages": line([{"releases": DOCUMENTS[:3]}, {"records": RECORDS[3:]}]),
    "latin-1 document": json.dumps({"releases": DOCUMENTS}, ensure_ascii=False, indent=1).encode("latin-1"),
    "latin-1 on one line": json.dumps({"releases": DOCUMENTS}, ensure_ascii=False).encode("latin-1"),
    "escaped": b"\n".join(json.dumps(d).encode() for d in DOCUMENTS),
    "shuffled": b"\n".join(random.Random(3).sample(LINES, len(LINES))),
}
WANTED = rows(chunks(PACKINGS["lines"]))


@pytest.mark.parametrize("packing", PACKINGS)
def test_the_same_rows_whatever_the_packing(packing):
    data = PACKINGS[packing]
    found = chunks(data)
    assert not [r for c in found for r in c.refusals]
    assert rows(found) == WANTED
    assert sum(len(c.keys) for c in found) == len(LINES)
    for chunk in found:
        for offset in chunk.offsets:
            assert data[offset : offset + 1] == b"{"


def test_the_same_rows_out_of_gzip(tmp_path):
    path = tmp_path / "x.jsonl.gz"
    path.write_bytes(gzip.compress(PACKINGS["lines"]))
    (unit,) = units(path)
    with unit.open() as stream:
        assert rows(list(ocds.read(stream, ()))) == WANTED


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize("block", [100, 4096, 2**20])
def test_the_same_rows_however_the_file_is_cut(monkeypatch, size, block):
    monkeypatch.setattr(ocds, "CHUNK_RECORDS", size)
    monkeypatch.setattr(ocds, "_TOGETHER", min(size, 2))
    monkeypatch.setattr(ocds_lines, "BLOCK", block)
    found = chunks(PACKINGS["lines"])
    assert rows(found) == WANTED
    assert [n for c in found for n in c.lines] == list(range(1, len(LINES) + 1))
    assert max(len(c.keys) for c in found) <= size + 1
    for chunk in found:
        assert chunk.tables["records"][RECORD].to_list() == list(range(len(chunk.keys)))


def test_chunks_close_by_bytes_too(monkeypatch):
    monkeypatch.setattr(ocds, "CHUNK_BYTES", 2 * len(LINES[0]))
    monkeypatch.setattr(ocds, "_TOGETHER", 1)
    assert len(chunks(PACKINGS["lines"])) >= 3


def test_known_records_are_counted_but_not_decoded():
    every = [k for c in chunks(PACKINGS["lines"]) for k in c.keys]
    known = {every[0], every[4]}
    (chunk,) = chunks(PACKINGS["lines"], known)
    assert chunk.keys == every
    assert chunk.tables["records"][RECORD].to_list() == [1, 2, 3, 5, 6]
    (chunk,) = chunks(PACKINGS["lines"], set(every))
    assert (chunk.keys, chunk.tables) == (every, {})


# --- merging -----------------------------------------------------------------------------------------------------


def history() -> list[dict]:
    """Three releases of one process: called, awarded, awarded again with a corrected amount."""
    base = release()
    award = {"id": "a", "date": "2024-11-20", "value": {"amount": 10, "currency": "PEN"}, "suppliers": [{"id": "1"}]}
    common = {"ocid": base["ocid"], "buyer": base["buyer"]}
    return [
        {**common, "id": "1", "date": "2024-11-06T00:00:00Z", "tag": ["tender"], "tender": base["tender"]},
        {**common, "id": "2", "date": "2024-11-20T00:00:00Z", "tag": ["award"], "awards": [award]},
        {**common, "id": "3", "date": "2024-11-21T00:00:00Z", "tag": ["awardUpdate"],
         "awards": [{"id": "a", "value": {"amount": 12.5}}]},
    ]  # fmt: skip


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
@pytest.mark.parametrize("shape", ["package", "lines", "array", "record", "record line"])
def test_releases_of_one_process_are_merged(order, shape):
    releases = [history()[n] for n in order]
    record = {"ocid": releases[0]["ocid"], "releases": releases}
    data = {
        "package": line({"releases": releases}),
        "lines": b"\n".join(map(line, releases)),
        "array": line(releases),
        "record": line({"records": [record]}),
        "record line": line(record) + b"\n" + LINES[3],
    }[shape]
    found = chunks(data)
    assert not [r for c in found for r in c.refusals]
    (award,) = (r for r in table(data, "awards") if r["award_id"] == "a")
    assert (award["amount_cents"], award["currency"], award["date"]) == (1250, "PEN", date(2024, 11, 20))
    (process,) = (r for r in table(data, "processes") if r["process_id"] == "1000001")
    assert process["title"] == "AS-SM-1-2024-MDE-1"
    (kept,) = (r for r in table(data, "records") if r["process_id"] == "1000001")
    assert kept["version_date"] == "2024-11-21T00:00:00Z"


def test_the_key_of_merged_releases_does_not_depend_on_their_order_and_changes_with_them():
    first, second, third = map(line, history())
    keys = {tuple(k for c in chunks(b"\n".join(p)) for k in c.keys) for p in ([first, second], [second, first])}
    assert len(keys) == 1
    assert chunks(b"\n".join([first, second, third]))[0].keys not in [list(k) for k in keys]


def test_a_release_that_is_known_is_still_merged_with_a_new_one():
    first, second, third = map(line, history())
    known = {k for c in chunks(first) for k in c.keys} | {
        k for c in chunks(b"\n".join([first, second])) for k in c.keys
    }
    whole = b"\n".join([first, second, third])
    assert rows(chunks(whole, known)) == rows(chunks(whole))


def test_the_compiled_release_is_taken_where_there_is_one():
    record = {"ocid": "x", "releases": history(), "compiledRelease": release()}
    assert rows(chunks(line(record))) == rows(chunks(LINES[0]))


def test_versioned_releases_amount_to_their_latest_values():
    def versions(*values):
        return [{"releaseDate": f"2024-01-0{n}", "releaseID": str(n), "value": v} for n, v in enumerate(values, 1)]

    versioned = {
        "ocid": "x",
        "tender": {"id": "7", "title": versions("old", "new"), "value": {"amount": versions(5.0, 7.5)}},
        "awards": [{"id": "a", "date": versions("2024-02-01")}],
    }
    linked = [{"url": "u", "date": "2024-01-01"}]
    for data in (
        line(versioned),
        line({"ocid": "x", "versionedRelease": versioned}),
        line({"ocid": "x", "releases": linked, "versionedRelease": versioned}),
    ):
        only(data, "processes", process_id="x", title="new", value_cents=750)
        only(data, "awards", award_id="a", date=date(2024, 2, 1))
        only(data, "records", version_date="2024-01-02")


@pytest.mark.parametrize(
    ("ocid", "process"),
    [("ocds-dgv273-seacev3-5", "1"), ("ocds-213czf-5", "ocds-213czf-5"), (None, "1")],
)
def test_tender_id_names_the_process_in_peru_alone(ocid, process):
    """Other publishers number their tenders from 1, each for itself."""
    only(line({"ocid": ocid, "tag": ["compiled"], "tender": {"id": "1"}}), "processes", process_id=process)


# --- conservation ------------------------------------------------------------------------------------------------


@st.composite
def damaged(draw) -> bytes:
    """A valid line with a stretch of it removed, repeated, or replaced by other bytes, but no newline; or a blank."""
    raw = bytearray(draw(st.sampled_from(LINES)))
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(raw)))
        to = min(len(raw), at + draw(st.integers(0, 30)))
        put = draw(st.sampled_from([b"", b"}", b'"', b"null", b"-1", b"[[", b"\xff", b"NaN", bytes(raw[at:to]) * 2]))
        raw[at:to] = put
    return draw(st.sampled_from([bytes(raw), bytes(raw), bytes(raw), b"", b"  \t"]))


@settings(max_examples=150, deadline=None)
@given(st.lists(damaged(), min_size=1, max_size=12))
def test_every_line_is_a_key_a_refusal_or_blank(damage):
    lines = [LINES[0], *damage, LINES[1]]
    found = chunks(b"\n".join(lines))
    keys = sum(len(c.keys) for c in found)
    refused = [r for c in found for r in c.refusals]
    blank = sum(c.n_blank for c in found)
    # a line that lost its tag is no compiled release: with others of its ocid it makes one record
    untagged = sum(bool(x.strip()) and b'"tag":["compiled"]' not in x for x in lines)
    assert 0 <= len(lines) - (keys + len(refused) + blank) <= max(untagged - 1, 0)
    assert blank == sum(not x.strip() for x in lines)
    starts = [sum(len(x) + 1 for x in lines[:n]) for n in range(len(lines))]
    for refusal in refused:
        assert refusal.offset == starts[refusal.line - 1]
        assert lines[refusal.line - 1].strip().startswith(refusal.raw[:50])
    for chunk in found:
        decoded = chunk.tables["records"][RECORD].to_list() if chunk.tables else []
        assert decoded == list(range(len(chunk.keys)))
        for frame in chunk.tables.values():
            assert set(frame[RECORD]) <= set(decoded)


# --- real records of many publishers -----------------------------------------------------------------------------

REAL = {
    "cove_30_records": {"processes": 30},
    "cove_full_record": {"processes": 1, "lots": 1, "awards": 1, "award_suppliers": 1, "contracts": 1, "documents": 9},
    "cove_tenders_releases_7_releases_check_ocids": {"processes": 4, "lots": 4, "documents": 26},
    "fictional_record_1.1": {"processes": 1, "parties": 3, "tenderers": 2, "contracts": 1},
    "jocds_full-release": {"processes": 1, "tenderers": 1, "awards": 1, "documents": 6},
    "jocds_record-package": {"processes": 1, "parties": 3, "lots": 2},
    "jocds_release-package": {"processes": 1, "lots": 1, "contracts": 1},
    "ocdskit_compile_encoding_encoding": {"processes": 1, "tenderers": 3},
    "ocdskit_compiled-release-1": {"processes": 1, "tenderers": 2},
    "ocdskit_compiled-release-2": {"processes": 1, "tenderers": 1},
    "ocdskit_record-package-1-2": {"processes": 2, "awards": 3, "contracts": 3, "parties": 4},
    "ocdskit_record-package-1": {"processes": 1, "awards": 2},
    "ocdskit_record-package-2": {"processes": 1, "awards": 1},
    "ocdskit_record-package_1.0": {"processes": 1, "awards": 1},
    "ocdskit_record-package_1.1": {"processes": 1, "parties": 2},
    "ocdskit_record-package_linked-releases": {"processes": 2, "tenderers": 3},
    "ocdskit_record-package_package": {"processes": 2, "tenderers": 3},
    "ocdskit_record-package_package_1.1": {"processes": 2, "parties": 8},
    "ocdskit_record-package_record-package": {"processes": 2, "awards": 3},
    "ocdskit_record-package_split": {"processes": 2, "contracts": 2},
    "ocdskit_record-package_versioned": {"processes": 2, "documents": 11},
    "ocdskit_release-package-1-2": {"processes": 2, "tenderers": 3, "award_suppliers": 2},
    "ocdskit_release-package-1": {"processes": 1, "tenderers": 2},
    "ocdskit_release-package-2": {"processes": 1, "tenderers": 1},
    "ocdskit_release-package_1.0-1": {"processes": 1, "awards": 1},
    "ocdskit_release-package_1.0-2": {"processes": 1, "contracts": 1},
    "ocdskit_release-package_1.1-1": {"processes": 1, "parties": 2},
    "ocdskit_release-package_1.1-2": {"processes": 1, "contracts": 1},
    "ocdskit_release-package_encoding-iso-8859-1": {"processes": 1, "tenderers": 3},
    "ocdskit_release-package_encoding-utf-8": {"processes": 1, "tenderers": 3},
    "ocdskit_release-package_record-package": {"processes": 2, "awards": 3},
    "ocdskit_release-package_split": {"processes": 2, "contracts": 2},
    "ocdskit_versioned-release-1": {"processes": 1, "tenderers": 2},
    "ocdskit_versioned-release-2": {"processes": 1, "tenderers": 1},
    "paraguay_155220": {"processes": 1, "lots": 51, "award_suppliers": 7, "contracts": 7, "documents": 165},
    "portland_first_record": {"processes": 1, "parties": 2},
    "ncarrerakevin_json_ejemplo": {"processes": 2, "lots": 2, "parties": 2, "documents": 4},
}


def test_every_real_file_is_read(shared_data):
    found = {
        p.stem: p.read_bytes() for folder in ("ocds_other", "ocds_peru") for p in (shared_data / folder).glob("*.json")
    }
    assert set(found) == set(REAL)
    for name, data in found.items():
        read = chunks(data)
        assert [(r.reason, r.detail) for c in read for r in c.refusals] == [], name
        counted = {t: len(r) for t, r in rows(read).items()}
        assert {t: counted.get(t) for t in REAL[name]} == REAL[name], name


def test_the_same_process_merged_by_another_tool_has_the_same_rows(shared_data):
    folder = shared_data / "ocds_other"
    ours = rows(chunks((folder / "ocdskit_release-package-1.json").read_bytes()))
    theirs = rows(chunks((folder / "ocdskit_compiled-release-1.json").read_bytes()))
    versioned = rows(chunks((folder / "ocdskit_versioned-release-1.json").read_bytes()))
    assert ours == theirs
    assert {t: len(r) for t, r in versioned.items()} == {t: len(r) for t, r in theirs.items()}


def test_latin_1_and_utf_8_give_the_same_rows(shared_data):
    latin, utf = (
        rows(chunks((shared_data / "ocds_other" / f"ocdskit_release-package_encoding-{e}.json").read_bytes()))
        for e in ("iso-8859-1", "utf-8")
    )
    assert latin == utf
    assert "\ufffd" not in repr(latin)


def test_real_peruvian_records(shared_data):
    data = (shared_data / "ocds_peru" / "ncarrerakevin_json_ejemplo.json").read_bytes()
    first, second = table(data, "processes")
    assert first["process_id"] == "1067986"
    assert first["ocid"] == "ocds-dgv273-seacev3-2024-424-65"
    assert (first["buyer_consucode"], first["buyer_ruc"]) == ("424", "20311886879")
    assert (first["value_cents"], first["value_reserved"], first["bid_deadline"]) == (None, True, None)
    assert first["description"].count('"') == 2
    assert "¿" not in first["description"]
    assert (second["project_id"], second["buyer_department"]) == ("2607165", "PUNO")
    assert [r["lot_id"] for r in table(data, "lots")] == ["1", "12"]


def test_linked_releases_alone_are_said_to_be_so(shared_data):
    document = json.loads((shared_data / "ocds_other" / "ocdskit_record-package_linked-releases.json").read_bytes())
    for record in document["records"]:
        del record["compiledRelease"]
    assert [r.reason for r in refusals(line(document))] == [Reason.LINKED_RELEASE] * 2
