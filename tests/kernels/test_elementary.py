"""The single-precision polynomials, on dense grids and at every extreme, against NumPy in double precision."""

import numba
import numpy as np
import pytest

from simulator.kernels import elementary

RELATIVE = 3e-7  # what log_uniform and expm1 state: about five units in the last place of a single
COS_ERROR, SIN_ERROR = 2e-7, 2.1e-7  # absolute, what they state


@numba.njit(error_model="numpy")
def each_log(n, out):
    for i in range(n.shape[0]):
        out[i] = elementary.log_uniform(n[i])


@numba.njit(error_model="numpy")
def each_expm1(x, out):
    for i in range(x.shape[0]):
        out[i] = elementary.expm1(x[i])


@numba.njit(error_model="numpy")
def each_turn(t, cos, sin):
    for i in range(t.shape[0]):
        cos[i] = elementary.cos_half_turn(t[i])
        sin[i] = elementary.sin_half_turn(t[i])


def log_error(n):
    n = np.unique(np.asarray(n, np.int32))
    out = np.empty(len(n), np.float32)
    each_log(n, out)
    # log(u) near u = 1 from 1 - u, which is exact in double precision
    exact = np.log1p((n.astype(float) + 0.5 - 2.0**31) / 2.0**31)
    return np.abs(out / exact - 1)


def test_log_of_every_small_word():
    assert log_error(np.arange(2**16)).max() < RELATIVE


def test_log_near_one():
    """Where log(u) is -2^-32 the relative error still holds: there the radius of a normal is near 0."""
    assert log_error(2**31 - 1 - np.arange(2**16)).max() < RELATIVE


def test_log_over_the_whole_range():
    spread = np.random.default_rng(1).integers(0, 2**31, 2**20)
    octaves = np.concatenate([2**k + np.arange(-3, 4) for k in range(3, 31)])
    root_half = round(2**30.5) + np.arange(-5000, 5000)  # where the mantissa wraps
    assert log_error(np.concatenate([spread, octaves, root_half])).max() < RELATIVE


def test_log_of_the_extreme_words():
    out = np.empty(2, np.float32)
    each_log(np.array([0, 2**31 - 1], np.int32), out)
    assert out == pytest.approx([np.log(2.0**-32), -(2.0**-32)], rel=RELATIVE)


def expm1_error(x):
    x = np.asarray(x, np.float32)
    out = np.empty_like(x)
    each_expm1(x, out)
    exact = np.expm1(x.astype(float))
    return np.abs(out - exact) / np.abs(np.where(exact == 0, 1, exact))


@pytest.mark.parametrize("reach", [1e-30, 1e-6, 0.01, 0.36, 1, 10, 80])
def test_expm1_over_the_clamp_range(reach):
    assert expm1_error(np.linspace(-reach, reach, 2**17)).max() < RELATIVE


def test_expm1_around_half_logarithms_of_two():
    """Where the reduced argument changes sides."""
    turns = np.log(2) / 2 * np.arange(-200, 200)
    assert expm1_error((turns[:, None] + np.linspace(-1e-4, 1e-4, 101)).ravel()).max() < RELATIVE


def test_expm1_beyond_the_clamp():
    out = np.empty(6, np.float32)
    each_expm1(np.array([-np.inf, -1e30, -81, 81, 1e30, np.inf], np.float32), out)
    assert (out[:3] == -1).all()  # the index loses all, never more
    assert out[3:] == pytest.approx(np.expm1(80.0), rel=RELATIVE)


def test_expm1_of_zero_is_zero():
    out = np.empty(2, np.float32)
    each_expm1(np.array([0.0, -0.0], np.float32), out)
    assert (out == 0).all()


def test_half_turns():
    t = np.linspace(-1, 1, 2**18 + 1).astype(np.float32)
    cos, sin = np.empty_like(t), np.empty_like(t)
    each_turn(t, cos, sin)
    angle = np.pi / 2 * t.astype(float)
    assert np.abs(cos - np.cos(angle)).max() < COS_ERROR
    assert np.abs(sin - np.sin(angle)).max() < SIN_ERROR
    assert (sin == -sin[::-1]).all() and (cos == cos[::-1]).all()


def test_logarithms_in_single_precision():
    u = np.exp(np.random.default_rng(1).uniform(-80, 60, 20_000)).astype(np.float32)
    u = np.concatenate([u, np.linspace(0.5, 2, 20_001, dtype=np.float32)])
    found = np.array([elementary.log_single(one) for one in u], float)
    exact = np.log(u.astype(float))
    assert (np.abs(found - exact) < 2e-7 * np.maximum(1, np.abs(exact))).all()
