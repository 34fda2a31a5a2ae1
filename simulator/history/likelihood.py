"""The exact log-likelihood of a regime-switching market and its gradient."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from simulator.history.innovations import normal_log_density, student_log_density, student_slope
from simulator.kernels.filter import hamilton_filter, kim_smoother

SD_BOUNDS = (0.02, 50.0)  # times the sample's; a regime at the lower one has collapsed on days that are alike
DOF_BOUNDS = (2.1, 200.0)
MEAN_BOUNDS = (-50.0, 50.0)  # in sample standard deviations
LOGIT_BOUND = 16.0  # exp(-16): one such move in 9 million days is none
DOF_STEP = 1e-4  # of log(dof - 2), for the slope in dof


class Parameters(NamedTuple):
    """Means and standard deviations of standardised returns, (K,); transition (K, K); dof (K,) or None: normal."""

    mean: np.ndarray
    sd: np.ndarray
    transition: np.ndarray
    dof: np.ndarray | None

    def sorted(self) -> "Parameters":
        """The same law, regimes in order of volatility."""
        order = np.argsort(self.sd, kind="stable")
        dof = None if self.dof is None else self.dof[order]
        return Parameters(self.mean[order], self.sd[order], self.transition[np.ix_(order, order)], dof)


class Inference(NamedTuple):
    """What the returns say under some parameters: log-likelihood, laws of the regimes (T, K), moves (K, K)."""

    log_likelihood: float
    filtered: np.ndarray
    smoothed: np.ndarray
    moves: np.ndarray


def stationary(transition: np.ndarray) -> np.ndarray:
    """The law p with p A = p: p = 1' (I - A + 1 1')^-1, for a chain with one recurrent class."""
    count = len(transition)
    return np.linalg.solve((np.eye(count) - transition + 1.0).T, np.ones(count))


def _off_diagonal(count):
    return ~np.eye(count, dtype=bool)


@dataclass(frozen=True, eq=False)
class Likelihood:
    """log p(y) of standardised returns y (T,) as a function of unconstrained parameters theta.

    theta holds, regime by regime: the means; log sd; log A[i, j] / A[i, i] for j != i, row by row; and for Student-t
    innovations log(dof - 2). The first day's law is the stationary law of A.
    """

    y: np.ndarray
    regimes: int
    student: bool

    @property
    def size(self) -> int:
        """Number of parameters."""
        return self.regimes * (self.regimes + 1 + self.student)

    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper bounds of theta."""
        k = self.regimes
        logits = (-LOGIT_BOUND, LOGIT_BOUND)
        tails = np.log(np.array(DOF_BOUNDS) - 2)
        pairs = [MEAN_BOUNDS] * k + [np.log(SD_BOUNDS)] * k + [logits] * (k * (k - 1)) + [tails] * (k * self.student)
        lower, upper = np.array(pairs, dtype=float).T
        return lower, upper

    def pack(self, parameters: Parameters) -> np.ndarray:
        """theta of `parameters`, within the bounds."""
        mean, sd, a, dof = parameters
        with np.errstate(divide="ignore"):
            logits = (np.log(a) - np.log(np.diag(a))[:, None])[_off_diagonal(self.regimes)]
        tails = [] if dof is None else [np.log(dof - 2)]
        return np.clip(np.concatenate([mean, np.log(sd), logits, *tails]), *self.bounds())

    def unpack(self, theta: np.ndarray) -> Parameters:
        """The parameters that theta stands for."""
        k = self.regimes
        mean, log_sd, logits, tails = np.split(theta, [k, 2 * k, k * (k + 1)])
        odds = np.zeros((k, k))
        odds[_off_diagonal(k)] = logits
        odds = np.exp(odds - odds.max(axis=1, keepdims=True))
        return Parameters(
            mean, np.exp(log_sd), odds / odds.sum(axis=1, keepdims=True), 2 + np.exp(tails) if self.student else None
        )

    def infer(self, parameters: Parameters) -> Inference:
        """Filter and smooth the returns."""
        z = (self.y[:, None] - parameters.mean) / parameters.sd
        dof = parameters.dof
        log_densities = normal_log_density(z) if dof is None else student_log_density(z, dof)
        log_densities -= np.log(parameters.sd)
        filtered, smoothed = np.empty_like(z), np.empty_like(z)
        moves = np.empty_like(parameters.transition)
        a = parameters.transition
        log_likelihood = hamilton_filter(log_densities, a, stationary(a), filtered)
        kim_smoother(filtered, a, smoothed, moves)
        return Inference(log_likelihood, filtered, smoothed, moves)

    def __call__(self, theta: np.ndarray) -> tuple[float, np.ndarray]:
        """Log-likelihood and gradient at theta.

        By Fisher's identity the gradient is the expected gradient of the joint density of returns and regimes
        (Cappe, Moulines, Ryden 2005, Inference in Hidden Markov Models, eq. 10.12).
        """
        parameters = self.unpack(theta)
        seen = self.infer(parameters)
        parts = [*self._law_gradient(parameters, seen.smoothed), self._chain_gradient(parameters.transition, seen)]
        parts.insert(2, parts.pop())
        return seen.log_likelihood, np.concatenate(parts)

    def _law_gradient(self, parameters, smoothed):
        """Gradient in the means, log sd and, where there are any, log(dof - 2)."""
        mean, sd, _, dof = parameters
        z = (self.y[:, None] - mean) / sd
        slope = -z if dof is None else student_slope(z, dof)
        weighted = smoothed * slope
        yield -weighted.sum(axis=0) / sd
        yield -(weighted * z + smoothed).sum(axis=0)
        if dof is not None:
            up, down = (2 + (dof - 2) * np.exp(step) for step in (DOF_STEP, -DOF_STEP))
            rise = student_log_density(z, up, cut=False) - student_log_density(z, down, cut=False)
            yield (smoothed * rise).sum(axis=0) / (2 * DOF_STEP)

    def _chain_gradient(self, a, seen):
        """Gradient in the logits: of the moves, and of the stationary law as the first day's.

        dp = p dA Z with the fundamental matrix Z = (I - A + 1 p)^-1 (Kemeny and Snell 1960, section 4.3).
        """
        p = stationary(a)
        fundamental = np.linalg.inv(np.eye(self.regimes) - a + p)
        slope = seen.moves / a + np.outer(p, fundamental @ (seen.smoothed[0] / p))
        logits = a * (slope - (a * slope).sum(axis=1, keepdims=True))
        return logits[_off_diagonal(self.regimes)]
