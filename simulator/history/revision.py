"""What a new download of prices changes in the past."""

from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

SETTLED = 10  # days; the last ones of a download may still change: dividends are posted late
TOLERANCE = 2e-3  # of a daily log return; IWM's quarterly dividend is 3e-3, Yahoo's rounding 1e-6


def contradiction(old: bytes, new: bytes) -> str | None:
    """How a new download contradicts the one that is kept, beyond adjustment for splits and dividends; None: nowhere.

    Adjustment scales all earlier prices alike and leaves their daily moves as they were. Every day that is kept must be
    in the new one, and adjusted daily moves must agree within 0.2 %, but for the last 10 days.

    Parameters
    ----------
    old, new : bytes
        Contents of fetched price files.
    """
    before, after = (_adjusted(content) for content in (old, new))
    gone = before.index.difference(after.index)
    if len(gone):
        return f"{len(gone)} of the {len(before)} days kept are missing in the new download, the first {gone[0]}"
    moves = [np.diff(np.log(closes.to_numpy())) for closes in (before, after[before.index])]
    changed = np.flatnonzero(np.abs(moves[1] - moves[0])[:-SETTLED] > TOLERANCE)
    if not len(changed):
        return None
    first = changed[0]
    was, now = (np.expm1(move[first]) for move in moves)
    return (
        f"{len(changed)} daily moves of the past differ in the new download, the first on {before.index[first + 1]}: "
        f"{was:+.2%}, now {now:+.2%}"
    )


def _adjusted(content: bytes) -> "pd.Series":
    import pandas as pd

    return pd.read_csv(BytesIO(content), index_col="Date")["Adj Close"]
