"""The peers of the benchmark do the same work as the core: exact means, equal quantiles."""

import importlib
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"
PEERS = ("core", "peer_numpy", "peer_numpy_box_muller", "peer_numpy_plain", "peer_numba", "peer_jax")
PATHS = 20_000
SEED = 7
MAX_Z = 4.5  # of 55 means: chance of a false alarm below 4e-4, and seeds are fixed
QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)

# QuantLib's wrapper, made by SWIG, sets off this warning of Python 3.12 and later when it is imported
pytestmark = pytest.mark.filterwarnings("ignore:builtin type .* has no __module__:DeprecationWarning")


@pytest.fixture
def load(monkeypatch):
    """Import a module of benchmarks/, which is a folder of scripts and no package."""
    monkeypatch.syspath_prepend(str(FOLDER))

    def load(name):
        module = importlib.import_module(name)
        if hasattr(module, "available") and (reason := module.available()):
            pytest.skip(reason)
        return module

    return load


@pytest.fixture
def workload(load):
    module = load("workload")
    return module.Workload.of(module.specification(PATHS, SEED))


@pytest.fixture
def found(load, workload):
    return lambda name: load(name).simulate(workload, PATHS, SEED)


def share_below(statistics, value, horizon, statistic):
    """Share of paths in bins that end at or below `value`."""
    counts, edges = statistics.counts[horizon, statistic], statistics.edges
    return counts[edges[1:] <= value].sum() / statistics.paths


@pytest.mark.parametrize("name", PEERS)
def test_means_agree_with_the_exact_law(found, workload, name):
    statistics = found(name)
    assert statistics.max_abs_z(workload) < MAX_Z
    assert statistics.paths == PATHS
    assert (statistics.counts.sum(axis=2) == PATHS).all()


@pytest.mark.parametrize("name", PEERS[1:])
def test_quantiles_agree_with_the_core(found, workload, name):
    core, peer = found("core"), found(name)
    for p in QUANTILES:
        bound = MAX_Z * np.sqrt(2 * p * (1 - p) / PATHS)
        quantiles = core.quantile(p)
        for horizon in range(1, len(workload.horizons)):  # after one day the divergence is the carry, no law at all
            for statistic in range(quantiles.shape[1]):
                value = peer.edges[np.searchsorted(peer.edges, quantiles[horizon, statistic])]
                shares = [share_below(s, value, horizon, statistic) for s in (core, peer)]
                assert abs(shares[0] - shares[1]) < bound, (p, workload.horizons[horizon], statistic)


@pytest.mark.parametrize("name", PEERS[1:])
def test_same_seed_same_figures_another_seed_others(load, workload, name):
    simulate = load(name).simulate
    first, again, other = (simulate(workload, 1000, seed).sums for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first[1:] != other[1:]).all()


def test_chunks_end_where_the_paths_do(load, workload, monkeypatch):
    peer = load("peer_numpy")
    monkeypatch.setattr(peer, "CHUNK", 300)
    statistics = peer.simulate(workload, 1000, SEED)
    assert statistics.paths == 1000
    assert (statistics.counts.sum(axis=2) == 1000).all()


def test_bins_hold_their_values(load, workload):
    """A value lies between the edges of the bin that the NumPy peer counts it in."""
    index = np.concatenate([np.linspace(0.01, 3, 997), [1.0, 1 + 2.0**-9, 600.0]])
    statistics = load("tally").Statistics.empty(workload)
    load("peer_numpy").Observer(workload, len(index)).add(index, np.stack([index, index]), 0, statistics)
    expected, _ = np.histogram(np.clip(index - 1, None, statistics.edges[-1]), statistics.edges)
    np.testing.assert_array_equal(statistics.counts[0, 0], expected)


def test_quantlib_paths_grow_as_told(load, workload):
    peer = load("peer_quantlib")
    last = peer.last_values(workload, PATHS, SEED)
    exact = np.exp((workload.mean[0] + workload.sd[0] ** 2 / 2) * workload.days)
    assert abs(last.mean() - exact) < MAX_Z * last.std() / np.sqrt(PATHS)


def test_a_slow_peer_runs_a_share_of_the_paths(load):
    contest = load("contest")
    shares = {c.NAME: contest.paths_of(c, 1600) for c in contest.CONTESTANTS}
    assert shares.pop("QuantLib-Python, paths as arrays") == 100
    assert set(shares.values()) == {1600}
    assert all(contest.paths_of(c, 1) == 1 for c in contest.CONTESTANTS)


def test_report_names_every_contestant(load, monkeypatch, capsys, tmp_path):
    run, contestants = load("run"), load("contest").CONTESTANTS
    monkeypatch.setattr("sys.argv", ["run.py", "--paths", "200", "--repeat", "1", "--json", str(tmp_path / "b.json")])
    run.main()
    printed = capsys.readouterr().out
    assert all(contestant.NAME in printed for contestant in contestants)
    report = run.json.loads((tmp_path / "b.json").read_text())
    assert report["schema"] == "letf.benchmark/2"
    assert [row["name"] for row in report["levels"][0]["peers"]] == [contestant.NAME for contestant in contestants]
    assert report["levels"][0]["peers"][0]["times_core"] == 1


def test_every_stage_of_the_core_runs_and_has_a_floor(load):
    module, workload = load("stages"), load("workload").Workload.of(load("workload").specification(PATHS, SEED))
    stages = module.stages()
    floors = module.floors(2, len(workload.horizons), workload.days)
    assert [floor.name for floor in floors] == list(stages)
    assert all(floor.instructions > 0 for floor in floors)
    for work, path_days in stages.values():
        work(1)
        assert path_days > 0


def test_stages_together_move_a_fund_as_its_formula_says(load):
    """The stages are timed on numbers that a run could have: a fund's value is the product of its days."""
    stages, lanes = load("stages"), load("stages").LANES
    r = np.full((stages.FILL_WORDS, lanes), 0.01, np.float32)
    navs, frictionless = np.ones((1, lanes)), np.ones((1, lanes))
    stages.move_funds(1, r, np.array([3.0]), np.array([-1e-4]), navs, frictionless)
    assert navs == pytest.approx((1 + 3 * 0.01 - 1e-4) ** stages.FILL_WORDS, rel=1e-6)
    assert frictionless == pytest.approx((1 + 3 * 0.01) ** stages.FILL_WORDS, rel=1e-6)
