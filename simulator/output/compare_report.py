"""Structures side by side as people read them: tables of at most 80 columns."""

from collections.abc import Iterator, Sequence

from simulator.distribution import Estimate
from simulator.output.compare_heading import heading
from simulator.output.heading import limit
from simulator.output.table import with_error
from simulator.output.text import MOST_DECIMALS, fitted, grid, paragraph
from simulator.risk.compare_figures import SHARES, TOLD, Compared, StructureLaw

UNRESOLVED = "not resolved"
ENDS = {"stopped": "stopped", "target": "at target", "called": "called", "ruined": "wiped out"}
EXPLAINED = (
    "Percent of the money at risk, which each structure sets by a rule of its own (letf compare --list), ± one Monte "
    "Carlo standard error, rounded up. ES: mean loss in the worst 5%. STARR: cents of mean over cash for each dollar "
    "of ES, both measured against cash, so that money left as cash beside changes nothing; below 0, cash did better. "
    "Fall: the worst from the running peak, at closes; fall 95%: what 5% of the paths exceed."
)
ON_SAME_PATHS = (
    "Less {base} on the same paths, in points (STARR: cents), with paired errors. Ahead: paths that end above "
    "{base}. {unresolved}: within {errors:.1f} errors of 0; were the truth 0 in all {count} differences here, one or "
    "more would be beyond with a chance of 5% at most."
)
MODEL = (
    "The errors are those of the sampling alone, which more paths narrow. The model of the market, its drifts, implied "
    "volatilities and borrow fees are assumptions that no number of paths makes surer: try others."
)

Row = tuple[str, Sequence[Estimate]]


def report(compared: Compared, left_out: Sequence[str] = ()) -> str:
    """What `letf compare` prints; `left_out` are structures that the market has no instruments for."""
    spec, laws = compared.spec, compared.laws
    lines = [
        *heading(spec, left_out),
        "",
        *paragraph(EXPLAINED),
        "",
        *_table(("mean", "loss", "ES", "STARR", "fall", "fall 95%"), [(law.name, _key(law)) for law in laws]),
        "",
        "Quantiles of the profit",
        *_table([f"{100 * p:g}%" for p in SHARES], [(law.name, law.quantiles) for law in laws]),
        "",
        *_ends(laws),
        *_differences(compared),
    ]
    for note in (limit(spec.market), MODEL):
        lines += paragraph(note)
    return "\n".join(lines) + "\n"


def _key(law: StructureLaw) -> list[Estimate]:
    return [law.mean, law.prob_loss, law.expected_shortfall, law.starr, law.fall, law.fall_95]


def _ends(laws: Sequence[StructureLaw]) -> list[str]:
    """Shares of the paths that ended before the hold was over, by the ways that some path did."""
    met = [end for end in ENDS if any(law.ends[end].mean > 0 for law in laws)]
    rows = [(law.name, [law.ends[end] for end in met]) for law in laws if any(law.ends[end].mean > 0 for end in met)]
    return ["Sold before the end, % of the paths", *_table([ENDS[end] for end in met], rows), ""] if rows else []


def _differences(compared: Compared) -> list[str]:
    found = compared.differences
    if not found:
        return []
    text = ON_SAME_PATHS.format(
        base=compared.base,
        unresolved=UNRESOLVED.capitalize(),
        errors=compared.resolved_errors,
        count=compared.comparisons,
    )
    rows = [["", "mean", "loss", "ES", "STARR", "ahead"]]
    for one in found:
        cells = [_difference(compared, getattr(one, name)) for name in TOLD]
        rows.append([one.name, *cells, with_error(one.ahead.mean, one.ahead.stderr, 1)])
    return [*paragraph(text), "", *grid(rows), ""]


def _difference(compared: Compared, found: Estimate) -> str:
    if found.mean != found.mean:
        return "-"
    if not compared.is_resolved(found):
        return UNRESOLVED
    return ("+" if found.mean > 0 else "") + with_error(found.mean, found.stderr, MOST_DECIMALS)


def _table(titles: Sequence[str], rows: Sequence[Row]) -> list[str]:
    """Lines of a table of figures and errors."""

    def cells(decimals: int) -> Iterator[list[str]]:
        yield ["", *titles]
        for name, found in rows:
            yield [name, *(with_error(one.mean, one.stderr, decimals) for one in found)]

    return fitted(cells)
