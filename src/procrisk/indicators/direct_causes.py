"""`risk_catalogue/direct_causes.csv`: the grounds of a direct award by law and letter, and the words that tell each."""

from dataclasses import dataclass
from functools import cache

from procrisk.resources import data_dir, read_rows

FILE = "direct_causes.csv"
COLUMNS = tuple("regime letter cause name_es name_en pattern weak regularise norm confidence note".split())  # noqa: SIM905 - reads best
_YES = ("yes", "no")


@dataclass(frozen=True, slots=True)
class Ground:
    """A ground of direct award under one law."""

    regime: str
    letter: str
    cause: str
    """What it is called across laws: emergency, shortage, sole_supplier, ..."""
    pattern: str
    """Regular expression on the folded text of the source; `.` where an accent may stand."""
    weak: bool
    """It rests on what the buyer itself did or says."""
    regularise: bool
    """It may be approved after the purchase."""
    norm: str
    confidence: str


@cache
def grounds() -> tuple[Ground, ...]:
    """The grounds, in file order.

    Raises:
        UsageError: the file is not as it should be; says line and column.
    """
    rows = read_rows(data_dir("risk_catalogue") / FILE, COLUMNS)
    return tuple(
        Ground(
            r.choose("regime", ("DL1017", "L30225", "L32069")),
            r["letter"],
            r["cause"],
            r["pattern"],
            r.choose("weak", _YES) == "yes",
            r.choose("regularise", _YES) == "yes",
            r["norm"],
            r.choose("confidence", ("A", "B", "C")),
        )
        for r in rows
    )


def weak_pattern() -> str:
    """Words of the grounds that rest on what the buyer itself did or says, whatever the law."""
    return "|".join(dict.fromkeys(g.pattern for g in grounds() if g.weak))


def regularised_pattern() -> str:
    """Words of the grounds that may be approved after the purchase, whatever the law."""
    return "|".join(dict.fromkeys(g.pattern for g in grounds() if g.regularise))
