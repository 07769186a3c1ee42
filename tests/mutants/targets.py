"""The tests that kill, by what they look at: the narrowest that will do."""

_FEED = "tests/convergence/test_home_feed_converges.py"
_OTHERS = "tests/convergence/test_bodies_and_profiles_converge.py"
_PROJECTOR = "tests/integration/test_projector.py"

ANY_BATCHES = (
    f"{_FEED}::test_any_batches_with_duplicates_on_any_shards_keep_every_window_equal_to_the_rule",
)
WINDOWS_ARE_LONG = (f"{_FEED}::test_no_window_is_shorter_than_it_may_be",)
CALLS = ("tests/convergence/test_large_audience.py",)
POSTS = (f"{_OTHERS}::test_every_visible_post_has_its_body_and_its_id_and_no_deleted_one_has",)
PROFILES = (f"{_OTHERS}::test_profiles_list_both_sides_in_pages_newest_member_first",)
SHARDS = ("tests/unit/test_shards.py",)

RELAY = ("tests/integration/test_relay.py",)
READER = ("tests/integration/test_log_reader.py",)
RECOVERY = ("tests/integration/test_recovery.py",)
HYDRATION = ("tests/integration/test_hydration.py",)
MEMBERSHIP = ("tests/integration/test_membership.py",)
UNFINISHED = (
    f"{_PROJECTOR}::test_what_a_batchs_calls_did_not_finish_is_finished_by_the_next_steps",
)
DIVISION = (
    f"{_PROJECTOR}::test_two_projectors_divide_the_shards_and_a_third_takes_its_part",
    f"{_PROJECTOR}::test_a_projector_that_leaves_hands_its_shards_over_at_once",
)
