"""The judgement over a drill: what is lost, what is doubled, what differs. All have to be zero."""

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

import psycopg
from redis.exceptions import RedisError

from domain.errors import SlackwaterError
from domain.sealing import HANDLE, TEXT, PersonKey
from projections.catalogue import EVERY_NAME
from projections.progress import Silence
from projections.verify.inspection import Sample
from projections.verify.verification import Verification
from projections.worker import connect_redis
from tests.drills.crowd import Crowd
from tests.drills.scene import Scene
from tests.drills.write import Effect, State, Write

VERIFY_SECONDS_MAX = 30.0
VERIFY_AGAIN_SECONDS = 0.5


@dataclass(slots=True)
class Judgement:
    """Lists name what was found, for the report."""

    lost: list[Effect] = field(default_factory=list[Effect])
    doubled: list[Effect] = field(default_factory=list[Effect])
    unclear: list[Write] = field(default_factory=list[Write])
    """Of which nobody could say in the end, all parts being well, whether they were done."""

    verified: int = 0
    """Items that verification compared."""

    differing: list[str] = field(default_factory=list[str])
    """What verification found, and feeds that are not as their owners' writes make them."""

    @property
    def red(self) -> list[str]:
        """Every zero that is none."""
        figures = {
            "lost": self.lost,
            "doubled": self.doubled,
            "unclear": [write.effect for write in self.unclear],
            "differing": self.differing,
        }
        return [f"{len(found)} {what}" for what, found in figures.items() if found]


def judge(scene: Scene, crowd: Crowd, feeds_that_differ: list[str]) -> Judgement:
    """Compares writes with the event store, and every projection with it too."""
    stored = stored_effects(scene.addresses.database_url)
    lost, doubled = compare(crowd.writes, stored)
    unclear = [each for each in crowd.writes if each.state in {State.UNCLEAR, State.QUEUED}]
    verified, differences = _verify(scene)
    return Judgement(lost, doubled, unclear, verified, differences + feeds_that_differ)


def compare(writes: Iterable[Write], stored: Counter[Effect]) -> tuple[list[Effect], list[Effect]]:
    """Which effects stand in the store less often than is known, and which more often."""
    least, most = Counter[Effect](), Counter[Effect]()
    for write in writes:
        at_least, at_most = write.times
        least[write.effect] += at_least
        most[write.effect] += at_most
    return (
        [effect for effect in most if stored[effect] < least[effect]],
        [effect for effect in most if stored[effect] > most[effect]],
    )


def stored_effects(database_url: str) -> Counter[Effect]:
    """What the event store holds, in the words of writes."""
    found = Counter[Effect]()
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "SELECT event.topic, event.originator_id, payload, key.key "
            "FROM slackwater_events AS event "
            "CROSS JOIN LATERAL "
            "(SELECT convert_from(event.state, 'UTF8')::jsonb AS payload) AS said "
            "LEFT JOIN slackwater_keys AS key "
            "ON key.number = coalesce((payload->>'author')::bigint, event.notification_id)"
        )
        for topic, originator, payload, key in rows:
            found[_effect(topic, originator, payload, key)] += 1
    return found


def _effect(topic: str, originator: UUID, payload: dict[str, str], key: bytes) -> Effect:
    match topic:
        case "person.registered":
            return "handle", PersonKey(key).open(payload["handle"], HANDLE, originator)
        case "post.published":
            return "text", PersonKey(key).open(payload["text"], TEXT, originator)
        case "post.deleted":
            return "deletion", str(originator)
        case "person.followed" | "person.unfollowed":
            return "pair", str(originator)
        case _:
            return topic, str(originator)


def _verify(scene: Scene) -> tuple[int, list[str]]:
    """By what `slackwater verify` does. What keeps it from a verdict may pass."""
    deadline = time.monotonic() + VERIFY_SECONDS_MAX
    redis = connect_redis(scene.addresses.redis_url)
    while True:
        try:
            with Verification(scene.addresses.database_url, redis) as verification:
                report = verification.run(EVERY_NAME, Sample(), Silence())
            break
        except (SlackwaterError, RedisError) as error:
            if time.monotonic() > deadline:
                return 0, [f"verify cannot tell: {error}"]
        time.sleep(VERIFY_AGAIN_SECONDS)
    redis.close()
    differences = [str(one) for findings in report.findings for one in findings.differences]
    differences += [f"stream: position {position}" for position in report.chain.broken]
    return report.checked, differences
