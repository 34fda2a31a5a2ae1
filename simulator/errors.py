"""What ends a run early: errors that a user can mend, and being told to stop."""


class LetfError(ValueError):
    """Bad input: the message says what, where, the rule and the way out, in one line."""


class Terminated(KeyboardInterrupt):
    """The process was told to end (SIGTERM): whatever undoes or keeps work upon Ctrl-C does so here too."""
