-- Which of these people are erased.
SELECT originator_id
FROM {events}
WHERE originator_id = ANY(%(people)s::uuid[]) AND topic = 'person.erased'
