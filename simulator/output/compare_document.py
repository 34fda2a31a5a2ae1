"""Structures side by side as machines read them."""

from collections.abc import Sequence

from simulator.output.document import brief, dumps
from simulator.result import STREAM
from simulator.risk.compare_figures import Compared
from simulator.risk.sample import LEVEL
from simulator.spec.usual import terms_of

SCHEMA = "letf.compare/1"


def to_json(compared: Compared, left_out: Sequence[str] = ()) -> str:
    """The object that `letf compare --json` prints; `left_out` are structures that could not be held."""
    spec = compared.spec
    told = compared.to_dict()
    told["structures"] = [
        law | {"terms": terms_of(structure), "premium": structure.spread and structure.spread.premium(spec.rate)}
        for law, structure in zip(told["structures"], spec.structures, strict=True)
    ]
    return dumps(
        {
            "schema": SCHEMA,
            "hold_days": spec.hold,
            "market": brief(spec.market.to_dict()),
            "funds": [fund.to_dict() for fund in spec.funds],
            "rate": spec.rate,
            "loan_spread": spec.loan_spread,
            "borrow_fees": dict(spec.borrow_fees),
            "seed": spec.seed,
            "paths": spec.paths,
            "stream": STREAM,
            "shortfall_level": LEVEL,
            **told,
            "left_out": list(left_out),
        }
    )
