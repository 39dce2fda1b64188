"""A campaign: every strength and seed, what was found, in tables and a picture."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from procrisk.proving import background, ground, measure, schemes
from procrisk.records.assemble import Dataset
from procrisk.scoring import layers

BARS: Final = {
    "ring, naive": (0.95, 0.05),
    "ring, evasive": (0.75, 0.05),
    "splitting": (0.95, 0.10),
    "tailored tender": (0.80, 0.10),
    "shell supplier": (0.90, 0.05),
    "ballooning contract": (0.90, 0.10),
    "gradual capture": (0.70, 0.10),
}
"""Least share of a scheme's processes in the top 5 % at the middle strength, and most of its look-alikes'."""
MANY: Final = 0.05
"""An indicator saw a scheme where it is raised on this much more of its processes than of the ground."""


LAYER_NAMES: Final = {
    "top": "todas / all",
    **{f"top:{n}": f"solo {v.label_es} / {v.label_en} alone" for n, v in layers.table().items()},
    **{f"without:{n}": f"sin {v.label_es} / without {v.label_en}" for n, v in layers.table().items()},
}
"""Columns of the ablation: the score of all layers, of one alone, of all but one."""


def run(
    given: Dataset,
    *,
    seeds: Sequence[int],
    strengths: Sequence[float],
    prevalence: float,
    processes: int,
    timed: bool = False,
    told: Callable[[str], None] | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Plant and look, once for every seed and strength.

    Args:
        given: the assembled records.
        seeds: each with a ground of its own, planted at every strength.
        strengths: 0 to 1.
        prevalence: share of the processes that belong to a scheme, look-alikes apart.
        processes: about how many processes a ground has.
        timed: measure time to detection too, on the first seed and the middle strength (a run a quarter).
        told: told of each run that is done.

    Returns:
        the planted processes (see `measure.cases`; with seed and planted strength), the rate of each indicator on the
        grounds (seed, indicator, rate), and the delays (empty unless timed).
    """
    found, rates, late = [], [], []
    for seed in seeds:
        streams = [np.random.Generator(np.random.PCG64(s)) for s in np.random.SeedSequence(seed).spawn(2)]
        grown = ground.settle(ground.repeat(given.tables, streams[0], processes))
        dressed = ground.settle(background.dress(grown.tables, given.tables, streams[1]))
        for at, strength in enumerate(strengths):
            rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, round(strength * 1000)])))
            plot = schemes.plant(dressed.tables, given.tables, rng, strength, prevalence)
            planted = plot.grown()
            seen = measure.look(planted)
            mark = {"seed": pl.lit(seed), "planted": pl.lit(strength)}
            found.append(measure.cases(seen, plot.instances).with_columns(**mark))
            rates.append(_rates(seen, plot.gone).with_columns(**mark))
            if timed and seed == seeds[0] and at == len(strengths) // 2:
                late.append(measure.delays(planted, plot.instances))
            if told:
                told(f"seed {seed}, strength {strength:g}: {planted.tables['processes'].height} processes, "
                     f"{sum(not i.twin for i in plot.instances)} schemes")  # fmt: skip
    empty = pl.DataFrame(schema={"scheme": pl.String, "twin": pl.Boolean, "case": pl.Int64, "days": pl.Int64})
    return pl.concat(found, how="diagonal"), pl.concat(rates), pl.concat(late) if late else empty


def _rates(seen: measure.Seen, planted: set[str]) -> pl.DataFrame:
    """Share of the untouched processes on which each indicator is raised; the mean score under the name `score`."""
    clean = seen.processes.filter(~pl.col("process_id").is_in(sorted(planted)))
    raised = seen.flags.join(clean, on="process_id", how="semi")
    share = raised.group_by("indicator").agg(rate=pl.col("process_id").n_unique() / clean.height)
    mean = pl.DataFrame({"indicator": ["score"], "rate": [clean["score"].mean()]}, schema=share.schema)
    return pl.concat([share.sort("indicator"), mean])


def summary(found: pl.DataFrame) -> pl.DataFrame:
    """Per scheme and strength: cases and telling processes, planted and look-alikes, and the shares that are flagged.

    Returns:
        scheme, planted (strength), and for schemes (plain names) and look-alikes (`twin_`): cases, processes, top_1, top_5,
        half_5 (cases with half of their telling processes in the top 5 %), kind, either, score; in the top 5 % by layer
        (`top:<layer>`, `without:<layer>`).
    """
    by_layer = [c for c in found.columns if c.startswith(("top:", "without:"))]
    made = _shares(found.filter(~pl.col("twin")), by_layer)
    twins = _shares(found.filter(pl.col("twin")), by_layer).select(
        pl.col("scheme", "planted"), pl.exclude("scheme", "planted").name.prefix("twin_")
    )
    return made.join(twins, on=["scheme", "planted"], how="left").sort("scheme", "planted")


def _shares(rows: pl.DataFrame, by_layer: list[str]) -> pl.DataFrame:
    one, five = measure.BUDGETS
    keys = ["scheme", "planted"]
    named = rows.with_columns(scheme=pl.col("scheme").str.replace(": true dollars", ""))
    marked = named.with_columns(_five=pl.col("top") <= five)
    by_case = marked.group_by(*keys, "seed", "case").agg(_half=pl.col("_five").mean() >= 0.5)
    cases = by_case.group_by(keys).agg(cases=pl.len(), half_5=pl.col("_half").mean())
    shares = marked.group_by(keys).agg(
        processes=pl.len(),
        top_1=(pl.col("top") <= one).mean(),
        top_5=pl.col("_five").mean(),
        kind=pl.col("kind").mean(),
        either=(pl.col("kind") | pl.col("_five")).mean(),
        unknown_amount=pl.col("amount_pen").is_null().mean(),
        score=pl.col("score").mean(),
        **{c: (pl.col(c) <= five).mean() for c in by_layer},
    )
    return shares.join(cases, on=keys)


def signs(found: pl.DataFrame, rates: pl.DataFrame, most: int = 6) -> pl.DataFrame:
    """The indicators that saw each scheme: raised on its processes, on its look-alikes and on the ground.

    Returns:
        scheme, indicator, planted, twins, ground (shares), the most telling first.
    """
    base = rates.filter(pl.col("indicator") != "score").group_by("indicator").agg(pl.col("rate").sum())
    runs = rates.select("seed", "planted").n_unique()
    base = base.with_columns(pl.col("rate") / runs)
    named = found.with_columns(scheme=pl.col("scheme").str.replace(": .*", ""))
    total = named.group_by("scheme", "twin").agg(_n=pl.len())
    counts = (
        named.explode("raised").drop_nulls("raised").group_by("scheme", "twin", indicator="raised").agg(_k=pl.len())
    )
    share = counts.join(total, on=["scheme", "twin"]).with_columns(share=pl.col("_k") / pl.col("_n"))
    key = ["scheme", "indicator"]
    planted = share.filter(~pl.col("twin")).select(*key, planted="share")
    twins = share.filter(pl.col("twin")).select(*key, twins="share")
    joined = planted.join(twins, on=key, how="left").join(base.rename({"rate": "ground"}), on="indicator", how="left")
    lift = pl.col("planted") - pl.col("ground")
    told = joined.with_columns(pl.col("twins", "ground").fill_null(0.0)).filter(lift >= MANY)
    return (
        told.sort(["scheme", lift, "indicator"], descending=[False, True, False])
        .group_by("scheme", maintain_order=True)
        .head(most)
    )


def text(table: pl.DataFrame, telling: pl.DataFrame, late: pl.DataFrame, middle: float) -> str:
    """The tables as Markdown, Spanish first."""
    columns = {
        "cases": "casos / cases",
        "processes": "procesos / processes",
        "top_1": "en el 1 % / top 1 %",
        "top_5": "en el 5 % / top 5 %",
        "half_5": "casos, la mitad en el 5 % / cases, half in the top 5 %",
        "kind": "señal propia / own kind",
        "either": "una u otra / either",
        "twin_processes": "gemelos / look-alikes",
        "twin_top_5": "gemelos en el 5 % / look-alikes, top 5 %",
        "twin_kind": "gemelos, señal propia / look-alikes, own kind",
        "score": "puntaje / score",
        "twin_score": "gemelos, puntaje / look-alikes, score",
        "unknown_amount": "monto no conocido / amount unknown",
    }
    main = [["esquema / scheme", "fuerza / strength", *columns.values(), "meta / bar"]]
    for r in table.iter_rows(named=True):
        bar = BARS.get(r["scheme"]) if r["planted"] == middle else None
        goal = f"{bar[0]:.2f} / {bar[1]:.2f}" if bar else ""
        main.append([r["scheme"], f"{r['planted']:g}", *(_shown(c, r.get(c)) for c in columns), goal])
    seen = [
        [
            "esquema / scheme",
            "indicador / indicator",
            "sembrados / planted",
            "gemelos / look-alikes",
            "terreno / ground",
        ]
    ]
    seen += [
        [r["scheme"], r["indicator"], f"{r['planted']:.2f}", f"{r['twins']:.2f}", f"{r['ground']:.3f}"]
        for r in telling.iter_rows(named=True)
    ]
    parts = [_markdown(main), _markdown(_ablation(table, middle)), _markdown(seen)]
    if late.height:
        by_scheme = late.filter(~pl.col("twin")).group_by("scheme")
        days = by_scheme.agg(pl.len(), seen=pl.col("days").count(), median=pl.col("days").median()).sort("scheme")
        soon = [
            ["esquema / scheme", "casos / cases", "vistos / seen", "días hasta verlo, mediana / median days until seen"]
        ]
        soon += [[r[0], str(r[1]), str(r[2]), "-" if r[3] is None else str(round(r[3]))] for r in days.iter_rows()]
        parts.append(_markdown(soon))
    return "\n".join(parts)


def _ablation(table: pl.DataFrame, middle: float) -> list[list[str]]:
    """What each layer is worth at the middle strength: planted / look-alikes in the top 5 % by all, by one alone, by all but one."""
    shown = {"top": "top_5", **{c: c for c in LAYER_NAMES if c in table.columns}}
    head = ["esquema / scheme", *(LAYER_NAMES[c] for c in shown)]
    rows = table.filter(pl.col("planted") == middle).iter_rows(named=True)
    return [
        head,
        *([r["scheme"], *(f"{_shown(c, r[c])} / {_shown(c, r[f'twin_{c}'])}" for c in shown.values())] for r in rows),
    ]


def _markdown(rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(r) + " |" for r in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:], ""])


def _shown(column: str, x: float | None) -> str:
    if x is None:
        return "-"
    return f"{x:.0f}" if column.endswith(("score", "cases", "processes")) else f"{x:.2f}"


def write(out: Path, found: pl.DataFrame, table: pl.DataFrame, told: str) -> None:
    """The tables and the curve into a folder: proving.md, proving.csv, planted.csv, curve.svg."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "proving.md").write_text(told, encoding="utf-8")
    table.with_columns(pl.selectors.float().round(4)).write_csv(out / "proving.csv")
    found.with_columns(pl.col("raised").list.join(";")).sort("planted", "seed", "case", "process_id").write_csv(
        out / "planted.csv"
    )
    (out / "curve.svg").write_text(curve(table), encoding="utf-8")


def curve(table: pl.DataFrame) -> str:
    """Share of each scheme's processes, and of its look-alikes', in the top 5 % by strength, as SVG."""
    parts: list[str] = []
    known = [s for s in BARS if s in set(table["scheme"])]
    for k, scheme in enumerate(known):
        rows = table.filter(pl.col("scheme") == scheme).sort("planted").to_dicts()
        x0, y0 = 40 + 190 * (k % 4), 30 + 150 * (k // 4)
        parts.append(
            f'<text x="{x0}" y="{y0 - 8}" font-weight="bold">{scheme}</text><rect x="{x0}" y="{y0}" width="150" height="100" fill="none" stroke="#999"/>'
        )
        parts.append(
            f'<text x="{x0 - 6}" y="{y0 + 8}" text-anchor="end">1</text><text x="{x0 - 6}" y="{y0 + 100}" text-anchor="end">0</text>'
        )
        parts += [_line(rows, "top_5", x0, y0, "#b2182b"), _line(rows, "twin_top_5", x0, y0, "#2166ac")]
        parts += [
            f'<text x="{x0 + 150 * r["planted"]:.0f}" y="{y0 + 114}" text-anchor="middle">{r["planted"]:g}</text>'
            for r in rows
        ]
    notes = (
        "rojo: sembrados en el 5 % superior; azul: gemelos limpios; eje: fuerza",
        "red: planted in the top 5 %; blue: clean look-alikes; axis: strength",
    )
    height = 30 + 150 * -(-max(len(known), 1) // 4) + 34
    told = "".join(f'<text x="40" y="{height - 22 + 14 * i}">{note}</text>' for i, note in enumerate(notes))
    body = "".join(parts) + told
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="810" height="{height}" font-family="sans-serif" font-size="11">{body}</svg>\n'


def _line(rows: list[dict[str, Any]], column: str, x0: int, y0: int, colour: str) -> str:
    points = [(x0 + 150 * r["planted"], y0 + 100 * (1 - r[column])) for r in rows if r[column] is not None]
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points)
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}"/>{dots}'
