"""The scenarios that come with the package, and those of a file."""

from collections.abc import Sequence
from pathlib import Path

from simulator.errors import LetfError
from simulator.spec.files import PRESETS, parsed, read_bytes
from simulator.spec.scenario import Scenario, scenarios_from_dict


def preset_scenarios() -> tuple[Scenario, ...]:
    """The scenarios that come with the package."""
    return scenarios_from_dict(parsed((PRESETS / "scenarios.toml").read_bytes(), "scenarios"))


def read_scenarios(path: Path | str) -> tuple[Scenario, ...]:
    """The scenarios in a TOML file."""
    data = parsed(read_bytes(path), str(path))
    try:
        return scenarios_from_dict(data)
    except LetfError as error:
        raise LetfError(f"{path}: {error}") from None


def find_scenarios(names: Sequence[str], known: Sequence[Scenario]) -> tuple[Scenario, ...]:
    """The scenarios called `names` (any case), in that order, repeats dropped; an unknown one lists the known."""
    by_name = {scenario.name.lower(): scenario for scenario in known}
    for name in names:
        if name.lower() not in by_name:
            raise LetfError(f"unknown scenario {name!r}; known: {', '.join(one.name for one in known)}")
    return tuple(by_name[name] for name in dict.fromkeys(name.lower() for name in names))
