-- For a connection that only reads: short answers, or none; no time lost on compiling.
SELECT
    set_config('statement_timeout', %(answer_ms)s, false),
    set_config('idle_in_transaction_session_timeout', %(answer_ms)s, false),
    set_config('jit', 'off', false)
