"""A fitted parameter with its standard error, how many of its digits a file keeps, and the schema of fits."""

from typing import NamedTuple

import numpy as np

SCHEMA = "letf.calibrate/1"  # of what machines read of a fit
DIGITS, ERROR_DIGITS = 8, 4  # significant, of a market's parameters, and of standard errors
DECIMALS = 8  # of a market's probabilities


class Fitted(NamedTuple):
    """A fitted parameter and its standard error; None where the parameter is on its bound or not identified."""

    estimate: float
    stderr: float | None


def fitted(values: np.ndarray, errors: np.ndarray) -> tuple[Fitted, ...]:
    """Parameters with their standard errors, where these are numbers."""
    pairs = zip(values.tolist(), errors.tolist(), strict=True)
    return tuple(Fitted(value, error if np.isfinite(error) else None) for value, error in pairs)


def significant(value: float, digits: int = DIGITS) -> float:
    """`value` to that many significant digits."""
    return float(f"{value:.{digits}g}")


def whole(probabilities: np.ndarray | list[float]) -> list[float]:
    """Probabilities to eight decimals; the largest takes what rounding left."""
    law = np.round(probabilities, DECIMALS)
    top = np.argmax(law)
    law[top] = np.round(1 - np.delete(law, top).sum(), DECIMALS)
    return law.tolist()
