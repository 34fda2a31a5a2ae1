"""A measure against the holding period, with three error bars."""

from dataclasses import replace

import numpy as np
import pytest
from examples import SKEWED, ensemble, market, run

from simulator.engine.simulate import simulate
from simulator.errors import LetfError
from simulator.risk.hold_curve import DAYS, hold_curve, paths_of_curve
from simulator.risk.measure import DECAY, SHORTFALL, chance_of_loss
from simulator.risk.refitted import refit_paths
from simulator.spec.trade import Trade

FEW = (1, 2, 5, 10, 21)
REFITS = [market(3, vols=[0.136 * k, 0.23 * k, 0.5 * k]) for k in (0.8, 0.9, 1.1, 1.2)]
ROUNDING = 1e-12  # of sums in another order


def spec(chosen=None, **changes):
    return run(chosen or market(3), 3.0, -3.0, **{"costs": True, "paths": 2_000} | changes)


def values(chosen, measure, ticker="F3", days=FEW):
    """The measure of each hold, a run a hold."""
    runs = [simulate(replace(spec(chosen), horizons=(day,), trade=measure.trade)) for day in days]
    return [measure.of(result, ticker, day) for result, day in zip(runs, days, strict=True)]


@pytest.mark.parametrize("measure", [SHORTFALL, DECAY, chance_of_loss(0.1)], ids=lambda measure: measure.name)
@pytest.mark.parametrize("ticker", ["F3", "F-3"])
def test_each_hold_is_as_a_run_of_its_own(measure, ticker):
    curve = hold_curve(spec(), ticker, measure, days=FEW)
    alone = values(None, measure, ticker)
    assert curve.value == pytest.approx([one.mean for one in alone], abs=ROUNDING)
    assert curve.stderr == pytest.approx([one.stderr for one in alone], abs=ROUNDING)
    assert curve.monte_carlo == pytest.approx(curve.value + 1.96 * np.outer([-1, 1], curve.stderr))
    assert curve.days.tolist() == list(FEW) and curve.fund.ticker == ticker


def test_the_funds_own_exits_play_no_part():
    sold = hold_curve(spec(trade=Trade(stop=0.02)), "F3", chance_of_loss(0.1), days=FEW)
    assert sold.value.tolist() == hold_curve(spec(), "F3", chance_of_loss(0.1), days=FEW).value.tolist()


def test_the_days_span_a_year_and_name_the_figures_last():
    assert DAYS[0] == 1 and 126 in DAYS and DAYS[-1] == 252
    assert hold_curve(spec(paths=64), "F3", DECAY).days.tolist() == list(DAYS)


def test_one_market_has_no_other_error_bars():
    curve = hold_curve(spec(), "F3", days=FEW)
    assert curve.refits.shape == (0, len(FEW)) and curve.models == {}
    assert curve.parameters is curve.model_range is None and "no leverage effect" in curve.note


def test_refits_spread_about_the_estimate():
    """Each is off from the middle one as its own run is."""
    curve = hold_curve(spec(), "F3", chance_of_loss(0.1), days=FEW, refits=REFITS)
    apart = np.array([[one.mean for one in values(refit, curve.measure)] for refit in REFITS])
    assert curve.refits == pytest.approx(curve.value + apart - np.median(apart, axis=0))
    assert curve.parameters == pytest.approx(np.quantile(curve.refits, [0.05, 0.95], axis=0))


def test_refits_to_the_same_parameters_move_nothing():
    """However few paths they have: what is spread is the parameters, not the Monte Carlo error."""
    curve = hold_curve(spec(paths=50_000), "F3", days=FEW, refits=[market(3)] * 2)
    assert curve.refits == pytest.approx(np.array([curve.value] * 2)) and curve.refit_paths == refit_paths(curve.spec)


def test_a_moved_chance_stays_one():
    wild, calm = (market(3, vols=[vol] * 3) for vol in (3.0, 0.01))
    curve = hold_curve(spec(), "F3", chance_of_loss(0.1), days=FEW, refits=[wild, calm])
    assert (curve.refits >= 0).all() and (curve.refits <= 1).all() and (curve.refits[1] == 0).any()


def test_models_are_the_runs_own_and_others():
    curve = hold_curve(spec(), "F3", days=FEW, models={"garch": SKEWED})
    assert list(curve.models) == ["unnamed", "garch"] and curve.models["unnamed"].tolist() == curve.value.tolist()
    assert curve.models["garch"] == pytest.approx([one.mean for one in values(SKEWED, SHORTFALL)])
    both = list(curve.models.values())
    assert (curve.model_range == [np.minimum(*both), np.maximum(*both)]).all()


def test_members_of_an_ensemble_are_models():
    curve = hold_curve(spec(ensemble(market(3), SKEWED)), "F3", days=FEW)
    assert list(curve.models) == ["a", "b"] and "paths of b" in curve.note
    assert curve.models["b"].tolist() == curve.value.tolist()  # the one that knows the leverage effect


def test_progress_counts_the_paths_of_all_runs():
    heard = []
    hold_curve(spec(), "F3", days=FEW, models={"garch": SKEWED}, refits=REFITS, on_progress=heard.append)
    assert heard == sorted(heard) and heard[-1] == paths_of_curve(spec(), models=1, refits=4) == 6 * 2_000
    assert paths_of_curve(spec(), models=0, refits=0) == 2_000


def test_another_fund_is_refused():
    with pytest.raises(LetfError, match="unknown fund 'SPXL'; known: F3, F-3"):
        hold_curve(spec(), "SPXL", days=FEW)
