"""What becomes of a position within a day, in double precision: by a bridge, or by the bar of a past day."""

from math import exp

from simulator.kernels.bars import BARS
from simulator.kernels.jit import kernel
from simulator.kernels.levels import AT_OPEN, BOTH, HOLDING, LEAST_SPREAD, REACHED, STOPPED

SMALLEST_TERM, MOST_TERMS = 1e-13, 2000
WORD_TO_UNIT = 2.0**-32


@kernel
def met_first(o, c, a, b, v):
    """Chance that a Brownian bridge from o to c of variance v meets a before b, where a < o < b.

    A1 - B2 + A3 - ..., the chances that it meets a; b and then a; a, b and then a; ... each by reflection: Anderson
    (1960), Annals of Mathematical Statistics 31, section 4. The close must not lie beyond a: there the bridge meets a
    for certain, and what is asked is `met_first` of b, mirrored.
    """
    width, total = b - a, 0.0
    for k in range(MOST_TERMS):
        odd = exp(-2.0 * (k * width + o - a) * (k * width + c - a) / v)
        total += odd
        if odd < SMALLEST_TERM:
            break
        even = exp(-2.0 * (k + 1) * width * ((k + 1) * width + c - o) / v)
        total -= even
        if even < SMALLEST_TERM:
            break
    return min(max(total, 0.0), 1.0)


@kernel
def bridge_outcome(o, c, a, b, v, u):
    """What a bridge from o, between a and b, to c does with a uniform u: STOPPED, REACHED or HOLDING."""
    stop = 1.0 - met_first(-o, -c, -b, -a, v) if c <= a else met_first(o, c, a, b, v)
    if u < stop:
        return STOPPED
    target = 1.0 - stop if c <= a or c >= b else met_first(-o, -c, -b, -a, v)
    return REACHED if u < stop + target else HOLDING


@kernel
def bar_outcome(low, high, a, b):
    """What a bar does, the stop first where it reaches both."""
    if low <= a:
        return STOPPED + BOTH if high >= b else STOPPED
    return REACHED if high >= b else HOLDING


@kernel
def outcome_within(watch, o, c, a, b, low, high, spread, word):
    """What becomes of a position with stop a and target b on a day: log moves, times s; s low may be above s high."""
    if o <= a or o >= b:
        return AT_OPEN + (STOPPED if o <= a else REACHED)
    if watch == BARS:
        return bar_outcome(min(low, high), max(low, high), a, b)
    return bridge_outcome(o, c, a, b, max(spread, LEAST_SPREAD), (word + 0.5) * WORD_TO_UNIT)
