"""The work that every peer does, and the exact law that it is held to."""

from dataclasses import dataclass
from math import erf, exp, log, sqrt

import numpy as np

from simulator.spec.fund import Fund
from simulator.spec.markov import MarkovMarket, Regime
from simulator.spec.model import TRADING_DAYS
from simulator.spec.run import Simulation

# fixed here, whatever the presets become, so that figures of different days can be compared
MARKET = MarkovMarket(
    regimes=tuple(
        Regime(name=name, annual_vol=v) for name, v in (("calm", 0.136), ("nervous", 0.223), ("crisis", 0.481))
    ),
    transition=((0.977, 0.022, 0.001), (0.020, 0.976, 0.004), (0.001, 0.026, 0.973)),
    initial=(0.6, 0.3, 0.1),
    drift=0.08,
)
FUNDS = (
    Fund(ticker="UP", name="3x", index="IWM", leverage=3, expense_ratio=0.0103),
    Fund(ticker="DOWN", name="-3x", index="IWM", leverage=-3, expense_ratio=0.0104),
)
HORIZONS = (1, 2, 5, 10, 15, 21, 30, 42, 63, 126, 252)


def specification(paths: int, seed: int) -> Simulation:
    """The work as the library takes it."""
    return Simulation(market=MARKET, funds=FUNDS, horizons=HORIZONS, paths=paths, seed=seed)


@dataclass(frozen=True)
class Workload:
    """A Markov market with normal innovations and its funds, as daily raw numbers; tuples, so that it hashes.

    Parameters
    ----------
    mean, sd : (regimes,)
        Of a day's log return.
    initial : (regimes,)
        Law of day 1's regime.
    transition : (regimes, regimes)
    leverages, carry : (funds,)
        A fund grows by max(0, 1 + L r + carry) a day.
    horizons : (horizons,)
        Days, rising.
    """

    mean: tuple[float, ...]
    sd: tuple[float, ...]
    initial: tuple[float, ...]
    transition: tuple[tuple[float, ...], ...]
    leverages: tuple[float, ...]
    carry: tuple[float, ...]
    horizons: tuple[int, ...]

    @classmethod
    def of(cls, spec: Simulation) -> "Workload":
        """What `spec` asks for. Every regime grows alike, E[e^x] = e^(drift/252), so m = drift/252 - sd^2/2."""
        market = spec.market
        sd = [regime.annual_vol / sqrt(TRADING_DAYS) for regime in market.regimes]
        return cls(
            mean=tuple(market.drift / TRADING_DAYS - s * s / 2 for s in sd),
            sd=tuple(sd),
            initial=tuple(market.initial_law().tolist()),
            transition=market.transition,
            leverages=tuple(fund.leverage for fund in spec.funds),
            carry=tuple(fund.annual_carry(spec.rate) / TRADING_DAYS for fund in spec.funds),
            horizons=spec.horizons,
        )

    @property
    def days(self) -> int:
        return self.horizons[-1]

    @property
    def first(self) -> np.ndarray:
        """Cumulative law of day 1's regime without its last entry, (regimes - 1,)."""
        return np.cumsum(self.initial)[:-1]

    @property
    def thresholds(self) -> np.ndarray:
        """Cumulative rows of the transition matrix without their last entries, (regimes, regimes - 1)."""
        return np.cumsum(self.transition, axis=1)[:, :-1]

    def exact_means(self) -> np.ndarray:
        """Mean of each statistic, (horizons, 1 + 2 funds): index return, then each fund's return and divergence.

        E[prod G] = p . diag(g) . (A diag(g))^(h-1) . 1 with g_k = E[G | k].
        """
        a, p, ones = np.array(self.transition), np.array(self.initial), np.ones(len(self.initial))

        def growth(g, days):
            return p * g @ np.linalg.matrix_power(a * g, days - 1) @ ones

        g_index = np.array([exp(m + s * s / 2) for m, s in zip(self.mean, self.sd, strict=True)])
        rows = []
        for days in self.horizons:
            row = [growth(g_index, days) - 1]
            for leverage, carry in zip(self.leverages, self.carry, strict=True):
                g = [fund_mean(leverage, carry, m, s) for m, s in zip(self.mean, self.sd, strict=True)]
                gain = growth(np.array(g), days) - 1
                row += [gain, gain - leverage * row[0]]
            rows.append(row)
        return np.array(rows)


def fund_mean(leverage: float, carry: float, m: float, s: float) -> float:
    """E[max(0, 1 + L (e^x - 1) + carry)], x ~ N(m, s^2): L calls (L > 0) or |L| puts on e^x struck at K > 0."""

    def phi(d):
        return (1 + erf(d / sqrt(2))) / 2

    strike = (leverage - 1 - carry) / leverage
    d, growth = (m + s * s - log(strike)) / s, exp(m + s * s / 2)
    if leverage > 0:
        return leverage * (growth * phi(d) - strike * phi(d - s))
    return -leverage * (strike * phi(s - d) - growth * phi(-d))
