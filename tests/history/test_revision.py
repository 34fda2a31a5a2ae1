"""A new download against the one that is kept."""

import numpy as np
import pytest
from yahoo import weekdays

from simulator.history.revision import contradiction

DAYS = weekdays("2020-01-01", 60)


@pytest.fixture(scope="module")
def prices():
    rng = np.random.default_rng(5)
    return 100 * np.exp(np.cumsum(0.01 * rng.normal(size=60)))


def table(closes, days=DAYS):
    rows = [f"{day},{close!r}" for day, close in zip(days, np.asarray(closes).tolist(), strict=False)]
    return "\n".join(["Date,Adj Close", *rows]).encode()


def test_more_days_and_another_scale_are_no_contradiction(prices):
    assert contradiction(table(prices[:50]), table(prices)) is None
    assert contradiction(table(prices[:50]), table(prices / 4)) is None, "a split"
    dividend = np.where(np.arange(60) < 55, 0.99, 1.0)
    assert contradiction(table(prices[:50]), table(prices * dividend)) is None


def test_a_dividend_posted_late_is_no_contradiction(prices):
    late = np.where(np.arange(60) < 45, 0.99, 1.0)
    assert contradiction(table(prices[:50]), table(prices * late)) is None


def test_missing_days_are_a_contradiction(prices):
    assert contradiction(table(prices), table(prices[:50])).startswith(
        f"10 of the 60 days kept are missing in the new download, the first {DAYS[50]}"
    )
    assert "5 of the 60" in contradiction(table(prices), table(prices[5:], DAYS[5:]))


def test_a_changed_past_is_a_contradiction(prices):
    changed = prices.copy()
    changed[20] *= 1.05
    told = contradiction(table(prices), table(changed))
    was, now = prices[20] / prices[19] - 1, changed[20] / changed[19] - 1
    assert told.startswith("2 daily moves of the past differ in the new download, the first on " + str(DAYS[20]))
    assert told.endswith(f"{was:+.2%}, now {now:+.2%}")
