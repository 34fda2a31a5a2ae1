"""A position in a fund: when it is sold before the hold is over, and the loss that is asked about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from simulator.errors import LetfError
from simulator.spec import check

Watch = Literal["day", "close", "next-open"]
WATCHES = get_args(Watch)
MOST_GAIN = 100.0  # of a target: a hundredfold


@dataclass(frozen=True, kw_only=True)
class Trade:
    """A position in each fund of a run, bought at the close before day 1 and held to the horizon or until it is sold.

    Parameters
    ----------
    stop : float, optional
        Loss of the fund since entry at which it is sold, in (0, 1).
    target : float, optional
        Gain of the fund since entry at which it is sold, in (0, 100].
    index_stop : float, optional
        Move of the index since entry against the fund at which it is sold, in (0, 1): a fall for leverage above 0, a
        rise below.
    index_target : float, optional
        Move of the index in the fund's favour at which it is sold, in (0, 1).
    watch : "day", "close" or "next-open"
        Whether stops and targets are watched within the day, filled where they stand or, where the open lies beyond
        them, at the open; at the close, and filled there; or at the close and filled at the next open. What the last
        close reaches is then sold there, at the end of the hold.
    loss : float
        The loss whose chance is counted, in [0, 1).

    Raises
    ------
    LetfError
        If a value breaks its rule.
    """

    stop: float | None = None
    target: float | None = None
    index_stop: float | None = None
    index_target: float | None = None
    watch: Watch = "day"
    loss: float = 0.0

    def __post_init__(self):
        checked = {"loss": check.number("loss", self.loss, low=0, high=1, open_high=True)}
        for name in ("stop", "target", "index_stop", "index_target"):
            value = getattr(self, name)
            if value is not None:
                most, closed = (MOST_GAIN, True) if name == "target" else (1, False)
                checked[name] = check.number(
                    f"{name} (0.12 is 12%)", value, low=0, high=most, open_low=True, open_high=not closed
                )
        if self.watch not in WATCHES:
            raise LetfError(f"watch must be one of {', '.join(WATCHES)}, got {self.watch!r}")
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    @property
    def has_exits(self) -> bool:
        """Whether anything sells the position before the hold is over."""
        return any(level is not None for level in (self.stop, self.target, self.index_stop, self.index_target))

    def to_dict(self) -> dict[str, Any]:
        """The trade as plain data; `from_dict` gives it back."""
        return {name: value for name, value in vars(self).items() if value is not None}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Trade":
        """The trade that `to_dict` described."""
        names = ("stop", "target", "index_stop", "index_target", "watch", "loss")
        return cls(**check.keys("trade", data, required=(), optional=names))
