"""metodo.md: how this very benchmark was made, from the settings and records that were used, not from memory."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import polars as pl

from procrisk import catalogue
from procrisk.benchmark import method_indices, words
from procrisk.benchmark.material import Material
from procrisk.benchmark.sheet import SIMULATED, SOME_SIMULATED
from procrisk.indicators import INDICATORS, roles
from procrisk.publication import registers
from procrisk.publication.report import method_lines
from procrisk.records.regions import REGIONS
from procrisk.scoring import layers

SHORT = 16
"""Digits shown of a hash; manifest.json has them all."""


def note(m: Material, forms: Sequence[Mapping[str, Any]], audits: Sequence[Mapping[str, Any]] = ()) -> str:
    """The method note as Markdown, Spanish first.

    Args:
        m: the material; its settings are told value by value.
        forms: name, sha256 and bytes of each form behind the indices.
        audits: the same of the file of control reports, if one was given.
    """
    lines = ["# Cómo se hizo esta comparación · How this benchmark was made", ""]
    if m.simulated:
        lines += [f"**{SIMULATED.replace('de esta hoja', 'de lo que sigue')}** / **Simulated records.**", ""]
    elif m.simulated_forms:
        lines += [f"**{SOME_SIMULATED}** / **Simulated answers among those behind the indices.**", ""]
    lines += [
        f"{words.NOT_AN_ACCUSATION} / A flag is a reason to look, never an accusation or a finding.",
        "",
        f"Ámbito `{m.scope}`, periodo `{m.period}` ({words.period(m.period)}); registros leídos al {m.as_of:%d/%m/%Y}. "
        f"Meses con registros dentro del periodo: {words.spans(m.months()) or 'ninguno'}.",
    ]
    for title, body in (
        ("Cómo leerla · How to read it", [f"- {line}" for line in method_lines(m.as_of, simulated=m.simulated)]),
        ("Del registro al puntaje · From record to score", _scoring(m)),
        ("Qué dicen las hojas · What the sheets say", SHEETS),
        ("Índices y matriz · Indices and matrix", method_indices.indices(m)),
        ("Ajustes usados · Settings used", _settings(m)),
        ("Con qué se hizo · What it was made with", _made_with(m)),
        ("Registros leídos · Records read", _inputs(m, forms, audits)),
        ("Qué faltó · What was missing", _missing(m)),
        ("Qué tan estable es · How stable it is", _stability(m)),
        ("Con qué podría confundirse · What could confound it", _association(m)),
        ("Al lado, con advertencia · Beside it, with a warning", method_indices.external(m)),
    ):
        lines += ["", f"## {title}", "", *body]
    return "\n".join([*lines, ""])


SHEETS = [
    "- **Puesto**: rango de puestos que los datos permiten, prueba marginal de 95 % (Mogstad, Romano, Shaikh y Wilhelm 2023).",
    "- **Se distingue**: la diferencia entre dos regiones supera lo que explica el azar, para todos los pares a la vez (95 %).",
    "- **Embudo**: límites de 99.8 % con dispersión adicional entre regiones (Spiegelhalter 2005).",
    "- **Qué lo explica**: indicadores que cuentan en el puntaje, con señal en al menos tres procesos y uno más de los que se esperaban por objeto, procedimiento, monto y año (criterio propio).",
    "- **Qué cambió**: el último periodo completo contra el anterior, dentro de los mismos registros; solo se afirma un cambio si los intervalos no se cruzan (criterio propio, prudente).",
    "- **Qué hacer primero**: la mitigación que el catálogo da al riesgo principal de cada indicador que explica el puntaje, tres a lo más.",
    "- *Ranks are ranges; a change is told only where intervals do not meet; drivers are indicators raised in three processes at least and one more than expected.*",
]


def _scoring(m: Material) -> list[str]:
    counted = Counter(i.role for i in INDICATORS.values())
    shown = "; ".join(f"{counted[r]} {roles.SHOWN[r][0]}" for r in roles.ROLES)
    weight = layers.weights(m.settings.layers)
    told = "; ".join(f"{layer.label_es} {weight[i]:g}" for i, layer in layers.table().items())
    return [
        f"- {len(INDICATORS)} indicadores de {catalogue.SIZE} riesgos: {shown}. Cada uno pesa por su severidad (1 a 5) y por lo rara que es su señal entre procesos comparables.",
        f"- Capas del puntaje de un proceso y su peso: {told}.",
        "- El puntaje de una región es el de sus procesos, estandarizado por lo que compra y acercado al promedio según su incertidumbre; el intervalo de 95 % vuelve a "
        f"sortear sus entidades ({m.settings.scores.replicates:,} réplicas, semilla {m.settings.scores.seed}).",
        "- *Process scores weigh flags by severity and rarity; region scores are standardised by mix, shrunk, with buyers drawn again for the interval.*",
    ]


def _settings(m: Material) -> list[str]:
    lines = ["| ajuste · setting | valor · value | por defecto · default |", "|---|---|---|"]
    changed = m.made_from.get("changed_settings", {})
    for section in ("scores", "gate", "anomaly"):
        for name, value in sorted(asdict(getattr(m.settings, section)).items()):
            known = changed.get(f"{section}.{name}")
            lines.append(f"| `{section}.{name}` | {_plain(value)} | {known['default'] if known else 'igual · same'} |")
    for name, known in sorted(changed.items()):
        if name.split(".")[0] not in ("scores", "gate", "anomaly"):
            lines.append(f"| `{name}` | {known['value']} | {known['default']} |")
    if not changed:
        lines += ["", "Ningún umbral se apartó de su valor publicado. / No threshold departs from its published value."]
    return lines


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{k} {v:g}" for k, v in value.items())
    return str(value) if value != "" else "–"


def _made_with(m: Material) -> list[str]:
    model = m.made_from.get("model", "none")
    used = ", ".join(f"{k}: {v}" for k, v in sorted(model.items())) if isinstance(model, Mapping) else str(model)
    code = m.made_from.get("code", {})
    libraries = ", ".join(f"{k} {v}" for k, v in sorted(code.items()) if k != "sha256")
    hashes = [(name, m.made_from.get(key)) for name, key in (("Catálogo de riesgos", "catalogue"), ("Parámetros legales", "law"), ("Roles de los indicadores", "roles"), ("Ajustes", "settings"))]  # fmt: skip
    return [
        f"- Versión de los datos · data version: `{m.made_from['version']}`",
        f"- Modelos · models: {used}",
        f"- Código · code: `{str(code.get('sha256', ''))[:SHORT]}`; {libraries}",
        *(f"- {name}: `{str(value)[:SHORT]}`" for name, value in hashes if value),
    ]


def _inputs(m: Material, forms: Sequence[Mapping[str, Any]], audits: Sequence[Mapping[str, Any]]) -> list[str]:
    lines = ["| archivo · file | clase · kind | leídos · read | aceptados | en cuarentena | SHA-256 |"]
    lines.append("|---|---|---:|---:|---:|---|")
    for i in m.made_from.get("inputs", []):
        c = i["counts"]
        lines.append(
            f"| {i['name']} | {i['kind']} | {c['read']:,} | {c['accepted']:,} | {c['quarantined']:,} | `{i['sha256'][:SHORT]}` |"
        )
    counts = {r["file"]: r for r in m.tables["forms"].iter_rows(named=True)}
    for f in forms:
        c = counts.get(f["name"])
        told = "– | – | –" if c is None else f"{c['read']:,} | {c['accepted']:,} | {c['quarantined']:,}"
        lines.append(f"| {f['name']} | formulario · form | {told} | `{f['sha256'][:SHORT]}` |")
    lines += [
        f"| {a['name']} | informes de control · control reports | – | – | – | `{a['sha256'][:SHORT]}` |" for a in audits
    ]
    if not forms:
        lines += ["", "No se dieron formularios de los índices. / No forms of the indices were given."]
    return lines


def _missing(m: Material) -> Iterator[str]:
    yield from (f"- {line}" for line in registers.lines(m.registers))
    covered = m.tables["coverage"].group_by("risk").agg(pl.col("evaluated").sum())
    seen = int((covered["evaluated"] > 0).sum())
    yield f"- {seen} de {catalogue.SIZE} riesgos se evaluaron en al menos un proceso; la tabla `coverage` dice por qué no los demás, y `unseen` cuánto faltó en cada región."


CHECKS = {
    r"by soles": "cada proceso pesa según sus soles",
    r"method not excused": "sin ajustar por procedimiento",
    r"not drawn to the centre": "sin acercar al promedio",
    r"plain mean": "promedio simple",
    r"seed (\d+)": r"semilla \1",
    r"prior (.+)": r"peso de la varianza previa \1",
    r"thresholds (.+)": r"umbrales de los indicadores \1",
    r"without indicator (.+)": r"sin el indicador \1",
    r"without buyer (.+)": r"sin la entidad \1",
}
"""Checks of stability in Spanish, as patterns; one that is not here keeps its name."""
LEAST_STABLE = 15


def _check(name: str) -> str:
    for pattern, told in CHECKS.items():
        if found := re.fullmatch(pattern, name):
            return found.expand(told)
    return name


def _stability(m: Material) -> list[str]:
    rows = m.of("stability").sort(["top5_shared", "max_rank_move", "check"], descending=[False, True, False])
    if rows.is_empty():
        return ["No se calculó. / Not computed."]
    lines = ["| qué se cambió · changed | de los 5 primeros quedan · of the top 5 stay | mayor cambio de puesto · largest move | correlación · correlation |"]  # fmt: skip
    lines.append("|---|---:|---:|---:|")
    for r in rows.head(LEAST_STABLE).iter_rows(named=True):
        region = f" ({REGIONS[r['largest_move_region']]})" if r["largest_move_region"] in REGIONS else ""
        rho = "–" if r["spearman"] is None else f"{r['spearman']:.2f}"
        lines.append(f"| {_check(r['check'])} | {r['top5_shared']} | {r['max_rank_move']:g}{region} | {rho} |")
    more = rows.height - LEAST_STABLE
    return (
        [*lines, "", f"Las {more} restantes mueven menos; están en la tabla `stability`. / The other {more} move less."]
        if more > 0
        else lines
    )


def _association(m: Material) -> list[str]:
    rows = m.of("association").sort("what").to_dicts()
    return [f"- {r['note_es']} / {r['note_en']}" for r in rows] or ["No se calculó. / Not computed."]
