"""A position at other drifts of the index: what a trader doubts first."""

from simulator.output.risk_cells import UNRESOLVED, fitting
from simulator.output.table import with_error
from simulator.output.text import paragraph
from simulator.output.trade_lines import move
from simulator.risk.assess import Risk
from simulator.risk.figures import reachable
from simulator.risk.premiums import AtPremium
from simulator.risk.sizing import Kelly

Columns = tuple[tuple[str, str], ...]  # a title and a figure's name

HOLD: Columns = (
    ("mean", "mean_return"),
    ("loss", "prob_loss"),
    ("ES 95%", "expected_shortfall_95"),
    ("diverg.", "divergence_mean"),
)
EXITS: Columns = (("mean", "exit_mean"), ("stop", "prob_stop"), ("target", "prob_target"))


def drift_lines(risk: Risk) -> list[str]:
    """A row a premium: the figures that hang on it, and the share of wealth that Kelly's rule puts in the fund."""
    exits = tuple(column for column in EXITS if risk.trade.has_exits and reachable(column[1], risk.trade))
    sold = [*(title for title, _ in exits), "Kelly"] if exits else []
    titles = [["premium", *(title for title, _ in HOLD), "Kelly", *sold]]
    if exits:
        titles.insert(0, [""] * (2 + len(HOLD)) + ["sold:"] + [""] * len(exits))
    return [
        *paragraph(_about(risk)),
        *fitting(titles, lambda decimals: [_row(at, exits, decimals) for at in risk.premiums]),
    ]


def _about(risk: Risk) -> str:
    own = [move(at.premium) for at in risk.premiums if at.result is risk.result]
    said = f" ({own[0]}: as above)" if own else ""
    sold = "; sold: with the exits" if risk.trade.has_exits else ""
    alike = " One drift for all regimes has no leverage effect." if risk.spec.market.drift == "regime" else ""
    return (
        f"By the drift, the rate plus a premium a year{said}. Kelly: % of wealth in {risk.fund.ticker} that grows "
        f"fastest, the rest at the rate{sold}.{alike}"
    )


def _row(at: AtPremium, exits: Columns, decimals: int) -> list[str]:
    def cells(columns: Columns) -> list[str]:
        return [with_error(at.figures[name].mean, at.figures[name].stderr, decimals) for _, name in columns]

    row = [move(at.premium), *cells(HOLD), kelly_cell(at.kelly)]
    return row if at.exit_kelly is None else [*row, *cells(exits), kelly_cell(at.exit_kelly)]


def kelly_cell(kelly: Kelly) -> str:
    """A share of wealth in percent with its error; none, all where it is at a bound."""
    shown = kelly.bound or with_error(kelly.fraction, kelly.stderr, 0)
    return shown if kelly.resolved else UNRESOLVED + shown
