"""What is set on days of a hold: every rule and its message."""

import pytest

from simulator.errors import LetfError
from simulator.spec.course import Course


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ({"moves": 3}, "course: moves must be a list of a day and what is set on it, got 3"),
        ({"moves": [(1, 0.1)]}, r"each of moves must be a day and 2 numbers, got \(1, 0.1\)"),
        ({"moves": [(0, 0.1, 0.1)]}, "day of moves must be from 1 to 2,520, got 0"),
        ({"moves": [(1.0, 0.1, 0.1)]}, "day of moves must be a whole number, got 1.0"),
        ({"moves": [(1, -1, 0.1)]}, r"move of day 1 must be in \[-0.99, 10\], got -1"),
        ({"moves": [(1, 0.1, "3%")]}, "move of day 1 must be a number, got '3%'"),
        ({"moves": [(2, 0, 0), (2, 0, 0)]}, "day 2 stands more than once in moves"),
        ({"vol_scales": [(3, -1)]}, r"vol_scales of day 3 must be in \[0, 10\], got -1"),
        ({"rates": [(3, 1)]}, r"rates of day 3 must be in \(-1, 1\), got 1"),
        ({"rates": [3]}, "each of rates must be a day and 1 numbers, got 3"),
        (
            {"moves": [(5, 0, 0)], "vol_scales": [(5, 2)]},
            "day 5 has both a move and a vol_scale; give one or",
        ),
    ],
)
def test_rules(values, match):
    with pytest.raises(LetfError, match=match):
        Course(**values)


def test_what_is_set_is_in_order_of_days():
    course = Course(moves=[[7, -0.1, None], (2, 0, 0.01)], rates=((3, 0.005), (1, 0.0025)))
    assert course.moves == ((2, 0.0, 0.01), (7, -0.1, None))
    assert course.rates == ((1, 0.0025), (3, 0.005))
    assert course.last_day == 7 and Course().last_day == 0


def test_changes_of_the_rate_add_up():
    course = Course(rates=((2, 0.005), (4, -0.01)))
    assert [course.rate_on(day, 0.04) for day in (1, 2, 3, 4, 9)] == pytest.approx([0.04, 0.045, 0.045, 0.035, 0.035])
