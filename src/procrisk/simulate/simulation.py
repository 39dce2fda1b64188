"""The whole simulation: draw, plant, settle, write, and say what was planted."""

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from procrisk.errors import UsageError
from procrisk.simulate import (
    bids,
    conosce_out,
    context_out,
    market,
    ocds_out,
    processes,
    publisher_out,
    registers_out,
    schemes,
    world,
)
from procrisk.simulate.conosce_out import Tables, write_table
from procrisk.simulate.market import Generator
from procrisk.simulate.world import World

NOTICE: Final = """DATOS SIMULADOS. NO SON REALES.

Todo lo que hay en esta carpeta fue inventado por un programa (procrisk simulate): entidades, proveedores, personas,
RUC, procesos, montos y sanciones. Los nombres llevan SIMULADO o SIMULADA. Los RUC empiezan con 2098, 2099 o 1099.
Los esquemas plantados y sus parecidos limpios están en truth.csv y truth.json. No describe a nadie ni a ningún lugar.

SIMULATED DATA. NOT REAL.

A program (procrisk simulate) made up everything in this folder: entities, suppliers, persons, RUC, processes, amounts
and sanctions. Names carry SIMULADO or SIMULADA. RUC begin with 2098, 2099 or 1099. The planted schemes and their clean
look-alikes are in truth.csv and truth.json. It describes nobody and no place.

"""
OTHER: Final = "otro_publicador_SIMULADO.jsonl"
"""The file of the second publisher, which has bids and execution. Its processes belong to no planted scheme."""
TRUTH_COLUMNS: Final = (
    "instance",
    "scheme",
    "variant",
    "twin",
    "strength",
    "process_ids",
    "supplier_rucs",
    "buyer_rucs",
    "order_numbers",
)


@dataclass(frozen=True, slots=True)
class SimulationSummary:
    """What was written."""

    out: Path
    processes: int
    ocds_lines: int
    ocds_bytes: int
    instances: int
    """Planted schemes, clean look-alikes not counted."""
    twins: int
    """Clean look-alikes."""
    planted: int
    """Processes that belong to a scheme."""

    def __str__(self) -> str:
        """The summary as a sentence."""
        size = self.ocds_bytes / max(self.ocds_lines, 1) / 1000
        return (
            f"{self.out}: SIMULATED, not real: {self.processes} processes, {self.ocds_lines} OCDS lines of {size:.1f} kB, "
            f"{self.instances} planted schemes ({self.planted} processes) and {self.twins} clean look-alikes"
        )


def simulate(
    out: Path,
    processes: int,
    seed: int,
    *,
    years: tuple[int, ...] = (2021, 2022),
    strength: float = 0.5,
    scheme_rate: float = 0.005,
    progress: Callable[[int], None] | None = None,
) -> SimulationSummary:
    """Write a simulated country: OCDS, CONOSCE, registers and the truth about what was planted.

    The same arguments give the same bytes, wherever and whenever.

    Args:
        out: folder to write into; files of an earlier simulation are replaced.
        processes: how many procurement processes; every scheme fits into 1,000.
        seed: source of all chance.
        years: calendar years of the calls, 2013 to 2030.
        strength: from 0 (a scheme barely differs from its surroundings) to 1 (plain).
        scheme_rate: share of processes that belong to a scheme; each scheme is planted once at least. 0 plants nothing.
        progress: told how many more OCDS lines have been written.

    Raises:
        UsageError: an argument is out of its range, or `out` holds records that are not marked as simulated.
    """
    _check(processes, seed, years, strength, scheme_rate)
    _clear(out)
    streams = [np.random.Generator(np.random.PCG64(s)) for s in np.random.SeedSequence(seed).spawn(12)]
    made = _draw(streams, processes, tuple(sorted(set(years))), strength, scheme_rate)
    lines, size = ocds_out.write(made, out / "ocds", progress)
    other = publisher_out.write(made, out / "ocds" / OTHER, processes // 10, streams[11])
    t = _write_tables(made, out, streams[8], streams[9])
    _write_context(t, out / "context", streams[10])
    _write_truth(made, out)
    summary = f"processes {processes}, seed {seed}, years {min(years)}-{max(years)}, strength {strength}, rate {scheme_rate}\n"
    (out / "SIMULADO.txt").write_bytes((NOTICE + summary).encode())
    found = made.plot.instances
    real = [i for i in found if not i.twin]
    planted = sum(len(i.rows) for i in real)
    lines, size = lines + other[0], size + other[1]
    return SimulationSummary(out, processes, lines, size, len(real), len(found) - len(real), planted)


def _check(n: int, seed: int, years: tuple[int, ...], strength: float, rate: float) -> None:
    if n < 1:
        raise UsageError(f"simulate: {n} processes are none; ask for 1 or more")
    if seed < 0:
        raise UsageError(f"simulate: the seed {seed} must not be negative")
    if not years or min(years) < 2013 or max(years) > 2030:
        raise UsageError(f"simulate: years {years} are not within 2013-2030")
    if not 0 <= strength <= 1:
        raise UsageError(f"simulate: strength {strength} is not within 0 and 1")
    if not 0 <= rate <= 0.2:
        raise UsageError(f"simulate: rate {rate} is not within 0 and 0.2")


def _clear(out: Path) -> None:
    """Remove an earlier simulation; what is not marked as one is nobody's to remove."""
    old = [
        *out.glob("ocds/compiled-*.jsonl"),
        *out.glob(f"ocds/{OTHER}"),
        *out.glob("conosce/*_SIMULADO.csv"),
        *out.glob("context/*_SIMULADO.*"),
    ]
    if old and not (out / "SIMULADO.txt").exists():
        raise UsageError(f"simulate: {out} holds records and no SIMULADO.txt; choose an empty folder")
    for path in old:
        path.unlink()
    out.mkdir(parents=True, exist_ok=True)
    (out / "SIMULADO.txt").write_bytes(NOTICE.encode())


def _draw(streams: list[Generator], n: int, years: tuple[int, ...], strength: float, rate: float) -> World:
    first_day = processes.day_number(f"{years[0]}-01-01")
    cut = processes.day_number(f"{years[-1] + 1}-03-31")
    country = market.build(streams[0], n, first_day)
    drawn = processes.draw(streams[1], country, n, years)
    plot = schemes.plant(streams[2], country, drawn, strength=strength, rate=rate)
    d, place = processes.settle(streams[3], drawn, processes.FIRST_ID, cut)
    schemes.moved(plot, place)
    offered, consortia = bids.draw_bids(streams[4], country, d, plot.bids)
    registered = bids.draw_registered(streams[5], country, d, offered)
    lots = bids.draw_lots(streams[6], d)
    lines = bids.draw_lines(streams[6], d, offered, lots)
    contracts = world.contracts_of(streams[7], d, lines, cut)
    reserved, published = world.reserved_values(streams[7], d), world.published_days(streams[7], d)
    return World(country, d, offered, consortia, registered, lots, lines, contracts, plot, cut, reserved, published)


def _write_tables(made: World, out: Path, rng: Generator, register_rng: Generator) -> Tables:
    folder = out / "conosce"
    t = Tables(made, rng)
    awards, direct = conosce_out.awards(t)
    write_table(folder / "CONOSCE_ADJUDICACIONES_SIMULADO.csv", awards)
    write_table(folder / "CONOSCE_CONTRATACIONDIRECTA_SIMULADO.csv", direct)
    write_table(folder / "CONOSCE_CONVOCATORIAS_SIMULADO.csv", conosce_out.calls(t))
    write_table(folder / "CONOSCE_CONTRATOS_SIMULADO.csv", conosce_out.contracts(t))
    write_table(folder / "CONOSCE_POSTOR_SIMULADO.csv", conosce_out.bidders(t))
    write_table(folder / "CONOSCE_MIEMBROCOMITE_SIMULADO.csv", registers_out.committee(t))
    write_table(folder / "CONOSCE_PROVEEDORES_SIMULADO.csv", registers_out.suppliers(t))
    for year in np.unique(processes.year_of(made.d.call)).tolist():
        write_table(folder / f"CONOSCE_CONSORCIO{year}_SIMULADO.csv", registers_out.consortia(t, year))
    write_table(folder / "CONOSCE_PENALIDADES_SIMULADO.csv", registers_out.penalties(t, register_rng))
    write_table(folder / "CONOSCE_SANCIONADOS_SIMULADO.csv", registers_out.sanctions(t, register_rng))
    write_table(folder / "CONOSCE_ORDENESCOMPRA_SIMULADO.csv", registers_out.orders(t, register_rng))
    write_table(folder / "CONOSCE_PAC_SIMULADO.csv", registers_out.plan(t, register_rng))
    write_table(out / "works_bids" / "OFERTAS_OBRAS_SIMULADO.csv", registers_out.offers(t))
    registers_out.entities(made, out / "context" / "entidades_contratantes.csv")
    return t


def _write_context(t: Tables, folder: Path, rng: Generator) -> None:
    people = context_out.people(t, rng)
    context_out.taxpayers(t, people, folder / "PADRON_REDUCIDO_SIMULADO.txt")
    for name, columns in {
        "CONFORMACION_JURIDICA": context_out.owners(t, people),
        "CARGOS": context_out.offices(t, people),
        "VINCULOS": context_out.ties(t, people),
        "DECLARACIONES": context_out.declarations(t, people, rng),
        "CERTIFICACIONES": context_out.certifications(t, rng),
        "FICHAS": context_out.listed_items(t, rng),
        "OBRAS": context_out.works(t, rng),
        "SITUACIONES_CONTROL": context_out.control(t, rng),
        "IMPUGNACIONES": context_out.challenges(t, rng),
        "SUBCONTRATISTAS": context_out.subcontractors(t, rng),
    }.items():
        write_table(folder / f"{name}_SIMULADO.csv", columns)


def _write_truth(made: World, out: Path) -> None:
    rows = [_truth_row(made, k, i) for k, i in enumerate(made.plot.instances, start=1)]
    (out / "truth.json").write_bytes(json.dumps(rows, ensure_ascii=False, indent=1).encode() + b"\n")
    with (out / "truth.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(TRUTH_COLUMNS)
        for row in rows:
            writer.writerow([_cell(row[name]) for name in TRUTH_COLUMNS])


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return ";".join(value)
    return str(value).lower() if isinstance(value, bool) else value


def _truth_row(made: World, number: int, instance: schemes.Instance) -> dict[str, Any]:
    b, s = made.market.buyers, made.market.suppliers
    buyers = sorted({int(v) for v in made.d.buyer[instance.rows].tolist()})
    return {
        "instance": number,
        "scheme": instance.scheme,
        "variant": instance.variant,
        "twin": instance.twin,
        "strength": instance.strength,
        "process_ids": [str(v) for v in made.d.id[instance.rows].tolist()],
        "supplier_rucs": [s.ruc[i] for i in dict.fromkeys(instance.suppliers)],
        "buyer_rucs": [b.ruc[i] for i in buyers],
        "order_numbers": instance.orders,
    }
