"""Chance of being behind L times the index, and expected shortfall, against the holding period."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulator.distribution import Distribution
from simulator.output import labels, style
from simulator.output.density import POINTS
from simulator.result import RISK_LEVEL, Result
from simulator.spec.fund import Fund

PANEL = (3.9, 3.3)  # inches
ROUNDING = 1e-6
ERRORS = 2  # standard errors to either side of a line


class Curve(NamedTuple):
    """A number in percent at each holding period, and its standard error; NaN where not known."""

    values: np.ndarray
    errors: np.ndarray


def behind_curve(result: Result, fund: Fund) -> Curve:
    """Chance that the fund ends behind L times the index."""
    laws = [result.divergence(fund.ticker, days) for days in result.spec.horizons]
    return _curve((law.prob_below_zero, law.prob_below_zero_stderr) for law in laws)


def shortfall_curve(result: Result, fund: Fund) -> Curve:
    """Mean loss in the worst 5 % of the paths."""
    laws = [result.fund_return(fund.ticker, days) for days in result.spec.horizons]
    shortfalls = [law.expected_shortfall(RISK_LEVEL) for law in laws]
    return _curve((shortfall.mean, shortfall.stderr) for shortfall in shortfalls)


def _curve(pairs) -> Curve:
    values, errors = POINTS * np.array(list(pairs)).T
    return Curve(np.where(np.isfinite(values), values, np.nan), errors)


def draw_horizon(result: Result, funds: Sequence[Fund]) -> Figure:
    """The figure: a panel for the chances, a panel for the losses, a line a fund in each."""
    spec = result.spec
    behind = [behind_curve(result, fund) for fund in funds]
    shortfall = [shortfall_curve(result, fund) for fund in funds]
    sheet = style.sheet(
        f"How long is too long to hold {labels.names(funds)}?",
        [_caption(result, funds, behind, shortfall), labels.run_text(spec, funds)],
        panels=2,
        panel=PANEL,
        gaps=(1.5, 0),
        left=0.85,
        right=0.85,
        key=False,
    )
    left, right = sheet.panels
    left.set_title(f"Chance of ending behind the multiple of {spec.market.index}", pad=7)
    right.set_title(f"Mean loss in the worst {POINTS * (1 - RISK_LEVEL):.0f}% of the paths", pad=7)
    left.set_ylabel("share of paths (%)")
    right.set_ylabel(f"{POINTS * RISK_LEVEL:.0f}% expected shortfall (% of the position)")
    left.set_ylim(-2, 102)
    left.axhline(50, color=style.INK, lw=0.8, ls=(0, (1, 2)), zorder=1)
    style.note(left, "even odds", (0, 50), (4, 3), fontsize=7, color=style.MUTED)
    tickers = [fund.ticker for fund in funds]
    with_multiples = [f"{fund.ticker}, {labels.multiple(fund.leverage)}" for fund in funds]
    for panel, curves, texts in ((left, behind, with_multiples), (right, shortfall, tickers)):
        style.set_days(panel, spec.horizons)
        panel.set_xlabel("holding period (trading days, square-root scale)")
        panel.grid(axis="y")
        _lines(panel, result, funds, curves, texts)
    return sheet.figure


def _lines(panel: Axes, result: Result, funds: Sequence[Fund], curves: Sequence[Curve], texts: Sequence[str]) -> None:
    """A line a fund with its errors as a band, and its name where it ends."""
    days = result.spec.horizons
    for fund, (values, errors) in zip(funds, curves, strict=True):
        colour, around = style.hue(result.spec, fund), ERRORS * np.nan_to_num(errors)
        band = style.tint(colour, style.TINTS[0])
        panel.fill_between(days, values - around, values + around, color=band, lw=0, zorder=2)
        dashes = style.dashes(result.spec, fund)
        panel.plot(days, values, color=colour, lw=1.6, ls=dashes, marker="o", markersize=3, clip_on=False, zorder=3)
    low, high = panel.get_ylim()
    low, high = min(low, 0), max(high, 0)
    panel.set_ylim(low, high)
    places = labels.spread([float(np.nan_to_num(curve.values[-1])) for curve in curves], 0.055 * (high - low))
    for fund, text, place in zip(funds, texts, places, strict=True):
        colour = style.hue(result.spec, fund)
        style.margin_note(panel, text, place, (7, 0), va="center", color=colour, fontweight="bold", fontsize=9)


def _only_carry(law: Distribution) -> bool:
    """Whether all paths diverge alike, up to rounding."""
    return law.high - law.low < ROUNDING


def _caption(result: Result, funds: Sequence[Fund], behind: Sequence[Curve], shortfall: Sequence[Curve]) -> str:
    how = "Dots are the holding periods simulated, joined by straight lines."
    if result.spec.horizons[0] == 1 and all(_only_carry(result.divergence(fund.ticker, 1)) for fund in funds):
        how += " Over one day nothing but costs and interest tells a fund from its multiple."
    if result.spec.paths < 2:
        return f"{how} One path: errors are not known."
    chance, loss = (np.concatenate([curve.errors for curve in curves]) for curves in (behind, shortfall))
    wide = (ERRORS * np.concatenate([chance, loss]) > POINTS * style.line_share(PANEL[1])).any()
    drawn = f"the shading is {ERRORS} either way" if wide else f"{ERRORS} either way are narrower than the lines"
    errors = f"chances {labels.at_most(chance)}, losses {labels.at_most(loss)}; {drawn}"
    return f"{how} Monte Carlo standard errors: {errors}."
