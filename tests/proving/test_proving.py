"""The proving ground: what is planted is what is said, nothing of it is known to the planting, and the same seed gives the same."""

import ast
from datetime import date

import numpy as np
import polars as pl
import pytest
from tests.conftest import ROOT

from procrisk.proving import background, campaign, command, ground, measure, schemes, stability
from procrisk.proving.plot import Plot, Purchase, begin
from procrisk.records.ingest import ingest
from procrisk.scoring import layers
from procrisk.simulate import simulate

PLANTING = ("ground", "background", "plot", "schemes")
JUDGES = (
    "indicators",
    "anomaly",
    "collusion",
    "learning",
    "scoring",
    "law",
    "legal_parameters",
    "pipeline",
    "catalogue",
)


def rng(seed=1):
    return np.random.Generator(np.random.PCG64(seed))


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """Awards alone of simulated records without any scheme: what CONOSCE publishes each month."""
    out = tmp_path_factory.mktemp("prove")
    simulate(out, 700, 5, years=(2022,), scheme_rate=0.0)
    folder = out / "conosce"
    sources = [folder / "CONOSCE_ADJUDICACIONES_SIMULADO.csv"]
    context = [folder / "CONOSCE_PROVEEDORES_SIMULADO.csv", out / "context" / "entidades_contratantes.csv"]
    return ingest(sources, context, out / "lake").dataset


@pytest.fixture(scope="module")
def dressed(given):
    grown = ground.settle(ground.repeat(given.tables, rng(), 1500))
    return ground.settle(background.dress(grown.tables, given.tables, rng(2)))


@pytest.fixture(scope="module")
def plot(given, dressed) -> Plot:
    return schemes.plant(dressed.tables, given.tables, rng(3), 0.8, 0.02)


@pytest.fixture(scope="module")
def planted(plot):
    return plot.grown()


@pytest.mark.parametrize("module", PLANTING)
def test_planting_knows_nothing_of_what_it_proves(module):
    tree = ast.parse((ROOT / "src/procrisk/proving" / f"{module}.py").read_text(encoding="utf-8"))
    names = {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    names |= {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    assert not {n for n in names if n.startswith("procrisk.") and n.split(".")[1] in JUDGES}
    assert not names & {"procrisk.proving.measure", "procrisk.proving.campaign"}


def test_settling_changes_nothing_that_assembly_left(given):
    settled = ground.settle(given.tables)
    for name in ("processes", "awards", "award_lines", "award_suppliers"):
        same = given.tables[name].columns
        assert settled.tables[name].select(same).equals(given.tables[name]), name


def test_a_repetition_is_later_never_dearer_and_under_its_own_id(given):
    own, grown = given.tables["processes"], ground.repeat(given.tables, rng(), 1500)["processes"]
    assert grown["process_id"].is_unique().all()
    later = grown.join(own, on="process_id", how="anti").with_columns(of=pl.col("process_id").str.head(-2))
    both = later.join(own, left_on="of", right_on="process_id", suffix="_own").drop_nulls(
        ["value_cents", "value_cents_own"]
    )
    assert both.height == later.drop_nulls("value_cents").height > 500
    days = (both["call_date"] - both["call_date_own"]).dt.total_days()
    assert (days > 0).all()
    assert (days % 56 == 0).all()
    assert (both["value_cents"] <= both["value_cents_own"]).all()


def test_the_background_stands_on_the_law(dressed):
    t = dressed.tables
    bids = t["bids"].group_by("process_id").agg(pl.col("party_id").n_unique().alias("n"))
    p = t["processes"].join(bids, on="process_id")
    assert p.filter(pl.col("method").is_in(background.UNCONTESTED)).is_empty()
    assert (p["bid_deadline"] <= p["award_date"]).mean() > 0.95
    assert 0.1 < (p["n"] == 1).mean() < 0.7
    building = t["bids"].join(
        t["processes"].filter(pl.col("object") == "works").select("process_id", "value_cents"), on="process_id"
    )
    single = building.join(
        t["lots"].group_by("process_id").len().filter(pl.col("len") == 1), on="process_id", how="semi"
    )
    losers = single.join(t["award_suppliers"], on=["process_id", "party_id"], how="anti").filter(
        pl.col("name").is_null()
    )
    assert (losers["amount_cents"] <= losers["value_cents"] * 11 / 10 + 1).all()


def test_every_scheme_is_planted_beside_a_look_alike(plot):
    made = {(i.scheme.split(":")[0], i.twin) for i in plot.instances}
    assert {s for s, _ in made} == set(schemes.SCHEMES)
    assert {s for s, twin in made if twin} == set(schemes.SCHEMES)
    taken = [p for i in plot.instances for p in i.processes]
    assert len(taken) == len(set(taken))


def test_what_is_not_planted_stays_as_it_was(plot, planted, dressed):
    for name in ("processes", "awards", "bids"):
        before = dressed.tables[name].filter(~pl.col("process_id").is_in(sorted(plot.gone)))
        laid = {p for i in plot.instances for p in i.processes}
        after = planted.tables[name].filter(~pl.col("process_id").is_in(sorted(laid | plot.gone)))
        if name == "processes":  # a buyer's level is told from all its processes
            before, after = before.drop("buyer_level"), after.drop("buyer_level")
        assert after.equals(before), name


def first(plot, planted, scheme):
    found = next(i for i in plot.instances if i.scheme.startswith(scheme) and not i.twin)
    return found, planted.tables["processes"].filter(pl.col("process_id").is_in(found.processes)).sort("call_date")


def test_splitting_is_one_need_of_one_buyer_in_a_few_weeks(plot, planted):
    found, rows = first(plot, planted, "splitting")
    assert rows["buyer_id"].n_unique() == 1
    assert (rows["call_date"].max() - rows["call_date"].min()).days < 60
    winners = planted.tables["award_suppliers"].filter(pl.col("process_id").is_in(found.processes))["party_id"]
    assert set(winners) == {found.supplier}


def test_a_shell_is_registered_days_before_its_first_call(plot, planted):
    found, rows = first(plot, planted, "shell")
    since = planted.tables["suppliers"].filter(pl.col("ruc") == found.supplier)["valid_from"]
    assert 5 <= (rows["call_date"].min() - since.min()).days <= 90


def test_a_capture_tells_only_what_the_captor_wins_late(plot, planted):
    found, rows = first(plot, planted, "gradual capture")
    won = planted.tables["award_suppliers"].filter(
        (pl.col("party_id") == found.supplier) & pl.col("process_id").is_in(found.processes)
    )
    assert set(found.telling) < set(won["process_id"]) <= set(found.processes)
    early = rows["process_id"].to_list()[: rows.height // 3]
    assert not set(early) & set(found.telling)


def test_a_ring_covers_with_dearer_bids_of_its_members(plot, planted):
    found, _ = first(plot, planted, "ring, naive")
    bids = planted.tables["bids"].filter(pl.col("process_id").is_in(found.processes))
    assert 3 <= bids["party_id"].n_unique() <= 6
    assert set(bids["party_id"].value_counts().filter(pl.col("count") > 1)["party_id"])


def test_swapped_days_say_that_the_award_came_first(plot, planted):
    _, rows = first(plot, planted, "artefact: swapped")
    assert (rows["award_date"] < rows["call_date"]).all()


def test_an_unfinished_scheme_gives_back_what_it_took(dressed):
    p = begin(dressed.tables, dressed.tables, rng(4), 0.5)
    before = p.mark()
    row = p.choose(p.mask(pl.lit(value=True)), 1)[0]
    p.lay(Purchase(row, [("20100000002", 0.9)]))
    assert p.gone
    p.undo(before)
    assert not p.gone
    assert not any(p.rows.values())
    assert p.free.all()


def test_as_of_a_day_nothing_later_is_known(planted):
    day = date(2022, 9, 30)
    then = measure.until(planted, day).tables
    assert then["processes"]["call_date"].max() <= day
    assert then["awards"]["date"].max() <= day
    assert then["contracts"]["signed_date"].max() <= day
    assert set(then["modifications"]["contract_id"]) <= set(then["contracts"]["contract_id"])


def test_the_same_seed_finds_the_same_and_artefacts_are_measured(given):
    asked = {"seeds": [3], "strengths": [0.9], "prevalence": 0.01, "processes": 1500}
    one, two = (campaign.run(given, **asked) for _ in range(2))
    assert one[0].equals(two[0])
    table = campaign.summary(one[0])
    assert {"ring, naive", "gradual capture", "artefact: currency"} <= set(table["scheme"])
    shares = table.select("top_1", "top_5", "kind", "either").to_numpy()
    assert ((shares >= 0) & (shares <= 1)).all()
    assert (table["top_5"] >= table["top_1"]).all()
    told = campaign.text(table, campaign.signs(one[0], one[1]), one[2], 0.9)
    assert "0.95 / 0.05" in told
    assert campaign.curve(table).count("<polyline") == 2 * len(set(table["scheme"]) & set(campaign.BARS))


def test_top_counts_from_the_best_and_every_case_is_there():
    processes = pl.DataFrame({"process_id": ["a", "b", "c", "d"], "score": [1.0, None, 9.0, 5.0]})
    top = processes.with_columns(measure._top("score", "top"))
    assert dict(top.select("process_id", "top").iter_rows()) == {"c": 0.25, "d": 0.5, "a": 0.75, "b": 1.0}


@pytest.mark.parametrize(("text", "seeds"), [("3", [3]), ("1-3", [1, 2, 3]), ("1,7", [1, 7])])
def test_seeds_are_read(text, seeds):
    assert command.numbers(text) == seeds


@pytest.mark.parametrize(
    "read", [lambda: command.numbers("a"), lambda: command.shares("2"), lambda: command.shares("x")]
)
def test_what_cannot_be_read_says_how_to_write_it(read):
    with pytest.raises(Exception, match="should be"):
        read()


@pytest.mark.campaign
def test_what_the_pipeline_finds_on_real_records_stays_found(shared_data, tmp_path):
    """The schemes that rules see stand above their look-alikes, and these below their bars."""
    d = shared_data
    sources = [d / "conosce" / "CONOSCE_ADJUDICACIONES2022_ene_feb.csv"]
    context = [d / "conosce", d / "entities" / "entidades_contratantes.csv", d / "sanctions"]
    given = ingest(sources, context, tmp_path / "lake").dataset
    found, _, _ = campaign.run(given, seeds=[1, 2, 3], strengths=[0.5], prevalence=0.005, processes=12_000)
    by_scheme = {r["scheme"]: r for r in campaign.summary(found).iter_rows(named=True)}
    assert by_scheme["artefact: currency"]["top_5"] == 0
    assert by_scheme["artefact: currency"]["unknown_amount"] == 1
    for scheme in ("tailored tender", "ballooning contract", "splitting"):
        assert by_scheme[scheme]["score"] > 2 * by_scheme[scheme]["twin_score"]
        assert by_scheme[scheme]["twin_top_5"] <= campaign.BARS[scheme][1]


def test_stability_says_what_stays_of_the_list(given):
    found = {m.what: m for m in stability.measure(given, date(2022, 12, 31))}
    assert {w.split(" / ")[0] for w in found} >= {"umbrales x 0.9", "umbrales x 1.1", "peso de anomalía x 0.9"}
    assert found["peso de aprendida x 0.9 / weight of learnt x 0.9"].jaccard == (1.0, 1.0), "it is not in use"
    assert any(m.jaccard[1] < 1 or m.spearman < 1 for m in found.values()), "nothing that was changed shows"
    assert all(0 <= j <= 1 for m in found.values() for j in m.jaccard)
    assert stability.text(list(found.values())).count("\n") == len(found) + 1


def test_jaccard_by_hand():
    base = pl.DataFrame({"process_id": ["a", "b", "c", "d"], "score": [4.0, 3.0, 2.0, None]})
    moved = pl.DataFrame({"process_id": ["a", "b", "c", "d"], "score": [4.0, 1.0, 2.0, 9.0]})
    assert stability._jaccard(base, moved, 0.5) == pytest.approx(1 / 3)
    assert stability._held("x", base, moved).n == 3


def test_the_ablation_leaves_one_layer_out(plot, planted):
    seen = measure.look(planted)
    shown = seen.processes
    w = layers.weights()
    for r in shown.drop_nulls("score").head(200).iter_rows(named=True):
        left = 1.0
        for name in ("rules", "anomaly", "collusion"):
            own = np.array([r[f"score_{name}"] or 0.0])
            left *= 1 - w[name] * layers.counted(own, layers.table()[name].least)[0] / 100
        assert r["score"] == pytest.approx(100 * (1 - left), abs=0.002)
    assert "without:anomaly" in shown.columns
    assert "without:learnt" not in shown.columns, "a layer that is not in use is not shown"
    only = shown.filter((pl.col("score_anomaly").fill_null(0) == 0) & (pl.col("score_collusion").fill_null(0) == 0))
    assert only.height > 0
    table = campaign.summary(measure.cases(seen, plot.instances).with_columns(seed=pl.lit(1), planted=pl.lit(0.8)))
    rows = campaign._ablation(table, 0.8)
    assert rows[0][1:3] == ["todas / all", "solo reglas / rules alone"]
    assert len(rows) == table.height + 1
