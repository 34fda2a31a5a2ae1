"""Structures against their plain twin, against runs and their exits, and against sums done by hand."""

from dataclasses import replace

import numpy as np
import pytest
import reference_structures as twin
from examples import BOOTSTRAP, SCALED, SKEWED, beside, ensemble, fund, market, run

from simulator.engine import in_order
from simulator.engine import structures as engine
from simulator.engine.simulate import simulate
from simulator.engine.structures import CALLED, HELD, RUINED, STOPPED, TARGET, run_structures
from simulator.kernels.stats import LANES
from simulator.spec.call_spread import CallSpread
from simulator.spec.comparison import Comparison
from simulator.spec.course import Course
from simulator.spec.leg import Hedge, Leg
from simulator.spec.second import SecondIndex
from simulator.spec.structure import Structure
from simulator.spec.trade import Trade

SINGLES = 3e-5  # of 20 days' returns in single precision, threefold, over a premium of a fiftieth of the index
MARKS = 5e-4  # of a spread's drawdown, whose marks before the last are read off a table; others are as SINGLES
ROUNDING = 1e-12  # of some hundred operations in double precision
SET = 3e-7  # of moves that are set, which kernels keep in single precision
FAR = 4.5  # standard errors; a seed is fixed
COSTS = {"expense_ratio": 0.01, "swap_spread": 0.0002, "swap_half_spread": 0.003}
FUNDS = tuple(replace(fund(leverage, **COSTS), ticker=name) for name, leverage in {"TNA": 3.0, "TZA": -3.0}.items())
SECOND = SecondIndex(index="SPY", drift=0.07, betas=(0.6, 0.7, 0.8), residual_vols=(0.06, 0.09, 0.15))
JOINT = market(3, second=SECOND)
SPREAD = CallSpread(low=1.0, high=1.05, days=45, vol=0.22, skew=-0.03, settle=False)
FEES = {"TNA": 0.02, "TZA": 0.05, "SPY": 0.003}


def legs(**weights):
    return tuple(Leg(instrument=name, weight=weight) for name, weight in weights.items())


INDEX = Structure(name="index", legs=legs(IWM=1))
SHORT_BOTH = Structure(name="short both", legs=legs(TNA=-0.5, TZA=-0.5))
ONE_INDEX = (
    INDEX,
    Structure(name="bracket", legs=legs(TNA=1), stop=0.08, target=0.1),
    Structure(name="margin", legs=legs(IWM=3), maintenance=0.32, stop=0.2),
    Structure(name="short both", legs=legs(TNA=-0.5, TZA=-0.5), maintenance=0.97, rebalance_days=5),
    Structure(name="ruined", legs=legs(TNA=-6), target=5),
    Structure(name="spread", spread=SPREAD),
    Structure(name="settled", spread=replace(SPREAD, settle=True)),
)
TWO_INDEXES = (
    *ONE_INDEX,
    Structure(name="pair", legs=legs(IWM=1, SPY=-1), stop=0.05, target=0.05, maintenance=0.5),
    Structure(name="hedged", legs=legs(IWM=0.9, TZA=0.1), rebalance_days=7),
    Structure(name="hedged later", legs=legs(SPY=1), hedge=Hedge(instrument="TZA", weight=0.2, fall=0.02)),
    Structure(
        name="and brought back",
        legs=legs(IWM=1.5, TZA=0.1),
        hedge=Hedge(instrument="TZA", weight=0.2, fall=0.01),
        rebalance_days=3,
        maintenance=0.5,
    ),
)
EVENTFUL = Course(
    moves=((3, -0.04, -0.03), (9, 0.05, None), (10, None, -0.02)),
    vol_scales=((5, 2.5), (12, 0.0)),
    rates=((4, 0.005), (11, -0.002)),
)


def compare(of=JOINT, structures=TWO_INDEXES, **changes):
    values = {"funds": FUNDS, "hold": 20, "paths": 300, "rate": 0.04, "borrow_fees": FEES}
    return Comparison(market=of, structures=structures, **values | changes)


def hand(moves, structures, *, of=None, rates=(), **changes):
    """Outcomes of one path whose days are all set: moves of the first index, or pairs of moves."""
    pairs = [(day, *(move if isinstance(move, tuple) else (move, None))) for day, move in enumerate(moves, 1)]
    course = Course(moves=tuple(pairs), rates=rates)
    return run_structures(
        compare(of or market(1), structures, hold=len(moves), paths=1, course=course, **{"rate": 0.0} | changes)
    )


def assert_alike(found, expected, columns):
    """Outcomes in these columns are the twin's, [structure][path]."""
    for s, row in enumerate(expected):
        of_twin = [np.array(values) for values in zip(*row, strict=True)]
        np.testing.assert_array_equal(found.ends[s, columns], of_twin[2])
        np.testing.assert_array_equal(found.days[s, columns], of_twin[3])
        np.testing.assert_allclose(found.profits[s, columns], of_twin[0], atol=SINGLES, rtol=SINGLES)
        np.testing.assert_allclose(found.drawdowns[s, columns], of_twin[1], atol=MARKS)


@pytest.mark.parametrize("course", [Course(), EVENTFUL], ids=["drawn", "eventful"])
def test_two_indexes_are_their_twin(course):
    spec = compare(course=course)
    found = run_structures(spec)
    assert_alike(found, twin.outcomes(spec, range(spec.paths)), slice(None))
    assert set(np.unique(found.ends)) == {HELD, STOPPED, TARGET, CALLED, RUINED}


@pytest.mark.parametrize("of", [SKEWED, BOOTSTRAP, SCALED], ids=["garch", "bootstrap", "scaled"])
@pytest.mark.parametrize("joint", [False, True], ids=["one index", "two indexes"])
def test_other_markets_are_their_twin(of, joint):
    of = beside(of) if joint else of
    spec = compare(of, TWO_INDEXES if joint else ONE_INDEX, course=EVENTFUL, paths=100, seed=3)
    assert_alike(run_structures(spec), twin.outcomes(spec, range(100)), slice(None))


def any_structure(number, rng):
    """One of two legs and a hedge, with whatever else may be set, each in every second structure."""
    bought, *more = rng.choice(["IWM", "SPY", "TNA", "TZA"], 3, replace=False).tolist()
    weights = rng.uniform(0.2, 1.5, 3) * rng.choice([-1, 1], 3)
    limits = {"stop": 0.08, "target": 0.1, "maintenance": 0.3, "rebalance_days": int(rng.integers(1, 6))}
    hedge = Hedge(instrument=bought, weight=weights[2], fall=0.01)
    settings = {name: value for name, value in limits.items() if rng.random() < 0.5}
    if min(weights) > 0 and weights.sum() <= 1:
        settings.pop("maintenance", None)
    parts = legs(**dict(zip(more, weights[:2].tolist(), strict=True)))
    return Structure(name=str(number), legs=parts, hedge=hedge, **settings)


def test_whatever_is_held_is_its_twin():
    rng = np.random.default_rng(10)
    spec = compare(structures=[any_structure(number, rng) for number in range(40)], paths=60, course=EVENTFUL)
    found = run_structures(spec)
    assert_alike(found, twin.outcomes(spec, range(60)), slice(None))
    assert set(np.unique(found.ends)) == {HELD, STOPPED, TARGET, CALLED}


def test_paths_far_on_are_their_twin():
    spec = compare(paths=2 * LANES + 50)
    numbers = range(2 * LANES - 20, spec.paths)
    assert_alike(run_structures(spec), twin.outcomes(spec, numbers), numbers)


def test_members_of_an_ensemble_are_their_twin():
    spec = compare(ensemble(market(3), BOOTSTRAP), ONE_INDEX, paths=101)
    found = run_structures(spec)
    for first, part in spec.parts():
        numbers = range(first, first + part.paths)
        assert_alike(found, twin.outcomes(part, numbers), numbers)


def test_any_number_of_threads_or_structures_gives_the_same_bytes(monkeypatch):
    monkeypatch.setattr(in_order, "available_cores", lambda: 4)
    monkeypatch.setattr(engine, "MOST_GROUPS", 1)
    spec = compare(paths=5 * LANES + 7)
    whole, seen = run_structures(spec, threads=1), []
    for one, two in zip(whole, run_structures(spec, threads=4, on_progress=seen.append), strict=True):
        np.testing.assert_array_equal(one, two)
    assert seen == sorted(seen) and seen[-1] == spec.paths
    alone = run_structures(replace(spec, structures=TWO_INDEXES[-1:]))
    np.testing.assert_array_equal(alone.profits[0], whole.profits[-1])


def test_an_interrupt_waits_for_no_more_than_the_blocks_that_run(monkeypatch):
    begun = []

    def block(*args):
        begun.append(args)
        return run_block(*args)

    def interrupt(_):
        raise KeyboardInterrupt

    run_block = engine._block
    monkeypatch.setattr(engine, "_block", block)
    monkeypatch.setattr(engine, "MOST_GROUPS", 1)
    with pytest.raises(KeyboardInterrupt):
        run_structures(compare(paths=1000 * LANES), threads=1, on_progress=interrupt)
    assert len(begun) < 500


def test_a_second_index_leaves_the_first_as_it_is():
    one, two = (run_structures(compare(of, ONE_INDEX)) for of in (market(3), JOINT))
    for single, joint in zip(one, two, strict=True):
        np.testing.assert_array_equal(single, joint)


def test_holding_is_what_a_run_holds():
    held = (INDEX, Structure(name="fund", legs=legs(TNA=1)))
    found = run_structures(compare(market(3), held, paths=3000))
    result = simulate(replace(run(market(3), 3.0, horizons=(20,), paths=3000, rate=0.04), funds=FUNDS[:1]))
    assert found.profits[0].mean() == pytest.approx(result.index_return(20).mean, abs=ROUNDING)
    assert found.profits[1].mean() == pytest.approx(result.fund_return("TNA", 20).mean, abs=ROUNDING)


def test_stops_and_targets_are_a_runs_that_is_watched_at_closes():
    bracket = Structure(name="bracket", legs=legs(TNA=1), stop=0.1, target=0.12)
    found = run_structures(compare(market(3), (bracket,), paths=3000))
    trade = Trade(stop=0.1, target=0.12, watch="close")
    spec = replace(run(market(3), 3.0, horizons=(20,), paths=3000, rate=0.04, trade=trade), funds=FUNDS[:1])
    exits = simulate(spec).position("TNA", 20).exits
    for kind, days in zip((STOPPED, TARGET), exits.days, strict=True):
        np.testing.assert_array_equal(np.bincount(found.days[found.ends == kind], minlength=21)[1:], days)
    assert found.profits.mean() == pytest.approx(exits.exit_return.mean, abs=ROUNDING)


def test_a_pair_at_beta_one_earns_what_is_the_seconds_own():
    """Log returns differ by v u and by what their means make up for: v^2 / 2."""
    vol, rate = 0.1, 0.03
    of = market(1, second=SecondIndex(index="SPY", drift=0.08, betas=(1.0,), residual_vols=(vol,)))
    pair = (Structure(name="pair", legs=legs(IWM=1, SPY=-1)), INDEX, Structure(name="second", legs=legs(SPY=1)))
    found = run_structures(compare(of, pair, paths=4 * LANES, rate=rate, borrow_fees={}))
    interest = (1 + rate / 252) ** 20 - 1
    np.testing.assert_allclose(found.profits[0], found.profits[1] - found.profits[2] + interest, atol=ROUNDING)
    logs = np.log1p(found.profits[1]) - np.log1p(found.profits[2])
    mean, variance = vol**2 / 2 * 20 / 252, vol**2 * 20 / 252
    deviation = np.array([logs.mean() - mean, logs.var() - variance])
    errors = [np.sqrt(variance / len(logs)), variance * np.sqrt(2 / len(logs))]
    assert (np.abs(deviation) < FAR * np.array(errors)).all()


def test_a_pair_of_the_same_index_earns_interest_less_the_fee():
    of = market(3, second=SecondIndex(index="SPY", drift=0.08, betas=(1.0,) * 3, residual_vols=(0.0,) * 3))
    found = run_structures(compare(of, (Structure(name="pair", legs=legs(IWM=1, SPY=-1)),), rate=0.0, hold=1))
    np.testing.assert_allclose(found.profits[0], -FEES["SPY"] / 252, atol=SET)


def test_cash_loans_and_fees_by_hand():
    structures = (
        Structure(name="half", legs=legs(IWM=0.5)),
        Structure(name="double", legs=legs(IWM=2)),
        Structure(name="short", legs=legs(TNA=-0.5)),
    )
    found = hand([0.01, -0.02], structures, rate=0.05, loan_spread=0.02, rates=((2, 0.01),))
    half = 0.5 * 1.01 * 0.98 + 0.5 * (1 + 0.05 / 252) * (1 + 0.06 / 252)
    double = 2 * 1.01 * 0.98 - (1 + 0.07 / 252) * (1 + 0.08 / 252)
    carries = [FUNDS[0].annual_carry(rate) / 252 for rate in (0.05, 0.06)]
    leg = 0.5 * (1.03 + carries[0])
    cash = (1.5 * (1 + 0.05 / 252) - 0.5 * 0.02 / 252) * (1 + 0.06 / 252) - leg * 0.02 / 252
    short = cash - leg * (0.94 + carries[1])
    np.testing.assert_allclose(found.profits[:, 0], np.array([half, double, short]) - 1, atol=SET)


def test_a_fall_beyond_a_third_takes_the_fund_and_more_than_all_from_its_seller():
    """TZA more than doubles on a day that ends TNA: the short of both is ruined, owing more than the dollar."""
    structures = (Structure(name="TNA", legs=legs(TNA=1)), Structure(name="short TZA", legs=legs(TZA=-1)))
    found = hand([-0.4, 0.1], structures, borrow_fees={})
    assert found.ends[:, 0].tolist() == [RUINED, RUINED] and found.days[:, 0].tolist() == [1, 1]
    carry = FUNDS[1].annual_carry(0.0) / 252
    np.testing.assert_allclose(found.profits[:, 0], [-1, -1.2 - carry], atol=SET)
    np.testing.assert_allclose(found.drawdowns[:, 0], [1, 1.2 + carry], atol=SET)


def test_what_is_sold_is_kept_without_interest():
    stopped = Structure(name="stopped", legs=legs(IWM=0.5), stop=0.05)
    found = hand([-0.12, 0.5, -0.5], (stopped,), rate=0.05)
    assert found.ends[0, 0] == STOPPED and found.days[0, 0] == 1
    np.testing.assert_allclose(found.profits[0, 0], 0.5 * 0.88 + 0.5 * (1 + 0.05 / 252) - 1, atol=SET)
    np.testing.assert_allclose(found.drawdowns[0, 0], -found.profits[0, 0], atol=SET)


def test_the_margin_call_comes_before_the_stop_and_ruin_before_both():
    structure = Structure(name="a", legs=legs(IWM=4), stop=0.1, maintenance=0.25)
    calm, fall, crash = (hand([move], (structure,)).ends[0, 0] for move in (-0.002, -0.04, -0.3))
    assert (calm, fall, crash) == (
        CALLED,
        CALLED,
        RUINED,
    )  # 4 x 0.998 on a loan of 3: 0.9925 of 3.992 is below a quarter
    unlevered = replace(structure, maintenance=0.1)
    assert hand([-0.04], (unlevered,)).ends[0, 0] == STOPPED


def test_a_hedge_is_bought_once_at_the_close_that_the_second_index_has_fallen_so_far():
    hedged = Structure(name="a", legs=legs(SPY=1), hedge=Hedge(instrument="IWM", weight=-0.5, fall=0.03))
    moves = [(0.1, -0.02), (0.1, -0.011), (-0.2, 0.0), (-0.1, -0.05)]
    found = hand(moves, (hedged,), of=JOINT, borrow_fees={})
    expected = 0.98 * 0.989 * 0.95 + 0.5 - 0.5 * 0.8 * 0.9
    np.testing.assert_allclose(found.profits[0, 0], expected - 1, atol=SET)


def test_rebalancing_brings_legs_back_to_their_weights():
    structures = [Structure(name=str(days), legs=legs(IWM=2), rebalance_days=days) for days in (0, 1, 2)]
    found = hand([0.1, 0.1, 0.1], structures, loan_spread=0.0)
    never, daily, other = 2 * 1.1**3 - 1, 1.2**3, (2 * 1.21 - 1) * 1.2
    np.testing.assert_allclose(found.profits[:, 0], np.array([never, daily, other]) - 1, atol=SET)


def test_scaled_days_and_set_days():
    spec = compare(JOINT, (INDEX, Structure(name="second", legs=legs(SPY=1))), hold=1)
    drawn, calm, wild = (
        run_structures(replace(spec, course=Course(vol_scales=scales))).profits
        for scales in ((), ((1, 0.0),), ((1, 3.0),))
    )
    np.testing.assert_array_equal(calm, 0)
    np.testing.assert_allclose(np.log1p(wild), 3 * np.log1p(drawn), atol=SET)
    one = run_structures(replace(spec, course=Course(moves=((1, -0.1, None),)))).profits
    np.testing.assert_allclose(one[0], -0.1, atol=SET)
    np.testing.assert_array_equal(one[1], drawn[1])


def test_days_after_those_that_are_set_are_as_drawn():
    """So that a course and none share their random numbers: the index grows alike but for the days set."""
    spec = compare(market(3), (INDEX,))
    drawn = run_structures(spec).profits[0]
    moved = run_structures(replace(spec, course=Course(moves=((1, 0.0, None),), vol_scales=((4, 1.0),)))).profits[0]
    day = run_structures(replace(spec, hold=1)).profits[0]
    np.testing.assert_allclose((1 + moved) * (1 + day), 1 + drawn, atol=ROUNDING)


def test_a_spread_that_is_settled_pays_what_lies_between_its_strikes():
    spec = compare(market(3), (INDEX, Structure(name="s", spread=replace(SPREAD, settle=True))), hold=31)
    found = run_structures(spec)
    paid = np.clip(found.profits[0], 0, 0.05) / SPREAD.premium(0.04) - 1
    np.testing.assert_allclose(found.profits[1], paid, atol=ROUNDING)
    assert (found.days[1] == 31).all()
    earlier = run_structures(replace(spec, hold=5))
    np.testing.assert_array_equal(earlier.profits[1], found.profits[1])
    assert (earlier.days[1] == 31).all() and (earlier.days[0] == 5).all()


def test_a_spread_alone_is_what_it_is_beside_others():
    spread = Structure(name="s", spread=SPREAD)
    alone = run_structures(compare(market(3), (spread,), funds=()))
    for one, both in zip(alone, run_structures(compare(market(3), (INDEX, spread))), strict=True):
        np.testing.assert_array_equal(one[0], both[1])
