"""Cells of a price file: days and prices as people and programs write them."""

import re
from datetime import date
from typing import Any

import numpy as np

DAY = re.compile(r"(\d{4}-?\d\d-?\d\d)(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?)?")
EMPTY = ("", "null", "none", "nan", "na", "n/a", "-")
GROUPED = re.compile(r"\s*\d{1,3}([ ,']\d{3})*([.,]\d+)?\s*")


def day(cell: Any) -> tuple[date, str | None]:
    """The calendar day that a cell names, as written, and its UTC offset; ValueError where it is no day."""
    match = DAY.fullmatch(str(cell).strip())
    if not match:
        raise ValueError
    return date.fromisoformat(match[1]), match[2]


def minutes(zone: str | None) -> int:
    """A UTC offset such as -05:00 in minutes."""
    if zone in (None, "Z"):
        return 0
    digits = zone[1:].replace(":", "")
    return (int(digits[:2]) * 60 + int(digits[2:])) * (-1 if zone[0] == "-" else 1)


def number(cell: Any) -> float:
    """A cell as a float; ValueError or TypeError where it is none."""
    if isinstance(cell, str) and "_" in cell:
        raise ValueError
    return float(cell)


def broken_rule(cell: Any) -> str | None:
    """What is wrong with a price and the way out; None where it is positive and finite."""
    if cell is None or str(cell).strip().lower() in EMPTY:
        return f"no price ({cell!r}); every day needs one; delete the line of a day without"
    try:
        price = number(cell)
    except (ValueError, TypeError):
        if GROUPED.fullmatch(str(cell)):
            return f"{cell!r} is not a plain number; write 1234.5, with a point and nothing else"
        return f"{cell!r} is not a number; write prices such as 1234.5"
    if not 0 < price < np.inf:
        return f"price {cell} is not positive and finite; correct or delete the line"
    return None


def lenient(cells: list[Any]) -> np.ndarray:
    """Cells as prices, NaN for what is none."""
    return np.array([np.nan if broken_rule(cell) else number(cell) for cell in cells])
