"""The tests that kill, by what they look at: the narrowest that will do."""

_FEED = "tests/convergence/test_home_feed_converges.py"
_OTHERS = "tests/convergence/test_bodies_and_profiles_converge.py"
_PROJECTOR = "tests/integration/test_projector.py"

ANY_BATCHES = (
    f"{_FEED}::test_any_batches_with_duplicates_on_any_shards_keep_every_window_equal_to_the_rule",
)
WINDOWS_ARE_LONG = (f"{_FEED}::test_no_window_is_shorter_than_it_may_be",)
LONG_LISTS = ("tests/convergence/test_long_lists.py",)
CALLS = ("tests/convergence/test_large_audience.py",)
COLD = ("tests/convergence/test_cold_feeds.py",)
COLD_PAGES = ("tests/convergence/test_cold_pages.py",)
COLD_VERIFIED = ("tests/convergence/test_cold_verified.py",)
COLD_SERVED = ("tests/integration/test_cold_feeds.py",)
LONG_TURNS = ("tests/integration/test_long_turns.py",)
_GREAT = "tests/convergence/test_great_audiences.py"
GREAT = (_GREAT,)
WHO_IS_GREAT = (f"{_GREAT}::test_who_is_great_and_for_whom_is_as_the_model_says",)
GREAT_MERGED = ("tests/convergence/test_great_authors_are_merged.py",)
TORN_PAIRS = (
    f"{_GREAT}::test_an_unfollow_that_was_none_ends_no_greatness_and_a_follow_that_was_none_begins_none",
)
POSTS = (f"{_OTHERS}::test_every_visible_post_has_its_body_and_its_id_and_no_deleted_one_has",)
PROFILES = (f"{_OTHERS}::test_profiles_list_both_sides_in_pages_newest_member_first",)
SHARDS = ("tests/unit/test_shards.py",)

RELAY = ("tests/integration/test_relay.py",)
ERASURE = ("tests/integration/test_erasure.py",)
ERASURE_IN_JOURNAL = ("tests/integration/test_erasure_in_the_journal.py",)
ERASING = ("tests/integration/test_erasing.py",)
TOGETHER = ("tests/unit/test_group_commit_together.py",)
PAYLOADS = ("tests/unit/test_payload_layout.py",)
ENDS = ("tests/unit/test_erasure.py",)
SEALING = ("tests/unit/test_sealing.py",)
BEGINS = ("tests/integration/test_stream_begins.py",)
READER = ("tests/integration/test_log_reader.py",)
REFILL = ("tests/integration/test_refill.py",)
COMMANDS_AFTER_A_RESTORE = ("tests/integration/test_commands_after_a_restore.py",)
TABLES_AFTER_A_RESTORE = ("tests/integration/test_tables_after_a_restore.py",)
REDIS_COMES_BACK = ("tests/integration/test_redis_comes_back.py",)
RESTORED = (
    "tests/integration/test_restored_store.py",
    "tests/integration/test_zombies_of_a_lost_history.py",
)
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

_REBUILD = "tests/integration/test_rebuild.py"
_VERIFY = "tests/integration/test_verify.py"
_CHECKED = "tests/integration/test_verify_checkpoints.py"
_LIMITS = "tests/integration/test_verify_limits.py"

BULK = ("tests/convergence/test_bulk_builds.py",)
SWITCH = ("tests/integration/test_switch.py",)
REBUILT = (f"{_REBUILD}::test_a_rebuild_makes_what_the_projectors_made_and_takes_over",)
CATCHING_UP = ("tests/integration/test_catch_up.py",)
LOADER = ("tests/integration/test_loader.py",)
LOCK = (f"{_REBUILD}::test_two_at_once_are_refused_for_one_projection",)
DROPPING = (
    f"{_REBUILD}::test_dropping_removes_every_key_and_the_number_is_not_given_again",
    f"{_REBUILD}::test_what_a_rebuild_leaves_that_was_cut_short_is_removed_by_the_next_one",
    f"{_REBUILD}::test_a_rebuild_that_fails_leaves_nothing_behind",
)
NOT_SWITCHED = (f"{_REBUILD}::test_a_generation_that_is_not_as_history_says_never_becomes_active",)
ACTIVATED = (f"{_REBUILD}::test_without_a_switch_the_new_generation_waits_to_be_activated",)

ORACLE = ("tests/convergence/test_oracle.py",)
GREAT_IN_VERIFICATION = ("tests/convergence/test_great_verified.py",)
CHAIN = ("tests/integration/test_chain.py",)
MENDING = ("tests/integration/test_mending.py",)
CORRUPTED = (f"{_VERIFY}::test_a_corrupted_read_model_is_found_and_mended",)
BEHIND = (f"{_VERIFY}::test_a_shard_that_is_behind_is_compared_as_of_where_it_stands",)
MOVING = (f"{_VERIFY}::test_while_everything_moves_no_difference_is_found",)
NOBODYS = (
    f"{_LIMITS}::test_a_horizon_of_nobody_is_found_and_one_that_names_no_number_is_passed_over",
)
STRAYS = (f"{_VERIFY}::test_a_key_that_means_nothing_is_found_and_removed",)
SAMPLES = (
    f"{_LIMITS}::test_a_sample_is_that_share_of_different_items_in_order",
    f"{_LIMITS}::test_a_sample_is_the_same_for_a_seed_and_another_for_another",
)
CHECKPOINTS = (
    f"{_VERIFY}::test_a_place_inside_no_event_is_found_and_made_good",
    f"{_CHECKED}::test_without_a_checkpoint_there_is_no_verdict_where_nothing_would_stand",
    f"{_LIMITS}::test_a_shard_that_stays_in_the_middle_of_an_event_has_no_verdict",
)
UNKNOWN = (
    f"{_LIMITS}::test_an_event_that_is_not_known_leaves_no_verdict",
    f"{_LIMITS}::test_history_that_is_read_on_is_history_read_at_once",
)
OTHERWISE_WRITTEN = (f"{_VERIFY}::test_a_fact_that_is_only_written_in_another_way_is_equal",)
TOKENS = ("tests/unit/test_feed_tokens.py",)
TAGS = ("tests/unit/test_validators.py",)
CHANGES = ("tests/unit/test_feed_changes.py",)
FOLLOWER = ("tests/integration/test_log_follower.py",)

_QUARANTINE = "tests/convergence/test_quarantine_converges.py"
LEFT_OUT = (
    f"{_QUARANTINE}::test_live_feeds_and_bulk_builds_and_verification_and_the_rule_leave_out_the_same",
)
LEFT_OUT_OF_TABLES = (
    f"{_QUARANTINE}::test_tables_fed_and_loaded_and_verified_leave_out_the_same_as_of_any_position",
)
LEFT_OUT_BY_HAND = ("tests/unit/test_quarantine.py",)
