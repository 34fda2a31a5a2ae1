"""GARCH markets: every rule and its message, persistence, starts at a given volatility."""

import math
from dataclasses import replace

import numpy as np
import pytest
import reference
from examples import DAYS, GARCH, RESIDUALS, SKEWED
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.errors import LetfError
from simulator.spec.garch import CAP, GarchMarket
from simulator.spec.residuals import Residuals

SIGMAS = 4.5  # of a standard error
QUADRATURE = 1e-7  # relative: a kink within a cell of the specs' quadrature
REAL = tuple(DAYS.tolist())

RULES = [
    ({"omega": 0}, r"omega must be in \(0, 0.0625\], got 0"),
    ({"omega": 0.07}, r"omega must be in \(0, 0.0625\], got 0.07"),
    ({"omega": "1"}, "omega must be a number, got '1'"),
    ({"alpha": -0.01}, r"alpha must be in \[0, 10\], got -0.01"),
    ({"alpha": math.nan}, r"alpha must be in \[0, 10\], got nan"),
    ({"gamma": -0.03}, r"gamma must be in \[-0.02, 10\], got -0.03"),
    ({"gamma": True}, "gamma must be a number, got True"),
    ({"beta": 1}, r"beta must be in \[0, 1\), got 1"),
    ({"beta": -0.1}, r"beta must be in \[0, 1\), got -0.1"),
    ({"dof": 2}, r"dof must be in \[2.05, 1e\+06\], got 2"),
    ({"dof": math.inf}, r"dof must be in \[2.05, 1e\+06\], got inf"),
    ({"skew": 1}, r"skew must be in \(-1, 1\), got 1"),
    ({"skew": -1.0}, r"skew must be in \(-1, 1\), got -1.0"),
    ({"dof": None, "skew": None}, "innovations need either dof and skew, or residuals, not both"),
    ({"residuals": REAL}, "innovations need either dof and skew, or residuals, not both"),
    ({"dof": None, "residuals": REAL}, "skew belongs to dof; residuals have a skew of their own"),
    ({"dof": None, "skew": None, "residuals": REAL[:99]}, "residuals must be 100 to 1,000,000 numbers, got 99"),
    ({"dof": None, "skew": None, "residuals": [1.0] * 100}, "residuals must differ, all are 1"),
    (
        {"dof": None, "skew": None, "residuals": [1.0, 1e300] * 60},
        r"residuals must be within ±1000 standard deviations, got 1e\+300",
    ),
    ({"dof": None, "skew": None, "residuals": "abc"}, "residuals must be a list of numbers, got 'abc'"),
    ({"dof": None, "skew": None, "residuals": [*REAL, math.nan]}, r"residuals\[500\] must be finite, got nan"),
    ({"dof": None, "skew": None, "residuals": [*REAL, "1"]}, r"residuals\[500\] must be a number, got '1'"),
    ({"initial": 0}, r'initial \("stationary" or volatility\) must be in \(0, 10\], got 0'),
    ({"initial": "last"}, r'initial \("stationary" or volatility\) must be a number, got \'last\''),
    ({"initial": 10.1}, r"must be in \(0, 10\], got 10.1"),
    ({"beta": 0.97}, "a persistence of 1.068 has no long-run volatility; give initial, day 1's volatility"),
    ({"annual_log_drift": 101}, r"annual_log_drift must be in \[-100, 100\], got 101"),
    ({"overnight_share": 1.1}, r"overnight_share must be in \[0, 1\], got 1.1"),
    ({"overnight_share": "28%"}, "overnight_share must be a number, got '28%'"),
]


@pytest.mark.parametrize(("change", "match"), RULES)
def test_rules(change, match):
    with pytest.raises(LetfError, match=match) as caught:
        replace(SKEWED, **change)
    assert "\n" not in str(caught.value)


def test_skew_may_be_left_out():
    one = GarchMarket(**GARCH, dof=5)
    assert one.skew == 0 and one.dof == 5.0
    data = SKEWED.to_dict()
    del data["skew"]
    assert GarchMarket.from_dict(data).skew == 0


def test_boundary_values_are_allowed():
    edge = replace(SKEWED, omega=CAP**2, alpha=10, gamma=-10, beta=0, dof=2.05, skew=0.999, initial=10)
    assert edge.first_variance() == CAP**2
    assert replace(SKEWED, alpha=0.1, gamma=-0.1).persistence > 0


@given(
    st.floats(1e-9, 1e-4),
    st.floats(0, 1),
    st.floats(-1, 1),
    st.floats(0, 0.999),
    st.floats(2.05, 1e4),
    st.floats(-0.95, 0.95),
    st.floats(0.01, 10),
    st.one_of(st.none(), st.floats(-1, 1)),
    st.one_of(st.none(), st.floats(0, 1)),
)
@settings(deadline=None)
def test_round_trip(omega, alpha, tilt, beta, dof, skew, initial, mean, share):
    values = {"omega": omega, "alpha": alpha, "gamma": tilt * alpha, "beta": beta, "dof": dof, "skew": skew}
    one = GarchMarket(drift=0.08, initial=initial, annual_log_drift=mean, overnight_share=share, **values)
    assert GarchMarket.from_dict(one.to_dict()) == one
    assert ("overnight_share" in one.to_dict()) is (share is not None)


@pytest.mark.parametrize("one", [SKEWED, RESIDUALS, replace(SKEWED, dof=2.5, skew=0.6, gamma=0.0)])
def test_persistence_is_the_twins(one):
    law = reference.innovations(one)
    assert one.innovations.lower_variance == pytest.approx(law.lower_variance, rel=QUADRATURE)
    expected = one.alpha + one.gamma * law.lower_variance + one.beta
    assert one.persistence == pytest.approx(expected, rel=QUADRATURE)


def test_residuals_are_centred_and_scaled():
    shifted = Residuals([3 + 5 * value for value in REAL])
    assert shifted.values == pytest.approx(Residuals(REAL).values, rel=1e-9, abs=1e-12)
    assert shifted.values.mean() == pytest.approx(0, abs=1e-14) and shifted.values.std() == pytest.approx(1)
    for c in (0.0, 0.1, 2.0):
        assert shifted.log_mean_exp(c) == pytest.approx(reference.DrawnResiduals(REAL).log_mean_exp(c), abs=1e-12)
    assert np.isfinite(shifted.log_mean_exp(1e4))


def test_the_start():
    assert SKEWED.first_variance() == pytest.approx(3e-6 / (1 - SKEWED.persistence))
    assert replace(SKEWED, initial=0.252).first_variance() == pytest.approx(0.252**2 / 252)
    assert replace(SKEWED, initial=9.0).first_variance() == CAP**2
    long_run = math.sqrt(252 * SKEWED.first_variance())
    assert SKEWED.expected_vol() == pytest.approx(long_run)  # the long-run variance stays


def squares(market, paths=3000, days=21):
    """Mean square of the innovations of the first 21 days of each path, a year, by the twin."""
    x, _ = reference.log_returns(market, 5, range(paths), days)
    return 252 * ((x - x.mean(axis=0)) ** 2).mean(axis=1)


@pytest.mark.parametrize("one", [SKEWED, RESIDUALS], ids=["skewed", "residuals"])
@pytest.mark.parametrize("vol", [0.15, 0.45])
def test_simulated_volatility_is_that_asked_for(one, vol):
    """By the twin; the cap is far, and a day's mean moves by less than a thousandth of its variance."""
    found = squares(one.with_vol(vol))
    assert abs(found.mean() - vol**2) < SIGMAS * found.std() / math.sqrt(len(found))
    assert SIGMAS * found.std() / math.sqrt(len(found)) < 0.2 * vol**2  # sharp enough to see a wrong start


def test_volatility_out_of_reach_names_the_range_and_the_way_out():
    for vol in (0.05, 4.5):
        with pytest.raises(
            LetfError, match=r"out of reach of this market's start, (.+)% to (.+)%; --scale-vol"
        ) as caught:
            SKEWED.with_vol(vol)
        assert "\n" not in str(caught.value) and f"--scale-vol {100 * vol:.4g}% scales all" in str(caught.value)
    ends = [float(word.rstrip("%;")) / 100 for word in str(caught.value).split() if word[0].isdigit() and "%" in word][
        1:3
    ]
    for end, first in zip(ends, (SKEWED.omega, CAP**2), strict=True):
        assert SKEWED.with_vol(end).first_variance() == pytest.approx(first, rel=1e-2)


def test_scaling_volatility_keeps_the_dynamics():
    scaled = replace(SKEWED, initial=0.3).with_scaled_vol(0.5)
    factor = 0.5 / replace(SKEWED, initial=0.3).expected_vol()
    assert scaled.omega == pytest.approx(SKEWED.omega * factor**2) and scaled.initial == pytest.approx(0.3 * factor)
    for name in ("alpha", "gamma", "beta", "dof", "skew"):
        assert getattr(scaled, name) == getattr(SKEWED, name)
    assert SKEWED.with_scaled_vol(0.5).initial == "stationary"


@pytest.mark.parametrize("change", [{"initial": 9.0}, {"omega": 0.02}])
def test_a_start_at_the_cap_is_scaled_from_the_cap(change):
    """Not from the volatility that it would have without one."""
    capped = replace(SKEWED, **change)
    assert capped.first_variance() == CAP**2
    assert capped.with_scaled_vol(0.5).expected_vol() == pytest.approx(0.5, rel=1e-9)


def test_scaling_beyond_the_cap_names_the_most():
    with pytest.raises(LetfError, match=r"vol 800% would start .* above 25% a day, .*; give at most 396\.9%"):
        SKEWED.with_scaled_vol(8.0)
    assert SKEWED.with_scaled_vol(3.968).expected_vol() == pytest.approx(3.968)


@given(st.floats(0.01, 3.9))
@settings(deadline=None)
def test_any_volatility_in_reach_is_hit(vol):
    explosive = replace(SKEWED, beta=0.95, initial=0.3)
    try:
        assert explosive.with_vol(vol).expected_vol() == pytest.approx(vol, rel=2e-4)  # the rounding that is forgiven
    except LetfError as error:
        assert "out of reach" in str(error)
