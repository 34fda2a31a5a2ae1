"""Shares of overnight variance: known ones, and what is no open."""

from dataclasses import replace

import numpy as np
import pytest
from prices import prices

from simulator.history.calibrate import calibrate
from simulator.history.overnight import overnight_share, overnight_shares
from simulator.history.prices import read_prices

SIGMAS = 4
DAYS = 3000
CALM, WILD = (0.004, 0.007), (0.03, 0.02)  # daily volatility overnight, and from open to close


def made(days=DAYS, seed=1):
    """Prices of two kinds of days, and which are wild."""
    rng = np.random.default_rng(seed)
    wild = np.arange(days) // 60 % 4 == 0
    overnight, intraday = (rng.normal(size=days) * np.where(wild, WILD[i], CALM[i]) for i in (0, 1))
    base = prices(np.expm1(overnight + intraday), "MADE.csv")
    opens = np.concatenate([[base.close[0]], base.close[:-1] * np.exp(overnight)])
    return replace(base, open=opens), np.column_stack([~wild, wild]).astype(float)


def true_share(overnight, intraday):
    return overnight**2 / (overnight**2 + intraday**2)


def test_known_shares_are_found_within_their_errors():
    for share, truth in zip(overnight_shares(*made()), (true_share(*CALM), true_share(*WILD)), strict=True):
        assert abs(share.estimate - truth) < SIGMAS * share.stderr < 0.2


def test_one_share_of_all_days_is_that_of_their_whole_variance():
    given, laws = made()
    days = laws.mean(axis=0)
    overnight, intraday = (days @ np.array([CALM[i], WILD[i]]) ** 2 for i in (0, 1))
    found = overnight_share(given)
    assert abs(found.estimate - overnight / (overnight + intraday)) < SIGMAS * found.stderr < 0.2
    assert overnight_share(given) == overnight_shares(given, np.ones((DAYS, 1)))[0]
    assert overnight_share(replace(given, open=None)) is None


def test_standard_errors_are_the_spread_of_repeated_samples():
    found = [overnight_shares(*made(seed=seed)) for seed in range(60)]
    for k in range(2):
        spread = np.std([shares[k].estimate for shares in found], ddof=1)
        claimed = np.median([shares[k].stderr for shares in found])
        assert claimed == pytest.approx(spread, rel=0.4)  # four standard errors of a spread of 60


def test_a_calibrated_market_keeps_them(tmp_path):
    given, _ = made()
    fit = calibrate(given, 2)
    market = fit.market()
    for regime, truth in zip(market.regimes, (true_share(*CALM), true_share(*WILD)), strict=True):
        assert regime.overnight_share == pytest.approx(truth, abs=0.08)
    assert set(market.provenance["standard_errors"]["calm"]) > {"overnight_share"}
    assert fit.n_parameters == 6


def test_real_prices(shared_data):
    iwm = read_prices(shared_data / "IWM.csv")
    calm, _, crisis = overnight_shares(iwm, calibrate(iwm).smoothed)
    assert calm.estimate == pytest.approx(0.26, abs=0.03)
    assert crisis.estimate > calm.estimate and crisis.stderr > 3 * calm.stderr


def test_days_without_an_open_do_not_count():
    given, laws = made()
    opens = given.open.copy()
    opens[100:2000] = [np.nan, 0.0, -1.0, np.inf] * 475
    assert overnight_shares(replace(given, open=opens), laws)[0].estimate == pytest.approx(true_share(*CALM), abs=0.05)


def test_a_regime_of_few_opens_has_no_share():
    given, laws = made()
    opens = np.where(np.arange(DAYS + 1) % 240 < 62, np.nan, given.open)
    opens[1:15] = given.open[1:15]
    calm, wild = overnight_shares(replace(given, open=opens), laws)
    assert calm.estimate == pytest.approx(true_share(*CALM), abs=0.05) and wild is None


@pytest.mark.parametrize("scale", [np.nan, 0.0, 2.0], ids=["no opens", "zeros", "another basis"])
def test_opens_of_no_use_give_no_shares_and_a_note(scale):
    given, laws = made(600)
    useless = replace(given, open=scale * given.open)
    assert overnight_shares(useless, laws) is None
    fit = calibrate(useless, 2)
    assert fit.overnight_share is None and fit.market().regimes[0].overnight_share is None
    assert "the opens are none, or not on the basis of the closes: no overnight_share" in fit.notes()


def test_prices_without_opens_have_no_shares_and_no_note():
    given, laws = made(600)
    assert overnight_shares(replace(given, open=None), laws) is None
    assert calibrate(replace(given, open=None), 2).notes() == []
