"""The script behind the refits that come with the package gives what is shipped."""

import importlib.util
import tomllib
from pathlib import Path

import numpy as np

from simulator.history.prices import read_prices
from simulator.spec.files import PRESETS, to_toml
from simulator.spec.refits import FILE

SCRIPT = Path(__file__).parent.parent / "scripts" / "make_refits.py"
TWO_MACHINES = {"rtol": 2e-3, "atol": 1e-6}  # apart, where optimisers end


def _script():
    spec = importlib.util.spec_from_file_location("make_refits", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


make_refits = _script()


def test_the_first_refit_is_the_shipped_one(shared_data):
    made = make_refits.refits(read_prices(shared_data / "IWM.csv"), count=1)
    shipped = tomllib.loads((PRESETS / FILE).read_text())
    for name in (make_refits.DEFAULT_MARKET, make_refits.GARCH_MARKET):
        assert len(shipped[name]) == make_refits.COUNT and made[name][0].keys() == shipped[name][0].keys()
        for key, values in made[name][0].items():
            np.testing.assert_allclose(values, shipped[name][0][key], **TWO_MACHINES)
    assert tomllib.loads(to_toml(made)) == made


def test_the_file_says_how_it_was_made():
    assert (PRESETS / FILE).read_text().startswith(make_refits.COMMENT)
    assert tomllib.loads((PRESETS / FILE).read_text())["drawn"] >= make_refits.COUNT
