"""A fit of GARCH as people read it."""

from simulator.history.garch_fit import NAMES, GarchFit
from simulator.output.text import grid, labelled, paragraph, with_error

FOOTNOTE = (
    "variance tomorrow = omega + (alpha + gamma after a fall) surprise^2 + beta variance today. ± one standard error, "
    "robust (Bollerslev and Wooldridge), of the share by Newey and West; ±- where a parameter is on its bound."
)


def garch_lines(fit: GarchFit) -> list[str]:
    """The fit, and each parameter with its standard error."""
    model = f"GJR-GARCH(1,1,1), constant mean, skewed t innovations: {len(NAMES)} parameters"
    rows = [
        ["log drift, % a year", with_error(fit.annual_log_drift, 100, 1)],
        ["omega, 1e-6 a day", with_error(fit.omega, 1e6, 2)],
        ["alpha", with_error(fit.alpha, 1, 4)],
        ["gamma", with_error(fit.gamma, 1, 4)],
        ["beta", with_error(fit.beta, 1, 4)],
        ["degrees of freedom", with_error(fit.dof, 1, 1)],
        ["skew", with_error(fit.skew, 1, 3)],
        ["persistence", with_error(fit.persistence, 1, 4)],
        ["long-run volatility, % a year", "none" if fit.long_run_vol is None else with_error(fit.long_run_vol, 100, 1)],
    ]
    if fit.overnight_share is not None:
        rows.append(["overnight share of variance, %", with_error(fit.overnight_share, 100, 1)])
    return [
        *labelled("Fit", f"{model}, log-likelihood {fit.log_likelihood:.2f}, BIC {fit.bic:.1f}"),
        "",
        *grid(rows),
        "",
        *paragraph(FOOTNOTE),
    ]
