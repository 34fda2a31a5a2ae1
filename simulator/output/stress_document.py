"""A hold under stress as machines read it."""

from collections.abc import Sequence
from typing import Any

from simulator.output.document import brief, dumps
from simulator.result import STREAM
from simulator.risk.sample import LEVEL
from simulator.risk.stress_figures import Stressed
from simulator.spec.scenario import SCHEMA as SCENARIOS
from simulator.spec.scenario import SCHEMA_VERSION, Scenario

SCHEMA = "letf.stress/1"


def to_json(stressed: Stressed) -> str:
    """The object that `letf stress --json` prints."""
    test = stressed.spec
    levels = {name: test.levels(name) for name in test.instruments}
    return dumps(
        {
            "schema": SCHEMA,
            "hold_days": test.hold,
            "instruments": [{"name": name, "stop": stop, "target": target} for name, (stop, target) in levels.items()],
            "market": brief(test.market.to_dict()),
            "funds": [fund.to_dict() for fund in test.funds],
            "rate": test.rate,
            "seed": test.seed,
            "paths": test.paths,
            "stream": STREAM,
            "shortfall_level": LEVEL,
            **stressed.to_dict(),
        }
    )


def listing_json(known: Sequence[Scenario]) -> str:
    """The object that `letf stress --list --json` prints: a scenarios file's content."""
    found: dict[str, Any] = {"schema": f"{SCENARIOS}/{SCHEMA_VERSION}"}
    return dumps(found | {"scenarios": [scenario.to_dict() for scenario in known]})
