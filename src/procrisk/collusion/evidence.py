"""What the classifier is worth: tables that `python -m procrisk.collusion evidence FILE` prints.

Every model is fitted on tenders up to a date and judged on those after it, or on other markets. Beside it stand the share of
the majority, a plain forest of screens, the number of bids alone, and two ways in which a market gives the label away.
"""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import polars as pl

from procrisk.collusion import classifier, measures
from procrisk.collusion.classifier import IDS, Parameters
from procrisk.collusion.screens import SCREENS, Array, screens

Fitted = Callable[[Array], Array]
SEED = 20260101
SLOPES = (0.0, 0.2, 0.4, 0.8)
"""Least falls with log(cv) that are compared; see classifier.Parameters."""


def rows(frame: pl.DataFrame, bids: pl.DataFrame, parameters: Parameters | None = None) -> Iterator[str]:
    """The lines of the tables, in Markdown.

    Args:
        frame: from `tenders.featured`, with date, collusive, contract_type and share.
        bids: from `tenders.read`.
        parameters: of the fit.
    """
    yield from _by_time(frame, bids, parameters or Parameters())
    yield from _by_market(frame, parameters or Parameters())
    yield from _by_slope(frame)
    yield from _by_year(frame)


def inputs(frame: pl.DataFrame, bids: pl.DataFrame) -> dict[str, Array]:
    """What each model sees: rows as `frame`. Only the first is used by the product."""
    plain = frame.select("contest").join(screens(bids), on="contest", how="left", maintain_order="left")
    market = frame.select(pl.col("contract_type").rank("dense").cast(pl.Float64)).to_numpy()
    one = [frame.with_columns(period=pl.lit(0)), frame]
    by_period = classifier.matrix(classifier.compare(frame, ["period"]))
    return {
        "terms": by_period,
        "terms, not compared": classifier.matrix(classifier.compare(one[0], ["period"])),
        "forest of screens": plain.select(pl.col(SCREENS).fill_null(0.0)).to_numpy(),
        "number of bids": frame.select(pl.col("n_bids").cast(pl.Float64)).to_numpy(),
        "forest + contract type (leak)": np.column_stack(
            [plain.select(pl.col(SCREENS).fill_null(0.0)).to_numpy(), market]
        ),
        "terms compared by contract type (leak)": classifier.matrix(classifier.compare(frame, ["contract_type"])),
    }


def _fit(name: str, x: Array, y: npt.NDArray[np.bool_], parameters: Parameters) -> Fitted:
    if name == "number of bids":
        return lambda z: z[:, 0]
    if name.startswith("forest"):
        from sklearn.ensemble import RandomForestClassifier  # noqa: PLC0415 - slow to import

        model = RandomForestClassifier(300, min_samples_leaf=5, random_state=SEED, n_jobs=1).fit(x, y)
        return lambda z: np.asarray(model.predict_proba(z)[:, 1], dtype=np.float64)
    fitted = classifier.fit(x, y, np.zeros(len(IDS)), parameters)
    return fitted.score


def _by_time(frame: pl.DataFrame, bids: pl.DataFrame, parameters: Parameters) -> Iterator[str]:
    y, dates, n = frame["collusive"].to_numpy(), frame["date"].to_numpy(), frame["n_bids"].to_numpy()
    yield "| model | tested after date | tenders | majority | accuracy | AUC | 95 % | AUC among equal numbers of bids |"
    yield "|---|---|---|---|---|---|---|---|"
    cuts = np.unique(dates)[2:-1]
    for name, x in inputs(frame, bids).items():
        for cut in cuts:
            old, new = dates <= cut, dates > cut
            score = _fit(name, x[old], y[old], parameters)(x[new])
            rate = max(y[new].mean(), 1 - y[new].mean())
            low, high = measures.interval(y[new], score, dates[new])
            right = measures.accuracy(y[new], score, y[old].mean())
            within = measures.auc(y[new], score, n[new])
            yield (
                f"| {name} | {cut} | {new.sum()} | {rate:.3f} | {right:.3f} | {measures.auc(y[new], score):.3f} "
                f"| {low:.3f} to {high:.3f} | {within:.3f} |"
            )


def _by_market(frame: pl.DataFrame, parameters: Parameters) -> Iterator[str]:
    y, market = frame["collusive"].to_numpy(), frame["contract_type"].to_numpy()
    yield ""
    yield "| market left out | tenders | majority | AUC, terms | AUC, terms free to rise | AUC, forest | AUC, low CV alone |"
    yield "|---|---|---|---|---|---|---|"
    x = classifier.matrix(classifier.compare(frame, ["period"]))
    for kind in np.unique(market):
        old, new = market != kind, market == kind
        fitted = [_fit(m, x[old], y[old], parameters)(x[new]) for m in ("terms", "forest")]
        free = classifier.fit(x[old], y[old], np.zeros(len(IDS)), parameters, falling=False).score(x[new])
        shown = " | ".join(f"{measures.auc(y[new], s):.3f}" for s in (fitted[0], free, fitted[1], -x[new][:, 0]))
        yield f"| {kind:g} | {new.sum()} | {max(y[new].mean(), 1 - y[new].mean()):.3f} | {shown} |"


def _by_slope(frame: pl.DataFrame) -> Iterator[str]:
    y, dates, market = (frame[c].to_numpy() for c in ("collusive", "date", "contract_type"))
    x = classifier.matrix(classifier.compare(frame, ["period"]))
    cuts, kinds = np.unique(dates)[2:-1], np.unique(market)
    yield ""
    yield (
        "| least slope | "
        + " | ".join(f"after {c}" for c in cuts)
        + " | "
        + " | ".join(f"market {k:g} left out" for k in kinds)
        + " |"
    )
    yield "|---" * (1 + len(cuts) + len(kinds)) + "|"
    for slope in SLOPES:
        splits = [(dates <= c, dates > c) for c in cuts] + [(market != k, market == k) for k in kinds]
        made = [
            measures.auc(y[new], _fit("terms", x[old], y[old], Parameters(slope=slope))(x[new])) for old, new in splits
        ]
        yield f"| {slope} | " + " | ".join(f"{m:.3f}" for m in made) + " |"


def _by_year(frame: pl.DataFrame) -> Iterator[str]:
    y, dates = frame["collusive"].to_numpy(), frame["date"].to_numpy()
    whole = (~frame["collusive"] | (frame["share"] == 1)).to_numpy()
    cv = -frame["cv"].to_numpy()
    yield ""
    yield "| date | tenders | collusive | AUC of low CV, any member | AUC of low CV, whole cartel or none |"
    yield "|---|---|---|---|---|"
    for d in np.unique(dates):
        at = dates == d
        both = at & whole
        yield (
            f"| {d} | {at.sum()} | {y[at].mean():.3f} | {measures.auc(y[at], cv[at]):.3f} "
            f"| {measures.auc(y[both], cv[both]):.3f} |"
        )
