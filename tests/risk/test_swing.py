"""The swing trader's brackets: each row is the run of one trade."""

import json
from dataclasses import replace

import pytest
from examples import SKEWED, ensemble, market, run

from simulator.engine.simulate import simulate
from simulator.errors import LetfError
from simulator.output.document import dumps
from simulator.risk.figures import figures, resolved
from simulator.risk.swing import HELD, HOLDS, SOLD, TRADES, swing
from simulator.spec.trade import Trade

SPEC = run(ensemble(market(3), SKEWED), 3.0, -3.0, costs=True, horizons=(5,), paths=4000, trade=Trade(watch="close"))


@pytest.fixture(scope="module")
def found():
    return swing(SPEC, "F-3")


def test_the_trades_and_holds_are_the_swing_traders():
    assert HOLDS == (10, 15, 20, 30, 40)
    assert [trade.to_dict() for trade in TRADES] == [
        {"stop": 0.12, "target": 0.2, "watch": "day", "loss": 0.0},
        {"stop": 0.12, "target": 0.4, "watch": "day", "loss": 0.0},
        {"index_stop": 0.06, "index_target": 0.1, "watch": "day", "loss": 0.0},
        {"index_stop": 0.06, "index_target": 0.15, "watch": "day", "loss": 0.0},
    ]


def test_every_row_is_the_run_of_its_trade(found):
    assert list(found.trades) == [replace(trade, watch="close") for trade in TRADES]
    for trade, rows in found.trades.items():
        result = simulate(replace(SPEC, funds=SPEC.funds[1:], horizons=HOLDS, trade=trade))
        assert tuple(row.days for row in rows) == HOLDS
        for row in rows:
            expected = figures(result, "F-3", row.days)
            assert row.figures == {name: expected[name] for name in SOLD}


def test_the_hold_alone_is_that_of_any_trade(found):
    result = simulate(replace(SPEC, funds=SPEC.funds[1:], horizons=HOLDS, trade=Trade()))
    for row in found.held:
        expected = figures(result, "F-3", row.days)
        assert row.figures == {name: expected[name] for name in HELD}


def test_an_index_stop_hurts_the_fund_whichever_way_it_bets():
    """The stop of 6 % of the index costs about 18 % of a 3x fund, bull or bear; no stop fills at a gain."""
    for ticker in ("F3", "F-3"):
        for rows in list(swing(SPEC, ticker, holds=(20,)).trades.values())[2:]:
            assert -0.25 < rows[0].figures["stop_fill_mean"].mean < -0.12


def test_what_worst_cases_are_read_from_is_said(found):
    assert "of the 2,000 paths of b" in found.note
    assert swing(replace(SPEC, market=SKEWED, paths=100), "F3", holds=(5,)).note == ""


def test_progress_counts_the_paths_of_all_trades():
    heard = []
    swing(SPEC, "F3", holds=(5,), on_progress=heard.append)
    assert heard[-1] == 4 * 4000 and sorted(heard) == heard


def test_the_document_holds_every_figure(found):
    told = json.loads(dumps(found.to_dict()))
    assert told["fund"] == "F-3" and told["leverage"] == -3.0 and len(told["held"]) == 5
    for entry, (trade, rows) in zip(told["trades"], found.trades.items(), strict=True):
        assert Trade.from_dict(entry["trade"]) == trade
        for line, row in zip(entry["rows"], rows, strict=True):
            assert line["horizon_days"] == row.days and line["resolved"] == resolved(row.figures["exit_edge"])
            assert line["exit_mean"]["mean"] == row.figures["exit_mean"].mean and set(SOLD) <= set(line)


def test_bad_input_is_refused():
    with pytest.raises(LetfError, match="unknown fund 'F2'; known: F3, F-3"):
        swing(SPEC, "F2")
    with pytest.raises(LetfError, match="horizon must be from 1"):
        swing(SPEC, "F3", holds=(0,))
