"""The right command for a likely mistake."""

import click

BY_SUFFIX = {
    ".npz": "To draw a result: letf plot {}",
    ".csv": "To fit a market to prices: letf calibrate {}",
    ".parquet": "To fit a market to prices: letf calibrate {}",
    ".toml": "To use a market file: letf simulate --market {}",
}
FUND_HINTS = {"risk": "risk {}, one fund at a time", "compare": "compare --structure {}"}

MISPLACED = ("unexpected extra argument", "No such command")


def way_out(args: list[str], error: click.UsageError) -> str:
    """What the user who typed `args` most likely meant, or where to read on."""
    message = error.format_message()
    if any(words in message for words in MISPLACED):
        for word in args:
            if word not in message or word.startswith("-"):
                continue
            for suffix, hint in BY_SUFFIX.items():
                if word.lower().endswith(suffix):
                    return hint.format(word)
            if word.isalpha() and word.isupper():
                return f"To choose a fund: letf {FUND_HINTS.get(args[0], 'simulate --fund {}').format(word)}"
    named = args[:1] if args and not args[0].startswith("-") else []  # where Click's parser knows no command
    command = error.ctx.command_path if error.ctx else " ".join(["letf", *named])
    return f"Try: {command} --help"
