"""Built-in markets by name, and where the options start them."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from simulator.cli import letf
from simulator.cli.market import load_market
from simulator.errors import LetfError
from simulator.output.text import WIDTH
from simulator.spec.files import MARKETS, preset_market


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """A folder without files that are called as markets are."""
    monkeypatch.chdir(tmp_path)


def test_a_command_has_its_own_default_market():
    assert load_market(None) == preset_market()
    assert load_market(None, default="iwm-ensemble") == preset_market("iwm-ensemble")
    assert load_market(Path("iwm-garch"), default="iwm-ensemble") == preset_market("iwm-garch")


def test_a_file_goes_before_a_built_in_market_of_its_name():
    Path("iwm-garch").write_text((Path(__file__).parents[2] / "simulator/presets/iwm.toml").read_text())
    assert load_market(Path("iwm-garch")) == preset_market("iwm-markov3")


def test_an_unknown_market_lists_the_built_in_ones():
    with pytest.raises(LetfError, match="spy: no such file, and no built-in market; built in: iwm-markov3, iwm-garch,"):
        load_market(Path("spy"))


def test_a_regime_starts_the_whole_ensemble():
    started = load_market(Path("iwm-ensemble"), regime="crisis")
    assert started == preset_market("iwm-ensemble").in_regime("crisis")
    assert [member.market.expected_vol() for member in started.members] == pytest.approx([0.509] * 2, abs=0.001)
    assert load_market(None, regime="Calm").initial == "calm"


def test_a_regime_of_a_market_without_any_is_refused():
    with pytest.raises(LetfError, match="--regime needs a market of regimes, iwm-garch is of kind garch; start it by"):
        load_market(Path("iwm-garch"), regime="crisis")
    with pytest.raises(LetfError, match="unknown regime 'panic'; this market has: calm, normal, crisis"):
        load_market(Path("iwm-ensemble"), regime="panic")


def test_the_listing_says_what_each_market_is_made_of():
    listed = CliRunner().invoke(letf, ["markets"], catch_exceptions=False).stdout
    blocks = listed.split("\n\n")
    assert [block.split(",")[0] for block in blocks] == list(MARKETS)
    assert "calm         13.7%" in blocks[0] and "persistence 0.989" in blocks[1]
    assert "50% of paths iwm-markov3, 50% of paths iwm-garch" in blocks[2]
    assert max(map(len, listed.splitlines())) <= WIDTH
