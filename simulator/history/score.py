"""Forecasts made on past days with what was known then, held against what came."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from typing import Any

import numpy as np

from simulator.engine.simulate import simulate
from simulator.engine.threads import available_cores, checked_threads
from simulator.errors import LetfError
from simulator.history.forecasters import FORECASTERS, Forecaster, Past, one_regime
from simulator.history.forecasts import Forecasts, Score
from simulator.history.origins import Origins, first_fitted, month_origins
from simulator.history.record import Record, until
from simulator.spec import check
from simulator.spec.run import DEFAULT_SEED, Simulation

DEFAULT_HORIZONS = (5, 21, 42, 63, 126)
DEFAULT_PATHS = 16_384
DEFAULT_DRIFT = 0.08
DEFAULT_COST = 0.0185  # a year, what TNA and TZA cost over the short rate in 2021-25
POLL_SECONDS = 0.2


def find_origins(record: Record, start: np.datetime64 | None = None, end: np.datetime64 | None = None) -> Origins:
    """The closes before the months `start` to `end`, datetime64[M]; by default as many as the prices are good for."""
    return month_origins(record.dates, start, end, earliest=first_fitted(record.index.dates))


def score(
    record: Record,
    origins: Origins,
    forecasters: Mapping[str, Forecaster] = FORECASTERS,
    *,
    horizons: tuple[int, ...] = DEFAULT_HORIZONS,
    drift: float = DEFAULT_DRIFT,
    paths: int = DEFAULT_PATHS,
    seed: int = DEFAULT_SEED,
    cost: float = DEFAULT_COST,
    threads: int | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> Score:
    """Forecast at the close before each month with what was known then, and score the forecasts.

    Models are fitted each January on the index's days before it and start from the state at the origin's close. Every
    model carries ((1 - L) rate - cost) / 252 a day, the rate known at the origin. An origin's random numbers depend on
    `seed` and its date alone and are the same for all models.

    Parameters
    ----------
    record : Record
    origins : Origins
        Of `find_origins`.
    forecasters : mapping of str to Forecaster
    horizons : tuple of int
        Holding periods in trading days.
    drift : float
        Annual growth of the index in every model.
    paths, seed : int
    cost : float
        What a fund costs over the short rate a year, in [0, 1).
    threads : int, optional
        The score is the same at any.
    on_progress : callable, optional
        Called some times a second with the number of paths so far, at one drift: `paths` a model and origin in all.

    Raises
    ------
    LetfError
        On bad values, or where a model has too few earlier days.
    """
    template = _template(record, horizons, paths, seed, cost)
    rates = record.rate(record.dates[origins.at])
    outcomes = np.stack([record.outcomes(origins.at, days) for days in template.horizons], axis=2)
    for h, days in enumerate(template.horizons):
        if np.isnan(outcomes[:, :, h]).all():
            raise LetfError(f"no hold of {days} days ends by {record.dates[-1]}; name shorter ones, or earlier months")
    drifts = tuple(dict.fromkeys((drift, 0.0)))
    found = {(name, d): Forecasts.empty(outcomes.shape) for name in forecasters for d in drifts}

    def forecast(name: str, fitted: Any, origin: int) -> None:
        day = record.dates[origins.at[origin]]
        market = forecasters[name].start(fitted, _past(record, day))
        run = replace(template, seed=_origin_seed(seed, day), rate=float(rates[origin]))
        for d in drifts:
            spec = replace(run, market=market.with_drift(d))
            found[name, d].fill(origin, simulate(spec, threads=1), outcomes[origin], quantiles=d == drift)

    def tasks() -> Iterator[tuple[str, Any, int]]:
        """Each model at each origin, fitted when its year comes."""
        for year in np.unique(origins.years):
            past = _past(record, np.datetime64(f"{year}-01-01") - 1)
            for name, forecaster in forecasters.items():
                fitted = forecaster.fit(past)
                for origin in np.flatnonzero(origins.years == year).tolist():
                    yield name, fitted, origin

    for done in _run(forecast, tasks(), min(checked_threads(threads), available_cores())):
        if on_progress:
            on_progress(done * paths)
    return Score(
        record=record,
        origins=origins,
        template=template,
        drift=drift,
        models={name: forecaster.about for name, forecaster in forecasters.items()},
        outcomes=outcomes,
        forecasts={name: found[name, drift] for name in forecasters},
        driftless={name: found[name, 0.0] for name in forecasters},
    )


def _template(record: Record, horizons, paths: int, seed: int, cost: float) -> Simulation:
    """What all runs share; market, seed and rate are each run's own."""
    funds = tuple(replace(fund, expense_ratio=cost, swap_spread=0.0, swap_half_spread=0.0) for fund in record.funds)
    check.integer("paths", paths, low=2, high=2**32)
    market = one_regime(0.01, funds[0].index, "any")
    return Simulation(market=market, funds=funds, horizons=horizons, paths=paths, seed=seed, rate=0.0)


def _past(record: Record, day: np.datetime64) -> Past:
    """What was known of the index at the close of `day`."""
    return Past(record.index.between(end=day.astype(object)), until(record.vol_index, day), record.funds[0].index)


def _origin_seed(seed: int, day: np.datetime64) -> int:
    """The key of an origin's random numbers, whatever the other origins are."""
    return int(np.random.SeedSequence((seed, int(day.astype(int)))).generate_state(1, np.uint64)[0])


def _run(work: Callable[..., None], tasks: Iterable[tuple], threads: int) -> Iterator[int]:
    """Do the work on the tasks, on threads, as they come; yield how many are done, raise what one raised."""
    with ThreadPoolExecutor(threads) as pool:
        waiting: set[Future] = set()
        done, more = 0, iter(tasks)
        try:
            while (task := next(more, None)) or waiting:
                if task:
                    waiting.add(pool.submit(work, *task))
                finished, waiting = wait(waiting, 0 if task else POLL_SECONDS, return_when=FIRST_EXCEPTION)
                for future in finished:
                    future.result()
                done += len(finished)
                yield done
        finally:
            pool.shutdown(cancel_futures=True)
