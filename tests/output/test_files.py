"""Figures as the bytes of files."""

import pytest
from matplotlib.figure import Figure

from simulator.errors import LetfError
from simulator.output.files import figure_bytes


@pytest.mark.parametrize("suffix", [".gif", "", "png"])
def test_figures_of_an_unknown_suffix(suffix):
    with pytest.raises(LetfError, match=r"\.png, \.svg, \.pdf, got"):
        figure_bytes(Figure(), suffix)
