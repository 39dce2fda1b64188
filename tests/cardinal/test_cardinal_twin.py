"""procrisk.cardinal against a plain telling of the same rules, on small collections of sound and of broken releases."""

import json
import random

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.cardinal.twin import Twin

from procrisk.cardinal.indicators import calculate
from procrisk.cardinal.release import decode
from procrisk.cardinal.settings import INDICATORS, parse

JUNK = st.sampled_from([None, True, 0, 1, 1.5, "", "x", [], {}, [None], ["A"], [[]], {"id": 1}, {"id": ["A"]}])
WHO = st.sampled_from("ABCDEF")


def sometimes(strategy, broken):
    """Mostly sound; where `broken`, now and then of another type."""
    return st.one_of(strategy, strategy, strategy, strategy, JUNK) if broken else strategy


def releases(broken):
    def fields(required=(), **optional):
        parts = {k: sometimes(v, broken) for k, v in optional.items()}
        return st.fixed_dictionaries({k: parts.pop(k) for k in required}, optional=parts)

    party = fields(("id",), id=WHO)
    parties = st.lists(party, min_size=1, max_size=2) if broken else st.lists(party, min_size=1, max_size=1)
    value = fields(
        ("amount", "currency"),
        amount=st.sampled_from([1, 1.0, 2, 2.5, 3, 7, 10, 100]),
        currency=st.sampled_from(["PEN", "PEN", "PEN", "USD"]),
    )
    date = st.sampled_from(
        ["2022-01-01T00:00:00Z", "2022-01-09T00:00:00-05:00", "2022-01-16T00:00:00Z", "2022-02-01T00:00:00Z"]
    )
    bid = fields(
        ("status", "tenderers", "value"),
        status=st.sampled_from(["valid", "valid", "disqualified", "pending", "withdrawn", "invited"]),
        tenderers=parties,
        value=value,
        date=date,
    )
    award = fields(
        ("status", "suppliers"),
        status=st.sampled_from(["active", "active", "active", "cancelled", "unsuccessful", "pending"]),
        suppliers=parties,
        items=st.lists(
            fields(
                ("classification",),
                classification=fields(("id",), id=st.sampled_from(["101", "102", "201", "3", "ñandú"])),
            ),
            max_size=3,
        ),
    )
    tender = fields(
        status=st.sampled_from(["complete", "complete", "cancelled"]),
        procurementMethod=st.sampled_from(["open", "selective", "direct"]),
        procurementMethodDetails=st.sampled_from(["X", "Y", "Z"]),
        numberOfTenderers=st.sampled_from([0, 1, 1.0, 2]),
        tenderPeriod=fields(("startDate", "endDate"), startDate=date, endDate=date),
        procuringEntity=party,
    )
    return fields(
        ("ocid", "awards", "bids"),
        ocid=st.sampled_from([f"o{i}" for i in range(40)]),
        buyer=party,
        tender=tender,
        bids=fields(("details",), details=st.lists(bid, max_size=5)),
        awards=st.lists(award, max_size=2),
    )


SETTINGS = st.fixed_dictionaries(
    {"on": st.one_of(st.just(list(INDICATORS)), st.lists(st.sampled_from(INDICATORS), unique=True))},
    optional={
        "currency": st.sampled_from(["PEN", "USD"]),
        "excluded": st.just(["Z"]),
        "allow": st.just(["X"]),
        "deny": st.just(["Y"]),
        "minimum": st.just(1),
        "days": st.just({"X": 5, "Y": 31}),
    },
)


def ini(s):
    lines = [f"currency = {s['currency']}"] if "currency" in s else []
    lines += [f"price_comparison_procurement_methods = {'|'.join(s['allow'])}"] if "allow" in s else []
    lines += [f"no_price_comparison_procurement_methods = {'|'.join(s['deny'])}"] if "deny" in s else []
    lines += ["[exclusions]", f"procurement_method_details = {'|'.join(s['excluded'])}"] if "excluded" in s else []
    for code in s["on"]:
        lines.append(f"[{code}]")
        lines += [f"minimum_contracting_processes = {s['minimum']}"] if code == "R048" and "minimum" in s else []
        if code == "R003" and "days" in s:
            lines += ["[R003.procurement_method_details]", *(f"{k} = {v}" for k, v in s["days"].items())]
    return "\n".join(lines)


def same(collection, chosen):
    lines = [json.dumps(r, ensure_ascii=False).encode() for r in collection]
    twin = Twin(lines, chosen)
    assume(not twin.doubtful)
    found = calculate(map(decode, lines), parse(ini(chosen)), meta=False)
    assert found == twin.out()


LIMITS = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))


@LIMITS
@given(st.lists(releases(broken=False), max_size=12), SETTINGS)
def test_on_sound_releases(collection, chosen):
    same(collection, chosen)


@LIMITS
@given(st.lists(releases(broken=True), max_size=12), SETTINGS)
def test_on_broken_releases(collection, chosen):
    same(collection, chosen)


def market(seed):
    """Thirty processes of a made-up market, in which one tenderer mostly loses and prices are now and then far apart."""
    draw = random.Random(seed)
    for i in range(30):
        winner, also = draw.sample("ABCDE", 2)
        price = draw.choice([10, 20, 40])
        rivals = [(draw.choice(["F", "F", also]), price * draw.choice([1.1, 1.2, 1.21, 1.3, 2, 9]))]
        rivals += [(also, price * 1.5)] * draw.randint(0, 1)
        bids = [
            {
                "status": draw.choice(["valid"] * 6 + ["disqualified", "pending"]),
                "date": f"2022-01-{draw.randint(1, 12):02}T00:00:00Z",
                "tenderers": [{"id": who}],
                "value": {"amount": amount, "currency": "PEN"},
            }
            for who, amount in [(winner, price), *rivals]
        ]
        items = [{"classification": {"id": draw.choice(["10", "20", "30"]) + "1"}} for _ in range(2)]
        award = {"status": "active", "suppliers": [{"id": winner}], "items": items}
        draw.shuffle(bids)
        yield {
            "ocid": f"o{i}",
            "buyer": {"id": draw.choice("XYZ")},
            "tender": {"tenderPeriod": {"startDate": "2022-01-01T00:00:00Z", "endDate": "2022-01-11T00:00:00Z"}},
            "bids": {"details": bids},
            "awards": [award] * draw.choice([1, 1, 1, 2]),
        }


def test_on_markets():
    raised = set()
    for seed in range(150):
        lines = [json.dumps(r).encode() for r in market(seed)]
        twin = Twin(lines, {"on": INDICATORS, "minimum": 5})
        if not twin.doubtful:
            text = "\n".join(f"[{c}]" for c in INDICATORS).replace(
                "[R048]", "[R048]\nminimum_contracting_processes = 5"
            )
            found = calculate(map(decode, lines), parse(text), meta=False)
            assert found == twin.out()
            raised |= {code for ids in found.values() for results in ids.values() for code in results}
    assert raised >= {"R003", "R024", "R025", "R030", "R035", "R036", "R038", "R058"}
