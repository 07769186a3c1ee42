-- The epoch, and which one the read models carried when it was made (null: the first); nobody
-- else renews it before this transaction ends.
SELECT epoch, replaces FROM slackwater_epoch FOR UPDATE
