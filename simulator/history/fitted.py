"""A fitted parameter with its standard error, how many of its digits a file keeps, and the schema of fits."""

from typing import NamedTuple

SCHEMA = "letf.calibrate/1"  # of what machines read of a fit
DIGITS, ERROR_DIGITS = 8, 4  # significant, of a market's parameters, and of standard errors


class Fitted(NamedTuple):
    """A fitted parameter and its standard error; None where the parameter is on its bound or not identified."""

    estimate: float
    stderr: float | None


def significant(value: float, digits: int = DIGITS) -> float:
    """`value` to that many significant digits."""
    return float(f"{value:.{digits}g}")
