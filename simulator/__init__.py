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
    "SecondIndex": "simulator.spec.second",
    "Trade": "simulator.spec.trade",
    "Simulation": "simulator.spec.run",
    "Leg": "simulator.spec.leg",
    "Hedge": "simulator.spec.leg",
    "CallSpread": "simulator.spec.call_spread",
    "Structure": "simulator.spec.structure",
    "Course": "simulator.spec.course",
    "Comparison": "simulator.spec.comparison",
    "Scenario": "simulator.spec.scenario",
    "StressTest": "simulator.spec.stress",
    "Assets": "simulator.spec.assets",
    "Feedback": "simulator.spec.feedback",
    "find_funds": "simulator.spec.files",
    "preset_funds": "simulator.spec.files",
    "preset_market": "simulator.spec.files",
    "preset_refits": "simulator.spec.refits",
    "read_funds": "simulator.spec.files",
    "read_market": "simulator.spec.files",
    "Distribution": "simulator.distribution",
    "Estimate": "simulator.distribution",
    "Position": "simulator.position",
    "Exits": "simulator.position",
    "Views": "simulator.position",
    "Result": "simulator.result",
    "load": "simulator.result",
    "check": "simulator.exact",
    "growth_moments": "simulator.moments",
    "simulate": "simulator.engine.simulate",
    "Checkpoint": "simulator.engine.checkpoint",
    "read_prices": "simulator.history.prices",
    "calibrate": "simulator.history.calibrate",
    "fit_market": "simulator.history.kinds",
    "refit_markets": "simulator.history.refits",
    "with_second": "simulator.history.second",
    "assess": "simulator.risk.assess",
    "Risk": "simulator.risk.assess",
    "bracket_map": "simulator.risk.brackets",
    "conditional_views": "simulator.risk.views",
    "hold_curve": "simulator.risk.hold_curve",
    "longest_hold": "simulator.risk.horizon",
    "SHORTFALL": "simulator.risk.measure",
    "DECAY": "simulator.risk.measure",
    "chance_of_loss": "simulator.risk.measure",
    "kelly": "simulator.risk.sizing",
    "sizes": "simulator.risk.sizing",
    "run_structures": "simulator.engine.structures",
    "Outcomes": "simulator.engine.structures",
    "rare_losses": "simulator.risk.rare",
    "RareLosses": "simulator.risk.rare_figures",
    "simulate_to": "simulator.risk.precision",
    "compare": "simulator.risk.compare",
    "stress": "simulator.risk.stress",
    "flow_grid": "simulator.risk.flow_grid",
    "FlowGrid": "simulator.risk.flow_figures",
    "comparison": "simulator.spec.lineup",
    "read_structures": "simulator.spec.usual",
    "usual_structures": "simulator.spec.usual",
    "preset_scenarios": "simulator.spec.scenarios",
    "read_scenarios": "simulator.spec.scenarios",
    "draw": "simulator.output.plot",
    "draw_card": "simulator.output.plot_card",
    "draw_brackets": "simulator.output.plot_brackets",
    "draw_views": "simulator.output.plot_views",
    "draw_hold_curves": "simulator.output.plot_hold_curve",
    "draw_flow": "simulator.output.plot_flow",
    "draw_compared": "simulator.output.plot_compare",
    "draw_stress": "simulator.output.plot_stress",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'simulator' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
