"""Expectation maximisation (Baum-Welch) from starts that depend on the returns alone."""

from collections.abc import Iterator

import numpy as np

from simulator.history.likelihood import SD_BOUNDS, Inference, Likelihood, Parameters

WINDOWS = (1, 10, 42)  # days over which a start measures volatility
SHRINK = (1.0, 0.5, 0.2)  # days in each regime over those in the calmer one before it
START_DOF = 6.0
STICKY = 10.0  # days added to each regime's stay, and one to each move, of a start
ROUNDS = 40


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

    For Student-t innovations each day weighs (dof + 1) / (dof + z^2), z its return standardised before the step, as
    for the uncut law, and dof stays (Liu and Rubin 1995, Statistica Sinica 5, section 3).
    """
    weights = smoothed
    if before.dof is not None:
        z = (y[:, None] - before.mean) / before.sd
        weights = smoothed * (before.dof + 1) / (before.dof - 2 + z * z)
    days = np.maximum(smoothed.sum(axis=0), 1e-9)
    mean = weights.T @ y / np.maximum(weights.sum(axis=0), 1e-9)
    variance = (weights * (y[:, None] - mean) ** 2).sum(axis=0) / days
    transition = moves + 1e-9
    return Parameters(
        mean,
        np.clip(np.sqrt(variance), *SD_BOUNDS),
        transition / transition.sum(axis=1, keepdims=True),
        before.dof,
    )


def climb(likelihood: Likelihood, parameters: Parameters, rounds: int = ROUNDS) -> tuple[Inference, Parameters]:
    """EM rounds from `parameters`; what the returns say under the last ones, and these."""
    for _ in range(rounds):
        seen = likelihood.infer(parameters)
        parameters = _maximised(likelihood.y, seen.smoothed, seen.moves, parameters)
    return likelihood.infer(parameters), parameters
