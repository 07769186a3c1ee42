"""What can go wrong with the store, beyond the library's own PersistenceError tree.

PersistenceError (eventsourcing)
├── IntegrityError (eventsourcing)     another append took the same place in an aggregate
├── OperationalError (eventsourcing)   the store cannot be reached
│   └── AppendInDoubt                  a commit was sent, and no answer could be had since
└── StoreBusy                          too many appends are waiting already
"""

from eventsourcing.persistence import OperationalError, PersistenceError


class AppendInDoubt(OperationalError):
    """The events may be stored, or be stored yet: the store went away over the commit."""


class StoreBusy(PersistenceError):
    """The bounded queue of waiting appends is full: come back a little later."""


class CommitUnanswered(Exception):
    """The connection went away over a COMMIT: it may have been carried out, or not."""
