"""Days a year on which funds move far: exact laws, history, what a grid must hold."""

from dataclasses import replace
from math import log, sqrt

import numpy as np
import pytest
from examples import ensemble, fund, market, run
from scipy import stats

from simulator.engine.feedback import Counted
from simulator.errors import LetfError
from simulator.history.prices import read_prices
from simulator.risk.flow_grid import flow_grid, mean_days
from simulator.risk.flow_history import past_moves
from simulator.risk.flow_law import exact_days
from simulator.spec.assets import Assets
from simulator.spec.feedback import Feedback
from simulator.spec.files import find_funds, preset_funds, preset_market

BILLION = Feedback(assets=(Assets(fund=fund(3.0), dollars=1e9),))
SIGMAS = 4.5  # of a fixed seed, over a grid's cells
ROUNDING = 1e-12  # of sums of a year's chances
YEAR = 252


def grid(market, *leverages, feedback=BILLION, paths=4096, **asked):
    return flow_grid(run(market, *(leverages or (3.0,)), horizons=(YEAR,), paths=paths), feedback, **asked)


def test_one_normal_regime_has_252_chances():
    one, carry, gain = market(1, vols=[0.6]), 0.0002, 0.25
    sd = 0.6 / sqrt(252)
    mean = 0.08 / 252 - sd**2 / 2
    low, high = (log(1 + 0.75 * side) for side in ((-0.15 - carry) / 3, (0.15 - carry) / 3))
    chance = stats.norm.cdf(low, mean, sd) + stats.norm.sf(high, mean, sd)
    assert exact_days(one, 3.0, carry, gain, 0.15, YEAR) == pytest.approx(252 * chance, rel=ROUNDING)


def test_a_bear_fund_moves_far_as_its_bull_does_but_for_carry():
    one = market(3)
    assert exact_days(one, -3.0, 0.0, 0.1, 0.15, YEAR) == pytest.approx(
        exact_days(one, 3.0, 0.0, 0.1, 0.15, YEAR), rel=ROUNDING
    )


def test_a_threshold_beyond_all_of_the_index_is_met_on_one_side_alone():
    one = market(1, vols=[3.0])
    sd = 3 / sqrt(252)
    above = stats.norm.sf(log(1.99), 0.08 / 252 - sd**2 / 2, sd)
    assert exact_days(one, -1.0, 0.0, 0.0, 0.99, 1) == pytest.approx(
        above + stats.norm.cdf(log(0.01), 0.08 / 252 - sd**2 / 2, sd), rel=ROUNDING
    )
    assert exact_days(one, -0.5, 0.0, 0.0, 0.6, 1) == pytest.approx(
        stats.norm.sf(log(2.2), 0.08 / 252 - sd**2 / 2, sd), rel=ROUNDING
    )


@pytest.mark.parametrize("initial", ["stationary", "regime3"])
def test_cells_hold_the_exact_law(initial):
    found = grid(replace(market(3), initial=initial), 3.0, -3.0, impacts=(0.0, 0.02, 0.05), multiples=(1.0, 2.0))
    assert np.isfinite(found.exact).all()
    assert (np.abs(found.days - found.exact) < SIGMAS * found.stderr).all()
    assert found.largest_z < SIGMAS


def test_what_reverts_has_an_exact_law_at_no_gain_alone():
    feedback = replace(BILLION, reverts=0.5)
    found = grid(market(3), feedback=feedback, impacts=(0.0, 0.05), multiples=(1.0,))
    assert np.isfinite(found.exact[:, 0, 0]).tolist() == [True, False]
    assert found.largest_z < SIGMAS


def test_what_reverts_adds_moves_as_an_autoregression_does():
    """Moves before the flow have variance sd^2 / (1 - phi^2), phi = reverts gain / (1 - gain), to first order."""
    vol, gain, reverts = 0.15, 0.4, 0.8
    phi = reverts * gain / (1 - gain)
    feedback = Feedback(assets=BILLION.assets, reverts=reverts)
    spec = run(market(1, vols=[vol]), 3.0, horizons=(YEAR,), paths=20_000)
    found = flow_grid(spec, feedback, impacts=(gain / 6,), multiples=(1.0,), beyond=0.1)
    sd = vol / sqrt(252) / (1 - gain) / sqrt(1 - phi**2)
    first_order = 252 * 2 * stats.norm.sf(0.1 / 3 / sd)
    assert found.days[0, 0, 0] == pytest.approx(first_order, rel=0.05)  # second order: moves of 3 %


def test_built_in_market_at_no_impact_holds_history(shared_data):
    """The real funds moved beyond 15 % on 39 and 41 of 4,054 days; the market's days lie in the interval of IWM's."""
    funds = find_funds(("TNA", "TZA"), preset_funds())
    prices = read_prices(shared_data / "IWM.csv")
    spec = replace(run(preset_market(), 3.0, horizons=(YEAR,), paths=16_384), funds=funds, rate=0.04)
    feedback = Feedback(assets=tuple(Assets(fund=one, dollars=1e9) for one in funds))
    found = flow_grid(spec, feedback, impacts=(0.0,), multiples=(1.0,))
    assert found.largest_z < SIGMAS
    for k, (one, counted) in enumerate(zip(funds, (39, 41), strict=True)):
        past = past_moves(prices, one.leverage, 0.15)
        assert (past.days, past.beyond) == (6187, 62)
        assert past.a_year.low < found.days[0, 0, k] < past.a_year.high
        real = np.expm1(read_prices(shared_data / f"{one.ticker}.csv").log_returns())
        assert (int((np.abs(real) > 0.15).sum()), len(real)) == (counted, 4054)
        assert past.a_year.low < 252 * counted / len(real) < past.a_year.high


def test_days_grow_with_impact_and_assets_and_depend_on_their_product():
    found = grid(market(3), impacts=(0.0, 0.01, 0.02, 0.04), multiples=(1.0, 2.0, 4.0))
    assert (np.diff(found.days, axis=0) > 0).all() and (np.diff(found.days[1:], axis=1) > 0).all()
    assert found.days[1, 1, 0] == found.days[2, 0, 0]
    assert (found.days[0] == found.days[0, 0]).all()


def test_cells_without_a_close_have_no_days():
    found = grid(market(3), impacts=(0.0, 0.1), multiples=(1.0, 2.0))  # gains 0.6 and 1.2
    assert np.isnan(found.days[1, 1, 0]) and np.isnan(found.stderr[1, 1, 0])
    assert np.isfinite(found.days).sum() == 3


def test_the_first_impact_at_which_far_moves_are_common():
    found = grid(market(3), impacts=(0.0, 0.05, 0.1), multiples=(1.0,), common=4.0)
    column = found.days[:, 0, 0]
    assert column[0] < 4 < column[1]
    assert found.first_common(0, 0) == 0.05
    assert replace(found, common=250.0).first_common(0, 0) is None


def test_sides_are_told_once_and_in_order():
    found = grid(market(1), impacts=(0.01, 0.0, 0.01), multiples=(2, 1))
    assert found.impacts == (0.0, 0.01) and found.multiples == (1.0, 2.0)


def test_an_ensemble_is_its_members_in_proportion():
    calm, wild = market(1, vols=[0.3]), market(1, vols=[0.6])
    whole = grid(ensemble(calm, wild, weights=[0.25, 0.75]), impacts=(0.0,), multiples=(1.0,), paths=8192)
    exact = [exact_days(one, 3.0, 0.0, 0.0, 0.15, YEAR) for one in (calm, wild)]
    assert abs(whole.days[0, 0, 0] - 0.25 * exact[0] - 0.75 * exact[1]) < SIGMAS * whole.stderr[0, 0, 0]


def test_mean_and_error_of_days():
    days = np.array([[0, 1, 5], [2, 2, 2]])
    counted = [Counted(3, days.sum(axis=1)[None], (days**2).sum(axis=1)[None], 0)]
    mean, error = mean_days(counted)
    np.testing.assert_allclose(mean[0], [2, 2], rtol=ROUNDING)
    np.testing.assert_allclose(error[0, 0], days[0].std(ddof=1) / sqrt(3), rtol=ROUNDING)
    assert error[0, 1] > 0  # no spread is no certainty


def test_the_error_of_markets_that_share_the_paths_is_that_of_the_parts():
    parts = [np.array([0, 1, 5, 2]), np.array([3, 9])]
    counted = [Counted(len(days), np.array([[days.sum()]]), np.array([[(days**2).sum()]]), 0) for days in parts]
    mean, error = mean_days(counted)
    shares, variances = [4 / 6, 2 / 6], [days.var(ddof=1) / len(days) for days in parts]
    expected = sum(share**2 * variance for share, variance in zip(shares, variances, strict=True)) ** 0.5
    assert mean[0, 0] == pytest.approx(20 / 6, rel=ROUNDING) and error[0, 0] == pytest.approx(expected, rel=ROUNDING)


def test_no_day_beyond_still_has_an_error():
    found = grid(market(1, vols=[0.05]), impacts=(0.0,), multiples=(1.0,))
    assert found.days[0, 0, 0] == 0 and 0 < found.stderr[0, 0, 0] < 0.001 and found.largest_z is None


def test_history_counts_moves_of_the_index(tmp_path):
    closes = np.full(300, 100.0)
    closes[100:] *= 1.06
    closes[200:] *= 0.94
    closes[150:] *= 1.001
    dates = np.datetime64("2020-01-01") + np.arange(300)
    path = tmp_path / "IWM.csv"
    path.write_text("date,adj_close\n" + "".join(f"{d},{c!r}\n" for d, c in zip(dates, closes.tolist(), strict=True)))
    past = past_moves(read_prices(path), -3.0, 0.15)
    assert (past.days, past.beyond) == (299, 2)
    assert past.a_year.estimate == pytest.approx(252 * 2 / 299, rel=ROUNDING)
    assert past.a_year.low <= past.a_year.estimate <= past.a_year.high


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"beyond": 1.0}, r"beyond \(0.15 is 15%\) must be in \(0, 1\), got 1.0"),
        ({"common": 0}, r"common \(days a year\) must be in \(0, 252\), got 0"),
        ({"impacts": ()}, "impacts must be 1 to 16 numbers, got 0"),
        ({"impacts": (2.0,)}, r"impact per \$1B .* must be in \[0, 1\], got 2.0"),
        ({"multiples": (0.0,)}, r"multiple of the assets must be in \(0, 1000\], got 0.0"),
        ({"multiples": tuple(range(1, 9))}, "multiples must be 1 to 6 numbers, got 8"),
        ({"impacts": (0.5,)}, "impacts leave no close: gains must be below 1, the least is 1.5; give smaller ones"),
        ({"threads": 0}, "threads must be from 1 to 1,024, got 0"),
    ],
)
def test_what_breaks_a_rule_is_refused(asked, message):
    with pytest.raises(LetfError, match=message):
        grid(market(1), **asked)


def test_another_hold_or_index_is_refused():
    with pytest.raises(LetfError, match=r"counts over a year without a trade; make the run of horizons=\(252,\)"):
        flow_grid(run(market(1), 3.0, horizons=(21,)), BILLION)
    other = Feedback(assets=(Assets(fund=replace(fund(3.0), index="SPY"), dollars=1e9),))
    with pytest.raises(LetfError, match="assets are of funds on 'SPY', the market is 'IWM'"):
        grid(market(1), feedback=other)


def test_progress_hears_of_all_paths():
    heard = []
    grid(market(1), paths=5000, on_progress=heard.append)
    assert heard == sorted(heard) and heard[-1] == 5000
