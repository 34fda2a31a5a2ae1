"""The state that prices lead to, against fits of the same prices and slow twins."""

from dataclasses import replace

import numpy as np
import pytest
import reference
from examples import market as regimes_market
from prices import index_returns, prices

from simulator.errors import LetfError
from simulator.history.bootstrap import bootstrap_market
from simulator.history.calibrate import calibrate
from simulator.history.kinds import fit_market
from simulator.history.prices import read_prices
from simulator.history.state import as_of, filtered_laws, following_variance
from simulator.spec.ensemble import EnsembleMarket, Member
from simulator.spec.garch import CAP, GarchMarket

ROUNDED = 1e-6  # a market keeps eight digits of its fit
DAYS = 400


@pytest.fixture(scope="module")
def iwm(shared_data):
    return read_prices(shared_data / "IWM.csv")


def made(days=DAYS, seed=3):
    vol = np.where(np.arange(days) // 80 % 2, 0.03, 0.008)
    return prices(vol / 0.012 * index_returns(days, seed=seed), "MADE.csv")


def twin_laws(market, returns):
    """Bayes' rule, day after day; densities in plain words."""
    means = [
        regime.annual_log_drift / 252 if regime.annual_log_drift is not None else mean
        for regime, mean in zip(market.regimes, market.daily_means(), strict=True)
    ]
    center = float(market.stationary_law() @ means)
    law, previous, laws = market.stationary_law(), center, []
    for x in returns:
        likelihood = []
        for mean, regime in zip(means, market.regimes, strict=True):
            sd = regime.annual_vol / np.sqrt(252)
            z = (x - mean - market.autocorrelation * (previous - center)) / sd
            if regime.dof is None:
                density = np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
            else:
                cut = reference.CutT(regime.dof)
                density = cut.law.pdf(z * cut.scale) * cut.scale / cut.mass
            likelihood.append(density / sd)
        law = law * likelihood
        law = law / law.sum()
        laws.append(law)
        law = law @ np.array(market.transition)
        previous = x
    return np.array(laws)


@pytest.mark.parametrize(
    "market",
    [
        regimes_market(1),
        regimes_market(3),
        regimes_market(3, drift="regime", log_drifts=[0.3, -0.1, -0.8]),
        regimes_market(3, drift=0.1, log_drifts=[0.3, None, -0.8]),
        regimes_market(2, autocorrelation=-0.2),
        regimes_market(2, dof=3.5),
    ],
    ids=["one", "three", "own drifts", "one own drift", "autocorrelated", "fat tails"],
)
def test_filtered_laws_are_the_twins(market):
    returns = made(120).log_returns()
    np.testing.assert_allclose(filtered_laws(market, returns), twin_laws(market, returns), rtol=1e-8, atol=1e-12)


def test_normal_and_fat_tailed_regimes_filter_together():
    two = regimes_market(2)
    market = replace(two, regimes=(two.regimes[0], replace(two.regimes[1], dof=4.0)))
    returns = made(120).log_returns()
    np.testing.assert_allclose(filtered_laws(market, returns), twin_laws(market, returns), rtol=1e-8, atol=1e-12)


def test_regimes_start_where_their_own_fit_ended():
    fit = calibrate(made(300), 2, "t")
    started = as_of(fit.market(initial="stationary"), made(300))
    np.testing.assert_allclose(started.initial, fit.market().initial, atol=ROUNDED)
    assert started.provenance == fit.market().provenance
    assert started.last_log_return is None


def test_regimes_start_where_their_own_fit_of_real_prices_ended(iwm):
    fit = calibrate(iwm)
    np.testing.assert_allclose(as_of(fit.market(initial="stationary"), iwm).initial, fit.market().initial, atol=ROUNDED)


def test_an_autocorrelated_market_goes_on_from_the_last_return():
    market = as_of(regimes_market(2, autocorrelation=0.2), made())
    assert market.last_log_return == made().log_returns()[-1]


def test_what_was_before_three_months_is_forgotten(iwm):
    whole = as_of(fit_market("markov", iwm), iwm)
    recent = as_of(whole, iwm.between(start=iwm.dates[-67]))
    np.testing.assert_allclose(recent.initial, whole.initial, atol=0.01)


GARCH = GarchMarket(drift=0.08, omega=2e-6, alpha=0.02, gamma=0.1, beta=0.9, dof=8.0, skew=-0.1, annual_log_drift=0.05)


def test_garch_variance_is_archs(iwm):
    from arch import arch_model

    x = iwm.log_returns()
    theirs = arch_model(100 * x, p=1, o=1, q=1, dist="skewt", rescale=False)
    fixed = theirs.fix([100 * 0.05 / 252, 1e4 * GARCH.omega, GARCH.alpha, GARCH.gamma, GARCH.beta, 8.0, -0.1])
    variance = fixed.forecast(horizon=1).variance.to_numpy()[-1, 0] / 1e4
    assert following_variance(GARCH, x) == pytest.approx(variance, rel=1e-9)
    started = as_of(GARCH, iwm)
    assert started.first_variance() == pytest.approx(variance, rel=1e-9)
    assert started.provenance["as_of"] == "2024-12-31"


def test_a_market_without_a_mean_of_its_own_takes_that_of_its_drift():
    x = made().log_returns()
    plain = replace(GARCH, annual_log_drift=None)
    mean = 0.08 / 252 - GARCH.innovations.log_mean_exp(x.std())
    assert following_variance(plain, x) == following_variance(replace(plain, annual_log_drift=252 * mean), x)


def test_a_garch_market_is_never_above_its_cap():
    wild = prices(np.where(np.arange(100) % 2, 0.9, -0.45), "WILD.csv")
    assert as_of(GARCH, wild).first_variance() == pytest.approx(CAP**2)


def test_a_bootstrap_has_no_state():
    market = bootstrap_market(made())
    started = as_of(market, made(seed=4))
    assert started.provenance["as_of"] == str(made().dates[-1])
    assert replace(started, provenance=market.provenance) == market


def test_every_member_of_an_ensemble_starts():
    regimes = replace(regimes_market(2), name="regimes")
    members = (Member(weight=0.5, market=regimes), Member(weight=0.5, market=replace(GARCH, name="garch")))
    started = as_of(EnsembleMarket(members=members, drift=0.08), made())
    assert [member.market for member in started.members] == [
        as_of(replace(member.market, drift=0.08), made()) for member in members
    ]
    assert started.provenance == {"as_of": str(made().dates[-1])}


def test_the_start_follows_the_prices():
    calm, wild = (prices(index_returns(200, vol), "A.csv") for vol in (0.006, 0.05))
    for market in (regimes_market(3), GARCH):
        assert as_of(market, calm).expected_vol() < market.expected_vol() < as_of(market, wild).expected_vol()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (made(65), "MADE.csv: 65 returns from 2012-01-02 to 2012-04-02; at least 66 are needed, give more days"),
        (prices(np.zeros(70), "F.csv"), "F.csv: the prices do not move"),
    ],
)
def test_prices_that_lead_to_no_state_are_refused(given, message):
    with pytest.raises(LetfError, match=message):
        as_of(GARCH, given)


def test_weekly_prices_are_refused():
    daily = made()
    weekly = replace(daily, dates=daily.dates[::5], close=daily.close[::5])
    with pytest.raises(LetfError, match="7 days apart in the median; daily prices are needed"):
        as_of(GARCH, weekly)
