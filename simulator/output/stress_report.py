"""A hold under stress as people read it: text of at most 80 columns."""

from collections.abc import Sequence

from simulator.output import stress_lines as tables
from simulator.output.heading import limit, percent
from simulator.output.labels import day_count
from simulator.output.stress_heading import exits_text, heading, set_text
from simulator.output.text import hanging, labelled, paragraph
from simulator.risk.stress_figures import Stressed, Told
from simulator.spec.market import second_index
from simulator.spec.scenario import Scenario

UNITS = "Percent of the money put in."
ERRORS = " Estimates ± one Monte Carlo standard error, rounded up."
DAY = "Days that are set: returns of what was bought at the close before."
FILLS = (
    " {mark} reaches a stop or target: if the whole move comes overnight, it is sold at the open at that return; if it "
    "comes within the day, at the stop or target itself ({exits})."
)
EVENTS = (
    "Event days: what 5% of the paths fall short of and exceed that day; else: without the event. Log returns are "
    "scaled, so that a louder day has a somewhat higher mean, too."
)
CARRY = (
    "Rates: points of carry over the hold. Funds pay and earn the short rate; the ten-year yield acts through the "
    "index alone, and its rows tell what the same rise of the short rate would do."
)
HOLD = (
    "Over {days}. Change: of the mean, less the hold without the scenario on the same random numbers, with its paired "
    "error; {mark} not resolved: within {errors:.1f} errors of 0; were the truth 0 in all {count} changes, one or more "
    "would be beyond with a chance of 5% at most. {tails}: so many of the paths fall short of it. ES: mean loss in the "
    "worst 5%. Loss: its chance."
)
STOPPED = (
    " Stopped, at target: share sold there, and the mean return; these paths have closes only, and are sold "
    "there. What is worth nothing is not sold."
)
REPLAYED = (
    "Real days: model is what the index's days and the costs make of a fund, real what it did. Lowest: since entry, at "
    "closes. At close: sold at the first close at or beyond the stop or target. In the day: sold there or, where the "
    "open lies beyond, at the open; held: never sold."
)
MODEL = (
    "The errors are those of the sampling alone. What a scenario assumes, and that its crisis is like those the market "
    "was fitted to, no number of paths makes surer. Days after a shock know nothing of it but the regime, where one is "
    "set."
)


def report(stressed: Stressed) -> str:
    """What `letf stress` prints: all scenarios side by side, or one in detail."""
    alone = stressed.told[0] if len(stressed.told) == 1 else None
    drawn = any(told.rows for told in stressed.told)
    lines = [
        *heading(stressed.spec, drawn),
        *(_words(stressed, alone) if alone else []),
        *(line for name, why in stressed.left_out for line in labelled("Without", f"{name}: {why}")),
        "",
        *paragraph(UNITS + (ERRORS if drawn else "")),
    ]
    lines += _section(DAY + _fills(stressed), tables.day_lines(stressed))
    lines += _section(EVENTS, tables.event_lines(stressed))
    lines += _section(CARRY, tables.carry_lines(stressed))
    lines += _details(stressed, alone) if alone else _holds(stressed)
    lines += _section(REPLAYED, tables.replayed_lines(stressed))
    lines.append("")
    for note in (limit(stressed.spec.market), MODEL) if drawn else ():
        lines += paragraph(note)
    return "\n".join(lines).rstrip("\n") + "\n"


def _words(stressed: Stressed, told: Told) -> list[str]:
    scenario, index = told.scenario, stressed.spec.market.index
    second = second_index(stressed.spec.market) or "the second index"
    told_only = scenario.replay is not None and told.replayed is None
    return [
        *labelled("Name", f"{scenario.name}: {scenario.title}"),
        *labelled("Assumes", scenario.assumes),
        *labelled("Source", scenario.source),
        *labelled("Set", set_text(scenario, index, second)),
        *(labelled("Was", _was(scenario, index, second)) if told_only else []),
    ]


def _was(scenario: Scenario, index: str, second: str) -> str:
    """What is told of real days where they are not replayed."""
    window = scenario.replay
    assert window is not None  # whoever asks knows
    told = [f"{window.first} to {window.last}" + ("" if window.days is None else f", {window.days} days")]
    if window.index_return is not None:
        told.append(f"{index} returned {tables.move(window.index_return)}%")
    if window.second_return is not None:
        told.append(f"{second} {tables.move(window.second_return)}%")
    if window.annual_vol is not None:
        told.append(f"realised volatility {percent(window.annual_vol)} a year")
    return f"{', '.join(told)}; these days themselves need --prices FOLDER"


def _fills(stressed: Stressed) -> str:
    fills = [day.fill for told in stressed.told for day in told.days]
    if not any(fills):
        return ""
    return FILLS.format(mark=tables.STARRED, exits=exits_text(stressed.spec, stressed.spec.instruments))


def _section(text: str, table: Sequence[str]) -> list[str]:
    return ["", *paragraph(text), *table] if table else []


def _changes_text(stressed: Stressed, tails: str) -> str:
    days, count, errors = day_count(stressed.spec.hold), stressed.comparisons, stressed.resolved_errors
    return HOLD.format(days=days, mark=tables.UNRESOLVED, errors=errors, count=count, tails=tails)


def _holds(stressed: Stressed) -> list[str]:
    if not any(told.rows for told in stressed.told):
        return []
    sold = any(row.sold is not None for row in stressed.usual)
    lines = ["", *paragraph(_changes_text(stressed, "5%") + (STOPPED if sold else ""))]
    for name in stressed.spec.instruments:
        lines += ["", *tables.hold_lines(stressed, name)]
    return lines


def _details(stressed: Stressed, told: Told) -> list[str]:
    if not told.rows:
        return []
    lines = ["", *paragraph(_changes_text(stressed, "5%, 95%")), *tables.detail_lines(stressed, told)]
    return lines + _section(STOPPED.strip(), tables.sold_lines(stressed, told))


def listing(known: Sequence[Scenario]) -> str:
    """What `letf stress --list` prints: each scenario, what it assumes, and where its figures come from."""
    lines = []
    for one in known:
        lines += hanging(f"{one.name}: {one.title}. {one.assumes} {one.source}")
    return "\n".join(lines) + "\n"
