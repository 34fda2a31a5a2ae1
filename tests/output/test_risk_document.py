"""The risk of a trade as JSON: its keys, and that every number is what the run found."""

import json

import pytest
from examples import RESIDUALS, SKEWED, ensemble, market, run

from simulator.output.hold_report import hold_dict, hold_lines
from simulator.output.risk_document import swing_json, to_json
from simulator.output.size_lines import size_dict
from simulator.risk.assess import assess
from simulator.risk.figures import figures
from simulator.risk.hold_curve import hold_curve
from simulator.risk.horizon import longest_hold
from simulator.risk.sizing import sizes
from simulator.risk.swing import swing
from simulator.risk.tails import tails
from simulator.spec.trade import Trade

MIXED = ensemble(market(3), SKEWED)
BRACKET = Trade(stop=0.12, index_target=0.1)
KEYS = [
    *("schema", "fund", "leverage", "hold_days", "trade", "levels", "amount", "market", "rate", "seed", "paths"),
    *("stream", "worst_cases", "attribution", "index_return", "fund_return", "divergence", "drawdown"),
    *("break_even_index_return", "exits", "premiums", "parameters", "models", "views", "money", "sizing", "horizon"),
    "notes",
]
LAW = {"mean", "stderr", "sd", "q", "q_stderr"}


def assessed(trade=BRACKET, chosen=MIXED, refits=2, **changes):
    spec = run(chosen, 3.0, costs=True, **{"horizons": (20,), "paths": 3000, "trade": trade} | changes)
    return assess(spec, refits=[chosen.with_scaled_vol(0.2 + 0.02 * i) for i in range(refits)])


def read(text):
    """The object, refusing what is no JSON: NaN, Infinity."""
    return json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


@pytest.fixture(scope="module")
def risk():
    return assessed()


@pytest.fixture(scope="module")
def told(risk):
    return read(to_json(risk, amount=2000.0, notes=["a note"]))


def test_keys(told):
    assert told["schema"] == "letf.risk/1" and told["stream"] == "philox4x32-10/1"
    assert [key for key in told if key in KEYS] == KEYS
    for law in ("index_return", "fund_return", "divergence", "drawdown", "break_even_index_return"):
        assert set(told[law]) == LAW
    assert set(told["attribution"]) == {"compounding", "volatility_drag", "carry"}


def test_figures_have_their_errors_beside_them(risk, told):
    flat = {**told, **told["exits"], **{name: part["mean"] for name, part in told["attribution"].items()}}
    for name, figure in risk.figures.items():
        if figure.value == figure.value:
            assert flat[name] == figure.value
    assert told["expected_shortfall_95_stderr"] == risk.figures["expected_shortfall_95"].stderr
    assert told["value_at_risk_95"] == -tails(risk.result).fund_return("F3", 20).quantile(0.05)
    assert told["worst_cases"] == {"market": "b", "paths": 1500}


def test_exits(risk, told):
    exits, found = risk.position.exits, told["exits"]
    assert found["prob_stop"] == exits.prob_stop.mean and found["exit_edge_stderr"] == exits.edge.stderr
    assert found["paths_stopped_by_day"] == exits.days[0].tolist()
    assert found["paths_at_target_by_day"] == exits.days[1].tolist()
    assert set(found["exit_return"]) == set(found["stop_fill"]) == LAW
    assert set(found["resolved"]) == {"exit_edge", "exit_shortfall_change"}
    assert found["resolved"]["exit_shortfall_change"] is True


def test_levels_in_the_other_s_terms(told):
    assert [level["name"] for level in told["levels"]] == ["stop", "index_target"]
    assert told["levels"][0]["one_day"] == pytest.approx(-0.04, abs=2e-4)
    assert told["levels"][1]["one_day"] == pytest.approx(0.3, abs=1e-3)


def test_error_bars(risk, told):
    spread = risk.figures["prob_loss"].parameters
    assert told["parameters"]["figures"]["prob_loss"] == vars(spread)
    assert told["parameters"]["refits"] == 2 and told["parameters"]["paths"] == 3000
    assert [each["name"] for each in told["models"]["each"]] == ["a", "b"]
    least = min(each["prob_stop"] for each in told["models"]["each"])
    assert told["models"]["figures"]["prob_stop"]["low"] == least


def test_premiums(risk, told):
    assert [at["premium"] for at in told["premiums"]] == [-0.04, 0.0, 0.04, 0.08]
    assert told["premiums"][2]["mean_return"] == told["mean_return"]
    assert told["premiums"][3]["kelly"]["fraction"] == risk.premiums[3].kelly.fraction


def test_money_is_the_figure_times_the_amount(risk, told):
    assert told["amount"] == 2000
    assert told["money"]["expected_shortfall_95"] == 2000 * told["expected_shortfall_95"]
    assert told["money"]["exit_mean_stderr"] == 2000 * told["exits"]["exit_mean_stderr"]
    assert not {"prob_loss", "break_even", "exit_day_mean"} & set(told["money"])
    assert read(to_json(risk))["money"] is None


def test_notes(told):
    assert "of the 1,500 paths of b:" in told["notes"][0]
    assert told["notes"][1] == "a note" and told["notes"][-1].startswith("Not advice")


def test_what_there_is_not_is_null():
    bare = read(to_json(assessed(Trade(), market(3), 0, paths=2)))
    assert bare["exits"] is bare["parameters"] is bare["models"] is bare["sizing"] is bare["horizon"] is None
    assert bare["expected_shortfall_95_stderr"] is None and "prob_loss_beyond" not in bare


def test_the_same_run_gives_the_same_bytes(risk):
    assert to_json(assessed(), amount=1.0) == to_json(risk, amount=1.0)


def test_long_histories_are_told_by_their_hash():
    found = read(to_json(assessed(chosen=RESIDUALS, refits=0)))
    assert found["market"]["residuals"]["numbers"] == len(RESIDUALS.residuals)


def test_sizes(risk):
    found = size_dict(sizes(figures(risk.result, "F3", 20), 500.0), 500.0)
    shortfall = found["sizes"]["expected_shortfall_95"]
    assert found["risk_budget"] == 500 and shortfall["amount"] == pytest.approx(500 / shortfall["loss"]["mean"])
    assert read(to_json(risk, sizing=found))["sizing"]["sizes"].keys() == found["sizes"].keys()


def test_the_longest_hold():
    spec = run(MIXED, 3.0, costs=True, horizons=(5,), paths=2000, trade=Trade())
    hold = longest_hold(hold_curve(spec, "F3", refits=[MIXED] * 2), 0.3)
    found = hold_dict(hold)
    assert found["longest_hold_days"] == hold.days and found["measure"] == "expected_shortfall_95"
    assert found["monte_carlo"]["low"] <= hold.days <= found["monte_carlo"]["high"]
    assert list(found["models"]) == ["a", "b"]
    lines = hold_lines([hold])
    assert any(line.startswith(f"F3      within 30% up to {hold.days} days") for line in lines)
    assert hold_dict(longest_hold(hold_curve(spec, "F3"), 0.3))["parameters"] is None


def test_swing():
    spec = run(MIXED, 3.0, costs=True, paths=500, trade=Trade(), horizons=(5,))
    found = read(swing_json(swing(spec, "F3", holds=(5, 10))))
    assert found["schema"] == "letf.risk/1" and found["preset"] == "swing" and found["paths"] == 500
    assert len(found["trades"]) == 4 and [row["horizon_days"] for row in found["held"]] == [5, 10]
    assert found["notes"][-1].startswith("Not advice")
