"""What the domain refuses.

SlackwaterError
├── RuleViolation          a command that the rules do not allow
│   ├── InvalidHandle
│   ├── InvalidDisplayName
│   ├── InvalidText
│   ├── CannotFollowYourself
│   ├── NotTheAuthor
│   └── NotSealed
├── UnreadableEvent        a stored event that this version cannot read
└── CannotOpen             something sealed, and not with this key
"""


class SlackwaterError(Exception):
    """The root of every error that Slackwater raises on purpose."""


class RuleViolation(SlackwaterError):
    """A command that the rules do not allow; the message says why and what would be allowed."""


class InvalidHandle(RuleViolation):
    """The handle is not 3 to 30 of A-Z a-z 0-9 _."""


class InvalidDisplayName(RuleViolation):
    """The display name is empty, too long, or holds a control character."""


class InvalidText(RuleViolation):
    """The text is empty after trimming, too long, or cannot be stored."""


class CannotFollowYourself(RuleViolation):
    """Everyone's own posts are in their feed already."""


class NotTheAuthor(RuleViolation):
    """Only its author may delete a post."""


class NotSealed(RuleViolation):
    """What is to be erased stands in the open, so nothing can be destroyed that would hide it."""


class UnreadableEvent(SlackwaterError):
    """A stored event whose topic is unknown, whose payload is broken, or which is too new."""


class CannotOpen(SlackwaterError):
    """Something is sealed, and not with this key, or is not sealed at all."""
