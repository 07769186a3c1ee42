"""The log on its way from the event store to whoever reads it, one total order of positions."""
