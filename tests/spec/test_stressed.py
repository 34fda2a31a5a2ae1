"""The market that a scenario makes of another, and the hold that it happens in."""

from dataclasses import replace

import numpy as np
import pytest
from examples import BOOTSTRAP, ensemble, fund, market

from simulator.errors import LetfError
from simulator.spec.files import preset_market
from simulator.spec.scenario import Scenario
from simulator.spec.shocks import EventDay, RateChange, Shock
from simulator.spec.stress import StressTest
from simulator.spec.stressed import stressed

ROUNDING = 1e-12  # of sums and roots in double precision
WORDS = {"name": "x", "title": "a title", "assumes": "something", "source": "somewhere"}
JOINT, JOINT_GARCH = preset_market("iwm-spy"), preset_market("iwm-spy-garch")


def under(market, **changes):
    return stressed(Scenario(**WORDS, **changes), market)


def second_vols(market):
    """Annual volatility of the second index in each regime."""
    moved = np.array(market.second.betas) * [regime.annual_vol for regime in market.regimes]
    return np.hypot(moved, market.second.residual_vols)


def test_days_that_are_set_leave_the_market_as_it_was():
    assert under(JOINT, shocks=(Shock(day=1, index=-0.05),)) is JOINT


def test_a_regime_that_is_named_begins_on_day_one():
    found = under(JOINT, regime="Crisis")
    np.testing.assert_array_equal(found.initial_law(), [0, 0, 1])
    assert found.transition == JOINT.transition


def test_a_regime_lasts_as_long_as_it_is_said_to_and_goes_where_it_went():
    base = market(3)  # its third row: 0.001, 0.026, 0.973
    found = under(base, regime="regime3", regime_days=100)
    np.testing.assert_allclose(found.transition[2], [0.01 / 27, 0.26 / 27, 0.99], rtol=ROUNDING)
    assert found.transition[:2] == base.transition[:2]


def test_the_correlation_is_that_asked_for_and_the_second_index_keeps_its_volatility():
    found = under(JOINT, correlation=0.95)
    vols = np.array([regime.annual_vol for regime in JOINT.regimes])
    np.testing.assert_allclose(found.second.correlations(vols), 0.95, rtol=ROUNDING)
    np.testing.assert_allclose(second_vols(found), second_vols(JOINT), rtol=ROUNDING)
    assert replace(found, second=JOINT.second) == JOINT


def test_the_correlation_under_garch_likewise():
    before, after = JOINT_GARCH.second, under(JOINT_GARCH, correlation=0.5).second
    assert after.betas[0] / np.hypot(after.betas[0], after.residual_ratio) == pytest.approx(0.5, rel=ROUNDING)
    kept = np.hypot(before.betas[0], before.residual_ratio)
    assert np.hypot(after.betas[0], after.residual_ratio) == pytest.approx(kept, rel=ROUNDING)


def test_the_first_index_falls_behind_and_the_second_does_not():
    found = under(JOINT, behind=0.3)
    assert found.drift == pytest.approx(JOINT.drift - 0.3, rel=ROUNDING)
    assert found.second == JOINT.second


def test_drifts_of_regimes_fall_behind_alike():
    base = market(2, drift="regime", log_drifts=[0.1, -0.2])
    found = under(base, behind=0.3)
    assert [regime.annual_log_drift for regime in found.regimes] == pytest.approx([-0.2, -0.5], rel=ROUNDING)


def test_members_of_an_ensemble_correlate_alike():
    whole = ensemble(JOINT, JOINT_GARCH)
    found = under(whole, correlation=0.5, behind=0.1)
    assert [one.market.second for one in found.members] == [
        under(one.market, correlation=0.5).second for one in whole.members
    ]
    assert found.drift == pytest.approx(whole.drift - 0.1, rel=ROUNDING)


@pytest.mark.parametrize(
    ("base", "changes", "message"),
    [
        (JOINT_GARCH, {"regime": "crisis"}, "regime needs a market of regimes, iwm-spy-garch is of kind garch"),
        (JOINT, {"regime": "panic"}, "unknown regime 'panic'; this market has: calm, normal, crisis"),
        (market(1), {"regime": "regime1", "regime_days": 9}, "regime_days needs a regime that another follows"),
        (market(3), {"correlation": 0.9}, "correlation needs a second index, unnamed has none; --market iwm-spy"),
    ],
)
def test_a_market_that_cannot_be_bent_so_is_refused(base, changes, message):
    with pytest.raises(LetfError, match=f"scenario 'x': {message}"):
        under(base, **changes)


def test_a_bootstrap_of_two_indexes_correlates_as_it_did():
    second = replace(JOINT.second, betas=(), residual_vols=(), log_returns=BOOTSTRAP.log_returns, dof=None)
    with pytest.raises(LetfError, match="scenario 'x': correlation needs regimes or GARCH, unnamed draws days"):
        under(replace(BOOTSTRAP, second=second), correlation=0.9)


def test_everything_is_held_alone_and_sold_at_about_the_same_move():
    test = StressTest(market=JOINT, funds=(fund(3.0), fund(-2.0)), stop=0.12, target=0.3)
    assert test.instruments == ("IWM", "SPY", "F3", "F-2")
    levels = [test.levels(name) for name in test.instruments]
    assert levels == [pytest.approx((0.04, 0.1)), (None, None), (0.12, 0.3), (0.12, 0.3)]
    names = [structure.name for structure in test.baseline.structures]
    assert names == ["IWM", "SPY", "F3", "F-2", "IWM until sold", "F3 until sold", "F-2 until sold"]


def test_without_stop_and_target_nothing_is_sold():
    test = StressTest(market=market(3), funds=(fund(3.0),), stop=None)
    assert [structure.name for structure in test.baseline.structures] == ["IWM", "F3"]


def test_the_days_up_to_one_keep_what_is_set_on_them():
    test = StressTest(market=JOINT, funds=(fund(3.0),), hold=10)
    scenario = Scenario(
        **WORDS,
        shocks=(Shock(day=2, index=-0.05),),
        event_days=(EventDay(day=5, factor=2.0), EventDay(day=6, factor=3.0)),
        short_rate=(RateChange(day=9, basis_points=25),),
    )
    found = test.until(test.under(scenario), 5)
    assert found.hold == 5 and len(found.structures) == 3
    assert found.course.moves == ((2, -0.05, None),)
    assert found.course.vol_scales == ((5, 2.0),) and found.course.rates == ()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hold": 0}, r"hold \(trading days\) must be from 1 to 252, got 0"),
        ({"hold": 300}, r"hold \(trading days\) must be from 1 to 252, got 300"),
        ({"stop": 1.0}, r"stop \(0.12 is 12%\) must be in \(0, 1\), got 1.0"),
        ({"target": 0.0}, r"target \(0.12 is 12%\) must be in \(0, 100\], got 0.0"),
        ({"paths": 0}, "paths must be from 1 to"),
        ({"funds": ()}, "a stress test needs a fund besides its index IWM; name one, as TNA"),
        ({"funds": (replace(fund(3.0), index="SPX"),)}, "follows 'SPX' but the market is 'IWM'"),
    ],
)
def test_a_hold_that_breaks_a_rule_is_refused(changes, message):
    with pytest.raises(LetfError, match=message):
        StressTest(**{"market": JOINT, "funds": (fund(3.0),)} | changes)


def test_a_day_beyond_the_hold_is_refused():
    test = StressTest(market=JOINT, funds=(fund(3.0),), hold=4)
    with pytest.raises(LetfError, match="scenario 'x': day 5 lies beyond a hold of 4 days; hold longer"):
        test.under(Scenario(**WORDS, event_days=(EventDay(day=5, factor=2.0),)))
