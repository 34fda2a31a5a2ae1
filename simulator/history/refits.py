"""How far a fit may be off: the same fit to other histories that might have been."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np

from simulator.errors import LetfError
from simulator.history.kept import kept_all
from simulator.history.kinds import DEFAULT, default_kind, fit_market
from simulator.history.prices import Prices
from simulator.history.resample import MEAN_BLOCK, resampled
from simulator.history.series import Series
from simulator.history.state import as_of
from simulator.spec import check
from simulator.spec.market import Market
from simulator.spec.model import DEFAULT_DRIFT

T = TypeVar("T")

MOST_REFITS = 1000
MOST_DRAWS = 5  # histories for one refit, until one is fitted


def refit_markets(
    prices: Prices,
    count: int,
    *,
    kind: str = DEFAULT,
    vol_index: Series | None = None,
    drift: float = DEFAULT_DRIFT,
    index: str = "IWM",
    seed: int = 1,
    on_progress: Callable[[int], None] | None = None,
) -> tuple[Market, ...]:
    """Markets fitted to resampled histories, all started from the last day of the real one.

    What a figure of theirs spreads over is how far its parameters may be off. Volatilities of IWM's regimes spread over
    3 to 4 of the fit's own standard errors, which take the model for true: no two crises of 25 years were alike.
    docs/models.md has the table.

    Parameters
    ----------
    prices : Prices
    count : int
        Number of refits, 1 to 1,000. The first of many are the same as few.
    kind, vol_index, drift, index
        As in `fit_market`.
    seed : int
        The same refits each time.
    on_progress : callable, optional
        Called with the number of refits done, after each.

    Returns
    -------
    tuple of Market
        Their provenance has the number of the `refit` and of the histories `drawn` for it: one, unless a fit failed.

    Raises
    ------
    LetfError
        As `fit_market` does, or if a refit fails five times.
    """
    count = check.integer("count (of refits)", count, low=1, high=MOST_REFITS)
    seed = check.integer("seed", seed, low=0, high=2**64 - 1)
    kind = default_kind(prices)[0] if kind == DEFAULT else kind

    def fit(history: Prices, history_index: Series | None) -> Market:
        return fit_market(kind, history, vol_index=history_index, drift=drift, index=index)

    markets = []
    for number in range(1, count + 1):
        market, drawn = refit(fit, prices, vol_index, seed=seed, number=number)
        started = as_of(market, prices, vol_index)
        markets.append(replace(started, provenance={**started.provenance, "refit": number, "drawn": drawn}))
        if on_progress:
            on_progress(number)
    return tuple(markets)


def kept_refits(
    prices: Prices,
    count: int,
    *,
    kind: str = DEFAULT,
    vol_index: Series | None = None,
    drift: float = DEFAULT_DRIFT,
    index: str = "IWM",
    seed: int = 1,
    on_progress: Callable[[int], None] | None = None,
) -> tuple[Market, ...]:
    """`refit_markets` of files: what was found in them before is read back, as `kept` has it, without any progress.

    `prices` and `vol_index` must be what their files hold, for they are known by their SHA-256 and their days.
    """

    def fit() -> tuple[Market, ...]:
        return refit_markets(
            prices, count, kind=kind, vol_index=vol_index, index=index, seed=seed, on_progress=on_progress
        )

    files = (prices,) if vol_index is None else (prices, vol_index)
    known = (text for file in files for text in (file.source, file.sha256, str(file.dates[0]), str(file.dates[-1])))
    markets = kept_all(fit, "refits", *known, str(count), kind, index, str(seed))
    return tuple(market.with_drift(drift) for market in markets)


def refit(
    fit: Callable[[Prices, Series | None], T],
    prices: Prices,
    vol_index: Series | None = None,
    *,
    seed: int,
    number: int,
    mean_block: float = MEAN_BLOCK,
) -> tuple[T, int]:
    """What `fit` finds in the first of the histories of `seed` and `number` that it can fit, and the count of these."""
    for attempt in range(MOST_DRAWS):
        rng = np.random.default_rng((seed, number, attempt))
        try:
            return fit(*resampled(prices, vol_index, rng, mean_block)), attempt + 1
        except LetfError as error:
            failure = error
    raise LetfError(f"refit {number}: {MOST_DRAWS} resampled histories, and no fit; the last one: {failure}")
