"""The layout of the histograms."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from simulator import bins

ROUNDING, SMALLEST = 2.0**-24, 2.0**-149  # values are rounded to single precision before they are binned
PROMISED = 0.0005, 0.001  # the error of a quantile: the larger of these, absolute and relative

inside = st.floats(-65535.99, 65535.99)  # 65535.999 rounds to the range's end
anything = st.floats(allow_nan=False)


def test_edges_rise_and_are_symmetric():
    assert len(bins.EDGES) == bins.COUNT + 1
    assert (np.diff(bins.EDGES) > 0).all()
    assert (-bins.EDGES[::-1] == bins.EDGES).all()
    assert bins.EDGES[bins.CENTER] == 0
    assert bins.EDGES[-2] == bins.RANGE and bins.EDGES[-1] == np.inf


def test_edges_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        bins.EDGES[3] = 0


@given(inside)
@example(bins.LINEAR_LIMIT)
@example(-bins.LINEAR_LIMIT)
@example(1.0)
@example(-1.0)
def test_a_value_lies_in_its_bin(value):
    found = bins.bin_of(value)
    slack = ROUNDING * abs(value) + SMALLEST
    assert bins.EDGES[found] - slack <= value <= bins.EDGES[found + 1] + slack


@given(st.integers(1, bins.COUNT - 2))
@example(bins.CENTER)
@example(bins.CENTER - 1)
def test_the_middle_of_a_bin_is_in_it(number):
    assert bins.bin_of((bins.EDGES[number] + bins.EDGES[number + 1]) / 2) == number


def test_an_edge_belongs_to_the_bin_away_from_zero():
    positive = np.arange(bins.CENTER, bins.COUNT)
    assert (bins.bin_of(bins.EDGES[positive]) == positive).all()
    negative = np.arange(0, bins.CENTER)
    assert (bins.bin_of(bins.EDGES[negative + 1])[:-1] == negative[:-1]).all()


def test_zero_of_either_sign_is_in_the_middle():
    assert (bins.bin_of([0.0, -0.0]) == bins.CENTER).all()


@given(anything, anything)
def test_monotone(one, other):
    low, high = sorted((one, other))
    assert bins.bin_of(low) <= bins.bin_of(high)


@pytest.mark.parametrize("beyond", [65536.0, 70000.0, 1e38, 1e300, np.inf])
def test_the_end_bins_take_what_lies_beyond(beyond):
    assert bins.bin_of(beyond) == bins.COUNT - 1
    assert bins.bin_of(-beyond) == 0
    assert np.isinf(bins.error_bound([beyond, -beyond])).all()


def test_nan_goes_to_the_last_bin():
    assert bins.bin_of(np.nan) == bins.COUNT - 1


@given(inside)
def test_error_bound_keeps_what_is_promised(value):
    absolute, relative = PROMISED
    assert bins.error_bound(value) <= max(absolute, relative * abs(value) * (1 + ROUNDING))


def test_shapes():
    assert bins.bin_of(np.zeros((2, 3))).shape == bins.error_bound(np.zeros((2, 3))).shape == (2, 3)
