"""Each rule at its limits: below, at, above; several awards, currencies, joint bids, exclusions."""

import json

import pytest

from procrisk.cardinal.indicators import calculate
from procrisk.cardinal.release import decode
from procrisk.cardinal.settings import parse


def run(releases, ini, **options):
    return calculate([decode(json.dumps(r).encode()) for r in releases], parse(ini), **{"meta": False} | options)


def bid(who, amount=None, status="valid", currency="PEN", **more):
    whos = [who] if isinstance(who, str) else who
    return {
        "status": status,
        "tenderers": [{"id": w} for w in whos],
        "value": {"amount": amount, "currency": currency},
        **more,
    }


def award(*suppliers, status="active", **more):
    return {"status": status, "suppliers": [{"id": s} for s in suppliers], **more}


def process(bids=(), awards=(), ocid="F", **more):
    return {"ocid": ocid, "bids": {"details": list(bids)}, "awards": list(awards), **more}


def period(start, end, **tender):
    return {"ocid": "F", "tender": {"tenderPeriod": {"startDate": start, "endDate": end}, **tender}}


@pytest.mark.parametrize(
    ("start", "end", "raised"),
    [
        ("2022-01-01T00:00:00Z", "2022-01-15T23:59:59Z", True),  # 14 whole days
        ("2022-01-01T00:00:00Z", "2022-01-16T00:00:00Z", False),
        ("2022-01-01T00:00:00-05:00", "2022-01-16T00:00:00Z", True),  # 5 hours short of 15 days
        ("2022-01-01T00:00:00+05:00", "2022-01-15T23:00:00Z", False),
        ("2022-01-01t00:00:00.25z", "2022-01-16 00:00:00.250z", False),
        ("2022-01-01T00:00:00.25Z", "2022-01-16T00:00:00.249999999Z", True),
        ("2022-02-01T00:00:00Z", "2022-01-01T00:00:00Z", True),  # backwards
        ("0000-02-29T00:00:00Z", "0000-03-15T00:00:00Z", False),  # the year 0 leaps
        ("2022-01-01", "2022-01-02", None),
        ("2022-01-01T00:00:00", "2022-01-02T00:00:00", None),  # no offset
        ("2022-01-01T00:00Z", "2022-01-02T00:00Z", None),
        ("2022-02-30T00:00:00Z", "2022-03-01T00:00:00Z", None),
        ("2022-01-01T24:00:00Z", "2022-01-02T00:00:00Z", None),
        ("2022-01-01T00:00:00+24:00", "2022-01-02T00:00:00Z", None),
        ("２０２２-01-01T00:00:00Z", "2022-01-02T00:00:00Z", None),
        (None, "2022-01-02T00:00:00Z", None),
    ],
)
def test_r003_counts_whole_days(start, end, raised):
    assert run([period(start, end)], "[R003]") == ({"OCID": {"F": {"R003": 1.0}}} if raised else {})


@pytest.mark.parametrize(
    ("tender", "raised"),
    [
        ({"procurementMethodDetails": "urgent"}, False),
        ({"procurementMethodDetails": "slow"}, True),
        ({"procurementMethodDetails": "other"}, True),
        ({"procurementMethodDetails": None}, True),
        ({"procurementMethod": "direct", "procurementMethodDetails": "slow"}, False),
        ({"procurementMethod": None, "procurementMethodDetails": "slow"}, False),
    ],
)
def test_r003_thresholds_and_methods(tender, raised):
    ini = "[R003]\nthreshold = 11\nprocurement_methods = open|selective\n[R003.procurement_method_details]\nurgent = 10\nslow = 30"
    made = period("2022-01-01T00:00:00Z", "2022-01-11T00:00:00Z", **{"procurementMethod": "open"} | tender)
    assert bool(run([made], ini)) is raised


@pytest.mark.parametrize(
    ("n", "method", "ini", "raised"),
    [
        (1, "open", "", True),
        (1, "selective", "", True),
        (1, "limited", "", False),
        (1, None, "", False),
        (1, None, "procurement_methods =", True),
        (1, "limited", "procurement_methods = limited|direct", True),
        (0, "open", "", False),
        (2, "open", "", False),
        (1.0, "open", "", False),
        (True, "open", "", False),
        ("1", "open", "", False),
        (None, "open", "", False),
    ],
)
def test_r018(n, method, ini, raised):
    made = {"ocid": "F", "tender": {"numberOfTenderers": n, "procurementMethod": method}}
    assert run([made], f"[R018]\n{ini}") == ({"OCID": {"F": {"R018": 1.0}}} if raised else {})


WON = [award("W")]


@pytest.mark.parametrize(
    ("bids", "awards", "ratio"),
    [
        ([bid("W", 100), bid("L", 105)], WON, 0.05),
        ([bid("W", 100), bid("L", 100)], WON, 0.0),
        ([bid("W", 100), bid("L", 99)], WON, None),  # the price did not decide
        ([bid("W", 100), bid("W", 90), bid("L", 180), bid("M", 99)], WON, 0.1),  # the lowest of each
        ([bid("W", 100), bid("L", 105, "disqualified"), bid("M", 110)], WON, 0.1),
        ([bid("W", 100), bid("L", 105, currency="USD"), bid("M", 110)], WON, 0.1),
        ([bid("W", 100), bid(["L", "M"], 105), bid("N", 110)], WON, 0.1),  # joint bids are left out
        ([bid("W", 100)], WON, None),
        ([bid("L", 100)], WON, None),
        ([bid("W", 100), bid("L", 105)], [], None),
        ([bid("W", 100), bid("L", 105)], [award("W"), award("W")], None),
        ([bid("W", 100), bid("L", 105)], [award("W", "X")], None),
        ([bid("W", 100), bid("L", 105)], [award("W"), award("X", status="cancelled")], 0.05),
        ([bid("W", 100), bid("L", 105)], [award("W"), award("X", status="pending")], None),
        ([bid("W", 100), bid("L", 105)], [award("W"), {"suppliers": [{"id": "X"}]}], 0.05),
    ],
)
def test_r058_share_of_the_winning_bid(bids, awards, ratio):
    # the first release only says that the main currency is the sol
    first = process([bid("A", 1), bid("B", 100)], [award("A")], ocid="0")
    found = run([first, process(bids, awards)], "[R058]\nthreshold = 0.0000001")
    assert found["OCID"].get("F") == (None if not ratio else {"R058": ratio})


def test_r024_and_r058_at_the_threshold():
    releases = [process([bid("W", 100), bid("L", 100 + n)], WON, ocid=str(n)) for n in (4, 5, 6)]
    ini = "[R024]\nthreshold = 0.05\n[R058]\nthreshold = 0.05"
    assert run(releases, ini) == {
        "OCID": {"4": {"R024": 0.04}, "5": {"R024": 0.05, "R058": 0.05}, "6": {"R058": 0.06}},
        "Tenderer": {"L": {"R024": 0.0}, "W": {"R024": 0.0, "R058": 0.0}},
    }


def test_r024_takes_equal_bids():
    found = run([process([bid("W", 100), bid("L", 100)], WON)], "[R024]\nthreshold = 0.05")
    assert found["OCID"] == {"F": {"R024": 0.0}}
    assert run([process([bid("W", 100), bid("L", 100)], WON)], "[R024]\nthreshold = 0") == {}


@pytest.mark.parametrize(("hour", "raised"), [(1, False), (0, True)])
def test_r003_cuts_days_towards_zero(hour, raised):
    made = period("2022-01-02T00:00:00Z", f"2022-01-01T0{hour}:00:00Z")
    assert bool(run([made], "[R003]\nthreshold = 0")) is raised


def test_r058_of_a_bid_of_nothing_is_null():
    found = run([process([bid("W", 0), bid("L", 1)], WON)], "[R058]\nthreshold = 1")
    assert found["OCID"] == {"F": {"R058": float("inf")}}


def test_without_processes_fences_are_null():
    found = run([], "[R024]\n[R025]\n[R038]\n[R048]\n[R058]", meta=True)
    assert {code: set(map(str, numbers.values())) for code, numbers in found["Meta"].items()} == {
        code: {"nan"} for code in ("R024", "R025", "R048", "R058")
    }


@pytest.mark.parametrize(
    ("ini", "raised"),
    [
        ("", {"X", "Y", "N", None}),
        ("price_comparison_procurement_methods = X|Y", {"X", "Y"}),
        ("no_price_comparison_procurement_methods = N|Y", {"X", None}),
        ("price_comparison_procurement_methods = X\nno_price_comparison_procurement_methods = X", {"X"}),
        ("no_price_comparison_procurement_methods =", {"X", "Y", "N", None}),
    ],
)
@pytest.mark.parametrize("code", ["R024", "R028", "R036", "R058"])
def test_only_where_prices_decide(code, ini, raised):
    bids = [bid("W", 2), bid("L", 2), bid("M", 1, "disqualified"), bid("N", 3)]
    if code in ("R024", "R058"):
        bids = [bid("W", 2), bid("L", 3)]
    releases = [process(bids, WON, ocid=str(m), tender={"procurementMethodDetails": m}) for m in ("X", "Y", "N", None)]
    threshold = "threshold = 0.5" if code in ("R024", "R058") else ""
    assert set(run(releases, f"{ini}\n[{code}]\n{threshold}").get("OCID", ())) == {str(m) for m in raised}


@pytest.mark.parametrize(
    ("bids", "flagged"),
    [
        ([bid("A", 10), bid("B", 10)], "AB"),
        ([bid("A", 10), bid("B", 10.0)], "AB"),
        ([bid("A", 10), bid("B", 11)], ""),
        ([bid("A", 10), bid("A", 10)], ""),
        ([bid("A", 10), bid("B", 10, currency="USD")], ""),
        ([bid("A", 10, currency="USD"), bid("B", 10, currency="USD")], "AB"),  # no main currency here
        ([bid("A", 10), bid("B", 10, "disqualified"), bid("C", 10, "pending")], "ABC"),
        ([bid("A", 10), bid("B", 10, "withdrawn"), bid("C", 10, "invited")], ""),
        ([bid("A", 10), bid("B", 10, None)], ""),
        ([bid(["A", "B"], 10), bid(["B", "A"], 10)], ""),
        ([bid(["A", "B"], 10), bid("A", 10)], "AB"),
        ([bid("A", 10), bid([], 10)], ""),
        ([bid("A", 10), bid("B", True)], ""),
    ],
)
def test_r028(bids, flagged):
    found = run([process(bids)], "[R028]")
    assert "".join(found.get("Tenderer", {})) == flagged
    assert ("OCID" in found) is bool(flagged)


@pytest.mark.parametrize(
    ("date", "status", "who", "won", "raised"),
    [
        ("2022-01-02", "valid", "W", award("W"), True),
        ("2022-01-01", "valid", "W", award("W"), False),  # on the day
        ("2021-12-31", "valid", "W", award("W"), False),
        ("2022-01-01T00:00:00Z", "valid", "W", award("W"), True),  # as texts, the longer is later
        ("2022-01-02", "pending", "W", award("W"), False),
        ("2022-01-02", "valid", "L", award("W"), False),
        ("2022-01-02", "valid", ["L", "W"], award("W"), True),
        ("2022-01-02", "valid", "W", award("W", status="pending"), False),
        (None, "valid", "W", award("W"), False),
    ],
)
def test_r030(date, status, who, won, raised):
    made = process([bid(who, 1, status, date=date)], [won], tender={"tenderPeriod": {"endDate": "2022-01-01"}})
    expected = {"OCID": {"F": {"R030": 1.0}}, "Tenderer": {"W": {"R030": 1.0}}} if raised else {}
    assert run([made], "[R030]") == expected


@pytest.mark.parametrize(
    ("out", "threshold", "value"),
    [
        (["A"], "", 1.0),
        (["A", "B"], "", 2.0),
        (["A", "A"], "", 1.0),
        ([], "", None),
        (["W"], "", None),
        (["A"], "threshold = 0", 1.0),
        (["A"], "threshold = 2", None),
        (["A", "B"], "threshold = 2", 2.0),
    ],
)
def test_r035_counts_disqualified_tenderers(out, threshold, value):
    made = process([bid("W"), *(bid(o, status="disqualified") for o in out)], WON)
    found = run([made], f"[R035]\n{threshold}")
    assert found == ({"OCID": {"F": {"R035": value}}, "Tenderer": {"W": {"R035": 0.0}}} if value else {})


@pytest.mark.parametrize(
    ("bids", "awards"),
    [
        ([bid("W"), bid("V"), bid("A", status="disqualified")], WON),  # two valid ones
        ([bid("V"), bid("A", status="disqualified")], WON),  # the valid one did not win
        ([bid("W"), bid("A", status="disqualified")], [award("W"), award("X")]),
        ([bid("W"), bid("A", status="disqualified")], [award("W"), award("X", status="pending")]),
        ([bid("W"), bid("A", status="disqualified")], []),
        ([bid(["W", "X"]), bid("A", status="disqualified")], [award("W", "X")]),
    ],
)
def test_r035_clear(bids, awards):
    assert run([process(bids, awards)], "[R035]") == {}


@pytest.mark.parametrize(
    ("bids", "raised"),
    [
        ([bid("A", 1, "disqualified"), bid("W", 2)], True),
        ([bid("A", 2, "disqualified"), bid("W", 2)], True),  # of equal bids the first counts
        ([bid("W", 2), bid("A", 2, "disqualified")], False),
        ([bid("A", 3, "disqualified"), bid("W", 2)], False),
        ([bid("A", 1, "disqualified"), bid("W", None)], False),  # no valid bid with an amount
        ([bid("A", 1, "disqualified"), bid("W", 2, "pending")], False),
        ([bid("A", 1, "pending"), bid("B", 2, "disqualified"), bid("W", 3)], False),
        ([bid("W", 2), bid("A", 1, "disqualified", currency="USD")], False),
        (
            [bid("A", 1, "disqualified", currency="USD"), bid("W", 2)],
            False,
        ),  # the dollar comes first: no valid bid left
        ([bid([], 1, "disqualified"), {"status": "valid", "value": {"amount": 2, "currency": "PEN"}}], True),
    ],
)
def test_r036(bids, raised):
    assert bool(run([process(bids, WON)], "[R036]")) is raised
    assert run([process(bids, [])], "[R036]") == {}


def test_currency_of_the_settings_comes_before_the_first_seen():
    bids = [bid("A", 9, currency="USD"), bid("A", 1, "disqualified"), bid("W", 2)]
    assert run([process(bids, WON)], "[R036]") == {}
    assert run([process(bids, WON)], "currency = PEN\n[R036]") == {"OCID": {"F": {"R036": 1.0}}}


@pytest.mark.parametrize(
    ("percentile", "raised"), [("", True), ("percentile = 100", True), ("percentile = 101", False)]
)
def test_r025_at_the_threshold(percentile, raised):
    releases = [process([bid("W"), bid("F")], [award("F" if n == 0 else "W")], ocid=str(n)) for n in range(4)]
    found = run(releases, f"[R025]\nthreshold = 0.25\n{percentile}")
    assert found == ({"Tenderer": {"F": {"R025": 0.25}}} if raised else {})
    assert run(releases, "[R025]\nthreshold = 0.2499") == {}


def test_r038_minimum_counts_submitted_bids():
    releases = [
        process([bid("A", status="disqualified")], buyer={"id": "one"}),
        process(
            [bid("B", status="disqualified"), bid("C")], buyer={"id": "two"}, tender={"procuringEntity": {"id": "P"}}
        ),
    ]
    assert run(releases, "[R038]\nthreshold = 0.5") == {
        "Buyer": {"two": {"R038": 0.5}},
        "ProcuringEntity": {"P": {"R038": 0.5}},
    }
    found = run(releases, "[R038]\nthreshold = 0.5\nminimum_submitted_bids = 1\nminimum_contracting_processes = 1")
    assert found["Buyer"] == {"one": {"R038": 1.0}, "two": {"R038": 0.5}}
    assert found["Tenderer"] == {"A": {"R038": 1.0}, "B": {"R038": 1.0}}


def test_r048_counts_kinds_of_items_in_enough_processes():
    def items(*codes):
        return [{"classification": {"id": c}} for c in codes]

    releases = [process(awards=[award("S", items=items(f"{n}0", f"{n}1"))], ocid=str(n)) for n in (10, 20, 30)]
    releases += [process(awards=[award("T", items=items("40")), award("T", items=items("50"))], ocid="t")]
    releases += [process(awards=[award("U", "V", items=items("60")), award("W", status="pending", items=items("7"))])]
    ini = "[R048]\nminimum_contracting_processes = {}\nthreshold = {}\ndigits = {}"
    assert run(releases, ini.format(3, 3, 2)) == {"Tenderer": {"S": {"R048": 3.0}}}
    assert run(releases, ini.format(4, 3, 2)) == {}
    assert run(releases, ini.format(3, 4, 2)) == {}
    assert run(releases, ini.format(1, 2, 2)) == {"Tenderer": {"S": {"R048": 3.0}, "T": {"R048": 2.0}}}
    assert run(releases, ini.format(3, 1, 3)) == {"Tenderer": {"S": {"R048": 6.0}}}
    assert run(releases, ini.format(3, 1, 0)) == {"Tenderer": {"S": {"R048": 1.0}}}


@pytest.mark.parametrize(
    ("change", "raised"),
    [
        ({}, True),
        ({"ocid": 1}, False),
        ({"ocid": None}, False),
        ({"tender": {"status": "cancelled"}}, False),
        ({"tender": {"status": "complete"}}, True),
        ({"tender": {"procurementMethodDetails": "Sorteo"}}, False),
        ({"tender": {"procurementMethodDetails": "Sorteo público"}}, True),
    ],
)
def test_takes_part(change, raised):
    made = process([bid("A", 1), bid("B", 1)]) | change
    assert bool(run([made], "[exclusions]\nprocurement_method_details = Sorteo|Otro\n[R028]")) is raised


def test_only_what_has_a_section_runs():
    made = process([bid("A", 1), bid("B", 1)])
    assert run([made], "") == run([made], "[R036]") == {}


def test_maps():
    made = process(
        [bid("W", 5), bid("A", 1, "disqualified")], WON, buyer={"id": "B"}, tender={"procuringEntity": {"id": "P"}}
    )
    maps = run([made], "[R035]\n[R038]", maps=True)["Maps"]
    assert {name: m for name, m in maps.items() if m} == {
        "ocid_buyer_r038": {"F": "B"},
        "ocid_procuringentity_r038": {"F": "P"},
        "ocid_tenderer": {"F": ["A", "W"]},
        "ocid_tenderer_r035": {"F": ["W"]},
    }


def test_order_of_lines_does_not_show():
    releases = [process([bid("W", 10), bid("L", 10 + n)], WON, ocid=str(n), buyer={"id": f"b{n}"}) for n in range(9)]
    ini = "[R024]\n[R025]\n[R028]\n[R038]\n[R058]"
    first, second = (json.dumps(run(r, ini, meta=True, maps=True)) for r in (releases, releases[::-1]))
    assert first == second
