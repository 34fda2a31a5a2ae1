"""Conditional views: what is shown, what is left out, and the formula beside it."""

import json
from dataclasses import replace

import numpy as np
import pytest
from examples import SKEWED, ensemble, market, run

from simulator.engine.simulate import simulate
from simulator.errors import LetfError
from simulator.output.document import dumps
from simulator.position import Views
from simulator.risk.views import FEWEST, conditional_views, of_views
from simulator.spec.trade import Trade

SPEC = run(market(3), 3.0, -3.0, 1.0, horizons=(5, 20), paths=40_000, trade=Trade())


def handmade(count, *, even_errors=(0.001, 0.001, 0.001)):
    """Views of 3 ranges of volatility by 4 of the index's return; figures that tell their place."""
    count = np.array(count)
    v, m = count.shape
    place = 10.0 * np.arange(v)[:, None] + np.arange(m)
    figures = {name: place + i for i, name in enumerate(("index_return", "fund_return", "divergence", "formula"))}
    errors = {"fund_return_stderr": place / 100, "divergence_stderr": place / 1000}
    edges = {"move_edges": np.array([-0.175 - 3e-17, 0.0, 0.175]), "vol_edges": np.array([0.2, 0.4])}
    even = {"break_even": np.arange(v) / 100, "break_even_stderr": np.array(even_errors)}
    return Views(days=20, leverage=3.0, count=count, **figures, **errors, **edges, **even)


@pytest.fixture(scope="module")
def result():
    return simulate(SPEC)


def test_borders_without_a_cell_of_enough_paths_are_dropped():
    found = of_views(SPEC, "F3", handmade([[0, 49, 3, 0], [0, 50, 10, 60], [0, 0, 0, 0]]))
    assert found.vols == ((0.2, 0.4),) and found.moves == ((-0.175, 0.0), (0.0, 0.175), (0.175, np.inf))
    assert found.count.tolist() == [[50, 10, 60]] and found.shown.tolist() == [[True, False, True]]
    np.testing.assert_array_equal(found.index_return, [[11, np.nan, 13]])
    np.testing.assert_array_equal(found.fund_return, [[12, np.nan, 14]])
    np.testing.assert_array_equal(found.divergence, [[13, np.nan, 15]])
    np.testing.assert_array_equal(found.formula, [[14, np.nan, 16]])
    np.testing.assert_array_equal(found.fund_return_stderr, [[0.11, np.nan, 0.13]])
    np.testing.assert_array_equal(found.divergence_stderr, [[0.011, np.nan, 0.013]])
    assert found.break_even.tolist() == [0.01] and found.left_out == pytest.approx(62 / 172)


def test_the_outermost_are_open_and_volatility_begins_at_0():
    found = of_views(SPEC, "F3", handmade(np.full((3, 4), FEWEST)))
    assert found.moves[0] == (-np.inf, -0.175) and found.moves[-1] == (0.175, np.inf)
    assert found.vols == ((0.0, 0.2), (0.2, 0.4), (0.4, np.inf)) and found.left_out == 0


def test_a_break_even_that_lost_funds_swamp_is_not_told():
    found = of_views(SPEC, "F3", handmade(np.full((3, 4), FEWEST), even_errors=(0.001, 0.06, np.nan)))
    assert found.break_even[0] == 0.0 and np.isnan(found.break_even[1:]).all()
    assert np.isnan(found.break_even_stderr[1:]).all()


def test_no_cell_of_enough_paths():
    found = of_views(SPEC, "F3", handmade(np.full((3, 4), FEWEST - 1)))
    assert found.moves == found.vols == () and found.count.size == 0 and found.left_out == 1


@pytest.mark.parametrize("ticker", ["F3", "F-3"])
def test_the_formula_lies_within_its_values_at_the_cells_corners(result, ticker):
    """The prospectus formula (1 + R)^L exp(-(L^2 - L) vol^2 T / 2) - 1 falls in vol and is monotone in R."""
    found = conditional_views(result, ticker)
    leverage, years = found.fund.leverage, 20 / 252
    for (i, j), shown in np.ndenumerate(found.shown):
        corners = np.array([[move, vol] for move in found.moves[j] for vol in found.vols[i]])
        if not shown or not np.isfinite(corners).all():
            continue
        drag = np.exp(-(leverage**2 - leverage) * corners[:, 1] ** 2 * years / 2)
        closed = (1 + corners[:, 0]) ** leverage * drag - 1
        assert closed.min() < found.formula[i, j] < closed.max()


def test_the_index_itself_does_what_it_does(result):
    """Leverage 1, no costs: fund, formula and index return are one, at 0 it comes out even."""
    found = conditional_views(result, "F1")
    shown, rounding = found.shown, 1e-6  # float32 returns
    np.testing.assert_allclose(found.fund_return[shown], found.index_return[shown], atol=rounding)
    np.testing.assert_allclose(found.formula[shown], found.index_return[shown], atol=rounding)
    np.testing.assert_allclose(found.divergence[shown], 0, atol=rounding)
    np.testing.assert_allclose(found.break_even, 0, atol=rounding)


def test_divergence_is_the_return_less_the_multiple_of_the_index(result):
    for ticker in ("F3", "F-3"):
        found = conditional_views(result, ticker)
        gap = found.fund_return - found.fund.leverage * found.index_return
        np.testing.assert_allclose(found.divergence, gap, atol=1e-9, equal_nan=True)
        assert found.days == 20 and found.count.sum() <= SPEC.paths
        low, high = (np.array([move[end] for move in found.moves]) for end in (0, 1))
        inside = (found.index_return >= low) & (found.index_return < high)
        assert inside[found.shown].all()


def test_of_an_ensemble_the_members_with_the_leverage_effect_are_read():
    whole = simulate(run(ensemble(market(3), SKEWED), 3.0, horizons=(10,), paths=4000, trade=Trade()))
    found = conditional_views(whole, "F3")
    assert found.spec == whole.members[1].spec and found.spec.paths == 2000
    assert found.count.sum() <= 2000


def test_the_document_has_no_nan_and_says_what_is_open(result):
    told = json.loads(dumps(conditional_views(result, "F3").to_dict()))
    assert told["fund"] == "F3" and told["horizon_days"] == 20 and told["fewest_paths"] == FEWEST
    thin = [cell for cell in told["cells"] if cell["paths"] < FEWEST]
    assert thin and all(cell["fund_return"] == {"mean": None, "stderr": None} for cell in thin)
    assert {cell["index_move"][0] for cell in told["cells"]} >= {None}
    full = max(told["cells"], key=lambda cell: cell["paths"])
    assert full["fund_return"]["stderr"] > 0 and full["prospectus_formula"] > -1
    assert len(told["break_even"]) == len({tuple(cell["realised_vol"]) for cell in told["cells"]})


def test_a_run_without_a_trade_or_fund_is_refused(result):
    with pytest.raises(LetfError, match="held no positions"):
        conditional_views(simulate(replace(SPEC, trade=None, paths=100)), "F3")
    with pytest.raises(LetfError, match="no fund 'F9' in this result; it has: F3, F-3, F1"):
        conditional_views(result, "F9")
