"""Which role may carry out which statement: every pair stands here, once."""

from collections.abc import Container, Mapping
from typing import LiteralString

ROLES = (
    "command_api",
    "relay",
    "projector",
    "relational_projector",
    "query_api",
    "audit",
    "operator",
)
WRITES_QUARANTINE = {"projector", "relational_projector", "operator"}
MAKES_TABLES = {"relational_projector", "operator"}
READS_TABLES = {"query_api", "audit", *MAKES_TABLES}
READS_KEYS = set(ROLES) - {"query_api"}
NOBODY: set[str] = set()

STATEMENTS: Mapping[LiteralString, Container[str]] = {
    # The log: all read it, one appends, nobody changes it.
    "SELECT * FROM slackwater_events": set(ROLES),
    "COPY (SELECT * FROM slackwater_events) TO STDOUT": set(ROLES),
    "INSERT INTO slackwater_events VALUES (gen_random_uuid(), 1, 't', 's')": {"command_api"},
    "LOCK TABLE slackwater_events IN EXCLUSIVE MODE": {"command_api"},
    "SELECT setval('slackwater_events_notification_id_seq', 1)": NOBODY,
    "UPDATE slackwater_events SET state = 'x'": NOBODY,
    "UPDATE slackwater_events SET state = 'x' WHERE false": NOBODY,
    "DELETE FROM slackwater_events": NOBODY,
    "TRUNCATE slackwater_events": NOBODY,
    "DROP TABLE slackwater_events": NOBODY,
    "ALTER TABLE slackwater_events DISABLE TRIGGER ALL": NOBODY,
    "ALTER TABLE slackwater_events ADD COLUMN more text": NOBODY,
    "DROP TRIGGER slackwater_events_stand ON slackwater_events": NOBODY,
    "DROP FUNCTION slackwater_refuse_rewriting CASCADE": NOBODY,
    "CREATE INDEX ON slackwater_events (topic)": NOBODY,
    "SET session_replication_role = replica": NOBODY,
    # Which history it is.
    "SELECT * FROM slackwater_epoch": set(ROLES),
    "SELECT * FROM slackwater_epoch FOR UPDATE": {"relay"},
    "UPDATE slackwater_epoch SET epoch = 'x', replaces = 'y', created_at = now()": {"relay"},
    "INSERT INTO slackwater_epoch (epoch, only_row) VALUES ('x', false)": NOBODY,
    "DELETE FROM slackwater_epoch": NOBODY,
    # What is left out of it.
    "SELECT * FROM slackwater_quarantine": set(ROLES),
    "INSERT INTO slackwater_quarantine (position, originator_id, topic, reason) "
    "VALUES (1, gen_random_uuid(), 't', 'r') ON CONFLICT DO NOTHING": WRITES_QUARANTINE,
    "INSERT INTO slackwater_quarantine (position, originator_id, topic, reason, released) "
    "VALUES (1, gen_random_uuid(), 't', 'r', 1)": NOBODY,
    "UPDATE slackwater_quarantine SET released = 1": {"operator"},
    "UPDATE slackwater_quarantine SET reason = 'x'": NOBODY,
    "DELETE FROM slackwater_quarantine": NOBODY,
    "TRUNCATE slackwater_quarantine": NOBODY,
    # What commands did.
    "SELECT * FROM slackwater_commands": {"command_api"},
    "DELETE FROM slackwater_commands": {"command_api"},
    "SELECT * FROM slackwater_commands FOR UPDATE SKIP LOCKED": {"command_api"},
    "UPDATE slackwater_commands SET position = 1": NOBODY,
    "TRUNCATE slackwater_commands": NOBODY,
    # Keys, and whose are destroyed.
    "SELECT * FROM slackwater_keys": READS_KEYS,
    "INSERT INTO slackwater_keys VALUES (1, gen_random_uuid(), 'k')": {"command_api"},
    "DELETE FROM slackwater_keys": {"command_api"},
    "UPDATE slackwater_keys SET key = 'k'": NOBODY,
    "TRUNCATE slackwater_keys": NOBODY,
    "SELECT * FROM slackwater_erasures": {"command_api"},
    "DELETE FROM slackwater_erasures": {"command_api"},
    # Which traces events are of.
    "SELECT * FROM slackwater_traces": {"command_api", "relay"},
    "INSERT INTO slackwater_traces VALUES (1, 't') ON CONFLICT DO NOTHING": {"command_api"},
    "DELETE FROM slackwater_traces": {"command_api"},
    # The relational projection.
    "SELECT * FROM slackwater_relational_1.known_people": READS_TABLES,
    "SELECT * FROM slackwater_relational_generations": READS_TABLES,
    "SELECT * FROM slackwater_relational_applied": READS_TABLES,
    "SELECT * FROM slackwater_tracking": READS_TABLES,
    "SELECT * FROM slackwater_relational_1.posts": READS_TABLES,
    "UPDATE slackwater_relational_generations SET active = active": MAKES_TABLES,
    "UPDATE slackwater_tracking SET notification_id = notification_id": MAKES_TABLES,
    "DELETE FROM slackwater_relational_applied": MAKES_TABLES,
    "INSERT INTO slackwater_relational_1.posts VALUES (1, gen_random_uuid(), 1, 't', now())": (
        MAKES_TABLES
    ),
    "UPDATE slackwater_relational_1.follows SET to_position = 1": MAKES_TABLES,
    "DELETE FROM slackwater_relational_1.people": MAKES_TABLES,
    "CREATE INDEX ON slackwater_relational_1.posts (text)": MAKES_TABLES,
    "CREATE SCHEMA slackwater_relational_2": MAKES_TABLES,
    "DROP SCHEMA slackwater_relational_1 CASCADE": MAKES_TABLES,
    # Whatever else there is.
    "CREATE TABLE public.mine (id int)": NOBODY,
    "CREATE TEMPORARY TABLE mine (id int)": NOBODY,
    "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'": NOBODY,
    "CREATE ROLE mine": NOBODY,
    "ALTER ROLE slackwater_relay PASSWORD 'mine'": {"relay"},
    "SET ROLE slackwater_tables": MAKES_TABLES,
    "SELECT rolpassword FROM pg_authid": NOBODY,
    "SELECT pg_read_file('/etc/hostname')": NOBODY,
    "COPY slackwater_epoch TO PROGRAM 'true'": NOBODY,
}
