"""The report of `letf bench` as people read it."""

from typing import Any

from simulator.output.text import paragraph


def to_text(report: dict[str, Any]) -> str:
    """Machine, the core's timings, and its peers' beside it."""
    machine = ", ".join(f"{key} {value}" for key, value in report["machine"].items())
    lines = [*paragraph(machine), "", f"{'nanoseconds of one core':<44} {'ns':>8}  a"]
    lines += [f"{row['name']:<44} {row['ns']:8.2f}  {row['unit']}" for row in report["rows"]]
    threads = report["threads"]
    lines.append(f"{threads['count']} threads finish {threads['speedup']:.2f} times as soon as one")
    if report["peers"]:
        lines += ["", f"{'the same work, in turns with the core':<44} {'ns':>8}  times the core's"]
    for row in report["peers"] or []:
        figures = row["missing"] or f"{row['cpu_ns']:8.2f}  {row['times_core']:.1f}"
        lines.append(f"{row['name']:<44} {figures}" + ("" if row["scope"] == "whole" else f"  ({row['scope']})"))
    return "\n".join(lines) + "\n"
