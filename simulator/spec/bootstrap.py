"""How the index moves: its own past days again, in blocks."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import sqrt
from typing import Any

import numpy as np

from simulator.errors import LetfError
from simulator.spec import check
from simulator.spec.model import TRADING_DAYS, IndexModel, log_mean_exp
from simulator.spec.scaling import Scaling
from simulator.spec.second import LARGEST_MOVE

FEWEST_DAYS, MOST_DAYS = 22, 100_000
BARS = ("opens", "highs", "lows")
BAR_ROUNDING = 1e-9  # of a move, by which a high may miss open and close: files keep ten digits
DEFAULT_BLOCK_DAYS = 42.0


@dataclass(frozen=True, kw_only=True)
class BootstrapMarket(IndexModel):
    """Days of the past, drawn by the stationary bootstrap (Politis and Romano 1994, JASA 89).

    A block starts at any day with equal chances and ends after each day with probability 1 / block_days; the last day
    is followed by the first. The drift d shifts all days alike, by d / 252 - log mean exp(scale x_i).

    With `scaling` each block is brought to the volatility forecast where it begins. The drift then shifts the days of a
    block by d / 252 - log mean exp(v u_i) / b, v the forecast daily volatility, u_i the log return over the b =
    `block_days` days from the i-th on, divided by the forecast at the first of them.

    A day grows so by exp(d / 252) in the mean. Days that hang together make more days grow a little less or more: the
    plain bootstrap of IWM's, whose days revert, by 0.8 points less a year.

    Parameters
    ----------
    log_returns : tuple of float
        The days x_1 .. x_n, log returns in order of time, 22 to 100,000 of them, within [-1, 1] and not all alike.
    opens, highs, lows : tuple of float, optional
        Of each of these days, as log moves since the close before like the log returns, which are those of the closes;
        all three or none. A high is at or above open and close, a low at or below them.
    block_days : float
        Mean length of a block, 1 or more.
    scale : float
        What every day is multiplied by.
    scaling : Scaling, optional
        Volatility forecasts: a scaled bootstrap.
    drift, index, name, second, provenance
        As in every `IndexModel`; `drift` is a number.

    Raises
    ------
    LetfError
        If a value breaks its rule.
    """

    drift: float
    log_returns: tuple[float, ...]
    opens: tuple[float, ...] | None = None
    highs: tuple[float, ...] | None = None
    lows: tuple[float, ...] | None = None
    block_days: float = DEFAULT_BLOCK_DAYS
    scale: float = 1.0
    scaling: Scaling | None = None

    kind = "bootstrap"
    required = ("log_returns",)
    optional = ("block_days", "scale", "scaled", "scaling", *BARS)

    def __post_init__(self):
        super().__post_init__()
        log_returns = _moves("log_returns", self.log_returns, FEWEST_DAYS, MOST_DAYS)
        self._check_second(len(log_returns))
        if min(log_returns) == max(log_returns):
            raise LetfError(f"log_returns must differ, all are {log_returns[0]:g}")
        if self.scaling and len(self.scaling.variances) != len(log_returns):
            raise LetfError(
                f"scaling must have a variance for each of {len(log_returns):,} log_returns, "
                f"got {len(self.scaling.variances):,}"
            )
        self._set(
            log_returns=log_returns,
            **self._checked_bars(log_returns),
            block_days=check.number("block_days", self.block_days, low=1, high=1e6),
            scale=check.number("scale", self.scale, low=0, high=1e3, open_low=True),
        )

    def _checked_bars(self, closes: tuple[float, ...]) -> dict[str, tuple[float, ...]]:
        given = {name: moves for name in BARS if (moves := getattr(self, name)) is not None}
        if not given:
            return {}
        if len(given) < len(BARS):
            raise LetfError(f"{', '.join(BARS)} go together, got {', '.join(given)} alone; give all three or none")
        bars = {name: _moves(name, moves, len(closes), len(closes)) for name, moves in given.items()}
        ends = np.array([bars["opens"], closes])
        for name, beyond, rule in (
            ("highs", ends.max(axis=0) - bars["highs"], "at or above"),
            ("lows", bars["lows"] - ends.min(axis=0), "at or below"),
        ):
            for i in np.flatnonzero(beyond > BAR_ROUNDING)[:1]:
                raise LetfError(
                    f"{name}[{i}] must be {rule} opens[{i}] {bars['opens'][i]:g} and log_returns[{i}] {closes[i]:g}, "
                    f"got {bars[name][i]:g}"
                )
        return bars

    def second_alone(self) -> "BootstrapMarket":
        """A bootstrap of the second index: its days, brought to the same volatilities as the first's."""
        assert self.second is not None  # who asks has looked
        days, drift = self.second.log_returns, self.second.drift
        bare = replace(self, opens=None, highs=None, lows=None, second=None)
        return replace(bare, index=self.second.index, log_returns=days, drift=drift)

    def days(self) -> np.ndarray:
        """The daily log returns that a bootstrap without scaling draws, (n,)."""
        return self.drawn(self.log_returns)

    def drawn(self, moves: tuple[float, ...]) -> np.ndarray:
        """`moves`, log moves since the close before, as a bootstrap without scaling draws them: scaled and shifted."""
        shift = self.drift / TRADING_DAYS - log_mean_exp(self.scale * np.array(self.log_returns))
        return self.scale * np.array(moves) + shift

    def block_growth(self, vols: tuple[float, ...]) -> Callable[[float], float]:
        """v to log mean exp(v u_i) / b of the class's drift; `vols` are the forecasts that blocks are divided by."""
        x, length = np.array(self.log_returns), round(self.block_days)
        around = np.concatenate([x, np.resize(x, length)])
        sums = np.concatenate([[0.0], np.cumsum(around)])
        u = (sums[length : length + len(x)] - sums[: len(x)]) / np.array(vols)
        return lambda vol: log_mean_exp(vol * u) / length

    def expected_vol(self) -> float:
        """Root of the mean annual variance over the first 21 days."""
        if self.scaling:
            return self.scale * self.scaling.expected_vol(np.array(self.log_returns), self.block_days)
        return self.scale * float(np.std(self.log_returns)) * sqrt(TRADING_DAYS)

    def with_vol(self, vol: float) -> "BootstrapMarket":
        """The market that starts so that `expected_vol` is `vol`: one without scaling has all its days scaled."""
        factor = check.number("vol", vol, low=0, high=10, open_low=True) / self.expected_vol()
        if self.scaling:
            return replace(self, scaling=self.scaling.started_at(factor))
        return replace(self, scale=self.scale * factor)

    def with_scaled_vol(self, vol: float) -> "BootstrapMarket":
        factor = check.number("vol", vol, low=0, high=10, open_low=True) / self.expected_vol()
        return replace(self, scale=self.scale * factor, **self._renamed(factor))

    def own_dict(self) -> dict[str, Any]:
        scaling = {} if self.scaling is None else {"scaling": self.scaling.to_dict()}
        return {
            "block_days": self.block_days,
            "scale": self.scale,
            "scaled": self.scaling is not None,
            "log_returns": list(self.log_returns),
            **{name: list(moves) for name in BARS if (moves := getattr(self, name)) is not None},
        } | scaling

    @classmethod
    def _parsed(cls, values: dict[str, Any]) -> dict[str, Any]:
        scaled = values.pop("scaled", "scaling" in values)
        if scaled is not ("scaling" in values):
            raise LetfError(f"market: scaled must be true with a table scaling, false without, got {scaled!r}")
        if scaled:
            values["scaling"] = Scaling.from_dict(values["scaling"])
        return values


def _moves(name: str, values: Any, fewest: int, most: int) -> tuple[float, ...]:
    """`values` as log moves of a day."""
    moves = check.numbers(name, values, fewest=fewest, most=most)
    for i, move in enumerate(moves):
        if abs(move) > LARGEST_MOVE:
            check.number(f"{name}[{i}] (a fraction)", move, low=-LARGEST_MOVE, high=LARGEST_MOVE)
    return moves
