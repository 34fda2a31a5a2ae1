"""The risk of a trade as machines read it: one JSON object."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from simulator.distribution import Distribution, Estimate
from simulator.output.document import brief, dumps
from simulator.output.risk_report import LIMITS, notes_of
from simulator.position import Exits
from simulator.result import PARTS, STREAM, summary
from simulator.risk.assess import Risk
from simulator.risk.error_bars import REFIT_RANGE, Spread
from simulator.risk.figures import COMPARED, figures, in_money, of_exits, resolved
from simulator.risk.premiums import AtPremium
from simulator.risk.refitted import refit_paths
from simulator.risk.swing import Swing
from simulator.risk.tails import tails
from simulator.risk.views import conditional_views

SCHEMA = "letf.risk/1"


def to_json(
    risk: Risk,
    *,
    amount: float | None = None,
    notes: Sequence[str] = (),
    sizing: Mapping[str, Any] | None = None,
    horizon: Sequence[Mapping[str, Any]] | None = None,
) -> str:
    """The object that `letf risk --json` prints.

    Parameters
    ----------
    risk : Risk
    amount : float, optional
        Money put in.
    notes : sequence of str
        What else there is to know.
    sizing, horizon
        How big and how long, where that was asked.
    """
    spec, position, worst = risk.spec, risk.position, tails(risk.result).spec
    estimates = {name: Estimate(figure.value, figure.stderr) for name, figure in risk.figures.items()}
    return dumps(
        {
            "schema": SCHEMA,
            "fund": risk.fund.to_dict(),
            "leverage": risk.fund.leverage,
            "hold_days": risk.days,
            "trade": risk.trade.to_dict(),
            "levels": [asdict(level) for level in risk.levels],
            "amount": amount,
            "market": brief(spec.market.to_dict()),
            "rate": spec.rate,
            "seed": spec.seed,
            "paths": spec.paths,
            "stream": STREAM,
            "worst_cases": {"market": worst.market.name, "paths": worst.paths},
            **_flat(_some(estimates, lambda name: not (name in PARTS or of_exits(name)))),
            "attribution": {name: asdict(estimates[name]) for name in PARTS},
            "index_return": _law(risk.result.index_return(risk.days)),
            "fund_return": _law(position.fund_return),
            "divergence": _law(position.divergence),
            "drawdown": _law(position.drawdown),
            "break_even_index_return": _law(position.break_even),
            "exits": None if position.exits is None else _exits(position.exits, _some(estimates, of_exits)),
            "premiums": [_premium(at) for at in risk.premiums],
            "parameters": _parameters(risk),
            "models": _models(risk),
            "views": conditional_views(risk.result, risk.fund.ticker).to_dict(),
            "money": None if amount is None else _flat(_paid(_some(estimates, in_money), amount)),
            "sizing": sizing,
            "horizon": horizon,
            "notes": [*notes_of(risk), *notes, LIMITS],
        }
    )


def swing_json(swing: Swing) -> str:
    """The object that `letf risk --preset swing --json` prints."""
    spec = swing.spec
    return dumps(
        {
            "schema": SCHEMA,
            "preset": "swing",
            "market": brief(spec.market.to_dict()),
            "rate": spec.rate,
            "seed": spec.seed,
            "paths": spec.paths,
            "stream": STREAM,
            **swing.to_dict(),
            "notes": [note for note in (swing.note, LIMITS) if note],
        }
    )


def _some(estimates: Mapping[str, Estimate], wanted: Callable[[str], bool]) -> dict[str, Estimate]:
    return {name: found for name, found in estimates.items() if wanted(name)}


def _paid(estimates: Mapping[str, Estimate], amount: float) -> dict[str, Estimate]:
    return {name: Estimate(amount * found.mean, amount * found.stderr) for name, found in estimates.items()}


def _flat(estimates: Mapping[str, Estimate]) -> dict[str, float]:
    """Each figure under its name, its Monte Carlo error under the name with _stderr."""
    flat: dict[str, float] = {}
    for name, found in estimates.items():
        flat |= {name: found.mean, f"{name}_stderr": found.stderr}
    return flat


def _law(law: Distribution | None) -> dict[str, Any] | None:
    return None if law is None else summary(law)


def _exits(exits: Exits, estimates: Mapping[str, Estimate]) -> dict[str, Any]:
    return {
        **_flat(estimates),
        "resolved": {name: resolved(estimates[name]) for name in COMPARED},
        "exit_return": _law(exits.exit_return),
        "stop_fill": _law(exits.stop_fill),
        "target_fill": _law(exits.target_fill),
        "paths_stopped_by_day": exits.days[0].tolist(),
        "paths_at_target_by_day": exits.days[1].tolist(),
    }


def _premium(at: AtPremium) -> dict[str, Any]:
    return {
        "premium": at.premium,
        "drift": at.drift,
        "paths": at.result.spec.paths,
        **_flat(at.figures),
        "kelly": asdict(at.kelly),
        "exit_kelly": None if at.exit_kelly is None else asdict(at.exit_kelly),
    }


def _parameters(risk: Risk) -> dict[str, Any] | None:
    """The spread over refits; null without."""
    if not risk.refits:
        return None
    spreads = {name: figure.parameters for name, figure in risk.figures.items()}
    return {
        "refits": risk.refits,
        "paths": refit_paths(risk.spec),
        "low_high_quantiles": list(REFIT_RANGE),
        "figures": _spreads(spreads),
    }


def _models(risk: Risk) -> dict[str, Any] | None:
    """The spread over models, least to greatest, and each model's own figures; null without."""
    if not risk.models:
        return None
    ticker = risk.fund.ticker
    each = [
        {
            "name": name,
            "kind": result.spec.market.kind,
            "paths": result.spec.paths,
            **_flat(figures(result, ticker, risk.days)),
        }
        for name, result in risk.models.items()
    ]
    return {"figures": _spreads({name: figure.models for name, figure in risk.figures.items()}), "each": each}


def _spreads(spreads: Mapping[str, Spread | None]) -> dict[str, Any]:
    return {name: spread and asdict(spread) for name, spread in spreads.items()}
