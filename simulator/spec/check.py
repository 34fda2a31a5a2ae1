"""Checks that specs share. Each error names the parameter, the value and the rule."""

from collections.abc import Iterable, Mapping
from math import inf, isfinite
from typing import Any

from simulator.errors import LetfError

ROUNDING = 1e-14  # of a sum of a few probabilities, each divided by that sum


def number(name: str, value: Any, *, low: float, high: float, open_low=False, open_high=False) -> float:
    """`value` as a float inside the interval, or an error that names the rule."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise LetfError(f"{name} must be a number, got {value!r}")
    inside = (low < value if open_low else low <= value) and (value < high if open_high else value <= high)
    if not (inside and isfinite(value)):  # an int may be too large for a float
        interval = f"in {'(' if open_low else '['}{low:g}, {high:g}{')' if open_high else ']'}"
        raise LetfError(f"{name} must be {interval if isfinite(high - low) else 'finite'}, got {value!r}")
    return float(value)


def integer(name: str, value: Any, *, low: int, high: int) -> int:
    """`value` as an int from low to high."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise LetfError(f"{name} must be a whole number, got {value!r}")
    value = value.__index__()
    if not low <= value <= high:
        raise LetfError(f"{name} must be from {low:,} to {high:,}, got {value:,}")
    return value


def text(name: str, value: Any) -> str:
    """`value` as one line of text that is not empty."""
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise LetfError(f"{name} must be a line of text, got {value!r}")
    return value


def probabilities(name: str, values: Any, count: int) -> tuple[float, ...]:
    """`count` probabilities that sum to 1 within 1e-6, renormalised to sum to 1.

    Those that do but for rounding stay as they are, so that what was renormalised once is read again unchanged.
    """
    if not isinstance(values, Iterable) or isinstance(values, str | Mapping):
        raise LetfError(f"{name} must be a list of {count} probabilities, got {values!r}")
    row = tuple(number(f"{name}[{i}]", value, low=0, high=1) for i, value in enumerate(values))
    if len(row) != count:
        raise LetfError(f"{name} must have {count} probabilities, one a regime, got {len(row)}")
    total = sum(row)
    if abs(total - 1) > 1e-6:
        raise LetfError(f"{name} must sum to 1 within 1e-6, got {total:.9g}")
    return row if abs(total - 1) <= ROUNDING else tuple(value / total for value in row)


def numbers(name: str, values: Any, *, fewest: int, most: int) -> tuple[float, ...]:
    """`values` as finite floats, `fewest` to `most` of them."""
    if not isinstance(values, Iterable) or isinstance(values, str | Mapping):
        raise LetfError(f"{name} must be a list of numbers, got {values!r}")
    values = tuple(values)
    if not fewest <= len(values) <= most:
        wanted = f"{fewest:,}" if fewest == most else f"{fewest:,} to {most:,}"
        raise LetfError(f"{name} must be {wanted} numbers, got {len(values):,}")
    for i, value in enumerate(values):
        if type(value) is not float or not isfinite(value):
            number(f"{name}[{i}]", value, low=-inf, high=inf)
    return tuple(map(float, values))


def items(name: str, values: Any, kind: type, *, fewest: int, most: int) -> tuple[Any, ...]:
    """`values` as a tuple of `fewest` to `most` of a kind."""
    found = tuple(values) if isinstance(values, Iterable) else (None,)
    if not all(isinstance(one, kind) for one in found):
        raise LetfError(f"{name} must be {kind.__name__}s, got {values!r}")
    if not fewest <= len(found) <= most:
        raise LetfError(f"{name} must number from {fewest} to {most}, got {len(found)}")
    return found


def keys(where: str, data: Any, *, required: Iterable[str], optional: Iterable[str] = ()) -> dict[str, Any]:
    """`data` as a table that has every required key and no unknown one."""
    if not isinstance(data, Mapping):
        raise LetfError(f"{where} must be a table, got {data!r}")
    required, known = list(required), [*required, *optional]
    for key in data:
        if key not in known:
            raise LetfError(f"{where}: unknown key {key!r}; known keys: {', '.join(known)}")
    for key in required:
        if key not in data:
            raise LetfError(f"{where}: missing key {key!r}")
    return dict(data)


def schema(where: str, data: Any, family: str, version: int) -> None:
    """`data["schema"]` names `family` in a version that this program reads (1 to `version`)."""
    found = data.get("schema") if isinstance(data, Mapping) else None
    wanted = f"{family}/{version}"
    name, _, number_text = found.partition("/") if isinstance(found, str) else ("", "", "")
    if name != family or not (number_text.isdecimal() and len(number_text) < 10):
        raise LetfError(f'{where}: schema must be "{wanted}", got {found!r}')
    if int(number_text) > version:
        raise LetfError(f'{where}: schema "{found}" is newer than "{wanted}", upgrade letf to read it')
    if int(number_text) < 1:
        raise LetfError(f'{where}: schema must be "{wanted}", got {found!r}')


def tables(data: Any, key: str, family: str, version: int, optional: Iterable[str] = ()) -> dict[str, Any]:
    """The content of a file of tables [[key]]: the list of them under `key`, and what is there of `optional`."""
    where = f"{key} file"
    if not isinstance(data, Mapping):
        raise LetfError(f"{where} must be a table, got {data!r}")
    schema(where, data, family, version)
    values = keys(where, data, required=("schema", key), optional=optional)
    if not isinstance(values[key], list | tuple) or not values[key]:
        raise LetfError(f"{where}: {key} must be a list of at least one table, got {values[key]!r}")
    return values


def unlike(where: str, what: str, names: Iterable[str]) -> None:
    """No two of the names are the same in any case; `what` they are."""
    seen: set[str] = set()
    for name in names:
        if name.casefold() in seen:
            raise LetfError(f"{where}: {what} {name!r} stands more than once")
        seen.add(name.casefold())
