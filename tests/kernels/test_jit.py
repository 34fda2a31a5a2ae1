"""Where compiled kernels are kept, and what makes them stale."""

import errno
import os
import shutil
import sys
import tempfile
from pathlib import Path

import numba
import numpy as np
import pytest

from simulator.kernels import jit


@pytest.fixture
def places(tmp_path, monkeypatch):
    """The four places for the cache, all of them empty folders of this test."""
    named = {name: tmp_path / name for name in ("chosen", "xdg", "home", "venv")}
    for folder in named.values():
        folder.mkdir()
    monkeypatch.setenv("LETF_CACHE_DIR", str(named["chosen"]))
    monkeypatch.setenv("XDG_CACHE_HOME", str(named["xdg"]))
    monkeypatch.setattr(Path, "home", lambda: named["home"])
    monkeypatch.setattr(sys, "prefix", str(named["venv"]))
    monkeypatch.setattr(sys, "base_prefix", "elsewhere")
    return named


def unwritable(folder):
    """A folder below which nothing can be made, for root too: a file."""
    shutil.rmtree(folder)
    folder.write_text("")


def test_the_chosen_folder_comes_first(places):
    assert jit.cache_folder() == places["chosen"] / f"kernels-{jit.source_hash()}"


def test_then_the_users_cache_folder(places, monkeypatch):
    monkeypatch.delenv("LETF_CACHE_DIR")
    assert jit.cache_folder().parent == places["xdg"] / "letf"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert jit.cache_folder().parent == places["home"] / ".cache" / "letf"


def test_an_empty_setting_is_none(places, monkeypatch):
    monkeypatch.setenv("LETF_CACHE_DIR", "")
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    assert jit.cache_folder().parent == places["home"] / ".cache" / "letf"


def test_a_place_that_cannot_be_written_is_passed_over(places):
    expected = [places["xdg"] / "letf", places["home"] / ".cache" / "letf", places["venv"] / "letf-cache"]
    for name, following in zip(("chosen", "xdg", "home"), expected, strict=True):
        unwritable(places[name])
        assert jit.cache_folder().parent == following
    unwritable(places["venv"])
    assert jit.cache_folder() is None


def test_without_a_virtual_environment_nothing_is_put_beside_the_interpreter(places, monkeypatch):
    for name in ("chosen", "xdg", "home"):
        unwritable(places[name])
    monkeypatch.setattr(sys, "base_prefix", sys.prefix)
    assert jit.cache_folder() is None


def test_no_home_folder(places, monkeypatch):
    def homeless():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("LETF_CACHE_DIR")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", homeless)
    assert jit.cache_folder().parent == places["venv"] / "letf-cache"


def test_a_cache_that_holds_kernels_serves_to_read_where_it_cannot_be_written(places, monkeypatch):
    def full(**kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    assert jit.cache_folder() is None
    (places["xdg"] / "letf" / f"kernels-{jit.source_hash()}" / "a.kernel-0.nbc").write_bytes(b"")
    assert jit.cache_folder().parent == places["xdg"] / "letf"


def test_a_home_that_is_not_there_is_not_made(places, monkeypatch):
    places["home"].rmdir()
    monkeypatch.delenv("LETF_CACHE_DIR")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert jit.cache_folder().parent == places["venv"] / "letf-cache"
    assert not places["home"].exists()


def test_plain_python_is_not_kept(places, monkeypatch):
    monkeypatch.setattr(numba.config, "DISABLE_JIT", 1)
    assert jit.cache_folder() is None
    assert not any(folder.exists() and list(folder.iterdir()) for folder in places.values())


@pytest.fixture
def sources(tmp_path, monkeypatch):
    folder = tmp_path / "kernels"
    folder.mkdir()
    (folder / "a.py").write_text("one")
    (folder / "b.py").write_text("two")
    for name in jit.SHARED:
        (tmp_path / name).write_text("three")
    monkeypatch.setattr(jit, "SOURCES", folder)
    return folder


def test_an_edit_of_any_source_changes_the_hash(sources):
    seen = {jit.source_hash()}
    (sources / "b.py").write_text("two!")
    seen.add(jit.source_hash())
    for name in jit.SHARED:
        (sources.parent / name).write_text("three!")
        seen.add(jit.source_hash())
    (sources / "c.py").write_text("")
    seen.add(jit.source_hash())
    assert len(seen) == 3 + len(jit.SHARED)


def test_another_numba_or_python_changes_the_hash(sources, monkeypatch):
    seen = {jit.source_hash()}
    monkeypatch.setattr(numba, "__version__", "0.0")
    seen.add(jit.source_hash())
    monkeypatch.setattr(sys, "version", "0.0")
    seen.add(jit.source_hash())
    assert len(seen) == 3


@pytest.mark.parametrize("setting", jit.SETTINGS)
def test_other_settings_of_numba_change_the_hash(sources, monkeypatch, setting):
    """A kernel that checks its indices must not be taken for one that does not."""
    before = jit.source_hash()
    monkeypatch.setattr(numba.config, setting, "another")
    assert jit.source_hash() != before


def test_the_hash_of_unchanged_sources_is_the_same(sources):
    assert jit.source_hash() == jit.source_hash()


def double(x):
    return x + x


def test_without_a_cache_kernels_still_run(monkeypatch):
    monkeypatch.setattr(jit, "CACHE", None)
    assert jit.kernel(double)(2.0) == 4.0
    assert jit.is_cold(jit.kernel(double))


def test_a_kernel_is_cold_until_it_was_called(monkeypatch, tmp_path):
    monkeypatch.setattr(jit, "CACHE", tmp_path)
    compiled = jit.kernel(double)
    assert jit.is_cold(compiled)
    compiled(2.0)
    assert not jit.is_cold(compiled)


def test_division_by_zero_is_numpys(monkeypatch):
    """Python's ZeroDivisionError would be a branch in every loop."""
    monkeypatch.setattr(jit, "CACHE", None)
    assert jit.kernel(lambda x: 1.0 / x)(0.0) == np.inf


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="this system knows no owners")
@pytest.mark.parametrize("mode", [0o770, 0o707])
def test_a_folder_that_others_can_write_is_passed_over(places, mode):
    """A cache is code: whoever can write it can run theirs as ours."""
    (places["chosen"] / f"kernels-{jit.source_hash()}").mkdir()
    (places["chosen"] / f"kernels-{jit.source_hash()}").chmod(mode)
    assert jit.cache_folder().parent == places["xdg"] / "letf"
    assert jit.cache_folder().stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="this system knows no owners")
def test_a_folder_of_another_user_is_passed_over(places, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert jit.cache_folder() is None
