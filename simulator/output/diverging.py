"""Colours of numbers about 0: warm below, cool above, as much of the hue as the number is large."""

from typing import NamedTuple

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, Normalize

from simulator.output import style

WARM, MIDDLE, COOL = "#9c3a0a", "#f7f7f7", "#2f7fc1"  # of unlike darkness, for print without colour
DARK = 0.52  # luma (ITU-R BT.601); text on darker ground is white
LUMA = (0.299, 0.587, 0.114)


class Diverging(NamedTuple):
    """Colours of numbers, 0 in the middle."""

    colours: LinearSegmentedColormap
    norm: Normalize

    def ground(self, value: float) -> tuple[float, float, float]:
        """The colour of a value."""
        red, green, blue, _ = self.colours(self.norm(value))
        return red, green, blue

    def ink(self, value: float) -> str:
        """The colour of text on that ground."""
        return style.WHITE if np.dot(LUMA, self.ground(value)) < DARK else style.INK


def diverging(values: np.ndarray, full: float = 1.0) -> Diverging:
    """Colours for these numbers, NaN left out; a share `full` of them lies within the scale, the rest at its ends."""
    sizes = np.abs(values[np.isfinite(values)])
    most = float(np.quantile(sizes, full)) if len(sizes) else 0.0
    colours = LinearSegmentedColormap.from_list("warm-cool", (WARM, MIDDLE, COOL))
    return Diverging(colours, Normalize(-most or -1.0, most or 1.0))
