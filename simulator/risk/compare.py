"""Structures held side by side on the same paths: the law of each, differences with paired errors."""

from collections.abc import Callable
from math import prod

from simulator.distribution import proportion
from simulator.engine import structures as engine
from simulator.engine.structures import Outcomes, run_structures
from simulator.errors import LetfError
from simulator.risk.compare_figures import SHARES, TOLD, Compared, Difference, StructureLaw
from simulator.risk.paired import paired
from simulator.risk.sample import Sample
from simulator.spec.comparison import Comparison
from simulator.spec.model import TRADING_DAYS

ENDS = {
    "held": engine.HELD,
    "stopped": engine.STOPPED,
    "target": engine.TARGET,
    "called": engine.CALLED,
    "ruined": engine.RUINED,
}


def compare(
    spec: Comparison,
    *,
    against: str | None = None,
    threads: int | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> Compared:
    """Run the structures on common paths, and hold them against each other.

    Errors take the paths as independent and alike; those of an ensemble, whose members share the paths out in fixed
    numbers, are a little narrower in truth.

    Parameters
    ----------
    spec : Comparison
    against : str, optional
        Name of the base, in any case; by default the first structure.
    threads : int, optional
        The answer is the same at any.
    on_progress : callable, optional
        Called with the number of finished paths.

    Raises
    ------
    LetfError
        If no structure is called `against`, or the spec breaks a rule.
    """
    names = [structure.name for structure in spec.structures]
    base = base_of(names, against)
    return held_against(spec, run_structures(spec, threads=threads, on_progress=on_progress), base)


def base_of(names: list[str], against: str | None) -> int:
    """Which of the structures the others are held against.

    Raises
    ------
    LetfError
        If none is called so.
    """
    known = [name.casefold() for name in names]
    if against is None:
        return 0
    if against.casefold() not in known:
        raise LetfError(f"against must name a structure, got {against!r}; there are: {'; '.join(names)}")
    return known.index(against.casefold())


def held_against(spec: Comparison, found: Outcomes, base: int) -> Compared:
    """What the outcomes say of each structure and of its difference from the one numbered `base`."""
    first = _profit(spec, found, base)
    laws, differences = [], []
    for i, structure in enumerate(spec.structures):
        profit = _profit(spec, found, i)
        laws.append(_law(structure.name, profit, found, i))
        if i != base:
            differences.append(_difference(structure.name, profit, first))
    return Compared(
        spec=spec,
        laws=tuple(laws),
        base=spec.structures[base].name,
        differences=tuple(differences),
    )


def _profit(spec: Comparison, found: Outcomes, i: int) -> Sample:
    """Of a structure, beside what its dollar would have earned as cash until it was over."""
    spread = spec.structures[i].spread
    days = spec.hold if spread is None else spread.end(spec.hold)
    rates = (spec.course.rate_on(day, spec.rate) for day in range(1, days + 1))
    return Sample(found.profits[i], cash=prod(1 + rate / TRADING_DAYS for rate in rates) - 1)


def _law(name: str, profit: Sample, found: Outcomes, i: int) -> StructureLaw:
    fall, ends = Sample(found.drawdowns[i]), found.ends[i]
    return StructureLaw(
        name=name,
        mean=profit.mean,
        sd=profit.sd,
        quantiles=tuple(profit.quantiles(SHARES)),
        prob_loss=profit.prob_loss,
        expected_shortfall=profit.expected_shortfall,
        starr=profit.starr,
        fall=fall.mean,
        fall_95=fall.quantiles((0.95,))[0],
        ends={end: proportion(int((ends == code).sum()), profit.n) for end, code in ENDS.items()},
        days=float(found.days[i].mean()),
    )


def _difference(name: str, profit: Sample, base: Sample) -> Difference:
    figures = {figure: paired(profit, base, figure) for figure in TOLD}
    ahead = proportion(int((profit.values > base.values).sum()), profit.n)
    return Difference(name=name, ahead=ahead, **figures)
