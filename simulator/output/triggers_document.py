"""What came after triggers, as machines read it: one JSON object."""

from typing import Any

from simulator.history.prices import Prices
from simulator.history.trigger_figures import Cell, Figure, Study
from simulator.history.trigger_study import LEVEL
from simulator.history.triggers import Trigger
from simulator.output.document import dumps

SCHEMA = "letf.triggers/1"


def to_json(study: Study) -> str:
    """The object that `letf triggers --json` prints; returns and differences are fractions."""
    closes = study.closes
    return dumps(
        {
            "schema": SCHEMA,
            "index": closes.index_name,
            "second": closes.second_name,
            "funds": [fund.ticker for fund in closes.funds],
            "prices": [_prices(prices) for prices in closes.sources],
            "first_entry": str(study.dates[0]),
            "last_close": str(study.dates[-1]),
            "days": len(study.dates),
            "holds": study.holds,
            "interval": {"level": LEVEL, "mean_block_days": study.block, "resamples": study.draws, "seed": study.seed},
            "comparisons": study.comparisons,
            "resolved": sum(cell.resolved for cell in study.cells),
            "resolved_by_luck": study.by_luck,
            "resolved_together": sum(cell.together for cell in study.cells),
            "critical_standard_errors": study.critical,
            "triggers": [_trigger(study, trigger) for trigger in study.triggers],
        }
    )


def _prices(prices: Prices) -> dict[str, Any]:
    return {**prices.provenance(), "days": len(prices.dates)}


def _trigger(study: Study, trigger: Trigger) -> dict[str, Any]:
    series = trigger.series
    return {
        "name": trigger.name,
        "about": trigger.about,
        "series": series and {"source_file": series.source, "sha256": series.sha256},
        "known_days": int(trigger.known.sum()),
        "trigger_days": int(trigger.days.sum()),
        "episodes": trigger.episodes,
        "last_day": str(study.dates[trigger.days][-1]) if trigger.days.any() else None,
        "on_last_close": bool(trigger.days[-1]),
        "rows": [_row(cell) for cell in study.of(trigger)],
    }


def _row(cell: Cell) -> dict[str, Any]:
    return {
        "instrument": cell.instrument,
        "horizon_days": cell.days,
        "holds": cell.entries,
        "holds_apart": cell.apart,
        "all_holds": cell.all_entries,
        "mean": _figure(cell.mean),
        "median": _figure(cell.median),
        "prob_gain": _figure(cell.gains),
        "resolved": cell.resolved,
        "resolved_together": cell.together,
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {"after": figure.then, "all_days": figure.all_days, "difference": figure.difference._asdict()}
