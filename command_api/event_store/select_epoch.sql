-- The epoch of this history.
SELECT epoch FROM {epoch}
