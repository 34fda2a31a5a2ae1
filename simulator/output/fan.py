"""The fan of a fund's return beside that of L times the index."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from simulator.distribution import Distribution
from simulator.output import labels, style
from simulator.output.density import POINTS, Axis, edges
from simulator.result import QUANTILES, Result
from simulator.spec.fund import Fund

PANEL = (3.6, 2.6)  # inches
MOST_LINEAR = 1000.0  # percent; a taller scale bends at 100 %
LINEAR = 1e6  # an asinh axis that bends this far out is straight
TOTAL_LOSS = -100.0
INDEX_COLOUR = "#555555"
ERRORS = 2  # standard errors to either side, where they are drawn

OUTLINE = (0.01, 0.5, 0.99)

Laws = list[tuple[Distribution, float]]  # a law each holding period, and what it is multiplied by
Fan = dict[float, np.ndarray]  # percent at 0 days and each holding period, by probability


def fan_of(laws: Laws) -> Fan:
    """Quantiles of a multiple of each law; of a negative one, those from the law's other end."""
    rows = [np.zeros(len(QUANTILES))]
    for law, factor in laws:
        p = np.array(QUANTILES if factor > 0 else QUANTILES[::-1])
        rows.append(POINTS * factor * law.quantile(p))
    return dict(zip(QUANTILES, np.array(rows).T, strict=True))


def draw_fan(result: Result, funds: Sequence[Fund]) -> Figure:
    """The figure: two panels a fund, its return and L times the index's, all on one scale."""
    spec, index = result.spec, result.spec.market.index
    laws: list[Laws] = []
    for fund in funds:
        laws.append([(result.fund_return(fund.ticker, days), 1.0) for days in spec.horizons])
        laws.append([(result.index_return(days), fund.leverage) for days in spec.horizons])
    fans = [fan_of(row) for row in laws]
    scale = _common_scale(fans)
    sheet = style.sheet(
        f"What may holding {labels.names(funds)} return, beside {labels.multiples(funds)} {index}?",
        [_caption(scale, laws), labels.run_text(spec, funds)],
        panels=len(fans),
        columns=2 if len(funds) < 4 else 4,
        panel=PANEL,
        gaps=(0.8, 0.65),
        left=0.95,
        right=0.85,
    )
    for i, (panel, fan) in enumerate(zip(sheet.panels, fans, strict=True)):
        fund, own = funds[i // 2], i % 2 == 0
        _set_axes(panel, spec.horizons, scale)
        panel.set_title(fund.ticker if own else f"{labels.multiple(fund.leverage)} the return of {index}", pad=5)
        _draw(panel, spec.horizons, fan, fans[i + 1 if own else i - 1], style.hue(spec, fund) if own else INDEX_COLOUR)
        _error_bars(panel, result, laws[i], scale)
        _end_labels(panel, fan, scale)
        panel.tick_params(axis="y", labelleft=panel in sheet.first_column)
    for panel in sheet.first_column:
        panel.set_ylabel("return (%)")
    for panel in sheet.last_row:
        panel.set_xlabel("holding period (trading days, square-root scale)")
    style.band_key(sheet.figure, style.dashed_key("1%, median and 99% of the panel beside"))
    return sheet.figure


def _common_scale(fans: Sequence[Fan]) -> Axis:
    """The vertical axis of every panel: linear, and bent only where it would be taller than 1,000 %."""
    values = np.concatenate([np.concatenate(list(fan.values())) for fan in fans])
    values = values[np.isfinite(values)]
    low, high = float(values.min()), float(values.max())
    width = LINEAR if high - low <= MOST_LINEAR else -TOTAL_LOSS
    bare = Axis(width, low, high)
    room = 0.04 * bare.length or 1 / width
    return Axis(width, float(bare.value(bare.place(low) - room)), float(bare.value(bare.place(high) + room)))


def _set_axes(panel: Axes, horizons: Sequence[int], scale: Axis) -> None:
    style.set_days(panel, horizons)
    panel.set_yscale("function", functions=(scale.place, scale.value))
    panel.set_ylim(scale.low, scale.high)
    if scale.width != LINEAR:
        panel.yaxis.set_major_locator(FixedLocator(scale.ticks(0, least=0.08)))
    panel.yaxis.set_minor_locator(NullLocator())
    panel.yaxis.set_major_formatter(FuncFormatter(lambda y, _: ("+" if y > 0 else "") + labels.number(y)))
    panel.grid(axis="y")
    panel.axhline(0, color=style.INK, lw=0.8, zorder=2.5)
    if scale.low < TOTAL_LOSS:
        panel.axhline(TOTAL_LOSS, color=style.INK, lw=0.8, ls=(0, (1, 2)), zorder=2.5)
        style.note(panel, "total loss", (0, TOTAL_LOSS), (3, -2), va="top", fontsize=7, color=style.MUTED)


def _draw(panel: Axes, horizons: Sequence[int], fan: Fan, beside: Fan, colour: str) -> None:
    days, ends = [0, *horizons], panel.get_ylim()
    fan, beside = ({p: np.clip(values, *ends) for p, values in each.items()} for each in (fan, beside))
    for (_, low, high), strength in zip(style.BANDS, style.TINTS, strict=True):
        panel.fill_between(days, fan[low], fan[high], color=style.tint(colour, strength), lw=0, zorder=2)
    panel.plot(days, fan[0.5], color=style.tint(colour, style.TINTS[-1]), lw=2.5, zorder=2.1)
    panel.plot(days, fan[0.5], color=style.WHITE, lw=1.5, zorder=2.2)
    for probability in OUTLINE:
        panel.plot(days, beside[probability], color=style.INK, lw=0.8, ls=style.DASHED, zorder=2.4)


def _error_bars(panel: Axes, result: Result, laws: Laws, scale: Axis) -> None:
    """Two standard errors to either side of each quantile where one is wider than a line."""
    for days, (law, factor) in zip(result.spec.horizons, laws, strict=True):
        values, errors = edges(law, factor)
        wide = scale.show(values, errors, style.line_share(PANEL[1]))
        low, high = (np.clip((values + sign * errors)[wide], scale.low, scale.high) for sign in (-ERRORS, ERRORS))
        panel.vlines(np.full(wide.sum(), days), low, high, color=style.INK, lw=1, zorder=3, clip_on=False)


def _end_labels(panel: Axes, fan: Fan, scale: Axis) -> None:
    """What the outer quantiles and the median come to at the longest holding period."""
    ends = [float(fan[probability][-1]) for probability in OUTLINE]
    places = scale.place(np.clip(ends, scale.low, scale.high)).tolist()
    for end, place in zip(ends, labels.spread(places, 0.055 * scale.length), strict=True):
        label = f"{labels.signed(end)}%" if np.isfinite(end) else "beyond"
        style.margin_note(panel, label, float(scale.value(place)), (5, 0), va="center", fontsize=8)


def _caption(scale: Axis, laws: Sequence[Laws]) -> str:
    bent = (
        "" if scale.width == LINEAR else " The vertical axis is asinh: about linear within ±100%, logarithmic beyond."
    )
    how = (
        "Bands hold the middle 50%, 90% and 98% of the paths at each holding period with a tick, joined by straight "
        f"lines; the numbers at the right are the 1%, 50% and 99% quantiles at the last.{bent}"
    )
    every = [pair for row in laws for pair in row]
    if every[0][0].n < 2:
        return f"{how} One path: errors are not known."
    drawn = [edges(law, factor) for law, factor in every]
    spots = labels.at_most(error for _, errors in drawn for error in errors)
    bars = labels.error_bars(any(scale.show(*pair, style.line_share(PANEL[1])).any() for pair in drawn))
    return f"{how} Monte Carlo standard errors of the quantiles: {spots}, {bars}."
