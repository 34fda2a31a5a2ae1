"""Short both, against the real funds: the study's sums by a slow twin, and what docs/trades.md says it finds."""

import importlib.util
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from prices import fund_returns, index_returns, prices, weekdays, write_prices, write_series

from simulator.spec.files import preset_market

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "scripts" / "study_short_both.py"
SINGLES = 1e-6  # of 40 days' returns that the engine keeps in single precision, threefold, half a dollar each
POINT = 0.01


def _script():
    spec = importlib.util.spec_from_file_location("study_short_both", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


study = _script()
RULES = tuple(study.RULES.values())


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Two years of funds that do as their formula says, at a rate of 2 %."""
    folder = tmp_path_factory.mktemp("short_both")
    first = np.datetime64(study.FIRST)
    index = index_returns(600, 0.02)
    write_prices(folder, prices(index, "IWM.csv", first))
    for ticker, leverage in (("TNA", 3.0), ("TZA", -3.0)):
        write_prices(folder, prices(fund_returns(index, leverage, 0.02), f"{ticker}.csv", first))
    days = np.arange(first, weekdays(602, first)[-1])
    write_series(folder, "DFF.csv", days, np.full(len(days), 2.0))
    return study.read(folder)


@pytest.fixture(scope="module")
def past(shared_data):
    return study.read(shared_data)


@pytest.mark.parametrize("every", RULES)
def test_real_profits_are_those_of_a_slow_twin(made, every):
    found = study.real_profits(made, 20, every)
    assert found.shape == (581,)
    for start in (0, 77, 580):
        bull, bear, cash = -0.5, -0.5, 2.0
        for day in range(20):
            bull *= 1 + made.returns[start + day, 0]
            bear *= 1 + made.returns[start + day, 1]
            cash *= 1 + made.rate[start + day] / 252
            if every and day % every == every - 1:
                equity = cash + bull + bear
                bull, bear, cash = -equity / 2, -equity / 2, 2 * equity
        assert found[start] == pytest.approx(cash + bull + bear - 1, abs=1e-13)


@pytest.mark.parametrize("own_costs", [False, True])
def test_the_engine_on_days_of_funds_by_the_book_earns_what_they_do(made, own_costs):
    """Their carry is replaced by the book's; with that the two agree to the rounding of singles."""
    starts = np.array([0, 100, 250, 560])
    fed = study.fed_profits(made, 40, starts, own_costs)
    for start, found in zip(starts.tolist(), fed.T, strict=True):
        year = int(str(made.dates[start + 1])[:4])
        funds = made.year_costs[year] if own_costs else study.find_funds(study.TICKERS, study.preset_funds())
        book = np.column_stack([study.daily_growth(fund, made.index, made.rate) - 1 for fund in funds])
        there = [study.real_profits(replace(made, returns=book), 40, every)[start] for every in RULES]
        assert found == pytest.approx(there, abs=SINGLES)


def test_tossed_days_keep_their_size_and_their_mean(made):
    mean = made.index.mean()
    other = study.tossed(made, 3)
    assert np.abs(other.index - mean) == pytest.approx(np.abs(made.index - mean), abs=1e-15)
    assert 0.4 < np.mean(np.isclose(other.index, made.index)) < 0.6
    ratios = [study.variance_ratio(study.tossed(made, seed).index, 20) for seed in range(200)]
    assert np.mean(ratios) == pytest.approx(1, abs=0.08)  # its standard error is 0.02, a sample's mean takes 0.04 off
    assert (
        study.variance_ratio(np.tile([0.01, -0.01], 300), 20)
        < 0.1
        < 5
        < study.variance_ratio(np.repeat([0.01, -0.01] * 15, 20), 20)
    )


def test_on_real_days_the_engine_earns_what_the_real_funds_did(past):
    """Half the windows agree to a tenth of a point, and all but those of March 2020 to 1.5 or 2."""
    for hold, most in zip(study.HOLDS, (1.5, 2.0), strict=True):
        starts = np.arange(0, len(past.returns) + 1 - hold, hold)
        first, last = past.dates[starts], past.dates[starts + hold]
        wild = (first < np.datetime64("2020-03-20")) & (last >= np.datetime64("2020-03-16"))
        fed = study.fed_profits(past, hold, starts, own_costs=True)
        for every, found in zip(RULES, fed, strict=True):
            gap = np.abs(study.real_profits(past, hold, every)[starts] - found)
            assert np.median(gap) < 0.1 * POINT
            assert gap[~wild].max() < most * POINT < gap[wild].max()
            assert wild.sum() <= 2


def test_the_law_differs_from_the_real_one_by_costs_and_the_order_of_days(past, monkeypatch):
    """At the years' costs the model's mean is that of the real days with tossed signs, which is luck's own range."""
    monkeypatch.setattr(study, "PATHS", 2**16)
    rate = float(past.rate.mean())
    preset = study.find_funds(study.TICKERS, study.preset_funds())
    asked, at_costs = (study.model_profits(preset_market(), 20, rate, funds) for funds in (preset, past.mean_costs))
    for profits, costly, every in zip(asked, at_costs, RULES, strict=True):
        real = study.real_law(study.real_profits(past, 20, every))
        toss = np.array([study.real_profits(study.tossed(past, seed), 20, every) for seed in range(100)])
        coin = study.law(toss.ravel())
        assert study.law(profits)[0] < real[0].low and study.law(profits)[1] < real[1].low
        assert study.law(costly)[0] == pytest.approx(coin[0], abs=0.1 * POINT)
        assert study.law(costly)[1:] == pytest.approx(coin[1:], rel=0.25)
        assert 0.05 < np.mean(toss.mean(axis=1) >= real[0].estimate) < 0.3


def test_the_page_has_the_tables_that_the_script_prints(shared_data):
    printed = subprocess.run([sys.executable, SCRIPT, shared_data], capture_output=True, text=True, check=True).stdout
    rows = [line for line in printed.splitlines() if line.startswith("|")]
    page = (ROOT / "docs" / "trades.md").read_text().splitlines()
    assert len(rows) == 32 and [row for row in rows if row not in page] == []
