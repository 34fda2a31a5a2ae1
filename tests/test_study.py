"""The study behind the defaults: it runs, scores as `letf score` does, and its settled variants are what is shipped."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from simulator.history.forecasters import FORECASTERS, Past
from simulator.history.score import find_origins, score
from simulator.history.verdict import judge

SCRIPT = Path(__file__).parent.parent / "scripts" / "study_models.py"
MONTHS = np.array(["2016-11", "2016-12", "2017-01", "2017-02"], dtype="datetime64[M]")
PATHS = 128
SETTLED = ("as settled", "all")  # model and variant of a verdict
ROUNDING = 1e-12  # sums in another order


def _script():
    spec = importlib.util.spec_from_file_location("study_models", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


study_models = _script()
GROUPS = study_models.groups()


@pytest.fixture(scope="module")
def record(shared_data):
    return study_models.read_record(shared_data)


@pytest.fixture(scope="module")
def origins(record):
    return find_origins(record, MONTHS[0], MONTHS[-1])


@pytest.fixture(scope="module")
def past(record):
    """The fewest years that all variants can be made of."""
    return Past(record.index.between("2004-01-01", "2010-12-31"), record.vol_index, "IWM")


@pytest.fixture(scope="module")
def found(record, origins):
    heard = []
    found = study_models.study(record, origins, GROUPS["settings"]._replace(paths=PATHS), heard.append)
    assert heard[-1].startswith("Scaled bootstrap, what it can be set to: seed 2, 100 %")
    return found


def started(forecaster, past):
    return forecaster.start(forecaster.fit(past), past)


def law(market):
    """What of a market moves the index."""
    return replace(market, name="any", provenance={}).to_dict()


@pytest.mark.parametrize("name", GROUPS)
def test_each_variant_of_a_group_is_another_market(name, past):
    laws = [law(started(variant, past)) for variant in GROUPS[name].variants.values()]
    assert all(one != other for i, one in enumerate(laws) for other in laws[:i])


def test_the_settled_are_what_is_shipped(past):
    without = replace(past, vol_index=None)
    for forecaster, group, variant, told in (
        ("scaled-bootstrap", "settings", "as settled", without),
        ("scaled-bootstrap", "settings-vix", "as settled", past),
        ("ensemble", "kinds", GROUPS["kinds"].settled, without),
        ("ensemble", "finalists", "0.8 scaled, 0.2 GJR, VIX", past),
    ):
        shipped, studied = (started(each, told) for each in (FORECASTERS[forecaster], GROUPS[group].variants[variant]))
        assert law(shipped) == law(studied)


@pytest.mark.parametrize(("period", "first", "last"), [("all", 0, 3), ("to 2016", 0, 1), ("from 2017", 2, 3)])
def test_it_scores_as_letf_score_does(record, found, period, first, last):
    variants = {name: GROUPS["settings"].variants[name] for name in ("gbm", "as settled")}
    origins = find_origins(record, MONTHS[first], MONTHS[last])
    verdict = judge(score(record, origins, variants, paths=PATHS, horizons=study_models.POOLED))
    settled = found["variants"]["as settled"]
    pooled = {row.quantity: row.skill["gbm"] for row in verdict.pooled if (row.model, row.variant) == SETTLED}
    for quantity, skill in pooled.items():
        assert settled["skill"][period][quantity] == pytest.approx(
            list(skill), abs=ROUNDING, nan_ok=True
        )  # few origins have no interval
    if period == "all":
        worst = min(cell.skill["gbm"].estimate for cell in verdict.cells if cell.model == "as settled")
        assert settled["worst_cell"] == pytest.approx(worst, abs=ROUNDING)
        covered = {row.level: row for row in verdict.covered if row.model == "as settled"}
        for level, row in settled["coverage"].items():
            shares = [covered[level].share.estimate, covered[level].lowest, covered[level].highest]
            assert list(row.values()) == pytest.approx(shares, abs=ROUNDING)


def test_the_table_has_a_line_a_variant(found):
    text = study_models.table(found)
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len(lines) == 4 + len(found["variants"]) + len(found["second_seed"]) and "gbm" not in text
    assert {line.count("|") for line in lines} == {lines[0].count("|")}


def test_the_best_has_the_largest_sum_of_skills_to_2016(found):
    sums = {
        name: sum(estimate for estimate, _, _ in each["skill"]["to 2016"].values())
        for name, each in found["variants"].items()
    }
    assert found["best_to_2016"] == max(sums, key=sums.get)
    assert {found["best_to_2016"], "as settled"} <= set(found["second_seed"])
    assert f"Largest sum to 2016: {found['best_to_2016']}." in study_models.table(found)
