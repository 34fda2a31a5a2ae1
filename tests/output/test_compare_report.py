"""Structures side by side as people and machines read them: golden text, widths, schema, figure."""

import json
from math import nan

import numpy as np
import pytest
from examples import fund, market

from simulator.engine.structures import CALLED, HELD, STOPPED, Outcomes
from simulator.output.compare_document import to_json
from simulator.output.compare_report import report
from simulator.output.files import figure_bytes
from simulator.output.plot_compare import draw_compared
from simulator.output.structures_listing import listing, listing_json
from simulator.output.text import WIDTH
from simulator.risk.compare import held_against
from simulator.spec.call_spread import CallSpread
from simulator.spec.comparison import Comparison
from simulator.spec.leg import Leg
from simulator.spec.structure import Structure
from simulator.spec.usual import structures_from_dict, usual_structures

PATHS = 1000
STRUCTURES = (
    Structure(name="IWM", legs=(Leg(instrument="IWM", weight=1.0),), stop=0.06, target=0.125),
    Structure(name="short F3", legs=(Leg(instrument="F3", weight=-0.5),), maintenance=0.9),
    Structure(name="spread", spread=CallSpread(low=1.0, high=1.05, days=60, vol=0.2, skew=-0.04, settle=False)),
)
GOLDEN = """\
Compare 3 structures held 20 days, on the same paths
Market  unnamed, IWM, 1 regime, no prices named
Start   stationary: regime1 100%; expected 21-day volatility 20%
Run     rate 4%, drift 8% a year, 1,000 paths, seed 1
Costs   borrowed shares cost F3 3% a year; what they are sold for earns the rate
        (both assumed)
Options spread: 60 days, strikes 100% and 105%, implied volatility 20% at the
        money, -4 points per +10% of strike, premium 2.26% of the index, marked
        to model at the end of the hold
Exits   IWM -6% or +12.5%, at closes; the money then earns nothing
Without IWM - SPY: unnamed has no second index, iwm-spy has

Percent of the money at risk, which each structure sets by a rule of its own
(letf compare --list), ± one Monte Carlo standard error, rounded up. ES: mean
loss in the worst 5%. STARR: cents of mean over cash for each dollar of ES, both
measured against cash, so that money left as cash beside changes nothing; below
0, cash did better. Fall: the worst from the running peak, at closes; fall 95%:
what 5% of the paths exceed.

             mean  loss        ES  STARR      fall  fall 95%
IWM        1.0±.3  46±2  9.46±.09    7±3  2.84±.09    8.9±.2
short F3  -0.5±.2  55±2  5.73±.05  -14±2  2.14±.06  5.45±.08
spread       15±3  46±2     100±0   15±3      35±2     100±0

Quantiles of the profit
               1%         5%      25%      50%     75%       95%     99%
IWM         -9.78    -8.9±.2  -4.5±.4   1.0±.4  6.5±.4   10.9±.2   11.78
short F3    -5.89  -5.45±.08  -3.2±.2  -0.5±.2  2.3±.2  4.45±.08    4.89
spread    -100.00     -100±0    -90±7     20±7   120±0     120±0  120.00

Sold before the end, % of the paths
           stopped    called
IWM           30±2  0.00±.08
short F3  0.00±.08    0.5±.3

Less IWM on the same paths, in points (STARR: cents), with paired errors. Ahead:
paths that end above IWM. Not resolved: within 2.7 errors of 0; were the truth 0
in all 8 differences here, one or more would be beyond with a chance of 5% at
most.

             mean          loss          ES     STARR  ahead
short F3  -1.5±.4          +9±4   -3.73±.10     -20±4   46±2
spread      +14±3  not resolved  +90.54±.09  +7.7±1.0   55±2

The errors are those of the sampling alone, which more paths narrow. The model
of the market, its drifts, implied volatilities and borrow fees are assumptions
that no number of paths makes surer: try others.
"""


def compared(structures=STRUCTURES, **changes):
    """Structures of made-up profits: evenly spread, and the same the other way round."""
    given = {"market": market(1), "funds": (fund(3.0),), "hold": 20, "paths": PATHS, "borrow_fees": {"F3": 0.03}}
    spec = Comparison(structures=structures, **given | changes)
    line = np.linspace(-0.1, 0.12, PATHS)
    profits = np.array([line, -0.5 * line, np.clip(20 * line, -1, 1.2)])[: len(structures)]
    ends = np.full(profits.shape, HELD, np.uint8)
    ends[0, :300] = STOPPED
    if len(structures) > 1:
        ends[1, -5:] = CALLED
    falls = np.maximum(-profits, 0.01)
    return held_against(spec, Outcomes(profits, falls, ends, np.full(profits.shape, 20, np.int32)), 0)


def test_the_table_is_this_one():
    assert report(compared(), ["IWM - SPY"]) == GOLDEN


def test_tables_fit_80_columns_whatever_the_figures():
    found = compared()
    for law in found.laws:
        assert law.name in report(found)
    names = tuple(
        Structure(
            name=f"a name so long, no {i}", legs=(Leg(instrument="IWM", weight=10.0 * (-1) ** i),), maintenance=0.3
        )
        for i in range(3)
    )
    wild = compared(names, borrow_fees={"IWM": 0.5})
    text = report(wild, ["IWM - SPY", "SPY + TZA", "SPY then TZA"] * 3)
    assert all(len(line) <= WIDTH for line in text.splitlines()) and "nan" not in text


def test_a_spread_that_expires_within_the_hold_is_told_so():
    assert "marked to model at the end of the hold" in " ".join(report(compared(hold=40)).split())
    for hold in (41, 63):
        assert "settled at expiry on day 41" in " ".join(report(compared(hold=hold)).split())


def test_one_structure_has_no_differences():
    text = report(compared(STRUCTURES[:1], borrow_fees={}))
    assert "on the same paths, in points" not in text and "Options" not in text and "borrowed" not in text


def test_machines_read_every_figure():
    data = json.loads(to_json(compared(), ["IWM - SPY"]))
    assert data["schema"] == "letf.compare/1"
    assert list(data) == [
        "schema", "hold_days", "market", "funds", "rate", "loan_spread", "borrow_fees", "seed", "paths", "stream",
        "shortfall_level", "structures", "against", "resolved_errors", "differences", "left_out",
    ]  # fmt: skip
    assert data["left_out"] == ["IWM - SPY"] and data["against"] == "IWM"
    first, _, spread = data["structures"]
    assert list(first) == [
        "name", "mean", "sd", "q", "q_stderr", "prob_loss", "expected_shortfall_95", "starr", "drawdown_mean",
        "drawdown_95", "ends", "mean_days", "terms", "premium",
    ]  # fmt: skip
    assert list(first["q"]) == list(first["q_stderr"]) == ["0.01", "0.05", "0.25", "0.5", "0.75", "0.95", "0.99"]
    assert list(first["ends"]) == ["held", "stopped", "target", "called", "ruined"]
    assert first["ends"]["stopped"]["mean"] == 0.3 and first["terms"]["legs"] == {"IWM": 1.0}
    assert spread["terms"]["spread"]["vol"] == 0.2 and 0 < spread["premium"] < 0.05
    assert first["q_stderr"]["0.01"] is None  # too few of the paths lie beyond
    gap = data["differences"][0]
    assert list(gap) == ["name", "mean", "prob_loss", "expected_shortfall_95", "starr", "prob_ahead"]
    assert gap["mean"].keys() == {"mean", "stderr", "resolved"}


def test_the_same_run_is_the_same_bytes():
    assert to_json(compared()) == to_json(compared())


def test_the_list_says_what_a_dollar_at_risk_is():
    text = listing(usual_structures())
    assert all(len(line) <= WIDTH for line in text.splitlines())
    told = " ".join(text.split())
    for words in (
        "IWM: 1 IWM. At risk: the price paid. --exits: -6% or +12.5%.",
        "Reg T allows 2x overnight",
        "0.875 IWM, then 0.125 TZA once the second index is 3% down. At risk: the price paid and the cash",
        "calls at 100% less 105%, 60 days, implied volatility 1.1 x the expected one, -4 points per +10%. At risk",
        "-0.25 TNA, -0.25 TZA, set back every 5 days. At risk: the same.",
        "Borrowing costs a year, assumed: IWM 0.3%, SPY 0.3%, TNA 3%, TZA 3%.",
    ):
        assert words in told
    assert structures_from_dict(json.loads(listing_json(usual_structures()))) == usual_structures()


def test_a_structure_without_a_rule_is_listed():
    bare = structures_from_dict({"schema": "letf.structures/1", "structures": [{"name": "a", "legs": {"IWM": 1.0}}]})
    assert listing(bare).splitlines()[2:] == ["a: 1 IWM."]


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_the_figure_is_the_same_bytes(suffix):
    found = compared()
    assert figure_bytes(draw_compared(found), suffix) == figure_bytes(draw_compared(found), suffix)


def test_the_figure_has_a_row_a_structure_the_best_above():
    found = compared()
    profit, loss, worth = draw_compared(found).axes
    order = [label.get_text() for label in profit.get_yticklabels()]
    assert order == [law.name for law in sorted(found.laws, key=lambda law: -law.starr.mean)]
    assert profit.get_ylim() == loss.get_ylim() == worth.get_ylim() == (2.5, -0.5)
    assert [label.get_fontweight() for label in profit.get_yticklabels()].count("bold") == 1


def test_what_has_no_starr_is_drawn_last():
    found = compared()
    sure = found.laws[0]._replace(starr=found.laws[0].starr.__class__(nan, nan))
    object.__setattr__(found, "laws", (sure, *found.laws[1:]))
    assert draw_compared(found).axes[0].get_yticklabels()[-1].get_text() == "IWM"
