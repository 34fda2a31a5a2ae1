"""What the flow of leveraged funds does to the close that they trade at."""

from collections.abc import Iterable
from dataclasses import dataclass

from simulator.errors import LetfError
from simulator.spec import check
from simulator.spec.assets import Assets

BILLION = 1e9
MOST_IMPACT = 1.0


@dataclass(frozen=True, kw_only=True)
class Feedback:
    """Funds whose trades at the close move it.

    The funds answer the whole move r' of the day, their own push in it: r' = r + gain r', so r' = r / (1 - gain), with
    r the move without them and gain = impact sum L (L - 1) assets, the push of a move of 1. From a gain of 1 on each
    round of trades calls for a larger one, and there is no close: such a gain is refused.

    Parameters
    ----------
    assets : tuple of Assets
        Of at least one fund, all on one index, with different tickers.
    impact : float
        By how much the close moves for a billion dollars bought at it, a fraction in [0, 1]; sold, it falls by as much.
    reverts : float
        Share of the push that the next day takes back, in [0, 1].

    Raises
    ------
    LetfError
        If a value breaks its rule, or the gain is too large.
    """

    assets: tuple[Assets, ...]
    impact: float = 0.0
    reverts: float = 0.0

    def __post_init__(self):
        if not isinstance(self.assets, Iterable) or not all(isinstance(one, Assets) for one in self.assets):
            raise LetfError(f"assets must be Assets, got {self.assets!r}")
        assets = tuple(self.assets)
        if not assets:
            raise LetfError("assets must be of at least one fund; give some, as --assets TNA=1.8B")
        tickers, indexes = [one.fund.ticker.upper() for one in assets], {one.fund.index for one in assets}
        if len(set(tickers)) < len(tickers):
            raise LetfError(f"assets must be of different funds, got {', '.join(tickers)}")
        if len(indexes) > 1:
            raise LetfError(f"assets must be of funds on one index, got {', '.join(sorted(indexes))}")
        checked = {
            "assets": assets,
            "impact": check.number("impact per $1B (0.001 is 0.1%)", self.impact, low=0, high=MOST_IMPACT),
            "reverts": check.number("reverts (0.5 is 50%)", self.reverts, low=0, high=1),
        }
        for key, value in checked.items():
            object.__setattr__(self, key, value)
        most = most_gain(self.reverts)
        if self.gain >= most:
            raise LetfError(
                f"impact of {100 * self.impact:g}% per $1B gives a gain of {self.gain:.3g}, where each push of the "
                f"close calls for a larger one; it must be below {most:.3g} (1 where nothing "
                f"reverts): with these assets give less than {100 * most * BILLION / self.flow_per_move:.3g}%"
            )

    @property
    def index(self) -> str:
        return self.assets[0].fund.index

    @property
    def flow_per_move(self) -> float:
        """Dollars that all buy at the close for a move of the index of 1."""
        return sum(one.flow_per_move for one in self.assets)

    @property
    def gain(self) -> float:
        """The push of a move of 1, a share of it."""
        return gain(self.impact, self.flow_per_move)

    def close(self, move: float) -> float:
        """The whole move of a day that would be `move` without the funds."""
        return move / (1 - self.gain)


def gain(impact: float, flow_per_move: float) -> float:
    """The push of the close by so many dollars a move, at an impact a billion dollars."""
    return impact * flow_per_move / BILLION


def most_gain(reverts: float) -> float:
    """The gain that no feedback reaches: 1 / (1 + reverts)."""
    return 1 / (1 + reverts)
