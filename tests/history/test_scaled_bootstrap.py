"""Past days with their forecasts as a market: what is drawn, what it is divided by, where it starts."""

from dataclasses import replace

import numpy as np
import pytest
from prices import index_returns, prices

from simulator.errors import LetfError
from simulator.history.forecast import daily_variances, forecasts
from simulator.history.scaled_bootstrap import scaled_bootstrap_market
from simulator.history.series import Series
from simulator.history.state import as_of
from simulator.spec.files import market_to_toml, read_market

COUNT = 8 * 261 + 40
SWINGS = np.where(np.arange(COUNT) // 90 % 2, 1.6, 0.7)
MADE = prices(SWINGS * index_returns(COUNT), "MADE.csv")
BARS = replace(MADE, open=MADE.close * 1.001, high=MADE.close * 1.01, low=MADE.close * 0.992)
INDEX = Series(dates=MADE.dates, values=20 + 8 * np.sin(np.arange(COUNT + 1) / 30), source="VIX.csv", sha256="v" * 64)
DIGITS = 1e-7  # what a file keeps of a volatility, relative


@pytest.fixture(scope="module")
def market():
    return scaled_bootstrap_market(MADE, vol_index=INDEX)


def test_days_are_drawn_from_the_sixth_calendar_year_on(market):
    drawn = MADE.dates[1:].astype("datetime64[Y]") >= MADE.dates[1].astype("datetime64[Y]") + 5
    assert market.log_returns == pytest.approx(MADE.log_returns()[drawn], abs=1e-8)
    assert market.provenance["first_drawn"] == str(MADE.dates[1:][drawn][0])


def test_each_day_is_divided_by_the_forecast_before_it(market):
    made = forecasts(MADE.dates[1:], daily_variances(MADE, "closes"), np.round(MADE.log_returns(), 8))
    vols = np.exp(made.log_variance[:-1] / 2)
    assert market.scaling.prices.vols == pytest.approx(vols[np.isfinite(vols)], rel=DIGITS)
    assert market.scaling.prices.error_sd == pytest.approx(made.error_sd, rel=DIGITS)


def test_no_divisor_knows_what_comes(market):
    """Other days in the last year leave every forecast of the years before as it was."""
    last_year = MADE.dates[1:].astype("datetime64[Y]") == MADE.dates[-1].astype("datetime64[Y]")
    other = prices(np.where(last_year, -0.02, SWINGS * index_returns(COUNT)), "OTHER.csv")
    before = len(market.log_returns) - int(last_year.sum())
    changed = scaled_bootstrap_market(other, vol_index=INDEX).scaling
    for name in ("prices", "index"):
        kept, again = getattr(market.scaling, name).vols, getattr(changed, name).vols
        assert again[: before + 1] == kept[: before + 1] and again[before + 3 :] != kept[before + 3 :]


def test_a_market_started_at_its_own_last_day_is_where_it_was(market):
    again = as_of(market, MADE, INDEX)
    assert again.scaling.initial == pytest.approx(market.scaling.initial, rel=DIGITS)
    assert again.scaling.recent_variances == market.scaling.recent_variances
    assert again.scaling.initial_by == "index"


def test_without_the_volatility_index_it_starts_by_prices(market):
    alone = as_of(market, MADE)
    by_prices = scaled_bootstrap_market(MADE)
    assert alone.scaling.initial_by == "prices"
    assert alone.scaling.initial == pytest.approx(by_prices.scaling.initial, rel=DIGITS)


def test_an_earlier_close_starts_it_elsewhere(market):
    earlier = as_of(market, MADE.between(end=MADE.dates[-120]))
    assert earlier.provenance["as_of"] == str(MADE.dates[-120])
    assert earlier.scaling.initial != pytest.approx(market.scaling.initial, rel=0.05)
    assert earlier.log_returns == market.log_returns


def test_ranges_measure_a_day_where_there_are_some():
    assert scaled_bootstrap_market(BARS).scaling.measure == "range"
    assert scaled_bootstrap_market(MADE).scaling.measure == "closes"
    with pytest.raises(LetfError, match=r"MADE\.csv: no open, high and low, by which this market measures"):
        as_of(scaled_bootstrap_market(BARS), MADE)


def test_an_index_that_misses_days_is_told():
    short = replace(INDEX, dates=INDEX.dates[:-200], values=INDEX.values[:-200])
    with pytest.raises(LetfError, match=r"VIX\.csv: no value for .* or the week before; it has "):
        scaled_bootstrap_market(MADE, vol_index=short)


def test_a_file_gives_the_market_back(market, tmp_path):
    (tmp_path / "market.toml").write_text(market_to_toml(market))
    assert read_market(tmp_path / "market.toml") == market
