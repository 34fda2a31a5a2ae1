"""A fit of volatility regimes as people read it: text of at most 80 columns."""

import textwrap

from simulator.history.calibration import Calibration
from simulator.history.fitted import Fitted
from simulator.output.heading import drift_text
from simulator.spec.markov import MarkovMarket

WIDTH = 80
FOOTNOTE = (
    "± one standard error from the curvature of the likelihood, of shares of variance by Newey and West; ±- where a "
    "parameter is on its bound or the prices do not identify it. Log drift is the mean log return a year."
)


def report(calibration: Calibration, market: MarkovMarket) -> str:
    """Prices, fit, each parameter with its standard error, laws of the regimes, and the start of the market."""
    prices, count = calibration.prices, len(calibration.regimes)
    model = f"{count} regime{'s' if count > 1 else ''}, {_innovations(calibration)}"
    fit = f"log-likelihood {calibration.log_likelihood:.2f}, BIC {calibration.bic:.1f}"
    span = f"{prices.dates[0]} to {prices.dates[-1]}, {calibration.days:,} returns"
    lines = [
        *_labelled("Prices", f"{prices.source}, column {prices.column!r}, {span}"),
        *_labelled("Fit", f"{model}: {calibration.n_parameters} parameters, {fit}"),
        "",
        *_grid(_regime_rows(calibration)),
        "",
        *(_transition_lines(calibration) if count > 1 else []),
        *_overnight_lines(calibration),
        *textwrap.wrap(FOOTNOTE, WIDTH),
        "",
        *_labelled("Market", f"{market.name}, index {market.index}, {drift_text(market)}"),
        *_labelled("Start", _start(market)),
    ]
    return "\n".join(lines) + "\n"


def _innovations(calibration):
    return "normal innovations" if calibration.dof is None else "Student-t innovations"


def _start(market):
    if market.initial == "stationary":
        return "the stationary law of the regimes"
    law = zip(market.regime_names, market.initial_law(), strict=True)
    return "day after the last price: " + ", ".join(f"{name} {_share(share)}" for name, share in law)


def _regime_rows(calibration):
    """Titles, then a line a regime."""
    dof = calibration.dof
    yield ["", "volatility", "log drift", *(["degrees"] if dof else []), "share of", "mean stay", "law on"]
    yield [
        "",
        "% a year",
        "% a year",
        *(["of freedom"] if dof else []),
        "days",
        "days",
        str(calibration.prices.dates[-1]),
    ]
    for k, name in enumerate(calibration.regimes):
        stay = calibration.mean_duration_days[k]
        yield [
            name,
            _with_error(calibration.annual_vol[k], 100, 2),
            _with_error(calibration.annual_log_drift[k], 100, 1),
            *([_with_error(dof[k], 1, 1)] if dof else []),
            _share(calibration.stationary[k]),
            "for good" if stay is None else f"{stay:,.1f}",
            _share(calibration.filtered_last[k]),
        ]


def _transition_lines(calibration):
    rows = [["", *calibration.regimes]]
    for name, row in zip(calibration.regimes, calibration.transition, strict=True):
        rows.append([name, *(_with_error(p, 100, 3) for p in row)])
    return ["Chance (%) of tomorrow's regime, by today's", *_grid(rows), ""]


def _overnight_lines(calibration):
    if calibration.overnight_share is None:
        return []
    shares = zip(calibration.regimes, calibration.overnight_share, strict=True)
    told = ", ".join(f"{name} {'unknown' if share is None else _with_error(share, 100, 1)}" for name, share in shares)
    return [*textwrap.wrap(f"Share (%) of a day's variance between yesterday's close and the open: {told}", WIDTH), ""]


def _with_error(value: Fitted, unit: float, decimals: int) -> str:
    error = "-" if value.stderr is None else f"{value.stderr * unit:.{decimals}f}"
    return f"{value.estimate * unit:.{decimals}f}±{error}"


def _share(value: float) -> str:
    return f"{value:.1%}"


def _grid(rows) -> list[str]:
    """Lines of columns: the first to the left, the others to the right."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    widths = [max(map(len, column)) for column in columns]
    return [
        "  ".join([row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))])
        for row in zip(*columns, strict=True)
    ]


def _labelled(label: str, text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=f"{label:<8}", subsequent_indent=" " * 8, break_on_hyphens=False)
