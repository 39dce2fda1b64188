"""The headers of OECE's CSV tables, Spanish or raw, brought to one path.

A path header is `compiledRelease/tender/items/0/id`; its Spanish twin `Entrega compilada:Licitación:Artículos que se
adquirirán:ID` (titles of the OCDS schema's Spanish translation). Both become `tender/items/id`.
"""

import re

_SEGMENTS = {
    "adjudicaciones": "awards", "articulos adjudicados": "items", "articulos contratados": "items",
    "articulos que se adquiriran": "items", "cantidad": "quantity",
    "categoria principal de contratacion": "mainProcurementCategory",
    "categorias adicionales de contratacion": "additionalProcurementCategories", "clasificacion": "classification",
    "clasificaciones adicionales": "additionalClassifications", "comprador": "buyer", "contratos": "contracts",
    "correo electronico": "email", "criterio": "criteria", "departamento": "department", "descripcion": "description",
    "descripcion de la licitacion": "description", "descripcion del contrato": "description",
    "detalles de estado": "statusDetails", "detalles del estado": "statusDetails",
    "detalles del metodo de contratacion": "procurementMethodDetails", "direccion": "address",
    "documentos": "documents", "duracion (dias)": "durationInDays", "entidad contratante": "procuringEntity",
    "esquema": "scheme", "estado": "status", "etiqueta de entrega": "tag", "fecha de adjudicacion": "date",
    "fecha de entrega": "date", "fecha de fin": "endDate", "fecha de firma": "dateSigned",
    "fecha de inicio": "startDate", "fecha de modificacion": "dateModified",
    "fecha de publicacion": "datePublished", "formato": "format", "fuente del presupuesto": "description",
    "id": "id", "id de adjudicacion": "id", "id de entidad": "id", "id de entrega": "id", "id de licitacion": "id",
    "id de organizacion": "id", "id del contrato": "id", "identificador de proyecto": "projectID",
    "identificador principal": "identifier", "identificadores adicionales": "additionalIdentifiers",
    "idioma": "language", "implementacion": "implementation",
    "informacion protegida": "hasTenderInformationProtectedByLaw", "licitacion": "tender", "licitantes": "tenderers",
    "localidad": "locality", "metodo de contratacion": "procurementMethod", "moneda": "currency", "monto": "amount",
    "nombre": "name", "nombre comun": "name", "nombre de la organizacion": "name", "nombre de moneda": "currencyName",
    "nombre legal": "legalName", "numero de licitantes": "numberOfTenderers", "open contracting id": "ocid",
    "pais": "countryName", "partes involucradas": "parties", "periodo": "period",
    "periodo de consulta": "enquiryPeriod", "periodo de licitacion": "tenderPeriod", "planeacion": "planning",
    "posicion": "position", "presupuesto": "budget", "proveedores": "suppliers", "punto de contacto": "contactPoint",
    "region": "region", "roles de las partes": "roles", "segmentacion": "dataSegmentation", "tasas de cambio": "exchangeRates",
    "telefono": "telephone", "tipo de documento": "documentType", "tipo de inicio": "initiationType",
    "titulo": "title", "titulo de la licitacion": "title", "titulo del contrato": "title",
    "titulo del documento": "title", "titulo del proyecto": "project", "unidad": "unit", "uri": "uri", "url": "url", "valor": "value",
    "valor final": "finalValue", "valor total": "totalValue",
}  # fmt: skip
_PLACED = {
    # the same title means another field in these places
    "contracts/id de adjudicacion": "awardID",
    "parties/address/direccion": "streetAddress",
    "parties/clasificaciones adicionales": "additionalIdentifiers",
    "planning/budget/titulo": "title",
}
_FOLD = str.maketrans("áéíóúüñ", "aeiouun")
_ROOTS = ("compiledrelease/", "entrega compilada:", "records/compiledrelease/")
_TOP = ("ocid", "id", "date", "tag", "tender/", "awards/", "contracts/", "parties/", "buyer/", "planning/")


def path(header: str) -> str | None:
    """One path for both families of header, list indices dropped; None when it is neither or its title is unknown."""
    bare = " ".join(header.strip().split())
    low = bare.lower().translate(_FOLD)
    if low in ("ocid", "open contracting id"):
        return "ocid"
    if ":" in bare and low.startswith("entrega compilada:"):
        return _spanish(low.split(":")[1:])
    root = next((r for r in _ROOTS if low.startswith(r)), "")
    found = re.sub(r"/\d+(?=/|$)", "", bare[len(root) :])
    return found if root or found.startswith(_TOP) else None


def _spanish(titles: list[str]) -> str | None:
    out: list[str] = []
    for title in titles:
        here = "/".join(out)
        segment = _PLACED.get(f"{here}/{title.strip()}") or _SEGMENTS.get(title.strip())
        if segment is None:
            return None
        out.append(segment)
    return "/".join(out)
