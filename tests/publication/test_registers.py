"""What is said of the registers, and that nobody in them is named in a publication."""

import io
import re
import zipfile

import polars as pl
import pytest

from procrisk import pipeline
from procrisk.publication import masking, registers
from procrisk.records.tables import REGISTER_TABLES, TABLES, empty
from procrisk.simulate import simulate

BAD = "12345678,QUISPE MAMANI ROSA,20171714371,alcaldesa de facto y otros,X,,31/02/2022,\n12345678,QUISPE MAMANI ROSA\n"


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A simulated publication with every register, one of them with rows that are refused; and its folder of registers."""
    folder = tmp_path_factory.mktemp("records")
    simulate(folder, 250, 3)
    offices = folder / "context" / "CARGOS_SIMULADO.csv"
    offices.write_bytes(offices.read_bytes() + BAD.encode())
    request = pipeline.Request(
        sources=[folder / "ocds", folder / "conosce"], context=[folder / "context"], out=folder / "out"
    )
    pipeline.run(request)
    return folder / "out" / "current", folder / "context"


def shown(path) -> str:
    """Everything that a file of the publication says, as text."""
    if path.suffix == ".parquet":
        return pl.read_parquet(path).select(pl.col(pl.String, pl.List(pl.String))).write_json()
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as book:
            return "\n".join(book.read(n).decode() for n in book.namelist() if n.endswith(".xml"))
    return path.read_text(encoding="utf-8")


def test_nobody_in_the_registers_of_people_is_named_in_any_file(published):
    current, context = published
    people = set()
    for name, documents, names in (
        ("CONFORMACION_JURIDICA", "NUMERO_DOCUMENTO", "NOMBRE_RAZONODENOMINACIONSOCIAL"),
        ("CARGOS", "DOCUMENTO", "NOMBRE"),
    ):
        table = pl.read_csv(context / f"{name}_SIMULADO.csv", infer_schema_length=0, truncate_ragged_lines=True)
        people |= set(table[documents]) | set(table[names])
    files = [p for p in current.rglob("*") if p.is_file()]
    assert len(files) > 8
    for path in files:
        text = shown(path)
        said = set(re.findall(r"(?<!\d)\d{8}(?!\d)", text)) | set(re.findall(r"[A-ZÑ]+ SIMULAD[OA][A-Z ]* \d{6}", text))
        assert not said & people, path.name
        assert "QUISPE" not in text, path.name
        assert "12345678" not in text, path.name


def test_refused_rows_of_people_are_counted_and_withheld(published):
    refused = pl.read_parquet(published[0] / "quarantine.parquet").filter(kind="registro:cargos").sort("line")
    assert refused["reason"].to_list() == ["date_invalid", "row_ragged"]
    assert refused["raw"].unique().to_list() == [masking.WITHHELD]
    assert refused["line"][1] == refused["line"][0] + 1
    (counts,) = [
        i["counts"] for i in pipeline.manifest(published[0].parent)["inputs"] if i["kind"] == "registro:cargos"
    ]
    assert counts["quarantined"] == 2


def test_the_manifest_and_the_page_say_which_registers_were_there(published):
    said = pipeline.manifest(published[0].parent)["registers"]
    assert said["owners"]["rows"] > 100
    assert said["owners"]["state"] == "present"
    assert said["holidays"] == {"state": "absent", "rows": 0}
    page = (published[0] / "report.html").read_text(encoding="utf-8")
    assert all(line in page for line in registers.lines(said))
    assert "días no laborables" in registers.lines(said)[0].split("Ausentes: ")[1]


def test_every_register_has_a_name_in_both_languages():
    assert set(registers.NAMES) == {t.name for t in REGISTER_TABLES} | {"challenges", "subcontractors"}
    assert len({name for pair in registers.NAMES.values() for name in pair}) == 2 * len(registers.NAMES)


def test_a_register_without_rows_is_absent():
    stated = registers.statement({n: empty(TABLES[n]) for n in registers.NAMES})
    assert {r["state"] for r in stated.values()} == {"absent"}
    es, en = registers.lines(stated)
    assert es.startswith("Registros de contexto presentes: ninguno. Ausentes: respuestas")
    assert en.startswith("Context registers present: none. Absent: answers")
