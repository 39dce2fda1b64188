"""The settings file: what is read, what is refused, in which words."""

import pytest

from procrisk.cardinal.settings import INDICATORS, SCHEMA, load, parse, pipes
from procrisk.errors import UsageError

FULL = """\
; currency = USD
# a comment

[defaults]
; currency = USD
[R003]
threshold = 15
procurement_methods = open|selective|limited

  [R003.procurement_method_details]
emergency works = 10
international: 25
[R024]
threshold = .05
[R025]
percentile = 75
[R035]
[R048]
digits = +3
"""


def test_reads():
    s = parse("currency = PEN\n" + FULL)
    assert s.get("", "currency") == "PEN"
    assert s.get("R003", "threshold") == 15
    assert s.all("R003.procurement_method_details") == {"emergency works": 10, "international": 25}
    assert s.get("R024", "threshold") == 0.05
    assert s.get("R048", "digits") == 3
    assert [c for c in INDICATORS if s.enabled(c)] == ["R003", "R024", "R025", "R035", "R048"]
    assert s.get("R035", "threshold") is None


def test_a_section_below_enables_too():
    assert parse("[R003.procurement_method_details]\nX = 1").enabled("R003")


def test_the_last_of_a_repeated_section_counts_whole():
    s = parse("[R038]\nthreshold = 1\nminimum_submitted_bids = 9\n[R038]\nthreshold = 2\nthreshold = 3")
    assert s.all("R038") == {"threshold": 3.0}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a|b", {"a", "b"}),
        ("", set()),
        ("a|", {"a"}),
        ("a||b", {"a", "", "b"}),
        ("Subasta Inversa", {"Subasta Inversa"}),
    ],
)
def test_lists(text, expected):
    assert pipes(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"a b"', "a b"),
        ("'x' rest", "x"),
        ("a\\tb", "a\tb"),
        ("a\\x00f1b", "añb"),
        ("a = b", "a = b"),
        ("a ; b", "a ; b"),
    ],
)
def test_values(text, expected):
    assert parse(f"currency = {text}").get("", "currency") == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("true", True), ("On", True), ("1", True), ("no", False), ("FALSE", False), ("0", False)]
)
def test_booleans(text, expected):
    assert parse(f"[modifications]\nmove_auctions = {text}").get("modifications", "move_auctions") is expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[R999]", "line 1: unknown section"),
        ("[]", "unknown section"),
        ("[R024", "unknown section"),
        ("\n[R024]\nthresold = 1", "line 3: unknown setting 'thresold' in [R024]; known are: threshold"),
        ("[R028]\nthreshold = 1", "known are: none"),
        ("[R024]\nthreshold = high", "threshold = high should be a number"),
        ("[R024]\nthreshold = 1_0", "should be a number"),
        ("[R024]\nthreshold =", "should be a number"),
        ("[R035]\nthreshold = -1", "should be a whole number"),
        ("[R035]\nthreshold = 1.0", "should be a whole number"),
        ("[modifications]\nmove_auctions = maybe", "should be true or false"),
        ("R024 = 1", "unknown setting 'R024' in the top of the file"),
        ("what is this", "neither a [section] nor name = value"),
    ],
)
def test_refuses(text, said):
    with pytest.raises(UsageError, match="settings") as error:
        parse(text)
    assert said in str(error.value)


def test_file(tmp_path):
    path = tmp_path / "settings.ini"
    path.write_text("\ufeff[R018]\r\nprocurement_methods = directa|única\r\n", encoding="utf-8")
    assert load(path).get("R018", "procurement_methods") == {"directa", "única"}
    assert not any(load(None).enabled(c) for c in INDICATORS)
    path.write_bytes(b"[R018]\nprocurement_methods = \xfanica")
    with pytest.raises(UsageError, match="not UTF-8"):
        load(path)
    with pytest.raises(UsageError, match="cannot be read"):
        load(tmp_path / "absent.ini")


def test_every_section_may_be_empty():
    s = parse("\n".join(f"[{name}]" for name in SCHEMA if name))
    assert all(s.enabled(c) for c in INDICATORS)
