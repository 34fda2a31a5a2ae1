"""The figure of the core and its peers."""

from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from tables import number

from simulator.output import style

TITLE = "How long does one day of one path take?"
STRENGTHS = (1.0, 0.42)  # of the levels' colours, the rest white
BAR, ROW = 0.36, 0.46  # height of a bar in rows; inches a row
ROOM = 1.9  # how far the axis goes past the longest bar
TICKS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
PART = " *"  # after a name: not the whole work


def draw(results: dict) -> Figure:
    """A bar for each contestant that was measured and each level of instructions, on a logarithmic axis."""
    levels = results["levels"]
    contestants = [
        rows for rows in zip(*(level["peers"] for level in levels), strict=True) if rows[0]["missing"] is None
    ]
    with style.context():
        size = 4.6, ROW * len(contestants)
        sheet = style.sheet(TITLE, _caption(results), panels=1, panel=size, gaps=(0, 0), left=2.75, right=0.5)
        panel = sheet.panels[0]
        _set_axes(panel, [rows[0] for rows in contestants], [row["cpu_ns"] for rows in contestants for row in rows])
        for place, rows in enumerate(contestants):
            for i, row in enumerate(rows):
                _bar(panel, row, place + BAR * (i - (len(levels) - 1) / 2), STRENGTHS[i], core=place == 0)
        greys = [Patch(color=style.tint(style.MUTED, strength)) for strength in STRENGTHS[: len(levels)]]
        style.key(sheet.figure, greys, [level["instructions"] for level in levels])
    return sheet.figure


def _bar(panel, row, y, strength, core):
    ns = row["cpu_ns"]
    panel.barh(y, ns, 0.92 * BAR, color=style.tint(style.COOL[0] if core else style.MUTED, strength))
    times = "" if core else f"   {number(row['times_core'])}x"
    style.note(panel, f"{number(ns)} ns{times}", (ns, y), (4, 0), va="center", fontsize=7.5)


def _set_axes(panel, rows, values):
    panel.set_xscale("log")
    panel.set_xlim(0.5 * min(values), ROOM * max(values))
    panel.set_ylim(len(rows) - 0.5, -0.5)
    labels = [row["name"] + ("" if row["scope"].startswith("whole") else PART) for row in rows]
    panel.set_yticks(range(len(rows)), labels)
    panel.tick_params(axis="y", length=0)
    panel.xaxis.set_major_locator(FixedLocator(TICKS))
    panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    panel.xaxis.set_minor_locator(NullLocator())
    panel.grid(axis="x")
    panel.set_xlabel("nanoseconds of one core for a path and day, logarithmic: shorter is faster")


def _caption(results: dict) -> list[str]:
    found = results["machine"]
    return [
        "Three regimes, the index and two funds, five statistics with histograms at 11 horizons over 252 days; 3.0x: "
        f"three times letf's time with the same instructions.{PART}: the index's paths alone, in one regime.",
        f"{found['processor']}, {found['system']}; {results['paths']:,} paths, the least CPU time of "
        f"{results['repeat']} turns.",
    ]
