"""How far may a daily-reset leveraged ETF end from its multiple of the index?

    >>> from simulator import Simulation, find_funds, preset_funds, preset_market, simulate
    >>> spec = Simulation(market=preset_market(), funds=find_funds(("TNA",), preset_funds()), horizons=(21,))
    >>> gap = simulate(spec).divergence("TNA", 21)
    >>> gap.quantile([0.05, 0.5, 0.95]), gap.prob_below_zero

The public names are resolved when first used, so that `import simulator` costs next to nothing.
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "LetfError": "simulator.errors",
    "Fund": "simulator.spec.fund",
    "MarkovMarket": "simulator.spec.markov",
    "Regime": "simulator.spec.regime",
    "GarchMarket": "simulator.spec.garch",
    "BootstrapMarket": "simulator.spec.bootstrap",
    "EnsembleMarket": "simulator.spec.ensemble",
    "Member": "simulator.spec.ensemble",
    "Simulation": "simulator.spec.run",
    "find_funds": "simulator.spec.files",
    "preset_funds": "simulator.spec.files",
    "preset_market": "simulator.spec.files",
    "read_funds": "simulator.spec.files",
    "read_market": "simulator.spec.files",
    "Distribution": "simulator.distribution",
    "Estimate": "simulator.distribution",
    "Result": "simulator.result",
    "load": "simulator.result",
    "check": "simulator.exact",
    "growth_moments": "simulator.exact",
    "simulate": "simulator.engine.simulate",
    "read_prices": "simulator.history.prices",
    "calibrate": "simulator.history.calibrate",
    "draw": "simulator.output.plot",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'simulator' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
