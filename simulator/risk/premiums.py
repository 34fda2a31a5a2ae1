"""A position at another drift of the index, told as a premium over the short rate."""

from dataclasses import dataclass
from functools import cached_property

from simulator.distribution import Estimate
from simulator.result import Result
from simulator.risk.figures import figures
from simulator.risk.levels import cash_over_hold
from simulator.risk.sizing import Kelly, kelly

PREMIUMS = (-0.04, 0.0, 0.04, 0.08)  # of equities over the short rate, a year


@dataclass(frozen=True, eq=False)
class AtPremium:
    """A run of one fund where the index grows by the short rate plus `premium` a year."""

    premium: float
    result: Result

    @property
    def drift(self) -> float:
        """Growth of the index a year."""
        return self.result.spec.rate + self.premium

    @cached_property
    def figures(self) -> dict[str, Estimate]:
        """By name, `simulator.risk.figures`."""
        spec = self.result.spec
        return figures(self.result, spec.funds[0].ticker, spec.horizons[-1])

    @cached_property
    def kelly(self) -> Kelly:
        """The share of wealth that grows fastest in the fund held to the end."""
        return kelly(self._position.fund_return, self._cash)

    @cached_property
    def exit_kelly(self) -> Kelly | None:
        """The same where it is sold at its stop or target; None without."""
        exits = self._position.exits
        return None if exits is None else kelly(exits.exit_return, self._cash)

    @property
    def _position(self):
        spec = self.result.spec
        return self.result.position(spec.funds[0].ticker, spec.horizons[-1])

    @property
    def _cash(self) -> float:
        return cash_over_hold(self.result.spec.rate, self.result.spec.horizons[-1])
