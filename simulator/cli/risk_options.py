"""The options of letf risk, and what they add up to."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.cli.types import FIGURE_FILE, GAIN, MONEY, POSITIVE, SHARE, WHOLE, OutputFile

if TYPE_CHECKING:
    from simulator.risk.measure import Measure
    from simulator.spec.fund import Fund
    from simulator.spec.trade import Trade

KINDS = ("card", "brackets", "horizon", "views")
WATCHES = ("day", "close", "next-open")
DEFAULT_HOLD, LONGEST_HOLD = 21, 252  # trading days
DEFAULT_FIGURE = "expected_shortfall_95"
LEVELS = ("stop", "target", "index_stop", "index_target", "watch")
TOLERATED = ("max_loss_prob", "max_es", "max_decay")
WHERE = ("market", "as_of", "vol_index", "drift", "regime", "vol", "scale_vol", "accept_jumps")

NOT_OF_PRESETS = (
    *("amount", "stop", "target", "index_stop", "index_target", "max_loss_prob", "loss", "max_es", "max_decay"),
    *("risk_budget", "refits", "precision", "precision_of", "views", "figure", "kind"),
)

TRADE = (
    click.option("--hold", type=WHOLE, metavar="DAYS", help=f"Trading days, 1 to {LONGEST_HOLD}. [{DEFAULT_HOLD}]"),
    click.option("--amount", type=MONEY, metavar="MONEY", help="Money put in: figures are told in it too."),
    click.option("--stop", type=SHARE, metavar="S", help="Sell at a loss of the fund since entry, 12% or 0.12."),
    click.option("--target", type=GAIN, metavar="T", help="Sell at a gain of the fund since entry, 20% or 0.2."),
    click.option(
        "--index-stop",
        type=SHARE,
        metavar="S",
        help="Sell where the index has moved so far against the fund: for TZA, IWM up.",
    ),
    click.option(
        "--index-target", type=SHARE, metavar="T", help="Sell where it has moved so far in the fund's favour."
    ),
    click.option(
        "--watch",
        type=click.Choice(WATCHES),
        help="When stops and targets are looked at: within the day, at closes, or at closes and filled at the next "
        "open. [day]",
    ),
    click.option(
        "--preset", type=click.Choice(["swing"]), help="swing: four usual stops and targets, held 10 to 40 days."
    ),
)
TOLERANCES = (
    click.option(
        "--max-loss-prob", type=SHARE, metavar="P", help="How long is too long: holds that lose --loss so rarely."
    ),
    click.option("--loss", type=SHARE, metavar="X", help="The loss of --max-loss-prob, 15% or 0.15."),
    click.option("--max-es", type=SHARE, metavar="X", help="The same for the mean loss in the worst 5%."),
    click.option(
        "--max-decay", type=SHARE, metavar="X", help="The same for the decay: what is lost where the index is still."
    ),
    click.option("--risk-budget", type=MONEY, metavar="MONEY", help="How big: what the position may lose."),
)
SURENESS = (
    click.option(
        "--refits", type=WHOLE, metavar="N", help="Fit the prices of --as-of N times anew: parameters' errors."
    ),
    click.option(
        "--precision",
        type=POSITIVE,
        metavar="X",
        help="Run until the Monte Carlo error of a figure is at most X, 0.1%.",
    ),
    click.option("--precision-of", metavar="NAME", help=f"That figure, as --json calls it. [{DEFAULT_FIGURE}]"),
)
ANSWER = (
    click.option("--views", is_flag=True, help="Also tables by what the index does and how volatile it is."),
    click.option("--output", type=OutputFile(".json"), metavar="FILE", help="Write what --json prints."),
    click.option("--plot", "figure", type=FIGURE_FILE, metavar="FILE", help="Draw a figure as .png, .svg or .pdf."),
    click.option("--kind", type=click.Choice(KINDS), help="What --plot draws. [card]"),
)


def checked_hold(hold: int | None) -> int:
    """The hold in trading days."""
    from simulator.spec import check

    return check.integer("--hold (trading days)", DEFAULT_HOLD if hold is None else hold, low=1, high=LONGEST_HOLD)


def make_trade(loss: float | None, given: Mapping[str, Any]) -> "Trade":
    """The trade of the options; what was not given is the spec's default."""
    from simulator.errors import LetfError
    from simulator.spec.trade import Trade

    options = {"loss": loss} | {name: given[name] for name in LEVELS}
    try:
        return Trade(**{name: value for name, value in options.items() if value is not None})
    except LetfError as error:  # which begins with the name
        raise LetfError(f"--{str(error).replace('_', '-', 1)}") from error


def tolerated(loss: float | None, given: Mapping[str, Any]) -> "list[tuple[Measure, float]]":
    """What is bounded, and by what."""
    chance = given["max_loss_prob"]
    if loss is not None and chance is None:
        raise click.UsageError("--loss is the loss of --max-loss-prob; give both, as --max-loss-prob 10% --loss 15%.")
    if chance is not None and loss is None:
        raise click.UsageError("--max-loss-prob is the chance of which loss? add --loss, as 15%.")
    bounds = {name: given[name] for name in TOLERATED if given[name] is not None}
    if not bounds:
        return []
    from simulator.risk.measure import DECAY, SHORTFALL, chance_of_loss
    from simulator.spec import check

    measures = {"max_es": SHORTFALL, "max_decay": DECAY}
    found = []
    for name, most in bounds.items():
        option = "--" + name.replace("_", "-")
        check.number(f"{option} (0.12 is 12%)", most, low=0, high=1, open_low=True, open_high=True)
        found.append((measures[name] if name in measures else chance_of_loss(loss or 0.0), most))
    return found


def load_legs(ticker: str, funds_file: Path | None) -> "list[Fund]":
    """The fund called `ticker`, and the one with minus its multiple, if there is one."""
    from simulator.risk.horizon import opposite_leg
    from simulator.spec.files import find_funds, known_funds

    known = known_funds(funds_file)[1]
    (fund,) = find_funds((ticker,), known)
    other = opposite_leg(fund, known)
    return [fund] if other is None else [fund, other]


def check_options(given: dict[str, Any]) -> None:
    """Refuse what contradicts itself or would not be used."""
    if given["kind"] and not given["figure"]:
        raise click.UsageError(f"--kind says what to draw; to draw it: --plot {given['kind']}.png.")
    bounds = ["--" + name.replace("_", "-") for name in TOLERATED if given[name] is not None]
    if given["kind"] == "horizon" and len(bounds) > 1:
        raise click.UsageError(f"--kind horizon draws one of {' and '.join(bounds)}; give one, or no --plot.")
    if given["precision_of"] is not None and given["precision"] is None:
        raise click.UsageError("--precision-of names the figure of --precision; give both.")
    if given["refits"] is not None and given["as_of"] is None:
        raise click.UsageError(
            "--refits fits to the prices of --as-of; give them. The built-in markets have their own."
        )
    if given["refits"] is not None and given["market"] is not None:
        raise click.UsageError("--refits is for what --as-of fits; leave out --market.")
    if given["refits"] is not None:
        from simulator.history.refits import MOST_REFITS
        from simulator.spec import check

        check.integer("--refits", given["refits"], low=1, high=MOST_REFITS)
    if given["precision"] is not None:
        from simulator.risk.precision import LEAST_ERROR, MOST_ERROR
        from simulator.spec import check

        check.number("--precision (0.001 is 0.1%)", given["precision"], low=LEAST_ERROR, high=MOST_ERROR)
    if given["risk_budget"] is not None:
        from simulator.risk.sizing import MOST_MONEY
        from simulator.spec import check

        check.number("--risk-budget", given["risk_budget"], low=0, high=MOST_MONEY, open_low=True)
    if given["preset"]:
        for name in NOT_OF_PRESETS:
            if given[name]:
                option = "--plot" if name == "figure" else "--" + name.replace("_", "-")
                raise click.UsageError(f"--preset {given['preset']} brings its own trades; leave out {option}.")
