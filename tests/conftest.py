"""Fixtures that several tests use."""

import os
from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real prices beside the checkout: skips without it, fails without it in CI."""
    if not SHARED_DATA.is_dir():
        reason = "real prices are not here: ../shared/data beside the checkout"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return SHARED_DATA


@pytest.fixture(autouse=True)
def fits_are_kept_apart(monkeypatch, tmp_path_factory):
    """No test reads or writes the fits that the user's cache folder keeps."""
    monkeypatch.setattr("simulator.history.kept.cache_folders", lambda: iter([tmp_path_factory.getbasetemp() / "kept"]))
