"""The words that batteries judge are those of the paths, in the order told; verdicts are counted and answered for."""

import sys
from itertools import islice

import numpy as np
import pytest
import reference
from loaded import script

judge_random = script("judge_random")
testu01 = script("testu01")
SEED = 5
ORDERS = judge_random.orders(SEED)


def stream(seed, path, slot, day):
    return reference.words(seed, path, day // 4, slot)[day % 4]


PLACES = {  # where the word `i` of an order comes from: seed, path, slot and day
    "paths": lambda i: (SEED, i % 256, 0, i // 256),
    "run": lambda i: (SEED, i % 256 + 256 * (i // (256 * 64)), 0, i // 256 % 64),
    "days": lambda i: (SEED, 0, 0, i),
    "seeds": lambda i: (SEED + i % 256, 0, 0, i // 256),
    "slots": lambda i: (SEED, i % 256 // 8, i % 8, i // 256),
    "blocks": lambda i: (SEED, 2**15 * (i % 256), 0, i // 256),
    "carry": lambda i: (SEED, 2**32 - 128 + i % 256, 0, i // 256),
}


@pytest.mark.parametrize("name", ORDERS)
def test_words_come_from_where_the_order_says(name):
    """Also past the first chunk, and where a run goes on to its next paths."""
    words = np.concatenate(list(islice(judge_random.read_in(ORDERS[name]), 2)))
    places = [*range(3000), 64 * 256 - 1, 64 * 256, words.size // 2 - 1, words.size // 2, words.size - 1]
    assert [int(words[i]) for i in places] == [stream(*PLACES[name](i)) for i in places]


def test_one_path_goes_on_to_the_next_when_its_days_are_over():
    short = ORDERS["days"]._replace(days=16)
    chunks = np.concatenate(list(islice(judge_random.read_in(short), 3)))
    assert list(chunks) == [stream(SEED, path, 0, day) for path in range(3) for day in range(16)]


def test_backwards_turns_the_bits_of_each_word():
    words = np.array([1, 2, 2**31, 0x12345678], np.uint32)
    assert [f"{word:032b}"[::-1] for word in words] == [f"{word:032b}" for word in judge_random.backwards(words)]


def battery(tmp_path, verdicts, *, reads=2**20):
    """A battery that reads some bytes, keeps the first, and says what it was told to."""
    kept = tmp_path / "first"
    code = f"""if True:
        import sys
        data = sys.stdin.buffer.read({reads})
        open({str(kept)!r}, "wb").write(data[:64])
        print({verdicts!r})"""
    return [sys.executable, "-c", code], kept


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["judge_random.py", *arguments])
    with pytest.raises(SystemExit) as ended:
        judge_random.main()
    return ended.value.code


@pytest.mark.parametrize(
    ("options", "written"),
    [
        ([], lambda words: words),
        (["--big-endian"], np.ndarray.byteswap),
        (["--reversed"], judge_random.backwards),
        (["--reversed", "--big-endian"], lambda words: judge_random.backwards(words).byteswap()),
    ],
)
def test_a_battery_is_given_the_words_as_asked(monkeypatch, tmp_path, options, written):
    command, kept = battery(tmp_path, "one PASSED")
    assert run(monkeypatch, "--order", "run", "--seed", str(SEED), *options, "--", *command) == 0
    words = next(judge_random.read_in(ORDERS["run"]))[:16]
    assert kept.read_bytes() == written(words).astype("<u4").tobytes()


@pytest.mark.parametrize(
    ("said", "counts", "status"),
    [
        ("first 0.5 PASSED\nsecond 0.001 WEAK", "1 PASSED, 1 WEAK, 0 FAILED", 0),
        ("first|PASSED\nsecond|FAILED", "1 PASSED, 0 WEAK, 1 FAILED", 1),
        ("nothing that could be told", "0 PASSED, 0 WEAK, 0 FAILED", 1),
    ],
)
def test_verdicts_are_counted(monkeypatch, capsys, tmp_path, said, counts, status):
    command, _ = battery(tmp_path, said)
    assert run(monkeypatch, "--order", "days", "--order", "carry", "--", *command) == status
    heard = capsys.readouterr().out.splitlines()
    assert [line for line in heard if line.startswith("==")] == [
        f"== {name}, seed 1: {counts}; {line.split('; ')[1]}"
        for name, line in zip(("days", "carry"), (each for each in heard if each.startswith("==")), strict=True)
    ]
    assert said.splitlines()[0] in heard


def test_a_battery_that_is_not_there_is_named(monkeypatch, capsys):
    assert run(monkeypatch, "--order", "days", "--", "no-such-battery") == 2
    assert "'no-such-battery' does not start: No such file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("p", "verdict"),
    [
        (0.5, "PASSED"),
        (2e-3, "PASSED"),
        (5e-4, "WEAK"),
        (0.9995, "WEAK"),
        (1e-9, "WEAK"),
        (1e-11, "FAILED"),
        (1.0, "FAILED"),
    ],
)
def test_verdicts_of_testu01(p, verdict):
    assert testu01.verdict(p) == verdict
