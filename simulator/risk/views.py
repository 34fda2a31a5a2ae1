"""A fund given what the index did over the hold and how much it moved: the cells with paths enough to speak."""

from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from simulator.position import Views
from simulator.result import Result
from simulator.risk.tails import tails
from simulator.spec.fund import Fund
from simulator.spec.run import Simulation

FEWEST = 50  # paths of a cell that is shown
VAGUE = 0.05  # standard error from which on a mean break-even is not told: nothing makes a fund even that lost all
EDGE_DIGITS = 9

Interval = tuple[float, float]


@dataclass(frozen=True, kw_only=True, eq=False)
class ConditionalViews:
    """V ranges of realised volatility by M ranges of the index's return, those with a cell that is shown.

    Figures of cells below `FEWEST` paths are NaN.

    Parameters
    ----------
    spec : Simulation
        Whose paths these are: of an ensemble those of its members that `tails` reads.
    fund : Fund
    days : int
    moves, vols : tuple of (low, high)
        Of the index's return over the hold, and of its realised volatility a year; the outermost may be infinite.
    count : int64 (V, M)
        Paths, also of cells that are not shown.
    index_return, fund_return, fund_return_stderr, divergence, divergence_stderr, formula : (V, M)
        As in `Views`: means, their Monte Carlo errors, and what the prospectus formula makes of the same paths.
    break_even, break_even_stderr : (V,)
        Index return at which the fund comes out even, mean over the paths of a range of volatility; NaN also where
        paths that lost everything swamp it.
    left_out : float
        Share of the paths that lie in cells which are not shown.
    """

    spec: Simulation
    fund: Fund
    days: int
    moves: tuple[Interval, ...]
    vols: tuple[Interval, ...]
    count: np.ndarray
    index_return: np.ndarray
    fund_return: np.ndarray
    fund_return_stderr: np.ndarray
    divergence: np.ndarray
    divergence_stderr: np.ndarray
    formula: np.ndarray
    break_even: np.ndarray
    break_even_stderr: np.ndarray
    left_out: float

    @property
    def shown(self) -> np.ndarray:
        """Which cells have paths enough, (V, M)."""
        return self.count >= FEWEST

    def to_dict(self) -> dict[str, Any]:
        """Cells and break-even moves as plain data; what is not shown is NaN, open ends are infinite."""
        return {
            "fund": self.fund.ticker,
            "horizon_days": self.days,
            "market": self.spec.market.name,
            "paths": self.spec.paths,
            "fewest_paths": FEWEST,
            "left_out": self.left_out,
            "break_even": [
                {"realised_vol": list(vol), "mean": mean, "stderr": stderr}
                for vol, mean, stderr in zip(
                    self.vols, self.break_even.tolist(), self.break_even_stderr.tolist(), strict=True
                )
            ],
            "cells": [
                {"realised_vol": list(vol), "index_move": list(move)} | self._cell(i, j)
                for i, vol in enumerate(self.vols)
                for j, move in enumerate(self.moves)
            ],
        }

    def _cell(self, i: int, j: int) -> dict[str, Any]:
        return {
            "paths": int(self.count[i, j]),
            "index_return": float(self.index_return[i, j]),
            "fund_return": {"mean": float(self.fund_return[i, j]), "stderr": float(self.fund_return_stderr[i, j])},
            "divergence": {"mean": float(self.divergence[i, j]), "stderr": float(self.divergence_stderr[i, j])},
            "prospectus_formula": float(self.formula[i, j]),
        }


def conditional_views(result: Result, ticker: str) -> ConditionalViews:
    """The fund over the run's last horizon given what the index did, on the paths of `tails`.

    Raises
    ------
    LetfError
        If the run held no positions or has no such fund.
    """
    told = tails(result)
    return of_views(told.spec, ticker, told.views(ticker))


def of_views(spec: Simulation, ticker: str, views: Views) -> ConditionalViews:
    """The views of a fund of the run, without the rows and columns at the borders that have too few paths."""
    shown = views.count >= FEWEST
    rows, columns = _span(shown.any(axis=1)), _span(shown.any(axis=0))
    by_vol = np.where((views.count.sum(axis=1) >= FEWEST) & (views.break_even_stderr < VAGUE), 1.0, np.nan)[rows]

    def kept(values: np.ndarray) -> np.ndarray:
        return np.where(shown, values, np.nan)[rows, columns]

    return ConditionalViews(
        spec=spec,
        fund=next(fund for fund in spec.funds if fund.ticker == ticker),
        days=views.days,
        moves=_intervals(views.move_edges)[columns],
        vols=_intervals(views.vol_edges, least=0.0)[rows],
        count=views.count[rows, columns],
        index_return=kept(views.index_return),
        fund_return=kept(views.fund_return),
        fund_return_stderr=kept(views.fund_return_stderr),
        divergence=kept(views.divergence),
        divergence_stderr=kept(views.divergence_stderr),
        formula=kept(views.formula),
        break_even=by_vol * views.break_even[rows],
        break_even_stderr=by_vol * views.break_even_stderr[rows],
        left_out=float(1 - views.count[shown].sum() / views.count.sum()),
    )


def _intervals(edges: np.ndarray, least: float = -inf) -> tuple[Interval, ...]:
    """Cells with these inner edges, whose rounding errors nobody wants to read."""
    ends = [least, *(round(edge, EDGE_DIGITS) for edge in edges.tolist()), inf]
    return tuple(pairwise(ends))


def _span(used: ArrayLike) -> slice:
    """From the first that is used to the last."""
    places = np.flatnonzero(used)
    return slice(int(places[0]), int(places[-1]) + 1) if len(places) else slice(0, 0)
