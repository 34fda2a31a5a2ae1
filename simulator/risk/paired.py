"""Differences of figures on common paths: their errors, and which of many are more than chance."""

from collections.abc import Iterable
from dataclasses import asdict
from math import isnan, nan
from statistics import NormalDist
from typing import Any, NamedTuple

from simulator.distribution import Estimate
from simulator.risk.sample import Sample, standard_error

ROUNDING = 1e-12  # of figures that are the same in truth, as of a structure and twice the same
JSON_NAMES = {"expected_shortfall": "expected_shortfall_95"}


def paired(sample: Sample, base: Sample, figure: str) -> Estimate:
    """A figure of a sample less the base's, and its error on common paths; NaN where either's error is not known."""
    mine, other = getattr(sample, figure), getattr(base, figure)
    if isnan(mine.stderr) or isnan(other.stderr):
        return Estimate(mine.mean - other.mean, nan)
    own, shared = (getattr(one, f"{figure}_influence")() for one in (sample, base))
    return Estimate(mine.mean - other.mean, standard_error(own - shared))


def family_errors(count: int, chance: float = 0.05) -> float:
    """How many standard errors a difference must be off 0 so that of `count` true zeros, with `chance` at most, any is.

    The normal quantile of 1 - chance / (2 count), Bonferroni's bound (Dunn 1961, JASA 56): 1.96 of one, 3.2 of 40.
    """
    return NormalDist().inv_cdf(1 - chance / (2 * max(count, 1)))


def is_resolved(difference: Estimate, errors: float) -> bool:
    """Whether it is off 0 by more than so many of its standard errors, and than rounding; not where one is NaN."""
    return abs(difference.mean) > max(errors * difference.stderr, ROUNDING)


def plain_figures(figures: NamedTuple, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Those figures as plain data, called as machines know them."""
    return {JSON_NAMES.get(name, name): asdict(getattr(figures, name)) for name in names}


def plain_differences(differences: NamedTuple, names: Iterable[str], errors: float) -> dict[str, dict[str, Any]]:
    """The same of differences, each with whether it is resolved at so many standard errors."""
    return {
        JSON_NAMES.get(name, name): asdict(found) | {"resolved": is_resolved(found, errors)}
        for name, found in ((name, getattr(differences, name)) for name in names)
    }
