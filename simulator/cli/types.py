"""Types of option values: what a user may type and what it means."""

import re
from datetime import date
from math import inf, isfinite
from pathlib import Path

import click

from simulator.errors import LetfError


class Fraction(click.ParamType):
    """A rate, drift, volatility or stop: `4%` or `0.04`; 1 or more needs the percent sign.

    A number that no percent sign would bring between `low` and `high` is let through: the range is the spec's to check.
    """

    name = "fraction"

    def __init__(self, low: float = -inf, high: float = inf):
        self.low, self.high = low, high

    def convert(self, value, param, ctx):
        if isinstance(value, float):
            return value
        text = value.strip()
        number, percent = text.removesuffix("%"), text.endswith("%")
        try:
            parsed = float(number)
        except ValueError:
            self.fail(f"{value!r} is not a number; write 4% or 0.04", param, ctx)
        if not isfinite(parsed):
            self.fail(f"{value!r} is not a finite number; write 4% or 0.04", param, ctx)
        if not percent and abs(parsed) >= 1 and self.low <= parsed / 100 <= self.high:
            fraction = f" or {parsed / 100:g}" if abs(parsed) < 100 else ""
            self.fail(f"{value!r} is {parsed * 100:g} %; write {number}%{fraction}", param, ctx)
        return parsed / 100 if percent else parsed


class BorrowFee(click.ParamType):
    """A fee for borrowing shares: TNA=5% or TNA=0.05."""

    name = "fee"

    def convert(self, value, param, ctx):
        if isinstance(value, tuple):
            return value
        ticker, sign, fee = value.partition("=")
        if not (ticker.strip() and sign):
            self.fail(f"{value!r} names no ticker and fee; write TNA=5%", param, ctx)
        return ticker.strip().upper(), Fraction().convert(fee, param, ctx)


class DriftType(Fraction):
    """A drift: a fraction, or `regime` for each regime's own."""

    name = "drift"

    def convert(self, value, param, ctx):
        return value if value == "regime" else super().convert(value, param, ctx)


class Whole(click.ParamType):
    """A whole number; `1e6` and `1_000_000` are whole too. Its range is the spec's to check."""

    name = "integer"

    def convert(self, value, param, ctx):
        if isinstance(value, int):
            return value
        if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+", value):
            self.fail(f"{value!r} has commas; write {value.replace(',', '')}", param, ctx)
        try:
            return int(value)
        except ValueError:
            pass
        try:
            number = float(value)
        except ValueError:
            self.fail(f"{value!r} is not a whole number", param, ctx)
        if not number.is_integer():
            self.fail(f"{value!r} is not a whole number", param, ctx)
        return int(number)


class Money(click.ParamType):
    """An amount of money above 0: 10000, 10_000, 1e4 or 12.50."""

    name = "money"

    def convert(self, value, param, ctx):
        if isinstance(value, float):
            return value
        text = value.strip()
        if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", text):
            self.fail(f"{value!r} has commas; write {text.replace(',', '')}", param, ctx)
        try:
            amount = float(text)
        except ValueError:
            self.fail(f"{value!r} is no amount of money; write 10000", param, ctx)
        if not (isfinite(amount) and amount > 0):
            self.fail(f"{value!r} is no amount of money above 0; write 10000", param, ctx)
        return amount


class Days(Whole):
    """A comma list of holding periods."""

    name = "days"

    def convert(self, value, param, ctx):
        if isinstance(value, tuple):
            return value
        return tuple(Whole.convert(self, part.strip(), param, ctx) for part in value.split(","))


class Day(click.DateTime):
    """A calendar day, YYYY-MM-DD."""

    def __init__(self):
        super().__init__(["%Y-%m-%d"])

    def convert(self, value, param, ctx):
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"{value!r} is no day; write YYYY-MM-DD", param, ctx)


class PricesFile(click.ParamType):
    """A price file to read: a path, or a ticker that `letf fetch` has fetched. A file of that very name comes first."""

    name = "prices"
    suffixes = (".csv", ".parquet", ".txt")  # of files, whatever else is a ticker

    def convert(self, value, param, ctx):
        if not value:
            self.fail("no file is named; give a CSV or Parquet file, or a fetched ticker", param, ctx)
        path = Path(value)
        if path.is_file() or path.suffix.lower() in self.suffixes or len(path.parts) != 1:
            return path
        from simulator.history.cached import check_ticker, find

        try:
            ticker = check_ticker(value)
        except LetfError:
            return path
        cached = find(ticker)
        if cached is None:
            if path.exists():  # a folder
                return path
            raise LetfError(
                f"{value}: no such file, and no prices of such a ticker are fetched; to fetch them: "
                f"letf fetch {ticker}; or give a CSV or Parquet file"
            )
        note = cached.stale(date.today())
        told = param is not None and param.name == "as_of"  # by a warning of its own
        if note and not told and not (ctx and ctx.params.get("quiet")):
            click.echo(f"Note: {note}", err=True)
        return cached.path


class OutputFile(click.ParamType):
    """A file to write, refused before any work where its suffix is unknown or its folder cannot take it.

    Without suffixes it may be called anything.
    """

    name = "file"

    def __init__(self, *suffixes: str):
        self.suffixes = suffixes

    def convert(self, value, param, ctx):
        from simulator.files import check_writable

        path = Path(value)
        if self.suffixes and path.suffix.lower() not in self.suffixes:
            self.fail(f"{value!r} must end in {', '.join(self.suffixes)}", param, ctx)
        try:
            check_writable(path)
        except LetfError as error:
            self.fail(str(error), param, ctx)
        return path


FRACTION, DRIFT, WHOLE, DAYS, MONEY = Fraction(), DriftType(), Whole(), Days(), Money()
SHARE, GAIN, POSITIVE = Fraction(0, 1), Fraction(0, 100), Fraction(0)
DAY = Day()
INPUT_FILE = click.Path(path_type=Path)
PRICES = PricesFile()
RESULT_FILE = OutputFile(".npz", ".json", ".csv", ".parquet")
FIGURE_FILE = OutputFile(".png", ".svg", ".pdf")
MARKET_FILE = OutputFile(".toml")
CHECKPOINT_FILE = OutputFile()
