"""A second index in a market's spec: rules, files, presets."""

from dataclasses import replace

import numpy as np
import pytest
from examples import BOOTSTRAP, SKEWED, ensemble, market

from simulator.errors import LetfError
from simulator.spec.files import market_to_toml, parsed, preset_market, read_market
from simulator.spec.market import market_from_dict, second_index
from simulator.spec.refits import preset_refits
from simulator.spec.second import SecondIndex

ROUNDING = 1e-12  # of a handful of operations in double precision
FACTOR = {"index": "SPY", "drift": 0.08, "betas": (0.5, 0.7, 0.8), "residual_vols": (0.06, 0.09, 0.2)}


@pytest.mark.parametrize(
    ("one", "changes", "message"),
    [
        (market(3), {"index": "iwm"}, "second: index must be another than the market's, 'IWM'"),
        (market(2), {}, "second: a market of kind markov needs 2 values of betas here, got 3"),
        (market(1), {"betas": (0.5,)}, "second: a market of kind markov needs 1 value of residual_vols here, got 3"),
        (SKEWED, {"betas": (0.5,)}, "second: a market of kind garch needs none of residual_vols here, got 3"),
        (BOOTSTRAP, {}, "second: a market of kind bootstrap needs none of betas here, got 3"),
        (
            market(3),
            {"residual_ratio": 0.4},
            "second: a market of kind markov needs none of residual_ratio",
        ),
        (ensemble(market(3)), {}, "second: a market of kind ensemble has none of its own"),
        (market(3), {"betas": (0.5, 11, 0.8)}, r"second: betas\[1\] must be in \[-10, 10\], got 11"),
        (market(3), {"betas": 0.5}, "second: a row of numbers is expected, got 0.5"),
        (market(3), {"residual_vols": (0.1, -0.1, 0.2)}, r"second: residual_vols\[1\] must be in \[0, 10\], got -0.1"),
        (market(3), {"residual_ratio": -1.0}, r"second: residual_ratio must be in \[0, 100\], got -1.0"),
        (market(3), {"dof": 2.0}, r"second: dof must be in \[2.01, 1e\+06\], got 2.0"),
        (market(3), {"drift": "regime"}, "second: drift must be a number, got 'regime'"),
        (market(3), {"log_returns": (0.1, 2.0)}, r"second: log_returns\[1\] must be in \[-1, 1\], got 2.0"),
        (market(3), {"provenance": 3}, "second: provenance must be a table, got 3"),
    ],
)
def test_one_line_says_what_is_wrong(one, changes, message):
    with pytest.raises(LetfError, match=f"^{message}"):
        replace(one, second=SecondIndex(**FACTOR | changes))


def test_a_bootstrap_wants_as_many_days_and_no_dof():
    days = {"index": "SPY", "drift": 0.08, "log_returns": BOOTSTRAP.log_returns}
    assert replace(BOOTSTRAP, second=SecondIndex(**days)).second_alone().log_returns == BOOTSTRAP.log_returns
    with pytest.raises(LetfError, match="second: dof is of a factor model; a bootstrap draws days, leave it out"):
        replace(BOOTSTRAP, second=SecondIndex(**days, dof=5.0))
    with pytest.raises(LetfError, match="needs 500 values of log_returns here, got 499"):
        replace(BOOTSTRAP, second=SecondIndex(**days | {"log_returns": BOOTSTRAP.log_returns[1:]}))
    with pytest.raises(LetfError, match="second must be a SecondIndex, got 'SPY'"):
        replace(BOOTSTRAP, second="SPY")


def test_files_keep_it(tmp_path):
    joint = replace(market(3, drift=0.05), second=SecondIndex(**FACTOR, dof=7.0, provenance={"days": 3}))
    path = tmp_path / "joint.toml"
    path.write_text(market_to_toml(joint))
    assert read_market(path) == joint
    assert "second" not in market(3).to_dict()
    data = parsed(path.read_bytes(), "joint")
    with pytest.raises(LetfError, match="second: unknown key 'bta'"):
        market_from_dict({**data, "second": {**data["second"], "bta": 1}})


def test_correlation_is_that_of_the_factor_model():
    second = SecondIndex(**FACTOR)
    vols = np.array([0.1, 0.2, 0.5])
    expected = [0.05 / np.hypot(0.05, 0.06), 0.14 / np.hypot(0.14, 0.09), 0.4 / np.hypot(0.4, 0.2)]
    assert second.correlations(vols) == pytest.approx(expected, rel=ROUNDING)
    assert second.scaled(2.0).correlations(2 * vols) == pytest.approx(expected, rel=ROUNDING)


@pytest.mark.parametrize(("name", "alone"), [("iwm-spy", "iwm-markov3"), ("iwm-spy-garch", "iwm-garch")])
def test_the_joint_presets_are_the_single_ones_with_spy_beside(name, alone):
    joint = preset_market(name)
    why = joint.provenance["why"].replace("starts it where", "asks the best model where")
    bare = replace(joint, second=None, name=alone, provenance=joint.provenance | {"why": why})
    assert bare == preset_market(alone)
    assert joint.second is not None and joint.second.index == "SPY"
    assert joint.second.provenance["last_date"] == "2024-12-31"
    assert all(one.second == joint.second for one in preset_refits(name))


def test_the_joint_ensemble_is_half_of_each_joint_preset():
    found = preset_market("iwm-spy-ensemble")
    assert [member.market for member in found.members] == [preset_market("iwm-spy"), preset_market("iwm-spy-garch")]
    assert second_index(found) == "SPY" and second_index(preset_market("iwm-ensemble")) is None
    assert found.provenance["why"].endswith("--as-of IWM.csv starts it where the market stands now")
