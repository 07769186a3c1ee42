"""The windows as the design tells them, in plain Python, one person and one event at a time.

The feed rule says what a window shows above its horizon. This says where the horizon is, and what
every list of a shard holds, and who is great; each state is held against the feed rule as well.
A feed that was cold is as if its owner had followed everybody anew when it became warm.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from domain.events import Deleted, Followed, Published, Unfollowed
from domain.feed_rule import History
from projections.log.entry import Entry
from projections.shards import Generation
from tests.convergence.histories import up_to
from tests.convergence.windows import Window, merged, seen

NOTHING = Window(0, [])
NOBODY: Mapping[int, int] = MappingProxyType({})

Windows = dict[int, Window]


@dataclass(slots=True)
class State:
    """Everything as of a position. `feeds` as they are stored, without the posts of great authors.

    `audiences`: followers by followee, and `followees` the other way round, in order of following.
    `joined`: since when a follower (the first of the pair) stands where they stand in an audience.
    `great`: since which position an author is great, by shard and author; `great_followees`: great
    authors by follower. What is cold is not left out of any of them.
    """

    position: int
    feeds: Windows = field(default_factory=Windows)
    authors: Windows = field(default_factory=Windows)
    audiences: dict[int, list[int]] = field(default_factory=dict[int, list[int]])
    great: dict[tuple[int, int], int] = field(default_factory=dict[tuple[int, int], int])
    great_followees: dict[int, list[int]] = field(default_factory=dict[int, list[int]])
    followees: dict[int, list[int]] = field(default_factory=dict[int, list[int]])
    joined: dict[tuple[int, int], int] = field(default_factory=dict[tuple[int, int], int])

    def seen(self, person: int) -> Window:
        """A person's feed as readers see it."""
        great = [self.authors.get(one, NOTHING) for one in self.great_followees.get(person, [])]
        return seen(self.feeds.get(person, NOTHING), great)

    def copy(self) -> "State":
        """The same, to be changed."""
        return State(
            self.position, dict(self.feeds), dict(self.authors), dict(self.audiences),
            dict(self.great), dict(self.great_followees), dict(self.followees), dict(self.joined),
        )  # fmt: skip


class Model:
    """The states of one log, for one shape of a generation, and for those feeds that have been
    `warmed`: by person, as of which position."""

    def __init__(
        self,
        entries: list[Entry],
        generation: Generation,
        warmed: Mapping[int, int] = NOBODY,
    ) -> None:
        course = Course(generation, warmed)
        self.window = generation.window
        self.states = [State(0)]
        for entry in entries:
            state = self.states[-1].copy()
            course.take(state, entry)
            self.states.append(state)
        self._positions = [state.position for state in self.states]

    def at(self, position: int) -> State:
        """As of a position of the log."""
        state = self.states[self._positions.index(position)]
        assert state.position == position
        return state

    def after(self, position: int) -> State:
        """As of the next position."""
        return self.states[self._positions.index(position) + 1]


def state_at(
    position: int, entries: list[Entry], generation: Generation, warmed: Mapping[int, int]
) -> State:
    """The one state as of a position, for whom a model with all of them would be too dear."""
    course, state = Course(generation, warmed), State(0)
    for entry in entries:
        if entry.position > position:
            break
        course.take(state, entry)
    assert state.position == position
    return state


class Course:
    """How each state becomes the next."""

    def __init__(self, generation: Generation, warmed: Mapping[int, int]) -> None:
        self.window = generation.window
        self._generation = generation
        self._author_of: dict[int, int] = {}
        self._warmed_at: dict[int, list[int]] = {}
        for person, since in warmed.items():
            self._warmed_at.setdefault(since, []).append(person)

    def take(self, state: State, entry: Entry) -> None:
        """Makes a state that of the next entry."""
        state.position = entry.position
        self._happens(state, entry)
        for person in self._warmed_at.get(entry.position, []):
            self._warm(state, person)

    def _happens(self, state: State, entry: Entry) -> None:
        match entry.body:
            case Published(author=author):
                self._author_of[entry.position] = author
                new = Window(0, [entry.position])
                state.authors[author] = self._merged(state.authors, author, new)
                for reader in (author, *state.audiences.get(author, [])):
                    if reader == author or (self._home(reader), author) not in state.great:
                        state.feeds[reader] = self._merged(state.feeds, reader, new)
            case Deleted(post=post, author=author):
                state.authors[author] = _without(state.authors[author], {post})
                for reader in (author, *state.audiences.get(author, [])):
                    state.feeds[reader] = _without(state.feeds.get(reader, NOTHING), {post})
            case Followed(follower=follower, followee=followee):
                state.followees[follower] = [*state.followees.get(follower, []), followee]
                state.joined[follower, followee] = entry.position
                state.audiences[followee] = [*state.audiences.get(followee, []), follower]
                self._follow(state, follower, followee)
            case Unfollowed(follower=follower, followee=followee):
                state.followees[follower] = _less(state.followees[follower], followee)
                state.audiences[followee] = _less(state.audiences[followee], follower)
                self._unfollow(state, follower, followee)
            case _:
                pass

    def _warm(self, state: State, person: int) -> None:
        followees = state.followees.get(person, [])
        great = [one for one in followees if (self._home(person), one) in state.great]
        state.great_followees[person] = great
        for one in followees:
            state.audiences[one] = [*_less(state.audiences[one], person), person]
            state.joined[person, one] = state.position
        state.feeds[person] = NOTHING
        for one in (person, *(one for one in followees if one not in great)):
            theirs = state.authors.get(one, NOTHING)
            state.feeds[person] = self._merged(state.feeds, person, theirs)

    def _follow(self, state: State, follower: int, followee: int) -> None:
        home = self._home(follower)
        audience = self._audience(state, home, followee)
        if (home, followee) in state.great:
            self._see_great(state, follower, followee)
        elif len(audience) == self._generation.great.begins_at:
            state.great[home, followee] = state.position
            for one in audience:
                state.feeds[one] = self._without_posts_of(state, one, followee)
                self._see_great(state, one, followee)
        else:
            theirs = state.authors.get(followee, NOTHING)
            state.feeds[follower] = self._merged(state.feeds, follower, theirs)

    def _unfollow(self, state: State, follower: int, followee: int) -> None:
        home = self._home(follower)
        if (home, followee) not in state.great:
            state.feeds[follower] = self._without_posts_of(state, follower, followee)
            return
        self._no_longer_see_great(state, follower, followee)
        audience = self._audience(state, home, followee)
        if len(audience) == self._generation.great.ends_at:
            del state.great[home, followee]
            for one in audience:
                self._no_longer_see_great(state, one, followee)
                theirs = state.authors.get(followee, NOTHING)
                state.feeds[one] = self._merged(state.feeds, one, theirs)

    def _home(self, person: int) -> int:
        return self._generation.index_of(person)

    def _audience(self, state: State, home: int, followee: int) -> list[int]:
        return [one for one in state.audiences[followee] if self._home(one) == home]

    def _merged(self, windows: Windows, owner: int, new: Window) -> Window:
        return merged(windows.get(owner, NOTHING), new, self.window)

    def _without_posts_of(self, state: State, reader: int, author: int) -> Window:
        theirs = {post for post, by in self._author_of.items() if by == author}
        return _without(state.feeds.get(reader, NOTHING), theirs)

    def _see_great(self, state: State, reader: int, author: int) -> None:
        state.great_followees[reader] = [*state.great_followees.get(reader, []), author]

    def _no_longer_see_great(self, state: State, reader: int, author: int) -> None:
        state.great_followees[reader] = _less(state.great_followees[reader], author)


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


def _less(members: list[int], gone: int) -> list[int]:
    return [one for one in members if one != gone]


def _without(window: Window, gone: set[int]) -> Window:
    return Window(window.horizon, [post for post in window.posts if post not in gone])
