"""What stderr hears once nothing can be refused any more: bad input is answered by one line alone."""

import click

NOTES = "letf.notes"


def keep(note: str) -> None:
    """Keep a note for when the run is sure to begin."""
    click.get_current_context().meta.setdefault(NOTES, []).append(note)


def tell() -> None:
    """Print the notes kept so far."""
    for note in click.get_current_context().meta.pop(NOTES, []):
        click.echo(note, err=True)
