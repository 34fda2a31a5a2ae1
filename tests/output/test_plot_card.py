"""The card of a trade shows what the assessment found."""

import numpy as np
import pytest
from examples import SKEWED, ensemble, market, run

from simulator.output.files import figure_bytes
from simulator.output.plot_card import draw_card
from simulator.output.plot_numbers import NUMBERS, nested
from simulator.risk.assess import assess
from simulator.risk.error_bars import Figure, Spread
from simulator.risk.figures import of_tails
from simulator.risk.tails import tails
from simulator.spec.trade import Trade

MIXED = ensemble(market(3), SKEWED)
BRACKET = Trade(stop=0.12, target=0.2)


def assessed(trade=BRACKET, chosen=MIXED, leverage=3.0, days=20, refits=3, paths=3000):
    spec = run(chosen, leverage, costs=True, horizons=(days,), paths=paths, trade=trade)
    return assess(spec, refits=[chosen.with_scaled_vol(0.2 + 0.02 * i) for i in range(refits)])


@pytest.fixture(scope="module")
def risk():
    return assessed()


@pytest.fixture(scope="module")
def card(risk):
    return draw_card(risk, 10000.0)


def words(part):
    return " ".join(text.get_text() for text in part.texts)


def test_titles_ask(card):
    titles = [panel.get_title(loc="left") for panel in card.axes]
    assert len(titles) == 4 and all(title.endswith("?") for title in titles)
    assert card.texts[0].get_text() == "What may 10,000 in F3 bring in 20 days, sold at −12% or +20%?"
    held = draw_card(assessed(Trade(index_stop=0.06), leverage=-3.0, days=1))
    assert held.texts[0].get_text() == "What may F-3 bring in 1 day, sold at IWM +6%?"


def test_the_law_is_drawn_to_the_paths(risk, card):
    held, sold = card.axes[0].patches[:2]
    for law, steps in ((risk.position.fund_return, held), (risk.position.exits.exit_return, sold)):
        heights, edges, _ = steps.get_data()
        inside = [law.quantile(0.9), law.quantile(0.1)]
        share = heights[(edges[:-1] >= 100 * min(inside)) & (edges[1:] <= 100 * max(inside))].sum()
        assert share <= 81  # percent: four in five paths lie between the tenths
    heights, edges, _ = held.get_data()
    assert heights.sum() == pytest.approx(98.8, abs=0.1)  # 0.2 to 99 % of the paths
    assert {"stop", "target"} <= set(words(card.axes[0]).split())


def test_every_number_is_told(risk, card):
    told = words(card.axes[1])
    names = [f"{label}{'*' if of_tails(name) else ''}" for name, label in NUMBERS.items()]
    assert [label.get_text() for label in card.axes[1].get_yticklabels()] == names
    assert f"{100 * risk.figures['prob_stop'].value:.1f}%" in told
    assert f"{10000 * risk.figures['max_drawdown_95'].value:,.0f}" in told
    without = draw_card(assessed(Trade(stop=0.12)))
    assert "chance of the target" not in [label.get_text() for label in without.axes[1].get_yticklabels()]


def test_error_bars_lie_inside_one_another():
    spans = nested(Figure(0.5, 0.1, Spread(0.45, 0.55, 0.05, 40), Spread(0.2, 0.6, 0.1, 2)))
    assert list(spans) == ["models", "parameters", "Monte Carlo"]
    np.testing.assert_allclose(spans["Monte Carlo"], (30.4, 69.6))
    np.testing.assert_allclose(spans["parameters"], (30.4, 69.6))
    np.testing.assert_allclose(spans["models"], (20, 69.6))
    assert nested(Figure(0.5, np.nan, None, None)) == {"Monte Carlo": (50.0, 50.0)}


def test_days_of_exits(risk, card):
    exits = risk.position.exits
    stopped = card.axes[2].collections[0].get_paths()[0].vertices
    top = stopped[stopped[:, 0] == 20, 1].max()
    assert top == pytest.approx(100 * exits.prob_stop.mean)
    told = words(card.axes[2])
    for text in ("stopped", "at target", "still held"):
        assert text in told


def test_falls_stand_where_nothing_is_sold():
    held = assessed(Trade())
    card = draw_card(held)
    assert card.axes[2].get_title(loc="left") == "How deep may it fall on the way?"
    vertices = card.axes[2].collections[0].get_paths()[0].vertices
    half = float(tails(held.result).position("F3", 20).drawdown.quantile(0.5))
    assert card.axes[2].get_ylabel() == "paths that fall further* (%)"
    nearest = vertices[np.abs(vertices[:, 0] - 100 * half).argsort()[:6]]
    assert np.abs(nearest[:, 1] - 50).min() < 3  # percent: 200 points along the curve


def test_drifts(risk, card):
    lines = card.axes[3].lines
    means = [100 * at.figures["mean_return"].mean for at in risk.premiums]
    assert any(np.allclose(line.get_ydata(), means) for line in lines if len(line.get_ydata()) == 4)
    labels = [label.get_text() for label in card.axes[3].get_xticklabels()]
    assert labels[0].startswith("−4%\nKelly ") and len(labels) == 4


def test_captions(card):
    flat = " ".join(card.texts[1].get_text().split())
    for text in (
        "3 refits to resampled pasts, all at this drift",
        "greatest of a, b",
        "seed 1",
        "Not advice",
        "Kelly: % of wealth in F3",
        "* VaR, ES, falls",
        "of the 1,500 paths of b",
    ):
        assert text in flat
    assert "95% value at risk*" in [text.get_text() for text in card.legends[0].get_texts()]
    alone = draw_card(assessed(Trade(), market(3), refits=0))
    flat = " ".join(alone.texts[1].get_text().split())
    assert "refits" not in flat and flat.count("leverage effect") == 1
    assert "95% value at risk" in [text.get_text() for text in alone.legends[0].get_texts()]


@pytest.mark.parametrize("leverage", [3.0, -3.0])
@pytest.mark.parametrize("days", [1, 252])
def test_odd_holds_are_drawn(leverage, days):
    card = draw_card(assessed(leverage=leverage, days=days, refits=0, paths=600))
    for suffix in (".png", ".svg"):
        assert len(figure_bytes(card, suffix)) > 10_000


def test_a_still_market_is_drawn():
    still = market(1, vols=[0.0001])
    spec = run(still, 1.0, horizons=(5,), paths=50, trade=Trade(stop=0.5))
    assert len(figure_bytes(draw_card(assess(spec)), ".png")) > 10_000


def test_the_same_card_has_the_same_bytes(risk):
    assert figure_bytes(draw_card(risk), ".png") == figure_bytes(draw_card(risk), ".png")
