"""Rare losses against exact laws, plain runs and a slow twin; and error bars that hold."""

from dataclasses import replace
from itertools import pairwise, product
from math import log, sqrt

import numpy as np
import pytest
import reference_tilted as twin
from examples import BOOTSTRAP, SKEWED, ensemble, market, run
from exit_law import ExitLaw
from scipy import stats

from simulator.distribution import FEWEST_IN_TAIL
from simulator.engine import rare as rare_engine
from simulator.engine.rare import rounded_paths, weigh
from simulator.engine.simulate import simulate
from simulator.engine.tilts import LEAST_CHANCE, RUNGS, ladder
from simulator.errors import LetfError
from simulator.risk.rare import TAILS, paths_of, rare_losses
from simulator.risk.weighted import WeightedLoss
from simulator.spec.model import TRADING_DAYS
from simulator.spec.trade import Trade

SIGMAS = 4.5  # some hundred figures are held against exact ones
SINGLE = 1e-4  # of a sum of weights: single precision of a path's days, against double
BINS = 1e-4  # of a loss read between bins of half a point or less
PATHS = 65_536
HOLD = 20
COVERED = (0.92, 0.975)  # of 95 % intervals, 250 of them: binomial, 2.2 of its standard deviations to either side
SEEDS = 250


def gap(figure, expected):
    """In standard errors of the weighted estimate."""
    return abs(figure.mean - expected) / figure.stderr


def one_regime(leverage, vol=0.3, **changes):
    return run(market(1, vols=[vol]), leverage, **({"horizons": (HOLD,), "paths": PATHS} | changes))


def lognormal(spec):
    """Mean and standard deviation of the log growth of the index over the hold."""
    return spec.market.daily_means()[0] * HOLD, spec.market.daily_sds()[0] * sqrt(HOLD)


def test_the_index_of_one_regime_ends_lognormal():
    found = rare_losses(one_regime(1.0), losses=(0.1, 0.2, 0.3, 0.4))
    mean, sd = lognormal(found.spec)
    for row in found.losses:
        assert gap(row.ended.weighted, stats.norm.cdf((log(1 - row.loss) - mean) / sd)) < SIGMAS
    assert found.losses[-1].ended.weighted.mean < 1e-8 < found.losses[0].ended.weighted.mean


def test_tails_of_one_regime_are_those_of_a_lognormal():
    found = rare_losses(one_regime(1.0))
    mean, sd = lognormal(found.spec)
    for row in found.tails:
        z = stats.norm.ppf(row.chance)
        beyond = 1 - np.exp(mean + sd**2 / 2) * stats.norm.cdf(z - sd) / row.chance
        for figure, exact in ((row.quantile, 1 - np.exp(mean + sd * z)), (row.shortfall, beyond)):
            assert abs(figure.weighted.mean - exact) < SIGMAS * figure.weighted.stderr + BINS
            assert figure.worth > 1
            assert np.isnan(figure.plain.mean) == (row.chance * PATHS < FEWEST_IN_TAIL)
    assert [row.chance for row in found.tails] == list(TAILS)


@pytest.mark.parametrize("leverage", [3.0, -3.0])
def test_closes_of_a_fund_follow_the_exact_chain(leverage):
    found = rare_losses(one_regime(leverage, costs=True), losses=(0.3, 0.5, 0.7))
    spec, fund = found.spec, found.fund
    carry = fund.annual_carry(spec.rate) / TRADING_DAYS
    (mean,), (sd,) = spec.market.daily_means(), spec.market.daily_sds()
    for row in found.losses:
        law = ExitLaw(mean, sd, HOLD, leverage=leverage, carry=carry, stop=1 - row.loss, closes=True)
        assert gap(row.met.weighted, law.stopped.sum()) < SIGMAS
    assert found.losses[-1].met.worth > 100


@pytest.mark.parametrize("count", [2, 3, 4])
def test_the_index_of_regimes_is_a_mixture_of_lognormals(count):
    days = 5
    found = rare_losses(run(market(count), 1.0, horizons=(days,), paths=PATHS), losses=(0.05, 0.1, 0.2, 0.3))
    spec = found.spec.market
    means, variances, a, first = spec.daily_means(), spec.daily_sds() ** 2, spec.transition, spec.initial_law()
    for row in found.losses:
        exact = 0.0
        for chain in map(list, product(range(count), repeat=days)):
            p = first[chain[0]] * np.prod([a[i][j] for i, j in pairwise(chain)])
            exact += p * stats.norm.cdf((log(1 - row.loss) - means[chain].sum()) / sqrt(variances[chain].sum()))
        assert gap(row.ended.weighted, exact) < SIGMAS


def test_sums_of_weights_are_those_of_the_slow_twin():
    spec = run(market(3), 3.0, costs=True, horizons=(10,), paths=rounded_paths(1, RUNGS))
    losses = (0.2, 0.4, 0.6)
    laws = ladder(spec.market, 3.0, spec.funds[0].annual_carry(spec.rate) / TRADING_DAYS, 10, losses[-1], 0.01)
    found = weigh(spec, laws, losses, first_path=77)
    whole, ended, met = twin.weigh(spec, laws, losses, first_path=77)
    assert found.all[:, 0].sum() == pytest.approx(whole, rel=SINGLE)
    np.testing.assert_allclose(found.ended[..., 0].sum(axis=0), ended, rtol=SINGLE)
    np.testing.assert_allclose(found.met[..., 0].sum(axis=0), met, rtol=SINGLE)


@pytest.mark.parametrize("leverage", [3.0, -3.0])
def test_plain_figures_are_those_of_a_run_with_the_same_paths(leverage):
    loss = 0.2
    spec = run(market(3), leverage, costs=True, horizons=(HOLD,), paths=PATHS)
    (row,) = rare_losses(spec, losses=(loss,)).losses
    position = simulate(replace(spec, trade=Trade(loss=loss, stop=loss, watch="close"))).position(
        spec.funds[0].ticker, HOLD
    )
    beyond = position.prob_loss_beyond  # of weighted paths, nearer to the truth than the counted ones
    assert abs(row.ended.plain.mean - beyond.mean) < SIGMAS * row.ended.plain.stderr
    assert row.met.plain == position.exits.prob_stop


def test_weights_average_one_and_none_is_above_the_number_of_laws():
    spec = run(market(3), 3.0, costs=True, horizons=(63,), paths=PATHS)
    laws = ladder(spec.market, 3.0, 0.0, 63, 0.9, 0.01)
    found = weigh(spec, laws, (0.5,))
    assert gap(WeightedLoss(found).mean(found.all), 1) < SIGMAS
    for sums in (found.all, found.ended, found.met, found.tail):
        assert (sums[..., 1] <= RUNGS * (1 + SINGLE) * sums[..., 0]).all()


def test_the_answer_is_the_same_at_any_number_of_threads():
    spec = run(market(3), 3.0, costs=True, horizons=(HOLD,), paths=5 * PATHS)
    one, *others = (rare_losses(spec, threads=threads).to_dict() for threads in (1, 2, 16))
    assert others == [one, one]


def test_95_percent_intervals_cover_95_percent():
    loss, chance = 0.2, 0.001
    spec = one_regime(1.0, paths=8192)
    (mean,), (sd,) = spec.market.daily_means(), spec.market.daily_sds()
    laws = ladder(spec.market, 1.0, 0.0, HOLD, loss, chance)
    whole, whole_sd = lognormal(spec)
    z = stats.norm.ppf(chance)
    exact = (
        stats.norm.cdf((log(1 - loss) - whole) / whole_sd),
        ExitLaw(mean, sd, HOLD, stop=1 - loss, closes=True).stopped.sum(),
        1 - np.exp(whole + whole_sd * z),
        1 - np.exp(whole + whole_sd**2 / 2) * stats.norm.cdf(z - whole_sd) / chance,
    )
    inside = np.zeros(len(exact))
    for seed in range(SEEDS):
        found = WeightedLoss(weigh(replace(spec, seed=seed), laws, (loss,), threads=1))
        figures = found.ended(0), found.met(0), found.quantile(chance)[0], found.shortfall(chance)[0]
        inside += [gap(figure, value) < 1.96 for figure, value in zip(figures, exact, strict=True)]
    assert (inside / SEEDS >= COVERED[0]).all() and (inside / SEEDS <= COVERED[1]).all(), inside / SEEDS


def test_paths_are_rounded_up_and_progress_hears_of_all():
    heard = []
    spec = run(market(2), 3.0, horizons=(5,), paths=5000)
    found = rare_losses(spec, on_progress=heard.append)
    assert found.spec.paths == 8192
    assert heard == sorted(heard) and heard[-1] == paths_of(spec) == 2 * 8192


def test_an_interrupt_waits_for_no_more_than_the_blocks_that_run(monkeypatch):
    begun = []

    def block(*args):
        begun.append(args)
        return weigh_block(*args)

    def interrupt(_):
        raise KeyboardInterrupt

    weigh_block = rare_engine._block
    monkeypatch.setattr(rare_engine, "_block", block)
    with pytest.raises(KeyboardInterrupt):
        rare_losses(run(market(3), 3.0, horizons=(HOLD,), paths=100 * PATHS), threads=1, on_progress=interrupt)
    assert len(begun) < 50


def test_losses_are_told_once_and_in_order():
    found = rare_losses(run(market(1), 3.0, horizons=(5,), paths=4096), losses=(0.5, 0.2, 0.5))
    assert [row.loss for row in found.losses] == [0.2, 0.5]


def test_what_no_law_reaches_has_no_error_and_no_worth():
    (row,) = rare_losses(run(market(1, vols=[0.05]), 1.0, horizons=(1,), paths=4096), losses=(0.9,)).losses
    for figure in (row.ended, row.met):
        assert figure.weighted.mean < LEAST_CHANCE and np.isnan(figure.weighted.stderr) and np.isnan(figure.worth)


def test_a_loss_that_is_almost_certain_has_a_chance_of_at_most_one():
    spec = run(market(1, vols=[2.0]), 3.0, horizons=(252,), paths=4096)
    for row in rare_losses(spec).losses:
        for figure in (row.ended, row.met):
            assert 0.99 < figure.weighted.mean <= 1
            assert abs(figure.weighted.mean - figure.plain.mean) < SIGMAS * sqrt(
                figure.plain.stderr**2 + figure.weighted.stderr**2
            )


def test_an_ensemble_answers_by_its_market_of_regimes():
    regimes = market(3)
    whole = ensemble(regimes, BOOTSTRAP)
    spec = run(whole, 3.0, horizons=(5,), paths=4096)
    found = rare_losses(spec)
    assert found.asked is spec.market
    alone = rare_losses(run(whole.regimes_market, 3.0, horizons=(5,), paths=4096))
    assert repr(found.losses) == repr(alone.losses)  # NaN is like NaN


@pytest.mark.parametrize(
    "other", [SKEWED, BOOTSTRAP, market(3, dof=6.0), market(3, autocorrelation=0.1), ensemble(SKEWED, BOOTSTRAP)]
)
def test_a_law_that_cannot_be_tilted_is_refused(other):
    with pytest.raises(LetfError, match=r"rare losses need a market of regimes with normal innovations.*--market iwm"):
        rare_losses(run(other, 3.0, horizons=(5,)))


@pytest.mark.parametrize(
    ("spec", "losses", "message"),
    [
        (run(market(1), 3.0, -3.0), (0.5,), "one fund at a time, got 2"),
        (run(market(1), 3.0, horizons=(5,), trade=Trade(stop=0.1)), (0.5,), "hold without a trade"),
        (run(market(1), 3.0, horizons=(253,)), (0.5,), "from 1 to 252, got 253"),
        (run(market(1), 3.0, horizons=(5,), paths=2**31), (0.5,), "paths of rare losses must be from 1 to"),
        (run(market(1), 3.0, horizons=(5,)), (), "losses must be 1 to 64 numbers, got 0"),
        (run(market(1), 3.0, horizons=(5,)), (1.0,), r"loss \(0.5 is 50%\) must be in \(0, 1\), got 1.0"),
    ],
)
def test_a_run_or_loss_that_breaks_a_rule_is_refused(spec, losses, message):
    with pytest.raises(LetfError, match=message):
        rare_losses(spec, losses=losses)


def test_threads_that_cannot_be_are_refused():
    with pytest.raises(LetfError, match="threads must be from 1 to 1,024, got 0"):
        rare_losses(run(market(1), 3.0, horizons=(5,)), threads=0)


def test_laws_that_cannot_share_the_paths_are_refused():
    spec = run(market(1), 3.0, horizons=(5,), paths=4096)
    with pytest.raises(ValueError, match="no whole lanes of 8 laws"):
        weigh(spec, ladder(spec.market, 3.0, 0.0, 5, 0.9, 0.01), (0.5,))
