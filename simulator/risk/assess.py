"""What may happen to a position, and how sure that is: three error bars that are never mixed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from simulator.errors import LetfError
from simulator.position import Position
from simulator.result import Result
from simulator.risk.error_bars import Figure, error_bars
from simulator.risk.figures import figures
from simulator.risk.levels import Level, levels
from simulator.risk.premiums import PREMIUMS, AtPremium
from simulator.risk.refitted import paths_of_refits, refitted
from simulator.risk.runs import Runs
from simulator.risk.sampled_drift import drift_of, slopes
from simulator.spec import check
from simulator.spec.fund import Fund
from simulator.spec.market import Market
from simulator.spec.run import Simulation
from simulator.spec.trade import Trade

if TYPE_CHECKING:
    import pandas as pd

LONGEST_HOLD = 252  # days
MODEL_PATHS, DRIFT_PATHS = 65_536, 131_072  # a model, a drift


@dataclass(frozen=True, eq=False)
class Risk:
    """The answer of `assess`.

    figures : by name, `simulator.risk.figures` has them.
    premiums : the same run where the index grows by the short rate and so much more a year.
    models : the same run in each model.
    refits : how many refitted markets the parameters' error bars stand on.
    """

    result: Result
    figures: dict[str, Figure]
    premiums: tuple[AtPremium, ...]
    models: dict[str, Result]
    refits: int

    @property
    def spec(self) -> Simulation:
        return self.result.spec

    @property
    def trade(self) -> Trade:
        trade = self.spec.trade
        assert trade is not None  # `assess` gave one
        return trade

    @property
    def fund(self) -> Fund:
        return self.spec.funds[0]

    @property
    def days(self) -> int:
        """The hold, in trading days."""
        return self.spec.horizons[-1]

    @property
    def position(self) -> Position:
        return self.result.position(self.fund.ticker, self.days)

    @property
    def levels(self) -> tuple[Level, ...]:
        """Stops and targets in the other's terms, over the hold at its median drag and carry."""
        return levels(self.fund, self.spec.rate, self.trade, self.figures["break_even"].value, self.days)

    def to_frame(self) -> "pd.DataFrame":
        """A row a figure: value, Monte Carlo error, and both ends of the other error bars; NaN where there is none."""
        import pandas as pd

        rows = {}
        for name, figure in self.figures.items():
            rows[name] = {"value": figure.value, "stderr": figure.stderr}
            for bar in ("parameters", "models"):
                spread = getattr(figure, bar)
                rows[name] |= {f"{bar}_{end}": getattr(spread, end) if spread else np.nan for end in ("low", "high")}
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("figure")


def assess(
    spec: Simulation,
    *,
    models: Mapping[str, Market] | None = None,
    refits: Sequence[Market] = (),
    premiums: Sequence[float] = PREMIUMS,
    result: Result | None = None,
    threads: int | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> Risk:
    """What may happen to a fund that is held over the spec's last horizon, and how sure that is.

    Parameters
    ----------
    spec : Simulation
        Of one fund; without a trade it is held to the end, `Trade()`. The hold is at most 252 days.
    models : mapping of str to Market, optional
        Other models of the index, run with at most 65,536 paths. The members of an ensemble are models anyway.
    refits : sequence of Market
        Markets fitted to resampled histories, as `simulator.history.refits` has them.
    premiums : sequence of float
        The index then grows by the short rate and so much more a year.
    result : Result, optional
        That of `spec`, where it has been run already, with however many paths.
    threads : int, optional
        As in `simulate`.
    on_progress : callable, optional
        Called about ten times a second with the number of finished paths, of `paths_of` the same arguments.

    Raises
    ------
    LetfError
        If the spec has several funds or a hold of over 252 days.
    """
    spec = assessed(spec if result is None else result.spec)
    runs = Runs(threads, on_progress)
    result = result or runs.of(spec)
    ticker, days = spec.funds[0].ticker, spec.horizons[-1]

    def values(one: Result) -> np.ndarray:
        return np.array([found.mean for found in figures(one, ticker, days).values()])

    at_premiums = tuple(_at(premium, result, runs) for premium in premiums)
    by_model = {part.spec.market.name: part for part in result.members or (result,)}
    by_model |= {name: runs.of_market(spec, market, MODEL_PATHS) for name, market in (models or {}).items()}
    by_model = by_model if len(by_model) > 1 else {}
    here = figures(result, ticker, days)
    fixed = spec.market.drift != "regime"  # or drifts are the refits' own
    slope, drift = slopes(list(here), at_premiums if fixed else ()), drift_of(result)

    def values_there(refit: Result) -> np.ndarray:  # as if its few paths had drifted as the run's many did
        return values(refit) - slope * (drift_of(refit) - drift)

    over_refits = refitted(runs, spec, refits, values_there, values(result))
    over_models = np.array([values(part) for part in by_model.values()]).reshape(-1, len(here))
    told = {
        name: error_bars(name, found, over_refits[:, i], over_models[:, i])
        for i, (name, found) in enumerate(here.items())
    }
    return Risk(result, told, at_premiums, by_model, len(refits))


def assessed(spec: Simulation) -> Simulation:
    """The run that `assess` makes of `spec`, or an error that says why it cannot."""
    if len(spec.funds) != 1:
        raise LetfError(f"one fund is assessed at a time, got {len(spec.funds)}; name one")
    check.integer("hold (in trading days)", spec.horizons[-1], low=1, high=LONGEST_HOLD)
    return spec if spec.trade is not None else replace(spec, trade=Trade())


def paths_of(spec: Simulation, models: int, refits: int, premiums: Sequence[float] = PREMIUMS) -> int:
    """Paths that `assess` runs for so many models and refits."""
    drifts = sum(spec.rate + premium != spec.market.drift for premium in premiums)
    drawn = drifts * min(spec.paths, DRIFT_PATHS) + models * min(spec.paths, MODEL_PATHS)
    return spec.paths + drawn + paths_of_refits(spec, refits)


def _at(premium: float, result: Result, runs: Runs) -> AtPremium:
    """The run at that premium; the run itself where it has that drift."""
    spec = result.spec
    drift = spec.rate + premium
    if spec.market.drift != drift:
        result = runs.of_market(spec, spec.market.with_drift(drift), DRIFT_PATHS)
    return AtPremium(premium, result)
