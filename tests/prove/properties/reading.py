"""What holds for whoever reads feeds, page by page."""

from dataclasses import dataclass

from domain.events import Deleted, Followed, Published, Unfollowed
from projections.home_feed.read import WindowPage
from tests.prove.look import Look
from tests.prove.properties.comparing import same
from tests.prove.run import Run


@dataclass(frozen=True, slots=True)
class Paged:
    """A page, what was asked for, and the position that it really holds for.

    The last is the page's own, or the next event's if the shard was in the middle of that one.
    """

    page: WindowPage
    below: int
    limit: int
    as_of: int


def nothing_is_said_without_a_checkpoint(_run: Run, look: Look, page: WindowPage | None) -> int:
    """Nor while a shard is filled from nothing; and any other is answered."""
    same(page is not None, look.is_there, f"whether {look.shard} answers")
    return 1


def a_page_shows_exactly_what_its_position_says(
    run: Run, person: int, look: Look, paged: Paged
) -> int:
    """The feed as of then, cut at cursor and limit; and the feed rule above the horizon."""
    page, what = paged.page, f"page of {person} below {paged.below}"
    same(page.position, look.checkpoint.position, f"position of the {what}")
    model = run.model(look.shard.generation, look.warmed)
    window = model.at(paged.as_of).seen(person)
    if look.is_cold(person):
        window = look.seen(person)
    same(page.is_cold, look.is_cold(person), f"whether the {what} is cold")
    posts = [post for post in window.posts if not paged.below or post < paged.below]
    same(page.posts, posts[: paged.limit], f"{what}, as of {paged.as_of}")
    same(page.more, len(posts) > paged.limit, f"whether more follows the {what}")
    same(page.horizon, window.horizon, f"horizon of the {what}")
    rule = [
        post
        for post in run.rule.feed(person, paged.as_of)
        if post > page.horizon and (not paged.below or post < paged.below)
    ]
    same(page.posts, rule[: paged.limit], f"{what}, by the feed rule")
    return 1


def no_reader_goes_back(_run: Run, person: int, page: WindowPage, newest: dict[int, int]) -> int:
    """Nobody sees an older position than anybody has seen of this feed."""
    before = newest.get(person, 0)
    assert page.position >= before, f"feed of {person}: {page.position} after {before}"
    newest[person] = page.position
    return 1


def joined_pages_repeat_nothing_and_leave_nothing_out(
    run: Run, person: int, pages: list[Paged]
) -> int:
    """Whatever happens between them, no page repeats a post; and if only posts came meanwhile, they
    are together what the first look would have shown, down to the last horizon."""
    joined = [post for paged in pages for post in paged.page.posts]
    same(joined, sorted(set(joined), reverse=True), f"joined pages of {person}")
    first, last = pages[0].as_of, max(paged.as_of for paged in pages)
    if _only_posts_came(run, person, first, last):
        rule = run.rule.feed(person, first)
        horizon = max(paged.page.horizon for paged in pages)
        same(joined, rule[: len(joined)], f"joined pages of {person}, as of {first}")
        left_out = [post for post in rule[len(joined) :] if post > horizon]
        same(left_out, [], f"left out between pages of {person}")
    return 1


def _only_posts_came(run: Run, person: int, after: int, until: int) -> bool:
    for entry in run.entries[run.index_after(after) :]:
        if entry.position > until:
            break
        match entry.body:
            case Followed(follower=one) | Unfollowed(follower=one) if one == person:
                return False
            case Deleted():
                return False
            case Published():
                pass
            case _:
                pass
    return True
