"""Train the anomaly model on records and put it into models/, named by the hash of its parameters and training input."""

import argparse
from pathlib import Path

from prefect import flow

from flows import _tasks
from procrisk import anomaly
from procrisk.records.ingest import ingest


@flow(name="procrisk-train", on_failure=[_tasks.tell], persist_result=False)
def train(sources: list[str], context: list[str] | None = None, into: str = "models") -> str:
    """Fit the isolation forest on the processes of the sources.

    Returns:
        the model's folder.
    """
    read = _tasks.stage("read", ingest, [Path(s) for s in sources], [Path(c) for c in context or []], None, retries=2)
    folder = _tasks.stage("fit", anomaly.train, read.dataset, Path(into))
    return str(folder)


def main() -> None:
    """`python -m flows.train SOURCE... --context PATH --into models`."""
    parser = argparse.ArgumentParser(prog="python -m flows.train", description=main.__doc__)
    parser.add_argument("sources", nargs="+", metavar="SOURCE")
    parser.add_argument("--context", action="append", default=[])
    parser.add_argument("--into", default="models")
    args = parser.parse_args()
    sys_out = train(args.sources, args.context, args.into)
    print(sys_out)  # noqa: T201 - the command's answer


if __name__ == "__main__":
    main()
