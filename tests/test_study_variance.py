"""The study of fewer paths: its twin of the market, its ways to draw, and what docs/variance.md says they are worth."""

import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from simulator.engine.simulate import simulate
from simulator.spec.files import find_funds, preset_funds, preset_market
from simulator.spec.run import Simulation

SCRIPT = Path(__file__).parent.parent / "scripts" / "study_variance.py"


def _script():
    spec = importlib.util.spec_from_file_location("study_variance", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


study = _script()
TNA = find_funds(("TNA",), preset_funds())[0]


@pytest.mark.parametrize("way", study.WAYS)
def test_surprises_have_their_days_variances(way):
    """Days of three sizes, on each path in another order: correlations of days are 0, variances are as asked."""
    rng = np.random.default_rng(1)
    variances = rng.permuted(np.tile([1e-4, 4e-4, 9e-4, 1e-4, 1e-4], (2**14, 1)), axis=1)
    found = study.WAYS[way](variances, rng) / np.sqrt(variances)
    error = 1 / np.sqrt(2**14)
    assert np.abs(found.mean(axis=0)).max() < 4 * error
    assert np.abs(np.cov(found.T) - np.eye(5)).max() < 6 * error  # a variance's own is 1.4 times as uncertain


def test_a_bridge_ends_where_its_first_normal_says():
    variances = np.random.default_rng(2).uniform(1, 2, (3, 7))
    normals = np.random.default_rng(3).standard_normal((3, 7))
    ends = study.bridge(variances, normals).sum(axis=1)
    np.testing.assert_allclose(ends, np.sqrt(variances.sum(axis=1)) * normals[:, 0], rtol=1e-12)


@pytest.mark.parametrize("way", study.WAYS)
def test_the_twin_finds_what_the_simulator_finds(way):
    spec = Simulation(market=preset_market(), funds=(TNA,), horizons=(21,), paths=2**15)
    drawn = study.simulate(spec, TNA, study.WAYS[way], np.random.default_rng(4))
    found, result = study.figures(drawn, spec, TNA), simulate(replace(spec, paths=2**17))
    levels = np.array(study.LEVELS)
    for name, weighted in (("return", result.fund_return("TNA", 21)), ("divergence", result.divergence("TNA", 21))):
        for star, law in (("", replace(weighted, known=None)), ("*", weighted)):
            off = [found[f"{name} {100 * p:g}%{star}"] for p in study.LEVELS] - law.quantile(levels)
            counted = replace(law, known=None).quantile_stderr(levels) * np.sqrt(1 + result.spec.paths / spec.paths)
            narrowed = 0.5 if star and name == "return" else 1  # far from what weights do, which differs by level
            assert (np.abs(off) < 5 * narrowed * counted).all(), (name, star)


def test_what_weights_and_pairs_are_worth():
    """The signs of the table of docs/variance.md, in a small study."""
    table = study.study(5, TNA, paths=4096, repeats=40)
    assert min(table[name]["plain*"][0] for name in ("return 5%", "return 50%", "return < 0")) > 5
    assert max(table[name]["antithetic"][0] for name in ("divergence 50%", "divergence 95%")) < 1
    assert table["mean return"]["antithetic"][0] > 10
    kept = json.loads(json.dumps({"TNA 5": table}))
    assert study.to_markdown(kept).splitlines()[2].startswith("| mean return |  | ")
    assert len(study.to_text(table).splitlines()) == len(table) + 1


def test_worth_and_its_error():
    """Two samples of one law: about 1, its error sqrt(2) times that of a normal sample's variance, 2 / n."""
    rng = np.random.default_rng(5)
    found = np.array([study.worth(*rng.standard_normal((2, 200))) for _ in range(200)])
    assert found[:, 0].mean() == pytest.approx(1, abs=0.05)
    assert found[:, 1].mean() == pytest.approx(found[:, 0].std(), rel=0.25)
    assert found[:, 1].mean() == pytest.approx(np.sqrt(4 / 200), rel=0.15)
