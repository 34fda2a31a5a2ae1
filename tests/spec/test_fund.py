"""Funds: every rule and its message, and what a fund costs."""

import math

import pytest
from examples import fund
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import LetfError
from simulator.spec.fund import Fund, funds_from_dict, funds_to_dict

TNA = {"ticker": "TNA", "name": "Small Cap Bull", "index": "IWM", "leverage": 3, "expense_ratio": 0.0103}


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"leverage": 0}, "fund 'TNA': leverage must be finite and non-zero, got 0"),
        ({"leverage": -0.0}, "leverage must be finite and non-zero, got -0.0"),
        ({"leverage": math.nan}, r"leverage must be in \[-10, 10\], got nan"),
        ({"leverage": math.inf}, r"leverage must be in \[-10, 10\], got inf"),
        ({"leverage": 10.1}, r"leverage must be in \[-10, 10\], got 10.1"),
        ({"leverage": -11}, r"leverage must be in \[-10, 10\], got -11"),
        ({"leverage": "3x"}, "leverage must be a number, got '3x'"),
        ({"leverage": True}, "leverage must be a number, got True"),
        ({"expense_ratio": -0.01}, r"expense_ratio must be in \[0, 1\), got -0.01"),
        ({"expense_ratio": 1}, r"expense_ratio must be in \[0, 1\), got 1"),
        ({"swap_spread": 1}, r"swap_spread must be in \(-1, 1\), got 1"),
        ({"swap_half_spread": -1}, r"swap_half_spread must be in \(-1, 1\), got -1"),
        ({"ticker": ""}, "ticker must be a line of text, got ''"),
        ({"ticker": 3}, "ticker must be a line of text, got 3"),
        ({"name": "two\nlines"}, "fund 'TNA': name must be a line of text"),
        ({"index": None}, "fund 'TNA': index must be a line of text, got None"),
        ({"source": "two\nlines"}, "fund 'TNA': source must be a line of text"),
        ({"fee": 0.01}, "fund: unknown key 'fee'; known keys: ticker, name, index, leverage, expense_ratio"),
    ],
)
def test_rules(change, match):
    with pytest.raises(LetfError, match=match):
        Fund.from_dict(TNA | change)


@pytest.mark.parametrize("key", TNA)
def test_a_missing_key(key):
    data = {name: value for name, value in TNA.items() if name != key}
    with pytest.raises(LetfError, match=f"fund: missing key '{key}'"):
        Fund.from_dict(data)


def test_the_ends_of_the_range_are_allowed():
    assert fund(10).leverage == 10.0 and fund(-10).leverage == -10.0
    assert type(fund(3).leverage) is float


@pytest.mark.parametrize(
    ("leverage", "carry"),
    [
        (3.0, -2 * 0.04 - 0.01 - 3 * 0.002 - 3 * 0.003),  # borrows twice its value
        (-3.0, 4 * 0.04 - 0.01 + 3 * 0.002 - 3 * 0.003),  # earns the rate on four times its value
        (-1.0, 2 * 0.04 - 0.01 + 0.002 - 0.003),
        (1.0, -0.01 - 0.002 - 0.003),
        (0.5, 0.5 * 0.04 - 0.01 - 0.5 * 0.002 - 0.5 * 0.003),
    ],
)
def test_annual_carry(leverage, carry):
    costly = fund(leverage, 0.01, swap_spread=0.002, swap_half_spread=0.003)
    assert costly.annual_carry(0.04) == pytest.approx(carry, rel=1e-14)


def test_half_a_point_of_rate():
    """Of the facts: +0.50 points cost TNA 0.17 over 42 days and give TZA 0.33."""
    days = 42 / 252
    assert (fund(3.0).annual_carry(0.045) - fund(3.0).annual_carry(0.04)) * days == pytest.approx(-0.0017, abs=5e-5)
    assert (fund(-3.0).annual_carry(0.045) - fund(-3.0).annual_carry(0.04)) * days == pytest.approx(0.0033, abs=5e-5)


names = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)


@st.composite
def funds(draw):
    return Fund(
        ticker=draw(names),
        name=draw(names),
        index=draw(names),
        leverage=draw(st.floats(-10, 10).filter(bool)),
        expense_ratio=draw(st.floats(0, 0.999)),
        swap_spread=draw(st.floats(-0.999, 0.999)),
        swap_half_spread=draw(st.floats(-0.999, 0.999)),
        source=draw(st.one_of(st.just(""), names)),
    )


@given(st.lists(funds(), min_size=1, max_size=5, unique_by=lambda one: one.ticker))
def test_round_trip(many):
    assert funds_from_dict(funds_to_dict(tuple(many))) == tuple(many)


@pytest.mark.parametrize(
    ("data", "match"),
    [
        ([], "funds file must be a table"),
        ({"funds": [TNA]}, 'funds file: schema must be "letf.funds/1", got None'),
        ({"schema": "letf.funds/2", "funds": [TNA]}, '"letf.funds/2" is newer than "letf.funds/1", upgrade letf'),
        ({"schema": "letf.market/1", "funds": [TNA]}, 'schema must be "letf.funds/1"'),
        ({"schema": "letf.funds/1"}, "funds file: missing key 'funds'"),
        ({"schema": "letf.funds/1", "funds": [], "fund": 1}, "funds file: unknown key 'fund'"),
        ({"schema": "letf.funds/1", "funds": []}, "funds must be a list of at least one table"),
        ({"schema": "letf.funds/1", "funds": TNA}, "funds must be a list of at least one table"),
        ({"schema": "letf.funds/1", "funds": [3]}, r"funds\[0\] must be a table, got 3"),
        ({"schema": "letf.funds/1", "funds": [TNA, TNA | {"x": 1}]}, r"funds\[1\]: unknown key 'x'"),
        ({"schema": "letf.funds/1", "funds": [TNA, TNA]}, "ticker 'TNA' stands more than once"),
    ],
)
def test_rules_of_a_funds_file(data, match):
    with pytest.raises(LetfError, match=match):
        funds_from_dict(data)
