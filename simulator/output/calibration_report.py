"""What a calibration found, as people read it: text of at most 80 columns."""

from math import exp

from simulator.history.calibration import Calibration
from simulator.history.garch_fit import GarchFit
from simulator.history.prices import Prices
from simulator.history.second import SecondFit
from simulator.output.garch_report import garch_lines
from simulator.output.heading import drift_text, market_line, start_line
from simulator.output.regimes_report import regimes_lines
from simulator.output.second_report import second_lines
from simulator.output.text import labelled
from simulator.spec.bootstrap import BootstrapMarket
from simulator.spec.ensemble import EnsembleMarket, Member
from simulator.spec.market import Market
from simulator.spec.scaling import LONGEST, WINDOWS, Scaling


def report(prices: Prices, fit: Calibration | GarchFit | None, market: Market, second: SecondFit | None = None) -> str:
    """Prices, the fit with its standard errors where something was fitted, the second index if there is one, the
    market and its start."""
    span = f"{prices.dates[0]} to {prices.dates[-1]}, {len(prices.dates) - 1:,} returns"
    lines = [
        *labelled("Prices", f"{prices.source}, column {prices.column!r}, {span}"),
        *_fit_lines(fit, market),
        "",
        *(second_lines(second, market) if second else []),
        *labelled("Market", f"{market.name}, index {market.index}, {drift_text(market)}"),
        *labelled("Start", start_line(market)),
    ]
    return "\n".join(lines) + "\n"


def _fit_lines(fit: Calibration | GarchFit | None, market: Market) -> list[str]:
    match fit:
        case Calibration():
            return regimes_lines(fit)
        case GarchFit():
            return garch_lines(fit)
    if isinstance(market, EnsembleMarket):
        return [line for member in market.members for line in ("", *_member_lines(member))]
    scaling = market.scaling if isinstance(market, BootstrapMarket) else None
    return [*labelled("Days", market_line(market)), *(_forecast_lines(scaling) if scaling else [])]


def _member_lines(member: Member) -> list[str]:
    market = member.market
    return labelled(f"{member.weight:.1%}", f"of paths: {market_line(market)}; start: {start_line(market)}")


def _forecast_lines(scaling: Scaling) -> list[str]:
    """What the volatility is forecast by, and how far off it was."""
    windows = ", ".join(map(str, WINDOWS[:-1]))
    also = "" if scaling.initial_by == "prices" else ", the volatility index"
    return labelled(
        "Scaling",
        f"by a regression of the coming days' log variance on that of the last {windows} and {LONGEST} days, the last "
        f"week's return{also}, fitted anew each year; out of sample the volatility was off by a factor of "
        f"{exp(scaling.first.error_sd / 2):.2f}, one standard deviation",
    )
