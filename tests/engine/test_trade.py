"""Runs of positions: what they leave as it was, what must be alike, files that keep them, hostile numbers."""

from dataclasses import fields, replace
from itertools import pairwise
from math import exp

import numpy as np
import pytest
from examples import BARRED, BOOTSTRAP, RESIDUALS, SCALED_BARRED, SKEWED, ensemble, market, run
from exit_law import ExitLaw

from simulator.engine.blocks import block_paths
from simulator.engine.simulate import simulate
from simulator.errors import LetfError
from simulator.positions import PositionStatistics
from simulator.result import load
from simulator.spec.trade import WATCHES, Trade

SIGMAS = 4
ROUNDING = 1e-12  # of mean returns
NAMES = [field.name for field in fields(PositionStatistics)]
LAWS = ("sums", "extremes", "below", "counts")
KINDS = {
    "regimes": market(3, autocorrelation=-0.1),
    "fat tails": market(2, dof=4.0),
    "garch": SKEWED,
    "residuals": RESIDUALS,
    "bootstrap": BARRED,
    "scaled": SCALED_BARRED,
}
BOTH = Trade(stop=0.06, target=0.08, index_stop=0.025, index_target=0.03)


def held(one, *leverages, trade=BOTH, **changes):
    """The result of a run of positions in funds with costs."""
    return simulate(
        run(one, *leverages, **{"costs": True, "horizons": (5, 20), "paths": 3000, "trade": trade} | changes)
    )


def overnight(one, share):
    return replace(one, regimes=tuple(replace(regime, overnight_share=share) for regime in one.regimes))


def same(one, other):
    return all((getattr(one.positions, name) == getattr(other.positions, name)).all() for name in NAMES)


# --- what stays as it was ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("one", KINDS.values(), ids=KINDS)
def test_positions_never_touch_the_closes(one):
    plain = held(one, 3.0, -3.0, trade=None)
    for trade in (Trade(), *(replace(BOTH, watch=watch) for watch in WATCHES)):
        result = held(one, 3.0, -3.0, trade=trade)
        assert all((getattr(result, name) == getattr(plain, name)).all() for name in LAWS)
        assert result.capped == plain.capped


@pytest.mark.parametrize("one", KINDS.values(), ids=KINDS)
def test_funds_and_horizons_do_not_touch_each_other(one):
    together = held(one, 3.0, -3.0, horizons=(3, 9, 20))
    for days in (3, 9, 20):
        for f, leverage in enumerate((3.0, -3.0)):
            alone, h = held(one, leverage, horizons=(days,)).positions, (3, 9, 20).index(days)
            for name in ("events", "below", "counts", "sums", "extremes"):
                assert (getattr(alone, name)[0, 0] == getattr(together.positions, name)[h, f]).all(), name
            assert (alone.exit_days[0] == together.positions.exit_days[f, :, :days]).all()


def test_without_levels_there_are_no_exits():
    result = held(market(3), 3.0, trade=Trade(loss=0.1))
    position = result.position("F3", 20)
    assert position.exits is None
    assert position.prob_loss_beyond.mean < position.fund_return.prob_below_zero
    no_loss = held(market(3), 3.0, trade=Trade()).position("F3", 20)
    assert no_loss.prob_loss_beyond.mean == no_loss.fund_return.prob_below_zero


def test_a_run_without_a_trade_has_no_positions():
    with pytest.raises(LetfError, match=r"held no positions; simulate it with Simulation\(..., trade=Trade\(\)\)"):
        held(market(3), 3.0, trade=None).position("F3", 20)


# --- what must be alike -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("watch", WATCHES)
@pytest.mark.parametrize("one", KINDS.values(), ids=KINDS)
def test_the_index_itself_is_stopped_where_the_index_is(one, watch):
    """L = 1 without costs: levels of the fund, of the index, or of both are the same levels, bit for bit."""
    fund = {"stop": 0.03, "target": 0.04}
    index = {f"index_{name}": level for name, level in fund.items()}
    results = [
        held(one, 1.0, costs=False, trade=Trade(**levels, watch=watch)) for levels in (fund, index, fund | index)
    ]
    assert all(same(one, other) for one, other in pairwise(results))
    assert results[0].position("F1", 20).exits.prob_stop.mean > 0.1


@pytest.mark.parametrize("one", KINDS.values(), ids=KINDS)
def test_a_bear_fund_is_stopped_where_a_bull_fund_takes_its_gain(one):
    """Levels of the index alone: the same rise is the one's stop and the other's target. Where a day meets both, each
    fund finds out by itself which was first, so there only the day is the same."""
    bull = Trade(index_stop=0.02, index_target=0.03)
    bear = Trade(index_stop=0.03, index_target=0.02)
    for watch in WATCHES:
        first = held(one, 3.0, trade=replace(bull, watch=watch)).position("F3", 20).exits
        second = held(one, -3.0, trade=replace(bear, watch=watch)).position("F-3", 20).exits
        assert (first.days.sum(axis=0) == second.days.sum(axis=0)).all()
        swapped = np.abs(first.days - second.days[::-1]).sum() / 2 / 3000
        if one.kind == "bootstrap":
            assert swapped == pytest.approx(first.prob_both.mean) and first.prob_both == second.prob_both
        else:
            assert swapped <= (0.01 if watch == "day" else 0)


def test_the_next_open_is_a_day_later():
    """What a close orders is sold the day after; what the last close of a hold orders is held to its end."""
    for one in KINDS.values():
        close, after = (held(one, 3.0, -3.0, trade=replace(BOTH, watch=watch)) for watch in ("close", "next-open"))
        for ticker in ("F3", "F-3"):
            at_close, at_open = (result.position(ticker, 20).exits.days for result in (close, after))
            assert (at_open[:, 1:] == at_close[:, :-1]).all() and (at_open[:, 0] == 0).all()
            assert at_close[:, -1].sum() > 0


def test_fills_at_the_next_open():
    """A close's value moves on by carry and L times the index's move overnight, which knows nothing of the close."""
    share, leverages = 0.4, (3.0, -3.0)
    result = held(
        overnight(market(1), share), *leverages, paths=300_000, trade=Trade(stop=0.05, target=0.07, watch="next-open")
    )
    (mean,), (sd,) = result.spec.market.daily_means(), result.spec.market.daily_sds()
    for fund in result.spec.funds:
        carry = fund.annual_carry(result.spec.rate) / 252
        law = ExitLaw(mean, sd, 19, leverage=fund.leverage, carry=carry, stop=0.95, target=1.07, closes=True)
        growth = 1 + carry + fund.leverage * (exp(share * mean + share * sd**2 / 2) - 1)
        fill = result.position(fund.ticker, 20).exits.stop_fill
        assert abs(fill.mean - (law.stop_fill.sum() / law.stopped.sum() * growth - 1)) < SIGMAS * fill.stderr
        assert fill.low < -0.12


@pytest.mark.parametrize("one", [market(3), BARRED], ids=["regimes", "bootstrap"])
def test_levels_out_of_reach_change_nothing(one):
    far = Trade(stop=0.9999, target=100.0, index_stop=0.9999)
    for watch in WATCHES:
        position = held(one, 3.0, -1.0, trade=replace(far, watch=watch)).position("F3", 20)
        exits, law = position.exits, position.fund_return
        assert (exits.prob_neither.mean, exits.edge.mean, exits.edge.stderr) == (1, 0, 0)
        assert exits.stop_fill is None and exits.target_fill is None and exits.days.sum() == 0
        assert (exits.exit_return.counts == law.counts).all()
        assert (exits.exit_return.low, exits.exit_return.high) == (law.low, law.high)
        assert np.isnan(exits.mean_day.mean)


@pytest.mark.parametrize("watch", WATCHES)
@pytest.mark.parametrize("one", KINDS.values(), ids=KINDS)
def test_what_the_exits_say_adds_up(one, watch):
    result = held(one, 3.0, -3.0, trade=replace(BOTH, watch=watch))
    for days in (5, 20):
        for ticker in ("F3", "F-3"):
            position = result.position(ticker, days)
            exits, n = position.exits, result.spec.paths
            parts = (exits.prob_stop.mean, exits.prob_target.mean, exits.prob_neither.mean)
            assert sum(parts) == pytest.approx(1, abs=ROUNDING)
            assert exits.days.sum(axis=1).tolist() == [round(part * n) for part in parts[:2]]
            assert (exits.stop_fill.n, exits.target_fill.n) == tuple(exits.days.sum(axis=1))
            gained = exits.exit_return.mean - position.fund_return.mean
            assert exits.edge.mean == pytest.approx(gained, abs=ROUNDING)
            assert exits.prob_both.mean <= exits.prob_stop.mean
            assert (exits.prob_both.mean > 0) == (watch == "day" and one.kind == "bootstrap")
            middle = (exits.days.sum(axis=0) @ np.arange(1, days + 1)) / exits.days.sum()
            assert exits.mean_day.mean == pytest.approx(middle, abs=1e-9)


def test_one_level_alone():
    """A target alone sells above it; with a stop besides, some of these are stopped before."""
    trades = Trade(target=0.05), Trade(target=0.05, stop=0.05), Trade(stop=0.05)
    alone, both, stopped = (held(market(3), 3.0, trade=trade).position("F3", 20).exits for trade in trades)
    assert alone.prob_stop.mean == 0 and alone.stop_fill is None
    assert alone.prob_target.mean > both.prob_target.mean > 0
    assert alone.target_fill.low >= 0.05 - ROUNDING
    assert stopped.prob_target.mean == 0 and stopped.prob_stop.mean > both.prob_stop.mean
    assert stopped.stop_fill.high <= -0.05 + ROUNDING


# --- threads, members, files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("watch", WATCHES)
def test_threads_leave_no_trace(watch):
    for one in (KINDS["regimes"], KINDS["scaled"]):
        spec = run(one, 3.0, -3.0, costs=True, horizons=(5, 150), paths=80_001, trade=replace(BOTH, watch=watch))
        assert spec.paths > 2 * block_paths(spec)
        serial = simulate(spec, threads=1).to_bytes()
        assert all(simulate(spec, threads=threads).to_bytes() == serial for threads in (2, 8))


def test_an_ensemble_is_its_members_together():
    mixed = ensemble(SKEWED, market(3), BARRED, SCALED_BARRED, weights=[0.4, 0.3, 0.2, 0.1])
    result = held(mixed, 3.0, -3.0)
    parts = [part.positions for part in result.members]
    for name in ("below", "counts", "events", "exit_days", "cells"):
        assert (getattr(result.positions, name) == sum(getattr(part, name).astype(np.int64) for part in parts)).all()
    for name in ("sums", "edges"):
        total = sum(getattr(part, name) for part in parts)
        assert getattr(result.positions, name) == pytest.approx(total, rel=ROUNDING, abs=ROUNDING)


def test_members_share_the_cells_of_views():
    """However different they are: each cell holds the returns that its edges say."""
    calm, wild = market(1, vols=[0.1]), market(1, vols=[0.6])
    result = held(ensemble(calm, wild), 3.0, trade=Trade())
    views = [one.views("F3") for one in (result, *result.members)]
    edges = np.concatenate([[-1], views[0].move_edges, [np.inf]])
    for view in views:
        assert (view.move_edges == views[0].move_edges).all()
        low, high = np.broadcast_to(edges[:-1], view.count.shape), np.broadcast_to(edges[1:], view.count.shape)
        used = view.count > 0
        assert ((view.index_return >= low) & (view.index_return < high))[used].all()
    assert (views[0].count == views[1].count + views[2].count).all()


@pytest.mark.parametrize("one", KINDS.values(), ids=KINDS)
def test_members_run_the_paths_of_their_numbers(one):
    whole, split = held(one, 3.0), held(ensemble(one, one, weights=[0.6, 0.4], drift=one.drift), 3.0)
    for name in ("below", "counts", "events", "exit_days", "extremes"):
        assert (getattr(whole.positions, name) == getattr(split.positions, name)).all()


@pytest.mark.parametrize("one", [market(3), ensemble(SKEWED, BARRED)], ids=["regimes", "ensemble"])
def test_files_keep_positions(one, tmp_path):
    path = tmp_path / "result.npz"
    for trade in (Trade(loss=0.2), *(replace(BOTH, watch=watch) for watch in WATCHES)):
        result = held(one, 3.0, -3.0, trade=trade)
        path.write_bytes(result.to_bytes())
        kept = load(path)
        assert kept.spec == result.spec and same(kept, result) and kept.to_bytes() == result.to_bytes()
        for part, other in zip(kept.members, result.members, strict=True):
            assert same(part, other)


# --- hostile numbers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("watch", WATCHES)
@pytest.mark.parametrize("vol", [3.0, 10.0])
def test_funds_that_lose_all_in_a_day(vol, watch):
    levels = {"stop": 0.5, "target": 1.0, "index_stop": 0.4, "index_target": 0.5, "watch": watch}
    result = held(overnight(market(1, vols=[vol]), 0.3), 10.0, -10.0, 3.0, trade=Trade(**levels))
    for ticker in ("F10", "F-10", "F3"):
        position = result.position(ticker, 20)
        exits, law = position.exits, position.fund_return
        assert law.low == -1 and position.drawdown.high == 1
        assert exits.exit_return.low >= -1 and np.isfinite([exits.exit_return.high, exits.edge.stderr]).all()
        assert exits.stop_fill.low == -1 and min(exits.prob_stop.mean, exits.prob_target.mean) > 0.01
        assert watch == "next-open" or exits.stop_fill.high < 0
        assert np.isfinite(position.break_even.mean) and position.break_even.low >= -1
    assert np.isfinite(result.positions.cell_sums).all()


def test_days_that_happen_overnight():
    """W = 1: the open is the close, so levels are met there or not at all, as at closes alone."""
    one = overnight(market(2), 1.0)
    day, close = (held(one, 3.0, -3.0, trade=replace(BOTH, watch=watch)) for watch in ("day", "close"))
    for ticker in ("F3", "F-3"):
        within, at_close = (result.position(ticker, 20).exits for result in (day, close))
        assert (within.days == at_close.days).all()
        assert within.exit_return.mean == pytest.approx(at_close.exit_return.mean, abs=1e-7)  # opens are single
        assert within.stop_fill.low == pytest.approx(at_close.stop_fill.low, abs=1e-6)


def test_days_without_a_night():
    """W = 0: all fills are at the level, but for a value that the carry alone takes beyond it."""
    result = held(overnight(market(2), 0.0), 3.0, -3.0, costs=False, trade=Trade(stop=0.04, target=0.05))
    for ticker in ("F3", "F-3"):
        exits = result.position(ticker, 20).exits
        assert [exits.stop_fill.low, exits.stop_fill.high] == pytest.approx([-0.04, -0.04], abs=ROUNDING)
        assert [exits.target_fill.low, exits.target_fill.high] == pytest.approx([0.05, 0.05], abs=ROUNDING)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_a_market_that_stands_still(share):
    """At a volatility of 0.0001 % a fund does what its carry does: the day that takes it beyond the level sells it."""
    one = overnight(market(1, vols=[1e-6], drift=0.0), share)
    for watch in WATCHES:
        result = held(one, 3.0, -3.0, trade=Trade(stop=0.005, target=0.005, watch=watch))
        for fund in result.spec.funds:
            exits = result.position(fund.ticker, 20).exits
            level = -0.005 if fund.leverage > 0 else 0.005
            days = np.arange(1, 21)
            values = (1 + fund.annual_carry(result.spec.rate) / 252) ** days - 1
            beyond = np.flatnonzero(values <= level if level < 0 else values >= level)
            expected = np.zeros((2, 20), int)
            expected[int(level > 0), beyond[0] + (watch == "next-open")] = 3000
            assert (exits.days == expected).all()
            fill = exits.stop_fill if level < 0 else exits.target_fill
            sold = beyond[0] + (watch == "next-open")
            assert fill.mean == pytest.approx(values[sold], abs=3e-6)


def test_past_days_without_bars_are_watched_at_closes():
    assert held(BOOTSTRAP, 3.0, trade=replace(BOTH, watch="close")).position("F3", 20).exits.prob_stop.mean > 0
    assert held(BOOTSTRAP, 3.0, trade=Trade()).position("F3", 20).exits is None
    for watch in ("day", "next-open"):
        with pytest.raises(LetfError, match=r"has no open, high and low of its days, .* or watch closes"):
            held(BOOTSTRAP, 3.0, trade=replace(BOTH, watch=watch))
