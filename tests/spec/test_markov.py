"""Markets: every rule and its message, the laws of regimes, starts at a given volatility."""

import math

import numpy as np
import pytest
from examples import market, regime
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, stats

from simulator.errors import LetfError
from simulator.spec.markov import MAX_REGIMES, MarkovMarket
from simulator.spec.model import VOL_DAYS
from simulator.spec.regime import Regime

EXACT = 1e-12  # double precision
SMALLEST_VOL = 1e-3


def file_of(**changes):
    """The content of a market file."""
    return {
        "schema": "letf.market/1",
        "name": "two",
        "index": "IWM",
        "kind": "markov",
        "drift": 0.08,
        "initial": "stationary",
        "transition": [[0.9, 0.1], [0.2, 0.8]],
        "regimes": [{"name": "calm", "annual_vol": 0.15}, {"name": "crisis", "annual_vol": 0.5}],
    } | changes


def refused(match, **changes):
    data = {key: value for key, value in file_of(**changes).items() if value is not ...}
    with pytest.raises(LetfError, match=match) as caught:
        MarkovMarket.from_dict(data)
    assert "\n" not in str(caught.value)


REGIME_RULES = [
    ({"annual_vol": 0}, r"regime 'calm': annual_vol must be in \(0, 10\], got 0"),
    ({"annual_vol": -0.1}, r"annual_vol must be in \(0, 10\], got -0.1"),
    ({"annual_vol": 10.001}, r"annual_vol must be in \(0, 10\], got 10.001"),
    ({"annual_vol": math.nan}, r"annual_vol must be in \(0, 10\], got nan"),
    ({"annual_vol": math.inf}, r"annual_vol must be in \(0, 10\], got inf"),
    ({"annual_vol": 10**400}, r"annual_vol must be in \(0, 10\], got 1000"),
    ({"annual_vol": "15%"}, "annual_vol must be a number, got '15%'"),
    ({"annual_vol": True}, "annual_vol must be a number, got True"),
    ({"annual_vol": None}, "annual_vol must be a number, got None"),
    ({"annual_log_drift": 101}, r"annual_log_drift must be in \[-100, 100\], got 101"),
    ({"dof": 2}, r"dof must be in \[2.01, 1e\+06\], got 2"),
    ({"dof": 1.5}, r"dof must be in \[2.01, 1e\+06\], got 1.5"),
    ({"dof": math.inf}, r"dof must be in \[2.01, 1e\+06\], got inf"),
    ({"overnight_share": 1.1}, r"overnight_share must be in \[0, 1\], got 1.1"),
    ({"vol_index": 20.0}, "regime 'calm': vol_index and vol_index_log_sd go together; give both"),
    ({"vol_index": 0, "vol_index_log_sd": 0.2}, r"vol_index must be in \(0, 1000\], got 0"),
    ({"vol_index": 20, "vol_index_log_sd": 0}, r"vol_index_log_sd must be in \(0, 10\], got 0"),
    ({"name": ""}, "name of a regime must be a line of text, got ''"),
    ({"name": "a\nb"}, "name of a regime must be a line of text"),
    ({"name": 3}, "name of a regime must be a line of text, got 3"),
    ({"vol": 0.2}, r"regimes\[0\]: unknown key 'vol'; known keys: annual_vol, name, annual_log_drift, dof"),
]


@pytest.mark.parametrize(("change", "match"), REGIME_RULES)
def test_rules_of_a_regime(change, match):
    refused(match, regimes=[{"name": "calm", "annual_vol": 0.15} | change, {"name": "crisis", "annual_vol": 0.5}])


MARKET_RULES = [
    ({"kind": ...}, "market: missing key 'kind'"),
    ({"drift": ...}, "market: missing key 'drift'"),
    ({"regimes": ...}, "market: missing key 'regimes'"),
    ({"transitions": []}, "market: unknown key 'transitions'; known keys: schema, index, kind, drift, initial"),
    ({"kind": "garch"}, "market: kind must be \"markov\", got 'garch'"),
    ({"schema": ...}, 'market: schema must be "letf.market/1", got None'),
    ({"schema": 1}, 'schema must be "letf.market/1", got 1'),
    ({"schema": "letf.funds/1"}, "schema must be \"letf.market/1\", got 'letf.funds/1'"),
    ({"schema": "letf.market/0"}, "schema must be \"letf.market/1\", got 'letf.market/0'"),
    ({"schema": "letf.market/x"}, 'schema must be "letf.market/1"'),
    ({"schema": "letf.market/2"}, '"letf.market/2" is newer than "letf.market/1", upgrade letf to read it'),
    ({"schema": "letf.market/2", "new": 1}, "upgrade letf"),
    ({"regimes": []}, "regimes must number from 1 to 4, got 0"),
    ({"regimes": 3}, "regimes must be a list of tables, got 3"),
    ({"regimes": [3, 4]}, r"regimes\[0\] must be a table, got 3"),
    ({"regimes": [{"name": "calm"}] * 2}, r"regimes\[0\]: missing key 'annual_vol'"),
    ({"regimes": [{"annual_vol": 0.1}] * 5}, "regimes must number from 1 to 4, got 5"),
    ({"regimes": [{"name": "a", "annual_vol": 0.1}] * 2}, "regimes must have different names, got a, a"),
    ({"transition": [[1.0]]}, "transition must have 2 rows, one a regime, got"),
    ({"transition": "ab"}, "transition must have 2 rows, one a regime, got 'ab'"),
    ({"transition": 1}, "transition must have 2 rows"),
    ({"transition": [[0.9, 0.1], [0.2]]}, r"transition\[1\] must have 2 probabilities, one a regime, got 1"),
    ({"transition": [[0.9, 0.1], 0.2]}, r"transition\[1\] must be a list of 2 probabilities, got 0.2"),
    ({"transition": [[0.9, 0.2], [0.2, 0.8]]}, r"transition\[0\] must sum to 1 within 1e-6, got 1.1"),
    ({"transition": [[0.9, 0.1], [0.2, 0.800002]]}, r"transition\[1\] must sum to 1 within 1e-6, got 1.000002"),
    ({"transition": [[1.1, -0.1], [0.2, 0.8]]}, r"transition\[0\]\[0\] must be in \[0, 1\], got 1.1"),
    ({"transition": [[0.9, 0.1], [0.2, math.nan]]}, r"transition\[1\]\[1\] must be in \[0, 1\], got nan"),
    ({"transition": [[True, False], [0.2, 0.8]]}, r"transition\[0\]\[0\] must be a number, got True"),
    ({"initial": "panic"}, "unknown regime 'panic'; this market has: calm, crisis"),
    ({"initial": [0.5, 0.6]}, "initial must sum to 1 within 1e-6, got 1.1"),
    ({"initial": [1.0]}, "initial must have 2 probabilities, one a regime, got 1"),
    ({"initial": 1}, "initial must be a list of 2 probabilities, got 1"),
    ({"initial": {"calm": 1}}, "initial must be a list of 2 probabilities"),
    ({"drift": 10.5}, r'drift \(a number or "regime"\) must be in \[-10, 10\], got 10.5'),
    ({"drift": "own"}, r'drift \(a number or "regime"\) must be a number, got \'own\''),
    ({"drift": False}, "must be a number, got False"),
    ({"drift": "regime"}, "drift \"regime\" needs annual_log_drift in every regime, 'calm' has none"),
    ({"autocorrelation": 1}, r"autocorrelation must be in \(-1, 1\), got 1"),
    ({"autocorrelation": -1.0}, r"autocorrelation must be in \(-1, 1\), got -1.0"),
    ({"last_log_return": 0.01}, "last_log_return needs an autocorrelation"),
    ({"autocorrelation": 0.1, "last_log_return": 11}, r"last_log_return must be in \[-10, 10\], got 11"),
    ({"index": ""}, "index must be a line of text, got ''"),
    ({"name": 3}, "name must be a line of text, got 3"),
    ({"provenance": "prices"}, "provenance must be a table, got 'prices'"),
]


@pytest.mark.parametrize(("change", "match"), MARKET_RULES)
def test_rules_of_a_market(change, match):
    refused(match, **change)


@pytest.mark.parametrize("data", [None, 3, "market", []])
def test_a_market_is_a_table(data):
    with pytest.raises(LetfError, match="market must be a table, got"):
        MarkovMarket.from_dict(data)


def test_boundary_values_are_allowed():
    edge = Regime(name="edge", annual_vol=10, dof=1e6, overnight_share=1, annual_log_drift=-100)
    assert (edge.annual_vol, edge.dof, edge.overnight_share, edge.annual_log_drift) == (10.0, 1e6, 1.0, -100.0)
    assert market(1, drift=10).drift == 10


def test_integers_pass_as_floats_and_optional_keys_are_optional():
    data = file_of(drift=0, transition=[[1, 0], [0, 1]], regimes=[{"annual_vol": 1}, {"annual_vol": 2}])
    del data["name"]
    read = MarkovMarket.from_dict(data)
    assert read.name == "unnamed" and read.regime_names == ("regime1", "regime2")
    assert read.drift == 0.0 and read.autocorrelation == 0.0 and read.provenance == {}
    assert all(type(value) is float for row in read.transition for value in row)


def test_rows_are_renormalised():
    read = MarkovMarket.from_dict(file_of(transition=[[0.9000004, 0.1000004], [0.2, 0.8]], initial=[0.4999996, 0.5]))
    assert sum(read.transition[0]) == pytest.approx(1, abs=1e-15)
    assert sum(read.initial) == pytest.approx(1, abs=1e-15)
    assert read.transition[0][0] == pytest.approx(0.9000004 / 1.0000008, rel=EXACT)


def test_specs_are_frozen():
    with pytest.raises(AttributeError):
        market(1).drift = 0.1


probabilities = st.floats(0.0, 1.0)


@st.composite
def laws(draw, count):
    weights = draw(st.lists(probabilities, min_size=count, max_size=count).filter(lambda w: sum(w) > 0.01))
    return [w / sum(weights) for w in weights]


@st.composite
def markets(draw):
    count = draw(st.integers(1, MAX_REGIMES))
    own = draw(st.booleans())
    optional = {"dof": st.floats(2.1, 1e6), "overnight_share": probabilities}
    regimes = []
    for number in range(count):
        more = {key: draw(values) for key, values in optional.items() if draw(st.booleans())}
        if draw(st.booleans()):
            more |= {"vol_index": draw(st.floats(1, 100)), "vol_index_log_sd": draw(st.floats(0.01, 1))}
        if own or draw(st.booleans()):
            more["annual_log_drift"] = draw(st.floats(-100, 100))
        regimes.append(regime(number, draw(st.floats(SMALLEST_VOL, 10)), **more))
    names = [one.name for one in regimes]
    rho = draw(st.floats(-0.99, 0.99))
    return MarkovMarket(
        regimes=tuple(regimes),
        transition=tuple(draw(laws(count)) for _ in range(count)),
        initial=draw(st.one_of(st.just("stationary"), st.sampled_from(names), laws(count))),
        drift="regime" if own else draw(st.floats(-10, 10)),
        autocorrelation=rho,
        last_log_return=draw(st.one_of(st.none(), st.floats(-1, 1))) if rho else None,
        name=draw(st.sampled_from(["m", "iwm-markov3", "Märkte 1"])),
        provenance=draw(st.dictionaries(st.text(max_size=5), st.integers(), max_size=2)),
    )


@given(markets())
@settings(max_examples=100, deadline=None)
def test_round_trip(one):
    again = MarkovMarket.from_dict(one.to_dict())
    assert again.regimes == one.regimes
    assert again.to_dict().keys() == one.to_dict().keys()
    for row, other in zip(again.transition, one.transition, strict=True):
        assert row == pytest.approx(other, abs=1e-15)  # renormalised once more
    rest = ("drift", "index", "name", "autocorrelation", "last_log_return", "provenance")
    assert [getattr(again, key) for key in rest] == [getattr(one, key) for key in rest]


@given(markets())
@settings(max_examples=200, deadline=None)
def test_stationary_law_is_stationary(one):
    law = one.stationary_law()
    assert (law >= 0).all() and law.sum() == pytest.approx(1, abs=EXACT)
    assert law @ np.array(one.transition) == pytest.approx(law, abs=1e-9)


def test_stationary_law_of_two_regimes():
    assert market(2).stationary_law() == pytest.approx([0.8, 0.2], abs=EXACT)


def test_stationary_law_where_several_exist_is_the_one_nearest_to_uniform():
    apart = market(3, transition=[[1, 0, 0], [0, 0.5, 0.5], [0, 0.5, 0.5]])
    assert apart.stationary_law() == pytest.approx([1 / 3] * 3, abs=EXACT)
    assert market(2, transition=[[1, 0], [0, 1]]).stationary_law() == pytest.approx([0.5, 0.5], abs=EXACT)


def test_a_regime_that_is_left_for_good_has_no_share():
    left = market(3, transition=[[1, 0, 0], [0, 1, 0], [0.1, 0.1, 0.8]])
    assert left.stationary_law()[2] == 0
    assert left.stationary_law() == pytest.approx([0.5, 0.5, 0], abs=EXACT)
    with pytest.raises(LetfError, match=r"13.6% to 23%"):
        left.with_vol(0.28)  # only the regime that is left could give it


def test_periodic_regimes():
    assert market(2, transition=[[0, 1], [1, 0]]).stationary_law() == pytest.approx([0.5, 0.5], abs=EXACT)


def test_initial_laws():
    assert market(3).initial_law() == pytest.approx(market(3).stationary_law())
    assert market(3, initial="regime2").initial_law().tolist() == [0, 1, 0]
    assert market(3, initial=[0.2, 0.3, 0.5]).initial_law() == pytest.approx([0.2, 0.3, 0.5])


def test_a_regime_called_stationary_is_not_the_stationary_law():
    """The word keeps its meaning."""
    named = market(2, regimes=(regime(1, 0.1), Regime(name="stationary", annual_vol=0.5)), initial="stationary")
    assert named.initial_law() == pytest.approx([0.8, 0.2])


@given(markets())
@settings(max_examples=100, deadline=None)
def test_expected_variance_by_brute_force(one):
    """Mean over 21 days of p A^(t-1) times the annual variances."""
    a, p = np.array(one.transition), one.initial_law()
    variances = np.array([r.annual_vol**2 for r in one.regimes])
    mean = np.mean([p @ np.linalg.matrix_power(a, day) @ variances for day in range(VOL_DAYS)])
    assert one.expected_vol() == pytest.approx(math.sqrt(mean), rel=1e-10)


NEIGHBOURS = market(  # two regimes of nearly one variance, of which one hardly ever is the first
    3,
    regimes=tuple(regime(k, vol) for k, vol in enumerate((4.25, 4.5, 9.0))),
    transition=((4 / 9, 2 / 9, 3 / 9), (2 / 3, 0.0, 1 / 3), (0.0, 1.0, 0.0)),
    initial=(1.85e-174, 0.5, 0.5),
)


@given(markets(), st.floats(0.001, 0.999))
@example(NEIGHBOURS, 0.03125)
@settings(max_examples=200, deadline=None)
def test_a_start_at_a_volatility_reaches_it(one, share):
    reachable = np.sqrt(one.regime_variances()[one.initial_law() > 0])
    assume(reachable.max() > reachable.min() * (1 + 1e-6))
    vol = reachable.min() + share * (reachable.max() - reachable.min())
    assert one.with_vol(vol).expected_vol() == pytest.approx(vol, rel=1e-9)


def test_a_regime_of_next_to_no_probability_can_be_tilted_to():
    rare = market(2, initial=(1.0, 5e-324))
    low, high = np.sqrt(rare.regime_variances())
    assert rare.with_vol((low + high) / 2).expected_vol() == pytest.approx((low + high) / 2, rel=EXACT)


def test_the_tilt_has_least_relative_entropy():
    """Of all laws over four regimes with that variance, found by an optimiser that knows no tilts."""
    one = market(4)
    p, v = one.initial_law(), one.regime_variances()
    vol = 0.25
    q = np.array(one.with_vol(vol).initial)

    def entropy(law):
        return float(np.sum(law * np.log(law / p)))

    rules = [
        {"type": "eq", "fun": lambda law: law.sum() - 1},
        {"type": "eq", "fun": lambda law: (law @ v - vol**2) / vol**2},
    ]
    best = optimize.minimize(entropy, np.full(4, 0.25), bounds=[(1e-9, 1)] * 4, constraints=rules, tol=1e-14)
    assert best.success
    assert entropy(q) <= best.fun + 1e-7
    assert q == pytest.approx(best.x, abs=1e-4)


def test_the_tilt_is_exponential_in_the_variance():
    one = market(4)
    ratio = np.log(np.array(one.with_vol(0.25).initial) / one.initial_law())
    v = one.regime_variances()
    slopes = np.diff(ratio) / np.diff(v)
    assert slopes == pytest.approx([slopes[0]] * 3, rel=1e-6) and slopes[0] > 0


def test_todays_volatility_tilts_nothing():
    one = market(3)
    assert one.with_vol(one.expected_vol()).initial == pytest.approx(one.initial_law(), abs=1e-9)


@pytest.mark.parametrize("vol", [0.05, 0.6])
def test_a_volatility_out_of_reach_names_the_range_and_the_way_out(vol):
    one = market(3)
    low, high = 100 * np.sqrt(one.regime_variances()[[0, 2]])
    pattern = rf"vol {100 * vol:.4g}% is out of reach .*{low:.4g}% to {high:.4g}%; --scale-vol {100 * vol:.4g}% scales"
    with pytest.raises(LetfError, match=pattern):
        one.with_vol(vol)


def test_a_start_in_one_regime_cannot_be_tilted():
    with pytest.raises(LetfError, match="out of reach"):
        market(3, initial="regime2").with_vol(0.3)


@pytest.mark.parametrize("change", [MarkovMarket.with_vol, MarkovMarket.with_scaled_vol])
@pytest.mark.parametrize("vol", [0, -1, 11, math.nan, True, "20%"])
def test_a_volatility_is_a_number_in_range(change, vol):
    with pytest.raises(LetfError, match="vol must be"):
        change(market(2), vol)


@given(markets(), st.floats(0.01, 0.5))
@settings(max_examples=100, deadline=None)
def test_scaled_volatilities(one, vol):
    factor = vol / one.expected_vol()
    assume(max(r.annual_vol for r in one.regimes) * factor <= 10)
    scaled = one.with_scaled_vol(vol)
    assert scaled.expected_vol() == pytest.approx(vol, rel=1e-10)
    before, after = (np.array([r.annual_vol for r in each.regimes]) for each in (one, scaled))
    assert after == pytest.approx(before * factor, rel=EXACT)
    assert scaled.transition == pytest.approx(np.array(one.transition), abs=1e-15)


def test_scaling_beyond_the_largest_volatility_is_refused():
    with pytest.raises(LetfError, match=r"annual_vol must be in \(0, 10\]"):
        market(2).with_scaled_vol(9)


def test_daily_numbers():
    own = market(2, vols=[0.1, 0.4], drift="regime", log_drifts=[0.252, -0.504])
    assert own.daily_means() == pytest.approx([0.001, -0.002], rel=EXACT)
    assert own.daily_sds() == pytest.approx([0.1 / math.sqrt(252), 0.4 / math.sqrt(252)], rel=EXACT)


@given(st.floats(-1, 1), st.floats(SMALLEST_VOL, 10), st.floats(-0.9, 0.9))
def test_numeric_drift_is_the_mean_growth_for_normal_innovations(drift, vol, rho):
    """E exp(m + sd e / (1 - rho)) = exp(d / 252); with rho = 0 that is E[1 + r]."""
    one = market(1, vols=[vol], drift=drift, autocorrelation=rho)
    (mean,), (sd,) = one.daily_means(), one.daily_sds() / (1 - rho)
    assert mean + sd**2 / 2 == pytest.approx(drift / 252, abs=1e-12 * (1 + sd**2))


@pytest.mark.parametrize("dof", [2.1, 3.0, 5.0, 30.0, 1000.0])
@pytest.mark.parametrize("vol", [0.1, 0.6, 3.0])
def test_numeric_drift_is_the_mean_growth_for_fat_tails(dof, vol):
    """E exp(x) by Simpson's rule, against the law's own nodes."""
    one = market(1, vols=[vol], drift=0.08, dof=dof)
    (mean,), (sd,) = one.daily_means(), one.daily_sds()
    law, bound = stats.t(dof), 12 * math.sqrt(dof / (dof - 2))
    t = np.linspace(-math.asinh(bound), math.asinh(bound), 20_001)  # T = sinh(t): fine in the middle, wide in the tails
    weights = law.pdf(np.sinh(t)) * np.cosh(t)
    mass, second = integrate.simpson(weights, t), integrate.simpson(np.sinh(t) ** 2 * weights, t)
    e = np.sinh(t) / math.sqrt(second / mass)
    growth = integrate.simpson(np.exp(mean + sd * e) * weights, t) / mass
    assert math.log(growth) == pytest.approx(0.08 / 252, abs=1e-9)


def test_very_many_degrees_of_freedom_are_the_normal():
    assert market(1, dof=1e6).daily_means() == pytest.approx(market(1).daily_means(), rel=1e-5)


def test_a_scaled_market_does_not_pass_for_the_fitted_one():
    fitted = {"last_date": "2024-12-31", "sha256": "ab", "standard_errors": {"calm": 0.1}, "bic": -1.0}
    scaled = market(3, provenance=fitted, name="iwm").with_scaled_vol(0.4)
    assert scaled.name.startswith("iwm (volatility x ")
    assert scaled.provenance == {"last_date": "2024-12-31", "sha256": "ab"}
