"""The windows as the design tells them, in plain Python, one person and one event at a time.

The feed rule says what a window shows above its horizon. This says where the horizon is, and what
every list of a shard holds; each state is held against the feed rule as well.
"""

from dataclasses import dataclass

from domain.events import Deleted, Followed, Published, Unfollowed
from domain.feed_rule import History
from projections.log.entry import Entry
from tests.convergence.histories import up_to
from tests.convergence.windows import Window, merged

NOTHING = Window(0, [])

Windows = dict[int, Window]


@dataclass(frozen=True, slots=True)
class State:
    """Everything as of a position. `audiences`: followers by followee, in order of following."""

    position: int
    feeds: Windows
    authors: Windows
    audiences: dict[int, list[int]]


class Model:
    """The states of one log, for one length of window."""

    def __init__(self, entries: list[Entry], window: int) -> None:
        self.window = window
        self._author_of: dict[int, int] = {}
        self.states = [State(0, {}, {}, {})]
        for entry in entries:
            self.states.append(self._after(self.states[-1], entry))
        self._positions = [state.position for state in self.states]

    def at(self, position: int) -> State:
        """As of a position of the log."""
        state = self.states[self._positions.index(position)]
        assert state.position == position
        return state

    def _after(self, state: State, entry: Entry) -> State:
        feeds, authors, audiences = dict(state.feeds), dict(state.authors), dict(state.audiences)
        match entry.body:
            case Published(author=author):
                self._author_of[entry.position] = author
                new = Window(0, [entry.position])
                authors[author] = merged(authors.get(author, NOTHING), new, self.window)
                for reader in (author, *audiences.get(author, [])):
                    feeds[reader] = merged(feeds.get(reader, NOTHING), new, self.window)
            case Deleted(post=post, author=author):
                authors[author] = _without(authors[author], {post})
                for reader in (author, *audiences.get(author, [])):
                    feeds[reader] = _without(feeds.get(reader, NOTHING), {post})
            case Followed(follower=follower, followee=followee):
                audiences[followee] = [*audiences.get(followee, []), follower]
                theirs = authors.get(followee, NOTHING)
                feeds[follower] = merged(feeds.get(follower, NOTHING), theirs, self.window)
            case Unfollowed(follower=follower, followee=followee):
                audiences[followee] = [one for one in audiences[followee] if one != follower]
                theirs = {post for post, author in self._author_of.items() if author == followee}
                feeds[follower] = _without(feeds.get(follower, NOTHING), theirs)
            case _:
                pass
        return State(entry.position, feeds, authors, audiences)


class Rule:
    """The feed rule as of any position of one log."""

    def __init__(self, entries: list[Entry]) -> None:
        self._entries = entries
        self._histories: dict[int, History] = {}

    def at(self, position: int) -> History:
        """Everything that the log up to a position says."""
        if position not in self._histories:
            self._histories[position] = History(up_to(self._entries, position))
        return self._histories[position]

    def feed(self, reader: int, position: int) -> list[int]:
        """The feed rule."""
        return self.at(position).feed(reader)

    def own(self, author: int, position: int) -> list[int]:
        """An author's own visible posts, newest first."""
        return [p for p, by in reversed(self.at(position).authors.items()) if by == author]


def _without(window: Window, gone: set[int]) -> Window:
    return Window(window.horizon, [post for post in window.posts if post not in gone])
