"""Structures held side by side: closed forms, paired errors against many seeds, what is resolved."""

from math import exp, isnan, sqrt
from statistics import NormalDist

import numpy as np
import pytest
from examples import fund, market

from simulator.engine.structures import CALLED, HELD, STOPPED, TARGET, Outcomes
from simulator.errors import LetfError
from simulator.risk.compare import compare, held_against
from simulator.risk.compare_figures import SHARES, TOLD
from simulator.spec.call_spread import CallSpread, log_rate
from simulator.spec.comparison import Comparison
from simulator.spec.course import Course
from simulator.spec.leg import Leg
from simulator.spec.model import TRADING_DAYS
from simulator.spec.second import SecondIndex
from simulator.spec.structure import Structure

SIGMAS = 4.5  # some dozen figures are held against exact ones
SINGLE = 1e-5  # of profits: daily returns in single precision
PATHS, HOLD = 65_536, 20
SEEDS = 300
SPREAD = 0.19  # of a standard deviation from 300 seeds: 4.5 of its relative errors 1 / sqrt(2 * 299)


def legs(name, **more):
    weights = {key: value for key, value in more.items() if key.isupper() or key[1:].isdigit()}
    rest = {key: value for key, value in more.items() if key not in weights}
    return Structure(name=name, legs=tuple(Leg(instrument=key, weight=w) for key, w in weights.items()), **rest)


def joint(beta=1.0, residual=0.1, vol=0.2, drift=0.08):
    second = SecondIndex(index="SPY", drift=drift, betas=(beta,), residual_vols=(residual,))
    return market(1, vols=[vol], drift=drift, second=second)


def comparison(*structures, **changes):
    given = {"market": joint(), "funds": (fund(3.0),), "hold": HOLD, "paths": PATHS, "rate": 0.0, "loan_spread": 0.0}
    return Comparison(structures=structures, **given | changes)


PAIR = legs("pair", IWM=1.0, SPY=-1.0)


def test_a_pair_at_beta_1_without_costs_has_the_law_of_the_spread():
    vol, residual = 0.2, 0.1
    (law,) = compare(comparison(PAIR, market=joint(residual=residual, vol=vol))).laws
    years = HOLD / TRADING_DAYS
    grown, both, own = exp(0.08 * years), vol**2 * years, residual**2 * years
    assert abs(law.mean.mean) < SIGMAS * law.mean.stderr
    variance = grown**2 * (exp(both) + exp(both + own) - 2 * exp(both))
    assert law.sd == pytest.approx(
        sqrt(variance), rel=SIGMAS / sqrt(PATHS)
    )  # of a standard deviation, tails near normal
    # the pair loses where the second's own move exceeds its drag, u > sd / 2, whatever the first does
    sd = sqrt(own)
    assert abs(law.prob_loss.mean - NormalDist().cdf(-sd / 2)) < SIGMAS * law.prob_loss.stderr


def test_a_pair_of_one_and_the_same_index_earns_nothing():
    (law,) = compare(comparison(PAIR, market=joint(residual=0.0), paths=4096)).laws
    assert abs(law.mean.mean) < SINGLE and law.sd < SINGLE


@pytest.mark.parametrize("settle", [False, True])
def test_a_call_spread_at_the_model_s_volatility_earns_the_rate(settle):
    rate, vol = 0.04, 0.2
    spread = CallSpread(low=1.0, high=1.05, days=60, vol=vol, skew=0.0, settle=settle)
    spec = comparison(
        Structure(name="spread", spread=spread), market=market(1, vols=[vol], drift=log_rate(rate)), rate=rate
    )
    (law,) = compare(spec).laws
    earned = (1 + rate / TRADING_DAYS) ** spread.end(HOLD) - 1
    assert abs(law.mean.mean - earned) < SIGMAS * law.mean.stderr
    assert abs(law.starr.mean) < SIGMAS * law.starr.stderr
    assert 0.3 < law.fall.mean < law.fall_95.mean <= 1  # of the premium


def test_the_index_has_its_own_law_and_cash_beside_changes_no_starr():
    half = legs("half", IWM=0.5)
    found = compare(comparison(legs("whole", IWM=1.0), half, market=joint(drift=0.2), rate=0.04))
    whole, half_law = found.laws
    years = HOLD / TRADING_DAYS
    assert abs(whole.mean.mean - (exp(0.2 * years) - 1)) < SIGMAS * whole.mean.stderr
    assert half_law.starr.mean == pytest.approx(whole.starr.mean, rel=SINGLE)
    (gap,) = found.differences
    assert (
        not found.is_resolved(gap.starr) and found.is_resolved(gap.mean) and found.is_resolved(gap.expected_shortfall)
    )


def test_cash_earns_the_rates_that_a_course_sets():
    both = legs("whole", IWM=1.0), legs("half", IWM=0.5)
    whole, half = compare(comparison(*both, rate=0.04, course=Course(rates=((5, 0.3),)), paths=4096)).laws
    assert half.starr.mean == pytest.approx(whole.starr.mean, rel=SINGLE)


def test_paired_errors_are_those_of_many_seeds_and_smaller_than_of_runs_apart():
    structures = legs("one", IWM=1.0), legs("three", F3=1.0)
    gaps, errors, apart = [], [], []
    for seed in range(SEEDS):
        found = compare(comparison(*structures, hold=3, paths=2048, seed=seed, rate=0.04), threads=1)
        (gap,) = found.differences
        gaps.append([getattr(gap, name).mean for name in TOLD])
        errors.append([getattr(gap, name).stderr for name in TOLD])
        apart.append([sqrt(sum(getattr(law, name).stderr ** 2 for law in found.laws)) for name in TOLD])
    np.testing.assert_allclose(np.mean(errors, axis=0), np.std(gaps, axis=0, ddof=1), rtol=SPREAD)
    assert (np.mean(errors, axis=0) < 0.7 * np.mean(apart, axis=0)).all()


def test_the_answer_is_the_same_at_any_number_of_threads():
    spec = comparison(PAIR, legs("three", F3=1.0), paths=3 * PATHS)
    one, *others = (compare(spec, threads=threads).to_dict() for threads in (1, 2, 8))
    assert others == [one, one]


def test_progress_hears_of_all_paths():
    heard = []
    compare(comparison(PAIR, paths=5000), on_progress=heard.append)
    assert heard == sorted(heard) and heard[-1] == 5000


def test_the_base_is_named_in_any_case():
    spec = comparison(PAIR, legs("One", IWM=1.0), legs("three", F3=1.0), paths=1000)
    found = compare(spec, against="ONE")
    assert found.base == "One" and [one.name for one in found.differences] == ["pair", "three"]
    with pytest.raises(LetfError, match="against must name a structure, got 'two'; there are: pair; One; three"):
        compare(spec, against="two")


def outcomes(*profits, ends=None):
    values = np.array(profits)
    codes = np.full(values.shape, HELD, np.uint8) if ends is None else np.array(ends, np.uint8)
    return Outcomes(values, np.abs(values) / 2, codes, np.full(values.shape, HOLD, np.int32))


def test_figures_of_given_outcomes():
    profits = np.linspace(-0.5, 0.5, 101)
    ends = np.full((2, 101), HELD)
    ends[0, :10], ends[0, 10:30], ends[0, 30:31] = STOPPED, TARGET, CALLED
    found = held_against(comparison(PAIR, legs("one", IWM=1.0)), outcomes(profits, profits + 0.25, ends=ends), 0)
    law = found.laws[0]
    assert law.prob_loss.mean == 50 / 101 and law.fall.mean == np.abs(profits / 2).mean()
    assert law.fall_95.mean == pytest.approx(np.quantile(np.abs(profits / 2), 0.95))
    assert [quantile.mean for quantile in law.quantiles] == pytest.approx([share - 0.5 for share in SHARES])
    assert {end: round(share.mean * 101) for end, share in law.ends.items()} == {
        "held": 70, "stopped": 10, "target": 20, "called": 1, "ruined": 0,
    }  # fmt: skip
    (gap,) = found.differences
    assert gap.mean.mean == pytest.approx(0.25) and gap.ahead.mean == 1
    assert gap.expected_shortfall.mean == pytest.approx(-0.25)


def test_twins_differ_in_nothing():
    profits = np.random.default_rng(1).standard_normal(1000)
    found = held_against(comparison(PAIR, legs("one", IWM=1.0)), outcomes(profits, profits), 0)
    (gap,) = found.differences
    assert not any(found.is_resolved(getattr(gap, name)) for name in TOLD)
    assert gap.ahead.mean == 0


def test_alone_there_is_nothing_to_hold_against():
    found = held_against(comparison(PAIR), outcomes(np.linspace(-1, 1, 50)), 0)
    assert found.differences == () and isnan(found.to_dict()["resolved_errors"])
