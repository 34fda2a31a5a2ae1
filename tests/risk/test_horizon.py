"""The longest hold within a tolerance: brute force, closed forms, verdicts."""

from math import nan

import numpy as np
import pytest
from examples import SKEWED, market, run
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from simulator.errors import LetfError
from simulator.risk.hold_curve import hold_curve
from simulator.risk.horizon import Span, longest, longest_hold, opposite_leg
from simulator.risk.measure import DECAY, SHORTFALL, chance_of_loss
from simulator.spec.files import preset_funds

ERRORS = 4  # standard errors: a chance of 6 in 100,000
VOL, DRIFT = 0.3, 0.02


def spec(*leverages, chosen=None, **changes):
    return run(chosen or market(3), *(leverages or (3.0,)), **{"costs": True, "paths": 4_000} | changes)


# --- reading a curve


@given(st.lists(st.floats(0, 1), min_size=2, max_size=30), st.floats(0, 1))
def test_the_longest_hold_is_before_the_first_that_is_beyond(values, most):
    days = np.arange(1, len(values) + 1)
    beyond = [day for day, value in zip(days, values, strict=True) if value > most]
    assert longest(days, np.array(values), most) == (beyond[0] - 1 if beyond else days[-1])


def test_between_days_the_curve_is_a_line():
    assert longest(np.array([1, 5, 9]), np.array([0.1, 0.2, 0.6]), 0.3) == 6  # 0.3 itself is within
    assert longest(np.array([1, 5, 9]), np.array([0.1, 0.2, 0.6]), 0.29) == 5


# --- the two passes

JITTER = 2  # days: the errors of weighted paths differ a little from hold to hold, so a band may cross twice


@pytest.mark.parametrize(
    ("measure", "most"),
    [(SHORTFALL, 0.2), (SHORTFALL, 0.45), (SHORTFALL, 0.75), (DECAY, 0.02), (DECAY, 0.11), (chance_of_loss(0.2), 0.12)],
)
@pytest.mark.parametrize("leverage", [3.0, -3.0])
def test_two_passes_find_the_day_that_all_days_show(measure, most, leverage):
    curve = hold_curve(spec(leverage), f"F{leverage:g}", measure)
    found = longest_hold(curve, most)
    every = hold_curve(spec(leverage), f"F{leverage:g}", measure, days=range(1, 253))
    low, high = (longest(every.days, line, most) for line in every.monte_carlo[::-1])
    assert found.days == longest(every.days, every.value, most) and 1 < found.days < 252
    assert abs(found.monte_carlo.low - low) <= JITTER and abs(found.monte_carlo.high - high) <= JITTER
    assert low <= found.days <= high
    assert found.verdict == f"{found.days} days" and (found.last, found.most, found.curve) == (252, most, curve)


def loss_beyond(days, loss):
    """Of the index itself, normal days of one volatility."""
    mean, sd = (DRIFT - VOL**2 / 2) * days / 252, VOL * np.sqrt(days / 252)
    return stats.norm.cdf((np.log1p(-loss) - mean) / sd)


def shortfall(days, p=0.05):
    sd = VOL * np.sqrt(days / 252)
    return 1 - np.exp(DRIFT * days / 252) * stats.norm.cdf(stats.norm.ppf(p) - sd) / p


@pytest.mark.parametrize(
    ("measure", "exact", "most"),
    [
        (chance_of_loss(0.1), lambda days: loss_beyond(days, 0.1), 0.2),
        (chance_of_loss(0.2), lambda days: loss_beyond(days, 0.2), 0.1),
        (SHORTFALL, shortfall, 0.15),
        (SHORTFALL, shortfall, 0.3),
    ],
)
def test_the_day_is_that_of_the_closed_form(measure, exact, most):
    """The last day that is within by more than the error is held, the first that is beyond by more is not."""
    index = market(1, vols=[VOL], drift=DRIFT)
    curve = hold_curve(run(index, 1.0, paths=40_000), "F1", measure)
    found, days = longest_hold(curve, most), np.arange(1, 253)
    error = ERRORS * np.interp(days, curve.days, curve.stderr)
    surely_within, surely_beyond = exact(days) + error < most, exact(days) - error > most
    assert days[surely_within].max() <= found.days < days[surely_beyond].min()
    true = longest(days, exact(days), most)
    assert found.monte_carlo.low <= true <= found.monte_carlo.high  # 95 of 100 seeds do; this one must go on to
    assert 3 < true < 200


def test_the_interval_is_as_wide_as_seeds_scatter():
    """1.96 standard deviations either way; half of that is allowed, for one run's interval is rough."""
    wide = longest_hold(hold_curve(spec(paths=512), "F3"), 0.4).monte_carlo
    days = [longest_hold(hold_curve(spec(paths=512, seed=seed), "F3"), 0.4).days for seed in range(2, 42)]
    assert (wide.high - wide.low) / 2 / 1.96 == pytest.approx(np.std(days), rel=0.5)


def test_progress_counts_one_run():
    heard = []
    longest_hold(hold_curve(spec(), "F3"), 0.4, on_progress=heard.append)
    assert heard == sorted(heard) and heard[-1] == 4_000


# --- verdicts


def test_never_within():
    found = longest_hold(hold_curve(spec(), "F3"), 0.01)
    assert (found.days, found.verdict, found.monte_carlo) == (0, "never within", Span(low=0, high=0))


def test_always_within():
    found = longest_hold(hold_curve(spec(), "F3", chance_of_loss(0.9)), 0.9)
    assert (found.days, found.verdict, found.monte_carlo) == (252, "always within", Span(low=252, high=252))


def test_one_day():
    curve = hold_curve(spec(), "F3", days=(1, 2))
    found = longest_hold(curve, float(curve.value.mean()))
    assert (found.days, found.verdict) == (1, "1 day")


# --- the other error bars


def test_parameters_and_models_have_spans_of_their_own():
    refits = [market(3, vols=[0.136 * k, 0.23 * k, 0.5 * k]) for k in (0.7, 0.8, 0.9, 1.0, 1.1, 1.2)]
    curve = hold_curve(spec(), "F3", refits=refits, models={"garch": SKEWED})
    found = longest_hold(curve, 0.4)
    days = [longest(curve.days, row, 0.4) for row in curve.refits]
    assert days == sorted(days, reverse=True)  # the wilder the shorter
    assert found.parameters == Span(low=int(np.quantile(days, 0.05)), high=int(np.ceil(np.quantile(days, 0.95))))
    assert found.models == {name: longest(curve.days, line, 0.4) for name, line in curve.models.items()}
    assert found.model_range == Span(low=min(found.models.values()), high=max(found.models.values()))
    assert found.parameters.low < found.monte_carlo.low <= found.days <= found.monte_carlo.high < found.parameters.high


def test_without_refits_and_models_there_are_no_such_spans():
    found = longest_hold(hold_curve(spec(), "F3"), 0.4)
    assert found.parameters is None and found.model_range is None and found.models == {}


# --- what is refused


@pytest.mark.parametrize("most", [0.0, 1.0, 20, -0.1, nan])
def test_a_tolerance_is_a_share(most):
    curve = hold_curve(spec(paths=512), "F3", chance_of_loss(0.2), days=(1, 2))
    message = r"^tolerance \(0\.12 is 12%\) of the chance of losing more than 20% must be in \(0, 1\), got"
    with pytest.raises(LetfError, match=message):
        longest_hold(curve, most)


def test_holds_begin_with_a_day():
    with pytest.raises(LetfError, match="looked at from 1 day on to know the longest, got 5 days as first"):
        longest_hold(hold_curve(spec(), "F3", days=(5, 10)), 0.4)


def test_errors_must_be_known():
    message = "worst 5% of the holds and its error are not known from 300 paths for a hold of 1 days; simulate more"
    with pytest.raises(LetfError, match=message):
        longest_hold(hold_curve(spec(paths=300), "F3", days=(1, 2)), 0.4)


# --- both legs


@pytest.mark.parametrize(
    ("ticker", "other"),
    [("TNA", "TZA"), ("TZA", "TNA"), ("URTY", "SRTY"), ("SRTY", "URTY"), ("UWM", "TWM"), ("RWM", "IWM")],
)
def test_the_opposite_leg_is_of_the_same_issuer(ticker, other):
    funds = {fund.ticker: fund for fund in preset_funds()}
    assert opposite_leg(funds[ticker], tuple(funds.values())) is funds[other]


def test_a_fund_may_be_alone():
    funds = spec(3.0, 2.0).funds
    assert opposite_leg(funds[0], funds) is None
