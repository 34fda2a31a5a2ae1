"""What came after triggers: figures by a slow twin, intervals that cover, luck that is called luck."""

import numpy as np
import pytest
from made_closes import BEFORE, DAYS, changed_after, made_closes

from simulator.errors import LetfError
from simulator.history import trigger_study
from simulator.history.block_bootstrap import stationary_counts
from simulator.history.trigger_figures import false_alarms
from simulator.history.trigger_study import FEWEST_APART, HOLDS, study
from simulator.history.triggers import make_trigger, usual_triggers

ROUNDING = 1e-12
EVERY = np.ones(DAYS + 1, bool)


@pytest.fixture(scope="module")
def closes():
    return made_closes()


@pytest.fixture(scope="module")
def found(closes):
    return study(closes, usual_triggers(closes), draws=200)


def on(days, known=EVERY, name="some"):
    return make_trigger(name, "some days", days, known)


def random_days(seed, share=0.1):
    return np.random.default_rng(seed).random(DAYS + 1) < share


def slow_median(values):
    return np.sort(values)[(len(values) + 1) // 2 - 1]


def test_cells_are_by_trigger_instrument_and_hold(closes, found):
    assert len(found.cells) == 10 * 3 * 4 and found.comparisons <= len(found.cells)
    assert [(cell.instrument, cell.days) for cell in found.of(found.triggers[3])] == [
        (instrument, days) for instrument in ("TNA", "TZA", "pair") for days in HOLDS
    ]
    assert found.dates[0] == closes.dates[BEFORE] and found.block == 84


def test_figures_are_those_of_a_slow_twin(closes, found):
    trigger = next(trigger for trigger in usual_triggers(closes) if trigger.name == "spy-fall")
    for cell in found.of(trigger):
        k = closes.instruments.index(cell.instrument)
        returns = closes.returns(cell.days)[:, k]
        entries = range(BEFORE, DAYS + 1 - cell.days)
        every = np.array([returns[t] for t in entries])
        after = np.array([returns[t] for t in entries if trigger.days[t]])
        assert (cell.entries, cell.all_entries) == (len(after), len(every))
        for figure, of in (
            (cell.mean, np.mean), (cell.median, slow_median), (cell.gains, lambda values: np.mean(values > 0)),
        ):  # fmt: skip
            assert (figure.then, figure.all_days) == pytest.approx((of(after), of(every)), abs=ROUNDING)
            assert figure.difference.estimate == pytest.approx(of(after) - of(every), abs=ROUNDING)


def test_an_interval_is_that_of_the_repeated_days(closes):
    """Each resample built day by day from the bootstrap's counts."""
    trigger = on(random_days(4))
    (cell,) = [each for each in study(closes, [trigger], [10], draws=50).cells if each.instrument == "TNA"]
    n = DAYS + 1 - BEFORE
    returns, days = closes.returns(10)[BEFORE:, 0], trigger.days[BEFORE:]
    gaps = {"mean": [], "median": [], "gains": []}
    for row in stationary_counts(n, 63, 50, 1):
        drawn = np.repeat(np.arange(n), row)
        drawn = drawn[np.isfinite(returns[drawn])]
        every, after = returns[drawn], returns[drawn[days[drawn]]]
        gaps["mean"].append(after.mean() - every.mean())
        gaps["median"].append(slow_median(after) - slow_median(every))
        gaps["gains"].append((after > 0).mean() - (every > 0).mean())
    for name, drawn in gaps.items():
        low, high = np.quantile(drawn, [0.025, 0.975])
        assert getattr(cell, name).difference[1:] == pytest.approx((low, high), abs=ROUNDING)


def test_a_trigger_of_all_days_differs_in_nothing(closes):
    for cell in study(closes, [on(EVERY)], draws=50).cells:
        assert cell.mean.difference == cell.median.difference == cell.gains.difference == (0, 0, 0)
        assert not cell.resolved and not cell.together


def test_all_days_are_those_on_which_the_trigger_is_known(closes):
    known = np.arange(DAYS + 1) >= 800
    late, whole = (study(closes, [on(random_days(4), mask)], [5], draws=50).cells[0] for mask in (known, EVERY))
    assert late.all_entries == DAYS + 1 - 800 - 5 and whole.all_entries == DAYS + 1 - BEFORE - 5
    assert late.mean.all_days == pytest.approx(closes.returns(5)[800:-5, 0].mean(), abs=ROUNDING)


def test_apart_counts_holds_that_do_not_overlap(closes):
    days = np.zeros(DAYS + 1, bool)
    days[[300, 303, 305, 310, 400, 404, DAYS - 2]] = True
    cells = {cell.days: cell for cell in study(closes, [on(days)], [5, 10], draws=50).cells}
    assert (cells[5].entries, cells[5].apart, cells[10].apart) == (6, 4, 3)


def test_too_few_holds_have_no_interval(closes):
    for many, known in ((FEWEST_APART - 1, False), (FEWEST_APART, True)):
        days = np.zeros(DAYS + 1, bool)
        days[300 : 300 + 20 * many : 20] = True
        result = study(closes, [on(days)], [5], draws=50)
        assert result.comparisons == 3 * known and np.isfinite(result.critical) == known
        for cell in result.cells:
            assert np.isfinite(cell.mean.then) and np.isfinite(cell.mean.difference.low) == known
            assert known or not (cell.resolved or cell.together)


def test_a_trigger_that_never_happens_has_no_figures(closes):
    cell = study(closes, [on(~EVERY)], [5], draws=50).cells[0]
    assert (cell.entries, cell.apart) == (0, 0) and np.isnan(cell.mean.then) and np.isfinite(cell.mean.all_days)


def test_one_that_knows_the_future_is_resolved_and_random_days_are_not(closes):
    """What a study is for: looked at together, the one stands out and 20 of random days do not."""
    ahead = on(np.nan_to_num(closes.returns(5)[:, 0]) > 0.02, name="oracle")
    luck = [on(random_days(seed), name=f"luck{seed}") for seed in range(20)]
    result = study(closes, [ahead, *luck], [5], draws=500)
    assert all(cell.together for cell in result.of(ahead) if cell.instrument != "pair")
    assert not any(cell.together for trigger in luck for cell in result.of(trigger))
    assert 3 < result.critical < 5


def test_luck_is_as_common_as_is_said():
    """Of 25 markets without memory: as many intervals leave out 0 as told, to a half; holds of a market go together."""
    alone, together = [], []
    for seed in range(25):
        made = made_closes(days=1260, seed=seed)
        result = study(made, usual_triggers(made), [21], draws=100)
        alone += [cell.resolved for cell in result.cells if np.isfinite(cell.mean.difference.low)]
        together.append(any(cell.together for cell in result.cells))
    assert np.mean(alone) == pytest.approx(false_alarms(63, 1000), rel=0.5)
    assert np.mean(together) < 0.3


def test_later_prices_change_nothing_that_had_come_before(closes):
    """Of holds that end by day 900: the same returns, whatever comes."""
    other = made_closes(change=changed_after(900))
    for days in HOLDS:
        assert np.array_equal(closes.returns(days)[: 901 - days], other.returns(days)[: 901 - days], equal_nan=True)


def test_other_triggers_change_no_interval(closes, found):
    alone = study(closes, usual_triggers(closes)[:1], draws=200)
    for mine, theirs in zip(alone.cells, found.cells, strict=False):
        for name in ("mean", "median", "gains"):
            (*mine_sides, mine_gap), (*their_sides, their_gap) = getattr(mine, name), getattr(theirs, name)
            assert [*mine_sides, *mine_gap] == pytest.approx([*their_sides, *their_gap], abs=ROUNDING)
    assert alone.critical < found.critical


def test_holds_out_of_range_are_refused(closes, monkeypatch):
    for days in (0, 64):
        with pytest.raises(LetfError, match=f"horizon must be from 1 to 63, got {days}"):
            study(closes, usual_triggers(closes), [days])
    monkeypatch.setattr(trigger_study, "LONGEST_HOLD", 1000)
    with pytest.raises(LetfError, match="1,241 days hold no two holds of 630 days"):
        study(closes, usual_triggers(closes), [630])
