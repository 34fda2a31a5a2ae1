"""What came after triggers, as people read it: text of at most 80 columns."""

from collections.abc import Sequence
from math import isfinite

from simulator.history.block_bootstrap import Interval
from simulator.history.trigger_figures import Cell, Study
from simulator.history.trigger_study import FEWEST_APART
from simulator.history.triggers import Trigger
from simulator.output.text import fitted, grid, labelled, listed, paragraph

RESOLVED, TOGETHER = "*", "**"
COLUMNS = 4  # holds side by side
LARGE, SMALL = 9.95, 0.995  # points; from here on without decimals, below this with two
DIFFERENCES = (
    "Mean return after the trigger less that of all days, points, and its 95% interval. * the interval leaves out 0; "
    "** it does with all comparisons looked at together; no star: not resolved."
)
DETAILS = (
    "In full. After the trigger: mean and median return and share of gains in %, each with its difference from all "
    "days and the interval of that in points; n holds that do not overlap."
)
LIMITS = (
    "Closes are adjusted for dividends. What is resolved held in these years and need not hold again. To buy at the "
    "very close that decides takes an order a moment before it. Not advice."
)


def report(study: Study, detailed: Sequence[str] = ()) -> str:
    """What `letf triggers` prints: how all triggers differ from all days, then all figures of those `detailed`."""
    parts = [study.holds[i : i + COLUMNS] for i in range(0, len(study.holds), COLUMNS)]
    lines = [*_heading(study), "", "All days: mean return in %; median; share of gains"]
    lines += [line for holds in parts for line in _all_days(study, holds)]
    lines += ["", *paragraph(DIFFERENCES), *(line for holds in parts for line in _differences(study, holds))]
    told = [trigger for trigger in study.triggers if trigger.name in detailed]
    if told:
        lines += ["", *paragraph(DETAILS)]
    for trigger in told:
        lines += [*paragraph(title(trigger)), *_details(study, trigger)]
    return "\n".join([*lines, "", *paragraph(verdict(study)), *paragraph(LIMITS)]) + "\n"


def verdict(study: Study) -> str:
    """How many comparisons are made, how many stand out, how many would by luck, and what is left."""
    many, together = study.comparisons, [cell for cell in study.cells if cell.together]
    if not many:
        return f"No trigger has {FEWEST_APART} holds that do not overlap: no interval is known, nothing is resolved."
    alone = sum(cell.resolved for cell in study.cells)
    which = listed([f"{cell.trigger} for {cell.instrument} over {cell.days} days" for cell in together])
    rest = f"these stay resolved: {which}" if together else "none is resolved: the best of many stands out by luck"
    return (
        f"Of {many} differences of means {alone} have an interval without 0; about {study.by_luck} would "
        f"if no trigger meant anything. With all {many} looked at together (beyond {study.critical:.1f} standard "
        f"errors) {rest}. Medians and gains are as many comparisons again."
    )


def title(trigger: Trigger) -> str:
    """above-ema20: IWM above its 20-day EMA, 2,503 days in 283 episodes."""
    days, episodes = int(trigger.days.sum()), trigger.episodes
    count = f"{days:,} day{'s' * (days != 1)}"
    if episodes != days:
        count += f" in {episodes:,} episode{'s' * (episodes != 1)}"
    return f"{trigger.name}: {trigger.about}, {count}"


def star(cell: Cell) -> str:
    """How a cell is marked: **, *, or not at all."""
    return TOGETHER if cell.together else RESOLVED if cell.resolved else ""


def points(value: float, decimals: int = 1, sign: str = "") -> str:
    """A fraction in percent: 1.2, with sign "+" +1.2; .12 below 1 to two decimals; - where there is none."""
    if not isfinite(value):
        return "-"
    text = f"{round(100 * value, decimals) + 0.0:{sign}.{decimals}f}"
    return text.replace("0.", ".", 1) if decimals > 1 and abs(100 * value) < 1 else text


def difference(found: Interval, most: int = 2) -> str:
    """+1.2 [-.3,2.7]; "too few" where it has no interval; the larger the fewer decimals, and at most so many."""
    if not isfinite(found.low):
        return "too few"
    largest = 100 * max(map(abs, found))
    decimals = min(0 if largest >= LARGE else 1 if largest >= SMALL else 2, most)
    low, high = (points(value, decimals) for value in (found.low, found.high))
    return f"{points(found.estimate, decimals, '+')} [{low},{high}]"


def _heading(study: Study) -> list[str]:
    closes = study.closes
    files = [f"{prices.source} from {prices.dates[0]}" for prices in closes.sources]
    files += dict.fromkeys(trigger.series.source for trigger in study.triggers if trigger.series)
    funds = ", ".join(closes.instruments[:-1])
    pair = f"long {closes.index_name}, short {closes.second_name}, a dollar each"
    return [
        *labelled("Study", f"what {funds} and the pair did after triggers, against all days"),
        *labelled("Prices", f"{', '.join(files)}, to {closes.dates[-1]}"),
        *labelled("Entry", f"at the close that decides the trigger: {len(study.dates):,} from {study.dates[0]} on"),
        *labelled("Pair", f"{pair}, not rebalanced, before interest and borrow fee, per dollar of a leg"),
        *labelled(
            "Errors", f"{study.draws:,} resamples of the days in blocks of {study.block} on average, seed {study.seed}"
        ),
    ]


def _all_days(study: Study, holds: Sequence[int]) -> list[str]:
    rows = [["", *(f"{days} days" for days in holds)]]
    for instrument in study.closes.instruments:
        cells = study.of(study.triggers[0], instrument)
        rows.append([f" {instrument}", *(_all_days_cell(cell) for cell in cells if cell.days in holds)])
    return grid(rows)


def _all_days_cell(cell: Cell) -> str:
    mean, median, gains = (figure.all_days for figure in (cell.mean, cell.median, cell.gains))
    return f"{points(mean)}; {points(median)}; {points(gains, 0)}%"


def _differences(study: Study, holds: Sequence[int]) -> list[str]:
    """The grid of all triggers, each one's title above its lines."""
    head, *lines = fitted(lambda most: _difference_rows(study, holds, most))
    each = len(study.closes.instruments)
    told = [head]
    for i, trigger in enumerate(study.triggers):
        told += [*paragraph(title(trigger)), *lines[i * each : (i + 1) * each]]
    return told


def _difference_rows(study: Study, holds: Sequence[int], most: int) -> list[list[str]]:
    rows = [["", *(f"{days} days" for days in holds)]]
    for trigger in study.triggers:
        for instrument in study.closes.instruments:
            cells = (cell for cell in study.of(trigger, instrument) if cell.days in holds)
            rows.append([f" {instrument}", *(difference(cell.mean.difference, most) + star(cell) for cell in cells)])
    return rows


def _details(study: Study, trigger: Trigger) -> list[str]:
    return fitted(lambda most: _detail_rows(study, trigger, most))


def _detail_rows(study: Study, trigger: Trigger, most: int) -> list[list[str]]:
    rows = [["", "days", "n", "", "mean", "", "median", "", "gains"]]
    for cell in study.of(trigger):
        row = [cell.instrument if cell.days == study.holds[0] else "", str(cell.days), str(cell.apart)]
        for figure, decimals in ((cell.mean, most), (cell.median, most), (cell.gains, 0)):
            row += [points(figure.then, min(decimals, 1)), difference(figure.difference, decimals)]
        rows.append(row)
    return rows
