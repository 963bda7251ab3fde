"""Errors that reach a person as one sentence: what, where, and what to do."""


class CasebaseError(Exception):
    """The data, the database or a file is not as it must be (exit code 1)."""


class UsageError(CasebaseError):
    """The caller asked for something that does not exist or cannot be combined (exit code 2)."""


class NoAnswerError(CasebaseError):
    """The database gave no answer: it cannot be reached, is locked, failed, or took too long."""
