"""The funds and markets that there are."""

import textwrap

from simulator.output.document import dumps
from simulator.output.heading import drift_text, market_line, percent, second_text, start_line
from simulator.output.text import WIDTH, paragraph
from simulator.spec.ensemble import EnsembleMarket
from simulator.spec.fund import Fund, funds_to_dict
from simulator.spec.garch import GarchMarket
from simulator.spec.market import Market
from simulator.spec.markov import MarkovMarket


def funds_to_json(funds: tuple[Fund, ...]) -> str:
    """The funds as the funds file's content."""
    return dumps(funds_to_dict(funds))


def funds_to_text(funds: tuple[Fund, ...]) -> str:
    """A table of leverage and costs, then where each fund's figures come from."""
    lines = ["ticker  leverage  index  expense ratio  swap spread  half-spread   (% a year)"]
    for fund in funds:
        lines.append(
            f"{fund.ticker:<6}  {fund.leverage:>+7g}x  {fund.index:<5}  {100 * fund.expense_ratio:>13.2f}"
            f"  {100 * fund.swap_spread:>11.2f}  {100 * fund.swap_half_spread:>11.2f}"
        )
    lines.append("")
    for fund in funds:
        text = f"{fund.name}; {fund.source or 'no source given'}."
        lines += textwrap.wrap(text, WIDTH, initial_indent=f"{fund.ticker:<6}", subsequent_indent=" " * 6)
    return "\n".join(lines) + "\n"


def markets_to_json(markets: tuple[Market, ...]) -> str:
    """The markets as a list of market files' contents."""
    return dumps({"schema": "letf.markets/1", "markets": [market.to_dict() for market in markets]})


def markets_to_text(markets: tuple[Market, ...]) -> str:
    """What each market is made of, where it starts, and its source."""
    return "\n".join("\n".join(_market_lines(market)) + "\n" for market in markets)


def _market_lines(market):
    yield market_line(market)
    start = start_line(market)
    match market:
        case MarkovMarket():
            yield from _regime_lines(market)
            start = market.initial if isinstance(market.initial, str) else "given probabilities"
        case GarchMarket():
            yield from paragraph(_recursion(market))
        case EnsembleMarket():
            parts = (f"{percent(member.weight)} of paths {member.market.name}" for member in market.members)
            yield from paragraph(", ".join(parts))
    yield from paragraph(f"{drift_text(market)}, start: {start}")
    yield from paragraph(second_text(market))
    if source := market.provenance.get("source_file"):
        yield f"fitted to {source} (SHA-256 {str(market.provenance.get('sha256', 'unknown'))[:16]}...)"


def _recursion(market):
    names = ("alpha", "gamma", "beta", "persistence")
    told = ", ".join(f"{name} {getattr(market, name):.3f}" for name in names)
    if market.dof is None:
        return f"{told}; {len(market.residuals):,} residuals"
    return f"{told}; skewed t of {market.dof:.3g} degrees of freedom, skew {market.skew:.2f}"


def _regime_lines(market):
    width = max(map(len, market.regime_names))
    law, stay = market.stationary_law(), [row[i] for i, row in enumerate(market.transition)]
    yield f"{'':{width}}  volatility  share of days  mean stay  tomorrow's law"
    for regime, share, p, row in zip(market.regimes, law, stay, market.transition, strict=True):
        days = f"{1 / (1 - p):.0f} days" if p < 1 else "for good"
        onward = " ".join(f"{q:.4f}" for q in row)
        yield f"{regime.name:<{width}}  {percent(regime.annual_vol):>10}  {percent(share):>13}  {days:>9}  {onward}"
