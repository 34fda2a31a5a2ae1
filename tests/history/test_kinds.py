"""Every kind of market from the same prices."""

import numpy as np
import pytest
from prices import index_returns, prices

from simulator.errors import LetfError
from simulator.history.bootstrap import bootstrap_market
from simulator.history.calibrate import calibrate
from simulator.history.garch import fit_garch
from simulator.history.kinds import MEMBERS, fit_market
from simulator.history.state import as_of
from simulator.spec.files import market_to_toml, read_market

MADE = prices(index_returns(8 * 261), "MADE.csv")  # a scaled bootstrap needs seven calendar years


def test_a_bootstrap_keeps_the_days_in_order():
    market = bootstrap_market(MADE, 21)
    np.testing.assert_allclose(market.log_returns, MADE.log_returns(), atol=5.1e-9)
    assert (market.block_days, market.name, market.drift) == (21, "iwm-bootstrap", 0.08)
    assert market.provenance["days"] == 8 * 261 and "as_of" not in market.provenance
    with pytest.raises(LetfError, match="block_days must be in"):
        bootstrap_market(MADE, 0.5)


@pytest.mark.parametrize("kind", ["markov", "garch", "bootstrap", "scaled-bootstrap", "ensemble", "default"])
def test_every_kind_starts_after_the_last_price_and_survives_its_file(kind, tmp_path):
    market = fit_market(kind, MADE, index="IDX", drift=0.05)
    assert (market.index, market.drift) == ("IDX", 0.05) and market.name.startswith("idx-")
    assert market.provenance["last_date"] == str(MADE.dates[-1])
    assert as_of(market, MADE).expected_vol() == pytest.approx(market.expected_vol(), rel=1e-6)
    path = tmp_path / "market.toml"
    path.write_text(market_to_toml(market))
    assert read_market(path).expected_vol() == pytest.approx(market.expected_vol(), rel=1e-9)


def test_kinds_are_those_of_their_own_fits():
    assert fit_market("markov", MADE) == calibrate(MADE).market()
    assert fit_market("garch", MADE) == fit_garch(MADE).market(draw="residuals")
    assert fit_market("bootstrap", MADE) == bootstrap_market(MADE)
    ensemble = fit_market("ensemble", MADE)
    assert [member.market for member in ensemble.members] == [fit_market(kind, MADE) for kind in MEMBERS]
    assert [member.weight for member in ensemble.members] == list(MEMBERS.values())


def test_an_unknown_kind_lists_the_known():
    with pytest.raises(LetfError, match="unknown kind of market 'arma'; known: markov, garch, bootstrap, scaled-"):
        fit_market("arma", MADE)
