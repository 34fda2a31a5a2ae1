"""Scenarios: what they set, what their files may hold, and what is refused."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import LetfError
from simulator.spec.scenario import Scenario, scenarios_from_dict
from simulator.spec.scenarios import find_scenarios, preset_scenarios, read_scenarios
from simulator.spec.shocks import EventDay, RateChange, Shock, Window, YieldChange

ROUNDING = 1e-12  # of a sum of a few changes
WORDS = {"name": "x", "title": "a title", "assumes": "something", "source": "somewhere"}
FALL = {"day": 1, "index": -0.05}


def file(*scenarios):
    return {"schema": "letf.scenarios/1", "scenarios": list(scenarios)}


def test_what_is_set_becomes_a_course():
    scenario = Scenario(
        **WORDS,
        shocks=(Shock(day=3, index=-0.05, second=-0.03), Shock(day=1, index=0.02)),
        short_rate=(RateChange(day=4, basis_points=25), RateChange(day=2, basis_points=-50)),
        event_days=(EventDay(day=5, factor=2.0),),
    )
    course = scenario.course()
    assert course.moves == ((1, 0.02, None), (3, -0.05, -0.03))
    assert course.vol_scales == ((5, 2.0),)
    assert course.rates == ((2, -0.005), (4, 0.0025))
    assert course.rate_on(4, 0.04) == pytest.approx(0.0375, abs=ROUNDING)


def test_the_ten_year_yield_moves_the_indexes_by_its_betas_and_no_short_rate():
    change = YieldChange(day=2, basis_points=20, index_beta=-0.01, second_beta=-0.006)
    course = Scenario(**WORDS, ten_year=change).course()
    assert course.moves == ((2, -0.02, -0.012),)
    assert course.rates == ()


def test_a_scenario_comes_back_from_its_file():
    scenario = Scenario(
        **WORDS,
        shocks=(Shock(**FALL),),
        regime="crisis",
        regime_days=100.0,
        correlation=0.9,
        behind=0.2,
        short_rate=(RateChange(day=1, basis_points=25),),
        ten_year=YieldChange(day=2, basis_points=20, index_beta=-0.01),
        event_days=(EventDay(day=3, factor=1.5),),
        replay=Window(first=date(2020, 3, 2), last=date(2020, 3, 31), days=22, index_return=-0.2),
    )
    assert scenarios_from_dict(file(scenario.to_dict())) == (scenario,)


days = st.integers(1, 252)
moves = st.floats(-0.99, 1, allow_nan=False)
points = st.floats(-1000, 1000, allow_nan=False)
by_day = {
    "shocks": st.builds(Shock, day=days, index=moves, second=st.none() | moves),
    "short_rate": st.builds(RateChange, day=days, basis_points=points),
}


@given(
    **{name: st.lists(parts, max_size=6, unique_by=lambda part: part.day) for name, parts in by_day.items()},
    behind=st.floats(-5, 5, allow_nan=False),
    correlation=st.none() | st.floats(-0.99, 0.99),
)
def test_any_scenario_comes_back_and_its_course_is_in_order(shocks, short_rate, behind, correlation):
    scenario = Scenario(
        **WORDS, shocks=tuple(shocks), short_rate=tuple(short_rate), behind=behind, correlation=correlation
    )
    assert Scenario.from_dict(json.loads(json.dumps(scenario.to_dict()))) == scenario
    course = scenario.course()
    assert {(shock.day, shock.index, shock.second) for shock in shocks} == set(course.moves)
    assert [day for day, *_ in course.moves] == sorted(shock.day for shock in shocks)
    total = sum(change.change for change in short_rate)
    assert course.rate_on(252, 0.04) == pytest.approx(0.04 + total, abs=ROUNDING)


def test_the_built_in_ones_come_back_and_each_says_what_it_assumes():
    known = preset_scenarios()
    assert scenarios_from_dict(file(*(one.to_dict() for one in known))) == known
    names = [one.name for one in known]
    assert {"fed-25", "fed-50", "yields-20", "yields-50", "credit-freeze", "risk-off", "deleveraging"} < set(names)
    assert {"cpi-day", "fed-day", "reconstitution", "2008-12", "2011-08", "2020-03", "2022", "tna-gone"} < set(names)
    assert not any(one.only_replays for one in known)


def test_names_are_found_in_any_case_and_once():
    known = preset_scenarios()
    assert [one.name for one in find_scenarios(("FED-50", "fed-25", "fed-50"), known)] == ["fed-50", "fed-25"]
    with pytest.raises(LetfError, match="unknown scenario 'fed-75'; known: fed-25, fed-50, "):
        find_scenarios(("fed-75",), known)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, "scenario 'x': sets nothing; give one of shocks, "),
        ({"shock": [FALL]}, r"scenarios\[0\]: unknown key 'shock'; known keys: name, title, "),
        ({"shocks": FALL}, "scenario 'x': shocks must be a list of tables, got "),
        (
            {"shocks": [FALL | {"move": 1}]},
            r"scenario 'x': shocks\[0\]: unknown key 'move'; known keys: day, index, sec",
        ),
        ({"shocks": [{"day": 1}]}, r"scenario 'x': shocks\[0\]: missing key 'index'"),
        ({"shocks": [{"day": 0, "index": -0.1}]}, r"shocks\[0\]: day .* must be from 1 to 252, got 0"),
        (
            {"shocks": [{"day": 1, "index": -1.5}]},
            r"shocks\[0\]: index \(-0.04 is -4%\) must be in \[-0.99, 1\], got -1",
        ),
        ({"shocks": [FALL, FALL]}, "scenario 'x': day 1 is set more than once"),
        ({"shocks": [FALL], "event_days": [{"day": 1, "factor": 2}]}, "day 1 is set more than once"),
        ({"short_rate": [{"day": 1, "basis_points": 25}] * 2}, "day 1 is set more than once"),
        ({"short_rate": [{"day": 1, "basis_points": 2500}]}, r"basis_points must be in \[-1000, 1000\], got 2500"),
        ({"event_days": [{"day": 1, "factor": 11}]}, r"event_days\[0\]: factor must be in \[0, 10\], got 11"),
        ({"ten_year": {"day": 1, "basis_points": 1000, "index_beta": -0.02}}, r"ten_year: index .* got -2.0"),
        ({"regime_days": 50}, "regime_days is the mean length of a regime; name it"),
        ({"regime": "crisis", "regime_days": 0.5}, r"regime_days must be in \[1, 2520\], got 0.5"),
        ({"shocks": [FALL], "name": "x" * 21}, "name must have at most 20 characters, got 21"),
        ({"correlation": 1}, r"correlation must be in \(-1, 1\), got 1"),
        ({"behind": "much"}, r"behind \(0.2 is 20% a year\) must be a number, got 'much'"),
        ({"replay": {"first": "2020-03-02", "last": "2020"}}, "replay: last must be a day, YYYY-MM-DD, got '2020'"),
        (
            {"replay": {"first": "2020-03-02", "last": "2020-03-01"}},
            "replay: first 2020-03-02 is after last 2020-03-01",
        ),
        ({"shocks": [FALL], "source": ""}, "source must be a line of text, got ''"),
    ],
)
def test_what_breaks_a_rule_is_refused_by_name(changes, message):
    with pytest.raises(LetfError, match=message) as caught:
        scenarios_from_dict(file(WORDS | changes))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('schema = "letf.funds/1"', 'schema must be "letf.scenarios/1", got '),
        ('schema = "letf.scenarios/1"\nscenarios = []', "scenarios must be a list of at least one table"),
        (
            'schema = "letf.scenarios/1"\nscenario = []',
            "scenarios file: unknown key 'scenario'; known keys: schema, sc",
        ),
        ("schema =", "not TOML"),
    ],
)
def test_a_file_that_is_none_is_refused_with_its_name(tmp_path, text, message):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(LetfError, match=rf"mine.toml: .*{message}"):
        read_scenarios(path)


def test_one_name_twice_is_refused():
    one = WORDS | {"shocks": [FALL]}
    with pytest.raises(LetfError, match="name 'X' stands more than once"):
        scenarios_from_dict(file(one, one | {"name": "X"}))
