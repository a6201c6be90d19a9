"""The one exception for mistakes that a user can mend."""


class UserError(Exception):
    """Bad input: its message names the thing, the value received and what to do.

    Command lines print it as one line and exit with status 2; a traceback is left to real bugs.
    """
