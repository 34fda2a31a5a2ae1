"""Figures: the numbers drawn are the result's, and every result can be drawn."""

import hashlib
import io
import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from examples import market, run
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from PIL import Image

from simulator.engine.simulate import simulate
from simulator.errors import LetfError
from simulator.output import labels, style
from simulator.output.density import POINTS, Axis, common_axis, density
from simulator.output.fan import fan_of
from simulator.output.files import UNDATED, figure_bytes
from simulator.output.plot import KINDS, draw
from simulator.output.ridge import draw_ridge
from simulator.output.ridges import days_shown
from simulator.result import QUANTILES
from simulator.spec.files import preset_funds
from simulator.spec.run import DEFAULT_HORIZONS

DATED = market(3, name="test-market", provenance={"first_date": "2000-05-26", "last_date": "2024-12-31"})
SPEC = run(DATED, 3.0, -3.0, costs=True, horizons=(1, 5, 21, 63), paths=20_000)
BANDS = ((0.01, 0.99), (0.05, 0.95), (0.25, 0.75))


@pytest.fixture(scope="module")
def result():
    return simulate(SPEC)


def texts(axes_or_figure):
    return [text.get_text() for text in axes_or_figure.findobj(matplotlib.text.Text) if text.get_text()]


def extents(panel, colour):
    """Least and greatest x of each area in one colour, in the order drawn."""
    areas = [area for area in panel.collections if isinstance(area, PolyCollection)]
    alike = [area for area in areas if np.allclose(area.get_facecolor()[0], to_rgba(colour))]
    return [(area.get_paths()[0].vertices[:, 0].min(), area.get_paths()[0].vertices[:, 0].max()) for area in alike]


def drawn_ridge(law, axis):
    panel = Figure().add_subplot()
    draw_ridge(panel, law, axis, 2.0, 0.5, "#0b62a4")
    return panel


# --- ridges


@pytest.mark.parametrize("ticker", ["F3", "F-3"])
@pytest.mark.parametrize("days", [5, 63])
def test_ridge_bands_are_the_quantiles_of_the_divergence(result, ticker, days):
    law = result.divergence(ticker, days)
    panel = drawn_ridge(law, Axis(3.0, -40.0, 90.0))
    for (low, high), strength in zip(BANDS, style.TINTS, strict=True):
        ends = (POINTS * float(law.quantile(low)), POINTS * float(law.quantile(high)))
        within, strip = extents(panel, style.tint("#0b62a4", strength))
        assert within == pytest.approx(ends) and strip == pytest.approx(ends)


def test_ridge_stands_on_its_baseline_and_peaks_as_asked(result):
    law, axis = result.divergence("F3", 21), Axis(3.0, -40.0, 90.0)
    (outline,) = drawn_ridge(law, axis).lines
    _, height = density(law, axis)
    assert outline.get_ydata().max() == pytest.approx(2.5)
    assert outline.get_ydata() == pytest.approx(2.0 + 0.5 * (height / height.max())[height > 0])
    assert POINTS * law.low - 0.1 <= outline.get_xdata().min() <= outline.get_xdata().max() <= POINTS * law.high + 0.1


def test_ridge_marks_the_median_up_to_the_outline(result):
    law, axis = result.divergence("F-3", 21), Axis(3.0, -40.0, 90.0)
    panel = drawn_ridge(law, axis)
    (median,) = (lines for lines in panel.collections if np.allclose(lines.get_edgecolor(), to_rgba("white")))
    (bottom, top) = median.get_segments()[0]
    assert bottom == pytest.approx([POINTS * float(law.quantile(0.5)), 2.0])
    assert top[1] == pytest.approx(np.interp(top[0], *panel.lines[0].get_data()))


def error_bars(panel):
    return [
        segment
        for lines in panel.collections
        if isinstance(lines, LineCollection)
        and len(lines.get_segments())
        and np.allclose(lines.get_edgecolor(), to_rgba(style.INK))
        for segment in lines.get_segments()
    ]


def test_error_bars_are_two_standard_errors_where_they_show():
    rough, fine = (simulate(replace(SPEC, horizons=(21,), paths=paths)) for paths in (300, 400_000))
    axis = Axis(3.0, -40.0, 90.0)
    law = rough.divergence("F3", 21)
    bars = error_bars(drawn_ridge(law, axis))
    spots, errors = (POINTS * f(np.array([0.05, 0.95])) for f in (law.quantile, law.quantile_stderr))
    assert np.isnan(law.quantile_stderr(np.array([0.01, 0.99]))).all()  # 3 paths out of 300 tell too little
    for bar, spot, error in zip((bars[0], bars[-1]), spots, errors, strict=True):
        assert bar[:, 0] == pytest.approx([spot - 2 * error, spot + 2 * error])
    assert error_bars(drawn_ridge(fine.divergence("F3", 21), axis)) == []
    assert re.search("points where known, black bars show two either way", caption(draw(rough)))
    assert re.search(r"points, narrower than a line\.", caption(draw(fine)))


def caption(figure):
    return figure.texts[1].get_text().replace("\n", " ")


def test_panels_share_one_axis_that_holds_every_band(result):
    figure = draw(result)
    limits = {panel.get_xlim() for panel in figure.axes}
    assert len(figure.axes) == 2 and len(limits) == 1
    ((low, high),) = limits
    for fund in SPEC.funds:
        for days in (5, 21, 63):
            ends = POINTS * result.divergence(fund.ticker, days).quantile(np.array([0.01, 0.99]))
            assert low < ends[0] < ends[1] < high


@pytest.mark.parametrize("position", [0, 1])
def test_the_right_margin_gives_medians_and_chances(result, position):
    ticker = SPEC.funds[position].ticker
    panel = draw(result).axes[position]
    laws = [result.divergence(ticker, days) for days in (5, 21, 63)]
    words = texts(panel)
    chances = [word for word in words if re.fullmatch(r"\d+\.\d%", word)]
    assert chances == [f"{100 * law.prob_below_zero:.1f}%" for law in laws]
    for law in laws:
        assert labels.signed(100 * float(law.quantile(0.5))) in words
    assert f"chance\nbehind {'3x' if position == 0 else '−3x'}" in words


def test_chances_and_medians_as_text():
    assert labels.chance(0.8312, 0.0007, 262_144) == "83.1%"
    assert labels.chance(0.83, 0.0217, 300) == "83±4%"
    assert labels.chance(0.5, 0.35, 2) == "50%"
    assert labels.chance(1.0, 0.0, 2) == "100%"
    assert labels.chance(0.0, 0.0, 262_144) == "0.0%"
    assert [labels.signed(x) for x in (-0.236, 20.46, 137.2, 0.0, -0.001, 1234.5)] == [
        "−0.24", "+20.5", "+137", "0.00", "0.00", "+1,234",
    ]  # fmt: skip
    assert labels.signed(float("-inf")) == "beyond"


@pytest.mark.parametrize(
    ("horizons", "shown"),
    [
        (DEFAULT_HORIZONS, (5, 10, 15, 21, 30, 42, 63)),
        ((1, 2, 126), (1, 2, 126)),
        ((252,), (252,)),
        (range(5, 15), tuple(range(5, 15))),
        (range(1, 64), (5, 11, 18, 24, 31, 37, 44, 50, 57, 63)),
    ],
)
def test_days_shown(horizons, shown):
    assert days_shown(tuple(horizons)) == shown


def test_few_paths_are_drawn_one_by_one():
    result = simulate(replace(SPEC, horizons=(21,), paths=7))
    panel = drawn_ridge(result.divergence("F3", 21), Axis(3.0, -40.0, 90.0))
    assert not [area for area in panel.collections if isinstance(area, PolyCollection)]
    assert len(panel.collections[0].get_segments()) == 7
    assert "Only 7 paths, too few for bands" in caption(draw(result))


def test_a_point_is_a_needle():
    result = simulate(run(market(1, vols=[1e-5]), 3.0, costs=True, horizons=(21,), paths=1000))
    law = result.divergence("F3", 21)
    panel = drawn_ridge(law, common_axis([law]))
    ((bottom, top),) = panel.collections[0].get_segments()
    assert bottom == pytest.approx([POINTS * law.mean, 2.0], abs=1e-4) and top[1] == 2.5
    assert len(panel.collections) == 1 and not panel.lines


# --- fan


def test_fans_are_quantiles_of_the_fund_and_of_the_multiple(result):
    figure = draw(result, "fan")
    assert [panel.get_title(loc="left") for panel in figure.axes] == [
        "F3", "3x the return of IWM", "F-3", "−3x the return of IWM",
    ]  # fmt: skip
    assert len({panel.get_ylim() for panel in figure.axes}) == 1
    for panel, position in zip(figure.axes, (0, 0, 1, 1), strict=True):
        fund = SPEC.funds[position]
        own = panel in figure.axes[::2]
        for days in SPEC.horizons:
            law = result.fund_return(fund.ticker, days) if own else result.index_return(days)
            quantiles = np.sort((1 if own else fund.leverage) * POINTS * law.quantile(np.array(QUANTILES)))
            assert spans(panel, days) == pytest.approx(
                [quantiles[0], quantiles[-1], quantiles[1], quantiles[-2], quantiles[2], quantiles[-3]], abs=1e-6
            )


def test_the_fan_of_a_negative_multiple_is_that_of_the_law_upside_down(result):
    law = result.index_return(21)
    up, down = fan_of([(law, 3.0)]), fan_of([(law, -3.0)])
    for low, high in zip(QUANTILES, QUANTILES[::-1], strict=True):
        assert down[low].tolist() == (-up[high]).tolist()
    assert down[0.01][1] < down[0.5][1] < down[0.99][1] and down[0.01][0] == 0


def spans(panel, days):
    """Lower and upper end of each band at one holding period, widest first."""
    ends = []
    for area in panel.collections:
        if isinstance(area, PolyCollection):
            vertices = area.get_paths()[0].vertices
            at = vertices[vertices[:, 0] == days, 1]
            ends += [at.min(), at.max()]
    return ends


def test_the_fan_marks_a_total_loss_only_where_the_scale_goes_beyond(result):
    assert "total loss" in texts(draw(result, "fan", ["F-3"]))
    assert "total loss" not in texts(draw(simulate(replace(SPEC, horizons=(1,))), "fan"))


# --- horizon


def test_horizon_lines_are_chances_and_shortfalls(result):
    left, right = draw(result, "horizon").axes
    for panel, number in ((left, chance), (right, shortfall)):
        lines = [line for line in panel.lines if len(line.get_xdata()) == len(SPEC.horizons)]
        areas = [area for area in panel.collections if isinstance(area, PolyCollection)]
        for fund, line, area in zip(SPEC.funds, lines, areas, strict=True):
            assert tuple(line.get_xdata()) == SPEC.horizons
            for days, drawn in zip(*line.get_data(), strict=True):
                value, error = number(result, fund.ticker, int(days))
                vertices = area.get_paths()[0].vertices
                band = vertices[vertices[:, 0] == days, 1]
                assert drawn == pytest.approx(100 * value)
                assert [band.min(), band.max()] == pytest.approx([100 * (value - 2 * error), 100 * (value + 2 * error)])


def test_a_first_day_of_costs_alone_is_explained(result):
    words = "Over one day nothing but costs and interest"
    assert words in caption(draw(result, "horizon"))
    assert words not in caption(draw(simulate(replace(SPEC, horizons=(2, 5))), "horizon"))
    wiped = simulate(run(market(1, vols=[10.0]), 3.0, horizons=(1, 5), paths=500))
    assert words not in caption(draw(wiped, "horizon"))


def chance(result, ticker, days):
    law = result.divergence(ticker, days)
    return law.prob_below_zero, law.prob_below_zero_stderr


def shortfall(result, ticker, days):
    found = result.fund_return(ticker, days).expected_shortfall(0.95)
    return found.mean, found.stderr


def test_labels_make_room_for_each_other_and_stay_where_they_can():
    assert labels.spread([10.0, 1.0], 2.0) == [10.0, 1.0]
    assert labels.spread([5.0, 5.0, 5.0], 1.0) == pytest.approx([4.0, 5.0, 6.0])
    moved = labels.spread([3.0, 0.0, 0.1, 0.2, 9.0], 1.0)
    assert np.diff(np.sort(moved)).min() >= 1 - 1e-9
    assert np.argsort(moved).tolist() == [1, 2, 3, 0, 4] and moved[4] == 9.0


# --- what every figure says


@pytest.mark.parametrize("kind", KINDS)
def test_title_asks_and_caption_tells_the_run_and_the_errors(result, kind):
    figure = draw(result, kind)
    title, words = figure.texts[0].get_text(), caption(figure)
    assert title.endswith("?") and "F3 and F-3" in title
    for word in ("test-market", "2024-12-31", "Start stationary", "drift 8%", "ate 4%", "20,000 paths", "seed 1"):
        assert word in words
    assert re.search(r"standard errors.* at most \d", words)


def test_the_funds_chosen_keep_their_order_and_colour(result):
    both, one = draw(result), draw(result, funds=["f-3"])
    assert [panel.get_title(loc="left") for panel in one.axes] == ["F-3, −3x IWM"]
    first, second, alone = ({line.get_color() for line in panel.lines} for panel in (*both.axes, *one.axes))
    assert second == alone and first != second
    assert "1 of 2 funds drawn" in caption(one) and "funds drawn" not in caption(both)


def test_errors_name_what_is_known(result):
    with pytest.raises(LetfError, match="unknown kind of figure 'pie'; known: ridges, fan, horizon"):
        draw(result, "pie")
    with pytest.raises(LetfError, match="unknown fund 'QQQ'; known: F3, F-3"):
        draw(result, funds=["QQQ"])


def test_more_than_eight_funds():
    leverages = [level / 2 for level in range(2, 12)]
    result = simulate(run(market(1), *leverages, horizons=(5,), paths=500))
    assert len(draw(result).axes) == 8
    assert "8 of 10 funds drawn" in caption(draw(result))
    with pytest.raises(LetfError, match="at most 8 funds, got 9; name fewer with --fund"):
        draw(result, funds=[f"F{level:g}" for level in leverages[:9]])


# --- files


@pytest.mark.parametrize("kind", KINDS)
def test_every_suffix_is_a_valid_file_without_dates(result, kind):
    figure = draw(result, kind)
    with Image.open(io.BytesIO(figure_bytes(figure, ".png"))) as image:
        image.load()
        assert image.width > 1000 and len(image.getcolors(maxcolors=10**6)) > 20
        assert set(image.info) <= {"dpi"}
    svg = figure_bytes(figure, ".svg")
    assert ElementTree.fromstring(svg).tag.endswith("svg")
    assert b"date" not in svg and b"atplotlib v" not in svg
    pdf = figure_bytes(figure, ".pdf")
    assert pdf.startswith(b"%PDF-") and pdf.rstrip().endswith(b"%%EOF")
    assert b"Date" not in pdf and b"Producer" not in pdf and b"Creator" not in pdf


def fingerprints(result):
    return {
        f"{kind}{suffix}": hashlib.sha256(figure_bytes(draw(result, kind), suffix)).hexdigest()
        for kind in KINDS
        for suffix in UNDATED
    }


def test_the_same_bytes_in_any_process_whatever_the_users_settings(result, tmp_path):
    (tmp_path / "result.npz").write_bytes(result.to_bytes())
    (tmp_path / "matplotlibrc").write_text("font.size: 20\nsavefig.bbox: tight\nlines.linewidth: 9\nsavefig.dpi: 30\n")
    code = (
        "import hashlib, pathlib\n"
        "from simulator.output.files import UNDATED, figure_bytes\n"
        "from simulator.output.plot import KINDS, draw\n"
        "from simulator.result import load\n"
        "result = load(pathlib.Path('result.npz'))\n"
        "for kind in reversed(KINDS):\n"
        "    for suffix in UNDATED:\n"
        "        print(f'{kind}{suffix}', hashlib.sha256(figure_bytes(draw(result, kind), suffix)).hexdigest())\n"
    )
    environment = os.environ | {"PYTHONHASHSEED": "7", "MATPLOTLIBRC": str(tmp_path), "TZ": "Asia/Tokyo"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    first = fingerprints(result)
    assert dict(line.split() for line in done.stdout.splitlines()) == first
    assert fingerprints(result) == first


def test_the_users_settings_come_back(result):
    with matplotlib.rc_context({"font.size": 33}):
        before = dict(matplotlib.rcParams)
        figure_bytes(draw(result), ".svg")
        assert dict(matplotlib.rcParams) == before


def test_drawing_does_not_load_pyplot():
    code = "import sys, simulator.output.files; a = 'matplotlib' in sys.modules\n"
    code += "import simulator.output.plot; print(a, 'matplotlib' in sys.modules, 'matplotlib.pyplot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", "False"]


# --- every result can be drawn

ODD = {
    "one fund": replace(SPEC, funds=SPEC.funds[1:]),
    "one holding period": replace(SPEC, horizons=(21,)),
    "one day": replace(SPEC, horizons=(1,)),
    "the index itself": run(DATED, 1.0, horizons=(1, 5, 21), paths=2000),
    "eight funds": replace(SPEC, funds=preset_funds(), paths=2000),
    "1,000 % volatility": run(market(1, vols=[10.0]), 3.0, -3.0, horizons=DEFAULT_HORIZONS, paths=2000),
    "no volatility": run(market(1, vols=[1e-6]), 3.0, -3.0, costs=True, paths=500, horizons=(5, 21)),
    "one path": replace(SPEC, paths=1),
    "two paths": replace(SPEC, paths=2),
    "63 holding periods": replace(SPEC, horizons=tuple(range(1, 64)), paths=500),
    "ten years": replace(SPEC, horizons=(504, 2520), paths=500),
    "beyond every range": run(market(1, vols=[10.0], drift=10.0), 10.0, -10.0, horizons=(1, 2520), paths=300),
    "leverage 10": run(market(3), 10.0, -10.0, horizons=(5, 252), paths=2000),
    "long words": run(
        market(3, name="a-market-with-quite-a-long-name-that-someone-gave-it" * 3), 3.0, horizons=(5,), paths=100
    ),
}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("kind", KINDS)
def test_odd_results_are_drawn_inside_the_figure(name, kind):
    figure = draw(simulate(ODD[name]), kind)
    assert len(figure_bytes(figure, ".png")) > 10_000
    figure.set_dpi(style.RC["savefig.dpi"])  # as it was drawn
    sheet = figure.bbox
    for text in figure.findobj(matplotlib.text.Text):
        if text.get_text() and text.get_visible():
            box = text.get_window_extent()
            assert box.x0 >= -1 and box.y0 >= -1 and box.x1 <= sheet.x1 + 1 and box.y1 <= sheet.y1 + 1, text
    for panel in figure.axes:
        assert np.isfinite([panel.get_xlim(), panel.get_ylim()]).all()
        labels = [label.get_window_extent() for label in panel.get_xticklabels() if label.get_text()]
        labels = sorted((box for box in labels if box.width), key=lambda box: box.x0)
        for left, right in pairwise(labels):
            assert left.x1 <= right.x0, "tick labels overlap"
