"""A run held against the exact moments of growth."""

from dataclasses import dataclass
from math import isfinite, sqrt

from simulator.moments import growth_moments, has_exact_law
from simulator.result import Result

LARGEST_RELATIVE_ERROR = 0.02  # a sample's moment of a heavier tail than this is far from normal
WARN_ABOVE = 4.5


@dataclass(frozen=True)
class Check:
    """How far the moments of a run lie from the exact ones, in exact standard errors."""

    max_abs_z: float | None  # None: no moment could be tested
    moments: int
    skipped: int

    @property
    def passed(self) -> bool:
        return self.max_abs_z is None or self.max_abs_z <= WARN_ABOVE


def check(result: Result) -> Check | None:
    """First and second moments of the growth of index and funds at every horizon; None without an exact law.

    Of an ensemble those of its members that have one.
    """
    if result.members:
        return _together([found for member in result.members if (found := check(member))])
    spec, market = result.spec, result.spec.market
    if not has_exact_law(market):
        return None
    laws = [(1.0, 0.0, [result.index_return(h) for h in spec.horizons])]
    for fund in spec.funds:
        returns = [result.fund_return(fund.ticker, h) for h in spec.horizons]
        laws.append((fund.leverage, fund.annual_carry(spec.rate), returns))
    scores = []
    for leverage, carry, returns in laws:
        exact = {n: growth_moments(market, leverage, carry, spec.horizons, n).tolist() for n in (1, 2, 4)}
        for i, law in enumerate(returns):
            mean, second = law.total / law.n, law.squares / law.n
            scores.append(_score(1 + mean, exact[1][i], exact[2][i], law.n))
            scores.append(_score(1 + 2 * mean + second, exact[2][i], exact[4][i], law.n))
    known = [score for score in scores if score is not None]
    return Check(max_abs_z=max(known, default=None), moments=len(known), skipped=len(scores) - len(known))


def _together(checks: list[Check]) -> Check | None:
    """What the checks of an ensemble's members say together; None where no member has an exact law."""
    if not checks:
        return None
    largest = max((found.max_abs_z for found in checks if found.max_abs_z is not None), default=None)
    return Check(largest, sum(found.moments for found in checks), sum(found.skipped for found in checks))


def _score(simulated: float, expected: float, square: float, n: int) -> float | None:
    """|z| of the mean of `n` values whose exact mean and mean square are given; None where no normal law is near."""
    variance = square - expected * expected
    if not (isfinite(variance) and isfinite(simulated) and variance > 0):
        return None
    error = sqrt(variance / n)
    return abs(simulated - expected) / error if 0 < error <= LARGEST_RELATIVE_ERROR * expected else None
