"""Score many markets on past days, to choose those that answer by default; docs/models.md says what came of it.

    .venv/bin/python scripts/study_models.py --prices FOLDER [--groups settings,stationary] [--json FILE]

FOLDER holds IWM.csv, TNA.csv, TZA.csv, DFF.csv and VIX.csv. The rule: of the variants with the same prices to look at,
the one whose skills over GBM on the origins to 2016, fund return's and divergence's, have the largest sum. What came
from 2017 on is reported apart. The two best of a group and the settled one are scored with a second seed too: how far
the seeds are apart is the luck of paths.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from math import log, sqrt
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

import numpy as np

from simulator.files import write_atomically
from simulator.history.calibrate import calibrate
from simulator.history.coverage import inside
from simulator.history.forecast import Regression
from simulator.history.forecasters import FORECASTERS, Forecaster, Past
from simulator.history.forecasts import QUANTITIES, Score
from simulator.history.garch import fit_garch
from simulator.history.origins import Origins
from simulator.history.prices import read_prices
from simulator.history.rates import read_rates
from simulator.history.record import Record, make_record
from simulator.history.scaled_bootstrap import scaled_bootstrap_market
from simulator.history.score import find_origins, score
from simulator.history.series import read_series
from simulator.history.skill import resampled, share, skill
from simulator.history.state import as_of
from simulator.output.document import dumps
from simulator.spec.bootstrap import DEFAULT_BLOCK_DAYS
from simulator.spec.ensemble import EnsembleMarket, Member
from simulator.spec.files import find_funds, preset_funds
from simulator.spec.model import TRADING_DAYS
from simulator.spec.scaling import ERROR_SHARE, TERMS

PERIODS = {"to 2016": (0, 2016), "from 2017": (2017, 9999), "all": (0, 9999)}  # years that holds begin in
CHOOSING = "to 2016"
SHOWN_OVER = (CHOOSING, "from 2017")
POOLED = (21, 42, 63)  # days: with TNA and TZA the six cells whose skills are averaged
YEAR = 252
LEVELS = (0.9, 0.98)
SEEDS = (1, 2)
SPANS = (5, 10, 21, 42)  # days ahead


class Group(NamedTuple):
    """Variants, each held against one of them: the settled ones. All look at the same index."""

    about: str
    settled: str
    variants: dict[str, Forecaster]
    paths: int = 4096
    horizons: tuple[int, ...] = POOLED


def remembered(forecaster: Forecaster) -> Forecaster:
    """The same, which fits to the same days once, in however many variants it is."""
    found: dict[str, Any] = {}

    def fit(past: Past):
        day = str(past.prices.dates[-1])
        if day not in found:
            found[day] = forecaster.fit(past)
        return found[day]

    return forecaster._replace(fit=fit)


def markov(regimes: int, innovations: str) -> Forecaster:
    """Regimes fitted each January, started from the filtered law of the origin's close."""

    def fit(past: Past):
        return calibrate(past.prices, regimes, innovations).market(index=past.index)

    return remembered(Forecaster("", fit, _started))


def garch(draw: str) -> Forecaster:
    """GJR-GARCH fitted each January, started from the variance of the origin's close."""

    def fit(past: Past):
        return fit_garch(past.prices).market(draw=draw, index=past.index)

    return remembered(Forecaster("", fit, _started))


def _started(fitted, past: Past):
    return as_of(fitted, past.prices)


def unstarted(forecaster: Forecaster) -> Forecaster:
    """The same fits, started from their long-run state."""
    return forecaster._replace(start=lambda fitted, past: replace(fitted, initial="stationary"))


def scaled(
    *,
    vix: bool = False,
    closes: bool = False,
    block_days: float = DEFAULT_BLOCK_DAYS,
    error_share: float = ERROR_SHARE,
    once: bool = False,
    **regression,
) -> Forecaster:
    """A scaled bootstrap; without arguments that of `letf calibrate`, without VIX.

    closes: volatility is measured by closes alone. once: at joins the first forecast stays. regression: as in
    `Regression`.
    """

    def start(_, past: Past):
        prices = replace(past.prices, open=None, high=None, low=None) if closes else past.prices
        market = scaled_bootstrap_market(
            prices,
            block_days,
            vol_index=past.vol_index if vix else None,
            index=past.index,
            regression=Regression(**regression),
        )
        scaling = market.scaling
        if once:
            constant = 2 * log(scaling.initial / sqrt(TRADING_DAYS))
            scaling = replace(
                scaling, prices=replace(scaling.prices, coefficients=(constant, *np.zeros(TERMS - 1).tolist()))
            )
        first = replace(scaling.first, error_sd=scaling.first.error_sd * error_share / ERROR_SHARE)
        return replace(market, scaling=replace(scaling, **{scaling.initial_by: first}))

    return Forecaster("", lambda past: None, start)


def mixed(*weighted: tuple[float, Forecaster]) -> Forecaster:
    """An ensemble."""

    def fit(past: Past):
        return [forecaster.fit(past) for _, forecaster in weighted]

    def start(fitted, past: Past):
        members = tuple(
            Member(weight=weight, market=forecaster.start(own, past))
            for (weight, forecaster), own in zip(weighted, fitted, strict=True)
        )
        return EnsembleMarket(members=members, drift=members[0].market.drift, index=past.index, name="mixture")

    return Forecaster("", fit, start)


def groups() -> dict[str, Group]:
    """What is tried."""
    gbm, bootstrap = FORECASTERS["gbm"], FORECASTERS["bootstrap"]
    gjr, skewed = garch("residuals"), garch("skewt")
    regimes = {_regimes(count, law): markov(count, law) for count in (2, 3, 4) for law in ("normal", "t")}
    three = regimes["3 regimes"]
    ahead = {
        vix: {f"{days} days ahead": mixed((0.8, scaled(vix=vix, ahead_days=days)), (0.2, gjr)) for days in SPANS}
        for vix in (False, True)
    }
    return {
        "settings": Group(
            "Scaled bootstrap, what it can be set to",
            "as settled",
            {"gbm": gbm, "as settled": scaled()} | _settings(),
        ),
        "kinds": Group(
            "Kinds of market, started at the origin",
            "0.8 scaled, 0.2 GJR",
            {
                "gbm": gbm,
                "ewma": FORECASTERS["ewma"],
                **regimes,
                "GJR, skewed t": skewed,
                "GJR, residuals": gjr,
                "bootstrap": bootstrap,
                "scaled bootstrap": scaled(),
                "0.9 scaled, 0.1 GJR": mixed((0.9, scaled()), (0.1, gjr)),
                "0.8 scaled, 0.2 GJR": mixed((0.8, scaled()), (0.2, gjr)),
                "0.6 scaled, 0.4 GJR": mixed((0.6, scaled()), (0.4, gjr)),
                "0.8 scaled, 0.2 bootstrap": mixed((0.8, scaled()), (0.2, bootstrap)),
                "0.8 scaled, 0.2 regimes": mixed((0.8, scaled()), (0.2, three)),
                "0.7 scaled, 0.2 GJR, 0.1 regimes": mixed((0.7, scaled()), (0.2, gjr), (0.1, three)),
                "a third each": mixed((1 / 3, scaled()), (1 / 3, gjr), (1 / 3, three)),
            },
        ),
        "stationary": Group(
            "Without prices: every start is the long-run one, fits each January",
            "3 regimes",
            {
                "gbm": gbm,
                **{name: unstarted(forecaster) for name, forecaster in regimes.items()},
                "GJR, skewed t": unstarted(skewed),
            },
        ),
        "finalists": Group(
            "Finalists",
            "0.8 scaled, 0.2 GJR",
            {
                "gbm": gbm,
                "3 regimes": three,
                "GJR, residuals": gjr,
                "scaled bootstrap": scaled(),
                "scaled bootstrap, VIX": scaled(vix=True),
                "0.8 scaled, 0.2 GJR": mixed((0.8, scaled()), (0.2, gjr)),
                "0.8 scaled, 0.2 GJR, VIX": mixed((0.8, scaled(vix=True)), (0.2, gjr)),
            },
            paths=16_384,
            horizons=(*POOLED, YEAR),
        ),
        "settings-vix": Group(
            "Scaled bootstrap that looks at the VIX",
            "as settled",
            {"gbm": gbm, "as settled": scaled(vix=True), "without VIX": scaled()}
            | {f"{days} days ahead": scaled(vix=True, ahead_days=days) for days in (5, 21, 42)}
            | {"closes only": scaled(vix=True, closes=True), "4 years to learn": scaled(vix=True, training_years=4)},
        ),
        "ahead": Group("0.8 scaled, 0.2 GJR", "10 days ahead", {"gbm": gbm, **ahead[False]}, 16_384),
        "ahead-vix": Group("0.8 scaled, 0.2 GJR, VIX", "10 days ahead", {"gbm": gbm, **ahead[True]}, 16_384),
    }


def _regimes(count: int, innovations: str) -> str:
    return f"{count} regimes{', t' if innovations == 't' else ''}"


def _settings() -> dict[str, Forecaster]:
    return {
        **{f"{days} days ahead": scaled(ahead_days=days) for days in (5, 21, 42)},
        "closes only": scaled(closes=True),
        **{f"{years} years to learn": scaled(training_years=years) for years in (3, 4)},
        **{f"blocks of {days} days": scaled(block_days=days) for days in (21, 84)},
        "no forecast error": scaled(error_share=0.0),
        "whole forecast error": scaled(error_share=1.0),
        "no return of the week": scaled(week_return=False),
        "scaled once": scaled(once=True),
    }


# What the scores say.


def study(record: Record, origins: Origins, group: Group, on_progress: Callable[[str], None]) -> dict[str, Any]:
    """Score a group, and its two best and the settled one with the second seed."""
    rows = _rows(record, origins, group, group.variants, SEEDS[0], on_progress)
    ranking = sorted(rows, key=lambda name: -chosen_by(rows[name]))
    again = {name: group.variants[name] for name in ("gbm", *dict.fromkeys((*ranking[:2], group.settled)))}
    return {
        "about": group.about,
        "settled": group.settled,
        "paths": group.paths,
        "origins": len(origins.at),
        "best_to_2016": ranking[0],
        "variants": rows,
        "second_seed": _rows(record, origins, group, again, SEEDS[1], on_progress),
    }


def _rows(record, origins, group, variants, seed, on_progress) -> dict[str, dict[str, Any]]:
    total, begun = len(origins.at) * len(variants) * group.paths, monotonic()

    def hear(done):
        on_progress(f"{group.about}: seed {seed}, {100 * done / total:.0f} %, {monotonic() - begun:.0f} s")

    found = score(record, origins, variants, horizons=group.horizons, paths=group.paths, seed=seed, on_progress=hear)
    return {name: row(found, name, group.settled) for name in variants if name != "gbm"}


def chosen_by(found: dict[str, Any]) -> float:
    """What the choice is made by."""
    return sum(found["skill"][CHOOSING][quantity][0] for quantity in QUANTITIES)


def row(found: Score, name: str, settled: str) -> dict[str, Any]:
    """One variant's figures; skills are [estimate, low, high]."""
    places = [found.horizons.index(days) for days in POOLED]
    ones = np.ones((1, len(found.origins.at)))

    def cells(model, quantity):
        return found.forecasts[model].crps[:, :, places, quantity].reshape(len(found.origins.at), -1)

    def over(model, other, quantity, kept):
        return list(skill(cells(model, quantity)[kept], cells(other, quantity)[kept], resampled(int(kept.sum()))))

    def by_period(model, other):
        years = found.origins.years
        kept = {period: (first <= years) & (years <= last) for period, (first, last) in PERIODS.items()}
        return {
            period: {quantity: over(model, other, q, mask) for q, quantity in enumerate(QUANTITIES)}
            for period, mask in kept.items()
        }

    each_cell = [
        skill(cells(name, q)[:, [c]], cells("gbm", q)[:, [c]], ones).estimate
        for q in range(len(QUANTITIES))
        for c in range(cells(name, q).shape[1])
    ]
    pit = found.forecasts[name].pit
    return {
        "skill": by_period(name, "gbm"),
        "settled_over": None if name == settled else by_period(settled, name),
        "worst_cell": min(each_cell),
        "coverage": {level: covered(pit[:, :, places].reshape(len(pit), -1), level) for level in LEVELS},
        "divergence_covered_at_252": {
            level: covered(pit[:, :, found.horizons.index(YEAR), QUANTITIES.index("divergence")], level)
            for level in LEVELS
            if YEAR in found.horizons
        },
    }


def covered(pit: np.ndarray, level: float) -> dict[str, float]:
    """Share of outcomes inside the central interval, all cells together, and the least and most of one cell."""
    events = inside(pit, level)
    by_cell = np.nanmean(events, axis=0)
    return {"pooled": share(events, np.ones((1, len(pit)))).estimate, "lowest": by_cell.min(), "highest": by_cell.max()}


# How they are shown.


def table(found: dict[str, Any]) -> str:
    """A group's figures as tables of Markdown, the second seed's below."""
    return (
        f"{found['about']}. {found['origins']} origins, {found['paths']:,} paths; settled: {found['settled']}.\n\n"
        f"{_table(found['variants'])}\n\nLargest sum to 2016: {found['best_to_2016']}. With the second seed:\n\n"
        f"{_table(found['second_seed'])}\n"
    )


def _table(rows: dict[str, dict[str, Any]]) -> str:
    heads = ["", *PERIODS, "worst cell", "90 %", "98 %", *(f"settled over it, {period}" for period in SHOWN_OVER)]
    if any(each["divergence_covered_at_252"] for each in rows.values()):
        heads.append("90 and 98 % of divergence at 252 days")
    lines = [heads, ["---"] * len(heads), *(_line(name, each) for name, each in rows.items())]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _line(name: str, found: dict[str, Any]) -> list[str]:
    both = [" / ".join(_percent(found["skill"][period][quantity][0]) for quantity in QUANTITIES) for period in PERIODS]
    over = [_resolved(found["settled_over"], period) for period in SHOWN_OVER]
    year = found["divergence_covered_at_252"].values()
    line = [name, *both, _percent(found["worst_cell"]), *map(_span, found["coverage"].values()), *over]
    return [*line, ", ".join(map(_span, year))] if year else line


def _percent(value: float) -> str:
    return f"{100 * value:.1f}"


def _span(found: dict[str, float]) -> str:
    return f"{_percent(found['pooled'])} ({100 * found['lowest']:.0f}-{100 * found['highest']:.0f})"


def _resolved(over: dict[str, Any] | None, period: str) -> str:
    """The skill of the settled one over it, with its interval; ~ where that includes 0."""
    if over is None:
        return "-"
    return " / ".join(
        f"{'~' if low <= 0 <= high else ''}{_percent(estimate)} [{_percent(low)}, {_percent(high)}]"
        for estimate, low, high in over[period].values()
    )


def read_record(folder: Path) -> Record:
    """IWM, TNA and TZA with fed funds and the VIX."""
    return make_record(
        read_prices(folder / "IWM.csv"),
        tuple(read_prices(folder / f"{ticker}.csv") for ticker in ("TNA", "TZA")),
        find_funds(("TNA", "TZA"), preset_funds()),
        rates=read_rates(folder / "DFF.csv"),
        vol_index=read_series(folder / "VIX.csv", "volatility index"),
    )


def main():
    known = groups()
    parser = argparse.ArgumentParser(description="Score many markets on past days.")
    parser.add_argument("--prices", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--groups", default=",".join(known), metavar="LIST", help=f"of {', '.join(known)} [all]")
    parser.add_argument("--json", type=Path, metavar="FILE", help="Write all figures here.")
    args = parser.parse_args()
    names = args.groups.split(",")
    if unknown := [name for name in names if name not in known]:
        parser.error(f"unknown group {unknown[0]!r}; known: {', '.join(known)}")
    record, results = read_record(args.prices), {}
    for name in names:
        results[name] = study(record, find_origins(record), known[name], _say)
        print("\n" + table(results[name]), flush=True)
        if args.json:
            write_atomically(args.json, dumps(results).encode())


def _say(text: str) -> None:
    print(f"\r{text:78}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
