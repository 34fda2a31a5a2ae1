"""Forecasts of past days: what they may know, what they carry, and that their scores come out as they must."""

from dataclasses import replace

import numpy as np
import pytest
from prices import fund, fund_returns, index_returns, prices

from simulator.engine.simulate import simulate
from simulator.errors import LetfError
from simulator.history.crps import verify
from simulator.history.forecasters import FORECASTERS, Past, find_forecasters
from simulator.history.prices import read_prices
from simulator.history.rates import read_rates
from simulator.history.record import make_record
from simulator.history.score import find_origins, score
from simulator.history.verdict import judge
from simulator.result import QUANTILES
from simulator.spec.files import find_funds, preset_funds
from simulator.spec.run import Simulation

DAYS, YEARS_OF_DAYS = 1300, 2200  # the latter to 2020-06: some models learn from seven years
SWINGS = np.where(np.arange(DAYS) // 90 % 2, 1.6, 0.7)  # of volatility, so that every model has something to find
RETURNS = SWINGS * index_returns(DAYS)
FIRST = np.datetime64("2015-01")
PLAIN = {name: FORECASTERS[name] for name in ("gbm", "ewma")}
FEW = {"paths": 256, "horizons": (5, 21)}


def made(returns, rates=0.03):
    index = prices(returns, "IDX.csv")
    legs = tuple(prices(fund_returns(returns, leverage), f"F{leverage}.csv") for leverage in (3, -3))
    return make_record(index, legs, (fund(3), fund(-3)), rates=rates)


@pytest.fixture(scope="module")
def record():
    return made(RETURNS)


@pytest.fixture(scope="module")
def scored(record):
    return score(record, find_origins(record, FIRST), PLAIN, **FEW)


def test_origins_end_three_months_before_the_prices(record, scored):
    assert (str(scored.origins.months[0]), str(scored.origins.months[-1])) == ("2015-01", "2016-09")
    assert record.dates[-1] == np.datetime64("2016-12-26")


def test_a_forecast_is_the_run_that_the_spec_says(record, scored):
    """One origin by hand: the state at its close, the rate and the cost, the outcome after it."""
    origin = 3
    day = scored.entry_days[origin]
    past = Past(record.index.between(end=str(day)), None, "IDX")
    funds = tuple(replace(each, expense_ratio=0.0185) for each in record.funds)
    seed = int(np.random.SeedSequence((1, int(day.astype(int)))).generate_state(1, np.uint64)[0])
    market = FORECASTERS["ewma"].start(None, past).with_drift(0.08)
    spec = Simulation(market=market, funds=funds, horizons=(5, 21), paths=256, seed=seed, rate=0.03)
    law = simulate(spec).divergence("F-3", 21)
    cell = (origin, 1, 1, 1)
    found = scored.forecasts["ewma"]
    assert found.quantiles[cell].tolist() == law.quantile(np.array(QUANTILES)).tolist()
    assert (found.crps[cell], found.pit[cell]) == verify(law, float(scored.outcomes[cell]))


def test_the_drift_0_runs_are_those_of_drift_0(record, scored):
    flat = score(record, scored.origins, PLAIN, drift=0.0, **FEW)
    for name in PLAIN:
        assert np.array_equal(scored.driftless[name].crps, flat.forecasts[name].crps)
        assert not np.array_equal(scored.forecasts[name].crps, flat.forecasts[name].crps)
        assert flat.driftless[name] is flat.forecasts[name]


def test_threads_and_other_origins_change_nothing(record, scored):
    some = type(scored.origins)(scored.origins.at[4:9], scored.origins.months[4:9])
    for threads in (1, 2):
        found = score(record, some, PLAIN, threads=threads, **FEW)
        for name in PLAIN:
            assert np.array_equal(found.forecasts[name].quantiles, scored.forecasts[name].quantiles[4:9])


@pytest.mark.parametrize("name", FORECASTERS)
def test_no_forecast_knows_what_comes(name):
    """Two origins, the first a January's: other prices after the last one leave the forecasts alone, bit for bit."""
    whole = SWINGS[np.arange(YEARS_OF_DAYS) % DAYS] * index_returns(YEARS_OF_DAYS)
    record = made(whole)
    origins = find_origins(record, np.datetime64("2020-01"), np.datetime64("2020-02"))
    last = int(origins.at[-1])
    returns = whole.copy()
    returns[last:] = 3 * returns[last:][::-1]
    other = made(returns)
    found = [score(each, origins, {name: FORECASTERS[name]}, **FEW) for each in (record, other)]
    quantiles = [each.forecasts[name].quantiles for each in found]
    assert np.array_equal(*quantiles) and np.isfinite(quantiles[0]).all()
    assert not np.array_equal(found[0].outcomes, found[1].outcomes)


def test_models_are_fitted_once_a_january_on_earlier_days(record, scored):
    seen = []

    def fit(past):
        seen.append(str(past.prices.dates[-1]))
        return past.prices.dates[-1]

    def start(fitted, past):
        assert fitted < np.datetime64(f"{(past.prices.dates[-1] + 5).astype('datetime64[Y]')}-01-01")
        return FORECASTERS["gbm"].start(None, past)

    score(record, scored.origins, {"spy": FORECASTERS["gbm"]._replace(fit=fit, start=start)}, **FEW)
    assert seen == ["2014-12-31", "2015-12-31"]


def test_a_forecaster_that_knows_the_law_is_calibrated_and_beats_one_that_does_not():
    record = made(index_returns(3000, vol=0.012, seed=5), rates=0.0)
    wild = FORECASTERS["gbm"]._replace(start=lambda _, past: FORECASTERS["gbm"].start(_, past).with_scaled_vol(0.4))
    models = {"gbm": FORECASTERS["gbm"], "wild": wild}
    found = judge(score(record, find_origins(record, FIRST), models, cost=0.0, paths=1024, horizons=(21,)))
    pooled = {(row.model, row.quantity): row.skill for row in found.pooled if row.variant == "all"}
    for quantity in ("fund_return", "divergence"):
        assert pooled["wild", quantity]["gbm"].high < 0
    ninety = next(row for row in found.covered if (row.model, row.level) == ("gbm", 0.9))
    assert ninety.share.low < 0.9 < ninety.share.high
    assert next(row for row in found.covered if (row.model, row.level) == ("wild", 0.9)).lowest > 0.95


def test_what_a_forecaster_refuses_reaches_the_caller(record, scored):
    def start(fitted, past):
        raise LetfError("no start")

    with pytest.raises(LetfError, match="no start"):
        score(record, scored.origins, {"bad": FORECASTERS["gbm"]._replace(start=start)}, **FEW)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"paths": 1}, "paths must be from 2"),
        ({"horizons": (0,)}, "horizon must be from 1"),
        ({"horizons": (21, 700)}, "no hold of 700 days ends by 2016-12-26; name shorter ones"),
        ({"cost": 1.5}, "expense_ratio must be in"),
        ({"drift": 99.0}, "drift"),
        ({"seed": -1}, "seed must be from 0"),
        ({"threads": 0}, "threads must be from 1"),
    ],
)
def test_bad_values_are_refused(record, scored, given, message):
    with pytest.raises(LetfError, match=message):
        score(record, scored.origins, PLAIN, **FEW | given)


def test_progress_ends_with_all_paths(record, scored):
    heard = []
    score(record, scored.origins, PLAIN, on_progress=heard.append, **FEW)
    assert heard == sorted(heard) and heard[-1] == len(scored.origins.at) * len(PLAIN) * 256


# of the six cells: skill over GBM for return and divergence, range of the 90 % coverage, lowest 98 % coverage, percent
PROTOTYPES = {
    "markov": (3.5, 8.6, (91, 96), 96),
    "bootstrap": (4.0, 5.7, (89, 93), 97),
    "gjr": (6.5, 10.3, (91, 95), 97),
}
SKILL_NOISE = 0.8  # points: 0.3 of the prototypes' 3,000 paths, as much of 2,048 here, both to two standard errors
COVERAGE_NOISE = 1.2  # points: two outcomes of 188 on the edge of an interval


def test_real_funds_score_as_the_prototypes_did(shared_data):
    record = make_record(
        read_prices(shared_data / "IWM.csv"),
        (read_prices(shared_data / "TNA.csv"), read_prices(shared_data / "TZA.csv")),
        find_funds(("TNA", "TZA"), preset_funds()),
        rates=read_rates(shared_data / "DFF.csv"),
    )
    origins = find_origins(record)
    assert len(origins.at) == 188 and origins.months[[0, -1]].astype(str).tolist() == ["2009-02", "2024-09"]
    assert record.dates[origins.at[[0, -1]]].astype(str).tolist() == ["2009-01-30", "2024-08-30"]
    found = judge(score(record, origins, find_forecasters(PROTOTYPES), paths=2048, horizons=(21, 42, 63)))
    pooled = {
        (row.model, row.quantity): row.skill["gbm"]
        for row in found.pooled
        if row.variant == "all" and row.skill.get("gbm")
    }
    covered = {(row.model, row.level): row for row in found.covered}
    for model, (gain, divergence, cells, lowest) in PROTOTYPES.items():
        assert 100 * pooled[model, "fund_return"].estimate == pytest.approx(gain, abs=SKILL_NOISE)
        assert 100 * pooled[model, "divergence"].estimate == pytest.approx(divergence, abs=SKILL_NOISE)
        narrow = covered[model, 0.9]
        assert (100 * narrow.lowest, 100 * narrow.highest) == pytest.approx(cells, abs=COVERAGE_NOISE)
        assert 100 * covered[model, 0.98].lowest == pytest.approx(lowest, abs=COVERAGE_NOISE)
