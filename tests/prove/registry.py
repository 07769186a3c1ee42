"""Every property that the campaign holds results against, by the occasion on which it is held.

A property is added here and nowhere else: a function that takes the run (and, for the first kind,
what was just seen of a shard), raises AssertionError where something differs, and returns how many
comparisons it made. What a switch, a reader and a repair have to keep is held where these happen:
see `takeover`, `reading`, `damage`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from tests.prove.look import Look
from tests.prove.properties import cold, windows
from tests.prove.properties.as_of import every_feed_seen_on_the_way_can_be_had_again
from tests.prove.properties.contents import (
    a_bulk_build_makes_what_the_projectors_made,
    nothing_but_the_windows_stands_in_redis,
    posts_hold_every_visible_body_and_its_id,
    profiles_hold_everybody_and_both_sides_of_every_follow,
)
from tests.prove.properties.oracle import (
    the_oracle_accepts_every_live_window,
    the_oracle_computes_every_window_of_every_position,
    the_oracle_refuses_every_other_window,
)
from tests.prove.properties.quarantine import (
    what_cannot_be_read_is_left_out_alike_until_it_comes_back,
)
from tests.prove.properties.real_store import (
    a_rebuild_takes_over_while_the_log_grows,
    history_by_sql_is_history,
    the_store_hands_out_the_log_in_any_pieces,
    verification_finds_and_mends_and_follows_the_chain,
)
from tests.prove.properties.tables import the_tables_show_every_feed_as_of_any_position
from tests.prove.run import Run

if TYPE_CHECKING:
    from tests.prove.real_store import RealStore

AT_EVERY_LOOK: Final[tuple[Callable[[Run, Look], int], ...]] = (
    windows.no_checkpoint_goes_back,
    windows.what_is_held_takes_no_batch,
    windows.every_window_equals_the_rule_above_its_horizon,
    windows.every_horizon_is_where_a_trim_or_a_follow_put_it,
    windows.every_audience_stands_in_the_order_of_following,
    windows.great_is_who_has_so_many_followers_and_for_whom_is_changed_over_already,
    windows.what_was_removed_is_nowhere,
    cold.nothing_is_kept_for_a_cold_feed_but_whom_its_owner_follows,
)
"""Of one shard of the home feed, whenever somebody did something to it."""

AT_THE_END: Final[tuple[Callable[[Run], int], ...]] = (
    nothing_but_the_windows_stands_in_redis,
    a_bulk_build_makes_what_the_projectors_made,
    posts_hold_every_visible_body_and_its_id,
    profiles_hold_everybody_and_both_sides_of_every_follow,
    every_feed_seen_on_the_way_can_be_had_again,
    the_oracle_accepts_every_live_window,
    the_oracle_computes_every_window_of_every_position,
    the_oracle_refuses_every_other_window,
)
"""When every shard has arrived at the head of the log."""

ON_POSTGRES: Final[tuple[Callable[[Run, "RealStore"], int], ...]] = (
    the_store_hands_out_the_log_in_any_pieces,
    history_by_sql_is_history,
    verification_finds_and_mends_and_follows_the_chain,
    a_rebuild_takes_over_while_the_log_grows,
    the_tables_show_every_feed_as_of_any_position,
    what_cannot_be_read_is_left_out_alike_until_it_comes_back,
)
"""After that, of one history in `ON_POSTGRES_EVERY`, whose log stands in a real event store too."""
