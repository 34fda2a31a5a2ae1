"""What a score says: skill over the baselines, coverage, and what the data do not resolve."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from simulator.history.block_bootstrap import Interval
from simulator.history.coverage import LEVELS, Luck, inside, luck, pit_shares
from simulator.history.forecasters import BASELINES, DEFAULT_FORECASTER
from simulator.history.forecasts import QUANTITIES, Forecasts, Score
from simulator.history.skill import resampled, share, skill

POOLED_HORIZONS = (21, 42, 63)
WILD_YEARS = (2009, 2020)  # years that may carry a skill alone


class Cell(NamedTuple):
    """One model on one fund, holding period and quantity.

    origins : int, with a known outcome.
    crps : float, mean fair CRPS, a fraction of the money put in.
    skill : by baseline. coverage : by level. pit : share of outcomes in each bin.
    """

    model: str
    fund: str
    horizon: int
    quantity: str
    origins: int
    crps: float
    skill: dict[str, Interval]
    coverage: dict[float, Interval]
    pit: list[float]


class Pooled(NamedTuple):
    """One model and quantity over the pooled cells: the mean of the cells' skills, by baseline."""

    model: str
    quantity: str
    variant: str
    origins: int
    skill: dict[str, Interval]


class Covered(NamedTuple):
    """One model's share of outcomes inside intervals of a level: pooled cells together, the least and the most."""

    model: str
    level: float
    share: Interval
    lowest: float
    highest: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Verdict:
    """A score, judged.

    Parameters
    ----------
    score : Score
    pooled_horizons : tuple of int
    cells, pooled, covered : list
    luck : dict of Luck by horizon
        What a perfect forecaster would reach.
    """

    score: Score
    pooled_horizons: tuple[int, ...]
    cells: list[Cell]
    pooled: list[Pooled]
    covered: list[Covered]
    luck: dict[int, Luck]

    @property
    def models(self) -> tuple[str, ...]:
        return tuple(self.score.models)

    @property
    def lead(self) -> str:
        """The model that is shown in full: the one that prices are given to by default, or else the last."""
        return DEFAULT_FORECASTER if DEFAULT_FORECASTER in self.models else self.models[-1]


def baselines(score: Score, model: str) -> tuple[str, ...]:
    """The baselines among the score's models, but for the model itself."""
    return tuple(name for name in BASELINES if name in score.forecasts and name != model)


def judge(score: Score) -> Verdict:
    """Skill and coverage with 95 % intervals by the stationary bootstrap of origins, all cells of one jointly."""
    resamples = resampled(len(score.origins.at))
    chosen = tuple(days for days in score.horizons if days in POOLED_HORIZONS) or score.horizons
    places = [score.horizons.index(days) for days in chosen]
    known = {days: score.origins.at[~np.isnan(score.outcomes[:, 0, h, 0])] for h, days in enumerate(score.horizons)}
    return Verdict(
        score=score,
        pooled_horizons=chosen,
        cells=list(_cells(score, resamples)),
        pooled=list(_pooled(score, places, resamples)),
        covered=list(_covered(score, places, resamples)),
        luck={days: luck(at, days) for days, at in known.items() if len(at)},
    )


def _cells(score: Score, resamples: np.ndarray) -> Iterator[Cell]:
    for model, forecasts in score.forecasts.items():
        for f, fund in enumerate(score.record.funds):
            for h, days in enumerate(score.horizons):
                for q, quantity in enumerate(QUANTITIES):
                    cell = (slice(None), f, h, q)
                    pit = forecasts.pit[cell]
                    yield Cell(
                        model=model,
                        fund=fund.ticker,
                        horizon=days,
                        quantity=quantity,
                        origins=int((~np.isnan(pit)).sum()),
                        crps=_mean(forecasts.crps[cell]),
                        skill={
                            name: skill(
                                forecasts.crps[cell][:, None], score.forecasts[name].crps[cell][:, None], resamples
                            )
                            for name in baselines(score, model)
                        },
                        coverage={level: share(inside(pit, level)[:, None], resamples) for level in LEVELS},
                        pit=pit_shares(pit).tolist(),
                    )


def _mean(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else np.nan


def _variants(score: Score) -> Iterator[tuple[str, np.ndarray, dict[str, Forecasts]]]:
    """(name, which origins count (N,), forecasts) of the ways to look at the same question."""
    everything = np.ones(len(score.origins.at), dtype=bool)
    yield "all", everything, dict(score.forecasts)
    for year in WILD_YEARS:
        if (kept := score.origins.years != year).any() and not kept.all():
            yield f"without {year}", kept, dict(score.forecasts)
    if score.drift != 0:
        yield "drift 0", everything, dict(score.driftless)


def _pooled(score: Score, places: list[int], resamples: np.ndarray) -> Iterator[Pooled]:
    for variant, kept, forecasts in _variants(score):
        for model in forecasts:
            for q, quantity in enumerate(QUANTITIES):
                scores = {
                    name: np.where(kept[:, None], _flat(forecasts[name].crps, places, [q]), np.nan)
                    for name in (model, *baselines(score, model))
                }
                found = {name: skill(scores[model], scores[name], resamples) for name in baselines(score, model)}
                yield Pooled(model, quantity, variant, int(kept.sum()), found)


def _covered(score: Score, places: list[int], resamples: np.ndarray) -> Iterator[Covered]:
    for model, forecasts in score.forecasts.items():
        pit = _flat(forecasts.pit, places, [0, 1])
        for level in LEVELS:
            events = inside(pit, level)
            by_cell = [_mean(events[:, cell]) for cell in range(events.shape[1])]
            yield Covered(model, level, share(events, resamples), min(by_cell), max(by_cell))


def _flat(values: np.ndarray, places: list[int], quantities: list[int]) -> np.ndarray:
    """The cells of these horizons and quantities side by side, (N, C)."""
    return values[:, :, places][:, :, :, quantities].reshape(len(values), -1)
