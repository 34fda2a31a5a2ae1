"""Exact sums against Python's fractions and math.fsum."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from simulator.sums import ExactSums

floats = st.floats(allow_nan=False, allow_infinity=False)
many = st.lists(floats, max_size=40)
SMALLEST, LARGEST = 5e-324, np.finfo(float).max


def exact(values):
    """The sum rounded once; infinite beyond the largest float."""
    total = sum(map(Fraction, values), Fraction(0))
    try:
        return float(total)
    except OverflowError:
        return math.inf if total > 0 else -math.inf


def summed(values):
    sums = ExactSums((1,))
    for value in values:
        sums.add(np.array([value]))
    return sums.values()[0]


@given(many)
@example([1e16, 1.0, -1e16])
@example([LARGEST, LARGEST, -LARGEST])
@example([LARGEST, LARGEST])
@example([SMALLEST] * 3)
@example([1.0, SMALLEST, -1.0])
@example([1.0, 2.0**-53])  # a tie, to even
@example([1.0, 2.0**-53, SMALLEST])  # just above the tie
@example([-LARGEST, -LARGEST / 2**53])
def test_rounded_once(values):
    assert summed(values) == exact(values)


@given(st.lists(st.floats(-1e300, 1e300), max_size=100))
def test_equal_to_fsum(values):
    assert summed(values) == math.fsum(values)


@given(many, st.randoms())
def test_any_order(values, order):
    shuffled = list(values)
    order.shuffle(shuffled)
    assert summed(values) == summed(shuffled)


@given(many, many, many)
def test_merged_in_any_grouping(a, b, c):
    def part(values):
        sums = ExactSums((1,))
        for value in values:
            sums.add(np.array([value]))
        return sums

    left, right, tail = part(a), part(b), part(c)
    left.merge(right)
    left.merge(tail)
    other = part(c)
    other.merge(part(b))
    other.merge(part(a))
    assert left.values()[0] == other.values()[0] == exact([*a, *b, *c])


def test_many_additions_to_one_limb():
    """Carries wait in 64-bit limbs: 20,000 of the largest digits do not spill."""
    sums = ExactSums((2,))
    for _ in range(20_000):
        sums.add(np.array([2.0**53 - 1, -(2.0**53 - 1)]))
    assert sums.values().tolist() == [float(20_000 * (2**53 - 1)), -float(20_000 * (2**53 - 1))]


@pytest.mark.parametrize(
    ("values", "total"),
    [
        ([np.inf, 1.0], np.inf),
        ([1e308, -np.inf], -np.inf),
        ([np.inf, -np.inf], np.nan),
        ([np.nan, 1.0], np.nan),
        ([np.inf, np.nan], np.nan),
    ],
)
def test_addends_that_are_not_finite(values, total):
    assert np.array_equal(summed(values), total, equal_nan=True)
    one, other = ExactSums((1,)), ExactSums((1,))
    one.add(np.array(values[:1]))
    other.add(np.array(values[1:]))
    one.merge(other)
    assert np.array_equal(one.values()[0], total, equal_nan=True)


def test_a_shape_of_sums_is_kept_apart():
    sums = ExactSums((2, 3))
    grid = np.arange(6.0).reshape(2, 3)
    sums.add(grid)
    sums.add(grid / 3)
    expected = [[exact([v, v / 3]) for v in row] for row in grid]
    assert sums.values().tolist() == expected


def test_no_addend_is_zero():
    assert ExactSums((2, 2)).values().tolist() == [[0, 0], [0, 0]]
