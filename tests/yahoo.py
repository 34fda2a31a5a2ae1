"""A local server that speaks Yahoo Finance's protocol, cookies, crumbs and charts, and a yfinance that asks it."""

import json
import threading
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

import numpy as np

NEW_YORK = ZoneInfo("America/New_York")
OPENS = time(9, 30)
CRUMB = "a.crumb"
HOSTS = ("query1.finance.yahoo.com", "query2.finance.yahoo.com", "fc.yahoo.com", "guce.yahoo.com")


def weekdays(first, count):
    """`count` weekdays from `first` on, as dates."""
    return np.busday_offset(np.datetime64(first), np.arange(count), roll="forward").tolist()


def bars(days, seed=0):
    """Daily bars as Yahoo's `indicators` and `timestamp`: float32 prices, a dividend every 63 days in the adjusted."""
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(0.01 * rng.normal(size=len(days))))
    span = 0.005 * np.abs(rng.normal(size=len(days)))
    yields = np.where(np.arange(len(days)) % 63 == 62, 0.004, 0.0)
    adjusted = close * np.append(np.cumprod(1 - yields[::-1])[::-1][1:], 1.0)
    return {
        "timestamp": [int(datetime.combine(day, OPENS, NEW_YORK).timestamp()) for day in days],
        "open": _float32(close * (1 - span / 2)),
        "high": _float32(close * (1 + span)),
        "low": _float32(close * (1 - span)),
        "close": _float32(close),
        "adjclose": _float32(adjusted),
        "volume": rng.integers(10**6, 10**7, len(days)).tolist(),
    }


def _float32(values):
    return np.float32(values).astype(float).tolist()


class Yahoo:
    """What the server knows, answers next, and was asked.

    charts : ticker to bars
    refusals : (status, headers, body) of the next chart requests, in order; `always` repeats the last
    asked : (host, path, query, cookie) of every request
    """

    def __init__(self):
        self.charts, self.refusals, self.always, self.asked = {}, [], False, []
        self.meta = {}

    def refuse(self, status, body="", times=1, always=False, **headers):
        self.refusals += [
            (status, {name.replace("_", "-").title(): value for name, value in headers.items()}, body)
        ] * times
        self.always = always

    def charts_asked(self):
        return [query for _, path, query, _ in self.asked if path.startswith("/v8/finance/chart/")]

    def answer(self, host, path, query, cookie):
        self.asked.append((host, path, query, cookie))
        if host not in HOSTS:
            return 421, {}, f"{host} is none of Yahoo's"
        if host == "fc.yahoo.com":
            cookies = {"Set-Cookie": "A3=d=chip; Domain=yahoo.com; Path=/; Expires=Fri, 01 Jan 2100 00:00:00 GMT"}
            return 404, cookies, "<html>not here</html>"
        if path == "/v1/test/getcrumb":
            return (200, {}, CRUMB) if "A3=" in cookie else (401, {}, "Invalid Cookie")
        if path.startswith("/v8/finance/chart/"):
            if self.refusals:
                return self.refusals[0] if self.always and len(self.refusals) == 1 else self.refusals.pop(0)
            return self.chart(unquote(path.rpartition("/")[2]), query)
        return 404, {}, "<html>nothing here</html>"

    def chart(self, ticker, query):
        if ticker not in self.charts:
            return 404, {}, chart_error("Not Found", "No data found, symbol may be delisted")
        known = self.charts[ticker]
        stamps = np.array(known["timestamp"])
        kept = np.ones(len(stamps), dtype=bool)
        if "range" in query:
            kept[:-1] = False
        else:
            kept = (stamps >= int(query["period1"])) & (stamps < int(query["period2"]))
        return 200, {"Content-Type": "application/json"}, json.dumps(self.body(ticker, known, np.flatnonzero(kept)))

    def body(self, ticker, known, rows):
        columns = {name: [values[row] for row in rows] for name, values in known.items()}
        meta = {
            "symbol": ticker,
            "currency": "USD",
            "instrumentType": "ETF",
            "exchangeTimezoneName": "America/New_York",
            "dataGranularity": "1d",
            "priceHint": 2,
            "validRanges": ["1d", "max"],
            **self.meta,
        }
        adjusted = [{"adjclose": columns.pop("adjclose")}]
        result = {"meta": meta, "timestamp": columns.pop("timestamp")}
        if not result["timestamp"]:
            del result["timestamp"]
            columns = {}
        return {
            "chart": {"result": [{**result, "indicators": {"quote": [columns], "adjclose": adjusted}}], "error": None}
        }


def chart_error(code, description):
    """How Yahoo says no."""
    return json.dumps({"chart": {"result": None, "error": {"code": code, "description": description}}})


@contextmanager
def serving(monkeypatch):
    """A Yahoo on this machine; whatever host curl_cffi is asked for, it is the one that answers, as an HTTP proxy."""
    yahoo = Yahoo()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(yahoo))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        divert(monkeypatch, server.server_port)
        yield yahoo
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def divert(monkeypatch, port):
    """Every curl_cffi session of a yfinance that remembers nothing talks to this port; host names stay in URLs."""
    from curl_cffi import requests
    from yfinance import data

    from simulator.history import yahoo

    whole = requests.Session.request

    def request(self, method, url, **options):
        here = {"http": f"http://127.0.0.1:{port}"}
        return whole(self, method, url.replace("https://", "http://"), proxies=here, **options)

    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(requests.Session, "request", request)
    monkeypatch.setattr(data.SingletonMeta, "_instances", {})
    forget()
    yahoo.session.cache_clear()


def _handler(yahoo):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            address = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(address.query).items()}
            status, headers, body = yahoo.answer(
                self.headers["Host"], address.path, query, self.headers.get("Cookie", "")
            )
            content = body.encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
            if "Content-Length" in headers:  # a lie about the length is told by hanging up
                self.close_connection = True

        def log_message(self, *args):
            pass

    return Handler


def forget():
    """yfinance keeps answers about the past for as long as its process lives; as if this were another process."""
    from yfinance import data

    data.YfData.cache_get.cache_clear()


def morning_after(day):
    """Early on the next day in New York: `day` has ended, the next has not begun."""
    return datetime.combine(day + timedelta(days=1), time(6), NEW_YORK)
