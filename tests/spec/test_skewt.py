"""The cut skewed t against Hansen's density by quadrature, and the well-kept library where the cut is far."""

from itertools import pairwise

import numpy as np
import pytest
import reference
from arch.univariate import SkewStudent
from scipy import integrate
from scipy.special import ndtri

from simulator.spec.skewt import CutSkewT
from simulator.spec.student import CutStudent

QUADRATURE = 1e-9  # relative, of either side
LAWS = [(2.05, 0.0), (2.5, -0.3), (4.0, 0.5), (8.0, -0.15), (30.0, 0.9), (1e4, -0.95)]
FAR = [(60.0, -0.3), (100.0, 0.0), (300.0, 0.6)]  # with 60 degrees of freedom 12 standard deviations are never reached


@pytest.mark.parametrize(("dof", "skew"), LAWS)
def test_moments_by_quadrature(dof, skew):
    if dof > 300:  # the twin's gamma function ends here
        dof = 300.0
    found, twin = CutSkewT(dof, skew), reference.CutSkewT(dof, skew)
    assert found.moments == pytest.approx((twin.mean, twin.sd), rel=QUADRATURE, abs=1e-10)
    knots = [-12, -4, -1, twin.kink, 1, 4, 12]
    mass, mean, second = (
        sum(
            integrate.quad(lambda z, n=order: z**n * twin.density(z), a, b, epsabs=1e-13)[0] for a, b in pairwise(knots)
        )
        for order in range(3)
    )
    assert found.moments[0] == pytest.approx(mean / mass, abs=1e-9)
    assert found.moments[1] == pytest.approx(np.sqrt(second / mass - (mean / mass) ** 2), rel=1e-8)


@pytest.mark.parametrize(("dof", "skew"), LAWS)
def test_log_mean_exp_starts_as_a_unit_variance(dof, skew):
    """log E exp(c e) = c^2 / 2 + k c^3 / 6 + ..., k the skewness."""
    law, c = CutSkewT(dof, skew), 1e-3
    even = (law.log_mean_exp(c) + law.log_mean_exp(-c)) / 2
    assert even == pytest.approx(c**2 / 2, rel=1e-4)
    assert law.log_mean_exp(0.0) == pytest.approx(0, abs=1e-14)
    assert np.isfinite(law.log_mean_exp(10.0))


@pytest.mark.parametrize(("dof", "skew"), [law for law in LAWS if law[0] < 300])
def test_from_normal_is_the_inverse_law_and_its_slope(dof, skew):
    z = np.linspace(-6.75, 6.75, 109)
    e, slope = CutSkewT(dof, skew).from_normal(z)
    assert e == pytest.approx(reference.CutSkewT(dof, skew).of_normal(z), rel=1e-9, abs=1e-9)
    step = 1e-5
    rise = CutSkewT(dof, skew).from_normal(z + step)[0] - CutSkewT(dof, skew).from_normal(z - step)[0]
    assert slope == pytest.approx(rise / (2 * step), rel=1e-4, abs=1e-9)
    assert (np.diff(e) > 0).all()


@pytest.mark.parametrize(("dof", "skew"), FAR)
def test_far_from_the_cut_it_is_archs_law(dof, skew):
    theirs, ours = SkewStudent(), CutSkewT(dof, skew)
    p = np.array([1e-6, 1e-3, 0.05, 0.3, 0.5, 0.7, 0.95, 0.999, 1 - 1e-6])
    e, _ = ours.from_normal(ndtri(p))
    assert e == pytest.approx(theirs.ppf(p, np.array([dof, skew])), rel=1e-7, abs=1e-9)
    lower = theirs.partial_moment(2, 0.0, np.array([dof, skew]))
    assert ours.lower_variance == pytest.approx(lower, rel=1e-6)


@pytest.mark.parametrize("dof", [2.5, 4.0, 30.0])
def test_without_skew_it_is_the_cut_student(dof):
    z = np.linspace(0, 6.75, 50)
    skewless, student = CutSkewT(dof, 0.0), CutStudent(dof)
    for found, expected in zip(skewless.from_normal(z), student.from_normal(z), strict=True):
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert skewless.from_normal(-z)[0] == pytest.approx(-student.from_normal(z)[0], rel=1e-9, abs=1e-12)
    assert skewless.log_mean_exp(0.2) == pytest.approx(student.log_mean_exp(0.2), rel=1e-9)
    assert skewless.lower_variance == pytest.approx(0.5, abs=1e-12)


@pytest.mark.parametrize("dof", [2.05, 5.0, 1e6])
@pytest.mark.parametrize("skew", [0.2, 0.999])
def test_mirrored_laws(dof, skew):
    """The far ends of the parameters give numbers, and the other skew the mirror image."""
    one, other = CutSkewT(dof, skew), CutSkewT(dof, -skew)
    z = np.linspace(-6.75, 6.75, 55)
    assert one.from_normal(z)[0] == pytest.approx(-other.from_normal(-z)[0], rel=1e-6, abs=1e-8)
    assert one.lower_variance + other.lower_variance == pytest.approx(1, abs=1e-5)
    assert np.isfinite(one.from_normal(z)).all()
