"""What Valkey needs for what it holds: every key and every overhead of the server included."""

from redis import Redis

from tests.waiting import until

LOOKS_ALIKE = 20


def settled_bytes(redis: Redis) -> int:
    """The server's used memory, once buffers of past calls are given back."""
    seen: list[int] = []

    def settled() -> bool:
        seen.append(redis.info("memory")["used_memory"])
        return len(seen) > LOOKS_ALIKE and len(set(seen[-LOOKS_ALIKE:])) == 1

    until(settled, "used memory stands still")
    return seen[-1]


def empty(redis: Redis) -> None:
    """Nothing is left, and nothing is still being freed."""
    redis.execute_command("FLUSHALL", "SYNC")
