"""The lines that every table and figure owes its reader: what was simulated."""

from simulator.spec.market import VOL_DAYS, MarkovMarket
from simulator.spec.run import Simulation

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


def market_line(market: MarkovMarket) -> str:
    """Name, regimes and the span of the prices behind a market."""
    first, last = market.provenance.get("first_date"), market.provenance.get("last_date")
    span = f"prices {first} to {last}" if first and last else "no prices named"
    count = len(market.regimes)
    return f"{market.name}, {market.index}, {count} regime{'s' if count > 1 else ''}, {span}"


def start_line(market: MarkovMarket) -> str:
    """The law of day 1's regime, and the volatility that it makes one expect."""
    law = market.initial_law()
    shares = ", ".join(
        f"{name} {percent(share)}" for name, share in zip(market.regime_names, law, strict=True) if share
    )
    kind = "stationary: " if market.initial == "stationary" else ""
    return f"{kind}{shares}; expected {VOL_DAYS}-day volatility {percent(market.expected_vol())}"


def drift_text(market: MarkovMarket) -> str:
    return "each regime's own drift" if market.drift == "regime" else f"drift {percent(market.drift, 2)} a year"


def run_line(spec: Simulation) -> str:
    """Rate, drift, paths and seed."""
    return f"rate {percent(spec.rate, 2)}, {drift_text(spec.market)}, {spec.paths:,} paths, seed {spec.seed}"


def limit(market: MarkovMarket) -> str:
    """What this market leaves out, if there is something to say."""
    return NO_LEVERAGE_EFFECT if market.drift != "regime" and len(market.regimes) > 1 else ""
