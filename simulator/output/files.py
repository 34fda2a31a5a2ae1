"""Frames and figures as the bytes of files."""

import io
from typing import TYPE_CHECKING

from simulator.errors import LetfError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

UNDATED = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}


def frame_bytes(frame: "pd.DataFrame", suffix: str) -> bytes:
    """The rows as a .csv or .parquet file.

    Raises
    ------
    LetfError
        Where the library that writes .parquet is not installed.
    """
    if suffix == ".csv":
        return frame.to_csv(index=False, lineterminator="\n").encode()
    buffer = io.BytesIO()
    try:
        frame.to_parquet(buffer, index=False)
    except ImportError:
        raise LetfError(
            'writing .parquet needs pyarrow; install it with pip install "letf[parquet]", or write .csv'
        ) from None
    return buffer.getvalue()


def figure_bytes(figure: "Figure", suffix: str) -> bytes:
    """The figure as a .png, .svg or .pdf file: no dates and no versions, the same bytes each time."""
    if suffix not in UNDATED:
        raise LetfError(f"a figure is written as {', '.join(UNDATED)}, got {suffix!r}")
    from simulator.output import style

    buffer = io.BytesIO()
    with style.context():
        figure.savefig(buffer, format=suffix.lstrip("."), metadata=UNDATED[suffix])
    return buffer.getvalue()
