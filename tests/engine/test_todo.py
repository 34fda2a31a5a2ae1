"""Tasks of a cluster hold every missing block once, and are neither too many nor too long."""

from itertools import pairwise

import pytest
from examples import market, run
from hypothesis import given
from hypothesis import strategies as st

from simulator.engine.blocks import Plan
from simulator.engine.done import Done
from simulator.engine.ranges import Ranges
from simulator.engine.todo import RESULT_WORK, TASK_WORK, Todo

LONG = run(market(3), 3.0, -3.0, horizons=(21, 252), paths=2**34)
SHORT = run(market(3), 3.0, -3.0, horizons=(21, 252), paths=2**18)


def tasks(todo, threads):
    taken = []
    while todo.blocks:
        taken.append(todo.take(threads))
    return taken


@given(st.sets(st.integers(0, 80)), st.integers(1, 9))
def test_every_missing_block_is_given_out_once(finished, threads):
    plan = Plan(SHORT)
    done = Done(plan)
    finished = {number for number in finished if number < len(plan)}
    for number in sorted(finished):
        done.blocks.add(number)
    given_out = [number for first, end in tasks(Todo(done), threads) for number in range(first, end)]
    assert given_out == sorted(set(range(len(plan))) - finished)


def test_what_is_put_back_is_given_out_again():
    todo = Todo(Done(Plan(SHORT)))
    blocks = todo.take(1)
    left = todo.blocks
    todo.put_back(*blocks)
    assert todo.blocks == left + blocks[1] - blocks[0]
    ranges = Ranges()
    for first, end in sorted(tasks(todo, 1)):
        ranges.merge(Ranges([(first, end)]))
    assert ranges.pairs == [(0, len(Plan(SHORT)))]


def test_tasks_of_a_long_run_are_a_second_and_grow_shorter_at_its_end():
    todo = Todo(Done(Plan(LONG)))
    sizes = [end - first for first, end in tasks(todo, 2)]
    work = TASK_WORK // (sizes[0] or 1)
    assert 2**23 < work <= 2**24  # a block's: what it is cut for
    steady = [size for size in sizes if size == sizes[0]]
    assert len(steady) > 0.9 * len(sizes)
    assert all(later <= earlier for earlier, later in pairwise(sizes))
    assert sizes[-1] < sizes[0] / 4


@pytest.mark.parametrize("threads", [1, 10, 100, 1000])
def test_merging_keeps_up_with_any_number_of_threads(threads):
    """As many results as there are threads take no longer to merge than a task takes to run."""
    size = Todo(Done(Plan(LONG))).size(threads)
    assert size * 2**24 >= threads * RESULT_WORK * LONG.laws


def test_all_threads_have_some_of_a_short_run():
    assert len(tasks(Todo(Done(Plan(SHORT))), 2)) >= 2
