"""Words of 256 interleaved streams, judged by SciPy's tests and laws; each test finds the poor streams that it is for.

scripts/judge_random.py has the same words judged by whole batteries.
"""

from itertools import islice

import numpy as np
import pytest
from loaded import script
from scipy import signal, stats
from scipy.spatial import KDTree

judge_random = script("judge_random")
ORDERS = judge_random.orders(seed=1)
WORDS = 2**20
STREAMS = 256
ALARM = 1e-5  # one of a hundred looks at good words falls below this once in a thousand choices of seeds
REJECTED = 1e-12  # far beyond the luck of any seed


def uniforms(words):
    return (words + 0.5) / 2**32


def bytes_are_alike(words):
    return stats.chisquare(np.bincount(words.view(np.uint8), minlength=256)).pvalue


def streams_are_alike(words):
    """The four highest bits of each of the streams."""
    counts = [np.bincount(stream, minlength=16) for stream in (words >> 28).reshape(-1, STREAMS).T]
    return stats.chisquare(np.ravel(counts)).pvalue


def law_is_uniform(words):
    return stats.kstest(uniforms(words), "uniform").pvalue


def pairs_are_alike(first, second):
    """Chi square of the six highest bits of two words."""
    return stats.chisquare(np.bincount(((first >> 26) << 6 | (second >> 26)).ravel(), minlength=2**12)).pvalue


def neighbours_are_independent(words):
    return pairs_are_alike(words[0::2], words[1::2])


def next_words_of_a_stream_are_independent(words):
    pairs = words.reshape(-1, 2, STREAMS)
    return pairs_are_alike(pairs[:, 0], pairs[:, 1])


def spectrum_is_flat(words):
    """Ordinates of white noise are exponential; the largest shows a period, the law of all a hum."""
    power = signal.periodogram(uniforms(words) - 0.5, scaling="spectrum", detrend=False)[1][1:-1]
    power *= WORDS * 6  # 1/12 is the variance, half of it at each sign of a frequency
    largest = -np.expm1(-power.size * np.exp(-power.max()))
    return 2 * min(largest, stats.kstest(power, "expon").pvalue, 0.5)


def spacings_do_not_repeat(words):
    """Birthday spacings (Marsaglia): of 4096 in a year of 2^32 days, 4 on average are a spacing seen before."""
    spacings = np.sort(np.diff(np.sort(words.reshape(-1, 4096))))
    repeats = np.count_nonzero(np.diff(spacings) == 0)
    mean = 4096**3 / 2**34 * (words.size // 4096)
    return 2 * min(stats.poisson.cdf(repeats, mean), stats.poisson.sf(repeats - 1, mean), 0.5)


def points_keep_their_distance(words):
    """Least distance of 1024 points of a torus in three dimensions: its third power is all but exponential."""
    count = 1024
    nearest = []
    for points in uniforms(words[: 128 * 3 * count]).reshape(-1, count, 3):
        nearest.append(KDTree(points, boxsize=1).query(points, k=2)[0][:, 1].min())
    rate = count * (count - 1) / 2 * 4 / 3 * np.pi
    return stats.kstest(rate * np.array(nearest) ** 3, "expon").pvalue


TESTS = (
    bytes_are_alike,
    streams_are_alike,
    law_is_uniform,
    neighbours_are_independent,
    next_words_of_a_stream_are_independent,
    spectrum_is_flat,
    spacings_do_not_repeat,
    points_keep_their_distance,
)


def first_words(order):
    chunks = judge_random.read_in(order)
    first = next(chunks)
    return np.concatenate([first, *islice(chunks, WORDS // first.size - 1)])


@pytest.mark.parametrize("name", ORDERS)
@pytest.mark.parametrize("turned", [False, True], ids=["highest bits", "lowest bits"])
def test_no_order_of_reading_shows_a_pattern(name, turned):
    words = first_words(ORDERS[name])
    if turned:
        words = judge_random.backwards(words)
    assert words.size == WORDS
    assert {test.__name__: p for test in TESTS if (p := test(words)) < ALARM} == {}


LOW, HALF = np.uint64(2**32 - 1), np.uint64(32)


def philox(rounds):
    """Philox4x32 of 256 paths, day after day; ten rounds are the core's."""
    call, path = (each.ravel() for each in np.indices((WORDS // (4 * STREAMS), STREAMS), dtype=np.uint64))
    c0, c1, c2, c3 = path, np.zeros_like(path), call, np.zeros_like(path)
    k0, k1 = np.uint64(1), np.uint64(0)
    for _ in range(rounds):
        p0, p1 = np.uint64(0xD2511F53) * c0, np.uint64(0xCD9E8D57) * c2
        c0, c1, c2, c3 = (p1 >> HALF) ^ c1 ^ k0, p1 & LOW, (p0 >> HALF) ^ c3 ^ k1, p0 & LOW
        k0, k1 = (k0 + np.uint64(0x9E3779B9)) & LOW, (k1 + np.uint64(0xBB67AE85)) & LOW
    return np.array([c0, c1, c2, c3], np.uint32).reshape(4, -1, STREAMS).transpose(1, 0, 2).ravel()


def test_ten_rounds_are_the_core():
    assert (philox(10) == first_words(ORDERS["paths"])).all()


GOOD = np.random.default_rng(1).integers(0, 2**32, WORDS, dtype=np.uint32)


def congruential():
    """A generator of 16 bits, two numbers a word."""
    numbers = [1]
    for _ in range(2**16 - 1):
        numbers.append((25173 * numbers[-1] + 13849) % 2**16)
    high, low = np.resize(np.array(numbers, np.uint32), 2 * WORDS).reshape(-1, 2).T
    return high << 16 | low


def overlapping():
    """Each stream runs one word ahead of the one before it."""
    return np.lib.stride_tricks.sliding_window_view(GOOD, STREAMS)[: WORDS // STREAMS].ravel()


def one_large():
    """One stream of the 256 has its highest bit set."""
    words = GOOD.copy()
    words[17::STREAMS] |= np.uint32(2**31)
    return words


def repeated(apart):
    """Of two words `apart` from each other, the second begins as the first."""
    words = GOOD.copy().reshape(-1, 2, apart)
    words[:, 1] = words[:, 1] >> 4 | words[:, 0] >> 28 << 28
    return words.ravel()


POOR = {
    "Philox of two rounds": (philox(2), TESTS),
    "Philox of five rounds": (philox(5), [neighbours_are_independent]),
    "a generator of 16 bits": (congruential(), [law_is_uniform, spectrum_is_flat, points_keep_their_distance]),
    "streams that overlap": (overlapping(), [spacings_do_not_repeat, spectrum_is_flat]),
    "one stream too large": (one_large(), [streams_are_alike]),
    "a path like the one before": (repeated(1), [neighbours_are_independent, points_keep_their_distance]),
    "a day like the one before": (repeated(STREAMS), [next_words_of_a_stream_are_independent]),
}


@pytest.mark.parametrize(
    ("stream", "test"),
    [(name, test) for name, (_, tests) in POOR.items() for test in tests],
    ids=lambda each: getattr(each, "__name__", each),
)
def test_poor_streams_are_rejected(stream, test):
    words = POOR[stream][0]
    assert min(test(words), test(judge_random.backwards(words))) < REJECTED


@pytest.mark.parametrize("test", TESTS)
def test_another_generator_is_not_rejected(test):
    assert min(test(GOOD), test(judge_random.backwards(GOOD))) > ALARM
