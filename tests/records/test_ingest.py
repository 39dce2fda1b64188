"""Sources to dataset: every record accounted for, and an incremental run gives what a full one gives."""

import contextlib
import gzip
import io
import json
import shutil
import tempfile
import zipfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from polars.testing import assert_frame_equal

from procrisk.errors import InputMissingError, PublicationIOError
from procrisk.records import ingest as ingest_module
from procrisk.records import lake as lake_module
from procrisk.records.ingest import QUARANTINE, ingest

AWARDS = (
    "CODIGOENTIDAD,ENTIDAD_RUC,CODIGOCONVOCATORIA,PROCESO,N_ITEM,DESCRIPCION_ITEM,ESTADO_ITEM,CANTIDAD_ADJUDICADO_ITEM,"
    "MONTO_REFERENCIAL_ITEM,MONTO_ADJUDICADO_ITEM,MONEDA,UNIDAD_MEDIDA,RUC_PROVEEDOR,PROVEEDOR,TIPO_PROVEEDOR,"
    "FECHA_CONVOCATORIA,FECHA_BUENAPRO,FECHA_CONSENTIMIENTO_BP"
)
ENTITIES = (
    "RUC|NOMBRE_DE_ENTIDAD|DEPARTAMENTO|PROVINCIA|DISTRITO|CODIGO_SIAF|CODCONSUCODE|ESTADO|ULTIMAACTUALIZACION\n"
    "20171714371|MUNICIPALIDAD PROVINCIAL DE ATALAYA|UCAYALI|ATALAYA|RAYMONDI|1|1877|Activo|17/07/13\n"
)
A, B = "20100047218", "20516809524"


def award_row(n, lot=1, cents=10000, ruc=A, day="18/01/2022", title="AS-SM-7-2022-MPA-CS-1", currency="Soles"):
    soles = f"{cents / 100:.2f}"
    return f"001877,20171714371,{n},{title},{lot},ARROZ,Consentido,1,{soles},{soles},{currency},Unidad,{ruc},X,Persona Juridica,{day},10/02/2022,17/02/2022"


def write_awards(path, rows):
    path.write_text("\n".join([AWARDS, *rows]) + "\n", encoding="utf-8")
    return path


def release(n, date="2022-03-01T00:00:00Z", amount=100.5, title="AS-SM-7-2022-MPA-CS-1", ocid=None, **tender):
    return {
        "ocid": ocid or f"ocds-dgv273-seacev3-{n}", "id": f"{n}-{date}", "date": date, "tag": ["compiled"], "initiationType": "tender",
        "buyer": {"id": "PE-CONSUCODE-1877", "name": "MUNICIPALIDAD PROVINCIAL DE ATALAYA"},
        "tender": {"id": str(n), "title": title, "value": {"amount": amount, "currency": "PEN"}, "procurementMethodDetails": "Adjudicación Simplificada", "mainProcurementCategory": "goods", **tender},
    }  # fmt: skip


def write_releases(path, releases):
    data = "\n".join(json.dumps(r) for r in releases) + "\n"
    path.write_bytes(gzip.compress(data.encode(), mtime=0) if path.suffix == ".gz" else data.encode())
    return path


def parquet(frame):
    out = io.BytesIO()
    frame.write_parquet(out)
    return out.getvalue()


def same(one, other):
    assert one.inputs == other.inputs
    assert one.skipped == other.skipped
    assert_frame_equal(one.quarantine, other.quarantine)
    a, b = one.dataset.tables, other.dataset.tables
    assert list(a) == list(b)
    for name in a:
        assert_frame_equal(a[name], b[name])
        assert parquet(a[name]) == parquet(b[name]), name


def counts(ingested):
    return {
        i["name"]: tuple(i["counts"][k] for k in ("read", "accepted", "quarantined", "duplicate", "blank"))
        for i in ingested.inputs
    }


# -- the real records ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(shared_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lake")
    sources = (
        [shared_data / "conosce", shared_data / "emergency_2020"],
        [shared_data / "entities", shared_data / "sanctions"],
    )
    return ingest(*sources, folder), sources, folder


def test_real_records_add_up_to_the_cent(real):
    """Sums taken straight from the published files: awards of Jan-Feb 2022, emergency awards of Mar-Jul 2020."""
    tables = real[0].dataset.tables
    processes = tables["processes"]
    assert processes.height == 4305 + 3487
    emergency = processes.filter(pl.col("year") == 2020)["process_id"]
    of_2020 = pl.col("process_id").is_in(emergency.implode())
    assert tables["award_lines"].filter(~of_2020)["amount_cents"].sum() == 249053147001
    assert tables["award_lines"].filter(of_2020)["amount_cents"].sum() == 156313396721
    assert tables["awards"].filter(of_2020)["amount_pen_cents"].sum() == 157909600067
    assert tables["awards"]["amount_cents"].sum() == 249053147001 + 156313396721
    assert processes.filter(of_2020)["awarded_pen_cents"].sum() == 157909600067


def test_real_records_have_all_regions_levels_and_methods(real):
    processes = real[0].dataset.tables["processes"]
    assert processes["region_code"].n_unique() == 26
    for column in ("region_code", "buyer_id", "buyer_level", "method", "object", "regime", "year", "call_number"):
        assert processes[column].null_count() <= 20, column
    assert set(processes["buyer_level"]) == {"local", "regional", "national"}
    emergency = processes.filter(pl.col("year") == 2020)
    assert emergency["object_inferred"].sum() == 0
    assert emergency["delivery_region_code"].null_count() < 20


def test_real_consortia_have_their_members(real):
    suppliers = real[0].dataset.tables["award_suppliers"]
    assert suppliers.filter(pl.col("consortium_id").is_not_null()).height > 1500
    assert suppliers.filter(pl.col("kind") == "consortium").height <= 5
    assert suppliers.filter(pl.col("ruc").str.starts_with("10"))["natural"].all()


def test_real_records_again_decode_nothing_and_give_the_same(real, monkeypatch):
    ingested, sources, folder = real

    def never(*_):
        raise AssertionError("an unchanged file is only hashed")

    monkeypatch.setattr(ingest_module, "recognise", never)
    same(ingest(*sources, folder), ingested)


# -- finding files -------------------------------------------------------------------------------------------------------


def test_a_source_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputMissingError, match=r"nowhere\.csv: no such file"):
        ingest([tmp_path / "nowhere.csv"], [], None)


def test_a_named_file_that_is_nothing_we_read_says_what_was_looked_for(tmp_path):
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(InputMissingError, match=r"notes\.txt.*OCDS.*CONOSCE"):
        ingest([tmp_path / "notes.txt"], [], tmp_path / "lake")


def test_inside_a_folder_it_is_skipped_with_a_line_in_the_manifest(tmp_path):
    folder = tmp_path / "in"
    (folder / "deep").mkdir(parents=True)
    (folder / "notes.txt").write_text("hello")
    (folder / ".hidden").write_text("hello")
    write_awards(folder / "deep" / "a.csv", [award_row(1)])
    for _ in range(2):
        got = ingest([folder], [], tmp_path / "lake")
        assert [s["name"] for s in got.skipped] == ["notes.txt"]
        assert counts(got) == {"a.csv": (1, 1, 0, 0, 0)}


def test_globs_and_folders_name_a_file_once(tmp_path):
    write_awards(tmp_path / "a.csv", [award_row(1)])
    got = ingest([tmp_path / "*.csv", tmp_path, tmp_path / "a.csv"], [], None)
    assert counts(got) == {"a.csv": (1, 1, 0, 0, 0)}


def test_recognised_by_content_whatever_the_name(tmp_path):
    write_awards(tmp_path / "data.bin", [award_row(1)])
    assert ingest([tmp_path / "data.bin"], [], None).inputs[0]["kind"] == "conosce:adjudicaciones"


# -- counting ------------------------------------------------------------------------------------------------------------


def test_the_first_file_accepts_and_the_later_has_duplicates(tmp_path):
    write_awards(tmp_path / "a.csv", [award_row(1), award_row(2), award_row(1)])
    write_awards(tmp_path / "b.csv", [award_row(2), award_row(3)])
    one = ingest([tmp_path / "a.csv", tmp_path / "b.csv"], [], None)
    other = ingest([tmp_path / "b.csv", tmp_path / "a.csv"], [], None)
    assert counts(one) == {"a.csv": (3, 2, 0, 1, 0), "b.csv": (2, 1, 0, 1, 0)}
    same(one, other)


def test_a_record_dropped_from_the_first_file_is_accepted_from_the_second(tmp_path):
    write_awards(tmp_path / "a.csv", [award_row(1), award_row(2)])
    write_awards(tmp_path / "b.csv", [award_row(2)])
    ingest([tmp_path / "a.csv", tmp_path / "b.csv"], [], tmp_path / "lake")
    write_awards(tmp_path / "a.csv", [award_row(1)])
    got = ingest([tmp_path / "a.csv", tmp_path / "b.csv"], [], tmp_path / "lake")
    assert counts(got) == {"a.csv": (1, 1, 0, 0, 0), "b.csv": (1, 1, 0, 0, 0)}


def test_a_refused_row_is_in_quarantine_with_its_place_and_its_bytes(tmp_path):
    bad = award_row(2, day="31/02/2022")
    path = write_awards(tmp_path / "a.csv", [award_row(1), bad])
    for _ in range(2):  # the second time from the lake
        got = ingest([path], [], tmp_path / "lake")
        assert counts(got) == {"a.csv": (2, 1, 1, 0, 0)}
        row = got.quarantine.row(0, named=True)
        assert list(row) == list(QUARANTINE)
        assert (row["source"], row["line"], row["reason"]) == ("a.csv", 3, "date_invalid")
        assert row["raw"] == bad
        assert row["kind"] == "conosce:adjudicaciones"
        assert path.read_bytes()[row["offset"] :].startswith(bad.encode())


def test_a_damaged_archive_counts_as_one_record_refused_and_gives_nothing(tmp_path):
    path = write_releases(tmp_path / "a.jsonl.gz", [release(i) for i in range(200)])
    path.write_bytes(path.read_bytes()[:-20])
    good = write_releases(tmp_path / "b.jsonl", [release(1)])
    got = ingest([path, good], [], None)
    assert counts(got) == {"a.jsonl.gz": (1, 0, 1, 0, 0), "b.jsonl": (1, 1, 0, 0, 0)}
    assert got.quarantine["reason"][0].startswith("gzip")
    assert got.dataset.tables["processes"]["process_id"].to_list() == ["1"]


def test_members_of_an_archive_are_inputs_of_their_own(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as z:
        z.writestr("one.csv", "\n".join([AWARDS, award_row(1)]) + "\n")
        z.writestr("dir/two.jsonl", json.dumps(release(2)) + "\n")
    got = ingest([tmp_path / "a.zip"], [], None)
    assert sorted(counts(got).items()) == [("a.zip/dir/two.jsonl", (1, 1, 0, 0, 0)), ("a.zip/one.csv", (1, 1, 0, 0, 0))]
    assert got.dataset.tables["sources"]["input"].to_list() == ["a.zip/one.csv", "a.zip/dir/two.jsonl"]
    assert str(tmp_path) not in json.dumps(got.inputs)


# -- one process from several sources ------------------------------------------------------------------------------------


def test_the_same_procedure_in_ocds_and_in_conosce_is_one_richer_process(tmp_path):
    write_releases(tmp_path / "r.jsonl", [release(774029)])
    write_awards(tmp_path / "a.csv", [award_row(774029, cents=9000)])
    (tmp_path / "e.csv").write_text(ENTITIES)
    got = ingest([tmp_path / "r.jsonl", tmp_path / "a.csv"], [tmp_path / "e.csv"], None)
    p = got.dataset.tables["processes"].row(0, named=True)
    assert got.dataset.tables["processes"].height == 1
    assert p["ocid"] == "ocds-dgv273-seacev3-774029"
    assert (p["value_cents"], p["awarded_pen_cents"], p["object"], p["method"]) == (10050, 9000, "goods", "AS")
    assert (p["buyer_id"], p["region_code"], p["buyer_level"]) == ("20171714371", "25", "local")
    assert p["sources"] == ["conosce:adjudicaciones", "ocds"]
    said = got.dataset.tables["provenance"].row(0, named=True)
    assert (said["value_cents"], said["buyer_ruc"]) == ("ocds", "conosce:adjudicaciones")


CALLS = "CODIGOENTIDAD,ENTIDAD_RUC,ENTIDAD,TIPOENTIDAD,CODIGOCONVOCATORIA,DESCRIPCION_PROCESO,PROCESO,TIPO_COMPRA,OBJETOCONTRACTUAL,SECTOR,SISTEMA_CONTRATACION,TIPOPROCESOSELECCION,MONTOREFERENCIAL,N_ITEM,DESCRIPCION_ITEM,MONTO_REFERENCIAL_ITEM,MONEDA,FECHA_CONVOCATORIA,FECHAPRESENTACIONPROPUESTA"


@pytest.mark.parametrize(
    ("oece", "conosce", "object_"),
    [
        ("services", "Consultoría de Obra", "consultancy"),
        ("services", "Servicio", "services"),
        ("goods", "Consultoría de Obra", "goods"),
    ],
)
def test_consultancy_is_told_from_the_services_among_which_oece_counts_it(tmp_path, oece, conosce, object_):
    write_releases(tmp_path / "r.jsonl", [release(774029, mainProcurementCategory=oece)])
    row = f"001877,20171714371,MUNICIPALIDAD PROVINCIAL DE ATALAYA,GOBIERNO LOCAL,774029,SUPERVISION,AS-SM-7-2022-MPA-CS-1,POR LA ENTIDAD,{conosce},GOBIERNO LOCAL,SUMA ALZADA,Adjudicación Simplificada,100,1,SUPERVISION,100,Soles,18/01/2022,01/02/2022"
    (tmp_path / "c.csv").write_text(f"{CALLS}\n{row}\n", encoding="utf-8")
    got = ingest([tmp_path / "r.jsonl", tmp_path / "c.csv"], [], None).dataset.tables
    assert got["processes"]["object"].to_list() == [object_]
    assert got["processes"]["object_inferred"].to_list() == [False]


def test_the_latest_release_lives_whatever_file_holds_it(tmp_path):
    write_releases(tmp_path / "a.jsonl", [release(1, "2022-05-01T00:00:00Z", 5)])
    write_releases(tmp_path / "b.jsonl.gz", [release(1, "2022-03-01T00:00:00Z", 3), release(2)])
    got = ingest([tmp_path], [], None)
    assert got.dataset.tables["processes"]["value_cents"].to_list() == [500, 10050]
    assert counts(got) == {"a.jsonl": (1, 1, 0, 0, 0), "b.jsonl.gz": (2, 2, 0, 0, 0)}


def test_splitting_zipping_and_shuffling_a_file_changes_no_table(tmp_path):
    releases = [release(i % 9, f"2022-03-{i + 1:02}T00:00:00Z", i) for i in range(20)]
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    whole.mkdir()
    parts.mkdir()
    write_releases(whole / "a.jsonl", releases)
    write_releases(parts / "x.jsonl.gz", releases[13:][::-1])
    write_releases(parts / "y.jsonl", releases[:13][::-1])
    one, other = ingest([whole], [], None).dataset.tables, ingest([parts], [], None).dataset.tables
    for name in one:
        if name != "sources":
            assert_frame_equal(one[name], other[name])


def test_a_changed_file_decodes_only_what_is_new(tmp_path, monkeypatch):
    path = write_awards(tmp_path / "a.csv", [award_row(i) for i in range(50)])
    ingest([path], [], tmp_path / "lake")
    write_awards(path, [award_row(i) for i in range(1, 51)])
    decoded = []
    real_add = lake_module.Lake.add
    monkeypatch.setattr(
        lake_module.Lake, "add", lambda self, c: decoded.append(c.tables["records"].height) or real_add(self, c)
    )
    got = ingest([path], [], tmp_path / "lake")
    assert sum(decoded) == 1
    same(got, ingest([path], [], None))


# -- incremental equals full ---------------------------------------------------------------------------------------------


class KilledError(Exception):
    """Stands for a run that dies."""


def _pool():
    """Lines to make files of: conflicting rows of few processes, versions of releases, refused rows."""
    rows = [award_row(n, lot, 100 * (n + lot), ruc) for n in (1, 2, 3) for lot in (1, 2) for ruc in (A, B)]
    rows += [
        award_row(1, 1, 999, A),
        award_row(2, 1, 100, A, currency="Dólar Norteamericano"),
        award_row(9, day="31/02/2022"),
    ]
    releases = [json.dumps(release(n, f"2022-0{v}-01T00:00:00Z", n * v + 0.1)) for n in (1, 2, 4) for v in (1, 2, 3)]
    releases += [
        json.dumps(release(2, ocid="ocds-dgv273-seacev3-other", title="LP-SM-1-2022-X-2")),
        '{"ocid": "x", "tender": NaN}',
        "",
    ]
    return {".csv": rows, ".jsonl": releases}


POOL = _pool()
NAMES = st.sampled_from(["a.csv", "b.csv", "c.csv", "a.jsonl", "b.jsonl"])
PICKS = st.lists(st.integers(0, 30), min_size=1, max_size=8)


class Nights(RuleBasedStateMachine):
    """A folder of sources that changes from night to night, a lake that lives on, and runs that die."""

    @initialize()
    def begin(self):
        self.root = Path(tempfile.mkdtemp(prefix="nights-"))
        self.sources = self.root / "in"
        self.sources.mkdir()
        (self.root / "entities.csv").write_text(ENTITIES)
        self.put("a.csv", [0, 1, 2])

    def teardown(self):
        shutil.rmtree(self.root, ignore_errors=True)

    def put(self, name, picks):
        pool = POOL[Path(name).suffix]
        lines = [pool[i % len(pool)] for i in picks]
        head = [AWARDS] if name.endswith(".csv") else []
        (self.sources / name).write_text("\n".join([*head, *lines]) + "\n", encoding="utf-8")

    @rule(name=NAMES, picks=PICKS)
    def add_or_change(self, name, picks):
        self.put(name, picks)

    @rule(data=st.data())
    def delete(self, data):
        files = sorted(self.sources.iterdir())
        if len(files) > 1:
            data.draw(st.sampled_from(files)).unlink()

    @rule(data=st.data())
    def reorder_and_repeat(self, data):
        path = data.draw(st.sampled_from(sorted(self.sources.iterdir())))
        lines = path.read_text(encoding="utf-8").splitlines()
        head, rest = (lines[:1], lines[1:]) if path.suffix == ".csv" else ([], lines)
        path.write_text("\n".join([*head, *rest[::-1], *rest[:1]]) + "\n", encoding="utf-8")

    @rule(data=st.data())
    def copy_under_another_name(self, data):
        path = data.draw(st.sampled_from(sorted(self.sources.iterdir())))
        shutil.copyfile(path, path.with_name("z" + path.name))

    @rule(after=st.integers(0, 12))
    def crash(self, after):
        """The run dies at its n-th write; what it leaves must not matter."""
        writes = 0
        real_write, real_point = lake_module._write_parquet, lake_module.Lake._point

        def step():
            nonlocal writes
            writes += 1
            if writes > after:
                raise KilledError

        def write(frame, path):
            step()
            real_write(frame, path)

        def point(lake):
            step()
            real_point(lake)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(lake_module, "_write_parquet", write)
            patch.setattr(lake_module.Lake, "_point", point)
            with contextlib.suppress(KilledError):
                _ = self.night(self.root / "lake").dataset

    @rule()
    def compare(self):
        same(self.night(self.root / "lake"), self.night(None))

    def night(self, lake):
        return ingest([self.sources], [self.root / "entities.csv"], lake)


def test_an_incremental_run_gives_the_bytes_of_a_full_one(monkeypatch):
    monkeypatch.setattr(lake_module, "_MANY_PARTS", 4)
    monkeypatch.setattr(lake_module, "_DEAD_ENOUGH", 5)
    run_state_machine_as_test(
        Nights,
        settings=settings(
            max_examples=10,
            stateful_step_count=14,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )


def test_a_full_disk_is_named_and_the_next_run_converges(tmp_path, monkeypatch):
    path = write_awards(tmp_path / "a.csv", [award_row(1)])

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(lake_module, "_write_parquet", full)
        with pytest.raises(PublicationIOError, match="No space left"):
            ingest([path], [], tmp_path / "lake")
    same(ingest([path], [], tmp_path / "lake"), ingest([path], [], None))
