"""A second index beside the first as people read it."""

from math import exp

from simulator.history.second import RISE, SecondFit
from simulator.output.heading import percent
from simulator.output.text import grid, labelled, listed, paragraph, with_error
from simulator.spec.market import Market

FOOTNOTE = (
    "Beta: log return for one of the first index's surprise; its own: volatility of what the first leaves unexplained, "
    "Student-t. ± one standard error from the curvature of the likelihood, the {} taken as known."
)


def second_lines(fit: SecondFit, market: Market) -> list[str]:
    """The fit by regime, and how often the two part: in the prices, and in the market."""
    assert market.second is not None  # it was fitted
    return [
        *labelled("Second", f"{market.second.index}, {fit.prices.source}, {fit.days:,} returns on the same days"),
        *(_factor_lines(fit, market) if fit.factor else ["", f"Correlation of the days {fit.correlations[0]:.3f}", ""]),
        *_apart_lines(fit, market.index, market.second.index),
        "",
    ]


def _factor_lines(fit: SecondFit, market: Market) -> list[str]:
    factor = fit.factor
    assert factor is not None  # who asks has looked
    by_regime = market.kind == "markov"
    rows = [["", "beta", "its own, % a year" if by_regime else f"its own / {market.index}'s", "correlation"]]
    for name, beta, vol, value in zip(fit.names, factor.betas, factor.vols, fit.correlations, strict=True):
        own = with_error(vol, 100, 2) if by_regime else with_error(vol, 1, 3)
        rows.append([name, with_error(beta, 1, 3), own, f"{value:.3f}"])
    tails = f"log-likelihood {factor.log_likelihood:.2f}, degrees of freedom {with_error(factor.dof, 1, 1)}"
    known = "regimes' probabilities" if by_regime else "first index's fit"
    return [*labelled("", tails), "", *grid(rows), "", *paragraph(FOOTNOTE.format(known)), ""]


def _apart_lines(fit: SecondFit, first: str, second: str) -> list[str]:
    """The joint tail: days of the prices, and how many the market has."""
    dates, expected = fit.apart, fit.expected_apart
    named = f" ({listed(dates)})" if 0 < len(dates) <= 4 else ""
    text = (
        f"Days with {first} up {percent(RISE)} or more and {second} down: {len(dates)}{named}; in as many days of its "
        f"long run the market has {expected.mean:.2f}±{expected.stderr:.2f}"
    )
    if dates and expected.mean < len(dates):
        text += f", {len(dates)} or more with a chance of {percent(_at_least(len(dates), expected.mean))} (Poisson)"
    return paragraph(text + ".")


def _at_least(count: int, mean: float) -> float:
    """Chance of `count` or more events where `mean` are expected, independent of each other."""
    term, below = exp(-mean), 0.0
    for k in range(count):
        below += term
        term *= mean / (k + 1)
    return 1 - below
