"""The statistics of the positions of a run, and what they say of each."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from math import sqrt

import numpy as np

from simulator import bins, ledger
from simulator.distribution import Distribution, Estimate, estimate, proportion
from simulator.errors import LetfError
from simulator.position import Exits, Position, Views
from simulator.spec.run import Simulation
from simulator.spec.views import CENTRES, VOL_EDGES, move_edges

VOLS = len(VOL_EDGES) + 1


@dataclass(frozen=True, eq=False)
class PositionStatistics:
    """The statistics of the positions of a run, along axis 1 a fund each.

    Parameters
    ----------
    sums : float64 (horizons, funds, LAWS, 2)
        Sum and sum of squares of each law.
    extremes : float64 (horizons, funds, LAWS, 2)
        Least and greatest value.
    below : int64 (horizons, funds, LAWS)
        Values below 0.
    counts : whole numbers (horizons, funds, LAWS, bins)
    edges : float64 (horizons, funds, 2)
        Sum and sum of squares of the exit's return minus that of holding on.
    events : int64 (horizons, funds, EVENTS)
    exit_days : int64 (funds, 2, last horizon)
    cells : int64 (funds, V, M)
    cell_sums : float64 (funds, V, M, CELL_SUMS)
    """

    sums: np.ndarray
    extremes: np.ndarray
    below: np.ndarray
    counts: np.ndarray
    edges: np.ndarray
    events: np.ndarray
    exit_days: np.ndarray
    cells: np.ndarray
    cell_sums: np.ndarray

    @staticmethod
    def shapes(spec: Simulation) -> dict[str, tuple[int, ...]]:
        """The shape of each array for the run `spec`."""
        horizons, funds = len(spec.horizons), len(spec.funds)
        return {
            "sums": (horizons, funds, ledger.LAWS, 2),
            "extremes": (horizons, funds, ledger.LAWS, 2),
            "below": (horizons, funds, ledger.LAWS),
            "counts": (horizons, funds, ledger.LAWS, bins.COUNT),
            "edges": (horizons, funds, 2),
            "events": (horizons, funds, ledger.EVENTS),
            "exit_days": (funds, 2, spec.horizons[-1]),
            "cells": (funds, VOLS, CENTRES),
            "cell_sums": (funds, VOLS, CENTRES, ledger.CELL_SUMS),
        }

    @classmethod
    def together(cls, parts: "Sequence[PositionStatistics]") -> "PositionStatistics":
        """Those of all parts."""
        low, high = (np.stack([part.extremes[..., i] for part in parts]) for i in (0, 1))
        summed = {field.name: sum(getattr(part, field.name) for part in parts) for field in fields(cls)}
        summed["counts"] = sum(part.counts.astype(np.int64) for part in parts)  # 32 bits may not hold all
        return cls(**summed | {"extremes": np.stack([low.min(axis=0), high.max(axis=0)], axis=-1)})

    def is_whole(self, paths: int) -> bool:
        """Whether the statistics are numbers of their kind and count as many paths as there were."""
        floats = (self.sums, self.extremes, self.edges, self.cell_sums)
        counted = self.counts.sum(axis=-1)
        fills = self.events[..., [ledger.STOPPED, ledger.REACHED]]
        return (
            all(array.dtype == np.float64 for array in floats)
            and all(array.dtype == np.int64 for array in (self.below, self.events, self.exit_days, self.cells))
            and all(bool(((array >= 0) & (array <= paths)).all()) for array in (self.below, self.events, self.cells))
            and bool((counted[..., [ledger.DRAWDOWN, ledger.BREAK_EVEN]] == paths).all())
            and bool((counted[..., [ledger.STOP_FILL, ledger.TARGET_FILL]] == fills).all())
            and bool((self.exit_days >= 0).all() and (self.exit_days.sum(axis=-1) == fills[-1]).all())
            and bool((self.cells.sum(axis=(1, 2)) == paths).all())
        )

    def _law(self, horizon: int, fund: int, law: int, n: int) -> Distribution:
        total, squares = self.sums[horizon, fund, law].tolist()
        low, high = self.extremes[horizon, fund, law].tolist()
        below = int(self.below[horizon, fund, law])
        return Distribution(n, total, squares, low, high, below, self.counts[horizon, fund, law])

    def position(self, spec: Simulation, fund: int, horizon: int, laws: tuple[Distribution, Distribution]) -> Position:
        """The position in the fund of that number; `laws` are those of its return and its divergence."""
        n, trade = spec.paths, spec.trade
        assert trade is not None  # there are statistics of it
        events = [proportion(int(count), n) for count in self.events[horizon, fund]]
        return Position(
            fund=spec.funds[fund],
            days=spec.horizons[horizon],
            paths=n,
            fund_return=laws[0],
            divergence=laws[1],
            drawdown=self._law(horizon, fund, ledger.DRAWDOWN, n),
            break_even=self._law(horizon, fund, ledger.BREAK_EVEN, n),
            prob_loss_beyond=laws[0].chance_below(-trade.loss, int(self.events[horizon, fund, ledger.LOST])),
            prob_day_up=events[ledger.WILD_UP],
            prob_day_down=events[ledger.WILD_DOWN],
            prob_day_beyond=events[ledger.WILD],
            exits=self._exits(spec, horizon, fund, events) if trade.has_exits else None,
        )

    def _exits(self, spec: Simulation, horizon: int, fund: int, events: list[Estimate]) -> Exits:
        n = spec.paths
        stopped, reached = (int(self.events[horizon, fund, event]) for event in (ledger.STOPPED, ledger.REACHED))
        total, squares = self.edges[horizon, fund].tolist()
        mean, sd = estimate(total, squares, n)
        return Exits(
            exit_return=self._law(horizon, fund, ledger.EXIT, n),
            prob_stop=events[ledger.STOPPED],
            prob_target=events[ledger.REACHED],
            prob_neither=proportion(n - stopped - reached, n),
            prob_both=events[ledger.BOTH],
            edge=Estimate(mean, sd / sqrt(n)),
            stop_fill=self._law(horizon, fund, ledger.STOP_FILL, stopped) if stopped else None,
            target_fill=self._law(horizon, fund, ledger.TARGET_FILL, reached) if reached else None,
            days=self.exit_days[fund, :, : spec.horizons[horizon]],
        )

    def views(self, spec: Simulation, fund: int) -> Views:
        """The last horizon of the fund of that number, by what the index did."""
        count, sums = self.cells[fund], self.cell_sums[fund]
        fund_return, fund_error = _means(sums[..., ledger.FUND], sums[..., ledger.FUND_SQUARE], count)
        gap, gap_error = _means(sums[..., ledger.GAP], sums[..., ledger.GAP_SQUARE], count)
        by_vol = sums.sum(axis=1)
        alive = count.sum(axis=1) - by_vol[:, ledger.RUINED]
        even, even_error = _means(by_vol[:, ledger.EVEN], by_vol[:, ledger.EVEN_SQUARE], alive)
        return Views(
            days=spec.horizons[-1],
            leverage=spec.funds[fund].leverage,
            move_edges=move_edges(spec.horizons[-1]),
            vol_edges=np.array(VOL_EDGES),
            count=count,
            index_return=_means(sums[..., ledger.INDEX], sums[..., ledger.INDEX], count)[0],
            fund_return=fund_return,
            fund_return_stderr=fund_error,
            divergence=gap,
            divergence_stderr=gap_error,
            formula=_means(sums[..., ledger.FORMULA], sums[..., ledger.FORMULA], count)[0],
            break_even=np.expm1(even),
            break_even_stderr=np.exp(even) * even_error,
        )


def _means(total: np.ndarray, squares: np.ndarray, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means and their standard errors; NaN where there are too few paths for one."""
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = total / count
        variance = np.maximum(squares - total * mean, 0) / (count - 1)
        return mean, np.where(count > 1, np.sqrt(variance / count), np.nan)


def checked(spec: Simulation, statistics: "PositionStatistics | None") -> None:
    """Refuse statistics that are not those of the run's positions.

    Raises
    ------
    LetfError
        If there are none where there should be, some where there should be none, or an array has another shape.
    """
    if (statistics is None) != (spec.trade is None):
        raise LetfError("a run has statistics of positions where it has a trade, and only there")
    if statistics is None:
        return
    for name, shape in PositionStatistics.shapes(spec).items():
        if getattr(statistics, name).shape != shape:
            raise LetfError(f"{name} must have shape {shape}, got {getattr(statistics, name).shape}")
