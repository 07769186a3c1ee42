"""What keeps a backup from being taken or put back.

BackupError
├── BackupRefused   the place or the store is not as it has to be
├── BackupDamaged   what is read is not what was written
└── StoreFailed     Postgres is away, or refuses
"""

from domain.errors import SlackwaterError


class BackupError(SlackwaterError):
    """Says what is wrong and what to do about it. Nothing was changed."""


class BackupRefused(BackupError):
    """The place or the store is not as it has to be."""


class BackupDamaged(BackupError):
    """What is read is not what was written."""


class StoreFailed(BackupError):
    """Postgres is away, or refuses."""
