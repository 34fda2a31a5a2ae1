"""What is told of structures on common paths: the law of each, and how it differs from a base."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import nan
from typing import Any, NamedTuple

from simulator.distribution import Estimate
from simulator.risk.paired import Family
from simulator.spec.comparison import Comparison

SHARES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


class StructureLaw(NamedTuple):
    """The profit of a structure as a fraction of the money at risk, and how it was held; errors are Monte Carlo ones.

    quantiles : at SHARES.
    expected_shortfall : mean loss in the worst 5 %.
    starr : mean over cash for each dollar of expected shortfall, both measured against cash.
    fall, fall_95 : mean and 95 % point of the worst fall from the running peak, at closes.
    ends : share of the paths by how they ended, as "held", "stopped".
    days : mean days held.
    """

    name: str
    mean: Estimate
    sd: float
    quantiles: tuple[Estimate, ...]
    prob_loss: Estimate
    expected_shortfall: Estimate
    starr: Estimate
    fall: Estimate
    fall_95: Estimate
    ends: Mapping[str, Estimate]
    days: float

    def to_dict(self) -> dict[str, Any]:
        """Every figure as plain data; NaN where nothing is known."""
        return {
            "name": self.name,
            "mean": asdict(self.mean),
            "sd": self.sd,
            "q": {f"{p:g}": q.mean for p, q in zip(SHARES, self.quantiles, strict=True)},
            "q_stderr": {f"{p:g}": q.stderr for p, q in zip(SHARES, self.quantiles, strict=True)},
            "prob_loss": asdict(self.prob_loss),
            "expected_shortfall_95": asdict(self.expected_shortfall),
            "starr": asdict(self.starr),
            "drawdown_mean": asdict(self.fall),
            "drawdown_95": asdict(self.fall_95),
            "ends": {name: asdict(share) for name, share in self.ends.items()},
            "mean_days": self.days,
        }


class Difference(NamedTuple):
    """Figures of a structure less the base's, on the same paths, with paired standard errors.

    ahead : share of the paths on which its profit is the greater.
    """

    name: str
    mean: Estimate
    prob_loss: Estimate
    expected_shortfall: Estimate
    starr: Estimate
    ahead: Estimate


TOLD = ("mean", "prob_loss", "expected_shortfall", "starr")  # of differences, which may be unresolved


@dataclass(frozen=True, kw_only=True, eq=False)
class Compared(Family):
    """The answer of `compare`.

    Parameters
    ----------
    spec : Comparison
    laws : tuple of StructureLaw
        In the spec's order.
    base : str
        Name of the structure that the others are held against.
    differences : tuple of Difference
        Of all but the base.
    """

    spec: Comparison
    laws: tuple[StructureLaw, ...]
    base: str
    differences: tuple[Difference, ...]

    @property
    def comparisons(self) -> int:
        """How many figures are held against the base's."""
        return len(TOLD) * len(self.differences)

    def to_dict(self) -> dict[str, Any]:
        """Every figure as plain data; NaN where nothing is known."""
        return {
            "structures": [law.to_dict() for law in self.laws],
            "against": self.base,
            "resolved_errors": self.resolved_errors if self.differences else nan,
            "differences": [self._plain(difference) for difference in self.differences],
        }

    def _plain(self, difference: Difference) -> dict[str, Any]:
        told = self.plain_differences(difference, TOLD)
        return {"name": difference.name, **told, "prob_ahead": asdict(difference.ahead)}
