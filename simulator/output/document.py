"""A result as machines read it: JSON, CSV, Parquet and .npz."""

import io
import json
from math import isfinite
from typing import Any

from simulator.errors import LetfError
from simulator.exact import Check
from simulator.result import STREAM, Result

SCHEMA = "letf.simulate/1"


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


def to_json(result: Result, check: Check | None) -> str:
    """The object that `letf simulate --json` prints."""
    spec = result.spec
    return dumps(
        {
            "schema": SCHEMA,
            "market": spec.market.to_dict(),
            "funds": [fund.to_dict() for fund in spec.funds],
            "seed": spec.seed,
            "paths": spec.paths,
            "stream": STREAM,
            "rate": spec.rate,
            "check": vars(check) if check else None,
            "rows": result.rows(),
        }
    )


def encode(result: Result, check: Check | None, suffix: str) -> bytes:
    """The content of the output file with this suffix."""
    if suffix == ".npz":
        return result.to_bytes()
    if suffix == ".json":
        return to_json(result, check).encode()
    frame = result.to_frame()
    if suffix == ".csv":
        return frame.to_csv(index=False, lineterminator="\n").encode()
    buffer = io.BytesIO()
    try:
        frame.to_parquet(buffer, index=False)
    except ImportError:
        raise LetfError(
            'writing .parquet needs pyarrow; install it with pip install "letf[parquet]", or write .csv'
        ) from None
    return buffer.getvalue()
