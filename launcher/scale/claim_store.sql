-- Nobody else writes until this transaction ends; readers go on.
LOCK TABLE slackwater_events IN EXCLUSIVE MODE
