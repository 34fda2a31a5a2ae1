"""Output files when the disk is full or a step of writing fails: the old file stays, byte for byte, alone."""

import builtins
import errno
import os
import resource
import stat

import pytest
from processes import LETF, python, read_only, tmpfs

from simulator import files
from simulator.errors import LetfError
from simulator.files import write_atomically

OLD, NEW = b"old\n" * 100, b"new" * 100_000
# Writes NEW where OLD is and tells the error, all that the folder holds, and whether the old file is as it was.
REPLACE = """
import os, sys
from simulator.errors import LetfError
from simulator.files import write_atomically
folder = sys.argv[1]
path = os.path.join(folder, "result.npz")
if not os.path.exists(path):
    open(path, "wb").write(b"old\\n" * 100)
try:
    write_atomically(path, b"new" * 100_000)
except LetfError as error:
    print(error)
print(os.listdir(folder), open(path, "rb").read() == b"old\\n" * 100)
"""


@pytest.fixture
def path(tmp_path):
    """A file that holds OLD, alone in its folder."""
    path = tmp_path / "result.npz"
    path.write_bytes(OLD)
    return path


def assert_refused(path, reason):
    with pytest.raises(LetfError) as caught:
        write_atomically(path, NEW)
    assert str(caught.value) == f"{path}: cannot be written: {reason}; nothing was changed"
    assert path.read_bytes() == OLD
    assert list(path.parent.iterdir()) == [path]


def failing(*args, **kwargs):
    raise OSError(errno.EIO, "Input/output error")


@pytest.mark.parametrize("step", ["fsync", "chmod", "replace"])
def test_a_step_that_fails(path, monkeypatch, step):
    monkeypatch.setattr(os, step, failing)
    assert_refused(path, "Input/output error")


class FailingFile:
    """A file of which one method fails, after it did half its work."""

    def __init__(self, method, *args):
        self.file, self.method = builtins.open(*args), method  # noqa: SIM115

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.file.close()
        if self.method == "close" and error[0] is None:
            failing()

    def __getattr__(self, name):
        return failing if name == self.method else getattr(self.file, name)

    def write(self, content):
        self.file.write(content[: len(content) // 2])
        if self.method == "write":
            failing()


@pytest.mark.parametrize("method", ["write", "flush", "fileno", "close"])
def test_a_method_of_the_file_that_fails(path, monkeypatch, method):
    monkeypatch.setattr(files, "open", lambda *args: FailingFile(method, *args), raising=False)
    assert_refused(path, "Input/output error")


def test_a_file_that_cannot_be_opened(path, monkeypatch):
    monkeypatch.setattr(files, "open", failing, raising=False)
    assert_refused(path, "Input/output error")


def test_a_draft_that_cannot_even_be_removed_is_no_other_error(path, monkeypatch):
    monkeypatch.setattr(os, "replace", failing)
    monkeypatch.setattr(os, "unlink", failing)
    with pytest.raises(LetfError, match="nothing was changed"):
        write_atomically(path, NEW)
    assert path.read_bytes() == OLD


def test_the_content_is_on_the_disk_before_the_name_and_the_name_when_it_returns(path, monkeypatch):
    """What a power cut would keep: sync of the file, then the new name, then sync of its folder."""
    steps, sync, replace = [], os.fsync, os.replace

    def synced(handle):
        steps.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else os.fstat(handle).st_size)
        sync(handle)

    def replaced(draft, target):
        steps.append("name")
        replace(draft, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", replaced)
    write_atomically(path, NEW)
    assert steps == [len(NEW), "name", "folder"]


def test_a_folder_that_cannot_be_synced_is_no_error(path, monkeypatch):
    """The file is there, whole: to say that nothing was changed would be wrong."""
    sync = os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda handle: failing() if stat.S_ISDIR(os.fstat(handle).st_mode) else sync(handle)
    )
    write_atomically(path, NEW)
    assert path.read_bytes() == NEW
    assert list(path.parent.iterdir()) == [path]


def test_a_disk_that_fills_up(tmp_path):
    done = python(REPLACE, tmp_path, wrapped=tmpfs(tmp_path, "64k"))
    path = tmp_path / "result.npz"
    assert done.stdout.splitlines() == [
        f"{path}: cannot be written: No space left on device; nothing was changed",
        "['result.npz'] True",
    ]
    assert done.stderr == ""


def test_a_limit_on_the_size_of_files(path):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    done = python(REPLACE, path.parent, preexec_fn=limit)
    refusal, listing = done.stdout.splitlines()
    assert refusal == f"{path}: cannot be written: File too large; nothing was changed"
    assert (listing, done.stderr) == ("['result.npz'] True", "")


def test_a_read_only_disk(path):
    """For the superuser too; found before anything is computed."""
    done = python(REPLACE, path.parent, wrapped=read_only(path.parent))
    refusal, listing = done.stdout.splitlines()
    assert refusal == f"{path}: folder {path.parent} cannot be written; choose another"
    assert (listing, done.stderr) == ("['result.npz'] True", "")


# Runs a command and tells its exit code and what the folder then holds.
THEN_LIST = """
import os, subprocess, sys
print(subprocess.run(sys.argv[2:]).returncode, os.listdir(sys.argv[1]))
"""


@pytest.mark.parametrize(("option", "suffix"), [("--output", ".npz"), ("--plot", ".png")])
def test_a_command_on_a_full_disk_says_so_in_one_line(tmp_path, option, suffix):
    output = tmp_path / f"result{suffix}"
    command = [LETF, "simulate", "--paths", "1000", "--horizon", "1,5", "--quiet", option, str(output)]
    cache = {name: os.environ[name] for name in ("HOME", "LETF_CACHE_DIR", "XDG_CACHE_HOME") if name in os.environ}
    done = python(THEN_LIST, tmp_path, *command, wrapped=tmpfs(tmp_path, "4k"), env=cache)
    assert done.stdout.splitlines()[-1] == "2 []"
    assert done.stderr == f"Error: {output}: cannot be written: No space left on device; nothing was changed\n"
