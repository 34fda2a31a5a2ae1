"""Tables and JSON of every kind of market: what they say, and that they fit."""

import hashlib
import json
import math
import struct
from dataclasses import replace

import pytest
from examples import BOOTSTRAP, RESIDUALS, SCALED, SKEWED, ensemble, market, run, scaling

from simulator.engine.simulate import simulate
from simulator.exact import check
from simulator.output.document import LONG, brief, dumps, encode, to_json
from simulator.output.heading import drift_text, limit, market_line, start_line
from simulator.output.labels import run_text
from simulator.output.plot import KINDS, draw
from simulator.output.table import WIDTH, to_text, with_error
from simulator.spec.ensemble import EnsembleMarket, Member

DATED = {"first_date": "2000-05-26", "last_date": "2024-12-31", "as_of": "2024-12-31"}
WILD = replace(RESIDUALS, initial=3.9, alpha=0.2)
MARKETS = {
    "garch": SKEWED,
    "residuals": RESIDUALS,
    "capped": WILD,
    "bootstrap": BOOTSTRAP,
    "scaled": SCALED,
    "ensemble": ensemble(SKEWED, market(3), SCALED, weights=[0.5, 0.3, 0.2]),
}


def result_of(one, **changes):
    return simulate(run(one, 3.0, -3.0, **({"costs": True, "horizons": (1, 21, 252), "paths": 2000} | changes)))


def text_of(result):
    return to_text(result, check(result))


@pytest.mark.parametrize("one", MARKETS.values(), ids=MARKETS)
def test_tables_fit_the_screen_and_json_is_json(one):
    result = result_of(one)
    assert max(map(len, text_of(result).splitlines())) <= WIDTH
    document = json.loads(to_json(result, check(result)), parse_constant=lambda name: pytest.fail(name))
    assert document["schema"] == "letf.simulate/1" and document["market"]["kind"] == one.kind
    assert document["rows"] == json.loads(json.dumps(result.rows()))
    assert encode(result, check(result), ".json").decode() == to_json(result, check(result))


def test_the_check_is_told():
    assert "no exact law is known for this market" in text_of(result_of(SKEWED))
    assert "Check   18 exact moments of growth: largest |z|" in text_of(
        result_of(ensemble(market(1), SKEWED), paths=40_000)
    )


def test_each_model_has_its_column():
    result = result_of(MARKETS["ensemble"])
    lines = text_of(result).splitlines()
    titles = [i for i, line in enumerate(lines) if line.split() == ["days", "a", "b", "c"]]
    assert [lines[i - 1] for i in titles] == ["Return, 5%:", "Divergence, 5%:"] * 2
    assert lines.count("By each model alone: their spread is the models' own doubt.") == 2
    for column, part in enumerate(result.members, start=1):
        for place, law in ((titles[0], part.fund_return("F3", 252)), (titles[3], part.divergence("F-3", 252))):
            shown = lines[place + 3].split()[column].partition("±")[0]
            assert float(shown) == pytest.approx(100 * float(law.quantile(0.05)), abs=0.51)


@pytest.mark.parametrize("count", [2, 4, 8])
def test_long_names_of_models_are_told_above(count):
    names = [f"iwm-{i}-a-market-with-a-name (volatility x 1.2{i})" for i in range(count)]
    members = tuple(Member(weight=1 / count, market=replace(BOOTSTRAP, name=name)) for name in names)
    lines = text_of(result_of(EnsembleMarket(drift=0.08, members=members))).splitlines()
    assert max(map(len, lines)) <= WIDTH
    for i, name in enumerate(names, start=1):
        assert lines.count(f"({i}) {name}") == 2  # once a fund
    titles = ["days", *(f"({i})" for i in range(1, count + 1))]
    assert [line.split() for line in lines].count(titles) == 4


def test_a_name_longer_than_a_line_is_wrapped():
    members = tuple(Member(weight=0.5, market=replace(BOOTSTRAP, name=f"{i}" + " name" * 40)) for i in range(2))
    assert max(map(len, text_of(result_of(EnsembleMarket(drift=0.08, members=members))).splitlines())) <= WIDTH


def test_capped_days_are_told():
    result = result_of(WILD)
    assert result.capped > 0
    assert f"Volatility was held at its cap on {result.capped:,} of 504,000 days of paths." in text_of(result)
    assert json.loads(to_json(result, None))["capped_days"] == result.capped
    assert "held at its cap" not in text_of(result_of(replace(SKEWED, initial=0.1), horizons=(1,)))
    both = result_of(ensemble(WILD, BOOTSTRAP))
    assert json.loads(to_json(both, None))["capped_days"] == both.capped > 0


def test_only_markets_that_cap_count_capped_days():
    assert "capped_days" not in json.loads(to_json(result_of(BOOTSTRAP), None))
    assert json.loads(to_json(result_of(replace(SKEWED, initial=0.1), horizons=(1,)), None))["capped_days"] == 0


def test_members_in_json():
    result = result_of(MARKETS["ensemble"])
    members = json.loads(to_json(result, check(result)))["members"]
    assert [(entry["name"], entry["kind"], entry["weight"], entry["paths"]) for entry in members] == [
        ("a", "garch", 0.5, 1000),
        ("b", "markov", 0.3, 600),
        ("c", "bootstrap", 0.2, 400),
    ]
    for entry, part in zip(members, result.members, strict=True):
        assert entry["rows"] == json.loads(dumps(part.rows()))
    assert "members" not in json.loads(to_json(result_of(SKEWED), None))


def test_one_path_a_member_has_nulls_and_no_nan():
    result = result_of(MARKETS["ensemble"], paths=5)
    document = json.loads(to_json(result, check(result)), parse_constant=lambda name: pytest.fail(name))
    assert [member["paths"] for member in document["members"]] == [2, 2, 1]
    assert document["members"][2]["rows"][0]["fund_return"]["stderr"] is None
    assert max(map(len, text_of(result).splitlines())) <= WIDTH


def test_long_lists_are_told_by_length_and_hash():
    found = json.loads(to_json(result_of(BOOTSTRAP), None))["market"]["log_returns"]
    digest = hashlib.sha256(struct.pack("<500d", *BOOTSTRAP.log_returns)).hexdigest()
    assert found == {"numbers": 500, "sha256": digest}
    assert brief({"a": [0.5] * LONG, "b": [{"c": (0.5,) * (LONG + 1)}], "d": ["x"] * 200}) == {
        "a": [0.5] * LONG,
        "b": [{"c": brief([0.5] * (LONG + 1))}],
        "d": ["x"] * 200,
    }
    assert brief([0.5] * 101) != brief([0.5] * 100 + [0.25])


KIND = {
    "garch": "unnamed, IWM, GJR-GARCH, skewed t, no prices named",
    "residuals": "unnamed, IWM, GJR-GARCH, own residuals, no prices named",
    "bootstrap": "unnamed, IWM, 500 days in blocks of 10, no prices named",
    "scaled": "unnamed, IWM, 120 days in blocks of 6, scaled, no prices named",
    "ensemble": "unnamed, IWM, 3 models, no prices named",
}


@pytest.mark.parametrize("name", KIND)
def test_headings_say_which_market(name):
    assert market_line(MARKETS[name]) == KIND[name]
    dated = replace(MARKETS[name], provenance=DATED)
    assert market_line(dated).endswith("prices 2000-05-26 to 2024-12-31")
    stateless = name == "bootstrap"
    assert start_line(dated).startswith("as of the close of 2024-12-31: ") is not stateless
    assert limit(dated) == "" and drift_text(dated) == "drift 8% a year"
    assert KIND[name] in run_text(run(MARKETS[name], 3.0), run(MARKETS[name], 3.0).funds)


def test_headings_say_where_day_one_stands():
    assert start_line(SKEWED) == "stationary: first day's volatility 24.8%; expected 21-day volatility 24.8%"
    assert start_line(RESIDUALS).startswith("first day's volatility 40%; expected 21-day volatility 38.")
    assert start_line(BOOTSTRAP).startswith(
        "a block from any day, whatever came before; expected 21-day volatility 31."
    )
    assert start_line(SCALED).startswith("volatility forecast by prices 25%; expected")
    by_index = replace(SCALED, scaling=scaling(by="index"))
    assert start_line(by_index).startswith("volatility forecast by prices and a volatility index 25%; expected")
    assert start_line(MARKETS["ensemble"]).startswith("each model's own; expected 21-day volatility ")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["capped", "ensemble"])
def test_every_figure_can_be_drawn(name, kind):
    result = result_of(MARKETS[name], horizons=(1, 5, 21, 63))
    words = draw(result, kind).findobj(lambda artist: hasattr(artist, "get_text"))
    said = " ".join(word.get_text() for word in words).replace("\n", " ")
    assert market_line(MARKETS[name]) in said and "nan" not in said.lower().split()


@pytest.mark.parametrize(("value", "error"), [(-0.00004, 0.001), (-0.0000001, math.nan), (-0.00001, 0.00001)])
def test_nothing_is_minus_zero(value, error):
    assert not with_error(value, error, 1).startswith("-")
