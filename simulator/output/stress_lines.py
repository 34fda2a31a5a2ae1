"""Tables of a hold under stress: the days that are set, event days, carry, the hold, real days."""

from collections.abc import Sequence

from simulator.distribution import Estimate
from simulator.output.table import with_error
from simulator.output.text import fitted, grid, paragraph
from simulator.risk.replayed import Exit, Walk
from simulator.risk.stress_figures import Row, SetDay, Sold, Stressed, Told

UNRESOLVED, STARRED = "~", "*"
RATES = {"short_rate": "short rate", "ten_year": "ten-year, if short"}
COLUMNS = ("mean", "change", "5%", "ES", "loss")
EXITS = {"stop": "stopped", "target": "at target"}


def move(value: float) -> str:
    """A return that is no estimate: -13.2."""
    return f"{round(100 * value, 1) + 0.0:+.1f}"


def day_lines(stressed: Stressed) -> list[str]:
    """Scenario by instrument: the return of a day that is set; starred where it reaches a stop or target."""
    names = stressed.spec.instruments
    rows = [["", "day", *names]]
    for told in stressed.told:
        for day in dict.fromkeys(one.day for one in told.days):
            found = {one.instrument: one for one in told.days if one.day == day}
            rows.append([told.scenario.name, str(day), *(_starred(found.get(name)) for name in names)])
    return grid(rows) if len(rows) > 1 else []


def _starred(day: SetDay | None) -> str:
    """ "" for an index that does what is drawn."""
    return "" if day is None else move(day.move) + (STARRED if day.fill else " ")


def event_lines(stressed: Stressed) -> list[str]:
    """Scenario and instrument: 5 and 95 % points of an event day, and of the same day without it."""
    found = [(told.scenario.name, one) for told in stressed.told for one in told.loud]
    if not found:
        return []

    def cells(decimals):
        yield ["", "day", "5%", "95%", "else 5%", "else 95%"]
        for name, one in found:
            points = (one.low, one.high, one.usual_low, one.usual_high)
            yield [f"{name}, {one.instrument}", str(one.day), *(_cell(point, decimals) for point in points)]

    return fitted(cells)


def carry_lines(stressed: Stressed) -> list[str]:
    """Scenario by fund: what a change of the short rate does to carry, and what the ten-year's would do there."""
    rows = [["", "basis points", *(fund.ticker for fund in stressed.spec.funds)]]
    for told in stressed.told:
        for of, words in RATES.items():
            found = [one for one in told.carry if one.of == of]
            if found:
                gains = (f"{100 * one.gain:+.2f}" for one in found)
                rows.append([f"{told.scenario.name} ({words})", f"{found[0].basis_points:+g}", *gains])
    return grid(rows) if len(rows) > 1 else []


def hold_lines(stressed: Stressed, instrument: str) -> list[str]:
    """One instrument: a row a scenario, the first without any; of its exits, the stop, or the target where none is."""
    named = [("without", _row(stressed.usual, instrument))]
    named += [(told.scenario.name, _row(told.rows, instrument)) for told in stressed.told if told.rows]
    exits = _exits(stressed)[:1] if named[0][1].sold is not None else []

    def cells(decimals):
        yield [instrument, *COLUMNS, *(title for name in exits for title in (EXITS[name], "at"))]
        for name, row in named:
            yield [name, *_hold_cells(stressed, row, decimals), *_sold_cells(row.sold, exits, decimals)]

    return fitted(cells)


def _exits(stressed: Stressed) -> list[str]:
    """Which exits there are."""
    test = stressed.spec
    return [name for name, level in (("stop", test.stop), ("target", test.target)) if level is not None]


def _row(rows: Sequence[Row], instrument: str) -> Row:
    return next(row for row in rows if row.instrument == instrument)


def _hold_cells(stressed: Stressed, row: Row, decimals: int) -> list[str]:
    held = row.held
    changed = "" if row.change is None else change_cell(stressed, row.change.mean, decimals)
    rest = (held.low, held.expected_shortfall, held.prob_loss)
    return [_cell(held.mean, decimals), changed, *(_cell(one, decimals) for one in rest)]


def _sold_cells(sold: Sold | None, exits: Sequence[str], decimals: int) -> list[str]:
    """Share sold at each of the exits and the mean return there."""
    return [_cell(getattr(sold, figure), decimals) for name in exits for figure in (f"prob_{name}", f"{name}_fill")]


def change_cell(stressed: Stressed, change: Estimate, decimals: int) -> str:
    """A difference with its sign; marked where it is not resolved."""
    if change.mean != change.mean:
        return "-"
    sign = "+" if change.mean > 0 else ""
    return f"{sign}{_cell(change, decimals)}{' ' if stressed.is_resolved(change) else UNRESOLVED}"


def _cell(found: Estimate, decimals: int) -> str:
    return "-" if found.mean != found.mean else with_error(found.mean, found.stderr, decimals)


def detail_lines(stressed: Stressed, told: Told) -> list[str]:
    """One scenario: every instrument with it, without, and the change; then until it is sold."""

    def cells(decimals):
        yield ["", "mean", "5%", "95%", "ES", "loss"]
        for usual, row in zip(stressed.usual, told.rows, strict=True):
            for name, held, other, change in (
                (row.instrument, row.held, usual.held, row.change),
                (f"{row.instrument} until sold", row.until_sold, usual.until_sold, row.sold_change),
            ):
                if held is None or other is None or change is None:
                    continue
                for label, one in ((name, held), ("  without", other)):
                    found = (one.mean, one.low, one.high, one.expected_shortfall, one.prob_loss)
                    yield [label, *(_cell(value, decimals) + " " for value in found)]
                mean, *worst = (
                    change_cell(stressed, value, decimals)
                    for value in (change.mean, change.expected_shortfall, change.prob_loss)
                )
                yield ["  change", mean, "", "", *worst]

    return fitted(cells)


def sold_lines(stressed: Stressed, told: Told) -> list[str]:
    """One scenario: how often stop and target come first and what is got there, with it and without."""
    rows = [
        (label, one.sold)
        for pair in zip(told.rows, stressed.usual, strict=True)
        for label, one in zip((pair[0].instrument, "  without"), pair, strict=True)
        if one.sold is not None
    ]
    if not rows:
        return []

    exits = _exits(stressed)

    def cells(decimals):
        yield ["", *(title for name in exits for title in (EXITS[name], "at"))]
        for label, sold in rows:
            yield [label, *_sold_cells(sold, exits, decimals)]

    return fitted(cells)


def replayed_lines(stressed: Stressed) -> list[str]:
    """Real days: each instrument as the model has it and as it was."""
    lines: list[str] = []
    for told in stressed.told:
        if (found := told.replayed) is None:
            continue
        whose = "from the folder" if found.own_rate else "that of this run"
        entry = f"{told.scenario.name}: from the close of {found.entry} to that of {found.last}, {found.days} days;"
        rows = [["", "return", "worst day", "on", "lowest", "at close", "on", "in the day", "on"]]
        for row in found.rows:
            for label, walk in ((f"{row.instrument}, model", row.model), (f"{row.instrument}, real", row.real)):
                if walk is not None:
                    rows.append([label, *_walk_cells(walk)])
        rate = f"short rate {100 * found.rate:.2f}% in the mean, {whose}"
        lines += ["", *paragraph(f"{entry} {rate}"), *grid(rows)]
    return lines[1:]


def _walk_cells(walk: Walk) -> list[str]:
    sold = [cell for found in (walk.at_close, walk.within_day) for cell in _exit_cells(found)]
    return [move(walk.total), move(walk.worst_day), f"{walk.worst_date:%m-%d}", move(walk.lowest), *sold]


def _exit_cells(found: Exit | None) -> list[str]:
    """Where and when it was sold; "held" where it was not, "-" where that is not known."""
    if found is None or found.end == "held":
        return ["-" if found is None else "held", ""]
    return [move(found.fill), f"{found.date:%m-%d}"]
