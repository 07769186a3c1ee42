-- Reads the log; gives a store that was restored from a backup its new epoch.
GRANT SELECT ON slackwater_quarantine, slackwater_traces TO slackwater_relay;
GRANT UPDATE (epoch, replaces, created_at) ON slackwater_epoch TO slackwater_relay
