"""Conditional views as table and figure: the figures told are the views'."""

import re
from dataclasses import replace

import matplotlib
import numpy as np
import pytest
from examples import SKEWED, market, run

from simulator.engine.simulate import simulate
from simulator.errors import LetfError
from simulator.output import style
from simulator.output.diverging import diverging
from simulator.output.files import figure_bytes
from simulator.output.plot_views import draw_views
from simulator.output.table import with_error
from simulator.output.views_report import views_lines
from simulator.risk.views import FEWEST, conditional_views
from simulator.spec.trade import Trade

SPEC = run(market(3), 3.0, -3.0, costs=True, horizons=(20,), paths=20_000, trade=Trade())
MINUS = "\N{MINUS SIGN}"


def views(spec, ticker="F3"):
    return conditional_views(simulate(spec), ticker)


@pytest.fixture(scope="module")
def found():
    return views(SPEC)


ODD = {
    "one day": replace(SPEC, horizons=(1,)),
    "a year": replace(SPEC, horizons=(252,)),
    "few paths": replace(SPEC, paths=600),
    "1,000 % volatility": run(market(1, vols=[10.0]), 3.0, horizons=(20,), paths=5000, trade=Trade()),
    "little volatility": run(market(1, vols=[0.01]), 3.0, horizons=(20,), paths=5000, trade=Trade()),
    "leverage 10": run(market(3), 10.0, horizons=(20,), paths=20_000, trade=Trade()),
    "own drifts": run(SKEWED, 3.0, horizons=(126,), paths=20_000, trade=Trade()),
    "long ticker": replace(SPEC, funds=(replace(SPEC.funds[0], ticker="TWELVELETTER"),)),
}


# --- table


def blocks(lines):
    """The tables, title line to rows of words; halves, which stand below one another, side by side."""
    found = []
    for section in "\n".join(lines).split("\n\n"):
        above, title, table = section.partition("IWM ±")
        rows = [line.split() for line in (title + table).splitlines()]
        if title and above:
            found.append(rows)
        elif title:
            found[-1] = [
                left + right[2 if right[0] in ("IWM", "even") else 1 :]
                for left, right in zip(found[-1], rows, strict=True)
            ]
    return found


def test_the_tables_tell_the_views(found):
    returns, formula, gaps, paths = blocks(views_lines(found))
    assert returns.pop()[:2] == ["even", "at"]
    tables = ((returns, found.fund_return), (formula, found.formula), (gaps, found.divergence))
    for table, figures in tables:
        assert len(table) == 1 + len(found.moves) and len(table[0]) == 2 + len(found.vols)
        for words, row in zip(table[1:], figures.T, strict=True):
            for word, value in zip(words[1:], row, strict=True):
                assert (word == "-") == np.isnan(value)
                if word != "-":
                    shown, _, error = word.partition("±")
                    half = 0.5 * 10.0 ** -len(shown.partition(".")[2])
                    assert abs(float(shown) - 100 * value) <= half + 1e-9
                    assert not error or float(error) > 0
    counts = [[int(word.replace(",", "")) for word in words[1:]] for words in paths[1:]]
    assert counts == found.count.T.tolist()


def test_rows_and_columns_are_named_by_their_ranges(found):
    words = [words[0] for words in blocks(views_lines(found))[3]]
    assert words[:1] == ["IWM"] and "0" in words
    middles = [float(word) for word in words[1:] if word[0] not in "<>"]
    assert middles == pytest.approx([50 * (low + high) for low, high in found.moves if np.isfinite(high - low)])
    for (low, high), word in zip(found.moves, words[1:], strict=True):
        assert (word[0] == "<") == (low == -np.inf) and (word[0] == ">") == (high == np.inf)
    titles = blocks(views_lines(found))[0][0][2:]
    assert set(titles) <= {"<10", "10-15", "15-20", "20-25", "25-30", "30-40", "40-60", ">60"}


def test_no_cell_loses_a_digit_to_its_neighbours():
    """Eight columns of a fall's figures do not fit: they are told in halves, with all the digits of their errors."""
    found = views(replace(SPEC, horizons=(5,), paths=60_000))
    lines = views_lines(found)
    assert max(map(len, lines)) <= 80
    table = blocks(lines)[0]
    assert lines.count(" ".join(table[0])) == 0  # no one line has all titles
    for rows, means, errors in (
        (table[1:-1], found.fund_return.T, found.fund_return_stderr.T),
        ([table[-1][1:]], [found.break_even], [found.break_even_stderr]),
    ):
        told = [with_error(*cell, 2) for row in zip(means, errors, strict=True) for cell in zip(*row, strict=True)]
        assert [word for row in rows for word in row[1:]] == told
    assert any(word.startswith("-") and "." in word and len(word) > 8 for row in table for word in row)


@pytest.mark.parametrize("name", ODD)
def test_tables_fit_eighty_columns(name):
    lines = views_lines(views(ODD[name], ODD[name].funds[0].ticker))
    assert max(map(len, lines)) <= 80
    assert "nan" not in "\n".join(lines) and "inf" not in "\n".join(lines)


def test_too_few_paths_are_said():
    few = views(replace(SPEC, paths=FEWEST - 1))
    assert views_lines(few)[-1] == "No cell has as many of the 49 paths: simulate more with --paths."
    with pytest.raises(LetfError, match=r"no view has 50 paths, of 49 in all; simulate more with --paths"):
        draw_views(few)


# --- figure


def texts(panel):
    return [text.get_text() for text in panel.texts if text.get_text()]


def test_every_cell_tells_mean_error_formula_and_paths(found):
    above, below = draw_views(found).axes
    shown = int(found.shown.sum())
    for panel, figures in ((above, found.fund_return), (below, found.divergence)):
        means = [text.get_text() for text in panel.texts if text.get_fontweight() == "bold"]
        values = [float(text.replace(MINUS, "-").replace(",", "")) for text in means]
        assert values == pytest.approx(100 * figures[found.shown], abs=0.51)
        counts = [int(text[2:].replace(",", "")) for text in texts(panel) if text.startswith("n ")]
        assert counts == found.count[found.shown].tolist()
        assert sum(text == "\N{EN DASH}" for text in texts(panel)) == found.count.size - shown
        assert sum(text.startswith("±") for text in texts(panel)) == shown
    assert sum(text.startswith("formula") for text in texts(above)) == shown
    assert not any(text.startswith("formula") for text in texts(below))


def test_ticks_are_the_ends_of_the_cells(found):
    for panel in draw_views(found).axes:
        for ranges, axis in ((found.moves, panel.xaxis), (found.vols, panel.yaxis)):
            named = {tick: float(text.get_text().replace(MINUS, "-")) for tick, text in
                     zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=True)}  # fmt: skip
            ends = {i + side - 0.5: 100 * end for i, pair in enumerate(ranges) for side, end in enumerate(pair)}
            assert named == pytest.approx({place: end for place, end in ends.items() if np.isfinite(end)})


def test_break_even_stands_at_its_volatility(found):
    above = draw_views(found).axes[0]
    places = {text.xy[1]: text.get_text() for text in above.texts if hasattr(text, "xy")}
    for i, even in enumerate(found.break_even):
        assert float(re.match(rf"[+{MINUS}][\d.]+", places[i])[0].replace(MINUS, "-")) == pytest.approx(
            100 * even, abs=0.01
        )


def test_the_title_asks_and_the_caption_tells_the_run(found):
    figure = draw_views(found)
    assert figure.texts[0].get_text() == "What does F3 return if IWM does this, at that volatility?"
    words = " ".join(figure.texts[1].get_text().split())
    for word in ("20,000 paths", "seed 1", "rate 4%", "drift 8%", "Formula", "fewer than 50", "Not advice"):
        assert word.lower() in words.lower()


@pytest.mark.parametrize("name", ODD)
def test_odd_views_are_drawn_inside_the_figure(name):
    figure = draw_views(views(ODD[name], ODD[name].funds[0].ticker))
    assert len(figure_bytes(figure, ".png")) > 10_000
    figure.set_dpi(style.RC["savefig.dpi"])
    for text in figure.findobj(matplotlib.text.Text):
        if text.get_text() and text.get_visible():
            box = text.get_window_extent()
            assert box.x0 >= -1 and box.y0 >= -1 and box.x1 <= figure.bbox.x1 + 1 and box.y1 <= figure.bbox.y1 + 1, text


# --- colours


def test_colours_are_centred_at_zero_and_text_can_be_read():
    colours = diverging(np.array([[-0.5, np.nan], [0.1, 2.0]]))
    assert colours.norm(0.0) == 0.5 and colours.norm(2.0) == 1 and colours.norm(-2.0) == 0
    assert colours.ink(0.0) == style.INK and colours.ink(-2.0) == colours.ink(2.0) == style.WHITE
    warm, cool = (np.dot([0.299, 0.587, 0.114], colours.ground(value)) for value in (-2.0, 2.0))
    assert warm < cool - 0.05  # told apart without colour
    assert diverging(np.arange(11.0), full=0.8).norm.vmax == 8
    assert diverging(np.zeros(3)).norm.vmax == diverging(np.array([np.nan])).norm.vmax == 1
