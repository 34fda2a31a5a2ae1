"""Stops and targets against exact laws: first passages, gaps over a night, closes alone."""

from dataclasses import replace
from math import log

import numpy as np
import pytest
from examples import market, run
from exit_law import ExitLaw
from laws import PASSED_BY, lower_first, reached, upper_first
from scipy import stats

from simulator.engine.simulate import simulate
from simulator.spec.trade import Trade

SIGMAS = 4
PATHS = 250_000
HOLDS = (1, 2, 5, 20, 40)
QUADRATURE = 1e-12  # of a probability: the grid of `exit_law` against closed forms
BRACKETS = {  # stop and target; a day's standard deviation is 1.26 %
    "wide": (0.12, 0.2),
    "lopsided": (0.03, 0.4),
    "two days' moves": (0.02, 0.025),
    "one day's move": (0.0063, 0.0063),
    "a third of one": (0.002, 0.0022),
    "stop alone": (0.05, None),
    "target alone": (None, 0.05),
}


def one_regime(share, vol=0.2, drift=0.08):
    """Normal days; W is `share`."""
    single = market(1, vols=[vol], drift=drift)
    return replace(single, regimes=tuple(replace(one, overnight_share=share) for one in single.regimes))


def held(share, bracket, *leverages, watch="day", costs=False, **changes):
    """A run of positions, and by fund the exact law of their exits."""
    stop, target = bracket
    trade = Trade(stop=stop, target=target, watch=watch)
    spec = run(one_regime(share), *leverages, costs=costs, horizons=HOLDS, paths=PATHS, trade=trade, **changes)
    (mean,), (sd,) = spec.market.daily_means(), spec.market.daily_sds()
    laws = {
        fund.ticker: ExitLaw(
            mean,
            sd,
            HOLDS[-1],
            leverage=fund.leverage,
            carry=fund.annual_carry(spec.rate) / 252,
            stop=None if stop is None else 1 - stop,
            target=None if target is None else 1 + target,
            share=share,
            closes=watch == "close",
        )
        for fund in spec.funds
    }
    return simulate(spec), laws


def check(found, p, n=PATHS):
    """Counts out of `n` have probabilities `p`, each within four standard errors; rare ones within what is as rare."""
    law = stats.binom(n, np.clip(p, 0, 1))
    low, high = law.ppf(stats.norm.sf(SIGMAS)), law.isf(stats.norm.sf(SIGMAS))
    assert (low <= found).all() and (found <= high).all()


def check_exits(result, ticker, stopped, reached):
    """Chances of stop and target at each hold, and the days of both."""
    for days in HOLDS:
        exits = result.position(ticker, days).exits
        for estimate, by_day in ((exits.prob_stop, stopped), (exits.prob_target, reached)):
            check(estimate.mean * PATHS, by_day[:days].sum())
    check(exits.days, [stopped, reached])


# --- the laws agree with each other -----------------------------------------------------------------------------------


@pytest.mark.parametrize("mean", [-2e-3, 1e-3])
@pytest.mark.parametrize(("low", "high"), [(-0.05, 0.04), (-0.013, 0.013), (-0.004, 0.03), (-0.01, 0.2)])
def test_images_give_what_eigenfunctions_give(low, high, mean):
    """First passages between two barriers by the other series (Cox and Miller 1965, section 5.7)."""
    sd, days = 0.013, np.array([1.0, 5.0, 20.0, 60.0])
    k, width, tilt = np.arange(1, 2000), high - low, mean / sd**2
    rate = ((mean / sd) ** 2 + (k * np.pi * sd / width) ** 2) / 2
    share = k * np.pi * (sd / width) ** 2 * np.exp(tilt * low) * np.sin(-k * np.pi * low / width) / rate
    ever = np.expm1(-2 * tilt * high) / (np.exp(-2 * tilt * high) - np.exp(-2 * tilt * low))
    expected = ever - (share * np.exp(-rate * days[:, None])).sum(axis=1)
    assert lower_first(low, high, days, mean, sd) == pytest.approx(expected, abs=QUADRATURE)
    assert upper_first(low, 9.0, days, mean, sd) == pytest.approx(0, abs=QUADRATURE)
    assert lower_first(low, 9.0, days, mean, sd) == pytest.approx(reached(low, days, mean, sd), abs=QUADRATURE)


@pytest.mark.parametrize("share", [0.0, 0.3])
@pytest.mark.parametrize("bracket", BRACKETS.values(), ids=BRACKETS)
def test_the_chain_of_days_is_one_brownian_motion(bracket, share):
    """Without gaps 40 days in a row are a first passage; with or without, what is not sold is kept."""
    (stop, target), mean, sd, days = bracket, 2e-4, 0.0126, np.arange(1, 41)
    low, high = (-1.0 if stop is None else log(1 - stop)), (1.0 if target is None else log(1 + target))
    law = ExitLaw(mean, sd, 40, stop=stop and 1 - stop, target=target and 1 + target, share=share)
    if share == 0:
        assert law.stopped.cumsum() == pytest.approx(lower_first(low, high, days, mean, sd), abs=QUADRATURE)
        assert law.reached.cumsum() == pytest.approx(upper_first(low, high, days, mean, sd), abs=QUADRATURE)
    assert law.stopped.sum() + law.reached.sum() + law.kept == pytest.approx(1, abs=QUADRATURE)


# --- what is simulated has these laws ---------------------------------------------------------------------------------


@pytest.mark.parametrize("bracket", BRACKETS.values(), ids=BRACKETS)
def test_a_fund_without_gaps_and_costs_is_a_first_passage(bracket):
    """L = 1, W = 0: one barrier and two, as near as a sixth of a day's standard deviation."""
    result, _ = held(0.0, bracket, 1.0)
    (mean,), (sd,) = result.spec.market.daily_means(), result.spec.market.daily_sds()
    (stop, target), days = bracket, np.arange(1, HOLDS[-1] + 1)
    if target is None:
        by_then = reached(log(1 - stop), days, mean, sd), 0 * days
    elif stop is None:
        by_then = 0 * days, reached(log(1 + target), days, mean, sd)
    else:
        barriers = log(1 - stop), log(1 + target), days, mean, sd
        by_then = lower_first(*barriers), upper_first(*barriers)
    check_exits(result, "F1", *np.diff(by_then, axis=1, prepend=0.0))
    exits = result.position("F1", HOLDS[-1]).exits
    for fill, level in ((exits.stop_fill, stop and -stop), (exits.target_fill, target)):
        if fill is not None:
            assert fill.low == pytest.approx(level, abs=1e-12) and fill.high == pytest.approx(level, abs=1e-12)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
@pytest.mark.parametrize("bracket", [(0.12, 0.2), (0.03, 0.025), (0.06, None)], ids=["wide", "tight", "stop alone"])
def test_leverage_costs_and_gaps(bracket, share):
    """Funds are linear in the index within a day, and gaps fill at the open: chances, days and mean fills."""
    result, laws = held(share, bracket, 3.0, -3.0, -1.0, costs=share > 0)
    for ticker, law in laws.items():
        check_exits(result, ticker, law.stopped, law.reached)
        fill = result.position(ticker, HOLDS[-1]).exits.stop_fill
        expected = law.stop_fill.sum() / law.stopped.sum() - 1
        assert abs(fill.mean - expected) <= SIGMAS * fill.stderr + 1e-12
        assert fill.high == pytest.approx(-bracket[0], abs=1e-12)
        assert (fill.mean < -bracket[0] - 1e-5) == (share > 0)


@pytest.mark.parametrize("bracket", [(0.12, 0.2), (0.02, 0.025), (0.06, None)], ids=["wide", "tight", "stop alone"])
def test_closes_alone(bracket):
    result, laws = held(0.3, bracket, 3.0, -3.0, 1.0, watch="close", costs=True)
    for ticker, law in laws.items():
        check_exits(result, ticker, law.stopped, law.reached)
        fill = result.position(ticker, HOLDS[-1]).exits.stop_fill
        expected = law.stop_fill.sum() / law.stopped.sum() - 1
        assert abs(fill.mean - expected) <= SIGMAS * fill.stderr + 1e-12


LEFT = (
    0.12  # of what the shift does, that it leaves undone over 20 days: the next term is 1 / sqrt(days) of it, or less
)


@pytest.mark.parametrize("days", [20, 40])
@pytest.mark.parametrize("bracket", [(0.12, 0.2), (0.06, 0.08), (0.05, 0.4)])
def test_closes_pass_a_level_a_little_farther_out(bracket, days):
    """Watched at closes, a level is one watched always that lies 0.5826 daily standard deviations farther out (Broadie,
    Glasserman and Kou 1997, Mathematical Finance 7, theorem 1.1)."""
    stop, target = bracket
    spec = run(one_regime(0.3), 1.0, horizons=HOLDS, paths=PATHS, trade=Trade(stop=stop, target=target, watch="close"))
    (mean,), (sd,) = spec.market.daily_means(), spec.market.daily_sds()
    exits, low, high = simulate(spec).position("F1", days).exits, log(1 - stop), log(1 + target)
    for found, law in ((exits.prob_stop, lower_first), (exits.prob_target, upper_first)):
        always = law(low, high, days, mean, sd)
        shifted = law(low - PASSED_BY * sd, high + PASSED_BY * sd, days, mean, sd)
        assert abs(found.mean - shifted) < LEFT * (always - shifted) + SIGMAS * found.stderr
