"""docs/cases.md is true: one case is made anew, from files whose later days are others, and no later day matters."""

import importlib.util
import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from simulator.history.kinds import DEFAULT, fit_market

ROOT = Path(__file__).parent.parent
DAY = date(2023, 6, 7)
TWO_MACHINES = 0.15  # points that a figure may move where an optimiser ends in other last digits


def _make_cases():
    spec = importlib.util.spec_from_file_location("make_cases", ROOT / "scripts" / "make_cases.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


make_cases = _make_cases()


@pytest.fixture(scope="module")
def altered(shared_data, tmp_path_factory):
    """The files, with other prices, and rates a point higher, after the day."""
    folder = tmp_path_factory.mktemp("altered")
    for name in ("IWM", "TNA", "TZA", "DFF"):
        lines = (shared_data / f"{name}.csv").read_text().splitlines()
        rows = [line.split(",") for line in lines[1:]]
        for row in rows:
            if row[0] > str(DAY):
                row[1:] = [f"{float(cell) + 1 if name == 'DFF' else 1.3 * float(cell)}" for cell in row[1:]]
        (folder / f"{name}.csv").write_text("\n".join([lines[0], *map(",".join, rows)]) + "\n")
    return folder


@pytest.fixture(scope="module")
def tables():
    """The page's figures by day, row and column."""
    found = {}
    for part in (ROOT / "docs" / "cases.md").read_text().split("\n## ")[1:]:
        rows = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| ")]
        heads, *cells = rows
        found[part[:10]] = {
            row[0]: dict(zip(heads[1:], row[1:], strict=True)) for row in cells if len(row) == len(heads)
        }
    return found


def numbers(cell):
    """The numbers of a cell, but for those of the refits in brackets."""
    text = re.sub(r" \(.*\)", "", cell).replace(make_cases.MINUS, "-").replace("*", "")
    return [float(number) for number in re.findall(r"-?\d*\.?\d+", text)]


def known_arrays(known):
    bars = [
        getattr(prices, name) for prices in (known.index, *known.fund_prices) for name in ("dates", "close", "high")
    ]
    return [*bars, known.rates.dates, known.rates.values]


def test_nothing_after_the_day_is_known(shared_data, altered):
    one, other = (make_cases.known_at(DAY, folder) for folder in (shared_data, altered))
    for before, after in zip(known_arrays(one), known_arrays(other), strict=True):
        np.testing.assert_array_equal(before, after)
    for dates in (one.index.dates, one.rates.dates, *(prices.dates for prices in one.fund_prices)):
        assert dates[-1] == np.datetime64(DAY)
    assert one.rate() == other.rate() and one.funds() == other.funds()
    assert make_cases.happened(DAY, shared_data, "TNA", 20) != make_cases.happened(DAY, altered, "TNA", 20)


def test_a_case_is_made_anew_from_what_was_known(shared_data, altered, tables):
    known, table = make_cases.known_at(DAY, altered), tables[str(DAY)]
    ticker, days, risk = next(make_cases.said(known, fit_market(DEFAULT, known.index)))
    column = f"{ticker}, {days} days"
    made = make_cases.forecast_cells(risk)
    made |= make_cases.outcome_cells(risk, make_cases.happened(DAY, shared_data, ticker, days))
    assert made.keys() == table.keys()
    for name, cell in made.items():
        assert numbers(table[name][column]) == pytest.approx(numbers(cell), abs=TWO_MACHINES), name


def test_outcomes_are_those_of_the_prices(shared_data, tables):
    """Returns, divergences and stops of all cases; a stop is the first close at 12 % below the entry."""
    assert list(tables) == [str(day) for day in make_cases.DAYS]
    for day in make_cases.DAYS:
        for ticker in make_cases.TICKERS:
            for days in make_cases.HOLDS:
                found = make_cases.happened(day, shared_data, ticker, days)
                told = {name: cells[f"{ticker}, {days} days"] for name, cells in tables[str(day)].items()}
                assert told["return of the fund"] == f"**{make_cases.signed(found.fund_return)}**"
                assert told["divergence"] == make_cases.signed(found.divergence)
                leverage = 3 if ticker == "TNA" else -3
                assert found.divergence == pytest.approx(found.fund_return - leverage * found.index_return, abs=1e-12)
                stop = (
                    "not met"
                    if found.stop is None
                    else f"day {found.stop[0]}, sold at {make_cases.signed(found.stop[1])}"
                )
                assert told["12 % stop at closes"] == stop
                assert found.stop is None or found.stop[1] <= -0.12


def test_known_outcomes(shared_data):
    """TNA lost 81.5 % over the 40 days from 2020-02-05, and was 12 % down first on the 13th."""
    found = make_cases.happened(date(2020, 2, 5), shared_data, "TNA", 40)
    assert found.fund_return == pytest.approx(-0.815, abs=5e-4) and found.stop[0] == 13
    assert make_cases.happened(date(2023, 6, 7), shared_data, "TNA", 20).stop is None


@pytest.mark.parametrize(("rank", "text"), [(0.04, "<0.1"), (99.97, ">99.9"), (32.41, "32.4"), (0.1, "0.1")])
def test_percentiles_at_the_ends(rank, text):
    assert make_cases.rank_text(rank) == text
