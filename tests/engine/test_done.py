"""What is done of a run can be split, merged, written down and taken up again without a trace."""

import io
import random
from dataclasses import replace

import numpy as np
import pytest
from examples import BOOTSTRAP, SKEWED, ensemble, market, run

from simulator.engine.blocks import UNIT, Plan
from simulator.engine.done import Done
from simulator.engine.simulate import simulate, to_result
from simulator.spec.trade import Trade

MIXED = ensemble(market(3), SKEWED, BOOTSTRAP, weights=[0.5, 0.3, 0.2])
SPEC = run(MIXED, 3.0, -3.0, costs=True, horizons=(1, 5, 21), paths=10 * UNIT + 37)
HELD = replace(SPEC, trade=Trade(stop=0.08, target=0.1, watch="close"))
SPECS = pytest.mark.parametrize("spec", [SPEC, HELD], ids=["plain", "held"])


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr("simulator.engine.blocks.MOST_BLOCK_PATHS", UNIT)


def done_of(plan, numbers):
    done = Done(plan)
    for number in sorted(numbers):
        done.run(number)
    return done


@SPECS
def test_blocks_done_in_four_places_and_sent_as_bytes_are_the_whole_run(spec):
    plan = Plan(spec)
    assert len(plan) > 10
    numbers = list(range(len(plan)))
    random.Random(3).shuffle(numbers)
    whole = Done(plan)
    for k in range(4):
        whole.merge(Done.from_bytes(plan, done_of(plan, numbers[k::4]).to_bytes()))
    assert len(whole.blocks) == len(plan) and whole.paths == spec.paths
    assert to_result(whole).to_bytes() == simulate(spec).to_bytes()


@SPECS
def test_the_bytes_depend_on_what_is_done_alone(spec):
    plan = Plan(spec)
    one, other = done_of(plan, [0, 4, 5]), done_of(plan, [4])
    for numbers in ([5], [0]):
        other.merge(done_of(plan, numbers))
    assert one.to_bytes() == other.to_bytes() == Done.from_bytes(plan, one.to_bytes()).to_bytes()


def test_to_take_is_to_merge():
    plan = Plan(SPEC)
    merged, taken = Done(plan), Done(plan)
    for numbers in ([0, 4], [1], [5]):
        merged.merge(done_of(plan, numbers))
        taken.take(done_of(plan, numbers))
    assert taken.to_bytes() == merged.to_bytes() and taken.is_whole
    with pytest.raises(ValueError, match="in twice"):
        taken.take(done_of(plan, [4]))
    assert not taken.is_whole


def test_nothing_done_is_a_state_too():
    plan = Plan(SPEC)
    assert Done.from_bytes(plan, Done(plan).to_bytes()).to_bytes() == Done(plan).to_bytes()


def test_more_paths_than_32_bits_count(monkeypatch):
    expected = simulate(SPEC).to_bytes()
    monkeypatch.setattr("simulator.engine.laws.MOST_COUNTED", 2 * UNIT)
    plan = Plan(SPEC)
    done = Done.from_bytes(plan, done_of(plan, range(len(plan) - 1)).to_bytes())
    done.run(len(plan) - 1)
    assert to_result(done).to_bytes() == expected


@pytest.mark.parametrize(
    "changes", [{"seed": 2}, {"paths": 10 * UNIT}, {"rate": 0.05}, {"horizons": (1, 5)}, {"trade": Trade()}]
)
def test_another_runs_bytes_are_refused(changes):
    content = Done(Plan(SPEC)).to_bytes()
    with pytest.raises(ValueError, match="of another run"):
        Done.from_bytes(Plan(replace(SPEC, **changes)), content)


def test_other_kernels_bytes_are_refused(monkeypatch):
    content = Done(Plan(SPEC)).to_bytes()
    monkeypatch.setattr("simulator.engine.blocks.source_hash", lambda: "another")
    with pytest.raises(ValueError, match="of another run"):
        Done.from_bytes(Plan(SPEC), content)


def test_truncated_bytes_are_refused():
    plan = Plan(SPEC)
    content = done_of(plan, [1]).to_bytes()
    for size in (0, 1, 100, len(content) // 2, len(content) - 1):
        with pytest.raises(ValueError, match="damaged"):
            Done.from_bytes(plan, content[:size])


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("blocks", lambda pairs: pairs + 10**6),
        ("blocks", lambda pairs: pairs[::-1] - 5),
        ("0.paths", lambda paths: paths + 1),
        ("0.laws.counts", lambda counts: counts[:-1]),
        ("0.laws.counts", lambda counts: counts + np.uint16(1)),
        ("0.laws.used", lambda used: used[::-1]),
        ("0.laws.below", lambda below: below[:1]),
        ("0.laws.limbs", lambda limbs: limbs.astype(float)),
        ("0.laws.extremes", lambda extremes: extremes[..., :1]),
        ("0.positions.events", lambda events: events[:0]),
        ("1.laws.special", lambda special: None),
    ],
)
def test_tampered_bytes_are_refused(name, change):
    plan = Plan(HELD)
    content = done_of(plan, [0, 1]).to_bytes()
    with np.load(io.BytesIO(content)) as file:
        arrays = dict(file)
    arrays[name] = change(arrays[name])
    buffer = io.BytesIO()
    np.savez(buffer, **{name: array for name, array in arrays.items() if array is not None})
    with pytest.raises(ValueError, match="damaged"):
        Done.from_bytes(plan, buffer.getvalue())


def test_a_block_that_fails_halfway_spoils_what_is_done(monkeypatch):
    plan = Plan(SPEC)
    done, other = Done(plan), done_of(plan, [0])
    monkeypatch.setattr("simulator.engine.laws.Laws.after", lambda laws: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        done.run(1)
    assert not done.is_whole and other.is_whole
    other.merge(done)
    assert not other.is_whole
