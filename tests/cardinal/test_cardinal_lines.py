"""Lines that are broken, strange or huge, files that are packed or absent, and the command line."""

import gzip
import io
import json
import subprocess
import sys
import zipfile

import pytest

from procrisk.cardinal import __main__ as module
from procrisk.cardinal import coverage, indicators, prepare, settings
from procrisk.cardinal.release import decode
from procrisk.errors import InputMissingError

SOUND = b'{"ocid":"F","tender":{"procurementMethod":"open","numberOfTenderers":1}}'
RAISED = {"OCID": {"F": {"R018": 1.0}}}


def run(path, content, ini="[R018]", **options):
    path.write_bytes(content)
    warnings = []
    result = indicators.run(path, settings.parse(ini), warn=warnings.append, **{"meta": False} | options)
    return json.loads(result), warnings


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b'{"ocid":"X",}',
        b'{"ocid":"X"} {"ocid":"Y"}',
        b'{"ocid":"X\xf3"}',
        b'{"ocid":"X","ignored":"\xf3"}',
        b'{"ocid":"X","ignored":"\\ud800"}',
        b'{"ocid":"X","ignored":"\x01"}',
        b'{"ocid":"X","n":NaN}',
        b'{"ocid":"X","n":01}',
        b"\xef\xbb\xbf" + SOUND,
        b"\x0b",
        b'{"ignored":' * 20_000 + b"1" + b"}" * 20_000,
        b'{"tender":' * 20_000 + b"1" + b"}" * 20_000,
    ],
)
def test_a_broken_line_is_skipped_and_counted(tmp_path, line):
    found, warnings = run(tmp_path / "a.jsonl", line + b"\n" + SOUND + b"\n")
    assert found == RAISED
    assert warnings[0].startswith("line 1 is not JSON in UTF-8, skipping it")
    assert warnings[1:] == ["2 lines read, 0 blank and 1 invalid ones skipped"]


@pytest.mark.parametrize("line", [b"", b"  \t", b"\r", b"\x0c"])
def test_a_blank_line_is_skipped(tmp_path, line):
    found, warnings = run(tmp_path / "a.jsonl", line + b"\n" + SOUND + b"\r\n")
    assert found == RAISED
    assert warnings == ["2 lines read, 1 blank and 0 invalid ones skipped"]


@pytest.mark.parametrize(
    "line", [b"null", b"[]", b'"F"', b"1e400", b"{}", b'{"ocid":{"a":1}}', b'{"ocid":"a","ocid":null}']
)
def test_json_that_is_no_process_says_nothing(tmp_path, line):
    assert run(tmp_path / "a.jsonl", line + b"\n" + SOUND) == (RAISED, [])


def test_only_the_first_broken_lines_are_named(tmp_path):
    _, warnings = run(tmp_path / "a.jsonl", b"{\n" * 1000)
    assert len(warnings) == 21
    assert warnings[-1] == "1000 lines read, 0 blank and 1000 invalid ones skipped"


@pytest.mark.parametrize(
    ("amount", "read"),
    [
        ("1e400", None),
        ("1" * 400, None),
        ("1" + "0" * 30, 1e30),
        ("1E2", 100.0),
        ("-0", 0.0),
        ("true", None),
        ('"1"', None),
    ],
)
def test_huge_and_strange_amounts(amount, read):
    line = f'{{"ocid":"F","bids":{{"details":[{{"value":{{"amount":{amount}}}}}]}}}}'.encode()
    assert decode(line).bids.details[0].value.amount == read


@pytest.mark.parametrize(
    "junk", ["null", "1", "1.5", "true", '"x"', "[]", "{}", "[null]", "[[1]]", '{"details":{"id":1}}']
)
@pytest.mark.parametrize(
    "at", ["buyer", "tender", "bids", "awards", "details", "tenderers", "value", "suppliers", "items"]
)
def test_any_type_anywhere(tmp_path, at, junk):
    bid = {"status": "valid", "tenderers": [{"id": "A"}], "value": {"amount": 1, "currency": "PEN"}}
    award = {"status": "active", "suppliers": [{"id": "A"}], "items": [{"classification": {"id": "10"}}]}
    made = {
        "ocid": "F",
        "buyer": {"id": "B"},
        "tender": {"tenderPeriod": {}},
        "bids": {"details": [bid, bid]},
        "awards": [award],
    }
    for holder in (made, made["bids"], bid, award):
        if at in holder:
            holder[at] = json.loads(junk)
    ini = "\n".join(f"[{c}]" for c in settings.INDICATORS)
    _, warnings = run(tmp_path / "a.jsonl", json.dumps(made).encode(), ini, maps=True, meta=True)
    assert warnings == []


def test_other_currencies_are_counted(tmp_path):
    bids = [{"status": "valid", "value": {"amount": 1, "currency": c}} for c in ("PEN", "USD", "EUR")]
    line = json.dumps({"ocid": "F", "bids": {"details": bids}, "awards": [{"status": "active"}]}).encode()
    _, warnings = run(tmp_path / "a.jsonl", line, "[R036]")
    assert warnings == ["2 readings of bids in another currency than PEN were left out"]


def test_an_allow_list_that_hides_a_deny_list_is_told(tmp_path):
    ini = "price_comparison_procurement_methods = X\nno_price_comparison_procurement_methods = Y\n[R028]"
    assert "no effect" in run(tmp_path / "a.jsonl", SOUND, ini)[1][0]


def test_packed_files(tmp_path):
    assert run(tmp_path / "a.jsonl.gz", gzip.compress(SOUND + b"\n"))[0] == RAISED
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("1.jsonl", SOUND.replace(b'"F"', b'"E"'))
        archive.writestr("2.jsonl", SOUND)
    assert set(run(tmp_path / "a.zip", packed.getvalue())[0]["OCID"]) == {"E", "F"}


def test_what_cannot_be_read(tmp_path):
    for path in (tmp_path / "absent.jsonl", tmp_path):
        with pytest.raises(InputMissingError, match="no such file"):
            indicators.run(path, settings.Settings())
    with pytest.raises(InputMissingError, match="ends before its checksum"):
        run(tmp_path / "cut.gz", gzip.compress(SOUND * 100)[:-10])


def procrisk(*arguments, stdin=b""):
    command = [sys.executable, "-m", "procrisk", "indicators", *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, check=False)


def test_command_line(tmp_path):
    ini = tmp_path / "settings.ini"
    ini.write_text("[R018]\n[R048]\n")
    done = procrisk("-", "--settings", ini, "--map", stdin=SOUND + b"\n{\n")
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert list(found) == ["OCID", "Meta", "Maps"]
    assert found["Meta"] == {"R048": {"q1": None, "q3": None, "upper_fence": None}}
    assert b"line 2 is not JSON" in done.stderr
    assert procrisk("-", "--settings", ini, "--no-meta", stdin=SOUND).stdout == b'{"OCID":{"F":{"R018":1.0}}}\n'
    assert procrisk("-").stdout == b'{"Meta":{}}\n'


def test_command_line_refuses(tmp_path):
    assert procrisk(tmp_path / "absent.jsonl").returncode == 5
    refused = procrisk("-", "--settings", tmp_path / "absent.ini")
    assert refused.returncode == 2
    assert b"absent.ini" in refused.stderr


def test_prepare_and_coverage_commands(tmp_path, capsys):
    source, output, errors = (str(tmp_path / n) for n in ("in.jsonl", "out.jsonl", "issues.csv"))
    (tmp_path / "in.jsonl").write_bytes(b'{"ocid":"a,b","awards":[{"status":"Hecho"}]}\n[]\n{\n')
    assert module.main(["prepare", "-o", output, "-e", errors, source]) == 0
    assert (tmp_path / "out.jsonl").read_bytes() == b'{"ocid":"a,b","awards":[{"status":"Hecho"}]}\n'
    assert (tmp_path / "issues.csv").read_text() == '1,"a,b",/awards[]/status,0,Hecho,invalid\n'
    assert "line 2 is not a JSON object" in capsys.readouterr().err
    assert module.main(["coverage", output]) == 0
    assert json.loads(capsys.readouterr().out)["/awards[]/status"] == 1
    assert module.main(["coverage", str(tmp_path / "absent")]) == 5


def prepared(line, ini=""):
    warnings = []
    release = json.loads(line)
    issues = prepare.Prepare(settings.parse(ini), warnings.append).correct(release)
    return release, issues, warnings


def test_prepare_tells_every_issue():
    line = '{"bids":{"details":[{"value":{"amount":0},"items":[{"classification":{}}],"status":"x"},{}]},"awards":[{"items":[{"classification":{}}]}]}'
    release, issues, _ = prepared(line)
    assert release == json.loads(line)
    assert issues == [
        ("/bids/details[]/value/amount", "0", "", "is zero"),
        ("/bids/details[]/value/currency", "0", "", "not set"),
        ("/bids/details[]/items[]/classification/scheme", "0.0", "", "not set"),
        ("/bids/details[]/status", "0", "x", "invalid"),
        ("/bids/details[]/status", "1", "", "not set"),
        ("/awards[]/items[]/classification/scheme", "0.0", "", "not set"),
        ("/awards[]/status", "0", "", "not set"),
    ]


def test_prepare_tells_a_default_that_is_no_code():
    release, issues, _ = prepared('{"awards":[{}]}', "[defaults]\naward_status = Activo")
    assert release == {"awards": [{"status": "Activo"}]}
    assert issues == [("/awards[]/status", "0", "Activo", "invalid")]


def test_prepare_fills_no_null_but_a_null_element():
    ini = "[defaults]\nbid_status = valid\naward_status = active"
    release, issues, _ = prepared('{"bids":{"details":[null,{"status":null},7]},"awards":[null]}', ini)
    assert release == {
        "bids": {"details": [{"status": "valid"}, {"status": None}, 7]},
        "awards": [{"status": "active"}],
    }
    assert issues == []


@pytest.mark.parametrize(
    ("statuses", "expected"), [(["active", "cancelled"], "active"), (["cancelled", "cancelled"], "cancelled")]
)
def test_prepare_cancels_an_award_whose_contracts_are_all_cancelled(statuses, expected):
    contracts = [{"awardID": 1, "status": s} for s in statuses]
    line = json.dumps({"awards": [{"id": "1", "status": "active"}], "contracts": contracts})
    release, _, _ = prepared(line, "[corrections]\naward_status_by_contract_status = yes")
    assert release["awards"] == [{"id": "1", "status": expected}]


def test_prepare_leaves_bids_where_they_are():
    line = '{"auctions":[{"stages":[{"bids":[{}]}]}],"bids":{}}'
    release, _, warnings = prepared(line, "[modifications]\nmove_auctions = true")
    assert release == json.loads(line)
    assert warnings == ["/auctions cannot be moved, because /bids is occupied"]


@pytest.mark.parametrize(("separator", "expected"), [("-", "a"), ("a - b", ""), ("x", "a - b - c")])
def test_prepare_splits_details(separator, expected):
    ini = f"[modifications]\nsplit_procurement_method_details = {separator}"
    release, _, _ = prepared('{"tender":{"procurementMethodDetails":"a - b - c"}}', ini)
    assert release["tender"]["procurementMethodDetails"] == expected


def test_prepare_keeps_numbers_as_they_were_written_and_order_as_cardinal(tmp_path):
    source, output = tmp_path / "in.jsonl", io.BytesIO()
    line = b'{"buyer":{"id":1.10,"x":1E5,"y":12345678901234567890123},"tender":{"procuringEntity":{"id":"no","a":1,"b":2}}}\n'
    source.write_bytes(line)
    prepare.run(source, settings.parse("[redactions]\norganization_id = no"), output, io.BytesIO())
    assert output.getvalue() == (
        b'{"buyer":{"id":"1.10","x":1E5,"y":12345678901234567890123},"tender":{"procuringEntity":{"b":2,"a":1}}}\n'
    )


def test_coverage_reads_numbers_of_any_size(tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_bytes(b'{"a":1e400,"b":-0,"c":[1E+5,null]}\n')
    assert coverage.coverage(source) == {"/a": 1, "/b": 1, "/c[]": 1, "/c": 1, "/": 1, "": 1}
