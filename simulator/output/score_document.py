"""A score as machines read it: the JSON object, and one row a forecast."""

from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.history.block_bootstrap import Interval
from simulator.history.coverage import LEVELS, PIT_BINS
from simulator.history.forecasts import QUANTITIES, Score
from simulator.history.prices import Prices
from simulator.history.rates import Rates
from simulator.history.skill import DRAWS, MEAN_BLOCK
from simulator.history.verdict import Cell, Covered, Pooled, Verdict
from simulator.output.document import dumps
from simulator.output.files import frame_bytes
from simulator.result import QUANTILES, STREAM

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = "letf.score/1"


def to_json(verdict: Verdict) -> str:
    """The object that `letf score --json` prints."""
    score = verdict.score
    record, template = score.record, score.template
    return dumps(
        {
            "schema": SCHEMA,
            "index": {"name": record.funds[0].index, **_source(record.index)},
            "funds": [
                {"ticker": fund.ticker, "leverage": fund.leverage, **_source(prices)}
                for fund, prices in zip(record.funds, record.fund_prices, strict=True)
            ],
            "rates": {"source_file": record.rates.source, "sha256": record.rates.sha256}
            if isinstance(record.rates, Rates)
            else {"constant": record.rates},
            "vol_index": record.vol_index
            and {"source_file": record.vol_index.source, "sha256": record.vol_index.sha256},
            "cost": template.funds[0].expense_ratio,
            "drift": score.drift,
            "paths": template.paths,
            "seed": template.seed,
            "stream": STREAM,
            "horizons": list(score.horizons),
            "models": dict(score.models),
            "lead": verdict.lead,
            "origins": {
                "count": len(score.origins.at),
                "first_month": str(score.origins.months[0]),
                "last_month": str(score.origins.months[-1]),
                "first_entry": str(score.entry_days[0]),
                "last_entry": str(score.entry_days[-1]),
            },
            "bootstrap": {"level": 0.95, "draws": DRAWS, "mean_block_origins": MEAN_BLOCK},
            "pooled_horizons": list(verdict.pooled_horizons),
            "pooled": [_pooled(row) for row in verdict.pooled],
            "coverage": [_covered(row) for row in verdict.covered],
            "perfect_forecaster": {
                str(days): {
                    "coverage": {
                        f"{level:g}": {"low": low, "high": high, "sd": sd}
                        for level, low, high, sd in zip(
                            LEVELS, *found.coverage.tolist(), found.coverage_sd.tolist(), strict=True
                        )
                    },
                    "pit": {"low": found.pit[0].tolist(), "high": found.pit[1].tolist()},
                }
                for days, found in verdict.luck.items()
            },
            "pit_edges": [k / PIT_BINS for k in range(PIT_BINS + 1)],
            "rows": [_cell(row) for row in verdict.cells],
        }
    )


def _source(prices: Prices) -> dict[str, str]:
    return {
        "source_file": prices.source,
        "sha256": prices.sha256,
        "first_date": str(prices.dates[0]),
        "last_date": str(prices.dates[-1]),
    }


def _interval(found: Interval) -> dict[str, float]:
    return found._asdict()


def _skills(found: dict[str, Interval]) -> dict[str, Any]:
    return {name: {**_interval(entry), "resolved": entry.excludes(0.0)} for name, entry in found.items()}


def _pooled(row: Pooled) -> dict[str, Any]:
    return {**row._asdict(), "skill": _skills(row.skill)}


def _covered(row: Covered) -> dict[str, Any]:
    return {**row._asdict(), "share": _interval(row.share)}


def _cell(row: Cell) -> dict[str, Any]:
    coverage = {f"{level:g}": _interval(entry) for level, entry in row.coverage.items()}
    renamed = {"horizon_days" if key == "horizon" else key: value for key, value in row._asdict().items()}
    return {**renamed, "skill": _skills(row.skill), "coverage": coverage}


def to_frame(score: Score) -> "pd.DataFrame":
    """One row a forecast: model, entry, fund, holding period, quantity, quantiles, what came, CRPS and PIT."""
    import pandas as pd

    shape = score.outcomes.shape
    origin, fund, horizon, quantity = (axis.ravel() for axis in np.indices(shape))
    tickers, days = np.array([fund.ticker for fund in score.record.funds]), np.array(score.horizons)
    frames = []
    for model, forecasts in score.forecasts.items():
        columns = {
            "model": model,
            "entry": score.entry_days[origin].astype(str),
            "fund": tickers[fund],
            "horizon_days": days[horizon],
            "quantity": np.array(QUANTITIES)[quantity],
        }
        quantiles = forecasts.quantiles.reshape(-1, len(QUANTILES)).T
        columns |= {f"q.{p:g}": values for p, values in zip(QUANTILES, quantiles, strict=True)}
        columns |= {
            "outcome": score.outcomes.ravel(),
            "crps": forecasts.crps.ravel(),
            "pit": forecasts.pit.ravel(),
        }
        frames.append(pd.DataFrame(columns))
    return pd.concat(frames, ignore_index=True)


def encode(verdict: Verdict, suffix: str) -> bytes:
    """The content of the output file with this suffix: .json the whole score, .csv and .parquet every forecast."""
    if suffix == ".json":
        return to_json(verdict).encode()
    return frame_bytes(to_frame(verdict.score), suffix)
