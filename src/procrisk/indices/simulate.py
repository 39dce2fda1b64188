"""Made-up answers, to try the indices before regions have answered. Marked SIMULADO in source and note, row by row.

They say nothing of any region. Each answer is drawn from the seed, the region, the item and the period alone, so that
another region or period changes none of them.
"""

import zlib
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np

from procrisk import fsio
from procrisk.errors import UsageError
from procrisk.indices import cells, periods
from procrisk.indices.form import as_csv, prefilled
from procrisk.indices.frameworks import INDICES, Framework, Item, load
from procrisk.indices.scores import NO, NO_EVIDENCE, NOT_APPLICABLE, SIMULATED, YES
from procrisk.records.regions import REGIONS

SOURCE = f"{SIMULATED}: respuestas inventadas para pruebas · made-up answers for trials"
LINK = "https://example.org/simulado/{region}/{item}"
NO_EVIDENCE_SHARE, NOT_APPLICABLE_SHARE, UNANSWERED_SHARE = 0.08, 0.05, 0.04
GAIN = 0.05
"""By how much the mean share of what is met grows from one period to the next."""


def write(folder: Path, version: str, years: Sequence[str], seed: int) -> list[Path]:
    """Write a filled form of all regions for each index and period.

    Args:
        folder: made if it is missing; the files are new ones in it.
        version: of the frameworks.
        years: periods, oldest first.
        seed: same seed, same bytes.

    Returns:
        the files, by index and period.

    Raises:
        UsageError: no period, an unknown one or one named twice, an unknown version, a seed below 0.
        PublicationIOError: a file exists, or writing failed.
    """
    if not years or seed < 0 or len(set(years)) < len(years):
        raise UsageError(
            "indique al menos un periodo, cada uno una vez, y una semilla de 0 o más · name a period or more, each once, and a seed from 0 on"
        )
    spans = sorted(years, key=periods.order)
    fsio.make_folder(folder)
    files = []
    for index in INDICES:
        framework = load(index, version)
        for n, period in enumerate(spans):
            path = folder / f"{SIMULATED}_{index}_{period}.csv"
            fsio.write_file(path, as_csv(answered(framework, period, n, seed)))
            files.append(path)
    return files


def answered(framework: Framework, period: str, n: int, seed: int) -> list[dict[str, str]]:
    """Rows of a form of all regions with made-up answers; `n` is the period's place, from 0, by which regions improve."""
    return [
        prefilled(framework, item, region, period) | _answer(item, region, period, n, seed)
        for region in REGIONS
        for item in framework.asked(period)
    ]


def _draws(seed: int, *of: str) -> "np.random.Generator":
    return np.random.default_rng([seed, *(zlib.crc32(part.encode()) for part in of)])


def _answer(item: Item, region: str, period: str, n: int, seed: int) -> dict[str, str]:
    level = _draws(seed, region).beta(2, 2) + GAIN * n - 0.15 * max(item.stage - 1, 0)
    draws = _draws(seed, region, period, item.id)
    kind = draws.random()
    if kind < UNANSWERED_SHARE:
        return {"FUENTE": SOURCE}
    kind -= UNANSWERED_SHARE
    if kind < NO_EVIDENCE_SHARE:
        return {"RESPUESTA": cells.WORDS[NO_EVIDENCE][0], "FUENTE": SOURCE, "NOTA": SIMULATED}
    if kind < NO_EVIDENCE_SHARE + NOT_APPLICABLE_SHARE and item.may_not_apply:
        note = f"{SIMULATED}: motivo inventado"
        return {"RESPUESTA": cells.WORDS[NOT_APPLICABLE][0], "FUENTE": SOURCE, "NOTA": note}
    day = periods.last_day(period) - timedelta(days=int(draws.integers(0, 28 * periods.months(period))))
    return {
        "RESPUESTA": _word(item, level, draws),
        "ENLACE_EVIDENCIA": LINK.format(region=region, item=item.id.lower()),
        "FECHA_EVIDENCIA": f"{day:%d/%m/%Y}",
        "NOTA": SIMULATED,
        "FUENTE": SOURCE,
    }


def _word(item: Item, level: float, draws: "np.random.Generator") -> str:
    share = float(np.clip(level + draws.normal(0, 0.15), 0, 1))
    if item.kind == "yes_no":
        return cells.WORDS[YES if draws.random() < share else NO][0]
    if item.kind == "share":
        return f"{share:.2f}"
    if item.kind == "count":
        return str(round(share * item.full))
    if item.kind == "days":
        return str(round(item.zero - share * (item.zero - item.full)))
    return f"{share * item.most:.2f}"
