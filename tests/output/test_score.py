"""A score as table, JSON, rows and figure."""

import io
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scores import made_verdict

from simulator.history.block_bootstrap import Interval
from simulator.history.coverage import PIT_BINS, pit_shares
from simulator.history.verdict import judge
from simulator.output.files import figure_bytes
from simulator.output.plot_score import _place, _value, track_record
from simulator.output.score_document import encode, to_frame, to_json
from simulator.output.score_report import report

HORIZONS = (5, 42, 126)


@pytest.fixture(scope="module")
def verdict():
    return made_verdict(*HORIZONS)


def test_the_table_fits_eighty_columns_and_says_what_it_is_about(verdict):
    text = report(verdict)
    lines = text.splitlines()
    assert max(map(len, lines)) <= 80 and "nan" not in text
    assert lines[0].startswith("Score   F3 (3x), F-3 (-3x) on IDX: 31 origins")
    for words in (
        "a constant rate of 3% (no --rates)",
        "less 1.85% a year",
        "256 paths",
        "Holds overlap",
        "drift 0",
        "So few origins",
    ):
        assert words in " ".join(text.split())


def test_many_models_of_long_names_fit(verdict):
    score, names = verdict.score, ("gbm", "ewma", "gjr", "markov", "scaled-bootstrap")
    values = {"forecasts": score.forecasts, "driftless": score.driftless, "models": score.models}
    # losses on the baseline are the widest figures
    many = {key: {name: each["gbm" if name == "gjr" else "ewma"] for name in names} for key, each in values.items()}
    text = report(judge(replace(score, **many)))
    assert max(map(len, text.splitlines())) <= 80 and "over gjr" in text


def test_long_tickers_and_wide_intervals_fit(verdict):
    record = verdict.score.record
    funds = tuple(replace(fund, ticker=f"ELEVENCHAR{i}") for i, fund in enumerate(record.funds))
    names = dict(zip((fund.ticker for fund in record.funds), (fund.ticker for fund in funds), strict=True))
    wide = Interval(-0.254, -1.254, 1.254)
    cells = [row._replace(fund=names[row.fund], skill=dict.fromkeys(row.skill, wide)) for row in verdict.cells]
    renamed = replace(verdict, score=replace(verdict.score, record=replace(record, funds=funds)), cells=cells)
    text = report(renamed)
    assert max(map(len, text.splitlines())) <= 80 and "~-25 [-125, 125]" in text


@pytest.mark.parametrize("horizons", [(1,), (252,), (5, 10)])
def test_other_holding_periods_fit_too(horizons):
    found = made_verdict(*horizons)
    assert max(map(len, report(found).splitlines())) <= 80
    assert ("Holds overlap" in report(found)) == (horizons == (252,))


def test_a_skill_that_is_not_resolved_is_marked(verdict):
    rows = [line.split() for line in report(verdict).splitlines() if line.startswith(("F3 ", "F-3 "))]
    cells = [row for row in verdict.cells if row.model == "ewma" and row.quantity == "fund_return"]
    assert len(rows) == len(cells) == 6
    for words, cell in zip(rows, cells, strict=True):
        assert words[3].startswith("~") == (not cell.skill["gbm"].excludes(0.0))
        assert float(words[3].lstrip("~")) == pytest.approx(100 * cell.skill["gbm"].estimate, abs=0.051)


def test_the_json_is_whole(verdict):
    data = json.loads(to_json(verdict), parse_constant=pytest.fail)
    assert data["schema"] == "letf.score/1" and data["stream"] == "philox4x32-10/1"
    assert data["origins"] == {
        "count": 31, "first_month": "2015-01", "last_month": "2017-07", "first_entry": "2014-12-31",
        "last_entry": "2017-06-30",
    }  # fmt: skip
    assert data["rates"] == {"constant": 0.03} and data["vol_index"] is None
    assert len(data["rows"]) == 2 * 2 * 3 * 2
    row = next(row for row in data["rows"] if (row["model"], row["horizon_days"]) == ("ewma", 42))
    assert set(row["skill"]) == {"gbm"} and set(row["skill"]["gbm"]) == {"estimate", "low", "high", "resolved"}
    assert set(row["coverage"]) == {"0.5", "0.8", "0.9", "0.98"} and len(row["pit"]) == PIT_BINS
    assert set(data["perfect_forecaster"]) == {"5", "42", "126"} and len(data["pit_edges"]) == PIT_BINS + 1
    assert {row["variant"] for row in data["pooled"]} == {"all", "drift 0"}
    assert to_json(judge(verdict.score)) == to_json(verdict)


def test_every_forecast_has_a_row(verdict):
    score = verdict.score
    frame = pd.read_csv(io.BytesIO(encode(verdict, ".csv")))
    assert len(frame) == 2 * score.outcomes.size
    some = frame[(frame.model == "ewma") & (frame.fund == "F-3") & (frame.horizon_days == 42)]
    some = some[some.quantity == "divergence"]
    assert some.entry.tolist() == score.entry_days.astype(str).tolist()
    assert some.crps.to_numpy() == pytest.approx(score.forecasts["ewma"].crps[:, 1, 1, 1])
    assert some["q.0.5"].to_numpy() == pytest.approx(score.forecasts["ewma"].quantiles[:, 1, 1, 1, 3])
    assert pd.read_parquet(io.BytesIO(encode(verdict, ".parquet"))).equals(to_frame(score))
    assert encode(verdict, ".json").decode() == to_json(verdict)


def test_the_figure_shows_every_outcome_and_marks_the_misses(verdict):
    figure = track_record(verdict)
    record, histogram, table = figure.axes
    score, pit = verdict.score, verdict.score.forecasts["ewma"].pit[:, 0, 1, 0]
    dots = [line for line in record.lines if line.get_linestyle() == "None"]
    inside = (pit >= 0.05) & (pit <= 0.95)
    far = (pit < 0.01) | (pit > 0.99)
    assert [len(line.get_ydata()) for line in dots] == [inside.sum(), (~inside & ~far).sum(), far.sum()]
    drawn = np.sort(np.concatenate([line.get_ydata() for line in dots]))
    assert drawn == pytest.approx(np.sort(100 * score.outcomes[:, 0, 1, 0]))
    assert [bar.get_height() for bar in histogram.patches] == pytest.approx(100 * pit_shares(pit))
    words = [text.get_text() for text in table.texts]
    assert words.count("ewma") == 2 and words.count("over gbm") == 2
    assert any(text.get_text().endswith("?") for text in figure.texts)
    assert "F3 return over the next\n42 days" in record.get_ylabel() and "%" in histogram.get_ylabel()


def test_bands_reach_from_side_to_side(verdict):
    """Half a month before the first entry and after the last: one entry alone has bands too."""
    record = track_record(verdict).axes[0]
    left, right = record.get_xlim()
    for band in record.collections:
        spans = band.get_paths()[0].get_extents()
        assert (spans.x0, spans.x1) == pytest.approx((left, right), abs=0.01)


def test_the_figure_is_the_same_bytes_each_time(verdict):
    assert figure_bytes(track_record(verdict), ".svg") == figure_bytes(track_record(verdict), ".svg")


def test_the_figure_without_42_days_takes_the_middle_one():
    assert "10 days" in track_record(made_verdict(5, 10)).axes[0].get_ylabel()


def test_the_axis_goes_there_and_back():
    returns = np.array([-100.0, -40.0, -1e-9, 0.0, 1e-9, 60.0, 900.0])
    assert _value(_place(returns)) == pytest.approx(returns, abs=1e-12)
    assert (np.diff(_place(returns)) > 0).all() and _place(-30.0) == -0.3 and _place(100.0) == np.log(2)
