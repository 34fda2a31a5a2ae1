"""letf risk."""

import click

from simulator.cli import options as opt
from simulator.cli import risk_options as own
from simulator.cli.doubts import RISK_MARKET, load_doubts
from simulator.cli.market import load_market
from simulator.cli.notes import tell
from simulator.cli.risk_stages import Stages


@click.command()
@click.argument("ticker")
@opt.options(own.TRADE, own.TOLERANCES, own.SURENESS, own.ANSWER)
@opt.options(opt.MARKET, opt.ACCEPT_JUMPS, opt.FUNDS[1], opt.PATHS, opt.SEED, opt.RATE, opt.THREADS)
@opt.options(opt.JSON, opt.QUIET)
def risk(
    ticker, hold, amount, preset, risk_budget, refits, precision, precision_of, views, output, figure, kind, funds_file,
    paths, seed, rate, threads, as_json, quiet, loss, **given,
):  # fmt: skip
    """What a trade in the fund TICKER may bring: losses, stops and targets, at several drifts, and how sure that is.

    The position is bought at a close and held for --hold trading days, or sold at a stop or target before. Figures:
    card, the trade on a page; brackets, what each stop and target does to the mean; horizon, the risk of holds of any
    length; views, the fund by what the index does.

    \b
    letf risk TNA --hold 20 --stop 12% --target 20% --amount 10000
    letf risk TZA --hold 10 --index-stop 6% --plot card.png
    letf risk TNA --max-es 20% --plot longest.png --kind horizon
    """
    own.check_options(click.get_current_context().params)
    days, trade, bounds = own.checked_hold(hold), own.make_trade(loss, given), own.tolerated(loss, given)
    fund, *legs = own.load_legs(ticker, funds_file)
    where = {name: given[name] for name in own.WHERE}
    chosen = load_market(**where, index=fund.index, quiet=quiet, default=RISK_MARKET)
    spec = opt.make_simulation(chosen, (fund,), [days], paths, seed, rate, trade=trade)
    if preset:
        text, document = _swing(Stages(spec, threads, quiet), hold)
        drawn = b""
    else:
        stages = Stages(spec, threads, quiet, load_doubts(chosen, refits, quiet, **where))
        assessed = stages.assess(precision, precision_of)
        holds = [stages.longest(measure, most, (fund, *legs)) for measure, most in bounds]
        text, document = _told(assessed, holds, amount, risk_budget, views, stages.doubts.notes)
        drawn = _drawn(figure, kind, assessed, stages, holds, (fund, *legs), amount, paths) if figure else b""
    from simulator.files import write_atomically

    tell()
    if output:
        write_atomically(output, document().encode())
    if figure:
        write_atomically(figure, drawn)
    click.echo(document() if as_json else text(), nl=False)


def _swing(stages, hold):
    """Table and document of the swing trader's brackets, made when asked for."""
    from simulator.output import swing_report
    from simulator.output.risk_document import swing_json

    found = stages.swing(None if hold is None else [hold])
    return lambda: swing_report.report(found), lambda: swing_json(found)


def _told(assessed, holds, amount, budget, views, notes):
    """Table and document of an assessment, made when asked for."""
    from simulator.distribution import Estimate
    from simulator.output.hold_report import hold_dict, hold_lines
    from simulator.output.risk_document import to_json
    from simulator.output.risk_report import report
    from simulator.output.size_lines import size_dict, size_lines
    from simulator.output.views_report import views_lines
    from simulator.risk.sizing import sizes
    from simulator.risk.views import conditional_views

    ticker, sized = assessed.fund.ticker, None
    if budget is not None:
        sized = sizes({name: Estimate(one.value, one.stderr) for name, one in assessed.figures.items()}, budget)

    def text():
        sections = [hold_lines(found) for found in holds]
        if sized is not None:
            sections.append(size_lines(sized, ticker, budget))
        if views:
            sections.append(views_lines(conditional_views(assessed.result, ticker)))
        return report(assessed, amount=amount, notes=notes, more=sections)

    def document():
        sizing = None if sized is None else size_dict(sized, budget)
        horizon = [hold_dict(hold) for found in holds for hold in found] or None
        return to_json(assessed, amount=amount, notes=notes, sizing=sizing, horizon=horizon)

    return text, document


def _drawn(figure, kind, assessed, stages, holds, legs, amount, paths):
    """The figure's file."""
    from simulator.output.files import figure_bytes

    ticker = assessed.fund.ticker
    match kind or own.KINDS[0]:
        case "card":
            from simulator.output.plot_card import draw_card

            drawing = draw_card(assessed, amount)
        case "brackets":
            from simulator.output.plot_brackets import draw_brackets

            drawing = draw_brackets(stages.brackets(paths))
        case "views":
            from simulator.output.plot_views import draw_views
            from simulator.risk.views import conditional_views

            drawing = draw_views(conditional_views(assessed.result, ticker))
        case "horizon":
            from simulator.output.plot_hold_curve import draw_hold_curves

            longest = holds[0] if holds else []
            drawing = draw_hold_curves([hold.curve for hold in longest] or stages.curves(legs), longest)
    return figure_bytes(drawing, figure.suffix.lower())
