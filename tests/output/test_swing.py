"""The swing trader's table: the figures told are those of the runs, and what is not resolved is said."""

import re
from dataclasses import replace

import pytest
from examples import SKEWED, ensemble, market, run

from simulator.distribution import Estimate
from simulator.output.swing_report import report
from simulator.risk.figures import resolved
from simulator.risk.swing import swing
from simulator.spec.trade import Trade

SPEC = run(ensemble(market(3), SKEWED), 3.0, -3.0, costs=True, paths=20_000, trade=Trade())
HELD = ("mean_return", "prob_loss", "expected_shortfall_95")
SOLD = (
    *("prob_stop", "prob_target", "prob_neither", "stop_fill_mean", "exit_expected_shortfall_95"),
    *("exit_mean", "exit_edge"),
)


@pytest.fixture(scope="module", params=["F3", "F-3"])
def found(request):
    return swing(SPEC, request.param)


def rows(text):
    """The lines of the tables, as words."""
    return [line.split() for line in text.splitlines() if re.match(r" +\d+ ", line)]


def test_the_table_tells_the_runs(found):
    expected = [(row, HELD) for row in found.held]
    expected += [(row, SOLD) for table in found.trades.values() for row in table]
    for words, (row, names) in zip(rows(report(found)), expected, strict=True):
        assert int(words[0]) == row.days
        for word, name in zip(words[1:], names, strict=False):
            value = 100 * row.figures[name].mean
            shown = word.partition("±")[0]
            assert abs(float(shown) - value) <= 0.5 * 10.0 ** -len(shown.partition(".")[2]) + 1e-9
        if names is SOLD:
            assert (words[-2:] == ["not", "resolved"]) == (not resolved(row.figures["exit_edge"]))


def test_what_is_not_resolved_is_said_and_only_that(found):
    trade, (first, *others) = next(iter(found.trades.items()))
    for mean, said in ((0.0019, True), (-0.0019, True), (0.002, False), (-0.002, False)):
        row = first._replace(figures=first.figures | {"exit_edge": Estimate(mean, 0.001)})
        other = [each._replace(figures=each.figures | {"exit_edge": Estimate(1.0, 0.001)}) for each in others]
        text = report(replace(found, trades={trade: (row, *other)}))
        assert sum(line.endswith("not resolved") for line in text.splitlines()) == said


def test_it_fits_eighty_columns_and_says_what_it_is_about(found):
    text = report(found)
    assert max(map(len, text.splitlines())) <= 80 and "nan" not in text
    words = " ".join(text.split())
    ticker = found.fund.ticker
    for word in (f"{ticker} ({found.fund.leverage:g}x IWM daily), held 10 to 40 trading days", "20,000 paths", "seed 1",
                 "rate 4%", "drift 8%", "within the day", "ES 95% is of the 10,000 paths of b: there",
                 "Not advice"):  # fmt: skip
        assert word in words
    assert words.count("Not advice") == 1 and "VaR" not in words and "views" not in words


@pytest.mark.parametrize(
    ("ticker", "levels"),
    [
        ("F3", ["Stop F3 -12%, in one day IWM -4%", "Stop IWM -6%, in one day F3 -18%", "Target IWM +15%, in one day"]),
        (
            "F-3",
            ["Stop F-3 -12%, in one day IWM +4%", "Stop IWM +6%, in one day F-3 -17.9%", "Target IWM -15%, in one"],
        ),
    ],
)
def test_levels_are_told_in_both_terms(ticker, levels):
    text = report(swing(replace(SPEC, paths=200), ticker, holds=(10,)))
    for level in levels:
        assert level in text


@pytest.mark.parametrize("chosen", [market(1, vols=[3.0]), market(1, vols=[0.01]), SKEWED])
@pytest.mark.parametrize("paths", [2, 100])
def test_odd_runs_fit_too(chosen, paths):
    text = report(swing(replace(SPEC, market=chosen, paths=paths), "F3", holds=(1, 252)))
    assert max(map(len, text.splitlines())) <= 80 and "nan" not in text
