-- The empty tables of a generation. Positions are the log's; what has no to_position or
-- deleted_position still holds.
CREATE SCHEMA {schema};
CREATE TABLE {people} (
    number bigint PRIMARY KEY,
    id uuid NOT NULL,
    handle text NOT NULL,
    display_name text NOT NULL,
    registered_at timestamptz NOT NULL,
    -- Whether the names, and all that the person writes, can only be read with their key.
    is_sealed boolean NOT NULL DEFAULT false
);
CREATE TABLE {posts} (
    number bigint PRIMARY KEY,
    id uuid NOT NULL,
    author bigint NOT NULL,
    text text NOT NULL,
    created_at timestamptz NOT NULL,
    deleted_position bigint,
    is_sealed boolean NOT NULL DEFAULT false
);
CREATE TABLE {follows} (
    follower bigint NOT NULL,
    followee bigint NOT NULL,
    from_position bigint NOT NULL,
    to_position bigint,
    -- With the end of the interval, so that whom somebody follows is read from the index alone.
    PRIMARY KEY (follower, followee, from_position) INCLUDE (to_position)
)
