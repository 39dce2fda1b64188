"""Whole, valid records for the tests of the OCDS readers: made up, in the publisher's shape."""

import copy
import json
from typing import Any

MUNICIPALITY = {"id": "PE-CONSUCODE-00424", "name": "MUNICIPALIDAD DISTRITAL DE EJEMPLO"}
SUPPLIER = {"id": "PE-RUC-20123456786", "name": "EMPRESA DE EJEMPLO S.A.C."}
DAY = "2024-11-06T00:00:00-05:00"


def soles(amount: float) -> dict[str, Any]:
    return {"amount": amount, "currency": "PEN", "currencyName": "Soles", "amount_PEN": amount}


def item(n: int, amount: float, status: str = "Convocado") -> dict[str, Any]:
    return {
        "id": str(20861510 + n),
        "position": str(n),
        "description": f"ITEM {n}",
        "statusDetails": status,
        "status": "active",
        "classification": {"id": "8010160100254983", "scheme": "CUBSO", "description": "X"},
        "additionalClassifications": [{"id": "80101601", "scheme": "UNSPSC", "description": "X"}],
        "quantity": 2.0,
        "totalValue": {"amount": amount, "currency": "PEN"},
        "unit": {"id": "36", "name": "Servicio"},
    }


def release(n: int = 1) -> dict[str, Any]:
    """A compiled release with everything that OECE publishes, and bids and amendments besides."""
    items = [item(1, 60000.10 + n), item(2, 40000.0)]
    return copy.deepcopy(
        {
            "tag": ["compiled"],
            "id": f"ocds-dgv273-seacev3-{n}-2024",
            "date": "2024-12-07T10:14:17.756604-05:00",
            "ocid": f"ocds-dgv273-seacev3-{n}",
            "initiationType": "tender",
            "buyer": MUNICIPALITY,
            "planning": {
                "budget": {
                    "description": "Fondos Públicos",
                    "amount": {"amount": 120000.5, "currency": "PEN"},
                    "projectID": "2607165",
                },
                "documents": [{"id": "p1", "documentType": "procurementPlan", "datePublished": DAY}],
            },
            "tender": {
                "id": str(1000000 + n),
                "title": f"AS-SM-{n}-2024-MDE-1",
                "description": "SERVICIO DE ¿CREACION DE AGUA¿  Y\\nOTROS",
                "procuringEntity": MUNICIPALITY,
                "datePublished": "2024-11-06T23:56:00-05:00",
                "procurementMethod": "open",
                "procurementMethodDetails": "Adjudicación Simplificada",
                "mainProcurementCategory": "services",
                "value": soles(100000.10 + n),
                "tenderPeriod": {"startDate": DAY, "endDate": DAY},
                "enquiryPeriod": {"startDate": "2024-11-07T00:01:00-05:00", "endDate": "2024-11-08T23:59:00-05:00"},
                "numberOfTenderers": 2,
                "tenderers": [SUPPLIER, {"id": "PE-RUC-10123456781", "name": "PERSONA DE EJEMPLO"}],
                "items": items,
                "documents": [{"id": "d1", "documentType": "biddingDocuments", "datePublished": DAY, "url": "x"}],
                "hasTenderInformationProtectedByLaw": False,
            },
            "bids": {
                "details": [
                    {
                        "id": "b1",
                        "date": DAY,
                        "status": "valid",
                        "tenderers": [SUPPLIER],
                        "value": soles(99.99),
                        "relatedLots": ["1"],
                    },
                ]
            },
            "awards": [
                {
                    "id": f"{1000000 + n}-20123456786",
                    "date": "2024-11-20T00:00:00-05:00",
                    "value": soles(99000.0),
                    "suppliers": [SUPPLIER],
                    "items": [{k: v for k, v in i.items() if k != "position"} for i in items],
                    "documents": [{"id": "a1", "documentType": "awardNotice", "datePublished": DAY}],
                }
            ],
            "contracts": [
                {
                    "id": 2000000 + n,
                    "awardID": f"{1000000 + n}-20123456786",
                    "title": "CONTRATO 1",
                    "value": soles(99000.0),
                    "dateSigned": "2024-12-01T00:00:00-05:00",
                    "period": {"startDate": "2024-12-02T00:00:00-05:00", "endDate": "2025-03-02T00:00:00-05:00"},
                    "implementation": {"finalValue": {"amount": 101000.0}, "endDate": "2025-04-01T00:00:00-05:00"},
                    "documents": [{"id": "c1", "documentType": "contractSigned", "datePublished": DAY}],
                    "amendments": [{"id": "m1", "date": DAY, "rationale": "más plazo"}],
                }
            ],
            "parties": [
                {
                    **MUNICIPALITY,
                    "identifier": {"id": "424", "scheme": "PE-CONSUCODE"},
                    "additionalIdentifiers": [{"id": "20311886879", "scheme": "PE-RUC"}],
                    "address": {
                        "streetAddress": "JR. EJEMPLO 1",
                        "locality": "ALTO SELVA ALEGRE",
                        "region": "AREQUIPA",
                        "department": "AREQUIPA",
                        "countryName": "PERU",
                    },
                    "contactPoint": {"telephone": "054"},
                    "roles": ["buyer", "procuringEntity"],
                },
                {**SUPPLIER, "address": {"countryName": "PERU"}, "roles": ["supplier", "tenderer"]},
            ],
            "sources": [{"id": "seace_v3"}],
        }
    )


def line(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
