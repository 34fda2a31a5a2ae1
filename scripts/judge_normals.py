"""Judge the core's standard normals by their distribution function, out to 6 sigma and beyond.

    .venv/bin/python scripts/judge_normals.py [--log2-normals 34] [--seed N]

First the exact law. A normal is a radius, made of 31 bits of one word, times a cosine or sine, made of 31 bits of
another, with a fair sign. Each of the 2^31 radii and 2^31 cosines is computed as the kernel does, and of their 2^62
products those beyond a limit are counted: no sampling error. Then a large sample: how many lie beyond each sigma, the
largest distance from the normal distribution function, moments, and neighbours. It takes about a minute.
"""

import argparse
import sys
from math import sqrt
from typing import NamedTuple

import numba
import numpy as np
from scipy import stats

from simulator.kernels.elementary import cos_half_turn, log_uniform, sin_half_turn
from simulator.kernels.rng import FILL_WORDS, MINUS_TWO, NORMALS, normals, philox_words

F = np.float32
LIMITS = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 6.5)  # sigma
JOINT_LIMITS = (1.0, 2.0, 3.0, 4.0)
RADII, ANGLES = 2**31, 2**31  # of equal chance; 2^30 of the angles have a positive sine
TAIL_RADII = 2**24  # beyond 3.1 sigma: never thinned out

# Singles are counted by their bits, which rise as they do
LEAST_RADIUS = int(F(0.5).view(np.int32))  # a smaller one passes no limit, for no cosine is above 1
LEAST_PART = int(F(1 / 16).view(np.int32))  # nor does a smaller cosine, for no radius is above 8
PLACES = 4 * 2**23 + 16  # four powers of two, and a little above 1
STEP = F(2.0**-30)  # from one angle to the next, in quarter turns


class Parts(NamedTuple):
    """How many radii, cosines and sines there are of each size: int64 (PLACES,), by their bits."""

    radii: np.ndarray
    cosines: np.ndarray
    sines: np.ndarray


def count_parts(thin: int = 1) -> Parts:
    """Count the parts of all words, or of every `thin`-th with its weight; the radii beyond 3.1 are all counted."""
    radii, cosines, sines = np.zeros((3, PLACES), np.int64)
    _count_radii(0, TAIL_RADII, 1, radii)
    _count_radii(TAIL_RADII, RADII, thin, radii)
    _count_angles(thin, cosines, sines)
    return Parts(radii, cosines, sines)


@numba.njit(error_model="numpy")
def _count_radii(first, last, thin, radii):
    for n in range(first + thin // 2, last, thin):
        radius = sqrt(MINUS_TWO * log_uniform(np.int32(n)))
        place = np.float32(radius).view(np.int32) - LEAST_RADIUS
        if place >= 0:
            radii[place] += thin


@numba.njit(error_model="numpy")
def _count_angles(thin, cosines, sines):
    """From 0 to a quarter turn, twice but at the ends: cosines are even, sines odd, to the last bit."""
    for n in range(0, ANGLES // 2 + 1, thin):
        t = F(np.float64(n)) * STEP
        weight = thin if n == 0 or n == ANGLES // 2 else 2 * thin
        cosine = np.float32(cos_half_turn(t)).view(np.int32) - LEAST_PART
        if cosine >= 0:
            cosines[cosine] += weight
        sine = np.float32(sin_half_turn(t)).view(np.int32) - LEAST_PART
        if sine >= 0:
            sines[sine] += weight


def tail(radii: np.ndarray, parts: np.ndarray, z: float) -> float:
    """P(Z > z) of the law of all words, 0.5 <= z; `parts` are the counts of cosines or of sines."""
    return _pairs_beyond(radii, parts, F(z)) / (RADII * ANGLES) / 2  # the sign is fair


@numba.njit(error_model="numpy")
def _pairs_beyond(radii, parts, z):
    """How many products of a radius and a part, rounded to single, are above `z`."""
    pairs = passing = np.int64(0)
    part = parts.size - 1
    for place in range(radii.size):
        if radii[place] > 0:
            radius = np.int32(LEAST_RADIUS + place).view(np.float32)
            while part >= 0 and radius * np.int32(LEAST_PART + part).view(np.float32) > z:
                passing += parts[part]
                part -= 1
            pairs += radii[place] * passing
    return pairs


def joint_tail(radii: np.ndarray, a: float, b: float, thin: int = 64) -> float:
    """P(Z1 > a and Z2 > b) of the two normals of a pair, by every `thin`-th angle; a, b >= 0.5."""
    beyond = np.append(np.cumsum(radii[::-1])[::-1], 0)
    return _pairs_beyond_both(beyond, a, b, thin) / (RADII * ANGLES / 2) / 4  # fair signs of radius and sine


@numba.njit(error_model="numpy")
def _pairs_beyond_both(beyond, a, b, thin):
    pairs = np.int64(0)
    for n in range(thin // 2, ANGLES // 2, thin):
        t = F(np.float64(n)) * STEP
        least = max(a / max(cos_half_turn(t), STEP), b / max(sin_half_turn(t), STEP))
        if least < 8.0:
            pairs += thin * beyond[np.float32(least).view(np.int32) - LEAST_RADIUS + 1]
    return pairs


FINE, REACH = 256, 8  # bins a sigma; they end at 8
CLASSES = 10  # of neighbours: a sigma each, from below -4 to above 4
NEIGHBOURS = ("the other normal of the pair", "two days later", "the next path")
LANES = 256
FEWEST = 10  # expected of a cell, for chi square to have its law
FAILURE = 1e-6  # of some twenty looks none should be as unlikely


class Sample(NamedTuple):
    """What was counted of a sample of normals."""

    bins: np.ndarray  # int64 (2 * REACH * FINE,)
    classes: np.ndarray  # int64 (neighbours, CLASSES, CLASSES): of a normal and of its neighbour
    powers: np.ndarray  # float64 (4,): sums of z to z^4

    @property
    def size(self) -> int:
        return int(self.bins.sum())


def draw(count: int, seed: int) -> Sample:
    """Count `count` normals or a few more: 256 neighbouring paths, 2048 days of each, then the next paths."""
    sample = Sample(
        np.zeros(2 * REACH * FINE, np.int64), np.zeros((len(NEIGHBOURS), CLASSES, CLASSES), np.int64), np.zeros(4)
    )
    fills = 256
    for turn in range(-(-count // (LANES * FILL_WORDS * fills))):
        _draw(np.uint64(seed), np.uint64(turn * LANES), fills, *sample)
    return sample


@numba.njit(error_model="numpy")
def _draw(seed, first_path, fills, bins, classes, powers):
    words, z = np.empty((FILL_WORDS, LANES), np.uint32), np.empty((FILL_WORDS, LANES), np.float32)
    size = np.empty((FILL_WORDS, LANES), np.int8)
    for fill in range(fills):
        philox_words(seed, first_path, np.uint64(2 * fill), np.uint64(NORMALS), words)
        normals(words, z)
        for row in range(FILL_WORDS):
            first = second = third = fourth = 0.0
            for lane in range(LANES):
                value = np.float64(z[row, lane])
                bins[np.int64((value + REACH) * FINE)] += 1
                size[row, lane] = np.int8(min(max(value + CLASSES // 2, 0.0), CLASSES - 1.0))
                square = value * value
                first += value
                second += square
                third += square * value
                fourth += square * square
            powers += np.array((first, second, third, fourth))
        for row in range(0, FILL_WORDS, 2):
            for lane in range(LANES):
                classes[0, size[row, lane], size[row + 1, lane]] += 1
        for row in range(FILL_WORDS // 2):
            for lane in range(LANES):
                classes[1, size[row, lane], size[row + FILL_WORDS // 2, lane]] += 1
        for row in range(FILL_WORDS):
            for lane in range(0, LANES, 2):
                classes[2, size[row, lane], size[row, lane + 1]] += 1


class Look(NamedTuple):
    """One look at a sample: what was found, what is expected, and how likely it is to be found so far off."""

    about: str
    found: float
    expected: float
    p: float


def tails(sample: Sample) -> list[Look]:
    """How many are beyond -6 to -1 and 1 to 6 sigma; p two-sided, binomial."""
    looks = []
    for sigma in (*range(-6, 0), *range(1, 7)):
        edge = (sigma + REACH) * FINE
        found = int((sample.bins[:edge] if sigma < 0 else sample.bins[edge:]).sum())
        chance = stats.norm.sf(abs(sigma))
        one_sided = min(stats.binom.cdf(found, sample.size, chance), stats.binom.sf(found - 1, sample.size, chance))
        looks.append(Look(f"beyond {sigma:+d} sigma", found, sample.size * chance, min(1.0, 2 * one_sided)))
    return looks


def distance(sample: Sample) -> Look:
    """Largest distance from the normal distribution function, at 256 places a sigma (Kolmogorov)."""
    edges = np.arange(1, sample.bins.size + 1) / FINE - REACH
    found = np.abs(np.cumsum(sample.bins) / sample.size - stats.norm.cdf(edges)).max()
    scale = sqrt(sample.size)
    return Look("distance of Kolmogorov", found, stats.kstwobign.mean() / scale, stats.kstwobign.sf(scale * found))


def moments(sample: Sample) -> list[Look]:
    """The means of z to z^4, which have standard errors by the moments of twice the order."""
    looks = []
    for order, total, moment, twice in zip(range(1, 5), sample.powers, (0, 1, 0, 3), (1, 3, 15, 105), strict=True):
        error = sqrt((twice - moment**2) / sample.size)
        looks.append(
            Look(
                f"mean of z^{order}", mean := total / sample.size, moment, 2 * stats.norm.sf(abs(mean - moment) / error)
            )
        )
    return looks


def neighbours(sample: Sample) -> list[Look]:
    """Chi square of each table of neighbours against independent normals; rare cells are one."""
    chances = np.diff(stats.norm.cdf([-np.inf, *range(1 - CLASSES // 2, CLASSES // 2), np.inf]))
    looks = []
    for about, table in zip(NEIGHBOURS, sample.classes, strict=True):
        expected = table.sum() * np.outer(chances, chances)
        rare = expected < FEWEST
        cells = np.array([*zip(table[~rare], expected[~rare], strict=True), (table[rare].sum(), expected[rare].sum())])
        found, p = stats.chisquare(*cells[cells[:, 1] > 0].T)
        looks.append(Look(f"chi square with {about}", found, (cells[:, 1] > 0).sum() - 1, p))
    return looks


def judge(sample: Sample) -> list[Look]:
    """All looks at a sample."""
    return [*tails(sample), distance(sample), *moments(sample), *neighbours(sample)]


def show_law() -> None:
    """Print the exact law beside the normal one."""
    parts = count_parts()
    print(f"{'law of all words':24}{'normal':>14}{'cosine':>12}{'sine':>12}  (relative difference)")
    for z in LIMITS:
        normal = stats.norm.sf(z)
        off = [tail(parts.radii, each, z) / normal - 1 for each in (parts.cosines, parts.sines)]
        print(f"{f'P(Z > {z})':24}{normal:>14.6e}{off[0]:>12.1e}{off[1]:>12.1e}", flush=True)
    for z in JOINT_LIMITS:
        normal = stats.norm.sf(z) ** 2
        off = joint_tail(parts.radii, z, z) / normal - 1
        print(f"{f'P(Z1 > {z}, Z2 > {z})':24}{normal:>14.6e}{off:>12.1e}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Judge the core's normals by their distribution function.")
    parser.add_argument("--log2-normals", type=int, default=34, help="How many the sample has. [34: 2^34]")
    parser.add_argument("--seed", type=int, default=1, help="[1]")
    args = parser.parse_args()
    show_law()
    looks = judge(draw(2**args.log2_normals, args.seed))
    print(f"\n{f'2^{args.log2_normals} normals, seed {args.seed}':48}{'found':>14}{'expected':>14}{'p':>10}")
    for look in looks:
        print(f"{look.about:48}{look.found:>14.8g}{look.expected:>14.8g}{look.p:>10.2g}")
    sys.exit(any(look.p < FAILURE for look in looks))


if __name__ == "__main__":
    main()
