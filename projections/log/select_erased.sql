-- Which of these people are erased, up to a position.
SELECT originator_id
FROM slackwater_events
WHERE originator_id = ANY(%(people)s) AND topic = 'person.erased' AND notification_id <= %(until)s
