"""CPU and memory of a command, by the kernel's own account of the whole process tree."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command cost."""

    cpu: float
    """Seconds, user and system, of the process and the children that it waited for."""
    rss: float
    """Largest resident memory of any one of its processes, MB."""
    code: int
    output: str


def cost(command: list[str], *, log: Path, expect: tuple[int, ...] = (0,)) -> Cost:
    """Run a command to its end; its output goes to `log`.

    Raises:
        RuntimeError: it ended in a code that was not expected; the end of its output is in the message.
    """
    with log.open("wb") as out:
        child = subprocess.Popen(
            command, stdout=out, stderr=subprocess.STDOUT, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": "0"}
        )
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    said = log.read_text(encoding="utf-8", errors="replace")
    if child.returncode not in expect:
        raise RuntimeError(f"{' '.join(command)} ended in {child.returncode}:\n{said[-3000:]}")
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, child.returncode, said)


def best(command: list[str], *, log: Path, rounds: int) -> Cost:
    """The cheapest of several rounds: the machine is shared, and nothing makes a program faster than it is."""
    return min((cost(command, log=log) for _ in range(rounds)), key=lambda c: c.cpu)


def python(*arguments: str) -> list[str]:
    """A command of this interpreter."""
    return [sys.executable, *arguments]
