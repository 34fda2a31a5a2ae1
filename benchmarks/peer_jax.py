"""JAX on the CPU: a chunk of paths is one XLA program, a loop over the days between two horizons."""

from functools import cache, reduce

import instructions
import numpy as np
from tally import BINS, FIRST32, SHIFT32, SIDE, SMALLEST, Statistics
from workload import Workload

try:
    import jax
    import jax.numpy as jnp
except ImportError:
    jax = None

NAME = "JAX on the CPU"
SCOPE = "whole, float32"
CHUNK = 65536
VECTOR_BITS = {"AVX-512": 512}  # XLA itself keeps to 256


def available() -> str | None:
    return None if jax else "jax is not installed"


def pick(table, regime):
    """`table[regime]` by comparisons, which XLA vectorises; with indexing the whole takes six times as long."""
    return reduce(lambda value, k: jnp.where(regime == k, table[k], value), range(1, len(table)), table[0])


def step(workload: Workload, key, number, state):
    """One day: regimes, log return, index and funds; 1 + L (e^x - 1) + carry = L e^x + (1 - L + carry)."""
    regime, index, funds = state
    u = jax.random.uniform(jax.random.fold_in(key, 2 * number), index.shape)
    z = jax.random.normal(jax.random.fold_in(key, 2 * number + 1), index.shape)
    passed = [
        u >= jnp.where(number == 0, first, pick(jnp.float32(column), regime))
        for first, column in zip(jnp.float32(workload.first), workload.thresholds.T, strict=True)
    ]
    regime = sum(p.astype(jnp.int32) for p in passed)
    growth = jnp.exp(pick(jnp.float32(workload.mean), regime) + pick(jnp.float32(workload.sd), regime) * z)
    leverages = np.array(workload.leverages)[:, None]
    kept = jnp.float32(1 - leverages + np.array(workload.carry)[:, None])
    return regime, index * growth, funds * jnp.maximum(0, jnp.float32(leverages) * growth + kept)


def observe(workload: Workload, index, funds):
    """Sums and squares (5,), counts (5, bins) at one horizon."""
    gain, gains = index - 1, funds - 1
    gaps = gains - jnp.float32(workload.leverages)[:, None] * gain
    v = jnp.stack([gain, *(row for pair in zip(gains, gaps, strict=True) for row in pair)])
    side = (jax.lax.bitcast_convert_type(jnp.abs(v) + SMALLEST, jnp.int32) >> SHIFT32) - FIRST32
    side = jnp.minimum(side, SIDE - 1)
    bins = jnp.where(v >= 0, SIDE + side, SIDE - 1 - side) + BINS * jnp.arange(len(v))[:, None]
    counts = jnp.zeros(len(v) * BINS, jnp.int32).at[bins.ravel()].add(1)
    return v.sum(axis=1), (v * v).sum(axis=1), counts.reshape(-1, BINS)


@cache
def compiled(workload: Workload, n: int):
    """The program of `n` paths: key -> sums, squares, counts, axis 0 the horizon."""

    def chunk(key):
        state = jnp.zeros(n, jnp.int32), jnp.ones(n), jnp.ones((len(workload.leverages), n))
        seen = []
        for start, stop in zip((0, *workload.horizons[:-1]), workload.horizons, strict=True):
            state = jax.lax.fori_loop(start, stop, lambda number, now: step(workload, key, number, now), state)
            seen.append(observe(workload, *state[1:]))
        return [jnp.stack(parts) for parts in zip(*seen, strict=True)]

    return jax.jit(chunk, compiler_options={"xla_cpu_prefer_vector_width": VECTOR_BITS.get(instructions.name(), 256)})


def simulate(workload: Workload, paths: int, seed: int) -> Statistics:
    """Run `paths` paths in float32, chunks added in float64; XLA takes as many threads as it likes."""
    result = Statistics.empty(workload)
    # the older layout of Threefry's counters needs half the words
    with jax.default_device(jax.devices("cpu")[0]), jax.threefry_partitionable(False):
        key = jax.random.key(seed, impl="threefry2x32")
        for done in range(0, paths, CHUNK):
            n = min(CHUNK, paths - done)
            sums, squares, counts = compiled(workload, n)(jax.random.fold_in(key, done // CHUNK))
            result.sums += np.asarray(sums)
            result.squares += np.asarray(squares)
            result.counts += np.asarray(counts)
            result.paths += n
    return result
