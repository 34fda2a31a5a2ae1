"""Every kernel of a run without its compiler gives the compiled numbers: plain Python, read by a debugger."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from examples import BARRED, BOOTSTRAP, RESIDUALS, SCALED, SCALED_BARRED, SKEWED, beside, fund, market, run

from simulator.engine.feedback import count_moves
from simulator.engine.simulate import simulate
from simulator.engine.structures import run_structures
from simulator.spec.call_spread import CallSpread
from simulator.spec.comparison import Comparison
from simulator.spec.course import Course
from simulator.spec.leg import Hedge, Leg
from simulator.spec.run import Simulation
from simulator.spec.structure import Structure
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
TRADES_PROGRAM = f"""
import json
from simulator.kernels import stats
stats.LANES = {LANES}
from test_uncompiled import trades
print(json.dumps(trades()))
"""


def specs():
    for one in MARKETS.values():
        for trade in TRADES.values():
            if trade is not None and trade.watch == "day" and trade.stop and one is BOOTSTRAP:
                continue  # it has no bars
            yield run(one, 3.0, -3.0, costs=True, horizons=(1, 9), paths=LANES + 5, trade=trade)


def plain(program, given=""):
    """The lines that a program prints without a compiler."""
    folders = [str(Path(__file__).parents[i]) for i in range(3)]
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join(folders)}
    command = [sys.executable, "-c", program]
    ran = subprocess.run(command, input=given, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()


def trades():
    """What structures made of markets of two indexes, and days on which pushed funds move far."""
    legs = tuple(Leg(instrument=name, weight=weight) for name, weight in {"F3": -0.5, "SPY": 0.8}.items())
    structures = (
        Structure(name="call spread", spread=CallSpread(low=1, high=1.05, days=45, vol=0.2, skew=-0.02, settle=False)),
        Structure(name="sold", legs=legs, stop=0.03, target=0.06, maintenance=0.5, rebalance_days=3),
        Structure(name="hedged", legs=legs[:1], hedge=Hedge(instrument="SPY", weight=0.3, fall=0.01)),
    )
    course = Course(moves=((2, -0.03, -0.02),), vol_scales=((4, 1.5),), rates=((3, 0.01),))
    found = []
    for one in (market(3), SKEWED, BOOTSTRAP, SCALED):
        spec = Comparison(
            market=beside(one), funds=(fund(3),), structures=structures, hold=9, paths=LANES + 5, course=course
        )
        found += [values.tolist() for values in run_structures(spec, threads=1)]
    (counted,) = count_moves(run(market(3), 3.0, horizons=(9,), paths=LANES + 5), (0.0, 0.3), reverts=0.5, beyond=0.06)
    return [*found, counted.days.tolist()]


def test_plain_python_gives_the_compiled_trades():
    (line,) = plain(TRADES_PROGRAM)
    mine = trades()
    for values, of_plain in zip(mine, json.loads(line), strict=True):
        np.testing.assert_allclose(of_plain, values, rtol=0, atol=ERROR)
    assert np.sum(mine[-1]) > 0 and np.ptp(mine[2][1]) > 0  # days are counted, and trades end in several ways


def test_plain_python_gives_the_compiled_numbers():
    lines = plain(PROGRAM, "\n".join(json.dumps(spec.to_dict(), default=str) for spec in specs()))
    for spec, line in zip(specs(), lines, strict=True):
        result = simulate(Simulation.from_dict(json.loads(json.dumps(spec.to_dict(), default=str))), threads=1)
        held = [] if result.positions is None else [result.positions.sums, result.positions.events]
        for mine, of_plain in zip([result.sums, result.extremes, *held], json.loads(line), strict=True):
            assert np.asarray(of_plain) == pytest.approx(mine, rel=1e-3, abs=ERROR * (LANES + 5))
