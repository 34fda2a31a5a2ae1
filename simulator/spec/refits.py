"""How far the built-in markets may be off: the same fits to resampled histories, as numbers that come with the package.

scripts/make_refits.py makes them.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from simulator.errors import LetfError
from simulator.spec import check
from simulator.spec.ensemble import SingleMarket
from simulator.spec.files import (
    ENSEMBLES,
    MARKETS,
    PRESETS,
    SHORT_NAMES,
    alone,
    halves,
    is_preset,
    parsed,
    preset_market,
)
from simulator.spec.garch import GarchMarket
from simulator.spec.market import Market
from simulator.spec.markov import MarkovMarket
from simulator.spec.model import PRICE_KEYS

FILE, SCHEMA, SCHEMA_VERSION = "iwm-refits.toml", "letf.refits", 1
DIGITS = 6  # significant, of a parameter that the file keeps
OF_REGIMES = ("annual_vol", "annual_log_drift", "overnight_share")
OF_GARCH = ("omega", "alpha", "gamma", "beta", "annual_log_drift", "overnight_share", "dof", "skew")


def preset_refits(name: str) -> tuple[Market, ...]:
    """Refits of the built-in market called `name`, which start where it does.

    The j-th of each market are fitted to the same resampled history; those of the ensemble are made of them.

    Raises
    ------
    LetfError
        If there is no such market.
    """
    if not is_preset(name):
        raise LetfError(f"no refits of {name!r}; there are some of the built-in {', '.join(MARKETS)}")
    name = SHORT_NAMES.get(name, name)
    data = parsed((PRESETS / FILE).read_bytes(), FILE)
    check.schema(FILE, data, SCHEMA, SCHEMA_VERSION)
    if name in ENSEMBLES:
        pairs = zip(*(_refits(member, data) for member in ENSEMBLES[name]), strict=True)
        return tuple(halves(name, *pair) for pair in pairs)
    return _refits(name, data)


def _refits(name: str, data: Mapping[str, Any]) -> tuple[SingleMarket, ...]:
    market = preset_market(name)
    origin = {key: value for key, value in market.provenance.items() if key in PRICE_KEYS}
    return tuple(
        replace(with_parameters(market, values), provenance=origin | {"refit": number})
        for number, values in enumerate(data[alone(name)], 1)
    )


def parameters_of(market: Market) -> dict[str, Any]:
    """The fitted parameters of a market of regimes or GARCH, as the file of refits keeps them."""
    if isinstance(market, MarkovMarket):
        values = {name: [_rounded(getattr(regime, name)) for regime in market.regimes] for name in OF_REGIMES}
        return values | {"transition": [list(row) for row in market.transition]}
    return {name: _rounded(getattr(market, name)) for name in OF_GARCH}


def with_parameters(market: Market, values: Mapping[str, Any]) -> SingleMarket:
    """The market of regimes or GARCH with other `parameters_of`."""
    if isinstance(market, MarkovMarket):
        regimes = tuple(
            replace(regime, **{name: values[name][k] for name in OF_REGIMES}) for k, regime in enumerate(market.regimes)
        )
        return replace(market, regimes=regimes, transition=tuple(map(tuple, values["transition"])))
    assert isinstance(market, GarchMarket)
    return replace(market, **{name: values[name] for name in OF_GARCH})


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
