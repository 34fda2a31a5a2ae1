"""The docs are true: every command and number in them is run, and the command reference is --help's."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def _make_docs():
    spec = importlib.util.spec_from_file_location("make_docs", ROOT / "scripts" / "make_docs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


make_docs = _make_docs()


def test_command_reference_is_current():
    assert (ROOT / "docs" / "cli.md").read_text() == make_docs.cli_reference()


@pytest.mark.parametrize("page", make_docs.PAGES)
def test_commands_print_what_the_page_says(page, tmp_path, shared_data):
    (tmp_path / make_docs.PRICES).symlink_to(shared_data / make_docs.PRICES)
    text = (ROOT / page).read_text()
    assert make_docs.refresh(text, tmp_path) == text


def test_readme_shows_commands_and_python():
    text = (ROOT / "README.md").read_text()
    assert len(make_docs.BLOCK.findall(text)) >= 2
    assert len(make_docs.PYTHON_BLOCK.findall(text)) == 1


def test_a_wrong_number_would_be_seen(tmp_path):
    page = "```console\n$ letf --version\nletf 99.9\n```"
    assert make_docs.refresh(page, tmp_path) != page


def test_links_lead_somewhere():
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
