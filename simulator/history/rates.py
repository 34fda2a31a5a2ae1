"""The short rate, and what it comes to between two closes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from simulator.errors import LetfError
from simulator.history.series import Series, read_series
from simulator.spec.model import TRADING_DAYS

Unit = Literal["percent", "fraction"]
Kind = Literal["overnight", "bill"]

YEAR = 360  # days in which money markets count a year
BILL_YEAR, BILL_DAYS = 365, 91
MOST_DAYS = 7  # a rate holds at most so long: a weekend and holidays
LARGEST = 0.5  # a year; beyond it no short rate of a stock market's currency lies
SMALL = 0.25  # percent; a file without a higher rate may hold fractions


@dataclass(frozen=True, kw_only=True, eq=False)
class Rates:
    """A short rate by calendar day.

    Parameters
    ----------
    dates : datetime64[D] (N,), rising
    values : float64 (N,)
        Annual, simple, a fraction; a rate holds from its day to the next day that has one.
    year : int
        Calendar days over which `values` accrue: 360 for overnight rates, 365 for converted bills.
    source, sha256 : str
        Name of the file, without its folder, and the hash of its content.
    notes : tuple of str
        What a reader should know.
    """

    dates: np.ndarray
    values: np.ndarray
    year: int
    source: str
    sha256: str
    notes: tuple[str, ...] = ()

    def annual(self, dates: np.ndarray) -> np.ndarray:
        """252 times what accrues from each date's close to the next one's, (T - 1,).

        Each calendar night is paid at the rate of the day before it: three nights over a weekend.

        Parameters
        ----------
        dates : datetime64[D] (T,), rising
            Trading days.

        Raises
        ------
        LetfError
            If a night of the span has no rate, nor one of the seven days before.
        """
        self._check_span(dates[0], dates[-1])
        nights = np.arange(dates[0], dates[-1])
        held = self.values[np.searchsorted(self.dates, nights, side="right") - 1]
        accrued = np.add.reduceat(held, (dates[:-1] - dates[0]).astype(int)) / self.year
        return TRADING_DAYS * accrued

    def _check_span(self, first, last):
        """Refuse rates that begin too late, end too early or have a hole between the two days."""
        span = f"rates are needed from {first} to {last}; give a file that has them, or cut with --start and --end"
        if self.dates[0] > first:
            raise LetfError(f"{self.source}: the first rate is of {self.dates[0]}; {span}")
        if (last - self.dates[-1]).astype(int) > MOST_DAYS:
            raise LetfError(f"{self.source}: the last rate is of {self.dates[-1]}; {span}")
        holes = (np.diff(self.dates).astype(int) > MOST_DAYS) & (self.dates[1:] > first) & (self.dates[:-1] < last)
        for i in np.flatnonzero(holes)[:1]:
            raise LetfError(f"{self.source}: no rate between {self.dates[i]} and {self.dates[i + 1]}; {span}")


def read_rates(path: Path | str, unit: Unit | None = None, kind: Kind = "overnight") -> Rates:
    """Read a short rate from a CSV or Parquet file.

    Parameters
    ----------
    path : Path or str
    unit : "percent" or "fraction", optional
        Of the file; by default percent a year, refused where the figures look like fractions. Said to be percent, such
        figures are believed with a note.
    kind : "overnight" or "bill"
        "overnight": fed funds and the like, actual days over 360. "bill": the bank discount d of a 91-day bill, made a
        yield by 365 d / (360 - 91 d).

    Raises
    ------
    LetfError
        One line on what is wrong, where, and the way out.
    """
    series = read_series(path, "rate")
    notes = _check_unit(str(path), series, unit)
    values = series.values if unit == "fraction" else series.values / 100
    if kind == "bill":
        values = BILL_YEAR * values / (YEAR - BILL_DAYS * values)
    elif "tb3" in series.source.lower():
        notes += (
            f"{series.source}: a bill's discount? it accrues as an overnight rate; --rates-kind bill converts it",
        )
    year = YEAR if kind == "overnight" else BILL_YEAR
    return Rates(dates=series.dates, values=values, year=year, source=series.source, sha256=series.sha256, notes=notes)


def _check_unit(where: str, series: Series, unit: Unit | None) -> tuple[str, ...]:
    """Refuse percent taken for fractions and fractions taken for percent; a note where no one can tell."""
    largest = float(np.abs(series.values).max())
    if unit == "fraction":
        if largest > LARGEST:
            raise LetfError(
                f"{where}: a rate of {largest:g} as a fraction is {largest:.0%} a year; the file is in percent, leave "
                "out --rates-unit"
            )
        return ()
    if largest > 100 * LARGEST:
        raise LetfError(f"{where}: a rate of {largest:g} % a year; short rates are below {LARGEST:.0%}")
    if largest > SMALL:
        return ()
    hundredths = np.abs(100 * series.values - np.rint(100 * series.values)) < 1e-6
    said = f"{where}: no rate is above {largest:g} % a year; fractions? then --rates-unit fraction"
    quoted = hundredths.all() and np.ptp(series.values) > 0  # as percent are, and as they were in 2009-2015
    if quoted or unit == "percent":
        return (said,)
    raise LetfError(f"{said}, or --rates-unit percent if they are so low")
