-- For a connection that only reads: short answers, or none; no time lost on compiling; times as the
-- rest of the read side writes them.
SELECT
    set_config('statement_timeout', %(answer_ms)s, false),
    set_config('idle_in_transaction_session_timeout', %(answer_ms)s, false),
    set_config('jit', 'off', false),
    set_config('TimeZone', 'UTC', false)
