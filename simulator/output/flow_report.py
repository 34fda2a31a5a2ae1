"""The flow of leveraged funds at the close as people and machines read it."""

from collections.abc import Sequence
from typing import Any

from simulator.output.document import dumps
from simulator.output.text import grid, labelled, listed, paragraph
from simulator.spec.feedback import Feedback

SCHEMA = "letf.flow/1"
MOVES = (-0.1, -0.07, -0.05, -0.04, -0.03, -0.02, -0.01, 0.01, 0.02, 0.03, 0.04, 0.05, 0.07, 0.1)
UNITS = ((1e6, "Millions"), (1e3, "Thousands"))
FEWEST, WHOLE = 10, 100  # of a unit, the largest flow; and from which on no decimals are shown
MOST_FUNDS = 5  # columns; what smaller ones trade is told together

RULE = (
    "After a move of r a fund buys L (L - 1) times its assets times r: bull and bear funds both buy after a rise and "
    "sell after a fall. What investors put in and take out that day comes on top, and often goes the other way (Ivanov "
    "and Lenkey 2014). Funds may trade before the close, and the dealers of their swaps need not trade all of it."
)
PUSHED = (
    "The impact is your assumption, and linear: ten times the dollars move the close ten times as far. The funds "
    "answer the whole move, the push of their own trades in it: r / (1 - gain)."
)


def report(feedback: Feedback, head: Sequence[str] = (), section: Sequence[str] = ()) -> str:
    """What `letf flow` prints; where a simulation follows, `section`, its market and run are told in `head`."""
    index = feedback.index
    funds = listed([one.fund.ticker for one in feedback.assets])
    lines = [
        *labelled("Flow", f"dollars that {funds} must trade at the close for a move of {index}"),
        *asset_lines(feedback),
        *(_impact_lines(feedback) if feedback.impact else []),
        *head,
        "",
    ]
    if section:
        each = dollars(feedback.flow_per_move / 100)
        lines += [*paragraph(f"A move of {index} by 1% makes them trade {each} at the close."), "", *section]
    else:
        moved = f"{index}'s move without them" if feedback.impact else f"{index}'s move"
        lines += [
            *paragraph(f"{_unit(feedback)[1]} of dollars to buy at the close, below 0 to sell, by {moved}"),
            *grid(_flow_rows(feedback)),
            "",
            *paragraph(RULE),
            *(paragraph(PUSHED) if feedback.impact else []),
        ]
    return "\n".join(lines) + "\n"


def asset_lines(feedback: Feedback) -> list[str]:
    """Whose assets, how large, and who says so."""
    lines: list[str] = []
    for one in feedback.assets:
        told = f", {one.date}: {one.source}" if one.source else ", as given"
        about = f"{one.fund.ticker}, {one.fund.leverage:g}x {one.fund.index}: {dollars(one.dollars)}{told}"
        lines += labelled("" if lines else "Assets", about)
    return lines


def dollars(amount: float) -> str:
    """$1.8B, $302M, $45K."""
    for size, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K")):
        if amount >= 0.9995 * size:
            return f"${amount / size:.3g}{letter}"
    return f"${amount:.3g}"


def _impact_lines(feedback: Feedback) -> list[str]:
    back = f", of which the next day takes back {100 * feedback.reverts:g}%" if feedback.reverts else ""
    return labelled(
        "Impact",
        f"{100 * feedback.impact:g}% of the close per $1B{back}: gain {feedback.gain:.3g}, so that the close moves "
        f"{1 / (1 - feedback.gain):.3g} times as far",
    )


def _largest(feedback: Feedback) -> float:
    return abs(feedback.close(MOVES[0])) * feedback.flow_per_move


def _unit(feedback: Feedback) -> tuple[float, str]:
    """Dollars that flows are told in, and what they are called."""
    return next((unit for unit in UNITS if _largest(feedback) >= FEWEST * unit[0]), UNITS[-1])


def _flow_rows(feedback: Feedback) -> list[list[str]]:
    """Titles, and a line a move: the close, each large fund's flow, the others' together, the total."""
    by_size = sorted(feedback.assets, key=lambda one: one.flow_per_move, reverse=True)
    shown = [one for one in feedback.assets if one in by_size[:MOST_FUNDS]]
    others = by_size[MOST_FUNDS:]
    names = [*(one.fund.ticker for one in shown), *(["others"] if others else []), "total"]
    flows = [one.flow_per_move for one in shown] + ([sum(one.flow_per_move for one in others)] if others else [])
    unit, _ = _unit(feedback)
    decimals = 0 if _largest(feedback) >= WHOLE * unit else 2
    rows = [[feedback.index, *(["at close"] if feedback.impact else []), *names]]
    for move in MOVES:
        close = feedback.close(move)
        told = [f"{100 * close:+.2f}%"] if feedback.impact else []
        amounts = (round(close * flow / unit, decimals) + 0.0 for flow in (*flows, feedback.flow_per_move))  # no -0
        cells = [f"{flow:+,.{decimals}f}" for flow in amounts]
        rows.append([f"{100 * move:+g}%", *told, *cells])
    return rows


def to_json(feedback: Feedback, found: dict[str, Any] | None = None) -> str:
    """The object that `letf flow --json` prints; `found` is what the grid is, by its keys."""
    return dumps(
        {
            "schema": SCHEMA,
            "index": feedback.index,
            "assets": [one.to_dict() for one in feedback.assets],
            "flow_per_move": feedback.flow_per_move,
            "impact_per_billion": feedback.impact,
            "reverts": feedback.reverts,
            "gain": feedback.gain,
            "rows": [
                {
                    "move": move,
                    "close": feedback.close(move),
                    "dollars": {one.fund.ticker: one.flow_per_move * feedback.close(move) for one in feedback.assets},
                    "total": feedback.flow_per_move * feedback.close(move),
                }
                for move in MOVES
            ],
            "grid": found,
        }
    )
