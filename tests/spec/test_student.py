"""The cut Student-t law against an independent quadrature."""

import numpy as np
import pytest
import reference

from simulator.spec.student import CutStudent

DOFS = [2.05, 2.5, 3.0, 4.0, 8.0, 100.0]
QUADRATURE = 1e-8  # relative, of either side


@pytest.mark.parametrize("dof", DOFS)
def test_scale(dof):
    assert CutStudent(dof).scale == pytest.approx(reference.CutT(dof).scale, rel=QUADRATURE)


def test_scale_of_many_degrees_of_freedom_is_one():
    assert CutStudent(1e6).scale == pytest.approx(1, abs=2e-6)


@pytest.mark.parametrize("dof", DOFS)
def test_log_mean_exp_starts_as_a_unit_variance(dof):
    """log E exp(c e) = c^2 / 2 + O(c^4): the innovations have mean 0 and variance 1."""
    c = 1e-3
    assert CutStudent(dof).log_mean_exp(c) == pytest.approx(c**2 / 2, rel=1e-4)
    assert CutStudent(dof).log_mean_exp(0.0) == pytest.approx(0, abs=1e-15)
    assert CutStudent(dof).log_mean_exp(0.5) == pytest.approx(CutStudent(dof).log_mean_exp(-0.5), rel=1e-12)


def test_log_mean_exp_of_a_huge_reach_is_finite():
    assert np.isfinite(CutStudent(3.0).log_mean_exp(1e4))


@pytest.mark.parametrize("dof", DOFS)
def test_from_normal(dof):
    z = np.linspace(0, 6.75, 55)
    e, slope = CutStudent(dof).from_normal(z)
    assert e == pytest.approx(-reference.CutT(dof).of_normal(-z), rel=1e-9, abs=1e-12)
    step = 1e-5
    rise = CutStudent(dof).from_normal(z[1:] + step)[0] - CutStudent(dof).from_normal(z[1:] - step)[0]
    assert slope[1:] == pytest.approx(rise / (2 * step), rel=1e-5, abs=1e-9)
