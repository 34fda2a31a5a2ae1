"""letf flow."""

import click

from simulator.cli import flow_options as own
from simulator.cli import options as opt
from simulator.cli.market import load_market
from simulator.cli.notes import tell
from simulator.cli.progress import progress

COMPILE_SECONDS = 15


@click.command()
@opt.options(own.FLOW, own.GRID, own.ANSWER, own.RUN, opt.JSON, opt.QUIET)
def flow(
    assets, impacts, reverts, as_grid, multiples, beyond, common, history, tickers, output, figure, market, as_of,
    vol_index, drift, regime, vol, scale_vol, accept_jumps, funds_file, paths, seed, rate, threads, as_json, quiet,
):  # fmt: skip
    """What leveraged funds must trade at the close for a move of their index, and what it may do to the close.

    L (L - 1) times assets times the move, whichever way the fund is geared. With --grid: on how many days a year funds
    move beyond 15%, by how much the flow moves the close and by how large the funds are.

    \b
    letf flow --assets TNA=1.8B --assets TZA=300M
    letf flow --impact 0.5% --reverts 50%
    letf flow --grid --reverts 50% --plot flow.png
    """
    own.check_options(click.get_current_context().params)
    feedback = own.make_feedback(assets, 0.0 if as_grid or not impacts else impacts[0], reverts, funds_file)
    from simulator.output.flow_report import report, to_json

    shown, document, drawn = (), None, b""
    if as_grid:
        where = (market, drift, regime, vol, scale_vol, as_of, vol_index)
        chosen = load_market(*where, index=feedback.index, accept_jumps=accept_jumps, quiet=quiet)
        spec = _year(chosen, _counted(tickers, feedback, funds_file), paths, seed, rate)
        asked = {"impacts": impacts, "multiples": multiples, "beyond": beyond, "common": common}
        given = {name: value for name, value in asked.items() if value not in (None, ())}
        past, source = _past(history, spec, beyond, accept_jumps)
        shown, document, drawn = _grid(spec, feedback, given, threads, quiet, past, source, figure)
    from simulator.files import write_atomically

    tell()
    if output:
        write_atomically(output, to_json(feedback, document).encode())
    if figure:
        write_atomically(figure, drawn)
    click.echo(to_json(feedback, document) if as_json else report(feedback, *shown), nl=False)


def _counted(tickers, feedback, funds_file):
    """The funds whose moves are counted: those with assets unless named."""
    return opt.load_funds(tickers, funds_file) if tickers else tuple(one.fund for one in feedback.assets)


def _year(market, funds, paths, seed, rate):
    """The run of a year."""
    from simulator.risk.flow_grid import PATHS
    from simulator.spec.model import TRADING_DAYS

    return opt.make_simulation(market, funds, [TRADING_DAYS], PATHS if paths is None else paths, seed, rate)


def _past(history, spec, beyond, accept_jumps):
    """What real prices of the index say of each fund, and how they are called."""
    if history is None:
        return None, ""
    from simulator.cli.market import refuse_fund_prices
    from simulator.history.prices import read_prices
    from simulator.risk.flow_grid import BEYOND
    from simulator.risk.flow_history import past_moves

    refuse_fund_prices(history, spec.market.index)
    prices = read_prices(history, accept_jumps=accept_jumps)
    far = BEYOND if beyond is None else beyond
    return {fund.ticker: past_moves(prices, fund.leverage, far) for fund in spec.funds}, prices.source


def _grid(spec, feedback, given, threads, quiet, past, source, figure):
    """The grid's head and lines, its document and its figure."""
    from simulator.output.flow_grid_report import grid_dict, grid_head, grid_lines
    from simulator.risk.flow_grid import flow_grid

    with progress(spec.paths, quiet, COMPILE_SECONDS) as on_progress:
        found = flow_grid(spec, feedback, **given, threads=threads, on_progress=on_progress)
    drawn = b""
    if figure:
        from simulator.output.files import figure_bytes
        from simulator.output.plot_flow import draw_flow

        drawn = figure_bytes(draw_flow(found), figure.suffix.lower())
    return (grid_head(found), grid_lines(found, past, source)), grid_dict(found, past, source), drawn
