"""Market and funds files: TOML in, TOML out, and the presets that come with the package."""

import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from simulator.errors import LetfError
from simulator.spec.fund import Fund, funds_from_dict, funds_to_dict
from simulator.spec.market import Market, market_from_dict
from simulator.spec.markov import MarkovMarket

PRESETS = files("simulator") / "presets"
DEFAULT_MARKET = "iwm-markov3"
MARKETS = (DEFAULT_MARKET,)
MARKET_FILES = {DEFAULT_MARKET: "iwm.toml", "iwm": "iwm.toml"}  # a market goes by its name and its file's
MOST_BYTES = 64 << 20
DIGITS = 10  # significant, of a float that is written
NUMBERS = re.compile(r"\[\s*\n[-+.\w,\s]*\]")  # an array of numbers over several lines; strings never span lines


def _parsed(raw: bytes, where: str) -> Mapping[str, Any]:
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
            content = file.read(most + 1)
    except FileNotFoundError:
        raise LetfError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise LetfError(f"{path}: is a folder, a file is expected") from None
    except OSError as error:
        raise LetfError(f"{path}: cannot be read: {error.strerror}") from None
    if len(content) > most:
        raise LetfError(f"{path}: larger than {most >> 20} MiB, the most that is read; is it the right file?")
    return content


def _within(where, parse, data):
    try:
        return parse(data)
    except LetfError as error:
        raise LetfError(f"{where}: {error}") from None


def read_market(path: Path | str) -> Market:
    """The market in a TOML file; a market without a name is called by the file's."""
    path = Path(path)
    data = _parsed(read_bytes(path), str(path))
    return _within(path, market_from_dict, {"name": path.stem, **data})


def _rounded(value):
    if isinstance(value, Mapping):
        return {key: _rounded(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(entry) for entry in value]
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def market_to_toml(market: Market) -> str:
    """The content of the market's TOML file: floats to ten digits, each row of numbers on one line."""
    import tomli_w

    text = tomli_w.dumps(_rounded(market.to_dict()))
    return NUMBERS.sub(lambda rows: "[" + ", ".join(rows[0].strip("[]\n ,").replace(",", " ").split()) + "]", text)


def funds_to_toml(funds: tuple[Fund, ...]) -> str:
    """The content of a funds file."""
    import tomli_w

    return tomli_w.dumps(_rounded(funds_to_dict(funds)))


def read_funds(path: Path | str) -> tuple[Fund, ...]:
    """The funds in a TOML file."""
    return _within(path, funds_from_dict, _parsed(read_bytes(path), str(path)))


def preset_market(name: str = DEFAULT_MARKET) -> MarkovMarket:
    """A market that comes with the package."""
    if name not in MARKET_FILES:
        raise LetfError(f"unknown market {name!r}; built in: {', '.join(MARKETS)}")
    return MarkovMarket.from_dict(_parsed((PRESETS / MARKET_FILES[name]).read_bytes(), name))


def preset_funds() -> tuple[Fund, ...]:
    """The funds that come with the package."""
    return funds_from_dict(_parsed((PRESETS / "funds.toml").read_bytes(), "funds"))


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
