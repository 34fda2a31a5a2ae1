"""The right command for a likely mistake."""

import click

BY_SUFFIX = {
    ".npz": "To draw a result: letf plot {}",
    ".csv": "To fit a market to prices: letf calibrate {}",
    ".parquet": "To fit a market to prices: letf calibrate {}",
    ".toml": "To use a market file: letf simulate --market {}",
}


def way_out(args: list[str], error: click.UsageError) -> str:
    """What the user who typed `args` most likely meant, or where to read on."""
    message = error.format_message()
    for word in args:
        misplaced = word in message and not word.startswith("-")
        for suffix, hint in BY_SUFFIX.items():
            if misplaced and word.lower().endswith(suffix):
                return f"{hint.format(word)}"
        if misplaced and "unexpected extra argument" in message and word.isalpha() and word.isupper():
            return f"To choose a fund: --fund {word}"
    command = error.ctx.command_path if error.ctx else "letf"
    return f"Try: {command} --help"
