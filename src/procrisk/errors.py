"""What can go wrong, as types. Each message says what is wrong, where, and what to do."""

from typing import ClassVar


class ProcriskError(Exception):
    """A failure with a message for the operator and the process exit code it ends in."""

    exit_code: ClassVar[int] = 1


class UsageError(ProcriskError):
    """The command, a setting or a threshold is not one procrisk knows."""

    exit_code = 2


class GateFailedError(ProcriskError):
    """The staged version was looked at and is not fit to publish."""

    exit_code = 3


class GateError(ProcriskError):
    """A check could not be carried out, so nobody knows whether the version is fit to publish."""

    exit_code = 4


class InputMissingError(ProcriskError):
    """A named source does not exist or is nothing procrisk can read."""

    exit_code = 5


class PublicationIOError(ProcriskError):
    """Reading or writing failed: disk full, permission, network."""

    exit_code = 6


class LockedError(ProcriskError):
    """Another run holds the publication's lock."""

    exit_code = 75
