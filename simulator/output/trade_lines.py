"""A trade in words: what is bought, for how long, and what each stop and target is in the other's terms."""

from simulator.output.heading import percent
from simulator.output.text import labelled
from simulator.risk.assess import Risk
from simulator.spec.bootstrap import BootstrapMarket
from simulator.spec.ensemble import EnsembleMarket
from simulator.spec.market import Market
from simulator.spec.markov import MarkovMarket
from simulator.spec.trade import Watch

WATCHES: dict[Watch, str] = {
    "day": "within the day, filled at the level, or at the open where that lies beyond it",
    "close": "at the closes, filled there",
    "next-open": "at the closes, filled at the next open",
}
SMALL_CHANGE, LARGE = 100, 1e10  # amounts below are told with decimals, from the other on with an exponent


def money(amount: float) -> str:
    """An amount in the reader's currency: 10,000; 12.50; 1.4e21."""
    if abs(amount) >= LARGE:
        return f"{amount:.1e}".replace("e+", "e")
    return f"{round(amount, 2) + 0.0:,.2f}" if abs(amount) < SMALL_CHANGE else f"{amount:,.0f}"


def move(fraction: float) -> str:
    """A move in percent with its sign: -12%, +6.7%."""
    return ("+" if fraction > 0 else "-" if fraction < 0 else "") + percent(abs(fraction))


def trade_lines(risk: Risk, amount: float | None = None) -> list[str]:
    """The trade, and its levels as moves of the fund and of the index, in a day and over the hold."""
    fund, trade = risk.fund, risk.trade
    bought = fund.ticker if amount is None else f"{money(amount)} of {fund.ticker}"
    days = "1 trading day" if risk.days == 1 else f"{risk.days} trading days"
    lines = labelled("Trade", f"buy {bought} ({fund.leverage:g}x {fund.index} daily) at a close, hold {days}")
    for level in risk.levels:
        mine, other = (fund.index, fund.ticker) if level.of_index else (fund.ticker, fund.index)
        said = f"{mine} {move(level.move)}: {_in_a_day(other, level.one_day)}"
        if risk.days > 1:  # a hold of one day has no drag
            said += f" {100 * level.hold:+.1f}% over the hold at its median drag"
        elif level.one_day < -1:
            said = f"{mine} {move(level.move)}: not in one day"
        lines += labelled("Stop" if "stop" in level.name else "Target", said.removesuffix(","))
    if trade.has_exits:
        lines += labelled("Watched", f"{WATCHES[trade.watch]}; {exactness(risk.spec.market, trade.watch)}")
    return lines


def _in_a_day(other: str, fraction: float) -> str:
    """What the other does on the first day; no index loses more than all."""
    return f"not in one day, {other}" if fraction < -1 else f"{other} {100 * fraction:+.1f}% in one day,"


def exactness(market: Market, watch: Watch) -> str:
    """Whether the exits are exact in this market, and what they are where they are not."""
    markets = [member.market for member in market.members] if isinstance(market, EnsembleMarket) else [market]
    said: dict[str, list[str]] = {}
    for one in markets:
        said.setdefault(_exactness(one, watch), []).append(one.name)
    if len(said) == 1:
        return next(iter(said))
    return "; ".join(f"{' and '.join(names)}: {text}" for text, names in said.items())


def _exactness(market: Market, watch: Watch) -> str:
    if watch == "close":
        return "exact"
    if isinstance(market, BootstrapMarket):
        if watch == "next-open":
            return "past days' own opens"
        return "past days' own open, high and low, a day that reached both is taken as stopped"
    if isinstance(market, MarkovMarket) and all(regime.dof is None for regime in market.regimes):
        return "exact"
    if watch == "next-open":
        return "approximate, opens by the day's volatility and one share of it"
    return "approximate, a Brownian bridge of the day's volatility"
