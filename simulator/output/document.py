"""A result as machines read it: JSON, CSV, Parquet and .npz."""

import hashlib
import json
import struct
from collections.abc import Mapping
from math import isfinite
from types import MappingProxyType
from typing import Any

from simulator.exact import Check
from simulator.output.files import frame_bytes
from simulator.result import STREAM, Result
from simulator.spec.ensemble import EnsembleMarket
from simulator.spec.garch import GarchMarket

SCHEMA = "letf.simulate/1"
NO_STARTS: Mapping[str, Result] = MappingProxyType({})
LONG = 100  # numbers of a list that a reader may be spared


def plain(value: Any) -> Any:
    """`value` without NaN or infinity: null takes their place."""
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    return None if isinstance(value, float) and not isfinite(value) else value


def dumps(value: Any) -> str:
    """One JSON object, ended by a newline."""
    return json.dumps(plain(value), indent=2, allow_nan=False, default=str) + "\n"


def brief(value: Any) -> Any:
    """`value` with each long list of numbers, as the days of a bootstrap, replaced by its length and hash."""
    if isinstance(value, dict):
        return {key: brief(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        if len(value) > LONG and all(isinstance(entry, float) for entry in value):
            return {"numbers": len(value), "sha256": hashlib.sha256(struct.pack(f"<{len(value)}d", *value)).hexdigest()}
        return [brief(entry) for entry in value]
    return value


def to_json(result: Result, check: Check | None, starts: Mapping[str, Result] = NO_STARTS) -> str:
    """The object that `letf simulate --json` prints; `starts` are the results by day 1's regime, if any."""
    spec = result.spec
    return dumps(
        {
            "schema": SCHEMA,
            "market": brief(spec.market.to_dict()),
            "funds": [fund.to_dict() for fund in spec.funds],
            "seed": spec.seed,
            "paths": spec.paths,
            "stream": STREAM,
            "rate": spec.rate,
            "check": vars(check) if check else None,
            **_capped(result),
            "rows": result.rows(),
            **_members(result),
            **({"starts": [_start(name, part) for name, part in starts.items()]} if starts else {}),
        }
    )


def _start(regime: str, result: Result) -> dict[str, Any]:
    return {"regime": regime, "paths": result.spec.paths, "rows": result.rows()}


def _capped(result: Result) -> dict[str, Any]:
    """Of a market that caps volatility, on how many days of paths it did."""
    markets = [part.spec.market for part in result.members or (result,)]
    return {"capped_days": result.capped} if any(isinstance(market, GarchMarket) for market in markets) else {}


def _members(result: Result) -> dict[str, Any]:
    """Of an ensemble, each member's figures."""
    if not isinstance(result.spec.market, EnsembleMarket):
        return {}
    members = zip(result.spec.market.members, result.members, strict=True)
    return {
        "members": [
            {
                "name": member.market.name,
                "kind": member.market.kind,
                "weight": member.weight,
                "paths": part.spec.paths,
                "rows": part.rows(),
            }
            for member, part in members
        ]
    }


def encode(result: Result, check: Check | None, suffix: str, starts: Mapping[str, Result] = NO_STARTS) -> bytes:
    """The content of the output file with this suffix."""
    if suffix == ".npz":
        return result.to_bytes()
    if suffix == ".json":
        return to_json(result, check, starts).encode()
    return frame_bytes(result.to_frame(), suffix)
