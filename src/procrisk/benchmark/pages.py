"""Pages for people: each sheet on paper (PDF by typst) and on screen (HTML), and the index that leads to everything."""

import json
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from procrisk.benchmark import words
from procrisk.benchmark.dictionary import TABLES
from procrisk.benchmark.material import Material, months_of
from procrisk.benchmark.sheet import SIMULATED, SOME_SIMULATED, Sheet
from procrisk.publication.summary import SCOPES_ES

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATE = "hoja.typ"
ALL_GOVERNMENTS = "gobiernos regionales y municipalidades"
EPOCH = 0
"""Time stamped into a PDF: none that means anything, or the bytes would change."""
_SIZE = re.compile(r'(<svg [^>]*?) width="(\d+)" height="\d+"')


class Press:
    """Sets sheets as PDF. Only typst's own typefaces are used: those of the machine would change the bytes."""

    def __init__(self) -> None:
        import typst  # noqa: PLC0415 - only where pages are made

        self._source = (files("procrisk.benchmark") / "templates" / TEMPLATE).read_bytes()
        self._compiler = typst.Compiler(ignore_system_fonts=True)

    def pdf(self, sheet: Sheet) -> bytes:
        """One A4 page; the same bytes for the same sheet."""
        made = self._compiler.compile(
            self._source, format="pdf", sys_inputs={"sheet": json.dumps(sheet.content())}, timestamp=EPOCH
        )
        assert isinstance(made, bytes)
        return made


def html(sheet: Sheet) -> str:
    """The same sheet as a page that opens offline and prints on one A4 page."""
    drawn = {k: _fluid(v) if k.endswith("_svg") else v for k, v in sheet.content().items()}
    return _environment().get_template("hoja.html").render(**drawn)


def index(m: Material, figures: Sequence[tuple[str, str]]) -> str:
    """The page that leads to the sheets, the pictures and the tables.

    Args:
        m: the material.
        figures: name of the file in figures/ and what it shows, of the pictures of all regions.
    """
    return (
        _environment()
        .get_template("indice.html")
        .render(
            banner=SIMULATED.replace("de esta hoja", "de lo que sigue")
            if m.simulated
            else SOME_SIMULATED
            if m.simulated_forms
            else "",
            period=words.period(m.period),
            scope=ALL_GOVERNMENTS if m.scope == "subnational" else SCOPES_ES[m.scope],
            months=_months(m),
            as_of=f"{m.as_of:%d/%m/%Y}",
            regions=m.headline().to_dicts(),
            figures=figures,
            tables=[(name, t.title_es, t.title_en, m.tables[name].height) for name, t in TABLES.items()],
            version=m.made_from["version"],
            accusation=words.NOT_AN_ACCUSATION,
            apart=words.apart_count(m),
            ours=words.OURS,
        )
    )


def _months(m: Material) -> str:
    """Which months have records, where not all have: the period alone would promise more."""
    known, every = m.months(), months_of(m.period)
    if len(known) == len(every):
        return ""
    return f"De los {len(every)} meses del periodo, {len(known)} con registros: {words.spans(known) or 'ninguno'}."


def _fluid(svg: str) -> str:
    """A picture that takes the width it is given."""
    return _SIZE.sub(r'\1 style="width:100%;height:auto;max-width:\2px"', svg, count=1)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - only where pages are made

    made: Any = Environment(
        loader=PackageLoader("procrisk.benchmark"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"one": words.one, "rank": lambda r: words.short_rank(r["rank_low"], r["rank_high"])}
    return made  # type: ignore[no-any-return]
