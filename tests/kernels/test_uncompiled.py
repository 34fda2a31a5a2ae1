"""Every kernel of a run without its compiler gives the compiled numbers: plain Python, read by a debugger."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from examples import BARRED, BOOTSTRAP, RESIDUALS, SCALED_BARRED, SKEWED, market, run

from simulator.engine.simulate import simulate
from simulator.spec.run import Simulation
from simulator.spec.trade import Trade

ERROR = 2e-5  # of singles whose products and sums are rounded twice where compiled kernels fuse them
LANES = 32  # of the uncompiled kernels, which take a second for 1,024
MARKETS = {
    "regimes": market(3),
    "four regimes of Student-t days": market(4, dof=5.0, autocorrelation=0.1),
    "skewed t": SKEWED,
    "residuals": RESIDUALS,
    "bootstrap": BARRED,
    "scaled bootstrap": SCALED_BARRED,
    "closes alone": BOOTSTRAP,
}
TRADES = {"none": None, "day": Trade(stop=0.04, target=0.05), "close": Trade(stop=0.04, watch="close"), "held": Trade()}
PROGRAM = f"""
import json, sys
from simulator.kernels import stats
stats.LANES = {LANES}
from simulator.engine.simulate import simulate
from simulator.spec.run import Simulation
for line in sys.stdin:
    result = simulate(Simulation.from_dict(json.loads(line)), threads=1)
    held = None if result.positions is None else result.positions
    arrays = [result.sums, result.extremes] + ([] if held is None else [held.sums, held.events])
    print(json.dumps([array.tolist() for array in arrays]))
"""


def specs():
    for one in MARKETS.values():
        for trade in TRADES.values():
            if trade is not None and trade.watch == "day" and trade.stop and one is BOOTSTRAP:
                continue  # it has no bars
            yield run(one, 3.0, -3.0, costs=True, horizons=(1, 9), paths=LANES + 5, trade=trade)


def test_plain_python_gives_the_compiled_numbers():
    lines = [json.dumps(spec.to_dict(), default=str) for spec in specs()]
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(Path(__file__).parents[2])}
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM], input="\n".join(lines), env=environment, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    for spec, line in zip(specs(), ran.stdout.splitlines(), strict=True):
        result = simulate(Simulation.from_dict(json.loads(json.dumps(spec.to_dict(), default=str))), threads=1)
        held = [] if result.positions is None else [result.positions.sums, result.positions.events]
        for mine, plain in zip([result.sums, result.extremes, *held], json.loads(line), strict=True):
            assert np.asarray(plain) == pytest.approx(mine, rel=1e-3, abs=ERROR * (LANES + 5))
