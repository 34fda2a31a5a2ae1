"""Print simulator/presets/iwm-refits.toml: the fits of the built-in markets to resampled histories.

    .venv/bin/python scripts/make_refits.py --prices IWM.csv > simulator/presets/iwm-refits.toml

The histories are those of `simulator.history.refits` with seed 1; regimes and GARCH are fitted to the same ones. The
same prices give the same file, to the last digits that two machines agree on. It takes half a minute.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

from simulator.history.calibrate import calibrate
from simulator.history.garch import fit_garch
from simulator.history.prices import Prices, read_prices
from simulator.history.refits import refit
from simulator.history.series import Series
from simulator.spec.files import DEFAULT_MARKET, GARCH_MARKET, to_toml
from simulator.spec.market import Market
from simulator.spec.refits import SCHEMA, SCHEMA_VERSION, parameters_of

COMMENT = "# Made by: python scripts/make_refits.py --prices IWM.csv\n"
COUNT, SEED = 40, 1


def fit(prices: Prices, _: Series | None) -> dict[str, Market]:
    """The built-in markets fitted to `prices` as they were to the real ones."""
    return {
        DEFAULT_MARKET: calibrate(prices).market(initial="stationary"),
        GARCH_MARKET: fit_garch(prices).market(initial="stationary"),
    }


def refits(prices: Prices, count: int = COUNT) -> dict[str, Any]:
    """The content of the file."""
    data: dict[str, Any] = {"schema": f"{SCHEMA}/{SCHEMA_VERSION}", "drawn": 0, DEFAULT_MARKET: [], GARCH_MARKET: []}
    for number in range(1, count + 1):
        markets, drawn = refit(fit, prices, seed=SEED, number=number)
        data["drawn"] += drawn
        for name, market in markets.items():
            data[name].append(parameters_of(market))
        if sys.stderr.isatty():
            print(f"\r{number} of {count}", end="", file=sys.stderr)
    return data


def main() -> None:
    parser = argparse.ArgumentParser(description="Fit the built-in markets to resampled histories.")
    parser.add_argument("--prices", type=Path, required=True, metavar="FILE", help="IWM's daily prices")
    data = refits(read_prices(parser.parse_args().prices))
    print(f"{COMMENT}{to_toml(data)}", end="")


if __name__ == "__main__":
    main()
