"""The figures of a position: what each name stands for, and the errors beside them."""

import math
from dataclasses import replace

import numpy as np
import pytest
from examples import SKEWED, ensemble, market, run

from simulator.distribution import Estimate
from simulator.engine.simulate import simulate
from simulator.errors import LetfError
from simulator.risk.figures import figure, figures, in_money, of_exits, reachable, resolved
from simulator.risk.tails import tails
from simulator.spec.trade import Trade

BRACKET = Trade(stop=0.12, target=0.2, loss=0.1)
HOLD_NAMES = {
    *("mean_return", "median_return", "prob_loss", "value_at_risk_95", "value_at_risk_99", "expected_shortfall_95"),
    *("expected_shortfall_99", "max_drawdown_mean", "max_drawdown_95", "prob_day_beyond_15", "break_even"),
    *("break_even_5", "break_even_95", "divergence_mean", "divergence_5", "divergence_95"),
    *("compounding", "volatility_drag", "carry"),
}
SEEDS = 60  # repeated runs; the standard deviation over them is known to 1 / sqrt(2 * 59) = 9 %
SD_RATIO = 0.40  # four such errors and 4 % for the spread of the errors themselves


def simulated(trade, chosen=None, leverage=3.0, **changes):
    changes = {"horizons": (5, 20), "paths": 4000} | changes
    return simulate(run(chosen or market(3), leverage, costs=True, trade=trade, **changes))


@pytest.fixture(scope="module")
def mixed():
    return simulated(BRACKET, ensemble(market(3), SKEWED))


def test_names():
    assert set(figures(simulated(Trade()), "F3", 20)) == HOLD_NAMES
    assert set(figures(simulated(Trade(loss=0.1)), "F3", 20)) == HOLD_NAMES | {"prob_loss_beyond"}
    exits = set(figures(simulated(Trade(stop=0.1)), "F3", 20)) - HOLD_NAMES
    assert {
        "prob_stop",
        "prob_target",
        "prob_neither",
        "exit_mean",
        "exit_edge",
        "stop_fill_5",
        "exit_day_mean",
    } < exits


def test_figures_of_the_whole_run(mixed):
    found, position = figures(mixed, "F3", 20), mixed.position("F3", 20)
    law, gap, exits = position.fund_return, position.divergence, position.exits
    assert found["mean_return"] == Estimate(law.mean, law.stderr)
    assert found["median_return"].mean == law.quantile(0.5)
    assert found["prob_loss"].mean == law.prob_below_zero
    assert found["prob_loss_beyond"] == position.prob_loss_beyond
    assert found["divergence_5"].mean < found["divergence_mean"].mean == gap.mean < found["divergence_95"].mean
    assert found["break_even_5"].mean < found["break_even"].mean < found["break_even_95"].mean
    parts = sum(found[name].mean for name in ("compounding", "volatility_drag", "carry"))
    assert parts == pytest.approx(gap.mean, abs=1e-12)
    assert sum(found[name].mean for name in ("prob_stop", "prob_target", "prob_neither")) == pytest.approx(1)
    assert found["exit_edge"].mean == pytest.approx(found["exit_mean"].mean - found["mean_return"].mean, abs=1e-12)
    assert found["stop_fill_5"].mean <= exits.stop_fill.quantile(0.5) <= -0.12
    assert found["target_fill_mean"].mean >= 0.2


def test_worst_cases_are_read_from_the_tails(mixed):
    found, worst = figures(mixed, "F3", 20), tails(mixed).position("F3", 20)
    assert worst.paths == 2000
    fall = worst.drawdown
    assert found["max_drawdown_95"].mean == fall.quantile(0.95) > found["max_drawdown_mean"].mean == fall.mean
    for prefix, law in (("", worst.fund_return), ("exit_", worst.exits.exit_return)):
        for percent in (95, 99):
            at_risk, shortfall = (
                found[f"{prefix}{name}_{percent}"] for name in ("value_at_risk", "expected_shortfall")
            )
            assert at_risk.mean == law.value_at_risk(percent / 100)
            assert shortfall == law.expected_shortfall(percent / 100)
            assert shortfall.mean > at_risk.mean
    change = found["exit_expected_shortfall_95"].mean - found["expected_shortfall_95"].mean
    assert found["exit_shortfall_change"].mean == change < 0


def test_what_no_path_reached_is_not_known():
    found = figures(simulated(Trade(stop=0.99, target=50), horizons=(1,)), "F3", 1)
    assert found["prob_stop"].mean == found["prob_target"].mean == 0 and found["prob_neither"].mean == 1
    for name in ("stop_fill_mean", "stop_fill_5", "target_fill_mean", "exit_day_mean"):
        assert math.isnan(found[name].mean) and math.isnan(found[name].stderr)
    assert found["exit_edge"].mean == 0 and not resolved(found["exit_edge"])


def test_errors_are_those_of_repeated_runs():
    """Over seeds, each figure scatters as its standard error says; the change of the shortfall's is an upper bound."""
    trade = replace(BRACKET, watch="close")  # within the day most fills are the level itself, which has no error
    runs = [figures(simulated(trade, paths=2000, horizons=(10,), seed=seed), "F3", 10) for seed in range(SEEDS)]
    for name in runs[0]:
        sd = np.std([found[name].mean for found in runs], ddof=1)
        told = np.mean([found[name].stderr for found in runs])
        if name == "prob_both":
            assert sd == 0  # regimes have no bars
        elif name == "exit_shortfall_change":
            assert sd < told * (1 + SD_RATIO)
        else:
            assert sd == pytest.approx(told, rel=SD_RATIO), name


def test_a_single_figure(mixed):
    assert figure(mixed, "F3", 20, "prob_stop") == figures(mixed, "F3", 20)["prob_stop"]
    with pytest.raises(LetfError, match=r"unknown figure 'prob_stop'; this trade has: mean_return, .*, carry$"):
        figure(simulated(Trade()), "F3", 20, "prob_stop")


def test_what_is_money():
    money = {name for name in figures(simulated(BRACKET), "F3", 20) if in_money(name)}
    assert {"mean_return", "value_at_risk_95", "stop_fill_5", "exit_edge", "carry", "divergence_5"} < money
    assert not money & {"prob_loss", "prob_stop", "break_even", "break_even_95", "exit_day_mean"}


def test_which_figures_are_of_exits():
    names = set(figures(simulated(BRACKET), "F3", 20))
    assert {name for name in names if of_exits(name)} == names - HOLD_NAMES - {"prob_loss_beyond"}


def test_what_a_trade_can_have():
    names = [name for name in figures(simulated(BRACKET), "F3", 20) if of_exits(name)]
    without_target = [name for name in names if not reachable(name, Trade(stop=0.1))]
    assert without_target == ["prob_target", "target_fill_mean"]
    without_stop = [name for name in names if not reachable(name, Trade(index_target=0.1))]
    assert without_stop == ["prob_stop", "stop_fill_mean", "stop_fill_5"]
