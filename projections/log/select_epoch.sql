-- The epoch of this history.
SELECT epoch FROM slackwater_epoch
