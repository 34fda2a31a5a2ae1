"""How long is too long: a measure against the holding period, its three error bars, where it leaves the tolerance."""

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from simulator.output import labels, style
from simulator.output.heading import limit, refit_drifts
from simulator.output.hold_lines import spans, sureness, verdict
from simulator.risk.hold_curve import HoldCurve
from simulator.risk.horizon import LongestHold

POINTS = 100.0
LAST = 126  # days shown
WIDE, NARROW = (7.3, 3.9), (3.9, 3.6)  # inches, one panel and each of two
TINTS = {"models": 0.2, "parameters": 0.45, "Monte Carlo": 0.75}  # how much of the hue each band holds, widest first
TOO_LONG = "#d9d9d9"
UNSURE: dict[str, Any] = {"facecolor": style.WHITE, "edgecolor": "#c4c4c4", "hatch": "////", "lw": 0, "zorder": 0}
ROOM = 1.04  # of the highest thing drawn
SURENESS = 0.2  # inches above a panel for a line more than its title
LABEL_WIDTH = 45  # characters


def draw_hold_curves(curves: Sequence[HoldCurve], longest: Sequence[LongestHold] = ()) -> Figure:
    """The figure: a panel a fund, all on one scale.

    Parameters
    ----------
    curves : sequence of HoldCurve
        One or two, of one measure and one market.
    longest : sequence of LongestHold
        Those of the curves within a tolerance, or none.
    """
    funds, above = [curve.fund for curve in curves], SURENESS if longest else 0.0
    width, height = NARROW if len(curves) > 1 else WIDE
    with style.context():
        sheet = style.sheet(
            f"How long is too long to hold {labels.names(funds)}?",
            _caption(curves, longest),
            panels=len(curves),
            panel=(width, height + above),
            gaps=(0.75, 0),
            left=0.85,
            right=0.3,
        )
        for panel, curve in zip(sheet.panels, curves, strict=True):
            x, y, wide, high = panel.get_position().bounds
            panel.set_position((x, y, wide, high * height / (height + above)))
            _draw_bands(panel, curve)
            _set_axes(panel, curve)
        _share_scale(sheet.panels, longest)
        for panel, hold in zip(sheet.panels, longest, strict=False):
            _draw_tolerance(panel, hold)
        sheet.panels[0].set_ylabel("\n".join(textwrap.wrap(f"{curves[0].measure.text} (%)", LABEL_WIDTH)))
        _key(sheet.figure, curves, longest)
    return sheet.figure


def nested(curve: HoldCurve) -> dict[str, np.ndarray]:
    """What is drawn of each error bar, (2, H): a band reaches at least as far as those inside it, the widest first."""
    bands, inner = {}, curve.value
    for name, band in (
        ("Monte Carlo", curve.monte_carlo),
        ("parameters", curve.parameters),
        ("models", curve.model_range),
    ):
        if band is not None:
            low, high = np.atleast_2d(inner)[[0, -1]]
            bands[name] = inner = np.array([np.fmin(low, band[0]), np.fmax(high, band[1])])
    return dict(reversed(bands.items()))


def _colour(curve: HoldCurve) -> str:
    return style.COOL[0] if curve.fund.leverage > 0 else style.WARM[0]


def _draw_bands(panel: Axes, curve: HoldCurve) -> None:
    shown, colour = curve.days <= LAST, _colour(curve)
    days = curve.days[shown]
    for name, (low, high) in nested(curve).items():
        tint = style.tint(colour, TINTS[name])
        panel.fill_between(days, POINTS * low[shown], POINTS * high[shown], color=tint, lw=0, zorder=2)
    panel.plot(days, POINTS * curve.value[shown], color=colour, lw=1.5, marker="o", markersize=2.4, zorder=3)


def _set_axes(panel: Axes, curve: HoldCurve) -> None:
    style.set_days(panel, curve.days[curve.days <= LAST].tolist())
    panel.set_xlabel("hold (trading days, square-root scale)")
    panel.grid(axis="y")
    panel.set_title(_name(curve), pad=7)


def _name(curve: HoldCurve) -> str:
    return f"{curve.fund.ticker}, {labels.multiple(curve.fund.leverage)}"


def _share_scale(panels: Sequence[Axes], longest: Sequence[LongestHold]) -> None:
    low = min(0.0, *(panel.dataLim.y0 for panel in panels))
    high = max([*(POINTS * hold.most for hold in longest), *(panel.dataLim.y1 for panel in panels)])
    for panel in panels:
        panel.set_ylim(ROOM * low, ROOM * high)


def _draw_tolerance(panel: Axes, hold: LongestHold) -> None:
    """The line, what is too long, how sure that is, and the answer in words above."""
    panel.axhline(POINTS * hold.most, color=style.INK, lw=0.9, ls=style.DASHED, zorder=4)
    low, high = _unsure(hold)
    panel.axvspan(low, high, **UNSURE)
    panel.axvspan(high, LAST, color=TOO_LONG, lw=0, zorder=0)
    if 0 < hold.days < LAST:
        panel.axvline(hold.days, color=style.INK, lw=0.9, zorder=4)
    panel.set_title(f"{_name(hold.curve)}: {verdict(hold)}", pad=7 + 72 * SURENESS)
    look: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "va": "bottom"}
    panel.annotate(sureness(hold), (0, 1), (0, 6), fontsize=8, color=style.MUTED, **look)


def _unsure(hold: LongestHold) -> tuple[int, int]:
    """The least and the greatest day in any interval, as far as they are shown."""
    found = spans(hold).values()
    return min(LAST, *(span.low for span in found)), min(LAST, max(span.high for span in found))


def _key(figure: Figure, curves: Sequence[HoldCurve], longest: Sequence[LongestHold]) -> None:
    bands, colours = list(nested(curves[0]))[::-1], [_colour(curve) for curve in curves]
    handles: list[Any] = [tuple(Line2D([], [], color=colour, lw=1.5) for colour in colours)]
    handles += [tuple(Patch(color=style.tint(colour, TINTS[name])) for colour in colours) for name in bands]
    names = ["estimate", *bands]
    if longest:
        zones = [_unsure(hold) for hold in longest]
        drawn = {"too long": any(high < LAST for _, high in zones), "not sure": any(low < high for low, high in zones)}
        looks = {"too long": Patch(color=TOO_LONG, lw=0), "not sure": Patch(**UNSURE)}
        handles += [style.dashed_key(""), *(look for name, look in looks.items() if drawn[name])]
        names += ["tolerance", *(name for name in looks if drawn[name])]
    style.key(figure, handles, names, handler_map={tuple: HandlerTuple(ndivide=None, pad=0)})


def _caption(curves: Sequence[HoldCurve], longest: Sequence[LongestHold]) -> list[str]:
    curve = curves[0]
    run = labels.run_text(curve.spec, curve.spec.funds)
    bands = ["Monte Carlo: 1.96 standard errors either way"]
    if curve.parameters is not None:
        drifts = refit_drifts(curve.spec.market)
        fits = f"{len(curve.refits)} fits to resampled histories, {drifts}, {curve.refit_paths:,} paths each"
        bands.append(f"parameters: 5 to 95% of {fits}")
    if curve.models:
        bands.append(f"models: least to greatest of {', '.join(curve.models)}")
    text = f"Bands, each drawn at least as wide as those inside it: {'; '.join(bands)}."
    if longest:
        text += (
            " Too long: beyond the day up to which every hold stays within the tolerance; not sure: between the least "
            "and the greatest of those days in the bands."
        )
    return [text, run] if limit(curve.spec.market) else [text, run, curve.note]  # the run's text says it then
