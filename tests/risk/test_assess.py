"""A trade assessed: three error bars that are never mixed, at several drifts."""

from dataclasses import replace

import numpy as np
import pytest
from examples import SKEWED, ensemble, fund, market, run

from simulator.engine.simulate import simulate
from simulator.errors import LetfError
from simulator.risk.assess import MODEL_PATHS, assess, paths_of
from simulator.risk.figures import figures
from simulator.risk.levels import cash_over_hold
from simulator.risk.refitted import refit_paths
from simulator.risk.sizing import kelly
from simulator.spec.trade import Trade

BRACKET = Trade(stop=0.12, target=0.2)
REFITS = [market(3, vols=[0.136 * k, 0.23 * k, 0.5 * k]) for k in (0.9, 0.95, 1.05, 1.1)]
EXACT = 1e-12  # of sums in another order
DRIFTED = 0.005  # of figures that a drift some points off moves a little


def spec(chosen=None, leverage=3.0, **changes):
    return run(
        chosen or market(3), leverage, costs=True, **{"horizons": (20,), "paths": 3000, "trade": BRACKET} | changes
    )


@pytest.fixture(scope="module")
def risk():
    return assess(spec(), refits=REFITS, models={"garch": SKEWED})


def test_values_and_errors_are_those_of_the_run(risk):
    found = figures(simulate(spec()), "F3", 20)
    assert list(risk.figures) == list(found)
    for name, figure in risk.figures.items():
        np.testing.assert_array_equal((figure.value, figure.stderr), (found[name].mean, found[name].stderr))
    assert (risk.fund.ticker, risk.days, risk.trade) == ("F3", 20, BRACKET)
    assert risk.position.prob_loss_beyond == risk.result.position("F3", 20).prob_loss_beyond


def test_without_refits_and_models_there_are_no_such_bars():
    alone = assess(spec())
    assert alone.models == {} and alone.refits == 0
    assert all(figure.parameters is figure.models is None for figure in alone.figures.values())


def test_refits_to_the_same_parameters_move_nothing():
    """However few paths they have: what is spread is the parameters, not the Monte Carlo error."""
    same = assess(spec(paths=50_000), refits=[market(3)] * 3, premiums=())
    for name in ("prob_loss", "expected_shortfall_95", "divergence_mean", "prob_stop", "exit_mean"):
        figure = same.figures[name]
        assert figure.parameters.low == figure.parameters.high == pytest.approx(figure.value, rel=EXACT)
        assert figure.parameters.sd == pytest.approx(0, abs=EXACT) and figure.parameters.count == 3


def test_refits_spread_by_what_they_change(risk):
    """With as many paths as the run itself a refit is off from the middle one as its run is, but for drifts."""
    apart = [figures(simulate(spec(refit)), "F3", 20) for refit in REFITS]
    for name, error in (
        ("expected_shortfall_95", EXACT),
        ("exit_value_at_risk_99", EXACT),
        ("prob_stop", DRIFTED),
        ("divergence_5", DRIFTED),
        ("max_drawdown_mean", DRIFTED),
    ):
        values, spread = np.array([found[name].mean for found in apart]), risk.figures[name].parameters
        ends = risk.figures[name].value + np.quantile(values - np.median(values), (0.05, 0.95))
        np.testing.assert_allclose((spread.low, spread.high), ends, rtol=error)
        assert spread.sd == pytest.approx(np.std(values, ddof=1), rel=50 * error) and spread.count == risk.refits == 4
        assert spread.low < risk.figures[name].value < spread.high


def test_the_drift_that_few_paths_had_leaves_no_trace():
    """Whatever the volatility, a fund grows alike in the mean, and so its refits must agree."""
    figure = assess(spec(paths=65_536), refits=REFITS).figures["mean_return"]
    assert figure.parameters.sd < 0.2 * figure.stderr


def test_drifts_of_the_refits_own_are_their_doubt():
    """Where each regime has its own drift, the mean spreads over refits as their drifts do."""
    own = [
        replace(one, drift="regime", regimes=tuple(replace(regime, annual_log_drift=drift) for regime in one.regimes))
        for one, drift in zip([market(3), *REFITS], (0.05, -0.1, 0.0, 0.1, 0.2), strict=True)
    ]
    spread = assess(spec(own[0], paths=20_000), refits=own[1:]).figures["mean_return"].parameters
    assert spread.high - spread.low > 0.8 * 3 * 0.3 * 20 / 252  # of 30 points a year, tripled


def test_a_chance_stays_one():
    wild = assess(spec(trade=Trade(stop=0.5)), refits=REFITS, premiums=())
    assert 0 <= wild.figures["prob_stop"].parameters.low < wild.figures["prob_stop"].parameters.high


def test_what_is_not_known_has_no_bars():
    never = assess(spec(horizons=(1,), trade=Trade(stop=0.9)), refits=REFITS, premiums=())
    assert never.figures["stop_fill_mean"].parameters is None
    assert never.figures["prob_stop"].parameters.high == 0


def test_models_of_a_single_market_are_itself_and_those_given(risk):
    assert list(risk.models) == [market(3).name, "garch"]
    values = [figures(result, "F3", 20)["expected_shortfall_95"].mean for result in risk.models.values()]
    spread = risk.figures["expected_shortfall_95"].models
    assert (spread.low, spread.high, spread.count) == (min(values), max(values), 2)
    assert risk.figures["expected_shortfall_95"].value in values


def test_models_of_an_ensemble_are_its_members():
    mixed = assess(spec(ensemble(market(3), SKEWED)), premiums=())
    assert list(mixed.models) == ["a", "b"]
    assert tuple(mixed.models.values()) == mixed.result.members
    spread = mixed.figures["divergence_mean"].models
    assert spread.low < mixed.figures["divergence_mean"].value < spread.high


def test_drifts_are_premiums_over_the_rate(risk):
    assert [at.premium for at in risk.premiums] == [-0.04, 0.0, 0.04, 0.08]
    assert [at.result.spec.market.drift for at in risk.premiums] == pytest.approx([0.0, 0.04, 0.08, 0.12])
    assert risk.premiums[2].result is risk.result  # its drift is this run's
    means = [at.figures["mean_return"].mean for at in risk.premiums]
    assert means == sorted(means) and means[2] == risk.figures["mean_return"].value


def test_kelly_at_each_drift(risk):
    at = risk.premiums[3]
    position, cash = at.result.position("F3", 20), cash_over_hold(0.04, 20)
    assert at.kelly == kelly(position.fund_return, cash)
    assert at.exit_kelly == kelly(position.exits.exit_return, cash)
    assert assess(spec(trade=Trade()), premiums=(0.08,)).premiums[0].exit_kelly is None


def test_a_run_that_exists_is_not_run_again(risk):
    again = assess(spec(), result=risk.result, refits=REFITS, models={"garch": SKEWED})
    assert again.result is risk.result and again.figures == risk.figures


def test_progress_counts_all_paths(monkeypatch):
    for more in ({}, {"refits": REFITS}, {"models": {"garch": SKEWED}}):
        heard = []
        assess(spec(), on_progress=heard.append, **more)
        assert heard == sorted(heard)
        assert heard[-1] == paths_of(spec(), len(more.get("models", ())), len(more.get("refits", ())))
    assert paths_of(spec(paths=10**6), 2, 3, ()) == 10**6 + 2 * MODEL_PATHS + 3 * refit_paths(spec(paths=10**6))


def test_the_hold_is_the_last_horizon_and_the_trade_may_be_left_out():
    several = assess(spec(horizons=(5, 10), trade=None), premiums=())
    assert several.days == 10 and several.trade == Trade()
    assert (
        several.figures["prob_loss"].value
        == assess(spec(horizons=(10,), trade=None), premiums=()).figures["prob_loss"].value
    )


def test_a_frame_has_a_row_a_figure(risk):
    frame = risk.to_frame()
    assert list(frame.index) == list(risk.figures)
    figure = risk.figures["prob_stop"]
    wanted = [figure.value, figure.stderr, figure.parameters.low, figure.parameters.high, figure.models.low]
    assert frame.loc["prob_stop"].tolist() == [*wanted, figure.models.high]
    assert assess(spec(), premiums=()).to_frame()["parameters_low"].isna().all()


def test_one_fund_and_a_year_at_most():
    with pytest.raises(LetfError, match=r"one fund is assessed at a time, got 2; name one"):
        assess(replace(spec(), funds=(fund(3.0), fund(-3.0))))
    with pytest.raises(LetfError, match=r"hold \(in trading days\) must be from 1 to 252, got 253"):
        assess(spec(horizons=(253,)))
