"""The catalogue of 81 risks."""

import csv

import polars as pl
import pytest

from procrisk import catalogue
from procrisk.errors import UsageError
from procrisk.resources import data_dir, file_sha256
from tests.conftest import SHARED

PATH = data_dir("risk_catalogue") / "osce_81_risks.csv"


def test_eighty_one_with_stable_ids():
    risks = catalogue.risks()
    assert risks["id"].to_list() == [f"R{n:02d}" for n in range(1, 82)]
    assert risks["key"].n_unique() == 81
    # ids are never given to another risk: these are those of the first publication
    pinned = {
        "R01": "A1",
        "R04": "B1a",
        "R22": "B1s",
        "R41": "B4a",
        "R44": "B4d",
        "R57": "D44d",
        "R66": "G8",
        "R76": "K1",
        "R81": "R1",
    }
    assert dict(risks.filter(pl.col("id").is_in(list(pinned))).select("id", "key").iter_rows()) == pinned


def test_counts_by_phase_and_category():
    """As in the document that the list was made from."""
    count = lambda column: dict(catalogue.risks()[column].value_counts().iter_rows())  # noqa: E731
    assert count("phase") == {"planning": 1, "preparation": 25, "selection": 28, "execution": 17, "crosscutting": 10}
    assert count("category") == {"integrity": 36, "efficiency": 33, "competition": 12}
    assert count("certainty") == {"verbatim": 61, "paraphrase": 20}


def test_the_official_number_is_left_empty():
    """OSCE's own list is not publicly readable: nobody has the numbers."""
    assert catalogue.risks()["osce_number"].null_count() == 81


def test_every_risk_has_a_text_in_both_languages_and_a_source():
    risks = catalogue.risks()
    texts = [f"{t}_{g}" for t in ("label", "description", "severity_rationale", "mitigation") for g in ("es", "en")]
    for column in (*texts, "source", "locator", "source_url"):
        assert risks[column].null_count() == 0
        assert risks[column].str.len_chars().min() >= 4, column
    assert (risks["label_es"] != risks["label_en"]).all()
    for column in ("description_es", "description_en", "mitigation_es", "mitigation_en"):
        one_sentence = risks[column].str.ends_with(".") & ~risks[column].str.contains(r"\. [A-ZÁÉÍÓÚ]")
        assert risks.filter(~one_sentence)["id"].to_list() == [], column


def test_no_sentence_is_copied_from_its_source():
    source = SHARED.parent / "reference" / "documented_risks.csv"
    if not source.is_file():
        pytest.skip("the list of documented risks (../shared/reference) is absent")
    with source.open(encoding="utf-8-sig", newline="") as f:
        texts = {r["key"]: r["source_text_es"] for r in csv.DictReader(f) if r["in_81"] == "yes"}
    assert list(texts) == catalogue.risks()["key"].to_list()
    for key, sentence in catalogue.risks().select("key", "description_es").iter_rows():
        words, original = sentence.split(), " ".join(texts[key].split())
        copied = [" ".join(words[i : i + 8]) for i in range(len(words) - 7) if " ".join(words[i : i + 8]) in original]
        assert not copied, key


def test_relations_go_both_ways_and_not_to_oneself():
    related = {i: set(r) for i, r in catalogue.risks().select("id", "related_to").iter_rows()}
    assert related["R48"] == {"R68"}
    for risk, others in related.items():
        assert risk not in others
        for other in others:
            assert risk in related[other], f"{other} does not point back to {risk}"


def test_every_severity_is_used():
    assert set(catalogue.risks()["severity"]) == {1, 2, 3, 4, 5}


def test_hash_is_of_the_bytes():
    assert catalogue.sha256() == file_sha256(PATH)


def _edited(tmp_path, edit):
    with PATH.open(encoding="utf-8", newline="") as f:
        rows = list(csv.reader(f))
    edit(rows)
    with (tmp_path / "mine.csv").open("w", encoding="utf-8", newline="") as f:
        csv.writer(f).writerows(rows)
    return tmp_path / "mine.csv"


def _set(row, column, value):
    def edit(rows):
        rows[row][rows[0].index(column)] = value

    return edit


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (_set(3, "id", "R99"), r"mine\.csv, line 4, column id: should be R03.*'R99'"),
        (_set(3, "id", "R02"), "line 4, column id"),
        (_set(5, "phase", "selección"), "line 6, column phase: should be one of planning"),
        (_set(5, "category", ""), "line 6, column category"),
        (_set(5, "evaluation", "magic"), "column evaluation"),
        (_set(5, "evaluation", ""), "column evaluation: is empty"),
        (_set(5, "evaluation", "assessment;assessment"), "column evaluation: names the same twice"),
        (_set(5, "records", "some"), "column records"),
        (_set(5, "gap_en", ""), "column gap_es: says, in both languages"),
        (_set(1, "gap_es", "Falta."), "column gap_es"),
        (_set(5, "certainty", "sure"), "column certainty"),
        (_set(5, "severity", "6"), "column severity"),
        (_set(5, "severity", "4.5"), "column severity"),
        (_set(5, "label_en", " "), "column label_en: is empty"),
        (_set(5, "source_url", "somewhere"), "column source_url"),
        (_set(5, "osce_number", "x"), "column osce_number"),
        (_set(5, "related_to", "R82"), "column related_to: R82 is unknown"),
        (_set(5, "related_to", "R05"), "not related to itself"),
        (_set(5, "key", "A1"), "column key: stands in line 2 already"),
        (lambda rows: rows.pop(), "holds 80 risks, should hold 81"),
        (lambda rows: rows.append(["R82", *rows[81][1:]]), "81"),
        (lambda rows: rows[0].__setitem__(1, "clave"), r"missing: \['key'\]; unknown: \['clave'\]"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(tmp_path, edit, message):
    with pytest.raises(UsageError, match=message):
        catalogue.read(_edited(tmp_path, edit))


def test_changes_name_what_another_list_would_change(tmp_path):
    def edit(rows):
        _set(1, "osce_number", "7")(rows)
        _set(2, "severity", "3")(rows)

    new = catalogue.read(_edited(tmp_path, edit))
    found = catalogue.changes(new, catalogue.risks())
    assert found.rows() == [("R01", "osce_number", None, "7"), ("R02", "severity", "5", "3")]
    assert catalogue.changes(catalogue.risks(), catalogue.risks()).is_empty()


def test_a_risk_is_evaluated_by_rule_exactly_where_it_has_indicators():
    from procrisk.indicators import INDICATORS

    decided = {risk for i in INDICATORS.values() for risk in i.risks}
    listed = catalogue.risks()
    said = set(listed.filter(pl.col("evaluation").list.contains("rule"))["id"])
    assert said == decided


def test_what_no_record_shows_is_assessed_or_not_observable():
    bare = catalogue.risks().filter(pl.col("records") == "none")
    assert set(bare["evaluation"].list.first()) == {"assessment", "not_observable"}
    others = catalogue.risks().filter(pl.col("records") != "none")
    assert set(others["evaluation"].list.first()) == {"rule"}


def test_most_of_the_81_are_evaluated_from_records():
    assert catalogue.risks().filter(pl.col("records") != "none").height >= 50
