"""Daily prices from Yahoo Finance by yfinance: asked for in full, checked, and recorded."""

import hashlib
import logging
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from os import devnull
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.errors import LetfError
from simulator.history.cached import SCHEMA, check_ticker

if TYPE_CHECKING:
    import pandas as pd

FIRST_DAY = date(1980, 1, 1)  # well before any fund; Yahoo takes it as "all there is"
PAUSES = (5.0, 20.0, 60.0)  # seconds before the second, third and last try after a 429
PATIENCE = 120.0  # seconds; a Retry-After beyond is told, not waited for
COLUMNS = ("Open", "High", "Low", "Close", "Adj Close", "Volume")
LARGEST_GAP = 3  # days between prices, in the median, that still are daily ones


class FetchError(LetfError):
    """A ticker was not fetched: `reason` without the ticker, for several that share it."""

    def __init__(self, ticker: str, reason: str):
        super().__init__(f"{ticker}: {reason}")
        self.ticker, self.reason = ticker, reason


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """Prices as downloaded.

    Parameters
    ----------
    ticker : str
    content : bytes
        CSV: Date, Open, High, Low, Close, Adj Close, Volume, oldest first, as Yahoo gives them.
    record : dict
        What `history.cached` keeps beside it.
    """

    ticker: str
    content: bytes
    record: dict[str, Any]


def fetch(
    ticker: str,
    start: date = FIRST_DAY,
    *,
    now: datetime | None = None,
    wait: Callable[[float], None] = time.sleep,
    hear: Callable[[str], None] | None = None,
) -> Fetched:
    """Download a ticker's daily prices from `start` to the last day that has ended at its exchange.

    Closes adjusted for splits and dividends stand beside plain ones. The request ends with today by UTC, for every time
    zone; of the answer only days before the exchange's own today are kept, so that an unfinished day never is.

    Parameters
    ----------
    ticker : str
        As Yahoo writes it, in any case.
    start : date
    now : datetime, optional
        With its time zone; absent, the clock's.
    wait : callable
        Is given the seconds to pause for after a 429: 5, 20, 60, or what Retry-After asks for if that is more.
    hear : callable, optional
        Is told of pauses, in a line each.

    Raises
    ------
    LetfError
        If the name is no ticker, `start` is to come, or yfinance is not installed.
    FetchError
        On no connection, a refusal, an answer that is no daily prices, or none from `start` on.
    """
    ticker = check_ticker(ticker)
    try:
        import yfinance  # noqa: F401

        from simulator.history.yahoo import RateLimited, Refusal
    except ImportError:
        raise LetfError('fetching prices needs yfinance; install it with pip install "letf[fetch]"') from None
    now = datetime.now(UTC) if now is None else now.astimezone(UTC)
    if start >= now.date():
        raise LetfError(f"start {start} is not in the past; give an earlier day")
    request = _request(start, now)
    for tries, pause in enumerate((*PAUSES, None), 1):
        try:
            return _fetched(ticker, request, _download(ticker, request), now)
        except RateLimited as limit:
            asked = limit.retry_after or 0
            if pause is None or asked > PATIENCE:
                until = f"in {asked:g} s" if asked > PATIENCE else "in an hour"
                raise FetchError(ticker, f"{limit} at try {tries}; try again {until}, with fewer tickers") from None
            pause = max(pause, asked)
            if hear:
                hear(f"{ticker}: {limit}; trying again in {pause:g} s")
            wait(pause)
        except Refusal as refusal:
            raise FetchError(ticker, str(refusal)) from None
    raise AssertionError("the last try returns or raises")


def _request(start: date, now: datetime) -> dict[str, Any]:
    """Every argument of yfinance's Ticker.history."""
    from simulator.history.yahoo import TIMEOUT

    return {
        "period": None,
        "interval": "1d",
        "start": start.isoformat(),
        "end": (now.date() + timedelta(days=1)).isoformat(),  # excluded
        "prepost": False,
        "actions": False,
        "auto_adjust": False,  # both closes: the adjusted one tells what the plain one does not
        "back_adjust": False,
        "repair": False,  # prices as they were published; what is doubtful is the reader's to judge
        "keepna": True,  # a day without a price is counted here, not dropped unseen
        "rounding": False,
        "timeout": TIMEOUT,
        "raise_errors": False,  # the deprecated way; see _strict
    }


@contextmanager
def _strict() -> Iterator[None]:
    """yfinance raises its errors, prints nothing, tries once and keeps no files of its own."""
    import yfinance

    logger, config = logging.getLogger("yfinance"), yfinance.config
    before = logger.level, config.debug.hide_exceptions, config.network.retries
    yfinance.set_tz_cache_location(devnull)  # no folder can be there, so that it does without
    logger.setLevel(logging.CRITICAL + 1)
    config.debug.hide_exceptions, config.network.retries = False, 0
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module=r"yfinance\b")  # its calls of pandas are its own affair
            yield
    finally:
        logger.setLevel(before[0])
        config.debug.hide_exceptions, config.network.retries = before[1:]


def _download(ticker: str, request: dict[str, Any]) -> "pd.DataFrame":
    """yfinance's table of the answer."""
    import yfinance

    from simulator.history.yahoo import Refusal, session

    try:
        with _strict():
            return yfinance.Ticker(ticker, session=session()).history(**request)
    except Refusal:
        raise
    except yfinance.exceptions.YFPricesMissingError:
        raise Refusal(f"Yahoo has no prices from {request['start']} on; give an earlier --start") from None
    except Exception as error:  # whatever yfinance's parser meets in an answer of another shape
        why = f"{type(error).__name__}: {error}"
        raise Refusal(f"Yahoo's answer is not as yfinance expects it ({why}); try again later") from None


def _fetched(ticker, request, table, now):
    """The days of the table that have ended and have a price."""
    from simulator.history.yahoo import Refusal

    if not set(COLUMNS) <= set(table.columns):
        raise Refusal(f"yfinance's answer has columns {', '.join(table.columns)}; {', '.join(COLUMNS)} are expected")
    today = now.astimezone(table.index.tz).date()
    table = table.set_axis(table.index.date, axis="index").rename_axis("Date")[list(COLUMNS)]
    ended = table[table.index < today]
    closes = ended[["Close", "Adj Close"]].to_numpy(dtype=float)
    kept = ended[np.all((closes > 0) & np.isfinite(closes), axis=1)]
    if len(kept) < 2:
        raise Refusal(f"fewer than 2 days of prices from {request['start']} to before {today}; give an earlier --start")
    gap = float(np.median(np.diff(np.array(kept.index, dtype="datetime64[D]")).astype(float)))
    if gap > LARGEST_GAP:
        raise Refusal(f"Yahoo's prices are {gap:g} days apart in the median; daily ones were asked for")
    content = kept.to_csv(lineterminator="\n").encode()
    return Fetched(ticker=ticker, content=content, record=_record(ticker, request, ended, kept, content, now))


def _record(ticker, request, ended, kept, content, now):
    import yfinance

    return {
        "schema": SCHEMA,
        "ticker": ticker,
        "source": "Yahoo Finance",
        "library": f"yfinance {yfinance.__version__}",
        "fetched": now.isoformat(timespec="seconds"),
        "request": request,
        "first_date": str(kept.index[0]),
        "last_date": str(kept.index[-1]),
        "rows": len(kept),
        "days_without_price": [str(day) for day in ended.index.difference(kept.index)],
        "sha256": hashlib.sha256(content).hexdigest(),
    }
