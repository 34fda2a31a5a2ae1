"""letf calibrate."""

import click

from simulator.cli import options as opt
from simulator.cli.market import refuse_fund_prices
from simulator.cli.progress import note_compiling, note_loading
from simulator.cli.types import DAY, DRIFT, FIGURE_FILE, FRACTION, MARKET_FILE, PRICES, WHOLE

COMPILE_SECONDS = 4
KINDS = {  # the options that only some kinds know
    "markov": ("regimes", "innovations", "initial", "vol_index", "plot"),
    "garch": ("innovations", "initial"),
    "bootstrap": ("block_days", "scaled", "vol_index"),
    "ensemble": ("vol_index",),
}
INNOVATIONS = {"markov": ("normal", "t"), "garch": ("skewt", "residuals")}  # the first is the default


@click.command()
@click.argument("prices", type=PRICES)
@click.option(
    "--kind",
    type=click.Choice(list(KINDS)),
    default="markov",
    help="markov: regimes of volatility; garch: GJR-GARCH(1,1,1); bootstrap: the days themselves, in blocks; ensemble: "
    "four parts of scaled bootstrap, one of garch. [markov]",
)
@click.option("--regimes", type=WHOLE, metavar="K", help="markov: number of volatility regimes, 1 to 4. [3]")
@click.option(
    "--innovations",
    type=click.Choice([name for names in INNOVATIONS.values() for name in names]),
    help="Law of a day. markov: normal or Student-t within a regime; garch: skewed t, or drawn from the fit's own "
    "residuals. [normal, skewt]",
)
@click.option("--block-days", type=float, metavar="DAYS", help="bootstrap: mean length of a block. [42]")
@click.option("--scaled", is_flag=True, default=None, help="bootstrap: scale each block to a forecast of volatility.")
@click.option(
    "--vol-index",
    type=PRICES,
    metavar="FILE",
    help="markov, scaled bootstrap, ensemble: a volatility index in points, as VIX, to know today's state by too.",
)
@click.option(
    "--second",
    type=PRICES,
    metavar="PRICES",
    help="markov, garch, bootstrap: prices of a second index, as SPY, that the market moves beside the first.",
)
@click.option("--second-drift", type=FRACTION, metavar="D", help="The second index's growth a year. [8%]")
@click.option("--start", type=DAY, metavar="DATE", help="First day of the prices to use, YYYY-MM-DD.")
@click.option("--end", type=DAY, metavar="DATE", help="Last day of the prices to use.")
@opt.options(opt.ACCEPT_JUMPS)
@click.option(
    "--drift",
    type=DRIFT,
    metavar="D",
    help="Index growth a year in the market, 8% or 0.08: the default short rate, 4 %, and an equity premium of 4 %; "
    "or, markov: regime. [8%]",
)
@click.option(
    "--initial",
    type=click.Choice(["last", "stationary"]),
    help="markov, garch: where the market starts, on the day after the last price or in its long run. [last]",
)
@click.option("--index", default="IWM", metavar="TICKER", help="The market's index; a fund's must equal it. [IWM]")
@click.option("--name", metavar="NAME", help="The market's name. [iwm-markov3]")
@click.option("--output", type=MARKET_FILE, metavar="FILE", help="Write the market as .toml instead of to stdout.")
@click.option("--plot", type=FIGURE_FILE, metavar="FILE", help="markov: draw the price by regime, .png, .svg or .pdf.")
@opt.options(opt.JSON, opt.QUIET)
def calibrate(
    prices,
    kind,
    second,
    second_drift,
    start,
    end,
    accept_jumps,
    drift,
    index,
    name,
    output,
    plot,
    as_json,
    quiet,
    **own,
):
    """Fit a market to the daily prices in PRICES and write it.

    PRICES is a CSV or Parquet file, or a ticker that letf fetch has fetched.

    \b
    letf calibrate IWM.csv --output iwm.toml
    letf calibrate IWM.csv --regimes 2 --start 2010-01-01 --plot regimes.png
    letf calibrate IWM.csv --kind garch --innovations residuals
    letf calibrate IWM.csv --second SPY.csv --output joint.toml
    """
    own = _own_options(kind, own | {"plot": plot})
    _check_second(kind, second, second_drift)
    if drift == "regime" and kind != "markov":
        raise click.UsageError(f"--drift regime is for --kind markov, not {kind}; give a number, as 8%.")
    refuse_fund_prices(prices, index)
    from simulator.files import write_atomically
    from simulator.history.prices import read_prices
    from simulator.output.calibration_report import report
    from simulator.spec.files import market_to_toml
    from simulator.spec.model import DEFAULT_DRIFT

    read = read_prices(prices, accept_jumps=accept_jumps).between(start, end)
    common = {"drift": DEFAULT_DRIFT if drift is None else drift, "index": index, "name": name}
    fit, market = _fitted(kind, read, own, common, quiet)
    beside = None
    if second is not None:
        market, beside = _beside(market, read, second, second_drift, accept_jumps)
    toml = market_to_toml(market)
    if plot:
        _draw(fit, plot)
    if output:
        write_atomically(output, toml.encode())
    if not quiet:
        for note in (read.note(), *((beside.prices.note(),) if beside else ()), *(fit.notes() if fit else ())):
            click.echo(f"Note: {note}", err=True)
    if as_json:
        click.echo(_document(read, fit, market, beside), nl=False)
    elif output:
        click.echo(report(read, fit, market, beside), nl=False)
    else:
        click.echo("" if quiet else report(read, fit, market, beside), nl=False, err=True)
        click.echo(toml, nl=False)


def _own_options(kind, given):
    """The options of this kind that were given; another kind's are refused."""
    own = {option: value for option, value in given.items() if value is not None}
    for option in own:
        if option not in KINDS[kind]:
            knowing = " or ".join(known for known, options in KINDS.items() if option in options)
            name = option.replace("_", "-")
            raise click.UsageError(f"--{name} is for --kind {knowing}, not {kind}; leave it out.")
    if "innovations" in own and own["innovations"] not in INNOVATIONS[kind]:
        raise click.UsageError(
            f"--kind {kind} has --innovations {' or '.join(INNOVATIONS[kind])}, not {own['innovations']}."
        )
    if kind == "bootstrap" and "vol_index" in own and "scaled" not in own:
        raise click.UsageError("--vol-index sharpens the forecasts of a scaled bootstrap; add --scaled.")
    return own


def _fitted(kind, prices, own, common, quiet):
    """What was fitted, None where nothing is, and the market."""
    from simulator.history.bootstrap import bootstrap_market
    from simulator.history.calibrate import calibrate, must_compile
    from simulator.history.daily import daily_log_returns
    from simulator.history.garch import fit_garch
    from simulator.history.kinds import fit_ensemble
    from simulator.history.scaled_bootstrap import scaled_bootstrap_market
    from simulator.history.vol_index import read_vol_index

    daily_log_returns(prices)
    if "vol_index" in own:
        own = own | {"vol_index": read_vol_index(own["vol_index"], prices)}
    if kind in ("markov", "ensemble") and must_compile() and not quiet:
        note_compiling(COMPILE_SECONDS)
    if kind in ("garch", "ensemble") and not quiet:
        note_loading("arch, which fits GARCH")
    start = {"initial": own["initial"]} if "initial" in own else {}
    match kind:
        case "markov":
            regimes = calibrate(
                prices, **{name: own[name] for name in ("regimes", "innovations", "vol_index") if name in own}
            )
            return regimes, regimes.market(**start, **common)
        case "garch":
            garch = fit_garch(prices)
            draw = {"draw": own["innovations"]} if "innovations" in own else {}
            return garch, garch.market(**draw, **start, **common)
        case "bootstrap":
            make = scaled_bootstrap_market if own.pop("scaled", False) else bootstrap_market
            return None, make(prices, **own, **common)
    return None, fit_ensemble(prices, **own, **common)


def _check_second(kind, second, drift):
    if second is None and drift is not None:
        raise click.UsageError("--second-drift is the growth of a second index; give its prices by --second.")
    if second is not None and kind == "ensemble":
        raise click.UsageError("--second is for --kind markov, garch or bootstrap, not ensemble; choose one of them.")


def _beside(market, prices, path, drift, accept_jumps):
    """The market with the second index of the prices at `path`, and what was fitted."""
    from simulator.history.prices import read_prices
    from simulator.history.second import with_second
    from simulator.spec.model import DEFAULT_DRIFT

    index = path.stem.upper()
    refuse_fund_prices(path, None)
    second = read_prices(path, accept_jumps=accept_jumps)
    return with_second(market, prices, second, index=index, drift=DEFAULT_DRIFT if drift is None else drift)


def _document(prices, fit, market, beside):
    from simulator.history.fitted import SCHEMA
    from simulator.output.document import dumps

    nothing = {"schema": SCHEMA, "market": market.to_dict(), "days": len(prices.dates) - 1, "notes": []}
    return dumps((fit.to_dict(market) if fit else nothing) | ({"second": beside.to_dict()} if beside else {}))


def _draw(fit, path):
    from simulator.files import write_atomically
    from simulator.output.files import figure_bytes
    from simulator.output.plot_calibration import price_by_regime

    write_atomically(path, figure_bytes(price_by_regime(fit), path.suffix.lower()))
