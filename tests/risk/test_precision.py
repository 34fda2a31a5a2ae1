"""As many paths as a figure's error asks for."""

import re
from math import nan

import numpy as np
import pytest
from examples import market, run

from simulator.distribution import Estimate
from simulator.engine.simulate import simulate
from simulator.errors import LetfError
from simulator.risk.precision import MARGIN, simulate_to

SPEC = run(market(3), 3.0, costs=True, horizons=(5,), paths=2_000)


def chance_of_loss(result):
    law = result.fund_return("F3", 5)
    return Estimate(law.prob_below_zero, law.prob_below_zero_stderr)


def mean(result):
    law = result.fund_return("F3", 5)
    return Estimate(law.mean, law.stderr)


@pytest.mark.parametrize("figure", [chance_of_loss, mean])
def test_the_error_is_reached_without_waste(figure):
    """A mean's error is known to some percent from 2,000 paths, so twice the paths that were needed is plenty."""
    first = figure(simulate(SPEC)).stderr
    asked = first / 4
    result = simulate_to(SPEC, figure, asked)
    assert figure(result).stderr <= asked
    assert result.spec.paths < 2 * 16 * SPEC.paths


def test_the_result_is_that_of_its_own_spec():
    result = simulate_to(SPEC, mean, 0.0005)
    again = simulate(result.spec, threads=1)
    assert result.spec.paths > SPEC.paths
    assert np.array_equal(result.sums, again.sums) and np.array_equal(result.counts, again.counts)


def test_what_is_sure_at_once_runs_once():
    assert simulate_to(SPEC, mean, 0.1).spec == SPEC


def test_a_figure_that_needs_more_than_it_seemed_gets_it():
    """Errors that shrink more slowly than 1 / sqrt(n): another round, then another, never fewer paths."""
    seen = []

    def slow(result):
        seen.append(result.spec.paths)
        return Estimate(0.0, (SPEC.paths / result.spec.paths) ** 0.25)

    result = simulate_to(SPEC, slow, 0.5)
    assert seen[0] == SPEC.paths and seen[1] == pytest.approx(MARGIN * 4 * SPEC.paths, abs=1)
    assert len(seen) > 2 and seen == sorted(seen) and result.spec.paths == seen[-1] >= 16 * SPEC.paths


def test_too_many_paths_are_refused_with_their_number():
    error = mean(simulate(SPEC)).stderr
    needed = MARGIN * SPEC.paths * (error / 1e-5) ** 2
    message = (
        f"precision 1e-05 needs about {needed:,.0f} paths, more than 1,000,000: with 2,000 the error is {error:.2g}; "
    )
    with pytest.raises(LetfError, match=re.escape(message)):
        simulate_to(SPEC, mean, 1e-5, most_paths=1_000_000)


def test_an_unknown_error_is_refused():
    with pytest.raises(LetfError, match="not known from 2,000 paths, so it cannot be brought to"):
        simulate_to(SPEC, lambda result: Estimate(0.1, nan), 0.01)


@pytest.mark.parametrize("error", [0.0, -0.1, nan])
def test_an_error_of_nothing_is_refused(error):
    with pytest.raises(LetfError, match=r"precision must be in \[1e-12, 1e\+06\], got"):
        simulate_to(SPEC, mean, error)


def test_progress_counts_the_paths_of_all_runs():
    heard = []
    result = simulate_to(SPEC, mean, 0.0005, on_progress=lambda done, begun: heard.append((done, begun)))
    assert heard == sorted(heard) and all(done <= begun for done, begun in heard)
    assert heard[-1][0] == heard[-1][1] >= SPEC.paths + result.spec.paths
