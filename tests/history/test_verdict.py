"""What a score says, against sums by hand."""

import numpy as np
import pytest
from scores import made_verdict

from simulator.history.coverage import LEVELS, PIT_BINS
from simulator.history.forecasts import QUANTITIES

ROUNDING = 1e-12
HORIZONS = (5, 21, 126)


@pytest.fixture(scope="module")
def verdict():
    return made_verdict(*HORIZONS)


def test_a_row_a_model_fund_holding_period_and_quantity(verdict):
    keys = {(row.model, row.fund, row.horizon, row.quantity) for row in verdict.cells}
    assert len(keys) == len(verdict.cells) == 2 * 2 * len(HORIZONS) * 2
    assert verdict.lead == verdict.models[-1] == "ewma"


def test_cells_are_sums_of_the_forecasts(verdict):
    score = verdict.score
    for row in verdict.cells:
        f, h = ["F3", "F-3"].index(row.fund), HORIZONS.index(row.horizon)
        q = QUANTITIES.index(row.quantity)
        own, base = (score.forecasts[name].crps[:, f, h, q] for name in (row.model, "gbm"))
        known = ~np.isnan(own)
        assert row.origins == known.sum() and row.crps == pytest.approx(own[known].mean(), rel=ROUNDING)
        assert set(row.skill) == {"gbm", "ewma"} - {row.model}
        if row.model == "ewma":
            assert row.skill["gbm"].estimate == pytest.approx(1 - own[known].sum() / base[known].sum(), abs=ROUNDING)
        pit = score.forecasts[row.model].pit[known, f, h, q]
        assert row.coverage[0.8].estimate == pytest.approx(((pit >= 0.1) & (pit <= 0.9)).mean())
        assert sum(row.pit) == pytest.approx(1) and len(row.pit) == PIT_BINS


def test_the_longest_holds_miss_the_last_origins(verdict):
    counts = {row.horizon: row.origins for row in verdict.cells}
    assert counts[5] == counts[21] == len(verdict.score.origins.at) > counts[126] > 0


def test_pooled_skill_is_the_mean_of_the_pooled_cells(verdict):
    assert verdict.pooled_horizons == (21,)
    for quantity in QUANTITIES:
        cells = [
            row.skill["gbm"].estimate
            for row in verdict.cells
            if (row.model, row.horizon, row.quantity) == ("ewma", 21, quantity)
        ]
        row = next(row for row in verdict.pooled if (row.model, row.quantity, row.variant) == ("ewma", quantity, "all"))
        assert row.skill["gbm"].estimate == pytest.approx(np.mean(cells), abs=ROUNDING)


def test_without_21_to_63_days_all_holding_periods_are_pooled():
    assert made_verdict(5, 10).pooled_horizons == (5, 10)


def test_variants(verdict):
    rows = {(row.model, row.variant): row for row in verdict.pooled if row.quantity == "divergence"}
    assert {variant for _, variant in rows} == {"all", "drift 0"}  # 2009 and 2020 are not in the span
    flat = made_verdict(*HORIZONS, drift=0.0)
    again = next(row for row in flat.pooled if (row.model, row.quantity) == ("ewma", "divergence"))
    assert rows["ewma", "drift 0"].skill == again.skill
    assert {row.variant for row in flat.pooled} == {"all"}


def test_covered_pools_both_quantities(verdict):
    for row in verdict.covered:
        pit = verdict.score.forecasts[row.model].pit[:, :, 1]
        inside = np.abs(pit - 0.5) <= row.level / 2
        assert row.share.estimate == pytest.approx(inside.mean())
        assert row.lowest == pytest.approx(inside.mean(axis=0).min())
        assert row.highest == pytest.approx(inside.mean(axis=0).max())
        assert row.lowest <= row.share.estimate <= row.highest and row.share.low <= row.share.high
    assert [row.level for row in verdict.covered if row.model == "gbm"] == list(LEVELS)


def test_leaving_out_a_year(monkeypatch):
    from simulator.history import verdict as module

    monkeypatch.setattr(module, "WILD_YEARS", (2016,))
    found = made_verdict(5, 21)
    row = next(
        row
        for row in module.judge(found.score).pooled
        if (row.model, row.quantity, row.variant) == ("ewma", "fund_return", "without 2016")
    )
    kept = found.score.origins.years != 2016
    own, base = (found.score.forecasts[name].crps[kept, :, 1, 0].sum(axis=0) for name in ("ewma", "gbm"))
    assert 0 < row.origins == kept.sum() < len(kept)
    assert row.skill["gbm"].estimate == pytest.approx((1 - own / base).mean(), abs=ROUNDING)
