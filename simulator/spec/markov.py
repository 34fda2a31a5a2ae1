"""How the index moves: regimes of volatility with Markov switching."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from simulator.errors import LetfError
from simulator.spec import check
from simulator.spec.model import TRADING_DAYS, VOL_DAYS, VOL_ROUNDING, IndexModel
from simulator.spec.regime import Regime, regime_from_dict
from simulator.spec.student import log_mean_exp_of

MAX_REGIMES = 4
STEEPEST_TILT = 1e10  # tells the least of probabilities from 1 where variances differ by a millionth
ROUNDING = 1e-12  # a share below this is the rounding of 0: a regime that is left for good


@dataclass(frozen=True, kw_only=True)
class MarkovMarket(IndexModel):
    """Log returns x_t = m[s_t] + rho (x_{t-1} - mbar) + sd[s_t] e_t with a Markov chain s_t of 1 to 4 regimes.

    Daily m = annual_log_drift / 252 and sd = annual_vol / sqrt(252); mbar is the stationary mean of m (Hamilton 1989,
    Econometrica 57, eq. 2.1, with one lag and volatility that switches).

    Parameters
    ----------
    regimes : tuple of Regime
    transition : tuple of tuple of float
        Row i: the law of tomorrow's regime given that today's is i.
    initial : "stationary", a regime's name, or probabilities
        The law of day 1's regime.
    drift : float or "regime"
        A number d: every regime grows by exp(d / 252) a day in the long run; "regime": by its own annual_log_drift.
    autocorrelation : float
        rho, in (-1, 1).
    last_log_return : float, optional
        x_0, the log return of the day before day 1; None: mbar. Only with an autocorrelation.
    index, name, second, provenance
        As in every `IndexModel`.

    Raises
    ------
    LetfError
        If a value breaks its rule.
    """

    regimes: tuple[Regime, ...]
    transition: tuple[tuple[float, ...], ...]
    initial: str | tuple[float, ...] = "stationary"
    autocorrelation: float = 0.0
    last_log_return: float | None = None

    kind = "markov"
    required = ("initial", "transition", "regimes")
    optional = ("autocorrelation", "last_log_return")

    def __post_init__(self):
        count = len(self.regimes)
        if not 1 <= count <= MAX_REGIMES:
            raise LetfError(f"regimes must number from 1 to {MAX_REGIMES}, got {count}")
        if len({name.lower() for name in self.regime_names}) < count:
            raise LetfError(f"regimes must have different names, got {', '.join(self.regime_names)}")
        super().__post_init__()
        rho = check.number("autocorrelation", self.autocorrelation, low=-1, high=1, open_low=True, open_high=True)
        self._set(
            regimes=tuple(self.regimes),
            transition=self._checked_transition(count),
            initial=self._checked_initial(count),
            autocorrelation=rho,
            last_log_return=self._checked_last(rho),
        )
        self._check_second(count)

    def _checked_last(self, rho):
        if self.last_log_return is None:
            return None
        if rho == 0:
            raise LetfError("last_log_return needs an autocorrelation; without one no day looks back")
        return check.number("last_log_return", self.last_log_return, low=-10, high=10)

    def _checked_transition(self, count):
        rows = self.transition
        if isinstance(rows, str) or not hasattr(rows, "__len__") or len(rows) != count:
            raise LetfError(f"transition must have {count} rows, one a regime, got {rows!r}")
        return tuple(check.probabilities(f"transition[{i}]", row, count) for i, row in enumerate(rows))

    def _checked_initial(self, count):
        if isinstance(self.initial, str):
            if self.initial != "stationary":
                self.regime_number(self.initial)
            return self.initial
        return check.probabilities("initial", self.initial, count)

    def _checked_drift(self):
        if self.drift != "regime":
            return check.number('drift (a number or "regime")', self.drift, low=-10, high=10)
        for regime in self.regimes:
            if regime.annual_log_drift is None:
                raise LetfError(f'drift "regime" needs annual_log_drift in every regime, {regime.name!r} has none')
        return "regime"

    @property
    def regime_names(self) -> tuple[str, ...]:
        return tuple(regime.name for regime in self.regimes)

    def regime_number(self, name: str) -> int:
        """Position of the regime called `name`, in any case."""
        names = [known.lower() for known in self.regime_names]
        if name.lower() not in names:
            raise LetfError(f"unknown regime {name!r}; this market has: {', '.join(self.regime_names)}")
        return names.index(name.lower())

    def in_regime(self, name: str) -> "MarkovMarket":
        """The market whose day 1 is in the regime called `name`, in any case."""
        return replace(self, initial=self.regimes[self.regime_number(name)].name)

    @property
    def knows_vol_index(self) -> bool:
        """Whether every regime says what a volatility index stands at in it."""
        return all(regime.vol_index is not None for regime in self.regimes)

    def stationary_law(self) -> np.ndarray:
        """Long-run share of each regime, (K,): the law p with p A = p nearest to uniform where several exist."""
        count = len(self.regimes)
        a = np.array(self.transition)
        system = np.vstack([a.T - np.eye(count), np.ones(count)])
        target = np.append(np.zeros(count), 1.0)
        uniform = np.full(count, 1 / count)
        step = np.linalg.lstsq(system, target - system @ uniform, rcond=None)[0]
        law = uniform + step
        law[law < ROUNDING] = 0.0
        return law / law.sum()

    def initial_law(self) -> np.ndarray:
        """Law of day 1's regime, (K,)."""
        if not isinstance(self.initial, str):
            return np.array(self.initial)
        if self.initial == "stationary":
            return self.stationary_law()
        return np.eye(len(self.regimes))[self.regime_number(self.initial)]

    def regime_variances(self) -> np.ndarray:
        """Mean annual variance over the next 21 days given day 1's regime, (K,)."""
        a = np.array(self.transition)
        step = np.array([regime.annual_vol**2 for regime in self.regimes])
        total = np.zeros_like(step)
        for _ in range(VOL_DAYS):
            total += step
            step = a @ step
        return total / VOL_DAYS

    def expected_vol(self) -> float:
        """Root of the mean annual variance over the first 21 days."""
        return float(np.sqrt(self.initial_law() @ self.regime_variances()))

    def with_vol(self, vol: float) -> "MarkovMarket":
        """The market whose starting law is tilted until `expected_vol` is `vol`.

        The tilt is the law of least relative entropy, q_k proportional to p_k exp(lambda v_k) (Csiszar 1975).
        """
        vol = check.number("vol", vol, low=0, high=10, open_low=True)
        p, v = self.initial_law(), self.regime_variances()
        reachable = np.sqrt(v[p > 0])
        low, high = float(reachable.min()), float(reachable.max())
        if vol < low * (1 - VOL_ROUNDING) or vol > high * (1 + VOL_ROUNDING):
            raise LetfError(
                f"vol {100 * vol:.4g}% is out of reach of this market's start, {100 * low:.4g}% to {100 * high:.4g}%; "
                f"--scale-vol {100 * vol:.4g}% scales all volatilities instead"
            )
        if high <= low * (1 + VOL_ROUNDING):
            return self
        return replace(self, initial=tuple(_tilt(p, v, vol**2)))

    def with_scaled_vol(self, vol: float) -> "MarkovMarket":
        vol = check.number("vol", vol, low=0, high=10, open_low=True)
        factor = vol / self.expected_vol()
        regimes = tuple(replace(regime, annual_vol=regime.annual_vol * factor) for regime in self.regimes)
        return replace(self, regimes=regimes, **self._renamed(factor))

    def daily_sds(self) -> np.ndarray:
        """Daily volatility of each regime, (K,)."""
        return np.array([regime.annual_vol for regime in self.regimes]) / np.sqrt(TRADING_DAYS)

    def daily_means(self) -> np.ndarray:
        """Daily log drift m of each regime, (K,).

        A numeric drift d gives m_k = d / 252 - log E exp(sd_k e / (1 - rho)), for normal innovations the familiar
        d / 252 - sd_k^2 / (2 (1 - rho)^2).
        """
        if self.drift == "regime":
            return np.array([regime.annual_log_drift for regime in self.regimes]) / TRADING_DAYS
        reach = self.daily_sds() / (1 - self.autocorrelation)
        growth = [log_mean_exp_of(regime.dof, c) for regime, c in zip(self.regimes, reach, strict=True)]
        return self.drift / TRADING_DAYS - np.array(growth)

    def own_dict(self) -> dict[str, Any]:
        regimes = [{key: value for key, value in vars(regime).items() if value is not None} for regime in self.regimes]
        last = {} if self.last_log_return is None else {"last_log_return": self.last_log_return}
        return {
            "initial": self.initial if isinstance(self.initial, str) else list(self.initial),
            "autocorrelation": self.autocorrelation,
            **last,
            "transition": [list(row) for row in self.transition],
            "regimes": regimes,
        }

    @classmethod
    def _parsed(cls, values: dict[str, Any]) -> dict[str, Any]:
        if not isinstance(values["regimes"], list | tuple):
            raise LetfError(f"market: regimes must be a list of tables, got {values['regimes']!r}")
        return values | {"regimes": tuple(regime_from_dict(i, entry) for i, entry in enumerate(values["regimes"]))}


def _tilt(p, v, target):
    """q proportional to p exp(lambda v) with q . v = target, by bisection on lambda (q . v grows with lambda)."""
    scaled = (v - v[p > 0].min()) / np.ptp(v[p > 0])
    low, high = -STEEPEST_TILT, STEEPEST_TILT
    with np.errstate(divide="ignore"):
        log_p = np.log(p)
    for _ in range(200):
        middle = (low + high) / 2
        exponent = log_p + middle * scaled
        q = np.exp(exponent - exponent.max())
        q /= q.sum()
        low, high = (middle, high) if q @ v < target else (low, middle)
    return q
