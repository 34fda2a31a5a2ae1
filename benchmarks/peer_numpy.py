"""NumPy: chunks of paths, one array operation after another; normals by Generator.standard_normal."""

from functools import partial

import numpy as np
from tally import BINS, FIRST64, SHIFT64, SIDE, SMALLEST, Statistics
from workload import Workload

NAME = "NumPy, standard_normal of SFC64"
SCOPE = "whole"
CHUNK = 32768  # paths; smaller chunks fit a nearer cache but pay more for each call (README)
WORD = 2.0**32


def available() -> str | None:
    return None


def ziggurat(rng: np.random.Generator, out):
    """Fill `out` (2, n) float32 with standard normals."""
    rng.standard_normal(dtype=np.float32, out=out)


def simulate(workload: Workload, paths: int, seed: int, normals=ziggurat) -> Statistics:
    """Run `paths` paths on one thread; memory does not grow with them."""
    rng = np.random.Generator(np.random.SFC64(seed))
    result = Statistics.empty(workload)
    for done in range(0, paths, CHUNK):
        run_chunk(workload, min(CHUNK, paths - done), rng, partial(normals, rng), result)
    return result


def run_chunk(workload: Workload, n: int, rng, normals, result: Statistics):
    """Simulate `n` paths: float32 up to a day's growth, float64 from there; random numbers for two days at a time.

    A fund grows by 1 + L (e^x - 1) + carry = L e^x + (1 - L + carry).
    """
    regimes, observer = Regimes(workload, n), Observer(workload, n)
    leverages = np.array(workload.leverages)[:, None]
    kept = 1 - leverages + np.array(workload.carry)[:, None]
    z, day_growth, index = np.empty((2, n), np.float32), np.empty(n), np.ones(n)
    funds = np.ones((len(leverages), n))
    growth, floor = np.empty_like(funds), np.zeros_like(funds)
    for day in range(workload.days):
        if day % 2 == 0:
            normals(z)
            words = rng.bit_generator.random_raw(n).view(np.uint32).reshape(2, n)
        if day == 0:
            regimes.start(words[0])
        else:
            regimes.step(words[day % 2])
        x = z[day % 2]
        np.multiply(x, regimes.sd, out=x)
        np.add(x, regimes.mean, out=x)
        np.exp(x, out=x)
        np.copyto(day_growth, x)
        np.multiply(index, day_growth, out=index)
        np.multiply(leverages, day_growth, out=growth)
        np.add(growth, kept, out=growth)
        np.maximum(growth, floor, out=growth)  # an array: the scalar 0.0 takes three times as long
        np.multiply(funds, growth, out=funds)
        if day + 1 in workload.horizons:
            observer.add(index, funds, workload.horizons.index(day + 1), result)
    result.paths += n


class Regimes:
    """Regime, mean and standard deviation of each path, moved on by one uint32 a path and day.

    A path stays where its word is below `stay`, the usual case and one comparison; only those that leave are looked up.
    """

    def __init__(self, workload: Workload, n: int):
        law = np.array(workload.transition)
        count = len(law)
        self.stay_of = self._words(law.diagonal())
        self.others = np.array([np.delete(np.arange(count), k) for k in range(count)])
        leave = np.array([np.delete(row, k) for k, row in enumerate(law)])
        self.splits = self._words(law.diagonal()[:, None] + np.cumsum(leave, axis=1)[:, :-1])
        self.first = self._words(workload.first)
        self.mean_of, self.sd_of = np.float32(workload.mean), np.float32(workload.sd)
        self.regime, self.stay = np.empty(n, np.intp), np.empty(n, np.uint32)
        self.mean, self.sd = np.empty(n, np.float32), np.empty(n, np.float32)

    @staticmethod
    def _words(probabilities):
        return np.minimum(np.round(probabilities * WORD), WORD - 1).astype(np.uint32)

    def start(self, words):
        """Draw day 1's regimes."""
        self._enter(slice(None), np.searchsorted(self.first, words, side="right"))

    def step(self, words):
        """Move to the next day."""
        (leavers,) = np.nonzero(words >= self.stay)
        old = self.regime[leavers]
        place = (words[leavers, None] >= self.splits[old]).sum(axis=1)
        self._enter(leavers, self.others[old, place])

    def _enter(self, paths, regime):
        self.regime[paths] = regime
        self.stay[paths] = self.stay_of[regime]
        self.mean[paths] = self.mean_of[regime]
        self.sd[paths] = self.sd_of[regime]


class Observer:
    """Adds the state of a chunk at one horizon to the statistics."""

    def __init__(self, workload: Workload, n: int):
        self.leverages = np.array(workload.leverages)[:, None]
        shape = 1 + 2 * len(self.leverages), n
        self.values, self.work, self.bins = np.empty(shape), np.empty(shape), np.empty(shape, np.int64)
        self.zero_bins = BINS * np.arange(shape[0])[:, None] + SIDE

    def add(self, index, funds, horizon: int, result: Statistics):
        """`index` (n,) and `funds` (funds, n): growth since day 0."""
        v, work, bins = self.values, self.work, self.bins
        np.subtract(index, 1.0, out=v[0])
        np.subtract(funds, 1.0, out=v[1::2])
        np.multiply(self.leverages, v[0], out=v[2::2])
        np.subtract(v[1::2], v[2::2], out=v[2::2])
        result.sums[horizon] += v.sum(axis=1)
        result.squares[horizon] += np.einsum("ij,ij->i", v, v)
        np.abs(v, out=work)
        np.add(work, SMALLEST, out=work)
        np.right_shift(work.view(np.int64), SHIFT64, out=bins)
        np.subtract(bins, FIRST64, out=bins)
        np.minimum(bins, SIDE - 1, out=bins)
        np.right_shift(v.view(np.int64), 63, out=work.view(np.int64))  # -1 for a negative value, else 0
        np.bitwise_xor(bins, work.view(np.int64), out=bins)
        np.add(bins, self.zero_bins, out=bins)
        np.add.at(result.counts[horizon].reshape(-1), bins.reshape(-1), 1)
