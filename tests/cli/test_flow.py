"""letf flow: what it prints, draws and writes, and what it refuses."""

import json
import sys

import numpy as np
import pytest
from click.testing import CliRunner
from examples import ensemble, fund, market, run

from simulator.cli import letf
from simulator.output.flow_grid_report import NONE, grid_lines
from simulator.output.flow_report import dollars
from simulator.output.plot_flow import draw_flow
from simulator.output.text import WIDTH
from simulator.risk.flow_grid import flow_grid
from simulator.spec.assets import Assets
from simulator.spec.feedback import Feedback

GRID = ("--grid", "--paths", "2048")
GIVEN = ("--assets", "TNA=1.8e9", "--assets", "tza=300M")


def invoke(*args):
    return CliRunner().invoke(letf, ["flow", *args])


def flow(*args):
    done = invoke(*args)
    assert done.exit_code == 0, done.output
    return done.stdout


def rows(text):
    """Cells of the lines that begin with a sign."""
    return {line.split()[0]: line.split()[1:] for line in text.splitlines() if line.startswith(("+", "-"))}


def test_a_fund_that_trades_nothing_is_told_so_without_a_sign_of_less():
    assert {cell for cells in rows(flow("--assets", "IWM=1B")).values() for cell in cells} == {"+0.00"}


def test_flows_of_given_assets():
    text = flow(*GIVEN)
    assert rows(text)["+1%"] == ["+108", "+36", "+144"]
    assert rows(text)["-10%"] == ["-1,080", "-360", "-1,440"]
    assert "TNA, 3x IWM: $1.8B, as given" in text


def test_the_close_moves_by_its_own_flow():
    text = flow("--assets", "TNA=1B", "--impact", "5%")  # gain 0.3
    assert "gain 0.3, so that the close moves 1.43 times as far" in " ".join(text.split())
    assert rows(text)["+1%"] == ["+1.43%", "+86", "+86"]


def test_built_in_assets_say_their_date_and_source():
    text = " ".join(flow().split())
    assert "2025-07-22" in text and "bestetf.net" in text


def test_many_funds_fit_80_columns():
    tickers = ("TNA", "TZA", "URTY", "SRTY", "UWM", "TWM", "RWM")
    given = [part for ticker in tickers for part in ("--assets", f"{ticker}=1B")]
    text = flow(*given, "--impact", "1%")
    assert max(map(len, text.splitlines())) <= WIDTH
    titles = next(line for line in text.splitlines() if line.startswith("IWM"))
    assert titles.split() == ["IWM", "at", "close", "TNA", "TZA", "URTY", "SRTY", "TWM", "others", "total"]
    cells = [float(cell.replace(",", "")) for cell in rows(text)["+10%"][1:]]
    assert sum(cells[:-1]) == pytest.approx(cells[-1], abs=3)  # each is rounded to a million


@pytest.mark.parametrize(
    ("amount", "unit", "one_percent"),
    [("1.8B", "Millions", "+108"), ("20M", "Millions", "+1.20"), ("500K", "Thousands", "+30")],
)
def test_the_unit_suits_the_flow(amount, unit, one_percent):
    text = flow("--assets", f"TNA={amount}")
    assert f"{unit} of dollars to buy at the close" in text
    assert rows(text)["+1%"] == [one_percent, one_percent]


def test_without_a_grid_no_simulation_is_loaded(monkeypatch):
    for name in ("numba", "pandas", "matplotlib", "scipy"):
        monkeypatch.setitem(sys.modules, name, None)
    flow(*GIVEN)


@pytest.mark.parametrize(
    "args", [(), ("--reverts", "50%"), ("--market", "iwm-garch"), ("--impact", "1%", "--multiple", "3")]
)
def test_the_grid_says_what_it_is_of_and_fits_80_columns(args):
    text = flow(*GIVEN, *GRID, *args)
    assert text.startswith("Flow    dollars that TNA and TZA must trade at the close")
    assert max(map(len, text.splitlines())) <= WIDTH and "nan" not in text
    for label in (
        "Assets  TNA",
        "Market  iwm-",
        "Start   ",
        "Run     rate 4%, drift 8% a year, 2,048 paths, seed 1",
        "Check ",
    ):
        assert label in text
    assert "TNA, 3x: days a year beyond 15%, up or down" in text and "TZA, -3x: days" in text


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (
            ("--impact", "0", "--impact", "1%", "--impact", "4%", "--multiple", "1"),
            "With these assets TNA does so on more than 12 days a year from an impact between 1% and 4% per $1B on",
        ),
        (("--impact", "1%", "--common", "2"), "TNA does so on more than 2 days a year at 1% per $1B already"),
        (
            ("--impact", "1%", "--common", "200", "--multiple", "0.5"),
            "With 0.5 times these assets TNA does so on more than 200 days a year at no impact up to 1% per $1B",
        ),
    ],
)
def test_words_say_from_where_on_far_moves_are_common(args, words):
    assert words in " ".join(flow(*GIVEN, *GRID, *args).split())


def test_history_is_told_beside_the_grid(shared_data):
    args = (*GIVEN, *GRID, "--impact", "0", "--history", str(shared_data / "IWM.csv"))
    said = " ".join(flow(*args).split())
    assert (
        "IWM.csv: 3 times the move was beyond on 62 of 6,187 days, 2.5 a year [0.6, 5.6] (95%, block bootstrap)."
        in said
    )
    past = json.loads(flow(*args, "--json"))["grid"]["past"]
    assert [(one["fund"], one["beyond"], one["days"]) for one in past] == [("TNA", 62, 6187), ("TZA", 62, 6187)]


def test_machines_read_every_figure():
    data = json.loads(flow(*GIVEN, "--json"))
    assert data["schema"] == "letf.flow/1" and data["grid"] is None
    assert data["flow_per_move"] == pytest.approx(14.4e9)
    assert data["rows"][-1] == {
        "move": 0.1, "close": 0.1, "dollars": {"TNA": pytest.approx(1.08e9), "TZA": pytest.approx(3.6e8)},
        "total": pytest.approx(1.44e9),
    }  # fmt: skip
    grid = json.loads(flow(*GIVEN, *GRID, "--json"))["grid"]
    cells = grid["cells"]
    assert len(cells) == 2 * 7 * 4 and grid["paths"] == 2048 and grid["market"]["name"] == "iwm-markov3"
    assert cells[-1]["days_a_year"] is None and cells[-1]["gain"] > 1  # no close
    assert cells[0]["days_a_year"] == pytest.approx(cells[0]["exact"], abs=5 * cells[0]["stderr"])


def test_the_file_is_what_json_prints(tmp_path):
    file = tmp_path / "flow.json"
    assert flow(*GIVEN, *GRID, "--json", "--output", str(file)) == file.read_text()


def test_funds_that_count_may_be_named():
    data = json.loads(flow(*GIVEN, *GRID, "--fund", "UWM", "--impact", "0", "--json"))
    assert {cell["fund"] for cell in data["grid"]["cells"]} == {"UWM"}


def found(*leverages, of=None, **asked):
    feedback = Feedback(assets=(Assets(fund=fund(3.0), dollars=1e9),))
    return flow_grid(run(of or market(3), *leverages, horizons=(252,), paths=2048), feedback, **asked)


def test_the_figures_cells_are_the_grids():
    grid = found(3.0, -3.0, impacts=(0.0, 0.05, 0.1), multiples=(1.0, 2.0))
    figure = draw_flow(grid)
    assert len(figure.axes) == 2
    for k, panel in enumerate(figure.axes):
        told = {text.get_position(): float(text.get_text().partition("±")[0]) for text in panel.texts}
        for (i, j), days in np.ndenumerate(grid.days[:, :, k]):
            assert ((j, i) in told) == np.isfinite(days)
            if np.isfinite(days):
                assert told[j, i] == pytest.approx(days, abs=grid.stderr[i, j, k])
        framed = sum(not patch.get_fill() for patch in panel.patches)
        assert framed == (grid.days[:, :, k] > grid.common).sum() > 0


def test_a_figure_is_written(tmp_path):
    file = tmp_path / "flow.svg"
    flow(*GIVEN, *GRID, "--plot", str(file))
    text = file.read_text()
    assert text.startswith("<?xml") and file.stat().st_size > 10_000


def test_a_grid_of_one_cell_can_be_told_and_drawn():
    grid = found(3.0, impacts=(0.0,), multiples=(1.0,))
    assert NONE not in "".join(grid_lines(grid)[3:]) and draw_flow(grid)


def test_an_ensemble_has_no_exact_law():
    assert found(3.0, of=ensemble(market(1), market(2)), impacts=(0.0,)).largest_z is None


@pytest.mark.parametrize(
    ("amount", "text"),
    [(1.8e9, "$1.8B"), (3.02e8, "$302M"), (999.9e6, "$1B"), (45_000, "$45K"), (12, "$12"), (2.5e12, "$2.5T")],
)
def test_dollars(amount, text):
    assert dollars(amount) == text


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--assets", "TNA"), "'TNA' is no fund with its assets above 0; write TNA=1.8e9, TNA=1.8B or TZA=302M"),
        (("--assets", "TNA=-5"), "'TNA=-5' is no fund with its assets above 0"),
        (("--assets", "TNA=0"), "'TNA=0' is no fund with its assets above 0"),
        (("--assets", "TNA=1.8X"), "'TNA=1.8X' is no fund with its assets above 0"),
        (("--assets", "TNA=1e999"), "is no fund with its assets above 0"),
        (("--assets", "=1B"), "is no fund with its assets above 0"),
        (("--assets", "TNA=1e16"), "assets of TNA (dollars) must be in (0, 1e+15]"),
        (("--assets", "XX=1B"), "unknown fund 'XX'; known: IWM, TNA"),
        (("--assets", "TNA=1B", "--assets", "tna=2B"), "--assets names one fund twice, of TNA, tna; give each once"),
        (("--impact", "7%"), "give less than 6.23%"),
        (("--impact", "1%", "--impact", "2%"), "--impact more than once is a grid's; give one, or add --grid"),
        (("--reverts", "50%"), "--reverts is about the push of --impact; give both"),
        (("--paths", "5"), "--paths is about the simulated grid; add --grid"),
        (("--fund", "TNA"), "--fund is about the simulated grid; add --grid"),
        (("--plot", "flow.png"), "--plot is about the simulated grid; add --grid"),
        (("--grid", "--multiple", "two"), "'two' is not a number; write 2 or 0.5"),
        (("--grid", "--multiple", "0"), "multiple of the assets must be in (0, 1000], got 0.0"),
        (("--grid", "--impact", "50%"), "impacts leave no close"),
        (("--grid", "--beyond", "0"), "beyond (0.15 is 15%) must be in (0, 1), got 0.0"),
        (("--grid", "--common", "nan"), "common (days a year) must be in (0, 252), got nan"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_refused_in_one_line(args, message):
    done = invoke(*args)
    assert done.exit_code != 0
    said = done.output + str(done.exception)
    assert message in said


def test_prices_of_a_fund_are_no_history_of_the_index(tmp_path):
    (tmp_path / "TNA.csv").write_text("date,adj_close\n2020-01-01,1\n")
    done = invoke(*GRID, "--history", str(tmp_path / "TNA.csv"))
    assert "prices of TNA, 3x IWM?" in str(done.exception)
