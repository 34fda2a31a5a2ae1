"""The lines that every table and figure owes its reader: what was simulated."""

import numpy as np

from simulator.spec.bootstrap import BootstrapMarket
from simulator.spec.comparison import Comparison
from simulator.spec.ensemble import EnsembleMarket
from simulator.spec.garch import GarchMarket
from simulator.spec.market import Market, second_index
from simulator.spec.markov import MarkovMarket
from simulator.spec.model import TRADING_DAYS, VOL_DAYS
from simulator.spec.run import Simulation
from simulator.spec.stress import StressTest

NO_LEVERAGE_EFFECT = (
    "One drift for all regimes leaves out the leverage effect, that falls come with high volatility: the worst returns "
    "of a bull fund are too mild, those of a bear fund too severe."
)


def percent(value: float, decimals: int = 1) -> str:
    """0.1234 as 12.3 %, without trailing zeros."""
    least = 10.0**-decimals
    if 0 < value * 100 < least / 2:
        return f"<{least:g}%"
    return f"{value * 100:.{decimals}f}".rstrip("0").rstrip(".") + "%"


def market_line(market: Market) -> str:
    """Name, kind and the span of the prices behind a market."""
    first, last = market.provenance.get("first_date"), market.provenance.get("last_date")
    span = f"prices {first} to {last}" if first and last else "no prices named"
    return f"{market.name}, {market.index}, {_kind(market)}, {span}"


def _kind(market: Market) -> str:
    match market:
        case MarkovMarket():
            count = len(market.regimes)
            return f"{count} regime{'s' if count > 1 else ''}"
        case GarchMarket():
            return "GJR-GARCH, own residuals" if market.residuals else "GJR-GARCH, skewed t"
        case BootstrapMarket():
            scaled = ", scaled" if market.scaling else ""
            return f"{len(market.log_returns):,} days in blocks of {market.block_days:g}{scaled}"
        case EnsembleMarket():
            return f"{len(market.members)} models"


def why_line(market: Market) -> str:
    """Why this market answers, where nobody asked for it by name."""
    return str(market.provenance.get("why", ""))


def start_line(market: Market) -> str:
    """Where day 1 stands, and the volatility that it makes one expect."""
    date = market.provenance.get("as_of")
    stateless = isinstance(market, BootstrapMarket) and not market.scaling
    since = f"as of the close of {date}: " if date and not stateless else ""
    return f"{since}{_start(market)}expected {VOL_DAYS}-day volatility {percent(market.expected_vol())}"


def _start(market: Market) -> str:
    match market:
        case MarkovMarket():
            law = zip(market.regime_names, market.initial_law(), strict=True)
            shares = ", ".join(f"{name} {percent(share)}" for name, share in law if share)
            return f"{'stationary: ' if market.initial == 'stationary' else ''}{shares}; "
        case GarchMarket():
            vol = percent((market.first_variance() * TRADING_DAYS) ** 0.5)
            return f"{'stationary: ' if market.initial == 'stationary' else ''}first day's volatility {vol}; "
        case BootstrapMarket() if market.scaling:
            by = "prices" if market.scaling.initial_by == "prices" else "prices and a volatility index"
            return f"volatility forecast by {by} {percent(market.scaling.initial)}; "
        case BootstrapMarket():
            return "a block from any day, whatever came before; "
        case EnsembleMarket():
            return "each model's own; "


def drift_text(market: Market) -> str:
    return "each regime's own drift" if market.drift == "regime" else f"drift {percent(market.drift, 2)} a year"


def second_text(market: Market) -> str:
    """The second index of a market that has one: how it moves with the first, and its drift; "" where none is."""
    if isinstance(market, EnsembleMarket):
        seconds = [member.market.second for member in market.members]
        drifts = sorted({percent(second.drift, 2) for second in seconds if second})
        moved = f"{second_index(market)} beside {market.index}, by each model in its own way"
        return f"{moved}; drift {' and '.join(drifts)} a year" if second_index(market) else ""
    second = market.second
    if second is None:
        return ""
    match market:
        case MarkovMarket():
            vols = [regime.annual_vol for regime in market.regimes]
            rows = zip(market.regime_names, second.betas, second.correlations(np.array(vols)), strict=True)
            how = "; ".join(f"{name} beta {beta:.2f}, correlation {value:.2f}" for name, beta, value in rows)
        case GarchMarket():
            (beta,), own = second.betas, second.residual_ratio
            how = f"beta {beta:.2f}, volatility of its own {own:.2f} times {market.index}'s"
        case _:
            how = "its own days, the same ones"
    return f"{second.index} beside {market.index}: {how}; drift {percent(second.drift, 2)} a year"


def refit_drifts(market: Market) -> str:
    """Which drift markets have that are refitted to resampled pasts in the place of `market`."""
    return "each with its own drifts" if market.drift == "regime" else "all at this drift"


def levels_text(stop: float | None, target: float | None) -> str:
    """What sells: -6% or +12.5%; "" where nothing does."""
    told = [f"-{percent(stop)}"] if stop is not None else []
    return " or ".join(told + ([f"+{percent(target)}"] if target is not None else []))


def run_line(spec: Simulation | Comparison | StressTest) -> str:
    """Rate, drift, paths and seed."""
    return f"rate {percent(spec.rate, 2)}, {drift_text(spec.market)}, {spec.paths:,} paths, seed {spec.seed}"


def limit(market: Market) -> str:
    """What this market leaves out, if there is something to say."""
    if not isinstance(market, MarkovMarket) or market.drift == "regime" or len(market.regimes) == 1:
        return ""
    return NO_LEVERAGE_EFFECT
