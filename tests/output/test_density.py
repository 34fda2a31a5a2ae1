"""Curves from histograms: shares, smoothing, the bent axis."""

import numpy as np
import pytest
from scipy import stats

from simulator import bins
from simulator.distribution import Distribution
from simulator.output.density import (
    CELLS,
    POINTS,
    Axis,
    bandwidth,
    common_axis,
    density,
    edges,
    share_below,
    values_of,
)
from simulator.result import QUANTILES


def law_of(values):
    values = np.asarray(values, float)
    counts = np.bincount(bins.bin_of(values), minlength=bins.COUNT)
    below = int((values < 0).sum())
    return Distribution(len(values), values.sum(), (values**2).sum(), values.min(), values.max(), below, counts)


def normal_law(mean, sd, n=200_000):
    """Values at evenly spaced probabilities: the law without sampling noise."""
    return law_of(stats.norm.ppf((np.arange(n) + 0.5) / n, mean, sd))


@pytest.mark.parametrize("law", [normal_law(-0.01, 0.002), normal_law(0.3, 2.0), law_of([-0.5, 0.1, 0.1, 7.0])])
def test_share_below_undoes_the_quantile(law):
    p = np.linspace(0.001, 0.999, 500)
    spots = law.quantile(p)
    inside = np.diff(spots, prepend=-np.inf, append=np.inf).min() >= 0
    assert inside
    low, high = share_below(law, spots - 1e-9), share_below(law, spots + 1e-9)
    assert (low <= p + 1e-6).all() and (high >= p - 1e-6).all()


def test_share_below_ends():
    law = normal_law(0.0, 0.1)
    outside = np.array([-1e9, law.low - 1e-6, law.high + 1e-6, 1e9])
    assert share_below(law, outside).tolist() == [0, 0, 1, 1]


def test_density_is_that_of_the_law_on_the_bent_axis():
    mean, sd = -0.01, 0.03
    law, axis = normal_law(mean, sd), Axis(2.0, -20.0, 30.0)
    x, height = density(law, axis)
    exact = stats.norm.pdf(x, POINTS * mean, POINTS * sd) * np.hypot(x, axis.width)  # dx/du = sqrt(x^2 + width^2)
    # smoothing flattens the peak by half the bandwidth squared times the curvature, about 1 %
    assert np.abs(height - exact).max() < 0.015 * exact.max()


def test_density_holds_all_the_mass_and_none_outside_the_data():
    law, axis = normal_law(0.0, 0.01), Axis(1.0, -50.0, 50.0)
    x, height = density(law, axis)
    assert len(x) == CELLS + 1
    assert height.sum() * axis.length / CELLS == pytest.approx(1, abs=1e-4)
    assert height.min() >= 0
    assert (height[(x < POINTS * law.low) | (x > POINTS * law.high)] == 0).all()


def test_density_beyond_the_axis_is_not_piled_up_at_its_ends():
    law = normal_law(0.0, 0.2)
    x, height = density(law, Axis(5.0, -10.0, 10.0))
    inner = density(law, Axis(5.0, -20.0, 20.0))
    assert height[0] == pytest.approx(np.interp(x[0], *inner), rel=0.02)


def test_bandwidth_is_silvermans():
    law, axis = law_of(np.linspace(-0.001, 0.001, 10_001)), Axis(1000.0, -0.2, 0.2)  # straight: u = x / 1000
    assert bandwidth(law, axis) == pytest.approx(0.9 * 0.1 / 1000 / 1.34 * 10_001**-0.2, rel=0.01)


def test_bandwidth_is_at_least_a_cell():
    axis = Axis(1.0, -50.0, 50.0)
    assert bandwidth(law_of([0.01] * 100), axis) == axis.length / CELLS


def test_axis_goes_there_and_back():
    axis, x = Axis(3.0, -100.0, 1e6), np.array([-100.0, -3.0, -1e-6, 0.0, 2.0, 1e6])
    assert axis.value(axis.place(x)) == pytest.approx(x, rel=1e-12)


@pytest.mark.parametrize(
    "axis",
    [
        Axis(3.0, -34.0, 90.0),
        Axis(200.0, -4e3, 1e6),
        Axis(1e-3, -2e-3, 5e-2),
        Axis(1.0, -1.2, 1.2),
        Axis(1e6, -95, 400),
    ],
)
def test_ticks_hold_zero_and_leave_room_for_their_labels(axis):
    ticks = axis.ticks(0.025)
    assert 0 in ticks and 3 <= len(ticks) <= 16
    assert ticks == sorted(ticks) and axis.low < ticks[0] and ticks[-1] < axis.high
    widths = np.array([0.025 * len(f"{x:+,.6g}") for x in ticks]) * axis.length
    assert (np.diff(axis.place(ticks)) >= (widths[1:] + widths[:-1]) / 2 - 1e-9).all()


def test_common_axis_holds_zero_and_the_middle_99_percent():
    laws = [normal_law(-0.002, 0.001), normal_law(-0.05, 0.04), normal_law(0.2, 0.1)]
    axis = common_axis(laws)
    ends = POINTS * np.array([law.quantile(np.array([0.005, 0.995])) for law in laws])
    assert axis.low < ends.min() < 0 < ends.max() < axis.high
    assert axis.width == 5.0  # 0.4 of 13.5 points
    for law in laws:  # no second peak from the bend
        height = density(law, axis)[1]
        turns = np.diff(np.sign(np.diff(height[height > 1e-3 * height.max()])))
        assert (turns != 0).sum() == 1


@pytest.mark.parametrize(("value", "width"), [(0.0, 1.0), (-0.0004, 0.05), (2.0, 200.0), (1e6, 5e6)])
def test_common_axis_of_a_point(value, width):
    axis = common_axis([law_of([value] * 3)])
    assert axis.width == pytest.approx(width)
    assert axis.low < min(POINTS * value, 0) and axis.high > 0


def test_edges_are_quantiles_in_points_and_say_what_is_not_known():
    law = normal_law(0.1, 0.2)
    values, errors = edges(law, -3.0)
    assert values == pytest.approx(-300 * law.quantile(np.array(QUANTILES)))
    assert errors == pytest.approx(300 * law.quantile_stderr(np.array(QUANTILES)))
    assert np.isnan(edges(law_of([0.3]))).all()
    values, errors = edges(law_of([1e6] * 100 + [0.1] * 900))
    assert (
        np.isnan(values[-2:]).all() and (np.isnan(values) == np.isnan(errors)).all() and np.isfinite(values[2:4]).all()
    )


def test_values_of_few_paths():
    values = [-0.31, 0.0, 0.02, 4.0]
    assert values_of(law_of(values)) == pytest.approx(POINTS * np.array(values), rel=1e-3, abs=1e-2)
