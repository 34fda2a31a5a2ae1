"""Run a battery of TestU01 (L'Ecuyer and Simard 2007) on 32-bit words, big-endian, from standard input.

    ... | python scripts/testu01.py SmallCrush --library /usr/local/lib/libtestu01.so

A line a statistic: its name, p value and verdict. WEAK and FAILED are what the library's guide calls suspect and a
clear failure: a p value nearer to 0 or 1 than 1e-3, than 1e-10.
"""

import argparse
import ctypes
from math import log2
from pathlib import Path

ROOM = 201  # of TestU01's arrays of results
SUSPECT, FAILURE = 1e-3, 1e-10
WHOLE = ("SmallCrush", "Crush", "BigCrush")  # batteries that know how many words they want
READ_BYTES = 2**16


def verdict(p: float) -> str:
    extreme = min(p, 1 - p)
    return "FAILED" if extreme < FAILURE else "WEAK" if extreme < SUSPECT else "PASSED"


def run(library: ctypes.CDLL, battery: str, bits: float) -> list[tuple[str, float]]:
    """Names and p values of a battery's statistics."""
    ctypes.c_int.in_dll(library, "swrite_Basic").value = 0
    library.ufile_CreateReadBin.restype = ctypes.c_void_p
    words = ctypes.c_void_p(library.ufile_CreateReadBin(b"/dev/stdin", ctypes.c_long(READ_BYTES // 4)))
    run = getattr(library, f"bbattery_{battery}")
    if battery in WHOLE:
        run(words)
    elif battery == "Rabbit":
        run(words, ctypes.c_double(bits))
    else:
        run(words, ctypes.c_double(bits), 0, 32)
    names = (ctypes.c_char_p * ROOM).in_dll(library, "bbattery_TestNames")
    values = (ctypes.c_double * ROOM).in_dll(library, "bbattery_pVal")
    found = ctypes.c_int.in_dll(library, "bbattery_NTests").value
    return [(names[i].decode(), values[i]) for i in range(found)]


def main() -> None:
    parser = argparse.ArgumentParser(description="Run a battery of TestU01 on words from standard input.")
    parser.add_argument("battery", choices=(*WHOLE, "Rabbit", "Alphabit"))
    parser.add_argument("--library", dest="file", type=Path, required=True, metavar="FILE", help="libtestu01.so")
    parser.add_argument("--bits", type=float, default=2**33, help="That Rabbit or Alphabit take. [2^33]")
    args = parser.parse_args()
    library = ctypes.CDLL(str(args.file.absolute()))
    about = "" if args.battery in WHOLE else f", 2^{log2(args.bits):.3g} bits"
    for name, p in run(library, args.battery, args.bits):
        print(f"{args.battery}{about}: {name:40} {p:.6g} {verdict(p)}")


if __name__ == "__main__":
    main()
