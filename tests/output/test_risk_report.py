"""The risk of a trade as text: at most 80 columns, whatever the figures, and every number what the run found."""

import math

import pytest
from examples import RESIDUALS, SKEWED, ensemble, market, run

from simulator.distribution import Estimate
from simulator.output.drift_lines import drift_lines, kelly_cell
from simulator.output.risk_cells import UNRESOLVED, figure_table, span
from simulator.output.risk_document import to_json
from simulator.output.risk_report import report
from simulator.output.size_lines import size_lines
from simulator.output.table import with_error
from simulator.output.text import WIDTH, listed
from simulator.output.trade_lines import exactness, money, move, trade_lines
from simulator.risk.assess import assess
from simulator.risk.error_bars import Figure, Spread
from simulator.risk.figures import figures
from simulator.risk.sizing import Kelly, sizes
from simulator.spec.trade import Trade

MIXED = ensemble(market(3), SKEWED)
BRACKET = Trade(stop=0.12, target=0.2, loss=0.1)


def assessed(trade=BRACKET, chosen=MIXED, leverage=3.0, days=20, refits=3, **changes):
    spec = run(chosen, leverage, costs=True, horizons=(days,), paths=3000, trade=trade, **changes)
    return assess(spec, refits=[chosen.with_scaled_vol(0.2 + 0.02 * i) for i in range(refits)])


@pytest.fixture(scope="module")
def risk():
    return assessed()


def row(text, label):
    """The cells of the first row with that label, whether it has a star or not."""
    line = next(line for line in text.splitlines() if line.startswith(label))
    return line.removeprefix(label).removeprefix("*").split()


@pytest.mark.parametrize("leverage", [3.0, -3.0, 1.0, -10.0])
@pytest.mark.parametrize("days", [1, 252])
@pytest.mark.parametrize("trade", [Trade(), BRACKET, Trade(index_stop=0.06, target=0.4, watch="next-open")])
def test_fits_eighty_columns(leverage, days, trade):
    text = report(assessed(trade, leverage=leverage, days=days), amount=123456.0)
    assert text.endswith("\n")
    for line in text.splitlines():
        assert len(line) <= WIDTH and line == line.rstrip()
    assert "nan" not in text.replace("finan", "") and "inf" not in text


def test_wild_markets_fit_eighty_columns():
    text = report(assessed(chosen=SKEWED.with_scaled_vol(2.5), leverage=-3.0, days=252), amount=1e6)
    assert max(map(len, text.splitlines())) <= WIDTH


def test_says_what_was_run_and_bought(risk):
    text = report(risk, amount=10000)
    assert text.startswith("Market  unnamed, IWM, 2 models")
    flat = " ".join(text.split())
    for words in (
        *("rate 4%, drift 8% a year, 3,000 paths, seed 1", "buy 10,000 of F3 (3x IWM daily) at a close"),
        *("hold 20 trading days", "F3 -12%: IWM -4.0% in one day", "F3 +20%: IWM +6.7% in one day"),
        *("within the day", "a: exact; b: approximate", "Doubts, never added"),
        *(
            "5% and 95% of 3 refits to resampled pasts, all at this drift, ",
            "least and most of a and b alone",
            "Not advice",
            "of the 1,500 paths of b:",
            " * VaR, ES",
        ),
    ):
        assert words in flat


def test_every_doubt_has_its_own_column(risk):
    figure = risk.figures["prob_loss"]
    value, error, parameters, models = row(report(risk), "Chance of a loss ")
    assert float(value) == pytest.approx(100 * figure.value, abs=0.1)
    assert float(error) == pytest.approx(100 * figure.stderr, abs=0.1)
    assert (parameters, models) == (span(figure.parameters), span(figure.models))


def test_money_stands_beside_percent(risk):
    text = report(risk, amount=10000)
    assert row(text, "Fall from peak: mean")[-1] == money(10000 * risk.figures["max_drawdown_mean"].value)
    assert len(row(text, "Chance of a loss ")) == len(row(text, "Fall from peak: mean")) - 1
    assert not any(line.endswith(" money") for line in report(risk).splitlines())


def test_a_loss_that_was_asked_about_is_counted(risk):
    assert row(report(risk), "Chance of a loss > 10%")
    assert "Chance of a loss >" not in report(assessed(Trade(), refits=0))


def test_exits_are_told_where_there_are_some(risk):
    text = report(risk)
    exits = risk.position.exits
    assert float(row(text, "Chance of the stop")[0]) == pytest.approx(100 * exits.prob_stop.mean, abs=0.1)
    by_day = exits.days.sum(axis=0).cumsum()
    assert float(row(text, "  5% quantile")[0]) == pytest.approx(100 * risk.figures["stop_fill_5"].value, abs=0.1)
    half = next(day for day, count in enumerate(by_day, 1) if count >= by_day[-1] / 2)
    assert f"half of them by day {half}," in text
    held = report(assessed(Trade(), refits=0))
    assert "stop" not in held and "sold" not in held
    one = report(assessed(Trade(stop=0.12), refits=0))
    assert "Chance of the stop" in one and "arget" not in one


def test_a_stop_that_nobody_reaches():
    text = report(assessed(Trade(stop=0.9), days=1, refits=0))
    assert "No path reached the stop." in text
    assert row(text, "Stop filled at: mean") == ["-"]
    assert row(text, "Sold less held: mean")[0].startswith(UNRESOLVED)
    assert f"{UNRESOLVED} not resolved" in text


def test_drifts(risk):
    text = report(risk)
    for at in risk.premiums:
        cells = row(text, f"{move(at.premium)} ")
        assert float(cells[0].split("±")[0]) == pytest.approx(100 * at.figures["mean_return"].mean, abs=0.51)
        assert cells[4] == kelly_cell(at.kelly) and cells[-1] == kelly_cell(at.exit_kelly)
    assert "(+4%: as above)" in text
    assert "as above" not in report(assessed(refits=0, chosen=MIXED.with_drift(0.05)))


@pytest.mark.parametrize(("days", "below"), [(1, False), (5, True)])
def test_means_keep_their_decimals_at_every_drift(days, below):
    """What is sold goes below what is held where means would lose a decimal beside it."""
    trade = Trade(stop=0.08, target=0.1)
    risk = assess(run(market(3), 3.0, costs=True, horizons=(days,), paths=300_000, trade=trade))
    lines = drift_lines(risk)
    assert max(map(len, lines)) <= WIDTH and any(line.startswith("sold:") for line in lines) == below
    for at in risk.premiums:
        cells = [cell for line in lines if line.startswith(f"{move(at.premium)} ") for cell in line.split()[1:]]
        for i, name in ((0, "mean_return"), (3, "divergence_mean"), (5, "exit_mean")):
            assert cells[i] == with_error(at.figures[name].mean, at.figures[name].stderr, 2)
        assert (cells[4], cells[8]) == (kelly_cell(at.kelly), kelly_cell(at.exit_kelly))


def test_what_is_of_some_paths_has_a_star(risk):
    lines = report(risk).splitlines()
    starred = {line.partition("*")[0] for line in lines if "*" in line[:24] and not line.startswith("*")}
    assert starred == {"Value at risk 95%", "  99%", "Expected shortfall 95%", "Fall from peak: mean", "  95%",
                       "  shortfall 95%"}  # fmt: skip
    assert any("ES 95%*" in line for line in lines)
    assert "*" not in report(assessed(chosen=market(3))) and "*" not in to_json(risk)


def test_refits_with_their_own_drifts():
    own = market(3, log_drifts=[0.2, 0.1, -0.3], drift="regime")
    flat = " ".join(report(assessed(chosen=own)).split())
    assert "of 3 refits to resampled pasts, each with its own drifts," in flat


def test_the_index_itself_has_no_divergence():
    index = assess(run(market(3), 1.0, horizons=(20,), paths=300, trade=Trade()))
    text = report(index)
    assert "\nIWM held through itself: no divergence\n" in text
    assert "Break-even" not in text and "Divergence" not in text and "by carry" not in text
    costly = report(assessed(leverage=1.0, refits=0))
    assert "through itself" not in costly and "Divergence: mean" in costly


def test_notes_and_more_sections(risk):
    text = report(risk, notes=["a note"], more=[["one", "two"], ["three"]])
    assert "\n\none\ntwo\n\nthree\n\n" in text
    assert "\na note\nNot advice" in text


def test_days_held_at_the_cap_are_told():
    wild = assessed(chosen=SKEWED.with_scaled_vol(3.5), refits=0)
    assert wild.result.capped > 0
    assert f"its cap on {wild.result.capped:,} of 60,000 days" in " ".join(report(wild).split())


@pytest.mark.parametrize(
    ("spread", "text"),
    [
        (None, ""),
        (Spread(0.4221, 0.4849, 0.02, 40), "[42.2,48.5]"),
        (Spread(-0.1227, -0.1215, 0.001, 40), "[-12.27,-12.15]"),
        (Spread(-0.00001, 0.00001, 0.0, 2), "[0.00,0.00]"),
        (Spread(0.2, 0.2, 0.0, 2), "[20.00,20.00]"),
        (Spread(4.0, 25.0, 9.0, 2), "[400.0,2500]"),
        (Spread(-23951834.6, 5e9, 1.0, 2), "[-2.4e9,5.0e11]"),
        (Spread(0.1, math.inf, 1.0, 2), "beyond"),
    ],
)
def test_spans(spread, text):
    assert span(spread) == text


def test_columns_that_nothing_is_in_are_left_out():
    figures = {"mean_return": Figure(0.012, 0.001, None, Spread(0.01, 0.02, 0.005, 2))}
    assert figure_table(figures, [("mean", "mean_return"), ("none", "prob_stop")], None) == [
        "        %  ±MC     models",
        "mean  1.2   .1  [1.0,2.0]",
    ]


@pytest.mark.parametrize(
    ("kelly", "text"),
    [
        (Kelly(fraction=0.18, stderr=0.012, bound=None, resolved=True), "18±2"),
        (Kelly(fraction=0.02, stderr=0.03, bound=None, resolved=False), "~2±3"),
        (Kelly(fraction=0.0, stderr=math.nan, bound="none", resolved=True), "none"),
        (Kelly(fraction=1.0, stderr=math.nan, bound="all", resolved=False), "~all"),
    ],
)
def test_kelly(kelly, text):
    assert kelly_cell(kelly) == text


def test_levels_of_the_index_are_told_in_the_fund_s_terms():
    bear = assessed(Trade(index_stop=0.06, index_target=0.1), leverage=-3.0, refits=0)
    lines = trade_lines(bear)
    assert any(line.startswith("Stop    IWM +6%: F-3 -17.9% in one day, ") for line in lines)
    assert any(line.startswith("Target  IWM -10%: F-3 +30.1% in one day, ") for line in lines)


def test_no_index_falls_by_more_than_all():
    lines = trade_lines(assessed(Trade(target=1.2), leverage=-1.0, refits=0))
    assert any(line.startswith("Target  F-1 +120%: not in one day, IWM -5") for line in lines)


def test_a_hold_of_one_day_has_no_drag():
    def told(trade, leverage):
        risk = assess(run(market(2), leverage, horizons=(1,), paths=200, trade=trade), premiums=())
        return "\n".join(trade_lines(risk))

    assert "Stop    F3 -12%: IWM -4.0% in one day\n" in told(Trade(stop=0.12), 3.0)
    assert "Target  F-1 +120%: not in one day\n" in told(Trade(target=1.2), -1.0)


def test_one_refit_is_no_spread():
    text = report(assessed(Trade(), refits=1))
    assert "refits" not in text and "parameters" not in text


def test_exactness():
    regimes, student = market(3), market(3, dof=6.0)
    assert exactness(regimes, "day") == exactness(student, "close") == exactness(SKEWED, "close") == "exact"
    assert exactness(student, "day").startswith("approximate")
    assert exactness(ensemble(SKEWED, RESIDUALS), "next-open").startswith("approximate, opens")
    assert exactness(MIXED, "day").startswith("a: exact; b: approximate")


def test_sizes():
    risk = assessed(refits=0)
    found = figures(risk.result, "F3", 20)
    lines = size_lines(sizes(found, 500.0), "F3", 500.0)
    assert lines[0] == "How big: the money in F3 whose loss is 500."
    assert any(line.startswith("fill that 1 in 20 stops fall short of  ") for line in lines)
    amount = 500 / found["expected_shortfall_95"].mean
    assert any(
        line.endswith(
            f"±{math.ceil(amount * found['expected_shortfall_95'].stderr / found['expected_shortfall_95'].mean)}"
        )
        for line in lines
    )
    assert f"{amount:,.0f}±" in "\n".join(lines)
    few = sizes({"expected_shortfall_95": Estimate(0.1, math.nan)}, 50.0)
    assert size_lines(few, "F3", 50.0)[-1].endswith(" 500")
    riskless = assess(run(market(1, vols=[0.0001]), 1.0, horizons=(5,), paths=100, trade=Trade()), premiums=())
    assert "any: it gains" in "\n".join(size_lines(sizes(figures(riskless.result, "F1", 5), 1.0), "F1", 1.0))


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (10000.0, "10,000"),
        (99.999, "100.00"),
        (-0.001, "0.00"),
        (-250.4, "-250"),
        (1e9, "1,000,000,000"),
        (-1.42e21, "-1.4e21"),
    ],
)
def test_money(amount, text):
    assert money(amount) == text


def test_lists():
    assert listed(["a"]) == "a" and listed(["a", "b"]) == "a and b" and listed(["a", "b", "c"]) == "a, b and c"
