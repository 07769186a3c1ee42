"""The log, and what is derived from it: relay, projector loop, one folder for each read model."""
