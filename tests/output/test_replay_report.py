"""Replays and fitted costs as text: every table fits 80 columns, whatever the figures."""

from dataclasses import replace

import numpy as np
import pytest
from prices import fund, fund_returns, index_returns, prices

from simulator.history.fit_costs import fit_costs
from simulator.history.pair import Pair
from simulator.history.replay import replay
from simulator.history.windows import realised
from simulator.output import costs_report, replay_report
from simulator.output.replay_report import points
from simulator.output.text import grid, labelled, paragraph

LEVERAGES = (3.0, -3.0)


def made_up(leverage, days=1000, vol=0.012, drift=0.0, ticker=None):
    r = index_returns(days, vol) + drift
    real = prices(fund_returns(r, leverage, 0.02, 5e-4), "FUND.csv")
    described = fund(leverage, **({"ticker": ticker} if ticker else {}))
    return replay(Pair(fund=described, index=prices(r, "IDX.csv"), fund_prices=real), 0.04)


def shown(replays):
    text = replay_report.report(replays, realised([told.pair for told in replays]))
    assert text.endswith("\n")
    for line in text.splitlines():
        assert len(line) <= 80 and line == line.rstrip()
    return text


@pytest.mark.parametrize(("vol", "drift"), [(0.012, 0.0), (0.03, 0.0), (0.001, 0.0), (0.012, 0.003), (0.02, -0.004)])
def test_replays_fit_eighty_columns(vol, drift):
    """Growth to millions of times the money put in, and to nothing; hundreds of points of divergence."""
    text = shown([made_up(leverage, 2500, vol, drift, "LONGTICKER12") for leverage in LEVERAGES])
    assert "nan" not in text.replace("finan", "") and "inf" not in text


def test_the_heading_is_of_the_fund_with_most_days():
    short, long = made_up(3.0, 300), made_up(-3.0, 1000)
    assert shown([short, long]).startswith(
        "Index   IDX.csv, column 'Adj Close', 2012-01-02 to 2015-11-02, 1,000 returns"
    )


def test_the_parts_of_a_year_are_shown():
    told = made_up(3.0)
    parts = told.attribution(told.years()[2013])
    row = next(line for line in shown([told]).splitlines() if line.startswith("2013 "))
    values = (parts.index_return, parts.multiple, parts.compounding, parts.volatility_drag, parts.financing, parts.swap)
    values += (parts.fee, parts.replay_return, parts.tracking, parts.fund_return)
    assert row.split()[1:] == [points(value) for value in values]


def test_holds_and_days_are_shown():
    told = made_up(-3.0)
    text, hold = shown([told]), realised([told.pair])[0][2]
    row = next(line for line in text.splitlines() if line.startswith("21 "))
    assert row.split()[1] == points(hold.quantiles[0.05].estimate) and str(len(hold.independent)) in row.split()
    fit = told.daily_fit()
    assert f"beta {fit.beta:.3f}±{fit.beta_stderr:.3f}" in text
    assert f"{told.pair.dates[told.worst_days()[0] + 1]}" in text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1234, "12.3"),
        (-0.0001, "0.0"),
        (12.345, "1234"),
        (-0.99999, "-100.0"),
        (9.9999, "1000.0"),
        (-12345, "-1.2e6"),
    ],
)
def test_points(value, text):
    assert points(value) == text


def legs(count=2, days=1050):
    return [made_up(leverage, days) for leverage in (3.0, -3.0, 2.0, -2.0)[:count]]


@pytest.mark.parametrize("count", [2, 3, 4])
def test_costs_fit_eighty_columns(count):
    text = costs_report.report(fit_costs(legs(count)))
    for line in text.splitlines():
        assert len(line) <= 80 and line == line.rstrip()
    assert "Newey-West" in text and "off by" in text and "at worst" in text


def test_a_single_year_has_nothing_to_check():
    text = costs_report.report(fit_costs(legs(days=300)))
    assert (
        "nothing to check them on" in " ".join(text.split()) and "2013" not in text.split("Costs by calendar year")[1]
    )


def test_partial_and_vague_years_are_marked():
    told = legs()
    days = told[0].years()[2013]
    for i, leg in enumerate(told):
        close = leg.pair.fund_prices.close.copy()
        close[days[0] : days[60]] *= np.exp(np.linspace(0, 0.1, 60))
        close[days[60] :] *= np.exp(0.1)
        told[i] = replay(replace(leg.pair, fund_prices=replace(leg.pair.fund_prices, close=close)), 0.04)
    text = costs_report.report(fit_costs([replace(leg) for leg in told]))
    assert "\n2013!" in text and "! a standard error above 2% a year" in text and "Apart: " in text
    part = costs_report.report(fit_costs([made_up(leverage, 400) for leverage in LEVERAGES]))
    assert "\n2013*" in part and "* part of the year" in part


def test_lines():
    assert labelled("Index", "a b") == ["Index   a b"]
    assert all(len(line) <= 80 for line in paragraph("word " * 100))
    assert grid([["", "x"], ["long", "-1.0"]]) == ["         x", "long  -1.0"]
    assert grid([["a", ""], ["b", ""]]) == ["a", "b"]
