"""A hold under stress as people and machines read it."""

import json
from dataclasses import replace

import pytest

from simulator.errors import LetfError
from simulator.output.files import figure_bytes
from simulator.output.plot_stress import draw_stress
from simulator.output.stress_document import listing_json, to_json
from simulator.output.stress_heading import set_text
from simulator.output.stress_report import listing, report
from simulator.output.text import WIDTH
from simulator.risk.stress import stress
from simulator.spec.files import find_funds, preset_funds, preset_market
from simulator.spec.scenario import scenarios_from_dict
from simulator.spec.scenarios import find_scenarios, preset_scenarios
from simulator.spec.stress import StressTest

KNOWN = preset_scenarios()
FUNDS = find_funds(("TNA", "TZA"), preset_funds())


def the_test(**changes):
    return StressTest(**{"market": preset_market("iwm-spy"), "funds": FUNDS, "paths": 1024} | changes)


@pytest.fixture(scope="module")
def everything():
    return stress(the_test(), KNOWN)


def lines_of(found):
    text = report(found)
    assert all(len(line) <= WIDTH for line in text.splitlines()), max(text.splitlines(), key=len)
    assert "nan" not in text
    return text.splitlines()


def test_all_scenarios_stand_side_by_side(everything):
    lines = lines_of(everything)
    assert lines[0] == "Stress  IWM, SPY, TNA and TZA bought at a close and held 20 days, each alone"
    assert "Sold    IWM at -4%; TNA and TZA at -12%" in lines
    for name in ("IWM", "TNA", "TZA"):
        first = next(i for i, line in enumerate(lines) if line.split()[:2] == [name, "mean"])
        assert [line.split()[0] for line in lines[first + 1 : first + 2 + len(KNOWN)]] == [
            "without",
            *(one.name for one in KNOWN),
        ]
        assert lines[first].split()[-2:] == ["stopped", "at"]
    assert "tna-gone         1  -35.0*  -30.0   -100.0*  +105.1" in lines
    assert "yields-50 (ten-year, if short)           +50  -0.08  +0.16" in lines


def test_what_few_paths_cannot_tell_is_marked(everything):
    line = next(line for line in lines_of(everything) if line.startswith("reconstitution  "))
    assert "~" in line


@pytest.mark.parametrize("name", [one.name for one in KNOWN])
def test_one_scenario_is_told_in_detail(name):
    found = stress(the_test(target=0.2), find_scenarios((name,), KNOWN))
    text = "\n".join(lines_of(found))
    words = " ".join(text.split())
    scenario = found.told[0].scenario
    for said in (scenario.title, scenario.assumes, scenario.source, "TNA until sold", "stopped at at target at"):
        assert said in words
    assert ("these days themselves need --prices FOLDER" in words) == (scenario.replay is not None)


def test_without_a_stop_nothing_is_said_of_one():
    text = report(stress(the_test(stop=None), KNOWN[:2]))
    assert "stop" not in text and "Sold" not in text


def test_a_target_alone_is_told_where_no_stop_is():
    found = stress(the_test(stop=None, target=0.2), KNOWN[:2])
    title = next(line for line in lines_of(found) if line.startswith("TNA "))
    assert title.split()[-4:] == ["loss", "at", "target", "at"]


def test_what_is_left_out_says_why():
    found = stress(the_test(hold=3, market=preset_market("iwm")), KNOWN, leave_out=True)
    words = " ".join(" ".join(lines_of(found)).split())
    assert "Without cpi-day: day 5 lies beyond a hold of 3 days; hold longer" in words
    assert "Without credit-freeze: correlation needs a second index" in words


def test_real_days_are_told_without_a_word_of_paths(shared_data):
    found = stress(the_test(), find_scenarios(("2020-03", "2022"), KNOWN), prices=shared_data)
    lines = lines_of(found)
    assert lines[0] == "Stress  IWM, SPY, TNA and TZA bought at the close before real days, each alone"
    assert "TZA, real    +21.3      -25.2  03-24   -10.9      held              -12.0  03-03" in lines
    assert not any("paths" in line or "±" in line for line in lines)
    with pytest.raises(
        LetfError, match="only real days were replayed, and the figure shows paths; leave out --plot or"
    ):
        draw_stress(found)


def test_machines_read_every_figure(everything):
    data = json.loads(to_json(everything))
    assert data["schema"] == "letf.stress/1" and data["hold_days"] == 20 and data["paths"] == 1024
    assert data["instruments"][0] == {"name": "IWM", "stop": 0.04, "target": None}
    assert [one["scenario"]["name"] for one in data["scenarios"]] == [one.name for one in KNOWN]
    told = data["scenarios"][0]
    assert told.keys() == {"scenario", "days", "event_days", "short_rate_carry", "hold"}
    assert told["days"][2]["fill"].keys() == {"end", "overnight", "within_day"}
    held = told["hold"][2]
    assert held["instrument"] == "TNA"
    assert held.keys() == {
        *("instrument", "mean", "q05", "q95", "prob_loss", "expected_shortfall_95", "change", "until_sold")
    }
    assert held["change"]["mean"].keys() == {"mean", "stderr", "resolved"}
    assert held["until_sold"].keys() > {"prob_stop", "stop_fill", "prob_target", "target_fill"}
    assert held["until_sold"]["target_fill"] == {"mean": None, "stderr": None}
    assert "change" not in data["without"][0]


def test_real_days_are_read_by_machines(shared_data):
    found = stress(the_test(), find_scenarios(("2020-03",), KNOWN), prices=shared_data)
    (told,) = json.loads(to_json(found))["scenarios"]
    assert told.keys() == {"scenario", "replayed"}
    assert (
        told["replayed"]["entry"] == "2020-02-28"
        and told["replayed"]["rows"][2]["model"]["at_close"]["end"] == "stopped"
    )


def test_the_list_is_a_scenarios_file():
    assert scenarios_from_dict(json.loads(listing_json(KNOWN))) == KNOWN
    text = listing(KNOWN)
    assert all(len(line) <= WIDTH for line in text.splitlines())
    assert text.startswith("fed-25: Fed surprise")


def test_everything_that_is_set_is_said():
    said = {one.name: set_text(one, "IWM", "SPY") for one in KNOWN}
    freeze = "day 1: IWM -4.5%, SPY -3%; regime crisis from day 1 on, 120 days long in the mean; correlation 0.95; "
    assert said["credit-freeze"] == f"{freeze}IWM grows 30% a year less"
    assert said["yields-20"] == "day 1: ten-year yield +20 basis points, IWM -1% for each 10"
    assert said["cpi-day"] == "day 5: moves times 2"
    replay = "with --prices the days from 2022-01-03 to 2022-12-30"
    assert said["2022"].endswith(f"short rate +75 basis points from day 4 on; regime normal from day 1 on; {replay}")


def test_the_figure_has_a_panel_a_fund_and_a_row_a_scenario(everything):
    figure = draw_stress(everything)
    first, second = figure.axes
    names = [label.get_text() for label in first.get_yticklabels()]
    assert names == ["no scenario", *(one.name for one in KNOWN)]
    assert first.get_xlim() == second.get_xlim()
    assert first.get_title(loc="left") == "TNA, 3x"
    assert [text.get_text() for text in first.texts][-2:] == ["gone", "stopped"]
    svg = figure_bytes(figure, ".svg")
    assert svg == figure_bytes(draw_stress(everything), ".svg")


def test_the_figure_of_one_scenario_names_it():
    figure = draw_stress(stress(the_test(stop=None), find_scenarios(("risk-off",), KNOWN)))
    assert figure.texts[0].get_text() == "What does risk-off do to TNA and TZA over 20 days?"
    assert not any(text.get_text() == "stopped" for panel in figure.axes for text in panel.texts)


def test_the_figure_has_room_for_a_long_name():
    named = replace(find_scenarios(("risk-off",), KNOWN)[0], name="small-cap-funds-2026")
    figure = draw_stress(stress(the_test(), (named,)))
    figure.canvas.draw()
    assert min(label.get_window_extent().x0 for label in figure.axes[0].get_yticklabels()) >= 0
