"""Write docs/cli.md from --help, and run the commands in the README and the docs to refresh what they print.

    .venv/bin/python scripts/make_docs.py [--prices FOLDER]

In a ```console block a line `$ letf ...` is a command and the lines up to the next one are what it prints; the library
example is the README's ```python block. Commands that read prices or rates need FOLDER, where those files lie.
"""

import argparse
import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from simulator.cli import COMMANDS

ROOT = Path(__file__).parent.parent
PAGES = ("README.md", *(f"docs/{name}.md" for name in ("design", "models", "performance", "trades", "variance")))
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
PYTHON_BLOCK = re.compile(r"```python\n(.*?)```\n\n```\n(.*?)```", re.DOTALL)
DATA = ("IWM.csv", "SPY.csv", "TNA.csv", "TZA.csv", "DFF.csv", "VIX.csv")
WIDTH = 80


def cli_reference() -> str:
    """The content of docs/cli.md: what --help prints."""
    parts = ["# Command reference\n\nGenerated from `--help` by `scripts/make_docs.py`.\n", _help()]
    parts += [f"## letf {name}\n\n{_help(name)}" for name in COMMANDS]
    return "\n".join(parts)


def _help(*command):
    return f"```\n{_run(shlex.join(['letf', *command, '--help']), ROOT)}```\n"


def refresh(page: str, folder: Path) -> str:
    """The page with what each command in it prints now, when run in `folder`."""
    page = BLOCK.sub(lambda match: f"```console\n{_run_block(match[1], folder)}```", page)
    return PYTHON_BLOCK.sub(lambda match: f"```python\n{match[1]}```\n\n```\n{_run_python(match[1])}```", page)


def _run_block(block, folder):
    printed, skipping = [], False
    for line in block.splitlines(keepends=True):
        if line.startswith("$ "):
            skipping = not _can_run(line, folder)
            printed.append(line)
            if not skipping:
                printed.append(_run(line[2:], folder))
        elif skipping:
            printed.append(line)
    return "".join(printed)


def _can_run(line, folder):
    words = line.split()  # "." is a folder of all of them
    return all((folder / name).exists() for name in DATA if name in words or "." in words)


def _run(line, folder):
    words = shlex.split(line)
    words[0] = str(Path(sys.executable).parent / "letf")
    environment = os.environ | {"COLUMNS": str(WIDTH)}
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


def _run_python(code):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), {})
    return printed.getvalue()


def link_data(source: Path, folder: Path) -> None:
    """Links in `folder` to the files of prices and rates in `source`."""
    for name in DATA:
        (folder / name).symlink_to((source / name).resolve())


def main():
    parser = argparse.ArgumentParser(description="Refresh the docs.")
    parser.add_argument("--prices", type=Path, help=f"folder of {', '.join(DATA)}")
    prices = parser.parse_args().prices
    (ROOT / "docs" / "cli.md").write_text(cli_reference())
    with tempfile.TemporaryDirectory() as name:
        if prices:
            link_data(prices, Path(name))
        for page in PAGES:
            path = ROOT / page
            path.write_text(refresh(path.read_text(), Path(name)))


if __name__ == "__main__":
    main()
