"""History in bulk: the events with COPY, and what they mean folded by column."""
