"""letf risk: what it prints and writes, and what it refuses."""

import json

import pytest
from click.testing import CliRunner

from simulator.cli import letf
from simulator.cli.progress import counting
from simulator.errors import LetfError
from simulator.output.text import WIDTH

CLOSES_MARKET = """
schema = "letf.market/1"
index = "IWM"
kind = "bootstrap"
drift = 0.08
block_days = 5
log_returns = [
    0.01, -0.01, 0.02, -0.015, 0.005, -0.002, 0.012, -0.03, 0.01, 0.004, 0.006, -0.004,
    0.002, -0.008, 0.013, -0.011, 0.007, 0.001, -0.006, 0.009, -0.017, 0.003, 0.0, 0.005,
]
"""
REGIME_MARKET = """
schema = "letf.market/1"
index = "IWM"
kind = "markov"
drift = 0.08
initial = "stationary"
transition = [[1]]
regimes = [{ annual_vol = 0.25 }]
"""


def invoke(*args):
    return CliRunner().invoke(letf, ["risk", "TNA", "--paths", "2000", "--hold", "5", *args])


def risk(*args):
    done = invoke(*args)
    assert done.exit_code == 0, done.output
    return done.stdout


def as_json(*args):
    return json.loads(risk("--json", *args))


def refused(*args):
    done = invoke(*args)
    assert done.exit_code != 0 and done.exception
    return done.stderr if isinstance(done.exception, SystemExit) else str(done.exception)


@pytest.fixture
def closes(tmp_path):
    """A market file of past closes."""
    file = tmp_path / "closes.toml"
    file.write_text(CLOSES_MARKET)
    return str(file)


@pytest.fixture
def regime(tmp_path):
    """A market file, which no refits come with."""
    file = tmp_path / "regime.toml"
    file.write_text(REGIME_MARKET)
    return str(file)


def test_the_answer():
    text = risk("--stop", "12%", "--target", "0.2", "--amount", "10000")
    for words in (
        "iwm-ensemble",
        "buy 10,000 of TNA",
        "hold 5 trading days",
        "TNA -12%: IWM -4.0% in one day",
        "money",
    ):
        assert words in text
    assert max(map(len, text.splitlines())) <= WIDTH
    assert text.index("Chance of a loss") < text.index("By the drift") < text.index("Chance of the stop")
    assert text.count("Not advice") == 1


def test_defaults():
    found = json.loads(CliRunner().invoke(letf, ["risk", "tza", "--json"], catch_exceptions=False).stdout)
    assert found["fund"]["ticker"] == "TZA" and found["hold_days"] == 21 and found["paths"] == 262144
    assert found["market"]["name"] == "iwm-ensemble" and found["market"]["drift"] == 0.08 and found["rate"] == 0.04
    assert found["parameters"]["refits"] == 40
    assert [each["name"] for each in found["models"]["each"]] == ["iwm-markov3", "iwm-garch"]
    assert found["worst_cases"]["market"] == "iwm-garch"


def test_the_trade_is_that_of_the_options(regime):
    found = as_json(
        "--market",
        regime,
        "--index-stop",
        "6%",
        "--index-target",
        "10%",
        "--watch",
        "close",
        "--max-loss-prob",
        "9%",
        "--loss",
        "8%",
    )
    assert found["trade"] == {"index_stop": 0.06, "index_target": 0.1, "watch": "close", "loss": 0.08}
    assert found["prob_loss_beyond"] > 0


def test_the_market_is_that_of_the_options():
    wild, plain = as_json("--vol", "45%", "--drift", "2%", "--rate", "1%"), as_json()
    assert wild["value_at_risk_95"] > 1.4 * plain["value_at_risk_95"]
    assert [at["drift"] for at in wild["premiums"]] == pytest.approx([-0.03, 0.01, 0.05, 0.09])
    spread = wild["parameters"]["figures"]["value_at_risk_95"]  # refits and models start at that volatility too
    assert spread["low"] > plain["value_at_risk_95"]
    crisis = as_json("--regime", "crisis")
    assert crisis["market"]["members"][0]["market"]["initial"] == "crisis"
    assert crisis["models"]["figures"]["value_at_risk_95"]["low"] > plain["value_at_risk_95"]


def test_a_built_in_market_alone_is_compared_with_the_other():
    found = as_json("--market", "iwm-garch")
    assert [each["name"] for each in found["models"]["each"]] == ["iwm-garch", "iwm-markov3"]
    assert found["parameters"]["refits"] == 40 and found["worst_cases"]["paths"] == 2000


def test_a_market_file_has_no_other_error_bars(closes):
    found = as_json("--market", closes)
    assert found["models"] is found["parameters"] is None
    assert any("No error bars of parameters and models" in note for note in found["notes"])
    text = risk("--market", closes)
    assert "parameters  " not in text and "models  " not in text


def test_days_without_bars_cannot_be_watched_within(closes):
    error = refused("--market", closes, "--stop", "5%")
    assert "no open, high and low" in error and "--watch close" in error
    assert as_json("--market", closes, "--stop", "5%", "--watch", "close")["exits"]["prob_stop"] > 0


def test_tolerances_and_sizes(regime):
    text = risk("--max-es", "20%", "--risk-budget", "500", "--market", regime)
    assert "How long is too long: mean loss in the worst 5% of the holds" in text
    assert "\nTNA     within 20% up to " in text and "\nTZA     within 20% up to " in text
    assert "How big: the money in TNA whose loss is 500." in text
    bounds = ["--max-decay", "2%", "--max-loss-prob", "10%", "--loss", "15%", "--risk-budget", "500"]
    found = as_json(*bounds, "--market", regime)
    assert [hold["measure"] for hold in found["horizon"]] == ["prob_loss_beyond"] * 2 + ["decay"] * 2
    assert [hold["fund"] for hold in found["horizon"]] == ["TNA", "TZA"] * 2
    assert found["sizing"]["risk_budget"] == 500


def test_views_are_told_when_asked():
    assert "Prospectus formula" not in risk()
    text = risk("--views", "--paths", "8000")
    assert "Prospectus formula" in text and max(map(len, text.splitlines())) <= WIDTH


def test_swing():
    text = (
        CliRunner().invoke(letf, ["risk", "TZA", "--paths", "500", "--preset", "swing"], catch_exceptions=False).stdout
    )
    assert text.startswith("Swing   TZA") and "Stop IWM +6%" in text and "\n  40 " in text
    found = as_json("--preset", "swing", "--watch", "close")
    assert found["preset"] == "swing" and [row["horizon_days"] for row in found["held"]] == [5]
    assert found["trades"][0]["trade"]["watch"] == "close"


def test_precision():
    found = as_json("--precision", "0.2%", "--precision-of", "prob_loss")
    assert found["paths"] > 10_000 and found["prob_loss_stderr"] <= 0.002
    assert as_json("--precision", "5%")["paths"] == 2000


def test_the_same_seed_prints_the_same():
    assert risk("--seed", "3", "--json") == risk("--seed", "3", "--json", "--threads", "1") != risk("--json")


def test_files(tmp_path):
    document, card = tmp_path / "risk.json", tmp_path / "card.pdf"
    text = risk("--stop", "10%", "--output", str(document), "--plot", str(card))
    assert text.startswith("Market")
    assert document.read_text() == risk("--stop", "10%", "--json")
    assert card.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("kind", ["card", "brackets", "horizon", "views"])
def test_figures(kind, regime, tmp_path, monkeypatch):
    monkeypatch.setattr("simulator.risk.brackets.PATHS", 300)
    file = tmp_path / f"{kind}.png"
    more = {"horizon": ["--max-es", "20%"], "views": ["--paths", "8000"]}.get(kind, [])
    risk("--market", regime, "--plot", str(file), "--kind", kind, *more)
    assert file.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--stop", "12"], "12% or 0.12"),
        (["--stop", "100%"], "--stop (0.12 is 12%) must be in (0, 1), got 1.0"),
        (["--index-stop", "100%"], "--index-stop (0.12 is 12%) must be in (0, 1), got 1.0"),
        (["--precision-of", ""], "--precision-of names the figure of --precision; give both"),
        (["--as-of", "IWM.csv", "--refits", "0"], "--refits must be from 1 to 1,000, got 0"),
        (["--stop", "0%"], "must be in (0, 1), got 0.0"),
        (["--target", "0%"], "--target (0.12 is 12%) must be in (0, 100], got 0.0"),
        (["--target", "-5%"], "got -0.05"),
        (["--hold", "0"], "--hold (trading days) must be from 1 to 252, got 0"),
        (["--hold", "253"], "must be from 1 to 252, got 253"),
        (["--max-es", "100%"], "--max-es (0.12 is 12%) must be in (0, 1), got 1.0"),
        (["--max-decay", "0%"], "must be in (0, 1), got 0.0"),
        (["--max-loss-prob", "-5%", "--loss", "10%"], "--max-loss-prob (0.12 is 12%) must be in (0, 1), got -0.05"),
        (["--loss", "15%"], "--loss is the loss of --max-loss-prob"),
        (["--max-loss-prob", "15%"], "add --loss"),
        (["--max-loss-prob", "15%", "--loss", "100%"], "loss must be in [0, 1), got 1.0"),
        (["--amount", "0"], "no amount of money above 0"),
        (["--amount", "-5"], "no amount of money above 0"),
        (["--amount", "nan"], "no amount of money above 0"),
        (["--amount", "lots"], "no amount of money; write 10000"),
        (["--amount", "10,000"], "write 10000"),
        (["--risk-budget", "0"], "no amount of money above 0"),
        (["--kind", "card"], "--plot card.png"),
        (["--precision", "0"], "--precision (0.001 is 0.1%) must be in [1e-12, 1e+06], got 0.0"),
        (["--precision", "-1%"], "--precision (0.001 is 0.1%) must be in"),
        (["--precision", "-1"], "--precision (0.001 is 0.1%) must be in [1e-12, 1e+06], got -1.0"),
        (["--precision", "1e-12"], "e+2"),
        (["--risk-budget", "1e300"], "--risk-budget must be in (0, 1e+15], got 1e+300"),
        (["--max-es", "-1"], "--max-es (0.12 is 12%) must be in (0, 1), got -1.0"),
        (["--max-es", "20"], "write 20% or 0.2"),
        (["--target", "1e9"], "--target (0.12 is 12%) must be in (0, 100], got 1000000000.0"),
        (["--target", "150"], "write 150%"),
        (["--vol", "-1"], "vol must be in (0, 10], got -1.0"),
        (["--drift", "-8"], "write -8% or -0.08"),
        (
            ["--max-es", "20%", "--max-decay", "5%", "--kind", "horizon", "--plot", "a.png"],
            "--kind horizon draws one of --max-es and --max-decay; give one, or no --plot.",
        ),
        (["--precision-of", "prob_loss"], "give both"),
        (
            ["--precision", "1%", "--precision-of", "prob_stop"],
            "unknown figure 'prob_stop'; this trade has: mean_return",
        ),
        (["--refits", "5"], "--refits fits to the prices of --as-of"),
        (["--preset", "swing", "--stop", "12%"], "leave out --stop"),
        (["--preset", "swing", "--plot", "a.png"], "leave out --plot"),
        (["--drift", "regime"], "drift"),
    ],
)
def test_bad_input(args, words):
    assert words in refused(*args)


@pytest.mark.parametrize("args", [["--precision", "0"], ["--risk-budget", "1e300"]])
def test_what_no_run_can_mend_is_refused_before_it(args, monkeypatch):
    def simulated(*_, **__):
        raise AssertionError

    monkeypatch.setattr("simulator.risk.runs.simulate", simulated)
    monkeypatch.setattr("simulator.risk.precision.simulate", simulated)
    assert args[0] in refused(*args)


@pytest.mark.parametrize(("given", "paths"), [([], 300), (["--paths", "50"], 50)])
def test_paths_of_a_bracket(given, paths, regime, tmp_path, monkeypatch):
    monkeypatch.setattr("simulator.risk.brackets.PATHS", 300)
    drawn = []
    monkeypatch.setattr("simulator.output.plot_brackets.draw_brackets", lambda brackets: drawn.append(brackets))
    monkeypatch.setattr("simulator.output.files.figure_bytes", lambda *_: b"")
    args = ["risk", "TNA", "--hold", "2", "--market", regime, "--plot", str(tmp_path / "a.png"), "--kind", "brackets"]
    CliRunner().invoke(letf, [*args, *given], catch_exceptions=False)
    assert drawn[0].spec.paths == paths


def test_an_unknown_fund_lists_the_known():
    done = CliRunner().invoke(letf, ["risk", "XYZ"])
    assert isinstance(done.exception, LetfError)
    assert "unknown fund 'XYZ'; known: IWM, TNA, TZA" in str(done.exception)


def test_refits_are_of_what_as_of_fits(tmp_path):
    prices = tmp_path / "IWM.csv"
    prices.write_text("date,close\n2024-01-02,100\n2024-01-03,101\n")
    assert "leave out --market" in refused("--refits", "5", "--as-of", str(prices), "--market", "iwm-garch")


def test_nothing_is_noted_where_a_trade_is_refused(shared_data, monkeypatch):
    """Bad input is one line: what prices to note is told once the run has begun."""

    def refuse(*args, **more):
        raise LetfError("no")

    monkeypatch.setattr("simulator.risk.runs.simulate", refuse)
    monkeypatch.setattr("simulator.history.calibrate.must_compile", lambda: False)
    done = invoke("--as-of", str(shared_data / "IWM.csv"), "--market", "iwm-markov3")
    assert isinstance(done.exception, LetfError) and done.stderr == ""


def test_from_prices(shared_data):
    done = invoke("--as-of", str(shared_data / "IWM.csv"), "--stop", "10%", "--refits", "2", "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["market"]["name"] == "iwm-ensemble" and found["parameters"]["refits"] == 2
    names = ["iwm-scaled-bootstrap", "iwm-garch-residuals", "iwm-markov3", "iwm-bootstrap"]
    assert [each["name"] for each in found["models"]["each"]] == names
    assert "ends on 2024-12-31" in done.stderr
    assert not any("--refits" in note for note in found["notes"])
    without = invoke("--as-of", str(shared_data / "IWM.csv"), "--json", "--quiet")
    assert without.stderr == "" and any("--refits 40" in note for note in json.loads(without.stdout)["notes"])


def test_refits_are_counted_on_a_terminal(monkeypatch, capsys):
    with counting(3, "Refitting", quiet=False) as unheard:
        assert unheard is None  # stderr is no terminal here
    monkeypatch.setattr("simulator.cli.progress.on_terminal", lambda: True)
    with counting(3, "Refitting", quiet=True) as unheard:
        assert unheard is None
    with counting(3, "Refitting", quiet=False) as hear:
        hear(1)
        hear(3)
    assert "Refitting" in capsys.readouterr().err
