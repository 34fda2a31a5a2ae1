"""The markets that an assessment is repeated in: other models of the index, and refits to resampled pasts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.cli.market import elsewhere, scaled_alone
from simulator.cli.progress import counting, note_loading
from simulator.errors import LetfError

if TYPE_CHECKING:
    from simulator.history.prices import Prices
    from simulator.history.series import Series
    from simulator.spec.market import Market

RISK_MARKET = "iwm-ensemble"  # where neither a market nor prices are given
PROPOSED = 40  # refits


@dataclass
class Doubts:
    """Models by name, refits, and what there is to say about them."""

    models: "dict[str, Market]" = field(default_factory=dict)
    refits: "tuple[Market, ...]" = ()
    notes: list[str] = field(default_factory=list)

    def add(self, models: "Mapping[str, Market]", refits: "tuple[Market, ...]", start: "Callable") -> "Doubts":
        """Take up those that can start as asked."""
        for name, market in models.items():
            try:
                self.models[name] = start(market)
            except LetfError as error:
                self.notes.append(f"Models: without {name}: {error}")
        started = []
        for market in refits:
            try:
                started.append(start(market))
            except LetfError as error:
                failure = error
        if len(started) < len(refits):
            self.notes.append(f"Parameters: {len(started)} of {len(refits)} refits can start so: {failure}")
        self.refits = tuple(started)
        return self


def load_doubts(
    chosen: "Market",
    refits: int | None,
    quiet: bool,
    *,
    market: Path | None,
    as_of: Path | None,
    vol_index: Path | None,
    accept_jumps: bool,
    regime: str | None,
    vol: float | None,
    scale_vol: float | None,
    **_: Any,
) -> Doubts:
    """Those of the market that `load_market` chose by the same options: they drift and start as it does."""
    vol, scale_vol = scaled_alone(vol, scale_vol)

    def start(other: "Market") -> "Market":
        return elsewhere(other.with_drift(chosen.drift), regime, vol, scale_vol)

    if as_of is None:
        return _of_market(str(market or RISK_MARKET), chosen, start)
    return _of_prices(chosen, refits, quiet, market is None, as_of, vol_index, accept_jumps, start)


def _of_market(name: str, chosen: "Market", start: "Callable") -> Doubts:
    """Of a built-in market, the other one, and the refits that come with it; of another there are none."""
    from simulator.spec.ensemble import EnsembleMarket
    from simulator.spec.files import MARKET_FILES, alone, is_preset, preset_market
    from simulator.spec.refits import preset_refits

    if is_preset(name) and not Path(name).exists():
        has_models = isinstance(chosen, EnsembleMarket)  # its members
        others = () if has_models else (other for other in MARKET_FILES if other != alone(name))
        return Doubts().add({other: preset_market(other) for other in others}, preset_refits(name), start)
    lacking = "parameters" if isinstance(chosen, EnsembleMarket) else "parameters and models"
    return Doubts(notes=[f"No error bars of {lacking}: a market file has no prices to fit others to; --as-of has."])


def _of_prices(
    chosen: "Market",
    refits: int | None,
    quiet: bool,
    is_fitted: bool,
    as_of: Path,
    vol_path: Path | None,
    accept_jumps: bool,
    start: "Callable",
) -> Doubts:
    """Every kind of market fitted to the prices, and as many refits as asked for."""
    from simulator.history.prices import read_prices
    from simulator.history.refits import kept_refits
    from simulator.history.vol_index import read_vol_index

    prices = read_prices(as_of, accept_jumps=accept_jumps)
    vol_index = None if vol_path is None else read_vol_index(vol_path, prices)
    doubts, fitted = Doubts(), {}
    for kind in _kinds(prices, is_fitted):
        try:
            one = _fit(kind, prices, vol_index, chosen.index, quiet)
            fitted[one.name if one.name != chosen.name else f"{one.name}, fitted"] = one
        except LetfError as error:
            doubts.notes.append(f"Models: without {kind}: {error}")
    moved: tuple[Market, ...] = ()
    if refits is not None:
        with counting(refits, "Refitting", quiet) as on_progress:
            moved = kept_refits(prices, refits, vol_index=vol_index, index=chosen.index, on_progress=on_progress)
    elif is_fitted:
        doubts.notes.append(f"Error bars of the parameters: --refits {PROPOSED} (some ten seconds, once).")
    else:
        doubts.notes.append("No error bars of parameters: a market file is not fitted to the prices of --as-of.")
    return doubts.add(fitted, moved, start)


def _kinds(prices: "Prices", is_fitted: bool) -> list[str]:
    """The kinds of market that are no part of the one chosen."""
    from simulator.history.kinds import ENSEMBLE, FITS, MEMBERS, default_kind

    own = default_kind(prices)[0] if is_fitted else ""
    mine = MEMBERS if own == ENSEMBLE else (own,)
    return [kind for kind in FITS if kind not in mine]


def _fit(kind: str, prices: "Prices", vol_index: "Series | None", index: str, quiet: bool) -> "Market":
    """The market of that kind."""
    from simulator.history.kept import kept
    from simulator.history.kinds import fit_market

    def fit() -> "Market":
        if kind == "garch" and not quiet:
            note_loading("arch, which fits GARCH")
        return fit_market(kind, prices, vol_index=vol_index, index=index)

    files = (prices,) if vol_index is None else (prices, vol_index)
    return kept(fit, kind, *(text for file in files for text in (file.source, file.sha256)), index)
