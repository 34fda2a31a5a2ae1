"""Yahoo's chart service behind yfinance: the session, and what its answers mean."""

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

from curl_cffi import requests
from curl_cffi.requests import exceptions

from simulator.errors import LetfError

CHART = "/v8/finance/chart/"
TIMEOUT = 10.0  # seconds an answer may take, those to yfinance's questions for cookies included
MAY_ASK_AGAIN = (401, 403)  # yfinance gets itself a new cookie on these
FAULTS = (  # why there is no answer; the first that fits
    (exceptions.DNSError, "its name is not known here"),
    (exceptions.Timeout, f"no answer within {TIMEOUT:g} s"),
    (exceptions.SSLError, "no trusted TLS connection"),
    (exceptions.ProxyError, "the proxy refuses"),
    (exceptions.ConnectionError, "no connection"),
)


class Refusal(LetfError):
    """Yahoo gave no prices; the message says why and the way out."""


class RateLimited(Refusal):
    """Yahoo asks for fewer requests (429), `retry_after` seconds from now where it says when."""

    def __init__(self, retry_after: float | None):
        super().__init__("Yahoo limits requests (429)")
        self.retry_after = retry_after


class Session(requests.Session):
    """yfinance's session, a browser's by its TLS, that checks the answers of the chart service before yfinance.

    yfinance keeps a bad answer and hides its status; from here a bad one is an error that names the way out.
    """

    def __init__(self):
        super().__init__(impersonate="chrome", trust_env=True)
        self.refused = False  # the last chart, to its cookie

    def request(self, method: Any, url: str, **options: Any) -> Any:  # type: ignore[override]
        """The answer.

        Raises
        ------
        Refusal
            If the chart service is asked and gives no chart.
        """
        is_chart = CHART in url
        options["timeout"] = min(options.get("timeout") or TIMEOUT, TIMEOUT)
        try:
            answer = super().request(method, url, **options)
        except exceptions.RequestException as error:
            if is_chart:
                raise Refusal(_no_answer(urlsplit(url).hostname, error)) from None
            raise
        if is_chart and not self._is_question(answer):
            ticker = unquote(urlsplit(url).path.rpartition("/")[2])
            check(ticker, answer.status_code, answer.headers.get("retry-after"), answer.text)
        return answer

    def _is_question(self, answer):
        """Whether yfinance itself deals with the answer: a page that asks for consent, a cookie refused once."""
        self.refused = answer.status_code in MAY_ASK_AGAIN and not self.refused
        return self.refused or (urlsplit(answer.url).hostname or "").endswith("consent.yahoo.com")


@cache
def session() -> Session:
    """The one session of this process, as yfinance keeps one cookie for it."""
    return Session()


def _no_answer(host, error):
    if isinstance(error, exceptions.IncompleteRead | exceptions.ChunkedEncodingError):
        return "Yahoo's answer broke off; try again"
    why = next((why for kind, why in FAULTS if isinstance(error, kind)), str(error))
    return f"Yahoo ({host}) cannot be reached: {why} (curl {error.code:d}); check the network, then try again"


def check(ticker: str, status: int, retry_after: str | None, text: str) -> None:
    """Refuse an answer that is no daily chart of `ticker`.

    Raises
    ------
    RateLimited
        On status 429.
    Refusal
        On what else is no chart: an error, nothing, half of it, a web page, another ticker or interval.
    """
    if status == 429:
        raise RateLimited(seconds(retry_after, datetime.now(UTC)))
    if status in MAY_ASK_AGAIN:
        raise Refusal(f"Yahoo refuses (status {status}), with a new cookie too; try again later")
    if status >= 500:
        raise Refusal(f"Yahoo answered with error {status}; try again later")
    if not text.strip():
        raise Refusal("Yahoo's answer is empty; try again later")
    try:
        chart = json.loads(text)["chart"]
        error, results = chart.get("error"), chart.get("result")
        meta = results[0]["meta"] if results else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Refusal(_not_chart(status, text)) from None
    if error:
        raise Refusal(_told(error))
    if not meta:
        raise Refusal("Yahoo's answer holds no prices; is the ticker right?")
    about, interval = meta.get("symbol", ticker), meta.get("dataGranularity", "1d")
    if (about, interval) != (ticker, "1d"):
        raise Refusal(f"Yahoo answered about {about} by {interval}, daily prices of {ticker} were asked for")


def _not_chart(status, text):
    if text.lstrip().startswith("<"):
        return (
            f"Yahoo's answer is a web page, not prices (status {status}): a login page of your network? open "
            "https://finance.yahoo.com in a browser, then try again"
        )
    if text.lstrip().startswith("{") and not text.rstrip().endswith("}"):
        return "Yahoo's answer broke off: its JSON has no end; try again"
    return f"Yahoo's answer is no chart (status {status}); try again later"


def _told(error):
    code, description = (error.get(key) for key in ("code", "description")) if isinstance(error, dict) else ("", error)
    if code == "Not Found":
        return f"Yahoo knows no such ticker ({description}); look it up on https://finance.yahoo.com/lookup"
    return f"Yahoo refuses: {description or code}"


def seconds(retry_after: str | None, now: datetime) -> float | None:
    """A Retry-After header, seconds or a date (RFC 9110, 10.2.3), in seconds from `now`; None where it says nothing."""
    if retry_after is None:
        return None
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        then = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(0.0, (then.replace(tzinfo=then.tzinfo or UTC) - now).total_seconds())
