"""Figures of a replay show what the replay found."""

import numpy as np
import pytest
from examples import market
from matplotlib.colors import to_hex
from prices import fund, fund_returns, index_returns, prices

from simulator.engine.simulate import simulate
from simulator.history.pair import Pair
from simulator.history.replay import replay
from simulator.history.windows import realised
from simulator.output.files import figure_bytes
from simulator.output.plot_growth import draw_growth, lines
from simulator.output.plot_waterfall import TOTAL_COLOUR, draw_waterfall, span, steps
from simulator.output.plot_windows import draw_windows
from simulator.spec.run import Simulation


def made_up(leverage, days=700, vol=0.012, drift=0.0):
    r = index_returns(days, vol) + drift
    real = prices(fund_returns(r, leverage, 0.02, 5e-4), f"F{leverage:g}.csv")
    return replay(Pair(fund=fund(leverage), index=prices(r, "IDX.csv"), fund_prices=real), 0.04)


@pytest.fixture(scope="module")
def replays():
    return [made_up(3.0), made_up(-3.0)]


def test_growth_draws_the_four_lines(replays):
    figure = draw_growth(replays)
    assert figure.texts[0].get_text() == "Did F3 and F-3 grow as 3x and −3x daily IDX should?"
    for panel, told in zip(figure.axes, replays, strict=True):
        assert panel.get_yscale() == "log"
        expected = lines(told)
        assert next(iter(expected)) == "IDX" and list(expected)[2] == told.fund.ticker
        for line, values in zip(panel.lines, expected.values(), strict=True):
            drawn = line.get_ydata()
            np.testing.assert_array_equal(drawn, np.where(values > 0, values, np.nan))
        words = [text.get_text() for text in panel.texts]
        assert any(word.startswith(f"{told.fund.ticker} ×") for word in words)
    np.testing.assert_allclose(lines(replays[0])["replay"][-1], 1 + replays[0].attribution().replay_return)


def test_a_multiple_that_is_lost_stays_lost():
    """-3 times the return of an index that once rose by a third, though it fell again."""
    told = made_up(-3.0)
    close = told.pair.index.close.copy()
    close[300:400] *= 2
    index = replay(Pair(fund=told.fund, index=prices(np.diff(close) / close[:-1], "IDX.csv"),
                        fund_prices=told.pair.fund_prices), 0.04)  # fmt: skip
    multiple = lines(index)["−3x its return"]
    assert np.isfinite(multiple[:100]).all() and np.isnan(multiple[300:]).all()
    words = [text.get_text() for text in draw_growth([index]).axes[0].texts]
    assert "−3x its return: lost" in words


def test_the_waterfall_leads_to_the_fund(replays):
    figure = draw_waterfall(replays)
    assert figure.texts[0].get_text() == "Why not 3x and −3x? F3 and F-3 in 2013"
    heights = [panel.get_ylim() for panel in figure.axes]
    assert heights[0] == heights[1]
    for panel, told in zip(figure.axes, replays, strict=True):
        parts = told.attribution(told.years()[2013])
        bars = [(bar.get_y(), bar.get_y() + bar.get_height()) for bar in panel.patches]
        starts, ends = steps(parts)
        np.testing.assert_allclose(bars, np.column_stack([starts, ends]), atol=1e-9)
        assert ends[0] == pytest.approx(100 * parts.multiple) and ends[-2] == pytest.approx(100 * parts.fund_return)
        assert ends[-1] == pytest.approx(ends[-2]) and starts[-1] == 0
        colours = [to_hex(bar.get_facecolor()) for bar in panel.patches]
        assert colours[0] == colours[-1] == TOTAL_COLOUR
        falls = {
            colour for colour, start, end in zip(colours[1:-1], starts[1:-1], ends[1:-1], strict=True) if end < start
        }
        assert len(falls) == 1 and len(set(colours[1:-1])) == 2


def test_a_short_span_is_drawn_whole():
    told = made_up(3.0, 200)
    days, words = span(told)
    assert days == slice(None) and words == "from 2012-01-02 to 2012-10-08"
    assert span(made_up(3.0, 1000))[1] == "in 2014"


def test_windows_put_each_real_hold_on_its_ridge(replays):
    holds = realised([told.pair for told in replays], (5, 21, 63))
    funds = tuple(told.fund for told in replays)
    spec = Simulation(market=market(index="IDX"), funds=funds, horizons=(5, 21, 63), paths=4000)
    figure = draw_windows(simulate(spec), replays, holds)
    assert figure.texts[0].get_text() == "Did F3 and F-3 stray from 3x and −3x IDX as simulated?"
    for panel, row in zip(figure.axes, holds, strict=True):
        bases, low, high = panel.get_yticks(), *panel.get_xlim()
        dots = np.concatenate([np.asarray(c.get_offsets()) for c in panel.collections if len(c.get_offsets())])
        dots = dots[dots[:, 1] > 0]
        for base, hold in zip(bases, row, strict=True):
            on = dots[(dots[:, 1] > base) & (dots[:, 1] < base + 0.25)]
            assert sorted(on[:, 0]) == pytest.approx(sorted(np.clip(100 * hold.independent, low, high)))
            words = [text.get_text() for text in panel.texts]
            assert f"({100 * hold.behind.estimate:.0f}%)" in words


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_figures_are_the_same_bytes_each_time(replays, suffix):
    for draw in (draw_growth, draw_waterfall):
        assert figure_bytes(draw(replays), suffix) == figure_bytes(draw(replays), suffix)


def test_one_fund_is_enough(replays):
    assert len(draw_growth(replays[:1]).axes) == len(draw_waterfall(replays[:1]).axes) == 1
