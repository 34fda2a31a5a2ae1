"""What a fit of volatility regimes to prices found."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from simulator.errors import LetfError
from simulator.history.bars import NO_OPENS
from simulator.history.fitted import ERROR_DIGITS, SCHEMA, Fitted, significant, whole
from simulator.history.likelihood import stationary
from simulator.history.prices import Prices
from simulator.history.regime_index import RegimeIndex
from simulator.history.series import Series
from simulator.history.state import as_of
from simulator.spec.markov import MarkovMarket
from simulator.spec.model import DEFAULT_DRIFT, Drift
from simulator.spec.regime import Regime

Innovations = Literal["normal", "t"]
Initial = Literal["last", "stationary"]

FEW_DAYS = 21.0
FOREVER = 1e6  # days; a mean stay beyond it was not seen to end


@dataclass(frozen=True, kw_only=True, eq=False)
class Calibration:
    """A regime-switching market fitted to prices; regimes in order of volatility.

    Parameters
    ----------
    prices : Prices
    innovations : "normal" or "t"
    regimes : tuple of str
        Names of the K regimes.
    annual_vol, annual_log_drift, dof : tuple of Fitted
        Per regime, annual fractions; dof is None for normal innovations.
    transition : tuple of tuple of Fitted
        Row i: the law of tomorrow's regime given that today's is i.
    overnight_share : tuple of Fitted or None, or None
        Per regime, the share of the day's variance between yesterday's close and the open; None without opens.
    vol_index : Series or None
        The volatility index that was given.
    in_index : tuple of RegimeIndex, or None
        What it stands at in each regime.
    log_likelihood : float
        Of the daily log returns, natural logarithm.
    filtered, smoothed : float64 (T, K)
        Law of each return's regime given the returns to that day, and given all.
    """

    prices: Prices
    innovations: Innovations
    regimes: tuple[str, ...]
    annual_vol: tuple[Fitted, ...]
    annual_log_drift: tuple[Fitted, ...]
    dof: tuple[Fitted, ...] | None
    transition: tuple[tuple[Fitted, ...], ...]
    overnight_share: tuple[Fitted | None, ...] | None
    vol_index: Series | None
    in_index: tuple[RegimeIndex, ...] | None
    log_likelihood: float
    filtered: np.ndarray
    smoothed: np.ndarray

    @property
    def days(self) -> int:
        """Number of returns."""
        return len(self.filtered)

    @property
    def n_parameters(self) -> int:
        """Number of parameters that the likelihood was maximised over."""
        count = len(self.regimes)
        return count * (count + 1 + (self.dof is not None))

    @property
    def bic(self) -> float:
        """Schwarz's criterion, -2 log-likelihood + parameters * log(days): lower is better."""
        return -2 * self.log_likelihood + self.n_parameters * float(np.log(self.days))

    @property
    def transition_matrix(self) -> np.ndarray:
        """(K, K), rounded to eight decimals, rows that sum to 1."""
        return np.array([whole([p.estimate for p in row]) for row in self.transition])

    @property
    def stationary(self) -> np.ndarray:
        """Long-run share of each regime, (K,)."""
        return stationary(self.transition_matrix)

    @property
    def filtered_last(self) -> np.ndarray:
        """Law of the last day's regime, (K,)."""
        return self.filtered[-1]

    @property
    def mean_duration_days(self) -> tuple[float | None, ...]:
        """Mean number of days that a regime lasts, 1 / (1 - A[k, k]); None: it was not seen to end."""
        away = 1 - np.diag(self.transition_matrix)
        return tuple(1 / p if p * FOREVER > 1 else None for p in away.tolist())

    def parameters(self) -> dict[str, dict[str, Fitted]]:
        """Each regime's parameters by name; "to_calm" is the chance that calm is tomorrow's regime."""
        table = {}
        for k, name in enumerate(self.regimes):
            row = {"annual_vol": self.annual_vol[k], "annual_log_drift": self.annual_log_drift[k]}
            if self.dof is not None:
                row["dof"] = self.dof[k]
            if (share := self._overnight(k)) is not None:
                row["overnight_share"] = share
            if self.in_index is not None:
                row["vol_index"], row["vol_index_log_sd"] = self.in_index[k]
            table[name] = row | {f"to_{other}": p for other, p in zip(self.regimes, self.transition[k], strict=True)}
        return table

    def _overnight(self, regime: int) -> Fitted | None:
        return None if self.overnight_share is None else self.overnight_share[regime]

    def market(
        self, *, drift: Drift = DEFAULT_DRIFT, initial: Initial = "last", index: str = "IWM", name: str | None = None
    ) -> MarkovMarket:
        """The market to simulate; `initial` "last" starts it on the day after the last price."""
        if initial not in ("last", "stationary"):
            raise LetfError(f'initial must be "last" or "stationary", got {initial!r}')
        transition = self.transition_matrix
        market = MarkovMarket(
            regimes=tuple(self._regime(name) for name in self.regimes),
            transition=tuple(map(tuple, transition.tolist())),
            drift=drift,
            index=index,
            name=name or f"{index.lower()}-markov{len(self.regimes)}{'-t' if self.dof else ''}",
            provenance=self.provenance(),
        )
        return market if initial == "stationary" else as_of(market, self.prices, self.vol_index)

    def _regime(self, name: str) -> Regime:
        """The regime as a market has it: its parameters but for the chances of moves."""
        own = {key: value for key, value in self.parameters()[name].items() if not key.startswith("to_")}
        return Regime(name=name, **{key: significant(value.estimate) for key, value in own.items()})

    def provenance(self) -> dict[str, Any]:
        """Where the parameters come from, as the market's file keeps it."""
        durations = zip(self.regimes, self.mean_duration_days, strict=True)
        errors = {
            regime: {
                name: significant(value.stderr, ERROR_DIGITS) for name, value in row.items() if value.stderr is not None
            }
            for regime, row in self.parameters().items()
        }
        index = {} if self.vol_index is None else self.vol_index.provenance()
        return (
            self.prices.provenance()
            | index
            | {
                "days": self.days,
                "innovations": self.innovations,
                "parameters": self.n_parameters,
                "log_likelihood": round(self.log_likelihood, 4),
                "bic": round(self.bic, 4),
                "filtered_last": whole(self.filtered_last),
                "stationary": whole(self.stationary),
                "mean_duration_days": {
                    name: significant(days, ERROR_DIGITS) for name, days in durations if days is not None
                },
                "standard_errors": {regime: row for regime, row in errors.items() if row},
            }
        )

    def notes(self) -> list[str]:
        """What a reader should know before trusting the fit, one line each."""
        days = self.smoothed.sum(axis=0)
        few = [
            f"regime {name!r} covers {share:.1f} of {self.days:,} days: its parameters are weakly known; "
            f"fewer --regimes than {len(days)} are safer"
            for name, share in zip(self.regimes, days, strict=True)
            if share < FEW_DAYS
        ]
        if self.prices.open is not None and self.overnight_share is None:
            few.append(NO_OPENS)
        return few

    def to_dict(self, market: MarkovMarket) -> dict[str, Any]:
        """The fit as machines read it, with the market that was made of it."""
        return {
            "schema": SCHEMA,
            "market": market.to_dict(),
            "log_likelihood": self.log_likelihood,
            "bic": self.bic,
            "days": self.days,
            "n_parameters": self.n_parameters,
            "innovations": self.innovations,
            "parameters": {
                regime: {name: value._asdict() for name, value in row.items()}
                for regime, row in self.parameters().items()
            },
            "stationary": dict(zip(self.regimes, self.stationary.tolist(), strict=True)),
            "mean_duration_days": dict(zip(self.regimes, self.mean_duration_days, strict=True)),
            "filtered_last": dict(zip(self.regimes, self.filtered_last.tolist(), strict=True)),
            "notes": self.notes(),
        }
