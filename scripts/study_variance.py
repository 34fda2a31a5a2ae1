"""How many times the paths weights, antithetic pairs and scrambled Sobol points are worth: docs/variance.md.

    .venv/bin/python scripts/study_variance.py [--repeats 100] [--paths 16384] [--days 5,21,63,252] [--json FILE]
    .venv/bin/python scripts/study_variance.py --table FILE

The built-in market and TNA and TZA, in NumPy. Every figure is estimated in each of `repeats` independent runs of as
many paths; what a way to draw is worth is the variance over the plain runs divided by that over its own, with a
standard error by the jackknife. Regimes are always drawn anew: pairs and points are of the normals, given the regimes.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.special import ndtri
from scipy.stats import qmc

from simulator import bins
from simulator.distribution import Distribution
from simulator.files import write_atomically
from simulator.known import known_divergence, known_return
from simulator.output.document import dumps
from simulator.spec.files import find_funds, preset_funds, preset_market
from simulator.spec.fund import Fund
from simulator.spec.model import TRADING_DAYS
from simulator.spec.run import Simulation

TICKERS = ("TNA", "TZA")
DAYS = (5, 21, 63, 252)
LEVELS = (0.01, 0.05, 0.5, 0.95, 0.99)
STOP, TARGET = 0.12, 0.15  # of the fund, at closes
WAY_NAMES = {
    "plain*": "weights",
    "antithetic": "antithetic pairs",
    "antithetic*": "pairs and weights",
    "sobol": "Sobol points",
    "sobol*": "points and weights",
}
LEAST_UNIFORM = 2.0**-53  # a point at 0 would be a normal at minus infinity

Draw = Callable[[np.ndarray, np.random.Generator], np.ndarray]
"""From each path's daily variances (paths, days), and random numbers, to its daily surprises, of the same shape."""


def plain(variances: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.sqrt(variances) * rng.standard_normal(variances.shape)


def antithetic(variances: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The second half mirrors the first (Hammersley and Morton 1956); regimes must be alike in both."""
    normals = rng.standard_normal((len(variances) // 2, variances.shape[1]))
    return np.sqrt(variances) * np.concatenate([normals, -normals])


def sobol(variances: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Scrambled Sobol points (Owen 1995), the first coordinates to where the path ends and to its middles."""
    points = qmc.Sobol(variances.shape[1], scramble=True, rng=rng).random(len(variances))
    return bridge(variances, ndtri(np.clip(points, LEAST_UNIFORM, 1 - LEAST_UNIFORM)))


def bridge(variances: np.ndarray, normals: np.ndarray) -> np.ndarray:
    """A Brownian bridge in the path's own clock, its cumulative variance (Glasserman 2003, section 3.1).

    The first normal is the sum of all surprises; each further one splits the sum over a stretch of days at its middle
    day, a stretch nearer the first coordinates the longer it is.
    """
    clock = np.concatenate([np.zeros((len(variances), 1)), np.cumsum(variances, axis=1)], axis=1)
    place = np.zeros_like(clock)
    place[:, -1] = np.sqrt(clock[:, -1]) * normals[:, 0]
    stretches, used = [(0, variances.shape[1])], 1
    while stretches:
        low, high = stretches.pop(0)
        if high - low < 2:
            continue
        middle = (low + high) // 2
        share = (clock[:, middle] - clock[:, low]) / (clock[:, high] - clock[:, low])
        spread = np.sqrt(share * (clock[:, high] - clock[:, middle]))
        place[:, middle] = place[:, low] + share * (place[:, high] - place[:, low]) + spread * normals[:, used]
        used += 1
        stretches += [(low, middle), (middle, high)]
    return np.diff(place, axis=1)


WAYS: dict[str, Draw] = {"plain": plain, "antithetic": antithetic, "sobol": sobol}


def regimes(market, paths: int, days: int, rng: np.random.Generator, pairs: bool) -> np.ndarray:
    """Each path's regimes (paths, days); with `pairs` the second half's are those of the first."""
    count = paths // 2 if pairs else paths
    law, rows = np.cumsum(market.initial_law()), np.cumsum(np.array(market.transition), axis=1)
    uniforms, last = rng.random((days, count)), len(law) - 1
    state = np.minimum(np.searchsorted(law, uniforms[0], side="right"), last)
    states = [state]
    for day in uniforms[1:]:
        state = np.minimum((rows[state] < day[:, None]).sum(axis=1), last)
        states.append(state)
    found = np.array(states).T
    return np.concatenate([found, found]) if pairs else found


@dataclass(frozen=True, kw_only=True)
class Run:
    """Paths of the index and of a fund: growth since entry at each close, (paths, days)."""

    index: np.ndarray
    fund: np.ndarray


def simulate(spec: Simulation, fund: Fund, draw: Draw, rng: np.random.Generator) -> Run:
    market, days = spec.market, spec.horizons[-1]
    states = regimes(market, spec.paths, days, rng, pairs=draw is antithetic)
    logs = market.daily_means()[states] + draw(market.daily_sds()[states] ** 2, rng)
    carry = fund.annual_carry(spec.rate) / TRADING_DAYS
    growth = np.maximum(1 + fund.leverage * np.expm1(logs) + carry, 0)
    return Run(index=np.exp(np.cumsum(logs, axis=1)), fund=np.cumprod(growth, axis=1))


def law_of(values: np.ndarray, known=None) -> Distribution:
    """The law that a run keeps of `values`."""
    counts = np.bincount(bins.bin_of(values), minlength=bins.COUNT)
    below, squares = int((values < 0).sum()), float(values @ values)
    return Distribution(len(values), float(values.sum()), squares, values.min(), values.max(), below, counts, known)


def figures(run: Run, spec: Simulation, fund: Fund) -> dict[str, float]:
    """Every figure, as counted and, where the name ends in a star, of weighted paths."""
    days = spec.horizons[-1]
    returns, least, most = run.fund[:, -1] - 1, run.fund.min(axis=1), run.fund.max(axis=1)
    gap = returns - fund.leverage * (run.index[:, -1] - 1)
    stopped = (run.fund <= 1 - STOP).argmax(axis=1) + np.where(least <= 1 - STOP, 0, days)
    reached = (run.fund >= 1 + TARGET).argmax(axis=1) + np.where(most >= 1 + TARGET, 0, days)
    found = {
        "mean return": float(returns.mean()),
        "mean divergence": float(gap.mean()),
        "chance of the stop": float(((least <= 1 - STOP) & (stopped < reached)).mean()),
        "chance of the target": float(((most >= 1 + TARGET) & (reached < stopped)).mean()),
    }
    exact = known_return(spec, fund, days, wiped=False), known_divergence(spec, fund, days, wiped=False)
    for star, known in (("", (None, None)), ("*", exact)):
        for name, values, what in zip(("return", "divergence"), (returns, gap), known, strict=True):
            found |= {f"{key}{star}": value for key, value in _of_law(law_of(values, what), name).items()}
    return found


def _of_law(law: Distribution, name: str) -> dict[str, float]:
    quantiles = dict(zip(LEVELS, law.quantile(np.array(LEVELS)).tolist(), strict=True))
    found = {f"{name} {100 * p:g}%": value for p, value in quantiles.items()} | {f"{name} < 0": law.prob_below_zero}
    return found | ({"return ES 95%": law.expected_shortfall(0.95).mean} if name == "return" else {})


def worth(values: Sequence[float], against: Sequence[float]) -> tuple[float, float]:
    """Ratio of the variances of `against` and `values`, and its standard error by the jackknife over runs."""
    ratio = np.var(against, ddof=1) / max(np.var(values, ddof=1), np.finfo(float).tiny)
    left_out = np.log(_variances(np.asarray(against))), np.log(_variances(np.asarray(values)))
    n = len(values)
    spread = sum((n - 1) / n * float(((one - one.mean()) ** 2).sum()) for one in left_out)
    return float(ratio), float(ratio * np.sqrt(spread))


def _variances(values: np.ndarray) -> np.ndarray:
    """The variance without each of the values."""
    n, centred = len(values), values - values.mean()
    left = (centred**2).sum() - centred**2 * n / (n - 1)
    return np.maximum(left / (n - 2), np.finfo(float).tiny)


def study(days: int, fund: Fund, paths: int, repeats: int) -> dict[str, dict[str, tuple[float, float]]]:
    """Of each figure, by way to draw: how many plain paths one of its is worth, and the standard error of that."""
    spec = Simulation(market=preset_market(), funds=(fund,), horizons=(days,), paths=paths)
    found: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for number, (way, draw) in enumerate(WAYS.items()):
        for repeat in range(repeats):
            rng = np.random.default_rng([number, days, repeat])
            found[way].append(figures(simulate(spec, fund, draw, rng), spec, fund))
    table = {}
    for name in found["plain"][0]:
        against = [one[name.removesuffix("*")] for one in found["plain"]]
        ways = WAYS if not name.endswith("*") else {f"{way}*": way for way in WAYS}
        for way in ways:
            if way != "plain":
                values = [one[name] for one in found[way.removesuffix("*")]]
                table.setdefault(name.removesuffix("*"), {})[way] = worth(values, against)
    return table


def cost(days: int, paths: int) -> dict[str, float]:
    """Nanoseconds of one core a path-day to draw the surprises of known regimes."""
    variances, rng = np.full((paths, days), 1e-4), np.random.default_rng(1)

    def once(draw: Draw) -> float:
        began = time.process_time()
        draw(variances, rng)
        return (time.process_time() - began) / variances.size

    return {way: 1e9 * min(once(draw) for _ in range(5)) for way, draw in WAYS.items()}


def to_text(table: dict[str, dict[str, tuple[float, float]]]) -> str:
    """Rows of figures, columns of ways; a star: of weighted paths."""
    lines = [f"{'':22}" + "".join(f"{way:>14}" for way in WAY_NAMES)]
    for name, by_way in table.items():
        cells = (f"{by_way[way][0]:.1f} ± {by_way[way][1]:.1f}" if way in by_way else "" for way in WAY_NAMES)
        lines.append(f"{name:22}" + "".join(f"{cell:>14}" for cell in cells))
    return "\n".join(lines)


def to_markdown(kept: dict[str, dict[str, dict[str, tuple[float, float]]]]) -> str:
    """The table of docs/variance.md: the least and the most over funds and days."""
    lines = ["| | " + " | ".join(WAY_NAMES.values()) + " |", "|---" * (1 + len(WAY_NAMES)) + "|"]
    for name in next(iter(kept.values())):
        cells = []
        for way in WAY_NAMES:
            found = [table[name][way][0] for table in kept.values() if way in table[name]]
            cells.append(f"{min(found):.1f} to {max(found):.1f}" if found else "")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description="What fewer paths for the same answer are worth.")
    parser.add_argument("--repeats", type=int, default=100)
    parser.add_argument("--paths", type=int, default=16384)
    parser.add_argument("--days", default=",".join(map(str, DAYS)))
    parser.add_argument("--json", type=Path, help="write what was found")
    parser.add_argument("--table", type=Path, metavar="JSON", help="print the table of what was found before")
    given = parser.parse_args()
    if given.table:
        print(to_markdown(json.loads(given.table.read_text())))
        return
    kept = {}
    for days in map(int, given.days.split(",")):
        spent = ", ".join(f"{way} {took:.1f}" for way, took in cost(days, given.paths).items())
        print(f"{days} days; drawing in NumPy, ns a path-day: {spent}", flush=True)
        for fund in find_funds(TICKERS, preset_funds()):
            table = kept[f"{fund.ticker} {days}"] = study(days, fund, given.paths, given.repeats)
            print(f"\n{fund.ticker} over {days} days\n{to_text(table)}\n", flush=True)
    if given.json:
        write_atomically(given.json, dumps(kept).encode())


if __name__ == "__main__":
    sys.exit(main())
