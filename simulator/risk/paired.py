"""Differences of figures on common paths: their errors, and which of many are more than chance."""

from abc import ABC, abstractmethod
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


class Family(ABC):
    """Differences that are judged together."""

    @property
    @abstractmethod
    def comparisons(self) -> int:
        """How many there are."""

    @property
    def resolved_errors(self) -> float:
        """A difference is resolved beyond so many of its standard errors.

        Of all of them together that are 0 in truth, any is beyond with a chance of 5 % at most.
        """
        return family_errors(self.comparisons)

    def is_resolved(self, difference: Estimate) -> bool:
        """Whether a difference is more than chance."""
        return is_resolved(difference, self.resolved_errors)

    def plain_differences(self, differences: NamedTuple, names: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Those differences as plain data, each with whether it is resolved."""
        told = plain_figures(differences, names)
        return {name: found | {"resolved": self.is_resolved(Estimate(**found))} for name, found in told.items()}


def plain_figures(figures: NamedTuple, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Those figures as plain data, called as machines know them."""
    return {JSON_NAMES.get(name, name): asdict(getattr(figures, name)) for name in names}
