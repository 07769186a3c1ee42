"""Which tests run on one worker, one after the other: two cores do not carry many systems.

Tests that share a costly fixture belong together; all others go to whichever worker is free.
"""

from pathlib import PurePosixPath

from xdist.scheduler import LoadScopeScheduling

ONE_SYSTEM_FOR_ALL = ("acceptance", "faults")
"""Folders whose tests share one running system."""

BY_FILE = ("systems", "test_prove_campaign.py")
"""Folders and files whose tests share what they make file by file."""


class SharedFixturesStayTogether(LoadScopeScheduling):
    """The scopes of pytest-xdist's scheduler are what shares a fixture."""

    def _split_scope(self, nodeid: str) -> str:
        file = PurePosixPath(nodeid.partition("::")[0])
        if file.parent.name in ONE_SYSTEM_FOR_ALL:
            return str(file.parent)
        return str(file) if file.parent.name in BY_FILE or file.name in BY_FILE else nodeid
