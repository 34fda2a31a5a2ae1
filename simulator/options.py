"""Black-Scholes values of calls and call spreads on an index that pays no dividends.

The index of this simulator is total return: dividends are in it. A real option is on the price alone, which pays
some 1 to 1.5 % a year away, so that a real call is worth a little less than this one.
"""

import numpy as np

from simulator.normal import below

LEAST_VOL = 0.01  # implied, of any strike
MONEYNESS_STEP = 0.1  # of the skew


def call(spot: np.ndarray, strike: float, years: float, rate: float, vol: np.ndarray) -> np.ndarray:
    """Value of a European call (Black and Scholes 1973, J. Political Economy 81, eq. 13).

    S Phi(d1) - K exp(-r T) Phi(d2), d1 = (log(S / K) + (r + vol^2 / 2) T) / (vol sqrt(T)), d2 = d1 - vol sqrt(T).

    Parameters
    ----------
    spot : float64, any shape
        Above 0.
    strike : float
        Above 0.
    years : float
        To expiry; at 0 the call is worth what it pays, max(0, S - K).
    rate : float
        Annual, continuously compounded.
    vol : float64, of the shape of `spot`
        Annual, above 0.
    """
    spot = np.asarray(spot, float)
    if years <= 0:
        return np.maximum(0.0, spot - strike)
    sd = np.asarray(vol) * np.sqrt(years)
    d1 = (np.log(spot / strike) + rate * years) / sd + sd / 2
    return spot * below(d1) - strike * np.exp(-rate * years) * below(d1 - sd)


def implied_vol(moneyness: np.ndarray, vol: float, skew: float) -> np.ndarray:
    """vol + skew (moneyness - 1) / 0.1, at least 0.01: the implied volatility of strikes, as shares of the index.

    Linear, as a skew is close to the money; `vol` is that at the money, `skew` its change per +10 % of moneyness.
    """
    return np.maximum(LEAST_VOL, vol + skew * (np.asarray(moneyness, float) - 1) / MONEYNESS_STEP)


def call_spread(
    growth: np.ndarray, low: float, high: float, years: float, rate: float, vol: float, skew: float
) -> np.ndarray:
    """Value of a call of strike `low` less one of strike `high`, both shares of the index at entry, which is 1.

    The implied volatility of a strike depends on its moneyness alone ("sticky moneyness"). The value is held within
    [0, (high - low) exp(-rT)], outside which there would be money for nothing; a linear skew can leave it far from
    the money.

    Parameters
    ----------
    growth : float64, any shape
        The index over its value at entry, above 0.
    low, high, years, rate, vol, skew : float
        As in `call`, `rate` continuously compounded, and `implied_vol`.
    """
    growth = np.asarray(growth, float)
    bought, sold = (call(growth, k, years, rate, implied_vol(k / growth, vol, skew)) for k in (low, high))
    return np.clip(bought - sold, 0.0, (high - low) * np.exp(-rate * max(0.0, years)))
