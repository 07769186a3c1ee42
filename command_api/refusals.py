"""How the errors of the write side are told over HTTP, at once or by the journal later."""

from collections.abc import Mapping

from command_api.errors import (
    HandleTaken,
    HistoryUnreadable,
    JournalError,
    KeyUsedOtherwise,
    PersonErased,
    PersonNotFound,
    PostNotFound,
    StoreUnavailable,
    TooMuchContention,
)
from command_api.event_store.errors import StoreBusy
from domain.errors import NotSealed, NotTheAuthor, RuleViolation

ERROR_STATUSES: Mapping[type[Exception], int] = {
    RuleViolation: 422,
    NotTheAuthor: 403,
    NotSealed: 409,
    HandleTaken: 409,
    PersonErased: 409,
    PersonNotFound: 404,
    PostNotFound: 404,
    TooMuchContention: 409,
    HistoryUnreadable: 500,
    KeyUsedOtherwise: 422,
    StoreUnavailable: 503,
    StoreBusy: 503,
    JournalError: 503,
}


def status_of(error: Exception) -> int:
    """The HTTP status of one of these errors."""
    return next(ERROR_STATUSES[kind] for kind in type(error).__mro__ if kind in ERROR_STATUSES)
