"""A replay as machines read it: one JSON object."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from simulator.history.costs import Costs
from simulator.history.prices import Prices
from simulator.history.rates import Rates
from simulator.history.replay import Replay
from simulator.history.windows import Hold
from simulator.output.document import dumps

SCHEMA = "letf.replay/1"


def to_json(replays: Sequence[Replay], holds: Sequence[Sequence[Hold]], costs: Costs | None) -> str:
    """The object that `letf replay --json` prints; returns are fractions, `costs` is null where none were fitted."""
    longest = max(replays, key=lambda told: len(told.rate))
    return dumps(
        {
            "schema": SCHEMA,
            "index": _prices(longest.pair.index),
            "rate": _rate(longest),
            "funds": [_fund(told, row) for told, row in zip(replays, holds, strict=True)],
            "costs": costs and _costs(costs),
        }
    )


def _prices(prices: Prices) -> dict[str, Any]:
    return {
        "source": prices.source,
        "sha256": prices.sha256,
        "price_column": prices.column,
        "first_date": str(prices.dates[0]),
        "last_date": str(prices.dates[-1]),
        "days": len(prices.dates) - 1,
    }


def _rate(told: Replay) -> dict[str, Any]:
    mean = float(told.rate.mean())
    if not isinstance(told.rates, Rates):
        return {"source": None, "mean": mean}
    return {"source": told.rates.source, "sha256": told.rates.sha256, "mean": mean}


def _fund(told: Replay, holds: Sequence[Hold]) -> dict[str, Any]:
    pair = told.pair
    return {
        "fund": told.fund.to_dict(),
        "prices": _prices(pair.fund_prices),
        "daily": asdict(told.daily_fit()),
        "worst_days": [
            {
                "date": str(pair.dates[i + 1]),
                "index_return": float(pair.index_return[i]),
                "replay_return": float(told.replay_return[i]),
                "fund_return": float(pair.fund_return[i]),
            }
            for i in told.worst_days()
        ],
        "whole": asdict(told.attribution()),
        "years": [
            {"year": year, "days": len(days), "full": told.is_full(year), **asdict(told.attribution(days))}
            for year, days in told.years().items()
        ],
        "divergence": [_hold(hold) for hold in holds],
    }


def _hold(hold: Hold) -> dict[str, Any]:
    return {
        "horizon_days": hold.days,
        "holds": len(hold.divergence),
        "mean": hold.mean._asdict(),
        "q": {f"{p:g}": cell._asdict() for p, cell in hold.quantiles.items()},
        "prob_negative": hold.behind._asdict(),
        "independent": {"holds": len(hold.independent), "prob_negative": hold.independent_behind._asdict()},
    }


def _costs(costs: Costs) -> dict[str, Any]:
    told = costs.told()
    return {
        "years": [{**asdict(year), "vague": year.vague} for year in costs.years],
        "checks": [{**asdict(check), "error": check.error} for check in costs.checks],
        "median_error": float(np.median([abs(check.error) for check in told])) if told else None,
        "worst_error": max(abs(check.error) for check in told) if told else None,
        "latest_year": costs.latest.year,
        "funds": [fund.to_dict() for fund in costs.funds()],
    }
