"""A short campaign of `make prove`, always the same one, so that it keeps working itself."""

from tests.prove.campaign import prove
from tests.servers import Servers

SEED = 20
HISTORIES = 60


def test_a_short_campaign_finds_every_history_as_the_feed_rule_says(
    servers: Servers, database_url: str
) -> None:
    tally = prove(servers.redis_url, database_url, SEED, range(HISTORIES))
    assert [(d.number, d.property, d.message) for d in tally.differences] == []
    assert (tally.histories, tally.on_postgres) == (HISTORIES, 1)
