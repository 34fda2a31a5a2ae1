"""A position at other drifts of the index: what a trader doubts first."""

from simulator.output.risk_cells import MOST_DECIMALS, UNRESOLVED, fitting
from simulator.output.table import with_error
from simulator.output.tail_marks import star
from simulator.output.text import WIDTH, grid, paragraph
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
MEANS = ("mean_return", "divergence_mean", "exit_mean")  # small figures, which lose most with a decimal


def drift_lines(risk: Risk) -> list[str]:
    """A row a premium: the figures that hang on it, and the share of wealth that Kelly's rule puts in the fund.

    What is sold stands beside what is held where means then keep their decimals, else below.
    """
    exits = tuple(column for column in EXITS if risk.trade.has_exits and reachable(column[1], risk.trade))
    held, sold = ["premium", *_titles(HOLD, risk)], _titles(exits, risk)
    if exits and (beside := _beside(risk, exits, [[*[""] * len(held), "sold:", *[""] * len(exits)], [*held, *sold]])):
        return [*paragraph(_about(risk)), *beside]
    lines = fitting([held], lambda decimals: [_held(at, decimals, decimals) for at in risk.premiums])
    if exits:
        lines += [
            "",
            *fitting(
                [["sold:", *sold]],
                lambda decimals: [[move(at.premium), *_sold(at, exits, decimals, decimals)] for at in risk.premiums],
            ),
        ]
    return [*paragraph(_about(risk)), *lines]


def _beside(risk: Risk, exits: Columns, titles: list[list[str]]) -> list[str]:
    """Both in one table, other figures than means with a decimal less where that makes it fit; nothing where not."""
    for decimals in (MOST_DECIMALS, MOST_DECIMALS - 1):
        rows = [
            [*_held(at, MOST_DECIMALS, decimals), *_sold(at, exits, MOST_DECIMALS, decimals)] for at in risk.premiums
        ]
        lines = grid([*titles, *rows])
        if max(map(len, lines)) <= WIDTH:
            return lines
    return []


def _about(risk: Risk) -> str:
    own = [move(at.premium) for at in risk.premiums if at.result is risk.result]
    said = f" ({own[0]}: as above)" if own else ""
    sold = "; sold: with the exits" if risk.trade.has_exits else ""
    alike = " One drift for all regimes has no leverage effect." if risk.spec.market.drift == "regime" else ""
    return (
        f"By the drift, the rate plus a premium a year{said}. Kelly: % of wealth in {risk.fund.ticker} that grows "
        f"fastest, the rest at the rate{sold}.{alike}"
    )


def _titles(columns: Columns, risk: Risk) -> list[str]:
    return [*(f"{title}{star(name, risk.result)}" for title, name in columns), "Kelly"]


def _held(at: AtPremium, of_means: int, decimals: int) -> list[str]:
    return [move(at.premium), *_cells(at, HOLD, of_means, decimals), kelly_cell(at.kelly)]


def _sold(at: AtPremium, exits: Columns, of_means: int, decimals: int) -> list[str]:
    assert at.exit_kelly is not None  # there are exits
    return [*_cells(at, exits, of_means, decimals), kelly_cell(at.exit_kelly)]


def _cells(at: AtPremium, columns: Columns, of_means: int, decimals: int) -> list[str]:
    """The figures, means with as many decimals as `of_means`."""
    found = [(at.figures[name], of_means if name in MEANS else decimals) for _, name in columns]
    return [with_error(figure.mean, figure.stderr, most) for figure, most in found]


def kelly_cell(kelly: Kelly) -> str:
    """A share of wealth in percent with its error; none, all where it is at a bound."""
    shown = kelly.bound or with_error(kelly.fraction, kelly.stderr, 0)
    return shown if kelly.resolved else UNRESOLVED + shown
