"""`docs/calibration.md`: how often each indicator is raised, its role, and what could be evaluated in each region."""

from collections.abc import Sequence

import polars as pl

from procrisk.documentation.calibration import MAX_RATE, MIN_EVALUATED, MIN_RAISED, REASONS, Measured, rates
from procrisk.indicators import INDICATORS, roles
from procrisk.records.regions import REGIONS
from procrisk.records.vocabulary import METHODS, OBJECTS
from procrisk.scoring.coverage import NO_INDICATOR, NO_PROCESS, WHY, coverage

MADE = "<!-- Se genera con `make calibrate`; no se edita a mano. Made by `make calibrate`; not edited by hand. -->"
ENOUGH = 30
"""Processes on which a risk was evaluated from which a region's row calls it evaluated, and below which no rate is shown."""
OTHERWISE = "assessment"
LEVELS = {
    "gobiernos regionales y locales · regional and local governments": ("regional", "local"),
    "entidades nacionales, por sede · national entities, by seat": ("national",),
}


def render(measured: Measured, rows: Sequence[dict[str, str]]) -> str:
    """The page as Markdown, Spanish first.

    Args:
        measured: the records and what the indicators say of them.
        rows: calibration.table of them.
    """
    counted = [coverage(*_only(measured, levels)) for levels in LEVELS.values()]
    parts = [_head(measured, rows), _roles(rows), _indicators(rows), _unseen(rows), _groups(measured)]
    parts += [
        [f"## Cobertura por región: {title}", *_regions(_only(measured, levels), covered), ""]
        for (title, levels), covered in zip(LEVELS.items(), counted, strict=True)
    ]
    parts.append(_risks(pl.concat(counted)))
    return "\n".join(["# Calibración · Calibration", "", MADE, "", *(line for p in parts for line in p)])


def _only(measured: Measured, levels: tuple[str, ...]) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Processes, states and reasons of the buyers of these levels of government."""
    e = measured.evaluated
    kept = measured.processes.filter(pl.col("buyer_level").is_in(levels))
    own = kept.select("process_id")
    return kept, e.states.join(own, on="process_id", how="semi"), e.why.join(own, on="process_id", how="semi")


def _head(measured: Measured, rows: Sequence[dict[str, str]]) -> list[str]:
    days = measured.processes["call_date"].drop_nulls().sort().dt.strftime("%d/%m/%Y").to_list() or ["–"]
    seen = sum(r["evaluated"] != "0" for r in rows)
    return [
        f"Medida en {measured.processes.height:,} procesos reales publicados, convocados del {days[0]} al {days[-1]}; {seen} de {len(rows)} indicadores se pudieron evaluar en alguno. "
        f"· *Measured on {measured.processes.height:,} real published processes; {seen} of {len(rows)} indicators could be evaluated on some.*",
        "",
        "- **Tasa**: procesos con señal entre procesos evaluados. Lo que no se pudo evaluar no cuenta como limpio. · *Rate: raised among evaluated; what could not be evaluated is not clean.*",
        "- **Intervalo** (95 %): de Wilson sobre el número efectivo de procesos, porque los procesos de una misma entidad no son independientes (Kish 1965; Korn y Graubard 1998); donde ninguno o todos "
        "tienen señal, cada entidad cuenta una vez. · *Wilson on the effective number of processes, since those of one buyer are not independent; where none or all are raised each buyer counts once.*",
        f"- **Rol**: *informativa* si se levanta en más de {MAX_RATE:.0%} de lo que evalúa o menos de {MIN_RAISED} veces, salvo que la norma misma sea lo que se incumple; *sin calibrar* con menos de {MIN_EVALUATED} "
        "procesos evaluados ([ADR 0009](adr/0009-roles.md)). · *Information if raised on more than a quarter or fewer than five times, unless the law itself is broken; uncalibrated with fewer than a hundred evaluated.*",
        "- Los registros son los meses que se muestran arriba y no todo el país en todo el tiempo: con otros meses las tasas cambian, y `make calibrate` las vuelve a medir. · *These are the months above, not all of Peru at all times: other months change "
        "the rates, and `make calibrate` measures them again.*",
        "- El detalle por procedimiento, objeto y región, con intervalos: [calibration_by_group.csv](calibration_by_group.csv). La tabla que lee el puntaje: `risk_catalogue/calibration.csv`.",
        "",
    ]


def _roles(rows: Sequence[dict[str, str]]) -> list[str]:
    lines = ["## Roles", "| rol · role | razón · reason | indicadores · indicators |", "|---|---|---|"]
    for given, (es, en) in roles.SHOWN.items():
        for reason, (why_es, why_en) in REASONS.items():
            n = sum(r["role"] == given and r["reason"] == reason for r in rows)
            if n:
                lines.append(f"| {es} · *{en}* | {why_es} · *{why_en}* | {n} |")
    return [*lines, ""]


def _indicators(rows: Sequence[dict[str, str]]) -> list[str]:
    lines = [
        "## Indicadores evaluados · Indicators evaluated",
        "| id | indicador · indicator | evaluados | con señal | tasa · rate | intervalo · interval | entidades | no evaluables: columna / valor / pares | rol · role |",
        "|---|---|---:|---:|---:|---|---:|---|---|",
    ]
    for r in rows:
        if r["evaluated"] == "0":
            continue
        why = " / ".join(f"{int(r[c]):,}" for c in ("column_absent", "value_missing", "too_few_peers"))
        role = f"{roles.SHOWN[r['role']][0]}: {REASONS[r['reason']][0]}"
        lines.append(
            f"| [{r['indicator']}](indicators/{r['indicator']}.md) | {INDICATORS[r['indicator']].name_es} | {int(r['evaluated']):,} | {int(r['raised']):,} | {_percent(r['rate'])} "
            f"| {_percent(r['rate_low'])} a {_percent(r['rate_high'])} | {int(r['buyers']):,} | {why} | {role} |"
        )
    return [*lines, ""]


def _unseen(rows: Sequence[dict[str, str]]) -> list[str]:
    """The indicators that could be evaluated on no process, by the reason that holds for most of those they apply to."""
    lines = [
        "## Indicadores que estos registros no permiten evaluar · Indicators that these records cannot feed",
        "Se prueban con registros simulados; puntúan sin calibrar donde una fuente trae sus datos. · *Tested on simulated records; they score, uncalibrated, where a source carries their data.*",
        "",
    ]
    words = {"column_absent": WHY[2], "value_missing": WHY[3], "too_few_peers": WHY[4], "out_of_scope": NO_PROCESS}
    silent = {r["indicator"]: _chief_reason(r) for r in rows if r["evaluated"] == "0"}
    for reason, (es, en) in words.items():
        ids = [i for i, c in silent.items() if c == reason]
        if ids:
            lines.append(f"- **{es} · {en}** ({len(ids)}): {', '.join(ids)}")
    return [*lines, ""]


def _chief_reason(row: dict[str, str]) -> str:
    """The reason that holds for most of the processes to which an indicator applies."""
    counts = {c: int(row[c]) for c in ("column_absent", "value_missing", "too_few_peers")}
    return max(counts, key=counts.__getitem__) if any(counts.values()) else "out_of_scope"


def _groups(measured: Measured) -> list[str]:
    lines = ["## Tasa por procedimiento, objeto y región · Rate by method, object and region"]
    lines.append(
        f"En %, donde hay al menos {ENOUGH} procesos evaluados. · *In %, where at least {ENOUGH} were evaluated.*"
    )
    names = {
        "method": ("procedimiento · method", {c: n[0] for c, n in METHODS.items()}),
        "object": ("objeto · object", {c: n[0] for c, n in OBJECTS.items()}),
        "region_code": ("región · region", REGIONS),
    }
    for by, (title, named) in names.items():
        long = rates(measured.processes, measured.evaluated.states, by).filter(pl.col("evaluated") >= ENOUGH)
        cells = {(r[by], r["indicator"]): r["rate"] for r in long.iter_rows(named=True)}
        across = sorted({value for value, _ in cells})
        lines += ["", f"<details><summary>{title}</summary>", "", "; ".join(f"{c}: {named.get(c, c)}" for c in across)]
        lines += ["", "| id | " + " | ".join(across) + " |", "|---|" + "---:|" * len(across)]
        for id_ in sorted({i for _, i in cells}):
            shown = (f"{cells[v, id_] * 100:.1f}" if (v, id_) in cells else "–" for v in across)
            lines.append(f"| {id_} | {' | '.join(shown)} |")
        lines += ["", "</details>"]
    return [*lines, ""]


def _regions(records: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame], covered: pl.DataFrame) -> list[str]:
    """For each region how many of the 81 risks could be evaluated, why the others could not, and which were raised."""
    processes, _, why = records
    n = dict(processes.group_by("region_code").len().iter_rows())
    pairs = _pairs(processes, why)
    reasons = [NO_PROCESS[0], *(w[0] for w in WHY.values()), OTHERWISE]
    lines = [
        f"De los 81 riesgos, en cuántos procesos se pudo evaluar cada uno: al menos {ENOUGH}, de 1 a {ENOUGH - 1}, ninguno, y por qué ninguno. *Pares*: combinaciones de indicador y proceso al que se aplica. · *Of the 81 risks, on how many "
        "processes each could be evaluated, and why on none. Pairs: an indicator and a process to which it applies.*",
        "",
        f"| región · region | procesos | ≥ {ENOUGH} | 1–{ENOUGH - 1} | ninguno · none | sin proceso en su ámbito · no process in scope | columna ausente · column absent | valor no publicado · value missing "
        "| pocos pares · few peers | no se ve en registros · not seen in records | pares evaluados · pairs evaluated | riesgos con señal · risks raised |",
        "|---|" + "---:|" * 10 + "---|",
    ]
    reasoned = covered.with_columns(first=_first_reason())
    for code, name in REGIONS.items():
        here = reasoned.filter(pl.col("region_code") == code)
        none = here.filter(pl.col("evaluated") == 0)
        many = int((here["evaluated"] >= ENOUGH).sum())
        raised = here.filter(pl.col("raised") > 0).sort("risk")["risk"].to_list()
        because = " | ".join(str(int((none["first"] == r).sum())) for r in reasons)
        share = "–" if code not in pairs else f"{pairs[code]:.1%}"
        lines.append(
            f"| {name} | {n.get(code, 0):,} | {many} | {81 - many - none.height} | {none.height} | {because} | {share} | {len(raised)}: {', '.join(raised) or '–'} |"
        )
    return lines


def _first_reason() -> pl.Expr:
    """The most frequent reason that coverage gives, without its count; OTHERWISE where no indicator speaks of the risk."""
    first = pl.col("why").str.split(";").list.first().str.replace(r": [\d]+$", "")
    return pl.when(first.is_in([es for es, _ in NO_INDICATOR.values()])).then(pl.lit(OTHERWISE)).otherwise(first)


def _pairs(processes: pl.DataFrame, why: pl.DataFrame) -> dict[str, float]:
    """Region to the share evaluated of the pairs of an indicator and a process in its scope."""
    ids = [c for c in why.columns if c != "process_id"]
    joined = processes.select("process_id", "region_code").drop_nulls().join(why, on="process_id")
    counted = joined.group_by("region_code").agg(
        evaluated=pl.sum_horizontal((pl.col(ids) == 0).sum().cast(pl.Int64)),
        applicable=pl.sum_horizontal((pl.col(ids) != 1).sum().cast(pl.Int64)),
    )
    shares = counted.filter(pl.col("applicable") > 0).with_columns(share=pl.col("evaluated") / pl.col("applicable"))
    return dict(shares.select("region_code", "share").iter_rows())


def _risks(covered: pl.DataFrame) -> list[str]:
    """Each of the 81: in how many regions it could be evaluated, on how many processes, and the chief reason where not."""
    reasoned = covered.with_columns(first=_first_reason())
    by_risk = (
        reasoned.group_by("risk", "region_code")
        .agg(pl.col("evaluated", "raised", "not_evaluable").sum(), pl.col("first").sort().first())
        .group_by("risk")
        .agg(
            pl.col("evaluated", "raised", "not_evaluable").sum(),
            regions=(pl.col("evaluated") >= ENOUGH).sum(),
            first=pl.col("first").mode().sort().first(),
        )
        .sort("risk")
    )
    words = {es: f"{es} · {en}" for es, en in (NO_PROCESS, *WHY.values())}
    words[OTHERWISE] = "no se ve en registros · not seen in records"
    lines = [
        "## Cobertura por riesgo · Coverage by risk",
        f"| riesgo · risk | regiones con {ENOUGH} o más · regions with {ENOUGH} or more | evaluados | con señal | no evaluables | razón más frecuente donde no · chief reason where not |",
        "|---|---:|---:|---:|---:|---|",
    ]
    for r in by_risk.iter_rows(named=True):
        counts = f"{r['regions']} | {r['evaluated']:,} | {r['raised']:,} | {r['not_evaluable']:,}"
        lines.append(f"| {r['risk']} | {counts} | {words.get(r['first'], '–')} |")
    return [*lines, ""]


def _percent(rate: str) -> str:
    return f"{float(rate) * 100:.2f} %" if rate else "–"
