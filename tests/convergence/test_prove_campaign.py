"""A short campaign of `make prove`, always the same one: each property is a test by its name."""

import psycopg
import pytest
from psycopg import sql

from tests.prove import registry
from tests.prove.campaign import prove
from tests.prove.tally import Tally
from tests.servers import Servers

SEED = 20
HISTORIES = 60

HELD_WHERE_IT_HAPPENS = (
    "nothing_is_said_without_a_checkpoint",
    "a_page_shows_exactly_what_its_position_says",
    "no_reader_goes_back",
    "joined_pages_repeat_nothing_and_leave_nothing_out",
    "what_is_damaged_is_found",
    "what_is_found_is_mended",
    "what_is_sound_is_found_sound",
    "a_switch_is_done_exactly_when_no_reader_would_go_back",
    "a_switch_changes_no_window",
    "a_follow_undone_leaves_the_feed_as_it_was_above_its_horizon",
)
PROPERTIES = [
    *(
        held.__name__
        for held in (*registry.AT_EVERY_LOOK, *registry.AT_THE_END, *registry.ON_POSTGRES)
    ),
    *HELD_WHERE_IT_HAPPENS,
]


@pytest.fixture(scope="module")
def campaign(servers: Servers) -> Tally:
    """Sixty histories, each with its own schedule and faults."""
    url = servers.postgres_url
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE campaign"))
    return prove(
        servers.redis_url, url.replace("/slackwater?", "/campaign?"), SEED, range(HISTORIES)
    )


def test_a_short_campaign_finds_every_history_as_the_feed_rule_says(campaign: Tally) -> None:
    assert [(d.number, d.property, d.message) for d in campaign.differences] == []
    assert (campaign.histories, campaign.on_postgres) == (HISTORIES, 1)


@pytest.mark.parametrize("sentence", PROPERTIES)
def test_of_all_these_histories_it_holds_that(campaign: Tally, sentence: str) -> None:
    assert campaign.checks[sentence] > 0, "it was never compared"
    assert [d.message for d in campaign.differences if d.property == sentence] == []
