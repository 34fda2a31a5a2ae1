"""The cache of compiled kernels: whatever happens to it, a run answers, rightly and without a word."""

import os
import random
import resource
import signal
import subprocess
import sys
import time
from itertools import cycle
from pathlib import Path

import pytest
from processes import CHECKOUT, TIMEOUT, python, read_only, tmpfs

from simulator.kernels import jit
from simulator.kernels.cache import KernelCache
from simulator.kernels.prune import KEPT, UNUSED_SECONDS, prune

# Two small kernels and what they call, one after another, so that a test need not compile all: what they drew, the
# number of kernels taken from the cache and the number compiled, the folder.
DRAW = """
import sys
import numpy as np
from simulator.kernels import jit, rng
words, z = np.empty((8, 64), np.uint32), np.empty((8, 64), np.float32)
rng.philox_words(np.uint64(1), np.uint64(0), np.uint64(0), np.uint64(0), words)
rng.normals(words, z)
kernels = [value for value in vars(rng).values() if hasattr(value, "stats")]
taken = sum(sum(kernel.stats.cache_hits.values()) for kernel in kernels)
compiled = sum(sum(kernel.stats.cache_misses.values()) for kernel in kernels)
print(z.tobytes().hex()[:64], taken, compiled, jit.CACHE)
"""
FILE_SIZE = 2048  # bytes; no compiled kernel is as small


def draw(env=None, **options):
    """What DRAW printed, as (numbers, taken, compiled, folder); it must not have said anything else."""
    done = python(DRAW, env=env, **options)
    assert (done.returncode, done.stderr) == (0, "")
    numbers, taken, compiled, folder = done.stdout.split()
    return numbers, int(taken), int(compiled), folder


@pytest.fixture(scope="module")
def warm(tmp_path_factory):
    """A cache that holds the kernels of DRAW, and the numbers that it drew."""
    base = tmp_path_factory.mktemp("warm")
    numbers, taken, compiled, _ = draw({"LETF_CACHE_DIR": str(base)})
    assert (taken, compiled > 0) == (0, True)
    return base, numbers


@pytest.fixture
def cache(warm, tmp_path):
    """A copy of it, to be spoiled: the environment that uses it and the folder of the files."""
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-a", str(warm[0]), str(copy)], check=True)
    (folder,) = copy.iterdir()
    return {"LETF_CACHE_DIR": str(copy)}, folder


def empty(path):
    path.write_bytes(b"")


def truncated(path):
    path.write_bytes(path.read_bytes()[:-100])


def flipped(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def text(path):
    path.write_text("not a kernel")


def unreadable(path):
    """For the superuser too: a link to itself."""
    path.unlink()
    path.symlink_to(path)


def another_kernels(path):
    """Sound, but that of another function."""
    others = [other for other in path.parent.glob("*.nbc") if other.name.split("-")[0] != path.name.split("-")[0]]
    path.write_bytes(min(others).read_bytes())


def test_spoilt_files_are_compiled_anew_and_replaced(warm, cache):
    environment, folder = cache
    ways = [another_kernels, empty, truncated, flipped, text, unreadable]  # the first while the others are sound
    files = sorted(folder.glob("*.nbc"))
    assert len(files) >= len(ways)
    for spoil, path in zip(cycle(ways), files, strict=False):
        spoil(path)
    numbers, taken, compiled, _ = draw(environment)
    assert (numbers, taken) == (warm[1], 0) and compiled > 0
    numbers, taken, compiled, _ = draw(environment)
    assert (numbers, compiled) == (warm[1], 0) and taken > 0


def test_a_folder_in_place_of_a_file(warm, cache):
    """It can be neither read nor replaced."""
    environment, folder = cache
    for path in folder.glob("*.nbc"):
        path.unlink()
        path.mkdir()
    assert draw(environment)[:2] == (warm[1], 0)
    assert not list(folder.glob(".*"))


def test_no_flipped_bit_goes_unnoticed(tmp_path, monkeypatch):
    """A wrong bit in machine code would be a wrong number, or the end of the process."""
    monkeypatch.setattr(jit, "CACHE", tmp_path)

    def double(x):
        return x + x

    first = jit.kernel(double)
    assert first(2.0) == 4.0
    (path,) = tmp_path.iterdir()
    sound, (types,) = path.read_bytes(), first.signatures
    cache, context = KernelCache(double, tmp_path), first.targetctx
    assert cache.load_overload(types, context).signature == first.overloads[types].signature
    draws = random.Random(1)
    for _ in range(300):
        spoilt = bytearray(sound)
        spoilt[draws.randrange(len(sound))] ^= 1 << draws.randrange(8)
        path.write_bytes(spoilt)
        assert cache.load_overload(types, context) is None


def test_a_read_only_cache_is_read(warm, cache):
    environment, folder = cache
    numbers, taken, compiled, used = draw(environment, wrapped=read_only(folder.parent))
    assert (numbers, compiled, used) == (warm[1], 0, str(folder)) and taken > 0


def test_a_read_only_cache_that_lacks_a_kernel(warm, cache):
    environment, folder = cache
    min(folder.glob("rng.normals-*.nbc")).unlink()
    numbers, taken, compiled, _ = draw(environment, wrapped=read_only(folder.parent))
    assert numbers == warm[1] and taken > 0 and compiled > 0


def test_a_read_only_folder_without_kernels_is_passed_over(warm, tmp_path):
    """The next one is taken, here that of the user's home."""
    chosen, home = tmp_path / "chosen", tmp_path / "home"
    chosen.mkdir()
    home.mkdir()
    environment = {"LETF_CACHE_DIR": str(chosen), "HOME": str(home)}
    numbers, _, _, used = draw(environment, wrapped=read_only(chosen))
    assert numbers == warm[1]
    assert Path(used).parent == home / ".cache" / "letf"


@pytest.mark.parametrize("home", [None, "absent", "/dev/null"])
def test_without_a_home(warm, home, tmp_path):
    """As services and containers start it: no HOME, or one that is not there and is not made, even by those who may."""
    environment = {"LETF_CACHE_DIR": str(warm[0])} | ({} if home is None else {"HOME": str(tmp_path / home)})
    assert draw(environment)[0] == warm[1]
    assert not (tmp_path / "absent").exists()


def test_no_cache_at_all(warm, tmp_path):
    """Nowhere to write, and none to read: compiled each time."""
    nowhere = {"LETF_CACHE_DIR": "/dev/null", "XDG_CACHE_HOME": "/dev/null", "HOME": "/dev/null"}
    code = "import sys; sys.prefix = sys.base_prefix" + DRAW
    done = python(code, env=nowhere)
    assert (done.returncode, done.stderr) == (0, "")
    numbers, taken, _, folder = done.stdout.split()
    assert (numbers, taken, folder) == (warm[1], "0", "None")


def test_two_first_runs_at_once(warm, tmp_path):
    command = [sys.executable, "-c", DRAW]
    environment = os.environ | {"LETF_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(CHECKOUT)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    runs = [subprocess.Popen(command, env=environment, **pipes) for _ in range(2)]
    heard = [run.communicate(timeout=TIMEOUT) for run in runs]
    assert [(run.returncode, err) for run, (_, err) in zip(runs, heard, strict=True)] == [(0, "")] * 2
    assert {out.split()[0] for out, _ in heard} == {warm[1]}
    numbers, taken, compiled, folder = draw({"LETF_CACHE_DIR": str(tmp_path)})
    assert (numbers, compiled) == (warm[1], 0) and taken > 0
    assert all(path.suffix == ".nbc" for path in Path(folder).iterdir())


@pytest.mark.parametrize("written", [1, 3])
def test_a_first_run_that_is_killed_leaves_a_cache_that_serves(warm, tmp_path, written):
    """Killed once so many kernels are kept, as it goes on compiling."""
    environment = os.environ | {"LETF_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(CHECKOUT)}
    with subprocess.Popen([sys.executable, "-c", DRAW], env=environment, stdout=subprocess.DEVNULL) as run:
        while not list(tmp_path.glob("kernels-*")) or len(list(tmp_path.glob("*/*.nbc"))) < written:
            assert run.poll() is None
            time.sleep(0.005)
        run.send_signal(signal.SIGKILL)
    assert run.returncode == -signal.SIGKILL
    numbers, taken, _, _ = draw({"LETF_CACHE_DIR": str(tmp_path)})
    assert numbers == warm[1] and taken >= min(written, 1)
    assert draw({"LETF_CACHE_DIR": str(tmp_path)})[2] == 0


def test_a_disk_that_fills_up_while_kernels_are_written(warm, tmp_path):
    """Files end at a size that no kernel has: writing fails as on a full disk, after a part was written."""
    environment = {"LETF_CACHE_DIR": str(tmp_path)}

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_SIZE, FILE_SIZE))

    assert draw(environment, preexec_fn=limit)[:2] == (warm[1], 0)
    (folder,) = tmp_path.iterdir()
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("size", ["64k", "33m"])
def test_a_small_disk(warm, tmp_path, size):
    """Without room it is passed over; with just enough, filled by another afterwards, kernels are not kept."""
    home, small = tmp_path / "home", tmp_path / "small"
    home.mkdir()
    small.mkdir()
    environment = {"LETF_CACHE_DIR": str(small), "HOME": str(home)}
    fill = f"import simulator.kernels.jit; open('{small}/filler', 'wb').write(bytes(33 * 2**20 - 100_000)); "
    code = (fill if size == "33m" else "") + DRAW.strip()
    done = python(code, env=environment, wrapped=tmpfs(small, size))
    assert (done.returncode, done.stderr) == (0, "")
    numbers, _, _, folder = done.stdout.split()
    assert numbers == warm[1]
    assert Path(folder).is_relative_to(small) == (size == "33m")


def test_a_kernel_that_checks_its_indices_is_kept_apart(warm, cache):
    environment, folder = cache
    checked = draw(environment | {"NUMBA_BOUNDSCHECK": "1"})
    assert checked[0] == warm[1]
    assert checked[1] == 0 and checked[3] != str(folder)
    plain = draw(environment | {"NUMBA_DISABLE_JIT": "1"})
    assert plain[1:] == (0, 0, "None")
    assert draw(environment)[2:] == (0, str(folder))


@pytest.fixture
def versions(tmp_path):
    """A cache folder with those of nine versions, used 0 to 8 days ago, and what is not ours to remove."""
    folders = [tmp_path / f"kernels-{number:016x}" for number in range(9)]
    for age, folder in enumerate(folders):
        folder.mkdir()
        (folder / "a.kernel-0.nbc").write_bytes(b"compiled")
        (folder / ".draft-old").write_bytes(b"compi")
        old(folder / ".draft-old", age)
        old(folder, age)
    return folders


def old(path, days):
    used = time.time() - days * UNUSED_SECONDS - 60
    os.utime(path, (used, used))


def test_folders_of_versions_long_unused_go(versions, tmp_path):
    others = [tmp_path / "kernels-mine", tmp_path / "markets", tmp_path / "prices"]
    for other in others:
        other.mkdir()
        old(other, 99)
    target = tmp_path / "elsewhere"
    target.mkdir()
    link, file = tmp_path / f"kernels-{15:016x}", tmp_path / f"kernels-{14:016x}"
    link.symlink_to(target)
    file.write_text("a file")
    prune(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([*versions[:KEPT], *others, target, link, file])
    assert all(path.exists() for folder in versions[:KEPT] for path in folder.glob("*.nbc"))


def test_drafts_that_killed_runs_left_go_and_those_being_written_stay(versions, tmp_path):
    prune(tmp_path)
    assert [list(folder.glob(".draft-*")) != [] for folder in versions[:KEPT]] == [True, False, False, False]


def test_folders_used_today_stay_however_many(versions, tmp_path):
    for folder in versions:
        old(folder, 0)
    prune(tmp_path)
    assert all(folder.exists() for folder in versions)


def test_pruning_that_fails_is_silent(versions, tmp_path, monkeypatch):
    def fail(*args, **kwargs):
        raise OSError("no")

    for name in ("unlink", "rmdir", "scandir"):
        with monkeypatch.context() as patch:
            patch.setattr(os, name, fail)
            prune(tmp_path)
    prune(tmp_path / "absent")
    assert sum(folder.exists() for folder in versions) >= KEPT


def test_a_run_prunes_when_it_begins_a_folder_and_its_use_counts(versions, tmp_path):
    begin = "from simulator.kernels import jit; (jit.CACHE / 'a.kernel-0.nbc').write_bytes(b''); print(jit.CACHE)"
    folder = python(begin, env={"LETF_CACHE_DIR": str(tmp_path)}).stdout.strip()
    assert sorted(tmp_path.iterdir()) == sorted([*versions[: KEPT - 1], Path(folder)])
    old(Path(folder), 99)
    assert python(begin, env={"LETF_CACHE_DIR": str(tmp_path)}).stdout.strip() == folder
    assert time.time() - Path(folder).stat().st_mtime < UNUSED_SECONDS


def test_a_folder_pruned_under_a_running_process_does_it_no_harm(warm, tmp_path):
    code = "import shutil; from simulator.kernels import jit; shutil.rmtree(jit.CACHE)" + DRAW
    done = python(code, env={"LETF_CACHE_DIR": str(tmp_path)})
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split()[0] == warm[1]
