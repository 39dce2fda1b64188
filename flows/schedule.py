"""Serve the nightly deployment at 02:00 in Lima, and the benchmark each quarter, against a local Prefect server, starting one where none answers."""

import argparse
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import Any

CRON = "0 2 * * *"
QUARTERLY = "0 4 16 1,4,7,10 *"
"""The benchmark: on the 16th after a quarter ends, when the publisher has refreshed its last month, and after the night's run."""
ZONE = "America/Lima"
API = "http://127.0.0.1:4200/api"


def answers(api: str) -> bool:
    """Whether a Prefect server answers at `api`."""
    try:
        with urllib.request.urlopen(f"{api}/health", timeout=2) as response:  # noqa: S310 - the operator's own address
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def start_server(api: str, patience: float = 180.0) -> subprocess.Popen[bytes]:
    """Start a server on loopback and wait until it answers.

    Raises:
        TimeoutError: it did not answer within `patience` seconds.
    """
    port = api.rsplit(":", 1)[1].split("/", maxsplit=1)[0]
    server = subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", port],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + patience
    while not answers(api):
        if server.poll() is not None or time.monotonic() > until:
            server.terminate()
            raise TimeoutError(f"no Prefect server answered at {api}; start one by hand with: prefect server start")
        time.sleep(0.5)
    return server


def main() -> None:
    """`python -m flows.schedule SOURCE... --out DIR`: until stopped, publish every night, and the benchmark every quarter."""
    parser = argparse.ArgumentParser(prog="python -m flows.schedule", description=main.__doc__)
    parser.add_argument("sources", nargs="*", default=["data"], metavar="SOURCE")
    parser.add_argument("--out", default="out")
    parser.add_argument("--context", action="append", default=[])
    parser.add_argument("--cron", default=CRON, help=f"in {ZONE}; default {CRON}")
    parser.add_argument("--forms", action="append", default=[], help="filled forms of the integrity indices")
    parser.add_argument("--audits", help="control reports by region, shown beside the score with their warning")
    parser.add_argument("--quarterly", default=QUARTERLY, help=f"of the benchmark; default {QUARTERLY}")
    parser.add_argument("--api", default=os.environ.get("PREFECT_API_URL", API))
    args = parser.parse_args()
    os.environ["PREFECT_API_URL"] = args.api
    server = None if answers(args.api) else start_server(args.api)
    try:
        from prefect import serve  # noqa: PLC0415 - reads the address at import
        from prefect.schedules import Cron  # noqa: PLC0415

        from flows.benchmarks import benchmarks  # noqa: PLC0415
        from flows.nightly import nightly  # noqa: PLC0415

        given = {"sources": args.sources, "out": args.out, "context": args.context}
        served: Any = [
            nightly.to_deployment("nightly", schedule=Cron(args.cron, timezone=ZONE), parameters=given),
            benchmarks.to_deployment(
                "benchmarks",
                schedule=Cron(args.quarterly, timezone=ZONE),
                parameters={**given, "forms": args.forms, "audits": args.audits},
            ),
        ]
        serve(*served, pause_on_shutdown=False, limit=1)
    finally:
        if server:
            server.terminate()


if __name__ == "__main__":
    main()
