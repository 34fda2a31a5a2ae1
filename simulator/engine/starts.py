"""The same run begun in each regime."""

from dataclasses import replace

from simulator.engine.simulate import simulate
from simulator.result import Result
from simulator.spec.markov import MarkovMarket
from simulator.spec.run import Simulation

MOST_PATHS = 65_536  # a start


def starts_of(spec: Simulation) -> dict[str, Simulation]:
    """The run begun in each regime, in order, of a market that does not know where it stands; else none.

    Parameters
    ----------
    spec : Simulation
        Where its market's `initial` is "stationary", each regime's run has the same seed and at most 65,536 paths.
    """
    market = spec.market
    if not isinstance(market, MarkovMarket) or market.initial != "stationary" or len(market.regimes) == 1:
        return {}
    paths = min(spec.paths, MOST_PATHS)
    return {name: replace(spec, market=replace(market, initial=name), paths=paths) for name in market.regime_names}


def simulate_starts(spec: Simulation, *, threads: int | None = None) -> dict[str, Result]:
    """The results of the runs that `starts_of` tells; `threads` as in `simulate`."""
    return {name: simulate(run, threads=threads) for name, run in starts_of(spec).items()}
