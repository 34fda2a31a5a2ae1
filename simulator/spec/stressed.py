"""The market that a scenario makes of another."""

from dataclasses import replace
from math import hypot, sqrt

from simulator.errors import LetfError
from simulator.spec.bootstrap import BootstrapMarket
from simulator.spec.ensemble import EnsembleMarket, SingleMarket
from simulator.spec.garch import GarchMarket
from simulator.spec.market import Market
from simulator.spec.markov import MarkovMarket
from simulator.spec.scenario import Scenario

LEFT_FOR_GOOD = 1e-12  # a share of other regimes below it: none follows this one


def stressed(scenario: Scenario, market: Market) -> Market:
    """The market under the scenario: its regime, correlation and drift; what is set on days is the course's.

    Raises
    ------
    LetfError
        If the market has no such regime, no second index to correlate with, or is of a kind that cannot be bent so.
    """
    changes = (_in_regime, _with_length, _with_correlation, _behind)
    try:
        for change in changes:
            market = change(market, scenario)
    except LetfError as error:
        raise LetfError(f"scenario {scenario.name!r}: {error}") from None
    return market


def _in_regime(market: Market, scenario: Scenario) -> Market:
    if scenario.regime is None:
        return market
    if not isinstance(market, MarkovMarket):
        raise LetfError(f"regime needs a market of regimes, {market.name} is of kind {market.kind}; --market iwm-spy")
    return market.in_regime(scenario.regime)


def _with_length(market: Market, scenario: Scenario) -> Market:
    """The regime stays with probability 1 - 1 / its mean length; where it goes then is as before."""
    if scenario.regime_days is None:
        return market
    assert isinstance(market, MarkovMarket) and scenario.regime is not None  # it was put into the regime
    k, stay = market.regime_number(scenario.regime), 1 - 1 / scenario.regime_days
    row = market.transition[k]
    others = sum(share for i, share in enumerate(row) if i != k)
    if others <= LEFT_FOR_GOOD:
        raise LetfError(f"regime_days needs a regime that another follows, none follows {scenario.regime!r}")
    changed = tuple(stay if i == k else (1 - stay) * share / others for i, share in enumerate(row))
    rows = (*market.transition[:k], changed, *market.transition[k + 1 :])
    return replace(market, transition=rows)


def _with_correlation(market: Market, scenario: Scenario) -> Market:
    if scenario.correlation is None:
        return market
    if not isinstance(market, EnsembleMarket):
        return _correlated(market, scenario.correlation)
    members = (replace(one, market=_correlated(one.market, scenario.correlation)) for one in market.members)
    return replace(market, members=tuple(members))


def _correlated(market: SingleMarket, correlation: float) -> SingleMarket:
    """With beta' = corr v / s and residual' = v sqrt(1 - corr^2) in every regime, v the second's own volatility."""
    if market.second is None:
        raise LetfError(f"correlation needs a second index, {market.name} has none; --market iwm-spy")
    if isinstance(market, BootstrapMarket):
        raise LetfError(f"correlation needs regimes or GARCH, {market.name} draws days as they were; --market iwm-spy")
    second, own = market.second, sqrt(1 - correlation**2)
    if isinstance(market, GarchMarket):
        assert second.residual_ratio is not None  # of this kind
        vol = hypot(second.betas[0], second.residual_ratio)
        return replace(market, second=replace(second, betas=(correlation * vol,), residual_ratio=own * vol))
    firsts = [regime.annual_vol for regime in market.regimes]
    vols = [hypot(beta * s, v) for beta, s, v in zip(second.betas, firsts, second.residual_vols, strict=True)]
    betas = tuple(correlation * vol / s for vol, s in zip(vols, firsts, strict=True))
    return replace(market, second=replace(second, betas=betas, residual_vols=tuple(own * vol for vol in vols)))


def _behind(market: Market, scenario: Scenario) -> Market:
    if scenario.behind is None:
        return market
    if isinstance(market.drift, float):
        return market.with_drift(market.drift - scenario.behind)
    assert isinstance(market, MarkovMarket)  # no other kind has a drift a regime
    drifts = [regime.annual_log_drift or 0.0 for regime in market.regimes]  # each has one, or else it were a number
    regimes = zip(market.regimes, drifts, strict=True)
    return replace(
        market,
        regimes=tuple(replace(regime, annual_log_drift=drift - scenario.behind) for regime, drift in regimes),
    )
