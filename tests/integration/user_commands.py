"""Which Valkey user may carry out which command: every pair stands here, once."""

from collections.abc import Container, Mapping

USERS = ("relay", "projector", "query_api", "audit", "operator", "limits")
PROCESSES = set(USERS) - {"limits"}
WRITE_READ_MODELS = {"projector", "operator"}
SCRIPTED = {"relay", "projector", "query_api", "operator"}
NOBODY: set[str] = set()

FEED = "{home-feed:1:0}f:1"
CHECKPOINT = "{home-feed:1:0}checkpoint"
REGISTRY = "slackwater:generations:home-feed"

COMMANDS: Mapping[tuple[str, ...], Container[str]] = {
    ("PING",): set(USERS),
    # Nobody empties it, configures it, or looks at who else is there.
    ("FLUSHALL",): NOBODY,
    ("FLUSHDB",): NOBODY,
    ("SWAPDB", "0", "1"): NOBODY,
    ("CONFIG", "GET", "maxmemory"): NOBODY,
    ("CONFIG", "SET", "maxmemory", "1gb"): NOBODY,
    ("DEBUG", "SLEEP", "0"): NOBODY,
    ("KEYS", "*"): NOBODY,
    ("MONITOR",): NOBODY,
    ("CLIENT", "LIST"): NOBODY,
    ("CLIENT", "KILL", "TYPE", "normal"): NOBODY,
    ("CLIENT", "PAUSE", "1"): NOBODY,
    ("ACL", "LIST"): NOBODY,
    ("ACL", "SETUSER", "mine", "on", "nopass", "+@all"): NOBODY,
    ("SCRIPT", "FLUSH"): NOBODY,
    ("SCRIPT", "KILL"): NOBODY,
    ("FUNCTION", "FLUSH"): NOBODY,
    ("FUNCTION", "LOAD", "#!lua name=mine\nserver.register_function('f', function() end)"): NOBODY,
    ("REPLICAOF", "NO", "ONE"): NOBODY,
    ("BGREWRITEAOF",): NOBODY,
    ("SAVE",): NOBODY,
    ("MODULE", "LIST"): NOBODY,
    ("SLOWLOG", "RESET"): NOBODY,
    ("LATENCY", "RESET"): NOBODY,
    ("CLUSTER", "RESET"): NOBODY,
    ("MIGRATE", "127.0.0.1", "1", FEED, "0", "1"): NOBODY,
    ("RESTORE", FEED, "0", "x"): NOBODY,
    ("SHUTDOWN", "ABORT"): NOBODY,
    ("INFO",): {"operator", "relay"},
    # The stream and which history it carries.
    ("GET", "slackwater:epoch"): PROCESSES,
    ("SET", "slackwater:epoch", "mine"): {"relay"},
    ("XREVRANGE", "slackwater:stream", "+", "-"): PROCESSES,
    ("XADD", "slackwater:stream", "1-0", "prev", "0"): {"relay"},
    ("XTRIM", "slackwater:stream", "MAXLEN", "0"): {"relay"},
    ("DEL", "slackwater:stream"): {"relay"},
    ("XGROUP", "CREATE", "slackwater:stream", "mine", "0"): NOBODY,
    # Read models.
    ("LRANGE", FEED, "0", "-1"): PROCESSES - {"relay"},
    ("LPUSH", FEED, "1"): WRITE_READ_MODELS,
    ("DEL", FEED): WRITE_READ_MODELS | {"relay"},
    ("HSET", CHECKPOINT, "position", "1"): WRITE_READ_MODELS | {"relay"},
    ("SET", "{posts:1:0}p:1", "x"): WRITE_READ_MODELS | {"relay"},
    ("RENAME", FEED, "{home-feed:1:0}f:2"): {"operator"},
    ("HGETALL", REGISTRY): PROCESSES,
    ("HSET", REGISTRY, "active", "1"): WRITE_READ_MODELS | {"relay"},
    # Who else is there.
    ("ZADD", "slackwater:members:relay", "1", "mine"): {"relay"},
    ("ZADD", "slackwater:members:projector", "1", "mine"): {"projector"},
    # Who reads.
    ("PUBLISH", "slackwater:read", "[1]"): {"query_api"},
    ("PUBLISH", "another", "[1]"): NOBODY,
    ("SUBSCRIBE", "slackwater:read"): {"projector"},
    ("SUBSCRIBE", "another"): NOBODY,
    ("PSUBSCRIBE", "*"): NOBODY,
    ("SADD", "slackwater:read:1:2", "1"): {"projector"},
    # How often somebody called.
    ("GET", "slackwater:limit:mine"): {"limits", "audit", "operator"},
    ("SET", "slackwater:limit:mine", "1"): {"limits"},
    # Keys of others.
    ("GET", "theirs"): NOBODY,
    ("SET", "theirs", "x"): NOBODY,
    ("SET", "slackwater:theirs", "x"): NOBODY,
    # What a script does is held to the same.
    ("SCRIPT", "LOAD", "return 1"): SCRIPTED | {"limits"},
    ("EVAL", "#!lua flags=no-writes\nreturn server.call('HGETALL', ARGV[1])", "0", REGISTRY): {
        "audit",
        "operator",
    },
    ("EVAL", "return redis.call('LPUSH', KEYS[1], 1)", "1", FEED): {"operator"},
    ("EVAL", "return redis.call('LPUSH', ARGV[1], 1)", "0", FEED): {"operator"},
    ("EVAL", "return redis.call('FLUSHALL')", "0"): NOBODY,
    ("EVAL", "return redis.call('CONFIG', 'GET', '*')", "0"): NOBODY,
    ("EVAL", "return redis.call('GET', 'theirs')", "0"): NOBODY,
    ("EVAL", "return redis.call('SET', 'slackwater:epoch', 'mine')", "0"): NOBODY,
}
