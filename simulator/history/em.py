"""Expectation maximisation (Baum-Welch) from starts that depend on the returns alone."""

from collections.abc import Iterator

import numpy as np

from simulator.history.likelihood import SD_BOUNDS, Likelihood, Parameters
from simulator.spec.student import CUT

WINDOWS = (10, 42)  # days over which a start measures volatility
SHRINK = (1.0, 0.5, 0.2)  # days in each regime over those in the calmer one before it
START_DOF = 6.0
STICKY = 10.0  # days added to each regime's stay, and one to each move, of a start
ROUNDS = 40
TINY = 1e-9  # days; keeps a regime that no day is in finite


def _split(feature, count, shrink):
    """Regime of each day, (T,): `feature`'s smallest values are regime 0's, shares falling by `shrink`."""
    shares = shrink ** np.arange(count)
    edges = np.quantile(feature, (np.cumsum(shares) / shares.sum())[:-1])
    return np.searchsorted(edges, feature)


def _features(y):
    """What days are sorted by to start: rolling volatilities, and the rolling mean for regimes of one volatility."""
    for window in WINDOWS:
        weights = np.ones(window) / window
        yield np.convolve(y * y, weights, mode="same")
    yield np.convolve(y, weights, mode="same")


def starts(likelihood: Likelihood) -> Iterator[Parameters]:
    """Parameters of several splits of the days by volatility, and by mean."""
    y, count = likelihood.y, likelihood.regimes
    dof = np.full(count, START_DOF) if likelihood.student else None
    for feature in _features(y):
        for shrink in SHRINK:
            regime = _split(feature, count, shrink)
            member = np.eye(count)[regime]
            moves = member[:-1].T @ member[1:] + 1.0 + STICKY * np.eye(count)
            yield _maximised(y, member, moves, Parameters(np.zeros(count), np.ones(count), moves, dof))


def _maximised(y, smoothed, moves, before):
    """The M step: parameters that maximise the expected log density of returns and regimes.

    For Student-t innovations each day weighs (dof + 1) / (dof - 2 + z^2), z its return standardised before the step,
    as for the uncut law, dof stays (Liu and Rubin 1995, Statistica Sinica 5, section 3), and the widest regime keeps
    every day within its cut.
    """
    weights = smoothed
    if before.dof is not None:
        z = (y[:, None] - before.mean) / before.sd
        weights = smoothed * (before.dof + 1) / (before.dof - 2 + z * z)
    days = np.maximum(smoothed.sum(axis=0), TINY)
    mean = weights.T @ y / np.maximum(weights.sum(axis=0), TINY)
    distance = y[:, None] - mean
    sd = np.clip(np.sqrt((weights * distance**2).sum(axis=0) / days), *SD_BOUNDS)
    if before.dof is not None:
        widest = np.argmax(sd)
        sd[widest] = max(sd[widest], np.abs(distance[:, widest]).max() / CUT)
    transition = moves + TINY
    return Parameters(mean, sd, transition / transition.sum(axis=1, keepdims=True), before.dof)


def climb(likelihood: Likelihood, parameters: Parameters) -> tuple[float, Parameters]:
    """Parameters after `ROUNDS` of EM, and their log-likelihood."""
    for _ in range(ROUNDS):
        seen = likelihood.infer(parameters)
        parameters = _maximised(likelihood.y, seen.smoothed, seen.moves, parameters)
    return likelihood.infer(parameters).log_likelihood, parameters
