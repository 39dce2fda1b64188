"""`python -m procrisk.indices form|score|simulate|example|associate`: RIFI and CRAPI, from forms to tables."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from procrisk import fsio
from procrisk.errors import InputMissingError, ProcriskError, UsageError
from procrisk.indices import association, example, faults, form, simulate, tables
from procrisk.indices.frameworks import INDICES, VERSIONS, load
from procrisk.records.assessment_words import region
from procrisk.records.regions import REGIONS

LATEST = VERSIONS[-1]
RISK_COLUMNS = ("region_code", "scope", "period", "score", "score_low", "score_high", "n_scored", "share_evaluable")
SHOWN = 40
"""Errors of forms told on the screen; all of them are in quarantine.csv."""


def main(arguments: Sequence[str]) -> int:
    """Run one command; a failure is told on stderr and by the exit code."""
    args = _parser().parse_args(arguments)
    try:
        for line in args.run(args):
            sys.stdout.write(f"{line}\n")
    except ProcriskError as e:
        sys.stderr.write(f"{e}\n")
        return e.exit_code
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m procrisk.indices", description=__doc__)
    commands = parser.add_subparsers(required=True)
    made = commands.add_parser("form", help="escribe el formulario de un índice · write the form of an index")
    made.add_argument("file", type=Path, help=".xlsx o · or .csv")
    made.add_argument("--index", choices=INDICES, required=True)
    made.add_argument("--region", required=True, help="nombre o código · name or code")
    made.add_argument("--period", required=True, help="2025, 2025-S1, 2025-Q3, 2025-04")
    made.set_defaults(run=_form)
    scored = commands.add_parser("score", help="lee formularios y calcula · read forms and score them")
    scored.add_argument("forms", type=Path, nargs="+")
    scored.add_argument("--out", type=Path, required=True, help="carpeta nueva · a new folder")
    scored.set_defaults(run=_score)
    drawn = commands.add_parser("simulate", help="formularios inventados, marcados SIMULADO · made-up forms, marked so")
    drawn.add_argument("--period", action="append", required=True)
    drawn.add_argument("--seed", type=int, default=1)
    drawn.add_argument("--out", type=Path, required=True)
    drawn.set_defaults(run=_simulate)
    shown = commands.add_parser(
        "example", help="las cinco comisiones inactivas de 2019 · the five inactive commissions"
    )
    shown.set_defaults(run=lambda _: iter([example.text()]))
    related = commands.add_parser(
        "associate", help="INCO e informes de control, con su advertencia · beside the risk score"
    )
    related.set_defaults(run=_associate)
    for p in (made, drawn):
        p.add_argument("--framework", choices=VERSIONS, default=LATEST)
    for p in (scored, related):
        p.add_argument(
            "--regions", type=Path, required=p is related, help="regions.parquet de una publicación · of a publication"
        )
        p.add_argument("--scope", default="regional_government")
        p.add_argument("--risk-period", help="periodo del puntaje regional · period of the regional score")
        p.add_argument("--audits", type=Path, help="informes_por_region.csv")
    return parser


def _form(args: argparse.Namespace) -> list[str]:
    code = pl.select(region(pl.lit(args.region)))[0, 0]
    if code is None:
        raise UsageError(
            f"{args.region!r} no es una región · is no region; conocidas · known: {', '.join(REGIONS.values())}"
        )
    if args.file.exists():
        raise UsageError(f"{args.file} ya existe, no se reemplaza · exists already and is not replaced")
    fsio.make_folder(args.file.parent)
    form.write(args.file, load(args.index, args.framework), code, args.period)
    return [f"formulario · form: {args.file}"]


def _score(args: argparse.Namespace) -> list[str]:
    made = tables.tables(args.forms, _procurement(args) if args.regions else None)
    for refused in made["quarantine"].head(SHOWN).iter_rows(named=True):
        sys.stderr.write(f"{faults.told(refused)}\n")
    if (more := made["quarantine"].height - SHOWN) > 0:
        sys.stderr.write(f"… y {more} más en · and {more} more in quarantine.csv\n")
    tables.write(made, args.out)
    if made["items"].is_empty():
        raise InputMissingError(
            f"ninguna respuesta se pudo leer; los motivos están en · no answer could be read; see {args.out / 'quarantine.csv'}"
        )
    return [
        *(
            f"{c['file']}: {c['read']} filas · rows = {c['accepted']} aceptadas · accepted + {c['quarantined']} en cuarentena · quarantined"
            f" + {c['unanswered']} sin responder · unanswered + {c['blank']} en blanco · blank"
            for c in made["counts"].iter_rows(named=True)
        ),
        f"tablas · tables: {args.out}",
    ]


def _simulate(args: argparse.Namespace) -> list[str]:
    return [f"SIMULADO: {path}" for path in simulate.write(args.out, args.framework, args.period, args.seed)]


def _associate(args: argparse.Namespace) -> list[str]:
    given = _procurement(args)
    audited = None if given.audits is None else association.audits(given.audits)[0]
    lines = [association.WARNING_ES, association.WARNING_EN]
    for r in association.association(given.risk, audited).iter_rows(named=True):
        found = "sin datos · no data" if r["rho"] is None else f"rho = {r['rho']:.2f} [{r['low']:.2f}, {r['high']:.2f}]"
        lines.append(f"{r['what']}: {found}, n = {r['n']}. {r['note_es']}")
    return lines


def _procurement(args: argparse.Namespace) -> tables.Procurement:
    """The regional scores of the scope and period asked for; of the last rolling year if no period is."""
    if not args.regions.is_file():
        raise InputMissingError(
            f"{args.regions}: no existe · does not exist; indique regions.parquet de una publicación"
        )
    try:
        found = pl.read_parquet(args.regions)
    except (pl.exceptions.PolarsError, OSError) as e:
        raise InputMissingError(f"{args.regions}: no es un archivo Parquet · is no Parquet file") from e
    if lack := [c for c in RISK_COLUMNS if c not in found.columns]:
        raise InputMissingError(f"{args.regions}: faltan columnas · columns are missing: {', '.join(lack)}")
    own = found.filter(pl.col("scope") == args.scope)
    known = sorted(own["period"].unique().to_list())
    period = args.risk_period or max((p for p in known if ".." in p), default=None)
    if period is None or period not in known:
        raise UsageError(
            f"no hay puntaje de · there is no score of {args.scope} {period}; ámbitos · scopes: "
            f"{', '.join(sorted(found['scope'].unique()))}; periodos · periods: {', '.join(known)}"
        )
    return tables.Procurement(own.filter(pl.col("period") == period), period, audits=args.audits)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
