"""structlog without rich: it would load that only to show stack traces with it, which ours never
are, and that costs each process time to start and 8 MB.
"""

import sys

_hides_rich = "rich" not in sys.modules
if _hides_rich:
    sys.modules["rich"] = None  # type: ignore[assignment] - an import of it fails meanwhile

import structlog  # noqa: E402

if _hides_rich:
    del sys.modules["rich"]

__all__ = ["structlog"]
