"""The one base class of every error a user can mend."""


class LetfError(ValueError):
    """Bad input: the message says what, where, the rule and the way out, in one line."""
