"""What a run found: its spec, its statistics, and the file that keeps both."""

import io
import json
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator import bins
from simulator.distribution import Distribution, Estimate, estimate, tail
from simulator.errors import LetfError
from simulator.known import known_divergence, known_return
from simulator.position import Position, Views
from simulator.positions import PositionStatistics, checked
from simulator.shares import KnownLaw
from simulator.sparse import dense, sparse
from simulator.spec import check
from simulator.spec.files import read_bytes
from simulator.spec.run import Simulation

if TYPE_CHECKING:
    import pandas as pd

SCHEMA, SCHEMA_VERSION = "letf.result", 1
STREAM = "philox4x32-10/1"  # the name of the random numbers; other numbers need another name
QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
PARTS = ("compounding", "volatility_drag", "carry")
RISK_LEVEL = 0.95
MOST_BYTES = 1 << 30  # of a result file
MOST_LAWS = 64  # kept once they were read, half a megabyte each
POSITIONS = "positions_"  # what the names of their arrays begin with
REQUIRED = ("sums", "extremes", "below", "used", "counts")  # arrays of a part


@dataclass(frozen=True, eq=False)
class Result:
    """The statistics of a run.

    One law each, along axis 1, in the order of `kernels.stats`: the index return, then each fund's return and
    divergence; `sums` goes on with the three parts of each fund's divergence.

    Parameters
    ----------
    spec : Simulation
    sums : float64 (horizons, 1 + 5 funds, 2)
        Sum and sum of squares.
    extremes : float64 (horizons, 1 + 2 funds, 2)
        Least and greatest value.
    below : int64 (horizons, 1 + 2 funds)
        Paths below 0.
    counts : whole numbers (horizons, 1 + 2 funds, bins)
        Histograms on `simulator.bins`.
    capped : int
        Days of paths on which a GARCH market's volatility was held at its cap.
    positions : PositionStatistics, optional
        Of a run with a trade.
    members : tuple of Result
        Of an ensemble: what each member's paths did, in its order. Standard errors of the whole take its paths for
        drawn at random; that they are shared out makes the true ones a little smaller.
    """

    spec: Simulation
    sums: np.ndarray
    extremes: np.ndarray
    below: np.ndarray
    counts: np.ndarray
    capped: int = 0
    positions: PositionStatistics | None = None
    members: "tuple[Result, ...]" = ()

    @classmethod
    def of_members(cls, spec: Simulation, members: "tuple[Result, ...]") -> "Result":
        """The result of an ensemble: its members' paths, taken together."""
        low, high = (np.stack([member.extremes[..., i] for member in members]) for i in (0, 1))
        positions = [member.positions for member in members if member.positions is not None]
        return cls(
            spec=spec,
            sums=np.sum([member.sums for member in members], axis=0),
            extremes=np.stack([low.min(axis=0), high.max(axis=0)], axis=-1),
            below=np.sum([member.below for member in members], axis=0),
            counts=_total([member.counts for member in members]),
            capped=sum(member.capped for member in members),
            positions=PositionStatistics.together(positions) if positions else None,
            members=members,
        )

    def __post_init__(self):
        horizons, funds = len(self.spec.horizons), len(self.spec.funds)
        shapes = {
            "sums": (horizons, 1 + 5 * funds, 2),
            "extremes": (horizons, 1 + 2 * funds, 2),
            "below": (horizons, 1 + 2 * funds),
            "counts": (horizons, 1 + 2 * funds, bins.COUNT),
        }
        for name, shape in shapes.items():
            if getattr(self, name).shape != shape:
                raise LetfError(f"{name} must have shape {shape}, got {getattr(self, name).shape}")
        checked(self.spec, self.positions)

    def _horizon(self, days: int) -> int:
        if days not in self.spec.horizons:
            known = ", ".join(map(str, self.spec.horizons))
            raise LetfError(f"no holding period of {days} days in this result; it has: {known}")
        return self.spec.horizons.index(days)

    def _fund(self, ticker: str) -> int:
        tickers = [fund.ticker for fund in self.spec.funds]
        if ticker not in tickers:
            raise LetfError(f"no fund {ticker!r} in this result; it has: {', '.join(tickers)}")
        return tickers.index(ticker)

    @cached_property
    def _laws(self) -> dict[tuple[int, int], Distribution]:
        return {}

    def _law(self, horizon: int, statistic: int) -> Distribution:
        """Made once, for what is read from it stays with it."""
        if (horizon, statistic) not in self._laws:
            if len(self._laws) >= MOST_LAWS:
                self._laws.clear()
            self._laws[horizon, statistic] = self._new_law(horizon, statistic)
        return self._laws[horizon, statistic]

    def _new_law(self, horizon: int, statistic: int) -> Distribution:
        total, squares = self.sums[horizon, statistic].tolist()
        low, high = self.extremes[horizon, statistic].tolist()
        return Distribution(
            self.spec.paths, total, squares, low, high, int(self.below[horizon, statistic]),
            self.counts[horizon, statistic], self._known(horizon, statistic),
            tuple(member._law(horizon, statistic) for member in self.members),
        )  # fmt: skip

    def _known(self, horizon: int, statistic: int) -> KnownLaw | float | None:
        """What is known of that law without the paths."""
        days, (fund, gap) = self.spec.horizons[horizon], divmod(statistic - 1, 2)
        if statistic == 0:
            return known_return(self.spec, None, days, wiped=False)
        wiped = not self.extremes[horizon, 1 + 2 * fund, 0] > -1
        return (known_divergence if gap else known_return)(self.spec, self.spec.funds[fund], days, wiped)

    def index_return(self, days: int) -> Distribution:
        """Law of the index's return over `days`."""
        return self._law(self._horizon(days), 0)

    def fund_return(self, ticker: str, days: int) -> Distribution:
        """Law of the fund's return over `days`."""
        return self._law(self._horizon(days), 1 + 2 * self._fund(ticker))

    def divergence(self, ticker: str, days: int) -> Distribution:
        """Law of the fund's return minus L times the index's over `days`."""
        return self._law(self._horizon(days), 2 + 2 * self._fund(ticker))

    def attribution(self, ticker: str, days: int) -> dict[str, Estimate]:
        """Mean compounding, volatility drag and carry over `days`; they sum to the mean divergence."""
        first = 1 + 2 * len(self.spec.funds) + 3 * self._fund(ticker)
        moments = self.sums[self._horizon(days), first : first + len(PARTS)].tolist()
        parts = {}
        for name, (total, squares) in zip(PARTS, moments, strict=True):
            mean, sd = estimate(total, squares, self.spec.paths)
            parts[name] = Estimate(mean, sd / sqrt(self.spec.paths))
        return parts

    def position(self, ticker: str, days: int) -> Position:
        """The fund as a position held over `days`; only a run with a trade has one."""
        horizon, fund = self._horizon(days), self._fund(ticker)
        laws = self.fund_return(ticker, days), self.divergence(ticker, days)
        return self._positions().position(self.spec, fund, horizon, laws)

    def views(self, ticker: str) -> Views:
        """The fund over the last horizon given what the index did; only a run with a trade has them."""
        return self._positions().views(self.spec, self._fund(ticker))

    def _positions(self) -> PositionStatistics:
        if self.positions is None:
            raise LetfError("this run held no positions; simulate it with Simulation(..., trade=Trade())")
        return self.positions

    @property
    def weighted(self) -> bool:
        """Whether paths are weighted: something is known of the market's laws without them (`simulator.known`)."""
        return self._known(0, 0) is not None or any(member.weighted for member in self.members)

    def rows(self) -> list[dict[str, Any]]:
        """One row a fund and holding period, as `letf simulate --json` prints them; NaN where nothing is known."""
        index = {days: summary(self.index_return(days)) for days in self.spec.horizons}
        return [self._row(fund, days, index[days]) for fund in self.spec.funds for days in self.spec.horizons]

    def _row(self, fund, days, index):
        fund_return, divergence = self.fund_return(fund.ticker, days), self.divergence(fund.ticker, days)
        shortfall = fund_return.expected_shortfall(RISK_LEVEL)
        parts = self.attribution(fund.ticker, days)
        return {
            "fund": fund.ticker,
            "leverage": fund.leverage,
            "horizon_days": days,
            "index_return": index,
            "fund_return": summary(fund_return),
            "divergence": summary(divergence),
            "attribution": {name: {"mean": part.mean, "stderr": part.stderr} for name, part in parts.items()},
            "prob_loss": fund_return.prob_below_zero,
            "prob_loss_stderr": fund_return.prob_below_zero_stderr,
            "prob_divergence_negative": divergence.prob_below_zero,
            "prob_divergence_negative_stderr": divergence.prob_below_zero_stderr,
            "value_at_risk_95": fund_return.value_at_risk(RISK_LEVEL),
            "value_at_risk_95_stderr": float(fund_return.quantile_stderr(tail(RISK_LEVEL))),
            "expected_shortfall_95": shortfall.mean,
            "expected_shortfall_95_stderr": shortfall.stderr,
        }

    def to_frame(self) -> "pd.DataFrame":
        """The rows as a pandas frame, nested keys joined by dots."""
        import pandas as pd

        return pd.json_normalize(self.rows())

    def to_bytes(self) -> bytes:
        """The result as an .npz file: no pickle, and the same bytes for the same result."""
        buffer = io.BytesIO()
        header = {"schema": f"{SCHEMA}/{SCHEMA_VERSION}", "stream": STREAM, "spec": self.spec.to_dict()}
        arrays = {"header": np.array(json.dumps(header, sort_keys=True, default=str))}
        for i, part in enumerate(self.members or (self,)):
            arrays |= {f"{_prefix(i)}{name}": array for name, array in _arrays(part).items()}
        np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
        return buffer.getvalue()


def _prefix(number: int) -> str:
    """What the names of a part's arrays begin with: a file of one part is that of a run without an ensemble."""
    return f"member{number}_" if number else ""


def _arrays(result: Result) -> dict[str, np.ndarray]:
    arrays = {
        "sums": result.sums,
        "extremes": result.extremes,
        "below": result.below,
        **_sparse(result.counts),
        "capped": np.array(result.capped),
    }
    if result.positions is None:
        return arrays
    held = {**vars(result.positions), **_sparse(result.positions.counts)}
    return arrays | {f"{POSITIONS}{name}": array for name, array in held.items()}


def _sparse(counts: np.ndarray) -> dict[str, np.ndarray]:
    """Which bins are used, and their counts."""
    return dict(zip(("used", "counts"), sparse(counts), strict=True))


def _dense(shape: tuple[int, ...], paths: int, used: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The histograms that `_sparse` took apart."""
    return dense(np.zeros(shape, np.min_scalar_type(paths)), used, counts)


def _total(counts: list[np.ndarray]) -> np.ndarray:
    whole = counts[0].astype(np.int64)
    for more in counts[1:]:
        whole += more
    return whole


def summary(law: Distribution) -> dict[str, Any]:
    """Moments and quantiles with their Monte Carlo errors, as machines read them; NaN where nothing is known."""
    quantiles, errors = law.quantile(np.array(QUANTILES)), law.quantile_stderr(np.array(QUANTILES))
    return {
        "mean": law.mean,
        "stderr": law.stderr,
        "sd": law.sd,
        "q": {f"{p:g}": float(q) for p, q in zip(QUANTILES, quantiles, strict=True)},
        "q_stderr": {f"{p:g}": float(e) for p, e in zip(QUANTILES, errors, strict=True)},
    }


def load(path: Path | str) -> Result:
    """The result in a file that `letf simulate --output FILE.npz` wrote.

    Raises
    ------
    LetfError
        If it is not such a file, or a newer program's.
    """
    content = read_bytes(path, MOST_BYTES)
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            arrays = {name: file[name] for name in {"header", *REQUIRED, *file.files}}
        header = json.loads(str(arrays.pop("header")))
    except MemoryError:
        raise
    except Exception:  # what zip, zlib and NumPy raise on damaged bytes has no common class
        raise LetfError(f"{path}: not a result of letf; make one with: letf simulate --output result.npz") from None
    try:
        return _from_parts(header, arrays)
    except LetfError as error:
        raise LetfError(f"{path}: {error}") from None
    except (IndexError, KeyError, TypeError, ValueError) as error:
        raise LetfError(f"{path}: damaged result ({error}); make it again with letf simulate") from None


def _from_parts(header: Mapping[str, Any], arrays: dict[str, np.ndarray]) -> Result:
    check.schema("result", header, SCHEMA, SCHEMA_VERSION)
    spec = Simulation.from_dict(header["spec"])
    if header.get("stream") != STREAM:
        raise LetfError(f"random numbers {header.get('stream')!r} are not this program's {STREAM!r}")
    parts = spec.parts()
    results = tuple(_part(part, _prefix(i), arrays) for i, (_, part) in enumerate(parts))
    return results[0] if parts[0][1] is spec else Result.of_members(spec, results)


def _part(spec: Simulation, prefix: str, arrays: dict[str, np.ndarray]) -> Result:
    shape = (len(spec.horizons), 1 + 2 * len(spec.funds), bins.COUNT)
    counts = _dense(shape, spec.paths, arrays[f"{prefix}used"], arrays[f"{prefix}counts"])
    sums, extremes, below = (arrays[f"{prefix}{name}"] for name in REQUIRED[:3])
    capped = operator.index(arrays.get(f"{prefix}capped", np.array(0)).item())
    positions = None if spec.trade is None else _held(spec, f"{prefix}{POSITIONS}", arrays)
    result = Result(
        spec=spec, sums=sums, extremes=extremes, below=below, counts=counts, capped=capped, positions=positions
    )
    if not _is_whole(result):
        raise LetfError("damaged result: its statistics contradict each other; make it again with letf simulate")
    return result


def _held(spec: Simulation, prefix: str, arrays: dict[str, np.ndarray]) -> PositionStatistics:
    shapes = PositionStatistics.shapes(spec)
    held = {name: arrays[f"{prefix}{name}"] for name in shapes}
    held["counts"] = _dense(shapes["counts"], spec.paths, arrays[f"{prefix}used"], held["counts"])
    return PositionStatistics(**held)


def _is_whole(result: Result) -> bool:
    """Whether the statistics are numbers of their kind and count as many paths as there were."""
    paths = result.spec.paths
    return (
        result.sums.dtype == result.extremes.dtype == np.float64
        and result.below.dtype == np.int64
        and 0 <= result.capped <= paths * result.spec.horizons[-1]
        and bool(((result.below >= 0) & (result.below <= paths)).all())
        and bool((result.counts.sum(axis=-1) == paths).all())
        and (result.positions is None or result.positions.is_whole(paths))
        and not bool(
            (np.isnan(result.extremes).any(axis=-1) & np.isfinite(result.sums[:, : result.below.shape[1], 0])).any()
        )
    )
