-- Every generation, locked: nobody feeds, switches or drops one before this transaction ends.
SELECT number, active, state FROM {generations} ORDER BY number FOR UPDATE
