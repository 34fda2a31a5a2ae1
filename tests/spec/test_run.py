"""Runs: every rule and its message."""

import math

import pytest
from examples import fund, market, run
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import LetfError
from simulator.spec.run import Simulation


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"horizons": (0,)}, "horizon must be from 1 to 2,520, got 0"),
        ({"horizons": (5, 2521)}, "horizon must be from 1 to 2,520, got 2,521"),
        ({"horizons": (-1,)}, "horizon must be from 1 to 2,520, got -1"),
        ({"horizons": (5.0,)}, "horizon must be a whole number, got 5.0"),
        ({"horizons": ("5",)}, "horizon must be a whole number, got '5'"),
        ({"horizons": (True,)}, "horizon must be a whole number, got True"),
        ({"horizons": ()}, "horizons must name at least one holding period"),
        ({"paths": 0}, "paths must be from 1 to 1,099,511,627,776, got 0"),
        ({"paths": 2**40 + 1}, "paths must be from 1 to 1,099,511,627,776, got 1,099,511,627,777"),
        ({"paths": 1e3}, "paths must be a whole number, got 1000.0"),
        ({"paths": True}, "paths must be a whole number, got True"),
        ({"seed": -1}, "seed must be from 0 to 18,446,744,073,709,551,615, got -1"),
        ({"seed": 2**64}, "seed must be from 0 to .*, got 18,446,744,073,709,551,616"),
        ({"seed": "1"}, "seed must be a whole number, got '1'"),
        ({"rate": 1}, r"rate must be in \(-1, 1\), got 1"),
        ({"rate": -1.0}, r"rate must be in \(-1, 1\), got -1.0"),
        ({"rate": math.nan}, r"rate must be in \(-1, 1\), got nan"),
        ({"rate": "4%"}, "rate must be a number, got '4%'"),
        ({"funds": ()}, "funds must number from 1 to 64, got 0"),
        ({"funds": tuple(fund(1 + i / 10) for i in range(65))}, "funds must number from 1 to 64, got 65"),
        ({"funds": (fund(3), fund(3))}, "funds must have different tickers"),
        ({"market": market(1, index="SPY")}, "fund 'F3' follows 'IWM' but the market is 'SPY'; choose a fund of that"),
        (
            {"horizons": range(1, 2521), "funds": (fund(3), fund(-3))},
            "2520 horizons with 2 funds need 12,600 histograms, at most 2,048 fit; name fewer horizons or funds",
        ),
    ],
)
def test_rules(change, match):
    with pytest.raises(LetfError, match=match):
        Simulation(**{"market": market(1), "funds": (fund(3),)} | change)


def test_ends_of_the_ranges_are_allowed():
    spec = run(market(1), 3.0, horizons=(1, 2520), paths=2**40, seed=2**64 - 1, rate=-0.99)
    assert (spec.horizons, spec.paths, spec.seed, spec.rate) == ((1, 2520), 2**40, 2**64 - 1, -0.99)


def test_horizons_are_sorted_and_repeats_dropped():
    assert run(market(1), 3.0, horizons=[21, 5, 21, 1]).horizons == (1, 5, 21)


def test_numpys_whole_numbers_are_whole_numbers():
    import numpy as np

    spec = run(market(1), 3.0, horizons=np.array([5, 1]), paths=np.int64(10), seed=np.uint64(2**64 - 1))
    assert spec.horizons == (1, 5) and type(spec.paths) is int and spec.seed == 2**64 - 1


@given(
    st.integers(1, 4),
    st.lists(st.floats(-10, 10).filter(lambda x: abs(x) > 1e-3), min_size=1, max_size=4, unique_by=lambda x: f"{x:g}"),
    st.lists(st.integers(1, 2520), min_size=1, max_size=9),
    st.integers(1, 2**40),
    st.integers(0, 2**64 - 1),
    st.floats(-0.99, 0.99),
)
def test_round_trip(count, leverages, horizons, paths, seed, rate):
    spec = run(market(count), *leverages, horizons=tuple(horizons), paths=paths, seed=seed, rate=rate)
    assert Simulation.from_dict(spec.to_dict()) == spec


def test_an_unknown_or_missing_key_is_refused():
    data = run(market(1), 3.0).to_dict()
    with pytest.raises(LetfError, match="simulation: unknown key 'threads'; known keys: market, funds, horizons"):
        Simulation.from_dict(data | {"threads": 3})
    with pytest.raises(LetfError, match="simulation: missing key 'seed'"):
        Simulation.from_dict({key: value for key, value in data.items() if key != "seed"})
