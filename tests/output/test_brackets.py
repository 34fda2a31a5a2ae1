"""The bracket map's figure: the figures drawn are the map's."""

from dataclasses import replace

import matplotlib
import numpy as np
import pytest
from examples import SKEWED, market, run
from matplotlib.patches import Rectangle

from simulator.output import style
from simulator.output.bracket_words import decimals
from simulator.output.files import figure_bytes
from simulator.output.plot_brackets import CHANCES, HATCH, draw_brackets
from simulator.risk.brackets import STOPS, TARGETS, bracket_map
from simulator.spec.trade import Trade

SPEC = run(market(3), 3.0, -3.0, costs=True, horizons=(20,), trade=Trade(watch="close"))
MINUS = "\N{MINUS SIGN}"
LEVELS = {"stops": STOPS[::2], "targets": TARGETS[::2], "paths": 3000}


@pytest.fixture(scope="module", params=["F3", "F-3"])
def found(request):
    return bracket_map(SPEC, request.param, **LEVELS)


def number(text):
    return float(text.replace(MINUS, "-"))


def test_resolved_cells_tell_their_figure_the_others_are_hatched(found):
    panel = draw_brackets(found).axes[0]
    told = {text.get_position(): number(text.get_text()) for text in panel.texts if "%" not in text.get_text()}
    hatched = [patch for patch in panel.patches if patch.get_hatch() == HATCH]
    assert 0 < len(hatched) < found.resolved.size and len(hatched) == (~found.resolved).sum()
    for (i, j), passed in np.ndenumerate(found.resolved):
        place = 100 * found.stops[i], 100 * found.targets[j]
        assert (place in told) == passed
        if passed:
            assert told[place] == pytest.approx(100 * found.edge[i, j], abs=0.0051)
        else:
            assert any(patch.get_bbox().contains(*place) for patch in hatched)


@pytest.mark.parametrize(
    ("error", "least", "count"),
    [(0.03, 2, 2), (0.004, 2, 3), (0.2, 2, 2), (0.2, 1, 1), (2.0, 1, 1), (1e-7, 2, 4), (0.0, 2, 2), (np.nan, 2, 2)],
)
def test_decimals_are_those_that_errors_ask_for(error, least, count):
    assert decimals(error, least) == count


def test_a_hold_of_a_day_is_told_to_its_errors():
    rising = SPEC.market.with_drift(0.5)  # so that what a day's exits forgo is resolved
    one = bracket_map(replace(SPEC, market=rising, horizons=(1,), trade=Trade()), "F3", paths=20_000)
    figure = draw_brackets(one)
    cells = [text.get_text() for text in figure.axes[0].texts if "%" not in text.get_text()]
    assert cells and all(number(cell) != 0 for cell in cells)
    errors = [text.get_text().partition("±")[2] for text in figure.legends[0].get_texts()]
    assert all(float(error.split()[0]) > 0 for error in errors if error)


def test_colours_are_the_edges_about_zero(found):
    mesh = draw_brackets(found).axes[0].collections[0]
    np.testing.assert_allclose(np.ravel(mesh.get_array()), 100 * found.edge.T.ravel())
    assert mesh.norm.vmin == -mesh.norm.vmax == pytest.approx(-100 * np.abs(found.edge).max())


def test_lines_of_one_chance_run_where_the_chance_is(found):
    """Each named line passes, at its name, between the cells whose chances are to either side of it."""
    panel = draw_brackets(found).axes[0]
    names = [text for text in panel.texts if text.get_text().endswith("%")]
    assert {int(text.get_text()[:-1]) for text in names} <= set(CHANCES) and len(names) > 2
    for text in names:
        x, y = text.get_position()
        i = np.clip(np.searchsorted(100 * found.stops, x) - 1, 0, len(found.stops) - 2)
        j = np.clip(np.searchsorted(100 * found.targets, y) - 1, 0, len(found.targets) - 2)
        around = 100 * found.prob_stop[i : i + 2, j : j + 2]
        assert around.min() - 1 < float(text.get_text()[:-1]) < around.max() + 1


def test_axes_are_the_fund_and_the_index(found):
    panel = draw_brackets(found).axes[0]
    assert [number(label.get_text()) for label in panel.get_xticklabels()] == pytest.approx(100 * found.stops)
    assert [number(label.get_text()) for label in panel.get_yticklabels()] == pytest.approx(100 * found.targets)
    top = panel.child_axes[0]
    shown = [number(label.get_text()) for label in top.get_xticklabels()]
    assert shown == pytest.approx(100 * found.index_stops, abs=0.051)
    assert "IWM" in top.get_xlabel() and found.fund.ticker in panel.get_xlabel()


def test_brackets_to_point_out_are_framed_and_told():
    figure = draw_brackets(bracket_map(SPEC, "F3", paths=500))
    frames = [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle) and not patch.get_hatch()]
    corners = [(frame.get_x(), frame.get_y(), frame.get_width(), frame.get_height()) for frame in frames]
    assert corners == [pytest.approx((11, 17.5, 2, 5)), pytest.approx((11, 37.5, 2, 5))]
    told = [text.get_text() for text in figure.legends[0].get_texts()]
    assert told[0].startswith(f"{MINUS}12% / +20%: stop first ") and told[1].startswith(f"{MINUS}12% / +40%: stop")
    assert "not resolved" in told and "chance of stop first" in told


def test_a_bracket_between_cells_is_a_diamond():
    own = bracket_map(replace(SPEC, trade=Trade(stop=0.13, target=0.27)), "F3", **LEVELS | {"paths": 60})
    (mark,) = draw_brackets(own).axes[0].lines
    assert mark.get_xydata().tolist() == [pytest.approx([13, 27])]
    assert not draw_brackets(bracket_map(SPEC, "F3", **LEVELS | {"paths": 60})).axes[0].lines


def test_title_asks_and_caption_tells_what_unresolved_means(found):
    figure = draw_brackets(found)
    ticker = found.fund.ticker
    assert figure.texts[0].get_text() == f"What do a stop and a target do to the mean of {ticker} over 20 days?"
    words = " ".join(figure.texts[1].get_text().split())
    for word in (
        "watched at the closes",
        "within 1.96 Monte Carlo standard errors",
        f"of {found.edge.size} that do nothing",
        f"of the {found.resolved.sum()} that pass",
        "3,000 paths",
        "seed 1",
        "Rate 4%",
        "Not advice",
    ):
        assert word in words
    growth = f"{100 * found.daily_growth:+.3f}".replace("-", MINUS)
    assert f"expected to make {growth}% a day" in words


ODD = {
    "two by two": (SPEC, {"stops": (0.1, 0.2), "targets": (0.1, 0.3)}),
    "nothing happens": (run(market(1, vols=[0.001]), 3.0, horizons=(5,)), {}),
    "own bracket off the map": (replace(SPEC, trade=Trade(stop=0.5, target=2.0)), {}),
    "own bracket between cells": (replace(SPEC, trade=Trade(stop=0.13, target=0.27)), {}),
    "own drifts": (run(market(2, log_drifts=[0.2, -0.3], drift="regime"), -2.0, horizons=(126,)), {}),
    "wild": (run(SKEWED.with_scaled_vol(1.5), 3.0, horizons=(126,)), {}),
    "one day": (replace(SPEC, horizons=(1,)), {}),
    "long ticker": (replace(SPEC, funds=(replace(SPEC.funds[0], ticker="TWELVELETTER"),)), {}),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_maps_are_drawn_inside_the_figure(name):
    spec, levels = ODD[name]
    figure = draw_brackets(bracket_map(spec, spec.funds[0].ticker, **LEVELS | {"paths": 60} | levels))
    assert len(figure_bytes(figure, ".png")) > 10_000
    figure.set_dpi(style.RC["savefig.dpi"])
    for text in figure.findobj(matplotlib.text.Text):
        if text.get_text() and text.get_visible():
            box = text.get_window_extent()
            assert box.x0 >= -1 and box.y0 >= -1 and box.x1 <= figure.bbox.x1 + 1 and box.y1 <= figure.bbox.y1 + 1, text
