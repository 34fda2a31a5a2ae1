"""Swap costs by calendar year: known ones are found, with errors that cover; real ones foretell the next year."""

from dataclasses import replace

import numpy as np
import pytest
from prices import fund, fund_returns, index_returns, prices

from simulator.errors import LetfError
from simulator.history.fit_costs import fit_costs
from simulator.history.pair import Pair, pair
from simulator.history.prices import read_prices
from simulator.history.rates import read_rates
from simulator.history.replay import replay
from simulator.spec.files import find_funds, preset_funds

SPREAD, HALF, FEE = -0.004, 0.007, 0.01
DAYS = 1050  # from 2012 to 2016-01


def leg(leverage, days=DAYS, noise=0.0, seed=9, spread=SPREAD, half=HALF, vol=0.012):
    r = index_returns(days, vol)
    cost = FEE + leverage * spread + abs(leverage) * half
    real = prices(fund_returns(r, leverage, cost, noise, seed), f"F{leverage:g}.csv")
    return replay(Pair(fund=fund(leverage), index=prices(r, "IDX.csv"), fund_prices=real), 0.0)


def errors(costs):
    return np.array([abs(check.error) for check in costs.told()])


def test_known_costs_are_found():
    costs = fit_costs([leg(3.0), leg(-3.0)])
    assert [(year.year, year.full) for year in costs.years] == [(2012, True), (2013, True), (2014, True), (2015, True)]
    for year in costs.years:
        assert year.swap_spread == pytest.approx(SPREAD, abs=1e-11)
        assert year.swap_half_spread == pytest.approx(HALF, abs=1e-11)
        assert year.costs["F3"] == pytest.approx(FEE + 3 * SPREAD + 3 * HALF, abs=1e-11)
    assert costs.latest.year == 2015 and not costs.latest.vague


@pytest.mark.parametrize("leverages", [(2.0, -1.0), (3.0, -3.0, 2.0, -2.0)])
def test_any_leverages_of_both_signs_will_do(leverages):
    year = fit_costs([leg(leverage) for leverage in leverages]).latest
    assert (year.swap_spread, year.swap_half_spread) == pytest.approx((SPREAD, HALF), abs=1e-11)


def test_errors_cover_in_the_right_share():
    """Closes off by 10 bp and back: |z| of 200 yearly fits below 2 in 86 to 100 %, and the errors are not idle."""
    z = []
    for seed in range(50):
        for year in fit_costs([leg(3.0, noise=1e-3, seed=seed), leg(-3.0, noise=1e-3, seed=999 + seed)]).years:
            z.append((year.swap_half_spread - HALF) / year.swap_half_spread_stderr)
    assert 0.86 < (np.abs(z) < 2).mean() <= 1 and np.std(z) > 0.2


def test_negative_autocorrelation_makes_errors_small():
    """A close that is off comes back the next day: the error is far below the one of independent days."""
    year = fit_costs([leg(3.0, noise=1e-3), leg(-3.0, noise=1e-3, seed=4)]).years[1]
    independent = 252 * np.sqrt(2) * 1e-3 / np.sqrt(year.days)
    assert year.costs_stderr["F3"] < independent / 3


def test_years_are_checked_by_the_year_before():
    costs = fit_costs([leg(3.0, noise=1e-4), leg(-3.0, noise=1e-4)])
    assert [(check.year, check.fitted_year, check.ticker) for check in costs.checks] == [
        (year, year - 1, ticker) for year in (2013, 2014, 2015) for ticker in ("F3", "F-3")
    ]
    first = costs.checks[0]
    bull = costs.legs[0]
    again = replay(replace(bull.pair, fund=costs.years[0].of(bull.fund)), 0.0).attribution(bull.years()[2013])
    assert first.replay_return == again.replay_return and first.fund_return == again.fund_return
    assert first.error == first.replay_return - first.fund_return
    assert len(errors(costs)) == 6 and errors(costs).max() < 0.002


def test_a_year_of_wild_closes_is_apart():
    """Its costs are not used, and its own check is not in the summary."""
    legs = []
    for leverage in (3.0, -3.0):
        made = leg(leverage)
        days = made.years()[2014]
        close = made.pair.fund_prices.close.copy()
        close[days[-30:]] *= np.exp(np.linspace(0, 0.06 * np.sign(leverage), 30))
        close[days[-1] + 1 :] *= np.exp(0.06 * np.sign(leverage))
        legs.append(replay(replace(made.pair, fund_prices=replace(made.pair.fund_prices, close=close)), 0.0))
    costs = fit_costs(legs)
    assert [year.vague for year in costs.years] == [False, False, True, False]
    assert [(check.year, check.fitted_year) for check in costs.checks[::2]] == [
        (2013, 2012),
        (2014, 2013),
        (2015, 2013),
    ]
    assert [check.apart for check in costs.checks[::2]] == [False, True, False]
    assert costs.latest.year == 2015 and errors(costs).max() < 1e-6


def test_the_funds_take_the_latest_full_years_costs():
    bull, bear = fit_costs([leg(3.0), leg(-3.0)]).funds()
    for described in (bull, bear):
        assert (described.swap_spread, described.swap_half_spread) == (SPREAD, HALF)
        assert described.expense_ratio == FEE
        assert "daily returns of 2015 over a short rate of 0.00%: F3.csv, F-3.csv on IDX.csv" in described.source


def refused(legs):
    with pytest.raises(LetfError) as caught:
        fit_costs(legs)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_both_legs_are_needed():
    assert "--fit-costs needs both legs of an index, got F3; give an inverse fund as well" in refused([leg(3.0)])
    assert "got F-3, F-1; give a long fund as well" in refused([leg(-3.0), leg(-1.0)])


def test_legs_of_other_days():
    message = refused([leg(3.0), leg(-3.0, 900)])
    assert "F3.csv has 1051 days from 2012-01-02 to 2016-01-11, F-3.csv 901 from 2012-01-02 to 2015-06-15" in message


def test_no_full_year():
    assert "no full calendar year from 2012-01-02 to 2012-10-08" in refused([leg(3.0, 200), leg(-3.0, 200)])


def test_a_day_that_takes_all():
    legs = [leg(3.0), leg(-3.0)]
    wild = legs[0].pair.index.close.copy()
    wild[500:] *= 0.6
    index = replace(legs[0].pair.index, close=wild)
    legs = [replay(replace(told.pair, index=index), 0.0) for told in legs]
    assert "IDX.csv: on 2013-12-02 F3 loses all by the index's move" in refused(legs)


@pytest.fixture(scope="module")
def real(shared_data):
    index = read_prices(shared_data / "IWM.csv")
    rates = read_rates(shared_data / "DFF.csv")
    funds = find_funds(("TNA", "TZA"), preset_funds())
    pairs = [pair(index, read_prices(shared_data / f"{fund.ticker}.csv"), fund) for fund in funds]
    return fit_costs([replay(each, rates) for each in pairs])


def test_last_years_costs_foretell_a_year(real):
    """2011-2024, 2020 apart: at most 0.6 points off in the median and 3.5 at worst."""
    assert {check.year for check in real.checks if not check.apart} == {*range(2011, 2025)} - {2020}
    assert {check.year for check in real.checks if check.apart} == {2020}
    assert len(errors(real)) == 26
    assert np.median(errors(real)) < 0.006 and errors(real).max() < 0.035


def test_real_costs(real):
    years = {year.year: year for year in real.years}
    assert years[2010].swap_spread == pytest.approx(-0.012, abs=0.001)
    for year in range(2012, 2017):
        assert -0.0066 < years[year].swap_spread < -0.003
    assert years[2024].costs == pytest.approx({"TNA": 0.0195, "TZA": 0.0167}, abs=4e-4)
    assert {year for year, costs in years.items() if costs.vague} == {2009, 2020}
    recent = [years[year] for year in range(2021, 2025)]
    built_in = real.legs[0].fund
    for name in ("swap_spread", "swap_half_spread"):
        error = np.mean([getattr(year, f"{name}_stderr") for year in recent]) / 2  # of a mean of four years
        assert np.mean([getattr(year, name) for year in recent]) == pytest.approx(getattr(built_in, name), abs=error)
