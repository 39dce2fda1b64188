"""`procrisk prove`: what is asked for, checked; the campaign; its tables."""

import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from procrisk.errors import UsageError
from procrisk.proving import campaign
from procrisk.records.ingest import ingest


@dataclass(frozen=True, slots=True)
class Asked:
    """The arguments of a campaign (see `campaign.run`)."""

    sources: Sequence[Path]
    context: Sequence[Path]
    seeds: Sequence[int]
    strengths: Sequence[float]
    prevalence: float
    processes: int
    timed: bool = False


def numbers(text: str) -> list[int]:
    """Seeds from "3", "1-5" or "1,7".

    Raises:
        UsageError: it reads otherwise.
    """
    if ends := re.fullmatch(r"(\d+)-(\d+)", text):
        return list(range(int(ends[1]), int(ends[2]) + 1))
    if not re.fullmatch(r"\d+(,\d+)*", text):
        raise UsageError(f"--seeds {text} should be a number, a range such as 1-5, or a list such as 1,7")
    return [int(n) for n in text.split(",")]


def shares(text: str) -> list[float]:
    """Strengths from "0.25,0.5".

    Raises:
        UsageError: one of them is no number from 0 to 1.
    """
    try:
        found = sorted({float(x) for x in text.split(",")})
    except ValueError:
        found = [-1.0]
    if not all(0 <= x <= 1 for x in found):
        raise UsageError(f"--strengths {text} should be numbers from 0 to 1, such as 0.25,0.5,0.75")
    return found


def prove(asked: Asked, out: Path | None) -> str:
    """Run the campaign and give its tables as Markdown; with `out`, write them and the curve there too.

    Raises:
        InputMissingError: a source is missing.
        UsageError: an argument is out of its range, or the records cannot be planted in.
    """
    if not 0 < asked.prevalence <= 0.1 or asked.processes < 1 or not asked.seeds:
        raise UsageError("--prevalence is above 0 and at most 0.1; --processes is at least 1; --seeds are not empty")
    with tempfile.TemporaryDirectory() as folder:
        given = ingest(asked.sources, asked.context, Path(folder)).dataset
    found, rates, late = campaign.run(
        given,
        seeds=asked.seeds,
        strengths=asked.strengths,
        prevalence=asked.prevalence,
        processes=asked.processes,
        timed=asked.timed,
        told=lambda line: print(line, file=sys.stderr),  # noqa: T201  # progress of the command, beside its tables
    )
    table = campaign.summary(found)
    middle = asked.strengths[len(asked.strengths) // 2]
    told = campaign.text(table, campaign.signs(found, rates), late, middle)
    if out is not None:
        campaign.write(out, found, table, told)
    return told
