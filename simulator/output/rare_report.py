"""Rare losses as people and machines read them."""

from math import ceil, floor, isfinite, log10

from simulator.distribution import Estimate
from simulator.engine.tilts import LEAST_CHANCE
from simulator.output.document import brief, dumps
from simulator.output.heading import limit, market_line, run_line, start_line, why_line
from simulator.output.text import grid, labelled, paragraph
from simulator.result import STREAM
from simulator.risk.rare_figures import Rare, RareLosses
from simulator.spec.ensemble import EnsembleMarket

SCHEMA = "letf.rare/1"
LEAST_PERCENT = 1e-3  # a chance below it is written with an exponent
LEAST_WHOLE = 10  # of what a figure is worth
LARGEST_WHOLE = 1e5
EXPLAINED = (
    "Percent, ± one Monte Carlo standard error, rounded up. Plain: the same by as many paths of the market's own law. "
    "Worth: how many times the paths a plain run needs for the same error; below 1, plain is better. At any close: "
    "where a stop at that loss, watched at closes, is met; within the day it is met more often (letf risk --stop)."
)
MODEL = (
    "The error bars are those of the sampling. How far such a loss is to be believed depends on the market: its days "
    "are normal in each regime, and the past that regimes are fitted to has few such losses."
)


def report(rare: RareLosses) -> str:
    """What `letf rare` prints."""
    spec, fund = rare.spec, rare.fund
    about = f"{fund.ticker} ({fund.leverage:g}x {fund.index} daily), held {rare.days} trading days"
    weight = with_error(rare.mean_weight, unit=1.0)
    lines = [
        *labelled("Rare", f"losses of {about}"),
        *labelled("Market", market_line(spec.market)),
        *labelled("Why", _why(rare)),
        *labelled("Start", start_line(spec.market)),
        *labelled("Run", run_line(spec)),
        *labelled(
            "Drawn", f"in equal shares from {len(rare.exponents)} laws; weights average {weight}, 1 but for chance"
        ),
        "",
        *paragraph(EXPLAINED),
        "",
        "Chance of more than a loss",
        *grid(
            [["", "at the end", "plain", "worth", "at any close", "plain", "worth"]]
            + [[f"{100 * row.loss:g}%", *_cells(row.ended), *_cells(row.met)] for row in rare.losses]
        ),
        "",
        "Loss at the end that is exceeded so rarely, and the mean loss beyond it",
        *grid(
            [["", "loss", "plain", "worth", "mean beyond", "plain", "worth"]]
            + [[f"{100 * row.chance:g}%", *_cells(row.quantile), *_cells(row.shortfall)] for row in rare.tails]
        ),
        "",
    ]
    for note in (limit(spec.market), MODEL):
        lines += paragraph(note)
    return "\n".join(lines) + "\n"


def to_json(rare: RareLosses) -> str:
    """The object that `letf rare --json` prints."""
    spec = rare.spec
    return dumps(
        {
            "schema": SCHEMA,
            "fund": rare.fund.to_dict(),
            "leverage": rare.fund.leverage,
            "hold_days": rare.days,
            "market": brief(spec.market.to_dict()),
            "asked_market": rare.asked.name,
            "rate": spec.rate,
            "seed": spec.seed,
            "paths": spec.paths,
            "stream": STREAM,
            **rare.to_dict(),
        }
    )


def _why(rare: RareLosses) -> str:
    """Why this market answers."""
    if isinstance(rare.asked, EnsembleMarket):
        return f"of the models of {rare.asked.name} the one whose law can be tilted; the others are left out"
    return why_line(rare.spec.market)


def _cells(figure: Rare) -> list[str]:
    return [with_error(figure.weighted), with_error(figure.plain), times(figure.worth)]


def with_error(found: Estimate, unit: float = 100.0) -> str:
    """0.0123456 and 0.0000789 as 1.235±.008, the error rounded up to one digit; 1.2e-05±3e-07 where it is small.

    A value without an error is below the chances that are told."""
    value, error = found.mean * unit, found.stderr * unit
    if not isfinite(value):
        return "-"
    if not isfinite(error):
        return f"<{LEAST_CHANCE * unit:.0e}"
    if error == 0:
        return f"{value:.3g}"
    digit = floor(log10(error))
    error = ceil(error / 10.0**digit) * 10.0**digit
    if 0 < abs(value) < LEAST_PERCENT:
        return f"{value:.{max(floor(log10(abs(value))) - digit, 0)}e}±{error:.0e}"
    decimals = max(-digit, 0)
    return f"{value:.{decimals}f}±" + f"{error:.{decimals}f}".removeprefix("0")


def times(worth: float) -> str:
    """2.4; 38; 1,600; 3e+05."""
    if not isfinite(worth):
        return "-"
    rounded = float(f"{worth:.2g}")
    if rounded < LEAST_WHOLE:
        return f"{rounded:.1f}"
    return f"{rounded:,.0f}" if rounded < LARGEST_WHOLE else f"{worth:.0e}"
