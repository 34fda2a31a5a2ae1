"""Put the figures of benchmarks/results.json into the docs, and draw them.

python benchmarks/report.py

Between a line `<!-- NAME: benchmarks/report.py -->` and the next `<!-- end -->` stands what NAME of `tables` gives.
"""

import json
import re
from pathlib import Path

from tables import TABLES

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results.json"
PAGES = ("README.md", "docs/performance.md", "benchmarks/README.md")
FIGURE = ROOT / "docs" / "performance.png"
PLACE = re.compile(r"(<!-- (\w+): benchmarks/report\.py -->\n).*?(<!-- end -->)", re.DOTALL)


def read() -> dict:
    """The committed figures."""
    return json.loads(RESULTS.read_text())


def refresh(page: str, results: dict) -> str:
    """The page with each table written anew."""
    return PLACE.sub(lambda found: f"{found[1]}\n{TABLES[found[2]](results)}\n\n{found[3]}", page)


def main() -> None:
    from chart import draw

    results = read()
    for name in PAGES:
        path = ROOT / name
        path.write_text(refresh(path.read_text(), results))
    draw(results).savefig(FIGURE)


if __name__ == "__main__":
    main()
