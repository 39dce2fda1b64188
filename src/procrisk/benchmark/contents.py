"""What a version of the benchmark holds: every file, written into a staged folder, and the manifest that says what made it."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from procrisk.benchmark import dashboard, drawing, method, package, pages, panels, pictures
from procrisk.benchmark.material import Material
from procrisk.benchmark.sheet import sheets
from procrisk.publication import exports, masking, store

MATRIX = "matriz.svg"
FIGURES = {
    "mapa.svg": (pictures.tile_map, "Mapa de cuadros: el puntaje de cada región"),
    "intervalos.svg": (pictures.intervals, "Puntaje, intervalo de 95 % y rango de puestos de cada región"),
    "embudo.svg": (pictures.funnel, "Embudo: qué regiones se apartan más de lo que explica el azar"),
    "tendencia.svg": (panels.trend, "Puntaje de cada región por periodo"),
    MATRIX: (panels.matrix, "Matriz de capacidad de la función de integridad y riesgo"),
}
"""File in figures/ to what draws it and what it shows. Pictures of one region stand beside them: <code>_<name>.svg."""
OF_A_REGION = {"intervalos": "intervals_svg", "factores": "drivers_svg", "tendencia": "trend_svg"}
COPIED = ("inputs", "skipped", "registers", "as_of", "code", "catalogue", "roles", "law", "model", "settings", "changed_settings")  # fmt: skip
"""What the manifest takes over from that of the nightly version."""
LIBRARIES = ("altair", "vl-convert-python", "typst")
"""What draws and sets: another version of them may give other bytes."""


def write(
    staged: Path, m: Material, forms: Sequence[Mapping[str, Any]], audits: Sequence[Mapping[str, Any]] = ()
) -> str:
    """Write every file of the benchmark into `staged` and seal it.

    Args:
        staged: an empty folder, from store.stage.
        m: the material.
        forms: name, sha256 and bytes of each form behind the indices.
        audits: the same of the file of control reports, if one was given.

    Returns:
        the version's id: a hash of the content, which depends on the inputs, code and settings alone.
    """
    package.write_tables(staged, dict(m.tables))
    exports.write_json(package.descriptor(staged, m, m.made_from.get("inputs", [])), staged / "datapackage.json")
    exports.write_json(dashboard.document(m), staged / dashboard.FILE)
    exports.write_json(dashboard.schema(), staged / dashboard.SCHEMA_FILE)
    _text(package.dictionary(), staged / "diccionario.md")
    _text(method.note(m, forms, audits), staged / "metodo.md")
    (staged / "figures").mkdir()
    (staged / "hojas").mkdir()
    for name, (draw, _) in FIGURES.items():
        answers = m.simulated_forms and name == MATRIX
        _text(drawing.marked(draw(m), _mark(m, answers=answers)), staged / "figures" / name)
    press = pages.Press()
    for sheet in sheets(m):
        exports.write_bytes(press.pdf(sheet), staged / "hojas" / f"{sheet.code}.pdf")
        _text(pages.html(sheet), staged / "hojas" / f"{sheet.code}.html")
        for name, part in OF_A_REGION.items():
            drawn = drawing.marked(getattr(sheet, part), _mark(m))
            _text(drawn, staged / "figures" / f"{sheet.code}_{name}.svg")
    _text(pages.index(m, [(name, told) for name, (_, told) in FIGURES.items()]), staged / "index.html")
    return store.seal(staged, {**_manifest(m, forms), "audits": list(audits)})


def _mark(m: Material, *, answers: bool = False) -> str:
    """What a picture says on its face where it does not show what is real: it is copied without the page around it."""
    return (
        "SIMULADO: no describe a ninguna entidad real"
        if m.simulated
        else "Con respuestas simuladas (*)"
        if answers
        else ""
    )


def _text(text: str, path: Path) -> None:
    exports.write_bytes(masking.text(text).encode(), path)


def _manifest(m: Material, forms: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "kind": "benchmark",
        "nightly": m.made_from["version"],
        **{name: m.made_from.get(name) for name in COPIED},
        "simulated": m.simulated,
        "simulated_forms": m.simulated_forms,
        "forms": list(forms),
        "scope": m.scope,
        "period": m.period,
        "libraries": libraries(),
    }


def libraries() -> dict[str, str]:
    """What draws and sets, with its version."""
    return {name: version(name) for name in LIBRARIES}
