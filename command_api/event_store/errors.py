"""What can go wrong with the store, beyond the library's own PersistenceError tree.

PersistenceError (eventsourcing)
├── IntegrityError (eventsourcing)   another append took the same place in an aggregate
├── OperationalError (eventsourcing) the store cannot be reached
└── StoreBusy                        too many appends are waiting already
"""

from eventsourcing.persistence import PersistenceError


class StoreBusy(PersistenceError):
    """The bounded queue of waiting appends is full: come back a little later."""
