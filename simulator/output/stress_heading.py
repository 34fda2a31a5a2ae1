"""The lines that say what hold was put under stress, and what a scenario sets."""

from collections.abc import Sequence

from simulator.output.heading import levels_text, market_line, percent, run_line, start_line, why_line
from simulator.output.labels import day_count
from simulator.output.text import labelled, listed
from simulator.spec.scenario import Scenario
from simulator.spec.stress import StressTest


def heading(test: StressTest, drawn: bool) -> list[str]:
    """What is held, market, start, run and exits; only what is told of real days where no path is drawn."""
    held, sold = listed(test.instruments), labelled("Sold", exits_text(test, test.instruments))
    if not drawn:
        return [*labelled("Stress", f"{held} bought at the close before real days, each alone"), *sold]
    return [
        *labelled(
            "Stress", f"{listed(test.instruments)} bought at a close and held {day_count(test.hold)}, each alone"
        ),
        *labelled("Market", market_line(test.market)),
        *labelled("Why", why_line(test.market)),
        *labelled("Start", f"{start_line(test.market)}, unless a scenario sets the regime"),
        *labelled("Run", f"{run_line(test)}; with and without a scenario on the same random numbers"),
        *sold,
    ]


def exits_text(test: StressTest, names: Sequence[str]) -> str:
    """At which losses and gains each of these is sold; "" where none is."""
    found: dict[str, list[str]] = {}
    for name in names:
        if levels := levels_text(*test.levels(name)):
            found.setdefault(levels, []).append(name)
    return "; ".join(f"{listed(names)} at {levels}" for levels, names in found.items())


def set_text(scenario: Scenario, index: str, second: str) -> str:
    """What a scenario sets, in a line."""
    told = [
        f"day {shock.day}: {index} {_signed(shock.index)}"
        + ("" if shock.second is None else f", {second} {_signed(shock.second)}")
        for shock in scenario.shocks
    ]
    told += [f"day {event.day}: moves times {event.factor:g}" for event in scenario.event_days]
    if (change := scenario.ten_year) is not None:
        told.append(
            f"day {change.day}: ten-year yield {change.basis_points:+g} basis points, {index} "
            f"{_signed(change.index_beta)} for each 10"
        )
    told += [f"short rate {one.basis_points:+g} basis points from day {one.day} on" for one in scenario.short_rate]
    if scenario.regime is not None:
        length = "" if scenario.regime_days is None else f", {scenario.regime_days:g} days long in the mean"
        told.append(f"regime {scenario.regime} from day 1 on{length}")
    if scenario.correlation is not None:
        told.append(f"correlation {scenario.correlation:g}")
    if scenario.behind is not None:
        told.append(f"{index} grows {percent(scenario.behind)} a year less")
    if (window := scenario.replay) is not None:
        told.append(f"with --prices the days from {window.first} to {window.last}")
    return "; ".join(told)


def _signed(move: float) -> str:
    return ("+" if move > 0 else "-" if move < 0 else "") + percent(abs(move), 2)
