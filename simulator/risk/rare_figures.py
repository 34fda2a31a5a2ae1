"""What is told of rare losses."""

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from simulator.distribution import Estimate
from simulator.spec.fund import Fund
from simulator.spec.market import Market
from simulator.spec.run import Simulation


class Rare(NamedTuple):
    """A figure by weighted paths, the same by as many plain ones, and how many times the paths those would have to be
    for the error of the first; NaN where it is not known."""

    weighted: Estimate
    plain: Estimate
    worth: float


class RareLoss(NamedTuple):
    """Chances of more than a loss, at the end of the hold and at any close: there a stop watched at closes is met.

    A chance below 10^-12 has no error.
    """

    loss: float
    ended: Rare
    met: Rare


class RareTail(NamedTuple):
    """The loss at the end that is exceeded with a chance, and the mean loss beyond."""

    chance: float
    quantile: Rare
    shortfall: Rare


@dataclass(frozen=True, kw_only=True, eq=False)
class RareLosses:
    """The answer of `rare_losses`.

    Parameters
    ----------
    spec : Simulation
        The run, with its paths as they were rounded and the market that was tilted.
    asked : Market
        The market that was asked about: that of the run, or an ensemble with it as a member.
    exponents : tuple of float
        Of the laws that paths were drawn from.
    losses : tuple of RareLoss
    tails : tuple of RareTail
    mean_weight : Estimate
        1 but for its error.
    """

    spec: Simulation
    asked: Market
    exponents: tuple[float, ...]
    losses: tuple[RareLoss, ...]
    tails: tuple[RareTail, ...]
    mean_weight: Estimate

    @property
    def fund(self) -> Fund:
        return self.spec.funds[0]

    @property
    def days(self) -> int:
        """The hold, in trading days."""
        return self.spec.horizons[-1]

    def to_dict(self) -> dict[str, Any]:
        """Every figure as plain data; NaN where nothing is known."""
        return {
            "losses": [
                {"loss": row.loss, "at_the_end": _plain(row.ended), "at_any_close": _plain(row.met)}
                for row in self.losses
            ],
            "tails": [
                {"chance": row.chance, "loss_exceeded": _plain(row.quantile), "mean_loss_beyond": _plain(row.shortfall)}
                for row in self.tails
            ],
            "mean_weight": asdict(self.mean_weight),
            "exponents": list(self.exponents),
        }


def _plain(figure: Rare) -> dict[str, Any]:
    return asdict(figure.weighted) | {"worth": figure.worth, "plain": asdict(figure.plain)}
