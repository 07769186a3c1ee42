"""What text can be stored and sent on everywhere."""

import re

_NOT_STORABLE = re.compile("[\0\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """Whether the text is valid Unicode without NUL.

    Postgres stores no NUL, and UTF-8 knows no surrogates (RFC 3629, section 3); JSON can carry
    both.
    """
    return _NOT_STORABLE.search(text) is None
