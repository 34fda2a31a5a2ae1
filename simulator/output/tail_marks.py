"""A star at what is read from some of a run's paths alone, those that `risk.tails` names."""

from simulator.result import Result
from simulator.risk.figures import of_tails
from simulator.risk.tails import tails

STAR = "*"


def is_part(result: Result) -> bool:
    """Whether worst cases are read from some of the paths alone."""
    return tails(result) is not result


def star(name: str, result: Result) -> str:
    """A star where the figure called `name` is read from some of the paths alone, else nothing."""
    return STAR if of_tails(name) and is_part(result) else ""
