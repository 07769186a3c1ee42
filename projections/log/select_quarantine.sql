-- What is, or was, in quarantine: position, aggregate, and the retry with which it came back.
SELECT position, originator_id, released FROM slackwater_quarantine
