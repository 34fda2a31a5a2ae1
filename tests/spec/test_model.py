"""What every kind of market answers alike: files, drift, volatility of the first 21 days."""

from dataclasses import replace

import numpy as np
import pytest
from examples import BOOTSTRAP, RESIDUALS, SCALED, SKEWED, ensemble, market, scaling

from simulator.errors import LetfError
from simulator.spec.files import market_to_toml, read_market
from simulator.spec.market import KINDS, market_from_dict
from simulator.spec.model import VOL_DAYS, IndexModel, mean_variance_line

EXACT = 1e-12  # double precision
DIGITS = 1e-9  # relative: a file keeps ten digits
ALL = {
    "markov": market(3),
    "garch": SKEWED,
    "garch, residuals": RESIDUALS,
    "garch, explosive": replace(SKEWED, beta=0.99, initial=0.3),
    "bootstrap": BOOTSTRAP,
    "scaled": SCALED,
    "scaled by an index": replace(SCALED, scaling=scaling(by="index")),
    "ensemble": ensemble(SKEWED, market(2), SCALED, weights=[0.5, 0.3, 0.2]),
}
every_kind = pytest.mark.parametrize("one", ALL.values(), ids=ALL)


@every_kind
def test_a_market_survives_plain_data(one):
    assert market_from_dict(one.to_dict()) == one
    dated = replace(one, name="named", index="SPY") if one.kind != "ensemble" else replace(one, name="named")
    told = replace(dated, provenance={"as_of": "2024-12-31", "days": 3})
    assert market_from_dict(told.to_dict()) == told
    assert type(one).from_dict(one.to_dict()) == one


@every_kind
def test_a_market_survives_its_file(one, tmp_path):
    path = tmp_path / "market.toml"
    path.write_text(market_to_toml(one))
    again = read_market(path)
    assert type(again) is type(one) and again.name == one.name
    assert again.expected_vol() == pytest.approx(one.expected_vol(), rel=DIGITS)
    path.write_text(market_to_toml(again))
    assert read_market(path) == again  # what was rounded once stays


@every_kind
def test_unknown_keys_are_refused_by_name(one):
    with pytest.raises(LetfError, match="market: unknown key 'vol'; known keys: schema, index, kind, drift") as caught:
        market_from_dict(one.to_dict() | {"vol": 1})
    assert "\n" not in str(caught.value)


@every_kind
def test_required_keys_are_asked_for(one):
    for key in ("index", "drift", "kind", *type(one).required):
        data = one.to_dict()
        del data[key]
        with pytest.raises(LetfError, match=f"market: missing key '{key}'"):
            market_from_dict(data)


@every_kind
def test_the_schema_is_checked_before_the_keys(one):
    with pytest.raises(LetfError, match=r'"letf.market/2" is newer than "letf.market/1", upgrade letf'):
        market_from_dict(one.to_dict() | {"schema": "letf.market/2", "unknown": 1})


@every_kind
def test_common_values_are_checked(one):
    for change, match in (
        ({"drift": 10.5}, r"must be in \[-10, 10\], got 10.5"),
        ({"drift": "own"}, "must be a number, got 'own'"),
        ({"drift": float("nan")}, r"must be in \[-10, 10\], got nan"),
        ({"name": ""}, "name must be a line of text, got ''"),
        ({"index": 3}, "index must be a line of text, got 3"),
        ({"provenance": "prices"}, "provenance must be a table, got 'prices'"),
    ):
        with pytest.raises(LetfError, match=match) as caught:
            market_from_dict(one.to_dict() | change)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("one", [one for one in ALL.values() if one.kind != "markov"])
def test_only_regimes_have_drifts_of_their_own(one):
    match = f'drift "regime" needs a market of regimes; one of kind {one.kind} takes a number, as 8%'
    with pytest.raises(LetfError, match=match):
        replace(one, drift="regime")
    with pytest.raises(LetfError, match=match):
        one.with_drift("regime")


@pytest.mark.parametrize("kind", ["arma", 3, None, ["garch"]])
def test_an_unknown_kind_lists_the_known(kind):
    with pytest.raises(LetfError, match="market: kind must be one of markov, garch, bootstrap, ensemble, got"):
        market_from_dict(SKEWED.to_dict() | {"kind": kind})


def test_a_kind_reads_no_other():
    for one in KINDS.values():
        for other in {type(example): example for example in ALL.values()}.values():
            if type(other) is not one:
                data = {key: other.to_dict()[key] for key in ("schema", "index", "drift")} | {"kind": other.kind}
                required = dict.fromkeys(one.required, 1)
                with pytest.raises(LetfError, match=f"market: kind must be \"{one.kind}\", got '{other.kind}'"):
                    one.from_dict(data | required)


def test_with_drift_changes_the_drift_alone():
    for one in ALL.values():
        assert one.with_drift(0.02).to_dict() | {"drift": one.drift} | _members(one) == one.to_dict() | _members(one)


def _members(one):
    return {"members": 0} if one.kind == "ensemble" else {}


@every_kind
@pytest.mark.parametrize("vol", [0.22, 0.26])
def test_starts_have_the_volatility_asked_for(one, vol):
    started = one.with_vol(vol)
    assert started.expected_vol() == pytest.approx(vol, rel=1e-9)
    assert (started.name, started.provenance) == (one.name, one.provenance)


@every_kind
@pytest.mark.parametrize("vol", [0.02, 0.2, 0.9])
def test_scaled_markets_have_the_volatility_asked_for(one, vol):
    scaled = replace(one, provenance={"as_of": "2024-12-31", "bic": 3}).with_scaled_vol(vol)
    assert scaled.expected_vol() == pytest.approx(vol, rel=1e-9)
    assert scaled.name == f"{one.name} (volatility x {vol / one.expected_vol():.3g})"
    assert scaled.provenance == {"as_of": "2024-12-31"}  # the fit is another's
    assert market_from_dict(scaled.to_dict()) == scaled


@every_kind
@pytest.mark.parametrize("method", ["with_vol", "with_scaled_vol"])
@pytest.mark.parametrize("vol", [0, -0.2, 10.1, float("nan"), "20%", None])
def test_volatilities_asked_for_are_checked(one, method, vol):
    with pytest.raises(LetfError, match="vol must be ") as caught:
        getattr(one, method)(vol)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("persistence", [0.0, 0.5, 0.98, 1.0, 1.1])
def test_mean_variance_is_that_of_the_recursion(persistence):
    for first in (0.0, 1e-4, 3e-3):
        expected = [first]
        for _ in range(VOL_DAYS - 1):
            expected.append(2e-6 + persistence * expected[-1])
        constant, slope = mean_variance_line(persistence, 2e-6)
        assert constant + slope * first == pytest.approx(np.mean(expected), rel=EXACT)


def test_a_model_answers_every_question():
    with pytest.raises(TypeError, match="abstract"):
        IndexModel(drift=0.08)
