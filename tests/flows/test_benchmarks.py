"""The flow publishes the benchmark that the command publishes, and the schedule offers it every quarter."""

from dataclasses import replace

import pytest
from flows.benchmarks import benchmarks
from flows.schedule import QUARTERLY, ZONE

from procrisk import pipeline
from procrisk.benchmark import command
from procrisk.publication import store
from procrisk.publication.verify import verify
from procrisk.settings import Scores, Settings
from procrisk.simulate import simulate

pytestmark = [pytest.mark.xdist_group("flows"), pytest.mark.filterwarnings("ignore")]


def test_flow_and_command_publish_the_same_id(tmp_path):
    records = tmp_path / "records"
    simulate(records, 120, 11, years=(2022,))
    settings = tmp_path / "s.toml"
    settings.write_text("[scores]\nreplicates = 20\n")
    asked = pipeline.Request([records / "conosce"], tmp_path / "command", context=[records / "context"])
    here, _ = command.run(replace(asked, settings=Settings(scores=Scores(replicates=20))), quick=True)
    sources, context = [str(records / "conosce")], [str(records / "context")]
    given = {"settings_file": str(settings), "quick": True}
    there = benchmarks(sources, str(tmp_path / "flow"), context, **given)
    assert here == there == store.current(tmp_path / "flow" / "benchmark")
    assert verify(tmp_path / "flow" / "benchmark") == []
    # a second quarter finds nothing new
    assert benchmarks(sources, str(tmp_path / "flow"), context, **given) == there


def test_the_quarterly_schedule_is_one_in_lima():
    from prefect.schedules import Cron

    schedule = Cron(QUARTERLY, timezone=ZONE)
    assert schedule.cron == "0 4 16 1,4,7,10 *"
    assert schedule.timezone == "America/Lima"
