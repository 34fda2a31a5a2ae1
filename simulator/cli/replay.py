"""letf replay."""

import click

from simulator.cli import options as opt
from simulator.cli.market import load_market
from simulator.cli.progress import progress
from simulator.cli.records import RATES, check_rates, funds_of, load_rates
from simulator.cli.types import DAY, DAYS, FIGURE_FILE, INPUT_FILE, PRICES, OutputFile

KINDS = ("growth", "waterfall", "windows")
SIMULATED = "windows"  # the kind that simulates
COMPILE_SECONDS = 30


@click.command()
@click.option("--index", type=PRICES, required=True, metavar="PRICES", help="The index's prices.")
@click.option(
    "--fund-prices", type=PRICES, required=True, multiple=True, metavar="PRICES", help="A fund's prices; repeatable."
)
@click.option(
    "--fund",
    "tickers",
    multiple=True,
    metavar="TICKER",
    help="The fund of each --fund-prices, in their order. [as their files are called]",
)
@click.option("--funds-file", type=INPUT_FILE, metavar="FILE", help="Funds TOML: adds to the built-in funds.")
@opt.options(RATES)
@click.option("--start", type=DAY, metavar="DATE", help="First close to use, YYYY-MM-DD.")
@click.option("--end", type=DAY, metavar="DATE", help="Last close to use.")
@click.option("--accept-jumps", is_flag=True, help="Believe daily moves that look like splits.")
@click.option("--horizon", type=DAYS, multiple=True, metavar="DAYS", help="Holding periods, 5,21,63. [5 to 252]")
@click.option("--fit-costs", is_flag=True, help="Fit swap costs by calendar year to both legs of the index.")
@click.option(
    "--output", type=OutputFile(".json", ".toml"), metavar="FILE", help=".json: all; .toml: funds with fitted costs."
)
@click.option("--plot", "figure", type=FIGURE_FILE, metavar="FILE", help="Draw a figure as .png, .svg or .pdf.")
@click.option("--kind", type=click.Choice(KINDS), help="What --plot draws. [growth]")
@opt.options(opt.MARKET, opt.PATHS, opt.SEED, opt.THREADS, opt.JSON, opt.QUIET)
def replay(
    index, fund_prices, tickers, funds_file, rates, rates_unit, rates_kind, rate, start, end, accept_jumps, horizon,
    fit_costs, output, figure, kind, as_json, quiet, **simulated,
):  # fmt: skip
    """Replay funds on their index's real days, beside what they returned, and say why the two differ.

    Prices are files or tickers that letf fetch has fetched. Figures: growth of index, L times it, replay and fund;
    waterfall, why not L times the index; windows, realised divergence on the simulated ridges. Only windows takes the
    options of a simulation, from --market to --threads.

    \b
    letf replay --index IWM.csv --fund-prices TNA.csv --fund TNA --rates DFF.csv
    letf replay --index IWM --fund-prices TNA --rates DFF.csv --plot why.png --kind waterfall
    letf replay --index IWM --fund-prices TNA --fund-prices TZA --rates DFF.csv --fit-costs
    """
    _check_figure(figure, kind, simulated)
    check_rates(rates, rates_unit, rates_kind, rate)
    _check_costs(rates, rate, fit_costs, output)

    from simulator.history import windows
    from simulator.history.fit_costs import fit_costs as fit
    from simulator.history.pair import pair
    from simulator.history.prices import read_prices
    from simulator.history.replay import replay

    funds = funds_of(fund_prices, tickers, funds_file)
    short = load_rates(rates, rates_unit, rates_kind, rate)
    read = [read_prices(path, accept_jumps=accept_jumps) for path in (index, *fund_prices)]
    kept = {"start": start, "end": end, "accept_jumps": accept_jumps}
    replays = [replay(pair(read[0], prices, fund, **kept), short) for fund, prices in zip(funds, read[1:], strict=True)]
    holds = windows.realised([told.pair for told in replays], [d for days in horizon for d in days] or windows.HOLDS)
    fitted = fit(replays) if fit_costs else None
    drawn = _drawn(figure, kind or KINDS[0], replays, holds, simulated, quiet) if figure else b""

    from simulator.files import write_atomically
    from simulator.output import costs_report, replay_report
    from simulator.output.replay_document import to_json
    from simulator.spec.files import funds_to_toml

    in_json = as_json or (output and output.suffix.lower() == ".json")
    document = to_json(replays, holds, fitted) if in_json else ""
    table = costs_report.report(fitted) if fitted else replay_report.report(replays, holds)
    if output:
        content = funds_to_toml(fitted.funds()) if fitted and output.suffix.lower() == ".toml" else document
        write_atomically(output, content.encode())
    if figure:
        write_atomically(figure, drawn)
    if not quiet:
        for note in (*(prices.note() for prices in read), *getattr(short, "notes", ())):
            click.echo(f"Note: {note}", err=True)
    click.echo(document if as_json else table, nl=False)


def _check_figure(figure, kind, simulated):
    """Refuse what a figure would not use."""
    if kind and not figure:
        raise click.UsageError(f"--kind says what to draw; to draw it: --plot {kind}.png.")
    given = [name for name, value in simulated.items() if value is not None]
    if given and kind != SIMULATED:
        option = "--" + given[0].replace("_", "-")
        raise click.UsageError(f"{option} is for simulated ridges; to draw them: --plot windows.png --kind windows.")


def _check_costs(rates, rate, fit_costs, output):
    if fit_costs and not rates and rate is None:
        raise click.UsageError("--fit-costs finds what funds cost over the short rate; give --rates, or a --rate.")
    if output and output.suffix.lower() == ".toml" and not fit_costs:
        raise click.UsageError("--output FILE.toml holds funds with fitted costs; add --fit-costs, or name a .json.")


def _drawn(figure, kind, replays, holds, simulated, quiet):
    from simulator.output.files import figure_bytes
    from simulator.output.plot_growth import draw_growth
    from simulator.output.plot_waterfall import draw_waterfall
    from simulator.output.plot_windows import draw_windows

    if kind == SIMULATED:
        days = tuple(hold.days for hold in holds[0])
        drawing = draw_windows(_simulated(replays, days, quiet, **simulated), replays, holds)
    else:
        drawing = {"growth": draw_growth, "waterfall": draw_waterfall}[kind](replays)
    return figure_bytes(drawing, figure.suffix.lower())


def _simulated(replays, days, quiet, paths, seed, threads, **market):
    """The funds simulated over the same holds, at the mean of the real short rate."""
    funds = tuple(told.fund for told in replays)
    chosen = load_market(**market, index=funds[0].index, quiet=quiet)
    spec = opt.load_simulation(chosen, funds, [days], paths, seed, float(replays[0].rate.mean()))

    from simulator.engine.simulate import simulate

    with progress(spec.paths, quiet, COMPILE_SECONDS) as on_progress:
        return simulate(spec, threads=threads, on_progress=on_progress)
