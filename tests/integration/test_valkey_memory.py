"""Valkey's memory is told, and a user that may not ask does without."""

from redis import Redis

from projections.valkey_memory import MAX, USED, ValkeyMemory


def test_used_and_allowed_memory_are_told(redis: Redis) -> None:
    USED.set(0)
    before = redis.config_get("maxmemory")["maxmemory"]
    redis.config_set("maxmemory", 512 * 1024 * 1024)
    try:
        ValkeyMemory(redis).look()
    finally:
        redis.config_set("maxmemory", before or "0")
    assert MAX._value.get() == 512 * 1024 * 1024
    assert 0 < USED._value.get() < MAX._value.get()


def test_who_may_not_ask_goes_on_without(redis: Redis) -> None:
    redis.acl_setuser("nosy", enabled=True, nopass=True, categories=["+@all"], commands=["-info"])
    USED.set(-1)
    try:
        pool = redis.connection_pool
        with Redis(
            unix_socket_path=pool.connection_kwargs["path"], username="nosy", password="any"
        ) as nosy:
            memory = ValkeyMemory(nosy)
            memory.look()
            memory.look()
    finally:
        redis.acl_deluser("nosy")
    assert USED._value.get() == -1
