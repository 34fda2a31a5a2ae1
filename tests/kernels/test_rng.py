"""Random numbers: official answers, the plain twin, and the law and independence of what is drawn."""

import numba
import numpy as np
import pytest
import reference
from examples import drawn_normals, drawn_words
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from simulator.kernels.rng import REGIMES, box_muller, words_of_lanes

NORMAL_ERROR = 2e-6  # absolute, of a single-precision normal of up to 6.67
STREAMS, PER_STREAM = 256, 8192  # interleaved: adjacent paths, days, slots and seeds
SIGMAS = 4.5  # of a standard error, for one of a few hundred looks at fixed seeds


OFFICIAL = [  # Random123, kat_vectors: counter, key, result
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((2**32 - 1,) * 4, (2**32 - 1,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "result"), OFFICIAL)
def test_official_answers(counter, key, result):
    assert reference.philox4x32(counter, key) == result
    path, seed = counter[0] + (counter[1] << 32), key[0] + (key[1] << 32)
    assert tuple(drawn_words(seed, path, counter[2], counter[3], 1)[:, 0]) == result


words32, words64 = st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1)


@given(seed=words64, path=words64, call=words32, slot=words32)
@settings(max_examples=300, deadline=None)
def test_words_equal_the_twin(seed, path, call, slot):
    assert tuple(drawn_words(seed, path, call, slot, 1)[:, 0]) == reference.words(seed, path, call, slot)


@pytest.mark.parametrize("first", [0, 2**32 - 3, 2**40 - 2])
def test_lanes_are_consecutive_paths(first):
    """Also across the carry into the counter's second word."""
    words = drawn_words(2**64 - 1, first, 7, REGIMES, 6)
    for lane in range(6):
        assert tuple(words[:, lane]) == reference.words(2**64 - 1, first + lane, 7, REGIMES)


def test_words_of_some_lanes_are_those_of_all():
    lanes, words = np.array([5, 0, 2], np.uint32), np.zeros((8, 4), np.uint32)
    words_of_lanes(np.uint64(3), np.uint64(2**32 - 3), lanes, 3, np.uint64(8), np.uint64(REGIMES), words)
    assert (words[:4, :3] == drawn_words(3, 2**32 - 3, 8, REGIMES, 6)[:, lanes]).all()
    assert (words[4:, :3] == drawn_words(3, 2**32 - 3, 9, REGIMES, 6)[:, lanes]).all()
    assert (words[:, 3] == 0).all()


@numba.njit(error_model="numpy")
def pairs(radius_words, angle_words, z):
    for i in range(radius_words.shape[0]):
        z[i, 0], z[i, 1] = box_muller(radius_words[i], angle_words[i])


def test_normals_equal_the_twin_at_extreme_words():
    """Smallest and largest radius, with angles at the ends and the middle of each half turn."""
    radius = [0, 1, 2, 3, 2**31 - 1, 2**31, 2**32 - 2, 2**32 - 1]
    angle = [0, 1, 2**30 - 1, 2**30, 2**30 + 1, 2**31 - 1, 2**31, 2**31 + 2**30, 2**32 - 1]
    grid = np.array([(a, b) for a in radius for b in angle], np.uint32)
    z = np.empty(grid.shape, np.float32)
    pairs(grid[:, 0], grid[:, 1], z)
    twin = np.array([reference.box_muller(int(a), int(b)) for a, b in grid])
    assert np.abs(z - twin).max() < NORMAL_ERROR
    assert np.abs(z).max() == pytest.approx(np.sqrt(64 * np.log(2)), rel=1e-6)  # 6.66


def test_normals_equal_the_twin():
    z = drawn_normals(5, 2**33, 3, 500)
    twin = np.array([reference.normals(5, 2**33 + lane, 16)[12:] for lane in range(500)])
    assert np.abs(z.T - twin).max() < NORMAL_ERROR


def test_normals_by_polynomial_equal_box_muller_over_a_large_sample():
    """A million pairs against NumPy's functions, large |z| included."""
    generator = np.random.default_rng(2)
    radius_words = (generator.integers(0, 2**32, 2**20) >> generator.integers(0, 32, 2**20)).astype(np.uint32)
    angle_words = generator.integers(0, 2**32, 2**20, dtype=np.uint32)
    z = np.empty((2**20, 2), np.float32)
    pairs(radius_words, angle_words, z)
    radius = np.sqrt(-2 * np.log(((radius_words >> 1) + 0.5) / 2.0**31))
    angle = np.pi / 2 * (angle_words << np.uint32(1)).view(np.int32) / 2.0**31 + np.pi * (angle_words >> 31)
    twin = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    assert np.abs(twin).max() > 6.5
    assert np.abs(z - twin).max() < NORMAL_ERROR


@pytest.fixture(scope="module")
def interleaved():
    """Normals of 256 streams, (streams, draws): 4 seeds x 64 blocks of paths, some beyond 2^32."""
    streams = []
    for seed in (0, 1, 2, 2**63 + 1):
        for block in range(STREAMS // 4):
            path = 2**34 * (block % 2) + 2048 * block
            streams.append(drawn_normals(seed, path, block // 8, PER_STREAM // 4).ravel())
    return np.array(streams, float)


def test_normals_have_the_normal_law(interleaved):
    """Kolmogorov-Smirnov on the whole and on every stream: the p-values of the streams are uniform."""
    assert stats.kstest(interleaved.ravel(), special.ndtr).pvalue > 1e-3
    each = [stats.kstest(stream, special.ndtr).pvalue for stream in interleaved]
    assert stats.kstest(each, "uniform").pvalue > 1e-3


def test_normals_have_normal_moments(interleaved):
    z, n = interleaved.ravel(), interleaved.size
    for order, moment in ((1, 0), (2, 1), (3, 0), (4, 3), (6, 15), (8, 105)):
        square = special.factorial2(2 * order - 1)
        assert abs((z**order).mean() - moment) < SIGMAS * np.sqrt((square - moment**2) / n), order


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 4.5])
@pytest.mark.parametrize("sign", [1, -1])
def test_normals_have_normal_tails(interleaved, limit, sign):
    p, n = special.ndtr(-limit), interleaved.size
    assert abs((sign * interleaved > limit).sum() - n * p) < SIGMAS * np.sqrt(n * p * (1 - p))


def test_far_tail():
    """Beyond 5 in 2^25 normals: 19.2 expected."""
    count = sum(int((np.abs(drawn_normals(9, 2**20 * k, 0, 2**20)) > 5).sum()) for k in range(8))
    assert 0.001 < stats.poisson.cdf(count, 2 * special.ndtr(-5) * 2**25) < 0.999


def correlations(a, b):
    """Correlation of a and b, of their squares, and of one's square with the other, in standard errors."""
    a, b, scaled = a.astype(float), b.astype(float), np.sqrt(a.size)
    return scaled * np.array(
        [np.corrcoef(f(a), g(b))[0, 1] for f in (np.copy, np.square) for g in (np.copy, np.square)]
    )


N = 2**18


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (drawn_normals(1, 0, 0, N), drawn_normals(1, 0, 1, N)),
        (drawn_normals(1, 0, 0, N), drawn_normals(1, 1, 0, N)),
        (drawn_normals(1, 0, 0, N), drawn_normals(1, 2**32, 0, N)),
        (drawn_normals(1, 0, 0, N), drawn_normals(2, 0, 0, N)),
        (drawn_normals(1, 0, 0, N), drawn_normals(1 + 2**32, 0, 0, N)),
        (drawn_normals(1, 0, 0, N), drawn_normals(1, 0, 0, N, slot=REGIMES)),
    ],
    ids=["next days", "next path", "path 2^32 on", "next seed", "seed 2^32 on", "other slot"],
)
def test_streams_are_independent(one, other):
    assert np.abs(correlations(one.ravel(), other.ravel())).max() < SIGMAS


@pytest.mark.parametrize(("day", "later"), [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)])
def test_days_of_one_call_are_independent(day, later):
    z = drawn_normals(3, 0, 0, N)
    assert np.abs(correlations(z[day], z[later])).max() < SIGMAS


def test_every_bit_of_the_words_is_fair():
    words = drawn_words(11, 0, 0, REGIMES, N)
    ones = np.array([np.count_nonzero((words >> np.uint32(bit)) & 1) for bit in range(32)])
    assert np.abs((ones - 2 * N) / np.sqrt(N)).max() < SIGMAS  # 4 N fair bits have the variance N
