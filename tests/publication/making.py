"""Small publications for tests; as a program, publishes one after the other until it is killed.

`python -m tests.publication.making OUT FIRST COUNT`
"""

import json
import sys
from hashlib import sha256
from pathlib import Path

from procrisk import fsio
from procrisk.publication import store


def content(n: int, size: int = 50_000) -> dict[str, bytes]:
    """Files of version `n`: each names it, so that a mix shows."""
    body = sha256(str(n).encode()).hexdigest().encode() * (size // 64)
    return {
        "processes.bin": body,
        "regions.csv": b"region_code,n\n" + b"".join(b"%02d,%d\n" % (r, n) for r in range(1, 26)),
        "quality.json": json.dumps({"status": "passed", "n": n}).encode(),
    }


def publish(out: Path, n: int, *, size: int = 50_000, command: str = "run") -> str:
    """Publish version `n`; returns its id."""
    with store.lock(out):
        staged = store.stage(out)
        for name, data in content(n, size).items():
            with fsio.writing(staged / name) as f:
                for start in range(0, len(data), 20_000):
                    f.write(data[start : start + 20_000])
        version = store.seal(staged, {"inputs": [source(n)], "settings": {"n": n}})
        store.commit(out, staged, version, command=command, drift={"n": n})
    return version


def source(n: int) -> dict[str, object]:
    counts = {"read": n + 1, "accepted": n, "quarantined": 1, "duplicate": 0, "blank": 0}
    return {"name": f"{n}.jsonl", "sha256": sha256(b"%d" % n).hexdigest(), "bytes": n, "kind": "ocds", "counts": counts}


def shown(out: Path) -> int:
    """Which version a reader sees, from every file of it; fails on a mix."""
    folder = (out / "current").resolve()
    n = json.loads((folder / "quality.json").read_bytes())["n"]
    assert {name: (folder / name).read_bytes() for name in content(n)} == content(n)
    return int(n)


def leftovers(out: Path) -> list[Path]:
    return [*out.glob(".tmp-*"), *(out / "versions").glob(".tmp-*")]


if __name__ == "__main__":
    place, first, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    print("ready", flush=True)  # noqa: T201
    for number in range(first, first + count):
        publish(place, number)
    print("done", flush=True)  # noqa: T201
