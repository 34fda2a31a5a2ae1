"""A measure against the holding period, and how sure the curve is: three error bars that are never mixed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from simulator.result import Result
from simulator.risk.assess import MODEL_PATHS
from simulator.risk.error_bars import REFIT_RANGE
from simulator.risk.figures import RESOLVED_ERRORS
from simulator.risk.measure import SHORTFALL, Measure
from simulator.risk.refitted import paths_of_refits, refit_paths, refitted
from simulator.risk.runs import Runs
from simulator.spec.files import find_funds
from simulator.spec.fund import Fund
from simulator.spec.market import Market
from simulator.spec.run import Simulation

DAYS = (1, 2, 3, 5, 7, 10, 14, 18, 21, 26, 32, 42, 52, 63, 74, 84, 95, 105, 116, 126, 147, 168, 189, 210, 231, 252)


@dataclass(frozen=True, eq=False)
class HoldCurve:
    """A measure of holds of `days` days.

    spec : the run, of one fund.
    days : int64 (H,), rising.
    value, stderr : (H,), the estimate and its Monte Carlo standard error; NaN where not known.
    refits : (R, H), the curves in markets fitted to resampled histories, `refitted`. R is 0 without refits.
    models : (H,) each, the curves in models of the index, by name: those of an ensemble's members among them, and that
        of the run's own market. Empty where there is only that.
    note : which paths the worst cases are read from; "" where there is nothing to say.
    """

    spec: Simulation
    measure: Measure
    days: np.ndarray
    value: np.ndarray
    stderr: np.ndarray
    refits: np.ndarray
    models: dict[str, np.ndarray]
    note: str

    @property
    def fund(self) -> Fund:
        return self.spec.funds[0]

    @property
    def refit_paths(self) -> int:
        """Paths of each refit."""
        return refit_paths(self.spec)

    @property
    def monte_carlo(self) -> np.ndarray:
        """The estimate less and plus 1.96 standard errors, (2, H)."""
        return self.value + RESOLVED_ERRORS * np.array([[-1], [1]]) * self.stderr

    @property
    def parameters(self) -> np.ndarray | None:
        """The 5 and 95 % quantiles of the refits at each hold, (2, H)."""
        return np.quantile(self.refits, REFIT_RANGE, axis=0) if len(self.refits) > 1 else None

    @property
    def model_range(self) -> np.ndarray | None:
        """The least and the greatest of the models at each hold, (2, H)."""
        curves = list(self.models.values())
        return np.array([np.min(curves, axis=0), np.max(curves, axis=0)]) if curves else None


def hold_curve(
    spec: Simulation,
    ticker: str,
    measure: Measure = SHORTFALL,
    *,
    days: Sequence[int] = DAYS,
    models: Mapping[str, Market] | None = None,
    refits: Sequence[Market] = (),
    threads: int | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> HoldCurve:
    """The measure of one fund against the holding period.

    Parameters
    ----------
    spec : Simulation
        Its horizons and its trade are not used: the fund is held to the end.
    ticker : str
        One of its funds.
    measure : Measure
    days : sequence of int
        The holds; up to 126 days in steps that a curve needs, then to 252.
    models : mapping of str to Market, optional
        Other models of the index, run with at most 65,536 paths.
    refits : sequence of Market
        Markets fitted to resampled histories.
    threads : int, optional
        As in `simulate`.
    on_progress : callable, optional
        Called with the number of finished paths, of `paths_of_curve`.
    """
    spec = replace(spec, funds=find_funds((ticker,), spec.funds), horizons=tuple(days), trade=measure.trade)
    runs = Runs(threads, on_progress)
    whole = runs.of(spec)
    value, stderr = curve_of(whole, measure)
    by_model = {part.spec.market.name: part for part in whole.members or (whole,)}
    by_model |= {name: runs.of_market(spec, market, MODEL_PATHS) for name, market in (models or {}).items()}
    over_refits = refitted(runs, spec, refits, lambda result: curve_of(result, measure)[0], value)
    return HoldCurve(
        spec=spec,
        measure=measure,
        days=np.array(spec.horizons),
        value=value,
        stderr=stderr,
        refits=np.clip(over_refits, measure.least, 1),
        models={name: curve_of(one, measure)[0] for name, one in by_model.items()} if len(by_model) > 1 else {},
        note=measure.note(whole),
    )


def paths_of_curve(spec: Simulation, models: int, refits: int) -> int:
    """Paths that `hold_curve` runs for so many models and refits."""
    return spec.paths + models * min(spec.paths, MODEL_PATHS) + paths_of_refits(spec, refits)


def curve_of(result: Result, measure: Measure) -> np.ndarray:
    """Value and Monte Carlo standard error at each horizon of a run of one fund, (2, H)."""
    ticker = result.spec.funds[0].ticker
    found = [measure.of(result, ticker, days) for days in result.spec.horizons]
    return np.array([[one.mean for one in found], [one.stderr for one in found]])
