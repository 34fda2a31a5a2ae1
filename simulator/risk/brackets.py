"""What stops and targets do to the mean of a hold: each stop with each target, all on the same random numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import expm1
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from simulator.distribution import Estimate
from simulator.errors import LetfError
from simulator.result import Result
from simulator.risk.figures import resolved
from simulator.risk.levels import fund_move, index_move
from simulator.risk.side_by_side import side_by_side
from simulator.spec.files import find_funds
from simulator.spec.fund import Fund
from simulator.spec.model import TRADING_DAYS
from simulator.spec.run import Simulation
from simulator.spec.trade import Trade

STOPS = tuple(percent / 100 for percent in range(4, 31, 2))
TARGETS = tuple(percent / 100 for percent in range(5, 61, 5))
PATHS = 65_536  # a bracket
MARKED = ((0.12, 0.20), (0.12, 0.40))  # swing traders' brackets
CHANCE = 0.05  # that any of all brackets is told from 0 though none does anything to the mean


class Bracket(NamedTuple):
    """A stop and a target, the chances that each is met first, and what they did to the mean.

    stop : float, loss of the fund since entry. target : float, its gain.
    edge : mean return when sold, at a fill or the end of the hold, minus that of holding on; NaN errors of one path.
    """

    stop: float
    target: float
    prob_stop: Estimate
    prob_target: Estimate
    edge: Estimate


@dataclass(frozen=True, kw_only=True, eq=False)
class BracketMap:
    """Brackets of S stops by T targets.

    Parameters
    ----------
    spec : Simulation
        The run of one fund and one horizon that every bracket was laid on; its trade has no levels.
    stops, targets : float (S,), (T,)
        Rising.
    brackets : tuple of S tuples of T Brackets
    marked : tuple of Bracket
        Those to point out.
    """

    spec: Simulation
    stops: np.ndarray
    targets: np.ndarray
    brackets: tuple[tuple[Bracket, ...], ...]
    marked: tuple[Bracket, ...]

    @property
    def fund(self) -> Fund:
        return self.spec.funds[0]

    @property
    def days(self) -> int:
        return self.spec.horizons[-1]

    @property
    def trade(self) -> Trade:
        """How the levels are watched."""
        return self.spec.trade or Trade()

    @property
    def daily_growth(self) -> float | None:
        """Mean return of the fund in a day held; None where each regime has its own drift."""
        drift = self.spec.market.drift
        return fund_move(self.fund, self.spec.rate, expm1(drift / TRADING_DAYS)) if isinstance(drift, float) else None

    @property
    def edge(self) -> np.ndarray:
        """Mean exit return minus mean hold return, (S, T)."""
        return self._each(lambda bracket: bracket.edge.mean)

    @property
    def edge_stderr(self) -> np.ndarray:
        """Its standard error, path by path, (S, T)."""
        return self._each(lambda bracket: bracket.edge.stderr)

    @property
    def prob_stop(self) -> np.ndarray:
        """Chance that the stop is met first, (S, T)."""
        return self._each(lambda bracket: bracket.prob_stop.mean)

    @property
    def prob_target(self) -> np.ndarray:
        """Chance that the target is met first, (S, T)."""
        return self._each(lambda bracket: bracket.prob_target.mean)

    @property
    def resolved(self) -> np.ndarray:
        """Whether each bracket's edge is told from 0, looked at alone, (S, T).

        Of brackets that do nothing to the mean, one in 20 passes; brackets share their paths, so those that pass by
        luck are neighbours.
        """
        return self._each(lambda bracket: resolved(bracket.edge))

    @property
    def resolved_together(self) -> np.ndarray:
        """Whether it is told from 0 looked at among all (Bonferroni), (S, T).

        The chance that any bracket passes which does nothing to the mean is 5 % at most.
        """
        errors = NormalDist().inv_cdf(1 - CHANCE / 2 / (len(self.stops) * len(self.targets)))
        return np.abs(self.edge) > errors * self.edge_stderr

    @property
    def index_stops(self) -> np.ndarray:
        """What each stop is as a move of the index on the first day, (S,)."""
        return np.array([index_move(self.fund, self.spec.rate, -stop) for stop in self.stops.tolist()])

    def cell(self, bracket: Bracket) -> tuple[int, int] | None:
        """Where in the map a bracket stands; None where it is none of its own."""
        places = np.argwhere((self.stops == bracket.stop)[:, None] & (self.targets == bracket.target))
        return (int(places[0, 0]), int(places[0, 1])) if len(places) else None

    def _each(self, value: Callable[[Bracket], float]) -> np.ndarray:
        return np.array([[value(bracket) for bracket in row] for row in self.brackets])


def bracket_map(
    spec: Simulation,
    ticker: str,
    *,
    stops: Sequence[float] = STOPS,
    targets: Sequence[float] = TARGETS,
    paths: int = PATHS,
    threads: int | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> BracketMap:
    """Each stop with each target for one fund, over the run's last horizon.

    Brackets are watched as the run's trade says, by default within the day. Marked are 12 % with 20 and with 40 %,
    where the map has them, and the stop and target of the run's own trade.

    Parameters
    ----------
    spec : Simulation
        Its paths are not used.
    ticker : str
    stops, targets : sequence of float
        Losses in (0, 1) and gains in (0, 100], rising, two or more.
    paths : int
        Of each bracket; all see the same.
    threads : int, optional
    on_progress : callable, optional
        Called with the number of finished paths, of `len(stops) * len(targets) * paths` or a few more.

    Raises
    ------
    LetfError
        If a value breaks its rule or the fund is not the run's.
    """
    _check_rising("stops", stops)
    _check_rising("targets", targets)
    own = spec.trade or Trade()
    funds, watched = find_funds((ticker,), spec.funds), Trade(watch=own.watch)
    plain = replace(spec, funds=funds, horizons=spec.horizons[-1:], paths=paths, trade=watched)
    pairs = [(stop, target) for stop in stops for target in targets]
    marked = [pair for pair in MARKED if pair in pairs]
    if own.stop is not None and own.target is not None:
        marked.append((own.stop, own.target))
    pairs = list(dict.fromkeys([*pairs, *marked]))
    specs = [replace(plain, trade=replace(watched, stop=stop, target=target)) for stop, target in pairs]
    told = side_by_side(specs, _bracket, threads=threads, on_progress=on_progress)
    found = dict(zip(pairs, told, strict=True))
    return BracketMap(
        spec=plain,
        stops=np.array(stops, dtype=float),
        targets=np.array(targets, dtype=float),
        brackets=tuple(tuple(found[stop, target] for target in targets) for stop in stops),
        marked=tuple(found[pair] for pair in dict.fromkeys(marked)),
    )


def _check_rising(name: str, levels: Sequence[float]) -> None:
    if len(levels) < 2 or any(after <= before for before, after in pairwise(levels)):
        raise LetfError(f"{name} of a map must be two or more, rising, got {list(levels)}")


def _bracket(result: Result) -> Bracket:
    trade, exits = result.spec.trade, result.position(result.spec.funds[0].ticker, result.spec.horizons[-1]).exits
    assert trade and trade.stop and trade.target and exits  # a bracket's run
    return Bracket(trade.stop, trade.target, exits.prob_stop, exits.prob_target, exits.edge)
