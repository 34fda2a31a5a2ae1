"""Markets, funds and runs that several tests use."""

from dataclasses import replace

import numpy as np

from simulator.engine.lower import lower
from simulator.engine.lower_market import lower_market
from simulator.engine.statistics import Statistics
from simulator.kernels.bars import NOTHING, room_for_bars
from simulator.kernels.market import before_first_day, index_days
from simulator.kernels.rng import FILL_WORDS, NORMALS, normals, philox_words
from simulator.kernels.stats import LANES
from simulator.spec.bootstrap import BootstrapMarket
from simulator.spec.ensemble import EnsembleMarket, Member
from simulator.spec.fund import Fund
from simulator.spec.garch import GarchMarket
from simulator.spec.markov import MarkovMarket
from simulator.spec.regime import Regime
from simulator.spec.run import Simulation
from simulator.spec.scaling import Forecast, Scaling
from simulator.spec.second import SecondIndex

TRANSITIONS = {
    1: [[1.0]],
    2: [[0.95, 0.05], [0.2, 0.8]],
    3: [[0.977, 0.022, 0.001], [0.020, 0.976, 0.004], [0.001, 0.026, 0.973]],
    4: [[0.9, 0.05, 0.03, 0.02], [0.1, 0.8, 0.1, 0.0], [0.0, 0.3, 0.5, 0.2], [0.25, 0.25, 0.25, 0.25]],
}
VOLS = {1: [0.2], 2: [0.15, 0.4], 3: [0.136, 0.23, 0.5], 4: [0.1, 0.2, 0.35, 0.6]}


def regime(number=1, vol=0.2, **more):
    return Regime(name=f"regime{number}", annual_vol=vol, **more)


def market(count=3, *, vols=None, log_drifts=None, dof=None, **changes):
    """A market of `count` regimes that names every regime's volatility and, if given, log drift and dof."""
    vols = vols or VOLS[count]
    log_drifts = log_drifts or [None] * count
    regimes = tuple(regime(i + 1, vols[i], annual_log_drift=log_drifts[i], dof=dof) for i in range(count))
    return MarkovMarket(**{"regimes": regimes, "transition": TRANSITIONS[count], "drift": 0.08} | changes)


DAYS = np.random.default_rng(5).standard_t(4, 500)  # what days of the past look like, in their standard deviations
GARCH = {"drift": 0.08, "omega": 3e-6, "alpha": 0.02, "gamma": 0.14, "beta": 0.89}
SKEWED = GarchMarket(**GARCH, dof=6.0, skew=-0.15)
RESIDUALS = GarchMarket(**GARCH, residuals=tuple(DAYS.tolist()), initial=0.4)
BOOTSTRAP = BootstrapMarket(drift=0.08, log_returns=tuple((0.01 * DAYS).tolist()), block_days=10.0, scale=1.5)


def scaling(days=DAYS[:120], *, by="prices", **changes):
    """Forecasts that move from day to day, held within their least and greatest often enough to be seen."""
    rng = np.random.default_rng(6)
    vols = np.exp(-4.6 + 0.4 * rng.standard_normal(len(days)))
    prices = Forecast(coefficients=(-0.9, 0.15, 0.2, 0.3, 0.25, -4.0), vols=tuple((vols * 1.1).tolist()), error_sd=0.6)
    index = Forecast(coefficients=(0.1, 0.0, 0.1, 0.1, 0.1, -2.0, 0.7), vols=tuple(vols.tolist()), error_sd=0.4)
    values = {
        "measure": "range",
        "variances": tuple((1e-4 * days**2 + 1e-6).tolist()),
        "prices": prices,
        "index": index if by == "index" else None,
        "initial": 0.25,
        "initial_by": by,
        "recent_variances": tuple((1e-4 * rng.chisquare(3, 66) / 3).tolist()),
        "recent_log_returns": (0.01, -0.02, 0.005, 0.0, -0.01),
    }
    return Scaling(**values | changes)


SCALED = BootstrapMarket(
    drift=0.08, log_returns=tuple((0.01 * DAYS[:120]).tolist()), block_days=6.0, scale=1.2, scaling=scaling()
)


def with_bars(market):
    """The past days of a bootstrap with opens, highs and lows, some of them its own open or close."""
    rng, closes = np.random.default_rng(7), np.array(market.log_returns)
    opens = 0.3 * closes + 0.004 * rng.standard_normal(len(closes))
    above, below = 0.006 * np.maximum(rng.standard_normal((2, len(closes))) + 1.3, 0)
    return replace(
        market,
        opens=tuple(opens.tolist()),
        highs=tuple((np.maximum(opens, closes) + above).tolist()),
        lows=tuple((np.minimum(opens, closes) - below).tolist()),
    )


BARRED, SCALED_BARRED = with_bars(BOOTSTRAP), with_bars(SCALED)


def ensemble(*markets, weights=None, drift=0.08, **changes):
    """The markets with equal or other weights, called a, b, c ..."""
    weights = weights or [1 / len(markets)] * len(markets)
    named = [replace(one, name="abcdefgh"[i]) for i, one in enumerate(markets)]
    members = tuple(Member(weight=weight, market=one) for weight, one in zip(weights, named, strict=True))
    return EnsembleMarket(**{"members": members, "drift": drift} | changes)


def beside(one, **more):
    """The market with a second index of the sort that its kind has."""
    own = {"index": "SPY", "drift": 0.05}
    if one.kind == "bootstrap":
        days = 0.7 * np.array(one.log_returns) + 0.004 * np.random.default_rng(8).standard_normal(len(one.log_returns))
        return replace(one, second=SecondIndex(**own, log_returns=tuple(days.tolist())))
    if one.kind == "garch":
        return replace(one, second=SecondIndex(**own, betas=(0.7,), residual_ratio=0.4, **more))
    betas, vols = (0.5, 0.7, 0.9, -0.3)[: len(one.regimes)], (0.06, 0.0, 0.2, 0.3)[: len(one.regimes)]
    return replace(one, second=SecondIndex(**own, betas=betas, residual_vols=vols, **more))


def both_log_returns(one, days, paths, seed=1):
    """Daily log returns of the two indexes, (paths, days) each."""
    lowered, first, second = lower_market(one), [], []
    for start in range(0, paths, LANES):
        state, r, rows = before_first_day(lowered), np.empty((FILL_WORDS, LANES), np.float32), []
        for day in range(0, days, FILL_WORDS):
            count = min(FILL_WORDS, days - day)
            where = (np.uint64(seed), np.uint64(start), day, count, LANES)
            index_days(lowered, *where, state, r, NOTHING, room_for_bars(NOTHING))
            rows.append(np.log1p(np.stack([r[:count], state.second[:count]]).astype(float)))
        joined = np.concatenate(rows, axis=1)
        first.append(joined[0].T)
        second.append(joined[1].T)
    return np.concatenate(first)[:paths], np.concatenate(second)[:paths]


def fund(leverage, expense_ratio=0.0, **more):
    return Fund(
        ticker=f"F{leverage:g}", name="a fund", index="IWM", leverage=leverage, expense_ratio=expense_ratio, **more
    )


def run(market, *leverages, costs=False, **changes):
    """A Simulation of one fund a leverage, with or without costs and rate."""
    cost = {"expense_ratio": 0.0103, "swap_spread": 0.0002, "swap_half_spread": 0.0027} if costs else {}
    funds = tuple(fund(leverage, **cost) for leverage in leverages)
    return Simulation(**{"market": market, "funds": funds, "rate": 0.04 if costs else 0.0} | changes)


def statistics(spec, *blocks):
    """What the given (first path, paths) blocks of a run add up to."""
    whole = Statistics(spec)
    for first, paths in blocks:
        whole.run(lower(spec), first, paths)
    return whole


def drawn_words(seed, path, call, slot, lanes):
    """The four words of one Philox call of `lanes` paths from `path` on, (4, lanes)."""
    words = np.empty((8, lanes), np.uint32)  # room for a kernel that makes two calls at once
    philox_words(np.uint64(seed), np.uint64(path), np.uint64(call), np.uint64(slot), words)
    return words[:4].copy()


def drawn_normals(seed, path, call, lanes, slot=NORMALS):
    """Standard normals of four days of `lanes` paths from `path` on, (4, lanes) float32."""
    z = np.empty((4, lanes), np.float32)
    normals(drawn_words(seed, path, call, slot, lanes), z)
    return z


def index_log_returns(market, days, paths, seed=1):
    """Daily log returns of the kernels, (paths, days), of paths 0 on; whole lanes are run and cut off."""
    lowered, lanes = lower_market(market), []
    for first in range(0, paths, LANES):
        state, moves = before_first_day(lowered), []
        for day in range(0, days, FILL_WORDS):
            r, count = np.empty((FILL_WORDS, LANES), np.float32), min(FILL_WORDS, days - day)
            index_days(
                lowered, np.uint64(seed), np.uint64(first), day, count, LANES, state, r, NOTHING, room_for_bars(NOTHING)
            )
            moves.append(np.log1p(r[:count].astype(float)))
        lanes.append(np.concatenate(moves))
    return np.concatenate(lanes, axis=1).T[:paths]
