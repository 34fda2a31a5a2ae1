"""A run that is stopped, at any moment and by anything, goes on from its file to the same bytes."""

import errno
import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from examples import BOOTSTRAP, SKEWED, ensemble, market, run

from simulator.engine import checkpoint_file
from simulator.engine.blocks import Plan
from simulator.engine.checkpoint import Checkpoint
from simulator.engine.done import Done
from simulator.engine.laws import Laws
from simulator.engine.simulate import simulate
from simulator.engine.threads import Threads
from simulator.errors import LetfError, Terminated
from simulator.kernels.stats import LANES
from simulator.spec.trade import Trade

SPEC = run(market(3), 3.0, -3.0, costs=True, horizons=(1, 5), paths=20 * LANES + 37)
MIXED = replace(SPEC, market=ensemble(market(3), SKEWED, BOOTSTRAP))
HELD = replace(SPEC, trade=Trade(stop=0.08, watch="close"))
STOPPED_AT = 6  # blocks


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr("simulator.engine.blocks.MOST_BLOCK_PATHS", LANES)


@pytest.fixture
def path(tmp_path):
    yield tmp_path / "run.ckpt"
    assert {entry.name for entry in tmp_path.iterdir()} <= {"run.ckpt"}  # no lock, no draft


@pytest.fixture
def often(monkeypatch):
    """A run looks up, and saves, as often as it can."""
    monkeypatch.setattr("simulator.engine.threads.PROGRESS_SECONDS", 0.001)
    monkeypatch.setattr("simulator.engine.checkpoint.SAVE_SECONDS", 0.0)
    monkeypatch.setattr("simulator.engine.checkpoint.MOST_COST", 1e9)


@pytest.fixture
def stop(monkeypatch):
    """Make the block of a number, after others, raise something: once."""

    def stop(error, after=STOPPED_AT):
        ran, plain = [], Done.run

        def run_or_stop(done, number):
            if len(ran) == after:
                ran.append(None)
                raise error
            plain(done, number)
            ran.append(number)

        monkeypatch.setattr(Done, "run", run_or_stop)

    return stop


def stopped(spec, path, stop, error=KeyboardInterrupt, threads=1, **options):
    stop(error)
    checkpoint = Checkpoint(path, **options)
    with pytest.raises(error):
        simulate(spec, threads=threads, checkpoint=checkpoint)
    return checkpoint


def refusal(path, spec=SPEC, **options):
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(LetfError) as caught:
        simulate(spec, checkpoint=Checkpoint(path, **options))
    assert before is None or path.read_bytes() == before
    assert str(caught.value).startswith(f"{path}: ") and "\n" not in str(caught.value)
    return str(caught.value).removeprefix(f"{path}: ")


# --- what is kept


@pytest.mark.parametrize("error", [KeyboardInterrupt, Terminated, MemoryError, OSError])
@pytest.mark.parametrize("spec", [SPEC, MIXED, HELD], ids=["plain", "mixed", "held"])
def test_a_stopped_run_goes_on_to_the_same_bytes(spec, error, path, stop):
    expected = simulate(spec).to_bytes()
    first = stopped(spec, path, stop, error)
    assert (first.resumed, first.paths) == (0, Plan(spec).paths_before(STOPPED_AT))
    again = Checkpoint(path, resume=True)
    assert simulate(spec, threads=2, checkpoint=again).to_bytes() == expected
    assert (again.resumed, again.paths) == (first.paths, spec.paths)


def test_a_finished_run_is_answered_at_once(path, monkeypatch):
    expected = simulate(SPEC, checkpoint=Checkpoint(path)).to_bytes()
    kept = path.read_bytes()
    monkeypatch.setattr(Done, "run", lambda done, number: 1 / 0)
    heard = []
    result = simulate(SPEC, checkpoint=Checkpoint(path, resume=True), on_progress=heard.append)
    assert result.to_bytes() == expected and heard[-1] == SPEC.paths
    assert path.read_bytes() == kept


def test_to_resume_what_is_not_there_is_to_begin(path):
    checkpoint = Checkpoint(path, resume=True)
    assert simulate(SPEC, checkpoint=checkpoint).to_bytes() == simulate(SPEC).to_bytes()
    assert (checkpoint.resumed, checkpoint.paths) == (0, SPEC.paths)


def test_the_file_depends_on_what_is_done_alone(path, often):
    simulate(SPEC, threads=2, checkpoint=Checkpoint(path))
    often_saved = path.read_bytes()
    path.unlink()
    simulate(SPEC, threads=1, checkpoint=Checkpoint(path))
    assert path.read_bytes() == often_saved


def test_it_is_there_before_the_first_block_and_saved_while_the_run_goes_on(path, often, monkeypatch):
    kept, plain = [], Done.run

    def run_and_look(done, number):
        kept.append(len(checkpoint_file.restored(path, checkpoint_file.read(path), done.plan).blocks))
        plain(done, number)

    spec = replace(SPEC, paths=200 * LANES)
    monkeypatch.setattr(Done, "run", run_and_look)
    simulate(spec, threads=1, checkpoint=Checkpoint(path))
    assert kept[0] == 0 and kept == sorted(kept) and 0 < kept[-1] < 200


@pytest.mark.parametrize(("cost", "wait"), [(0.01, 10.0), (0.5, 50.0)])
def test_saves_that_cost_much_are_far_apart(path, monkeypatch, cost, wait):
    now, saved, plan = [100.0], [], Plan(SPEC)
    for clock in ("monotonic", "thread_time"):
        monkeypatch.setattr(f"simulator.engine.checkpoint.{clock}", lambda: now[0])

    def stock():
        saved.append(now[0])
        now[0] += cost
        return Done(plan)

    checkpoint = Checkpoint(path)
    for pause in (0.0, wait - 1, 2.0):
        now[0] += pause
        checkpoint.save_if_due(stock)
    assert saved == [100.0, pytest.approx(100.0 + cost + wait + 1)]


def test_progress_counts_what_was_done_before(path, stop):
    stopped(SPEC, path, stop)
    heard = []
    simulate(SPEC, checkpoint=Checkpoint(path, resume=True), on_progress=heard.append)
    assert heard[0] >= STOPPED_AT * LANES and heard == sorted(heard) and heard[-1] == SPEC.paths


# --- what a stop must not do


def test_what_failed_halfway_is_not_kept(path, often, monkeypatch):
    """One thread fails in the middle of a block; what the other did is kept, and no path of the failed block."""
    expected = simulate(SPEC).to_bytes()
    fold, ran = Laws.after, []

    def fail(laws):
        ran.append(laws)
        if len(ran) == STOPPED_AT:
            raise MemoryError
        fold(laws)

    with monkeypatch.context() as patch:
        patch.setattr(Laws, "after", fail)
        with pytest.raises(MemoryError):
            simulate(SPEC, threads=2, checkpoint=Checkpoint(path))
    assert simulate(SPEC, checkpoint=Checkpoint(path, resume=True)).to_bytes() == expected


def test_a_second_interrupt_while_the_threads_end_keeps_the_last_save(path, stop, monkeypatch):
    stopped(SPEC, path, stop)
    kept = path.read_bytes()
    end = Threads.__exit__

    def interrupted(crew, *exception):
        end(crew, *exception)
        raise KeyboardInterrupt

    merge = Done.merge

    def interrupted_merge(done, other):
        merge(done, other)
        done.is_whole = False  # as an interrupt halfway leaves it

    monkeypatch.setattr(Threads, "__exit__", interrupted)
    monkeypatch.setattr(Done, "merge", interrupted_merge)
    with pytest.raises(KeyboardInterrupt):
        simulate(SPEC, checkpoint=Checkpoint(path, resume=True))
    assert path.read_bytes() == kept


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_second_interrupt_while_it_is_written_keeps_the_last_save(path, stop, monkeypatch, step):
    expected = simulate(SPEC).to_bytes()
    stopped(SPEC, path, stop)
    kept = path.read_bytes()
    stop(KeyboardInterrupt, after=3)

    def interrupt(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, step, interrupt)
        with pytest.raises(KeyboardInterrupt):
            simulate(SPEC, threads=1, checkpoint=Checkpoint(path, resume=True))
    assert path.read_bytes() == kept
    assert simulate(SPEC, checkpoint=Checkpoint(path, resume=True)).to_bytes() == expected


@pytest.mark.parametrize("step", ["fsync", "replace", "chmod"])
def test_a_save_that_fails_is_told_and_the_run_goes_on(path, often, monkeypatch, step):
    spec, told = replace(SPEC, paths=100 * LANES), []
    expected = simulate(spec).to_bytes()
    checkpoint = Checkpoint(path, on_failure=told.append)

    def fail(*args):
        if checkpoint.paths is None:  # the first is not written while the run goes on, but before
            return plain(*args)
        raise OSError(errno.ENOSPC, "No space left on device")

    plain = getattr(os, step)
    monkeypatch.setattr(os, step, fail)
    assert simulate(spec, threads=1, checkpoint=checkpoint).to_bytes() == expected
    line = f"{path}: cannot be written: No space left on device; nothing was changed; it keeps 0 paths"
    assert told == [line, line]  # at the first, and in the end
    assert checkpoint_file.restored(path, checkpoint_file.read(path), Plan(spec)).paths == 0


def test_a_save_that_fails_once_is_made_up_for(path, often, monkeypatch):
    told, write = [], Checkpoint._write

    def fail_once(checkpoint, done):
        if done.paths and not told:
            raise MemoryError
        write(checkpoint, done)

    monkeypatch.setattr(Checkpoint, "_write", fail_once)
    checkpoint = Checkpoint(path, on_failure=told.append)
    simulate(replace(SPEC, paths=100 * LANES), threads=1, checkpoint=checkpoint)
    assert told == [f"{path}: out of memory; it keeps 0 paths"] and checkpoint.paths == 100 * LANES


def test_nobody_to_tell_is_a_warning(path, monkeypatch):
    checkpoint = Checkpoint(path)
    with pytest.warns(RuntimeWarning, match="cannot be written"), checkpoint.keeping(Plan(SPEC)) as done:
        done.run(0)
        monkeypatch.setattr(os, "fsync", lambda handle: os.stat("/there/is/no/such/file"))
    monkeypatch.undo()


def test_a_full_disk_is_found_before_the_run(path, monkeypatch):
    def fail(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    monkeypatch.setattr(Done, "run", lambda done, number: pytest.fail("the run has begun"))
    assert refusal(path) == "cannot be written: No space left on device; nothing was changed"
    assert not path.exists()


def test_a_file_that_goes_missing_is_made_anew(path, stop):
    checkpoint = Checkpoint(path)
    with checkpoint.keeping(Plan(SPEC)) as done:
        path.unlink()
        done.run(0)
    assert checkpoint_file.restored(path, checkpoint_file.read(path), Plan(SPEC)).paths == LANES


# --- what is refused, the file untouched


def test_a_file_that_is_there_is_not_overwritten(path, stop):
    stopped(SPEC, path, stop)
    assert refusal(path) == "keeps this run, 29 % done; add --resume to go on with it, or name another file"


def test_two_at_once(path):
    with Checkpoint(path).keeping(Plan(SPEC)):
        text = "in use by another process; wait for it, or name another file"
        assert refusal(path) == refusal(path, resume=True) == text
    simulate(SPEC, checkpoint=Checkpoint(path, resume=True))


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"seed": 2}, "seed 1, not 2"),
        ({"paths": 10_000}, f"paths {SPEC.paths:,}, not 10,000"),
        ({"rate": 0.05}, "rate 0.04, not 0.05"),
        ({"horizons": (1, 5, 21)}, "horizons 1,5, not 1,5,21"),
        ({"funds": SPEC.funds[:1]}, "funds F3,F-3, not F3"),
        ({"funds": (replace(SPEC.funds[0], expense_ratio=0.5), SPEC.funds[1])}, "other funds"),
        ({"market": market(2)}, "another market"),
        ({"market": replace(SPEC.market, name="other")}, "market unnamed, not other"),
        ({"trade": Trade()}, "another trade"),
        ({"seed": 2, "rate": 0.05}, "rate 0.04, not 0.05, seed 1, not 2"),
    ],
)
@pytest.mark.parametrize("resume", [True, False])
def test_another_runs(path, stop, changes, text, resume):
    stopped(SPEC, path, stop)
    text = f"a checkpoint of another run ({text}); repeat that run, or name another file"
    assert refusal(path, replace(SPEC, **changes), resume=resume) == text


def test_another_programs(path, stop, monkeypatch):
    stopped(SPEC, path, stop)
    monkeypatch.setattr("simulator.engine.blocks.source_hash", lambda: "another")
    assert "of another version of letf, numba or Python, whose numbers may differ" in refusal(path, resume=True)


def test_a_newer_programs(path, stop):
    stopped(SPEC, path, stop)
    path.write_bytes(path.read_bytes().replace(b"letf.checkpoint/1", b"letf.checkpoint/2"))
    assert "is newer than" in refusal(path, resume=True)


def test_truncated(path, stop):
    stopped(SPEC, path, stop)
    content = path.read_bytes()
    head = content.index(b"\n") + 1
    for size in (head, head + 1, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:size])
        text = f"damaged checkpoint, {size - head:,} bytes where it had {len(content) - head}; "
        assert refusal(path, resume=True) == text + checkpoint_file.ANEW
    path.write_bytes(content + b"\0")
    assert "damaged checkpoint" in refusal(path, resume=True)


@pytest.mark.parametrize("place", ["digest", "run", "state", "end"])
def test_tampered(path, stop, place):
    stopped(SPEC, path, stop)
    content = bytearray(path.read_bytes())
    head = content.index(b"\n") + 1
    at = {"digest": head - 10, "run": head + 100, "state": len(content) // 2, "end": len(content) - 1}[place]
    content[at] ^= 1
    path.write_bytes(content)
    text = "damaged checkpoint, its SHA-256 is not the one that it tells; "
    assert refusal(path, resume=True) == text + checkpoint_file.ANEW


@pytest.mark.parametrize("run", [b"", b"nonsense", b"[1]", b'{"market": 1, "funds": [1], "seed": []}'])
def test_tampered_by_who_knows_how(path, stop, run):
    """The SHA-256 is right, and yet."""
    stopped(SPEC, path, stop)
    _, _, state = path.read_bytes().split(b"\n", 2)
    for body in (run + b"\n" + state, run, json.dumps(SPEC.to_dict()).encode() + b"\nnonsense"):
        head = {"schema": "letf.checkpoint/1", "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
        path.write_bytes(json.dumps(head).encode() + b"\n" + body)
        assert refusal(path, resume=True)


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"{}", b"[]", b'{"schema": 1}\n', b"\x00" * 5000, b"[" * 5000, b"PK\x03\x04 an archive"]
)
@pytest.mark.parametrize("resume", [True, False])
def test_no_checkpoint(path, content, resume):
    path.write_bytes(content)
    assert refusal(path, resume=resume) == "not a checkpoint of letf; name another file"


def test_no_checkpoint_and_huge(path):
    with path.open("wb") as file:
        file.truncate(10 << 30)  # all holes
    with pytest.raises(LetfError, match="not a checkpoint of letf; name another file"):
        simulate(SPEC, checkpoint=Checkpoint(path, resume=True))


def test_a_checkpoint_that_became_huge(path, stop):
    stopped(SPEC, path, stop)
    with path.open("r+b") as file:
        file.truncate(10 << 30)
    with pytest.raises(LetfError, match="damaged checkpoint, 10,737,"):
        simulate(SPEC, checkpoint=Checkpoint(path, resume=True))


@pytest.mark.parametrize("resume", [True, False])
def test_no_plain_file(tmp_path, resume):
    assert refusal(tmp_path, resume=resume) == "is a folder; name a file in it"
    missing = tmp_path / "missing" / "run.ckpt"
    assert refusal(missing, resume=resume) == f"no folder {missing.parent}; make it first"
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert refusal(pipe, resume=resume) == "is not a plain file; name another"


def test_no_permission(path, stop, monkeypatch):
    stopped(SPEC, path, stop)
    plain = Path.open

    def deny(self, *args, **more):
        if self == path:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return plain(self, *args, **more)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", deny)
        with pytest.raises(LetfError, match=r"run\.ckpt: cannot be read: Permission denied"):
            simulate(SPEC, checkpoint=Checkpoint(path, resume=True))
    monkeypatch.setattr(os, "access", lambda other, mode: str(other) != str(path.parent))
    assert "cannot be written; choose another" in refusal(path, resume=True)


def test_a_long_name_and_a_link(tmp_path):
    there = tmp_path / ("x" * 255)
    (tmp_path / "link").symlink_to(there)
    expected = simulate(SPEC, checkpoint=Checkpoint(tmp_path / "link")).to_bytes()
    assert simulate(SPEC, checkpoint=Checkpoint(there, resume=True)).to_bytes() == expected
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["link", there.name]
    with Checkpoint(there, resume=True).keeping(Plan(SPEC)), pytest.raises(LetfError, match="in use"):
        simulate(SPEC, checkpoint=Checkpoint(tmp_path / "link", resume=True))


def test_a_run_that_fails_before_its_first_block_leaves_no_file(path):
    with pytest.raises(LetfError, match="nobody answers"):
        simulate(SPEC, cluster="tcp://127.0.0.1:1", checkpoint=Checkpoint(path))
    assert not path.exists()
