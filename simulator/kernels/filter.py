"""What observed days say about the hidden state: Hamilton's filter, Kim's smoother, and the GARCH recursion."""

from math import exp, inf, log

from simulator.kernels.jit import allocating, kernel


@kernel
def update(log_density, predicted, filtered):
    """Turn the law of today's regime before today's return into the law after it; give the return's log density.

    filtered[k] = predicted[k] f_k / sum_j predicted[j] f_j, f_k = exp(log_density[k])  (Hamilton 1994, Time Series
    Analysis, eq. 22.4.5). The largest log density among the regimes that can be is taken out first, so nothing
    underflows. A return that no regime can give has log density -inf and leaves the law as it was.

    Parameters
    ----------
    log_density, predicted, filtered : float64 (K,)
    """
    count = predicted.shape[0]
    top = -inf
    for k in range(count):
        if predicted[k] > 0 and log_density[k] > top:
            top = log_density[k]
    if top == -inf:
        for k in range(count):
            filtered[k] = predicted[k]
        return -inf
    total = 0.0
    for k in range(count):
        filtered[k] = predicted[k] * exp(log_density[k] - top) if predicted[k] > 0 else 0.0
        total += filtered[k]
    for k in range(count):
        filtered[k] /= total
    return top + log(total)


@kernel
def advance(law, transition, predicted):
    """Law of tomorrow's regime from today's: predicted = law . transition (Hamilton 1994, eq. 22.4.6)."""
    count = law.shape[0]
    for j in range(count):
        predicted[j] = 0.0
    for i in range(count):
        for j in range(count):
            predicted[j] += law[i] * transition[i, j]


@allocating
def hamilton_filter(log_densities, transition, initial, filtered):
    """Fill `filtered` with the law of each day's regime given the returns so far; give their log-likelihood.

    Parameters
    ----------
    log_densities : float64 (T, K)
        Log density of day t's return in regime k.
    transition : float64 (K, K)
        Row i: the law of tomorrow's regime given that today's is i.
    initial : float64 (K,)
        Law of the first day's regime before its return.
    filtered : float64 (T, K), filled
    """
    predicted = initial.copy()
    log_likelihood = 0.0
    for t in range(log_densities.shape[0]):
        log_likelihood += update(log_densities[t], predicted, filtered[t])
        advance(filtered[t], transition, predicted)
    return log_likelihood


@allocating
def kim_smoother(filtered, transition, smoothed, moves):
    """Fill `smoothed` with the law of each day's regime given all returns, `moves` with the expected transitions.

    P(s_t = i, s_t+1 = j | all) = filtered[t, i] A[i, j] / predicted[t+1, j] smoothed[t+1, j]
    (Kim 1994, Journal of Econometrics 60, eq. 2.20), summed over j for `smoothed`, over t for `moves`.

    Parameters
    ----------
    filtered : float64 (T, K), T >= 1
    transition : float64 (K, K)
    smoothed : float64 (T, K), filled
    moves : float64 (K, K), filled
        Expected number of days from regime i to regime j; sums to T - 1.
    """
    days, count = filtered.shape
    predicted = filtered[days - 1].copy()
    smoothed[days - 1] = filtered[days - 1]
    moves[:] = 0.0
    for t in range(days - 2, -1, -1):
        advance(filtered[t], transition, predicted)
        for i in range(count):
            smoothed[t, i] = 0.0
            for j in range(count):
                if predicted[j] > 0:
                    both = filtered[t, i] * transition[i, j] / predicted[j] * smoothed[t + 1, j]
                    smoothed[t, i] += both
                    moves[i, j] += both


@kernel
def garch_filter(residuals, omega, alpha, gamma, beta, limit, variances):
    """Move `variances[0]` on through the days; give the variance of the day after the last.

    variances[t+1] = omega + (alpha + gamma [e_t < 0]) e_t^2 + beta min(variances[t], limit)
    (Glosten, Jagannathan and Runkle 1993, eq. 3), as in `kernels.garch.garch_day`.

    Parameters
    ----------
    residuals : float64 (T,)
        e_t, daily log returns less their mean.
    limit : float
        The largest variance that a day can have.
    variances : float64 (T,), filled from the second on
    """
    following = variances[0]
    for t in range(residuals.shape[0]):
        variances[t] = min(following, limit)
        news = alpha + gamma if residuals[t] < 0 else alpha
        following = omega + news * residuals[t] ** 2 + beta * variances[t]
    return min(following, limit)
