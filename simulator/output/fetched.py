"""What was fetched, as a table and as JSON."""

from pathlib import Path
from typing import Any

from simulator.output.document import dumps

SCHEMA = "letf.fetch/1"


def to_json(folder: Path, fetched: list[dict[str, Any]], failed: list[tuple[str, str]]) -> str:
    """The object that `letf fetch --json` prints: each ticker's record, and each failed one's reason."""
    return dumps(
        {
            "schema": SCHEMA,
            "folder": str(folder),
            "fetched": fetched,
            "failed": [{"ticker": ticker, "reason": reason} for ticker, reason in failed],
        }
    )


def to_text(folder: Path, fetched: list[dict[str, Any]]) -> str:
    """A table of the tickers' days; the folder is told first, whatever its length."""
    lines = [f"Daily prices from Yahoo Finance in {folder}", "", "ticker             days  first       last"]
    lines += [f"{row['ticker']:<15}  {row['rows']:>6,}  {row['first_date']}  {row['last_date']}" for row in fetched]
    return "\n".join(lines) + "\n"
