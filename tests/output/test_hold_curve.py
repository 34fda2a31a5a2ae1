"""The hold-horizon curve: the numbers drawn are the curve's, every verdict can be drawn."""

import numpy as np
import pytest
from examples import SKEWED, ensemble, market, run
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle

from simulator.output import style
from simulator.output.files import figure_bytes
from simulator.output.hold_lines import spans, sureness, verdict
from simulator.output.plot_hold_curve import LAST, TINTS, TOO_LONG, draw_hold_curves, nested
from simulator.risk.hold_curve import hold_curve
from simulator.risk.horizon import longest_hold
from simulator.risk.measure import DECAY, SHORTFALL, chance_of_loss

REFITS = [market(3, vols=[0.136 * k, 0.23 * k, 0.5 * k]) for k in (0.8, 0.9, 1.1, 1.2)]
BARS = {"refits": REFITS, "models": {"garch": SKEWED}}
SPEC = run(market(3), 3.0, -3.0, costs=True, paths=2_000)


def curves(measure=SHORTFALL, *, spec=SPEC, **bars):
    return [hold_curve(spec, fund.ticker, measure, **bars) for fund in spec.funds]


@pytest.fixture(scope="module")
def pair():
    return curves(**BARS)


def within(pair, most):
    return [longest_hold(curve, most) for curve in pair]


def words(figure):
    return [text.get_text() for text in figure.texts] + [text.get_text() for text in figure.legends[0].get_texts()]


def bands(panel):
    """Least and greatest height of each area at each day, by its colour."""
    found = {}
    for area in panel.collections:
        if isinstance(area, PolyCollection):
            x, y = area.get_paths()[0].vertices.T
            days = np.unique(x)
            ends = [[end(y[x == day]) for day in days] for end in (np.min, np.max)]
            found[tuple(area.get_facecolor()[0])] = np.array(ends)
    return found


@pytest.mark.parametrize("i", [0, 1])
def test_the_bands_and_the_line_are_the_curves(pair, i):
    panel, curve, hue = draw_hold_curves(pair).axes[i], pair[i], (style.COOL[0], style.WARM[0])[i]
    shown = curve.days <= LAST
    (line,) = panel.lines
    assert line.get_xdata().tolist() == curve.days[shown].tolist()
    assert line.get_ydata() == pytest.approx(100 * curve.value[shown])
    drawn = bands(panel)
    for name, band in nested(curve).items():
        assert drawn[to_rgba(style.tint(hue, TINTS[name]))] == pytest.approx(100 * band[:, shown])


def test_bands_are_nested_and_hold_their_own(pair):
    for curve in pair:
        found = nested(curve)
        assert list(found) == list(TINTS) == ["models", "parameters", "Monte Carlo"]
        wide, middle, narrow = found.values()
        assert (wide[0] <= middle[0]).all() and (middle[1] <= wide[1]).all()
        assert (middle[0] <= narrow[0]).all() and (narrow[1] <= middle[1]).all()
        assert narrow == pytest.approx(curve.monte_carlo)
        for band, own in ((middle, curve.parameters), (wide, curve.model_range)):
            assert (band[0] <= own[0]).all() and (own[1] <= band[1]).all()
            assert ((band[0] == own[0]) | (band[0] == narrow[0]) | (band[0] == middle[0])).all()


def test_bands_that_there_are_not_are_not_drawn():
    alone = curves()
    assert list(nested(alone[0])) == ["Monte Carlo"]
    figure = draw_hold_curves(alone, within(alone, 0.4))
    assert not {"parameters", "models"} & set(words(figure))
    assert "fits to resampled histories" not in figure.texts[1].get_text()


def test_refits_say_which_drift_they_have(pair):
    caption = " ".join(draw_hold_curves(pair).texts[1].get_text().split())
    assert f"{len(REFITS)} fits to resampled histories, all at this drift, " in caption


def shaded(panel):
    """(left, right) of each shading and whether it is the solid one."""
    spans = [patch for patch in panel.patches if isinstance(patch, Rectangle)]
    solid = to_rgba(TOO_LONG)
    return [(span.get_x(), span.get_x() + span.get_width(), span.get_facecolor() == solid) for span in spans]


def test_too_long_is_shaded_with_its_interval(pair):
    holds = within(pair, 0.3)
    figure = draw_hold_curves(pair, holds)
    for panel, hold in zip(figure.axes, holds, strict=True):
        found = spans(hold).values()
        low, high = min(span.low for span in found), max(span.high for span in found)
        assert shaded(panel) == [(low, high, False), (high, LAST, True)] and low < hold.days < high < LAST
        _, tolerance, day = panel.lines
        assert set(tolerance.get_ydata()) == {30.0} and set(day.get_xdata()) == {hold.days}
        assert panel.get_title("left").endswith(f"within 30% up to {hold.days} days")
        assert [text.get_text() for text in panel.texts] == [sureness(hold)]
    assert {"tolerance", "too long", "not sure", "models"} <= set(words(figure))


def test_never_and_always_within():
    some = curves(chance_of_loss(0.01))
    never = draw_hold_curves(some, within(some, 0.001))
    always = draw_hold_curves(some, within(some, 0.99))
    for panel in never.axes:
        assert shaded(panel)[-1] == (0, LAST, True) and panel.get_title("left").endswith("never within 0.1%")
        assert len(panel.lines) == 2
    for panel in always.axes:
        assert shaded(panel) == [(LAST, LAST, False), (LAST, LAST, True)]
        assert panel.get_title("left").endswith("always within 99%")
    assert not {"too long", "not sure"} & set(words(always)) and "tolerance" in words(always)


def test_a_hold_longer_than_is_shown():
    curve = curves(DECAY, spec=run(market(3), 3.0, costs=True, paths=2_000))
    (hold,) = within(curve, float(np.interp(180, curve[0].days, curve[0].value)))
    figure = draw_hold_curves(curve, [hold])
    assert LAST < hold.days < hold.last and shaded(figure.axes[0])[-1] == (LAST, LAST, True)
    assert verdict(hold).endswith(f"up to {hold.days} days")
    assert figure.axes[0].get_ylim()[1] > 100 * hold.most


def test_words_of_a_verdict(pair):
    hold = within(pair, 0.3)[0]
    named = dict(part.split(" ", 1) for part in sureness(hold).replace("Monte Carlo", "MC").split(", "))
    assert list(named) == ["MC", "parameters", "models"] and named["models"].endswith(" days")
    span = hold.parameters
    assert named["parameters"] == f"{span.low} to {span.high}"
    assert sureness(within(curves(chance_of_loss(0.9)), 0.9)[0]) == "Monte Carlo 252+ days"
    assert sureness(within(pair, 0.001)[0]) == "Monte Carlo 0, parameters 0, models 0 days"


def test_one_scale_and_a_question(pair):
    figure = draw_hold_curves(pair, within(pair, 0.3))
    assert figure.axes[0].get_ylim() == figure.axes[1].get_ylim()
    assert figure.texts[0].get_text() == "How long is too long to hold F3 and F-3?"
    left, right = figure.axes
    assert left.get_ylabel() == "mean loss in the worst 5% of the holds (%)" and right.get_ylabel() == ""
    assert "trading days" in left.get_xlabel()
    caption = figure.texts[1].get_text().replace("\n", " ")
    for text in ("5 to 95% of 4 fits", "2,000 paths each", "greatest of unnamed, garch", "seed 1", "too mild"):
        assert text in caption
    assert caption.count("leverage effect") == 1


def test_an_ensemble_says_which_paths_are_read():
    some = curves(spec=run(ensemble(market(3), SKEWED), 3.0, costs=True, paths=2_000))
    assert "1,000 paths of b" in draw_hold_curves(some).texts[1].get_text().replace("\n", " ")


def test_nothing_stands_outside_the_figure(pair):
    """Titles, intervals and labels of axes are inside, and clear of the key."""
    figure = draw_hold_curves(pair, within(pair, 0.3))
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    key = figure.legends[0].get_window_extent(renderer)
    for panel in figure.axes:
        for text in (panel.title, *panel.texts, panel.yaxis.label, panel._left_title):
            box = text.get_window_extent(renderer)
            assert figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 and not (box.width and box.overlaps(key))


def test_the_figure_is_the_same_bytes_each_time(pair):
    holds = within(pair, 0.3)
    assert figure_bytes(draw_hold_curves(pair, holds), ".svg") == figure_bytes(draw_hold_curves(pair, holds), ".svg")
