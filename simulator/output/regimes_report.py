"""A fit of volatility regimes as people read it."""

from simulator.history.calibration import Calibration
from simulator.output.text import grid, labelled, paragraph, with_error

FOOTNOTE = (
    "± one standard error from the curvature of the likelihood, of shares of variance and medians by Newey and West; "
    "±- where a parameter is on its bound or the prices do not identify it. Log drift is the mean log return a year."
)


def regimes_lines(calibration: Calibration) -> list[str]:
    """The fit, each parameter with its standard error, and the laws of the regimes."""
    count = len(calibration.regimes)
    innovations = "normal innovations" if calibration.dof is None else "Student-t innovations"
    model = f"{count} regime{'s' if count > 1 else ''}, {innovations}: {calibration.n_parameters} parameters"
    fit = f"log-likelihood {calibration.log_likelihood:.2f}, BIC {calibration.bic:.1f}"
    return [
        *labelled("Fit", f"{model}, {fit}"),
        "",
        *grid(_regime_rows(calibration)),
        "",
        *(_transition_lines(calibration) if count > 1 else []),
        *_overnight_lines(calibration),
        *_index_lines(calibration),
        *paragraph(FOOTNOTE),
    ]


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
            with_error(calibration.annual_vol[k], 100, 2),
            with_error(calibration.annual_log_drift[k], 100, 1),
            *([with_error(dof[k], 1, 1)] if dof else []),
            _share(calibration.stationary[k]),
            "for good" if stay is None else f"{stay:,.1f}",
            _share(calibration.filtered_last[k]),
        ]


def _transition_lines(calibration):
    rows = [["", *calibration.regimes]]
    for name, row in zip(calibration.regimes, calibration.transition, strict=True):
        rows.append([name, *(with_error(p, 100, 3) for p in row)])
    return ["Chance (%) of tomorrow's regime, by today's", *grid(rows), ""]


def _overnight_lines(calibration):
    if calibration.overnight_share is None:
        return []
    shares = zip(calibration.regimes, calibration.overnight_share, strict=True)
    told = ", ".join(f"{name} {'unknown' if share is None else with_error(share, 100, 1)}" for name, share in shares)
    return [*paragraph(f"Share (%) of a day's variance between yesterday's close and the open: {told}"), ""]


def _index_lines(calibration):
    if calibration.in_index is None:
        return []
    levels = zip(calibration.regimes, calibration.in_index, strict=True)
    told = ", ".join(f"{name} {with_error(level.median, 1, 1)}" for name, level in levels)
    return [*paragraph(f"Median of {calibration.vol_index.source}, points: {told}"), ""]


def _share(value: float) -> str:
    return f"{value:.1%}"
