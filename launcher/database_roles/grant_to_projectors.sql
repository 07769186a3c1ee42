-- Both kinds of projectors read the log, and leave out what cannot be read, if they are told to.
GRANT SELECT, INSERT (position, originator_id, topic, reason) ON slackwater_quarantine
TO slackwater_projector, slackwater_relational_projector
