"""Market and funds files: TOML in, TOML out, and the presets that come with the package."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any, BinaryIO, overload

from simulator.errors import LetfError
from simulator.spec.ensemble import EnsembleMarket, Member, SingleMarket
from simulator.spec.fund import Fund, funds_from_dict, funds_to_dict
from simulator.spec.market import Market, market_from_dict
from simulator.spec.markov import MarkovMarket
from simulator.spec.model import PRICE_KEYS
from simulator.spec.second import SecondIndex

PRESETS = files("simulator") / "presets"
DEFAULT_MARKET = "iwm-markov3"
GARCH_MARKET, ENSEMBLE_MARKET = "iwm-garch", "iwm-ensemble"
JOINT_MARKET, JOINT_GARCH, JOINT_ENSEMBLE = "iwm-spy", "iwm-spy-garch", "iwm-spy-ensemble"
BESIDE = {JOINT_MARKET: DEFAULT_MARKET, JOINT_GARCH: GARCH_MARKET}  # a second index beside these markets' own
MARKET_FILES = {DEFAULT_MARKET: "iwm.toml", GARCH_MARKET: "iwm-garch.toml"}
ENSEMBLES = {ENSEMBLE_MARKET: tuple(MARKET_FILES), JOINT_ENSEMBLE: tuple(BESIDE)}
MARKETS = (DEFAULT_MARKET, GARCH_MARKET, ENSEMBLE_MARKET, *BESIDE, JOINT_ENSEMBLE)
SECOND_FILE = "spy.toml"
SHORT_NAMES = {"iwm": DEFAULT_MARKET}  # a market goes by its file's name too
BUILT_IN = "built in, for no prices are given"
OF_HALVES = "; its GARCH half brings the leverage effect, that falls come with high volatility"
ASKS = ": --as-of IWM.csv asks the best model where the market stands now"
STARTS = ": --as-of IWM.csv starts it where the market stands now"  # of two indexes none is fitted on the way
MOST_BYTES, PIECE = 64 << 20, 1 << 20
DIGITS = 10  # significant, of a float that is written
NUMBERS = re.compile(r"\[\s*\n[-+.\w,\s]*\]")  # an array of numbers over several lines; strings never span lines


def parsed(raw: bytes, where: str) -> Mapping[str, Any]:
    """The content of a TOML file; an error says `where` it is."""
    try:
        return tomllib.loads(raw.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError:
        raise LetfError(f"{where}: not a text file; a TOML file is expected") from None
    except (ValueError, RecursionError) as error:  # also numbers of over 4,300 digits, brackets without end
        raise LetfError(f"{where}: not TOML: {error}") from None


def read_bytes(path: Path | str, most: int | None = None) -> bytes:
    """The content of a file that a user named, at most `most` bytes, or one line on why it cannot be read."""
    path, most = Path(path), MOST_BYTES if most is None else most
    try:
        with path.open("rb") as file:
            content = b"".join(_pieces(file, most + 1))
    except FileNotFoundError:
        raise LetfError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise LetfError(f"{path}: is a folder, a file is expected") from None
    except OSError as error:
        raise LetfError(f"{path}: cannot be read: {error.strerror}") from None
    if len(content) > most:
        raise LetfError(f"{path}: larger than {most >> 20} MiB, the most that is read; is it the right file?")
    return content


def _pieces(file: BinaryIO, most: int) -> Iterator[bytes]:
    """Up to `most` bytes; to ask for all of them at once would take that much memory, however short the file."""
    while most > 0 and (piece := file.read(min(most, PIECE))):
        most -= len(piece)
        yield piece


def _within(where, parse, data):
    try:
        return parse(data)
    except LetfError as error:
        raise LetfError(f"{where}: {error}") from None


def read_market(path: Path | str) -> Market:
    """The market in a TOML file; a market without a name is called by the file's."""
    path = Path(path)
    data = parsed(read_bytes(path), str(path))
    return _within(path, market_from_dict, {"name": path.stem, **data})


def _rounded(value):
    if isinstance(value, Mapping):
        return {key: _rounded(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(entry) for entry in value]
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def to_toml(data: Mapping[str, Any]) -> str:
    """The content of a TOML file: floats to ten digits, each row of numbers on one line."""
    import tomli_w

    text = tomli_w.dumps(_rounded(data))
    return NUMBERS.sub(lambda rows: "[" + ", ".join(rows[0].strip("[]\n ,").replace(",", " ").split()) + "]", text)


def market_to_toml(market: Market) -> str:
    """The content of the market's TOML file."""
    return to_toml(market.to_dict())


def funds_to_toml(funds: tuple[Fund, ...]) -> str:
    """The content of a funds file."""
    return to_toml(funds_to_dict(funds))


def read_funds(path: Path | str) -> tuple[Fund, ...]:
    """The funds in a TOML file."""
    return _within(path, funds_from_dict, parsed(read_bytes(path), str(path)))


def is_preset(name: str) -> bool:
    """Whether a market of that name comes with the package."""
    return name in MARKETS or name in SHORT_NAMES


@overload
def preset_market() -> MarkovMarket: ...


@overload
def preset_market(name: str) -> Market: ...


def preset_market(name: str = DEFAULT_MARKET) -> Market:
    """A market that comes with the package."""
    if not is_preset(name):
        raise LetfError(f"unknown market {name!r}; built in: {', '.join(MARKETS)}")
    name = SHORT_NAMES.get(name, name)
    if name in ENSEMBLES:
        return halves(name, *(_preset_member(member) for member in ENSEMBLES[name]))
    return _preset_member(name)


def alone(name: str) -> str:
    """The full name of a built-in market, or of the one that it has beside a second index."""
    name = SHORT_NAMES.get(name, name)
    return BESIDE.get(name, name)


def halves(name: str, *members: SingleMarket) -> EnsembleMarket:
    """A built-in ensemble: the same share of the paths for each of these built-in markets, or of refits of them."""
    first = members[0]
    assert isinstance(first.drift, float)  # built in with one drift for all regimes
    origin = {key: first.provenance[key] for key in PRICE_KEYS if key in first.provenance}
    return EnsembleMarket(
        members=tuple(Member(weight=1 / len(members), market=member) for member in members),
        drift=first.drift,
        index=first.index,
        name=name,
        provenance={"why": BUILT_IN + OF_HALVES + (STARTS if first.second else ASKS)} | origin,
    )


def _preset_member(name: str) -> SingleMarket:
    if name in BESIDE:
        second = SecondIndex.from_dict(parsed((PRESETS / SECOND_FILE).read_bytes(), SECOND_FILE)[BESIDE[name]])
        first = _preset_member(BESIDE[name])
        return replace(first, name=name, second=second, provenance={**first.provenance, "why": BUILT_IN + STARTS})
    market = market_from_dict(parsed((PRESETS / MARKET_FILES[name]).read_bytes(), name))
    assert isinstance(market, SingleMarket)  # files of ours
    return market


def preset_funds() -> tuple[Fund, ...]:
    """The funds that come with the package."""
    return funds_from_dict(parsed((PRESETS / "funds.toml").read_bytes(), "funds"))


def known_funds(added: Path | None = None) -> tuple[tuple[Fund, ...], tuple[Fund, ...]]:
    """The funds of the file `added`, and all: the presets with those added, which take the place of namesakes."""
    new = read_funds(added) if added else ()
    by_ticker = {fund.ticker.upper(): fund for fund in (*preset_funds(), *new)}
    return new, tuple(by_ticker.values())


def find_funds(tickers: tuple[str, ...], known: tuple[Fund, ...]) -> tuple[Fund, ...]:
    """The funds called `tickers` (any case), in that order, repeats dropped; an unknown one lists the known."""
    by_ticker = {fund.ticker.upper(): fund for fund in known}
    for ticker in tickers:
        if ticker.upper() not in by_ticker:
            raise LetfError(f"unknown fund {ticker!r}; known: {', '.join(fund.ticker for fund in known)}")
    return tuple(by_ticker[ticker] for ticker in dict.fromkeys(ticker.upper() for ticker in tickers))
