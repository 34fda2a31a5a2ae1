"""Results: their rows, their files, and files that are none."""

import datetime
import json
import math
import pickle

import numpy as np
import pytest
from examples import market, run
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.engine.simulate import simulate
from simulator.errors import LetfError
from simulator.result import STREAM, Result, load

SPEC = run(market(3), 3.0, -3.0, costs=True, horizons=(1, 5, 21), paths=3000)


@pytest.fixture(scope="module")
def result():
    return simulate(SPEC)


@pytest.fixture
def file(result, tmp_path):
    path = tmp_path / "result.npz"
    path.write_bytes(result.to_bytes())
    return path


def changed(path, **changes):
    """The file with some arrays replaced, None leaves one out."""
    with np.load(path) as arrays:
        kept = {name: arrays[name] for name in arrays} | changes
    np.savez_compressed(path, **{name: array for name, array in kept.items() if array is not None})
    return path


def header_of(path):
    with np.load(path) as arrays:
        return json.loads(str(arrays["header"]))


def test_round_trip(result, file):
    again = load(file)
    assert again.spec == result.spec
    for name in ("sums", "extremes", "below", "counts"):
        one, other = getattr(result, name), getattr(again, name)
        assert one.shape == other.shape and (one == other).all()
    assert again.to_bytes() == result.to_bytes()
    assert again.rows() == result.rows()


def test_the_same_run_gives_the_same_bytes(result):
    assert simulate(SPEC).to_bytes() == result.to_bytes()


def test_a_file_says_what_made_it(file):
    header = header_of(file)
    assert header["schema"] == "letf.result/1"
    assert header["stream"] == STREAM == "philox4x32-10/1"
    assert header["spec"] == SPEC.to_dict()


def test_no_pickle_is_inside(file):
    with np.load(file, allow_pickle=False) as arrays:
        assert all(arrays[name].dtype != object for name in arrays)


def test_rows_have_the_keys_of_the_contract(result):
    levels = {"0.01", "0.05", "0.25", "0.5", "0.75", "0.95", "0.99"}
    law_keys = {"mean", "stderr", "sd", "q", "q_stderr"}
    rows = result.rows()
    assert [(row["fund"], row["horizon_days"]) for row in rows] == [(f, h) for f in ("F3", "F-3") for h in (1, 5, 21)]
    for row in rows:
        assert row.keys() >= {
            *("fund", "leverage", "horizon_days", "index_return", "fund_return", "divergence", "attribution"),
            *("prob_loss", "prob_loss_stderr", "prob_divergence_negative", "prob_divergence_negative_stderr"),
            *("value_at_risk_95", "expected_shortfall_95", "expected_shortfall_95_stderr"),
        }
        for law in ("index_return", "fund_return", "divergence"):
            assert row[law].keys() >= law_keys
            assert row[law]["q"].keys() == row[law]["q_stderr"].keys() == levels
        assert row["attribution"].keys() >= {"compounding", "volatility_drag", "carry"}
        assert all(part.keys() >= {"mean", "stderr"} for part in row["attribution"].values())


def test_rows_are_plain_json_numbers(result):
    assert json.loads(json.dumps(result.rows(), allow_nan=False)) == result.rows()


def test_rows_agree_with_the_laws(result):
    row = result.rows()[1]
    fund_return, divergence = result.fund_return("F3", 5), result.divergence("F3", 5)
    assert row["leverage"] == 3.0
    assert row["fund_return"]["mean"] == fund_return.mean
    assert row["fund_return"]["q"]["0.05"] == -row["value_at_risk_95"] == fund_return.quantile(0.05)
    assert row["prob_loss"] == fund_return.prob_below_zero
    assert row["prob_divergence_negative"] == divergence.prob_below_zero
    assert row["index_return"]["mean"] == result.index_return(5).mean
    assert row["expected_shortfall_95"] > row["value_at_risk_95"] > 0


@pytest.mark.parametrize("days", [1, 5, 21])
@pytest.mark.parametrize("ticker", ["F3", "F-3"])
def test_parts_sum_to_the_mean_divergence(result, ticker, days):
    parts = result.attribution(ticker, days)
    assert list(parts) == ["compounding", "volatility_drag", "carry"]
    assert sum(part.mean for part in parts.values()) == pytest.approx(result.divergence(ticker, days).mean, abs=1e-13)


def test_one_path_has_no_errors(tmp_path):
    one = simulate(run(market(1), 3.0, horizons=(5,), paths=1))
    (row,) = one.rows()
    assert math.isnan(row["fund_return"]["stderr"]) and math.isnan(row["attribution"]["carry"]["stderr"])
    path = tmp_path / "one.npz"
    path.write_bytes(one.to_bytes())
    assert load(path).to_bytes() == one.to_bytes()


def test_to_frame(result):
    frame = result.to_frame()
    assert len(frame) == 6
    assert frame["fund_return.q.0.05"].tolist() == [row["fund_return"]["q"]["0.05"] for row in result.rows()]


def test_unknown_horizon_or_fund_lists_the_known(result):
    with pytest.raises(LetfError, match="no holding period of 2 days in this result; it has: 1, 5, 21"):
        result.fund_return("F3", 2)
    with pytest.raises(LetfError, match="no fund 'TNA' in this result; it has: F3, F-3"):
        result.divergence("TNA", 5)


def test_shapes_are_checked(result):
    with pytest.raises(LetfError, match=r"below must have shape \(3, 5\), got \(3, 4\)"):
        Result(SPEC, result.sums, result.extremes, result.below[:, 1:], result.counts)


def test_dates_in_a_provenance_are_kept_as_text(tmp_path):
    dated = market(1, provenance={"first_date": datetime.date(2000, 5, 26)})
    path = tmp_path / "dated.npz"
    path.write_bytes(simulate(run(dated, 3.0, horizons=(1,), paths=10)).to_bytes())
    assert load(path).spec.market.provenance == {"first_date": "2000-05-26"}


def one_line(path):
    """The error of opening the file, one line that names it."""
    with pytest.raises(LetfError) as caught:
        load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ") and "\n" not in message
    return message.removeprefix(f"{path}: ")


NOT_OURS = "not a result of letf; make one with: letf simulate --output result.npz"


@pytest.mark.parametrize("content", [b"", b"PK", b"\x93NUMPY", b"schema = 1", bytes(range(256)) * 10])
def test_other_files(tmp_path, content):
    path = tmp_path / "other.npz"
    path.write_bytes(content)
    assert one_line(path) == NOT_OURS


def test_another_npz(tmp_path):
    path = tmp_path / "other.npz"
    np.savez(path, prices=np.arange(3))
    assert one_line(path) == NOT_OURS


def test_a_single_array(tmp_path):
    path = tmp_path / "array.npy"
    np.save(path, np.arange(3))
    assert one_line(path) == NOT_OURS


class Bomb:
    def __reduce__(self):
        return (pytest.fail, ("a pickle was run",))


def test_pickles_are_never_run(tmp_path, file):
    path = tmp_path / "pickle.npz"
    path.write_bytes(pickle.dumps(Bomb()))
    assert one_line(path) == NOT_OURS
    bomb = np.empty(1, object)
    bomb[0] = Bomb()
    np.savez(path, header=bomb)
    assert one_line(path) == NOT_OURS


def test_no_such_file(tmp_path):
    assert one_line(tmp_path / "none.npz") == "no such file"


def test_a_folder(tmp_path):
    assert one_line(tmp_path) == "is a folder, a file is expected"


def with_header(path, **changes):
    return changed(path, header=np.array(json.dumps(header_of(path) | changes)))


def test_a_newer_schema_says_to_upgrade(file):
    expected = 'result: schema "letf.result/2" is newer than "letf.result/1", upgrade letf to read it'
    assert one_line(with_header(file, schema="letf.result/2")) == expected


def test_another_schema(file):
    assert one_line(with_header(file, schema="letf.market/1")).startswith('result: schema must be "letf.result/1"')


@pytest.mark.parametrize("header", ["3", '"text"', "[]", "null", "{}"])
def test_a_header_that_is_none(file, header):
    one_line(changed(file, header=np.array(header)))


def test_a_spec_that_breaks_a_rule(file):
    spec = SPEC.to_dict() | {"paths": 0}
    assert "paths must be from 1 to 1,099,511,627,776, got 0" in one_line(with_header(file, spec=spec))


def test_counts_that_do_not_add_up(file):
    with np.load(file) as arrays:
        counts = arrays["counts"].copy()
    counts[0] += 1
    assert "contradict each other" in one_line(changed(file, counts=counts))


@pytest.mark.parametrize("name", ["header", "sums", "extremes", "below", "used", "counts"])
def test_a_missing_array(file, name):
    assert one_line(changed(file, **{name: None})) == NOT_OURS


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("sums", np.zeros(3)),
        ("used", np.array([10**9])),
        ("used", np.array([0.5])),
        ("counts", np.array([1, 2, 3])),
        ("counts", np.array(["a"])),
    ],
)
def test_an_array_of_another_form(file, name, array):
    assert "damaged" in (message := one_line(changed(file, **{name: array}))) or "must have shape" in message


@given(st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_damaged_bytes_never_end_in_a_traceback(tmp_path_factory, rng):
    """Cut short or with some bytes changed: one line, or the very same result where only padding was hit."""
    path = tmp_path_factory.getbasetemp() / "damaged.npz"
    whole = SMALL
    if rng.random() < 0.3:
        damaged = bytearray(whole[: rng.randrange(len(whole))])
    else:
        damaged = bytearray(whole)
        for _ in range(rng.randrange(1, 4)):
            damaged[rng.randrange(len(whole))] ^= rng.randrange(1, 256)
    path.write_bytes(bytes(damaged))
    try:
        again = load(path)
    except LetfError as error:
        assert "\n" not in str(error)
    else:
        assert again.to_bytes() == whole


SMALL = simulate(run(market(1), 3.0, horizons=(1,), paths=300)).to_bytes()


@pytest.mark.parametrize(
    "change",
    [
        {"sums": lambda a: a.astype(str)},
        {"sums": lambda a: a.astype(complex)},
        {"below": lambda a: a - 10**6},
        {"below": lambda a: a.astype(float)},
        {"used": lambda a: a[::-1]},
        {"used": lambda a: a - a.max() - 1},
    ],
)
def test_statistics_of_the_wrong_kind(file, change):
    with np.load(file) as arrays:
        made = {name: alter(arrays[name]) for name, alter in change.items()}
    assert "damaged result" in one_line(changed(file, **made))
