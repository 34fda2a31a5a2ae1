"""Losses too rare for a plain run: how likely they are, at the end of a hold and at any of its closes."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import nan

from simulator.distribution import Estimate, proportion
from simulator.engine.rare import rounded_paths, weigh
from simulator.engine.tilts import LEAST_CHANCE, RUNGS, ladder
from simulator.errors import LetfError
from simulator.exact import has_exact_law
from simulator.risk.rare_figures import Rare, RareLoss, RareLosses, RareTail
from simulator.risk.weighted import WeightedLoss, plain_error, worth
from simulator.spec import check
from simulator.spec.ensemble import EnsembleMarket
from simulator.spec.market import Market
from simulator.spec.markov import MarkovMarket
from simulator.spec.model import TRADING_DAYS
from simulator.spec.run import Simulation

LOSSES = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
MOST_LOSSES = 64
TAILS = (0.01, 0.001, 0.0001, 0.00001)
LONGEST_HOLD = 252  # days
MOST_PATHS = 2**30


def rare_losses(
    spec: Simulation,
    *,
    losses: Sequence[float] = LOSSES,
    threads: int | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> RareLosses:
    """Chances of great losses of a fund that is held over the spec's last horizon, by importance sampling.

    Paths are drawn in equal shares from a ladder of laws, from the market's own to one under which the greatest loss is
    common, and what is lost once in 100,000 holds; each weighs by its density under the market's law over that under
    the mixture of all: nothing is biased, and no path weighs more than there are laws. A chance at any close weighs a
    path on the day that it gets there.

    Parameters
    ----------
    spec : Simulation
        Of one fund, without a trade, over at most 252 days; its market of regimes with normal innovations and no
        autocorrelation, or an ensemble with such a member, which then answers alone. Its paths are rounded up to a
        multiple of 4,096, and as many are drawn from the market's own law beside them.
    losses : sequence of float
        1 to 64 fractions in (0, 1).
    threads : int, optional
        As in `simulate`; the answer is the same at any.
    on_progress : callable, optional
        Called with the number of finished paths, of `paths_of(spec)`.

    Raises
    ------
    LetfError
        If the market's law cannot be tilted, or the spec or a loss breaks a rule.
    """
    losses = _checked_losses(losses)
    run = _checked_run(spec)
    market, fund, days = run.market, run.funds[0], run.horizons[-1]
    assert isinstance(market, MarkovMarket)  # it was checked
    laws = ladder(market, fund.leverage, fund.annual_carry(run.rate) / TRADING_DAYS, days, losses[-1], TAILS[-1])
    second = None if on_progress is None else lambda done: on_progress(run.paths + done)
    plain = WeightedLoss(weigh(run, laws[:1], losses, threads=threads, on_progress=on_progress))
    tilted = WeightedLoss(weigh(run, laws, losses, first_path=run.paths, threads=threads, on_progress=second))
    return RareLosses(
        spec=run,
        asked=spec.market,
        exponents=tuple(law.exponent for law in laws),
        losses=tuple(
            RareLoss(
                loss,
                _chance(tilted.ended(i), plain.ended(i).mean, run.paths),
                _chance(tilted.met(i), plain.met(i).mean, run.paths),
            )
            for i, loss in enumerate(losses)
        ),
        tails=tuple(_tail(chance, tilted, plain) for chance in TAILS),
        mean_weight=tilted.mean(tilted.weighed.all),
    )


def paths_of(spec: Simulation) -> int:
    """Paths that `rare_losses` draws."""
    return 2 * rounded_paths(spec.paths, RUNGS)


def _chance(found: Estimate, plain: float, paths: int) -> Rare:
    if found.mean < LEAST_CHANCE:  # beyond all laws of the ladder
        found = Estimate(found.mean, nan)
    return Rare(found, proportion(round(plain * paths), paths), worth(plain_error(found.mean, paths), found.stderr))


def _tail(chance: float, tilted: WeightedLoss, plain: WeightedLoss) -> RareTail:
    quantile, error = tilted.quantile(chance)
    shortfall, as_plain = tilted.shortfall(chance)
    return RareTail(
        chance,
        Rare(quantile, plain.quantile(chance)[0], worth(plain_error(chance, tilted.paths), error)),
        Rare(shortfall, plain.shortfall(chance)[0], worth(as_plain, shortfall.stderr)),
    )


def _checked_losses(losses: Sequence[float]) -> tuple[float, ...]:
    checked = check.numbers("losses", losses, fewest=1, most=MOST_LOSSES)
    for loss in checked:
        check.number("loss (0.5 is 50%)", loss, low=0, high=1, open_low=True, open_high=True)
    return tuple(sorted(set(checked)))


def _checked_run(spec: Simulation) -> Simulation:
    """The run as it will be: of the market that can be tilted, its paths rounded up."""
    if len(spec.funds) != 1:
        raise LetfError(f"rare losses are told of one fund at a time, got {len(spec.funds)}; name one")
    if spec.trade is not None:
        raise LetfError("rare losses are of a hold without a trade, got one; their chances at any close are a stop's")
    check.integer("hold (in trading days)", spec.horizons[-1], low=1, high=LONGEST_HOLD)
    check.integer("paths of rare losses", spec.paths, low=1, high=MOST_PATHS)
    return replace(spec, market=_tiltable(spec.market), paths=rounded_paths(spec.paths, RUNGS))


def _tiltable(market: Market) -> MarkovMarket:
    """The market, or of an ensemble its member of regimes, if its law can be tilted."""
    found = market.regimes_market if isinstance(market, EnsembleMarket) else market
    if found is None or not has_exact_law(found):
        raise LetfError(
            f"rare losses need a market of regimes with normal innovations and no autocorrelation, {market.name} "
            f"({market.kind}) is none; the built-in one is iwm-markov3: --market iwm, with --as-of too"
        )
    return found
