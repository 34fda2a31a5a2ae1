"""One day of an index that lives through its past again: which day comes, and how it is scaled."""

from dataclasses import replace

import numpy as np
import pytest
import reference
from examples import BOOTSTRAP, SCALED, drawn_words, scaling
from scipy import stats

from simulator.engine.lower_market import lower_market
from simulator.kernels import bootstrap
from simulator.kernels.bootstrap import Memory, first_days, forecast, next_days, remember, scaled_day
from simulator.kernels.market import before_first_day
from simulator.kernels.rng import DAYS
from simulator.spec import scaling as spec

LANES = 2**18
ROUNDING = 1e-9  # relative: differences of running sums in double precision
LAST_WORD = 2**32 - 1


def lowered(count=500, block_days=10.0):
    days = tuple(np.linspace(-0.03, 0.03, count).tolist())
    return lower_market(replace(BOOTSTRAP, log_returns=days, block_days=block_days)).bootstrap


def moved(market, position, words):
    """Where lanes stand a day later."""
    position = np.array(position, np.int32)
    next_days(np.array([words], np.uint32), 0, market, position)
    return position


def test_first_days_are_chosen_by_their_word():
    position = np.zeros(5, np.int32)
    first_days(np.array([[0, 1, 2**31, LAST_WORD - 1, LAST_WORD]], np.uint32), 501, position)
    assert position.tolist() == [0, 0, 250, 500, 500]


def test_the_last_day_is_followed_by_the_first():
    assert moved(lowered(), [0, 498, 499], [LAST_WORD] * 3).tolist() == [1, 499, 0]


@pytest.mark.parametrize("block_days", [1.0, 1.3, 10.0, 42.0, 1e6])
@pytest.mark.parametrize("count", [22, 500, 100_000])
def test_a_block_ends_below_the_threshold_and_starts_on_any_day(count, block_days):
    market = lowered(count, block_days)
    threshold = min(round(2**32 / block_days), LAST_WORD)
    assert market.threshold == threshold
    words = [0, threshold - 1, threshold, LAST_WORD]
    first, last, *others = moved(market, [5] * 4, words).tolist()
    assert first == 0 and others == [6, 6]
    # the far words reach the last days, as far as 32 bits tell them apart
    assert count - 2 - count / threshold < last < count


def test_blocks_of_one_day_choose_anew_each_day():
    """But for one word of 2^32."""
    market = lowered(500, 1.0)
    words = drawn_words(3, 0, 0, DAYS, LANES)[0]
    chosen = moved(market, np.zeros(LANES), words)
    assert (chosen == (words.astype(object) * 500 >> 32).astype(int)).all()


def path_of(market, lanes, days):
    """Positions and joins of each day, (days, lanes)."""
    position, places, joins = np.zeros(lanes, np.int32), [], []
    for day in range(days):
        words = drawn_words(7, 0, day // 4, DAYS, lanes)
        if day == 0:
            first_days(words, market.days.shape[0], position)
        else:
            next_days(words, day % 4, market, position)
        places.append(position.copy())
        joins.append(words[day % 4] < market.threshold if day else np.ones(lanes, bool))
    return np.array(places), np.array(joins)


@pytest.mark.parametrize(("count", "block_days"), [(22, 1.04), (22, 3.7), (100, 10.0), (997, 2.5)])
def test_blocks_start_on_all_days_alike(count, block_days):
    places, joins = path_of(lowered(count, block_days), LANES // 4, 5)
    for starts in (places[0], places[1:][joins[1:]]):
        assert stats.chisquare(np.bincount(starts, minlength=count)).pvalue > 1e-4


@pytest.mark.parametrize("block_days", [1.5, 6.0])
def test_lengths_of_blocks_are_geometric(block_days):
    """Of blocks that begin on day 1, those cut off by the end as one class; in a block day follows day."""
    days, count = 24, 100
    places, joins = path_of(lowered(count, block_days), 20_000, days)
    onward = ~joins[1:]
    assert (places[1:][onward] == (places[:-1][onward] + 1) % count).all()
    ended = joins[1:].any(axis=0)
    length = np.where(ended, 1 + joins[1:].argmax(axis=0), days)
    counts = np.bincount(length, minlength=days + 1)[1:]
    law = np.append(stats.geom.pmf(np.arange(1, days), 1 / block_days), stats.geom.sf(days - 1, 1 / block_days))
    rare = law * len(length) < 10
    counts, law = np.append(counts[~rare], counts[rare].sum()), np.append(law[~rare], law[rare].sum())
    keep = law > 0
    assert stats.chisquare(counts[keep], law[keep] * len(length)).pvalue > 1e-4


def memory_of(market):
    lanes = 3
    memory = Memory(np.empty((bootstrap.VARIANCE_ROWS, lanes)), np.empty((bootstrap.RETURN_ROWS, lanes)))
    remember(market, memory)
    return memory


def test_the_first_forecast_is_the_specs_own():
    """Memory before day 1 is that of the past days; limits set wide so that they do not hold."""
    market = lower_market(SCALED).bootstrap._replace(limits=np.array([-99.0, 99.0]))
    own = SCALED.scaling
    expected = own.prices.log_variance(np.array(own.recent_variances), np.array(own.recent_log_returns))
    assert forecast(market, memory_of(market), 0, 1) == pytest.approx(expected, rel=ROUNDING)


def test_forecasts_of_later_days_are_the_specs_of_the_path_so_far():
    """Over more days than the memory has rows."""
    market = lower_market(SCALED).bootstrap._replace(limits=np.array([-99.0, 99.0]))
    memory, own = memory_of(market), SCALED.scaling
    variances, returns = list(own.recent_variances), list(own.recent_log_returns)
    rng, x = np.random.default_rng(2), np.empty(3, np.float32)
    for day in range(150):
        position, scale = rng.integers(0, 120, 3).astype(np.int32), rng.uniform(0.2, 5, 3)
        shift = rng.normal(0, 1e-3, 3).astype(np.float32)
        scaled_day(market, day, position, scale, shift, memory, x)
        variances.append(scale[1] ** 2 * own.variances[position[1]])
        returns.append(scale[1] * SCALED.log_returns[position[1]])
        expected = own.prices.log_variance(np.array(variances), np.array(returns))
        assert forecast(market, memory, day + 1, 1) == pytest.approx(expected, rel=1e-6)  # days are singles
        exact = shift + SCALED.scale * scale * np.array(SCALED.log_returns)[position]
        assert x == pytest.approx(exact, rel=3e-7, abs=1e-9)


@pytest.mark.parametrize(("constant", "held"), [(50.0, max), (-50.0, min)])
def test_forecasts_are_held_between_the_least_and_the_greatest(constant, held):
    prices = replace(SCALED.scaling.prices, coefficients=(constant, 0.0, 0.0, 0.0, 0.0, 0.0))
    market = lower_market(replace(SCALED, scaling=scaling(prices=prices))).bootstrap
    assert np.exp(forecast(market, memory_of(market), 0, 0) / 2) == pytest.approx(held(prices.vols), rel=ROUNDING)


def test_days_without_a_move_are_forecast_as_almost_none():
    market = lower_market(SCALED).bootstrap._replace(limits=np.array([-99.0, 99.0]))
    still = market._replace(past_variances=np.zeros(66), past_returns=np.zeros(5))
    c = SCALED.scaling.prices.coefficients
    expected = c[0] + sum(c[1:5]) * np.log(bootstrap.LEAST_VARIANCE)
    assert forecast(still, memory_of(still), 0, 0) == pytest.approx(expected, rel=ROUNDING)


def test_only_scaled_bootstraps_remember():
    assert before_first_day(lower_market(BOOTSTRAP)).memory.variances.size == 0
    assert before_first_day(lower_market(SCALED)).memory.variances.shape[0] == bootstrap.VARIANCE_ROWS


def test_kernels_and_specs_look_back_alike():
    for name in ("WINDOWS", "LONGEST", "WEEK"):
        assert getattr(bootstrap, name) == getattr(spec, name)
    assert (reference.WINDOWS, reference.WEEK) == (spec.WINDOWS, spec.WEEK)
    assert reference.LEAST_VARIANCE == bootstrap.LEAST_VARIANCE
    assert len(lower_market(SCALED).bootstrap.coefficients) == spec.TERMS == 2 + len(bootstrap.WINDOWS)
