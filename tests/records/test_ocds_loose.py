"""What parsers do with bad input, case by case: each is refused with its reason, or mended where nothing is in doubt."""

import io
import json

import pytest
from tests.records.ocds_cases import line, release

from procrisk.records import ocds
from procrisk.records.batch import Reason
from procrisk.records.ocds_loose import UnreadableError, depth, parse, reread, split

GOOD = line(release())
AMOUNT = b'"amount":100001.1,'
assert GOOD.count(AMOUNT) == 1


def with_amount(literal: bytes) -> bytes:
    return GOOD.replace(AMOUNT, b'"amount":' + literal + b",")


def read(data: bytes):
    chunks = list(ocds.read(io.BytesIO(data), ()))
    return [k for c in chunks for k in c.keys], [r for c in chunks for r in c.refusals], chunks


def changed(**fields) -> bytes:
    return line({**release(), **fields})


def in_tender(**fields) -> bytes:
    return line({**release(), "tender": {**release()["tender"], **fields}})


CASES = {
    "NaN": (with_amount(b"NaN"), Reason.JSON_NOT_FINITE),
    "Infinity": (with_amount(b"-Infinity"), Reason.JSON_NOT_FINITE),
    "NaN in a field that is not read": (GOOD[:-1] + b',"extra":NaN}', Reason.JSON_NOT_FINITE),
    "1e999": (with_amount(b"1e999"), Reason.JSON_NOT_FINITE),
    "integer beyond 2^64": (with_amount(b"123456789012345678901234567890"), Reason.JSON_INTEGER_TOO_LARGE),
    "integer of 5000 figures": (with_amount(b"9" * 5000), Reason.JSON_INTEGER_TOO_LARGE),
    "duplicate amount": (with_amount(b'1,"amount":2'), Reason.JSON_DUPLICATE_KEY),
    "duplicate amount apart": (with_amount(b'1,"currency":"PEN","amount":2'), Reason.JSON_DUPLICATE_KEY),
    "duplicate ocid": (b'{"ocid":"another",' + GOOD[1:], Reason.JSON_DUPLICATE_KEY),
    "duplicate tender": (GOOD[:-1] + b',"tender":{"id":"9"}}', Reason.JSON_DUPLICATE_KEY),
    "lone surrogate": (GOOD.replace(b"AS-SM", b"\\ud800"), Reason.JSON_SURROGATE),
    "invalid UTF-8": (GOOD.replace(b"AS-SM", b"\xff"), Reason.ENCODING_INVALID),
    "invalid UTF-8 in a field that is not read": (GOOD[:-1] + b',"extra":"\xff"}', Reason.ENCODING_INVALID),
    "a latin-1 line": (changed(extra="ñ").decode().encode("latin-1"), Reason.ENCODING_INVALID),
    "100k nested [": (GOOD[:-1] + b',"extra":' + b"[" * 100_000 + b"]" * 100_000 + b"}", Reason.JSON_TOO_DEEP),
    "100k open [": (b'{"ocid":"x","awards":' + b"[" * 100_000 + b"}", Reason.JSON_TOO_DEEP),
    "text with thousands": (with_amount(b'"1,234.50"'), Reason.AMOUNT_INVALID),
    "text that is no number": (with_amount(b'"unos mil"'), Reason.AMOUNT_INVALID),
    "amount as object": (with_amount(b"{}"), Reason.TYPE_MISMATCH),
    "object where a list belongs": (changed(awards={"id": "1"}), Reason.TYPE_MISMATCH),
    "list where an object belongs": (changed(tender=[]), Reason.TYPE_MISMATCH),
    "number where text belongs": (in_tender(title=5), Reason.TYPE_MISMATCH),
    "text": (b'{"ocid":"x"', Reason.JSON_INVALID),
    "cut off": (GOOD[: len(GOOD) // 2] + b"}", Reason.JSON_INVALID),
    "no JSON": (b'{ocid: "x"}', Reason.JSON_INVALID),
    "behind the end": (GOOD + b" x}", Reason.JSON_INVALID),
    "no id": (b'{"tag":["compiled"],"buyer":{"name":"x"}}', Reason.ID_MISSING),
    "negative": (with_amount(b"-1"), Reason.AMOUNT_NEGATIVE),
    "1e15": (with_amount(b"1e15"), Reason.AMOUNT_TOO_LARGE),
    "1e300": (with_amount(b"1e300"), Reason.AMOUNT_TOO_LARGE),
    "31 February": (in_tender(datePublished="2024-02-31T00:00:00-05:00"), Reason.DATE_INVALID),
    "no day": (in_tender(datePublished="ayer"), Reason.DATE_INVALID),
    "year 3024": (in_tender(datePublished="3024-01-01"), Reason.DATE_INVALID),
    "contract ends before it starts": (
        changed(contracts=[{"id": "1", "period": {"startDate": "2024-02-01", "endDate": "2024-01-01"}}]),
        Reason.PERIOD_REVERSED,
    ),
    "a number in a list of releases": (b'{"ocid":"x","releases":[1]}', Reason.TYPE_MISMATCH),
    "only linked": (
        line({"ocid": "x", "releases": [{"url": "https://x", "date": "2024-01-01", "tag": ["tender"]}]}),
        Reason.LINKED_RELEASE,
    ),
    "no releases": (b'{"ocid":"x","releases":[]}', Reason.LINKED_RELEASE),
    "releases without date": (
        line({"ocid": "x", "releases": [{"ocid": "x", "id": "1"}, {"ocid": "x", "id": "2"}]}),
        Reason.MERGE_FAILED,
    ),
}


@pytest.mark.parametrize(("raw", "reason"), CASES.values(), ids=CASES)
def test_every_case_has_its_reason_and_takes_no_other_record_with_it(raw, reason):
    before, after = line(release(2)), line(release(3))
    keys, refusals, _ = read(before + b"\n" + raw + b"\n" + after + b"\n")
    assert len(keys) == 2
    (refusal,) = refusals
    assert refusal.reason is reason, refusal.detail
    assert (refusal.line, refusal.offset) == (2, len(before) + 1)
    assert refusal.raw == raw[:4096]
    assert refusal.detail


@pytest.mark.parametrize("name", ["NaN", "1e999", "duplicate amount", "no id", "31 February", "text with thousands"])
def test_the_same_in_a_package_and_in_an_array(name):
    raw, reason = CASES[name]
    for head, tail in ((b'{"uri":"x","records":[', b"]}"), (b'{"releases":[', b"]}"), (b"[", b"]")):
        keys, refusals, _ = read(head + line(release(2)) + b",\n" + raw + b", " + line(release(3)) + tail)
        assert [(r.reason, r.line, r.offset) for r in refusals] == [(reason, 2, len(head) + len(line(release(2))) + 2)]
        assert len(keys) == 2


def test_a_document_cut_off_keeps_what_is_whole_and_refuses_the_rest():
    document = b'{"records":[' + line(release(1)) + b"," + line(release(2))[:-40]
    keys, refusals, _ = read(document)
    assert len(keys) == 1
    assert [r.reason for r in refusals] == [Reason.JSON_INVALID]


def one_process(data: bytes) -> dict:
    _, refusals, chunks = read(data)
    assert not refusals
    (row,) = chunks[0].tables["processes"].to_dicts()
    return row


@pytest.mark.parametrize(
    ("literal", "cents"),
    [(b'"1234.50"', 123450), (b'" 12 "', 1200), (b'"0.1"', 10), (b"null", None), (b'""', None), (b"5", 500)],
)
def test_plain_numbers_in_text_are_read(literal, cents):
    assert one_process(with_amount(literal))["value_cents"] == cents


def test_nulls_are_absent_fields():
    def hollow(value):
        if isinstance(value, dict):
            return {k: hollow(v) for k, v in value.items()} | {"nothing": None, "period": None}
        return [hollow(v) for v in value] if isinstance(value, list) else value

    assert one_process(line(hollow(release()))) == one_process(GOOD)
    nulls = {**release(), "awards": None, "contracts": None, "tender": {**release()["tender"], "items": [None]}}
    assert one_process(line(nulls))["process_id"] == "1000001"


def test_a_nul_and_a_pair_of_surrogates_are_text():
    assert one_process(GOOD.replace(b"AS-SM", b"\\u0000\\ud83d\\ude00"))["title"].startswith("\0\U0001f600")


def test_a_blank_is_no_refusal_and_a_bom_no_text():
    data = b"\xef\xbb\xbf" + GOOD + b"\r\n\r\n   \n" + line(release(2)) + b"\r\n\n"
    keys, refusals, chunks = read(data)
    assert (len(keys), refusals) == (2, [])
    assert sum(c.n_blank for c in chunks) == 3
    assert [(n, o) for c in chunks for n, o in zip(c.lines, c.offsets, strict=True)] == [
        (1, 3),
        (4, data.index(line(release(2)))),
    ]


def test_a_record_that_is_too_long_is_refused_and_the_next_is_read(monkeypatch):
    from procrisk.records import ocds_lines, ocds_loose

    monkeypatch.setattr(ocds_loose, "MAX_BYTES", 10_000)
    monkeypatch.setattr(ocds_lines, "BLOCK", 4096)
    long = line({**release(), "extra": "x" * 50_000})
    _, refusals, chunks = read(GOOD + b"\n" + long + b"\n" + GOOD.replace(b"AS-SM", b"LP-SM") + b"\n" + long)
    assert [(r.reason, r.line) for r in refusals] == [(Reason.RECORD_TOO_LONG, 2), (Reason.RECORD_TOO_LONG, 4)]
    assert str(len(long)) in refusals[0].detail
    assert refusals[1].offset == 2 * (len(GOOD) + 1) + len(long) + 1
    assert [(n, o) for c in chunks for n, o in zip(c.lines, c.offsets, strict=True)] == [
        (1, 0),
        (3, len(GOOD) + len(long) + 2),
    ]


def test_ordinary_repetition_is_not_taken_for_a_repeated_key():
    record = {"ocid": "x", "releases": [{"url": "u", "details": {"tender": {"id": "1"}}}], "compiledRelease": release()}
    text = release()
    text["tender"]["title"] = 'an "amount": 1, "amount": 2 in text'
    keys, refusals, _ = read(line(record) + b"\n" + line(text))
    assert (len(keys), refusals) == (2, [])


def test_depth_and_split():
    assert depth(rb'{"a":["[[[",{"b":"\"]"}]}') == 3
    assert [raw for _, raw in split(b'{"uri":"x","records":[{"a":"]}"},{"b":NaN} ,{"c":[{}]}]}')] == [
        b'{"a":"]}"}',
        b'{"b":NaN}',
        b'{"c":[{}]}',
    ]
    assert split(b'{"ocid":"x"}') == []


@pytest.mark.parametrize("raw", [b"1", b'"x"', b"[]", b"null", b"true"])
def test_what_is_no_object_is_refused(raw):
    with pytest.raises(UnreadableError) as caught:
        reread(raw)
    assert caught.value.reason is Reason.TYPE_MISMATCH


def test_strict_parsing_agrees_with_json_where_nothing_is_wrong():
    assert parse(GOOD) == json.loads(GOOD)
