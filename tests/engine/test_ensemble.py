"""Runs of ensembles: the same bytes whatever runs them, members that add up, files that keep them."""

import json
from dataclasses import replace

import numpy as np
import pytest
from examples import BOOTSTRAP, RESIDUALS, SCALED, SKEWED, ensemble, market, run

from simulator import exact
from simulator.engine.blocks import block_paths
from simulator.engine.simulate import simulate
from simulator.errors import LetfError
from simulator.result import load

FOUR = ensemble(SKEWED, market(3), SCALED, BOOTSTRAP, weights=[0.4, 0.3, 0.2, 0.1])
SPEC = run(FOUR, 3.0, -3.0, costs=True, horizons=(1, 5, 21), paths=3001)
WILD = replace(RESIDUALS, initial=3.9, alpha=0.2)  # now and then at its cap
ARRAYS = ("sums", "extremes", "below", "counts")


@pytest.fixture(scope="module")
def result():
    return simulate(SPEC)


@pytest.fixture
def file(result, tmp_path):
    path = tmp_path / "result.npz"
    path.write_bytes(result.to_bytes())
    return path


def same(one, other):
    return one.capped == other.capped and all((getattr(one, name) == getattr(other, name)).all() for name in ARRAYS)


def test_threads_leave_no_trace():
    many = run(ensemble(SKEWED, BOOTSTRAP, SCALED), 3.0, -3.0, costs=True, horizons=(1, 63, 252), paths=60_001)
    assert min(part.paths for _, part in many.parts()) > block_paths(many)
    serial = simulate(many, threads=1).to_bytes()
    assert all(simulate(many, threads=threads).to_bytes() == serial for threads in (2, 8))


def test_counts_of_members_add_up(result):
    assert sum(part.spec.paths for part in result.members) == SPEC.paths
    assert (result.counts == sum(part.counts.astype(int) for part in result.members)).all()
    assert (result.counts.sum(axis=-1) == SPEC.paths).all()
    assert (result.below == sum(part.below for part in result.members)).all()
    assert result.sums == pytest.approx(sum(part.sums for part in result.members), rel=1e-14, abs=1e-14)
    for i, widest in ((0, np.minimum), (1, np.maximum)):
        assert (result.extremes[..., i] == widest.reduce([part.extremes[..., i] for part in result.members])).all()


def test_means_are_weighted_means_of_members(result):
    for days in SPEC.horizons:
        parts = [part.fund_return("F3", days).mean * part.spec.paths for part in result.members]
        assert result.fund_return("F3", days).mean == pytest.approx(sum(parts) / SPEC.paths, rel=1e-12)


@pytest.mark.parametrize("one", [SKEWED, RESIDUALS, BOOTSTRAP, SCALED, WILD, market(4)])
def test_an_ensemble_of_one_is_that_market(one):
    alone = simulate(run(one, 3.0, horizons=(1, 21), paths=3000))
    whole = simulate(run(ensemble(one), 3.0, horizons=(1, 21), paths=3000))
    assert same(alone, whole) and same(alone, whole.members[0])
    assert alone.rows() == whole.rows() == whole.members[0].rows()
    assert alone.members == () and len(whole.members) == 1


@pytest.mark.parametrize("one", [SKEWED, BOOTSTRAP, SCALED, WILD, market(2)])
def test_members_run_the_paths_of_their_numbers(one):
    """So a market split among members is that market: its paths are the same, wherever members begin."""
    alone = simulate(run(one, 3.0, horizons=(1, 21), paths=3000))
    split = simulate(run(ensemble(one, one, one, weights=[0.5, 0.3, 0.2]), 3.0, horizons=(1, 21), paths=3000))
    for name in ("extremes", "below", "counts"):
        assert (getattr(alone, name) == getattr(split, name)).all()
    assert alone.capped == split.capped == sum(part.capped for part in split.members)
    assert split.sums == pytest.approx(alone.sums, rel=1e-12, abs=1e-12)


def test_progress_ends_at_all_paths():
    heard = []
    simulate(SPEC, threads=2, on_progress=heard.append)
    assert heard == sorted(heard) and heard[-1] == SPEC.paths


def test_round_trip(result, file):
    again = load(file)
    assert again.spec == SPEC and same(again, result) and again.to_bytes() == result.to_bytes()
    assert [part.spec for part in again.members] == [part for _, part in SPEC.parts()]
    assert all(same(one, other) for one, other in zip(again.members, result.members, strict=True))
    assert again.rows() == result.rows()


def test_capped_days_are_kept(tmp_path):
    capped = simulate(run(ensemble(market(1), WILD), 3.0, horizons=(21,), paths=1000))
    path = tmp_path / "capped.npz"
    path.write_bytes(capped.to_bytes())
    assert load(path).capped == capped.capped > 0
    assert [part.capped for part in load(path).members] == [0, capped.capped]


def test_files_are_the_same_whoever_wrote_them(result):
    assert simulate(SPEC).to_bytes() == result.to_bytes()


def changed(path, **changes):
    """The file with some arrays replaced; None leaves one out."""
    with np.load(path) as arrays:
        kept = {name: arrays[name] for name in arrays} | changes
    np.savez_compressed(path, **{name: array for name, array in kept.items() if array is not None})
    return path


def one_line(path):
    with pytest.raises(LetfError) as caught:
        load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ") and "\n" not in message
    return message.removeprefix(f"{path}: ")


@pytest.mark.parametrize("name", ["sums", "extremes", "below", "used", "counts"])
@pytest.mark.parametrize("member", [1, 3])
def test_a_missing_array_of_a_member(file, member, name):
    key = f"member{member}_{name}"
    assert one_line(changed(file, **{key: None})) == f"damaged result ('{key}'); make it again with letf simulate"


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("member1_sums", np.zeros(3)),
        ("member1_counts", np.array([1, 2, 3])),
        ("member2_used", np.array([10**9])),
        ("member2_below", np.zeros((3, 5))),
        ("member1_capped", np.array(-1)),
        ("member1_capped", np.array(10**15)),
        ("capped", np.array([1, 2])),
        ("capped", np.array(0.5)),
        ("capped", np.array(np.nan)),
        ("capped", np.array("many")),
    ],
)
def test_a_damaged_array_of_a_member(file, name, array):
    assert "damaged" in (message := one_line(changed(file, **{name: array}))) or "must have shape" in message


def test_members_in_each_others_place(file):
    with np.load(file) as arrays:
        first, second = arrays["counts"], arrays["member1_counts"]
    assert "damaged" in one_line(changed(file, counts=second, member1_counts=first))


def test_a_weight_that_was_changed_contradicts_the_counts(file):
    with np.load(file) as arrays:
        header = json.loads(str(arrays["header"]))
    members = header["spec"]["market"]["members"]
    members[0]["weight"], members[1]["weight"] = 0.3, 0.4
    assert "contradict each other" in one_line(changed(file, header=np.array(json.dumps(header))))


@pytest.mark.parametrize("one", [market(3), ensemble(market(3), BOOTSTRAP)])
def test_files_from_before_caps_were_counted_still_open(tmp_path, one):
    result = simulate(run(one, 3.0, horizons=(5,), paths=300))
    path = tmp_path / "older.npz"
    path.write_bytes(result.to_bytes())
    again = load(changed(path, capped=None, **({"member1_capped": None} if result.members else {})))
    assert same(again, result) and again.capped == 0


def test_the_check_is_of_members_with_an_exact_law(result):
    regimes = simulate(replace(SPEC, market=SPEC.market.members[1].market, paths=900))
    assert [exact.check(part) is None for part in result.members] == [True, False, True, True]
    found = exact.check(result)
    assert found == exact.check(result.members[1])
    assert found.moments + found.skipped == 3 * 3 * 2 == exact.check(regimes).moments + exact.check(regimes).skipped


def test_checks_of_members_are_taken_together():
    both = simulate(run(ensemble(market(1), market(3)), 3.0, horizons=(1, 5), paths=20_000))
    found, parts = exact.check(both), [exact.check(part) for part in both.members]
    assert found.moments == sum(part.moments for part in parts) == 2 * 2 * 2 * 2
    assert found.max_abs_z == max(part.max_abs_z for part in parts) < exact.WARN_ABOVE
    assert exact.check(simulate(run(ensemble(SKEWED, BOOTSTRAP), 3.0, horizons=(1,), paths=100))) is None
