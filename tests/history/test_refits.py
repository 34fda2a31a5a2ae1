"""Refits: fitted to resampled histories as markets are, started from the real last day, kept."""

from dataclasses import replace

import numpy as np
import pytest
from prices import index_returns, prices

from simulator.errors import LetfError
from simulator.history import refits as module
from simulator.history.kinds import DEFAULT_KIND, fit_market
from simulator.history.prices import read_prices
from simulator.history.refits import MOST_DRAWS, kept_refits, refit, refit_markets
from simulator.history.resample import resampled
from simulator.history.series import Series
from simulator.history.state import as_of
from simulator.history.vol_index import read_vol_index

COUNT = 8 * 261  # a scaled bootstrap needs seven calendar years
MADE = prices(np.where(np.arange(COUNT) // 90 % 2, 1.6, 0.7) * index_returns(COUNT), "MADE.csv")
INDEX = Series(dates=MADE.dates, values=20 + 8 * np.sin(np.arange(COUNT + 1) / 30), source="VIX.csv", sha256="v" * 64)


def without_provenance(market):
    return replace(market, provenance={})


@pytest.mark.parametrize("kind", ["bootstrap", "garch", "scaled-bootstrap"])
def test_a_refit_is_the_fit_to_a_resampled_history_at_the_real_last_day(kind):
    index = INDEX if kind == "scaled-bootstrap" else None
    (found,) = refit_markets(MADE, 1, kind=kind, vol_index=index, drift=0.05, index="IDX", seed=3)
    history, history_index = resampled(MADE, index, np.random.default_rng((3, 1, 0)))
    fitted = fit_market(kind, history, vol_index=history_index, drift=0.05, index="IDX")
    assert without_provenance(found) == without_provenance(as_of(fitted, MADE, index))
    real = fit_market(kind, MADE, vol_index=index, drift=0.05, index="IDX")
    assert without_provenance(found) != without_provenance(real)
    assert (found.name, found.index, found.drift) == (real.name, "IDX", 0.05)
    assert (found.provenance["refit"], found.provenance["drawn"]) == (1, 1)
    assert found.provenance["as_of"] == str(MADE.dates[-1])
    if kind == "scaled-bootstrap":
        assert found.scaling.recent_variances == real.scaling.recent_variances and found.scaling.initial_by == "index"


def test_few_refits_are_the_first_of_many_and_progress_is_told():
    told = []
    three = refit_markets(MADE, 3, kind="bootstrap", on_progress=told.append)
    assert three[:2] == refit_markets(MADE, 2, kind="bootstrap") and told == [1, 2, 3]
    assert len({market.log_returns for market in three}) == 3
    assert refit_markets(MADE, 1, kind="bootstrap", seed=2)[0].log_returns != three[0].log_returns


def test_the_default_kind_is_that_of_fits():
    (found,) = refit_markets(MADE, 1)
    assert found.kind == DEFAULT_KIND and "why" not in found.provenance
    assert found == refit_markets(MADE, 1, kind=DEFAULT_KIND)[0]


def test_real_refits_are_about_the_fit_and_their_regimes_in_order(shared_data):
    iwm = read_prices(shared_data / "IWM.csv")
    vix = read_vol_index(shared_data / "VIX.csv", iwm)
    real, *found = (fit_market("ensemble", iwm, vol_index=vix), *refit_markets(iwm, 2, kind="ensemble", vol_index=vix))
    for market in found:
        assert market.expected_vol() == pytest.approx(real.expected_vol(), rel=0.2)
        scaled, garch = (member.market for member in market.members)
        assert scaled.opens and garch.overnight_share == pytest.approx(0.3, abs=0.15)
    (regimes,) = refit_markets(iwm, 1, kind="markov", vol_index=vix)
    vols = [regime.annual_vol for regime in regimes.regimes]
    assert vols == sorted(vols) and regimes.regime_names == ("calm", "normal", "crisis")
    assert len(regimes.initial) == 3 and regimes.knows_vol_index


def test_a_history_that_cannot_be_fitted_is_drawn_again():
    seen = []

    def second(history, _):
        seen.append(history)
        if len(seen) == 1:
            raise LetfError("no maximum")
        return len(seen)

    assert refit(second, MADE, seed=1, number=4) == (2, 2)
    assert (seen[0].close != seen[1].close).any()
    again, _ = resampled(MADE, None, np.random.default_rng((1, 4, 1)))
    np.testing.assert_array_equal(seen[1].close, again.close)


def test_refits_that_always_fail_say_why():
    tries = []

    def never(history, _):
        tries.append(history)
        raise LetfError("no maximum")

    with pytest.raises(LetfError, match="refit 4: 5 resampled histories, and no fit; the last one: no maximum"):
        refit(never, MADE, seed=1, number=4)
    assert len(tries) == MOST_DRAWS


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"count": 0}, r"count \(of refits\) must be from 1 to 1,000, got 0"),
        ({"count": 1001}, r"count \(of refits\) must be from 1 to 1,000, got 1,001"),
        ({"seed": -1}, "seed must be from 0 to"),
        ({"kind": "arma"}, "refit 1: 5 .* unknown kind of market 'arma'; known: markov"),
    ],
)
def test_bad_input(change, match):
    with pytest.raises(LetfError, match=match):
        refit_markets(MADE, **{"count": 1, "kind": "bootstrap"} | change)


def test_kept_refits_are_read_back_at_any_drift(monkeypatch):
    told = []
    first = kept_refits(MADE, 2, kind="bootstrap", on_progress=told.append)
    assert first == refit_markets(MADE, 2, kind="bootstrap") and told == [1, 2]
    monkeypatch.setattr(module, "refit_markets", None)  # whoever fits now fails
    again = kept_refits(MADE, 2, kind="bootstrap", drift=-0.04)
    assert again == tuple(market.with_drift(-0.04) for market in first)
    for other in ({"count": 3}, {"seed": 2}, {"kind": "garch"}, {"index": "IDX"}, {"vol_index": INDEX}):
        with pytest.raises(TypeError):
            kept_refits(MADE, **{"count": 2, "kind": "bootstrap"} | other)
    with pytest.raises(TypeError):
        kept_refits(MADE.between(end=MADE.dates[-2]), 2, kind="bootstrap")
