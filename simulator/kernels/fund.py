"""One day of the index's growth and of a fund, for all lanes."""

from simulator.kernels.jit import kernel


@kernel
def index_growth(r, growth):
    """growth *= 1 + r; `r` (lanes,) simple returns, `growth` (lanes,) float64."""
    for i in range(growth.shape[0]):
        growth[i] *= 1.0 + r[i]


@kernel
def fund_growth(r, leverage, carry, growth):
    """growth *= max(0, 1 + leverage r + carry); `carry` a day. A fund at 0 stays at 0."""
    for i in range(growth.shape[0]):
        growth[i] *= max(0.0, 1.0 + leverage * r[i] + carry)
