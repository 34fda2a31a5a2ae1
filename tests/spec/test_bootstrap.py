"""Bootstrap markets: every rule and its message, drift, volatility."""

import math
from dataclasses import replace

import numpy as np
import pytest
import reference
from examples import BOOTSTRAP, DAYS, SCALED, scaling
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import LetfError
from simulator.spec.bootstrap import BootstrapMarket

EXACT = 1e-12  # double precision
MOVES = tuple((0.01 * DAYS[:30]).tolist())


def bars(market, opens=None):
    """The market with days that open at the close before, or at `opens`, and range 1 % beyond open and close."""
    closes = np.array(market.log_returns)
    opens = np.zeros(len(closes)) if opens is None else np.array(opens)
    highs, lows = np.maximum(opens, closes) + 0.01, np.minimum(opens, closes) - 0.01
    return {name: tuple(moves.tolist()) for name, moves in (("opens", opens), ("highs", highs), ("lows", lows))}


BARS = bars(BOOTSTRAP)


def changed(name, day, move):
    return BARS | {name: (*BARS[name][:day], move, *BARS[name][day + 1 :])}


RULES = [
    ({"log_returns": MOVES[:21]}, "log_returns must be 22 to 100,000 numbers, got 21"),
    ({"log_returns": MOVES * 3334}, "log_returns must be 22 to 100,000 numbers, got 100,020"),
    ({"log_returns": 0.01}, "log_returns must be a list of numbers, got 0.01"),
    ({"log_returns": [*MOVES, math.nan]}, r"log_returns\[30\] must be finite, got nan"),
    ({"log_returns": [*MOVES, None]}, r"log_returns\[30\] must be a number, got None"),
    ({"log_returns": [*MOVES, -1.2]}, r"log_returns\[30\] \(a fraction\) must be in \[-1, 1\], got -1.2"),
    ({"log_returns": [102.5, *MOVES]}, r"log_returns\[0\] \(a fraction\) must be in \[-1, 1\], got 102.5"),
    ({"log_returns": (0.0,) * 30}, "log_returns must differ, all are 0"),
    ({"block_days": 0.99}, r"block_days must be in \[1, 1e\+06\], got 0.99"),
    ({"block_days": 1e7}, r"block_days must be in \[1, 1e\+06\], got 10000000.0"),
    ({"block_days": "42"}, "block_days must be a number, got '42'"),
    ({"scale": 0}, r"scale must be in \(0, 1000\], got 0"),
    ({"scale": math.inf}, r"scale must be in \(0, 1000\], got inf"),
    ({"scaling": scaling()}, "scaling must have a variance for each of 500 log_returns, got 120"),
    ({"opens": BARS["opens"]}, "opens, highs, lows go together, got opens alone; give all three or none"),
    (BARS | {"highs": None}, "opens, highs, lows go together, got opens, lows alone; give all three or none"),
    (BARS | {"lows": MOVES}, "lows must be 500 numbers, got 30"),
    (BARS | {"opens": 0.0}, "opens must be a list of numbers, got 0.0"),
    (changed("highs", 3, math.nan), r"highs\[3\] must be finite, got nan"),
    (changed("lows", 3, -1.2), r"lows\[3\] \(a fraction\) must be in \[-1, 1\], got -1.2"),
    (changed("highs", 7, -0.01), r"highs\[7\] must be at or above opens\[7\] 0 and log_returns\[7\] .*, got -0.01"),
    (changed("lows", 0, 2e-9), r"lows\[0\] must be at or below opens\[0\] 0 and log_returns\[0\] .*, got 2e-09"),
]


@pytest.mark.parametrize(("change", "match"), RULES)
def test_rules(change, match):
    with pytest.raises(LetfError, match=match) as caught:
        replace(BOOTSTRAP, **change)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"scaled": True}, "market: scaled must be true with a table scaling, false without, got True"),
        ({"scaled": "no"}, "market: scaled must be true with a table scaling, false without, got 'no'"),
        ({"scaling": {}}, "market: scaled must be true with a table scaling, false without, got False"),
        ({"scaled": True, "scaling": 3}, "scaling must be a table, got 3"),
        ({"scaled": True, "scaling": {}}, "scaling: missing key 'measure'"),
    ],
)
def test_a_scaled_market_says_so(change, match):
    with pytest.raises(LetfError, match=match):
        BootstrapMarket.from_dict(BOOTSTRAP.to_dict() | change)


def test_scaled_may_be_left_out():
    for one in (BOOTSTRAP, SCALED):
        data = one.to_dict()
        assert data.pop("scaled") is (one is SCALED)
        assert BootstrapMarket.from_dict(data) == one
    short = {key: BOOTSTRAP.to_dict()[key] for key in ("schema", "index", "kind", "drift", "log_returns")}
    assert BootstrapMarket.from_dict(short) == replace(BOOTSTRAP, block_days=42.0, scale=1.0)


@given(
    st.lists(st.floats(-1, 1), min_size=22, max_size=40).filter(lambda moves: min(moves) < max(moves)),
    st.floats(1, 1e6),
    st.floats(0.001, 1000),
    st.floats(-10, 10),
)
def test_round_trip_and_mean_growth(moves, block_days, scale, drift):
    """The days of any market grow by its drift on average, however far they are scaled."""
    one = BootstrapMarket(drift=drift, log_returns=tuple(moves), block_days=block_days, scale=scale)
    assert BootstrapMarket.from_dict(one.to_dict()) == one
    days = one.days()
    assert np.isfinite(days).all()
    assert np.exp(days).mean() == pytest.approx(math.exp(drift / 252), rel=1e-10)  # of exponents up to 2,000
    assert days - days[0] == pytest.approx(scale * (np.array(moves) - moves[0]), abs=1e-10 * scale)


@given(st.integers(0, 2**32 - 1))
def test_bars_survive_their_dict_and_stay_as_they_are_when_the_market_is_scaled(seed):
    opens = np.random.default_rng(seed).normal(0, 0.01, len(BOOTSTRAP.log_returns))
    one = replace(BOOTSTRAP, **bars(BOOTSTRAP, opens))
    assert BootstrapMarket.from_dict(one.to_dict()) == one
    assert one.with_vol(0.2).lows == one.with_scaled_vol(0.2).lows == one.lows
    assert (one.days() == BOOTSTRAP.days()).all()


def test_a_high_may_miss_the_close_by_the_rounding_of_a_file():
    top = BOOTSTRAP.log_returns[7] - 5e-10
    assert top > 0  # a day that rises, and opens at 0
    assert replace(BOOTSTRAP, **changed("highs", 7, top)).highs[7] == top


def test_expected_volatility_is_that_of_the_days():
    assert BOOTSTRAP.expected_vol() == pytest.approx(1.5 * np.std(BOOTSTRAP.log_returns) * math.sqrt(252), rel=EXACT)
    x, _ = reference.log_returns(BOOTSTRAP.with_vol(0.3), 5, range(4000), 21)
    found = 252 * ((x - x.mean()) ** 2).mean(axis=1)
    assert abs(found.mean() - 0.09) < 4.5 * found.std() / math.sqrt(len(found)) < 0.01


def test_a_start_at_a_volatility_scales_all_days():
    started = BOOTSTRAP.with_vol(0.2)
    assert replace(started, scale=1.5) == BOOTSTRAP and started.scale != 1.5


@pytest.mark.parametrize("block_days", [1.0, 1.4, 6.0, 42.0, 300.0])
def test_the_growth_of_blocks_is_the_twins(block_days):
    """Blocks longer than the past go round it more than once."""
    one = replace(SCALED, block_days=block_days)
    found = one.block_growth(one.scaling.prices.vols)
    plain, moves = replace(one, scale=1.0), reference.block_moves(one, one.scaling.prices.vols)
    for vol in (0.001, 0.02, 0.3):
        assert found(vol) == pytest.approx(reference.block_growth(plain, moves, vol), rel=1e-9, abs=1e-12)
