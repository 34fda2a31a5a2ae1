"""Runs side by side are the runs."""

from dataclasses import replace

import pytest
from examples import market, run

from simulator.engine.simulate import simulate
from simulator.errors import LetfError
from simulator.risk.side_by_side import side_by_side

SPEC = run(market(2), 3.0, horizons=(5,), paths=2000)
SPECS = [replace(SPEC, seed=seed, paths=1000 * seed) for seed in range(1, 8)]


def mean(result):
    return result.spec.seed, result.fund_return("F3", 5).mean


@pytest.mark.parametrize("threads", [None, 1, 3, 1024])
def test_they_are_told_in_their_order_whatever_the_threads(threads):
    assert side_by_side(SPECS, mean, threads=threads) == [mean(simulate(spec)) for spec in SPECS]


def test_progress_counts_the_paths_of_finished_runs():
    heard = []
    side_by_side(SPECS, mean, on_progress=heard.append)
    assert heard[-1] == 28_000 and sorted(heard) == heard
    assert side_by_side([], mean) == []


def test_a_run_that_fails_stops_the_others():
    told = []

    def tell(result):
        told.append(result.spec.seed)
        if result.spec.seed == 1:
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        side_by_side([replace(SPEC, seed=seed) for seed in range(1, 201)], tell, threads=1)
    assert len(told) < 200


def test_threads_are_checked():
    with pytest.raises(LetfError, match="threads must be from 1 to 1,024, got 0"):
        side_by_side(SPECS, mean, threads=0)
