"""Files are written whole or not at all."""

import errno
import os
import stat

import pytest

from simulator.errors import LetfError
from simulator.files import check_writable, write_atomically


@pytest.fixture(autouse=True)
def nothing_left_behind(tmp_path):
    yield
    assert not [path for path in tmp_path.rglob("*") if path.name.startswith(".")]


@pytest.fixture
def umask():
    before = os.umask(0o027)
    yield
    os.umask(before)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_writes_a_new_file_as_the_umask_says(tmp_path, umask):
    path = tmp_path / "new.bin"
    write_atomically(path, b"\0content")
    assert path.read_bytes() == b"\0content"
    assert mode(path) == 0o640
    assert os.umask(0o027) == 0o027


def test_replaces_a_file_and_keeps_its_mode(tmp_path):
    path = tmp_path / "old.bin"
    path.write_bytes(b"old, and longer")
    path.chmod(0o600)
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert mode(path) == 0o600


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "target", tmp_path / "link"
    link.symlink_to(target)
    for content in (b"first", b"second"):  # dangling, then not
        write_atomically(link, content)
        assert link.is_symlink() and target.read_bytes() == content


def test_a_long_name(tmp_path):
    path = tmp_path / ("x" * 250 + ".png")
    write_atomically(path, b"content")
    assert path.read_bytes() == b"content"


def test_a_file_in_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path.joinpath("bare.bin").relative_to(tmp_path)
    write_atomically(path, b"content")
    assert path.read_bytes() == b"content"


@pytest.mark.parametrize("failure", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failure_leaves_the_old_file(tmp_path, monkeypatch, failure, step):
    path = tmp_path / "old.bin"
    path.write_bytes(b"old")

    def fail(*args):
        raise failure

    monkeypatch.setattr(os, step, fail)
    expected = LetfError if isinstance(failure, OSError) else KeyboardInterrupt
    with pytest.raises(expected) as caught:
        write_atomically(path, b"new")
    if expected is LetfError:
        assert str(caught.value) == f"{path}: cannot be written: No space left on device; nothing was changed"
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def refused(path):
    """The one line that both the early check and the write raise."""
    with pytest.raises(LetfError) as early:
        check_writable(path)
    with pytest.raises(LetfError) as late:
        write_atomically(path, b"content")
    assert str(early.value) == str(late.value)
    assert "\n" not in str(early.value) and str(early.value).startswith(f"{path}: ")
    return str(early.value)


def test_a_missing_folder(tmp_path):
    assert f"no folder {tmp_path / 'missing'}; make it first" in refused(tmp_path / "missing" / "out.png")


def test_a_folder(tmp_path):
    assert "is a folder; name a file in it" in refused(tmp_path)


def test_a_file_as_folder(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    assert "no folder" in refused(tmp_path / "file" / "out.png")


def test_a_pipe_is_not_replaced(tmp_path):
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    assert "not a plain file" in refused(pipe)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_link_to_itself(tmp_path):
    link = tmp_path / "link.png"
    link.symlink_to(link)
    assert "not a plain file" in refused(link)
    assert link.is_symlink()


def protect(monkeypatch, path):
    """As permissions do for everyone but the superuser, whom the tests may run as."""
    monkeypatch.setattr(os, "access", lambda other, mode: str(other) != str(path))


def test_a_folder_without_permission(tmp_path, monkeypatch):
    protect(monkeypatch, tmp_path)
    assert "cannot be written; choose another" in refused(tmp_path / "out.png")


def test_a_write_protected_file(tmp_path, monkeypatch):
    path = tmp_path / "out.png"
    path.write_bytes(b"old")
    protect(monkeypatch, path)
    assert "write-protected" in refused(path)
    assert path.read_bytes() == b"old"
