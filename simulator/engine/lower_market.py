"""From a market to the raw daily numbers that the kernels read."""

from collections.abc import Callable, Sequence
from math import log, sqrt
from typing import Any

import numpy as np

from simulator.engine.lower_second import lower_second
from simulator.engine.pieces import cubics, growth_terms, padded
from simulator.kernels.bootstrap import LONGEST, SPREAD_BITS, WEEK, WINDOWS, Bootstrap
from simulator.kernels.garch import Garch
from simulator.kernels.growth import TERMS
from simulator.kernels.market import BOOTSTRAP, GARCH, MARKOV, Market
from simulator.kernels.markov import FEWEST_REGIMES, MAX_REGIMES, TABLE_SEGMENTS, TABLE_STEP, Markov
from simulator.spec.bootstrap import BootstrapMarket
from simulator.spec.garch import CAP, GarchMarket
from simulator.spec.market import Market as MarketSpec
from simulator.spec.markov import MarkovMarket
from simulator.spec.model import TRADING_DAYS
from simulator.spec.regime import Regime
from simulator.spec.scaling import ERROR_SHARE
from simulator.spec.skewt import CutSkewT
from simulator.spec.student import CutStudent

OVERNIGHT_SHARE = 0.28  # of a day's variance, where a market does not say: IWM's in calm times


def lower_market(market: MarketSpec) -> Market:
    """The market as raw numbers; the members of other kinds are there for the kernel's signature alone."""
    second = lower_second(market)
    match market:
        case MarkovMarket():
            return Market(MARKOV, _markov(market), NO_GARCH, NO_BOOTSTRAP, second)
        case GarchMarket():
            return Market(GARCH, NO_MARKOV, _garch(market), NO_BOOTSTRAP, second)
        case BootstrapMarket():
            return Market(BOOTSTRAP, NO_MARKOV, NO_GARCH, _bootstrap(market), second)
    raise TypeError(f"an ensemble runs member by member, got {market.kind}")


def _markov(market: MarkovMarket) -> Markov:
    """Padded to three regimes or four."""
    means, sds = market.daily_means(), market.daily_sds()
    shares = np.array([_share(regime.overnight_share) for regime in market.regimes])
    center = np.float32(market.stationary_law() @ means)
    size = max(FEWEST_REGIMES, len(market.regimes))
    rows = padded([thresholds(row, size) for row in market.transition], size)
    return Markov(
        regimes=len(market.regimes),
        first=thresholds(market.initial_law(), size),
        thresholds=tuple(zip(*rows, strict=True)),
        mean=padded(means.astype(np.float32), size),
        sd=padded(sds.astype(np.float32), size),
        table=_innovation_tables(market),
        autocorrelation=np.float32(market.autocorrelation),
        center=center,
        last=center if market.last_log_return is None else np.float32(market.last_log_return),
        overnight_share=padded(shares.astype(np.float32), size),
        spread=padded(((1 - shares) * sds**2).astype(np.float32), size),
    )


def _share(overnight_share: float | None) -> float:
    return OVERNIGHT_SHARE if overnight_share is None else overnight_share


def thresholds(probabilities: np.ndarray | Sequence[float], size: int) -> tuple[np.int32, ...]:
    """Of a law of up to `size` regimes: a 31-bit uniform above threshold j lies beyond regime j.

    One above 2^31 - 1 does not exist.
    """
    cumulative = np.ones(size - 1)
    known = np.cumsum(probabilities)[: len(probabilities) - 1]
    cumulative[: len(known)] = np.minimum(known, 1)
    return tuple((np.rint(cumulative * 2.0**31) - 1).astype(np.int32))


def _innovation_tables(market):
    """Tables of the map from a normal to each regime's innovation; none where all are normal."""
    if all(regime.dof is None for regime in market.regimes):
        return np.zeros((MAX_REGIMES, 0, 4), np.float32)
    z = np.arange(TABLE_SEGMENTS + 1) * TABLE_STEP
    maps = [
        (z, np.ones_like(z)) if regime.dof is None else CutStudent(regime.dof).from_normal(z)
        for regime in market.regimes
    ]
    return np.stack(padded([cubics(*values) for values in maps], MAX_REGIMES))


def _garch(market: GarchMarket) -> Garch:
    table, residuals = np.zeros((2, 0, 4), np.float32), np.zeros(0, np.float32)
    law = market.innovations
    if isinstance(law, CutSkewT):
        z = np.arange(TABLE_SEGMENTS + 1) * TABLE_STEP
        (above, rise), (below, fall) = (law.from_normal(sign * z) for sign in (1, -1))
        table = np.stack([cubics(above, rise), cubics(below, -fall)])
    else:
        residuals = law.values.astype(np.float32)
    return Garch(
        first=np.float32(market.first_variance()),
        cap=np.float32(CAP),
        omega=np.float32(market.omega),
        alpha=np.float32(market.alpha),
        gamma=np.float32(market.gamma),
        beta=np.float32(market.beta),
        drift=np.float32(market.drift / TRADING_DAYS),
        growth=growth_terms(law.log_mean_exp),
        table=table,
        residuals=residuals,
        overnight_share=np.float32(_share(market.overnight_share)),
    )


def _bootstrap(market: BootstrapMarket) -> Bootstrap:
    count = len(market.log_returns)
    blocks: dict[str, Any] = {
        "threshold": np.uint32(min(round(2**32 / market.block_days), 2**32 - 1)),
        "spread": np.uint64(int(count * market.block_days * 2**SPREAD_BITS)),
    }
    if market.scaling is None:
        return NO_BOOTSTRAP._replace(days=market.days().astype(np.float32), **_bars(market, market.drawn), **blocks)
    scaling = market.scaling
    later, first = scaling.prices, scaling.first
    vols = np.array(later.vols)
    return Bootstrap(
        days=np.array(market.log_returns, np.float32),
        **_bars(market, np.array),
        **blocks,
        scaled=True,
        drift=np.float32(market.drift / TRADING_DAYS),
        scale=market.scale,
        growth=growth_terms(market.block_growth(later.vols)),
        first_growth=growth_terms(market.block_growth(first.vols)),
        vols=vols,
        first_vols=np.array(first.vols),
        variances=np.array(scaling.variances),
        coefficients=np.array(later.coefficients),
        limits=2 * np.log([vols.min(), vols.max()]),
        first=2 * log(scaling.initial / sqrt(TRADING_DAYS)),
        error_sd=ERROR_SHARE * first.error_sd,
        past_variances=np.array(scaling.recent_variances),
        past_returns=np.array(scaling.recent_log_returns),
    )


def _bars(market: BootstrapMarket, drawn: Callable[[tuple[float, ...]], np.ndarray]) -> dict[str, Any]:
    """Opens, lows and highs as they are drawn; empty where they are not known."""
    bars = {"opens": market.opens, "lows": market.lows, "highs": market.highs}
    return {name: drawn(moves or ()).astype(np.float32) for name, moves in bars.items()}


NO_MARKOV = _markov(MarkovMarket(regimes=(Regime(name="none", annual_vol=1),), transition=((1.0,),), drift=0.0))
NO_GARCH = Garch(
    *(np.float32(0),) * 7,
    growth=np.zeros(TERMS, np.float32),
    table=np.zeros((2, 0, 4), np.float32),
    residuals=np.zeros(0, np.float32),
    overnight_share=np.float32(0),
)
NO_BOOTSTRAP = Bootstrap(
    days=np.zeros(1, np.float32),
    opens=np.zeros(0, np.float32),
    lows=np.zeros(0, np.float32),
    highs=np.zeros(0, np.float32),
    threshold=np.uint32(0),
    spread=np.uint64(0),
    scaled=False,
    drift=np.float32(0),
    scale=1.0,
    growth=np.zeros(TERMS, np.float32),
    first_growth=np.zeros(TERMS, np.float32),
    vols=np.zeros(0),
    first_vols=np.zeros(0),
    variances=np.zeros(0),
    coefficients=np.zeros(2 + len(WINDOWS)),
    limits=np.zeros(2),
    first=0.0,
    error_sd=0.0,
    past_variances=np.zeros(LONGEST),
    past_returns=np.zeros(WEEK),
)
