"""How often an interval of `letf triggers` leaves out 0 where triggers mean nothing: docs/trades.md.

    .venv/bin/python scripts/study_triggers.py PRICES [--histories 60]

Histories of the real days of IWM and SPY in PRICES, each day up or down by the toss of a coin: volatility comes in its
spells, but nothing tells where prices go. Funds are 3 and -3 times the index without costs.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from simulator.history import trigger_study
from simulator.history.closes import Closes, make_closes
from simulator.history.prices import read_prices
from simulator.history.trigger_figures import false_alarms
from simulator.history.trigger_study import study
from simulator.history.triggers import usual_triggers
from simulator.spec.files import find_funds, preset_funds

TICKERS = ("TNA", "TZA")
BEFORE = 260  # days before the funds begin, for the averages
DRAWS = 1000
CASES = ((4055, 84), (4055, 252), (2500, 84), (1250, 84))  # days and mean block


def tossed(closes: Closes, days: int, rng: np.random.Generator) -> Closes:
    """A span of so many days on which funds trade, its log returns' signs drawn anew."""
    start = rng.integers(closes.first - BEFORE, len(closes.dates) - days - BEFORE + 1)
    span = slice(start, start + days + BEFORE)
    signs = rng.choice([-1, 1], days + BEFORE - 1)
    index, second = (np.expm1(signs * np.diff(np.log(close[span]))) for close in (closes.index, closes.second))
    growth = [np.cumprod(np.append(1, 1 + fund.leverage * index)) for fund in closes.funds]
    funds = np.where(np.arange(days + BEFORE)[:, None] >= BEFORE, np.column_stack(growth), np.nan)
    index, second = (np.cumprod(np.append(1, 1 + returns)) for returns in (index, second))
    return replace(closes, dates=closes.dates[span], index=index, second=second, fund_close=funds)


def shares(closes: Closes, days: int, block: int, histories: int) -> tuple[float, float]:
    """Share of intervals without 0, and of histories in which a difference is resolved with all looked at together."""
    alone, together = [], []
    for seed in range(histories):
        made = tossed(closes, days, np.random.default_rng(seed))
        trigger_study.LEAST_BLOCK, trigger_study.HOLDS_A_BLOCK = block, 1
        found = study(made, usual_triggers(made), draws=DRAWS, seed=seed)
        alone += [cell.resolved for cell in found.cells if np.isfinite(cell.mean.difference.low)]
        together.append(any(cell.together for cell in found.cells))
    return float(np.mean(alone)), float(np.mean(together))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prices", type=Path)
    parser.add_argument("--histories", type=int, default=60)
    given = parser.parse_args()
    index, second, *funds = (read_prices(given.prices / f"{name}.csv") for name in ("IWM", "SPY", *TICKERS))
    closes = make_closes(index, second, "SPY", tuple(funds), find_funds(TICKERS, preset_funds()))
    print("| days | mean block | intervals without 0 | told | histories with one resolved together |")
    print("|---|---|---|---|---|")
    for days, block in CASES:
        alone, together = shares(closes, days, block, given.histories)
        print(f"| {days:,} | {block} | {alone:.1%} | {false_alarms(block, days):.1%} | {together:.0%} |", flush=True)


if __name__ == "__main__":
    main()
