"""What letf triggers says, and draws: words that fit, stars that are earned, luck that is told."""

import json

import numpy as np
import pytest
from made_closes import DAYS, made_closes

from simulator.history.block_bootstrap import Interval
from simulator.history.trigger_study import study
from simulator.history.triggers import make_trigger, usual_triggers
from simulator.output.files import figure_bytes
from simulator.output.plot_triggers import draw_triggers
from simulator.output.triggers_document import to_json
from simulator.output.triggers_report import difference, points, report, star, title

NAN = float("nan")
EVERY = np.ones(DAYS + 1, bool)


@pytest.fixture(scope="module")
def closes():
    return made_closes()


@pytest.fixture(scope="module")
def found(closes):
    """The usual triggers, one that knows the future and one that is too rare."""
    ahead = np.nan_to_num(closes.returns(5)[:, 0]) > 0.02
    rare = np.arange(DAYS + 1) == 700
    made = (make_trigger(name, name, days, EVERY) for name, days in (("oracle", ahead), ("rare", rare)))
    return study(closes, (*usual_triggers(closes), *made), draws=200)


def test_a_report_fits_and_says_what_it_is_of(found):
    lines = report(found, ["oracle", "spy-fall"]).splitlines()
    text = " ".join(" ".join(lines).split())
    assert max(map(len, lines)) <= 80 and "nan" not in text and not any(line.endswith(" ") for line in lines)
    assert lines[0] == "Study   what TNA, TZA and the pair did after triggers, against all days"
    assert "IWM.csv from 2012-01-02, SPY.csv from 2012-01-02, TNA.csv from 2012-12-31" in text
    assert "1,241 from 2012-12-31 on" in text and "200 resamples of the days in blocks of 84 on average, seed 1" in text
    assert "no star: not resolved" in text
    assert text.count("oracle: oracle, ") == 2 and text.count("above-ema20: IWM above its 20-day EMA") == 1
    assert "rare: rare, 1 day" in text and "too few" in text


def test_the_verdict_counts_comparisons_and_luck(found):
    together = [cell for cell in found.cells if cell.together]
    text = " ".join(report(found).split())
    many, alone = found.comparisons, sum(cell.resolved for cell in found.cells)
    assert many == 144 - sum(np.isnan(cell.mean.difference.low) for cell in found.cells) < 144
    assert f"Of {many} differences of means {alone} have an interval without 0; about {found.by_luck} would" in text
    assert found.by_luck == round((0.065 + 84 / 1241) * many)
    assert together and all(f"{cell.trigger} for {cell.instrument} over {cell.days} days" in text for cell in together)
    assert f"(beyond {found.critical:.1f} standard errors) these stay resolved: " in text


def test_what_is_luck_is_said_to_be(closes):
    lucky = [
        make_trigger(f"t{seed}", "some", np.random.default_rng(seed).random(DAYS + 1) < 0.1, EVERY) for seed in (1, 2)
    ]
    result = study(closes, lucky, [5], draws=200)
    assert not any(cell.together for cell in result.cells)
    assert "none is resolved: the best of many stands out by luck" in " ".join(report(result).split())
    few = study(closes, [make_trigger("few", "few", np.arange(DAYS + 1) == 600, EVERY)], [5], draws=50)
    assert "no interval is known, nothing is resolved" in " ".join(report(few).split())


def test_stars(found):
    for cell in found.cells:
        assert star(cell) == ("**" if cell.together else "*" if cell.resolved else "")
    assert {star(cell) for cell in found.cells} == {"", "*", "**"}


def test_many_holds_fit_too(closes):
    result = study(closes, usual_triggers(closes)[:2], [1, 3, 5, 10, 21, 42, 63], draws=50)
    lines = report(result, ["above-ema20"]).splitlines()
    assert max(map(len, lines)) <= 80 and "63 days" in "\n".join(lines)


def test_titles():
    days = np.zeros(DAYS + 1, bool)
    days[[300, 301, 500]] = True
    assert title(make_trigger("a", "all of it", days, EVERY)) == "a: all of it, 3 days in 2 episodes"
    assert title(make_trigger("a", "all of it", np.arange(DAYS + 1) % 2 == 1, EVERY)) == "a: all of it, 750 days"


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (Interval(0.0123, -0.0005, 0.0271), "+1.2 [-0.1,2.7]"),
        (Interval(-0.0012, -0.0035, 0.0004), "-.12 [-.35,.04]"),
        (Interval(-0.12, -0.171, -0.068), "-12 [-17,-7]"),
        (Interval(0.0, -0.004, 0.004), "+.00 [-.40,.40]"),
        (Interval(0.0, NAN, NAN), "too few"),
    ],
)
def test_a_difference(found, text):
    assert difference(found) == text


def test_points():
    assert [points(NAN), points(-0.0001), points(0.5, 0)] == ["-", "0.0", "50"]


def test_json_has_every_figure(found):
    data = json.loads(to_json(found))
    assert (data["schema"], data["holds"], data["days"]) == ("letf.triggers/1", [5, 10, 21, 42], 1241)
    assert data["comparisons"] == found.comparisons and data["interval"]["mean_block_days"] == 84
    assert [len(trigger["rows"]) for trigger in data["triggers"]] == [12] * 12
    for trigger, entry in zip(found.triggers, data["triggers"], strict=True):
        assert (entry["trigger_days"], entry["episodes"]) == (trigger.days.sum(), trigger.episodes)
        assert entry["on_last_close"] == trigger.days[-1]
        for cell, row in zip(found.of(trigger), entry["rows"], strict=True):
            assert (row["instrument"], row["horizon_days"], row["holds"]) == (cell.instrument, cell.days, cell.entries)
            for name, figure in (("mean", cell.mean), ("median", cell.median), ("prob_gain", cell.gains)):
                assert row[name]["all_days"] == figure.all_days
                assert row[name]["difference"] == {
                    key: None if np.isnan(value) else value for key, value in figure.difference._asdict().items()
                }
    rare = data["triggers"][-1]
    assert rare["rows"][0]["mean"]["difference"]["low"] is None and rare["last_day"] is not None


def test_the_figure_asks_a_question_and_shows_each_interval(found):
    figure = draw_triggers(found)
    titles = [text.get_text() for text in figure.texts]
    assert titles[0] == "After these triggers, do returns differ from those of all days?"
    assert [panel.get_title(loc="left") for panel in figure.axes] == [
        "TNA (3x)",
        "TZA (\N{MINUS SIGN}3x)",
        "IWM less SPY",
    ]
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert names == [trigger.name for trigger in found.triggers]
    for panel, instrument in zip(figure.axes, found.closes.instruments, strict=True):
        cells = [cell for cell in found.cells if cell.instrument == instrument]
        bars = [line.get_xdata() for line in panel.lines if len(line.get_xdata()) == 2 and line.get_lw() == 2.2]
        known = [cell.mean.difference for cell in cells if np.isfinite(cell.mean.difference.low)]
        assert np.array(bars) == pytest.approx(100 * np.array([[each.low, each.high] for each in known]))
    assert f"Of {found.comparisons} comparisons" in titles[1].replace("\n", " ")
    assert figure_bytes(figure, ".png") == figure_bytes(draw_triggers(found), ".png")
