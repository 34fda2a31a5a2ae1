"""Fetching: real yfinance against a server of this machine, its prices and its refusals."""

import hashlib
import inspect
import json
import logging
import socket
import sys
import warnings
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from yahoo import NEW_YORK, bars, chart_error, divert, forget, morning_after, serving, weekdays

from simulator.errors import LetfError
from simulator.history import fetch, yahoo
from simulator.history.prices import read_prices

DAYS = weekdays("2020-01-01", 400)
NOW = morning_after(DAYS[-1])
ROUNDING = 1e-14  # relative; a product and a quotient in another order


@pytest.fixture
def server(monkeypatch, tmp_path):
    monkeypatch.setenv("LETF_CACHE_DIR", str(tmp_path))
    with serving(monkeypatch) as yahoo:
        yahoo.charts["IWM"] = bars(DAYS)
        yield yahoo


def ask(ticker="IWM", now=NOW, **options):
    """Fetch as a new process does; a pause that no test expects is an error."""
    forget()
    return fetch.fetch(ticker, now=now, **{"wait": pytest.fail, **options})


def lines(fetched):
    return fetched.content.decode().splitlines()


# What is kept of a good answer


def test_the_file_holds_what_yahoo_gave_and_reads_as_prices(server, tmp_path):
    fetched, given = ask("iwm"), server.charts["IWM"]
    path = tmp_path / "IWM.csv"
    path.write_bytes(fetched.content)
    assert lines(fetched)[0] == "Date,Open,High,Low,Close,Adj Close,Volume"
    prices = read_prices(path)
    assert prices.dates.tolist() == DAYS
    assert prices.close.tolist() == given["adjclose"], "to the last digit"
    assert prices.column == "Adj Close"
    for name in ("open", "high", "low"):
        adjusted = np.array(given[name]) * given["adjclose"] / np.array(given["close"])
        np.testing.assert_allclose(getattr(prices, name), adjusted, rtol=ROUNDING)


def test_the_record_tells_request_library_time_and_content(server):
    import yfinance

    fetched = ask(start=date(2019, 5, 1))
    record = fetched.record
    assert json.loads(json.dumps(record)) == record
    assert record["sha256"] == hashlib.sha256(fetched.content).hexdigest()
    assert (record["ticker"], record["rows"], record["days_without_price"]) == ("IWM", 400, [])
    assert (record["first_date"], record["last_date"]) == (str(DAYS[0]), str(DAYS[-1]))
    assert (record["library"], record["source"]) == (f"yfinance {yfinance.__version__}", "Yahoo Finance")
    assert record["fetched"] == NOW.astimezone(UTC).isoformat()
    request = record["request"]
    assert (request["start"], request["interval"], request["auto_adjust"]) == ("2019-05-01", "1d", False)


def test_every_argument_of_the_request_is_explicit(server):
    from yfinance.scrapers.history import PriceHistory

    known = inspect.signature(inspect.unwrap(PriceHistory.history)).parameters
    assert set(ask().record["request"]) == set(known) - {"self"}


def test_what_is_asked_over_the_wire(server):
    ask(start=date(2020, 6, 1))
    query = server.charts_asked()[-1]
    assert query["period1"] == str(int(datetime(2020, 6, 1, tzinfo=NEW_YORK).timestamp()))
    end = NOW.astimezone(UTC).date() + timedelta(days=1)
    assert query["period2"] == str(int(datetime.combine(end, time(), NEW_YORK).timestamp()))
    assert query["interval"] == "1d" and query["crumb"] == "a.crumb"
    assert {host for host, *_ in server.asked} <= {
        f"{name}.yahoo.com" for name in ("fc", "query1.finance", "query2.finance")
    }


def test_start_cuts(server):
    assert lines(ask(start=DAYS[7]))[1].startswith(str(DAYS[7]))


@pytest.mark.parametrize("clock", [time(0), time(9, 29), time(16, 1), time(23, 59)])
def test_a_day_that_has_not_ended_is_left_out(server, clock):
    """By New York's calendar: the server gives today's bar, which before the close is of half a day."""
    now = datetime.combine(DAYS[-1], clock, NEW_YORK)
    assert ask(now=now).record["last_date"] == str(DAYS[-2])
    assert ask(now=now.astimezone(UTC)).record["last_date"] == str(DAYS[-2])


def test_the_clock_is_the_default(server):
    forget()
    assert fetch.fetch("IWM").record["last_date"] == str(DAYS[-1])


def test_a_live_price_after_the_last_bar_is_left_out_too(server):
    """While trading goes on, Yahoo adds the latest price as a second row of the day."""
    chart = server.charts["IWM"]
    for name, values in chart.items():
        values.append(values[-1] + 1800 if name == "timestamp" else values[-1])
    fetched = ask(now=datetime.combine(DAYS[-1], time(10, 30), NEW_YORK))
    assert fetched.record["last_date"] == str(DAYS[-2]) and fetched.record["rows"] == 399


def test_an_exchange_ahead_of_utc(server):
    """Of 1 a.m. in Tokyo on the day after the last, UTC and New York still write the last day."""
    server.meta = {"exchangeTimezoneName": "Asia/Tokyo"}
    tokyo = ZoneInfo("Asia/Tokyo")
    server.charts["IWM"]["timestamp"] = [int(datetime.combine(day, time(9), tokyo).timestamp()) for day in DAYS]
    last = datetime.combine(DAYS[-1], time(1), tokyo)
    assert ask(now=last).record["last_date"] == str(DAYS[-2])
    assert ask(now=last + timedelta(days=1)).record["last_date"] == str(DAYS[-1])


def test_days_without_a_price_are_left_out_and_counted(server):
    for row, name in ((5, "close"), (9, "adjclose")):
        server.charts["IWM"][name][row] = None
    server.charts["IWM"]["adjclose"][11] = 0.0
    record = ask().record
    assert record["days_without_price"] == [str(DAYS[row]) for row in (5, 9, 11)]
    assert record["rows"] == 397


def test_yfinance_leaves_no_files_and_is_left_as_it_was(server, tmp_path, monkeypatch):
    import yfinance

    monkeypatch.setenv("HOME", str(tmp_path))
    logger = logging.getLogger("yfinance")
    before = logger.level, yfinance.config.debug.hide_exceptions, yfinance.config.network.retries
    filters = list(warnings.filters)
    ask()
    server.refuse(500)
    with pytest.raises(fetch.FetchError):
        ask()
    assert before == (logger.level, yfinance.config.debug.hide_exceptions, yfinance.config.network.retries)
    assert warnings.filters == filters
    assert list(tmp_path.rglob("*")) == []


# Refusals


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (500, "", "Yahoo answered with error 500; try again later"),
        (503, "<html>busy</html>", "Yahoo answered with error 503"),
        (500, '{"finance": {"error": "internal"}}', "Yahoo answered with error 500"),
        (200, "", "answer is empty"),
        (200, " \n", "answer is empty"),
        (200, '{"chart": {"result": [{"meta": {"symb', "broke off: its JSON has no end"),
        (200, "<!DOCTYPE html><html>sign in</html>", r"a web page, not prices \(status 200\)"),
        (403, "<html>forbidden</html>", r"refuses \(status 403\), with a new cookie too"),
        (404, "<html>not found</html>", r"a web page, not prices \(status 404\)"),
        (200, "Will be right back", "is no chart"),
        (200, "null", "is no chart"),
        (200, "[]", "is no chart"),
        (200, '{"chart": null}', "is no chart"),
        (200, '{"chart": {"result": [{}], "error": null}}', "is no chart"),
        (200, '{"chart": {"result": [], "error": null}}', "holds no prices"),
        (200, '{"chart": {"result": null, "error": "odd"}}', "Yahoo refuses: odd"),
        (400, chart_error("Bad Request", "Data doesn't exist"), "Yahoo refuses: Data doesn't exist"),
        (401, chart_error("Unauthorized", "Invalid Crumb"), r"refuses \(status 401\)"),
        (
            200,
            '{"chart": {"result": [{"meta": {"symbol": "SPY"}}]}}',
            "about SPY by 1d, daily prices of IWM were asked",
        ),
        (200, '{"chart": {"result": [{"meta": {"dataGranularity": "3mo"}}]}}', "about IWM by 3mo"),
        (200, '{"chart": {"result": [{"meta": {"symbol": "IWM"}}]}}', "not as yfinance expects it"),
    ],
)
def test_a_refusal_is_one_line_that_names_the_ticker(server, status, body, message):
    server.refuse(status, body, always=True)
    with pytest.raises(fetch.FetchError, match=message) as error:
        ask()
    assert str(error.value).startswith("IWM: ") and "\n" not in str(error.value)


def test_a_refusal_of_the_prices_after_a_good_first_answer(server):
    """yfinance asks twice: for the time zone, then for the prices."""
    for status, body, message in ((500, "", "error 500"), (200, "<html>", "web page"), (200, '{"chart"', "broke off")):
        forget()
        server.chart, whole = _second(server.chart, status, body), server.chart
        with pytest.raises(fetch.FetchError, match=message):
            ask()
        server.chart = whole


def _second(chart, status, body):
    return lambda ticker, query: chart(ticker, query) if "range" in query else (status, {}, body)


def test_a_refusal_is_not_remembered(server):
    server.refuse(500)
    with pytest.raises(fetch.FetchError):
        fetch.fetch("IWM", now=NOW)
    assert fetch.fetch("IWM", now=NOW).record["rows"] == 400


def test_an_answer_that_breaks_off_in_transit(server):
    server.refuse(200, '{"chart": {', Content_Length="10000")
    with pytest.raises(fetch.FetchError, match="Yahoo's answer broke off; try again"):
        ask()


def test_an_unknown_ticker(server):
    with pytest.raises(fetch.FetchError, match=r"NONE: Yahoo knows no such ticker \(No data found"):
        ask("NONE")


def test_no_prices_in_the_span(server):
    with pytest.raises(fetch.FetchError, match="no prices from 2021-12-01 on; give an earlier --start"):
        ask(start=date(2021, 12, 1), now=datetime(2022, 1, 1, tzinfo=UTC))


def test_a_start_that_is_to_come(server):
    with pytest.raises(LetfError, match="start 2021-07-14 is not in the past; give an earlier day"):
        ask(start=NOW.date())
    assert server.asked == []


def test_a_single_day_is_too_few(server):
    with pytest.raises(fetch.FetchError, match=f"fewer than 2 days of prices from {DAYS[-1]} to before"):
        ask(start=DAYS[-1])


def test_weekly_prices_are_not_believed(server):
    server.charts["IWM"] = bars(DAYS[::5])
    with pytest.raises(fetch.FetchError, match="7 days apart in the median; daily ones"):
        ask()


def test_a_stale_cookie_is_renewed_by_yfinance(server):
    server.refuse(401, chart_error("Unauthorized", "Invalid Crumb"))
    assert ask().record["rows"] == 400


def test_without_a_crumb_the_chart_is_asked_for_all_the_same(server):
    answer = server.answer
    server.answer = lambda host, path, *rest: (
        (429, {}, "Too Many Requests") if "getcrumb" in path else answer(host, path, *rest)
    )
    assert ask().record["rows"] == 400
    assert "crumb" not in server.charts_asked()[0]


# Too many requests


def test_a_429_is_waited_for(server):
    server.refuse(429, "Too Many Requests", times=2)
    waited, heard = [], []
    assert ask(wait=waited.append, hear=heard.append).record["rows"] == 400
    assert waited == [5, 20]
    assert heard == [f"IWM: Yahoo limits requests (429); trying again in {seconds} s" for seconds in (5, 20)]


def test_a_429_that_stays_is_given_up(server):
    server.refuse(429, always=True)
    waited = []
    with pytest.raises(fetch.FetchError, match=r"limits requests \(429\) at try 4; try again in an hour"):
        ask(wait=waited.append)
    assert waited == [5, 20, 60]


@pytest.mark.parametrize(("asked", "pause"), [("30", 30), ("2", 5), ("soon", 5), ("-3", 5)])
def test_retry_after_is_honoured(server, asked, pause):
    server.refuse(429, Retry_After=asked)
    waited = []
    ask(wait=waited.append)
    assert waited == [pause]


def test_a_long_retry_after_is_told_instead(server):
    server.refuse(429, Retry_After="3600")
    with pytest.raises(fetch.FetchError, match="at try 1; try again in 3600 s"):
        ask()


def test_retry_after_in_seconds_or_as_a_date():
    now = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)
    assert yahoo.seconds(None, now) is None
    assert yahoo.seconds("17", now) == 17
    assert yahoo.seconds("Fri, 02 Jan 2026 12:00:40 GMT", now) == 40
    assert yahoo.seconds("Fri, 02 Jan 2026 11:00:00 GMT", now) == 0
    assert yahoo.seconds("Fri, 02 Jan 2026 12:00:40 -0000", now) == 40


# No connection


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def test_nobody_answers(monkeypatch):
    divert(monkeypatch, free_port())
    with pytest.raises(
        fetch.FetchError, match=r"IWM: Yahoo \(query2.finance.yahoo.com\) cannot be reached: no connection"
    ):
        ask()


def test_no_answer_in_time(monkeypatch):
    monkeypatch.setattr(yahoo, "TIMEOUT", 0.05)
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(16)
        divert(monkeypatch, deaf.getsockname()[1])
        with pytest.raises(fetch.FetchError, match="cannot be reached: no answer within"):
            ask()


def test_each_fault_is_named():
    from curl_cffi.requests import exceptions

    for kind, words in (
        (exceptions.DNSError, "its name is not known here (curl 6)"),
        (exceptions.ReadTimeout, "no answer within 10 s"),
        (exceptions.CertificateVerifyError, "no trusted TLS connection"),
        (exceptions.ProxyError, "the proxy refuses"),
        (exceptions.ConnectionError, "no connection"),
        (exceptions.TooManyRedirects, "what curl says"),
    ):
        assert words in yahoo._no_answer("host", kind("what curl says", code=6))


# Names


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x", "a/b", "a\\b", "/etc/passwd", "IWM CSV", "IWM\n", "-IWM", "A" * 16, "ÄÖ", "IWM%2e", "ſPY"],
)
def test_hostile_names_are_refused_before_anything_is_asked(server, name):
    with pytest.raises(LetfError, match="is no ticker: 1 to 15 letters"):
        ask(name)
    assert server.asked == []


def test_a_ticker_with_signs(server):
    server.charts["^RUT"] = bars(DAYS[:10])
    assert ask("^rut").record["ticker"] == "^RUT"


# Without the extra


def test_without_yfinance_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "yfinance", None)
    with pytest.raises(LetfError, match=r'pip install "letf\[fetch\]"'):
        fetch.fetch("IWM")
