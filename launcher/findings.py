"""What `slackwater check` has found."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Findings:
    """Errors keep Slackwater from working, warnings from working well."""

    errors: list[str] = field(default_factory=list[str])
    warnings: list[str] = field(default_factory=list[str])
    fine: list[str] = field(default_factory=list[str])
