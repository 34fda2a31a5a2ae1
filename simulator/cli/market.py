"""The market that options describe: a file's, the built-in one, or one fitted to prices, and where it starts."""

from dataclasses import replace
from datetime import UTC, date, datetime
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulator.cli import notes
from simulator.cli.progress import note_compiling
from simulator.errors import LetfError

if TYPE_CHECKING:
    from simulator.history.prices import Prices
    from simulator.spec.market import Market

FILTER_SECONDS = 4  # that compiling the filter takes


def load_market(
    market: Path | None,
    drift=None,
    regime=None,
    vol=None,
    scale_vol=None,
    as_of: Path | None = None,
    vol_index: Path | None = None,
    *,
    index: str = "IWM",
    accept_jumps: bool = False,
    quiet: bool = False,
    default: str | None = None,
) -> "Market":
    """The market that the options of `MARKET` describe.

    `index` is that of one fitted to the prices of `as_of`; `default` the built-in market where neither one nor prices
    are given, that of `preset_market` unless told.
    """
    vol, scale_vol = scaled_alone(vol, scale_vol)
    if vol is not None and (regime is not None or scale_vol is not None):
        raise click.UsageError("--vol sets the start, as --regime and --scale-vol do; give one of them.")
    if regime is not None and as_of is not None:
        raise click.UsageError("--regime and --as-of both say where the market starts; give one of them.")
    if vol_index is not None and as_of is None:
        raise click.UsageError("--vol-index sharpens the state that --as-of finds; give both.")
    if accept_jumps and as_of is None:
        raise click.UsageError("--accept-jumps is about the prices of --as-of; give both.")
    chosen = None if market is None and as_of is not None else _found_market(market, default)
    if as_of is None:
        assert chosen is not None  # it was found
        chosen = chosen if drift is None else replace(chosen, drift=drift)
    else:
        chosen = _started(chosen, drift, as_of, vol_index, index, accept_jumps, quiet)
    if vol is not None and as_of is not None and not quiet:
        notes.keep("Note: --vol overrides the volatility that --as-of starts from")
    return elsewhere(chosen, regime, vol, scale_vol)


def scaled_alone(vol: float | None, scale_vol: float | None) -> tuple[float | None, float | None]:
    """Both options, where --scale-vol without a value of its own has taken that of --vol."""
    if scale_vol is None or not isnan(scale_vol):
        return vol, scale_vol
    if vol is None:
        raise click.UsageError("--scale-vol needs a volatility: --scale-vol 30%.")
    return None, vol


def elsewhere(
    market: "Market", regime: str | None = None, vol: float | None = None, scale_vol: float | None = None
) -> "Market":
    """The market that starts in the regime or at the volatility, or whose volatilities are scaled."""
    if regime is not None:
        market = _in_regime(market, regime)
    if scale_vol is not None:
        market = market.with_scaled_vol(scale_vol)
    return market if vol is None else _undated(market.with_vol(vol))


def _found_market(market: Path | None, default: str | None) -> "Market":
    """The market of a file, or the built-in one of that name."""
    from simulator.spec.files import DEFAULT_MARKET, MARKETS, is_preset, preset_market, read_market

    if market is None:
        return preset_market(default or DEFAULT_MARKET)
    if is_preset(str(market)) and not market.exists():
        return preset_market(str(market))
    if market.exists() or market.suffix:
        return read_market(market)
    raise LetfError(f"{market}: no such file, and no built-in market; built in: {', '.join(MARKETS)}")


def _started(
    market: "Market | None", drift, path: Path, vol_path: Path | None, index: str, accept_jumps: bool, quiet: bool
) -> "Market":
    """The market at the last close of the prices at `path`; None: one fitted to them."""
    from simulator.history.calibrate import must_compile
    from simulator.history.daily import daily_log_returns
    from simulator.history.kept import kept
    from simulator.history.kinds import DEFAULT, fit_market
    from simulator.history.prices import read_prices
    from simulator.history.state import as_of, uses_vol_index
    from simulator.history.vol_index import read_vol_index

    refuse_fund_prices(path, index)
    if market is not None:
        _refuse_second_prices(path, market)
    prices = read_prices(path, accept_jumps=accept_jumps)
    daily_log_returns(prices, fewest=1)
    vol_index = None if vol_path is None else read_vol_index(vol_path, prices)

    def noted(fit):
        if must_compile() and not quiet:
            note_compiling(FILTER_SECONDS)
        return fit()

    if market is None:
        chosen = kept(
            lambda: noted(lambda: fit_market(DEFAULT, prices, vol_index=vol_index, index=index)),
            *(prices.source, prices.sha256),
            *(("", "") if vol_index is None else (vol_index.source, vol_index.sha256)),
            index,
        )
    else:
        chosen = noted(lambda: as_of(market, prices, vol_index))
    if vol_index is not None and not uses_vol_index(chosen):
        raise LetfError(
            f"--vol-index {vol_path}: {chosen.name} (kind {chosen.kind}) was not calibrated with one; leave it out"
        )
    if drift is not None:
        chosen = replace(chosen, drift=drift)
    if not quiet:
        notes.keep(f"Note: {prices.note()}")
        if age := _age(prices, today()):
            notes.keep(f"Warning: {age}")
    return chosen


def refuse_fund_prices(path: Path, index: str | None) -> None:
    """Refuse a file that is called as a leveraged fund where prices of the index, of any one at None, are wanted."""
    from simulator.spec.files import known_funds

    for fund in known_funds(None)[1]:
        if fund.leverage != 1 and path.stem.upper() == fund.ticker != (index or "").upper():
            wanted = "an index" if index is None else f"its index, {index}"
            raise LetfError(
                f"{path}: prices of {fund.ticker}, {fund.leverage:g}x {fund.index}? a market is fitted to prices of "
                f"{wanted}; give those, or rename the file if it holds them"
            )


def _refuse_second_prices(path: Path, market: "Market") -> None:
    """Refuse a file that is called as the market's second index where prices of its first are wanted."""
    from simulator.spec.market import second_index

    second = second_index(market)
    if second is not None and path.stem.upper() == second.upper():
        raise LetfError(
            f"{path}: prices of {second}, the second index of {market.name}? it starts by those of its index, "
            f"{market.index}; give those, or rename the file if it holds them"
        )


def today() -> date:
    """The day that it is, in UTC."""
    return datetime.now(UTC).date()


def _age(prices: "Prices", day: date) -> str | None:
    """A word on prices that end over 5 trading days before `day`."""
    from simulator.history.cached import STALE, trading_days_since

    age = trading_days_since(prices.dates[-1], day)
    if age <= STALE:
        return None
    return f"{prices.source} ends on {prices.dates[-1]}, {age} trading days ago: today's market may be elsewhere"


def _undated(market: "Market") -> "Market":
    """The market without the word that it starts at the close of a day."""
    return replace(market, provenance={key: value for key, value in market.provenance.items() if key != "as_of"})


def _in_regime(market: "Market", regime: str) -> "Market":
    """The market whose day 1 is in `regime`."""
    from simulator.spec.ensemble import EnsembleMarket
    from simulator.spec.markov import MarkovMarket

    if isinstance(market, MarkovMarket) or (isinstance(market, EnsembleMarket) and market.regimes_market):
        return _undated(market.in_regime(regime))
    raise LetfError(f"--regime needs a market of regimes, {market.name} is of kind {market.kind}; start it by --vol")
