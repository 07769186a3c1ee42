"""Verification's oracle against live windows and the model: it says yes to what is right only."""

import random

import numpy as np

from projections.verify.greatness import GreatAuthors
from projections.verify.oracle import Oracle
from projections.verify.warmth import COLD
from tests.convergence import windows
from tests.prove.model import NOTHING
from tests.prove.properties.comparing import same
from tests.prove.run import Run
from tests.prove.truth_from_log import TruthFromLog

POSITIONS = 3
"""As of so many positions the exact windows are asked for."""


def the_oracle_accepts_every_live_window(run: Run) -> int:
    """All feeds and all authors' windows, horizon by horizon."""
    oracle, compared = _oracle(run), 0
    if not run.plan.is_verified:
        return 0
    for shard in run.active().all_shards():
        look = run.look(shard)
        feeds = {p: w for p, w in look.feeds.items() if shard.generation.shard_of(p) == shard}
        for live, follows in ((feeds, True), (look.authors, False)):
            since = {p: s or COLD for p, s in look.warmth.items() if follows}
            right = _accepted(oracle, live, run.head, since, follows=follows)
            same(right, set(live), f"{shard}: windows that the oracle accepts, {follows=}")
            compared += len(live)
    return compared


def the_oracle_computes_every_window_of_every_position(run: Run) -> int:
    """Of some positions anywhere in history, the head among them."""
    if not run.plan.is_verified:
        return 0
    oracle, model = _oracle(run), run.model(run.active())
    some = run.rng.sample(run.written(), min(POSITIONS, run.out))
    for position in [run.head, *(entry.position for entry in some)]:
        state = model.at(position)
        for person in run.people:
            for right, follows in ((state.feeds, True), (state.authors, False)):
                found = oracle.exact(person, position, follows=follows)
                window = windows.Window(found.horizon, found.posts.tolist())
                what = f"exact window of {person} as of {position}, {follows=}"
                same(window, right.get(person, NOTHING), what)
    return 2 * len(run.people) * (len(some) + 1)


def the_oracle_refuses_every_other_window(run: Run) -> int:
    """Whatever is changed in a window, at any position: it is not accepted any more."""
    if not run.plan.is_verified:
        return 0
    oracle, model, compared = _oracle(run), run.model(run.active()), 0
    some = run.rng.sample(run.written(), min(POSITIONS, run.out))
    for position in [run.head, *(entry.position for entry in some)]:
        state = model.at(position)
        for right, follows in ((state.feeds, True), (state.authors, False)):
            changed = {p: changed_window(run.rng, window) for p, window in right.items()}
            changed = {p: window for p, window in changed.items() if window != right[p]}
            accepted = _accepted(oracle, changed, position, {}, follows=follows)
            wrong = {p: (changed[p], right[p]) for p in accepted}
            same(wrong, {}, f"accepted though changed, as of {position}, {follows=}")
            compared += len(changed)
    return compared


def changed_window(rng: random.Random, window: windows.Window) -> windows.Window:
    """Another window, near enough to be mistaken for it."""
    posts, horizon = list(window.posts), window.horizon
    match rng.randrange(6):
        case 0 if posts:
            posts.pop(rng.randrange(len(posts)))
        case 1 if posts:
            at = rng.randrange(len(posts))
            posts.insert(at, posts[at])
        case 2 if posts:  # trimmed one too far, consistently
            horizon = posts.pop()
        case 3:
            horizon = 0
        case 4:
            horizon = max(0, horizon + rng.choice([-1, 1, 2, -2]))
        case _:
            posts.append(rng.randint(1, 30))
    return windows.Window(horizon, posts)


def _oracle(run: Run) -> Oracle:
    truth, active = TruthFromLog(run.written), run.active()
    return Oracle(truth, active.window, GreatAuthors(truth, active))


def _accepted(
    oracle: Oracle,
    found: dict[int, windows.Window],
    position: int,
    since: dict[int, int],
    *,
    follows: bool,
) -> set[int]:
    owners = np.array(list(found), np.int64)
    posts, horizons = windows.columns_of(list(found.values()))
    begun = np.array([since.get(owner, 0) for owner in found], np.int64)
    right = oracle.accept(owners, posts, horizons, position, follows=follows, since=begun)
    return set(owners[right].tolist())
