"""What stderr hears while a run goes on."""

import io
from contextlib import contextmanager, redirect_stderr

import pytest

from simulator.cli import progress as shown
from simulator.cli.progress import pace, paths_in_words, progress, time_in_words
from simulator.engine.checkpoint import Checkpoint

PATHS = 10**9
WIDTH = 80


class Terminal(io.StringIO):
    def isatty(self):
        return True


@contextmanager
def on_terminal(*args):
    """What `progress` yields, and the terminal that it writes to."""
    with redirect_stderr(Terminal()) as stderr, progress(*args) as hear:
        yield hear, stderr


@pytest.fixture
def clock(monkeypatch):
    """Seconds, to be moved by hand; Click's own bar redraws ten times of its own."""
    now = [1000.0]
    monkeypatch.setattr(shown, "monotonic", lambda: now[0])
    return now


def last_line(terminal):
    return terminal.getvalue().replace("\x1b[?25l", "").rpartition("\r")[2].strip()


def test_share_rate_and_time_left(clock):
    with on_terminal(PATHS, False, 15) as (hear, stderr):
        hear(0)
        clock[0] += 10
        hear(PATHS // 10)
        line = last_line(stderr)
    assert line == "Simulating 1 billion paths  [#-----------]   10%  10.0M/s, 1 min 30 s left"
    assert len(line) <= WIDTH


def test_what_was_resumed_is_done_but_not_in_the_rate(clock):
    checkpoint = Checkpoint("run.ckpt")
    with on_terminal(PATHS, False, 15, checkpoint) as (hear, stderr):
        checkpoint.resumed = PATHS // 2
        hear(PATHS // 2)
        clock[0] += 10
        hear(PATHS // 2 + PATHS // 10)
        line = last_line(stderr)
    assert line.endswith(" 60%  10.0M/s, 40 s left")
    assert "Note: run.ckpt keeps 500,000,000 of 1,000,000,000 paths; going on from there\n" in stderr.getvalue()


def test_a_finished_checkpoint_is_named(capsys):
    checkpoint = Checkpoint("run.ckpt")
    checkpoint.resumed = PATHS
    with progress(PATHS, False, 15, checkpoint) as hear:
        hear(PATHS)
    assert capsys.readouterr().err == "Note: run.ckpt keeps the finished run\n"


def test_time_spent_compiling_is_not_in_the_rate_and_told_once(clock):
    with on_terminal(PATHS, False, 15) as (hear, stderr):
        for _ in range(10):
            clock[0] += 1
            hear(0)
        clock[0] += 1
        hear(10**8)
        assert last_line(stderr).endswith(" 100M/s, 9 s left")
    assert stderr.getvalue().count("Compiling for this machine, once; about 15 seconds ...\n") == 1


def test_no_terminal_no_bar(capsys):
    with progress(PATHS, False, 15) as hear:
        hear(PATHS // 2)
    assert capsys.readouterr().err == ""


def test_a_small_run_has_no_bar():
    with on_terminal(shown.SHOW_ABOVE - 1, False, 15) as (hear, stderr):
        hear(1000)
    assert stderr.getvalue() == ""


def test_quiet():
    with on_terminal(PATHS, True, 15, Checkpoint("run.ckpt")) as (hear, stderr):
        assert hear is None
    assert stderr.getvalue() == ""


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (262_144, "262,144"),
        (999_600, "1 million"),
        (1_234_567, "1.23 million"),
        (999_499_999, "999 million"),
        (999_999_999, "1 billion"),
        (2**40, "1.1 trillion"),
    ],
)
def test_paths_in_words(count, text):
    assert paths_in_words(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min 0 s"),
        (3599, "59 min 59 s"),
        (7260, "2 h 1 min"),
        (2e5, "2 d 7 h"),
        (1e9, "years"),
    ],
)
def test_time_in_words(seconds, text):
    assert time_in_words(seconds) == text


def test_pace():
    assert pace(5000, 1.0, 10_000) == "5,000/s, 2 s left"
    assert pace(2_500_000, 1.0, 0) == "2.5M/s, 0 s left"
    assert pace(10, 0.0, 10) == "10,000/s, 0 s left"  # a clock too coarse


@pytest.mark.parametrize("done", [1, PATHS // 3, PATHS - 1])
@pytest.mark.parametrize("seconds", [1, 1000, 10**7])
def test_the_line_fits_the_screen(clock, done, seconds):
    with on_terminal(1_234_000_000_000, False, 15) as (hear, stderr):
        hear(0)
        clock[0] += seconds
        hear(done)
        assert 60 < len(last_line(stderr)) <= WIDTH
