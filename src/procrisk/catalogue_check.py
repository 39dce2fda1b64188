"""Another list of risks held against the catalogue: which indicators stay attached, which lose their risk, what to decide.

The other list may be the official one, when it comes: a CSV or XLSX with the text of each risk and, where there are any, its
number and the id of the risk of this catalogue that it stands for. Without that id, risks are matched by their words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from rapidfuzz import fuzz, utils

from procrisk import catalogue
from procrisk.errors import InputMissingError, UsageError
from procrisk.indicators import INDICATORS

TEXT = ("riesgo", "label_es", "descripcion", "riesgo_identificado", "denominacion", "risk")
NUMBER = ("numero", "osce_number", "n", "nro", "no")
ID = ("id", "procrisk_id", "id_procrisk")
"""Headers understood for the text of a risk, its number in the list, and our id; case and accents do not matter."""
SAME, LIKELY = 88.0, 62.0
"""Likeness of words (0 to 100) from which two risks are taken for one, and from which somebody has to look."""
_ACCENTS = str.maketrans("áéíóúüñ", "aeiouun")


@dataclass(frozen=True, slots=True)
class Entry:
    """A risk of the other list, and the one of the catalogue that it stands for."""

    line: int
    number: str
    text: str
    risk: str
    """Id of the catalogue; empty where nothing is near enough."""
    likeness: float
    """100 where the list itself names the id; else that of the words."""
    how: str
    """named, same, likely or none."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What putting the other list in this one's place would change."""

    entries: tuple[Entry, ...]
    lost: tuple[str, ...]
    """Risks of the catalogue that no entry stands for."""
    attached: dict[str, tuple[str, ...]]
    """Risk to the indicators that are a sign of it."""
    orphans: tuple[str, ...]
    """Indicators all of whose risks are lost."""
    repeated: dict[str, tuple[str, ...]]
    """Risk to the numbers of the entries that stand for it, where there are several."""


def compare(path: Path) -> Comparison:
    """Hold the list in a file against the catalogue.

    Raises:
        InputMissingError: there is no such file.
        UsageError: it is no table, or none of its columns holds the text of the risks.
    """
    entries = tuple(_entry(*row) for row in _rows(path))
    found: dict[str, list[str]] = {}
    for e in entries:
        if e.risk:
            found.setdefault(e.risk, []).append(e.number)
    lost = tuple(r for r in catalogue.IDS if r not in found)
    attached: dict[str, tuple[str, ...]] = {
        r: tuple(i.id for i in INDICATORS.values() if r in i.risks) for r in catalogue.IDS
    }
    orphans = tuple(i.id for i in INDICATORS.values() if set(i.risks) <= set(lost))
    repeated = {r: tuple(numbers) for r, numbers in sorted(found.items()) if len(numbers) > 1}
    return Comparison(entries, lost, attached, orphans, repeated)


def _rows(path: Path) -> list[tuple[int, str, str, str]]:
    """Line, number, text and id of each risk of the file; rows without a text are passed over."""
    if not path.is_file():
        raise InputMissingError(f"{path} does not exist")
    try:
        if path.suffix.lower() == ".xlsx":
            frame = pl.read_excel(path, infer_schema_length=0)
        else:
            frame = pl.read_csv(path, infer_schema=False)
    except Exception as e:  # whatever the reader makes of a file that is no table
        raise UsageError(f"{path.name} is not a CSV (UTF-8, comma) or XLSX table: {e}") from e
    named = {c.strip().lower().translate(_ACCENTS).replace(" ", "_").rstrip(".°º"): c for c in frame.columns}
    text = next((named[t] for t in TEXT if t in named), None)
    if text is None:
        raise UsageError(
            f"{path.name}: no column holds the text of the risks; it should be called one of {', '.join(TEXT)}; "
            f"found: {', '.join(frame.columns)}"
        )
    number = next((named[n] for n in NUMBER if n in named), None)
    id_ = next((named[i] for i in ID if i in named), None)
    return [
        (
            line,
            str(row[number] or "") if number else str(line - 1),
            str(row[text]).strip(),
            str(row[id_] or "") if id_ else "",
        )
        for line, row in enumerate(frame.iter_rows(named=True), 2)
        if row[text] and str(row[text]).strip()
    ]


def _entry(line: int, number: str, text: str, id_: str) -> Entry:
    if id_ in catalogue.IDS:
        return Entry(line, number, text, id_, 100.0, "named")
    risk, likeness = _nearest(text)
    how = "same" if likeness >= SAME else "likely" if likeness >= LIKELY else "none"
    return Entry(line, number, text, risk if how != "none" else "", likeness, how)


def _nearest(text: str) -> tuple[str, float]:
    """The risk whose label or sentence is most like the text; the first of several by id."""
    words = utils.default_process(text)
    best = ("", 0.0)
    for id_, label, sentence in catalogue.risks().select("id", "label_es", "description_es").iter_rows():
        likeness = max(fuzz.token_sort_ratio(words, utils.default_process(t)) for t in (label, sentence))
        if likeness > best[1]:
            best = (id_, likeness)
    return best


def told(c: Comparison) -> str:
    """The comparison for people, Spanish first."""
    labels = dict(catalogue.risks().select("id", "label_es").iter_rows())
    matched = [e for e in c.entries if e.risk]
    lines = [
        f"{len(c.entries)} riesgos en la lista; {len(matched)} corresponden a {len({e.risk for e in matched})} de los 81 de este catálogo. "
        f"/ {len(c.entries)} risks in the list; {len(matched)} stand for {len({e.risk for e in matched})} of this catalogue's 81.",
        "",
        "Siguen enlazados / stay attached:",
    ]
    lines += [
        f"  {e.number:>4}  {e.risk}  {_HOW[e.how]} ({e.likeness:.0f})  {', '.join(c.attached[e.risk]) or '–'}  {e.text[:90]}"
        for e in matched
    ]
    lines += ["", "Pierden su riesgo / lose their risk:"]
    lines += [f"  {r}  {', '.join(c.attached[r]) or 'sin indicador'}  {labels[r][:90]}" for r in c.lost] or ["  –"]
    lines += ["", "Por decidir / to decide:", *_decisions(c)]
    return "\n".join(lines)


_HOW = {"named": "indicado/named", "same": "igual/same", "likely": "probable/likely"}


def _decisions(c: Comparison) -> Sequence[str]:
    lines = [
        f"  {e.number}: ¿es {e.risk}? Se parece en {e.likeness:.0f} de 100; escriba el id en la columna `id`. / Is it {e.risk}? Write its id in the column `id`."
        for e in c.entries
        if e.how == "likely"
    ]
    lines += [
        f"  {e.number}: riesgo nuevo, sin indicador ni pregunta; decida con qué se evalúa. / New, without indicator or question: decide how it is evaluated. «{e.text[:90]}»"
        for e in c.entries
        if e.how == "none"
    ]
    lines += [
        f"  {r}: varias entradas ({', '.join(numbers)}) le corresponden; ¿se parte o se une? / Several entries stand for it: split or join?"
        for r, numbers in c.repeated.items()
    ]
    lines += [
        f"  {i}: se queda sin riesgo; enlácelo con otro o retírelo. / Left without a risk: attach it to another or withdraw it."
        for i in c.orphans
    ]
    return lines or ["  nada / nothing"]
