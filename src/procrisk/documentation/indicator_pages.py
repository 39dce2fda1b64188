"""A page an indicator, Spanish first and English beside it: `docs/indicators/<ID>.md`, and their index.

Every page has the same headings in the same order. What it says is put together from the code (risks, subject, columns), the
table of indicators (names, parameters with their sources, sentences), the page's own source and a run of its example.
"""

from collections.abc import Iterable
from typing import Any

from procrisk import catalogue
from procrisk.documentation.examples import shown
from procrisk.indicators import INDICATORS, roles
from procrisk.indicators.features import SUBJECTS
from procrisk.indicators.pages import Page, page
from procrisk.indicators.registry import Indicator
from procrisk.legal_parameters import legal_parameters

HEADINGS = (
    ("Definición", "Definition"),
    ("Método", "Method"),
    ("Ejemplo", "Worked example"),
    ("Por qué es una señal", "Why it is a sign"),
    ("Norma y fuente", "Law and source"),
    ("Salida", "Output"),
    ("Configuración", "Configuration"),
    ("Exclusiones", "Exclusions"),
    ("Supuestos", "Assumptions"),
    ("Qué casos honestos también lo levantan", "What honest cases also raise it"),
)
"""The fixed headings of every page, in Spanish and in English."""

SUBJECT_NAMES = {
    "process": ("el proceso", "the process"),
    "buyer": ("la entidad", "the buyer"),
    "market": ("el mercado (familia de objetos en una región)", "the market (a family of objects in a region)"),
    "lot": ("el ítem", "the lot"),
    "award": ("la adjudicación", "the award"),
    "supplier": ("el proveedor ganador", "the winning supplier"),
    "pair": ("el par de entidad y proveedor", "the pair of buyer and supplier"),
    "contract": ("el contrato", "the contract"),
    "contest": ("el concurso por un ítem (sus ofertas)", "the contest for a lot (its bids)"),
    "bidder": ("el postor", "the bidder"),
    "work": ("la obra del registro de obras", "the work of the works register"),
}
NOTE = (
    "Una señal es un motivo para mirar, nunca una acusación.",
    "A flag is a reason to look, never an accusation.",
)
_BREACH = "- La señal es el incumplimiento de la norma misma: puntúa por común que sea. · *The flag is itself a breach of the norm: it scores however common it is.*"
MADE = "<!-- Se genera con `make docs`; no se edita a mano. Made by `make docs`; not edited by hand. -->"


def render(id_: str) -> str:
    """The page of an indicator as Markdown.

    Raises:
        UsageError: it has no page source, or its example names what does not exist.
    """
    indicator, source = INDICATORS[id_], page(id_)
    sections = (
        _pair(source.definition),
        _pair(source.method),
        _example(source),
        _pair(source.why),
        _law(indicator),
        _output(indicator),
        _configuration(indicator),
        _lists(source.exclusions),
        _lists(source.assumptions),
        _lists(source.honest),
    )
    lines = [f"# {id_} · {indicator.name_es}", f"*{indicator.name_en}*", "", MADE, ""]
    for (es, en), body in zip(HEADINGS, sections, strict=True):
        lines += [f"## {es} · {en}", *body, ""]
    lines += [f"{NOTE[0]} · *{NOTE[1]}*", ""]
    return "\n".join(lines)


def index() -> str:
    """The list of all pages, by phase, as Markdown."""
    lines = [
        "# Indicadores · Indicators",
        "",
        MADE,
        "",
        f"{len(INDICATORS)} indicadores. {NOTE[0]} · *{len(INDICATORS)} indicators. {NOTE[1]}*",
    ]
    for phase, (es, en) in catalogue.PHASES.items():
        here = sorted((i for i in INDICATORS.values() if i.phase == phase), key=lambda i: i.id)
        lines += [
            "",
            f"## {es} · {en}",
            "| id | indicador · indicator | riesgos · risks | severidad · severity | rol · role |",
        ]
        lines += ["|---|---|---|---|---|"]
        lines += [
            f"| [{i.id}]({i.id}.md) | {i.name_es} · *{i.name_en}* | {', '.join(i.risks)} | {i.severity} | {' · '.join(roles.SHOWN[i.role])} |"
            for i in here
        ]
    return "\n".join([*lines, ""])


def _pair(text: dict[str, str]) -> list[str]:
    return [text["es"], "", f"*{text['en']}*"]


def _lists(items: dict[str, list[str]]) -> list[str]:
    return [f"- {es} · *{en}*" for es, en in zip(items["es"], items["en"], strict=True)]


def _example(source: Page) -> list[str]:
    """The setting, the records, and what the engine says of them: run here, not copied."""
    example = source.example
    said = shown(source.id)
    lines = [*_pair(example.text), ""]
    for name, entries in example.rows.items():
        lines += [f"`{name}`", "", *_table(entries), ""]
    lines += [f"> {said.sentence['es']}", ">", f"> *{said.sentence['en']}*"]
    if example.otherwise is not None:
        after = example.otherwise.text
        lines += ["", f"{after['es']} · *{after['en']}*"]
    return lines


def _table(entries: list[dict[str, Any]]) -> list[str]:
    """The entries as a table; of an entry that is repeated, how often."""
    columns = list(dict.fromkeys(c for e in entries for c in e))
    body = ["| " + " | ".join(_cell(e.get(c)) for c in columns) + " |" for e in entries]
    return ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns), *body]


def _cell(x: object) -> str:
    text = "" if x is None else ", ".join(map(str, x)) if isinstance(x, list) else str(x)
    return text.replace("|", "\\|")


def _law(indicator: Indicator) -> list[str]:
    """The legal parameters with their norms, and the published definition that it implements."""
    lines = []
    for parameter in indicator.law:
        norms = dict.fromkeys(f"{r.norm} [{r.confidence}]" for r in legal_parameters() if r.parameter == parameter)
        lines.append(f"- `{parameter}`: {'; '.join(norms)}")
    published = (
        (indicator.ocp, "Open Contracting Partnership, «Red flags in public procurement»"),
        (indicator.osce_bid and f"bandera {indicator.osce_bid}", "OSCE y BID, metodología de banderas rojas (2021)"),
        (indicator.cri and f"componente «{indicator.cri}»", "Corruption Risk Index (Fazekas y otros)"),
    )
    lines += [f"- {where}: {code}" for code, where in published if code]
    lines += [f"- `{name}`: {source}" for name, source in indicator.sources.items()]
    risks = catalogue.risks().filter(catalogue.risks()["id"].is_in(list(indicator.risks)))
    for row in risks.iter_rows(named=True):
        lines.append(f"- {row['id']}: {row['label_es']} · *{row['label_en']}* ({row['source']}, {row['locator']})")
    return lines


def _output(indicator: Indicator) -> list[str]:
    """What a flag of it carries."""
    es, en = SUBJECT_NAMES[indicator.subject]
    return [
        f"- Una fila de `flags.parquet` por cada sujeto señalado: {es}; `subject_id` es `{SUBJECTS[indicator.subject].id}`. · "
        f"*A row of `flags.parquet` for each subject: {en}.*",
        f"- `value`: {_named(indicator.value)}; `threshold`: {_named(indicator.threshold)}",
        f"- `evidence`: {', '.join(f'`{c}`' for c in indicator.evidence) or '–'}",
        f"- severidad · *severity* {indicator.severity}; versión · *version* {indicator.version}",
        f"- rol · *role*: {' · '.join(roles.SHOWN[indicator.role])} ([calibración](../calibration.md))",
        *([_BREACH] if indicator.breach else []),
    ]


def _named(column: str) -> str:
    return f"`{column}`" if column else "–"


def _configuration(indicator: Indicator) -> list[str]:
    """Its parameters, and how to change one."""
    if not indicator.params:
        return ["Sin parámetros propios. · *No parameters of its own.*"]
    lines = ["```toml", f"[indicators.{indicator.id}]", *(f"{n} = {v}" for n, v in indicator.params.items()), "```"]
    return [*lines, "`procrisk run … --settings FILE`"]


def documents(ids: Iterable[str] | None = None) -> dict[str, str]:
    """File name in `docs/indicators` to text, for these indicators (all of them when None) and the index."""
    wanted = sorted(INDICATORS) if ids is None else list(ids)
    return {"README.md": index(), **{f"{i}.md": render(i) for i in wanted}}
