"""Prefect flows over the library: thin, without data-frame logic. Settings that Prefect reads at import are made here."""

import os
from pathlib import Path

for _name, _value in {
    # nobody is told that, how or by whom procrisk is used
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
    # the default of 20 s is too short for the first start of the temporary server on a slow machine
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    "PREFECT_HOME": str(Path(__file__).resolve().parent.parent / ".prefect"),
}.items():
    os.environ.setdefault(_name, _value)
