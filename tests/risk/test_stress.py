"""A hold under stress against the slow twin, what is certain, and what rates do; and what is refused."""

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest
import reference_structures as twin
from examples import market

from simulator.errors import LetfError
from simulator.risk.set_days import Fill, fill
from simulator.risk.stress import paths_of, stress
from simulator.spec.files import find_funds, preset_funds, preset_market
from simulator.spec.scenario import Scenario
from simulator.spec.scenarios import find_scenarios, preset_scenarios
from simulator.spec.shocks import EventDay, RateChange, Shock, Window, YieldChange
from simulator.spec.stress import StressTest

ROUNDING = 1e-12  # of a handful of operations in double precision
SINGLE = 1e-6  # of a return of a few days: daily returns are in single precision
SIGMAS = 4.5  # some ten figures are held against exact ones
WORDS = {"name": "x", "title": "a title", "assumes": "something", "source": "somewhere"}
JOINT = preset_market("iwm-spy")
NORMAL = replace(JOINT, second=replace(JOINT.second, dof=None))  # whose days the twin knows
TICKERS = ("TNA", "TZA")
FUNDS = find_funds(TICKERS, preset_funds())
LOUD = 2.0


def the_test(**changes):
    return StressTest(**{"market": JOINT, "funds": FUNDS, "hold": 6, "paths": 4096} | changes)


def told(test, **sets):
    """The answer to one scenario."""
    found = stress(test, [Scenario(**WORDS, **sets)])
    return found, found.told[0]


def row(rows, name):
    return next(one for one in rows if one.instrument == name)


FREEZE = {
    "regime": "crisis",
    "regime_days": 100.0,
    "correlation": 0.95,
    "behind": 0.3,
    "shocks": (Shock(day=1, index=-0.04, second=-0.03), Shock(day=3, index=-0.02)),
    "event_days": (EventDay(day=4, factor=LOUD),),
    "short_rate": (RateChange(day=2, basis_points=50),),
}


def alike(answers):
    """Their rows to the last digit, where NaN is like NaN, which Python 3.13 denies."""
    return [repr(answer.rows) for answer in answers]


def test_every_figure_is_that_of_the_slow_twin():
    test = the_test(market=NORMAL, hold=4, paths=44, stop=0.1, target=0.1)
    found, answer = told(test, **FREEZE)
    numbers = range(test.paths)
    names = [structure.name for structure in test.baseline.structures]
    runs = [twin.outcomes(spec, numbers) for spec in (test.under(answer.scenario), test.baseline)]
    with_it, without = ({name: run[i] for i, name in enumerate(names)} for run in runs)
    for name in test.instruments:
        mine, usual = row(answer.rows, name), row(found.usual, name)
        profits, others = (np.array([one.profit for one in run[name]]) for run in (with_it, without))
        check_held(mine.held, profits)
        check_held(usual.held, others)
        check_change(mine.change, profits, others)
        if name == "SPY":
            assert mine.sold is None and mine.until_sold is None
            continue
        sold = with_it[f"{name} until sold"]
        ends, fills = np.array([one.end for one in sold]), np.array([one.profit for one in sold])
        check_held(mine.until_sold, fills)
        check_change(mine.sold_change, fills, np.array([one.profit for one in without[f"{name} until sold"]]))
        for end, share, mean in (
            (twin.STOPPED, mine.sold.prob_stop, mine.sold.stop_fill),
            (twin.TARGET, mine.sold.prob_target, mine.sold.target_fill),
        ):
            assert share.mean == np.mean(ends == end)
            if share.mean:
                assert mean.mean == pytest.approx(fills[ends == end].mean(), abs=SINGLE)


def check_held(held, profits):
    worst = np.sort(profits)[: int(np.ceil(0.05 * len(profits)))]  # 2.2 of 44 paths: the last counts for 0.2
    weights = np.append(np.ones(len(worst) - 1), 0.05 * len(profits) - (len(worst) - 1))
    assert held.mean.mean == pytest.approx(profits.mean(), abs=SINGLE)
    assert held.mean.stderr == pytest.approx(profits.std(ddof=1) / sqrt(len(profits)), rel=1e-4, abs=SINGLE)
    assert held.prob_loss.mean == np.mean(profits < 0)
    assert held.low.mean == pytest.approx(np.quantile(profits, 0.05), abs=SINGLE)
    assert held.high.mean == pytest.approx(np.quantile(profits, 0.95), abs=SINGLE)
    assert held.expected_shortfall.mean == pytest.approx(-np.average(worst, weights=weights), abs=SINGLE)


def check_change(change, profits, others):
    gaps = profits - others
    assert change.mean.mean == pytest.approx(gaps.mean(), abs=SINGLE)
    assert change.mean.stderr == pytest.approx(gaps.std(ddof=1) / sqrt(len(gaps)), rel=1e-4, abs=SINGLE)
    losses = (profits < 0).astype(float) - (others < 0)
    assert change.prob_loss.mean == pytest.approx(losses.mean(), abs=ROUNDING)
    assert change.prob_loss.stderr == pytest.approx(losses.std(ddof=1) / sqrt(len(losses)), abs=ROUNDING)


def test_the_days_that_are_set_are_the_funds_formula():
    test = the_test(stop=0.1)
    _, answer = told(test, **FREEZE)
    moves = {(one.day, one.instrument): one.move for one in answer.days}
    tna, tza = FUNDS
    assert moves[1, "IWM"] == -0.04 and moves[1, "SPY"] == -0.03 and (3, "SPY") not in moves
    assert moves[1, "TNA"] == pytest.approx(-0.12 + tna.annual_carry(0.04) / 252, abs=ROUNDING)
    assert moves[3, "TZA"] == pytest.approx(0.06 + tza.annual_carry(0.045) / 252, abs=ROUNDING)
    fills = {(one.day, one.instrument): one.fill for one in answer.days}
    assert fills[1, "TNA"] == Fill("stopped", moves[1, "TNA"], -0.1)
    assert fills[1, "IWM"] == Fill("stopped", -0.04, -0.1 / 3)
    assert fills[1, "TZA"] is None and fills[1, "SPY"] is None and fills[3, "TNA"] is None


def test_a_hold_of_one_day_that_is_set_ends_where_that_day_does():
    test = the_test(hold=1)
    found, answer = told(test, shocks=(Shock(day=1, index=-0.05, second=-0.03),))
    for day in answer.days:
        held = row(answer.rows, day.instrument).held
        assert held.mean.mean == pytest.approx(day.move, abs=SINGLE)
        assert held.mean.stderr < SINGLE
        change = row(answer.rows, day.instrument).change.mean
        assert found.is_resolved(change) and change.stderr == pytest.approx(
            row(found.usual, day.instrument).held.mean.stderr, rel=1e-6
        )


@pytest.mark.parametrize(
    ("move", "levels", "expected"),
    [
        (-0.15, (0.12, 0.2), Fill("stopped", -0.15, -0.12)),
        (-0.12, (0.12, None), Fill("stopped", -0.12, -0.12)),
        (0.25, (0.12, 0.2), Fill("target", 0.25, 0.2)),
        (-0.11, (0.12, 0.2), None),
        (-0.15, (None, 0.2), None),
        (0.25, (0.12, None), None),
    ],
)
def test_an_open_beyond_a_level_fills_there_and_a_day_within_at_the_level(move, levels, expected):
    assert fill(move, *levels) == expected


def test_beyond_a_third_the_bull_fund_is_gone_for_good_and_the_bear_doubles():
    test = the_test(hold=20)
    found = stress(test, find_scenarios(("tna-gone",), preset_scenarios()))
    (answer,) = found.told
    gone, bear = row(answer.rows, "TNA"), row(answer.rows, "TZA")
    assert gone.held.mean.mean == gone.held.high.mean == -1 and gone.held.mean.stderr == 0
    assert gone.until_sold.mean.mean == -1 and gone.sold.prob_stop.mean == 0  # at its only close there is nothing left
    moves = {one.instrument: one for one in answer.days}
    assert moves["TNA"].move == -1 and moves["TNA"].fill == Fill("stopped", -1, -0.12)
    assert moves["TZA"].move == pytest.approx(1.05, abs=1e-3)
    assert bear.held.mean.mean > 0.9


def test_half_a_point_on_the_short_rate_costs_tna_a_sixth_of_a_point_in_42_days_and_gives_tza_a_third():
    test = the_test(hold=42, paths=16_384)
    _, answer = told(test, short_rate=(RateChange(day=1, basis_points=50),))
    assert {one.fund: round(100 * one.gain, 2) for one in answer.carry} == {"TNA": -0.17, "TZA": 0.33}
    for one in answer.carry:
        change = row(answer.rows, one.fund).change.mean
        mean = row(answer.rows, one.fund).held.mean.mean
        assert change.mean == pytest.approx(one.gain * (1 + mean), abs=2e-5 + SIGMAS * change.stderr)  # it compounds
        assert change.stderr < 2e-5
    assert row(answer.rows, "IWM").change.mean.mean == 0


def test_the_ten_year_yield_acts_through_the_index_and_not_on_carry():
    test = the_test()
    change = YieldChange(day=1, basis_points=50, index_beta=-0.01, second_beta=-0.006)
    _, answer = told(test, ten_year=change)
    _, shock = told(test, shocks=(Shock(day=1, index=-0.05, second=-0.03),))
    assert alike([answer]) == alike([shock]) and answer.days == shock.days
    assert shock.carry == ()
    assert {one.fund: one.gain for one in answer.carry} == {
        "TNA": pytest.approx(-2 * 0.005 * 6 / 252, rel=ROUNDING),
        "TZA": pytest.approx(4 * 0.005 * 6 / 252, rel=ROUNDING),
    }


def test_both_rates_are_told_apart():
    change = YieldChange(day=3, basis_points=20, index_beta=-0.01)
    _, answer = told(the_test(), ten_year=change, short_rate=(RateChange(day=1, basis_points=25),))
    kinds = [(one.of, one.fund, one.basis_points) for one in answer.carry]
    assert kinds == [(of, fund, points) for of, points in (("short_rate", 25), ("ten_year", 20)) for fund in TICKERS]
    assert answer.carry[2].gain == pytest.approx(-2 * 0.002 * 4 / 252, rel=ROUNDING)


def test_an_index_that_falls_behind_leaves_the_other_where_it_was():
    _, answer = told(the_test(hold=20, paths=16_384), behind=0.3)
    assert row(answer.rows, "SPY").change.mean.mean == pytest.approx(0, abs=SINGLE)
    held, change = row(answer.rows, "IWM").held.mean.mean, row(answer.rows, "IWM").change.mean.mean
    assert (1 + held) / (1 + held - change) == pytest.approx(np.exp(-0.3 * 20 / 252), abs=1e-5)


def test_an_event_day_has_log_returns_that_many_times_as_wide():
    test = the_test(paths=16_384)
    _, answer = told(test, event_days=(EventDay(day=4, factor=LOUD),))
    for one in answer.loud:
        if one.instrument in ("IWM", "SPY"):
            for loud, usual in ((one.low, one.usual_low), (one.high, one.usual_high)):
                assert np.log1p(loud.mean) == pytest.approx(LOUD * np.log1p(usual.mean), abs=SINGLE)
    tna = next(one for one in answer.loud if one.instrument == "TNA")
    index = next(one for one in answer.loud if one.instrument == "IWM")
    carry = FUNDS[0].annual_carry(0.04) / 252
    assert tna.low.mean == pytest.approx(3 * index.low.mean + carry, abs=10 * SINGLE)


def test_the_return_of_an_event_day_is_that_days_alone():
    late = EventDay(day=4, factor=LOUD)
    alone, after = (
        told(the_test(), event_days=events)[1].loud for events in ((late,), (EventDay(day=2, factor=3), late))
    )
    of_both = [one for one in after if one.day == 4]
    for one, other in zip(of_both, alone, strict=True):
        assert one.low.mean == pytest.approx(other.low.mean, abs=SINGLE)


def test_an_event_on_the_first_day_is_that_days_return():
    _, answer = told(the_test(hold=1), event_days=(EventDay(day=1, factor=LOUD),))
    for one in answer.loud:
        assert one.low == row(answer.rows, one.instrument).held.low


def test_an_event_that_is_none_changes_nothing():
    found, answer = told(the_test(), event_days=(EventDay(day=4, factor=1.0),))
    for one in answer.rows:
        assert one.held == row(found.usual, one.instrument).held
        assert one.change.mean.mean == one.change.mean.stderr == 0
        assert not found.is_resolved(one.change.mean)


def test_the_correlation_moves_neither_index_alone_but_its_tail_with_the_other():
    found, answer = told(the_test(paths=16_384), correlation=0.95)
    for name in ("IWM", "TNA", "TZA"):
        assert row(answer.rows, name).held == row(found.usual, name).held
    assert not found.is_resolved(row(answer.rows, "SPY").change.expected_shortfall)


def test_paired_errors_are_far_below_those_of_two_runs():
    found, answer = told(the_test(paths=16_384), shocks=(Shock(day=1, index=-0.03, second=-0.02),))
    held, usual, change = (
        row(answer.rows, "TNA").held.mean.stderr,
        row(found.usual, "TNA").held.mean.stderr,
        row(answer.rows, "TNA").change.mean.stderr,
    )
    assert change < 0.5 * sqrt(held**2 + usual**2)


def test_the_answer_is_the_same_at_any_number_of_threads_and_whatever_else_is_asked():
    test, known = the_test(), preset_scenarios()
    whole = stress(test, known, threads=1)
    assert alike(stress(test, known, threads=4).told) == alike(whole.told)
    assert alike(stress(test, known[7:8]).told) == alike(whole.told[7:8])


def test_progress_hears_of_all_paths():
    heard, test, known = [], the_test(), preset_scenarios()[:3]
    stress(test, known, on_progress=heard.append)
    assert heard == sorted(heard) and heard[-1] == paths_of(test, known) == 4 * test.paths


def test_what_cannot_happen_is_refused_or_left_out():
    test, known = the_test(hold=4, market=preset_market("iwm")), preset_scenarios()
    with pytest.raises(LetfError, match="scenario 'credit-freeze': correlation needs a second index, iwm-markov3 has"):
        stress(test, known)
    found = stress(test, known, leave_out=True)
    assert [name for name, _ in found.left_out] == ["credit-freeze", "cpi-day", "fed-day", "reconstitution"]
    assert found.left_out[1] == ("cpi-day", "day 5 lies beyond a hold of 4 days; hold longer")
    assert len(found.told) + len(found.left_out) == len(known)
    assert found.told[0].rows[0].instrument == "IWM" and len(found.told[0].rows) == 3


def test_a_replay_alone_needs_prices():
    window = Window(first="2020-03-02", last="2020-03-31")
    with pytest.raises(LetfError, match="scenario 'x' replays real days; give their prices: --prices FOLDER"):
        told(the_test(), replay=window)


def test_a_market_of_few_paths_has_changes_without_error():
    found, answer = told(the_test(paths=100, market=market(2)), shocks=(Shock(day=1, index=-0.03),))
    change = row(answer.rows, "TNA").change
    assert np.isnan(change.expected_shortfall.stderr) and not found.is_resolved(change.expected_shortfall)
    assert change.mean.stderr > 0


def test_no_path_knows_of_the_order_of_scenarios():
    test, known = the_test(), preset_scenarios()[:2]
    one, two = stress(test, known).told
    other, first = stress(test, known[::-1]).told
    assert alike([one, two]) == alike([first, other])


def test_a_seed_of_its_own_draws_other_paths():
    sets = {"shocks": (Shock(day=1, index=-0.03),)}
    rows = [told(replace(the_test(), seed=seed), **sets)[1].rows for seed in (1, 2)]
    assert rows[0] != rows[1]
