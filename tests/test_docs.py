"""The docs are true: every command and number in them is run, and the command reference is --help's."""

import importlib.util
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from simulator import Fund, Simulation, preset_market, read_prices, simulate

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
    make_docs.link_data(shared_data, tmp_path)
    text = (ROOT / page).read_text()
    assert make_docs.refresh(text, tmp_path) == text


def test_readme_shows_commands_and_python():
    text = (ROOT / "README.md").read_text()
    assert len(make_docs.BLOCK.findall(text)) >= 2
    assert len(make_docs.PYTHON_BLOCK.findall(text)) == 2


def test_readme_quotes_the_score():
    """The README's three figures are those that docs/models.md has from running letf score."""
    readme, table = ((ROOT / page).read_text() for page in ("README.md", "docs/models.md"))
    rows = re.findall(r"^ +ensemble +(-?[\d.]+) \[", table, re.MULTILINE)
    covered = re.search(r"^ensemble(?: +[\d.]+ [\d-]+){2} +([\d.]+) ", table, re.MULTILINE)
    for figure in (*rows[:2], covered[1]):
        assert f"{figure} %" in readme


def test_a_wrong_number_would_be_seen(tmp_path):
    page = "```console\n$ letf --version\nletf 99.9\n```"
    assert make_docs.refresh(page, tmp_path) != page


def test_links_lead_somewhere():
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("leverage", [3, -3])
def test_what_one_drift_leaves_out(leverage, shared_data):
    """The table of the leverage effect in docs/models.md, and the 10 points of the README."""
    growth = np.cumprod(np.append(1, 1 + leverage * np.expm1(read_prices(shared_data / "IWM.csv").log_returns())))
    quantiles = [np.quantile(growth[42:] / growth[:-42] - 1, 0.01)]
    fund = Fund(ticker="FUND", name="without costs", index="IWM", leverage=leverage, expense_ratio=0)
    for drift in (0.08, "regime"):
        market = replace(preset_market(), drift=drift)
        spec = Simulation(market=market, funds=(fund,), horizons=(42,), paths=2**19, rate=0)
        quantiles.append(float(simulate(spec).fund_return("FUND", 42).quantile(0.01)))
    row = "| " + " | ".join([f"{leverage}x", *(f"{100 * q:.0f} %" for q in quantiles)]) + " |"
    assert row in (ROOT / "docs" / "models.md").read_text()
    if leverage == 3:
        assert round(100 * quantiles[1]) - round(100 * quantiles[0]) == 10
