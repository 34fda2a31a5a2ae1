"""How often leveraged funds move far, by how much their flow moves the close and by how large they are."""

from collections.abc import Callable, Sequence

import numpy as np

from simulator.distribution import proportion
from simulator.engine.feedback import Counted, count_moves
from simulator.errors import LetfError
from simulator.moments import has_exact_law
from simulator.risk.flow_figures import FlowGrid
from simulator.risk.flow_law import exact_days
from simulator.spec import check
from simulator.spec.feedback import MOST_IMPACT, Feedback, gain, most_gain
from simulator.spec.model import TRADING_DAYS
from simulator.spec.run import Simulation

IMPACTS = (0.0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.04)  # of the close, a billion dollars
MULTIPLES = (0.5, 1.0, 2.0, 5.0)  # of the assets
BEYOND = 0.15
COMMON = 12.0  # days a year: one a month
PATHS = 65_536
MOST_LINES, MOST_COLUMNS, MOST_MULTIPLE = 16, 6, 1000.0
LEAST_COUNTED = 100  # days in all of a cell that is held against the exact law; of fewer the error is no normal one


def flow_grid(
    spec: Simulation,
    feedback: Feedback,
    *,
    impacts: Sequence[float] = IMPACTS,
    multiples: Sequence[float] = MULTIPLES,
    beyond: float = BEYOND,
    common: float = COMMON,
    threads: int | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> FlowGrid:
    """Days a year on which the spec's funds move by more than `beyond`, up or down, by impact and size of the funds.

    The market draws what the index would do without the funds' push; all cells see the same draws. The funds begin each
    day with the assets stated, whatever they made of them. A cell depends on the gain alone: impact times multiple.

    Parameters
    ----------
    spec : Simulation
        Its last horizon must be a year, 252 days; without a trade.
    feedback : Feedback
        Assets of funds on the same index, and how much of a push reverts.
    impacts : sequence of float
        By how much a billion dollars moves the close, 1 to 16 fractions in [0, 1].
    multiples : sequence of float
        Of the assets, 1 to 6 numbers in (0, 1,000].
    beyond : float
        In (0, 1).
    common : float
        Days a year, in (0, 252).
    threads, on_progress : optional
        As in `simulate`; the answer is the same at any number of threads.

    Raises
    ------
    LetfError
        If a value breaks its rule.
    """
    rows, columns = _checked_sides(impacts, multiples)
    beyond = check.number("beyond (0.15 is 15%)", beyond, low=0, high=1, open_low=True, open_high=True)
    common = check.number("common (days a year)", common, low=0, high=TRADING_DAYS, open_low=True, open_high=True)
    if spec.horizons != (TRADING_DAYS,) or spec.trade is not None:
        raise LetfError(f"the grid counts over a year without a trade; make the run of horizons=({TRADING_DAYS},)")
    if spec.market.index != feedback.index:
        raise LetfError(
            f"assets are of funds on {feedback.index!r}, the market is {spec.market.index!r}; give a market of that "
            "index"
        )
    gains = np.array([[gain(impact, m * feedback.flow_per_move) for m in columns] for impact in rows])
    known = np.unique(gains[gains < most_gain(feedback.reverts)])
    if not len(known):
        raise LetfError(
            f"impacts leave no close: gains must be below {most_gain(feedback.reverts):.3g}, the least is "
            f"{gains.min():.3g}; give smaller ones, 0 among them"
        )
    counted = count_moves(
        spec, known.tolist(), reverts=feedback.reverts, beyond=beyond, threads=threads, on_progress=on_progress
    )
    days, stderr = (_on_grid(figure, gains, known) for figure in mean_days(counted))
    exact = _on_grid(_exact(spec, known, feedback.reverts, beyond), gains, known)
    return FlowGrid(
        spec=spec,
        feedback=feedback,
        impacts=rows,
        multiples=columns,
        beyond=beyond,
        common=common,
        gains=gains,
        days=days,
        stderr=stderr,
        exact=exact,
        largest_z=_largest_z(days, stderr, exact, spec.paths),
        capped=sum(one.capped for one in counted),
    )


def _checked_sides(impacts: Sequence[float], multiples: Sequence[float]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Both sides of the grid, rising, repeats dropped."""
    impacts = check.numbers("impacts", impacts, fewest=1, most=MOST_LINES)
    multiples = check.numbers("multiples", multiples, fewest=1, most=MOST_COLUMNS)
    for impact in impacts:
        check.number("impact per $1B (0.001 is 0.1%)", impact, low=0, high=MOST_IMPACT)
    for multiple in multiples:
        check.number("multiple of the assets", multiple, low=0, high=MOST_MULTIPLE, open_low=True)
    return tuple(sorted(set(impacts))), tuple(sorted(set(multiples)))


def mean_days(counted: Sequence[Counted]) -> tuple[np.ndarray, np.ndarray]:
    """Mean days of a path and their standard error, both (gains, funds), of markets that share the paths out.

    Where no path has such a day, the error is that of half a path with one.
    """
    total = sum(one.paths for one in counted)
    mean = np.sum([one.days for one in counted], axis=0) / total
    variance = np.zeros_like(mean)
    for one in counted:
        spread = (one.squares - one.days**2 / one.paths) / max(one.paths - 1, 1)
        variance += (one.paths / total) ** 2 * spread / one.paths
    return mean, np.maximum(np.sqrt(variance), proportion(0, total).stderr)


def _exact(spec: Simulation, gains: np.ndarray, reverts: float, beyond: float) -> np.ndarray:
    """Days of each gain and fund by the exact law, (gains, funds); NaN where none is known."""
    found = np.full((len(gains), len(spec.funds)), np.nan)
    if has_exact_law(spec.market):
        for i, one in enumerate(gains):
            if one == 0 or reverts == 0:
                for k, fund in enumerate(spec.funds):
                    carry = fund.annual_carry(spec.rate) / TRADING_DAYS
                    found[i, k] = exact_days(spec.market, fund.leverage, carry, one, beyond, spec.horizons[-1])
    return found


def _on_grid(figures: np.ndarray, gains: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Figures of known gains, (known, funds), put where the grid has those gains; NaN elsewhere."""
    grid = np.full((*gains.shape, figures.shape[1]), np.nan)
    inside = np.isin(gains, known)
    grid[inside] = figures[np.searchsorted(known, gains[inside])]
    return grid


def _largest_z(days: np.ndarray, stderr: np.ndarray, exact: np.ndarray, paths: int) -> float | None:
    tested = np.isfinite(exact) & (exact * paths >= LEAST_COUNTED)
    return float((np.abs(days - exact) / stderr)[tested].max()) if tested.any() else None
