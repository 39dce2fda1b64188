"""OCDS beyond what Peru publishes: every extension that is read, from the least release and in odd shapes."""

import json
from datetime import date

import pytest
from tests.records.ocds_cases import line
from tests.records.test_ocds import chunks, refusals, rows, table

from procrisk.records.tables import RECORD, TABLES

OCID = "ocds-xxxxxx-1"
DAY = "2024-03-01T00:00:00-05:00"


def of(**fields) -> bytes:
    return line({"ocid": OCID, "tag": ["compiled"], "date": DAY, **fields})


def tender(**fields) -> bytes:
    return of(tender={"id": "1", **fields})


def contract(**fields) -> bytes:
    return of(contracts=[{"id": "c", **fields}])


def one(data: bytes, name: str) -> dict:
    (row,) = table(data, name)
    return {k: v for k, v in row.items() if v is not None and k not in (RECORD, "process_id")}


# --- the call ----------------------------------------------------------------------------------------------------

FEES = [
    {"type": ["document"], "value": {"amount": 150, "currency": "PEN"}},
    {"type": ["submission"], "value": {"amount": 90.5, "currency": "PEN"}},
    {"type": ["deposit"], "value": {"amount": 9000, "currency": "PEN"}},
    {"type": ["win"], "value": {"amount": 8000, "currency": "PEN"}},
    {"type": ["document"], "value": {"amount": 700, "currency": "USD"}},
]
CRITERIA = {
    "eligibilityCriteria": "12345",
    "selectionCriteria": {"description": "123", "criteria": [{"type": "technical", "description": "1234"}]},
}


@pytest.mark.parametrize(
    ("fields", "column", "wanted"),
    [
        ({"awardCriteria": "priceOnly"}, "award_criteria", "priceOnly"),
        ({"bidOpening": {"date": DAY}}, "bid_opening", date(2024, 3, 1)),
        ({"bidOpening": {}}, "bid_opening", None),
        ({"awardPeriod": {"startDate": DAY, "endDate": "2024-04-01"}}, "evaluation_start", date(2024, 3, 1)),
        ({"value": {"currency": "PEN"}, "participationFees": FEES}, "fee_cents", 15000),
        ({"value": {"currency": "USD"}, "participationFees": FEES}, "fee_cents", 70000),
        ({"value": {"currency": "EUR"}, "participationFees": FEES}, "fee_cents", None),
        ({"participationFees": [{"value": {"amount": 5}}]}, "fee_cents", 500),
        ({"participationFees": {"type": "document", "value": {"amount": "5.10"}}}, "fee_cents", 510),
        ({"participationFees": []}, "fee_cents", None),
        (CRITERIA, "criteria_length", 12),
        ({"otherRequirements": ["12", {"description": "123"}]}, "criteria_length", 5),
        ({"criteria": [{"requirementGroups": [{"requirements": [{"description": "1234567"}]}]}]}, "criteria_length", 7),
        ({"selectionCriteria": {"criteria": [{"type": "technical"}]}}, "criteria_length", None),
        ({"eligibilityCriteria": ""}, "criteria_length", None),
        ({}, "criteria_length", None),
    ],
)
def test_columns_of_a_call(fields, column, wanted):
    (row,) = table(tender(**fields), "processes")
    assert row[column] == wanted


@pytest.mark.parametrize(
    ("enquiry", "answered", "day"),
    [
        ({"answer": "Sí"}, True, None),
        ({"dateAnswered": DAY}, True, date(2024, 3, 1)),
        ({"answer": ""}, False, None),
        ({"answer": None}, False, None),
        ({}, False, None),
    ],
)
def test_enquiries(enquiry, answered, day):
    (row,) = table(tender(enquiries=[{"id": 7, "date": "2024-02-20", **enquiry}]), "enquiries")
    assert (row["process_id"], row["enquiry_id"], row["date"]) == (OCID, "7", date(2024, 2, 20))
    assert (row["answered"], row["answered_date"]) == (answered, day)


def test_what_has_no_id_is_known_by_its_place():
    data = line([
        {"ocid": "a", "tag": ["compiled"], "tender": {"enquiries": [{"date": DAY}, {"id": "x"}, {"date": DAY}]}},
        {"ocid": "b", "tag": ["compiled"], "tender": {"enquiries": [{"date": DAY}]}},
    ])  # fmt: skip
    found = [(r["process_id"], r["enquiry_id"]) for r in table(data, "enquiries")]
    assert found == [("a", "#1"), ("a", "x"), ("a", "#3"), ("b", "#1")]


@pytest.mark.parametrize(
    ("complaint", "wanted"),
    [
        ({"status": "pending", "date": DAY}, {"date": date(2024, 3, 1)}),
        ({"status": "resolved", "dateDecision": DAY}, {"resolved_date": date(2024, 3, 1), "outcome": "upheld"}),
        ({"status": "answered", "resolutionType": "declined", "dateAnswered": DAY},
         {"resolved_date": date(2024, 3, 1), "outcome": "rejected"}),
        ({"status": "invalid"}, {"outcome": "rejected"}),
        ({"status": "cancelled"}, {"outcome": "other"}),
        ({"status": "en otras palabras", "dateDecision": DAY}, {"resolved_date": date(2024, 3, 1), "outcome": "other"}),
        ({"dateSubmitted": DAY, "author": {"id": "PE-RUC-20123456786"}},
         {"date": date(2024, 3, 1), "challenger_id": "20123456786"}),
        ({"author": {"name": "X", "identifier": {"scheme": "PE-RUC", "id": "20123456786"}}},
         {"challenger_id": "20123456786"}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("where", ["release", "tender", "award"])
def test_complaints(complaint, wanted, where):
    complaints = [{"id": "q", **complaint}]
    data = {
        "release": of(complaints=complaints),
        "tender": tender(complaints=complaints),
        "award": of(awards=[{"id": "a", "complaints": complaints}]),
    }[where]
    assert one(data, "challenges") == {"challenge_id": "q", "kind": "complaint", **wanted}


def soles(amount):
    return {"amount": amount, "currency": "PEN"}


LOTS = {
    "lots": [{"id": "L1", "title": "Camas", "value": soles(300)}, {"id": "L2", "status": "cancelled"}],
    "items": [
        {"id": "1", "relatedLot": "L1", "quantity": 2, "classification": {"scheme": "UNSPSC", "id": "42000000"}},
        {"id": "2", "relatedLot": "L2", "quantity": 3, "totalValue": soles(40)},
        {"id": "3", "relatedLot": "L2", "totalValue": soles(60)},
        {"id": "4", "totalValue": soles(5)},
    ],
}


def test_lots_are_the_lots_of_the_call_and_items_without_one_stay():
    found = [
        (r["lot_id"], r["description"], r["classification"], r["quantity"], r["value_cents"], r["status"])
        for r in table(tender(**LOTS), "lots")
    ]
    assert found == [
        ("L1", "Camas", "42000000", 2.0, 30000, None),
        ("L2", None, None, None, 10000, "CANCELLED"),
        ("4", None, None, None, 500, None),
    ]


@pytest.mark.parametrize(
    ("award", "lines"),
    [
        ({"relatedLots": ["L1"]}, [("L1", 9000)]),
        ({"relatedLots": "L1"}, [("L1", 9000)]),
        ({"relatedLots": ["L1", "L2"]}, [("L1", None), ("L2", None)]),
        ({"items": [{"id": "2", "totalValue": soles(30)}, {"id": "3", "totalValue": soles(60)}]}, [("L2", 9000)]),
        ({"items": [{"id": "1", "totalValue": soles(30)}, {"id": "3", "totalValue": soles(60)}]},
         [("L1", 3000), ("L2", 6000)]),
        ({"items": [{"id": "9", "relatedLot": "L2"}, {"id": "4", "totalValue": soles(5)}]}, [("L2", None), ("4", 500)]),
        ({}, []),
    ],
)  # fmt: skip
def test_awards_fall_on_lots(award, lines):
    data = of(tender={"id": "1", **LOTS}, awards=[{"id": "a", "value": soles(90), **award}])
    found = [r for c in chunks(data) if "award_lines" in c.tables for r in c.tables["award_lines"].to_dicts()]
    assert [(r["lot_id"], r["amount_cents"]) for r in found] == lines


def test_one_lot_of_many_items_is_the_call_itself():
    bids = {"details": [{"id": "b", "relatedLots": ["L1"], "tenderers": [{"id": "9"}]}]}
    items = [{"id": n, "relatedLot": "L1", "totalValue": soles(5)} for n in ("1", "2")]
    data = of(tender={"id": "1", "lots": [{"id": "L1"}], "items": items}, bids=bids)
    assert [r["lot_id"] for r in table(data, "lots")] == ["1", "2"]
    assert table(data, "bids")[0]["lot_id"] == ""
    data = of(tender={"id": "1", "lots": [{"id": "L1"}], "items": items[:1]}, bids=bids)
    assert [(r["lot_id"], r["value_cents"]) for r in table(data, "lots")] == [("L1", 500)]


def test_bids_and_lots_of_a_call_meet():
    bids = {"details": [{"id": "b", "relatedLots": ["L1"], "tenderers": [{"id": "9"}]}]}
    data = of(tender={"id": "1", **LOTS}, bids=bids)
    assert table(data, "bids")[0]["lot_id"] in {r["lot_id"] for r in table(data, "lots")}


# --- bids and awards -----------------------------------------------------------------------------------------------


def test_bids():
    bid = {"id": 3, "status": "disqualified", "date": DAY, "value": {"amount": 10.5, "currency": "USD"},
           "tenderers": [{"id": "PE-RUC-20123456786"}, {"id": "PE-RUC-20987654321"}], "relatedLots": ["2"]}  # fmt: skip
    found = table(of(bids={"details": [bid]}), "bids")
    assert [
        (r["lot_id"], r["party_id"], r["bid_id"], r["status"], r["amount_cents"], r["currency"]) for r in found
    ] == [
        ("2", "20123456786", "3", "disqualified", 1050, "USD"),
        ("2", "20987654321", "3", "disqualified", 1050, "USD"),
    ]


@pytest.mark.parametrize(
    ("award", "bids"),
    [
        ({"relatedBid": "1"}, ["1"]),
        ({"relatedBid": 1}, ["1"]),
        ({"relatedBids": ["1", "2"]}, ["1", "2"]),
        ({"relatedBid": "1", "relatedBids": ["1", 2]}, ["1", "2"]),
        ({"relatedBids": "1"}, ["1"]),
    ],
)
def test_bids_that_won(award, bids):
    found = table(of(awards=[{"id": "z"}, {"id": "a", **award}]), "award_bids")
    assert [(r["process_id"], r["award_id"], r["bid_id"]) for r in found] == [(OCID, "a", b) for b in bids]


@pytest.mark.parametrize(
    ("award", "has", "share"),
    [
        ({"hasSubcontracting": True, "subcontracting": {"minimumPercentage": 0.3}}, True, 0.3),
        ({"hasSubcontracting": False}, False, None),
        ({"subcontracting": {"minimumPercentage": 30}}, None, 0.3),
        ({"subcontracting": {"minimumPercentage": "0.25"}}, None, 0.25),
        ({"subcontracting": {"minimumPercentage": -1}}, None, None),
        ({"subcontracting": {"minimumPercentage": 300}}, None, None),
        ({"subcontracting": {"description": "x"}}, None, None),
    ],
)
def test_subcontracting(award, has, share):
    (row,) = table(of(awards=[{"id": "a", **award}]), "awards")
    assert (row["has_subcontracting"], row["subcontract_share"]) == (has, share)


def test_subcontractors():
    first = {"subcontractor": {"id": "PE-RUC-20123456786", "name": "A"}}
    second = {"subcontractor": {"id": "PE-RUC-20987654321", "name": "B"}}
    data = of(
        awards=[{"id": "a", "subcontracting": {"minimumPercentage": 0.4, "subcontracts": [first, {"id": "nobody"}]}}],
        contracts=[
            {"id": "c", "subcontracting": {"minimumPercentage": 0.4, "subcontracts": [second]}},
            {"id": "d", "subcontracting": {"subcontracts": first}},
            {"id": "e", "subcontracting": {"minimumPercentage": 0.4}},
        ],
    )
    found = [(r["contract_id"], r["party_id"], r["name"], r["share"]) for r in table(data, "subcontractors")]
    assert found == [("", "20123456786", "A", None), ("c", "20987654321", "B", 0.4), ("d", "20123456786", "A", None)]


@pytest.mark.parametrize(
    ("suppliers", "wanted"),
    [
        ([{"id": "PE-RUC-20123456786"}], "20123456786"),
        ({"id": "PE-RUC-20123456786"}, "20123456786"),
        ([{"id": "1"}, {"id": "2"}], None),
        ([], None),
    ],
)
def test_suppliers_of_a_contract(suppliers, wanted):
    (row,) = table(contract(suppliers=suppliers), "contracts")
    assert row["supplier_id"] == wanted


# --- execution -----------------------------------------------------------------------------------------------------


def test_milestones_as_planned_and_as_they_went():
    data = contract(
        milestones=[{"id": "m", "type": "delivery", "dueDate": "2024-05-01", "status": "scheduled"}],
        implementation={"milestones": [{"id": "m", "dateMet": "2024-05-20", "status": "met"}]},
    )
    met, planned = table(data, "milestones")
    assert (met["contract_id"], met["milestone_id"], met["met_date"], met["status"]) == (
        "c",
        "m",
        date(2024, 5, 20),
        "met",
    )
    assert (planned["kind"], planned["due_date"], planned["status"]) == ("delivery", date(2024, 5, 1), "scheduled")


@pytest.mark.parametrize(
    "payment",
    [
        {"value": {"amount": 10.25, "currency": "PEN"}, "payee": {"id": "PE-RUC-20123456786"}},
        {"amount": {"amount": 10.25, "currency": "PEN"},
         "receiverOrganization": {"scheme": "PE-RUC", "id": "20123456786"}},
    ],
)  # fmt: skip
def test_transactions_of_both_versions_of_ocds(payment):
    data = contract(implementation={"transactions": [{"id": 5, "date": DAY, **payment}]})
    assert one(data, "transactions") == {
        "contract_id": "c",
        "transaction_id": "5",
        "date": date(2024, 3, 1),
        "amount_cents": 1025,
        "currency": "PEN",
        "payee_id": "20123456786",
    }


def test_documents_of_the_implementation():
    data = contract(implementation={"documents": [{"id": "x", "documentType": "completionCertificate"}]})
    assert one(data, "documents") == {
        "section": "implementation",
        "document_id": "x",
        "document_type": "completionCertificate",
    }


def told(label, old, new):
    return {"unstructuredChanges": [{"where": {"label": label}, "oldValue": {"text": old}, "newValue": {"text": new}}]}


@pytest.mark.parametrize(
    ("amendment", "kind", "cents"),
    [
        ({}, "amendment", None),
        ({"amendsReleaseID": "x"}, "amendment", None),
        (told("Contract value", "100", "130.50"), "additional", 3050),
        (told("Monto del contrato", "130.50", "100"), "reduction", 3050),
        (told("Contract value", "100", "100"), "amendment", None),
        (told("Plazo de ejecución", "100", "130"), "amendment", None),
        (told("Contract value", "cien", "130"), "amendment", None),
        ({"changes": [{"property": "contracts/0/value/amount", "former_value": 80}]}, "additional", 2000),
        ({"changes": [{"property": "value", "former_value": {"amount": 110}}]}, "reduction", 1000),
        ({"changes": {"property": "value.amount", "former_value": 80}}, "additional", 2000),
        ({"changes": [{"property": "period/endDate", "former_value": "2024-01-01"}]}, "amendment", None),
        ({"changes": [{"property": "value", "former_value": True}]}, "amendment", None),
    ],
)
def test_amendments_of_value(amendment, kind, cents):
    data = contract(value={"amount": 100, "currency": "PEN"}, amendments=[{"id": "m", "date": DAY, **amendment}])
    (row,) = table(data, "modifications")
    assert (row["modification_id"], row["kind"], row["amount_cents"]) == ("m", kind, cents)


def test_each_former_value_meets_that_of_the_next_amendment():
    def was(n, day, amount):
        return {"id": n, "date": day, "changes": [{"property": "value", "former_value": amount}]}

    made = [was("2", "2024-03-01", 150), was("1", "2024-02-01", 100), {"id": "3", "date": "2024-02-15"}]
    found = table(contract(value={"amount": 120}, amendments=made), "modifications")
    assert [(r["modification_id"], r["kind"], r["amount_cents"]) for r in found] == [
        ("2", "reduction", 3000),
        ("1", "additional", 5000),
        ("3", "amendment", None),
    ]


def test_the_amount_of_a_contract_is_the_one_it_was_signed_for():
    def was(day, amount):
        return {"id": day, "date": day, "changes": [{"property": "value", "former_value": amount}]}

    made = [was("2024-03-01", 150), was("2024-02-01", 100), {"id": "3", "date": "2024-01-15"}]
    value = {"amount": 120, "currency": "USD", "amount_PEN": 480}
    (row,) = table(contract(value=value, amendments=made), "contracts")
    assert (row["amount_cents"], row["amount_pen_cents"]) == (10000, 40000)
    (row,) = table(contract(value=value, amendments=made[2:]), "contracts")
    assert (row["amount_cents"], row["amount_pen_cents"]) == (12000, 48000)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({"rationale": "r", "description": "d"}, "r. d"),
        ({"rationale": "r", "description": "r"}, "r"),
        ({"description": "d"}, "d"),
        ({}, None),
    ],
)
def test_what_an_amendment_says(said, wanted):
    (row,) = table(contract(amendments=[{"id": "m", **said}]), "modifications")
    assert row["description"] == wanted


# --- owners --------------------------------------------------------------------------------------------------------


def firm(**owners) -> bytes:
    return of(parties=[{"id": "PE-RUC-20123456786", "name": "EMPRESA", **owners}])


def test_owners():
    person = {"id": "1", "name": "PERSONA", "identifier": {"scheme": "PER-IDCARD", "id": "00000001"}}
    holding = {"id": "h", "shareholder": {"id": "PE-RUC-20987654321", "name": "MATRIZ"}, "shareholding": 0.6}
    data = firm(beneficialOwners=[person], shareholders=[holding])
    found = [{k: v for k, v in r.items() if k not in (RECORD, "valid_from")} for r in table(data, "owners")]
    same = {"ruc": "20123456786", "firm_name": "EMPRESA"}
    assert found == [
        {**same, "person_id": "00000001", "name": "PERSONA", "kind": "beneficial_owner", "share": None},
        {**same, "person_id": "20987654321", "name": "MATRIZ", "kind": "shareholder", "share": 0.6},
    ]


def test_a_person_without_document_is_nobody_else_of_another_firm():
    owned = [{"id": f"PE-RUC-2012345678{n}", "beneficialOwners": [{"id": "1", "name": "X"}]} for n in (1, 2)]
    first, second = table(of(parties=owned), "owners")
    assert first["person_id"] != second["person_id"]


@pytest.mark.parametrize(("share", "wanted"), [(0.25, 0.25), (1, 1.0), (25, 0.25), ("0.25", 0.25), (None, None)])
def test_shareholdings(share, wanted):
    (row,) = table(firm(shareholders=[{"id": "h", "shareholder": {"id": "1"}, "shareholding": share}]), "owners")
    assert row["share"] == wanted


# --- packing -------------------------------------------------------------------------------------------------------

FULL = {
    "ocid": OCID,
    "tag": ["compiled"],
    "date": DAY,
    "tender": {
        "id": "1",
        "value": {"amount": 100, "currency": "PEN"},
        "awardCriteria": "ratedCriteria",
        "bidOpening": {"date": DAY},
        "awardPeriod": {"startDate": DAY},
        "participationFees": FEES,
        "enquiries": [{"id": "e", "date": DAY, "answer": "x"}],
        **CRITERIA,
    },
    "complaints": [{"id": "q", "status": "pending"}],
    "bids": {"details": [{"id": "b", "tenderers": [{"id": "9"}], "value": {"amount": 90, "currency": "PEN"}}]},
    "awards": [{"id": "a", "relatedBid": "b", "suppliers": [{"id": "9"}], "hasSubcontracting": True}],
    "contracts": [
        {
            "id": "c",
            "awardID": "a",
            "value": {"amount": 100},
            "milestones": [{"id": "m", "dueDate": DAY}],
            "implementation": {"transactions": [{"id": "t", "value": {"amount": 9}}]},
            "amendments": [{"id": "m", "date": DAY, **told("value", "90", "100")}],
            "subcontracting": {"subcontracts": [{"id": "s", "subcontractor": {"id": "8"}}]},
        }
    ],
    "parties": [{"id": "9", "shareholders": [{"id": "h", "shareholder": {"id": "7"}, "shareholding": 0.5}]}],
}
WANTED = rows(chunks(line(FULL)))
FILLED = {
    "award_bids", "award_suppliers", "awards", "bids", "challenges", "contracts", "enquiries", "milestones",
    "modifications", "owners", "parties", "processes", "records", "subcontractors", "transactions",
}  # fmt: skip


def test_the_full_release_fills_every_table():
    assert set(WANTED) == FILLED
    for name, frame in chunks(line(FULL))[0].tables.items():
        assert frame.schema == {RECORD: frame.schema[RECORD], **TABLES[name].schema}, name


def nulls(value):
    """The same with a null field in every object."""
    if isinstance(value, dict):
        return {
            **{k: nulls(v) for k, v in value.items()},
            "dateModified": None,
            "description": value.get("description"),
        }
    return [nulls(v) for v in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    "data",
    [
        line({"releases": [FULL]}),
        json.dumps({"releases": [FULL]}, indent=2).encode(),
        line({"records": [{"ocid": OCID, "compiledRelease": FULL}]}),
        line({"ocid": OCID, "compiledRelease": FULL}),
        line([FULL]),
        line(nulls(FULL)),
        b"\n".join([line(FULL), b"", line(FULL)]),
    ],
    ids=["package", "indented", "record package", "record", "array", "nulls", "twice"],
)
def test_the_same_rows_whatever_the_packing(data):
    found = rows(chunks(data))
    assert {name: sorted(set(r), key=repr) for name, r in found.items()} == WANTED


def test_releases_are_merged_part_by_part():
    later = {"ocid": OCID, "id": "2", "date": "2024-06-01T00:00:00Z", "tag": ["contractUpdate"]}
    update = {**later, "contracts": [{"id": "c", "milestones": [{"id": "m", "status": "met", "dateMet": DAY}]}]}
    first = {**FULL, "id": "1", "tag": ["contract"]}
    (row,) = table(line({"releases": [first, update]}), "milestones")
    assert (row["due_date"], row["met_date"], row["status"]) == (date(2024, 3, 1), date(2024, 3, 1), "met")
    (row,) = table(line({"releases": [first, {**first, "id": "3", "date": "2024-07-01"}]}), "modifications")
    assert row["amount_cents"] == 1000


@pytest.mark.parametrize(
    ("data", "column"),
    [
        (tender(participationFees=[{"value": {"amount": -1, "currency": "PEN"}}]), "fee_cents"),
        (contract(implementation={"transactions": [{"id": "t", "value": {"amount": -1}}]}), "amount_cents"),
    ],
)
def test_an_amount_below_zero_is_refused_with_its_record(data, column):
    (refused,) = refusals(data)
    assert refused.reason == "amount_negative"
    assert column in refused.detail
