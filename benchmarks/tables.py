"""The benchmark's figures as Markdown: one function a table, results in, text out."""

import textwrap
from collections.abc import Callable, Sequence

LIBRARIES = {"python": "Python", "numpy": "NumPy", "numba": "numba", "llvmlite": "llvmlite", "jax": "JAX"}
LIBRARIES |= {"QuantLib": "QuantLib"}
WIDTH = 120  # of prose
MEGABYTES = 10  # peak memory is told to the nearest


def machine(results: dict) -> str:
    """What the figures hold for."""
    found = results["machine"]
    versions = ", ".join(f"{name} {found[key]}" for key, name in LIBRARIES.items() if key in found)
    return textwrap.fill(
        f"Measured on {found['processor']}, {found['cores']} cores, {found['system']}; {versions}. "
        f"{results['paths']:,} paths of {results['days']} days, the least CPU time of {results['repeat']} turns on one "
        "core.",
        WIDTH,
    )


def peers(results: dict) -> str:
    """The core and its peers at each level of instructions."""
    levels = results["levels"]
    head = ["the same work in", *(cell for level in levels for cell in (level["instructions"], "times the core"))]
    rows = []
    for i, row in enumerate(levels[0]["peers"]):
        if row["missing"]:
            continue
        figures = [level["peers"][i] for level in levels]
        cells = [cell for at in figures for cell in (number(at["cpu_ns"]), number(at["times_core"]))]
        rows.append([row["name"], *cells, row["scope"]])
    return table([*head, "how much of it"], rows)


def core(results: dict) -> str:
    """Words, normals, every kind of market, positions."""
    levels = results["levels"]
    rows = [
        [row["name"], *(number(level["core"][i]["ns"]) for level in levels), row["unit"]]
        for i, row in enumerate(levels[0]["core"])
    ]
    return table(["ns of one core", *(level["instructions"] for level in levels), "a"], rows)


def commands(results: dict) -> str:
    """Seconds and memory of commands whose kernels are compiled."""
    return table(
        ["command", "seconds, least", "median", "peak memory"],
        [
            [
                _called(row),
                number(row["seconds"]),
                number(row["median_seconds"]) if row["runs"] > 1 else "",
                _peak(row),
            ]
            for row in results["startup"]["commands"]
        ],
    )


def empty_cache(results: dict) -> str:
    """Seconds of the first command after an install."""
    rows = [[_called(row), number(row["seconds"]), _peak(row)] for row in results["startup"]["empty_cache"]]
    return table(["first command, nothing compiled yet", "seconds", "peak memory"], rows)


def imports(results: dict) -> str:
    """Seconds of imports, each in a fresh process, with all that they import."""
    rows = [
        [f"`import {row['module']}`", number(row["seconds"]), number(row["median_seconds"])]
        for row in results["startup"]["imports"]
    ]
    return table(["import", "seconds, least", "median"], rows)


def compiling(results: dict) -> str:
    """Seconds of compiling by kernel file."""
    levels = results["levels"]
    files = levels[0]["first_use"]["files"]
    rows = [
        [f"`kernels/{file}.py`", *(f"{level['first_use']['files'][file]:.1f}" for level in levels)] for file in files
    ]
    rows.append(["all", *(f"{sum(level['first_use']['files'].values()):.1f}" for level in levels)])
    return table(["seconds of compiling", *(level["instructions"] for level in levels)], rows)


def registers(results: dict) -> str:
    """How often the path loop's machine code names registers of each width."""
    rows = [
        [level["instructions"], *(f"{count:,}" for count in level["first_use"]["registers"].values())]
        for level in results["levels"]
    ]
    return table(["registers named by the path loop", "128 bits", "256 bits", "512 bits"], rows)


def pace(results: dict) -> str:
    """The core's speed in one sentence."""
    levels = results["levels"]
    told = " and ".join(f"{number(level['peers'][0]['cpu_ns'])} ns with {level['instructions']}" for level in levels)
    paths = 2**18
    whole = paths * results["days"] * levels[0]["peers"][0]["cpu_ns"] / 1e9
    return (
        f"One path-day takes {told} on one core: {paths:,} paths of {results['days']} days in "
        f"{number(whole)} seconds."
    )  # fmt: skip


def stages(results: dict) -> str:
    """The core taken apart, and the fewest instructions that each stage needs."""
    levels, rows = results["levels"], []
    for row in results["stages"]:
        times = [f"{level['stages'][row['name']]:.2f}" for level in levels]
        rows.append([row["name"], *times, _instructions(row["instructions"]), f"{row['floor']:.1f}", row["why"]])
    times = [f"{sum(level['stages'].values()):.2f}" for level in levels]
    counts = [row["instructions"] for row in results["stages"]]
    total = None if None in counts else sum(counts)
    floor = sum(row["floor"] for row in results["stages"])
    rows.append(["all", *times, _instructions(total), f"{floor:.1f}", ""])
    whole = [number(level["peers"][0]["cpu_ns"]) for level in levels]
    rows.append(["the whole run", *whole, "", "", "with loops, calls, cache misses and the merging of blocks"])
    head = ["a path-day", *(f"ns, {level['instructions']}" for level in levels)]
    return table([*head, "instructions, AVX2", "floor", "counted for the floor"], rows)


TABLES: dict[str, Callable[[dict], str]] = {
    function.__name__: function
    for function in (machine, peers, core, commands, empty_cache, imports, compiling, registers, pace, stages)
}


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def number(value: float) -> str:
    """Two digits, or all before the point."""
    return f"{value:.2f}" if value < 1 else f"{value:.1f}" if value < 10 else f"{value:.0f}"


def _instructions(count: float | None) -> str:
    return "" if count is None else f"{count:.1f}"


def _called(row: dict) -> str:
    return f"`{row['command']}`" + (f" ({row['note']})" if row["note"] else "")


def _peak(row: dict) -> str:
    return f"{MEGABYTES * round(row['peak_mb'] / MEGABYTES)} MB"
