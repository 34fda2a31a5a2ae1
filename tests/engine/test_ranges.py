"""A set of whole numbers kept as ranges."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.engine.ranges import Ranges

SMALL = st.sets(st.integers(0, 40))


def ranges(numbers):
    held = Ranges()
    for number in sorted(numbers):
        held.add(number)
    return held


def numbers(held, below=50):
    return set(range(below)) - set(held.missing(below))


@given(SMALL, SMALL)
def test_merging_is_the_union_of_sets_apart(one, other):
    other -= one
    held = ranges(one)
    held.merge(ranges(other))
    assert numbers(held) == one | other
    assert len(held) == len(one | other)
    assert Ranges(held.pairs).pairs == held.pairs, "what is held is in order and apart"


@given(SMALL, SMALL)
def test_a_number_that_both_have_is_an_error(one, other):
    if one & other:
        with pytest.raises(ValueError, match="is in twice"):
            ranges(one).merge(ranges(other))


@pytest.mark.parametrize("pairs", [[(2, 2)], [(3, 1)], [(-2, 1)], [(0, 2), (1, 3)], [(0, 2), (2, 3)], [(4, 5), (0, 2)]])
def test_ranges_out_of_order_are_refused(pairs):
    with pytest.raises(ValueError, match="out of order"):
        Ranges(pairs)
