"""Triggers: their definitions by slow twins, and that none knows a later price."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_closes import BEFORE, DAYS, changed_after, made_closes
from prices import weekdays, write_series

from simulator.errors import LetfError
from simulator.history.rise import Rise, known_values, rise_trigger
from simulator.history.series import Series
from simulator.history.triggers import (
    exponential_average,
    find_triggers,
    make_trigger,
    moving_average,
    usual_triggers,
)

ROUNDING = 1e-12  # of a handful of operations in double precision
SEEN = 700  # day after which prices change


@pytest.fixture(scope="module")
def closes():
    return made_closes()


def test_averages_are_those_of_a_slow_twin(closes):
    close = closes.index[:300]
    moving, smooth = moving_average(close, 50), exponential_average(close, 20)
    assert np.isnan(moving[:49]).all() and np.isnan(smooth[:19]).all()
    slow = sum(close[:20]) / 20
    for t in range(20, 300):
        slow = close[t] * 2 / 21 + slow * 19 / 21
        assert smooth[t] == pytest.approx(slow, rel=ROUNDING)
        if t >= 49:
            assert moving[t] == pytest.approx(sum(close[t - 49 : t + 1]) / 50, rel=ROUNDING)


@pytest.mark.parametrize("average", [moving_average, exponential_average])
def test_averages_of_too_few_closes_are_unknown(average):
    assert np.isnan(average(np.ones(5), 6)).all()
    assert average(np.ones(6), 6).tolist()[5:] == [1.0]


def test_triggers_are_those_of_a_slow_twin(closes):
    triggers = {trigger.name: trigger for trigger in usual_triggers(closes)}
    assert list(triggers) == [
        f"{kind}-{name}" for name in ("ema20", "sma50", "sma200", "all") for kind in ("above", "cross")
    ] + ["spy-fall", "spy-fall-start"]
    index, second = closes.index, closes.second
    for t in range(250, DAYS + 1):
        over = [
            [index[s] > average for average in (exponential_average(index[: s + 1], 20)[-1],
             index[s - 49 : s + 1].mean(), index[s - 199 : s + 1].mean())]
            for s in (t - 1, t)
        ]  # fmt: skip
        for i, name in enumerate(("ema20", "sma50", "sma200")):
            assert triggers[f"above-{name}"].days[t] == over[1][i]
            assert triggers[f"cross-{name}"].days[t] == (over[1][i] and not over[0][i])
        assert triggers["above-all"].days[t] == all(over[1])
        assert triggers["cross-all"].days[t] == (all(over[1]) and not all(over[0]))
        fallen = [second[s] / second[s - 5] - 1 <= -0.03 for s in (t - 1, t)]
        assert triggers["spy-fall"].days[t] == fallen[1]
        assert triggers["spy-fall-start"].days[t] == (fallen[1] and not fallen[0])


def test_a_trigger_is_known_once_its_average_is(closes):
    first = {trigger.name: int(np.argmax(trigger.known)) for trigger in usual_triggers(closes)}
    assert [first[name] for name in ("above-ema20", "above-sma200", "above-all", "spy-fall")] == [19, 199, 199, 5]
    assert [first[name] for name in ("cross-ema20", "cross-sma200", "cross-all", "spy-fall-start")] == [20, 200, 200, 6]
    assert all((trigger.known | ~trigger.days).all() for trigger in usual_triggers(closes))


@pytest.mark.parametrize("day", [BEFORE, SEEN])
def test_later_prices_change_no_earlier_trigger(closes, day):
    other = made_closes(change=changed_after(day))
    assert np.array_equal(other.index[: day + 1], closes.index[: day + 1]) and other.index[-1] != closes.index[-1]
    later = 0
    for mine, theirs in zip(usual_triggers(closes), usual_triggers(other), strict=True):
        assert np.array_equal(mine.days[: day + 1], theirs.days[: day + 1])
        assert np.array_equal(mine.known, theirs.known)
        later += np.count_nonzero(mine.days[day + 1 :] != theirs.days[day + 1 :])
    assert later > 100


@given(st.lists(st.booleans(), min_size=1, max_size=30), st.lists(st.booleans(), min_size=30, max_size=30))
def test_episodes_are_counted_by_their_first_days(so, known):
    so, known = np.array(so), np.array(known[: len(so)])
    trigger = make_trigger("a", "b", so, known)
    begun = trigger.begun("c", "d")
    slow = [so[t] and known[t] and known[t - 1] and not so[t - 1] for t in range(1, len(so))]
    assert begun.days.tolist() == [False, *slow]
    assert trigger.episodes == sum(
        so[t] and known[t] and not (t and so[t - 1] and known[t - 1]) for t in range(len(so))
    )


def test_find_triggers(closes):
    usual = usual_triggers(closes)
    assert [t.name for t in find_triggers(("spy-fall", "cross-ema20", "spy-fall"), usual)] == [
        "spy-fall",
        "cross-ema20",
    ]
    with pytest.raises(LetfError, match=r"unknown trigger 'golden-cross'; known: above-ema20, .*; or bring a --series"):
        find_triggers(("golden-cross",), usual)


TRADED = weekdays(400)


def series(dates, values):
    return Series(dates=np.asarray(dates), values=np.asarray(values, float), source="S.csv", sha256="0" * 64)


def test_a_value_is_known_after_its_lag_and_held_a_week():
    """Values on days 0, 1, 2 and 20: at lag 2 day 2 knows that of day 0, and a week after the last it is stale."""
    given = series(TRADED[[0, 1, 2, 20]], [1, 2, 3, 4])
    assert known_values(given, TRADED, 0)[:3].tolist() == [1, 2, 3]
    late = known_values(given, TRADED, 2)
    assert np.isnan(late[:2]).all() and late[2:5].tolist() == [1, 2, 3]
    held = np.isfinite(known_values(given, TRADED, 0))
    assert held[2:8].all() and not held[8:20].any() and held[20:26].all()  # Wednesday's to the next Wednesday


@pytest.mark.parametrize(("amount", "relative"), [(0.5, False), (-0.5, False), (0.1, True), (-0.1, True)])
@pytest.mark.parametrize("lag", [0, 1, 3])
def test_a_rise_is_that_of_a_slow_twin(tmp_path, amount, relative, lag):
    values = 4 + np.round(np.cumsum(np.random.default_rng(2).normal(0, 0.07, len(TRADED))), 2)
    path = write_series(tmp_path, "Y.csv", TRADED, values)
    rise = Rise(name="y", amount=amount, relative=relative, days=20, lag=lag)
    trigger, begun = rise_trigger(path, rise, TRADED)
    for t in range(len(TRADED)):
        assert trigger.known[t] == (t >= 20 + lag)
        if t >= 20 + lag:
            now, before = values[t - lag], values[t - lag - 20]
            change = (now - before) / (before if relative else 1)
            assert trigger.days[t] == (change >= amount - 1e-8 if amount > 0 else change <= amount + 1e-8)
    assert trigger.days.any() and begun.name == "y-start" and 0 < begun.days.sum() <= trigger.episodes


def test_a_rise_knows_nothing_that_is_not_published_yet(tmp_path):
    values = 4 + np.cumsum(np.random.default_rng(2).normal(0, 0.07, len(TRADED)))
    other = np.where(np.arange(len(TRADED)) <= 200, values, 100 - values)
    rise = Rise(name="y", amount=0.3, days=5, lag=3)
    mine, theirs = (
        rise_trigger(write_series(tmp_path, f"{i}.csv", TRADED, each), rise, TRADED)[0].days
        for i, each in enumerate((values, other))
    )
    assert np.array_equal(mine[:204], theirs[:204]) and not np.array_equal(mine[204:], theirs[204:])


def test_a_rise_of_a_quarter_is_not_missed_for_rounding(tmp_path):
    path = write_series(tmp_path, "Y.csv", TRADED, np.where(np.arange(400) < 100, 3.97, 4.22))  # 4.22 - 3.97 < 0.25
    trigger, _ = rise_trigger(path, Rise(name="y", amount=0.25, days=20, lag=0), TRADED)
    assert np.flatnonzero(trigger.days).tolist() == list(range(100, 120))


def test_words_of_a_rise():
    assert Rise(name="10y", amount=0.25, days=20).about == "10y up 0.25 or more in 20 days, known 1 day later"
    assert Rise(name="vix", amount=-0.2, relative=True, days=5, lag=0).about == "vix down 20% or more in 5 days"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"amount": 0.0}, "rise of y must be finite and not 0, got 0.0; a fall is below 0"),
        ({"amount": float("nan")}, "rise of y must be finite"),
        ({"days": 0}, "days of y must be from 1 to 252, got 0"),
        ({"lag": -1}, "lag of y must be from 0 to 66, got -1"),
    ],
)
def test_a_rise_out_of_range_is_refused(values, message):
    with pytest.raises(LetfError, match=message):
        Rise(**{"name": "y", "amount": 1.0, "days": 5} | values)


def test_a_rise_that_never_happens_is_refused(tmp_path):
    path = write_series(tmp_path, "Y.csv", TRADED, np.linspace(3, 4, 400))
    with pytest.raises(LetfError, match=r"Y\.csv: never y up 25 or more in 20 days; the largest was 0\.05013; rise is"):
        rise_trigger(path, Rise(name="y", amount=25, days=20, lag=0), TRADED)
    with pytest.raises(LetfError, match=r"Q\.csv: no change over 20 trading days .* one holds 7 days at most"):
        rise_trigger(write_series(tmp_path, "Q.csv", TRADED[::63], range(7)), Rise(name="q", amount=1, days=20), TRADED)
    with pytest.raises(LetfError, match=r"Y\.csv: no change .* it has values from 2012-01-02 to 2013-07-12"):
        rise_trigger(path, Rise(name="y", amount=1, days=20), weekdays(300, TRADED[-1] + 3), first=50)
