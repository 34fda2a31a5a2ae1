"""Questions that a trader asks of a run before the trade."""
