"""Assets and feedback: the flow of known cases, every rule and its message."""

from dataclasses import replace

import pytest
from examples import fund
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import LetfError
from simulator.spec.assets import Assets, assets_of, preset_assets
from simulator.spec.feedback import Feedback, most_gain
from simulator.spec.files import preset_funds

TNA, TZA = fund(3.0), fund(-3.0)
BULL, BEAR = Assets(fund=TNA, dollars=1.8e9), Assets(fund=TZA, dollars=3e8)
ROUNDING = 1e-12  # relative, of a handful of operations


@pytest.mark.parametrize(
    ("leverage", "times"), [(3.0, 6), (-3.0, 12), (2.0, 2), (-2.0, 6), (1.0, 0), (-1.0, 2), (1.5, 0.75)]
)
def test_a_fund_trades_l_times_l_less_one_times_its_assets(leverage, times):
    assert Assets(fund=fund(leverage), dollars=1e9).flow_per_move == pytest.approx(times * 1e9, rel=ROUNDING)


@given(st.floats(-0.3, 1.0), st.sampled_from([3.0, -3.0, 2.0, -1.0]))
def test_the_flow_restores_the_multiple(move, leverage):
    assets = Assets(fund=fund(leverage), dollars=1e9)
    exposure = leverage * 1e9 * (1 + move) + assets.flow_per_move * move
    assert exposure == pytest.approx(leverage * 1e9 * (1 + leverage * move), rel=ROUNDING, abs=1e-3)


def test_the_close_is_the_fixed_point_of_rounds_of_trading():
    feedback = Feedback(assets=(BULL, BEAR), impact=0.02)
    assert feedback.gain == pytest.approx(0.02 * (6 * 1.8 + 12 * 0.3), rel=ROUNDING)
    close = 0.0
    for _ in range(200):  # each round answers the move of the one before
        close = 0.03 + feedback.impact * feedback.flow_per_move * close / 1e9
    assert feedback.close(0.03) == pytest.approx(close, rel=ROUNDING)


def test_without_impact_the_close_is_what_it_would_be():
    assert Feedback(assets=(BULL,)).close(-0.04) == -0.04


def test_built_in_assets_say_when_and_whose_they_are():
    found = preset_assets(preset_funds())
    assert [one.fund.ticker for one in found] == ["TNA", "TZA"]
    assert all(one.date.startswith("2025-07") and "bestetf.net" in one.source for one in found)


def test_a_users_assets_are_found_by_ticker_in_any_case():
    (one,) = assets_of({"tna": 1e9}, preset_funds())
    assert one.fund.ticker == "TNA" and one.dollars == 1e9 and one.source == ""


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"dollars": 0}, r"assets of F3 \(dollars\) must be in \(0, 1e\+15\], got 0"),
        ({"dollars": -1.0}, r"must be in \(0, 1e\+15\], got -1.0"),
        ({"dollars": 2e15}, r"must be in \(0, 1e\+15\]"),
        ({"dollars": "1B"}, "must be a number, got '1B'"),
        ({"fund": "TNA"}, "fund must be a Fund, got 'TNA'"),
    ],
)
def test_rules_of_assets(change, message):
    with pytest.raises(LetfError, match=message):
        Assets(**{"fund": TNA, "dollars": 1e9} | change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"assets": ()}, "assets must be of at least one fund; give some"),
        ({"assets": (TNA,)}, "assets must be Assets"),
        ({"assets": (BULL, BULL)}, "assets must be of different funds, got F3, F3"),
        ({"assets": (BULL, replace(BEAR, fund=replace(TZA, index="SPY")))}, "on one index, got IWM, SPY"),
        ({"impact": -0.1}, r"impact per \$1B \(0.001 is 0.1%\) must be in \[0, 1\], got -0.1"),
        ({"impact": 1.1}, r"must be in \[0, 1\], got 1.1"),
        ({"reverts": 1.5}, r"reverts \(0.5 is 50%\) must be in \[0, 1\], got 1.5"),
        ({"impact": 0.1}, r"gain of 1.44, .* must be below 1 .* give less than 6.94%"),
        ({"impact": 0.04, "reverts": 1.0}, r"gain of 0.576, .* must be below 0.5 .* give less than 3.47%"),
    ],
)
def test_rules_of_feedback(change, message):
    with pytest.raises(LetfError, match=message):
        Feedback(**{"assets": (BULL, BEAR)} | change)


def test_what_reverts_lowers_the_gain_that_holds():
    assert (most_gain(0.0), most_gain(1.0)) == (1.0, 0.5)
