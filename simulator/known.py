"""What is known of a run's laws without its paths."""

from simulator.growth_law import GrowthLaw, growth_law
from simulator.moments import growth_moments, has_exact_law, has_steady_growth, steady_growth
from simulator.spec.fund import Fund
from simulator.spec.market import Market
from simulator.spec.run import Simulation


def known_return(spec: Simulation, fund: Fund | None, days: int, wiped: bool) -> GrowthLaw | float | None:
    """The law of the return of `fund`, or of the index, over `days`, or else its mean; None where neither is known.

    `wiped`: whether a path lost all; the means of markets other than regimes of normal days are then not known. Where
    none of n did, that some might moves the mean by far less than its standard error.
    """
    leverage, carry = (1.0, 0.0) if fund is None else (fund.leverage, fund.annual_carry(spec.rate))
    law = growth_law(spec.market, leverage, carry, days)
    if law is not None:
        return law
    mean = _mean_growth(spec.market, leverage, carry, days, wiped)
    return None if mean is None else mean - 1


def known_divergence(spec: Simulation, fund: Fund, days: int, wiped: bool) -> float | None:
    """The mean of the fund's return minus L times the index's over `days`; None where it is not known."""
    growth = _mean_growth(spec.market, fund.leverage, fund.annual_carry(spec.rate), days, wiped)
    index = _mean_growth(spec.market, 1.0, 0.0, days, wiped=False)
    return None if growth is None or index is None else growth - 1 - fund.leverage * (index - 1)


def _mean_growth(market: Market, leverage: float, annual_carry: float, days: int, wiped: bool) -> float | None:
    if has_exact_law(market):
        return float(growth_moments(market, leverage, annual_carry, (days,), 1)[0])
    if has_steady_growth(market) and not wiped:
        return steady_growth(market, leverage, annual_carry, days)
    return None
