"""Have the core's random words judged by a battery of tests that is not ours.

    .venv/bin/python scripts/judge_random.py [--order NAME] [--seed N] [--reversed] [--big-endian] -- BATTERY ...

BATTERY is any command that reads 32-bit words from its standard input and says PASSED, WEAK or FAILED of each test:

    ... -- dieharder -a -g 200
    ... --big-endian -- .venv/bin/python scripts/testu01.py SmallCrush --library /usr/local/lib/libtestu01.so

The words are those that simulated paths draw. 256 streams are interleaved, word k of each and then word k + 1 of each,
in orders that would show what neighbours have in common; `--help` lists them. Exit status 1: a test failed, or none
was heard of.
"""

import argparse
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import count
from threading import Thread
from typing import BinaryIO, NamedTuple

import numba
import numpy as np

from simulator.engine.blocks import MOST_BLOCK_PATHS
from simulator.kernels.rng import CALL_WORDS, FILL_WORDS, NORMALS, philox_words

STREAMS = 256
SLOTS = 8  # those in use and the next in line
RUN_DAYS = 64
ALL_DAYS = 2**32 * CALL_WORDS  # that the counter tells apart
CHUNK_WORDS = 2**18  # at a time into the pipe
VERDICTS = ("PASSED", "WEAK", "FAILED")
VERDICT = re.compile(rf"\b({'|'.join(VERDICTS)})\b")
BACKWARDS = np.array([int(f"{byte:08b}"[::-1], 2) for byte in range(256)], np.uint8)


class Order(NamedTuple):
    """Streams that are read in turn: groups, each of `lanes` neighbouring paths of one seed and slot.

    After `days` days every group goes on to its next paths.
    """

    about: str
    seeds: np.ndarray
    paths: np.ndarray
    slots: np.ndarray
    lanes: int
    days: int


def order(about: str, *, seeds=0, paths=0, slots=NORMALS, lanes: int = 1, days: int = ALL_DAYS) -> Order:
    """An order whose groups differ in the one of `seeds`, `paths` and `slots` that is an array."""
    groups = np.broadcast_arrays(*(np.atleast_1d(np.asarray(each, np.uint64)) for each in (seeds, paths, slots)))
    return Order(about, *(np.array(group) for group in groups), lanes, days)


def orders(seed: int) -> dict[str, Order]:
    """All orders of reading, for the seed `seed` or its neighbours."""
    each, last = np.arange(STREAMS, dtype=np.uint64), np.uint64(seed)
    return {
        "paths": order("256 neighbouring paths", seeds=seed, lanes=STREAMS),
        "run": order(f"256 paths for {RUN_DAYS} days, then the next 256", seeds=seed, lanes=STREAMS, days=RUN_DAYS),
        "days": order("one path, day by day", seeds=seed),
        "seeds": order("256 neighbouring seeds", seeds=last + each),
        "slots": order(
            f"{SLOTS} purposes (normals, regimes, days, ...) of {STREAMS // SLOTS} neighbouring paths",
            seeds=seed, slots=each[:SLOTS], lanes=STREAMS // SLOTS,
        ),
        "blocks": order(
            f"the first paths of 256 neighbouring blocks of {MOST_BLOCK_PATHS}",
            seeds=seed, paths=each * np.uint64(MOST_BLOCK_PATHS),
        ),
        "carry": order("256 paths about path 2^32", seeds=seed, paths=2**32 - STREAMS // 2, lanes=STREAMS),
    }  # fmt: skip


@numba.njit(error_model="numpy", nogil=True)
def interleave(seeds, paths, slots, first_call, out):
    """Fill `out` (fills, 8, lanes, groups) uint32 from the calls `first_call` on, two of them a fill."""
    words = np.empty(out.shape[1:3], np.uint32)
    for fill in range(out.shape[0]):
        call = first_call + np.uint64(2 * fill)
        for group in range(seeds.shape[0]):
            philox_words(seeds[group], paths[group], call, slots[group], words)
            for row in range(words.shape[0]):
                for lane in range(words.shape[1]):
                    out[fill, row, lane, group] = words[row, lane]


def read_in(reading: Order) -> Iterator[np.ndarray]:
    """The words of an order, uint32, some hundred thousand at a time; without end."""
    fills = min(reading.days // FILL_WORDS, CHUNK_WORDS // (FILL_WORDS * reading.lanes * reading.seeds.size))
    for turn in count():
        paths = reading.paths + np.uint64(turn * reading.lanes)
        for first_day in range(0, reading.days, fills * FILL_WORDS):
            out = np.empty((fills, FILL_WORDS, reading.lanes, reading.seeds.size), np.uint32)
            interleave(reading.seeds, paths, reading.slots, np.uint64(first_day // CALL_WORDS), out)
            yield out.ravel()


def backwards(words: np.ndarray) -> np.ndarray:
    """Each of the uint32 words with its lowest bit first: batteries look at the highest most closely."""
    return BACKWARDS[words.view(np.uint8)].view(np.uint32).byteswap()


def feed(chunks: Iterator[np.ndarray], pipe: BinaryIO) -> int:
    """Write the words to a battery until it wants no more; how many bytes that were."""
    written = 0
    try:
        for chunk in chunks:
            written += pipe.write(chunk.view(np.uint8).data)
    except BrokenPipeError:
        return written
    raise AssertionError("an order has no end")


def judge(chunks: Iterator[np.ndarray], battery: list[str]) -> tuple[Counter[str], int]:
    """Verdicts of a battery, whose words are shown as they come, and how many bytes it was given."""
    given: list[int] = []
    verdicts: Counter[str] = Counter()
    with subprocess.Popen(battery, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as judging:
        feeder = Thread(target=lambda: given.append(feed(chunks, judging.stdin)), daemon=True)
        feeder.start()
        for line in judging.stdout:
            print(text := line.decode(errors="replace").rstrip(), flush=True)
            verdicts.update(VERDICT.findall(text))
        feeder.join()
    return verdicts, given[0]


def main() -> None:
    known = orders(seed=1)
    parser = argparse.ArgumentParser(
        description="Have the core's random words judged by a battery that reads them from its standard input.",
        epilog="orders: " + "; ".join(f"{name}: {each.about}" for name, each in known.items()),
    )
    parser.add_argument("--order", action="append", choices=known, help="May be given again. [all]")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reversed", action="store_true", help="Each word with its lowest bit first.")
    parser.add_argument("--big-endian", action="store_true", help="Each word with its highest byte first.")
    parser.add_argument("battery", nargs="+", metavar="BATTERY", help="The battery's command, after --.")
    args = parser.parse_args()
    bad = False
    for name in args.order or known:
        chunks = read_in(orders(args.seed)[name])
        if args.reversed:
            chunks = map(backwards, chunks)
        if args.big_endian:
            chunks = map(np.ndarray.byteswap, chunks)
        try:
            verdicts, given = judge(chunks, args.battery)
        except OSError as error:
            parser.error(f"{args.battery[0]!r} does not start: {error.strerror}")
        bad |= verdicts["FAILED"] > 0 or not verdicts
        counts = ", ".join(f"{verdicts[verdict]} {verdict}" for verdict in VERDICTS)
        print(f"== {name}, seed {args.seed}{', reversed' * args.reversed}: {counts}; {given / 1e9:.1f} GB", flush=True)
    sys.exit(bad)


if __name__ == "__main__":
    main()
